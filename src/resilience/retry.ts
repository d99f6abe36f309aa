import type { ShopwrightError } from '../errors/base.ts';
import type { RetryPolicy, Safety } from './types.ts';

/** What to do about a failed attempt: send again after a delay, or stop. */
type RetryDecision = { readonly action: 'retry'; readonly delayMs: number } | { readonly action: 'stop' };

interface FailedAttempt {
  readonly error: ShopwrightError;
  /** Retries made before this attempt. */
  readonly retries: number;
  readonly safety: Safety;
}

/** Whether the failed request can have been carried out by Shopify. */
export function mayHaveExecuted(error: ShopwrightError): boolean {
  if ('mayHaveExecuted' in error) return error.mayHaveExecuted === true;
  if (!error.isRetryable) return false;
  return error.code === 'HTTP_ERROR' || error.code === 'INVALID_RESPONSE';
}

/**
 * Decides about a retry. Pure: the same arguments give the same answer, but for the jitter, which comes
 * from `random` (0 up to 1).
 */
export function decideRetry(failed: FailedAttempt, policy: RetryPolicy, random: () => number): RetryDecision {
  const { error, retries, safety } = failed;
  const repeatable = safety !== 'never' || !mayHaveExecuted(error);
  const worthIt = error.isRetryable && error.code !== 'CIRCUIT_OPEN' && error.code !== 'DEADLINE_EXCEEDED';
  if (!repeatable || !worthIt || retries >= policy.maxRetries) return { action: 'stop' };
  const ceilingMs = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** retries);
  // A Retry-After of 0 would have us hammer at the shop.
  return { action: 'retry', delayMs: error.retryAfterMs || random() * ceilingMs };
}
