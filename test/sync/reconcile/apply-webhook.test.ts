import { memoryStores, type SyncRecord } from 'shopwright';
import { createProductSync } from 'shopwright/sync';
import { describe, expect, it, vi } from 'vitest';
import { sqliteFile } from '../../storage/sqlite-file.ts';
import { gate } from '../../webhooks/delivery-request.ts';
import { domain, fakeSync, tee } from '../fake-shop.ts';

const update = (payload: unknown, topic = 'products/update'): { topic: string; shop: string; payload: unknown } => ({
  topic,
  shop: domain,
  payload,
});

async function pushed() {
  const setUp = fakeSync({ sync: { publishTo: ['Online Store'] } });
  await setUp.clock.run(setUp.sync.push(tee()));
  const record = (await setUp.stores.records.get(domain, 'tee-1')) as SyncRecord;
  return { ...setUp, record, gid: record.gid ?? '' };
}

describe('a products/update webhook', () => {
  it('of our own push changes nothing', async () => {
    const { sync, stores, record, gid } = await pushed();
    const effect = await sync.applyWebhook(update({ admin_graphql_api_id: gid, updated_at: record.shopifyUpdatedAt }));
    expect(effect).toBe('not-newer');
    expect(await stores.records.get(domain, 'tee-1')).toEqual(record);
  });

  it('of a later change is noted in the record, once', async () => {
    const { sync, stores, record, gid } = await pushed();
    const later = new Date(Date.parse(record.shopifyUpdatedAt ?? '') + 60_000).toISOString();
    expect(await sync.applyWebhook(update({ admin_graphql_api_id: gid, updated_at: later }))).toBe(
      'changed-externally',
    );
    const noted = { ...record, shopifyUpdatedAt: later, version: record.version + 1 };
    expect(await stores.records.get(domain, 'tee-1')).toEqual(noted);
    expect(await sync.applyWebhook(update({ admin_graphql_api_id: gid, updated_at: later }))).toBe('not-newer');
  });

  it('is compared as a point in time, whatever its offset', async () => {
    const { sync, gid, record } = await pushed();
    const moment = new Date(Date.parse(record.shopifyUpdatedAt ?? '') - 60_000);
    const earlierInTokyo = new Date(moment.getTime() + 9 * 3_600_000).toISOString().replace('Z', '+09:00');
    expect(await sync.applyWebhook(update({ admin_graphql_api_id: gid, updated_at: earlierInTokyo }))).toBe(
      'not-newer',
    );
  });

  it('of a product that is not ours is recognised', async () => {
    const { sync } = await pushed();
    expect(await sync.applyWebhook(update({ id: 999 }))).toBe('unknown-product');
  });

  it.each([[update(null)], [update('text')], [update({})], [update({ id: 1 }, 'orders/paid')]])(
    'without a product is ignored',
    async (webhook) => {
      const { sync } = await pushed();
      expect(await sync.applyWebhook(webhook)).toBe('ignored');
    },
  );

  it('without a time does not count as a change', async () => {
    const { sync, gid } = await pushed();
    expect(await sync.applyWebhook(update({ admin_graphql_api_id: gid }))).toBe('not-newer');
  });
});

describe('a webhook that another process gets than the one that pushes', () => {
  /** The second push of a product has reached the shop but is not recorded yet; with its echo. */
  async function pushing() {
    const { clock, client, stores, fake, sync: other, gid } = await pushed();
    const [reached, { opened, open }] = [gate(), gate()];
    const records = {
      ...stores.records,
      putIf: async (record: SyncRecord, version: number | undefined) => {
        if (record.status === 'synced') {
          reached.open();
          await opened;
        }
        return stores.records.putIf(record, version);
      },
    };
    const sync = createProductSync({ client, stores: { ...stores, records }, clock });
    await clock.advance(5_000);
    const push = sync.push(tee('tee-1', { title: 'New title' }));
    await clock.run(reached.opened);
    const updatedAt = fake.products()[0]?.updatedAt;
    const echo = update({ admin_graphql_api_id: gid, updated_at: updatedAt, title: 'New title', variants: [] });
    return { clock, stores, other, push, open, echo, gid };
  }

  it('waits for the end of the push, and then recognises its echo', async () => {
    const { clock, stores, other, push, open, echo } = await pushing();
    const effect = other.applyWebhook(echo);
    await clock.advance(300);
    open();
    expect((await clock.run(push)).outcome).toBe('updated');
    expect(await clock.run(effect)).toBe('not-newer');
    expect(await stores.records.get(domain, 'tee-1')).toMatchObject({
      status: 'synced',
      lastSyncData: { facts: { product: { '': { title: 'New title' } } } },
    });
  });

  it('does not overwrite a push that takes long', async () => {
    const { clock, stores, other, push, open, echo } = await pushing();
    const put = vi.spyOn(stores.records, 'putIf');
    expect(await clock.run(other.applyWebhook(echo))).toBe('changed-externally');
    expect(put).not.toHaveBeenCalled();
    put.mockRestore();
    open();
    await clock.run(push);
    expect((await stores.records.get(domain, 'tee-1'))?.status).toBe('synced');
  });

  it('does not wait for a push whose process has died', async () => {
    const { sync, stores, clock, record, gid } = await pushed();
    await stores.records.put({ ...record, status: 'syncing', lastAttemptAt: clock.now() - 60_000 });
    const later = new Date(clock.now() + 60_000).toISOString();
    expect(await sync.applyWebhook(update({ admin_graphql_api_id: gid, updated_at: later }))).toBe(
      'changed-externally',
    );
    expect((await stores.records.get(domain, 'tee-1'))?.shopifyUpdatedAt).toBe(later);
  });

  it('marks a product that was deleted, whatever the push is doing', async () => {
    const { clock, stores, other, gid } = await pushing();
    const gone = update({ admin_graphql_api_id: gid }, 'products/delete');
    expect(await clock.run(other.applyWebhook(gone))).toBe('deleted');
    expect((await stores.records.get(domain, 'tee-1'))?.status).toBe('deleted-in-shopify');
  });
});

describe('a products/delete webhook', () => {
  it('marks the record, from the number alone', async () => {
    const { sync, stores, gid } = await pushed();
    expect(await sync.applyWebhook(update({ id: Number(gid.split('/').at(-1)) }, 'products/delete'))).toBe('deleted');
    expect(await stores.records.get(domain, 'tee-1')).toMatchObject({ status: 'deleted-in-shopify' });
    expect((await sync.health()).records).toMatchObject({ synced: 0, 'deleted-in-shopify': 1 });
  });
});

describe('health', () => {
  const file = sqliteFile();

  it('leaves out records that are damaged or of a newer release', async () => {
    const skipped: unknown[] = [];
    const stores = file.stores({ onSkippedRecord: (error) => skipped.push(error) });
    const pushed = fakeSync();
    await pushed.clock.run(pushed.sync.push(tee('tee-1')));
    const record = (await pushed.stores.records.get(domain, 'tee-1')) as SyncRecord;
    for (const number of [1, 2, 3, 4])
      await stores.records.put({ ...record, localId: `tee-${number}`, gid: `gid://shopify/Product/${number}` });
    const { sync } = fakeSync({ sync: { stores } });
    const change = (localId: string, set: string): void =>
      file.raw().exec(`update shopwright_sync_records set ${set} where local_id = '${localId}'`);
    change('tee-2', "status = 'lost'");
    change('tee-3', "format = 2, status = 'of the future'");
    change('tee-4', "last_synced_at = 'yesterday'");
    expect(await sync.health()).toMatchObject({ records: { synced: expect.any(Number), failed: 0 } });
    expect((await sync.health()).records.synced).toBeGreaterThanOrEqual(1);
    expect(String(skipped)).toContain('tee-2');
  });

  it('is healthy if nothing has been pushed yet', async () => {
    const { sync } = fakeSync();
    expect(await sync.health()).toMatchObject({
      status: 'healthy',
      breaker: 'closed',
      limiter: undefined,
      records: { synced: 0 },
    });
    expect((await memoryStores().records.counts('x')).failed).toBe(0);
  });
});
