import { randomUUID } from 'node:crypto';
import { parseShopDomain } from '../config/shop-domain.ts';
import { ConfigError, type Issue, StorageError, ValidationError } from '../errors/errors.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { EnqueuedJob, JobContext, JobHandler, JobQueue, NewJob } from '../ports/job-queue.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { Stores } from '../ports/stores.ts';
import type { SyncRecord, SyncRecordStore } from '../ports/sync-record-store.ts';
import { keyProblem } from '../storage/adapter-kit.ts';
import { keyPart, shopPrefix } from '../storage/keys.ts';
import type { ProductSync } from './product-sync.ts';
import { emptyRecord, isShopWide, type PushResult, withoutPart } from './push.ts';

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
  enqueue(localId: string, options?: Pick<NewJob, 'priority' | 'delayMs'>): Promise<EnqueuedJob>;
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
  const problems: Issue[] = [];
  const parsed = parseShopDomain(options.shop);
  if (!parsed.ok) problems.push({ field: 'shop', message: parsed.message });
  if (!sync !== !source) {
    const message = 'give both `sync` and `source` where products are pushed, neither where they are only queued';
    problems.push({ field: sync ? 'source' : 'sync', message });
  }
  if (!parsed.ok || problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  const { domain: shop } = parsed;
  const { records } = stores;
  const marks = createPushMarks(stores.keyValue, shop);
  // Each shop has its own source, and so its own handler.
  const type = `push-product ${shop}`;

  const add = (localId: string, more: Partial<NewJob> = {}): Promise<EnqueuedJob> =>
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
      if (problem !== undefined)
        throw new ValidationError('The product is invalid', { issues: [{ field: 'localId', message: problem }] });
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

/** What the jobs of a product queue work with. */
interface PushJobOptions extends Required<Pick<ProductQueueOptions, 'sync' | 'source' | 'shop'>> {
  readonly records: SyncRecordStore;
  readonly retryDelaysMs: readonly number[];
  readonly marks: PushMarks;
  /** Queues a push of a product that is marked. */
  readonly again: (localId: string) => Promise<unknown>;
}

/** Makes the handler that pushes one product. */
function createPushJob(options: PushJobOptions): JobHandler {
  const { sync, source, records, shop, retryDelaysMs, marks, again } = options;

  /** What is deleted in the shop stays so, whatever becomes of it in the source. */
  const change = async (localId: string, changes: (record: SyncRecord) => Partial<SyncRecord>): Promise<void> => {
    const record = await records.get(shop, localId);
    if (record && record.status !== 'deleted-in-shopify') await records.put({ ...record, ...changes(record) });
  };

  /** Nobody knows what the shop has: what is pending is sent, whatever its hash, and with its images. */
  const doubt = (localId: string): Promise<void> =>
    change(localId, ({ parts }) => ({ status: 'pending', parts: withoutPart(parts, 'images') }));

  /** Not tried again before the next change. */
  const refuse = async (localId: string, message: string): Promise<void> => {
    const { code, message: text } = new ValidationError(`${localId} is invalid`, {
      issues: [{ field: 'product', message }],
      shop,
    });
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

/** What stands in the store for a product that is to be pushed. */
interface Mark {
  readonly localId: string;
  /** New with each change. */
  readonly change: string;
  /** The push that has begun last, new with each; `null` before the first. */
  readonly push: string | null;
  /** Two pushes ran at a time, so nobody knows whose state the shop and the record have. */
  readonly isInDoubt: boolean;
}

/** A push that has begun. */
interface BegunPush {
  /** Whether it must be sent even where the record says that the shop has it. */
  readonly isInDoubt: boolean;
  /**
   * The push has ended. Takes the mark away; `marked`: not so, for a change came meanwhile. `overtaken`: another push of
   * the product ran at the same time, as where this one's process was taken for dead; it is marked anew, in doubt.
   */
  end(): Promise<'done' | 'marked' | 'overtaken'>;
  /** The push has failed. The mark stays; where the push was `overtaken`, the product is marked anew, in doubt. */
  fail(): Promise<'marked' | 'overtaken'>;
}

/**
 * Says in the key-value store which products are still to be pushed. A push takes away only the mark as it stood when
 * the push began, so no change is lost that it may not have seen. The sync records are left to the pushes.
 */
interface PushMarks {
  /** The product has changed: it must be pushed. @throws StorageError */
  mark(localId: string): Promise<void>;
  /** A push begins. Call it before the product is read. @throws StorageError */
  begin(localId: string): Promise<BegunPush>;
  /** The local ids of all that is marked, in pages. @throws StorageError, at the end also for marks that cannot be read. */
  all(pageSize: number): AsyncIterable<readonly string[]>;
}

/** Makes the marks of one shop. */
function createPushMarks(store: KeyValueStore, shop: string): PushMarks {
  // No webhook handler, whose name stands in that place, can have this one.
  const prefix = async (): Promise<string> => `${await shopPrefix(shop)}~push:`;

  /** Changes the mark under that key, whatever others do meanwhile. @returns It, and how it stands in the store now. */
  const update = async (key: string, localId: string, changes: Partial<Mark>) => {
    for (;;) {
      const before = await store.get(key);
      const mark: Mark = { ...(readMark(before) ?? newMark(localId)), ...changes };
      const text = JSON.stringify(mark);
      if (await store.compareAndSet(key, before, text)) return { mark, text };
    }
  };
  const keyOf = async (localId: string): Promise<string> => `${await prefix()}${await keyPart(localId)}`;

  return {
    async mark(localId) {
      const key = await keyOf(localId);
      // As a rule there is none.
      if (await store.setIfAbsent(key, JSON.stringify(newMark(localId)))) return;
      await update(key, localId, { change: randomUUID() });
    },
    async begin(localId) {
      const key = await keyOf(localId);
      const push = randomUUID();
      const { mark, text } = await update(key, localId, { push });
      const fail: BegunPush['fail'] = async () => {
        if (readMark(await store.get(key))?.push === push) return 'marked';
        await update(key, localId, { change: randomUUID(), isInDoubt: true });
        return 'overtaken';
      };
      return {
        isInDoubt: mark.isInDoubt,
        end: async () => ((await store.compareAndSet(key, text, undefined)) ? 'done' : fail()),
        fail,
      };
    },
    async *all(pageSize) {
      const damaged: string[] = [];
      const read = async (keys: readonly string[]): Promise<readonly string[]> => {
        const found = await Promise.all(keys.map(async (key) => ({ key, text: await store.get(key) })));
        return found.flatMap(({ key, text }) => {
          const mark = readMark(text);
          if (text !== undefined && !mark) damaged.push(key);
          return mark?.localId ?? [];
        });
      };
      let keys: string[] = [];
      for await (const key of store.scan(await prefix())) {
        if (keys.push(key) < pageSize) continue;
        yield await read(keys);
        keys = [];
      }
      yield await read(keys);
      if (damaged.length > 0) throw unreadable(damaged);
    },
  };
}

const newMark = (localId: string): Mark => ({ localId, change: randomUUID(), push: null, isInDoubt: false });

function readMark(text: string | undefined): Mark | undefined {
  const found = text === undefined ? undefined : parseJson(text);
  return isRecord(found) && typeof found['localId'] === 'string' ? (found as unknown as Mark) : undefined;
}

function unreadable(keys: readonly string[]): StorageError {
  const some = keys.slice(0, 3).join(', ');
  const which = keys.length > 3 ? `${some} and ${keys.length - 3} more` : some;
  const mend = 'Delete the keys, and enqueue their products again.';
  return new StorageError(`Marks of products to be pushed cannot be read, under ${which}. ${mend}`);
}

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
function isOutOfReach(code: string): boolean {
  return codes.has(code);
}

/**
 * Whether a push failed because the shop was out of reach, and not because the product was refused, so that the
 * same push can succeed later. Doing it again is harmless: it says a whole state of an identified product.
 */
function wasOutOfReach({ status, lastError }: SyncRecord): boolean {
  return status === 'failed' && lastError !== null && isOutOfReach(lastError.code);
}
