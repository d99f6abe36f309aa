import type { SyncRecord } from '../ports/sync-record-store.ts';

/** Codes that say nothing about the product: the shop, or a store of our own, could not be reached, or not in time. */
const codes: ReadonlySet<string> = new Set([
  'THROTTLED',
  'HTTP_ERROR',
  'NETWORK_ERROR',
  'TIMEOUT',
  'DEADLINE_EXCEEDED',
  'CIRCUIT_OPEN',
  'OUTCOME_UNKNOWN',
  // Such as that of the tokens.
  'STORAGE_FAILED',
  'LOCK_LOST',
]);

/** Whether an error with that code says that the shop was out of reach, and nothing about the product. */
export function isOutOfReach(code: string): boolean {
  return codes.has(code);
}

/**
 * Whether a push failed because the shop was out of reach, and not because the product was refused, so that the
 * same push can succeed later. Doing it again is harmless: it says a whole state of an identified product.
 */
export function wasOutOfReach({ status, lastError }: SyncRecord): boolean {
  return status === 'failed' && lastError !== null && isOutOfReach(lastError.code);
}
