import type { ErrorPattern, SyncRecord } from '../ports/sync-record-store.ts';
import { compareCodePoints } from './code-points.ts';
import { errorPattern } from './error-pattern.ts';

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
