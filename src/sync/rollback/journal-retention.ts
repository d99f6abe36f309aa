import { type Issue, StorageError } from '../../errors/errors.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import { unknownNames } from '../../internal/names.ts';
import type { Stores } from '../../ports/stores.ts';
import { checkFormat, shopPrefix } from '../../storage/keys.ts';

/**
 * How long the journal keeps entries: for a number of days or runs, whichever keeps more. A run that changed something
 * deletes older entries at its end; they cannot be rolled back any more.
 *
 * @example
 * const sync = createProductSync({ client, stores, journal: { days: 30, runs: 10 } });
 */
export interface JournalRetention {
  /** Days of 24 hours, 0 or more. Default 90. */
  readonly days?: number;
  /** Number of latest runs to keep, regardless of their age, 1 to 1,000. Default 3. */
  readonly runs?: number;
}

const dayMs = 86_400_000;

const mostRuns = 1_000;

/** Validates the option. */
export function retentionIssues(retention: JournalRetention | 'forever' | undefined): readonly Issue[] {
  if (retention === undefined || retention === 'forever') return [];
  if (!isRecord(retention)) return [{ field: 'journal', message: 'must be { days, runs } or "forever".' }];
  const { days = 0, runs = 1 } = retention as JournalRetention;
  const issues: Issue[] = [...unknownNames(retention, { days: true, runs: true }, 'journal.')];
  if (!(Number.isFinite(days) && days >= 0)) issues.push({ field: 'journal.days', message: 'must be 0 or more.' });
  if (!(Number.isInteger(runs) && runs >= 1 && runs <= mostRuns))
    issues.push({ field: 'journal.runs', message: `must be a whole number from 1 to ${mostRuns}.` });
  return issues;
}

/** When a run began and ended. */
export interface EndedRun {
  readonly shop: string;
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Stores the end of a run, and deletes journal entries that are older than both the days and the runs to keep. Nothing
 * is deleted until `runs` runs have ended.
 *
 * @throws StorageError that names the run. Its changes have been made and recorded.
 */
export async function pruneJournal(
  { journal, keyValue }: Pick<Stores, 'journal' | 'keyValue'>,
  { shop, runId, startedAt, endedAt }: EndedRun,
  { days = 90, runs = 3 }: JournalRetention,
): Promise<void> {
  try {
    const starts = await rememberRun(keyValue, shop, startedAt);
    const oldest = starts.at(-runs);
    if (oldest !== undefined) await journal.prune(shop, Math.max(0, Math.min(oldest, endedAt - days * dayMs)));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const message = `Run ${runId} has ended and is recorded, but old journal entries could not be deleted: ${error.message}`;
    throw new StorageError(message, { shop, cause: error });
  }
}

/** The format in which ended runs are stored. A release that stores more, or something else, uses the next number. */
const runsFormat = 1;

/** Adds a run to the ended ones. Returns their start times, latest last. */
async function rememberRun(keyValue: Stores['keyValue'], shop: string, startedAt: number): Promise<readonly number[]> {
  // The key has the shop's prefix, so that an erasure deletes it too.
  const key = `${await shopPrefix(shop)}~runs~`;
  for (;;) {
    const before = await keyValue.get(key);
    const stored = before === undefined ? undefined : parseJson(before);
    checkFormat(stored, runsFormat, `The list of runs of ${shop}`, shop);
    const known = isRecord(stored) && Array.isArray(stored['starts']) ? stored['starts'] : [];
    // A run that consists of several calls ends several times.
    const starts = [...known.filter((one) => typeof one === 'number' && one !== startedAt), startedAt]
      .sort((a, b) => a - b)
      .slice(-mostRuns);
    if (await keyValue.compareAndSet(key, before, JSON.stringify({ format: runsFormat, starts }))) return starts;
  }
}
