// @ts-nocheck
import pg from 'pg';
import { type PostgresStoresOptions, postgresStores, type SqlStores } from 'shopwright/storage/postgres';
import { afterAll } from 'vitest';

/** A schema that one test file has for itself. */
export interface TestSchema {
  readonly name: string;
  /** For looking and meddling; never given to the stores. */
  readonly admin: pg.Pool;
  /** Makes a pool that is ended with the file. */
  pool(config?: pg.PoolConfig): pg.Pool;
  /** Makes stores in the schema, closed with the file. */
  stores(options?: Partial<PostgresStoresOptions>): SqlStores;
  /** Empties each table but that of the migrations; the counts follow their records. */
  empty(): Promise<void>;
  /** Drops it with all that is in it. */
  drop(): Promise<void>;
}

/** The schema of that name, dropped when the file is done. */
export function testSchema(url: string, name: string): TestSchema {
  const open: (() => Promise<unknown>)[] = [];
  const pool = (config: pg.PoolConfig = {}): pg.Pool => {
    // No test ends the server, so none has to wait for its disk.
    const options = `-c synchronous_commit=off ${config.options ?? ''}`;
    const made = new pg.Pool({ connectionString: url, ...config, options });
    // Connections that break while they are idle are part of these tests.
    made.on('error', () => undefined);
    open.push(() => (made.ended ? Promise.resolve() : made.end()));
    return made;
  };
  const admin = pool({ max: 2 });
  let shared: pg.Pool | undefined;
  const drop = async (): Promise<void> => void (await admin.query(`drop schema if exists "${name}" cascade`));

  afterAll(async () => {
    await drop();
    for (const close of open.reverse()) await close();
  });

  return {
    name,
    admin,
    pool,
    drop,
    stores(options = {}) {
      shared ??= options.pool ? undefined : pool();
      const made = postgresStores({
        schema: name,
        ...(shared && { pool: shared }),
        ...options,
      } as PostgresStoresOptions);
      open.push(() => made.close());
      return made;
    },
    async empty() {
      const found = await admin.query<{ name: string }>(
        "select tablename as name from pg_tables where schemaname = $1 and tablename !~ '(migrations|counts)$'",
        [name],
      );
      const tables = found.rows.map((row) => `"${name}"."${row.name}"`);
      // TRUNCATE makes a new file for each table, which takes longer than deleting a few rows.
      await admin.query(tables.map((table) => `delete from ${table};`).join(''));
    },
  };
}
