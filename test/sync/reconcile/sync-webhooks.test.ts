import { memoryStores, type SyncRecord } from 'shopwright';
import { createSyncWebhooks, readStock, type SyncWebhookEvent, type SyncWebhookOptions } from 'shopwright/sync';
import { createManualClock } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { describe, expect, it, vi } from 'vitest';
import { deliveryOf } from '../../webhooks/delivery-request.ts';
import { recordingLogger } from '../../webhooks/recording-logger.ts';
import { secret } from '../../webhooks/signed-delivery.ts';
import { domain, fakeSync, tee } from '../fake-shop.ts';

async function setup(options: Partial<SyncWebhookOptions> = {}) {
  const shop = fakeSync({ sync: { publishTo: ['Online Store'] } });
  await shop.clock.run(shop.sync.push(tee('tee-1', { tags: ['Summer', 'cotton'], status: 'ACTIVE', vendor: 'Acme' })));
  const record = await shop.stores.records.get(domain, 'tee-1');
  const gid = record?.gid ?? '';
  const effects: SyncWebhookEvent['effect'][] = [];
  const handler = createWebhookHandler({
    secrets: secret,
    on: createSyncWebhooks({
      sync: shop.sync,
      stores: shop.stores,
      onEvent: ({ effect }) => effects.push(effect),
      ...options,
    }),
  });
  const send = async (topic: string, payload: object | string, from = domain, triggeredAt?: string): Promise<number> =>
    (await handler(deliveryOf({ topic, payload, shop: from, ...(triggeredAt !== undefined && { triggeredAt }) })))
      .status;
  const minutesLater = (minutes: number): string =>
    new Date(Date.parse(record?.shopifyUpdatedAt ?? '') + minutes * 60_000).toISOString();
  const body = (updated_at: string, changes: object = {}): object => ({
    admin_graphql_api_id: gid,
    updated_at,
    title: 'Tee tee-1',
    vendor: 'Acme',
    status: 'active',
    tags: 'cotton, Summer',
    variants: [{ id: 1, price: '24.90', sku: 'tee-1-S', inventory_quantity: 3 }],
    images: [{ position: 1, alt: null, src: 'https://cdn/pending' }],
    ...changes,
  });
  return { ...shop, effects, send, minutesLater, body, gid, record };
}

describe('stock of one second', () => {
  const level = (available: number, more: object = {}) => ({
    ...{ inventory_item_id: 11, location_id: 21, available, updated_at: '2026-11-02T12:00:00Z' },
    ...more,
  });
  const place = { shop: domain, inventoryItemId: '11', locationId: '21' };

  it('is the level that was triggered last, in whatever order the deliveries come', async () => {
    const onInventory = vi.fn();
    const { send, effects, stores } = await setup({ onInventory });
    await send('inventory_levels/update', level(0), domain, '2026-11-02T12:00:00.900Z');
    await send('inventory_levels/update', level(1), domain, '2026-11-02T12:00:00.100Z');
    await send(
      'inventory_levels/update',
      level(2, { updated_at: '2026-11-02T13:00:00+01:00' }),
      domain,
      '2026-11-02T12:00:00.100Z',
    );
    expect(effects).toEqual(['stock-kept', 'stock-older', 'stock-older']);
    expect(onInventory).toHaveBeenCalledOnce();
    expect((await readStock(stores.keyValue, place))?.available).toBe(0);
  });

  it('treats a future trigger time as now', async () => {
    const clock = createManualClock();
    const { send, effects } = await setup({ clock });
    const bare = level(1, { updated_at: undefined });
    await send('inventory_levels/update', bare, domain, '9999-12-31T00:00:00Z');
    await clock.advance(120_000);
    const now = new Date(clock.now()).toISOString();
    await send('inventory_levels/update', bare, domain, now);
    expect(effects).toEqual(['stock-kept', 'stock-kept']);
  });
});

describe('a listener that throws', () => {
  it.each([
    [
      'at once',
      (): never => {
        throw new Error('metrics');
      },
    ],
    [
      'later',
      async (): Promise<void> => {
        throw new Error('metrics');
      },
    ],
  ])('%s is logged, and the delivery is handled anyway', async (_when, onEvent) => {
    const logger = recordingLogger();
    const { send } = await setup({ onEvent, logger });
    expect(await send('products/update', { admin_graphql_api_id: 'gid://shopify/Product/9' })).toBe(200);
    await expect.poll(() => logger.lines).toMatchObject([{ level: 'error', fields: { effect: 'unknown-product' } }]);
  });
});

describe('products/update', () => {
  it('of our own push is not a change, and neither is what Shopify does by itself', async () => {
    const onExternalChange = vi.fn();
    const { send, effects, minutesLater, body } = await setup({ onExternalChange });
    await send('products/update', body(minutesLater(0)));
    const ready = { images: [{ position: 1, alt: null, src: 'https://cdn/ready.jpg' }] };
    await send('products/update', body(minutesLater(1), ready));
    const sold = { variants: [{ id: 1, price: '24.90', sku: 'tee-1-S', inventory_quantity: 2 }] };
    await send('products/update', body(minutesLater(2), sold));
    expect(effects).toEqual(['not-newer', 'not-newer', 'not-newer']);
    expect(onExternalChange).not.toHaveBeenCalled();
  });

  it('of somebody else is reported to the host, once', async () => {
    const onExternalChange = vi.fn();
    const { send, effects, minutesLater, body, gid, stores } = await setup({ onExternalChange });
    await send('products/update', body(minutesLater(0)));
    await send('products/update', body(minutesLater(1), { title: 'Sale!' }));
    await send('products/update', body(minutesLater(1), { title: 'Sale!' }));
    expect(effects).toEqual(['not-newer', 'changed-externally', 'not-newer']);
    expect(onExternalChange).toHaveBeenCalledOnce();
    expect(onExternalChange.mock.calls[0]?.[0]).toMatchObject({ shop: domain, localId: 'tee-1', gid });
    expect((await stores.records.get(domain, 'tee-1'))?.shopifyUpdatedAt).toBe(minutesLater(1));
  });

  it.each([
    [{ title: 'Sale!' }],
    [{ vendor: 'Somebody' }],
    [{ status: 'draft' }],
    [{ tags: 'cotton' }],
    [{ variants: [{ id: 1, price: '19.90', sku: 'tee-1-S' }] }],
  ])('of somebody else in the second of our own push is reported with the next delivery (%#)', async (change) => {
    const { send, effects, minutesLater, body } = await setup();
    await send('products/update', body(minutesLater(0), change));
    await send('products/update', body(minutesLater(0)));
    await send('products/update', body(minutesLater(0), change));
    expect(effects).toEqual(['not-newer', 'not-newer', 'not-newer']);
    await send('products/update', body(minutesLater(1), change));
    expect(effects.at(-1)).toBe('changed-externally');
  });

  it.each([
    [{ title: ' Tee tee-1' }],
    [{ tags: 'Cotton, summer', vendor: null }],
    [
      {
        variants: [
          { id: 1, price: '24.9', sku: 'tee-1-S' },
          { id: 2, price: '1.00', sku: 'OTHER' },
        ],
      },
    ],
    [{ status: undefined, tags: undefined, body_html: '<p>Soft</p>' }],
  ])('of our own push is recognised however Shopify writes it (%#)', async (change) => {
    const { send, effects, minutesLater, body } = await setup();
    await send('products/update', body(minutesLater(0), change));
    await send('products/update', body(minutesLater(1), change));
    expect(effects).toEqual(['not-newer', 'not-newer']);
  });

  it('whose host handler throws is reported again at the next attempt', async () => {
    const onExternalChange = vi.fn().mockRejectedValueOnce(new Error('no database'));
    const { send, effects, minutesLater, body } = await setup({ onExternalChange });
    expect(await send('products/update', body(minutesLater(1)))).toBe(500);
    expect(await send('products/update', body(minutesLater(1)))).toBe(200);
    expect(onExternalChange).toHaveBeenCalledTimes(2);
    expect(effects).toEqual(['changed-externally']);
  });

  it('with only a time counts every newer one as a change', async () => {
    const { send, effects, minutesLater, gid } = await setup();
    for (const minutes of [1, 2]) {
      await send('products/update', { admin_graphql_api_id: gid, updated_at: minutesLater(minutes) });
    }
    expect(effects).toEqual(['changed-externally', 'changed-externally']);
  });

  it('of a product or shop that is not ours is an event, not an error', async () => {
    const { send, effects } = await setup();
    expect(await send('products/update', { id: 999, updated_at: '2026-11-02T12:00:00Z' })).toBe(200);
    expect(effects).toEqual(['unknown-product']);
    const many = await setup({ sync: () => undefined });
    expect(await many.send('products/update', { id: 1 })).toBe(200);
    expect(many.effects).toEqual(['unknown-product']);
  });

  it('goes to the sync of its shop where there are many', async () => {
    const applyWebhook = vi.fn(async () => 'not-newer' as const);
    const { send } = await setup({ sync: (shop) => (shop === 'zeta.myshopify.com' ? { applyWebhook } : undefined) });
    await send('products/update', { id: 1 }, 'zeta.myshopify.com');
    await send('products/update', { id: 1 });
    expect(applyWebhook).toHaveBeenCalledWith(
      expect.objectContaining({ shop: 'zeta.myshopify.com' }),
      expect.anything(),
    );
    expect(applyWebhook).not.toHaveBeenCalledWith(expect.objectContaining({ shop: domain }), expect.anything());
  });
});

describe('products/delete', () => {
  it.each([
    ['title', { title: 'Tee' }],
    ['updated_at', { updated_at: '2036-01-01T00:00:00Z' }],
    ['variants', { variants: [] }],
  ])(
    'that holds a product (%s) is the body of another topic: it is refused, and changes nothing',
    async (field, more) => {
      const onDeleted = vi.fn();
      const { send, effects, stores, sync, gid } = await setup({ onDeleted });
      const payload = { id: Number(gid.split('/').at(-1)), admin_graphql_api_id: gid, ...more };
      expect(await send('products/delete', payload)).toBe(500);
      await expect(sync.applyWebhook({ topic: 'products/delete', shop: domain, payload })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        issues: [expect.objectContaining({ field })],
      });
      expect(effects).toEqual([]);
      expect(onDeleted).not.toHaveBeenCalled();
      expect((await stores.records.get(domain, 'tee-1'))?.status).toBe('synced');
      expect(await send('products/delete', { id: payload.id, admin_graphql_api_id: gid })).toBe(200);
      expect(effects).toEqual(['deleted']);
    },
  );

  it('marks the record and calls the host', async () => {
    const onDeleted = vi.fn();
    const { send, effects, gid, stores } = await setup({ onDeleted });
    await send('products/delete', { id: Number(gid.split('/').at(-1)) });
    expect(effects).toEqual(['deleted']);
    expect((await stores.records.get(domain, 'tee-1'))?.status).toBe('deleted-in-shopify');
    expect(onDeleted.mock.calls[0]?.[0]).toMatchObject({ localId: 'tee-1', gid });
  });
});

describe('ids above 2^53', () => {
  const [ours, neighbour] = ['9007199254740993', '9007199254740992'];

  it('mark the product they name, not the one that they would be rounded to', async () => {
    const onDeleted = vi.fn();
    const { send, effects, stores, record } = await setup({ onDeleted });
    for (const id of [ours, neighbour]) {
      await stores.records.put({
        ...record,
        shop: domain,
        localId: id,
        gid: `gid://shopify/Product/${id}`,
      } as SyncRecord);
    }
    await send('products/delete', `{"id":${ours}}`);
    expect(effects).toEqual(['deleted']);
    expect(onDeleted.mock.calls.map(([{ localId }]) => localId)).toEqual([ours]);
    expect((await stores.records.get(domain, ours))?.status).toBe('deleted-in-shopify');
    expect((await stores.records.get(domain, neighbour))?.status).toBe('synced');
  });

  it('are ignored if there is only the parsed body', async () => {
    const { sync, stores, record } = await setup();
    const gid = `gid://shopify/Product/${neighbour}`;
    await stores.records.put({ ...record, shop: domain, localId: 'other', gid } as SyncRecord);
    const payload: unknown = JSON.parse(`{"id":${ours}}`);
    expect(await sync.applyWebhook({ topic: 'products/delete', shop: domain, payload })).toBe('ignored');
    expect((await stores.records.get(domain, 'other'))?.status).toBe('synced');
  });

  it('keep the stock of the item they name', async () => {
    const { send, stores } = await setup();
    await send('inventory_levels/update', `{"inventory_item_id":${ours},"location_id":1,"available":4}`);
    const place = { shop: domain, inventoryItemId: ours, locationId: '1' };
    expect(await readStock(stores.keyValue, place)).toMatchObject({ ...place, available: 4 });
  });
});

describe('inventory_levels/update', () => {
  const level = (available: number | null, updated_at?: string): object => ({
    inventory_item_id: 808950810,
    location_id: 655441491,
    available,
    ...(updated_at !== undefined && { updated_at }),
  });
  const place = { shop: domain, inventoryItemId: '808950810', locationId: '655441491' };

  it('leaves stock of a newer release alone, and reports it', async () => {
    const onInventory = vi.fn();
    const { send, stores } = await setup({ onInventory });
    const key = `webhooks:${domain}:stock:${place.inventoryItemId}:${place.locationId}`;
    const text = JSON.stringify({ format: 2, shelves: [] });
    await stores.keyValue.set(key, text);
    await expect(readStock(stores.keyValue, place)).rejects.toMatchObject({ code: 'STORAGE_FAILED', shop: domain });
    expect(await send('inventory_levels/update', level(5, '2026-11-02T12:00:01-05:00'))).toBe(500);
    expect(onInventory).not.toHaveBeenCalled();
    expect(await stores.keyValue.get(key)).toBe(text);
  });

  it('keeps the newest stock and calls the host with it', async () => {
    const onInventory = vi.fn();
    const { send, effects, stores } = await setup({ onInventory });
    expect(await readStock(stores.keyValue, place)).toBeUndefined();
    await send('inventory_levels/update', level(5, '2026-11-02T12:00:01-05:00'));
    await send('inventory_levels/update', level(9, '2026-11-02T12:00:00-05:00'));
    await send('inventory_levels/update', level(4, '2026-11-02T17:00:02Z'));
    expect(effects).toEqual(['stock-kept', 'stock-older', 'stock-kept']);
    expect(onInventory.mock.calls.map(([{ available }]) => available)).toEqual([5, 4]);
    expect(await readStock(stores.keyValue, place)).toEqual({
      ...place,
      available: 4,
      updatedAt: '2026-11-02T17:00:02Z',
      triggeredAt: expect.stringMatching(/^20/),
    });
  });

  it('whose host handler throws calls it again at the next attempt', async () => {
    const onInventory = vi.fn().mockRejectedValueOnce(new Error('no database'));
    const { send } = await setup({ onInventory });
    expect(await send('inventory_levels/update', level(5, '2026-11-02T12:00:00Z'))).toBe(500);
    expect(await send('inventory_levels/update', level(5, '2026-11-02T12:00:00Z'))).toBe(200);
    expect(onInventory).toHaveBeenCalledTimes(2);
  });

  it('without its own time uses its trigger time, and reports untracked stock as such', async () => {
    const { send, stores, effects } = await setup();
    await send('inventory_levels/update', level(null));
    const kept = await readStock(stores.keyValue, place);
    expect(kept).toMatchObject({ available: null, updatedAt: null, triggeredAt: expect.stringMatching(/^20/) });
    expect(effects).toEqual(['stock-kept']);
  });

  it('is compared by its own time, or by the trigger time if one of two has none', async () => {
    const { send, stores, effects } = await setup();
    const deliver = (pieces: number, triggeredAt: string, updatedAt?: string): Promise<number> =>
      send('inventory_levels/update', level(pieces, updatedAt), domain, triggeredAt);
    await deliver(1, '2026-11-02T12:00:07Z');
    // Changed before the other was triggered, but triggered after it.
    await deliver(2, '2026-11-02T12:00:08Z', '2026-11-02T12:00:06Z');
    await deliver(3, '2026-11-02T12:00:09Z', '2026-11-02T12:00:05Z');
    // Triggered after the other's change, but before the other was triggered.
    await deliver(4, '2026-11-02T12:00:07Z');
    expect(effects).toEqual(['stock-kept', 'stock-kept', 'stock-older', 'stock-older']);
    expect(await readStock(stores.keyValue, place)).toMatchObject({ available: 2, updatedAt: '2026-11-02T12:00:06Z' });
  });

  it.each([
    [[]],
    [{ location_id: 1 }],
    [{ inventory_item_id: '../1', location_id: 2 }],
    [{ inventory_item_id: -1, location_id: 2 }],
    [{ inventory_item_id: 1.5, location_id: 2 }],
    [{ inventory_item_id: 1e30, location_id: 2 }],
  ])('that names no item or location is ignored (%#)', async (payload) => {
    const { send, effects } = await setup();
    expect(await send('inventory_levels/update', payload)).toBe(200);
    expect(effects).toEqual(['ignored']);
  });

  it('that another process stores first is still decided by its time', async () => {
    const stores = memoryStores();
    const { send } = await setup({ stores });
    const compareAndSet = vi.spyOn(stores.keyValue, 'compareAndSet').mockImplementationOnce(async (key) => {
      await stores.keyValue.set(key, JSON.stringify({ ...place, available: 1, updatedAt: '2026-11-02T13:00:00Z' }));
      return false;
    });
    await send('inventory_levels/update', level(5, '2026-11-02T12:00:00Z'));
    expect(compareAndSet).toHaveBeenCalledOnce();
    expect(await readStock(stores.keyValue, place)).toMatchObject({ available: 1 });
  });
});

it('the webhooks of a sync refuse unknown options', () => {
  const { sync, stores } = fakeSync();
  expect(() => createSyncWebhooks({ sync, stores, onExternalChanges: () => undefined } as never)).toThrow(
    /onExternalChanges: is not an option. Did you mean onExternalChange/,
  );
  expect(() => createSyncWebhooks({ sync } as never)).toThrow(/stores\.keyValue/);
  expect(() => createSyncWebhooks({ stores } as never)).toThrow(/sync/);
});
