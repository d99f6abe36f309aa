// One file: each step of a row, from the caller to its outcome, depends on the state that is stored for a restart.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { openAsBlob, rmSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperationDefinitionNode } from 'graphql';
import {
  HttpError,
  type Issue,
  isShopwrightError,
  NetworkError,
  StorageError,
  type UserErrorEntry,
  ValidationError,
} from '../errors/errors.ts';
import { createDocumentParser, type TypedDocument } from '../graphql/document.ts';
import { idempotencyOf } from '../graphql/graphql.ts';
import { BulkStagedUploadDocument } from '../graphql/operations/generated/graphql.ts';
import type { ParsedOperation } from '../graphql/parse.ts';
import { provesNonExecution, readErrors, userErrorEntries } from '../graphql/response.ts';
import { linkSignal, sleep } from '../internal/abort.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { unknownNames } from '../internal/names.ts';
import type { KeyValueStore, Lock } from '../ports/key-value-store.ts';
import { checkFormat, freeLock, keyPart } from '../storage/keys.ts';
import { callListener } from '../telemetry/telemetry.ts';
import { bulkMutation, inputTypes, type RowVariable, variableIssues } from './document.ts';
import {
  type BulkOperation,
  type BulkShop,
  findLost,
  readOperation,
  submit,
  takeSlot,
  untilEnded,
} from './operation.ts';
import type { BulkSettings } from './query.ts';
import { isSafeAddress, type Line, ResultFile, unsafeAddress } from './result-file.ts';

/** Options of `bulk.mutate`. */
export interface BulkMutateOptions extends BulkSettings {
  readonly signal?: AbortSignal;
  /**
   * Name of the run in the store. If called again with the same key, document and rows after a crash, it continues, and does not
   * repeat rows whose outcome Shopify knows. Removed once all outcomes were read. Needs `store`.
   *
   * One process at a time: while another one runs that key, or if it finishes meanwhile, reading the outcomes throws a
   * `StorageError`. After a crash, the key is free again within 20 seconds; the call waits for that.
   */
  readonly key?: string;
  /** Maximum bytes per file; more rows go into the next one. Default 99,000,000: Shopify accepts 100 MB. */
  readonly fileBytes?: number;
  /** How often rows with unknown outcome are run again, if that is safe and they were not cancelled. Default 1. */
  readonly rerun?: number;
  /** Called after each check of an operation, and after each file. */
  readonly onProgress?: (summary: BulkSummary) => void;
  /** The operation to run, if the document has several. */
  readonly operationName?: string;
}

/** The outcome of one row. */
export interface BulkRowResult<Row, Data> {
  /** Index of the row. */
  readonly index: number;
  /** The row as sent, with its idempotency key if the mutation takes one: send it again in this form. */
  readonly row: Row;
  /**
   * `done`: carried out. `refused`: not carried out, because of `userErrors`. `unknown`: Shopify reported no outcome.
   * Then read the state before you run the row again, unless it has an idempotency key.
   */
  readonly status: 'done' | 'refused' | 'unknown';
  readonly data: Data | null;
  readonly userErrors: readonly UserErrorEntry[];
}

/** Number of rows by outcome. */
export interface BulkSummary {
  /** Rows read from the caller. */
  readonly rows: number;
  readonly done: number;
  readonly refused: number;
  readonly unknown: number;
  /** Gids of the operations. */
  readonly operations: readonly string[];
}

/** A bulk mutation. Its rows are read and run while you iterate over the outcomes, which is possible once. */
export interface BulkMutation<Row, Data> extends AsyncIterable<BulkRowResult<Row, Data>> {
  /** Returns the current counts, which are final once all outcomes were read. */
  summary(): BulkSummary;
}

const optionNames: Readonly<Record<keyof BulkMutateOptions, true>> = {
  store: true,
  tempFolder: true,
  memoryBytes: true,
  signal: true,
  key: true,
  fileBytes: true,
  rerun: true,
  onProgress: true,
  operationName: true,
};

/** Milliseconds after which the key of a crashed process is free again. */
const leaseMs = 20_000;

/** Shopify forgets a key after 24 hours: https://shopify.dev/docs/api/usage/idempotent-requests */
const keyLifeMs = 24 * 60 * 60 * 1_000;

/** Bytes of a file. https://shopify.dev/docs/api/usage/bulk-operations/imports */
const maxFileBytes = 99_000_000;

type Result = BulkRowResult<Line, Line>;

const documents = createDocumentParser();

/** Checks a mutation, and prepares to run it over rows. */
export async function startMutation(
  shop: BulkShop,
  document: string | TypedDocument<unknown, never>,
  rows: Iterable<Line> | AsyncIterable<Line>,
  options: BulkMutateOptions,
): Promise<BulkMutation<Line, Line>> {
  const { key, store, fileBytes = maxFileBytes, rerun = 1, operationName } = options;
  const issues: Issue[] = [...unknownNames(options, optionNames)];
  if (key !== undefined && !store)
    issues.push({ field: 'key', message: 'needs a store: set one here or in the option bulk of the client.' });
  if (!Number.isInteger(fileBytes) || fileBytes < 1 || fileBytes > maxFileBytes)
    issues.push({ field: 'fileBytes', message: `must be a whole number from 1 to ${maxFileBytes}.` });
  if (!Number.isInteger(rerun) || rerun < 0)
    issues.push({ field: 'rerun', message: 'must be a whole number, 0 or more.' });
  if (typeof rows !== 'object' || !(Symbol.asyncIterator in rows || Symbol.iterator in rows))
    issues.push({ field: 'rows', message: 'must be a list, or another iterable of variables.' });
  if (issues.length > 0) throw new ValidationError('The call is invalid', { issues });
  options.signal?.throwIfAborted();
  const parsed = await documents.parse(document, { operationName, keys: shop.apiVersion });
  const operation = parsed.document.definitions.find(
    (definition): definition is OperationDefinitionNode =>
      definition.kind === 'OperationDefinition' &&
      (operationName === undefined || definition.name?.value === operationName),
  );
  if (!operation)
    throw new ValidationError('The call is invalid', {
      issues: [{ field: 'document', message: 'has no operation.' }],
    });
  const write = (token: string) => bulkMutation(parsed.document, operation, token);
  // Throws for broken rules now, not with the first outcome.
  const { variables } = write('Bulk');
  return new MutationRun(shop, { parsed, variables, write }, rows, { ...options, fileBytes, rerun });
}

/** A mutation that passed the checks. */
interface CheckedMutation {
  readonly parsed: ParsedOperation;
  readonly variables: ReadonlyMap<string, RowVariable>;
  readonly write: (token: string) => { readonly text: string };
}

type Settings = BulkMutateOptions & Required<Pick<BulkMutateOptions, 'fileBytes' | 'rerun'>>;

/** The stored state of one file of a run. */
interface KeptFile {
  readonly format: 1;
  readonly token: string;
  readonly sentAt: number;
  /** Hash of the file, to detect other rows. */
  readonly hash: string;
  readonly id?: string;
}

class MutationRun implements BulkMutation<Line, Line> {
  readonly #shop: BulkShop;
  readonly #mutation: CheckedMutation;
  readonly #rows: Iterable<Line> | AsyncIterable<Line>;
  readonly #options: Settings;
  readonly #counts = { rows: 0, done: 0, refused: 0, unknown: 0 };
  readonly #operations: string[] = [];
  /** Seed for the idempotency keys of the rows. */
  #base: string = randomUUID();
  #isTaken = false;
  /** Aborted by the caller, or when this process loses the lock of the key. */
  #signal: AbortSignal | undefined;

  constructor(
    shop: BulkShop,
    mutation: CheckedMutation,
    rows: Iterable<Line> | AsyncIterable<Line>,
    options: Settings,
  ) {
    this.#shop = shop;
    this.#mutation = mutation;
    this.#rows = rows;
    this.#options = options;
    this.#signal = options.signal;
  }

  summary(): BulkSummary {
    return { ...this.#counts, operations: [...this.#operations] };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Result> {
    if (this.#isTaken)
      throw new ValidationError('The call is invalid', { issues: [{ field: 'run', message: 'was already read.' }] });
    this.#isTaken = true;
    const name = await this.#name();
    const lock = await this.#hold(name);
    let number = 0;
    let file = new RowFile(this.#options.tempFolder);
    try {
      await this.#open(name);
      for await (const given of this.#rows) {
        const index = this.#counts.rows;
        this.#counts.rows += 1;
        const row = isRecord(given) ? this.#withKeys(given, index) : {};
        const issues: Issue[] = isRecord(given)
          ? [...variableIssues(row, this.#mutation.variables, inputTypes(this.#shop.apiVersion))]
          : [{ field: 'row', message: 'must be an object of variables.' }];
        const line = issues.length === 0 ? lineOf(row, issues) : Buffer.alloc(0);
        if (line.length > this.#options.fileBytes)
          issues.push({
            field: 'row',
            message: `has ${line.length} bytes, but a file may have ${this.#options.fileBytes}.`,
          });
        if (issues.length > 0) {
          const userErrors = issues.map(({ field, message }) => ({
            field: field.split('.'),
            message,
            code: 'INVALID',
          }));
          yield this.#count({ index, row, status: 'refused', data: null, userErrors });
          continue;
        }
        if (file.bytes + line.length > this.#options.fileBytes) {
          yield* this.#run(file, `${name}:${number}`, this.#options.rerun);
          await file.close();
          file = new RowFile(this.#options.tempFolder);
          number += 1;
        }
        await file.add(index, line);
      }
      if (file.count > 0) yield* this.#run(file, `${name}:${number}`, this.#options.rerun);
      await this.#forget(name);
    } finally {
      await freeLock(lock);
      await file.close();
    }
  }

  /** Name of the run in the store; empty if nothing is stored. */
  async #name(): Promise<string> {
    const { key, store } = this.#options;
    const { shop, app } = this.#shop;
    if (key === undefined || !store) return '';
    return `bulk-mutation:${await keyPart(shop, 80)}:${await keyPart(app)}:${await keyPart(key)}`;
  }

  /**
   * Locks the key, so that no other process runs the same rows.
   *
   * @throws StorageError if another process holds it, or finished the run while this one waited.
   */
  async #hold(name: string): Promise<Lock | undefined> {
    const { key, store, signal } = this.#options;
    if (name === '' || !store) return undefined;
    const taken = { leaseMs, ...(signal && { signal }) };
    const free = await store.lock(name, taken);
    // The process that holds it may have crashed: then its lease expires, and the run is still stored.
    const lock = free ?? (await store.lock(name, { ...taken, waitMs: leaseMs + 5_000 }));
    let isThere = free !== undefined;
    try {
      isThere ||= lock !== undefined && (await store.get(name)) !== undefined;
    } finally {
      if (!isThere) await freeLock(lock);
    }
    if (lock && isThere) {
      this.#signal = signal ? AbortSignal.any([signal, lock.signal]) : lock.signal;
      return lock;
    }
    const what = lock ? 'finished this run meanwhile' : 'is running these rows';
    throw new StorageError(
      `Another process ${what}: bulk mutation ${JSON.stringify(key)} of ${this.#shop.shop}. Start it again only to run the rows once more.`,
      { shop: this.#shop.shop, isRetryable: false },
    );
  }

  /** Continues the run with that name, or starts it. */
  async #open(name: string): Promise<void> {
    const { key, store } = this.#options;
    if (name === '' || !store) return;
    const { shop } = this.#shop;
    const kept = parseJson((await store.get(name)) ?? '');
    checkFormat(kept, 1, `The bulk mutation ${JSON.stringify(key)}`, shop);
    const isOver = isRecord(kept) && kept['isOver'] === true;
    if (isOver) await this.#clear(name, store);
    const mutation = createHash('sha256').update(this.#mutation.write('Bulk').text).digest('base64url');
    if (!isRecord(kept) || typeof kept['base'] !== 'string' || isOver) {
      await store.set(name, JSON.stringify({ format: 1, base: this.#base, mutation }));
      return;
    }
    this.#base = kept['base'];
    // Earlier releases did not store it.
    if ((kept['mutation'] ?? mutation) === mutation) return;
    const message =
      'belongs to a run of another document, whose rows may have run. Pass that document, or another key.';
    throw new ValidationError('The call is invalid', { issues: [{ field: 'key', message }], shop });
  }

  /**
   * Removes the run from the store. All outcomes were returned, so a failing store is only logged: the next call with
   * the key then returns the same outcomes again, or starts over if the run was already marked as over.
   */
  async #forget(name: string): Promise<void> {
    const { store } = this.#options;
    if (name === '' || !store) return;
    try {
      // Marked first: without the mark, a run whose files were removed would look like one that has not run yet.
      await store.set(name, JSON.stringify({ format: 1, base: this.#base, isOver: true }));
      await this.#clear(name, store);
    } catch (error) {
      this.#shop.logger?.warn(
        { shop: this.#shop.shop, error },
        'the stored state of a bulk mutation could not be removed',
      );
    }
  }

  async #clear(name: string, store: KeyValueStore): Promise<void> {
    for await (const key of store.scan(`${name}:`)) await store.delete(key);
    await store.delete(name);
  }

  /** Adds the missing idempotency keys to a row: the same ones each time the run is called. */
  #withKeys(given: Line, index: number): Line {
    const { keySlots } = this.#mutation.parsed;
    const missing = keySlots.filter(({ variable, byDefault }) => !given[variable] && byDefault === undefined);
    if (missing.length === 0) return given;
    return {
      ...given,
      ...Object.fromEntries(missing.map(({ variable }) => [variable, uuidOf(`${this.#base} ${index} ${variable}`)])),
    };
  }

  #count(result: Result): Result {
    this.#counts[result.status] += 1;
    return result;
  }

  #tell(): void {
    const { onProgress } = this.#options;
    if (onProgress)
      callListener(onProgress, this.summary(), (error) => this.#shop.logger?.error({ error }, 'onProgress threw'));
  }

  /**
   * Runs one file, and its rows without an outcome again.
   *
   * @param firstSentAt When its rows were first sent: Shopify remembers their keys from then on. Default: now.
   */
  async *#run(file: RowFile, name: string, reruns: number, firstSentAt?: number): AsyncGenerator<Result> {
    const { store } = this.#options;
    const { operation, sentAt: ownSentAt } = await this.#operate(file, name, store);
    const sentAt = firstSentAt ?? ownSentAt;
    const isKnown = new Uint8Array(file.count);
    const url = operation.url ?? operation.partialDataUrl;
    if (url !== null) {
      for await (const line of this.#lines(operation, url)) {
        const at = Number(line['__lineNumber']);
        if (!Number.isInteger(at) || at < 0 || at >= file.count || isKnown[at] === 1) continue;
        const outcome = this.#outcome(line);
        if (outcome.status === 'unknown') continue;
        isKnown[at] = 1;
        yield this.#count({ ...(await file.row(at)), ...outcome });
      }
    }
    this.#tell();
    // A cancelled operation is not started again.
    const mayRerun = reruns > 0 && operation.status !== 'CANCELED';
    const isKeyKnown = Math.abs(this.#shop.clock.now() - sentAt) < keyLifeMs;
    const again = mayRerun ? new RowFile(this.#options.tempFolder) : undefined;
    const unknown = (found: { readonly index: number; readonly row: Line }): Result =>
      this.#count({ ...found, ...unknownOutcome });
    try {
      for (let at = 0; at < file.count; at += 1) {
        if (isKnown[at] === 1) continue;
        const found = await file.row(at);
        const idempotency = idempotencyOf(this.#mutation.parsed, found.row);
        if (again && (idempotency === 'idempotent' || (idempotency === 'keyed' && isKeyKnown)))
          await again.add(found.index, Buffer.from(`${JSON.stringify(found.row)}\n`));
        else yield unknown(found);
      }
      if (!again || again.count === 0) return;
      try {
        yield* this.#run(again, `${name}-again`, reruns - 1, sentAt);
      } catch (error) {
        // The app has lost its permission since: nothing was run again.
        if (!isShopwrightError(error, 'BULK_NOT_ENABLED')) throw error;
        for (let at = 0; at < again.count; at += 1) yield unknown(await again.row(at));
      }
    } finally {
      await again?.close();
    }
  }

  /** Waits for the operation of a file: the stored one, one whose start was lost, or a new one. */
  async #operate(
    file: RowFile,
    name: string,
    store: KeyValueStore | undefined,
  ): Promise<{ readonly operation: BulkOperation; readonly sentAt: number }> {
    const { key } = this.#options;
    const signal = this.#signal;
    const isKept = key !== undefined && store !== undefined;
    const read = isKept ? parseJson((await store.get(name)) ?? '') : undefined;
    const kept = isRecord(read) ? (read as unknown as KeptFile) : undefined;
    if (kept && kept.hash !== file.hash) {
      const message = `belongs to other rows: row ${file.first} and those after it have changed. Pass the same rows, or another key.`;
      throw new ValidationError('The call is invalid', { issues: [{ field: 'key', message }] });
    }
    const put = async (state: Omit<KeptFile, 'format' | 'hash'>): Promise<void> => {
      if (isKept) await store.set(name, JSON.stringify({ format: 1, hash: file.hash, ...state }));
    };
    const token = kept?.token ?? `Bulk_${randomBytes(8).toString('hex')}`;
    let operation = kept
      ? kept.id === undefined
        ? await findLost(this.#shop, token, kept.sentAt, [0, 2_000], signal)
        : await readOperation(this.#shop, kept.id, signal)
      : undefined;
    const slot = await takeSlot(this.#shop, 'mutations', store, signal, operation === undefined);
    const stop = linkSignal(this.#shop.clock, signal, 2 ** 31 - 1, () => undefined);
    let sentAt = kept?.sentAt ?? 0;
    try {
      if (!operation) {
        const { text } = this.#mutation.write(token);
        const stagedUploadPath = await upload(this.#shop, file, signal);
        sentAt = this.#shop.clock.now();
        await put({ token, sentAt });
        operation = await submit(this.#shop, { kind: 'mutations', text, token, stagedUploadPath, signal });
      }
      if (kept?.id === undefined) await put({ token, sentAt, id: operation.id });
      this.#operations.push(operation.id);
      return { operation: await untilEnded(this.#shop, operation, () => this.#tell(), stop.signal), sentAt };
    } finally {
      stop.release();
      slot?.release();
    }
  }

  async *#lines(operation: BulkOperation, url: string): AsyncGenerator<Line> {
    const stop = new AbortController();
    const signal = this.#signal;
    const file = new ResultFile(this.#shop, {
      ...{ url, size: operation.url === null ? null : operation.fileSize, isExact: true },
      ...{ operationId: operation.id, kind: operation.kind },
      renew: async () => {
        const again = await readOperation(this.#shop, operation.id, signal);
        return again.url ?? again.partialDataUrl;
      },
      signal: signal ?? stop.signal,
    });
    try {
      for await (const { lines } of file.lines()) yield* lines;
    } catch (error) {
      // What it does not tell is unknown, and another read would not tell more.
      if (!isShopwrightError(error, 'BULK_INCOMPLETE')) throw error;
      this.#shop.logger?.warn({ shop: this.#shop.shop, error }, 'the result of a bulk mutation is incomplete');
    }
  }

  #outcome(line: Line): Pick<Result, 'status' | 'data' | 'userErrors'> {
    const data = isRecord(line['data']) ? line['data'] : null;
    const userErrors = this.#mutation.parsed.rootFields.flatMap(({ responseKey, userErrorKeys }) =>
      userErrorKeys.flatMap((key) => userErrorEntries(data?.[responseKey], key)),
    );
    // An earlier request with this key is still running: only a later one can return its outcome.
    if (userErrors.some(({ code }) => code === 'IDEMPOTENCY_CONCURRENT_REQUEST')) return unknownOutcome;
    if (userErrors.length > 0) return { status: 'refused', data, userErrors };
    const isDone = this.#mutation.parsed.rootFields.some(({ responseKey }) => isRecord(data?.[responseKey]));
    if (isDone) return { status: 'done', data, userErrors: [] };
    const errors = readErrors(line['errors']);
    if (errors.length === 0 || !errors.every((error) => provesNonExecution(error, data === null)))
      return unknownOutcome;
    const refusals = errors.map(({ message, extensions }) => ({
      message,
      code: String(extensions?.['code'] ?? 'INVALID'),
    }));
    return { status: 'refused', data, userErrors: refusals };
  }
}

/** A row as a line of the file. Adds an issue if it cannot be written as JSON. */
function lineOf(row: Line, issues: Issue[]): Buffer {
  try {
    return Buffer.from(`${JSON.stringify(row)}\n`);
  } catch {
    issues.push({ field: 'row', message: 'cannot be written as JSON: it holds a bigint or a circular reference.' });
    return Buffer.alloc(0);
  }
}

const unknownOutcome = { status: 'unknown', data: null, userErrors: [] } as const;

/** A UUID (version 8) derived from a text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Bytes of rows to keep in memory before they are written to the temporary file. */
const memoryBytes = 256 * 1024;

/** Rows, one per line: a few in memory, more in a temporary file. */
class RowFile {
  readonly #folder: string | undefined;
  #path: string | undefined;
  #file: FileHandle | undefined;
  readonly #hash = createHash('sha256');
  #digest: string | undefined;
  /** Start of each line, and index of its row among all rows. */
  #starts = new Float64Array(1_024);
  #indexes = new Float64Array(1_024);
  /** Lines that are not written yet. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  count = 0;
  bytes = 0;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** Index of the first row among all rows. */
  get first(): number {
    return this.#indexes[0] ?? 0;
  }

  /** Hash of all lines; none can be added afterwards. */
  get hash(): string {
    this.#digest ??= this.#hash.digest('base64url');
    return this.#digest;
  }

  async add(index: number, line: Buffer): Promise<void> {
    if (this.count === this.#starts.length) {
      const [starts, indexes] = [this.#starts, this.#indexes];
      this.#starts = new Float64Array(2 * starts.length);
      this.#indexes = new Float64Array(2 * starts.length);
      this.#starts.set(starts);
      this.#indexes.set(indexes);
    }
    this.#starts[this.count] = this.bytes;
    this.#indexes[this.count] = index;
    this.count += 1;
    this.bytes += line.length;
    this.#hash.update(line);
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    if (this.#waitingBytes >= memoryBytes) await this.#write();
  }

  /** The content, read while it is sent. */
  async blob(): Promise<Blob> {
    if (this.#path === undefined) return new Blob([this.#inMemory()], { type: 'text/jsonl' });
    if (this.#waiting.length > 0) await this.#write();
    return openAsBlob(this.#path, { type: 'text/jsonl' });
  }

  async row(at: number): Promise<{ readonly index: number; readonly row: Line }> {
    const start = this.#starts[at] ?? 0;
    const end = at + 1 < this.count ? (this.#starts[at + 1] ?? 0) : this.bytes;
    let line: Buffer;
    if (this.#file) {
      if (this.#waiting.length > 0) await this.#write();
      line = Buffer.alloc(end - start);
      await this.#file.read(line, 0, line.length, start);
    } else line = this.#inMemory().subarray(start, end);
    return { index: this.#indexes[at] ?? 0, row: JSON.parse(line.toString()) as Line };
  }

  async close(): Promise<void> {
    process.off('exit', this.#onExit);
    await this.#file?.close();
    this.#file = undefined;
    if (this.#path !== undefined) await rm(this.#path, { force: true });
  }

  #inMemory(): Buffer<ArrayBuffer> {
    const [only, ...more] = this.#waiting;
    if (only && more.length === 0) return only as Buffer<ArrayBuffer>;
    const all = Buffer.concat(this.#waiting);
    this.#waiting = [all];
    return all;
  }

  async #write(): Promise<void> {
    if (!this.#file) {
      this.#path = join(this.#folder ?? tmpdir(), `shopwright-rows-${randomUUID()}.jsonl`);
      this.#file = await open(this.#path, 'wx+', 0o600);
      process.on('exit', this.#onExit);
    }
    const waiting = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (let from = 0; from < waiting.length; )
      from += (await this.#file.write(waiting, from, waiting.length - from)).bytesWritten;
  }

  readonly #onExit = (): void => {
    if (this.#path !== undefined) rmSync(this.#path, { force: true });
  };
}

/** Tries of one upload. */
const maxUploads = 5;

/** Milliseconds for one try. */
const uploadMs = 30 * 60_000;

/**
 * Uploads rows to a URL from Shopify, without the access token. A second upload does no harm: each has its own path.
 *
 * @returns The `stagedUploadPath`.
 */
async function upload(shop: BulkShop, file: RowFile, signal: AbortSignal | undefined): Promise<string> {
  const { data } = await shop.graphql(
    BulkStagedUploadDocument,
    {
      input: [
        {
          ...{
            resource: 'BULK_MUTATION_VARIABLES',
            filename: 'rows.jsonl',
            mimeType: 'text/jsonl',
            httpMethod: 'POST',
          },
          fileSize: String(file.bytes),
        },
      ],
    },
    { priority: 'background', retry: { idempotency: 'idempotent' }, ...(signal && { signal }) },
  );
  const target = data.stagedUploadsCreate?.stagedTargets?.[0];
  const url = target?.url;
  const path = target?.parameters.find(({ name }) => name === 'key')?.value;
  if (!target || !url || path === undefined)
    throw new NetworkError('Shopify returned no upload target.', { shop: shop.shop, mayHaveExecuted: false });
  if (!isSafeAddress(shop, url)) throw unsafeAddress(shop, url);
  for (let tries = 1; ; tries += 1) {
    const content = await file.blob();
    const form = new FormData();
    for (const { name, value } of target.parameters) form.append(name, value);
    // Must be last: storage ignores fields after the file.
    form.append('file', content, 'rows.jsonl');
    const limit = linkSignal(shop.clock, signal, uploadMs, () => new Error('The upload took too long.'));
    let status: number | undefined;
    try {
      const sent = (shop.fetch ?? globalThis.fetch)(url, {
        method: 'POST',
        body: form,
        signal: limit.signal,
        redirect: 'manual',
      });
      const response = await limit.until(sent);
      status = response.status;
      await response.body?.cancel();
    } catch {
      // The next try sends the whole file again, whatever failed.
      signal?.throwIfAborted();
    } finally {
      limit.release();
    }
    if (status !== undefined && status >= 200 && status < 300) return path;
    if (status !== undefined && status < 500 && status !== 408 && status !== 429) {
      const message = `The upload of the rows was refused with status ${status}. Start the run again.`;
      throw new HttpError(message, { shop: shop.shop, status });
    }
    if (tries === maxUploads) {
      const message = `The rows could not be uploaded: ${maxUploads} tries failed. Check the network, and run them again.`;
      throw new NetworkError(message, { shop: shop.shop, mayHaveExecuted: false });
    }
    await sleep(shop.clock, 1_000 * 2 ** tries, signal);
  }
}
