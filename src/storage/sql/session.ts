import type { Kysely } from 'kysely';
import type { Clock } from '../../internal/clock.ts';
import type { SqlDatabase, TableNames } from './tables.ts';

/** A migrated database, behind whatever its dialect needs around each piece of work. */
export interface SqlSession {
  readonly tables: TableNames;
  /** What the time is, for ids that grow with it. */
  readonly clock: Pick<Clock, 'now'>;
  /**
   * Runs one piece of work: opens, migrates, retries while the database is busy (so the work must be safe to
   * run again when it failed) and turns the driver's errors into `StorageError`.
   */
  run<T>(work: (db: Kysely<SqlDatabase>) => Promise<T>): Promise<T>;
}
