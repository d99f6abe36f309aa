// @ts-nocheck
import { AuthenticationError } from '../errors/errors.ts';
import { systemClock } from '../internal/clock.ts';
import { lateModule } from '../internal/late-module.ts';
import type { TokenConnection, TokenSource } from '../ports/token-source.ts';
import type { RenewableTokenStore } from '../ports/token-store.ts';
import type { Transport } from '../ports/transport.ts';
import { ConnectedSource, type SourceSpec, type TokenWish } from './connected-source.ts';
import type { RenewalPlan } from './renew-tokens.ts';
import { verifySessionToken } from './session-token.ts';

/** The app that asks for tokens. */
export interface AppCredentials {
  /** Client id (API key) of the app, from the Dev Dashboard. */
  readonly clientId: string;
  /** Client secret of the app. Sent to Shopify's token address only. */
  readonly clientSecret: string;
  /**
   * Milliseconds for one request for tokens. Default 8,000. A process that dies while it renews tokens holds the others
   * up for a quarter more at the most.
   */
  readonly requestTimeoutMs?: number;
}

/** Options of `clientCredentials`. */
export interface ClientCredentialsOptions extends AppCredentials {
  /** Where tokens are kept for all processes, such as `createTokenStore(…)`. Default: in the memory of this process. */
  readonly tokens?: RenewableTokenStore;
  /** Name of the app in the token store. Default `default`. */
  readonly appId?: string;
}

/** Options of `offlineToken`. */
export interface OfflineTokenOptions extends AppCredentials {
  /** Where the tokens of each install are, such as `createTokenStore(…)`. */
  readonly tokens: RenewableTokenStore;
  /** Name of the app in the token store. Default `default`. */
  readonly appId?: string;
}

/** Options of `tokenExchange`. */
export type TokenExchangeOptions = AppCredentials & {
  /** The session token of the request that is handled, or its whole `Authorization` header. */
  readonly sessionToken: string | null | undefined;
  /** Name of the app in the token store. Default `default`. */
  readonly appId?: string;
} & (
    | {
        /** `offline` (default): the app's own token, which jobs use later through `offlineToken`. */
        readonly access?: 'offline';
        /** Where it is kept, such as `createTokenStore(…)`. */
        readonly tokens: RenewableTokenStore;
      }
    | {
        /** `online`: the token of the user in the admin, with no more than their own permissions. */
        readonly access: 'online';
        /** Default: in the memory of this process. */
        readonly tokens?: RenewableTokenStore;
      }
  );

/** What a function is told when it is asked for a token. */
export interface TokenWishContext {
  /** The token that Shopify has refused; `undefined` where the last one was not. Return another one, or throw. */
  readonly refused: string | undefined;
}

/** A token, and for how long it is good. */
export interface TimedToken {
  readonly accessToken: string;
  /** Seconds from now. */
  readonly expiresInSeconds: number;
}

/** Finds the token of a shop. */
export type TokenFunction = (
  shop: string,
  context: TokenWishContext,
) => string | TimedToken | Promise<string | TimedToken>;

const loadTokenRequest = lateModule(() => import('./token-request.ts'));

const lateTransport: Transport = {
  name: 'fetch',
  send: async (request) => (await loadTokenRequest()).fetchTransport().send(request),
};

/** A source asked without a client. */
const withoutClient: TokenConnection = {
  origin: undefined,
  logger: undefined,
  emit: undefined,
  kept: new WeakMap(),
  transport: lateTransport,
  clock: systemClock,
};

/** Loaded where something is not at hand: what renews is needed once an hour. */
const loadRenewal = lateModule(() => import('./renew-tokens.ts'));

/** How a source gets tokens, for any shop. */
type Plan = Omit<RenewalPlan, 'owner' | keyof AppCredentials> & { readonly owner: Omit<RenewalPlan['owner'], 'shop'> };

/** What makes a source of a plan. */
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

/** The source of `clientCredentials` for one connection. */
export function credentialsSource(
  options: ClientCredentialsOptions,
  connection: TokenConnection = withoutClient,
): TokenSource {
  const { tokens, appId = 'default' } = options;
  const plan: Plan = { tokens, owner: { appId }, isRefreshable: false, by: 'credentials' };
  return new ConnectedSource(specOf('client-credentials', options, plan), connection);
}

/** The source of `offlineToken` for one connection. */
export function offlineSource(options: OfflineTokenOptions, connection: TokenConnection = withoutClient): TokenSource {
  const { tokens, appId = 'default' } = options;
  const plan: Plan = { tokens, owner: { appId }, isRefreshable: true, by: 'stored' };
  return new ConnectedSource(specOf('offline', options, plan), connection);
}

/** The source of `tokenExchange` for one connection. */
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
    throw refused(wish.shop, `The session token is of another shop, ${verified.shop}.`);
  };
  return new ConnectedSource({ ...spec, obtain }, connection);
}

/** The source of `tokenSource` for one connection. */
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
      `The function of tokenSource gave no token for ${shop}: return its text, or { accessToken, expiresInSeconds }.`,
      { shop },
    );
  };
  return new ConnectedSource({ under: find, name: '', obtain }, connection);
}
