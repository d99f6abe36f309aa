import { StorageError } from '../errors/local.ts';
import { isRecord } from '../internal/json.ts';
import type { ListOptions, SyncRecord, SyncStatus } from './types.ts';

/** Every status a record can have. */
export const syncStatuses = [
  'pending',
  'syncing',
  'synced',
  'failed',
  'deleted_in_shopify',
] as const satisfies readonly SyncStatus[];

/**
 * Longest shop, local id or gid, in UTF-16 units: three of them fit into one index entry of Postgres (2,704
 * bytes). Shopify's handles and metafield ids end there too.
 */
export const maxKeyLength = 255;

const defaultPageSize = 100;
const maxPageSize = 1_000;

/** Whether a value is a status. */
export function isSyncStatus(value: unknown): value is SyncStatus {
  return syncStatuses.some((status) => status === value);
}

/** Whether a value can be a record's last error. */
export function isFailure(value: unknown): value is NonNullable<SyncRecord['lastError']> {
  return isRecord(value) && typeof value.code === 'string' && typeof value.message === 'string';
}

/** Whether a value can be a record's parts. */
export function isParts(value: unknown): value is NonNullable<SyncRecord['parts']> {
  return isRecord(value) && Object.values(value).every((part) => typeof part === 'string');
}

/**
 * Whether every database gives the text back as it was. Half a surrogate pair becomes U+FFFD in UTF-8, and
 * Postgres and older SQLite bindings end a text at a NUL: two keys would become one.
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

/** A local id as an error message shows it: quoted, and cut where it is long. */
export function shownId(localId: unknown): string {
  return JSON.stringify(String(localId).slice(0, 80));
}

const textProblem = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return 'must be text';
  return isStorableText(value) ? undefined : 'holds a NUL or half a surrogate pair: strip it';
};

const keyProblem = (value: unknown): string | undefined => {
  if (value === '') return 'is empty';
  if (typeof value === 'string' && value.length > maxKeyLength)
    return `is longer than ${maxKeyLength} characters: shorten or hash it`;
  return textProblem(value);
};

const countProblem = (value: unknown): string | undefined =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'must be a whole number, zero or more';

const timeProblem = (value: unknown): string | undefined =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
    ? undefined
    : 'must be milliseconds since the epoch';

const partsProblem = (value: unknown): string | undefined =>
  isParts(value) ? undefined : 'must hold a text for each part';

const orNull =
  (rule: (value: unknown) => string | undefined) =>
  (value: unknown): string | undefined =>
    value === null ? undefined : rule(value);

const errorProblem = (value: unknown): string | undefined =>
  isFailure(value) ? undefined : 'must have a code and a message';

/** What speaks against storing the record, as `field: problem`. */
function recordProblems(record: SyncRecord): string[] {
  const found: readonly (readonly [field: keyof SyncRecord, problem: string | undefined])[] = [
    ['shop', keyProblem(record.shop)],
    ['localId', keyProblem(record.localId)],
    ['gid', orNull(keyProblem)(record.gid)],
    ['status', isSyncStatus(record.status) ? undefined : `must be one of ${syncStatuses.join(', ')}`],
    ['hash', orNull(textProblem)(record.hash)],
    ['parts', orNull(partsProblem)(record.parts)],
    ['lastError', orNull(errorProblem)(record.lastError)],
    ['attempts', countProblem(record.attempts)],
    ['lastSyncedAt', orNull(timeProblem)(record.lastSyncedAt)],
    ['lastAttemptAt', orNull(timeProblem)(record.lastAttemptAt)],
    ['shopifyUpdatedAt', orNull(textProblem)(record.shopifyUpdatedAt)],
  ];
  return found.flatMap(([field, problem]) => (problem === undefined ? [] : [`${field} ${problem}`]));
}

const wholeMs = (time: number | null): number | null => time && Math.floor(time);

/** A copy with the record's own fields and nothing else, times without fractions of a millisecond. */
export function copyRecord(record: SyncRecord): SyncRecord {
  return {
    shop: record.shop,
    localId: record.localId,
    gid: record.gid,
    status: record.status,
    hash: record.hash,
    parts: record.parts && { ...record.parts },
    lastError: record.lastError && { code: record.lastError.code, message: record.lastError.message },
    attempts: record.attempts,
    lastSyncedAt: wholeMs(record.lastSyncedAt),
    lastAttemptAt: wholeMs(record.lastAttemptAt),
    shopifyUpdatedAt: record.shopifyUpdatedAt,
  };
}

/**
 * A copy of the record, sure to come back from every store as it is.
 *
 * @throws StorageError naming each field that does not fit.
 */
export function checkedRecord(record: SyncRecord): SyncRecord {
  const problems = recordProblems(record);
  if (problems.length > 0) {
    throw new StorageError(
      `The sync record of ${shownId(record.localId)} cannot be stored: ${problems.join('; ')}.`,
      false,
    );
  }
  return copyRecord(record);
}

/**
 * The options of one page, with the default.
 *
 * @throws StorageError for a limit out of range: a smaller page than asked for would look like the last one.
 */
export function checkedPage(options: ListOptions): ListOptions & { readonly limit: number } {
  const limit = options.limit ?? defaultPageSize;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxPageSize) {
    throw new StorageError(`list() takes a limit from 1 to ${maxPageSize}; page on with \`after\` for more.`, false);
  }
  if (options.after !== undefined && !isStorableText(options.after)) {
    throw new StorageError(
      'list() takes the last local id of the page before as `after`; this one cannot be a local id.',
      false,
    );
  }
  return { ...options, limit };
}
