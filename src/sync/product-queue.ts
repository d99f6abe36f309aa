import { parseShopDomain } from '../config/shop-domain.ts';
import { ConfigError, type Problem, ValidationError } from '../errors/errors.ts';
import type { EnqueuedJob, JobDraft, JobQueue } from '../ports/job-queue.ts';
import type { Stores } from '../ports/stores.ts';
import { keyProblem } from '../storage/adapter-kit.ts';
import { emptyRecord } from './empty-record.ts';
import { wasOutOfReach } from './out-of-reach.ts';
import type { ProductSync } from './product-sync.ts';
import { createPushJob } from './push-job.ts';
import { createPushMarks } from './push-marks.ts';

/** Options of `createProductQueue`. */
export interface ProductQueueOptions {
  /**
   * What pushes. Left out together with `source`, this process only queues, as a web server does, and the processes
   * that have both do the pushes: for a queue that they share.
   */
  readonly sync?: Pick<ProductSync, 'push'>;
  /** `inProcessQueue()`, `bullmqQueue(…)` or your own. Several shops can share one. */
  readonly queue: JobQueue;
  /** The stores that `sync` works with. */
  readonly stores: Pick<Stores, 'records' | 'keyValue'>;
  /** The shop that `sync` works on, such as `acme.myshopify.com`. */
  readonly shop: string;
  /**
   * Reads one product as it is now, or `undefined` where there is none any more. It is called when the job runs,
   * not when it is queued, so a push never says an older state than the one before it.
   */
  readonly source?: (localId: string) => Promise<unknown>;
  /** Milliseconds before each further attempt of a push that failed. Default 30, 60 and 120 seconds. */
  readonly retryDelaysMs?: readonly number[];
  /** Milliseconds for one push. Default: the queue's. */
  readonly timeoutMs?: number;
}

/** Pushes products one by one, when a queue gets to them. */
export interface ProductQueue {
  /**
   * Marks a product as to be pushed, and queues the push. Call it after the source has the change. While a push of
   * the product waits, there is no second.
   *
   * @throws ValidationError where the id fits no record. StorageError where it could not be marked. QueueError where it
   * was marked but not queued: `resume` queues it.
   */
  enqueue(localId: string, options?: Pick<JobDraft, 'priority' | 'delayMs'>): Promise<EnqueuedJob>;
  /**
   * Queues every product again that is marked as to be pushed, whose push was interrupted, or failed in all its
   * attempts because the shop was out of reach. What was refused stays as it is. Call it on start: with a queue in
   * memory, that is what survives a crash. Harmless where the jobs are in the queue already.
   *
   * @returns How many were queued that were not waiting already.
   * @throws StorageError and QueueError, and the signal's reason.
   */
  resume(options?: { readonly signal?: AbortSignal }): Promise<number>;
}

const pageSize = 500;

/**
 * Joins a product sync and a job queue, and does the queue's pushes of that shop in this process from now on.
 *
 * What becomes of a push: a product that is refused, or does not fit, is noted as failed and not tried again; an
 * error that can pass is tried again by the list of waits, and is a dead letter of the queue after the last; while
 * the shop's circuit breaker is open, jobs are put off without losing an attempt. A product that the source does
 * not have any more is noted as failed, or forgotten where it never reached the shop.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) when an option does not fit.
 *
 * @example
 * const products = createProductQueue({ sync, queue: inProcessQueue(), stores, shop, source: loadProduct });
 * await products.resume();
 * await products.enqueue('tee-1');
 */
export function createProductQueue(options: ProductQueueOptions): ProductQueue {
  const { queue, stores, sync, source, retryDelaysMs = [30_000, 60_000, 120_000], timeoutMs } = options;
  const problems: Problem[] = [];
  const parsed = parseShopDomain(options.shop);
  if (!parsed.ok) problems.push({ field: 'shop', message: parsed.message });
  if (!sync !== !source) {
    const message = 'give both `sync` and `source` where products are pushed, neither where they are only queued';
    problems.push({ field: sync ? 'source' : 'sync', message });
  }
  if (!parsed.ok || problems.length > 0) throw new ConfigError(problems);
  const { domain: shop } = parsed;
  const { records } = stores;
  const marks = createPushMarks(stores.keyValue, shop);
  // Each shop has its own source, and so its own handler.
  const type = `push-product ${shop}`;

  const add = (localId: string, more: Partial<JobDraft> = {}): Promise<EnqueuedJob> =>
    queue.enqueue({
      ...{ type, key: localId, payload: { localId }, retryDelaysMs },
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...more,
    });

  if (sync && source) {
    queue.process(type, createPushJob({ sync, source, shop, records, retryDelaysMs, marks, again: add }));
  }

  return {
    async enqueue(localId, more) {
      const problem = keyProblem(localId);
      if (problem !== undefined) throw new ValidationError('The product', [{ field: 'localId', message: problem }]);
      await marks.mark(localId);
      // A new product is seen in the counts from now on. What there is of others is a push's to write.
      if (!(await records.get(shop, localId))) await records.put(emptyRecord(shop, localId));
      return add(localId, more);
    },
    async resume({ signal } = {}) {
      let queued = 0;
      const addAll = async (localIds: readonly string[]): Promise<void> => {
        signal?.throwIfAborted();
        const jobs = await Promise.all(localIds.map((localId) => add(localId)));
        queued += jobs.filter(({ isNew }) => isNew).length;
      };
      for (const status of ['pending', 'syncing', 'failed'] as const) {
        for (let after: string | undefined, isLast = false; !isLast; ) {
          const page = await records.list(shop, { status, limit: pageSize, ...(after !== undefined && { after }) });
          const undone = page.filter((record) => status !== 'failed' || wasOutOfReach(record));
          await addAll(undone.map(({ localId }) => localId));
          after = page.at(-1)?.localId;
          isLast = page.length < pageSize;
        }
      }
      for await (const page of marks.all(pageSize)) await addAll(page);
      return queued;
    },
  };
}
