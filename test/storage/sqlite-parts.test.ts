import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/errors/errors.ts';
import { wholeNumber } from '../../src/storage/row-reader.ts';
import { applyMigrations, newestVersion, type SqlDatabase, tableNames } from '../../src/storage/sql/schema.ts';
import {
  adaptDatabase,
  createCounts,
  isBusy,
  migrateSqlite,
  toStorageError,
  whileBusy,
} from '../../src/storage/sqlite.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

const sqliteError = (errcode: number): Error =>
  Object.assign(new Error('as SQLite says'), { code: 'ERR_SQLITE_ERROR', errcode });
const fileError = (code: string): Error => Object.assign(new Error('as the system says'), { code });

const versions = Array.from({ length: newestVersion }, (_, index) => ({ version: index + 1 }));

async function migrated() {
  const database = new DatabaseSync(':memory:');
  const db = new Kysely<SqlDatabase>({ dialect: new SqliteDialect({ database: adaptDatabase(database) }) });
  const tables = tableNames('t_');
  await migrateSqlite(db, tables);
  return { database, db, tables };
}

describe('applyMigrations', () => {
  it('applies nothing that has been applied, as for a process that waited for another one', async () => {
    const { database, db, tables } = await migrated();
    await applyMigrations(db, tables, { keyType: 'text', createCounts });
    expect(database.prepare('select version from t_migrations').all()).toEqual(versions);
    await db.destroy();
  });
});

describe('the adapter', () => {
  it('streams rows', async () => {
    const { db, tables } = await migrated();
    const streamed: unknown[] = [];
    for await (const row of db.selectFrom(tables.migrations).selectAll().stream()) streamed.push(row);
    expect(streamed).toEqual(versions);
    await db.destroy();
  });

  it('prepares a statement once, whatever becomes of the tables, and keeps the last ones only', () => {
    const database = new DatabaseSync(':memory:');
    database.exec('create table t (a integer) strict; insert into t values (1), (2)');
    const adapted = adaptDatabase(database);
    const statement = adapted.prepare('select * from t');
    expect(adapted.prepare('select * from t')).toBe(statement);
    database.exec('alter table t add column b text');
    expect(statement.all([])).toEqual([
      { a: 1, b: null },
      { a: 2, b: null },
    ]);
    for (let index = 0; index < 300; index += 1) expect(adapted.prepare(`select ${index}`).all([])).toHaveLength(1);
    expect(adapted.prepare('select * from t')).not.toBe(statement);
    expect(() => adapted.prepare('select * from missing')).toThrow('no such table');
  });

  it('reads one statement twice at the same time', () => {
    const database = new DatabaseSync(':memory:');
    database.exec('create table t (a integer) strict; insert into t values (1), (2)');
    const statement = adaptDatabase(database).prepare('select a from t order by a');
    const [first, second] = [statement.iterate([]), statement.iterate([])].map((rows) => rows[Symbol.iterator]());
    const taken = [first, second, first, second].map((rows) => rows?.next().value);
    expect(taken).toEqual([{ a: 1 }, { a: 1 }, { a: 2 }, { a: 2 }]);
  });

  it('takes what SQLite takes as parameters, and refuses the rest by its type', () => {
    const database = adaptDatabase(new DatabaseSync(':memory:'));
    const statement = database.prepare('select ? as value');
    for (const value of [null, 'a', 1.5, 7n, new Uint8Array([1])]) expect(statement.all([value])).toHaveLength(1);
    expect(() => statement.all([true])).toThrow('SQLite takes no boolean');
    expect(() => statement.all([undefined])).toThrow('SQLite takes no undefined');
  });

  it('lets a rollback pass where SQLite has rolled back by itself', () => {
    const database = new DatabaseSync(':memory:');
    const adapted = adaptDatabase(database);
    expect(adapted.prepare('rollback').run([])).toEqual({ changes: 0, lastInsertRowid: 0 });
    database.exec('begin');
    adapted.prepare('rollback').run([]);
    expect(database.isTransaction).toBe(false);
  });
});

describe('toStorageError', () => {
  it.each([
    [5, true, 'locked'],
    [261, true, 'locked'],
    [6, true, 'locked'],
    [15, true, 'locked'],
    [8, false, 'Allow this process to write'],
    [1032, false, 'Allow this process to write'],
    [10, false, 'the disk reports an error'],
    [11, false, 'damaged'],
    [13, false, 'Free some space'],
    [14, false, 'could not be opened'],
    [26, false, 'not a SQLite database'],
    [1, false, 'as SQLite says. If its tables belong to another program, set another tablePrefix.'],
    [7, false, 'failed: as SQLite says.'],
  ])('tells what to do about result code %i', (errcode, isRetryable, text) => {
    const cause = sqliteError(errcode);
    const error = toStorageError(cause, 'data/sync.sqlite');
    expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable, cause });
    expect(error.message).toContain(text);
    expect(error.message).toContain('"data/sync.sqlite"');
    expect(isBusy(cause)).toBe(isRetryable);
  });

  it.each([
    ['ENOSPC', 'Free some space'],
    ['EROFS', 'read-only disk'],
    ['EACCES', 'may not create or enter'],
    ['EPERM', 'may not create or enter'],
    ['ENOTDIR', 'not a folder'],
    ['EEXIST', 'not a folder'],
    ['ERR_UNKNOWN_BUILTIN_MODULE', 'Use Node 22.16 or newer'],
    ['EMFILE', 'failed: as the system says.'],
  ])('tells what to do about %s', (code, text) => {
    const error = toStorageError(fileError(code), 'sync.sqlite');
    expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: false });
    expect(error.message).toContain(text);
  });

  it('takes whatever is thrown, and leaves its own kind alone', () => {
    expect(toStorageError('odd', 'a').message).toContain('failed: odd.');
    expect(toStorageError(undefined, 'a').message).toContain('failed: undefined.');
    expect(isBusy(null)).toBe(false);
    const own = new StorageError('mine', { isRetryable: true });
    expect(toStorageError(own, 'a')).toBe(own);
  });
});

describe('whileBusy', () => {
  it('tries with growing pauses, at most 100 ms, until the limit', async () => {
    const clock = createManualClock();
    const tries: number[] = [];
    const work = async (): Promise<never> => {
      tries.push(clock.monotonic());
      throw sqliteError(5);
    };
    await expect(clock.run(whileBusy(work, 1_000, clock))).rejects.toMatchObject({ errcode: 5 });
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(pauses).toEqual([1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100, 100, 100, 100, 100, 100, 100]);
    expect(clock.pending).toBe(0);
  });

  it('does not repeat work that failed for another reason', async () => {
    let runs = 0;
    const work = async (): Promise<never> => {
      runs++;
      throw sqliteError(13);
    };
    await expect(whileBusy(work, 1_000, createManualClock())).rejects.toMatchObject({ errcode: 13 });
    expect(runs).toBe(1);
  });
});

describe('wholeNumber', () => {
  it('reads what drivers give for a whole number, and nothing else', () => {
    for (const value of [7, 7n, '7']) expect(wholeNumber(value)).toBe(7);
    for (const value of ['', ' 7', '7.5', 7.5, -7, '-7', null, undefined, 2n ** 60n, true]) {
      expect(wholeNumber(value)).toBe(undefined);
    }
  });
});
