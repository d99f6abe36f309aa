import { randomUUID } from 'node:crypto';
import { parseShopDomain } from '../config/shop-domain.ts';
import { ConfigError, type Issue, StorageError, ValidationError } from '../errors/errors.ts';
import { sharedTask } from '../internal/abort.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { missingMethods, unknownNames } from '../internal/names.ts';
import type { EnqueuedJob, JobContext, JobHandler, JobQueue, NewJob } from '../ports/job-queue.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { Stores } from '../ports/stores.ts';
import type { SyncRecord, SyncRecordStore } from '../ports/sync-record-store.ts';
import { keyProblem } from '../storage/adapter-kit.ts';
import {
  appPart,
  checkFormat,
  defaultApp,
  erasedKey,
  isErasedSince,
  keyPart,
  pushJob,
  pushMarks,
  shopPrefix,
} from '../storage/keys.ts';
import type { ProductDraftInput } from '../validation/product-draft.ts';
import type { ProductSync } from './product-sync.ts';
import { emptyRecord, localIdOf, type PushResult } from './push.ts';
import { isShopWide } from './push-failure.ts';

/** Options of `createProductQueue`. */
export interface ProductQueueOptions {
  /**
   * The sync that pushes. Without it and `source` this process only queues, as a web server does, and other processes of
   * the same queue push.
   */
  readonly sync?: Pick<ProductSync, 'push'>;
  /** `inProcessQueue()`, `bullmqQueue(…)` or your own. Several shops can share one. */
  readonly queue: JobQueue;
  /** The stores that `sync` works with. */
  readonly stores: Pick<Stores, 'records' | 'keyValue'>;
  /** The shop that `sync` works on, such as `acme.myshopify.com`. */
  readonly shop: string;
  /**
   * Reads the current state of one product, or `undefined` where it no longer exists. It is called when the job runs, not
   * when it is queued, so a push never sends an older state than the one before it.
   */
  readonly source?: (localId: string) => Promise<unknown>;
  /** Name of the app, as for its client: two apps on one queue and store share no jobs and no marks. Default `default`. */
  readonly appId?: string;
  /**
   * Sets this product queue apart from others of the app and shop, such as one with another source. All processes must
   * give it the same. Default: none.
   */
  readonly name?: string;
  /** Milliseconds before each retry of a failed push. Default 30, 60 and 120 seconds. */
  readonly retryDelaysMs?: readonly number[];
  /** Time limit of one push in milliseconds. Default: the queue's. */
  readonly timeoutMs?: number;
}

const optionNames: Record<keyof ProductQueueOptions, true> = {
  sync: true,
  queue: true,
  stores: true,
  shop: true,
  source: true,
  appId: true,
  name: true,
  retryDelaysMs: true,
  timeoutMs: true,
};

/** Pushes single products as jobs of a queue. */
export interface ProductQueue {
  /**
   * Marks a product as to be pushed, and queues the push. Call it after the source has the change. While a push of the
   * product is waiting, no second one is queued.
   *
   * @throws ValidationError for an id that no record can have. StorageError if it could not be marked. QueueError if it
   * was marked but not queued: `resume` queues it.
   */
  enqueue(localId: string, options?: Pick<NewJob, 'priority' | 'delayMs'>): Promise<EnqueuedJob>;
  /**
   * Queues again every product that is marked as to be pushed, or whose push was interrupted or failed in all its
   * attempts because the shop was unreachable. Rejected products are left alone. Call it at start-up: with a queue in
   * memory, this is what survives a crash. Harmless where the jobs are already in the queue. With an `appId` or `name`,
   * only those that it has marked itself: whose the others are, no record says.
   *
   * @returns How many were queued that were not already waiting.
   * @throws StorageError and QueueError, and the signal's reason.
   */
  resume(options?: { readonly signal?: AbortSignal }): Promise<number>;
}

const pageSize = 500;

/**
 * Connects a product sync with a job queue, and processes the queue's pushes for this shop in this process from now on.
 *
 * A product that is invalid, or that Shopify rejects, is recorded as failed and not retried. A temporary error is
 * retried after the delays of `retryDelaysMs`, and becomes a dead letter of the queue after the last; while the
 * shop's circuit breaker is open, jobs are deferred without losing an attempt. A product that the source no longer has
 * is recorded as failed, or forgotten where it never reached the shop.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
 *
 * @example
 * const products = createProductQueue({ sync, queue: inProcessQueue(), stores, shop, source: loadProduct });
 * await products.resume();
 * await products.enqueue('tee-1');
 */
export function createProductQueue(options: ProductQueueOptions): ProductQueue {
  const { queue, stores, sync, source, retryDelaysMs = [30_000, 60_000, 120_000], timeoutMs } = options;
  const issues: Issue[] = [...unknownNames(options, optionNames)];
  const parsed = parseShopDomain(options.shop);
  if (!parsed.ok) issues.push({ field: 'shop', message: parsed.message });
  if (!sync !== !source) {
    const message = 'give both `sync` and `source` where products are pushed, neither where they are only queued';
    issues.push({ field: sync ? 'source' : 'sync', message });
  }
  issues.push(
    ...missingMethods('queue', queue ?? null, ['enqueue', 'process']),
    ...missingMethods('stores.records', stores?.records ?? null, ['get', 'putIf']),
    ...missingMethods('stores.keyValue', stores?.keyValue ?? null, ['get', 'set']),
  );
  const { appId = defaultApp, name } = options;
  for (const [field, text] of Object.entries({ appId, name })) {
    if (text !== undefined && !isQueueName(text)) issues.push({ field, message: 'give a text of 1 to 100 characters' });
  }
  if (!parsed.ok || issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  const { domain: shop } = parsed;
  const { records } = stores;
  const scope = scopeOf(appId, name);
  const marks = createPushMarks(stores.keyValue, { shop, appId, scope });
  // Each shop has its own source, and so its own handler.
  const type = scope === undefined ? `${pushJob} ${shop}` : `${pushJob} ${shop} ${scope}`;

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
      const message = keyProblem(localId);
      if (message !== undefined)
        throw new ValidationError('The product is invalid', { issues: [{ field: 'localId', message }] });
      await marks.mark(localId);
      // A new product is counted from now on. An existing record is written by its pushes only.
      if (!(await records.get(shop, localId))) await records.putIf(emptyRecord(shop, localId), undefined);
      return add(localId, more);
    },
    async resume({ signal } = {}) {
      let queued = 0;
      // A product has a record and a mark, and its job may have run before the second is found.
      const seen = new Set<string>();
      const addAll = async (localIds: readonly string[]): Promise<void> => {
        signal?.throwIfAborted();
        const unseen = localIds.filter((localId) => seen.size < seen.add(localId).size);
        const jobs = await Promise.all(unseen.map((localId) => add(localId)));
        queued += jobs.filter(({ isNew }) => isNew).length;
      };
      // No record says whose it is: those that another queue has marked are left to it.
      const others = scope === undefined ? await marks.ofOthers() : new Set<string>();
      for (const status of scope === undefined ? (['pending', 'syncing', 'failed'] as const) : []) {
        for (let after: string | undefined, isLast = false; !isLast; ) {
          const page = await records.list(shop, { status, limit: pageSize, ...(after !== undefined && { after }) });
          const own = page.filter(({ localId }) => !others.has(localId));
          const undone = own.filter((record) => status !== 'failed' || wasOutOfReach(record));
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

const isQueueName = (text: unknown): boolean =>
  typeof text === 'string' && text.length > 0 && text.length <= 100 && text.isWellFormed();

/** What sets a product queue apart from others of its shop; `undefined` for the only one. */
function scopeOf(appId: string, name: string | undefined): string | undefined {
  // Encoded, so that no name looks like another app's.
  if (name !== undefined) return `${encodeURIComponent(appId)}/${encodeURIComponent(name)}`;
  return appId === defaultApp ? undefined : encodeURIComponent(appId);
}

/** What the jobs of a product queue need. */
interface PushJobOptions extends Required<Pick<ProductQueueOptions, 'sync' | 'source' | 'shop'>> {
  readonly records: SyncRecordStore;
  readonly retryDelaysMs: readonly number[];
  readonly marks: PushMarks;
  /** Queues a push of a product that is marked. */
  readonly again: (localId: string) => Promise<unknown>;
}

/** Creates the handler that pushes one product. */
function createPushJob(options: PushJobOptions): JobHandler {
  const { sync, source, records, shop, retryDelaysMs, marks, again } = options;

  /** A product deleted in the shop stays so, whatever happens to it in the source. */
  const change = async (localId: string, changes: (record: SyncRecord) => Partial<SyncRecord>): Promise<void> => {
    for (;;) {
      const record = await records.get(shop, localId);
      if (!record || record.status === 'deleted-in-shopify') return;
      const { version } = record;
      if (await records.putIf({ ...record, ...changes(record), version: version + 1 }, version)) return;
    }
  };

  /** Nobody knows what the shop has: a pending product is compared with it whatever its hash. */
  const doubt = (localId: string): Promise<void> => change(localId, () => ({ status: 'pending' }));

  /** Records the product as failed: it is not retried before its next change. */
  const reject = async (localId: string, message: string): Promise<void> => {
    const { code, message: text } = new ValidationError(`${localId} is invalid`, {
      issues: [{ field: 'product', message }],
      shop,
    });
    await change(localId, () => ({ status: 'failed', lastError: { code, message: text } }));
  };

  const handleMissing = async (localId: string): Promise<void> => {
    const record = await records.get(shop, localId);
    if (record && neverReached(record)) return void (await records.delete(shop, localId));
    const where = record?.gid === null ? ' and may have reached the shop: look for it there' : '';
    await reject(localId, `is no longer in the source${where}. Delete it in the shop, or delete its record.`);
  };

  const conclude = async (localId: string, result: PushResult, attempt: number): Promise<void> => {
    if (result.outcome === 'invalid') {
      const issues = result.issues.map(({ field, message }) => `${field} ${message}`);
      await reject(localId, issues.join('; '));
    }
    if (result.outcome !== 'failed') return;
    const { error } = result;
    if (!error.isRetryable && !isShopWide(error) && !isOutOfReach(error.code)) return;
    if (attempt <= retryDelaysMs.length) await change(localId, () => ({ status: 'pending' }));
    throw error;
  };

  return async ({ job, attempt, signal }: JobContext) => {
    const localId = localIdOf(job.payload) ?? '';
    const push = await marks.begin(localId, job.enqueuedAt);
    if (!push) return;
    const product = await source(localId);
    signal.throwIfAborted();
    if (push.isInDoubt) await doubt(localId);
    if (product === undefined || product === null) await handleMissing(localId);
    else if ((localIdOf(product) ?? '') !== localId) await reject(localId, 'has another `localId` in the source.');
    else {
      try {
        // The push validates it.
        await conclude(localId, await sync.push(product as ProductDraftInput, { signal }), attempt);
      } catch (error) {
        // It may have sent an older state after the other push, and a job that another worker took over is not retried.
        const state = await push.fail();
        if (state === 'erased') return;
        if (state === 'overtaken') await again(localId);
        throw error;
      }
    }
    if ((await push.end()) === 'overtaken') await again(localId);
  };
}

/** Whether the shop cannot have the product: nothing was sent, or once and rejected. More attempts may hide a lost response. */
function neverReached({ gid, attempts, lastError }: SyncRecord): boolean {
  return gid === null && (attempts === 0 || (attempts === 1 && lastError?.code === 'USER_ERROR'));
}

/** Codes that say nothing about the product: the shop, or an own store, could not be reached in time. */
const outOfReachCodes: ReadonlySet<string> = new Set([
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

/** Whether an error with that code means that the shop was unreachable, and says nothing about the product. */
function isOutOfReach(code: string): boolean {
  return outOfReachCodes.has(code);
}

/**
 * Whether a push failed because the shop was unreachable, and not because the product was rejected, so that the same
 * push can succeed later. Repeating it is harmless: it compares with the shop as it is by then.
 */
function wasOutOfReach({ status, lastError }: SyncRecord): boolean {
  return status === 'failed' && lastError !== null && isOutOfReach(lastError.code);
}

/**
 * Keeps in the key-value store which products are still to be pushed. A push removes only the mark as it was when the
 * push started, so no change is lost that it may not have seen. The sync records are written by the pushes.
 */
interface PushMarks {
  /** The product has changed: it must be pushed. @throws StorageError */
  mark(localId: string): Promise<void>;
  /**
   * A push starts. Call it before the product is read. `undefined`: all of the shop was erased after its job was queued, at
   * `enqueuedAt` in milliseconds since the epoch, and the product was not marked again. @throws StorageError
   */
  begin(localId: string, enqueuedAt: number): Promise<BegunPush | undefined>;
  /** The local ids of all marked products, in pages. @throws StorageError, at the end also for unreadable marks. */
  all(pageSize: number): AsyncIterable<readonly string[]>;
  /** The local ids that product queues with an app or name of their own have marked. @throws StorageError */
  ofOthers(): Promise<ReadonlySet<string>>;
}

/** A push that has started. */
interface BegunPush {
  /** Whether it must be sent even if the record says that the shop has it. */
  readonly isInDoubt: boolean;
  /**
   * The push has ended. Removes the mark; `marked`: it stays, because the product has changed meanwhile. `overtaken`:
   * another push of the product ran at the same time, such as when this process was taken for dead; the product is
   * marked again, in doubt. `erased`: all of the shop was erased meanwhile.
   */
  end(): Promise<'done' | 'marked' | 'overtaken' | 'erased'>;
  /** The push has failed. The mark stays; if the push was `overtaken`, the product is marked again, in doubt. */
  fail(): Promise<'marked' | 'overtaken' | 'erased'>;
}

/** The format in which this release stores a mark. A later release that stores more, or otherwise, takes the next number. */
const markFormat = 1;

/** What the store holds for a product that is to be pushed. */
interface Mark {
  readonly format: number;
  readonly localId: string;
  /** A new id with each change. */
  readonly change: string;
  /** The id of the push that started last; `null` before the first. */
  readonly push: string | null;
  /** Two pushes ran at the same time, so nobody knows whose state the shop and the record have. */
  readonly isInDoubt: boolean;
}

/** Whose marks they are. */
interface PushMarksOwner {
  readonly shop: string;
  readonly appId: string;
  readonly scope: string | undefined;
}

/** Creates the marks of one product queue. */
function createPushMarks(store: KeyValueStore, { shop, appId, scope }: PushMarksOwner): PushMarks {
  const scoped = async (): Promise<string> => `${await shopPrefix(shop)}${pushMarks}`;
  // Long or odd names are hashed: once, not for each mark.
  const prefix = sharedTask(async () =>
    scope === undefined
      ? `${await shopPrefix(shop)}~push:`
      : `${await scoped()}${await appPart(appId)}${await keyPart(scope)}:`,
  );

  /** Changes the mark under that key by compare-and-set. @returns It, and its text in the store; `undefined` where `isOff`. */
  const update = async (key: string, localId: string, changes: Partial<Mark>, isOff?: () => Promise<boolean>) => {
    for (;;) {
      const before = await store.get(key);
      if (before === undefined && (await isOff?.())) return undefined;
      const mark: Mark = { ...(readMark(before, key) ?? newMark(localId)), ...changes };
      const text = JSON.stringify(mark);
      if (await store.compareAndSet(key, before, text)) return { mark, text };
    }
  };
  const keyOf = async (localId: string): Promise<string> => `${await prefix()}${await keyPart(localId)}`;

  return {
    async mark(localId) {
      const key = await keyOf(localId);
      // Usually there is none yet.
      if (await store.setIfAbsent(key, JSON.stringify(newMark(localId)))) return;
      await update(key, localId, { change: randomUUID() });
    },
    async begin(localId, enqueuedAt) {
      const key = await keyOf(localId);
      const isErased = async (): Promise<boolean> =>
        isErasedSince(await store.get(await erasedKey(shop, appId)), enqueuedAt);
      const push = randomUUID();
      const begun = await update(key, localId, { push }, isErased);
      if (!begun) return undefined;
      const { mark, text } = begun;
      const fail: BegunPush['fail'] = async () => {
        const found = readMark(await store.get(key), key);
        if (found?.push === push) return 'marked';
        if (!found && (await isErased())) return 'erased';
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
      const newer: unknown[] = [];
      const markUnder = (key: string, text: string | undefined): Mark | undefined => {
        try {
          const mark = readMark(text, key);
          if (text !== undefined && !mark) damaged.push(key);
          return mark;
        } catch (error) {
          // Thrown once the marks that can be read were found.
          newer.push(error);
          return undefined;
        }
      };
      const read = async (keys: readonly string[]): Promise<readonly string[]> => {
        const found = await Promise.all(keys.map(async (key) => ({ key, text: await store.get(key) })));
        return found.flatMap(({ key, text }) => markUnder(key, text)?.localId ?? []);
      };
      let keys: string[] = [];
      for await (const key of store.scan(await prefix())) {
        if (keys.push(key) < pageSize) continue;
        yield await read(keys);
        keys = [];
      }
      yield await read(keys);
      if (newer.length > 0) throw newer[0];
      if (damaged.length > 0) throw unreadable(damaged);
    },
    async ofOthers() {
      const localIds = new Set<string>();
      for await (const key of store.scan(await scoped())) {
        const mark = readMark(await store.get(key), key);
        if (mark) localIds.add(mark.localId);
      }
      return localIds;
    },
  };
}

const newMark = (localId: string): Mark => ({
  format: markFormat,
  localId,
  change: randomUUID(),
  push: null,
  isInDoubt: false,
});

/** @throws StorageError for a mark that a newer release has stored. */
function readMark(text: string | undefined, key: string): Mark | undefined {
  const found = text === undefined ? undefined : parseJson(text);
  checkFormat(found, markFormat, `The mark under ${key} of a product to be pushed`);
  return isRecord(found) && typeof found['localId'] === 'string' ? (found as unknown as Mark) : undefined;
}

function unreadable(keys: readonly string[]): StorageError {
  const some = keys.slice(0, 3).join(', ');
  const which = keys.length > 3 ? `${some} and ${keys.length - 3} more` : some;
  const fix = 'Delete the keys, and enqueue their products again.';
  return new StorageError(`Marks of products to be pushed cannot be read, under ${which}. ${fix}`);
}
