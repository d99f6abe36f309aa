import { isRecord, parseJson } from '../../internal/json.ts';
import type { KeyValueStore, Lock } from '../../ports/key-value-store.ts';
import { checkFormat, keyPart, shopPrefix } from '../../storage/keys.ts';
import type { DeleteLimits } from '../plan/plan.ts';
import { type Gate, type GateHalt, type GateSamples, haltError } from '../push/gate.ts';
import type { PushOutcome } from '../push/push.ts';
import type { PushManyOptions } from '../push/push-many.ts';

/** `running` until it has come to an end, or somebody has stopped it. A `paused` and a `failed` run can be resumed. */
export type RunState = 'running' | 'paused' | 'cancelled' | 'finished' | 'failed';

/**
 * What a run is at: it validates all products, creates new ones by bulk operations where they are many, and pushes the
 * products in batches.
 */
export type RunPhase = 'validate' | 'bulk' | 'push';

/** Options of a push that all products of a run share. */
export interface RunPushOptions
  extends Pick<
    PushManyOptions,
    'refresh' | 'force' | 'managed' | 'onDrift' | 'onConflict' | 'waitForImages' | 'rollout'
  > {
  /** How many deletions all pushes of the run may make together. Default none of each kind. */
  readonly maxDeletes?: DeleteLimits;
  /**
   * Halts the run where too many of its products fail, in whichever batch and process. Its batches are pushed one after
   * another then, 16 products at a time and none in bulk, so that few follow the one by which it is halted. Default: none.
   */
  readonly gate?: Gate;
}

/** Why a gate has halted a run, and what becomes of what the run had pushed. */
export interface RunHalt extends Pick<GateHalt, 'reason' | 'samples' | 'failures' | 'failureRate'> {
  /**
   * `none`: it stays. With `onHalt: 'rollback'`: `open` while it is being undone, `done` when it was; `failed`: in part, and
   * `rollback({ runId })` does the rest.
   */
  readonly undo: 'none' | 'open' | 'done' | 'failed';
}

/** What became of products, by outcome. */
export type RunCounts = Readonly<Partial<Record<PushOutcome, number>>>;

/** A batch that somebody has begun, as far as it is known to have come. */
export interface ActiveBatch {
  /** The products that have their outcome, by place, as `Places` writes them. */
  readonly done: string;
  readonly counts: RunCounts;
  /** How often it was put off because products could not be pushed for the time being. */
  readonly round: number;
  /** What pushes of its products delete, by local id. Absent where none does. */
  readonly deletes?: Readonly<Record<string, Required<DeleteLimits>>>;
}

/** A run as the store has it. All of it changes by compare-and-set. */
export interface StoredRun {
  readonly format: typeof runFormat;
  readonly id: string;
  readonly kind: 'push' | 'retry';
  readonly state: RunState;
  readonly phase: RunPhase;
  /** Names its batches in the store. */
  readonly token: string;
  /** Of its products. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly total: number;
  readonly batchSize: number;
  /** From how many products on new ones are created in bulk; `null` for never. */
  readonly bulkFrom: number | null;
  readonly onInvalid: 'skip' | 'stop';
  readonly push: RunPushOptions;
  /** The units of the phase that are done: batches, or groups of batches in bulk. As `Places` writes them. */
  readonly done: string;
  /** The batches whose products bulk operations have all seen to: they are done when the pushes begin. */
  readonly pushed: string;
  /** Of the batches that are done. */
  readonly counts: RunCounts;
  readonly active: Readonly<Record<string, ActiveBatch>>;
  /** What the pushes of the batches that are done have deleted. Absent before the first. */
  readonly deleted?: Required<DeleteLimits>;
  /** What its gate judges. Absent or `null` before the first. */
  readonly samples?: GateSamples | null;
  /** Why its gate has halted it. Absent or `null` where none did. */
  readonly halt?: RunHalt | null;
  /** Products that the validation refused. */
  readonly invalid: number;
  /** The first of them, with what is wrong. */
  readonly firstInvalid: readonly string[];
  readonly points: number;
  readonly bulk: 'none' | 'used' | 'not-enabled';
  readonly error: { readonly code: string; readonly message: string } | null;
  /** When it was started or resumed last, and how many products had their outcome then: what the rate is counted from. */
  readonly since: { readonly at: number; readonly finished: number };
}

/** The code of a run that its gate has halted. */
export const haltCode = 'GATE_HALTED';

/** What a run is once its gate has halted it. */
export function halted(found: GateHalt, gate: Gate): Pick<StoredRun, 'state' | 'error' | 'halt'> {
  const { reason, samples, failures, failureRate } = found;
  return {
    state: 'failed',
    error: { code: haltCode, message: haltError(found, gate).message },
    halt: { reason, samples, failures, failureRate, undo: gate.onHalt === 'rollback' ? 'open' : 'none' },
  };
}

/** The format of a run and its batches. A later release that stores more, or otherwise, takes the next number. */
const runFormat = 1;

/** Products that one bulk operation creates at most. */
const mostInBulk = 5_000;

/** Milliseconds for which an ended run is kept. */
const retentionMs = 90 * 86_400_000;

/** Milliseconds for which the list of a batch is kept, which is written once. */
const batchRetentionMs = 2 * retentionMs;

/** Milliseconds after which the batch of a dead process is free for another. */
const leaseMs = 20_000;

/** Milliseconds for which a batch waits for its turn before it is put off. */
const turnWaitMs = 10_000;

export const batchesOf = ({ total, batchSize }: Pick<StoredRun, 'total' | 'batchSize'>): number =>
  Math.ceil(total / batchSize);

/** Batches that one bulk operation takes. */
export const groupSize = ({ batchSize }: Pick<StoredRun, 'batchSize'>): number =>
  Math.max(1, Math.floor(mostInBulk / batchSize));

/** How many units the phase of a run has. */
export const unitsOf = (run: StoredRun): number =>
  run.phase === 'bulk' ? Math.ceil(batchesOf(run) / groupSize(run)) : batchesOf(run);

/** Adds up counts. */
export function sumOf(...all: readonly RunCounts[]): RunCounts {
  const sum: Partial<Record<PushOutcome, number>> = {};
  for (const counts of all)
    for (const [outcome, count] of Object.entries(counts) as [PushOutcome, number][])
      sum[outcome] = (sum[outcome] ?? 0) + count;
  return sum;
}

/** Adds up deletions. */
export const deletionsOf = (all: readonly (Required<DeleteLimits> | undefined)[]): Required<DeleteLimits> =>
  all.reduce<Required<DeleteLimits>>(
    (sum, one) => ({
      products: sum.products + (one?.products ?? 0),
      variants: sum.variants + (one?.variants ?? 0),
      variantsWithStock: sum.variantsWithStock + (one?.variantsWithStock ?? 0),
    }),
    { products: 0, variants: 0, variantsWithStock: 0 },
  );

/** The counts of all that a run has come to. */
export const countsOf = (run: StoredRun): RunCounts =>
  sumOf(run.counts, ...Object.values(run.active).map(({ counts }) => counts));

export const finishedOf = (run: StoredRun): number =>
  Object.values(countsOf(run)).reduce((total, count) => total + count, 0);

/** A set of places from 0 on, one bit each. */
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

/** Whose runs they are. */
interface RunOwner {
  readonly shop: string;
  readonly appId: string;
  readonly scope: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Keeps the runs of one product queue. */
export class RunStore {
  readonly #store: KeyValueStore;
  readonly #owner: RunOwner;

  constructor(store: KeyValueStore, owner: RunOwner) {
    this.#store = store;
    this.#owner = owner;
  }

  // Among the keys of the shop and app, so that an erasure takes them too.
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

  /** Adds a run. `false`: there is one of that id. @throws StorageError */
  async add(run: Omit<StoredRun, 'format'>): Promise<boolean> {
    return this.#store.setIfAbsent(await this.#key(run.id), JSON.stringify({ format: runFormat, ...run }));
  }

  /**
   * Changes a run by compare-and-set. `change` gives `undefined` where nothing is to be changed.
   *
   * @returns The run as it is then; `undefined` where there is none.
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

  /** The local ids of a batch; none where it was erased. @throws StorageError */
  async batch(token: string, batch: number): Promise<readonly string[]> {
    const key = await this.#batchKey(token, batch);
    const found = parseJson((await this.#store.get(key)) ?? '');
    checkFormat(found, runFormat, `The batch under ${key}`, this.#owner.shop);
    return isRecord(found) && Array.isArray(found['localIds']) ? found['localIds'] : [];
  }

  /** The products that a run has begun, or may have begun, and that have no outcome yet. @throws StorageError */
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

  /** Takes a unit of a run on, so that no other process works on it; `undefined` where one does. @throws StorageError */
  async lock(token: string, phase: RunPhase, unit: number): Promise<Lock | undefined> {
    return this.#store.lock(`${await this.#prefix('batch')}${token}:${phase}:${unit}`, { leaseMs });
  }

  /**
   * The turn of a run whose batches are pushed one after another; `undefined` where it does not come in time.
   *
   * @throws StorageError, and the signal's reason.
   */
  async turn(token: string, signal: AbortSignal): Promise<Lock | undefined> {
    return this.#store.lock(`${await this.#prefix('batch')}${token}:turn`, { leaseMs, waitMs: turnWaitMs, signal });
  }
}
