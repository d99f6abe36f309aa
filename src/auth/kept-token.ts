import { systemClock } from '../internal/clock.ts';
import { lateModule } from '../internal/late-module.ts';
import type { TokenConnection, TokenSource } from '../ports/token-source.ts';
import type { Transport } from '../ports/transport.ts';
import type { SourceSpec } from './connected-source.ts';

const loadTokenRequest = lateModule(() => import('./token-request.ts'));

const lateTransport: Transport = {
  name: 'fetch',
  send: async (request) => (await loadTokenRequest()).fetchTransport().send(request),
};

/** A source asked without a client. */
const withoutClient = { origin: undefined, logger: undefined, emit: undefined, kept: new WeakMap() } as const;

/**
 * A source that keeps what it has got, has one request under way for each shop at most, and renews a token before it
 * ends while calls go on with it.
 */
export function keepingSource(specFor: (connection: TokenConnection) => SourceSpec): TokenSource {
  let alone: TokenSource | undefined;
  const unconnected = (): TokenSource => {
    alone ??= connect({ ...withoutClient, transport: lateTransport, clock: systemClock });
    return alone;
  };
  const connect = (connection: TokenConnection): TokenSource => connected(specFor(connection), connection);
  return {
    peek: (shop) => unconnected().peek?.(shop),
    get: (shop, signal) => unconnected().get(shop, signal),
    invalidate: (shop, token) => unconnected().invalidate(shop, token),
    connect,
  };
}

/** What keeps tokens, once it was needed. */
let loaded: typeof import('./connected-source.ts') | undefined;

const loadConnected = lateModule(async () => {
  loaded = await import('./connected-source.ts');
  return loaded;
});

/** The source for one connection. Until the first token was asked for in this process, there is none at hand. */
function connected(spec: SourceSpec, connection: TokenConnection): TokenSource {
  if (loaded) return new loaded.ConnectedSource(spec, connection);
  let source: TokenSource | undefined;
  const load = async (): Promise<TokenSource> => {
    const { ConnectedSource } = await loadConnected();
    source ??= new ConnectedSource(spec, connection);
    return source;
  };
  return {
    peek: (shop) => source?.peek?.(shop),
    get: async (shop, signal) => (source ?? (await load())).get(shop, signal),
    invalidate: async (shop, token) => (source ?? (await load())).invalidate(shop, token),
  };
}
