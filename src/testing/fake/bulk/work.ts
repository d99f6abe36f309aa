import type { GraphqlEngine } from '../model.ts';
import { createRandom, hashText } from '../random.ts';
import type { BulkErrorCode, BulkOperationEntity } from '../store/bulk-entities.ts';
import type { EntityStore } from '../store/entity-store.ts';
import type { BulkLine } from './query-lines.ts';

/** What a running bulk operation has to do. */
export interface BulkWork {
  /** Lines it will write. */
  readonly total: number;
  /**
   * Does the next part of it. Lines come in the order in which they are written.
   *
   * @throws BulkWorkError where it cannot go on.
   */
  next(count: number): Promise<readonly BulkLine[]>;
}

/** What work is made of. */
export interface WorkContext {
  readonly engine: GraphqlEngine;
  readonly store: EntityStore;
  readonly shop: string;
  /** Seed of the order of lines and rows. */
  readonly seed: number;
}

/** A bulk operation cannot go on. */
export class BulkWorkError extends Error {
  override readonly name = 'BulkWorkError';
  readonly errorCode: BulkErrorCode;
  /** Whether it is the fake that falls short, and its user should hear of it. */
  readonly isFakes: boolean;

  constructor(errorCode: BulkErrorCode, message: string, isFakes = false) {
    super(message);
    this.errorCode = errorCode;
    this.isFakes = isFakes;
  }
}

/** Chance for one operation: the same each time, so that one that begins again goes the same way. */
export function randomOf({ id }: BulkOperationEntity, seed: number): () => number {
  return createRandom(hashText(`${seed} ${id}`));
}
