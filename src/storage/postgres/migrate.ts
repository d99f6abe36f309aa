import { type Kysely, sql } from 'kysely';
import { StorageError } from '../../errors/errors.ts';
import { applyMigrations, newestVersion, readVersion } from '../sql/schema.ts';
import type { SqlDatabase, TableNames } from '../sql/tables.ts';
import { countRecords } from './count-triggers.ts';

/** Where the tables are. */
interface PostgresPlace {
  readonly schema: string;
  readonly tables: TableNames;
}

/** Whether all migrations of this release have run. Reads only, without a lock. */
export async function isCurrent(db: Kysely<SqlDatabase>, { schema, tables }: PostgresPlace): Promise<boolean> {
  const name = `"${schema}"."${tables.migrations}"`;
  const found = await sql<{ there: unknown }>`select to_regclass(${name}) is not null as there`.execute(db);
  return found.rows[0]?.there === true && (await readVersion(db, tables)) >= newestVersion;
}

async function requireUtf8(db: Kysely<SqlDatabase>): Promise<void> {
  const found = await sql<{ encoding: unknown }>`select current_setting('server_encoding') as encoding`.execute(db);
  const encoding = found.rows[0]?.encoding;
  if (encoding === 'UTF8') return;
  throw new StorageError(
    `The Postgres database has the encoding ${encoding}, which cannot hold every text. Use one made with encoding 'UTF8'.`,
    false,
  );
}

async function makeSchema(db: Kysely<SqlDatabase>, schema: string): Promise<void> {
  const found = await sql`select 1 from pg_catalog.pg_namespace where nspname = ${schema}`.execute(db);
  // `if not exists` alone asks for the right to create schemas also where there is nothing to create.
  if (found.rows.length === 0) await sql`create schema ${sql.id(schema)}`.execute(db);
}

/**
 * Brings the database to the newest version, all or nothing. Any number of processes may do so at once: a
 * transaction lock by the schema's name lets one in, and the others find the work done.
 */
export async function migratePostgres(db: Kysely<SqlDatabase>, place: PostgresPlace): Promise<void> {
  if (await isCurrent(db, place)) return;
  await db.transaction().execute(async (transaction) => {
    // A migration of large tables takes longer than what the host allows its queries.
    await sql`set local statement_timeout = 0`.execute(transaction);
    await sql`set local lock_timeout = 0`.execute(transaction);
    await sql`select pg_advisory_xact_lock(hashtextextended(${`shopwright ${place.schema}`}, 0))`.execute(transaction);
    await requireUtf8(transaction);
    await makeSchema(transaction, place.schema);
    await applyMigrations(transaction, place.tables, {
      keyType: sql<string>`text collate "C"`,
      countRecords: (db, tables) => countRecords(db, place.schema, tables),
    });
  });
}
