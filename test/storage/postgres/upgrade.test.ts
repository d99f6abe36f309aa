import { beforeEach, expect, it } from 'vitest';
import { record, shop } from '../../../src/testing/conformance/sync-record-store/harness.ts';
import { postgresOrSkip } from '../../services.ts';
import { firstRelease } from '../programs/first-release.ts';
import { testSchema } from './test-schema.ts';

const { url, describe } = await postgresOrSkip();
const dayMs = 86_400_000;
const zero = { pending: 0, syncing: 0, synced: 0, failed: 0, 'deleted-in-shopify': 0 };

describe('a Postgres database of the first release', () => {
  const schema = testSchema(url, 'upgrade');
  const older = schema.pool({ options: '-c search_path=upgrade' });

  beforeEach(async () => {
    await schema.drop();
    await schema.admin.query('create schema upgrade');
    await older.query(firstRelease);
  });

  /** Writes a record as a process of that release does. */
  const write = (localId: string, status: string, day: number | null): Promise<unknown> =>
    older.query(
      `insert into shopwright_sync_records values ($1, $2, null, $3, null, null, null, 0, $4, null, null)
       on conflict (shop, local_id) do update set status = excluded.status, last_synced_at = excluded.last_synced_at`,
      [shop, localId, status, day && day * dayMs],
    );

  it('is brought up to date with its records, which are counted, also those that the older release writes later', async () => {
    await write('p1', 'synced', 3);
    await write('p2', 'synced', 3);
    await write('p3', 'pending', null);
    const { records } = schema.stores();
    expect(await records.counts(shop)).toEqual({ ...zero, synced: 2, pending: 1 });
    expect(await records.get(shop, 'p1')).toMatchObject({ status: 'synced', lastSyncData: null });

    await write('p3', 'failed', null);
    await older.query("delete from shopwright_sync_records where local_id = 'p1'");
    await records.put(record('p4'));
    expect(await records.counts(shop)).toEqual({ ...zero, synced: 2, failed: 1 });
  });

  it('counts every record that an older process writes while it is brought up to date', async () => {
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
