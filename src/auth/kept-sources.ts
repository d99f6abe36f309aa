import { AuthenticationError } from '../errors/errors.ts';
import { systemClock } from '../internal/clock.ts';
import { lateModule } from '../internal/late-module.ts';
import type { TokenConnection, TokenSource } from '../ports/token-source.ts';
import type { RenewableTokenStore } from '../ports/token-store.ts';
import type { Transport } from '../ports/transport.ts';
import { ConnectedSource, type SourceSpec, type TokenWish } from './connected-source.ts';
import type { RenewalPlan } from './renew-tokens.ts';
import { verifySessionToken } from './session-token.ts';

/** Credentials of the app that requests tokens. */
export interface AppCredentials {
  /** Client id (API key) of the app, from the Dev Dashboard. */
  readonly clientId: string;
  /** Client secret of the app. Sent only to Shopify's token endpoint. */
  readonly clientSecret: string;
  /**
   * Time limit for one token request, in milliseconds. Default 8,000. If a process dies while renewing tokens, the
   * others wait at most 25 % longer than this.
   */
  readonly requestTimeoutMs?: number;
}

/** Options of `clientCredentials`. */
export interface ClientCredentialsOptions extends AppCredentials {
  /** Stores the tokens for all processes, such as `createTokenStore(…)`. Default: in this process's memory. */
  readonly tokens?: RenewableTokenStore;
  /** Name of the app in the token store. Default `default`. */
  readonly appId?: string;
}

/** Options of `offlineToken`. */
export interface OfflineTokenOptions extends AppCredentials {
  /** Stores the tokens of each install, such as `createTokenStore(…)`. */
  readonly tokens: RenewableTokenStore;
  /** Name of the app in the token store. Default `default`. */
  readonly appId?: string;
}

/** Options of `tokenExchange`. */
export type TokenExchangeOptions = AppCredentials & {
  /** The session token of the current request, or its whole `Authorization` header. */
  readonly sessionToken: string | null | undefined;
  /** Name of the app in the token store. Default `default`. */
  readonly appId?: string;
} & (
    | {
        /** `offline` (default): the app's own token, which jobs can use later through `offlineToken`. */
        readonly access?: 'offline';
        /** Stores the token, such as `createTokenStore(…)`. */
        readonly tokens: RenewableTokenStore;
      }
    | {
        /** `online`: a token for the current user in the admin, with only their permissions. */
        readonly access: 'online';
        /** Stores the token. Default: in this process's memory. */
        readonly tokens?: RenewableTokenStore;
      }
  );

/** The context passed to a function that returns a token. */
export interface TokenWishContext {
  /** The last token, if Shopify refused it: return another one, or throw. Otherwise `undefined`. */
  readonly refused: string | undefined;
}

/** A token and its lifetime. */
export interface TimedToken {
  readonly accessToken: string;
  /** Seconds from now. */
  readonly expiresInSeconds: number;
}

/** Returns the token of a shop. */
export type TokenFunction = (
  shop: string,
  context: TokenWishContext,
) => string | TimedToken | Promise<string | TimedToken>;

const loadTokenRequest = lateModule(() => import('./token-request.ts'));

const lateTransport: Transport = {
  name: 'fetch',
  send: async (request) => (await loadTokenRequest()).fetchTransport().send(request),
};

/** The connection of a source used without a client. */
const withoutClient: TokenConnection = {
  origin: undefined,
  logger: undefined,
  emit: undefined,
  kept: new WeakMap(),
  transport: lateTransport,
  clock: systemClock,
};

/** Loaded when a token is not cached: renewal is needed once an hour. */
const loadRenewal = lateModule(() => import('./renew-tokens.ts'));

/** How a source obtains tokens, for any shop. */
type Plan = Omit<RenewalPlan, 'owner' | keyof AppCredentials> & { readonly owner: Omit<RenewalPlan['owner'], 'shop'> };

/** Builds the source's specification from a plan. */
function specOf(
  kind: string,
  { clientId, clientSecret, requestTimeoutMs = 8_000 }: AppCredentials,
  plan: Plan,
): SourceSpec {
  return {
    under: plan.tokens,
    name: JSON.stringify([kind, clientId, plan.owner.appId, plan.owner.userId]),
    async obtain(wish) {
      const { obtainTokens } = await loadRenewal();
      const owner = { ...plan.owner, shop: wish.shop };
      return obtainTokens({ ...plan, clientId, clientSecret, requestTimeoutMs, owner }, wish);
    },
  };
}

/** Creates the source of `clientCredentials` for one connection. */
export function credentialsSource(
  options: ClientCredentialsOptions,
  connection: TokenConnection = withoutClient,
): TokenSource {
  const { tokens, appId = 'default' } = options;
  const plan: Plan = { tokens, owner: { appId }, isRefreshable: false, by: 'credentials' };
  return new ConnectedSource(specOf('client-credentials', options, plan), connection);
}

/** Creates the source of `offlineToken` for one connection. */
export function offlineSource(options: OfflineTokenOptions, connection: TokenConnection = withoutClient): TokenSource {
  const { tokens, appId = 'default' } = options;
  const plan: Plan = { tokens, owner: { appId }, isRefreshable: true, by: 'stored' };
  return new ConnectedSource(specOf('offline', options, plan), connection);
}

/** Creates the source of `tokenExchange` for one connection. */
export function exchangeSource(
  options: TokenExchangeOptions,
  connection: TokenConnection = withoutClient,
): TokenSource {
  const { sessionToken, access = 'offline', tokens, appId = 'default', clientId, clientSecret } = options;
  const verified = verifySessionToken({
    token: sessionToken,
    clientId,
    secrets: clientSecret,
    clock: connection.clock,
  });
  const refused = (shop: string, why: string): AuthenticationError =>
    new AuthenticationError(`There is no token for ${shop}. ${why}`, { shop, reason: 'session-token' });
  if (!verified.ok) {
    const obtain = ({ shop }: TokenWish) => Promise.reject(refused(shop, verified.message));
    return new ConnectedSource({ under: tokens, name: '', obtain }, connection);
  }
  const isRefreshable = access === 'offline';
  const spec = specOf('exchange', options, {
    tokens,
    owner: { appId, ...(!isRefreshable && { userId: verified.userId }) },
    isRefreshable,
    by: { sessionToken: sessionToken?.replace(/^bearer /i, '') ?? '' },
  });
  const obtain = async (wish: TokenWish) => {
    if (verified.shop === wish.shop) return spec.obtain(wish);
    throw refused(wish.shop, `The session token is for another shop, ${verified.shop}.`);
  };
  return new ConnectedSource({ ...spec, obtain }, connection);
}

/** Creates the source of `tokenSource` for one connection. */
export function functionSource(find: TokenFunction, connection: TokenConnection = withoutClient): TokenSource {
  const { clock } = connection;
  const obtain = async ({ shop, kept }: TokenWish) => {
    const found = await find(shop, { refused: kept.refused });
    const now = clock.monotonic();
    if (typeof found === 'string') return { accessToken: found, endsAtMs: now };
    const { accessToken, expiresInSeconds } = Object(found) as Partial<TimedToken>;
    if (typeof accessToken === 'string' && typeof expiresInSeconds === 'number' && expiresInSeconds >= 0) {
      return { accessToken, endsAtMs: now + expiresInSeconds * 1_000 };
    }
    throw new AuthenticationError(
      `The function of tokenSource returned no token for ${shop}: return a string, or { accessToken, expiresInSeconds }.`,
      { shop },
    );
  };
  return new ConnectedSource({ under: find, name: '', obtain }, connection);
}
