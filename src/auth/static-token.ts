import { assertValid, type Issue } from '../errors/base.ts';
import type { TokenSource } from '../ports/token-source.ts';

/** Finds what is wrong with an access token, without repeating any of it. */
export function tokenProblems(accessToken: unknown): readonly Issue[] {
  const problem = (message: string): Issue[] => [{ field: 'accessToken', message }];
  if (typeof accessToken !== 'string') {
    return problem('is missing. Pass an Admin API access token, or a token source as auth.');
  }
  if (accessToken === '' || accessToken !== accessToken.trim()) {
    return problem('is empty or has white space around it. Copy the Admin API access token again.');
  }
  // A header allows no other characters, and `fetch` would fail as if the connection had.
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    return problem('has characters that tokens never contain. Copy the Admin API access token again.');
  }
  return [];
}

/**
 * Creates a token source for a fixed token, such as that of a custom app.
 *
 * @throws ConfigError if it is invalid.
 *
 * @example
 * ```ts
 * const app = createShopifyApp({ auth: staticToken(process.env.SHOPIFY_ACCESS_TOKEN ?? '') });
 * ```
 */
export function staticToken(accessToken: string): TokenSource {
  const problems = tokenProblems(accessToken);
  assertValid(problems);
  return {
    peek: () => accessToken,
    get: () => Promise.resolve(accessToken),
    invalidate: () => Promise.resolve(false),
  };
}
