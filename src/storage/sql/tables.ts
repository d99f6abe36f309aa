import type { ColumnType } from 'kysely';

/**
 * A column. What is read is `unknown` until it is checked: others can write to the database, and drivers
 * differ (`pg` gives a bigint as text).
 */
type Column<T> = ColumnType<unknown, T, T>;

/** One sync record as a row. Times are milliseconds since the epoch; parts, last error and sync data are JSON. */
export interface SyncRecordTable {
  readonly shop: Column<string>;
  readonly local_id: Column<string>;
  readonly gid: Column<string | null>;
  readonly status: Column<string>;
  readonly hash: Column<string | null>;
  readonly parts: Column<string | null>;
  readonly last_error: Column<string | null>;
  readonly attempts: Column<number>;
  readonly last_sync_data: Column<string | null>;
  readonly last_synced_at: Column<number | null>;
  readonly last_attempt_at: Column<number | null>;
  readonly shopify_updated_at: Column<string | null>;
}

/**
 * How many records of a shop have a status and a day of the last success (days since the epoch, -1 for never).
 * Kept by triggers. Several rows may be about the same; their sum is what counts.
 */
export interface SyncCountTable {
  readonly shop: Column<string>;
  readonly status: Column<string>;
  readonly day: Column<number>;
  readonly records: Column<number>;
}

/** One entry of the journal. `sent` and `before` are JSON. */
export interface JournalTable {
  readonly shop: Column<string>;
  readonly id: Column<number>;
  readonly local_id: Column<string>;
  readonly gid: Column<string | null>;
  readonly run_id: Column<string | null>;
  readonly action: Column<string>;
  readonly at: Column<number>;
  readonly sent: Column<string | null>;
  readonly before: Column<string | null>;
}

/** The id of the last entry that a shop's journal was given. */
export interface JournalHeadTable {
  readonly shop: Column<string>;
  readonly last_id: Column<number>;
}

/** One key with its value. A key that does not expire has the greatest safe integer as its end. */
export interface KeyValueTable {
  readonly name: Column<string>;
  readonly value: Column<string>;
  readonly expires_at: Column<number>;
}

/** One lock, held until it expires. `expires_at` is 0 once it is given back. */
export interface LockTable {
  readonly name: Column<string>;
  readonly token: Column<number>;
  readonly expires_at: Column<number>;
}

/** One migration that has been applied. */
export interface MigrationTable {
  readonly version: Column<number>;
}

/** The tables by the names they have without a prefix. */
export interface SqlDatabase {
  readonly sync_records: SyncRecordTable;
  readonly sync_counts: SyncCountTable;
  readonly sync_journal: JournalTable;
  readonly sync_journal_heads: JournalHeadTable;
  readonly key_values: KeyValueTable;
  readonly locks: LockTable;
  readonly migrations: MigrationTable;
}

/** The tables' names in the database. */
export interface TableNames {
  readonly syncRecords: 'sync_records';
  readonly syncCounts: 'sync_counts';
  readonly syncJournal: 'sync_journal';
  readonly syncJournalHeads: 'sync_journal_heads';
  readonly keyValues: 'key_values';
  readonly locks: 'locks';
  readonly migrations: 'migrations';
}

/** Puts the prefix before each name. */
export function tableNames(prefix: string): TableNames {
  return {
    // The prefix is known at run time only; to the compiler a table keeps its own name.
    syncRecords: `${prefix}sync_records` as 'sync_records',
    syncCounts: `${prefix}sync_counts` as 'sync_counts',
    syncJournal: `${prefix}sync_journal` as 'sync_journal',
    syncJournalHeads: `${prefix}sync_journal_heads` as 'sync_journal_heads',
    keyValues: `${prefix}key_values` as 'key_values',
    locks: `${prefix}locks` as 'locks',
    migrations: `${prefix}migrations` as 'migrations',
  };
}
