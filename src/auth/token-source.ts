import { assertValid } from '../errors/base.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { TimedToken, TokenWishContext } from './kept-sources.ts';
import { lateSource } from './late-source.ts';

/**
 * Creates a token source from a function, for tokens kept anywhere else.
 *
 * A `TimedToken` is cached, and the function is called again before it expires, while calls keep using the old one. A
 * plain string is used only for the calls that wait for it; the next call asks again, so cache it in the function if
 * needed. Simultaneous calls for one shop share one call of the function.
 *
 * @throws ConfigError if `find` is not a function. The source throws what the function throws; errors not from this
 * package become an AuthenticationError that repeats only their name.
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
    assertValid([{ field: 'find', message: "must be a function that returns a shop's access token." }]);
  }
  return lateSource((sources, connection) => sources.functionSource(find, connection));
}
