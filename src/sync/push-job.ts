import { ValidationError } from '../errors/local.ts';
import { isRecord } from '../internal/json.ts';
import type { JobContext, JobHandler } from '../queue/types.ts';
import type { SyncRecordStore } from '../storage/types.ts';
import type { ProductQueueOptions } from './product-queue.ts';
import type { PushMarks } from './push-marks.ts';
import { isShopWide } from './shop-wide.ts';
import type { PushResult } from './types.ts';

/** What the jobs of a product queue work with. */
export interface PushJobOptions extends Pick<ProductQueueOptions, 'sync' | 'source' | 'shop'> {
  readonly records: SyncRecordStore;
  readonly retryDelaysMs: readonly number[];
  readonly marks: PushMarks;
}

/** Makes the handler that pushes one product. */
export function createPushJob(options: PushJobOptions): JobHandler {
  const { sync, source, records, shop, retryDelaysMs, marks } = options;

  /** Not tried again before the next change. */
  const refuse = async (localId: string, message: string): Promise<void> => {
    const { code, message: text } = new ValidationError(localId, [{ field: 'product', message }], { shop });
    await marks.change(localId, { status: 'failed', lastError: { code, message: text } });
  };

  const isGone = async (localId: string): Promise<void> => {
    const record = await records.get(shop, localId);
    if (record?.gid === null) await records.delete(shop, localId);
    else await refuse(localId, 'is not in the source any more. Delete it in the shop, or delete its record.');
  };

  const conclude = async (localId: string, result: PushResult, attempt: number): Promise<void> => {
    if (result.outcome === 'invalid') {
      const issues = result.issues.map(({ field, message }) => `${field} ${message}`);
      await refuse(localId, issues.join('; '));
    }
    if (result.outcome !== 'failed') return;
    const { error } = result;
    if (!error.isRetryable && !isShopWide(error)) return;
    // Should the process end before the next attempt, the record is what remains of this one.
    if (attempt <= retryDelaysMs.length) await marks.change(localId, { status: 'pending' });
    throw error;
  };

  return async ({ job, attempt, signal }: JobContext) => {
    const localId = localIdOf(job.payload);
    marks.begin(localId);
    try {
      const product = await source(localId);
      signal.throwIfAborted();
      if (product === undefined || product === null) await isGone(localId);
      else if (localIdOf(product) !== localId) await refuse(localId, 'has another `localId` in the source.');
      else await conclude(localId, await sync.push(product, { signal }), attempt);
    } finally {
      await marks.end(localId);
    }
  };
}

function localIdOf(value: unknown): string {
  return isRecord(value) && typeof value['localId'] === 'string' ? value['localId'] : '';
}
