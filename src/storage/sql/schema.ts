import { type ColumnType, type Expression, type Kysely, sql } from 'kysely';
import { StorageError } from '../../errors/errors.ts';
import { sharedTask } from '../../internal/abort.ts';
import type { Stores } from '../../ports/stores.ts';
import type { JournalRow } from '../journal-kit.ts';
import type { RecordRow } from '../record-kit.ts';

/**
 * A column. Values read are `unknown` until checked: others can write to the database, and drivers differ (`pg` returns
 * a bigint as text).
 */
type Column<T> = ColumnType<unknown, T, T>;

type Table<Row> = { readonly [column in keyof Row]: Column<Row[column]> };

/**
 * How many records of a shop have a status and a day of the last success (days since the epoch, -1 for never).
 * Updated by triggers. Several rows may have the same status and day: their sum counts.
 */
interface SyncCountTable {
  readonly shop: Column<string>;
  readonly status: Column<string>;
  readonly day: Column<number>;
  readonly records: Column<number>;
}

/** The id of the last entry in a shop's journal. */
interface JournalHeadTable {
  readonly shop: Column<string>;
  readonly last_id: Column<number>;
}

/** One key with its value. A key that does not expire has the greatest safe integer as its end. */
interface KeyValueTable {
  readonly name: Column<string>;
  readonly value: Column<string>;
  readonly expires_at: Column<number>;
}

/** One lock, held until it expires. `expires_at` is 0 once it is released. */
interface LockTable {
  readonly name: Column<string>;
  readonly token: Column<number>;
  readonly expires_at: Column<number>;
}

/** One migration that has been applied. */
interface MigrationTable {
  readonly version: Column<number>;
}

/** The tables by the names they have without a prefix. */
export interface SqlDatabase {
  readonly sync_records: Table<RecordRow>;
  readonly sync_counts: SyncCountTable;
  readonly sync_journal: Table<JournalRow>;
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
    // The prefix is known only at run time; the types keep the names without it.
    syncRecords: `${prefix}sync_records` as 'sync_records',
    syncCounts: `${prefix}sync_counts` as 'sync_counts',
    syncJournal: `${prefix}sync_journal` as 'sync_journal',
    syncJournalHeads: `${prefix}sync_journal_heads` as 'sync_journal_heads',
    keyValues: `${prefix}key_values` as 'key_values',
    locks: `${prefix}locks` as 'locks',
    migrations: `${prefix}migrations` as 'migrations',
  };
}

/** The differences between dialects. */
interface SqlDialectTraits {
  /** Column type of a text that is compared by code point. */
  readonly keyType: 'text' | Expression<string>;
  /** Creates the table of counts, and triggers that update it. */
  readonly createCounts: (db: Kysely<SqlDatabase>, tables: TableNames) => Promise<void>;
}

interface Migration {
  readonly version: number;
  readonly apply: (db: Kysely<SqlDatabase>, tables: TableNames, traits: SqlDialectTraits) => Promise<void>;
}

/**
 * All migrations, in order. A migration only adds (tables, indexes, columns that may be null or have a
 * default), so an older release of this package still works on a newer database, and no data is dropped.
 */
const migrations: readonly Migration[] = [{ version: 1, apply: createTables }];

async function createTables(db: Kysely<SqlDatabase>, tables: TableNames, traits: SqlDialectTraits): Promise<void> {
  await createSyncRecords(db, tables, traits);
  await traits.createCounts(db, tables);
  await createSyncJournal(db, tables, traits);
  await createKeyValues(db, tables, traits);
}

async function createSyncRecords(
  { schema }: Kysely<SqlDatabase>,
  { syncRecords }: TableNames,
  { keyType }: SqlDialectTraits,
): Promise<void> {
  await schema
    .createTable(syncRecords)
    .addColumn('shop', keyType, (column) => column.notNull())
    .addColumn('local_id', keyType, (column) => column.notNull())
    .addColumn('format', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('version', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('gid', keyType)
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('hash', 'text')
    .addColumn('parts', 'text')
    .addColumn('last_error', 'text')
    .addColumn('attempts', 'bigint', (column) => column.notNull())
    .addColumn('last_sync_data', 'text')
    .addColumn('last_synced_at', 'bigint')
    .addColumn('last_attempt_at', 'bigint')
    .addColumn('shopify_updated_at', 'text')
    .addPrimaryKeyConstraint(`${syncRecords}_key`, ['shop', 'local_id'])
    .execute();
  const byStatus = schema.createIndex(`${syncRecords}_by_status`).on(syncRecords);
  await byStatus.columns(['shop', 'status', 'local_id']).execute();
  const byGid = schema.createIndex(`${syncRecords}_by_gid`).on(syncRecords);
  await byGid.columns(['shop', 'gid', 'local_id']).execute();
  const failed = schema.createIndex(`${syncRecords}_failed`).on(syncRecords).columns(['shop', 'local_id']);
  await failed.where(sql.ref('last_error'), 'is not', null).execute();
}

async function createSyncJournal(
  { schema }: Kysely<SqlDatabase>,
  { syncJournal, syncJournalHeads }: TableNames,
  { keyType }: SqlDialectTraits,
): Promise<void> {
  await schema
    .createTable(syncJournalHeads)
    .addColumn('shop', keyType, (column) => column.primaryKey())
    .addColumn('last_id', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable(syncJournal)
    .addColumn('shop', keyType, (column) => column.notNull())
    .addColumn('id', 'bigint', (column) => column.notNull())
    .addColumn('format', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('local_id', keyType, (column) => column.notNull())
    .addColumn('gid', keyType)
    .addColumn('run_id', keyType)
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('sent', 'text')
    .addColumn('before', 'text')
    .addPrimaryKeyConstraint(`${syncJournal}_key`, ['shop', 'id'])
    .execute();
  for (const column of ['local_id', 'run_id', 'at'] as const) {
    const index = schema.createIndex(`${syncJournal}_by_${column}`).on(syncJournal);
    await index.columns(['shop', column, 'id']).execute();
  }
}

async function createKeyValues(
  { schema }: Kysely<SqlDatabase>,
  { keyValues, locks }: TableNames,
  { keyType }: SqlDialectTraits,
): Promise<void> {
  await schema
    .createTable(keyValues)
    .addColumn('name', keyType, (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex(`${keyValues}_by_end`).on(keyValues).column('expires_at').execute();
  await schema
    .createTable(locks)
    .addColumn('name', keyType, (column) => column.primaryKey())
    .addColumn('token', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex(`${locks}_by_token`).on(locks).column('token').execute();
}

/** The version of a database on which all migrations have run. */
export const newestVersion = Math.max(...migrations.map(({ version }) => version));

/** Returns the version of the database, 0 if no migration has run. Its version table must exist. */
export async function readVersion(db: Kysely<SqlDatabase>, tables: TableNames): Promise<number> {
  const query = db.selectFrom(tables.migrations).select(({ fn }) => fn.max('version').as('version'));
  const { version } = await query.executeTakeFirstOrThrow();
  return Number(version ?? 0);
}

/**
 * Applies pending migrations. Run it inside a transaction that no other process can run at the same time.
 */
export async function applyMigrations(
  db: Kysely<SqlDatabase>,
  tables: TableNames,
  traits: SqlDialectTraits,
): Promise<void> {
  const versions = db.schema.createTable(tables.migrations).ifNotExists();
  await versions.addColumn('version', 'integer', (column) => column.primaryKey()).execute();
  const applied = await readVersion(db, tables);
  for (const { version, apply } of migrations) {
    if (version <= applied) continue;
    await apply(db, tables, traits);
    await db.insertInto(tables.migrations).values({ version }).execute();
  }
}

/** When tables are created and updated: before the first query (`automatic`), or by calling `migrate()` (`manual`). */
export type MigrateOption = 'automatic' | 'manual';

/** Stores in an SQL database. */
export interface SqlStores extends Stores {
  /**
   * Creates missing tables and columns. Safe to call at any time, repeatedly, and from any number of processes at once;
   * never drops data, and takes no lock if there is nothing to do.
   *
   * @throws StorageError if it failed; the database is unchanged.
   */
  migrate(): Promise<void>;
}

/** How a dialect migrates, and how it checks whether that is needed. */
interface MigrationSteps {
  readonly isCurrent: () => Promise<boolean>;
  readonly migrate: () => Promise<void>;
}

/** Returns the step that must precede the first query: a migration or, with `manual`, a check. */
export function createPreparation(option: MigrateOption, { isCurrent, migrate }: MigrationSteps): () => Promise<void> {
  if (option === 'automatic') return sharedTask(migrate);
  return sharedTask(async () => {
    if (await isCurrent()) return;
    throw new StorageError(
      `The tables are missing or too old: this release needs version ${newestVersion}. Call migrate() on the stores in your deploy step, or set \`migrate: 'automatic'\`.`,
    );
  });
}
