import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { record, shop } from '../../src/testing/conformance/sync-record-store/harness.ts';
import { firstRelease } from './programs/first-release.ts';
import { runProgram } from './programs/run.ts';
import { sqliteFile } from './sqlite-file.ts';

const file = sqliteFile();
const { stores, raw } = file;

const zero = { pending: 0, syncing: 0, synced: 0, failed: 0, 'deleted-in-shopify': 0 };
const dayMs = 86_400_000;

/** A database as the first release left it, with four records. */
function oldDatabase(): DatabaseSync {
  const database = raw();
  database.exec(firstRelease);
  const insert = database.prepare(
    'insert into shopwright_sync_records values (?, ?, null, ?, null, null, null, 0, ?, null, null)',
  );
  insert.run(shop, 'p1', 'synced', 3 * dayMs);
  insert.run(shop, 'p2', 'synced', 4 * dayMs - 1);
  insert.run(shop, 'p3', 'pending', null);
  insert.run('other.myshopify.com', 'p1', 'failed', 0);
  return database;
}

describe('a database of the first release', () => {
  it('is brought up to date, and its records are counted', async () => {
    oldDatabase();
    const { records } = stores();
    expect(await records.counts(shop)).toEqual({ ...zero, synced: 2, pending: 1 });
    expect(await records.ageCounts(shop)).toEqual([
      { status: 'pending', day: null, count: 1 },
      { status: 'synced', day: 3, count: 2 },
    ]);
    expect(await records.ageCounts('other.myshopify.com')).toEqual([{ status: 'failed', day: 0, count: 1 }]);
    expect(await records.get(shop, 'p1')).toMatchObject({ status: 'synced', lastSyncData: null });
  });

  it('goes on being written by a process of that release, and those records are counted too', async () => {
    const old = oldDatabase();
    const { records } = stores();
    await records.put(record('p9', { status: 'failed', lastSyncedAt: null }));
    old
      .prepare(
        `insert into shopwright_sync_records (shop, local_id, status, attempts) values (?, 'p3', 'syncing', 1)
         on conflict (shop, local_id) do update set status = excluded.status, attempts = excluded.attempts`,
      )
      .run(shop);
    old.exec(`delete from shopwright_sync_records where shop = '${shop}' and local_id = 'p1'`);
    expect(await records.counts(shop)).toEqual({ ...zero, syncing: 1, synced: 1, failed: 1 });
  });

  it('is migrated once by several processes that start together', async () => {
    oldDatabase();
    const names = ['a', 'b', 'c'];
    const ends = await Promise.all(names.map((name) => runProgram('start-and-put.ts', [file.path, name])));
    for (const { code, errors } of ends) expect(code, errors).toBe(0);
    expect(await stores().records.counts(shop)).toEqual({ ...zero, synced: 62, pending: 1 });
  });
});

describe('the kept counts', () => {
  it('leave no row behind where nothing is counted', async () => {
    const { records } = stores();
    await records.putMany([record('p1'), record('p2', { status: 'failed' })]);
    await records.put(record('p1', { status: 'failed' }));
    await records.delete(shop, 'p2');
    await records.erase(shop);
    expect(raw().prepare('select * from shopwright_sync_counts').all()).toEqual([]);
  });

  it('do not count a batch that was rolled back', async () => {
    const { records } = stores();
    await records.put(record('p1'));
    const other = raw();
    other.exec("begin; update shopwright_sync_records set status = 'failed'; rollback");
    expect(await records.counts(shop)).toEqual({ ...zero, synced: 1 });
  });

  it('that somebody else wrote to are told with their table and the mend', async () => {
    const { records } = stores();
    await records.put(record('p1'));
    for (const value of ['-1', '1.5']) {
      raw().exec(`update shopwright_sync_counts set records = ${value}`);
      await expect(records.counts(shop)).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
        isRetryable: false,
        message: expect.stringMatching(/shopwright_sync_counts.*docs\/storage\.md/),
      });
    }
  });
});
