import { type Expression, type Kysely, sql } from 'kysely';
import type { SqlDatabase, TableNames } from './tables.ts';

/** What the dialects call differently. */
interface SqlDialectTraits {
  /** Column type of a text that is compared by code point. */
  readonly keyType: 'text' | Expression<string>;
  /** Makes the table of counts, counts the records that are there, and has the database keep the counts. */
  readonly countRecords: (db: Kysely<SqlDatabase>, tables: TableNames) => Promise<void>;
}

interface Migration {
  readonly version: number;
  readonly apply: (db: Kysely<SqlDatabase>, tables: TableNames, traits: SqlDialectTraits) => Promise<void>;
}

const createSyncRecords: Migration['apply'] = async ({ schema }, { syncRecords }, { keyType }) => {
  await schema
    .createTable(syncRecords)
    .addColumn('shop', keyType, (column) => column.notNull())
    .addColumn('local_id', keyType, (column) => column.notNull())
    .addColumn('gid', keyType)
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('hash', 'text')
    .addColumn('parts', 'text')
    .addColumn('last_error', 'text')
    .addColumn('attempts', 'bigint', (column) => column.notNull())
    .addColumn('last_synced_at', 'bigint')
    .addColumn('last_attempt_at', 'bigint')
    .addColumn('shopify_updated_at', 'text')
    .addPrimaryKeyConstraint(`${syncRecords}_key`, ['shop', 'local_id'])
    .execute();
  const byStatus = schema.createIndex(`${syncRecords}_by_status`).on(syncRecords);
  await byStatus.columns(['shop', 'status', 'local_id']).execute();
  const byGid = schema.createIndex(`${syncRecords}_by_gid`).on(syncRecords);
  await byGid.columns(['shop', 'gid', 'local_id']).execute();
};

const addSyncData: Migration['apply'] = async ({ schema }, { syncRecords }) => {
  await schema.alterTable(syncRecords).addColumn('last_sync_data', 'text').execute();
  const failed = schema.createIndex(`${syncRecords}_failed`).on(syncRecords).columns(['shop', 'local_id']);
  await failed.where(sql.ref('last_error'), 'is not', null).execute();
};

const createSyncJournal: Migration['apply'] = async ({ schema }, { syncJournal, syncJournalHeads }, { keyType }) => {
  await schema
    .createTable(syncJournalHeads)
    .addColumn('shop', keyType, (column) => column.primaryKey())
    .addColumn('last_id', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable(syncJournal)
    .addColumn('shop', keyType, (column) => column.notNull())
    .addColumn('id', 'bigint', (column) => column.notNull())
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
};

const createKeyValues: Migration['apply'] = async ({ schema }, { keyValues, locks }, { keyType }) => {
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
};

/**
 * All migrations, in order. A migration only adds (tables, indexes, columns that may be null or have a
 * default), so an older release of this package goes on working on a newer database, and no data is dropped.
 */
const migrations: readonly Migration[] = [
  { version: 1, apply: createSyncRecords },
  { version: 2, apply: addSyncData },
  { version: 3, apply: createSyncJournal },
  { version: 4, apply: createKeyValues },
  { version: 5, apply: (db, tables, { countRecords }) => countRecords(db, tables) },
];

/** The version of a database on which all migrations have run. */
export const newestVersion = Math.max(...migrations.map(({ version }) => version));

/** The version of the database, 0 where no migration has run. Its version table must exist. */
export async function readVersion(db: Kysely<SqlDatabase>, tables: TableNames): Promise<number> {
  const query = db.selectFrom(tables.migrations).select(({ fn }) => fn.max('version').as('version'));
  const { version } = await query.executeTakeFirstOrThrow();
  return Number(version ?? 0);
}

/**
 * Applies what has not been applied yet. Run it inside a transaction that no other process can run at the
 * same time.
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
