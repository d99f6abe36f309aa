import { isRecord, parseJson } from '../../internal/json.ts';
import type { KeyValueStore, Lock } from '../../ports/key-value-store.ts';
import { checkFormat, keyPart, shopPrefix } from '../../storage/keys.ts';
import type { DeleteLimits } from '../plan/plan.ts';
import { type Gate, type GateHalt, type GateSamples, haltError } from '../push/gate.ts';
import type { PushOutcome } from '../push/push.ts';
import type { PushManyOptions } from '../push/push-many.ts';

/** `running` until it has ended, or somebody stops it. A `paused` or `failed` run can be resumed. */
export type RunState = 'running' | 'paused' | 'cancelled' | 'finished' | 'failed';

/**
 * The phase of a run: it validates all products, creates new ones in bulk operations if there are many, then pushes the
 * products in batches.
 */
export type RunPhase = 'validate' | 'bulk' | 'push';

/** Push options for all products of a run. */
export interface RunPushOptions
  extends Pick<
    PushManyOptions,
    'refresh' | 'force' | 'managed' | 'onDrift' | 'onConflict' | 'waitForImages' | 'rollout'
  > {
  /** How much all pushes of the run may delete together. Default: nothing of any kind. */
  readonly maxDeletes?: DeleteLimits;
  /**
   * Halts the run if too many of its products fail, in all batches and processes together. Batches are then pushed one
   * after another, 16 products at a time and none in bulk, so that few products follow the one that halts the run.
   * Default: none.
   */
  readonly gate?: Gate;
}

/** Why a gate halted a run, and what happens to the products it had pushed. */
export interface RunHalt extends Pick<GateHalt, 'reason' | 'samples' | 'failures' | 'failureRate'> {
  /**
   * `none`: they stay. With `onHalt: 'rollback'`: `open` while they are being undone, `done` afterwards; `failed` if
   * some could not be undone: `rollback({ runId })` does the rest.
   */
  readonly undo: 'none' | 'open' | 'done' | 'failed';
}

/** Number of products by outcome. */
export type RunCounts = Readonly<Partial<Record<PushOutcome, number>>>;

/** A batch that was started, with its last saved progress. */
export interface ActiveBatch {
  /** The products that have an outcome, by place, in the format of `Places`. */
  readonly done: string;
  readonly counts: RunCounts;
  /** How often it was deferred because products failed temporarily. */
  readonly round: number;
  /** What the pushes of its products delete, by local id. Absent if nothing. */
  readonly deletes?: Readonly<Record<string, Required<DeleteLimits>>>;
}

/** A run as stored. Every change is made by compare-and-set. */
export interface StoredRun {
  readonly format: typeof runFormat;
  readonly id: string;
  readonly kind: 'push' | 'retry';
  readonly state: RunState;
  readonly phase: RunPhase;
  /** Prefix of its batches in the store. */
  readonly token: string;
  /** Hash of its products. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly total: number;
  readonly batchSize: number;
  /** A run of at least this many products creates new ones in bulk; `null`: never. */
  readonly bulkFrom: number | null;
  readonly onInvalid: 'skip' | 'stop';
  readonly push: RunPushOptions;
  /** The finished units of the phase: batches, or in the bulk phase groups of batches. In the format of `Places`. */
  readonly done: string;
  /** Batches whose products were all handled by bulk operations: they are already done when the push phase begins. */
  readonly pushed: string;
  /** Counts of the finished batches. */
  readonly counts: RunCounts;
  readonly active: Readonly<Record<string, ActiveBatch>>;
  /** What the finished batches have deleted. Absent before the first. */
  readonly deleted?: Required<DeleteLimits>;
  /** The samples that its gate judges. Absent or `null` before the first. */
  readonly samples?: GateSamples | null;
  /** Why its gate halted it. Absent or `null` if it did not. */
  readonly halt?: RunHalt | null;
  /** Number of products that validation refused. */
  readonly invalid: number;
  /** The first of them, with the problem. */
  readonly firstInvalid: readonly string[];
  readonly points: number;
  readonly bulk: 'none' | 'used' | 'not-enabled';
  readonly error: { readonly code: string; readonly message: string } | null;
  /**
   * When it was last started or resumed, and how many products had an outcome then. The rate is calculated from this.
   */
  readonly since: { readonly at: number; readonly finished: number };
}

/** Error code of a run that its gate halted. */
export const haltCode = 'GATE_HALTED';

/** The state of a run that its gate has halted. */
export function halted(found: GateHalt, gate: Gate): Pick<StoredRun, 'state' | 'error' | 'halt'> {
  const { reason, samples, failures, failureRate } = found;
  return {
    state: 'failed',
    error: { code: haltCode, message: haltError(found, gate).message },
    halt: { reason, samples, failures, failureRate, undo: gate.onHalt === 'rollback' ? 'open' : 'none' },
  };
}

/** The format of a run and its batches. A release that stores more, or something else, uses the next number. */
const runFormat = 1;

/** The most products that one bulk operation creates. */
const mostInBulk = 5_000;

/** Milliseconds for which an ended run is kept. */
const retentionMs = 90 * 86_400_000;

/** Milliseconds for which the list of a batch is kept; it is written only once. */
const batchRetentionMs = 2 * retentionMs;

/** Milliseconds after which another process may take over the batch of a dead one. */
const leaseMs = 20_000;

/** Milliseconds that a batch waits for its turn before it is deferred. */
const turnWaitMs = 10_000;

export const batchesOf = ({ total, batchSize }: Pick<StoredRun, 'total' | 'batchSize'>): number =>
  Math.ceil(total / batchSize);

/** Number of batches in one bulk operation. */
export const groupSize = ({ batchSize }: Pick<StoredRun, 'batchSize'>): number =>
  Math.max(1, Math.floor(mostInBulk / batchSize));

/** Number of units in the run's phase. */
export const unitsOf = (run: StoredRun): number =>
  run.phase === 'bulk' ? Math.ceil(batchesOf(run) / groupSize(run)) : batchesOf(run);

export function sumOf(...all: readonly RunCounts[]): RunCounts {
  const sum: Partial<Record<PushOutcome, number>> = {};
  for (const counts of all)
    for (const [outcome, count] of Object.entries(counts) as [PushOutcome, number][])
      sum[outcome] = (sum[outcome] ?? 0) + count;
  return sum;
}

export const deletionsOf = (all: readonly (Required<DeleteLimits> | undefined)[]): Required<DeleteLimits> =>
  all.reduce<Required<DeleteLimits>>(
    (sum, one) => ({
      products: sum.products + (one?.products ?? 0),
      variants: sum.variants + (one?.variants ?? 0),
      variantsWithStock: sum.variantsWithStock + (one?.variantsWithStock ?? 0),
    }),
    { products: 0, variants: 0, variantsWithStock: 0 },
  );

/** The counts of finished and active batches together. */
export const countsOf = (run: StoredRun): RunCounts =>
  sumOf(run.counts, ...Object.values(run.active).map(({ counts }) => counts));

export const finishedOf = (run: StoredRun): number =>
  Object.values(countsOf(run)).reduce((total, count) => total + count, 0);

/** A set of places (numbers from 0), one bit each. */
export class Places {
  #bits: Uint8Array;
  size = 0;

  constructor(text = '') {
    this.#bits = new Uint8Array(Buffer.from(text, 'base64'));
    for (const byte of this.#bits) for (let bits = byte; bits > 0; bits &= bits - 1) this.size += 1;
  }

  has(place: number): boolean {
    return ((this.#bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
  }

  add(place: number): this {
    if (this.has(place)) return this;
    const at = place >> 3;
    if (at >= this.#bits.length) {
      const longer = new Uint8Array(at + 1);
      longer.set(this.#bits);
      this.#bits = longer;
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (place & 7));
    this.size += 1;
    return this;
  }

  toString(): string {
    return Buffer.from(this.#bits).toString('base64');
  }
}

/** The product queue that the runs belong to. */
interface RunOwner {
  readonly shop: string;
  readonly appId: string;
  readonly scope: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Stores the runs of one product queue. */
export class RunStore {
  readonly #store: KeyValueStore;
  readonly #owner: RunOwner;

  constructor(store: KeyValueStore, owner: RunOwner) {
    this.#store = store;
    this.#owner = owner;
  }

  // Under the keys of the shop and app, so that an erasure deletes them too.
  async #prefix(kind: 'run' | 'batch'): Promise<string> {
    const { shop, appId, scope } = this.#owner;
    return `${await shopPrefix(shop, appId)}~${kind}:${scope === undefined ? '' : await keyPart(scope)}:`;
  }

  async #key(id: string): Promise<string> {
    return `${await this.#prefix('run')}${await keyPart(id)}`;
  }

  #read(text: string | undefined, key: string): StoredRun | undefined {
    const found = text === undefined ? undefined : parseJson(text);
    checkFormat(found, runFormat, `The run under ${key}`, this.#owner.shop);
    return isRecord(found) && typeof found['id'] === 'string' ? (found as unknown as StoredRun) : undefined;
  }

  /** @throws StorageError */
  async get(id: string): Promise<StoredRun | undefined> {
    const key = await this.#key(id);
    return this.#read(await this.#store.get(key), key);
  }

  /** All runs, in no particular order. @throws StorageError */
  async *all(): AsyncGenerator<StoredRun> {
    for await (const key of this.#store.scan(await this.#prefix('run'))) {
      const run = this.#read(await this.#store.get(key), key);
      if (run) yield run;
    }
  }

  /** Adds a run. Returns `false` if there is one with that id. @throws StorageError */
  async add(run: Omit<StoredRun, 'format'>): Promise<boolean> {
    return this.#store.setIfAbsent(await this.#key(run.id), JSON.stringify({ format: runFormat, ...run }));
  }

  /**
   * Changes a run by compare-and-set. `change` returns `undefined` to change nothing.
   *
   * @returns The current run; `undefined` if there is none.
   * @throws StorageError
   */
  async update(id: string, change: (run: StoredRun) => Partial<StoredRun> | undefined): Promise<StoredRun | undefined> {
    const key = await this.#key(id);
    for (;;) {
      const text = await this.#store.get(key);
      const run = this.#read(text, key);
      if (!run) return undefined;
      const changes = change(run);
      if (!changes) return run;
      const next: StoredRun = { ...run, ...changes, updatedAt: this.#owner.now() };
      const hasEnded = next.state === 'finished' || next.state === 'cancelled';
      const ttl = hasEnded ? { ttlMs: retentionMs } : {};
      if (await this.#store.compareAndSet(key, text, JSON.stringify(next), ttl)) return next;
    }
  }

  async #batchKey(token: string, batch: number): Promise<string> {
    return `${await this.#prefix('batch')}${token}:${batch}`;
  }

  /** @throws StorageError */
  async putBatch(token: string, batch: number, localIds: readonly string[]): Promise<void> {
    const text = JSON.stringify({ format: runFormat, localIds });
    await this.#store.set(await this.#batchKey(token, batch), text, { ttlMs: batchRetentionMs });
  }

  /** The local ids of a batch; empty if it was erased. @throws StorageError */
  async batch(token: string, batch: number): Promise<readonly string[]> {
    const key = await this.#batchKey(token, batch);
    const found = parseJson((await this.#store.get(key)) ?? '');
    checkFormat(found, runFormat, `The batch under ${key}`, this.#owner.shop);
    return isRecord(found) && Array.isArray(found['localIds']) ? found['localIds'] : [];
  }

  /** The products that a run has started, or may have started, and that have no outcome yet. @throws StorageError */
  async *inHand(run: StoredRun): AsyncGenerator<string> {
    if (run.phase === 'validate') return;
    const isOver = new Places(run.phase === 'push' ? run.done : run.pushed);
    const wasInBulk = run.phase === 'bulk' || run.bulk === 'used';
    for (let batch = 0; batch < batchesOf(run); batch += 1) {
      const active = run.active[batch];
      if (isOver.has(batch) || !(wasInBulk || active)) continue;
      const done = new Places(active?.done);
      for (const [place, localId] of (await this.batch(run.token, batch)).entries())
        if (!done.has(place)) yield localId;
    }
  }

  /** @throws StorageError */
  async dropBatches(token: string, count: number): Promise<void> {
    for (let batch = 0; batch < count; batch += 1) await this.#store.delete(await this.#batchKey(token, batch));
  }

  /** Locks a unit so that no other process works on it; `undefined` if another one does. @throws StorageError */
  async lock(token: string, phase: RunPhase, unit: number): Promise<Lock | undefined> {
    return this.#store.lock(`${await this.#prefix('batch')}${token}:${phase}:${unit}`, { leaseMs });
  }

  /**
   * Waits for the turn of a batch in a run whose batches are pushed one after another; `undefined` if it does not come
   * in time.
   *
   * @throws StorageError, and the signal's reason.
   */
  async turn(token: string, signal: AbortSignal): Promise<Lock | undefined> {
    return this.#store.lock(`${await this.#prefix('batch')}${token}:turn`, { leaseMs, waitMs: turnWaitMs, signal });
  }
}
