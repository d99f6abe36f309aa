import { Kysely, sql } from 'kysely';
import { createGate } from '../gate.ts';
import { createLocks } from '../key-value-store.ts';
import { createKeyValueStore } from '../keys/key-value-store.ts';
import { createSqlKeys } from '../sql/keys.ts';
import { createPreparation, type SqlStores } from '../sql/preparation.ts';
import type { SqlSession } from '../sql/session.ts';
import { createSqlSyncJournal } from '../sql/sync-journal.ts';
import { createSqlSyncRecords } from '../sql/sync-records.ts';
import { type SqlDatabase, tableNames } from '../sql/tables.ts';
import { whileConflicting } from './conflicts.ts';
import { createPostgresDialect } from './dialect.ts';
import { createPostgresErrors } from './errors.ts';
import { isCurrent, migratePostgres } from './migrate.ts';
import { checkedOptions, type PostgresStoresOptions } from './options.ts';

/** Milliseconds for one step of a migration: an index over millions of rows is among them. */
const migrationTimeoutMs = 600_000;

/** The server's time when it comes to the row, which is later than the statement's where that had to wait. */
const nowMs: SqlSession['nowMs'] = () => sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/**
 * Stores in Postgres 12 or newer, for as many processes as you like. Returns at once; the tables are made
 * before the first query, in a schema of yours or in `public`.
 *
 * What was answered for is committed. Where a connection breaks before a write was answered, the error says
 * so by `mayHaveExecuted`, and nothing is sent again; deadlocks and serialization failures, which the server
 * undoes as a whole, are tried again inside.
 *
 * @throws ConfigError for options that do not fit. The stores throw `StorageError`, with `isRetryable` where
 * the same call can succeed later.
 *
 * @example
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 * pool.on('error', (error) => logger.error(error));
 * const stores = postgresStores({ pool, schema: 'shopify' });
 * await stores.records.counts('acme.myshopify.com');
 * await stores.close(); // the pool stays open
 */
export function postgresStores(options: PostgresStoresOptions): SqlStores {
  const { pool, schema, tablePrefix, migrate, connectTimeoutMs, queryTimeoutMs, clock } = checkedOptions(options);
  const tables = tableNames(tablePrefix);
  const gate = createGate();
  const open = (limitMs: number): Kysely<SqlDatabase> => {
    const errors = createPostgresErrors(schema);
    const dialect = createPostgresDialect({ pool, connectTimeoutMs, queryTimeoutMs: limitMs, clock, errors });
    return new Kysely<SqlDatabase>({ dialect }).withSchema(schema);
  };
  const db = open(queryTimeoutMs);
  const migrating = open(migrationTimeoutMs);

  const migrateNow = (): Promise<void> => whileConflicting(() => migratePostgres(migrating, { schema, tables }), clock);
  const prepared = createPreparation(migrate, {
    isCurrent: () => isCurrent(db, { schema, tables }),
    migrate: migrateNow,
  });
  const run: SqlSession['run'] = (work) =>
    gate.run(async () => {
      await prepared();
      return whileConflicting(() => work(db), clock);
    });

  const session = { tables, run, clock, nowMs };
  const keys = createSqlKeys(session, clock);
  const locks = createLocks(keys.locks, clock);

  return {
    records: createSqlSyncRecords(session),
    journal: createSqlSyncJournal(session),
    keyValue: createKeyValueStore(keys, locks),
    migrate: () => gate.run(migrateNow),
    close() {
      locks.close();
      return gate.close();
    },
  };
}
