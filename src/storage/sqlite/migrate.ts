import { type Kysely, sql } from 'kysely';
import { applyMigrations, newestVersion, readVersion } from '../sql/schema.ts';
import type { SqlDatabase, TableNames } from '../sql/tables.ts';
import { countRecords } from './count-triggers.ts';

/** Whether all migrations of this release have run. Reads only. */
export async function isCurrent(db: Kysely<SqlDatabase>, tables: TableNames): Promise<boolean> {
  const found = await sql`select 1 from sqlite_master where type = 'table' and name = ${tables.migrations}`.execute(db);
  return found.rows.length > 0 && (await readVersion(db, tables)) >= newestVersion;
}

/**
 * Brings the database to the newest version, all or nothing. Any number of processes may do so at once: an
 * immediate transaction lets one in, and the others find the work done. Takes no lock where nothing is to do.
 */
export async function migrateSqlite(db: Kysely<SqlDatabase>, tables: TableNames): Promise<void> {
  await db.connection().execute(async (connection) => {
    if (await isCurrent(connection, tables)) return;
    await sql`begin immediate`.execute(connection);
    try {
      await applyMigrations(connection, tables, { keyType: 'text', countRecords });
      await sql`commit`.execute(connection);
    } catch (error) {
      await sql`rollback`.execute(connection);
      throw error;
    }
  });
}
