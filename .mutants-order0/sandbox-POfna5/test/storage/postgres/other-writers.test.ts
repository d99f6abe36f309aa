// @ts-nocheck
import { beforeEach, expect, it } from 'vitest';
import { record, shop } from '../../../src/testing/conformance/sync-record-store/harness.ts';
import { postgresOrSkip } from '../../services.ts';
import { testSchema } from './test-schema.ts';

const { url, describe } = await postgresOrSkip();
const dayMs = 86_400_000;
const zero = { pending: 0, syncing: 0, synced: 0, failed: 0, 'deleted-in-shopify': 0 };

describe('a Postgres database that another program writes to', () => {
  const schema = testSchema(url, 'other_writers');
  const other = schema.pool({ options: '-c search_path=other_writers' });

  beforeEach(async () => {
    await schema.drop();
    await schema.stores().migrate();
  });

  /** Writes a record as such a program does. */
  const write = (localId: string, status: string, day: number | null): Promise<unknown> =>
    other.query(
      `insert into shopwright_sync_records (shop, local_id, status, attempts, last_synced_at) values ($1, $2, $3, 0, $4)
       on conflict (shop, local_id) do update set status = excluded.status, last_synced_at = excluded.last_synced_at`,
      [shop, localId, status, day && day * dayMs],
    );

  it('has its records read and counted, also where the stores write besides', async () => {
    await write('p1', 'synced', 3);
    await write('p2', 'synced', 3);
    await write('p3', 'pending', null);
    const { records } = schema.stores();
    expect(await records.counts(shop)).toEqual({ ...zero, synced: 2, pending: 1 });
    expect(await records.get(shop, 'p1')).toMatchObject({ status: 'synced', lastSyncData: null });

    await write('p3', 'failed', null);
    await other.query("delete from shopwright_sync_records where local_id = 'p1'");
    await records.put(record('p4'));
    expect(await records.counts(shop)).toEqual({ ...zero, synced: 2, failed: 1 });
  });

  it('has every record counted that is written while a process migrates', async () => {
    let isDone = false;
    const writer = async (name: string): Promise<number> => {
      let written = 0;
      while (!isDone) await write(`${name}-${written++}`, 'synced', 5);
      return written;
    };
    const writers = ['a', 'b', 'c'].map(writer);
    await schema.stores().migrate();
    isDone = true;
    const written = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
    expect(await schema.stores().records.counts(shop)).toEqual({ ...zero, synced: written });
  });
});
