import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { checkNames, type Issue, ValidationError } from '../../errors/errors.ts';
import { sleep } from '../../internal/abort.ts';
import type { Clock } from '../../internal/clock.ts';
import { idListIssues, unknownNames, unknownValue } from '../../internal/names.ts';
import type { SyncRecordStore } from '../../ports/sync-record-store.ts';
import { keyProblem } from '../../storage/adapter-kit.ts';
import { type FailedProduct, failedProduct } from '../health.ts';
import { recordsOf } from '../plan/candidates.ts';
import { type DeleteLimits, deleteLimitIssues, managedIssues } from '../plan/plan.ts';
import { type Gate, gateIssues, haltWithout, noSamples } from '../push/gate.ts';
import { rolloutIssues } from '../push/rollout.ts';
import { recordPages } from '../record-pages.ts';
import {
  batchesOf,
  countsOf,
  finishedOf,
  halted,
  Places,
  type RunCounts,
  type RunHalt,
  type RunPhase,
  type RunPushOptions,
  type RunState,
  type RunStore,
  type StoredRun,
  unitsOf,
} from './stored-run.ts';

/** The progress of a run. */
export interface RunProgress {
  /** Products of the run. */
  readonly total: number;
  /** Products that the shop has as the source has them: `created`, `updated`, `unchanged`. */
  readonly done: number;
  /** Products that were refused, are invalid, or could not be pushed in any attempt. Their records say why. */
  readonly failed: number;
  /** Products left out: not in the rollout, no longer in the source, in conflict, or not reached by a cancelled run. */
  readonly skipped: number;
  /**
   * Products that validation refused before anything was sent. They are also counted in `failed` once their turn has
   * come.
   */
  readonly invalid: number;
  readonly phase: RunPhase;
  /** Products by outcome. */
  readonly counts: RunCounts;
  /** Products per second since the run was started or resumed; 0 if unknown. */
  readonly rate: number;
  /** Points that its calls have cost. Bulk operations cost none. */
  readonly points: number;
  /** Estimated milliseconds until it ends; `null` if unknown, or if it is not running. */
  readonly timeToGoMs: number | null;
}

/**
 * The state of a run at one moment.
 *
 * @example
 * const run = await products.runs.get('autumn');
 * if (run?.state === 'failed') console.error(run.error?.message);
 */
export interface SyncRun {
  /** Also its id in the journal: `sync.rollback({ runId: id })` undoes it. */
  readonly id: string;
  /** `retry`: it pushes products that had failed. */
  readonly kind: 'push' | 'retry';
  readonly state: RunState;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  readonly progress: RunProgress;
  /** Why it failed; otherwise `null`. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Why its gate halted it; otherwise `null`. */
  readonly halt: RunHalt | null;
  /** Whether new products were created in bulk; `not-enabled`: the run tried to, but Shopify did not allow it. */
  readonly bulk: 'none' | 'used' | 'not-enabled';
}

/**
 * Options of `runs.start`. Options of pushes have the same meaning as for `pushMany`. A run deletes no products.
 *
 * @example
 * await products.runs.start(localIds, { id: 'autumn', onInvalid: 'stop' });
 */
export interface StartRunOptions extends RunPushOptions {
  /**
   * Id of the run, 1 to 100 characters. If it is started twice, even by two processes, there is one run. Default: a
   * UUID.
   */
  readonly id?: string;
  /**
   * `skip` (default): invalid products are left out and recorded as failed. `stop`: they end the run before anything is
   * sent.
   */
  readonly onInvalid?: 'skip' | 'stop';
  /**
   * A run of at least this many products creates those that the shop lacks in bulk operations, if the app may use them.
   * `Infinity`: never. Default: the setting of the product queue, 500.
   */
  readonly bulkFrom?: number;
}

/** Which failed products to push again: those of a run, or those that pass a filter. */
export type RetryTarget = string | { readonly filter: (product: FailedProduct) => boolean };

/** Options of `runs.list`. */
export interface ListRunsOptions {
  /** How many runs to return, latest first: 1 to 1,000, default 50. */
  readonly limit?: number;
}

/** Options of `runs.watch`. */
export interface WatchRunOptions {
  /** Ends the iteration with its reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds between reads. Default 1,000, at least 10. */
  readonly everyMs?: number;
}

/**
 * Runs over many products, in batches that the workers of a queue share. The state of a run is in the store, so every
 * process with the same stores sees and controls it.
 */
export interface SyncRuns {
  /**
   * Starts a run over these products of the source: all are validated first, then pushed in batches.
   *
   * @returns The run. If a run with this id, the same products and the same options exists, that one.
   * @throws ValidationError for an invalid option or id, or if the id belongs to a run over other products or with
   * other options. StorageError. QueueError if the run was stored but could not be queued: `resume` queues it.
   *
   * @example
   * const { id } = await products.runs.start(['tee-1', 'tee-2'], { id: 'autumn' });
   * for await (const { state, progress } of products.runs.watch(id)) console.log(state, progress.done, progress.total);
   */
  start(localIds: Iterable<string> | AsyncIterable<string>, options?: StartRunOptions): Promise<SyncRun>;
  /** Lists the runs, latest first. Ended ones are kept for 90 days. @throws StorageError */
  list(options?: ListRunsOptions): Promise<readonly SyncRun[]>;
  /** @throws StorageError */
  get(id: string): Promise<SyncRun | undefined>;
  /**
   * Yields the run at once and after each change, until it has ended; the last value has the final state. A paused run
   * is waited for.
   *
   * @throws ValidationError if there is no such run. StorageError, and the signal's reason.
   */
  watch(id: string, options?: WatchRunOptions): AsyncIterable<SyncRun>;
  /**
   * Stops a run until `resume`. Pushes in progress finish; no other product is started.
   *
   * @throws ValidationError if there is no such run, or it has ended. StorageError.
   */
  pause(id: string): Promise<SyncRun>;
  /**
   * Continues a run that was paused, has failed, or lost its jobs in a crash. Does no harm if it is running.
   *
   * @throws ValidationError if there is no such run, or it was cancelled or is finished. StorageError, QueueError.
   */
  resume(id: string): Promise<SyncRun>;
  /**
   * Ends a run permanently. Pushes in progress finish and are recorded, and so is a bulk operation that has started in
   * Shopify. No other product is started: the rest counts as skipped. Pushed products stay; `sync.rollback({ runId })`
   * undoes them.
   *
   * @throws ValidationError if there is no such run, or it is finished. StorageError.
   */
  cancel(id: string): Promise<SyncRun>;
  /**
   * Starts a run over the products whose records have the status `failed`: those of a run, or those that pass a filter.
   *
   * @throws ValidationError if there is no such run. What `start` throws.
   *
   * @example
   * await products.runs.retryFailed('autumn');
   * await products.runs.retryFailed({ filter: ({ code }) => code === 'USER_ERROR' });
   */
  retryFailed(target: RetryTarget, options?: StartRunOptions): Promise<SyncRun>;
}

/** What runs need. */
interface RunsOptions {
  readonly shop: string;
  readonly records: SyncRecordStore;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly batchSize: number;
  readonly bulkFrom: number;
  /** Queues the jobs of all unfinished units in the run's phase. */
  readonly enqueueOpen: (run: StoredRun) => Promise<void>;
}

const startNames: Record<keyof StartRunOptions, true> = {
  id: true,
  onInvalid: true,
  bulkFrom: true,
  refresh: true,
  force: true,
  managed: true,
  onDrift: true,
  onConflict: true,
  waitForImages: true,
  rollout: true,
  maxDeletes: true,
  gate: true,
};

const longestId = 100;

const mostListed = 1_000;

/** Creates the runs of one product queue. */
export function createRuns(options: RunsOptions): SyncRuns {
  const { shop, store, clock, enqueueOpen } = options;

  /** Changes the state of a run. @throws ValidationError unless its state is one of `from`. */
  const change = async (
    id: string,
    verb: string,
    from: readonly RunState[],
    changes: (run: StoredRun) => Partial<StoredRun> | undefined,
  ): Promise<StoredRun> => {
    let refused: RunState | undefined;
    const run = await store.update(id, (found) => {
      refused = from.includes(found.state) ? undefined : found.state;
      return refused === undefined ? changes(found) : undefined;
    });
    if (!run) throw unknownRun(id, shop);
    if (refused === undefined) return run;
    const message = `is ${refused}, so it cannot be ${verb}. Start another run.`;
    throw new ValidationError(`The run ${id} cannot be ${verb}`, { issues: [{ field: 'id', message }], shop });
  };

  const start = async (
    localIds: Iterable<string> | AsyncIterable<string>,
    startOptions: StartRunOptions,
    kind: StoredRun['kind'],
  ): Promise<SyncRun> => {
    const { id = randomUUID(), onInvalid = 'skip', bulkFrom = options.bulkFrom, ...given } = checked(startOptions);
    const wrong = idListIssues('localIds', localIds);
    if (wrong.length > 0) throw new ValidationError('The run was not started', { issues: wrong, shop });
    const { maxDeletes } = given;
    const push = { ...given, ...(maxDeletes && { maxDeletes: storable(maxDeletes) }) };
    const token = randomUUID();
    const { total, hash } = await putBatches(localIds, token, options);
    const now = clock.now();
    const run: Omit<StoredRun, 'format'> = {
      ...{ id, kind, token, hash, total, push, onInvalid, batchSize: options.batchSize },
      ...{ state: total === 0 ? 'finished' : 'running', phase: total === 0 ? 'push' : 'validate' },
      ...{ startedAt: now, updatedAt: now, since: { at: now, finished: 0 } },
      bulkFrom: bulkFrom === Number.POSITIVE_INFINITY ? null : bulkFrom,
      ...{
        done: '',
        pushed: '',
        counts: {},
        active: {},
        invalid: 0,
        firstInvalid: [],
        points: 0,
        bulk: 'none',
        error: null,
      },
      ...(total === 0 && given.gate && haltOfNothing(given.gate, now)),
    };
    if (!(await store.add(run))) {
      await store.dropBatches(token, batchesOf(run));
      const there = await store.get(id);
      if (!there) throw unknownRun(id, shop);
      const isSame = (['push', 'onInvalid', 'bulkFrom'] as const).every((name) => isEqual(there[name], run[name]));
      if (there.hash === hash && isSame) return publicRun(there);
      const what = there.hash === hash ? 'with other options' : `with another list of ${there.total} products`;
      const message = `is "${id}", which is already used by a run ${what}. Choose another id.`;
      throw new ValidationError('The run was not started', { issues: [{ field: 'id', message }], shop });
    }
    const added = await store.get(id);
    if (!added) throw unknownRun(id, shop);
    if (total > 0) await enqueueOpen(added);
    return publicRun(added);
  };

  const get = async (id: string): Promise<SyncRun | undefined> => {
    const run = await store.get(id);
    return run && publicRun(run);
  };

  return {
    start: async (localIds, startOptions = {}) => start(localIds, startOptions, 'push'),
    async list(listOptions = {}) {
      checkNames(listOptions, { limit: true });
      const { limit = 50 } = listOptions;
      if (!(Number.isInteger(limit) && limit >= 1 && limit <= mostListed)) {
        const message = `must be a whole number from 1 to ${mostListed}.`;
        throw new ValidationError('The options are invalid', { issues: [{ field: 'limit', message }], shop });
      }
      const all: StoredRun[] = [];
      for await (const run of store.all()) all.push(run);
      return all
        .sort((one, other) => other.startedAt - one.startedAt)
        .slice(0, limit)
        .map(publicRun);
    },
    get,
    async *watch(id, watchOptions = {}) {
      checkNames(watchOptions, { signal: true, everyMs: true });
      const { signal, everyMs = 1_000 } = watchOptions;
      if (!(typeof everyMs === 'number' && everyMs >= 0)) {
        const message = 'must be a number of milliseconds.';
        throw new ValidationError('The options are invalid', { issues: [{ field: 'everyMs', message }], shop });
      }
      for (let last: string | undefined; ; ) {
        signal?.throwIfAborted();
        const run = await get(id);
        if (!run) throw unknownRun(id, shop);
        const text = JSON.stringify(run);
        if (text !== last) yield run;
        last = text;
        if (run.state !== 'running' && run.state !== 'paused') return;
        await sleep(clock, Math.max(10, everyMs), signal);
      }
    },
    pause: async (id) => publicRun(await change(id, 'paused', ['running', 'paused'], () => ({ state: 'paused' }))),
    async resume(id) {
      // A pending rollback is done first.
      const run = await change(id, 'resumed', ['running', 'paused', 'failed'], (found) =>
        found.halt?.undo === 'open'
          ? undefined
          : {
              ...{ state: 'running', error: null, since: { at: clock.now(), finished: finishedOf(found) } },
              // Products that were invalid may be valid now.
              ...(found.state === 'failed' && found.phase === 'validate' && { done: '', invalid: 0, firstInvalid: [] }),
              // The gate judges only results from now on.
              ...(found.phase === 'push' && new Places(found.done).size === unitsOf(found) && { state: 'finished' }),
              ...(found.halt && { halt: null, samples: null }),
            },
      );
      if (run.state !== 'finished') await enqueueOpen(run);
      return publicRun(run);
    },
    cancel: async (id) =>
      publicRun(
        await change(id, 'cancelled', ['running', 'paused', 'failed', 'cancelled'], () => ({ state: 'cancelled' })),
      ),
    async retryFailed(target, startOptions = {}) {
      const { filter } = typeof target === 'object' && target !== null ? target : {};
      if (typeof target !== 'string' && typeof filter !== 'function') {
        const message = 'must be the id of a run, or { filter } with a function.';
        throw new ValidationError('The run was not started', { issues: [{ field: 'target', message }], shop });
      }
      const failed = typeof target === 'string' ? failedOf(target, options) : failedBy(target.filter, options);
      return start(failed, startOptions, 'retry');
    },
  };
}

/** A gate that requires data also halts a run without products. There is nothing to undo. */
function haltOfNothing(gate: Gate, nowMs: number): Partial<StoredRun> | undefined {
  const halt = haltWithout(gate, noSamples, nowMs, true);
  return halt && halted(halt, { ...gate, onHalt: 'stop' });
}

const unknownRun = (id: string, shop: string): ValidationError => {
  const message = `is "${id}", but the store has no such run. Ended runs are kept for 90 days.`;
  return new ValidationError('There is no such run', { issues: [{ field: 'id', message }], shop });
};

/** The products whose records have the status `failed`, and that pass the filter. */
async function* failedBy(
  filter: (product: FailedProduct) => boolean,
  { records, shop }: RunsOptions,
): AsyncGenerator<string> {
  for await (const page of recordPages(records, shop, { status: 'failed' }))
    for (const record of page) if (filter(failedProduct(record))) yield record.localId;
}

/** The products of a run whose records have the status `failed`. */
async function* failedOf(id: string, { store, records, shop }: RunsOptions): AsyncGenerator<string> {
  const run = await store.get(id);
  if (!run) throw unknownRun(id, shop);
  for (let batch = 0; batch < batchesOf(run); batch += 1) {
    const localIds = await store.batch(run.token, batch);
    const found = await recordsOf(records, shop, localIds);
    const failed = new Set(found.filter(({ status }) => status === 'failed').map(({ localId }) => localId));
    yield* localIds.filter((localId) => failed.has(localId));
  }
}

/** Stores the products of a run in batches, each product once. */
async function putBatches(
  localIds: Iterable<string> | AsyncIterable<string>,
  token: string,
  { store, batchSize, shop }: RunsOptions,
): Promise<{ readonly total: number; readonly hash: string }> {
  const hash = createHash('sha256');
  const seen = new Set<string>();
  let batch: string[] = [];
  let batches = 0;
  const put = async (): Promise<void> => {
    await store.putBatch(token, batches, batch);
    batches += 1;
    batch = [];
  };
  try {
    for await (const localId of localIds) {
      const message = typeof localId === 'string' ? keyProblem(localId) : 'must be ids (text), not products';
      if (message !== undefined)
        throw new ValidationError('The run was not started', { issues: [{ field: 'localIds', message }], shop });
      if (seen.size === seen.add(localId).size) continue;
      hash.update(`${localId.length}:${localId}`);
      batch.push(localId);
      if (batch.length === batchSize) await put();
    }
  } catch (error) {
    await store.dropBatches(token, batches);
    throw error;
  }
  if (batch.length > 0) await put();
  return { total: seen.size, hash: hash.digest('hex') };
}

/** @throws ValidationError */
function checked(options: StartRunOptions): StartRunOptions {
  const { id, onInvalid, bulkFrom, onDrift, onConflict, managed, rollout, gate, maxDeletes } = options;
  const policies = ['report', 'ours', 'theirs'];
  const issues: Issue[] = [
    ...unknownNames(options, startNames),
    ...unknownValue('onInvalid', onInvalid, ['skip', 'stop']),
    ...unknownValue('onDrift', onDrift, policies),
    ...unknownValue('onConflict', onConflict, policies),
    ...rolloutIssues(rollout),
    ...gateIssues(gate),
    ...deleteLimitIssues(maxDeletes),
    ...managedIssues(managed),
    ...bulkFromIssues(bulkFrom, 'bulkFrom'),
  ];
  if (id !== undefined && !(typeof id === 'string' && id.length > 0 && id.length <= longestId && id.isWellFormed()))
    issues.push({ field: 'id', message: `must be a text of 1 to ${longestId} characters.` });
  if (issues.length > 0) throw new ValidationError('The run was not started', { issues });
  return options;
}

/** Validates the number of products from which on a run uses bulk operations. */
export function bulkFromIssues(bulkFrom: unknown, field: string): readonly Issue[] {
  const isNumber = bulkFrom === Number.POSITIVE_INFINITY || (Number.isInteger(bulkFrom) && (bulkFrom as number) >= 1);
  if (bulkFrom === undefined || isNumber) return [];
  return [{ field, message: 'must be a whole number, 1 or more, or Infinity.' }];
}

/** Whether two values are the same once stored as JSON. */
const isEqual = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));

/** Limits for JSON, which has no infinity. */
const storable = (limits: DeleteLimits): DeleteLimits =>
  Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [name, Math.min(Number(limit), Number.MAX_SAFE_INTEGER)]),
  );

/** The public view of a run. */
function publicRun(run: StoredRun): SyncRun {
  const { id, kind, state, startedAt, updatedAt, total, invalid, phase, points, since, error, bulk, halt = null } = run;
  const counts = countsOf(run);
  const count = (...outcomes: readonly (keyof RunCounts)[]): number =>
    outcomes.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);
  const done = count('created', 'updated', 'unchanged');
  const failed = count('failed', 'invalid', 'blocked');
  const finished = finishedOf(run);
  const skipped = state === 'cancelled' ? total - done - failed : finished - done - failed;
  // The clock may have been set back meanwhile.
  const seconds = Math.max(0, updatedAt - since.at) / 1_000;
  const rate = seconds > 0 ? Math.max(0, finished - since.finished) / seconds : 0;
  const timeToGoMs = state === 'running' && rate > 0 ? Math.round(((total - finished) / rate) * 1_000) : null;
  const progress = { total, done, failed, skipped, invalid, phase, counts, rate, points, timeToGoMs };
  return { id, kind, state, startedAt, updatedAt, progress, error, halt, bulk };
}
