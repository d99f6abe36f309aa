import { AuthenticationError, isControlFlow, isShopwrightError, type ShopwrightError } from '../errors/errors.ts';
import type { LinkedSignal } from '../internal/abort.ts';
import { isRecord } from '../internal/json.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { TransportResponse } from '../ports/transport.ts';

/** Characters allowed in a header; `Headers` refuses others with an error that names no field. */
const sendable = /^[\x21-\x7e]+$/;

/**
 * Returns the token if the source has it in memory, so that there is nothing to wait for.
 *
 * @throws AuthenticationError if the source fails.
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
 * Requests the token from the source.
 *
 * @param limit The time limit of the source.
 * @throws AuthenticationError if there is no usable token, and the limit's reason.
 */
export async function takeToken(tokens: TokenSource, shop: string, limit: LinkedSignal): Promise<string> {
  try {
    const token = await limit.until(tokens.get(shop, limit.signal));
    if (typeof token === 'string' && sendable.test(token)) return token;
    throw new AuthenticationError(`The token source returned no usable access token for ${shop}.`, { shop });
  } catch (error) {
    if (limit.signal.aborted) throw limit.signal.reason;
    throw isShopwrightError(error) || isControlFlow(error) ? error : sourceFailed(error, shop);
  }
}

/** A token that Shopify refused, and the error of the refusal. */
interface RefusedToken {
  readonly shop: string;
  readonly token: string;
  readonly error: ShopwrightError;
}

/**
 * After a 401: asks whether the source can return another token, so that the call is worth retrying once.
 *
 * @param limit The time limit of the source.
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
    // If the source knows why there is no token, its error is better than the refusal.
    if (isControlFlow(thrown) || isShopwrightError(thrown, 'AUTHENTICATION_FAILED')) throw thrown;
    // The caller must see the refusal; the source's failure is added to it.
    error.message += ` ${sourceFailed(thrown, shop).message}`;
    return false;
  }
}

/** A host's own source can throw anything, so only the error's name is quoted. */
function sourceFailed(thrown: unknown, shop: string): AuthenticationError {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new AuthenticationError(`The token source failed for ${shop} with ${name}.`, { shop });
}

/**
 * Returns a response in a form that errors, events and log lines may quote: without the token in its headers and, if it
 * is a refusal, in its body. A good response belongs to the caller and is left unchanged.
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

/** Removes the token from the visible parts of an error. Its data is hidden, and left unchanged. */
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

/** Like `cutToken`, for texts at any depth. Hidden properties stay hidden and unchanged. */
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
 * Shopify's tokens have more than 30 characters. A shorter one, such as `test` for a mock server, is not a secret and
 * could occur in any text.
 */
const shortestSecret = 16;

function cutToken(text: string, token: string): string {
  return token.length < shortestSecret ? text : text.replaceAll(token, '[redacted]');
}
