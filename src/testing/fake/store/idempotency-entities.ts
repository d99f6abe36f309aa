import type { Entity } from './entity-store.ts';

/** What came of a mutation with an idempotency key. */
export interface IdempotencyRecordEntity extends Entity {
  /** Digest of app and key. */
  readonly id: string;
  /** Digest of the mutation and its arguments. */
  readonly fingerprint: string;
  readonly state: 'done' | 'failed';
  /** With references in place of what stands in the store; see `recordedPayload`. */
  readonly payload?: unknown;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}
