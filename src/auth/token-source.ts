import { AuthenticationError, ConfigError } from '../errors/errors.ts';
import type { TokenSource } from '../ports/token-source.ts';
import { keepingSource } from './kept-token.ts';

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
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: 'find', message: 'must be a function that gives the access token of a shop.' }],
    });
  }
  return keepingSource(() => ({
    under: find,
    name: '',
    async obtain({ shop, kept, connection }) {
      const found = await find(shop, { refused: kept.refused });
      const now = connection.clock.monotonic();
      if (typeof found === 'string') return { accessToken: found, endsAtMs: now };
      const { accessToken, expiresInSeconds } = Object(found) as Partial<TimedToken>;
      if (typeof accessToken === 'string' && typeof expiresInSeconds === 'number' && expiresInSeconds >= 0) {
        return { accessToken, endsAtMs: now + expiresInSeconds * 1_000 };
      }
      throw new AuthenticationError(
        `The function of tokenSource gave no token for ${shop}: return its text, or { accessToken, expiresInSeconds }.`,
        { shop },
      );
    },
  }));
}
