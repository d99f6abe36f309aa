// @ts-nocheck
import { assertValid } from '../errors/base.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { TimedToken, TokenWishContext } from './kept-sources.ts';
import { lateSource } from './late-source.ts';

/**
 * A function as a token source, for tokens that come from anywhere else.
 *
 * A `TimedToken` is kept, and the function asked again before it ends, while calls go on with the old one. A plain text
 * is used for the calls that wait for it, and asked for again by the next: the function can keep it itself. Calls for
 * one shop at the same time share one call of the function.
 *
 * @throws ConfigError where it is no function. The source throws what the function throws; what is no error of this
 * package becomes an AuthenticationError that repeats nothing of it but its name.
 *
 * @example
 * const auth = tokenSource(async (shop) => {
 *   const { token, ttl } = await secretsService.read(`shopify/${shop}`);
 *   return { accessToken: token, expiresInSeconds: ttl };
 * });
 */
export function tokenSource(
  find: (shop: string, context: TokenWishContext) => string | TimedToken | Promise<string | TimedToken>,
): TokenSource {
  if (typeof find !== 'function') {
    assertValid([{ field: 'find', message: 'must be a function that gives the access token of a shop.' }]);
  }
  return lateSource((sources, connection) => sources.functionSource(find, connection));
}
