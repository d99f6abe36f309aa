import type { Expression, Kysely } from 'kysely';
import type { Clock } from '../../internal/clock.ts';
import type { SqlDatabase, TableNames } from './tables.ts';

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
  /**
   * Runs one piece of work: opens, migrates, retries while the database is busy (so the work must be safe to
   * run again when it failed) and turns the driver's errors into `StorageError`.
   */
  run<T>(work: (db: Kysely<SqlDatabase>) => Promise<T>): Promise<T>;
}
