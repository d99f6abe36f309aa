import type { ColumnType } from 'kysely';

/**
 * A column. What is read is `unknown` until it is checked: others can write to the database, and drivers
 * differ (`pg` gives a bigint as text).
 */
type Column<T> = ColumnType<unknown, T, T>;

/** One sync record as a row. Times are milliseconds since the epoch, `parts` and the last error are JSON. */
export interface SyncRecordTable {
  readonly shop: Column<string>;
  readonly local_id: Column<string>;
  readonly gid: Column<string | null>;
  readonly status: Column<string>;
  readonly hash: Column<string | null>;
  readonly parts: Column<string | null>;
  readonly last_error: Column<string | null>;
  readonly attempts: Column<number>;
  readonly last_synced_at: Column<number | null>;
  readonly last_attempt_at: Column<number | null>;
  readonly shopify_updated_at: Column<string | null>;
}

/** One migration that has been applied. */
export interface MigrationTable {
  readonly version: Column<number>;
}

/** The tables by the names they have without a prefix. */
export interface SqlDatabase {
  readonly sync_records: SyncRecordTable;
  readonly migrations: MigrationTable;
}

/** The tables' names in the database. */
export interface TableNames {
  readonly syncRecords: 'sync_records';
  readonly migrations: 'migrations';
}

/** Puts the prefix before each name. */
export function tableNames(prefix: string): TableNames {
  return {
    // The prefix is known at run time only; to the compiler a table keeps its own name.
    syncRecords: `${prefix}sync_records` as 'sync_records',
    migrations: `${prefix}migrations` as 'migrations',
  };
}
