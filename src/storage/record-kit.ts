import { StorageError } from '../errors/errors.ts';
import { isRecord, type JsonObject } from '../internal/json.ts';
import type { AgeCount, ErrorPattern, SyncCounts, SyncRecord, SyncStatus } from '../ports/sync-record-store.ts';
import {
  compareCodePoints,
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
  'deleted-in-shopify',
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
    throw new StorageError(`The sync record of ${shownId(record.localId)} cannot be stored: ${problems.join('; ')}.`);
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

const dayMs = 86_400_000;

/** Days from 1970-01-01 to that of the moment, by UTC. */
export function dayOf(time: number | null): number | null {
  return time === null ? null : Math.floor(time / dayMs);
}

/** Age counts in the order that the port asks for, without those of zero. */
export function orderedAges(ages: readonly AgeCount[]): readonly AgeCount[] {
  const rank = ({ status }: AgeCount): number => syncStatuses.indexOf(status);
  return ages
    .filter(({ count }) => count > 0)
    .sort((left, right) => rank(left) - rank(right) || (left.day ?? -1) - (right.day ?? -1));
}

/** The counts by status that age counts add up to. */
export function countsOf(ages: readonly AgeCount[]): SyncCounts {
  const counts = { pending: 0, syncing: 0, synced: 0, failed: 0, 'deleted-in-shopify': 0 };
  for (const { status, count } of ages) counts[status] += count;
  return counts;
}

/** Keeps the counts of records that come and go. */
export class RecordCounter {
  readonly #days = new Map<SyncStatus, Map<number | null, number>>(syncStatuses.map((status) => [status, new Map()]));

  /** Counts a record that came (1) or went (-1). */
  count({ status, lastSyncedAt }: Pick<SyncRecord, 'status' | 'lastSyncedAt'>, change: 1 | -1): void {
    const days = this.#days.get(status);
    const day = dayOf(lastSyncedAt);
    const count = (days?.get(day) ?? 0) + change;
    if (count === 0) days?.delete(day);
    else days?.set(day, count);
  }

  ages(): readonly AgeCount[] {
    const ages = [...this.#days].flatMap(([status, days]) => [...days].map(([day, count]) => ({ status, day, count })));
    return orderedAges(ages);
  }
}

/** A record that has a last error. */
export type FailedRecord = Pick<SyncRecord, 'localId' | 'lastAttemptAt'> & {
  readonly lastError: NonNullable<SyncRecord['lastError']>;
};

/** Counts errors by pattern. */
export interface PatternTally {
  add(record: FailedRecord): void;
  /** The most frequent first; equal ones by code, then by pattern. */
  top(limit: number): readonly ErrorPattern[];
}

function isBetterExample(record: FailedRecord, than: ErrorPattern): boolean {
  const [at, thanAt] = [record.lastAttemptAt ?? -1, than.lastAttemptAt ?? -1];
  return at > thanAt || (at === thanAt && compareCodePoints(record.localId, than.localId) < 0);
}

const byCount = (left: ErrorPattern, right: ErrorPattern): number =>
  right.count - left.count ||
  compareCodePoints(left.code, right.code) ||
  compareCodePoints(left.pattern, right.pattern);

/** Makes an empty tally. */
export function createPatternTally(): PatternTally {
  const found = new Map<string, ErrorPattern>();
  return {
    add(record) {
      const { code, message } = record.lastError;
      const pattern = errorPattern(message);
      const key = JSON.stringify([code, pattern]);
      const known = found.get(key);
      const { localId, lastAttemptAt } = known && !isBetterExample(record, known) ? known : record;
      found.set(key, { code, pattern, count: (known?.count ?? 0) + 1, localId, lastAttemptAt });
    },
    top: (limit) => [...found.values()].sort(byCount).slice(0, limit),
  };
}

/** Longest part of a message that is looked at, in UTF-16 units. */
const longestMessage = 1_000;

/** Longest pattern: enough to tell errors apart, short enough for a line of a table. */
const longestPattern = 200;

/** A single quote inside a word is an apostrophe, and quotes nothing. */
const singleQuoted = /(?<![\p{L}\p{N}])'(?:[^']|(?<=\p{L})'(?=\p{L}))*'(?![\p{L}\p{N}])/gu;

const placeholders: readonly (readonly [what: RegExp, placeholder: string])[] = [
  [/"[^"]*"|“[^”]*”|‘[^’]*’|«[^»]*»|`[^`]*`/g, '{text}'],
  [singleQuoted, '{text}'],
  [/gid:\/\/[^\s,;)]+/g, '{id}'],
  [/https?:\/\/[^\s,;)]+/g, '{url}'],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b(?=[a-f]*\d)[0-9a-f]{16,}\b/gi, '{id}'],
  [/\d+(?:[.,:]\d+)*/g, '{number}'],
  [/\s+/g, ' '],
];

/**
 * The message of an error without what differs from product to product, so that errors which say the same can
 * be counted together: quoted texts become `{text}`, gids, UUIDs and long hexadecimal ids `{id}`, addresses
 * `{url}`, numbers `{number}`. At most 200 characters.
 *
 * @example
 * errorPattern("Title 'Tee' is longer than 255 characters"); // Title {text} is longer than {number} characters
 */
export function errorPattern(message: string): string {
  let pattern = message.slice(0, longestMessage);
  for (const [what, placeholder] of placeholders) pattern = pattern.replace(what, placeholder);
  return pattern.trim().slice(0, longestPattern).toWellFormed();
}
