import { type BigIntStats, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { Kysely, type RawBuilder, type SqliteDatabase, SqliteDialect, type SqliteStatement, sql } from 'kysely';
import { ConfigError, type Issue, isShopwrightError, StorageError } from '../errors/errors.ts';
import { sleep } from '../internal/abort.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { unknownNames } from '../internal/names.ts';
import { createGate } from './adapter-kit.ts';
import { createKeyValueStore, createLocks } from './key-value-store.ts';
import { type SkippedRecordListener, SkippedRecords } from './skipped-records.ts';
import { createSqlKeys } from './sql/keys.ts';
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
} from './sql/schema.ts';
import type { SqlSession } from './sql/session.ts';
import { createSqlSyncJournal } from './sql/sync-journal.ts';
import { createSqlSyncRecords } from './sql/sync-records.ts';

/** Options of `sqliteStores`. */
export interface SqliteStoresOptions {
  /**
   * File name, created with its folder on first use; `:memory:` for a database that ends with the stores. A URI such as
   * `file:/data/sync.sqlite?mode=ro` is passed to SQLite unchanged, and its folder must exist.
   */
  readonly path: string;
  /**
   * Prefix of each table's name, so that the tables can live in your own database. Lower-case letters, digits and
   * underscores, at most 30. Default `shopwright_`.
   */
  readonly tablePrefix?: string;
  /**
   * Milliseconds to wait while another process holds the lock, without blocking the event loop. Default 5,000, at most
   * 600,000.
   */
  readonly busyTimeoutMs?: number;
  /**
   * `automatic` creates or updates the tables before the first query. With `manual` you call `migrate()` yourself, for
   * example in a deploy step; until then each call fails. Default `automatic`.
   */
  readonly migrate?: MigrateOption;
  /**
   * Called once for each record that is damaged or from a newer release: `list`, `counts` and similar calls skip it,
   * `get` fails. Default: a process warning (`process.emitWarning`).
   */
  readonly onSkippedRecord?: SkippedRecordListener;
  /**
   * Clock for waits, times-to-live and leases; all processes sharing the file need the same. Default: the system clock.
   */
  readonly clock?: Clock;
}

/**
 * Creates stores in a SQLite file, using Node's own `node:sqlite`: nothing to install, and several processes on one
 * machine may share the file. Returns at once; the file is opened and migrated before the first query.
 *
 * Acknowledged writes survive the death of the process (WAL with `synchronous = NORMAL`); a power failure can lose the
 * last ones, which the next sync writes again. SQLite runs on the calling thread: one record takes about 0.1 ms, a
 * `putMany` of 10,000 about 0.2 s, yielding after every 200.
 *
 * @throws ConfigError for invalid options. The stores throw `StorageError`, with `isRetryable` if the database was only
 * locked.
 *
 * @example
 * const stores = sqliteStores({ path: '.data/sync.sqlite' });
 * await stores.records.counts('acme.myshopify.com');
 * await stores.close();
 */
export function sqliteStores(options: SqliteStoresOptions): SqlStores {
  const { path, tablePrefix, busyTimeoutMs, migrate, clock } = checkedOptions(options);
  const tables = tableNames(tablePrefix);
  const file = new OpenFile(path);
  const db = new Kysely<SqlDatabase>({ dialect: new SqliteDialect({ database: () => openDatabase(path, file) }) });
  const prepared = createPreparation(migrate, {
    isCurrent: () => isCurrent(db, tables),
    migrate: () => migrateSqlite(db, tables),
  });
  const gate = createGate();

  /** Neither starts nor acknowledges work on a file that was deleted or replaced. */
  const inFile = async <T>(work: () => Promise<T>): Promise<T> => {
    file.mustBeThere();
    const result = await work();
    file.mustBeThere();
    return result;
  };
  const typed = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toStorageError(error, path);
    }
  };
  const patient = <T>(work: () => Promise<T>): Promise<T> =>
    gate.run(() => typed(() => whileBusy(work, busyTimeoutMs, clock)));
  const run: SqlSession['run'] = (work) =>
    patient(async () => {
      await prepared();
      return inFile(() => work(db));
    });

  // All processes that share a file run on one machine, and so have one clock.
  const nowMs: SqlSession['nowMs'] = () => sql<number>`${Math.floor(clock.now())}`;
  const session = { tables, run, clock, nowMs, hasRowLocks: false };
  const keys = createSqlKeys(session, clock);
  const locks = createLocks(keys.locks, clock);

  const skipped = new SkippedRecords(options.onSkippedRecord);
  return {
    records: createSqlSyncRecords(session, skipped),
    journal: createSqlSyncJournal(session, skipped),
    keyValue: createKeyValueStore(keys, locks),
    migrate: () => patient(() => inFile(() => migrateSqlite(db, tables))),
    close() {
      locks.close();
      return gate.close(() => typed(() => db.destroy()));
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

/** Whether the path is a plain file name, not a URI or a database in memory. */
function isFileName(path: string): boolean {
  return path !== ':memory:' && !path.startsWith('file:');
}

const optionNames: Record<keyof SqliteStoresOptions, true> = {
  path: true,
  tablePrefix: true,
  busyTimeoutMs: true,
  migrate: true,
  onSkippedRecord: true,
  clock: true,
};

/**
 * The options with their defaults, the file's name made absolute.
 *
 * @throws ConfigError naming each invalid option.
 */
function checkedOptions(options: SqliteStoresOptions): Required<Omit<SqliteStoresOptions, 'onSkippedRecord'>> {
  const {
    path,
    tablePrefix = 'shopwright_',
    busyTimeoutMs = 5_000,
    migrate = 'automatic',
    clock = systemClock,
  } = options;
  const issues: Issue[] = [...unknownNames(options, optionNames)];
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    issues.push({ field: 'path', message: 'must be a file name, or `:memory:`' });
  }
  if (!/^(?!sqlite_)[a-z_][a-z0-9_]{0,29}$|^$/.test(tablePrefix)) {
    issues.push({
      field: 'tablePrefix',
      message:
        'use at most 30 lower-case letters, digits and underscores, not beginning with a digit or with `sqlite_`',
    });
  }
  if (!(Number.isInteger(busyTimeoutMs) && busyTimeoutMs >= 0 && busyTimeoutMs <= 600_000)) {
    issues.push({ field: 'busyTimeoutMs', message: 'use a whole number of milliseconds from 0 to 600,000' });
  }
  if (!['automatic', 'manual'].includes(migrate)) {
    issues.push({ field: 'migrate', message: 'use `automatic` or `manual`' });
  }
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  return { path: isFileName(path) ? resolve(path) : path, tablePrefix, busyTimeoutMs, migrate, clock };
}

/**
 * Opens the file, creating it and its folder if missing.
 *
 * WAL lets readers and one writer work side by side. With it, `synchronous = NORMAL` loses nothing if the process dies,
 * even by SIGKILL: acknowledged writes have been passed to the operating system. A power failure can lose the last
 * commits, but damages nothing. If the file system does not allow WAL, `FULL` is used.
 */
async function openDatabase(path: string, file: OpenFile): Promise<SqliteDatabase> {
  // Imported here only: on Node 22 the module prints an ExperimentalWarning, which no other entry may cause.
  const { DatabaseSync } = await import('node:sqlite');
  if (isFileName(path)) await mkdir(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    const mode = database.prepare('pragma journal_mode = wal').get()?.journal_mode;
    database.exec(`pragma synchronous = ${mode === 'wal' ? 'normal' : 'full'}`);
    // For a link, the name of the link is kept: it may point elsewhere later.
    file.opened(isFileName(path) ? path : database.location());
    return adaptDatabase(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Distinguishes the open file from one that takes its place later. If an open file is deleted or replaced, its database
 * stays open without a name: SQLite continues with it as if nothing had happened, and everything is lost when it is
 * closed. The check takes a few microseconds.
 */
class OpenFile {
  readonly #path: string;
  #open: { readonly name: string; readonly file: BigIntStats | undefined } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Records the name of the opened file; `null` for a database in memory. */
  opened(name: string | null): void {
    this.#open = name === null ? undefined : { name, file: statsOf(name) };
  }

  /** @throws StorageError if the file is not the one that was opened. */
  mustBeThere(): void {
    if (!this.#open) return;
    const { name, file } = this.#open;
    const there = statsOf(name);
    if (there && there.ino === file?.ino && there.dev === file.dev) return;
    throw new StorageError(
      `The SQLite store ${JSON.stringify(this.#path)} was deleted or replaced while it was open, so writes to it would be lost. Close these stores and create new ones; replace the file only while no process has it open.`,
    );
  }
}

function statsOf(name: string): BigIntStats | undefined {
  return statSync(name, { bigint: true, throwIfNoEntry: false });
}

const isInput = (value: unknown): value is SQLInputValue =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'number' ||
  typeof value === 'bigint' ||
  ArrayBuffer.isView(value);

const inputs = (parameters: readonly unknown[]): SQLInputValue[] =>
  parameters.map((value) => {
    if (isInput(value)) return value;
    throw new TypeError(`SQLite takes no ${typeof value} as a parameter`);
  });

/** Prepared statements kept per database: more than the stores use, except those with lists of varying length. */
const keptStatements = 200;

/** The database of `node:sqlite` in the form that Kysely's `SqliteDialect` drives. Statements are prepared once. */
export function adaptDatabase(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  const prepare = (sql: string): SqliteStatement => {
    const statement = database.prepare(sql);
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => statement.all(...inputs(parameters)),
      run(parameters) {
        // After some errors, such as a full disk, SQLite has already rolled back. A second rollback would fail and //
        // hide the original error.
        if (sql === 'rollback' && !database.isTransaction) return { changes: 0, lastInsertRowid: 0 };
        return statement.run(...inputs(parameters));
      },
      // A statement cannot be restarted while it is being read, so each reader gets its own.
      iterate: (parameters) => database.prepare(sql).iterate(...inputs(parameters)),
    };
  };
  return {
    close: () => database.close(),
    prepare(sql) {
      const kept = statements.get(sql);
      const statement = kept ?? prepare(sql);
      // Moves it to the end, so that the least recently used statement is dropped first.
      if (kept) statements.delete(sql);
      statements.set(sql, statement);
      if (statements.size > keptStatements) statements.delete(statements.keys().next().value ?? '');
      return statement;
    },
  };
}

/** SQLite's own delays between attempts; the last one repeats. */
const delaysMs = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100] as const;

const longestDelayMs = 100;

/**
 * Runs the work, and repeats it while the database is locked, for at most `limitMs`. Replaces SQLite's `busy_timeout`,
 * which would block the event loop: two stores on one file in one process would wait for each other until the time is
 * up.
 *
 * @throws The last error once the time is up, any other error at once.
 */
export async function whileBusy<T>(work: () => Promise<T>, limitMs: number, clock: Clock): Promise<T> {
  const deadline = clock.monotonic() + limitMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const delayMs = delaysMs[attempt] ?? longestDelayMs;
      if (!isBusy(error) || clock.monotonic() + delayMs > deadline) throw error;
      await sleep(clock, delayMs);
    }
  }
}

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) that have a specific fix. */
const code = {
  error: 1,
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  notADatabase: 26,
};

const busyCodes: readonly number[] = [code.busy, code.locked, code.protocol];

const diskFull =
  'could not be written: the disk or the quota is full. Free some space; earlier acknowledged writes are safe';

const problems: Readonly<Record<number, string>> = {
  [code.readOnly]:
    'cannot be written. Allow this process to write to the file and its folder, and check that nothing replaced the file',
  [code.ioError]:
    'could not be read or written: the disk reports an error. Check the disk, and keep the file off network folders',
  [code.corrupt]:
    'is damaged. Move it away and restore a backup, or start with a new file: the next sync finds the products in Shopify again',
  [code.full]: diskFull,
  [code.cannotOpen]:
    'could not be opened. Check that the path names a file, and that this process may read and write it and its folder',
  [code.notADatabase]: 'is not a SQLite database. Use another path; the file was left unchanged',
};

const fileProblems: Readonly<Record<string, string>> = {
  ERR_UNKNOWN_BUILTIN_MODULE: 'needs `node:sqlite`, which this runtime does not have. Use Node 22.16 or newer',
  ENOSPC: diskFull,
  EROFS: 'is on a read-only disk. Use a path that this process may write to',
  EACCES: 'is in a folder that this process may not create or enter. Use another path, or grant the right',
  EPERM: 'is in a folder that this process may not create or enter. Use another path, or grant the right',
  ENOTDIR: 'is below a file, not a folder. Use another path',
  EEXIST: 'is below a file, not a folder. Use another path',
};

/** A property of an unknown error, if it has one. */
const property = (error: unknown, name: 'code' | 'errcode'): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

/** The primary part of SQLite's result code. */
const sqliteCode = (error: unknown): number | undefined => {
  const extended = property(error, 'errcode');
  return typeof extended === 'number' ? extended & 0xff : undefined;
};

/** Whether another connection holds the lock: nothing was done, and the same work can succeed later. */
export function isBusy(error: unknown): boolean {
  const primary = sqliteCode(error);
  return primary !== undefined && busyCodes.includes(primary);
}

/** Converts any error of the store at that path to a `StorageError`, with the original as its cause. */
export function toStorageError(error: unknown, path: string): StorageError {
  if (isShopwrightError(error, 'STORAGE_FAILED')) return error;
  const store = `The SQLite store ${JSON.stringify(path)}`;
  if (isBusy(error)) {
    const message = `${store} is locked by another connection. Try again, raise busyTimeoutMs, or end what holds the lock.`;
    return new StorageError(message, { isRetryable: true, cause: error });
  }
  const primary = sqliteCode(error);
  const known = primary === undefined ? fileProblems[String(property(error, 'code'))] : problems[primary];
  const reason = error instanceof Error ? error.message : String(error);
  const hint = primary === code.error ? '. If its tables belong to another program, set another tablePrefix' : '';
  return new StorageError(`${store} ${known ?? `failed: ${reason}${hint}`}.`, { cause: error });
}

/** Whether all migrations of this release have run. Reads only. */
async function isCurrent(db: Kysely<SqlDatabase>, tables: TableNames): Promise<boolean> {
  const found = await sql`select 1 from sqlite_master where type = 'table' and name = ${tables.migrations}`.execute(db);
  return found.rows.length > 0 && (await readVersion(db, tables)) >= newestVersion;
}

/**
 * Migrates the database to the newest version, all or nothing. Any number of processes may do so at once: an immediate
 * transaction admits one, and the others find the work done. Takes no lock if there is nothing to do.
 */
export async function migrateSqlite(db: Kysely<SqlDatabase>, tables: TableNames): Promise<void> {
  await db.connection().execute(async (connection) => {
    if (await isCurrent(connection, tables)) return;
    await sql`begin immediate`.execute(connection);
    try {
      await applyMigrations(connection, tables, { keyType: 'text', createCounts });
      await sql`commit`.execute(connection);
    } catch (error) {
      await sql`rollback`.execute(connection);
      throw error;
    }
  });
}

/**
 * Creates the table of record counts and triggers that update them with each change of a record, so that they are
 * correct for all writers, even an older release of this package.
 */
export async function createCounts(db: Kysely<SqlDatabase>, tables: TableNames): Promise<void> {
  const [records, counts] = [sql.table(tables.syncRecords), sql.table(tables.syncCounts)];
  const trigger = (event: string): RawBuilder<unknown> => sql.id(`${tables.syncRecords}_${event}`);
  const add = sql`insert into ${counts} (shop, status, day, records) values (new.shop, new.status, ${epochDay('new')}, 1)
    on conflict (shop, status, day) do update set records = records + 1;`;
  const isOld = sql`shop = old.shop and status = old.status and day = ${epochDay('old')}`;
  const remove = sql`update ${counts} set records = records - 1 where ${isOld};
    delete from ${counts} where ${isOld} and records = 0;`;

  await sql`create table ${counts} (
    shop text not null, status text not null, day integer not null, records integer not null,
    primary key (shop, status, day)
  ) without rowid`.execute(db);
  await sql`create trigger ${trigger('come')} after insert on ${records} begin ${add} end`.execute(db);
  await sql`create trigger ${trigger('go')} after delete on ${records} begin ${remove} end`.execute(db);
  await sql`create trigger ${trigger('change')} after update of shop, status, last_synced_at on ${records}
    when (old.shop, old.status, ${epochDay('old')}) is not (new.shop, new.status, ${epochDay('new')})
    begin ${remove} ${add} end`.execute(db);
}

/** Day of the last success of a trigger's row, in days since the epoch; -1 for never. */
function epochDay(row: 'new' | 'old'): RawBuilder<unknown> {
  return sql`coalesce(cast(${sql.ref(`${row}.last_synced_at`)} / 86400000 as integer), -1)`;
}
