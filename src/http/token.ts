import { AuthenticationError, isShopwrightError, type ShopwrightError } from '../errors/errors.ts';
import type { LinkedSignal } from '../internal/abort.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { TransportResponse } from '../ports/transport.ts';

/** Characters that a header can carry; `Headers` refuses others with an error that names no field. */
const sendable = /^[\x21-\x7e]+$/;

/**
 * The token that the source has at hand, so that there is nothing to wait for.
 *
 * @throws AuthenticationError where the source fails.
 */
export function tokenAtHand(tokens: TokenSource, shop: string): string | undefined {
  try {
    const token = tokens.peek?.(shop);
    // `takeToken` reports a token that cannot be sent.
    return typeof token === 'string' && sendable.test(token) ? token : undefined;
  } catch (error) {
    throw isShopwrightError(error) ? error : sourceFailed(error, shop);
  }
}

/**
 * Asks the token source.
 *
 * @param limit The time that it has.
 * @throws AuthenticationError where there is no usable token, and the limit's reason.
 */
export async function takeToken(tokens: TokenSource, shop: string, limit: LinkedSignal): Promise<string> {
  try {
    const token = await limit.until(tokens.get(shop, limit.signal));
    if (typeof token === 'string' && sendable.test(token)) return token;
    throw new AuthenticationError(`The token source gave no usable access token for ${shop}.`, { shop });
  } catch (error) {
    if (limit.signal.aborted) throw limit.signal.reason;
    throw isShopwrightError(error) ? error : sourceFailed(error, shop);
  }
}

/** A token that Shopify refused, and the error that says so. */
interface RefusedToken {
  readonly shop: string;
  readonly token: string;
  readonly error: ShopwrightError;
}

/**
 * After a 401: whether the source can give another token, so that the call is worth one replay.
 *
 * @param limit The time that the source has.
 * @param signal The caller's.
 * @throws The caller's abort reason.
 */
export async function renewToken(
  tokens: TokenSource,
  { shop, token, error }: RefusedToken,
  limit: LinkedSignal,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return await limit.until(tokens.invalidate(shop, token));
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    // The caller must hear of the refusal; what went wrong with the source is added to it.
    error.message += ` ${sourceFailed(thrown, shop).message}`;
    return false;
  }
}

/** A host's own source can throw anything, so only the name of the error is repeated. */
function sourceFailed(thrown: unknown, shop: string): AuthenticationError {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new AuthenticationError(`The token source failed for ${shop} with ${name}.`, { shop });
}

/** Errors quote what a server says; where it repeats the token, that is cut out. */
export function withoutToken(response: TransportResponse, token: string): TransportResponse {
  return response.body.includes(token)
    ? { ...response, body: response.body.replaceAll(token, '[redacted]') }
    : response;
}
