// @ts-nocheck
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Expression, Kysely } from 'kysely';
import type { Clock } from '../../internal/clock.ts';
import type { SqlDatabase, TableNames } from './schema.ts';

/** A migrated database, behind whatever its dialect needs around each piece of work. */
export interface SqlSession {
  readonly tables: TableNames;
  /** What the time is, for ids that grow with it. */
  readonly clock: Pick<Clock, 'now'>;
  /**
   * The time in whole milliseconds since the epoch, on the one clock that all processes on this database share.
   * Where a statement can wait for a row, it must be the time at which the expression is evaluated, and not the
   * one at which the statement or the transaction began (`clock_timestamp()` in Postgres).
   */
  nowMs(): Expression<number>;
  /** Whether `select … for update` locks rows. Without it, whoever writes has the database for itself. */
  readonly hasRowLocks: boolean;
  /**
   * Runs one piece of work: opens, migrates, retries while the database is busy (so the work must be safe to
   * run again when it failed) and turns the driver's errors into `StorageError`.
   */
  run<T>(work: (db: Kysely<SqlDatabase>) => Promise<T>): Promise<T>;
}

/** Most characters of one statement's values: far below what a driver or a server takes in one message. */
const longestChunk = 8_000_000;

const lengthOf = (row: object): number =>
  Object.values(row).reduce((sum: number, value: unknown) => {
    if (typeof value === 'object' && value !== null) return sum + lengthOf(value);
    return sum + (typeof value === 'string' ? value.length : 8);
  }, 0);

/**
 * Does the work for the rows, some at a time: at most so many rows and, unless a single row is longer, 8 million
 * characters. Between two chunks the event loop gets a turn, since SQLite answers without ever leaving its own.
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

/** Rows deleted at once: others get their turn in between, and no lock is held for long. */
export const rowsPerDelete = 500;

/**
 * Deletes some rows after the others until there are none, and says how many there were.
 *
 * @param eraseSome Deletes at most `rowsPerDelete`; `undefined` where it finds none.
 */
export async function eraseInTurns(
  run: SqlSession['run'],
  eraseSome: (db: Kysely<SqlDatabase>) => Promise<bigint | undefined>,
): Promise<number> {
  // Outside of the work, which starts again after a wait for the database: what is deleted stays counted.
  let erased = 0;
  await run(async (db) => {
    for (let count = await eraseSome(db); count !== undefined; count = await eraseSome(db)) {
      erased += Number(count);
      await nextTurn();
    }
  });
  return erased;
}
