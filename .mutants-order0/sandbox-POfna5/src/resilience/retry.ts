// @ts-nocheck
import { isShopwrightError, type ShopwrightError } from '../errors/errors.ts';

/** What to do about a failed attempt: send again after a delay, or stop. */
export type RetryDecision = { readonly action: 'retry'; readonly delayMs: number } | { readonly action: 'stop' };

interface FailedAttempt {
  readonly error: ShopwrightError;
  readonly idempotency: Idempotency;
  /** Retries made before this attempt, without those after throttling. */
  readonly retries: number;
  /** Throttled responses before this attempt. */
  readonly throttles: number;
  /** Milliseconds since the first throttled response; 0 for the first. */
  readonly throttledMs: number;
}

/** Whether the failed request can have been carried out by Shopify. */
export function mayHaveExecuted(error: ShopwrightError): boolean {
  return error.mayHaveExecuted === true;
}

/** Milliseconds before a throttled call is sent again, where the response names none: https://shopify.dev/docs/api/usage/limits */
const documentedPauseMs = 1000;

/** Backoffs over which throttled calls are spread at most: longer pauses would leave points to those who do not wait. */
const longestSpread = 8;

/**
 * Decides about a retry. Pure: the same arguments give the same decision, but for the jitter, which comes
 * from `random` (0 up to 1).
 *
 * Throttling does not mean that the shop fails: others use the same bucket, and points come back. It is bounded by time, and
 * each further throttled response spreads the callers over a longer time.
 */
export function decideRetry(failed: FailedAttempt, policy: RetryPolicy, random: () => number): RetryDecision {
  const { error, retries, idempotency, throttles, throttledMs } = failed;
  const { maxRetries, baseDelayMs, maxDelayMs, maxThrottledMs } = policy;
  const isThrottled = error.code === 'THROTTLED';
  const repeatable = idempotency !== 'unsafe' || !mayHaveExecuted(error);
  const worthIt = error.isRetryable && error.code !== 'CIRCUIT_OPEN' && error.code !== 'DEADLINE_EXCEEDED';
  // Who asks for no retries wants one send, whatever comes back.
  const isLast = maxRetries === 0 || (!isThrottled && retries >= maxRetries);
  if (!repeatable || !worthIt || isLast) return { action: 'stop' };
  // A server can ask for a day: its caller, or the caller's queue, knows better what to do until then.
  if ((error.retryAfterMs ?? 0) > maxDelayMs) return { action: 'stop' };
  // A Retry-After of 0 would have us hammer at the shop.
  if (!isThrottled) {
    const ceilingMs = Math.min(maxDelayMs, baseDelayMs * 2 ** retries);
    return { action: 'retry', delayMs: error.retryAfterMs || random() * ceilingMs };
  }
  const pauseMs = error.retryAfterMs || documentedPauseMs;
  const leftMs = Math.min(maxDelayMs, maxThrottledMs - throttledMs);
  if (pauseMs > leftMs) return { action: 'stop' };
  const jitterMs = random() * baseDelayMs * Math.min(longestSpread, 2 ** (throttles - 2));
  return { action: 'retry', delayMs: Math.min(leftMs, pauseMs + jitterMs) };
}

/** How far the retries of one call have come. */
export class RetryCourse {
  /** Retries so far, without those after throttling. */
  retries = 0;
  #throttles = 0;
  /** Monotonic time of the first throttled response. */
  #throttledAt: number | undefined;

  /** Decides about a failed attempt, and counts it. */
  decide(
    failed: Pick<FailedAttempt, 'error' | 'idempotency'>,
    policy: RetryPolicy,
    random: () => number,
    nowMs: number,
  ): RetryDecision {
    const isThrottled = failed.error.code === 'THROTTLED';
    if (isThrottled) this.#throttledAt ??= nowMs;
    const so = { retries: this.retries, throttles: this.#throttles, throttledMs: this.#throttledMs(nowMs) };
    const decision = decideRetry({ ...failed, ...so }, policy, random);
    if (isThrottled) this.#throttles += 1;
    else this.retries += 1;
    return decision;
  }

  /** Says on the error that ends a throttled call for how long it was throttled. */
  sayHowLong(error: unknown, nowMs: number): void {
    if (!isShopwrightError(error, 'THROTTLED') || this.#throttles < 2) return;
    error.throttledMs = this.#throttledMs(nowMs);
    error.message +=
      ` Throttled ${this.#throttles} times in ${Math.round(error.throttledMs / 1000)} s. ` +
      'See who else uses the same app and shop, or raise retry.maxThrottledMs.';
  }

  #throttledMs(nowMs: number): number {
    return nowMs - (this.#throttledAt ?? nowMs);
  }
}

/**
 * Stops retry storms: retries of one shop spend from a budget that only successes fill again. While
 * most calls succeed it is never felt; when most fail, calls give up after their first attempt.
 */
export interface RetryBudget {
  /** Takes what one retry costs. `false` where the budget is too low for it. */
  spend(): boolean;
  /** A call succeeded, after that many retries. */
  succeeded(retries: number): void;
}

const capacity = 500;

const retryCost = 5;

const successGain = 1;

export function createRetryBudget(): RetryBudget {
  let left = capacity;
  return {
    spend() {
      if (left < retryCost) return false;
      left -= retryCost;
      return true;
    },
    succeeded(retries) {
      // A retry that helped is not part of a storm: what it took comes back.
      left = Math.min(capacity, left + Math.max(successGain, retries * retryCost));
    },
  };
}

/**
 * What a second send of the same operation does: an `idempotent` one says the whole state again and changes
 * nothing more; a `keyed` one is recognized by its idempotency key; an `unsafe` one would be done twice.
 */
export type Idempotency = 'idempotent' | 'keyed' | 'unsafe';

/** How often and how patiently a call is tried again. */
export interface RetryPolicy {
  /**
   * Sends after the first; those after throttling do not count, `maxThrottledMs` limits them. 0 sends once, whatever
   * comes back. Default 5.
   */
  readonly maxRetries: number;
  /** Milliseconds of the first backoff; each further one doubles, with full jitter. Default 500. */
  readonly baseDelayMs: number;
  /**
   * Milliseconds that no wait exceeds. Default 30,000. A response that asks for a longer one ends the call with
   * `retryAfterMs` on the error, be it by `Retry-After` or by what its bucket lacks at its restore rate.
   */
  readonly maxDelayMs: number;
  /**
   * Milliseconds for which a throttled call (429, `THROTTLED`) is sent again, from its first throttled response on.
   * Throttling counts neither as one of `maxRetries` nor against the shop's retry budget: somebody else uses the same
   * points, which come back. 0 does not wait at all. Default 300,000 (5 minutes).
   */
  readonly maxThrottledMs: number;
}
