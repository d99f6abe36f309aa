import type { ErrorCode, ShopwrightError } from '../errors/base.ts';
import { isShopwrightError } from '../errors/guards.ts';
import type { BreakerVerdict } from '../resilience/breaker.ts';
import { mayHaveExecuted } from '../resilience/retry.ts';
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

/** A send that brought no good answer. */
export interface FailedSend {
  readonly error: unknown;
  /** Milliseconds it took. */
  readonly ranMs: number;
}

/** A shop that has not answered for so long is in trouble, however short the caller's deadline. */
const patienceMs = 5000;

/** 5xx, network and time-out speak against the shop; a refusal shows that it is alive. */
export function judge(failed: FailedSend | undefined, state: BreakerState, progress: Progress): BreakerVerdict {
  if (!failed) return 'success';
  const { error, ranMs } = failed;
  // An abort says nothing about the shop.
  if (!isShopwrightError(error)) return 'neutral';
  if (error.code === 'DEADLINE_EXCEEDED' && ranMs < patienceMs) return 'neutral';
  if (!speaksAgainstShop(error)) return 'success';
  if (progress.countedByBreaker && state === 'closed') return 'neutral';
  progress.countedByBreaker = true;
  return 'failure';
}

const troubles: ReadonlySet<ErrorCode> = new Set(['NETWORK_ERROR', 'TIMEOUT', 'DEADLINE_EXCEEDED', 'INVALID_RESPONSE']);

function speaksAgainstShop(error: ShopwrightError): boolean {
  return troubles.has(error.code) || (error.code === 'HTTP_ERROR' && error.isRetryable);
}
