import { ValidationError } from '../errors/errors.ts';
import { isRecord } from '../internal/json.ts';
import type { JobContext, JobHandler } from '../ports/job-queue.ts';
import type { SyncRecord, SyncRecordStore } from '../ports/sync-record-store.ts';
import { isOutOfReach } from './out-of-reach.ts';
import type { ProductQueueOptions } from './product-queue.ts';
import type { PushMarks } from './push-marks.ts';
import { isShopWide } from './shop-wide.ts';
import type { PushResult } from './types.ts';
import { withoutPart } from './without-part.ts';

/** What the jobs of a product queue work with. */
interface PushJobOptions extends Required<Pick<ProductQueueOptions, 'sync' | 'source' | 'shop'>> {
  readonly records: SyncRecordStore;
  readonly retryDelaysMs: readonly number[];
  readonly marks: PushMarks;
  /** Queues a push of a product that is marked. */
  readonly again: (localId: string) => Promise<unknown>;
}

/** Makes the handler that pushes one product. */
export function createPushJob(options: PushJobOptions): JobHandler {
  const { sync, source, records, shop, retryDelaysMs, marks, again } = options;

  /** What is deleted in the shop stays so, whatever becomes of it in the source. */
  const change = async (localId: string, changes: (record: SyncRecord) => Partial<SyncRecord>): Promise<void> => {
    const record = await records.get(shop, localId);
    if (record && record.status !== 'deleted_in_shopify') await records.put({ ...record, ...changes(record) });
  };

  /** Nobody knows what the shop has: what is pending is sent, whatever its hash, and with its images. */
  const doubt = (localId: string): Promise<void> =>
    change(localId, ({ parts }) => ({ status: 'pending', parts: withoutPart(parts, 'images') }));

  /** Not tried again before the next change. */
  const refuse = async (localId: string, message: string): Promise<void> => {
    const { code, message: text } = new ValidationError(localId, [{ field: 'product', message }], { shop });
    await change(localId, () => ({ status: 'failed', lastError: { code, message: text } }));
  };

  const isGone = async (localId: string): Promise<void> => {
    const record = await records.get(shop, localId);
    if (record && neverReached(record)) return void (await records.delete(shop, localId));
    const where = record?.gid === null ? ' and may have reached the shop: look for it there' : '';
    await refuse(localId, `is not in the source any more${where}. Delete it in the shop, or delete its record.`);
  };

  const conclude = async (localId: string, result: PushResult, attempt: number): Promise<void> => {
    if (result.outcome === 'invalid') {
      const issues = result.issues.map(({ field, message }) => `${field} ${message}`);
      await refuse(localId, issues.join('; '));
    }
    if (result.outcome !== 'failed') return;
    const { error } = result;
    if (!error.isRetryable && !isShopWide(error) && !isOutOfReach(error.code)) return;
    if (attempt <= retryDelaysMs.length) await change(localId, () => ({ status: 'pending' }));
    throw error;
  };

  return async ({ job, attempt, signal }: JobContext) => {
    const localId = localIdOf(job.payload);
    const push = await marks.begin(localId);
    const product = await source(localId);
    signal.throwIfAborted();
    if (push.isInDoubt) await doubt(localId);
    if (product === undefined || product === null) await isGone(localId);
    else if (localIdOf(product) !== localId) await refuse(localId, 'has another `localId` in the source.');
    else {
      try {
        await conclude(localId, await sync.push(product, { signal }), attempt);
      } catch (error) {
        // It may have sent an older state after the other one, and a job that was taken away is not tried again.
        if ((await push.fail()) === 'overtaken') await again(localId);
        throw error;
      }
    }
    if ((await push.end()) === 'overtaken') await again(localId);
  };
}

/** Whether the shop cannot have the product: nothing was sent, or once, and refused. More attempts may hide a lost answer. */
function neverReached({ gid, attempts, lastError }: SyncRecord): boolean {
  return gid === null && (attempts === 0 || (attempts === 1 && lastError?.code === 'USER_ERROR'));
}

function localIdOf(value: unknown): string {
  return isRecord(value) && typeof value['localId'] === 'string' ? value['localId'] : '';
}
