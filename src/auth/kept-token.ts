import type { AuthenticationError } from '../errors/errors.ts';
import { systemClock } from '../internal/clock.ts';
import { lateModule } from '../internal/late-module.ts';
import type { TokenConnection, TokenSource } from '../ports/token-source.ts';
import type { Transport } from '../ports/transport.ts';

/** What is at hand for one shop. Times are moments on the monotonic clock. */
export interface KeptToken {
  accessToken: string | undefined;
  /** From here on it is not used any more. */
  endsAtMs: number;
  /** From here on it is renewed in the background. */
  renewAtMs: number;
  /** Names the state of the token store that it is from. */
  version: string | undefined;
  /** The last one that Shopify refused. */
  refused: string | undefined;
  /** The last one that was renewed for a refusal: until `trustedUntilMs` its own refusal is no reason to do it again. */
  trusted: string | undefined;
  trustedUntilMs: number;
  /** Why there is none, as long as the store is in the state `version`: asked again from `askAgainAtMs` on. */
  dead:
    | { readonly error: AuthenticationError; readonly version: string | undefined; readonly askAgainAtMs: number }
    | undefined;
  /** What is on its way, for all who wait. */
  flight: Promise<string> | undefined;
  /** Whether it was said that responses for this shop lack fields. */
  isToldIncomplete: boolean;
}

/** A token that was found or granted. */
export interface ObtainedToken {
  readonly accessToken: string;
  /** Moment on the monotonic clock at which it ends; infinite for one that does not expire, and past for one to use once. */
  readonly endsAtMs: number;
  readonly version?: string | undefined;
}

/** What a token is wanted for. */
export interface TokenWish {
  readonly shop: string;
  readonly kept: KeptToken;
  readonly connection: TokenConnection;
}

/** What makes one source different from another. */
export interface SourceSpec {
  /** What is at hand is kept under this object. */
  readonly under: object | undefined;
  /** Tells apart sources that are kept under the same object, and never give each other's tokens. */
  readonly name: string;
  /** Finds a token other than `kept.refused`, or has one made. Called once at a time for each shop. */
  obtain(wish: TokenWish): Promise<ObtainedToken>;
}

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
