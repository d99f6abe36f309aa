import { isShopwrightError, type ShopwrightError } from '../errors/errors.ts';

/** What to do after a failed attempt: send again after a delay, or stop. */
export type RetryDecision = { readonly action: 'retry'; readonly delayMs: number } | { readonly action: 'stop' };

interface FailedAttempt {
  readonly error: ShopwrightError;
  readonly idempotency: Idempotency;
  /** Retries before this attempt, not counting those after throttling. */
  readonly retries: number;
  /** Throttled responses before this attempt. */
  readonly throttles: number;
  /** Milliseconds since the first throttled response; 0 for the first. */
  readonly throttledMs: number;
}

/** Whether Shopify may have carried out the failed request. */
export function mayHaveExecuted(error: ShopwrightError): boolean {
  return error.mayHaveExecuted === true;
}

/**
 * Milliseconds before a throttled call is sent again, if the response names none:
 * https://shopify.dev/docs/api/usage/limits
 */
const documentedPauseMs = 1000;

/**
 * Maximum spread of throttled calls, in backoffs: with longer pauses, callers that do not wait would take the points.
 */
const longestSpread = 8;

/**
 * Decides about a retry. Pure: the same arguments give the same decision, except for the jitter from `random` (0 up to
 * 1).
 *
 * Throttling does not mean that the shop is failing: others use the same bucket, and points are restored. It is limited
 * by time, and each further throttled response spreads the callers over a longer time.
 */
export function decideRetry(failed: FailedAttempt, policy: RetryPolicy, random: () => number): RetryDecision {
  const { error, retries, idempotency, throttles, throttledMs } = failed;
  const { maxRetries, baseDelayMs, maxDelayMs, maxThrottledMs } = policy;
  const isThrottled = error.code === 'THROTTLED';
  const repeatable = idempotency !== 'unsafe' || !mayHaveExecuted(error);
  const worthIt = error.isRetryable && error.code !== 'CIRCUIT_OPEN' && error.code !== 'DEADLINE_EXCEEDED';
  // No retries means sending once, whatever the response.
  const isLast = maxRetries === 0 || (!isThrottled && retries >= maxRetries);
  if (!repeatable || !worthIt || isLast) return { action: 'stop' };
  // A server can demand a day: the caller, or its queue, can decide better what to do until then.
  if ((error.retryAfterMs ?? 0) > maxDelayMs) return { action: 'stop' };
  // A Retry-After of 0 would make us hammer the shop.
  if (!isThrottled) {
    const ceilingMs = Math.min(maxDelayMs, baseDelayMs * 2 ** retries);
    return { action: 'retry', delayMs: error.retryAfterMs || random() * ceilingMs };
  }
  // Only a wait named by the response must be observed in full; this one is a guess, so `maxDelayMs` shortens it.
  const pauseMs = error.retryAfterMs || Math.min(documentedPauseMs, maxDelayMs);
  const leftMs = Math.min(maxDelayMs, maxThrottledMs - throttledMs);
  // Retrying without any wait would hammer the shop.
  if (pauseMs === 0 || pauseMs > leftMs) return { action: 'stop' };
  const jitterMs = random() * baseDelayMs * Math.min(longestSpread, 2 ** (throttles - 2));
  return { action: 'retry', delayMs: Math.min(leftMs, pauseMs + jitterMs) };
}

/** Progress of one call's retries. */
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

  /** Adds to the error of a throttled call how long it was throttled. */
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
 * Stops retry storms: retries of one shop spend from a budget that only successes refill. While most calls succeed, it
 * has no effect; when most fail, calls give up after their first attempt.
 */
export interface RetryBudget {
  /** Takes the cost of one retry. Returns `false` if the budget is too low for it. */
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
      // Successful retries are not part of a storm, so their cost is refunded.
      left = Math.min(capacity, left + Math.max(successGain, retries * retryCost));
    },
  };
}

/**
 * What happens if the same operation is sent twice: an `idempotent` one sets the same state again and changes nothing;
 * a `keyed` one is recognized by its idempotency key; an `unsafe` one would be carried out twice.
 */
export type Idempotency = 'idempotent' | 'keyed' | 'unsafe';

/** How often and after which delays a call is retried. */
export interface RetryPolicy {
  /**
   * Maximum number of retries, not counting those after throttling, which `maxThrottledMs` limits. 0 sends once,
   * whatever the response. Default 5.
   */
  readonly maxRetries: number;
  /** First backoff in milliseconds; it doubles with each retry, with full jitter. Default 500. */
  readonly baseDelayMs: number;
  /**
   * Longest wait in milliseconds. Default 30,000. If a response demands a longer one, by `Retry-After` or by the points
   * its bucket lacks, the call fails with `retryAfterMs` on the error. A throttled call whose response names no wait is
   * sent again after a second, or after `maxDelayMs` if that is shorter; with 0 it fails.
   */
  readonly maxDelayMs: number;
  /**
   * Milliseconds for which a throttled call (429, `THROTTLED`) is retried, starting with its first throttled response.
   * These retries count neither towards `maxRetries` nor against the shop's retry budget: others use the same points,
   * which are restored. 0 does not retry. Default 300,000 (5 minutes).
   */
  readonly maxThrottledMs: number;
}
