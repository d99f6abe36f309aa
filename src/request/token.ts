import { AuthenticationError } from '../errors/answer.ts';
import type { ShopwrightError } from '../errors/base.ts';
import { isShopwrightError } from '../errors/guards.ts';
import { attemptLimit } from './time-limits.ts';
import type { Call, CallEnvironment } from './types.ts';

/** Characters that a header can carry; `Headers` refuses others with an error that names no field. */
const sendable = /^[\x21-\x7e]+$/;

/**
 * The token that the source has at hand, so that there is nothing to wait for.
 *
 * @throws AuthenticationError where the source fails.
 */
export function readyToken({ shop, tokens }: CallEnvironment): string | undefined {
  try {
    const token = tokens.peek?.(shop);
    // What cannot be sent is told by `takeToken`.
    return typeof token === 'string' && sendable.test(token) ? token : undefined;
  } catch (error) {
    throw isShopwrightError(error) ? error : sourceFailed(error, shop);
  }
}

/**
 * Asks the token source, within the time of one attempt and of the whole call.
 *
 * @throws AuthenticationError where there is no usable token, TimeoutError, and the caller's abort reason.
 */
export async function takeToken(
  call: Call<unknown>,
  environment: CallEnvironment,
  deadlineAt: number,
): Promise<string> {
  const { shop, clock, tokens } = environment;
  const limit = attemptLimit(call, environment, deadlineAt - clock.monotonic(), false);
  try {
    const token = await limit.until(tokens.get(shop, limit.signal));
    if (typeof token === 'string' && sendable.test(token)) return token;
    throw new AuthenticationError(`The token source gave no usable access token for ${shop}.`, { shop });
  } catch (error) {
    if (limit.signal.aborted) throw limit.signal.reason;
    throw isShopwrightError(error) ? error : sourceFailed(error, shop);
  } finally {
    limit.release();
  }
}

/**
 * After a 401: whether the source can give another token, so that the call is worth one replay. The source has
 * the time of one attempt.
 *
 * @throws The caller's abort reason.
 */
export async function renewToken(
  error: ShopwrightError,
  call: Call<unknown>,
  environment: CallEnvironment,
  token: string,
  deadlineAt: number,
): Promise<boolean> {
  if (error.code !== 'AUTHENTICATION_FAILED') return false;
  const { shop, clock, tokens } = environment;
  const limit = attemptLimit(call, environment, deadlineAt - clock.monotonic(), false);
  try {
    return await limit.until(tokens.invalidate(shop, token));
  } catch (thrown) {
    if (call.signal?.aborted) throw call.signal.reason;
    // The refusal is what the caller must hear of; what went wrong with the source is told beside it.
    error.message += ` ${sourceFailed(thrown, shop).message}`;
    return false;
  } finally {
    limit.release();
  }
}

/** What a source of the host's own throws can hold anything: only its name is told on. */
function sourceFailed(thrown: unknown, shop: string): AuthenticationError {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new AuthenticationError(`The token source failed for ${shop} with ${name}.`, { shop });
}
