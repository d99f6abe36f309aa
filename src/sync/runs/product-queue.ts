import { parseShopDomain } from '../../config/shop-domain.ts';
import { ConfigError, checkNames, type Issue, isShopwrightError, ValidationError } from '../../errors/errors.ts';
import { chunksOf } from '../../internal/chunks.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import { missingMethods, unknownNames } from '../../internal/names.ts';
import type { EnqueuedJob, JobContext, JobHandler, JobQueue, NewJob } from '../../ports/job-queue.ts';
import type { Stores } from '../../ports/stores.ts';
import { areDelays, isTimeout } from '../../queue/job.ts';
import { keyProblem } from '../../storage/adapter-kit.ts';
import { batchJob, defaultApp, pushJob } from '../../storage/keys.ts';
import type { ProductDraftInput } from '../../validation/product-draft.ts';
import { recordsOf } from '../plan/candidates.ts';
import type { ProductSync } from '../product-sync.ts';
import { emptyRecord, localIdOf, type PushResult } from '../push/push.ts';
import { createPushOutcomes, isTemporary, type PushOutcomes, wasOutOfReach } from '../push/push-outcomes.ts';
import { createPushMarks, type PushMarks } from './push-marks.ts';
import { createRunJob, type RunJob, type RunSync } from './run-jobs.ts';
import { bulkFromIssues, createRuns, type SyncRuns } from './runs.ts';
import { Places, RunStore, type StoredRun, unitsOf } from './stored-run.ts';

/** Options of `createProductQueue`. */
export interface ProductQueueOptions {
  /**
   * The sync that pushes. Leave out both `sync` and `source` if this process only queues, such as a web server, and
   * other processes of the same queue push.
   */
  readonly sync?: Pick<ProductSync, 'push'> & RunSync;
  /** `inProcessQueue()`, `bullmqQueue(…)` or your own. Several shops can share one. */
  readonly queue: JobQueue;
  /** The stores that `sync` uses. */
  readonly stores: Pick<Stores, 'records' | 'keyValue' | 'journal'>;
  /** The shop of `sync`, such as `acme.myshopify.com`. */
  readonly shop: string;
  /**
   * Reads the current state of one product; returns `undefined` if it no longer exists. Called when the job runs, not
   * when it is queued, so a push never sends an older state than the push before it.
   */
  readonly source?: (localId: string) => Promise<unknown>;
  /**
   * Name of the app, as for its client: two apps on one queue and store share no jobs and no marks. Default `default`.
   */
  readonly appId?: string;
  /**
   * Separates this product queue from others of the same app and shop, such as one with another source. All processes
   * must pass the same name. Default: none.
   */
  readonly name?: string;
  /** Attempts per push, 1 to 100, with waits of 30, 60, and then always 120 seconds between them. Default 3. */
  readonly tries?: number;
  /** Milliseconds before each retry of a failed push; use it instead of `tries`. */
  readonly retryDelaysMs?: readonly number[];
  /** Time limit of one push in milliseconds. Default 300,000. */
  readonly timeoutMs?: number;
  /** Settings for runs. */
  readonly runs?: RunSettings;
  /** Clock, for tests. Default: the system clock. */
  readonly clock?: Clock;
}

/**
 * Settings for the runs of a product queue.
 *
 * @example
 * const products = createProductQueue({ sync, queue, stores, shop, source, runs: { batchSize: config.maxBulkSyncSize } });
 */
export interface RunSettings {
  /** Products per batch, 1 to 1,000. Default 100. */
  readonly batchSize?: number;
  /** Milliseconds after which a batch starts no more products; the rest continues in another job. Default 600,000. */
  readonly batchTimeoutMs?: number;
  /**
   * A run of at least this many products creates those that the shop lacks in bulk operations, which cost no points.
   * `Infinity`: never. Default 500.
   */
  readonly bulkFrom?: number;
}

const runNames: Record<keyof RunSettings, true> = { batchSize: true, batchTimeoutMs: true, bulkFrom: true };

const defaultTries = 3;

/** Milliseconds before the retries of a push; the last value is used for all later ones. */
const waitsMs = [30_000, 60_000, 120_000] as const;

const waitsOf = (tries: number): readonly number[] =>
  Array.from({ length: tries - 1 }, (_, retry) => waitsMs[retry] ?? waitsMs[2]);

/** Milliseconds that a batch has to finish the products it has started. */
const batchGraceMs = 60_000;

/** Milliseconds that Shopify allows for a bulk operation, plus time for its results. */
const bulkTimeoutMs = 25 * 3_600_000;

const optionNames: Record<keyof ProductQueueOptions, true> = {
  sync: true,
  queue: true,
  stores: true,
  shop: true,
  source: true,
  appId: true,
  name: true,
  tries: true,
  retryDelaysMs: true,
  timeoutMs: true,
  runs: true,
  clock: true,
};

/** Pushes single products as jobs of a queue. */
export interface ProductQueue {
  /**
   * Marks a product to be pushed, and queues the push. Call it after the source contains the change. If a push of the
   * product is already waiting, no second one is queued.
   *
   * @throws ValidationError for an id that no record can have. StorageError if it could not be marked. QueueError if it
   * was marked but not queued: `resume` queues it.
   */
  enqueue(localId: string, options?: Pick<NewJob, 'priority' | 'delayMs'>): Promise<EnqueuedJob>;
  /**
   * Does the same for many products. If it fails, some of them may be marked or queued: call it again.
   *
   * @returns Their jobs, in the same order.
   */
  enqueue(localIds: readonly string[], options?: Pick<NewJob, 'priority' | 'delayMs'>): Promise<readonly EnqueuedJob[]>;
  /**
   * Queues again every product that is marked to be pushed, or whose push was interrupted or failed in all attempts
   * because the shop was unreachable. Rejected products are left alone. Interrupted runs go on too. Call it at
   * start-up: with a queue in memory, jobs survive a crash only this way. It does no harm if the jobs are still in the
   * queue. With an `appId` or `name`, only products that this queue marked itself are queued, because records do not
   * say which queue they belong to.
   *
   * @returns How many jobs were queued that were not already waiting.
   * @throws StorageError and QueueError, and the signal's reason.
   */
  resume(options?: { readonly signal?: AbortSignal }): Promise<number>;
  /** Runs over many products. */
  readonly runs: SyncRuns;
}

const pageSize = 500;

/**
 * Connects a product sync to a job queue. From now on, this process handles the queue's pushes for this shop.
 *
 * A product that is invalid, or that Shopify rejects, is recorded as failed and not retried. A temporary error is
 * retried twice (`tries`); after the last attempt the job becomes a dead letter of the queue. While the shop's circuit
 * breaker is open, jobs are deferred without losing an attempt. A product that the source no longer has is recorded as
 * failed, or its record is deleted if it never reached the shop.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
 *
 * @example
 * const products = createProductQueue({ sync, queue: inProcessQueue(), stores, shop, source: loadProduct });
 * await products.resume();
 * await products.enqueue('tee-1');
 */
export function createProductQueue(options: ProductQueueOptions): ProductQueue {
  const { queue, stores, sync, source, tries = defaultTries, timeoutMs = 300_000, clock = systemClock } = options;
  const { batchSize = 100, batchTimeoutMs = 600_000, bulkFrom = 500 } = options.runs ?? {};
  const issues: Issue[] = [...unknownNames(options, optionNames)];
  const parsed = parseShopDomain(options.shop);
  if (!parsed.ok) issues.push({ field: 'shop', message: parsed.message });
  if (!sync !== !source) {
    const message = 'pass both `sync` and `source` to push products, or neither to only queue them';
    issues.push({ field: sync ? 'source' : 'sync', message });
  }
  issues.push(
    ...missingMethods('queue', queue ?? null, ['enqueue', 'process']),
    ...missingMethods('stores.records', stores?.records ?? null, ['get', 'putIf']),
    ...missingMethods('stores.keyValue', stores?.keyValue ?? null, ['get', 'set']),
    ...unknownNames(options.runs, runNames, 'runs.'),
    ...bulkFromIssues(bulkFrom, 'runs.bulkFrom'),
  );
  const within = (field: string, value: number, most: number): void => {
    if (!(Number.isInteger(value) && value >= 1 && value <= most))
      issues.push({ field, message: `must be a whole number from 1 to ${most}.` });
  };
  within('tries', tries, 100);
  // Checked here, because otherwise the queue would refuse each job only after its product was marked.
  if (!isTimeout(timeoutMs))
    issues.push({ field: 'timeoutMs', message: 'must be milliseconds, more than 0, at most a year.' });
  if (options.retryDelaysMs !== undefined && !areDelays(options.retryDelaysMs))
    issues.push({ field: 'retryDelaysMs', message: 'must be a list of at most 100 waits in milliseconds.' });
  within('runs.batchSize', batchSize, 1_000);
  within('runs.batchTimeoutMs', batchTimeoutMs, 86_400_000);
  if (options.tries !== undefined && options.retryDelaysMs !== undefined)
    issues.push({ field: 'tries', message: 'and `retryDelaysMs` set the same thing: pass only one of them.' });
  const { appId = defaultApp, name } = options;
  for (const [field, text] of Object.entries({ appId, name })) {
    if (text !== undefined && !isQueueName(text))
      issues.push({ field, message: 'must be a text of 1 to 100 characters.' });
  }
  if (!parsed.ok || issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  const { domain: shop } = parsed;
  const { records } = stores;
  const retryDelaysMs = options.retryDelaysMs ?? waitsOf(tries);
  const scope = scopeOf(appId, name);
  const marks = createPushMarks(stores.keyValue, { shop, appId, scope });
  // Each shop has its own source, and so its own handler.
  const typeOf = (kind: string): string => [kind, shop, ...(scope === undefined ? [] : [scope])].join(' ');
  const type = typeOf(pushJob);
  const batchType = typeOf(batchJob);

  const add = (localId: string, more: Partial<NewJob> = {}): Promise<EnqueuedJob> =>
    queue.enqueue({ ...{ type, key: localId, payload: { localId }, retryDelaysMs, timeoutMs }, ...more });

  const store = new RunStore(stores.keyValue, { shop, appId, scope, now: () => clock.now() });
  const enqueueOpen = async (run: StoredRun): Promise<void> => {
    const { id, token, phase } = run;
    const done = new Places(run.done);
    const open = Array.from({ length: unitsOf(run) }, (_, unit) => unit).filter((unit) => !done.has(unit));
    const timeLimitMs = phase === 'bulk' ? bulkTimeoutMs : batchTimeoutMs + batchGraceMs;
    for (const page of chunksOf(open, pageSize)) {
      await Promise.all(
        page.map((unit) => {
          const payload: RunJob = { run: id, phase, unit };
          const key = `${token}/${phase}/${unit}`;
          return queue.enqueue({ type: batchType, key, payload, retryDelaysMs: [], timeoutMs: timeLimitMs });
        }),
      );
    }
  };
  const runs = createRuns({ shop, records, store, clock, batchSize, bulkFrom, enqueueOpen });

  if (sync && source) {
    const outcomes = createPushOutcomes(records, shop, clock);
    const shared = { source, shop, marks, outcomes, retryDelaysMs, again: add };
    queue.process(type, createPushJob({ ...shared, sync }));
    const ofRuns = { stores, runs: store, enqueueOpen, clock, batchTimeoutMs };
    queue.process(batchType, createRunJob({ ...shared, ...ofRuns, sync }));
  }

  const checked = (localId: string, field = 'localId'): string => {
    const message = keyProblem(localId);
    if (message === undefined) return localId;
    throw new ValidationError('The product is invalid', { issues: [{ field, message }] });
  };

  const enqueueMany = async (
    localIds: readonly string[],
    more: Pick<NewJob, 'priority' | 'delayMs'> | undefined,
  ): Promise<readonly EnqueuedJob[]> => {
    for (const [index, localId] of localIds.entries()) checked(localId, `localIds[${index}]`);
    const jobs: EnqueuedJob[] = [];
    for (const page of chunksOf(localIds, pageSize)) {
      await marks.markAll(page);
      const known = new Set((await recordsOf(records, shop, page)).map(({ localId }) => localId));
      const unknown = page.filter((localId) => !known.has(localId));
      await Promise.all(unknown.map((localId) => records.putIf(emptyRecord(shop, localId), undefined)));
      jobs.push(...(await Promise.all(page.map((localId) => add(localId, more)))));
    }
    return jobs;
  };

  async function enqueue(localId: string, more?: Pick<NewJob, 'priority' | 'delayMs'>): Promise<EnqueuedJob>;
  async function enqueue(
    localIds: readonly string[],
    more?: Pick<NewJob, 'priority' | 'delayMs'>,
  ): Promise<readonly EnqueuedJob[]>;
  async function enqueue(
    given: string | readonly string[],
    more?: Pick<NewJob, 'priority' | 'delayMs'>,
  ): Promise<EnqueuedJob | readonly EnqueuedJob[]> {
    checkNames(more, { priority: true, delayMs: true });
    if (Array.isArray(given)) return enqueueMany(given as readonly string[], more);
    const localId = checked(given as string);
    await marks.mark(localId);
    // From now on, a new product is counted. An existing record is written only by its pushes.
    if (!(await records.get(shop, localId))) await records.putIf(emptyRecord(shop, localId), undefined);
    return add(localId, more);
  }

  return {
    runs,
    enqueue,
    async resume(resumeOptions = {}) {
      checkNames(resumeOptions, { signal: true });
      const { signal } = resumeOptions;
      let queued = 0;
      // A product may have a record and a mark, and its job may have run before the mark is found.
      const seen = new Set<string>();
      const addAll = async (localIds: readonly string[]): Promise<void> => {
        signal?.throwIfAborted();
        const unseen = localIds.filter((localId) => seen.size < seen.add(localId).size);
        const jobs = await Promise.all(unseen.map((localId) => add(localId)));
        queued += jobs.filter(({ isNew }) => isNew).length;
      };
      // Products that a run has started are pushed by that run, under its id in the journal.
      for await (const run of store.all()) {
        if (run.halt?.undo === 'open') await enqueueOpen(run);
        if (run.state !== 'running' && run.state !== 'paused') continue;
        for await (const localId of store.inHand(run)) seen.add(localId);
        if (run.state === 'running') await enqueueOpen(run);
      }
      // Records do not say which queue they belong to: those marked by another queue are left to it.
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

/** Separates a product queue from others of its shop; `undefined` for the default app without a name. */
function scopeOf(appId: string, name: string | undefined): string | undefined {
  // Encoded, so that no name can look like another app's.
  if (name !== undefined) return `${encodeURIComponent(appId)}/${encodeURIComponent(name)}`;
  return appId === defaultApp ? undefined : encodeURIComponent(appId);
}

/** Options of the push jobs. */
interface PushJobOptions extends Required<Pick<ProductQueueOptions, 'source' | 'shop'>> {
  readonly sync: Pick<ProductSync, 'push'>;
  readonly retryDelaysMs: readonly number[];
  readonly marks: PushMarks;
  readonly outcomes: PushOutcomes;
  /** Queues a push of a marked product. */
  readonly again: (localId: string) => Promise<unknown>;
}

/** Creates the handler that pushes one product. */
function createPushJob(options: PushJobOptions): JobHandler {
  const { sync, source, retryDelaysMs, marks, outcomes, again } = options;

  const conclude = async (localId: string, result: PushResult, attempt: number): Promise<void> => {
    if (result.outcome === 'invalid') await outcomes.rejectInvalid(localId, result.issues);
    if (result.outcome !== 'failed' || !isTemporary(result.error)) return;
    if (attempt <= retryDelaysMs.length) await outcomes.doubt(localId);
    throw result.error;
  };

  /** Pushes the product. Throws only for errors that concern all products, such as a shop that does not respond. */
  const pushed = async (localId: string, product: unknown, { attempt, signal }: JobContext): Promise<PushResult> => {
    try {
      // Also validates the product.
      return await sync.push(product as ProductDraftInput, { signal });
    } catch (error) {
      // While the shop's circuit breaker is open, the job is deferred; a job that was given back runs again.
      const isGivenBack = signal.aborted && !isShopwrightError(signal.reason, 'TIMEOUT');
      const isLast = attempt > retryDelaysMs.length && !isGivenBack && !isShopwrightError(error, 'CIRCUIT_OPEN');
      if (isLast && isShopwrightError(error)) await outcomes.notBegun(localId, error);
      throw error;
    }
  };

  return async (context: JobContext) => {
    const { job, attempt, signal } = context;
    const localId = localIdOf(job.payload) ?? '';
    const push = await marks.begin(localId, job.enqueuedAt);
    if (!push) return;
    const product = await source(localId);
    signal.throwIfAborted();
    if (push.isInDoubt) await outcomes.doubt(localId);
    if (product === undefined || product === null) await outcomes.missing(localId);
    else if ((localIdOf(product) ?? '') !== localId)
      await outcomes.reject(localId, 'has another `localId` in the source.');
    else {
      try {
        await conclude(localId, await pushed(localId, product, context), attempt);
      } catch (error) {
        // This push may have sent an older state after the other one, and a job that another worker took over is not
        // retried.
        const state = await push.fail();
        if (state === 'erased') return;
        if (state === 'overtaken') await again(localId);
        throw error;
      }
    }
    if ((await push.end()) === 'overtaken') await again(localId);
  };
}
