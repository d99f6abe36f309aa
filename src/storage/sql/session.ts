import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Expression, Kysely } from 'kysely';
import type { Clock } from '../../internal/clock.ts';
import type { SqlDatabase, TableNames } from './schema.ts';

/** A migrated database, wrapped in what its dialect needs around each piece of work. */
export interface SqlSession {
  readonly tables: TableNames;
  /** The time, for ids that grow with it. */
  readonly clock: Pick<Clock, 'now'>;
  /**
   * The time in whole milliseconds since the epoch, on the clock that all processes on this database share. If a
   * statement can wait for a row, it must be the time at which the expression is evaluated, not the start of the
   * statement or transaction (`clock_timestamp()` in Postgres).
   */
  nowMs(): Expression<number>;
  /** Whether `select … for update` locks rows. Without it, a writer has exclusive access to the database. */
  readonly hasRowLocks: boolean;
  /**
   * Runs one piece of work: opens, migrates, retries while the database is busy (so the work must be safe to repeat
   * after a failure), and turns the driver's errors into `StorageError`.
   */
  run<T>(work: (db: Kysely<SqlDatabase>) => Promise<T>): Promise<T>;
}

/** Maximum characters of one statement's values, far below the message limit of drivers and servers. */
const longestChunk = 8_000_000;

const lengthOf = (row: object): number =>
  Object.values(row).reduce((sum: number, value: unknown) => {
    if (typeof value === 'object' && value !== null) return sum + lengthOf(value);
    return sum + (typeof value === 'string' ? value.length : 8);
  }, 0);

/**
 * Processes rows in chunks of at most `maxRows` rows and, unless a single row is longer, 8 million characters. Yields
 * to the event loop between chunks, since SQLite responds synchronously.
 */
export async function inChunks<T extends object>(
  rows: readonly T[],
  maxRows: number,
  work: (chunk: readonly T[]) => Promise<unknown>,
): Promise<void> {
  let chunk: T[] = [];
  let length = 0;
  for (const row of rows) {
    const added = lengthOf(row);
    if (chunk.length === maxRows || (chunk.length > 0 && length + added > longestChunk)) {
      await work(chunk);
      await nextTurn();
      chunk = [];
      length = 0;
    }
    chunk.push(row);
    length += added;
  }
  if (chunk.length > 0) await work(chunk);
}

/** Rows deleted at once: few enough that no lock is held for long and others can run in between. */
export const rowsPerDelete = 500;

/**
 * Deletes rows in batches until there are none, and returns their number.
 *
 * @param eraseSome Deletes at most `rowsPerDelete`; `undefined` if it finds none.
 */
export async function eraseInTurns(
  run: SqlSession['run'],
  eraseSome: (db: Kysely<SqlDatabase>) => Promise<bigint | undefined>,
): Promise<number> {
  // Outside of the work, which restarts after a wait for the database: deleted rows stay counted.
  let erased = 0;
  await run(async (db) => {
    for (let count = await eraseSome(db); count !== undefined; count = await eraseSome(db)) {
      erased += Number(count);
      await nextTurn();
    }
  });
  return erased;
}
