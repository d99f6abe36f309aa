import { assertValid, type Issue } from '../errors/base.ts';
import { missingMethods, unknownNames, unknownValue } from '../internal/names.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type {
  AppCredentials,
  ClientCredentialsOptions,
  OfflineTokenOptions,
  TokenExchangeOptions,
} from './kept-sources.ts';
import { lateSource } from './late-source.ts';

/**
 * Creates a token source for the stores of the app's own organization, using the client credentials grant. Tokens are
 * valid for a day and renewed before they expire.
 *
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/client-credentials-grant
 *
 * @throws ConfigError for missing or unknown options. The source throws AuthenticationError with a `reason`, such as
 * `not-installed` or `shop-not-permitted`.
 *
 * @example
 * const app = createShopifyApp({ auth: clientCredentials({ clientId, clientSecret }) });
 */
export function clientCredentials(options: ClientCredentialsOptions): TokenSource {
  const given = check(options, { tokens: true, appId: true }, false);
  return lateSource((sources, connection) => sources.credentialsSource(given, connection));
}

/** Returns a copy of the options. @throws ConfigError listing everything that is wrong, without the secret. */
function check<Options extends AppCredentials>(
  options: Options,
  others: Readonly<Record<string, true>>,
  needsTokens: boolean,
  access?: unknown,
): Options {
  const given: Readonly<Record<string, unknown>> = { ...(options as object) };
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
  const timeoutMs = given['requestTimeoutMs'];
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 100 && timeoutMs <= 60_000)) {
    problem('requestTimeoutMs', 'must be milliseconds from 100 to 60,000.');
  }
  if (
    missingMethods('tokens', needsTokens ? Object(given['tokens']) : given['tokens'], ['get', 'replace']).length > 0
  ) {
    problem('tokens', 'must be a token store with get and replace, as createTokenStore returns.');
  }
  assertValid(issues);
  return { ...options };
}

/**
 * Creates a token source for the expiring offline tokens that `handleCallback` or `tokenExchange` put into the token
 * store. They are renewed with their refresh token before they expire, by one process at a time.
 *
 * A stored token that does not expire is used until Shopify refuses it; then it is exchanged for an expiring pair,
 * which cannot be undone.
 *
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens
 *
 * @throws ConfigError for missing or unknown options. The source throws AuthenticationError with a `reason`, such as
 * `no-token`, `revoked` or `refresh-token-expired`.
 *
 * @example
 * const tokens = createTokenStore({ store: stores.keyValue, keys });
 * const app = createShopifyApp({ auth: offlineToken({ clientId, clientSecret, tokens }) });
 */
export function offlineToken(options: OfflineTokenOptions): TokenSource {
  const given = check(options, { tokens: true, appId: true }, true);
  return lateSource((sources, connection) => sources.offlineSource(given, connection));
}

/**
 * Creates a token source for one request to an embedded app: its session token is exchanged, unless a token is cached
 * or stored. An offline token that is about to expire is renewed as by `offlineToken`.
 *
 * The session token is verified first, and only yields tokens of its own shop. Create a source for each request; tokens
 * are cached per process.
 *
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/token-exchange
 *
 * @throws ConfigError for missing or unknown options. The source throws AuthenticationError with a `reason`, such as
 * `session-token`.
 *
 * @example
 * const sessionToken = request.headers.get('authorization');
 * const auth = tokenExchange({ clientId, clientSecret, sessionToken, access: 'online' });
 * const { data } = await createShopifyApp({ auth }).shop(shop).graphql(Products);
 */
export function tokenExchange(options: TokenExchangeOptions): TokenSource {
  const { access = 'offline' } = options;
  const names = { tokens: true, appId: true, sessionToken: true, access: true } as const;
  const given = check(options, names, access === 'offline', access);
  return lateSource((sources, connection) => sources.exchangeSource(given, connection));
}
