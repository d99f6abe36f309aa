// @ts-nocheck
import type pg from 'pg';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { syncStatuses } from '../../../src/storage/record-kit.ts';
import { record, shop } from '../../../src/testing/conformance/sync-record-store/harness.ts';
import { postgresOrSkip } from '../../services.ts';
import { testSchema } from './test-schema.ts';

const { url, describe } = await postgresOrSkip();

const statusAndDay = 'status, coalesce(last_synced_at / 86400000, -1) as day';
/** In one statement, so of one moment: where the counts and the records differ. */
const differences = `
  with counted as (
    select status, day, sum(records) as records from compaction.shopwright_sync_counts group by 1, 2
  ), found as (
    select ${statusAndDay}, count(*) as records from compaction.shopwright_sync_records group by 1, 2
  )
  select status, day, counted.records as counted, found.records as found
    from counted full join found using (status, day)
    where coalesce(counted.records, 0) <> coalesce(found.records, 0)`;

/** A deletion always sums the counts up; other changes now and then. */
describe('the summing up of record counts', () => {
  const schema = testSchema(url, 'compaction');
  // Whoever waits for another one has an error instead.
  const admin = schema.pool({ options: '-c lock_timeout=2s' });
  const clients: pg.PoolClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.release(true);
  });
  beforeAll(() => schema.drop());
  beforeEach(async () => {
    const { records } = schema.stores();
    await records.erase(shop);
    for (const localId of ['p1', 'p2', 'p3', 'p4']) await records.put(record(localId, { status: 'pending' }));
    for (const localId of ['p3', 'p4']) await records.put(record(localId, { status: 'synced' }));
  });

  const differing = async (): Promise<unknown[]> => (await admin.query(differences)).rows;
  const rows = async (): Promise<number> =>
    Number((await admin.query('select count(*) from compaction.shopwright_sync_counts')).rows[0].count);

  const set = (by: pg.Pool | pg.PoolClient, localId: string, status: string): Promise<unknown> =>
    by.query('update compaction.shopwright_sync_records set status = $2 where local_id = $1', [localId, status]);
  const remove = (by: pg.Pool | pg.PoolClient, localId: string): Promise<unknown> =>
    by.query('delete from compaction.shopwright_sync_records where local_id = $1', [localId]);

  /** Another connection, in the middle of a transaction that has done so much. */
  async function inTransaction(work: (client: pg.PoolClient) => Promise<unknown>) {
    const client = await schema.pool({ max: 1 }).connect();
    clients.push(client);
    await client.query('begin');
    await work(client);
    return (end: 'commit' | 'rollback'): Promise<unknown> => client.query(end);
  }

  it.each(['commit', 'rollback'] as const)(
    'leaves alone what a writer has not committed, who then does a %s',
    async (end) => {
      const endWriter = await inTransaction((client) => set(client, 'p1', 'failed'));
      await remove(admin, 'p2');
      expect(await differing()).toEqual([]);
      await endWriter(end);
      expect(await differing()).toEqual([]);
      expect(await schema.stores().records.counts(shop)).toMatchObject(
        end === 'commit' ? { pending: 0, failed: 1, synced: 2 } : { pending: 1, failed: 0, synced: 2 },
      );
    },
  );

  it.each(['commit', 'rollback'] as const)(
    'holds up no writer and no other summing up, and loses nothing by its %s',
    async (end) => {
      const endSumming = await inTransaction((client) => remove(client, 'p1'));
      await set(admin, 'p2', 'failed');
      await remove(admin, 'p3');
      expect(await differing()).toEqual([]);
      await endSumming(end);
      expect(await differing()).toEqual([]);
      // What one left to the other is summed up by the next.
      await remove(admin, 'p4');
      expect(await differing()).toEqual([]);
      expect(await rows()).toBe(end === 'commit' ? 1 : 2);
    },
  );

  it('keeps the counts exact at each moment, with many connections that write and delete', async () => {
    const [shared, turns] = [12, 25];
    let isDone = false;
    const writer = async (index: number): Promise<void> => {
      const { records } = schema.stores({ pool: schema.pool({ max: 1 }) });
      for (let turn = 0; turn < turns; turn++) {
        const at = index * 7 + turn * 5;
        const status = (offset: number) => syncStatuses[(at + offset) % syncStatuses.length] ?? 'pending';
        const some = (offset: number) => record(`s${(at + offset) % shared}`, { status: status(offset) });
        await records.put(some(0));
        await records.putMany([some(1), some(3), some(4)]);
        await records.delete(shop, `s${(at + 2) % shared}`);
      }
    };
    const reader = async (): Promise<unknown[]> => {
      const seen: unknown[] = [];
      while (!isDone) seen.push(...(await differing()));
      return seen;
    };
    const reading = reader();
    await Promise.all(Array.from({ length: 6 }, (_, index) => writer(index))).finally(() => {
      isDone = true;
    });
    expect(await reading).toEqual([]);
    expect(await differing()).toEqual([]);
    // Each put and each batch has added a row or more: what is left was summed up many times.
    await remove(admin, 'p1');
    expect(await rows()).toBeLessThanOrEqual(syncStatuses.length);
  });
});
