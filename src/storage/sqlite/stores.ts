import { Kysely, SqliteDialect, sql } from 'kysely';
import { createGate } from '../gate.ts';
import { createLocks } from '../key-value-store.ts';
import { createKeyValueStore } from '../keys/key-value-store.ts';
import { createSqlKeys } from '../sql/keys.ts';
import { createPreparation, type SqlStores } from '../sql/preparation.ts';
import type { SqlSession } from '../sql/session.ts';
import { createSqlSyncJournal } from '../sql/sync-journal.ts';
import { createSqlSyncRecords } from '../sql/sync-records.ts';
import { type SqlDatabase, tableNames } from '../sql/tables.ts';
import { toStorageError } from '../sqlite.ts';
import { whileBusy } from './busy.ts';
import { isCurrent, migrateSqlite } from './migrate.ts';
import { openDatabase } from './open.ts';
import { createOpenFile } from './open-file.ts';
import { checkedOptions, type SqliteStoresOptions } from './options.ts';

/**
 * Stores in a SQLite file, through Node's own `node:sqlite`: nothing to install, and several processes on one
 * machine may share the file. Returns at once; the file is opened and migrated before the first query.
 *
 * A record that was answered for survives the death of the process (WAL with `synchronous = NORMAL`); a power
 * cut can lose the last ones, which the next sync writes again. SQLite works on the calling thread: one
 * record takes about 0.1 ms, a `putMany` about 0.2 s for 10,000, with turns for others after each 200.
 *
 * @throws ConfigError for options that do not fit. The stores throw `StorageError`, with `isRetryable` where
 * the database was only locked.
 *
 * @example
 * const stores = sqliteStores({ path: '.data/sync.sqlite' });
 * await stores.records.counts('acme.myshopify.com');
 * await stores.close();
 */
export function sqliteStores(options: SqliteStoresOptions): SqlStores {
  const { path, tablePrefix, busyTimeoutMs, migrate, clock } = checkedOptions(options);
  const tables = tableNames(tablePrefix);
  const file = createOpenFile(path);
  const db = new Kysely<SqlDatabase>({ dialect: new SqliteDialect({ database: () => openDatabase(path, file) }) });
  const prepared = createPreparation(migrate, {
    isCurrent: () => isCurrent(db, tables),
    migrate: () => migrateSqlite(db, tables),
  });
  const gate = createGate();

  /** What goes to a file which is not there any more is not begun, and not answered for. */
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

  // All who share a file are on one machine, and so on one clock.
  const nowMs: SqlSession['nowMs'] = () => sql<number>`${Math.floor(clock.now())}`;
  const session = { tables, run, clock, nowMs };
  const keys = createSqlKeys(session, clock);
  const locks = createLocks(keys.locks, clock);

  return {
    records: createSqlSyncRecords(session),
    journal: createSqlSyncJournal(session),
    keyValue: createKeyValueStore(keys, locks),
    migrate: () => patient(() => inFile(() => migrateSqlite(db, tables))),
    close() {
      locks.close();
      return gate.close(() => typed(() => db.destroy()));
    },
  };
}
