import type { ShopwrightError } from '../errors/base.ts';
import { isShopwrightError } from '../errors/guards.ts';
import type { BreakerVerdict } from '../resilience/circuit-breaker.ts';
import { mayHaveExecuted } from '../resilience/decide-retry.ts';
import type { BreakerState } from '../resilience/types.ts';

/** How far a call has come, over all its attempts. */
export interface Progress {
  /** Requests sent. */
  sent: number;
  waitedMs: number;
  /** Wall time of the last send. */
  sentAt: number;
  /** Wall time of the first send. */
  firstSentAt: number | undefined;
  /** A call counts once against the breaker, however often it is retried. */
  countedByBreaker: boolean;
  /** An earlier send may have been carried out, and no answer has settled that since. */
  unresolved: boolean;
}

/** Keeps in mind whether a mutation may have been carried out. */
export function noteOutcome(progress: Progress, error: ShopwrightError): void {
  if (mayHaveExecuted(error)) progress.unresolved = true;
  else if (error.code === 'USER_ERROR' || error.code === 'GRAPHQL_ERROR') progress.unresolved = false;
}

/** 5xx, network and time-out speak against the shop; a refusal shows that it is alive. */
export function judge(error: unknown, state: BreakerState, progress: Progress): BreakerVerdict {
  if (error === undefined) return 'success';
  // An abort, and a deadline that the caller has set too short, say nothing about the shop.
  if (!isShopwrightError(error) || error.code === 'DEADLINE_EXCEEDED') return 'neutral';
  const { code, isRetryable } = error;
  const failed =
    code === 'NETWORK_ERROR' ||
    code === 'TIMEOUT' ||
    code === 'INVALID_RESPONSE' ||
    (code === 'HTTP_ERROR' && isRetryable);
  if (!failed) return 'success';
  if (progress.countedByBreaker && state === 'closed') return 'neutral';
  progress.countedByBreaker = true;
  return 'failure';
}
