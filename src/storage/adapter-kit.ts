import { StorageError } from '../errors/errors.ts';
import { setTimeLimit } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import { isRecord } from '../internal/json.ts';
import { unknownNames } from '../internal/names.ts';
import type { ErrorPatternOptions, ListOptions } from '../ports/sync-record-store.ts';

/**
 * Longest key, such as a shop, local id or gid, in UTF-16 units: three of them fit into one index entry of Postgres
 * (2,704 bytes). Shopify's handles and metafield ids have the same limit.
 */
export const maxKeyLength = 255;

/** Returns what is wrong with a field's value; `undefined` if nothing is. */
export type FieldRule = (value: unknown) => string | undefined;

/**
 * Whether every database returns the text unchanged. A lone surrogate becomes U+FFFD in UTF-8, and Postgres and older
 * SQLite bindings end text at a NUL character: two keys would become one.
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Checks for text that every database can store. */
export const textProblem: FieldRule = (value) => {
  if (typeof value !== 'string') return 'must be text';
  return isStorableText(value) ? undefined : 'contains a NUL character or a lone surrogate: remove it';
};

/** Checks for text that fits into an index. */
export const keyProblem: FieldRule = (value) => {
  if (value === '') return 'is empty';
  if (typeof value === 'string' && value.length > maxKeyLength)
    return `is longer than ${maxKeyLength} characters: shorten or hash it`;
  return textProblem(value);
};

/** Checks for a whole number, 0 or more. */
export const countProblem: FieldRule = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'must be a whole number, 0 or more';

/** Checks for a time. */
export const timeProblem: FieldRule = (value) =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
    ? undefined
    : 'must be milliseconds since the epoch';

/**
 * Returns an object as JSON text; `undefined` for anything else, and for what JSON cannot represent: a cycle, a bigint.
 */
export function toJsonObject(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  try {
    const text: string | undefined = JSON.stringify(value);
    // The object's own `toJSON` may return something else.
    return text?.startsWith('{') ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The message for a field that `toJsonObject` refuses. */
export const noJsonObject = 'must be a JSON object, without cycles or bigints';

/** Also accepts `null`. */
export const orNull =
  (rule: FieldRule): FieldRule =>
  (value) =>
    value === null ? undefined : rule(value);

/** Returns why the item cannot be stored: each field's name and what is wrong with it. */
export function problemsOf<T extends object>(item: T, rules: { readonly [field in keyof T]?: FieldRule }): string[] {
  return Object.entries<FieldRule>(rules as Record<string, FieldRule>).flatMap(([field, rule]) => {
    const problem = rule(Reflect.get(item, field));
    return problem === undefined ? [] : [`${field} ${problem}`];
  });
}

/** Formats an id for an error message: quoted, and truncated if long. */
export function shownId(id: unknown): string {
  return JSON.stringify(String(id).slice(0, 80));
}

/**
 * Checks the names of a method's options: a misspelt `ttlMs` would keep a key forever. An option that is `undefined`
 * counts as omitted.
 *
 * @throws StorageError for a name that does not exist, with the nearest that does.
 */
export function checkOptionNames(method: string, options: object, known: Readonly<Record<string, true>>): void {
  const [unknown] = unknownNames(options, known);
  if (unknown) throw new StorageError(`${method}(): ${unknown.field}: ${unknown.message}`);
}

const defaultPageSize = 100;

const maxPageSize = 1_000;

const defaultPatterns = 20;

/**
 * Returns the limit of a page, or its default.
 *
 * @throws StorageError for a limit out of range: a page smaller than requested would look like the last one.
 */
export function checkedLimit(method: string, limit: number | undefined, otherwise = defaultPageSize): number {
  if (limit === undefined) return otherwise;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxPageSize) {
    throw new StorageError(`${method}() takes a limit from 1 to ${maxPageSize}.`);
  }
  return limit;
}

const listNames: Record<keyof ListOptions, true> = { status: true, after: true, limit: true };

/**
 * Returns the options of a page of records, with defaults.
 *
 * @throws StorageError for an invalid option.
 *
 * @example
 * ```ts
 * const { status, after, limit } = checkedRecordPage(options);
 * ```
 */
export function checkedPage(options: ListOptions): ListOptions & { readonly limit: number } {
  checkOptionNames('list', options, listNames);
  const limit = checkedLimit('list', options.limit);
  if (options.after !== undefined && !isStorableText(options.after)) {
    throw new StorageError("list() takes the previous page's last local id as `after`; this is not a local id.");
  }
  return { ...options, limit };
}

/**
 * Returns the requested local ids, each once, without those that no record can have.
 *
 * @throws StorageError for more than one call accepts.
 *
 * @example
 * ```ts
 * for (const localId of checkedLocalIds(localIds)) found.push(await readRow(shop, localId));
 * ```
 */
export function checkedLocalIds(localIds: readonly string[]): readonly string[] {
  if (localIds.length > maxPageSize) throw new StorageError(`getMany() takes at most ${maxPageSize} local ids.`);
  return [...new Set(localIds)].filter(isStorableText);
}

/**
 * Returns the requested number of error patterns.
 *
 * @throws StorageError for a limit out of range.
 *
 * @example
 * ```ts
 * const patterns = (await countPatterns(shop)).slice(0, checkedPatternLimit(options));
 * ```
 */
export function checkedPatternLimit(options: ErrorPatternOptions): number {
  checkOptionNames('errorPatterns', options, { limit: true });
  return checkedLimit('errorPatterns', options.limit, defaultPatterns);
}

/** Moves surrogates above U+FFFF's place, so that UTF-16 units compare as the code points they stand for. */
const rank = (unit: number): number => {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
};

/**
 * Compares text by code point, as SQLite (`BINARY`) and Postgres (collation `C`) order UTF-8. JavaScript orders by
 * UTF-16 unit, which puts an emoji before U+FF5E.
 */
export function compareCodePoints(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index++) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const lastCodePoint = 0x10ffff;

/**
 * Returns the first text, by code point, after all texts with that prefix; `undefined` if there is none. So `text >=
 * prefix and text < end` finds them by an index, with no wildcard to escape.
 */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === lastCodePoint) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are not valid code points of a text.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

/**
 * Returns the outcome of a command, if in time. A later outcome is ignored.
 *
 * @throws The result of `onTimeout`, after `limitMs`.
 */
export function inTime<T>(command: Promise<T>, limitMs: number, clock: Clock, onTimeout: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = setTimeLimit(clock, () => reject(onTimeout()), limitMs);
    command.then(resolve, reject).finally(cancel);
  });
}

/** Admits work until it is closed, and tracks running work. */
export interface Gate {
  /** @throws StorageError once the gate is closed. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** For synchronous work, for which `close` need not wait. @throws StorageError once the gate is closed. */
  throwIfClosed(): void;
  /** Refuses new work at once, waits for running work, then releases. Later calls return the same promise. */
  close(release?: () => Promise<void>): Promise<void>;
}

/** Creates the gate for all work of one set of stores. */
export function createGate(): Gate {
  let running = 0;
  const idle = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;

  const end = (): void => {
    running -= 1;
    if (closing && running === 0) idle.resolve();
  };

  return {
    // All work of a store passes here, so the gate does not add another promise.
    run(work) {
      if (closing) return Promise.reject(storeClosed());
      running += 1;
      const done = started(work);
      done.then(end, end);
      return done;
    },
    throwIfClosed() {
      if (closing) throw storeClosed();
    },
    close(release) {
      if (closing) return closing;
      if (running === 0) idle.resolve();
      closing = idle.promise.then(() => release?.());
      return closing;
    },
  };
}

/** Turns a throw before the first `await` into a rejection. */
function started<T>(work: () => Promise<T>): Promise<T> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Creates the error for calls to closed stores. */
export function storeClosed(): StorageError {
  return new StorageError('The store is closed: close() was called on it. Create new stores to continue.');
}
