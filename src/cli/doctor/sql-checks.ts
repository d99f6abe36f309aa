import { existsSync } from 'node:fs';
import { StorageError } from '../../errors/errors.ts';
import type { PostgresPool } from '../../storage/postgres/connection.ts';
import { postgresStores } from '../../storage/postgres/stores.ts';
import { newestVersion, type SqlStores, tableNames } from '../../storage/sql/schema.ts';
import { sqliteStores } from '../../storage/sqlite.ts';
import { breakerOutcome, type SharedBreaker } from './breaker-check.ts';
import { type Check, type FindingId, type Outcomes, skipAll } from './findings.ts';
import { hostPackage } from './host-package.ts';
import { describeError } from './run-checks.ts';

/** The tables, and the breaker to check in them. */
interface SqlSettings {
  readonly tablePrefix: string;
  /** `undefined` without a shop. */
  readonly breaker: SharedBreaker | undefined;
}

/** Ids that need an SQL store. */
export const sqlIds = ['store-unreachable', 'store-migration-pending'] as const satisfies readonly FindingId[];

/** A database to inspect without writing to it. */
interface LookedAt {
  /** Such as `SQLite file shop.db`. */
  readonly name: string;
  /** The version of the tables; 0 if they do not exist. @throws Error if the database cannot be read. */
  version(): Promise<number>;
  /** Stores on the database, which create no tables. */
  stores(): SqlStores;
  close(): Promise<void>;
}

/** Checks the tables of a SQLite file, without creating or changing it. */
export function sqliteCheck(path: string, settings: SqlSettings): Check {
  const { tablePrefix } = settings;
  const name = `the SQLite file ${path}`;
  const version = async (): Promise<number> => {
    // SQLite would create it.
    if (!existsSync(path)) throw new StorageError('the file does not exist');
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const { migrations } = tableNames(tablePrefix);
      const there = database
        .prepare('select 1 from sqlite_master where type = ? and name = ?')
        .get('table', migrations);
      if (!there) return 0;
      return Number(database.prepare(`select max(version) as version from "${migrations}"`).get()?.['version'] ?? 0);
    } finally {
      database.close();
    }
  };
  const stores = (): SqlStores => sqliteStores({ path, tablePrefix, migrate: 'manual' });
  return sqlCheck(settings, async () => ({ name, version, stores, close: async () => undefined }));
}

/** The part of `pg` that is needed here. */
interface Pool extends PostgresPool {
  on(event: 'error', listener: (error: Error) => void): unknown;
  query(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
  end(): Promise<void>;
}

/** Checks the tables of a Postgres schema, without creating or changing them. */
export function postgresCheck(url: string, schema: string, settings: SqlSettings): Check {
  const { tablePrefix } = settings;
  return sqlCheck(settings, async () => {
    const pg = hostPackage('pg') as { readonly Pool: new (options: object) => Pool } | undefined;
    if (!pg) return undefined;
    const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 3_000, query_timeout: 3_000 });
    // The failing query reports the error too; without a listener, it would end the process.
    pool.on('error', () => undefined);
    return {
      name: `the schema ${schema} of Postgres at ${new URL(url).host}`,
      async version() {
        const table = `"${schema}"."${tableNames(tablePrefix).migrations}"`;
        const { rows } = await pool.query('select to_regclass($1) is not null as there', [table]);
        if (rows[0]?.['there'] !== true) return 0;
        const found = await pool.query(`select max(version) as version from ${table}`);
        return Number(found.rows[0]?.['version'] ?? 0);
      },
      stores: () => postgresStores({ pool, schema, tablePrefix, migrate: 'manual' }),
      close: () => pool.end(),
    };
  });
}

function sqlCheck(settings: SqlSettings, open: () => Promise<LookedAt | undefined>): Check {
  const ids: readonly FindingId[] = [...sqlIds, ...(settings.breaker ? (['breaker-stuck'] as const) : [])];
  return {
    ids,
    async run(): Promise<Outcomes> {
      const database = await open();
      if (!database) return skipAll(ids, 'the package pg is not installed here');
      try {
        return await inspect(database, settings, ids);
      } finally {
        await database.close();
      }
    },
  };
}

async function inspect(database: LookedAt, { breaker }: SqlSettings, ids: readonly FindingId[]): Promise<Outcomes> {
  let version: number;
  try {
    version = await database.version();
  } catch (error) {
    const found = `The store cannot be read: ${database.name}: ${describeError(error)}.`;
    return { ...skipAll(ids, 'the store cannot be read: see store-unreachable'), 'store-unreachable': { found } };
  }
  if (version < newestVersion) {
    const what = version === 0 ? 'has no tables yet' : `has tables of version ${version}`;
    const found = `A migration is pending: ${database.name} ${what}, and this release needs version ${newestVersion}.`;
    const without = breaker ? skipAll(['breaker-stuck'], 'the store has no tables: see store-migration-pending') : {};
    return { ...without, 'store-migration-pending': { found } };
  }
  if (!breaker) return {};
  const stores = database.stores();
  try {
    return await breakerOutcome(stores.keyValue, breaker);
  } finally {
    await stores.close();
  }
}
