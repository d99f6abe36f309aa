import { lateModule } from '../internal/late-module.ts';
import type { TokenConnection, TokenSource } from '../ports/token-source.ts';

/** The code that caches and renews tokens, for each kind of source. */
type KeptSources = typeof import('./kept-sources.ts');

/** That code, once loaded. */
let loaded: KeptSources | undefined;

const loadSources = lateModule(async () => {
  loaded = await import('./kept-sources.ts');
  return loaded;
});

/** Creates a source whose code is loaded when its first token is requested. */
export function lateSource(
  make: (sources: KeptSources, connection: TokenConnection | undefined) => TokenSource,
): TokenSource {
  const connect = (connection?: TokenConnection): TokenSource => {
    // Until the first token is requested in this process, none is cached.
    let source = loaded && make(loaded, connection);
    return through(
      () => source,
      async () => {
        const sources = await loadSources();
        source ??= make(sources, connection);
        return source;
      },
    );
  };
  let alone: TokenSource | undefined;
  const withoutClient = (): TokenSource => {
    alone ??= connect();
    return alone;
  };
  return { ...through(withoutClient, withoutClient), connect };
}

const through = (
  ready: () => TokenSource | undefined,
  load: () => TokenSource | Promise<TokenSource>,
): Omit<TokenSource, 'connect'> => ({
  peek: (shop) => ready()?.peek?.(shop),
  get: async (shop, signal) => (ready() ?? (await load())).get(shop, signal),
  invalidate: async (shop, token) => (ready() ?? (await load())).invalidate(shop, token),
});
