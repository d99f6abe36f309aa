import { Kysely, type RawBuilder, sql } from 'kysely';
import { ConfigError, type Issue, StorageError } from '../../errors/errors.ts';
import { sleep } from '../../internal/abort.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import { unknownNames } from '../../internal/names.ts';
import { createGate } from '../adapter-kit.ts';
import { createKeyValueStore, createLocks } from '../key-value-store.ts';
import { type SkippedRecordListener, SkippedRecords } from '../skipped-records.ts';
import { createSqlKeys } from '../sql/keys.ts';
import {
  applyMigrations,
  createPreparation,
  type MigrateOption,
  newestVersion,
  readVersion,
  type SqlDatabase,
  type SqlStores,
  type TableNames,
  tableNames,
} from '../sql/schema.ts';
import type { SqlSession } from '../sql/session.ts';
import { createSqlSyncJournal } from '../sql/sync-journal.ts';
import { createSqlSyncRecords } from '../sql/sync-records.ts';
import { createPostgresDialect, type PostgresPool } from './connection.ts';
import { createPostgresErrors, wasConflict } from './errors.ts';

/** Options of `postgresStores`. Only `pool` is required. */
export interface PostgresStoresOptions {
  /**
   * A `Pool` of `pg`, which the stores never end. Add an `error` listener, as `pg` requires: otherwise an idle
   * connection that breaks ends your process.
   */
  readonly pool: PostgresPool;
  /**
   * Schema of the tables, created if missing. Lower-case letters, digits and underscores, at most 63, not beginning
   * with a digit or `pg_`. Default `public`.
   */
  readonly schema?: string;
  /**
   * Prefix of each table's name, so that the tables can live among your own. Lower-case letters, digits and
   * underscores, at most 30. Default `shopwright_`.
   */
  readonly tablePrefix?: string;
  /**
   * `automatic` creates or updates the tables before the first query. With `manual` you call `migrate()` yourself, for
   * example in a deploy step whose role may do so; until then each call fails. Default `automatic`.
   */
  readonly migrate?: MigrateOption;
  /** Milliseconds to wait for a connection of the pool. Default 10,000, at most 600,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds to wait for the response to a statement. Default 30,000, at most 600,000. */
  readonly queryTimeoutMs?: number;
  /**
   * Called once for each record that is damaged or from a newer release: `list`, `counts` and similar calls skip it,
   * `get` fails. Default: a process warning (`process.emitWarning`).
   */
  readonly onSkippedRecord?: SkippedRecordListener;
  /** Clock for waits. Default: the system clock. */
  readonly clock?: Clock;
}

const name = (longest: number): RegExp => new RegExp(`^[a-z_][a-z0-9_]{0,${longest - 1}}$`);

const problem = (field: keyof PostgresStoresOptions, fits: boolean, message: string): Issue[] =>
  fits ? [] : [{ field, message }];

const isWait = (ms: number): boolean => Number.isInteger(ms) && ms >= 1 && ms <= 600_000;

const optionNames: Record<keyof PostgresStoresOptions, true> = {
  pool: true,
  schema: true,
  tablePrefix: true,
  migrate: true,
  connectTimeoutMs: true,
  queryTimeoutMs: true,
  onSkippedRecord: true,
  clock: true,
};

/**
 * The options with their defaults.
 *
 * @throws ConfigError naming each invalid option.
 */

function checkedOptions(options: PostgresStoresOptions): Required<Omit<PostgresStoresOptions, 'onSkippedRecord'>> {
  const { pool, schema = 'public', tablePrefix = 'shopwright_', migrate = 'automatic', clock = systemClock } = options;
  const { connectTimeoutMs = 10_000, queryTimeoutMs = 30_000 } = options;
  const characters = 'lower-case letters, digits and underscores, not beginning with a digit';
  const isSchema = typeof schema === 'string' && name(63).test(schema);
  const problems = [
    ...unknownNames(options, optionNames),
    ...problem('pool', !isClient(pool), 'is one connection (`Client`): pass a pool, `new Pool(…)` of `pg`'),
    ...problem('pool', typeof pool?.connect === 'function', 'must be a pool: `new Pool({ connectionString })` of `pg`'),
    ...problem(
      'schema',
      isSchema && !/^pg_|^information_schema$/.test(schema),
      `use at most 63 ${characters}, and not a system schema such as \`pg_…\``,
    ),
    ...problem(
      'tablePrefix',
      tablePrefix === '' || (typeof tablePrefix === 'string' && name(30).test(tablePrefix)),
      `use at most 30 ${characters}`,
    ),
    ...problem('migrate', ['automatic', 'manual'].includes(migrate), 'use `automatic` or `manual`'),
    ...problem('connectTimeoutMs', isWait(connectTimeoutMs), 'use a whole number of milliseconds from 1 to 600,000'),
    ...problem('queryTimeoutMs', isWait(queryTimeoutMs), 'use a whole number of milliseconds from 1 to 600,000'),
  ];
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  return { pool, schema, tablePrefix, migrate, connectTimeoutMs, queryTimeoutMs, clock };
}

/** A client of `pg` also has `connect`, but returns no connections. Only clients can escape texts. */
function isClient(pool: unknown): boolean {
  return typeof Object(pool).escapeLiteral === 'function';
}

/** Milliseconds for one step of a migration, which may build an index over millions of rows. */
const migrationTimeoutMs = 600_000;

/** The server's time when it evaluates the row, which is later than the statement's if that had to wait. */
const nowMs: SqlSession['nowMs'] = () => sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/**
 * Creates stores in Postgres 12 or newer, for any number of processes. Returns at once; the tables are created before
 * the first query, in your own schema or in `public`.
 *
 * Acknowledged writes are committed. If a connection breaks before a write was acknowledged, the error has
 * `mayHaveExecuted`, and nothing is sent again; deadlocks and serialization failures, which the server rolls back
 * completely, are retried internally.
 *
 * @throws ConfigError for invalid options. The stores throw `StorageError`, with `isRetryable` if the same call can
 * succeed later.
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

  const session = { tables, run, clock, nowMs, hasRowLocks: true };
  const keys = createSqlKeys(session, clock);
  const locks = createLocks(keys.locks, clock);

  const skipped = new SkippedRecords(options.onSkippedRecord);
  return {
    records: createSqlSyncRecords(session, skipped),
    journal: createSqlSyncJournal(session, skipped),
    keyValue: createKeyValueStore(keys, locks),
    migrate: () => gate.run(migrateNow),
    close() {
      locks.close();
      return gate.close();
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

/** Schema and names of the tables. */
interface PostgresPlace {
  readonly schema: string;
  readonly tables: TableNames;
}

/** Whether all migrations of this release have run. Reads only, without a lock. */
async function isCurrent(db: Kysely<SqlDatabase>, { schema, tables }: PostgresPlace): Promise<boolean> {
  const name = `"${schema}"."${tables.migrations}"`;
  const found = await sql<{ there: unknown }>`select to_regclass(${name}) is not null as there`.execute(db);
  return found.rows[0]?.there === true && (await readVersion(db, tables)) >= newestVersion;
}

async function requireUtf8(db: Kysely<SqlDatabase>): Promise<void> {
  const found = await sql<{ encoding: unknown }>`select current_setting('server_encoding') as encoding`.execute(db);
  const encoding = found.rows[0]?.encoding;
  if (encoding === 'UTF8') return;
  throw new StorageError(
    `The Postgres database has the encoding ${encoding}, which cannot store every text. Use one created with encoding 'UTF8'.`,
  );
}

async function makeSchema(db: Kysely<SqlDatabase>, schema: string): Promise<void> {
  const found = await sql`select 1 from pg_catalog.pg_namespace where nspname = ${schema}`.execute(db);
  // `if not exists` alone needs the right to create schemas even if the schema exists.
  if (found.rows.length === 0) await sql`create schema ${sql.id(schema)}`.execute(db);
}

/**
 * Migrates the database to the newest version, all or nothing. Any number of processes may do so at once: a transaction
 * lock by the schema's name lets one in, and the others find the work done.
 */
async function migratePostgres(db: Kysely<SqlDatabase>, place: PostgresPlace): Promise<void> {
  if (await isCurrent(db, place)) return;
  await db.transaction().execute(async (transaction) => {
    // A migration of large tables can take longer than the host's limit for queries.
    await sql`set local statement_timeout = 0`.execute(transaction);
    await sql`set local lock_timeout = 0`.execute(transaction);
    await sql`select pg_advisory_xact_lock(hashtextextended(${`shopwright ${place.schema}`}, 0))`.execute(transaction);
    await requireUtf8(transaction);
    await makeSchema(transaction, place.schema);
    await applyMigrations(transaction, place.tables, {
      keyType: sql<string>`text collate "C"`,
      createCounts: (db, tables) => createCounts(db, place.schema, tables),
    });
  });
}

/** Day of the last success, in days since the epoch; -1 for never. */
const day = sql`coalesce(last_synced_at / 86400000, -1)`;

/** On average, one of this many changing statements sums up the counts of its shop. */
const compactionShare = 1 / 32;

/**
 * The function that the triggers call, once for each statement.
 *
 * A change only adds rows to the counts, so writers never wait for each other. Now and then, a writer replaces rows of
 * the same status and day by their sum. Only one does so at a time for a shop; a writer that does not get the lock
 * skips it. A deletion always tries, so that nothing remains of an erased shop.
 */
function countingFunction(schema: string, tables: TableNames): RawBuilder<unknown> {
  const counts = sql.id(schema, tables.syncCounts);
  const lockName = sql.lit(`shopwright ${schema}.${tables.syncCounts} `);
  return sql`create function ${sql.id(schema, `${tables.syncRecords}_count`)}() returns trigger language plpgsql as $$
declare
  of_shop text;
begin
  if tg_op = 'TRUNCATE' then
    delete from ${counts};
    return null;
  elsif tg_op = 'INSERT' then
    insert into ${counts} (shop, status, day, records)
      select shop, status, ${day}, count(*) from new_records group by 1, 2, 3;
    select shop into of_shop from new_records limit 1;
  elsif tg_op = 'DELETE' then
    insert into ${counts} (shop, status, day, records)
      select shop, status, ${day}, -count(*) from old_records group by 1, 2, 3;
    select shop into of_shop from old_records limit 1;
  else
    insert into ${counts} (shop, status, day, records)
      select shop, status, day, sum(change) from (
        select shop, status, ${day} as day, 1 as change from new_records
        union all select shop, status, ${day}, -1 from old_records
      ) changes group by 1, 2, 3 having sum(change) <> 0;
    select shop into of_shop from new_records limit 1;
  end if;
  if of_shop is not null and (tg_op = 'DELETE' or random() < ${sql.lit(compactionShare)})
    and pg_try_advisory_xact_lock(hashtextextended(${lockName} || of_shop, 0))
  then
    with several as (
      select status, day from ${counts} where shop = of_shop group by 1, 2 having count(*) > 1
    ), taken as (
      delete from ${counts} kept using several
      where kept.shop = of_shop and kept.status = several.status and kept.day = several.day
      returning kept.status, kept.day, kept.records
    )
    insert into ${counts} (shop, status, day, records)
      select of_shop, status, day, sum(records) from taken group by 2, 3 having sum(records) <> 0;
  end if;
  return null;
end
$$`;
}

/**
 * Creates the table of record counts and triggers that update it with each change of a record, so that the counts are
 * correct for all writers, even an older release of this package.
 */
async function createCounts(db: Kysely<SqlDatabase>, schema: string, tables: TableNames): Promise<void> {
  const [records, counts] = [sql.id(schema, tables.syncRecords), sql.id(schema, tables.syncCounts)];
  const count = sql.id(schema, `${tables.syncRecords}_count`);
  const after = (name: string, event: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`create trigger ${sql.id(`${tables.syncRecords}_${name}`)} after ${event}
      for each statement execute function ${count}()`;

  await sql`create table ${counts} (
    shop text collate "C" not null, status text not null, day bigint not null, records bigint not null
  )`.execute(db);
  await sql`create index ${sql.id(`${tables.syncCounts}_by_shop`)} on ${counts} (shop, status, day)`.execute(db);
  await countingFunction(schema, tables).execute(db);
  await after('come', sql`insert on ${records} referencing new table as new_records`).execute(db);
  await after('go', sql`delete on ${records} referencing old table as old_records`).execute(db);
  const both = sql`referencing old table as old_records new table as new_records`;
  await after('change', sql`update on ${records} ${both}`).execute(db);
  await after('clear', sql`truncate on ${records}`).execute(db);
}

/** Milliseconds before each retry. Half of it is random, so that two writers do not collide repeatedly. */
const delaysMs = [5, 10, 20, 40, 80, 160, 320] as const;

/**
 * Runs the work, and repeats it if the server rolled it back because of a deadlock or serialization failure. The work
 * must be one transaction or one statement.
 *
 * @throws The last error after eight tries, any other error at once.
 */
async function whileConflicting<T>(work: () => Promise<T>, clock: Clock): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const delayMs = delaysMs[attempt];
      if (delayMs === undefined || !wasConflict(error)) throw error;
      await sleep(clock, delayMs * (0.5 + Math.random() / 2));
    }
  }
}
