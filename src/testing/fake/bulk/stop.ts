import type { BulkEnd } from './operation.ts';
import type { BulkPace } from './pace.ts';
import type { BulkFailure } from './types.ts';

/** After how many lines an operation ends, and how. */
interface BulkStop {
  readonly at: number;
  readonly end: BulkEnd;
}

/**
 * Where an operation ends.
 *
 * @param failure What was scripted for it, if anything.
 * @param total Lines it would write.
 */
export function bulkStop(failure: BulkFailure | undefined, total: number, { failAfterObjects }: BulkPace): BulkStop {
  if (failure) {
    const { errorCode = 'INTERNAL_SERVER_ERROR', afterObjects = 0 } = failure;
    return { at: Math.min(afterObjects, total), end: { status: 'FAILED', errorCode } };
  }
  if (total > failAfterObjects) {
    return { at: failAfterObjects, end: { status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR' } };
  }
  return { at: total, end: { status: 'COMPLETED' } };
}
