import { ConfigError, ValidationError } from '../errors/local.ts';
import type { EnqueuedJob, JobDraft, JobQueue } from '../queue/types.ts';
import type { SyncRecordStore } from '../storage/types.ts';
import { wasOutOfReach } from './out-of-reach.ts';
import type { ProductSync } from './product-sync.ts';
import { createPushJob } from './push-job.ts';
import { createPushMarks } from './push-marks.ts';

/** Options of `createProductQueue`. */
export interface ProductQueueOptions {
  readonly sync: Pick<ProductSync, 'push'>;
  /** `inProcessQueue()`, `bullmqQueue(…)` or your own. Several shops can share one. */
  readonly queue: JobQueue;
  /** The records of the stores that `sync` works with. */
  readonly records: SyncRecordStore;
  /** The shop that `sync` works on, such as `acme.myshopify.com`. */
  readonly shop: string;
  /**
   * Reads one product as it is now, or `undefined` where there is none any more. It is called when the job runs,
   * not when it is queued, so a push never says an older state than the one before it.
   */
  readonly source: (localId: string) => Promise<unknown>;
  /** Milliseconds before each further attempt of a push that failed. Default 30, 60 and 120 seconds. */
  readonly retryDelaysMs?: readonly number[];
  /** Milliseconds for one push. Default: the queue's. */
  readonly timeoutMs?: number;
}

/** Pushes products one by one, when a queue gets to them. */
export interface ProductQueue {
  /**
   * Notes that a product must be pushed, and queues the push. While one for it waits, there is no second.
   *
   * @throws StorageError where it could not be noted. QueueError where it was noted but not queued: `resume` queues it.
   */
  enqueue(localId: string, options?: Pick<JobDraft, 'priority' | 'delayMs'>): Promise<EnqueuedJob>;
  /**
   * Queues every product again that is noted as to be pushed, whose push was interrupted, or failed in all its
   * attempts because the shop was out of reach. What was refused stays as it is. Call it on start: with a queue in
   * memory, that is what survives a crash. Harmless where the jobs are in the queue already.
   *
   * @returns How many were queued that were not waiting already.
   */
  resume(options?: { readonly signal?: AbortSignal }): Promise<number>;
}

const pageSize = 500;
/** Longer ones make no key of a job. */
const longestLocalId = 512;

/**
 * Joins a product sync and a job queue, and does the queue's jobs in this process from now on.
 *
 * What becomes of a push: a product that is refused, or does not fit, is noted as failed and not tried again; an
 * error that can pass is tried again by the list of waits, and is a dead letter of the queue after the last; while
 * the shop's circuit breaker is open, jobs are put off without losing an attempt. A product that the source does
 * not have any more is noted as failed, or forgotten where it never reached the shop.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) when an option does not fit.
 *
 * @example
 * const products = createProductQueue({ sync, queue: inProcessQueue(), records: stores.records, shop, source: loadProduct });
 * await products.resume();
 * await products.enqueue('tee-1');
 */
export function createProductQueue(options: ProductQueueOptions): ProductQueue {
  const { queue, records, shop, retryDelaysMs = [30_000, 60_000, 120_000], timeoutMs } = options;
  if (typeof shop !== 'string' || shop === '') {
    throw new ConfigError([{ field: 'shop', message: 'give the shop that `sync` works on' }]);
  }
  const marks = createPushMarks(records, shop);
  // Each shop has its own source, and so its own handler.
  const type = `push-product ${shop}`;
  queue.process(type, createPushJob({ ...options, retryDelaysMs, marks }));

  const add = (localId: string, more: Partial<JobDraft> = {}): Promise<EnqueuedJob> =>
    queue.enqueue({
      ...{ type, key: localId, payload: { localId }, retryDelaysMs },
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...more,
    });

  return {
    async enqueue(localId, more) {
      if (typeof localId !== 'string' || localId === '' || localId.length > longestLocalId) {
        const message = `give a text of 1 to ${longestLocalId} characters`;
        throw new ValidationError('The product', [{ field: 'localId', message }]);
      }
      await marks.mark(localId);
      return add(localId, more);
    },
    async resume({ signal } = {}) {
      let queued = 0;
      for (const status of ['pending', 'syncing', 'failed'] as const) {
        for (let after: string | undefined, isLast = false; !isLast; ) {
          signal?.throwIfAborted();
          const page = await records.list(shop, { status, limit: pageSize, ...(after !== undefined && { after }) });
          const undone = page.filter((record) => status !== 'failed' || wasOutOfReach(record));
          const jobs = await Promise.all(undone.map(({ localId }) => add(localId)));
          queued += jobs.filter(({ isNew }) => isNew).length;
          after = page.at(-1)?.localId;
          isLast = page.length < pageSize;
        }
      }
      return queued;
    },
  };
}
