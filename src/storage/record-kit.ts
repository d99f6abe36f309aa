import { StorageError } from '../errors/errors.ts';
import { isRecord, type JsonObject } from '../internal/json.ts';
import type { RecordWrite, SyncRecord, SyncStatus } from '../ports/sync-record-store.ts';
import {
  countProblem,
  type FieldRule,
  keyProblem,
  noJsonObject,
  orNull,
  problemsOf,
  shownId,
  textProblem,
  timeProblem,
  toJsonObject,
} from './adapter-kit.ts';
import { columnReader, json, text, type UncheckedRow, wholeNumber } from './row-reader.ts';

/** Every status a record can have. */
export const syncStatuses = [
  'pending',
  'syncing',
  'synced',
  'failed',
  'deleted-in-shopify',
] as const satisfies readonly SyncStatus[];

/** Whether a value is a status. */
export function isSyncStatus(value: unknown): value is SyncStatus {
  return syncStatuses.some((status) => status === value);
}

/** Whether a value can be a record's last error. */
function isFailure(value: unknown): value is NonNullable<SyncRecord['lastError']> {
  return isRecord(value) && typeof value.code === 'string' && typeof value.message === 'string';
}

/** Whether a value can be a record's parts. */
function isParts(value: unknown): value is NonNullable<SyncRecord['parts']> {
  return isRecord(value) && Object.values(value).every((part) => typeof part === 'string');
}

/** A record as stored: it cannot be changed from outside, and what was sent is JSON text. */
export interface StoredRecord extends Omit<SyncRecord, 'lastSyncData'> {
  readonly lastSyncData: string | null;
}

const must =
  (fits: (value: unknown) => boolean, problem: string): FieldRule =>
  (value) =>
    fits(value) ? undefined : problem;

const rules: Readonly<Record<keyof SyncRecord, FieldRule>> = {
  shop: keyProblem,
  localId: keyProblem,
  version: countProblem,
  gid: orNull(keyProblem),
  status: must(isSyncStatus, `must be one of ${syncStatuses.join(', ')}`),
  hash: orNull(textProblem),
  parts: orNull(must(isParts, 'must have a string for each part')),
  lastError: orNull(must(isFailure, 'must have a code and a message')),
  attempts: countProblem,
  // Checked once it has been serialized, which is the costly part.
  lastSyncData: () => undefined,
  lastSyncedAt: orNull(timeProblem),
  lastAttemptAt: orNull(timeProblem),
  shopifyUpdatedAt: orNull(textProblem),
};

const wholeMs = (time: number | null): number | null => time && Math.floor(time);

/**
 * Returns a record in a form that every store stores and returns unchanged: only its own fields, times without
 * fractions of a millisecond.
 *
 * @throws StorageError naming each invalid field.
 *
 * @example
 * ```ts
 * const row = checkedSyncRecord(record); // what it pushed last is JSON text in it
 * ```
 */
export function checkedRecord(record: SyncRecord): StoredRecord {
  const problems = problemsOf(record, rules);
  const lastSyncData = record.lastSyncData === null ? null : toJsonObject(record.lastSyncData);
  if (lastSyncData === undefined) problems.push(`lastSyncData ${noJsonObject}`);
  if (problems.length > 0 || lastSyncData === undefined) {
    throw new StorageError(`The sync record of ${shownId(record.localId)} cannot be stored: ${problems.join('; ')}.`);
  }
  return {
    shop: record.shop,
    localId: record.localId,
    version: record.version,
    gid: record.gid,
    status: record.status,
    hash: record.hash,
    parts: record.parts && { ...record.parts },
    lastError: record.lastError && { code: record.lastError.code, message: record.lastError.message },
    attempts: record.attempts,
    lastSyncData,
    lastSyncedAt: wholeMs(record.lastSyncedAt),
    lastAttemptAt: wholeMs(record.lastAttemptAt),
    shopifyUpdatedAt: record.shopifyUpdatedAt,
  };
}

/** Maximum records of one `putManyIf`. */
const mostAtOnce = 1_000;

/**
 * Returns the checked records of a `putManyIf`, with the versions they replace.
 *
 * @throws StorageError for one that cannot be stored, for more than 1,000, and for a duplicate record.
 */
export function checkedWrites(
  writes: readonly RecordWrite[],
): readonly { readonly record: StoredRecord; readonly version: number | undefined }[] {
  if (writes.length > mostAtOnce) throw new StorageError(`putManyIf() takes at most ${mostAtOnce} records.`);
  const checked = writes.map(({ record, version }) => ({ record: checkedRecord(record), version }));
  const seen = new Set<string>();
  for (const { record } of checked) {
    const key = JSON.stringify([record.shop, record.localId]);
    if (seen.has(key)) throw new StorageError(`putManyIf() was given ${shownId(record.localId)} twice.`);
    seen.add(key);
  }
  return checked;
}

/**
 * Returns a stored record to the caller: a copy whose changes do not affect the store.
 *
 * @example
 * ```ts
 * return rows.map((row) => readSyncRecord(row));
 * ```
 */
export function readRecord(record: StoredRecord): SyncRecord {
  return {
    ...record,
    parts: record.parts && { ...record.parts },
    lastError: record.lastError && { ...record.lastError },
    lastSyncData: record.lastSyncData === null ? null : (JSON.parse(record.lastSyncData) as JsonObject),
  };
}

/**
 * The format in which this release stores a record. A later release with another format uses the next number; records
 * with a greater number are neither read nor overwritten.
 */
export const recordFormat = 1;

/** A record as flat columns: a row of SQL, and the JSON that Redis keeps. Parts, last error and data are JSON text. */
export interface RecordRow {
  readonly format: number;
  readonly shop: string;
  readonly local_id: string;
  readonly version: number;
  readonly gid: string | null;
  readonly status: string;
  readonly hash: string | null;
  readonly parts: string | null;
  readonly last_error: string | null;
  readonly attempts: number;
  readonly last_sync_data: string | null;
  readonly last_synced_at: number | null;
  readonly last_attempt_at: number | null;
  readonly shopify_updated_at: string | null;
}

/** Converts a record to a row. */
export function toRecordRow(record: StoredRecord): RecordRow {
  return {
    format: recordFormat,
    shop: record.shop,
    local_id: record.localId,
    version: record.version,
    gid: record.gid,
    status: record.status,
    hash: record.hash,
    parts: record.parts && JSON.stringify(record.parts),
    last_error: record.lastError && JSON.stringify(record.lastError),
    attempts: record.attempts,
    last_sync_data: record.lastSyncData,
    last_synced_at: record.lastSyncedAt,
    last_attempt_at: record.lastAttemptAt,
    shopify_updated_at: record.shopifyUpdatedAt,
  };
}

/**
 * Converts a row to a record of that shop.
 *
 * @throws StorageError naming shop, local id and column if a value cannot be parsed, or the row's format is newer.
 */
export function fromRecordRow(shop: string, row: UncheckedRow<RecordRow>): SyncRecord {
  const { read, readOrNull } = recordReader(shop, row);
  return {
    shop,
    localId: read('local_id', text),
    version: read('version', wholeNumber),
    gid: readOrNull('gid', text),
    status: read('status', (value) => (isSyncStatus(value) ? value : undefined)),
    hash: readOrNull('hash', text),
    parts: readOrNull('parts', json(isParts)),
    lastError: readOrNull('last_error', json(isFailure)),
    attempts: read('attempts', wholeNumber),
    lastSyncData: readOrNull('last_sync_data', json(isRecord)),
    lastSyncedAt: readOrNull('last_synced_at', wholeNumber),
    lastAttemptAt: readOrNull('last_attempt_at', wholeNumber),
    shopifyUpdatedAt: readOrNull('shopify_updated_at', text),
  };
}

/** A record that has a last error. */
export type FailedRecord = Pick<SyncRecord, 'localId' | 'lastAttemptAt'> & {
  readonly lastError: NonNullable<SyncRecord['lastError']>;
};

/**
 * Reads the last error from a row.
 *
 * @throws StorageError like `fromRecordRow`.
 */
export function fromFailedRow(
  shop: string,
  row: UncheckedRow<Pick<RecordRow, 'format' | 'local_id' | 'last_error' | 'last_attempt_at'>>,
): FailedRecord {
  const { read, readOrNull } = recordReader(shop, row);
  return {
    localId: read('local_id', text),
    lastError: read('last_error', json(isFailure)),
    lastAttemptAt: readOrNull('last_attempt_at', wholeNumber),
  };
}

/** Reads a row's columns, once its format is known to be one of this release's. */
function recordReader<Row extends Pick<RecordRow, 'format' | 'local_id'>>(shop: string, row: UncheckedRow<Row>) {
  const problem = recordFormatProblem(shop, row.local_id, row.format);
  if (problem) throw problem;
  return columnReader(row, (column) => damagedRecord(shop, row.local_id, column));
}

/** Returns what is wrong with a record of that format; `undefined` if this release can read it. */
export function recordFormatProblem(shop: string, localId: unknown, format: unknown): StorageError | undefined {
  const number = wholeNumber(format);
  if (number === undefined || number === 0) return damagedRecord(shop, localId, 'format');
  if (number <= recordFormat) return undefined;
  return new StorageError(
    `The sync record of ${shownId(localId)} on ${shop} was written by a newer release of shopwright, in format ` +
      `${number}; this release knows formats up to ${recordFormat}. The record was left unchanged. Update this ` +
      'process. If you will not update, delete the record with ' +
      'records.delete(shop, localId); the next sync finds the product in Shopify again and writes a new record.',
    { shop },
  );
}

/** Creates the error for a row that no release of this package wrote. */
export function damagedRecord(shop: string, localId: unknown, column: string): StorageError {
  return new StorageError(
    `The sync record of ${shownId(localId)} on ${shop} is damaged in column ${column}. Delete it with ` +
      'records.delete(shop, localId); the next sync finds the product in Shopify again and writes a new record.',
    { shop },
  );
}
