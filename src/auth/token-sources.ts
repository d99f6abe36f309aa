import { ConfigError, type Issue } from '../errors/errors.ts';
import { lateModule } from '../internal/late-module.ts';
import { unknownNames } from '../internal/names.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { RenewableTokenStore } from '../ports/token-store.ts';
import { keepingSource, type SourceSpec } from './kept-token.ts';
import type { RenewalPlan } from './renew-tokens.ts';

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

/** Loaded where something is not at hand: what renews is needed once an hour. */
const loadRenewal = lateModule(() => import('./renew-tokens.ts'));

/** A source whose tokens come by grants of the app. */
const grantedSource = (kind: string, plan: (shop: string) => RenewalPlan): TokenSource => {
  const { clientId, tokens, owner } = plan('');
  const spec: SourceSpec = {
    under: tokens,
    name: JSON.stringify([kind, clientId, owner.appId, owner.userId]),
    obtain: async (wish) => (await loadRenewal()).obtainTokens(plan(wish.shop), wish),
  };
  return keepingSource(() => spec);
};

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
  const grants = [{ kind: 'credentials', params: { grant_type: 'client_credentials' } }] as const;
  return grantedSource('client-credentials', (shop) => ({
    ...appOf(options),
    tokens,
    owner: { shop, appId },
    isRefreshable: false,
    grants: () => grants,
  }));
}

const appOf = ({ clientId, clientSecret, requestTimeoutMs = 8_000 }: AppCredentials) => ({
  clientId,
  clientSecret,
  requestTimeoutMs,
});

/** @throws ConfigError with all that is wrong, and nothing of the secret. */
function check(options: AppCredentials, others: Readonly<Record<string, true>>, needsTokens: boolean): void {
  const given: Readonly<Record<string, unknown>> = { ...options };
  const issues: Issue[] = [
    ...unknownNames(options, { clientId: true, clientSecret: true, requestTimeoutMs: true, ...others }),
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

const tokenTypes = 'urn:shopify:params:oauth:token-type:';

const exchangeType = 'urn:ietf:params:oauth:grant-type:token-exchange';

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
  return grantedSource('offline', (shop) => ({
    ...appOf(options),
    tokens,
    owner: { shop, appId },
    isRefreshable: true,
    grants(current) {
      if (!current) return [];
      const { accessToken, accessTokenExpiresAt, refreshToken } = current;
      if (refreshToken !== null) return [refreshWith(refreshToken)];
      if (accessTokenExpiresAt !== null) return [];
      const type = `${tokenTypes}offline-access-token`;
      return [
        {
          kind: 'migration',
          params: {
            grant_type: exchangeType,
            subject_token: accessToken,
            subject_token_type: type,
            requested_token_type: type,
            expiring: '1',
          },
        },
      ];
    },
  }));
}

const refreshWith = (refreshToken: string) =>
  ({ kind: 'refresh', params: { grant_type: 'refresh_token', refresh_token: refreshToken } }) as const;
