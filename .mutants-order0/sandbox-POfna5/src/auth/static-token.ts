// @ts-nocheck
import { assertValid, type Issue } from '../errors/base.ts';
import type { TokenSource } from '../ports/token-source.ts';

/** What keeps a text from being an access token; nothing of the text is repeated. */
export function tokenProblems(accessToken: unknown): readonly Issue[] {
  const problem = (message: string): Issue[] => [{ field: 'accessToken', message }];
  if (typeof accessToken !== 'string') {
    return problem('is missing. Give an Admin API access token, or a token source as auth.');
  }
  if (accessToken === '' || accessToken !== accessToken.trim()) {
    return problem('is empty or has white space around it. Copy the Admin API access token again.');
  }
  // A header carries nothing else, and the refusal would come as a failed connection.
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    return problem('has characters that no token has. Copy the Admin API access token again.');
  }
  return [];
}

/**
 * One token that never changes, as a custom app of one shop has it.
 *
 * @throws ConfigError where it is none.
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
