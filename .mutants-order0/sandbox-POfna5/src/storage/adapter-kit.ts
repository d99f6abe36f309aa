// @ts-nocheck
import { StorageError } from '../errors/errors.ts';
import { setTimeLimit } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import { isRecord } from '../internal/json.ts';
import type { ErrorPatternOptions, ListOptions } from '../ports/sync-record-store.ts';

/**
 * Longest key (shop, local id, gid and the like), in UTF-16 units: three of them fit into one index entry of
 * Postgres (2,704 bytes). Shopify's handles and metafield ids end there too.
 */
export const maxKeyLength = 255;

/** Says what is wrong with a field's value, `undefined` where nothing is. */
export type FieldRule = (value: unknown) => string | undefined;

/**
 * Whether every database gives the text back as it was. A lone surrogate becomes U+FFFD in UTF-8, and Postgres and
 * older SQLite bindings end text at a NUL character: two keys would become one.
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** A text that every database keeps. */
export const textProblem: FieldRule = (value) => {
  if (typeof value !== 'string') return 'must be text';
  return isStorableText(value) ? undefined : 'contains a NUL character or a lone surrogate: remove it';
};

/** A text that fits into an index. */
export const keyProblem: FieldRule = (value) => {
  if (value === '') return 'is empty';
  if (typeof value === 'string' && value.length > maxKeyLength)
    return `is longer than ${maxKeyLength} characters: shorten or hash it`;
  return textProblem(value);
};

/** A whole number from zero on. */
export const countProblem: FieldRule = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'must be a whole number, zero or more';

/** A moment. */
export const timeProblem: FieldRule = (value) =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
    ? undefined
    : 'must be milliseconds since the epoch';

/** The object as JSON text; `undefined` for anything else, and for what JSON cannot hold: a cycle, a bigint. */
export function toJsonObject(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  try {
    const text: string | undefined = JSON.stringify(value);
    // Its own `toJSON` may have made something else of it.
    return text?.startsWith('{') ? text : undefined;
  } catch {
    return undefined;
  }
}

/** What a field must be that `toJsonObject` refuses. */
export const noJsonObject = 'must be a JSON object, without cycles or bigints';

/** Lets `null` pass besides. */
export const orNull =
  (rule: FieldRule): FieldRule =>
  (value) =>
    value === null ? undefined : rule(value);

/** Why the item cannot be stored: each field's name and what is wrong with it. */
export function problemsOf<T extends object>(item: T, rules: { readonly [field in keyof T]?: FieldRule }): string[] {
  return Object.entries<FieldRule>(rules as Record<string, FieldRule>).flatMap(([field, rule]) => {
    const problem = rule(Reflect.get(item, field));
    return problem === undefined ? [] : [`${field} ${problem}`];
  });
}

/** An id as an error message shows it: quoted, and cut where it is long. */
export function shownId(id: unknown): string {
  return JSON.stringify(String(id).slice(0, 80));
}

const defaultPageSize = 100;

const maxPageSize = 1_000;

const defaultPatterns = 20;

/**
 * The limit of a page, with its default.
 *
 * @throws StorageError for a limit out of range: a smaller page than asked for would look like the last one.
 */
export function checkedLimit(method: string, limit: number | undefined, otherwise = defaultPageSize): number {
  if (limit === undefined) return otherwise;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxPageSize) {
    throw new StorageError(`${method}() takes a limit from 1 to ${maxPageSize}.`);
  }
  return limit;
}

/**
 * The options of one page of records, with the default.
 *
 * @throws StorageError for an invalid option.
 *
 * @example
 * ```ts
 * const { status, after, limit } = checkedRecordPage(options);
 * ```
 */
export function checkedPage(options: ListOptions): ListOptions & { readonly limit: number } {
  const limit = checkedLimit('list', options.limit);
  if (options.after !== undefined && !isStorableText(options.after)) {
    throw new StorageError(
      'list() takes the last local id of the page before as `after`; this one cannot be a local id.',
    );
  }
  return { ...options, limit };
}

/**
 * The local ids of which records are asked for, each once, and without those that no record can have.
 *
 * @throws StorageError for more of them than one call takes.
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
 * How many error patterns are asked for.
 *
 * @throws StorageError for a limit out of range.
 *
 * @example
 * ```ts
 * const patterns = (await countPatterns(shop)).slice(0, checkedPatternLimit(options));
 * ```
 */
export function checkedPatternLimit({ limit }: ErrorPatternOptions): number {
  return checkedLimit('errorPatterns', limit, defaultPatterns);
}

/** Moves surrogates above U+FFFF's place, so that UTF-16 units compare as the code points they stand for. */
const rank = (unit: number): number => {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
};

/**
 * Orders text by code point, as SQLite (`BINARY`) and Postgres (collation `C`) order UTF-8. JavaScript's own
 * order is by UTF-16 unit and puts an emoji before U+FF5E.
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
 * The first text, by code point, after all texts with that beginning; `undefined` where there is none. So
 * `text >= prefix and text < end` finds them by an index, with no wildcard to escape.
 */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === lastCodePoint) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are no code points of a text.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

/**
 * The outcome of a command, if it comes in time. What comes later is neither given nor thrown.
 *
 * @throws What `onTimeout` makes, after `limitMs`.
 */
export function inTime<T>(command: Promise<T>, limitMs: number, clock: Clock, onTimeout: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = setTimeLimit(clock, () => reject(onTimeout()), limitMs);
    command.then(resolve, reject).finally(cancel);
  });
}

/** Lets work through until it is closed, and knows what is still running. */
export interface Gate {
  /** @throws StorageError once the gate is closed. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** The same for work that is done when it returns, which `close` need not wait for. */
  runAtOnce<T>(work: () => Promise<T>): Promise<T>;
  /** Refuses new work at once, waits for what is running, then releases. Later calls return the same promise. */
  close(release?: () => Promise<void>): Promise<void>;
}

/** Makes the gate that stands before all work of one set of stores. */
export function createGate(): Gate {
  let running = 0;
  const idle = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;

  const end = (): void => {
    running -= 1;
    if (closing && running === 0) idle.resolve();
  };

  return {
    // All work of a store comes through here, so it does not wait for a promise of the gate's own besides.
    run(work) {
      if (closing) return Promise.reject(storeClosed());
      running += 1;
      const done = started(work);
      done.then(end, end);
      return done;
    },
    runAtOnce: (work) => (closing ? Promise.reject(storeClosed()) : started(work)),
    close(release) {
      if (closing) return closing;
      if (running === 0) idle.resolve();
      closing = idle.promise.then(() => release?.());
      return closing;
    },
  };
}

/** Work that throws before its first `await` is no different from work that rejects. */
function started<T>(work: () => Promise<T>): Promise<T> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The error of all that is asked of stores that are closed. */
export function storeClosed(): StorageError {
  return new StorageError('The store is closed: close() was called on it. Make new stores to go on.');
}
