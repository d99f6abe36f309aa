// One file: starting, storing, watching and reading a run share its state.
import { randomBytes } from 'node:crypto';
import type { OperationDefinitionNode } from 'graphql';
import { BulkIncompleteError } from '../errors/bulk-errors.ts';
import { ConfigError, type Issue, isShopwrightError, StorageError, ValidationError } from '../errors/errors.ts';
import { createDocumentParser, type TypedDocument } from '../graphql/document.ts';
import { whenAborted } from '../internal/abort.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { unknownNames, unknownValue } from '../internal/names.ts';
import type { KeyValueStore, Lock } from '../ports/key-value-store.ts';
import { checkFormat, freeLock, keyPart } from '../storage/keys.ts';
import { callListener } from '../telemetry/telemetry.ts';
import { type BulkConnection, bulkQuery, canHoldLongNumbers, pagedQuery, readBulkQuery } from './document.ts';
import {
  flatRows,
  groupsOfPart,
  type JoinContext,
  joinAnyOrder,
  joinGrouped,
  type PartPlace,
  type Place,
  partBytes,
  type RowBatch,
} from './join.ts';
import {
  type BulkOperation,
  type BulkShop,
  cancelOperation,
  checkCompleted,
  findLost,
  readOperation,
  type Slot,
  submit,
  takeSlot,
  untilEnded,
} from './operation.ts';
import { readByPages } from './pages.ts';
import { type Line, ResultFile } from './result-file.ts';

/** Settings of all bulk operations of a client: its option `bulk`. */
export interface BulkSettings {
  /**
   * Shares the five slots of an app and shop among processes, and stores runs that have a `key`. Default: slots are
   * shared only within this process.
   */
  readonly store?: KeyValueStore;
  /** Folder for the temporary file of a join, which contains the result while it is joined. Default: the system's. */
  readonly tempFolder?: string;
  /** Bytes to join in memory at a time; larger files go through the temporary file. Default 8 MB. */
  readonly memoryBytes?: number;
}

/** Progress of a bulk operation. */
export interface BulkProgress {
  /** `running`: Shopify is working. `reading`: the result is being read. `paging`: it is read without bulk. */
  readonly phase: 'running' | 'reading' | 'paging' | 'done';
  /** Number of objects written by Shopify, or read. */
  readonly objects: number;
  /** Objects per second, over the whole phase. */
  readonly objectsPerSecond: number;
  /** Bytes read so far. */
  readonly bytes: number;
  readonly totalBytes: number | undefined;
  /** Milliseconds until the phase ends, if its size is known; for `running`, from `expectedObjects`. */
  readonly leftMs: number | undefined;
}

/** Options for reading a result. */
export interface BulkReadOptions extends BulkSettings {
  readonly signal?: AbortSignal;
  /** `tree`: each node, with its children in place of their connection. `rows`: one object per line. Default `tree`. */
  readonly shape?: 'tree' | 'rows';
  readonly onProgress?: (progress: BulkProgress) => void;
  /** Expected number of objects, to estimate the remaining time. */
  readonly expectedObjects?: number;
  /**
   * Whether each line follows its parent, so that nodes are returned while the file is read, in its order. This takes
   * Shopify longer, and may time out on large shops. Default `false`: lines are joined in any order.
   */
  readonly groupObjects?: boolean;
}

/** Options of `bulk.query`. */
export interface BulkQueryOptions extends Omit<BulkReadOptions, 'shape'> {
  /**
   * `tree`: each node, with its children in place of their connection. `rows`: one object per line. `pages`: the data
   * of a page with one node, in the shape of the document, which may select `nodes`; nested connections are complete.
   * Default `tree`.
   */
  readonly shape?: 'tree' | 'rows' | 'pages';
  /** Continues after this position of an earlier run of the document, like `bulk.resume`. */
  readonly position?: string;
  /**
   * Name of the run in the store, so that a restarted process continues where the last one stopped: at the same
   * operation, after the rows already read. Needs `store`.
   */
  readonly key?: string;
  /** Number of rows after which the position in the file is saved, if the run has a `key`. Default 1,000. */
  readonly saveEvery?: number;
  /** `paginate`: read by pages if the app may not run bulk queries. Default `throw`. */
  readonly fallback?: 'throw' | 'paginate';
  /** The operation to run, if the document has several. */
  readonly operationName?: string;
}

/** Options of `bulk.resume`. */
export interface BulkResumeOptions extends BulkReadOptions {
  /** Whether to read what a failed operation had written. Default `false`. */
  readonly partial?: boolean;
}

/** A bulk operation whose rows can be read once. */
export interface BulkRun<Row> extends AsyncIterable<Row> {
  /** Gid of the operation; `undefined` if it is read by pages. */
  readonly id: string | undefined;
  /**
   * Position after the last returned row, as a string: store it together with the effect of the row, and pass it to
   * `bulk.resume`. Then each row takes effect once, whenever the process dies. Empty if it is read by pages.
   */
  readonly position: string;
  /** Yields the progress, now and at each change, until the rows are read or the run ends. */
  progress(): AsyncIterable<BulkProgress>;
  /** Waits until Shopify has finished, without reading. @throws BulkFailedError */
  ended(): Promise<BulkOperation>;
  /** Asks Shopify to cancel the operation; reading the rows then throws `BulkFailedError`. */
  cancel(): Promise<void>;
}

const settingNames: Readonly<Record<keyof BulkSettings, true>> = { store: true, tempFolder: true, memoryBytes: true };

const readNames: Readonly<Record<keyof BulkReadOptions, true>> = {
  ...settingNames,
  signal: true,
  shape: true,
  onProgress: true,
  expectedObjects: true,
  groupObjects: true,
};

const queryNames: Readonly<Record<keyof BulkQueryOptions, true>> = {
  ...readNames,
  key: true,
  saveEvery: true,
  fallback: true,
  operationName: true,
  position: true,
};

const resumeNames: Readonly<Record<keyof BulkResumeOptions, true>> = { ...readNames, partial: true };

function refuse(issues: readonly Issue[]): void {
  if (issues.length > 0) throw new ValidationError('The call is invalid', { issues });
}

/** @throws ConfigError for unknown or invalid settings of a client. */
export function checkedSettings(settings: BulkSettings | undefined): BulkSettings {
  const issues = [...unknownNames(settings, settingNames, 'bulk.'), ...memoryIssues(settings?.memoryBytes, 'bulk.')];
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  return settings ?? {};
}

function memoryIssues(value: number | undefined, group = ''): Issue[] {
  if (value === undefined || (Number.isInteger(value) && value >= 65_536)) return [];
  return [{ field: `${group}memoryBytes`, message: 'must be a whole number of bytes, at least 65,536.' }];
}

function readIssues(
  options: BulkReadOptions | BulkQueryOptions,
  names: Readonly<Record<string, true>>,
  shapes: readonly string[],
): Issue[] {
  return [
    ...unknownNames(options, names),
    ...unknownValue('shape', options.shape, shapes),
    ...memoryIssues(options.memoryBytes),
  ];
}

const documents = createDocumentParser();

/** Starts a bulk query, or continues the one with that key. */
export async function startQuery(
  shop: BulkShop,
  document: string | TypedDocument<unknown, never>,
  variables: Readonly<Record<string, unknown>>,
  options: BulkQueryOptions,
): Promise<BulkRun<Line>> {
  const { key, store, signal, groupObjects = false, operationName, saveEvery = 1_000 } = options;
  const position = options.position === undefined ? undefined : readPosition(options.position);
  refuse([
    ...readIssues(options, queryNames, ['tree', 'rows', 'pages']),
    ...unknownValue('fallback', options.fallback, ['throw', 'paginate']),
    ...(key !== undefined && !store
      ? [{ field: 'key', message: 'needs a store: set one here or in the option bulk of the client.' }]
      : []),
    ...(Number.isInteger(saveEvery) && saveEvery >= 1
      ? []
      : [{ field: 'saveEvery', message: 'must be a whole number, 1 or more.' }]),
    ...(options.position !== undefined && !position
      ? [{ field: 'position', message: 'must be the position of a run.' }]
      : []),
  ]);
  signal?.throwIfAborted();
  const parsed = await documents.parse(document, { operationName });
  const given = parsed.document.definitions.find(
    (definition): definition is OperationDefinitionNode =>
      definition.kind === 'OperationDefinition' &&
      (operationName === undefined || definition.name?.value === operationName),
  );
  if (!given)
    throw new ValidationError('The call is invalid', {
      issues: [{ field: 'document', message: 'has no operation.' }],
    });
  const paged = options.shape === 'pages' ? pagedQuery(parsed.document, given) : undefined;
  const operation = paged?.operation ?? given;
  const write = (token: string) =>
    bulkQuery(parsed.document, operation, variables, { apiVersion: shop.apiVersion, operationName: token });
  const newToken = (): string => `Bulk_${randomBytes(8).toString('hex')}`;

  const turn = key !== undefined && store ? await RunKeeper.turn(store, shop, key, signal) : undefined;
  try {
    const found = key !== undefined && store ? await RunKeeper.open(store, shop, key, saveEvery) : undefined;
    // A newer run may have taken the key since.
    const keeper = position && found?.kept?.id !== position.id ? undefined : found;
    const slot = { held: undefined as Slot | undefined };
    const origin = { keeper, partial: false, toRow: paged?.toPage };
    if (position) {
      const started = await readOperation(shop, position.id, signal);
      const { groupObjects, place } = position;
      const held = await takeSlot(shop, 'queries', store, signal, false);
      const roots = readBulkQuery(started.query);
      return new OperationRun(
        shop,
        started,
        roots,
        { ...options, groupObjects },
        { ...origin, slot: held, from: place },
      );
    }
    const release = (): void => slot.held?.release();
    try {
      const kept = keeper?.kept;
      // Only the token changes from run to run.
      const token = kept?.token ?? newToken();
      let { text, roots } = write(token);
      if (kept && kept.text !== text) {
        // The query has changed: the stored run cannot be used.
        await keeper?.forget();
        ({ text, roots } = write(newToken()));
      }
      const isKept = keeper?.kept !== undefined;
      let started: BulkOperation | undefined;
      if (isKept && kept) {
        started =
          kept.id === undefined
            ? await findLost(shop, kept.token, kept.sentAt, [0, 2_000], signal)
            : await readOperation(shop, kept.id, signal);
        if (started && kept.id !== undefined && /^(FAILED|CANCELED|EXPIRED)$/.test(started.status)) {
          await keeper?.forget();
          checkCompleted(shop, started);
        }
      }
      const isNew = !started;
      slot.held = await takeSlot(shop, 'queries', store, signal, isNew);
      if (!started) {
        const sent = /\bBulk_[0-9a-f]{16}\b/.exec(text)?.[0] ?? token;
        await keeper?.begin({ token: sent, text, sentAt: shop.clock.now(), groupObjects });
        try {
          started = await submit(shop, { kind: 'queries', text, token: sent, groupObjects, signal });
        } catch (error) {
          if (!isShopwrightError(error, 'BULK_NOT_ENABLED') || options.fallback !== 'paginate') {
            // If it may have been started, the next run with the key searches for it.
            if (isShopwrightError(error) && !error.mayHaveExecuted) await keeper?.forget();
            throw error;
          }
          await keeper?.forget();
          release();
          return new PagedRun(shop, text, roots, options, paged?.toPage);
        }
      }
      if (keeper && keeper.kept?.id === undefined) await keeper.started(started.id);
      const from = isKept ? keeper?.kept?.place : undefined;
      const grouped = keeper?.kept?.groupObjects ?? groupObjects;
      return new OperationRun(
        shop,
        started,
        roots,
        { ...options, groupObjects: grouped },
        { ...origin, slot: slot.held, from },
      );
    } catch (error) {
      release();
      throw error;
    }
  } finally {
    await freeLock(turn);
  }
}

/** The content of a position. */
interface Position {
  readonly format: 1;
  readonly id: string;
  readonly groupObjects: boolean;
  readonly shape: 'tree' | 'rows' | 'pages';
  readonly place: Place | PartPlace;
}

function readPosition(text: string): Position | undefined {
  const read = parseJson(text);
  if (!isRecord(read) || typeof read['id'] !== 'string' || !isRecord(read['place'])) return undefined;
  checkFormat(read, 1, 'The position of a bulk run');
  return read as unknown as Position;
}

/** Continues an operation by its id, or after a position. */
export async function resumeQuery(
  shop: BulkShop,
  idOrPosition: string,
  options: BulkResumeOptions,
): Promise<BulkRun<Line>> {
  refuse(readIssues(options, resumeNames, ['tree', 'rows']));
  const position = idOrPosition.startsWith('{') ? readPosition(idOrPosition) : undefined;
  if (!position && !/^gid:\/\/shopify\/BulkOperation\/\d+$/.test(idOrPosition))
    refuse([{ field: 'id', message: 'must be the gid of a bulk operation, or the position of a run.' }]);
  const operation = await readOperation(shop, position?.id ?? idOrPosition, options.signal);
  if (operation.kind === 'mutations')
    refuse([{ field: 'id', message: 'is a bulk mutation. Continue it with bulk.mutate and its key.' }]);
  const slot = await takeSlot(shop, 'queries', options.store, options.signal, false);
  const {
    groupObjects = position?.groupObjects ?? false,
    shape = position?.shape === 'rows' ? 'rows' : 'tree',
    partial = false,
  } = options;
  const roots = readBulkQuery(operation.query);
  return new OperationRun(
    shop,
    operation,
    roots,
    { ...options, groupObjects, shape },
    { slot, keeper: undefined, from: position?.place, partial },
  );
}

/** The stored state of a run. */
interface KeptRun {
  readonly format: 1;
  readonly token: string;
  readonly text: string;
  readonly sentAt: number;
  readonly groupObjects: boolean;
  readonly id?: string;
  readonly place?: Place | PartPlace;
}

const nameOfRun = async ({ shop, app }: BulkShop, key: string): Promise<string> =>
  `bulk-run:${await keyPart(shop, 80)}:${await keyPart(app)}:${await keyPart(key)}`;

/** Options of the lock that is held while the run of a key is started. */
const startingMs = { leaseMs: 10_000, waitMs: 60_000 };

/** Stores the state of a run, so that the next process can continue it. */
class RunKeeper {
  readonly every: number;
  kept: KeptRun | undefined;
  readonly #store: KeyValueStore;
  readonly #key: string;

  private constructor(store: KeyValueStore, key: string, every: number, kept: KeptRun | undefined) {
    this.#store = store;
    this.#key = key;
    this.every = every;
    this.kept = kept;
  }

  /** Locks the key while its run is started; other calls continue that run. @throws StorageError after a minute. */
  static async turn(store: KeyValueStore, shop: BulkShop, key: string, signal: AbortSignal | undefined): Promise<Lock> {
    const lock = await store.lock(await nameOfRun(shop, key), { ...startingMs, ...(signal && { signal }) });
    if (lock) return lock;
    throw new StorageError(
      `Another process has been starting the bulk run ${JSON.stringify(key)} of ${shop.shop} for more than a minute. Try again later.`,
      { shop: shop.shop, isRetryable: true },
    );
  }

  static async open(store: KeyValueStore, shop: BulkShop, key: string, every: number): Promise<RunKeeper> {
    const name = await nameOfRun(shop, key);
    const text = await store.get(name);
    const kept = text === undefined ? undefined : parseJson(text);
    checkFormat(kept, 1, `The bulk run ${JSON.stringify(key)}`, shop.shop);
    return new RunKeeper(store, name, every, isRecord(kept) ? (kept as unknown as KeptRun) : undefined);
  }

  begin(run: Omit<KeptRun, 'format'>): Promise<void> {
    return this.#put({ format: 1, ...run });
  }

  async started(id: string): Promise<void> {
    if (this.kept) await this.#put({ ...this.kept, id });
  }

  async save(place: Place | PartPlace): Promise<void> {
    if (this.kept) await this.#replace({ ...this.kept, place });
  }

  async forget(): Promise<void> {
    if (this.kept) await this.#replace(undefined);
  }

  /** Replaces the stored run. If another process has finished it, a newer run may have its key, which stays. */
  async #replace(run: KeptRun | undefined): Promise<void> {
    const token = this.kept?.token;
    for (;;) {
      const stored = await this.#store.get(this.#key);
      const found = stored === undefined ? undefined : parseJson(stored);
      const isOwn = isRecord(found) && found['token'] === token;
      this.kept = isOwn ? run : undefined;
      if (!isOwn || (await this.#store.compareAndSet(this.#key, stored, run && JSON.stringify(run)))) return;
    }
  }

  async #put(run: KeptRun): Promise<void> {
    this.kept = run;
    await this.#store.set(this.#key, JSON.stringify(run));
  }
}

/** Reports the progress to `onProgress` and to the iterators of `progress()`. */
class ProgressTeller {
  #latest: BulkProgress | undefined;
  #next = Promise.withResolvers<void>();
  #isOver = false;
  #phaseSinceMs: number;
  readonly #shop: BulkShop;
  readonly #options: Omit<BulkReadOptions, 'shape'>;

  constructor(shop: BulkShop, options: Omit<BulkReadOptions, 'shape'>) {
    this.#shop = shop;
    this.#options = options;
    this.#phaseSinceMs = shop.clock.monotonic();
  }

  tell(phase: BulkProgress['phase'], objects: number, bytes = 0, totalBytes?: number): void {
    const now = this.#shop.clock.monotonic();
    if (this.#latest?.phase !== phase) this.#phaseSinceMs = now;
    const tookMs = now - this.#phaseSinceMs;
    const { expectedObjects, onProgress } = this.#options;
    const [done, total] = phase === 'reading' ? [bytes, totalBytes] : [objects, expectedObjects];
    const isKnown = total !== undefined && done > 0 && tookMs > 0;
    this.#latest = {
      ...{ phase, objects, bytes, totalBytes },
      objectsPerSecond: tookMs > 0 ? (objects / tookMs) * 1_000 : 0,
      leftMs: phase === 'done' ? 0 : isKnown ? Math.max(0, (tookMs / done) * (total - done)) : undefined,
    };
    if (onProgress)
      callListener(onProgress, this.#latest, (error) => this.#shop.logger?.error({ error }, 'onProgress threw'));
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  #wake(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  async *progress(): AsyncGenerator<BulkProgress> {
    for (let told: BulkProgress | undefined; ; ) {
      const { promise } = this.#next;
      if (this.#latest && this.#latest !== told) {
        told = this.#latest;
        yield told;
      } else if (this.#isOver) return;
      else await promise;
    }
  }
}

/** Returns the rows of batches one by one. */
class RowReader implements AsyncIterableIterator<Line> {
  readonly #batches: AsyncGenerator<RowBatch>;
  readonly #onBatchDone: (batch: RowBatch) => Promise<void> | void;
  #batch: RowBatch | undefined;
  #rows: readonly Line[] = [];
  #next = 0;
  /** The last call that waits. Those that overlap with it take their turn, or they would skip the rows of its batch. */
  #waiting: Promise<IteratorResult<Line>> | undefined;

  constructor(batches: AsyncGenerator<RowBatch>, onBatchDone: (batch: RowBatch) => Promise<void> | void) {
    this.#batches = batches;
    this.#onBatchDone = onBatchDone;
  }

  /** The place after the last returned row. */
  get place(): Place | PartPlace | undefined {
    return this.#batch?.place(this.#next - 1);
  }

  next(): Promise<IteratorResult<Line>> {
    const take = (): Promise<IteratorResult<Line>> => {
      const value = this.#rows[this.#next];
      if (value === undefined) return this.#more();
      this.#next += 1;
      return Promise.resolve({ done: false, value });
    };
    if (!this.#waiting && this.#next < this.#rows.length) return take();
    const taken = this.#waiting ? this.#waiting.then(take, take) : take();
    this.#waiting = taken;
    const end = (): void => {
      if (this.#waiting === taken) this.#waiting = undefined;
    };
    taken.then(end, end);
    return taken;
  }

  async #more(): Promise<IteratorResult<Line>> {
    for (;;) {
      if (this.#batch) await this.#onBatchDone(this.#batch);
      const { done, value } = await this.#batches.next();
      if (done) return { done: true, value: undefined };
      const [first] = value.rows;
      if (first === undefined) continue;
      this.#batch = value;
      this.#rows = value.rows;
      this.#next = 1;
      return { done: false, value: first };
    }
  }

  async return(): Promise<IteratorResult<Line>> {
    this.#rows = [];
    await this.#batches.return(undefined);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function onlyOnce(isTaken: boolean): void {
  if (isTaken) refuse([{ field: 'run', message: 'was already read. Read it again with bulk.resume.' }]);
}

interface RunOrigin {
  readonly slot: Slot | undefined;
  readonly keeper: RunKeeper | undefined;
  readonly from: Place | PartPlace | undefined;
  readonly partial: boolean;
  /** Converts a node to a row; by default it is the row. */
  readonly toRow?: ((node: Line) => Line) | undefined;
}

/** Converts the rows to the requested shape. */
async function* shaped(batches: AsyncGenerator<RowBatch>, toRow: RunOrigin['toRow']): AsyncGenerator<RowBatch> {
  for await (const batch of batches) yield toRow ? { ...batch, rows: batch.rows.map(toRow) } : batch;
}

/** An operation at Shopify. It is checked from the start, and its slot is released when it has ended. */
class OperationRun implements BulkRun<Line> {
  readonly id: string;
  readonly #shop: BulkShop;
  readonly #roots: readonly BulkConnection[];
  readonly #options: BulkReadOptions | BulkQueryOptions;
  readonly #origin: RunOrigin;
  readonly #stop = new AbortController();
  readonly #teller: ProgressTeller;
  readonly #ended: Promise<BulkOperation>;
  #reader: RowReader | undefined;

  constructor(
    shop: BulkShop,
    started: BulkOperation,
    roots: readonly BulkConnection[],
    options: BulkReadOptions | BulkQueryOptions,
    origin: RunOrigin,
  ) {
    this.id = started.id;
    this.#shop = shop;
    this.#roots = roots;
    this.#options = options;
    this.#origin = origin;
    this.#teller = new ProgressTeller(shop, options);
    const { signal } = options;
    const unfollow = signal && !signal.aborted ? whenAborted(signal, () => this.#stop.abort(signal.reason)) : undefined;
    if (signal?.aborted) this.#stop.abort(signal.reason);
    this.#ended = untilEnded(
      shop,
      started,
      ({ objectCount }) => this.#teller.tell('running', objectCount),
      this.#stop.signal,
    ).finally(() => origin.slot?.release());
    this.#ended
      .catch(() => undefined)
      .then((operation) => {
        if (!this.#reader) unfollow?.();
        // Without rows, nothing more happens.
        if (operation?.status !== 'COMPLETED' && !origin.partial) this.#teller.end();
      });
  }

  get position(): string {
    const place = this.#reader?.place ?? this.#origin.from;
    const { groupObjects = false, shape = 'tree' } = this.#options;
    const position: Position = {
      ...{ format: 1, id: this.id, groupObjects, shape },
      place: place ?? { at: 0, skip: 0, lines: 0 },
    };
    return JSON.stringify(position);
  }

  progress(): AsyncIterable<BulkProgress> {
    return this.#teller.progress();
  }

  async ended(): Promise<BulkOperation> {
    const operation = await this.#ended;
    checkCompleted(this.#shop, operation);
    return operation;
  }

  cancel(): Promise<void> {
    return cancelOperation(this.#shop, this.id);
  }

  [Symbol.asyncIterator](): AsyncIterator<Line> {
    onlyOnce(this.#reader !== undefined);
    const { keeper } = this.#origin;
    let unsaved = 0;
    this.#reader = new RowReader(shaped(this.#batches(), this.#origin.toRow), async ({ rows, place }) => {
      unsaved += rows.length;
      if (!keeper || unsaved < keeper.every) return;
      unsaved = 0;
      await keeper.save(place(rows.length - 1));
    });
    return this.#reader;
  }

  async *#batches(): AsyncGenerator<RowBatch> {
    const { keeper, from } = this.#origin;
    try {
      const operation = await this.#ended;
      const isWhole = operation.status === 'COMPLETED';
      const partial = this.#origin.partial && !isWhole;
      const url = isWhole ? operation.url : (operation.partialDataUrl ?? operation.url);
      if (!partial || url === null) checkCompleted(this.#shop, operation);
      // No file: the query has no results.
      const counted = url === null ? undefined : yield* this.#rows(operation, url, partial, from);
      if (!partial) this.#checkCount(operation, counted ?? 0);
      this.#teller.tell('done', operation.objectCount, operation.fileSize ?? 0, operation.fileSize ?? undefined);
      await keeper?.forget();
    } finally {
      this.#stop.abort(new DOMException('The run is over.', 'AbortError'));
      this.#teller.end();
    }
  }

  /** @returns The number of lines in the file. */
  async *#rows(
    operation: BulkOperation,
    url: string,
    partial: boolean,
    from: Place | PartPlace | undefined,
  ): AsyncGenerator<RowBatch, number> {
    const { shape = 'tree', groupObjects = false, memoryBytes = 8 * 1024 * 1024, tempFolder } = this.#options;
    let lines = 0;
    let bytes = 0;
    const size = partial ? null : operation.fileSize;
    const isExact = canHoldLongNumbers(operation.query);
    const file = new ResultFile(this.#shop, {
      ...{ url, size, isExact, operationId: operation.id, kind: operation.kind, signal: this.#stop.signal },
      renew: async () => {
        const again = await readOperation(this.#shop, operation.id, this.#stop.signal);
        return partial ? (again.partialDataUrl ?? again.url) : again.url;
      },
      onBytes: (read) => {
        bytes = read;
        this.#teller.tell('reading', lines, bytes, size ?? undefined);
      },
    });
    const context: JoinContext = {
      ...{ shop: this.#shop.shop, operationId: operation.id },
      ...{ roots: this.#roots, isPartial: partial, isExact },
    };
    const hasChildren = this.#roots.some(({ connections }) => connections.length > 0);
    if (shape !== 'rows' && hasChildren && !groupObjects) {
      const place = from && 'parts' in from ? from : undefined;
      const parts = place?.parts ?? (size === null ? 64 : Math.max(1, Math.ceil(size / partBytes(memoryBytes))));
      const isSmall = size !== null && size <= memoryBytes;
      yield* joinAnyOrder(
        file.chunks(),
        {
          ...{ parts: place ? parts : isSmall ? 1 : parts, roots: place?.roots ?? 0, folder: tempFolder },
          groups: place ? (place.groups ?? 1) : groupsOfPart(memoryBytes),
          onCounted: (count) => {
            lines = count;
            if (!partial) this.#checkCount(operation, count);
          },
        },
        context,
      );
      return lines;
    }
    const place: Place = from && 'at' in from ? from : { at: 0, skip: 0, lines: 0 };
    lines = place.lines;
    const counted = async function* () {
      for await (const batch of file.lines(place.at)) {
        lines += batch.lines.length;
        yield batch;
      }
    };
    yield* shape === 'rows' ? flatRows(counted(), place) : joinGrouped(counted(), place, context);
    return lines;
  }

  #checkCount({ id, objectCount }: BulkOperation, lines: number): void {
    if (lines === objectCount) return;
    throw new BulkIncompleteError(
      `The file of the bulk operation ${id} has ${lines} lines, but Shopify counted ${objectCount} objects: it is incomplete. Read it again with bulk.resume(${JSON.stringify(id)}), or start it again.`,
      { shop: this.#shop.shop, operationId: id, expected: objectCount, received: lines },
    );
  }
}

/** The same rows without a bulk operation. */
class PagedRun implements BulkRun<Line> {
  readonly id = undefined;
  readonly position = '';
  readonly #shop: BulkShop;
  readonly #text: string;
  readonly #roots: readonly BulkConnection[];
  readonly #options: BulkQueryOptions;
  readonly #teller: ProgressTeller;
  readonly #toRow: RunOrigin['toRow'];
  #reader: RowReader | undefined;

  constructor(
    shop: BulkShop,
    text: string,
    roots: readonly BulkConnection[],
    options: BulkQueryOptions,
    toRow: RunOrigin['toRow'],
  ) {
    this.#toRow = toRow;
    this.#shop = shop;
    this.#text = text;
    this.#roots = roots;
    this.#options = options;
    this.#teller = new ProgressTeller(shop, options);
  }

  progress(): AsyncIterable<BulkProgress> {
    return this.#teller.progress();
  }

  ended(): Promise<BulkOperation> {
    refuse([{ field: 'run', message: 'is read by pages, without an operation. Read its rows.' }]);
    return Promise.reject();
  }

  async cancel(): Promise<void> {
    await this.#reader?.return();
  }

  [Symbol.asyncIterator](): AsyncIterator<Line> {
    onlyOnce(this.#reader !== undefined);
    this.#reader = new RowReader(shaped(this.#batches(), this.#toRow), () => undefined);
    return this.#reader;
  }

  async *#batches(): AsyncGenerator<RowBatch> {
    const { shape = 'tree', signal } = this.#options;
    const context = {
      shop: this.#shop.shop,
      operationId: 'none',
      roots: this.#roots,
      isPartial: false,
      isExact: false,
    };
    const from: Place = { at: 0, skip: 0, lines: 0 };
    const teller = this.#teller;
    const pages = readByPages(this.#shop, this.#text, signal);
    let objects = 0;
    const told = async function* () {
      for await (const lines of pages) {
        objects += lines.length;
        teller.tell('paging', objects);
        yield { lines, at: 0 };
      }
    };
    try {
      yield* shape === 'rows' ? flatRows(told(), from) : joinGrouped(told(), from, context);
      teller.tell('done', objects);
    } finally {
      teller.end();
    }
  }
}
