// One file: the work of one process for a run, from the job of a batch to the end of the run.
import { isShopwrightError, type ShopwrightError } from '../../errors/errors.ts';
import { linkSignal, setTimeLimit, sleep, untilAborted } from '../../internal/abort.ts';
import type { Clock } from '../../internal/clock.ts';
import { bareMessage, redactText } from '../../internal/redact.ts';
import type { JobHandler } from '../../ports/job-queue.ts';
import type { Stores } from '../../ports/stores.ts';
import { defer } from '../../queue/defer.ts';
import type { ProductDraftInput } from '../../validation/product-draft.ts';
import { pointsUsed } from '../health.ts';
import type { DeleteAllowance, DeleteLimits } from '../plan/plan.ts';
import type { ProductSync } from '../product-sync.ts';
import { type BulkCreateResult, isWhole } from '../push/bulk-create.ts';
import { type Gate, type GateHalt, haltBy, haltWithout, mostBehindGate, noSamples, withSample } from '../push/gate.ts';
import { localIdOf, type PushOutcome, type PushResult } from '../push/push.ts';
import { isTemporary, type PushOutcomes } from '../push/push-outcomes.ts';
import { inRollout } from '../push/rollout.ts';
import type { RollbackResult } from '../rollback/rollback.ts';
import type { BegunPush, PushMarks } from './push-marks.ts';
import {
  type ActiveBatch,
  batchesOf,
  deletionsOf,
  groupSize,
  haltCode,
  halted,
  Places,
  type RunPhase,
  type RunStore,
  type StoredRun,
  sumOf,
  unitsOf,
} from './stored-run.ts';

/** The methods of a sync that runs use. */
export type RunSync = Pick<ProductSync, 'pushMany' | 'validate' | 'createInBulk' | 'rollback'>;

/** Options of the jobs of runs. */
interface RunJobOptions {
  readonly sync: RunSync;
  readonly source: (localId: string) => Promise<unknown>;
  readonly shop: string;
  readonly stores: Pick<Stores, 'records' | 'journal'>;
  readonly runs: RunStore;
  readonly marks: PushMarks;
  readonly outcomes: PushOutcomes;
  /** Queues a push of a marked product. */
  readonly again: (localId: string) => Promise<unknown>;
  /** Queues the jobs of all unfinished units in the run's phase. */
  readonly enqueueOpen: (run: StoredRun) => Promise<void>;
  readonly clock: Clock;
  /** Milliseconds to wait before each retry of a product that failed temporarily. */
  readonly retryDelaysMs: readonly number[];
  /** Milliseconds after which a batch starts no more products, and continues in another job. */
  readonly batchTimeoutMs: number;
}

/** The larger limit of each kind. */
const mostOf = (
  one: Required<DeleteLimits> | undefined,
  { products, variants, variantsWithStock }: Required<DeleteLimits>,
): Required<DeleteLimits> => ({
  products: Math.max(products, one?.products ?? 0),
  variants: Math.max(variants, one?.variants ?? 0),
  variantsWithStock: Math.max(variantsWithStock, one?.variantsWithStock ?? 0),
});

/** The payload of such a job. */
export interface RunJob {
  readonly run: string;
  readonly phase: RunPhase;
  /** A batch, or in the bulk phase a group of batches. */
  readonly unit: number;
}

/** Milliseconds until a job checks again whether another process has released its batch. */
const takenPauseMs = 5_000;

/** Milliseconds until a job runs again that could not reach the store or the queue. */
const storagePauseMs = 30_000;

/** Milliseconds between two saves of a batch's progress. */
const saveEveryMs = 1_000;

/** Products validated between two checks that the run is still running: nothing is sent meanwhile. */
const validatedAtOnce = 20;

/** How many invalid products a run's error names. */
const mostNamed = 5;

/** Thrown if somebody has paused, cancelled or erased the run. */
const stopped: unique symbol = Symbol('stopped');

/** Creates the handler of the jobs of a product queue's runs. */
export function createRunJob(options: RunJobOptions): JobHandler {
  const { runs } = options;
  return async ({ job, signal }) => {
    const { run: id, phase, unit } = job.payload as RunJob;
    try {
      const run = await runs.get(id);
      if (run?.halt?.undo === 'open') {
        // It has as much time as a batch.
        const work = (turn: AbortSignal): Promise<void> => undo(run.id, turn, options, options.batchTimeoutMs);
        return await inTurn(run, signal, options, work);
      }
      if (run?.state !== 'running') return;
      // The process that ended the phase may have died before it queued the jobs of the next phase.
      if (run.phase !== phase) return await options.enqueueOpen(run);
      if (new Places(run.done).has(unit)) return;
      const lock = await runs.lock(run.token, phase, unit);
      if (!lock) throw defer(takenPauseMs);
      try {
        const work = { push: pushBatch, validate: validateBatch, bulk: createGroup }[phase];
        await work(run, unit, AbortSignal.any([signal, lock.signal]), options);
      } finally {
        await lock.release();
      }
    } catch (error) {
      if (isShopwrightError(error, 'STORAGE_FAILED', 'LOCK_LOST', 'QUEUE_FAILED')) throw defer(storagePauseMs);
      // A queue that closes gives the job back.
      if (signal.aborted && !isShopwrightError(signal.reason, 'TIMEOUT')) throw error;
      if (isPause(error)) throw error;
      await fail(id, error, options);
    }
  };
}

/** Whether the queue runs the job again by itself: it was deferred, or the shop's circuit breaker is open. */
const isPause = (error: unknown): boolean =>
  isShopwrightError(error, 'CIRCUIT_OPEN') || (error instanceof Error && error.name === 'Deferral');

/** Marks a run as failed: somebody must look into it before it can go on. */
async function fail(id: string, error: unknown, { runs }: Pick<RunJobOptions, 'runs'>): Promise<void> {
  const { code } = isShopwrightError(error) ? error : { code: 'UNKNOWN' };
  const message = redactText(bareMessage(error));
  await runs.update(id, ({ state, halt, error: found }) => {
    if (state === 'running') return { state: 'failed', error: { code, message } };
    if (halt?.undo !== 'open') return undefined;
    const whole = `${found?.message ?? ''} Not everything that it pushed could be undone: ${message}`;
    return { halt: { ...halt, undo: 'failed' }, error: { code: haltCode, message: whole } };
  });
}

/**
 * Does the work while no other process pushes products of the run. @throws A deferral if the turn does not come in
 * time.
 */
async function inTurn<T>(
  { token }: StoredRun,
  signal: AbortSignal,
  { runs }: Pick<RunJobOptions, 'runs'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const turn = await runs.turn(token, signal);
  if (!turn) throw defer(takenPauseMs);
  try {
    return await work(AbortSignal.any([signal, turn.signal]));
  } finally {
    await turn.release();
  }
}

/** Milliseconds in which the job of a batch tries to undo its run. */
const undoAtOnceMs = 30_000;

/** Outcomes of products that were really undone. A second rollback reports all others again. */
const undoneAs: ReadonlySet<RollbackResult['outcome']> = new Set(['restored', 'partly', 'removed', 'recreated']);

/**
 * Undoes what a halted run has pushed, unless that is done. Temporary failures are retried.
 *
 * @throws A deferral if it takes longer than `limitMs`, and has made progress or the limit is shorter than that of a
 * batch: the job continues with the rest.
 */
async function undo(id: string, signal: AbortSignal, options: RunJobOptions, limitMs: number): Promise<void> {
  const { sync, stores, shop, runs, clock, retryDelaysMs } = options;
  if ((await runs.get(id))?.halt?.undo !== 'open') return;
  const [first] = await stores.journal.list(shop, { runId: id, limit: 1 });
  const link = linkSignal(clock, signal, limitMs, () => defer(takenPauseMs));
  let failed = 0;
  let undone = 0;
  const onProgress = ({ outcome }: RollbackResult): void => {
    if (undoneAs.has(outcome)) undone += 1;
  };
  try {
    for (const waitMs of first ? [0, ...retryDelaysMs] : []) {
      await sleep(clock, waitMs, link.signal);
      ({ failed } = (await sync.rollback({ runId: id }, { signal: link.signal, onProgress })).counts);
      if (failed === 0) break;
    }
  } catch (error) {
    if (signal.aborted || !link.signal.aborted) throw error;
    if (undone > 0 || limitMs < options.batchTimeoutMs) throw link.signal.reason;
    failed = 1;
  } finally {
    link.release();
  }
  await runs.update(id, ({ halt }) =>
    halt ? { state: 'cancelled', halt: { ...halt, undo: failed > 0 ? 'failed' : 'done' } } : undefined,
  );
}

/** Marks a unit as done; after the last one, the run goes on to its next phase. */
async function finish(
  id: string,
  phase: RunPhase,
  unit: number,
  changes: (run: StoredRun) => Partial<StoredRun>,
  { runs, enqueueOpen, clock }: RunJobOptions,
): Promise<void> {
  let hasMoved = false;
  const after = await runs.update(id, (run) => {
    hasMoved = false;
    const done = new Places(run.done);
    if (run.phase !== phase || done.has(unit)) return undefined;
    done.add(unit);
    const next = { ...run, ...changes(run), done: String(done) };
    if (done.size < unitsOf(run)) return next;
    hasMoved = true;
    return nextPhase(next, clock.now());
  });
  if (hasMoved && after?.state === 'running') await enqueueOpen(after);
}

/** The run after the end of a phase. */
function nextPhase(run: StoredRun, nowMs: number): Partial<StoredRun> {
  const { phase, state, invalid, total, bulkFrom } = run;
  const { gate } = run.push;
  if (state === 'cancelled' || run.halt) return run;
  if (phase === 'push') {
    const halt = gate && haltWithout(gate, run.samples ?? noSamples, nowMs, true);
    return { ...run, state: 'finished', ...(halt && halted(halt, gate)) };
  }
  if (phase === 'validate' && invalid > 0 && run.onInvalid === 'stop') {
    const named = run.firstInvalid.join('; ');
    const message = `${invalid} of ${total} products are invalid, and nothing was sent: ${named}`;
    return { ...run, state: 'failed', error: { code: 'VALIDATION_FAILED', message } };
  }
  if (phase === 'validate' && bulkFrom !== null && total >= bulkFrom && !gate)
    return { ...run, done: '', phase: 'bulk' };
  const isOver = new Places(run.pushed).size === batchesOf(run);
  return { ...run, done: run.pushed, phase: 'push', ...(isOver && { state: 'finished' }) };
}

/** Checks that the run is still running. @throws `stopped` if not, and the signal's reason. */
async function checkRunning(id: string, signal: AbortSignal, { runs }: RunJobOptions): Promise<void> {
  signal.throwIfAborted();
  if ((await runs.get(id))?.state !== 'running') throw stopped;
}

/** Reads a product from the source. Waits for it only until the signal aborts. */
function readProduct(
  localId: string,
  signal: AbortSignal,
  { source }: Pick<RunJobOptions, 'source'>,
): Promise<unknown> {
  const read = async (): Promise<unknown> => source(localId);
  return untilAborted(read(), signal);
}

async function validateBatch(run: StoredRun, unit: number, signal: AbortSignal, options: RunJobOptions): Promise<void> {
  const { sync, runs, outcomes } = options;
  const invalid: string[] = [];
  let count = 0;
  try {
    for (const [place, localId] of (await runs.batch(run.token, unit)).entries()) {
      if (place % validatedAtOnce === 0) await checkRunning(run.id, signal, options);
      const product = await readProduct(localId, signal, options);
      // Missing, or another product: its push reports that.
      if (product === undefined || product === null || localIdOf(product) !== localId) continue;
      const issues = await sync.validate(product as ProductDraftInput);
      if (issues.length === 0) continue;
      count += 1;
      if (invalid.length < mostNamed) invalid.push(`${localId}: ${issues[0]?.field} ${issues[0]?.message}`);
      await outcomes.rejectInvalid(localId, issues, true);
    }
  } catch (error) {
    if (error === stopped) return;
    throw error;
  }
  await finish(
    run.id,
    'validate',
    unit,
    (now) => ({
      invalid: now.invalid + count,
      firstInvalid: [...now.firstInvalid, ...invalid].slice(0, mostNamed),
    }),
    options,
  );
}

/**
 * Creates, in a bulk operation, those products of a group of batches that the shop lacks. The push phase handles the
 * others.
 */
async function createGroup(run: StoredRun, unit: number, signal: AbortSignal, options: RunJobOptions): Promise<void> {
  const { sync, shop, runs } = options;
  const { rollout } = run.push;
  const first = unit * groupSize(run);
  const last = Math.min(first + groupSize(run), batchesOf(run));
  async function* drafts(): AsyncGenerator<ProductDraftInput> {
    for (let batch = first; batch < last; batch += 1) {
      for (const localId of await runs.batch(run.token, batch)) {
        if (rollout && !inRollout(rollout, { shop, localId })) continue;
        const product = await readProduct(localId, signal, options);
        if (localIdOf(product) === localId) yield product as ProductDraftInput;
      }
      await checkRunning(run.id, signal, options);
    }
  }
  const meter = { points: 0 };
  const settled = new Map<string, PushOutcome>();
  const onResult = ({ localId, outcome }: BulkCreateResult): void => void settled.set(localId, outcome);
  let bulk: StoredRun['bulk'] = 'used';
  try {
    await pointsUsed.run(meter, () =>
      sync.createInBulk(drafts(), { runId: run.id, signal, overwrite: isWhole(run.push), onResult }),
    );
  } catch (error) {
    if (error === stopped) return;
    if (!isShopwrightError(error, 'BULK_NOT_ENABLED')) throw error;
    bulk = 'not-enabled';
  }
  const batches = new Map<number, ActiveBatch>();
  for (let batch = first; batch < last && settled.size > 0; batch += 1) {
    const done = new Places();
    let counts: ActiveBatch['counts'] = {};
    for (const [place, localId] of (await runs.batch(run.token, batch)).entries()) {
      const outcome = settled.get(localId);
      if (outcome === undefined) continue;
      done.add(place);
      counts = sumOf(counts, { [outcome]: 1 });
    }
    if (done.size > 0) batches.set(batch, { done: String(done), counts, round: 0 });
  }
  await finish(
    run.id,
    'bulk',
    unit,
    (now) => ({ bulk, points: now.points + meter.points, ...withBatches(now, batches) }),
    options,
  );
}

/** The run with products whose outcome is known before the push phase: complete batches are marked as pushed. */
function withBatches(run: StoredRun, batches: ReadonlyMap<number, ActiveBatch>): Partial<StoredRun> {
  const pushed = new Places(run.pushed);
  const active = { ...run.active };
  let { counts } = run;
  for (const [batch, { done, ...more }] of batches) {
    const size = Math.min(run.batchSize, run.total - batch * run.batchSize);
    if (new Places(done).size < size) active[batch] = { done, ...more };
    else {
      pushed.add(batch);
      counts = sumOf(counts, more.counts);
    }
  }
  return { pushed: String(pushed), active, counts };
}

/** A product of a batch whose push has started. */
interface Begun {
  readonly place: number;
  readonly push: BegunPush;
}

/**
 * Pushes the products of a batch that have no outcome yet. With a gate, only one batch of the run is pushed at a time.
 */
async function pushBatch(run: StoredRun, unit: number, signal: AbortSignal, options: RunJobOptions): Promise<void> {
  if (!run.push.gate) return pushOpen(run, unit, signal, options);
  await inTurn(run, signal, options, async (turn) => {
    try {
      await pushOpen(run, unit, turn, options);
    } finally {
      await undo(run.id, turn, options, Math.min(undoAtOnceMs, options.batchTimeoutMs - 1));
    }
  });
}

async function pushOpen(run: StoredRun, unit: number, signal: AbortSignal, options: RunJobOptions): Promise<void> {
  const { clock, retryDelaysMs } = options;
  const { gate, maxDeletes, ...push } = run.push;
  const batch = await Batch.open(run, unit, options);
  if (!batch) return;
  let isLate = false;
  const cancelLimit = setTimeLimit(clock, () => (isLate = true), options.batchTimeoutMs);
  const stopWatch = gate ? watchForData(run.id, gate, options) : () => undefined;
  const meter = { points: 0 };
  let stop: { readonly reason: unknown } | undefined;
  try {
    const { stoppedBy } = await pointsUsed.run(meter, () =>
      options.sync.pushMany(
        batch.products(() => isLate || signal.aborted, signal),
        {
          ...push,
          ...(maxDeletes && { maxDeletes: batch.allowance(maxDeletes) }),
          ...(gate && { concurrency: mostBehindGate }),
          runId: run.id,
          signal,
          onProgress: ({ result }) => batch.take(result, meter),
        },
      ),
    );
    if (stoppedBy !== undefined) stop = { reason: stoppedBy };
  } catch (error) {
    stop = { reason: error };
  } finally {
    cancelLimit();
    stopWatch();
  }
  // If another process takes over the batch, it starts these products again.
  if (!signal.aborted) await batch.giveBack();
  if (stop) {
    await batch.save(meter);
    if (stop.reason === stopped) return;
    throw stop.reason;
  }
  if (batch.isStopped) return batch.save(meter);
  if (batch.left === 0) return batch.finish(meter);
  if (isLate) {
    await batch.save(meter);
    throw defer(0);
  }
  // Products that failed temporarily remain.
  const waitMs = retryDelaysMs[batch.round];
  if (waitMs === undefined) return batch.finish(meter);
  batch.round += 1;
  await batch.save(meter);
  throw defer(waitMs);
}

/** Checks once per window whether there were samples: if all calls hang, no result would trigger the gate. */
function watchForData(id: string, gate: Gate, { runs, clock }: RunJobOptions): () => void {
  const { windowMs, requireData } = gate;
  if (windowMs === undefined || !requireData) return () => undefined;
  let cancel = (): void => undefined;
  const watch = (): void => {
    cancel = clock.setTimer(() => {
      const looking = runs.update(id, ({ state, samples }) => {
        const halt = haltWithout(gate, samples ?? noSamples, clock.now(), false);
        return state === 'running' && halt ? halted(halt, gate) : undefined;
      });
      // If the store fails, the pushes report it, because they use it too.
      looking.catch(() => undefined);
      watch();
    }, windowMs);
  };
  watch();
  return () => cancel();
}

/** One batch of a run, while this process works on it. */
class Batch {
  readonly #run: StoredRun;
  readonly #unit: number;
  readonly #options: RunJobOptions;
  readonly #localIds: readonly string[];
  readonly #done: Places;
  #counts: ActiveBatch['counts'];
  round: number;
  /** Whether somebody has paused, cancelled or erased the run. */
  isStopped = false;
  /** Whether this run may already have pushed some of its products. */
  readonly #isAgain: boolean;
  readonly #begun = new Map<string, Begun>();
  /** Products that failed temporarily, by place. */
  readonly #later = new Set<number>();
  #savedAtMs: number;
  #savedPoints = 0;
  #saving: Promise<unknown> = Promise.resolve();
  /** Outcomes that the gate has not judged yet. */
  readonly #unsampled: PushOutcome[] = [];
  #isHalted = false;

  /** Starts or continues a batch; `undefined` if the run is not running. */
  static async open(run: StoredRun, unit: number, options: RunJobOptions): Promise<Batch | undefined> {
    const localIds = await options.runs.batch(run.token, unit);
    const fresh: ActiveBatch = { done: '', counts: {}, round: 0 };
    let known: ActiveBatch | undefined;
    const now = await options.runs.update(run.id, ({ state, active }) => {
      known = active[unit];
      return state === 'running' && !known ? { active: { ...active, [unit]: fresh } } : undefined;
    });
    if (now?.state !== 'running') return undefined;
    return new Batch(now, unit, localIds, known ?? fresh, known !== undefined || now.bulk === 'used', options);
  }

  private constructor(
    run: StoredRun,
    unit: number,
    localIds: readonly string[],
    { done, counts, round }: ActiveBatch,
    isAgain: boolean,
    options: RunJobOptions,
  ) {
    this.#run = run;
    this.#unit = unit;
    this.#localIds = localIds;
    this.#options = options;
    this.#done = new Places(done);
    this.#counts = counts;
    this.round = round;
    this.#isAgain = isAgain;
    this.#savedAtMs = options.clock.monotonic();
  }

  /** Number of products without an outcome. */
  get left(): number {
    return this.#localIds.length - this.#done.size;
  }

  /** The products without an outcome, each read when its turn comes. Ends if the run is stopped. */
  async *products(isOver: () => boolean, signal: AbortSignal): AsyncGenerator<ProductDraftInput> {
    const { runs, marks, outcomes, again } = this.#options;
    for (const [place, localId] of this.#localIds.entries()) {
      if (this.#done.has(place)) continue;
      if (isOver()) return;
      if ((await runs.get(this.#run.id))?.state !== 'running') {
        this.isStopped = true;
        return;
      }
      if (this.#isAgain && (await this.#hasFailed(localId))) {
        this.#settle(place, 'failed');
        continue;
      }
      const push = await marks.begin(localId, this.#run.startedAt);
      // The shop's data was erased meanwhile.
      if (!push) {
        this.#settle(place, 'skipped');
        continue;
      }
      const product = await readProduct(localId, signal, this.#options);
      if (push.isInDoubt) await outcomes.doubt(localId);
      if (localIdOf(product) === localId) {
        this.#begun.set(localId, { place, push });
        yield product as ProductDraftInput;
        continue;
      }
      const isGone = product === undefined || product === null;
      if (!isGone) await outcomes.reject(localId, 'has another `localId` in the source.', true);
      this.#settle(place, !isGone || (await outcomes.missing(localId)) ? 'failed' : 'skipped');
      if ((await push.end()) === 'overtaken') await again(localId);
    }
  }

  /** Records the result of a product. */
  async take(result: PushResult, meter: { readonly points: number }): Promise<void> {
    const { outcomes, again, clock, retryDelaysMs } = this.#options;
    const { localId = '' } = result;
    const begun = this.#begun.get(localId);
    if (!begun) return;
    this.#begun.delete(localId);
    const { place, push } = begun;
    const isLater = result.outcome === 'failed' && isTemporary(result.error);
    const isSkipped = result.outcome === 'skipped';
    if (isLater && this.round < retryDelaysMs.length) await outcomes.doubt(localId);
    if (result.outcome === 'invalid') await outcomes.rejectInvalid(localId, result.issues, true);
    // A marked change that was not sent still has to be pushed.
    const state = await (isLater || (isSkipped && !push.isNew) ? push.fail() : push.end());
    if (state === 'overtaken') await again(localId);
    if (isLater) this.#later.add(place);
    if (isLater || (isSkipped && result.reason === 'stopped')) return;
    this.#settle(place, await this.#outcomeOf(result, localId));
    // A gate judges each product before others are started.
    if (this.#run.push.gate || clock.monotonic() - this.#savedAtMs >= saveEveryMs) await this.save(meter);
    if (this.#isHalted) throw stopped;
  }

  /** Gives back the products that were started but not pushed. */
  async giveBack(): Promise<void> {
    for (const [localId, { push }] of this.#begun) {
      this.#begun.delete(localId);
      // A marked change still has to be pushed.
      const state = await (push.isNew ? push.end() : push.fail());
      if (state === 'overtaken') await this.#options.again(localId);
    }
  }

  /** How much its pushes may delete: all batches of the run share these limits. */
  allowance(limits: DeleteLimits): DeleteAllowance {
    const { products = 0, variants = 0, variantsWithStock = 0 } = limits;
    const take: DeleteAllowance['take'] = async (localId, counts) => {
      let isThere = false;
      await this.#options.runs.update(this.#run.id, (run) => {
        isThere = false;
        const active = run.active[this.#unit];
        if (!active) return undefined;
        const { [localId]: before, ...others } = active.deletes ?? {};
        // An interrupted push has already reserved its deletions.
        const own = mostOf(before, counts);
        const ofBatches: StoredRun['active'] = { ...run.active, [this.#unit]: { ...active, deletes: others } };
        const ofOthers = Object.values(ofBatches).flatMap(({ deletes }) => Object.values(deletes ?? {}));
        const sum = deletionsOf([run.deleted, own, ...ofOthers]);
        isThere = sum.products <= products && sum.variants <= variants && sum.variantsWithStock <= variantsWithStock;
        if (!isThere) return undefined;
        return { active: { ...run.active, [this.#unit]: { ...active, deletes: { ...others, [localId]: own } } } };
      });
      return isThere;
    };
    return { limits, take };
  }

  #settle(place: number, outcome: PushOutcome): void {
    if (this.#done.has(place)) return;
    this.#done.add(place);
    this.#counts = sumOf(this.#counts, { [outcome]: 1 });
    this.#unsampled.push(outcome);
  }

  /** Whether this run has already pushed the product, and Shopify refused it. */
  async #hasFailed(localId: string): Promise<boolean> {
    const { stores, shop } = this.#options;
    const record = await stores.records.get(shop, localId);
    if (record?.status !== 'failed' || !record.lastError) return false;
    if (!(await this.#lastAction(localId))) return false;
    return !isTemporary({ isRetryable: false, ...record.lastError } as ShopwrightError);
  }

  /** This run's last action on the product, from the journal. */
  async #lastAction(localId: string): Promise<string | undefined> {
    const { stores, shop } = this.#options;
    const runId = this.#run.id;
    const [entry] = await stores.journal.list(shop, { runId, localId, order: 'newest', limit: 1 });
    return entry?.action;
  }

  /** The outcome that the run counts: what it pushed before an interruption is not `unchanged`. */
  async #outcomeOf({ outcome }: PushResult, localId: string): Promise<PushOutcome> {
    if (outcome !== 'unchanged' || !this.#isAgain) return outcome;
    const action = await this.#lastAction(localId);
    return action === 'create' ? 'created' : action === 'update' ? 'updated' : outcome;
  }

  #points(meter: { readonly points: number }): number {
    const points = meter.points - this.#savedPoints;
    this.#savedPoints = meter.points;
    return points;
  }

  /**
   * Saves the progress of the batch and the verdict of its gate. One save after another, so that each sample counts
   * once.
   */
  async save(meter: { readonly points: number }): Promise<void> {
    const saved = this.#saving.then(() => this.#save(meter));
    this.#saving = saved.catch(() => undefined);
    return saved;
  }

  async #save(meter: { readonly points: number }): Promise<void> {
    const { clock, runs } = this.#options;
    const { gate } = this.#run.push;
    this.#savedAtMs = clock.monotonic();
    const points = this.#points(meter);
    const outcomes = this.#unsampled.splice(0);
    const own = { done: String(this.#done), counts: this.#counts, round: this.round };
    const after = await runs.update(this.#run.id, (run) => {
      if (new Places(run.done).has(this.#unit)) return undefined;
      const active = { ...run.active, [this.#unit]: { ...run.active[this.#unit], ...own } };
      const changes = { active, points: run.points + points };
      if (!gate) return changes;
      let samples = run.samples ?? noSamples;
      let halt: GateHalt | undefined;
      for (const outcome of outcomes) {
        samples = withSample(gate, samples, outcome, clock.now());
        halt ??= haltBy(gate, samples, clock.now());
      }
      const isHalted = halt !== undefined && run.state === 'running' && !run.halt;
      return { ...changes, samples, ...(halt && isHalted && halted(halt, gate)) };
    });
    if (after?.halt) this.#isHalted = true;
  }

  /** Ends the batch. Products that failed temporarily in every round count as failed. */
  async finish(meter: { readonly points: number }): Promise<void> {
    for (const place of this.#later) this.#settle(place, 'failed');
    if (this.#run.push.gate) await this.save(meter);
    const points = this.#points(meter);
    const counts = this.#counts;
    await finish(
      this.#run.id,
      'push',
      this.#unit,
      (run) => {
        const { [this.#unit]: own, ...active } = run.active;
        const deletes = Object.values(own?.deletes ?? {});
        return {
          ...{ active, counts: sumOf(run.counts, counts), points: run.points + points },
          ...(deletes.length > 0 && { deleted: deletionsOf([run.deleted, ...deletes]) }),
        };
      },
      this.#options,
    );
  }
}
