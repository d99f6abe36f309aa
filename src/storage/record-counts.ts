import type { AgeCount, ErrorPattern, SyncCounts, SyncRecord, SyncStatus } from '../ports/sync-record-store.ts';
import { compareCodePoints } from './adapter-kit.ts';
import { type FailedRecord, syncStatuses } from './record-kit.ts';

const dayMs = 86_400_000;

/** Returns the days from 1970-01-01 to a time's UTC date; `null` for no time. */
export function epochDay(time: number | null): number | null {
  return time === null ? null : Math.floor(time / dayMs);
}

/** Returns age counts in the order required by the interface, without zeros. */
export function orderedAges(ages: readonly AgeCount[]): readonly AgeCount[] {
  const rank = ({ status }: AgeCount): number => syncStatuses.indexOf(status);
  return ages
    .filter(({ count }) => count > 0)
    .sort((left, right) => rank(left) - rank(right) || (left.day ?? -1) - (right.day ?? -1));
}

/** Sums age counts by status. */
export function countsOf(ages: readonly AgeCount[]): SyncCounts {
  const counts = { pending: 0, syncing: 0, synced: 0, failed: 0, 'deleted-in-shopify': 0 };
  for (const { status, count } of ages) counts[status] += count;
  return counts;
}

/** Counts records as they are added and removed, for a store whose database cannot. */
export class RecordCounter {
  readonly #days = new Map<SyncStatus, Map<number | null, number>>(syncStatuses.map((status) => [status, new Map()]));

  /** Counts a record that was added (1) or removed (-1). */
  count({ status, lastSyncedAt }: Pick<SyncRecord, 'status' | 'lastSyncedAt'>, change: 1 | -1): void {
    const days = this.#days.get(status);
    const day = epochDay(lastSyncedAt);
    const count = (days?.get(day) ?? 0) + change;
    if (count === 0) days?.delete(day);
    else days?.set(day, count);
  }

  ages(): readonly AgeCount[] {
    const ages = [...this.#days].flatMap(([status, days]) => [...days].map(([day, count]) => ({ status, day, count })));
    return orderedAges(ages);
  }
}

/**
 * Counts the errors of a shop's records by pattern, for a store whose database cannot.
 *
 * @example
 * const counter = new ErrorPatternCounter();
 * counter.add({ localId: 'p1', lastAttemptAt: null, lastError: { code: 'USER_ERROR', message: "Title 'Tee' is taken" } });
 * counter.top(20); // one pattern: Title {text} is taken
 */
export class ErrorPatternCounter {
  readonly #patterns = new Map<string, ErrorPattern>();

  add(record: FailedRecord): void {
    const { code, message } = record.lastError;
    const pattern = errorPattern(message);
    const key = JSON.stringify([code, pattern]);
    const known = this.#patterns.get(key);
    const { localId, lastAttemptAt } = known && !isBetterExample(record, known) ? known : record;
    this.#patterns.set(key, { code, pattern, count: (known?.count ?? 0) + 1, localId, lastAttemptAt });
  }

  /** Returns the most frequent patterns first; equally frequent ones by code, then by pattern. */
  top(limit: number): readonly ErrorPattern[] {
    return [...this.#patterns.values()].sort(byFrequency).slice(0, limit);
  }
}

function isBetterExample(record: FailedRecord, than: ErrorPattern): boolean {
  const [at, thanAt] = [record.lastAttemptAt ?? -1, than.lastAttemptAt ?? -1];
  return at > thanAt || (at === thanAt && compareCodePoints(record.localId, than.localId) < 0);
}

function byFrequency(left: ErrorPattern, right: ErrorPattern): number {
  return (
    right.count - left.count ||
    compareCodePoints(left.code, right.code) ||
    compareCodePoints(left.pattern, right.pattern)
  );
}

/** Longest part of a message that is examined, in UTF-16 units. */
const longestMessage = 1_000;

/** Longest pattern: enough to distinguish errors, short enough for a line of a table. */
const longestPattern = 200;

/** A single quote inside a word is an apostrophe, not a quotation mark. */
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
 * Returns an error message without the parts that differ from product to product, so that equal errors can be counted
 * together: quoted texts become `{text}`, gids, UUIDs and long hexadecimal ids `{id}`, URLs `{url}`, numbers
 * `{number}`. At most 200 characters.
 *
 * @example
 * errorPattern("Title 'Tee' is longer than 255 characters"); // Title {text} is longer than {number} characters
 */
export function errorPattern(message: string): string {
  let pattern = message.slice(0, longestMessage);
  for (const [what, placeholder] of placeholders) pattern = pattern.replace(what, placeholder);
  return pattern.trim().slice(0, longestPattern).toWellFormed();
}
