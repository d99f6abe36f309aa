import type { ShopwrightError } from '../errors/errors.ts';

/** What to do about a failed attempt: send again after a delay, or stop. */
type RetryDecision = { readonly action: 'retry'; readonly delayMs: number } | { readonly action: 'stop' };

interface FailedAttempt {
  readonly error: ShopwrightError;
  /** Retries made before this attempt. */
  readonly retries: number;
  readonly idempotency: Idempotency;
}

/** Whether the failed request can have been carried out by Shopify. */
export function mayHaveExecuted(error: ShopwrightError): boolean {
  return error.mayHaveExecuted === true;
}

/**
 * Decides about a retry. Pure: the same arguments give the same decision, but for the jitter, which comes
 * from `random` (0 up to 1).
 */
export function decideRetry(failed: FailedAttempt, policy: RetryPolicy, random: () => number): RetryDecision {
  const { error, retries, idempotency } = failed;
  const repeatable = idempotency !== 'unsafe' || !mayHaveExecuted(error);
  const worthIt = error.isRetryable && error.code !== 'CIRCUIT_OPEN' && error.code !== 'DEADLINE_EXCEEDED';
  if (!repeatable || !worthIt || retries >= policy.maxRetries) return { action: 'stop' };
  // A server can ask for a day: its caller, or the caller's queue, knows better what to do until then.
  if ((error.retryAfterMs ?? 0) > policy.maxDelayMs) return { action: 'stop' };
  const ceilingMs = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** retries);
  // A Retry-After of 0 would have us hammer at the shop.
  return { action: 'retry', delayMs: error.retryAfterMs || random() * ceilingMs };
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
  /** Sends after the first. Default 5. */
  readonly maxRetries: number;
  /** Milliseconds of the first backoff; each further one doubles, with full jitter. Default 500. */
  readonly baseDelayMs: number;
  /**
   * Milliseconds that no wait exceeds. Default 30,000. A response that asks for a longer one, by `Retry-After` or its
   * bucket, ends the call with `retryAfterMs` on the error.
   */
  readonly maxDelayMs: number;
}
