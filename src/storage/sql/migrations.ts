import type { Expression, Kysely } from 'kysely';
import type { SqlDatabase, TableNames } from './tables.ts';

/** What the dialects call differently. */
export interface SqlDialectTraits {
  /** Column type of a text that is compared by code point. */
  readonly keyType: 'text' | Expression<string>;
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

/**
 * All migrations, in order. A migration only adds (tables, indexes, columns that may be null or have a
 * default), so an older release of this package goes on working on a newer database, and no data is dropped.
 */
const migrations: readonly Migration[] = [{ version: 1, apply: createSyncRecords }];

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
