// @ts-nocheck
import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { record, shop } from '../../src/testing/conformance/sync-record-store/harness.ts';
import { runProgram } from './programs/run.ts';
import { sqliteFile } from './sqlite-file.ts';

const file = sqliteFile();
const { stores, raw } = file;

const zero = { pending: 0, syncing: 0, synced: 0, failed: 0, 'deleted-in-shopify': 0 };
const dayMs = 86_400_000;

/** A database with four records that another program has written. */
async function foreignRecords(): Promise<DatabaseSync> {
  await stores().migrate();
  const database = raw();
  const insert = database.prepare(
    'insert into shopwright_sync_records (shop, local_id, status, attempts, last_synced_at) values (?, ?, ?, 0, ?)',
  );
  insert.run(shop, 'p1', 'synced', 3 * dayMs);
  insert.run(shop, 'p2', 'synced', 4 * dayMs - 1);
  insert.run(shop, 'p3', 'pending', null);
  insert.run('other.myshopify.com', 'p1', 'failed', 0);
  return database;
}

describe('records that another program writes', () => {
  it('are read and counted', async () => {
    await foreignRecords();
    const { records } = stores();
    expect(await records.counts(shop)).toEqual({ ...zero, synced: 2, pending: 1 });
    expect(await records.ageCounts(shop)).toEqual([
      { status: 'pending', day: null, count: 1 },
      { status: 'synced', day: 3, count: 2 },
    ]);
    expect(await records.ageCounts('other.myshopify.com')).toEqual([{ status: 'failed', day: 0, count: 1 }]);
    expect(await records.get(shop, 'p1')).toMatchObject({ status: 'synced', lastSyncData: null });
  });

  it('are counted too where the stores write besides', async () => {
    const other = await foreignRecords();
    const { records } = stores();
    await records.put(record('p9', { status: 'failed', lastSyncedAt: null }));
    other
      .prepare(
        `insert into shopwright_sync_records (shop, local_id, status, attempts) values (?, 'p3', 'syncing', 1)
         on conflict (shop, local_id) do update set status = excluded.status, attempts = excluded.attempts`,
      )
      .run(shop);
    other.exec(`delete from shopwright_sync_records where shop = '${shop}' and local_id = 'p1'`);
    expect(await records.counts(shop)).toEqual({ ...zero, syncing: 1, synced: 1, failed: 1 });
  });

  it('stay where several processes start together', async () => {
    await foreignRecords();
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

  it('that somebody else wrote to are reported with their table and the fix', async () => {
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
