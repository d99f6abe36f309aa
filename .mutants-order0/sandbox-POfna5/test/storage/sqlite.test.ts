// @ts-nocheck
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isShopwrightError } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/internal/clock.ts';
import { newestVersion } from '../../src/storage/sql/schema.ts';
import { localIds, record, shop } from '../../src/testing/conformance/sync-record-store/harness.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { runProgram } from './programs/run.ts';
import { sqliteFile } from './sqlite-file.ts';

const file = sqliteFile();
const { stores, raw } = file;

const versions = Array.from({ length: newestVersion }, (_, index) => ({ version: index + 1 }));

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('the file', () => {
  it('is made with its folders before the first query, and not earlier', async () => {
    const { records } = stores({ path: join(file.folder, 'deep', 'down', 'sync.sqlite') });
    expect(await readdir(file.folder)).toEqual([]);
    await records.put(record('p1'));
    expect(await readdir(join(file.folder, 'deep', 'down'))).toContain('sync.sqlite');
  });

  it('keeps its records from one opening to the next', async () => {
    const first = stores();
    await first.records.put(record('p1'));
    await first.close();
    expect(await stores().records.get(shop, 'p1')).toEqual(record('p1'));
  });

  it('is alone after close, without a log beside it', async () => {
    const first = stores();
    await first.records.put(record('p1'));
    await first.close();
    expect(await readdir(file.folder)).toEqual(['sync.sqlite']);
  });

  it('is not made by stores that are closed unused', async () => {
    await stores().close();
    expect(await readdir(file.folder)).toEqual([]);
  });

  it('writes ahead, and gives each prefix tables of its own', async () => {
    await stores().records.put(record('p1'));
    await stores({ tablePrefix: 'second_' }).records.put(record('p2'));
    await stores({ tablePrefix: '' }).records.put(record('p3'));
    expect(raw().prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect((await stores().records.list(shop)).map(({ localId }) => localId)).toEqual(['p1']);
    const names = raw().prepare("select name from sqlite_master where type = 'table' order by name").all();
    const own = [
      'key_values',
      'locks',
      'migrations',
      'sync_counts',
      'sync_journal',
      'sync_journal_heads',
      'sync_records',
    ];
    const all = ['', 'second_', 'shopwright_'].flatMap((prefix) => own.map((name) => `${prefix}${name}`));
    expect(names.map(({ name }) => name)).toEqual(all.sort());
  });

  it('can be given as an address', async () => {
    const database = stores({ path: `file:${file.path}` });
    await database.records.put(record('p1'));
    expect(await stores().records.get(shop, 'p1')).toEqual(record('p1'));
  });

  it('is where the process was when the stores were made', async () => {
    const start = process.cwd();
    process.chdir(file.folder);
    const { records } = stores({ path: 'relative.sqlite' });
    process.chdir(start);
    await records.put(record('p1'));
    expect(await readdir(file.folder)).toContain('relative.sqlite');
  });

  it('does not last when it is in memory', async () => {
    await stores({ path: ':memory:' }).records.put(record('p1'));
    expect(await stores({ path: ':memory:' }).records.list(shop)).toEqual([]);
  });
});

describe('the SQLite module of Node, which prints a warning on Node 22,', () => {
  it('is loaded by the first query only', async () => {
    const end = await runProgram('load-sqlite.ts', []);
    expect(end.output, end.errors).toBe('false false true');
  });
});

describe('a process that dies', () => {
  it('loses nothing that was answered, and leaves no half of a batch', async () => {
    const end = await runProgram('write-and-die.ts', [file.path, '40']);
    expect(end.signal, end.errors).toBe('SIGKILL');
    expect(end.output.trim().split('\n')).toEqual(localIds(40));

    const { records } = stores();
    for (const localId of localIds(40)) expect(await records.get(shop, localId)).toEqual(record(localId));
    expect((await records.counts(shop)).synced).toBe(40);
  });
});

describe('several processes', () => {
  it('migrate one new file at the same time, and none fails or loses a record', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const ends = await Promise.all(names.map((name) => runProgram('start-and-put.ts', [file.path, name])));
    for (const { code, errors } of ends) expect(code, errors).toBe(0);
    expect((await stores().records.counts(shop)).synced).toBe(80);
    expect(raw().prepare('select version from shopwright_migrations').all()).toEqual(versions);
  });
});

describe('a large batch', () => {
  it('gives the event loop its turns', async () => {
    let turns = 0;
    let done = false;
    const put = stores()
      .records.putMany(localIds(4_000).map((localId) => record(localId)))
      .finally(() => {
        done = true;
      });
    while (!done) {
      turns++;
      await nextTurn();
    }
    await put;
    expect(turns).toBeGreaterThan(15);
  });
});

describe('two stores on one file in one process', () => {
  it('wait for each other without stopping the event loop', async () => {
    const [first, second] = [stores(), stores()];
    await Promise.all([
      first.records.putMany(localIds(2_000).map((localId) => record(`a${localId}`))),
      second.records.putMany(localIds(2_000).map((localId) => record(`b${localId}`))),
      ...localIds(20).map((localId) => second.records.put(record(`c${localId}`))),
    ]);
    expect((await first.records.counts(shop)).synced).toBe(4_020);
  });
});

describe('migrations', () => {
  it('do nothing where they have run, and keep the records', async () => {
    await stores().records.put(record('p1'));
    await Promise.all([stores().records.counts(shop), stores().records.counts(shop)]);
    expect(raw().prepare('select version from shopwright_migrations').all()).toEqual(versions);
    expect(await stores().records.get(shop, 'p1')).toEqual(record('p1'));
  });

  it('leave a database alone that a newer release has migrated', async () => {
    const first = stores();
    await first.records.put(record('p1'));
    const database = raw();
    database.exec('insert into shopwright_migrations values (99)');
    database.exec("alter table shopwright_sync_records add column price text default '0'");
    expect(await stores().records.get(shop, 'p1')).toEqual(record('p1'));
    await stores().records.put(record('p2'));
    expect(database.prepare('select max(version) as version from shopwright_migrations').get()).toEqual({
      version: 99,
    });
  });

  it('go on where a process died between two of them', async () => {
    raw().exec('create table shopwright_migrations (version integer primary key)');
    await stores().records.put(record('p1'));
    expect(await stores().records.get(shop, 'p1')).toEqual(record('p1'));
  });

  it('that fail are told by each call, leave nothing behind, and run again once the cause is gone', async () => {
    const database = raw();
    database.exec('create table shopwright_sync_records (something_else text)');
    const { records } = stores();
    for (const call of [() => records.get(shop, 'p1'), () => records.put(record('p1'))]) {
      const error = await failure(call());
      expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: false });
      expect(String(error)).toContain('already exists');
      expect(String(error)).toContain('tablePrefix');
    }
    const names = database.prepare("select name from sqlite_master where type = 'table'").all();
    expect(names).toEqual([{ name: 'shopwright_sync_records' }]);
    database.exec('drop table shopwright_sync_records');
    await records.put(record('p1'));
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));
  });
});

describe('a locked database', () => {
  it('fails with a retryable error once the busy timeout is up', async () => {
    const clock = createManualClock();
    const { records } = stores({ clock, busyTimeoutMs: 1_000 });
    await records.put(record('p1'));
    raw().exec('begin immediate');

    const error = await clock.run(failure(records.put(record('p1', { hash: 'new' }))));
    expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: true });
    expect(String(error)).toContain('locked');
    expect(clock.monotonic()).toBeGreaterThan(800);
    expect(clock.monotonic()).toBeLessThanOrEqual(1_000);
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));
  });

  it('is written to as soon as the lock is gone', async () => {
    const clock = createManualClock();
    const { records } = stores({ clock });
    await records.put(record('p1'));
    const other = raw();
    other.exec('begin immediate');
    clock.setTimer(() => other.exec('commit'), 2_500);
    await clock.run(records.putMany([record('p1', { hash: 'new' }), record('p2')]));
    expect(clock.monotonic()).toBeGreaterThanOrEqual(2_500);
    expect((await records.get(shop, 'p1'))?.hash).toBe('new');
  });

  it('is opened and migrated as soon as the lock is gone', async () => {
    const other = raw();
    other.exec('create table host (id integer); begin exclusive');
    let waitedMs = 0;
    const clock: Clock = {
      now: () => waitedMs,
      monotonic: () => waitedMs,
      setTimer(run, delayMs) {
        waitedMs += delayMs;
        if (waitedMs > 700 && other.isTransaction) other.exec('commit');
        const timer = setImmediate(run);
        return () => clearImmediate(timer);
      },
    };
    const { records } = stores({ clock });
    await records.put(record('p1'));
    expect(waitedMs).toBeGreaterThan(700);
    expect(waitedMs).toBeLessThan(900);
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));
  });

  it('fails at once with a busy timeout of zero', async () => {
    const { records } = stores({ busyTimeoutMs: 0 });
    await records.put(record('p1'));
    raw().exec('begin immediate');
    expect(await failure(records.delete(shop, 'p1'))).toMatchObject({ isRetryable: true });
  });
});

describe('a damaged record', () => {
  const damages = [
    ['status', "'lost'"],
    ['last_error', '\'{"code":\''],
    ['last_error', '\'{"code":"A"}\''],
    ['parts', "'[1]'"],
    ['parts', "'5'"],
    ['parts', "x'00'"],
    ['attempts', '-3'],
    ['last_synced_at', "'yesterday'"],
    ['hash', "x'00ff'"],
  ] as const;

  it.each(damages)(
    'in column %s (%s) is named with shop, local id and fix, and can be deleted or replaced',
    async (column, value) => {
      const skipped: unknown[] = [];
      const { records } = stores({ onSkippedRecord: (error) => skipped.push(error) });
      await records.putMany([record('p1'), record('p2'), record('p3')]);
      raw().exec(`update shopwright_sync_records set ${column} = ${value} where local_id = 'p2'`);

      // The list leaves it out, and the store tells of it.
      expect((await records.list(shop)).map(({ localId }) => localId)).toEqual(['p1', 'p3']);
      const told = skipped.map((error) => () => Promise.reject(error));
      expect(told).toHaveLength(1);
      for (const call of [
        () => records.get(shop, 'p2'),
        () => records.getByGid(shop, 'gid://shopify/Product/p2'),
        ...told,
      ]) {
        const error = await failure(call());
        expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: false, shop });
        expect(String(error)).toContain('"p2"');
        expect(String(error)).toContain(shop);
        expect(String(error)).toContain(column);
        expect(String(error)).toContain('records.delete');
      }
      expect(await records.get(shop, 'p1')).toEqual(record('p1'));
      await records.put(record('p2'));
      expect(await records.list(shop)).toHaveLength(3);
      expect(await records.delete(shop, 'p2')).toBe(true);
    },
  );

  it('with an unknown status is named by counts too', async () => {
    const skipped: unknown[] = [];
    const { records } = stores({ onSkippedRecord: (error) => skipped.push(error) });
    await records.putMany([record('p1'), record('p2'), record('p3')]);
    raw().exec("update shopwright_sync_records set status = 'lost' where local_id > 'p1'");
    expect(await records.counts(shop)).toMatchObject({ [record('p1').status]: 1 });
    expect(String(skipped[0])).toContain('"p2"');
  });
});

describe('a file that cannot be used', () => {
  it('is left as it is when it is not a database', async () => {
    const text = 'These are the notes of somebody, and no database.\n'.repeat(100);
    await writeFile(file.path, text);
    const error = await failure(stores().records.put(record('p1')));
    expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: false });
    expect(String(error)).toContain('is not a SQLite database. Name another path');
    expect(await readFile(file.path, 'utf8')).toBe(text);
  });

  it('can be read but not written when it is read-only', async () => {
    await stores().records.put(record('p1'));
    const { records } = stores({ path: `file:${file.path}?mode=ro` });
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));
    const writes = [
      () => records.put(record('p2')),
      () => records.putMany([record('p2')]),
      () => records.delete(shop, 'p1'),
    ];
    for (const write of writes) {
      const error = await failure(write());
      expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: false });
      expect(String(error)).toContain('right to write');
    }
  });

  it('is refused when it is a folder, lies below a file, or does not exist at an address', async () => {
    await mkdir(file.path);
    expect(String(await failure(stores().records.list(shop)))).toContain('could not be opened');
    await writeFile(join(file.folder, 'file'), '');
    expect(String(await failure(stores({ path: join(file.folder, 'file', 'a.sqlite') }).records.list(shop)))).toContain(
      'no folder',
    );
    const missing = `file:${join(file.folder, 'missing', 'a.sqlite')}`;
    expect(String(await failure(stores({ path: missing }).records.list(shop)))).toContain('could not be opened');
  });

  it('is opened again by the next call once it can be used', async () => {
    await writeFile(file.path, 'no database '.repeat(100));
    const { records } = stores();
    expect(isShopwrightError(await failure(records.put(record('p1'))), 'STORAGE_FAILED')).toBe(true);
    await rm(file.path);
    await records.put(record('p1'));
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));
  });
});

describe('the options', () => {
  it.each([
    [{ path: '' }, ['path']],
    [{ path: 'a\0b' }, ['path']],
    [{ tablePrefix: 'My-' }, ['tablePrefix']],
    [{ tablePrefix: '1a_' }, ['tablePrefix']],
    [{ tablePrefix: 'sqlite_' }, ['tablePrefix']],
    [{ tablePrefix: 'a"; drop table x; --' }, ['tablePrefix']],
    [{ tablePrefix: 'x'.repeat(31) }, ['tablePrefix']],
    [{ busyTimeoutMs: -1 }, ['busyTimeoutMs']],
    [{ busyTimeoutMs: 0.5 }, ['busyTimeoutMs']],
    [{ busyTimeoutMs: 600_001 }, ['busyTimeoutMs']],
    [{ path: '', tablePrefix: 'A', busyTimeoutMs: Number.NaN }, ['path', 'tablePrefix', 'busyTimeoutMs']],
  ])('%j are refused at once, by name', (options, fields) => {
    const make = (): unknown => sqliteStores({ path: ':memory:', ...options });
    expect(make).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    try {
      make();
    } catch (error) {
      expect(isShopwrightError(error, 'CONFIG_INVALID') && error.issues.map(({ field }) => field)).toEqual(fields);
    }
  });
});
