// @ts-nocheck
import { lateModule } from '../internal/late-module.ts';
import type { TokenConnection, TokenSource } from '../ports/token-source.ts';

/** What keeps tokens and gets new ones, for each kind of source. */
type KeptSources = typeof import('./kept-sources.ts');

/** What keeps tokens, once it was needed. */
let loaded: KeptSources | undefined;

const loadSources = lateModule(async () => {
  loaded = await import('./kept-sources.ts');
  return loaded;
});

/** A source whose code is loaded when somebody asks for its first token. */
export function lateSource(
  make: (sources: KeptSources, connection: TokenConnection | undefined) => TokenSource,
): TokenSource {
  const connect = (connection?: TokenConnection): TokenSource => {
    // Until the first token was asked for in this process, there is none at hand.
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
