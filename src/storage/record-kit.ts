import { StorageError } from '../errors/errors.ts';
import { isRecord, type JsonObject } from '../internal/json.ts';
import type { SyncRecord, SyncStatus } from '../ports/sync-record-store.ts';
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

/** Every status a record can have. */
export const syncStatuses = [
  'pending',
  'syncing',
  'synced',
  'failed',
  'deleted_in_shopify',
] as const satisfies readonly SyncStatus[];

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

/** A record as a store holds it: nobody can change it from outside, and what was sent is JSON text. */
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
  gid: orNull(keyProblem),
  status: must(isSyncStatus, `must be one of ${syncStatuses.join(', ')}`),
  hash: orNull(textProblem),
  parts: orNull(must(isParts, 'must hold a text for each part')),
  lastError: orNull(must(isFailure, 'must have a code and a message')),
  attempts: countProblem,
  // Told once it has been made to text: that is the costly part.
  lastSyncData: () => undefined,
  lastSyncedAt: orNull(timeProblem),
  lastAttemptAt: orNull(timeProblem),
  shopifyUpdatedAt: orNull(textProblem),
};

const wholeMs = (time: number | null): number | null => time && Math.floor(time);

/**
 * The record as stores hold it, sure to come back from each of them as it is: its own fields and nothing else,
 * times without fractions of a millisecond.
 *
 * @throws StorageError naming each field that does not fit.
 */
export function checkedRecord(record: SyncRecord): StoredRecord {
  const problems = problemsOf(record, rules);
  const lastSyncData = record.lastSyncData === null ? null : toJsonObject(record.lastSyncData);
  if (lastSyncData === undefined) problems.push(`lastSyncData ${noJsonObject}`);
  if (problems.length > 0 || lastSyncData === undefined) {
    throw new StorageError(
      `The sync record of ${shownId(record.localId)} cannot be stored: ${problems.join('; ')}.`,
      false,
    );
  }
  return {
    shop: record.shop,
    localId: record.localId,
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

/** The record for whoever asks: a copy that can be changed without the store noticing. */
export function readRecord(record: StoredRecord): SyncRecord {
  return {
    ...record,
    parts: record.parts && { ...record.parts },
    lastError: record.lastError && { ...record.lastError },
    lastSyncData: record.lastSyncData === null ? null : (JSON.parse(record.lastSyncData) as JsonObject),
  };
}
