// @ts-nocheck
import { AuthenticationError, isControlFlow, isShopwrightError, type ShopwrightError } from '../errors/errors.ts';
import type { LinkedSignal } from '../internal/abort.ts';
import { isRecord } from '../internal/json.ts';
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
    throw isShopwrightError(error) || isControlFlow(error) ? error : sourceFailed(error, shop);
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
    throw isShopwrightError(error) || isControlFlow(error) ? error : sourceFailed(error, shop);
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
 * @throws AuthenticationError of the source, and the caller's abort reason.
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
    // A source that knows why there is no token says it better than the refusal.
    if (isControlFlow(thrown) || isShopwrightError(thrown, 'AUTHENTICATION_FAILED')) throw thrown;
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

/**
 * A response as errors, events and log lines may repeat it: without the token in its headers and, if the response is a
 * refusal, in its body. What a good response holds is the caller's and stays as it came.
 */
export function withoutToken(response: TransportResponse, token: string): TransportResponse {
  const { status, headers, body } = response;
  const isGood = status >= 200 && status <= 299;
  return {
    status,
    body: isGood ? body : cutToken(body, token),
    headers: {
      get(name) {
        const value = headers.get(name);
        return value === null ? null : cutToken(value, token);
      },
    },
  };
}

/** Cuts the token out of what an error shows. Its data is hidden, and stays as it came. */
export function withoutTokenInError<E>(error: E, token: string): E {
  if (!isShopwrightError(error)) return error;
  error.message = cutToken(error.message, token);
  if (error.stack !== undefined) error.stack = cutToken(error.stack, token);
  for (const [name, value] of Object.entries(error)) {
    const cut = cutTokens(value, token);
    if (cut !== value) Reflect.set(error, name, cut);
  }
  return error;
}

/** Like `cutToken`, for texts at any depth. Properties that are hidden stay so, and stay as they are. */
function cutTokens(value: unknown, token: string): unknown {
  if (typeof value === 'string') return cutToken(value, token);
  if (Array.isArray(value)) return value.map((entry) => cutTokens(entry, token));
  if (!isRecord(value)) return value;
  const properties = Object.entries(Object.getOwnPropertyDescriptors(value)).map(([name, property]) => [
    name,
    property.enumerable ? { ...property, value: cutTokens(property.value, token) } : property,
  ]);
  return Object.create(Object.getPrototypeOf(value), Object.fromEntries(properties));
}

/**
 * Shopify's tokens have more than 30 characters. A shorter one, such as `test` against a mock server, is no secret and
 * would be found in any text.
 */
const shortestSecret = 16;

function cutToken(text: string, token: string): string {
  return token.length < shortestSecret ? text : text.replaceAll(token, '[redacted]');
}
