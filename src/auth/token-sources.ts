import { AuthenticationError, ConfigError, type Issue } from '../errors/errors.ts';
import { lateModule } from '../internal/late-module.ts';
import { unknownNames, unknownValue } from '../internal/names.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { RenewableTokenStore } from '../ports/token-store.ts';
import type { SourceSpec, TokenWish } from './connected-source.ts';
import { keepingSource } from './kept-token.ts';
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

/** Loaded where something is not at hand: what renews is needed once an hour. */
const loadRenewal = lateModule(() => import('./renew-tokens.ts'));

/** How a source gets tokens, for any shop. */
type Plan = Omit<RenewalPlan, 'owner'> & { readonly owner: Omit<RenewalPlan['owner'], 'shop'> };

/** What makes a source of a plan. */
const specOf = (kind: string, plan: Plan): SourceSpec => ({
  under: plan.tokens,
  name: JSON.stringify([kind, plan.clientId, plan.owner.appId, plan.owner.userId]),
  async obtain(wish) {
    const { obtainTokens } = await loadRenewal();
    return obtainTokens({ ...plan, owner: { ...plan.owner, shop: wish.shop } }, wish);
  },
});

/**
 * Tokens of an app for the stores of its own organization, which live for a day: the client credentials grant. Renewed
 * before they end.
 *
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/client-credentials-grant
 *
 * @throws ConfigError for options that are missing or unknown. The source throws AuthenticationError with a `reason`, such
 * as `not-installed` or `shop-not-permitted`.
 *
 * @example
 * const app = createShopifyApp({ auth: clientCredentials({ clientId, clientSecret }) });
 */
export function clientCredentials(options: ClientCredentialsOptions): TokenSource {
  check(options, { tokens: true, appId: true }, false);
  const { appId = 'default', tokens } = options;
  const plan: Plan = { ...appOf(options), tokens, owner: { appId }, isRefreshable: false, by: 'credentials' };
  const spec = specOf('client-credentials', plan);
  return keepingSource(() => spec);
}

const appOf = ({ clientId, clientSecret, requestTimeoutMs = 8_000 }: AppCredentials) => ({
  clientId,
  clientSecret,
  requestTimeoutMs,
});

/** @throws ConfigError with all that is wrong, and nothing of the secret. */
function check(
  options: AppCredentials,
  others: Readonly<Record<string, true>>,
  needsTokens: boolean,
  access?: unknown,
): void {
  const given: Readonly<Record<string, unknown>> = { ...options };
  const issues: Issue[] = [
    ...unknownNames(options, { clientId: true, clientSecret: true, requestTimeoutMs: true, ...others }),
    ...unknownValue('access', access, ['offline', 'online']),
  ];
  const problem = (field: string, message: string): number => issues.push({ field, message });
  for (const field of ['clientId', 'clientSecret']) {
    const value = given[field];
    if (typeof value !== 'string' || value === '') problem(field, 'is missing. Copy it from the Dev Dashboard.');
    else if (value !== value.trim()) problem(field, 'has white space around it. Trim it.');
  }
  const { requestTimeoutMs: timeoutMs, tokens } = given;
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 100 && timeoutMs <= 60_000)) {
    problem('requestTimeoutMs', 'must be milliseconds from 100 to 60,000.');
  }
  const isStore = ['get', 'replace'].every((method) => typeof Object(tokens)[method] === 'function');
  if (tokens === undefined ? needsTokens : !isStore) {
    problem('tokens', 'must be a token store with get and replace, such as createTokenStore makes.');
  }
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}

/**
 * Offline tokens that expire, from the token store: what `handleCallback` or `tokenExchange` stored there. Renewed with
 * their refresh token before they end, by one process at a time.
 *
 * A token in the store that does not expire is used until Shopify refuses it; then it is exchanged for a pair that
 * does, for which there is no way back and no other way on.
 *
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens
 *
 * @throws ConfigError for options that are missing or unknown. The source throws AuthenticationError with a `reason`, such
 * as `no-token`, `revoked` or `refresh-token-expired`.
 *
 * @example
 * const tokens = createTokenStore({ store: stores.keyValue, keys });
 * const app = createShopifyApp({ auth: offlineToken({ clientId, clientSecret, tokens }) });
 */
export function offlineToken(options: OfflineTokenOptions): TokenSource {
  check(options, { tokens: true, appId: true }, true);
  const { appId = 'default', tokens } = options;
  const spec = specOf('offline', { ...appOf(options), tokens, owner: { appId }, isRefreshable: true, by: 'stored' });
  return keepingSource(() => spec);
}

/**
 * The token of an embedded app for the request that it handles: a session token is exchanged, if there is nothing at hand
 * or in the store. An offline token that is about to end is renewed as by `offlineToken`.
 *
 * The session token is verified first, and gives tokens of its own shop only. Make a source for each request; what is at
 * hand is kept for the process.
 *
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/token-exchange
 *
 * @throws ConfigError for options that are missing or unknown. The source throws AuthenticationError with a `reason`, such
 * as `session-token`.
 *
 * @example
 * const sessionToken = request.headers.get('authorization');
 * const auth = tokenExchange({ clientId, clientSecret, sessionToken, access: 'online' });
 * const { data } = await createShopifyApp({ auth }).shop(shop).graphql(Products);
 */
export function tokenExchange(options: TokenExchangeOptions): TokenSource {
  const { sessionToken, access = 'offline', tokens, appId = 'default', clientId, clientSecret } = options;
  check(options, { tokens: true, appId: true, sessionToken: true, access: true }, access === 'offline', access);
  return keepingSource(({ clock }) => {
    const verified = verifySessionToken({ token: sessionToken, clientId, secrets: clientSecret, clock });
    const refused = (shop: string, why: string): AuthenticationError =>
      new AuthenticationError(`There is no token for ${shop}. ${why}`, { shop, reason: 'session-token' });
    if (!verified.ok) {
      const obtain = ({ shop }: TokenWish) => Promise.reject(refused(shop, verified.message));
      return { under: tokens, name: '', obtain };
    }
    const isRefreshable = access === 'offline';
    const spec = specOf('exchange', {
      ...appOf(options),
      tokens,
      owner: { appId, ...(!isRefreshable && { userId: verified.userId }) },
      isRefreshable,
      by: { sessionToken: sessionToken?.replace(/^bearer /i, '') ?? '' },
    });
    return {
      ...spec,
      obtain: async (wish) => {
        if (verified.shop === wish.shop) return spec.obtain(wish);
        throw refused(wish.shop, `The session token is of another shop, ${verified.shop}.`);
      },
    };
  });
}
