import type { DesiredSubscription } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { counts, createHarness, shop, uri } from './harness.ts';

const arn = 'arn:aws:events:us-east-1::event-source/aws.partner/shopify.com/1234/source';

const three: readonly DesiredSubscription[] = [
  { topic: 'products/update', uri, filter: 'status:active', includeFields: ['id', 'status', 'updated_at'] },
  { topic: 'app/uninstalled', uri: 'pubsub://my-project:my-topic' },
  {
    ...{ topic: 'orders/create', uri: arn, name: 'orders-to-aws' },
    metafieldNamespaces: ['custom', '$app'],
    metafields: [{ key: 'a' }, { namespace: '$app:extra', key: 'b' }],
  },
];

describe('a first run', () => {
  it('creates the desired subscriptions, with all their fields', async () => {
    const { sync, stored } = createHarness();
    const report = await sync(three);
    expect(counts(report)).toEqual({ created: 3 });
    expect(report.created).toEqual([
      {
        topic: 'app/uninstalled',
        name: 'shopwright__app_uninstalled',
        uri: 'pubsub://my-project:my-topic',
        id: expect.stringMatching(/^gid:/),
      },
      { topic: 'orders/create', name: 'shopwright__orders-to-aws', uri: arn, id: expect.stringMatching(/^gid:/) },
      { topic: 'products/update', name: 'shopwright__products_update', uri, id: expect.stringMatching(/^gid:/) },
    ]);
    const byTopic = new Map(stored().map((one) => [one['topic'], one]));
    expect(byTopic.get('PRODUCTS_UPDATE')).toMatchObject({
      ...{ uri, filter: 'status:active', includeFields: ['id', 'status', 'updated_at'], format: 'JSON' },
    });
    expect(byTopic.get('ORDERS_CREATE')).toMatchObject({
      metafieldNamespaces: ['custom', 'app--1001'],
      metafields: [
        { namespace: 'app--1001', key: 'a' },
        { namespace: 'app--1001--extra', key: 'b' },
      ],
    });
  });

  it('creates subscriptions that only the API accepts, and topics longer than a name may be', async () => {
    const { sync, stored } = createHarness();
    const desired: DesiredSubscription[] = [
      { topic: 'product_feeds/full_sync', uri },
      { topic: 'fulfillment_orders/fulfillment_service_failed_to_complete', uri },
      { topic: 'fulfillment_orders/fulfillment_request_accepted', uri },
      { topic: 'customer.tags_added', uri },
      { topic: 'metaobjects/create', uri, filter: 'type:lookbook' },
    ];
    expect(counts(await sync(desired))).toEqual({ created: 5 });
    expect(stored().every(({ name }) => String(name).length <= 50)).toBe(true);
    expect(counts(await sync(desired))).toEqual({ unchanged: 5 });
  });
});

describe('a second run', () => {
  it('does nothing, in whatever order the fields are', async () => {
    const { sync, mutations, store } = createHarness();
    await sync(three, { store });
    const before = mutations();
    let writes = 0;
    const counting: typeof store = { ...store, get: store.get.bind(store), set: async () => void writes++ };
    const turned = three.map((one) => ({ ...one, includeFields: one.includeFields?.toReversed() ?? [] })).toReversed();
    expect(counts(await sync(turned, { store: counting }))).toEqual({ unchanged: 3 });
    expect([mutations() - before, writes]).toEqual([0, 0]);
  });

  it('does nothing if an address is written in another way', async () => {
    const { sync } = createHarness();
    await sync([{ topic: 'products/update', uri: 'https://app.example/' }]);
    const report = await sync([{ topic: 'products/update', uri: 'https://APP.example:443' }]);
    expect(counts(report)).toEqual({ unchanged: 1 });
  });

  it('changes a subscription in place', async () => {
    const { sync, stored } = createHarness();
    const [products] = (await sync(three.slice(0, 1))).created;
    const other = 'https://app.example/other';
    const report = await sync([{ topic: 'products/update', uri: other }]);
    expect(report.updated).toEqual([{ ...products, uri: other, changes: ['uri', 'filter', 'includeFields'] }]);
    expect(stored()).toMatchObject([{ id: products?.id, uri: other, filter: null, includeFields: [] }]);
  });

  it('deletes a subscription removed from the list', async () => {
    const { sync, stored } = createHarness();
    await sync(three);
    const report = await sync(three.slice(0, 1));
    expect(counts(report)).toEqual({ unchanged: 1, deleted: 2 });
    expect(report.deleted.map(({ topic }) => topic)).toEqual(['app/uninstalled', 'orders/create']);
    expect(stored()).toHaveLength(1);
  });

  it('replaces one whose topic has changed, which cannot be changed in place', async () => {
    const { sync, stored } = createHarness();
    const [before] = (await sync([{ topic: 'products/update', uri, name: 'main' }])).created;
    const report = await sync([{ topic: 'products/create', uri, name: 'main' }]);
    expect(counts(report)).toEqual({ updated: 1 });
    expect(report.updated[0]).toMatchObject({ topic: 'products/create', changes: ['topic'] });
    expect(report.updated[0]?.id).not.toBe(before?.id);
    expect(stored()).toMatchObject([{ topic: 'PRODUCTS_CREATE', name: 'shopwright__main' }]);
  });

  it('changes a name in place', async () => {
    const { sync } = createHarness();
    const [before] = (await sync([{ topic: 'products/update', uri }])).created;
    const report = await sync([{ topic: 'products/update', uri, name: 'Catalogue' }]);
    expect(report.updated).toEqual([{ ...before, name: 'shopwright__Catalogue', changes: ['name'] }]);
    const recased = await sync([{ topic: 'products/update', uri, name: 'catalogue' }]);
    expect(recased.updated).toMatchObject([{ id: before?.id, name: 'shopwright__catalogue', changes: ['name'] }]);
  });

  it('swaps the addresses of two, and moves one to an address that another leaves', async () => {
    const { sync, stored } = createHarness();
    const [one, two, three] = ['https://app.example/1', 'https://app.example/2', 'https://app.example/3'] as const;
    const list = (a: string, b: string): DesiredSubscription[] => [
      { topic: 'products/update', uri: a, name: 'a' },
      { topic: 'products/update', uri: b, name: 'b' },
    ];
    await sync(list(one, two));
    expect(counts(await sync(list(two, one)))).toEqual({ updated: 2 });
    expect(counts(await sync(list(one, three)))).toEqual({ updated: 2 });
    expect(counts(await sync(list(one, three)))).toEqual({ unchanged: 2 });
    expect(Object.fromEntries(stored().map(({ name, uri: to }) => [name, to]))).toEqual({
      shopwright__a: one,
      shopwright__b: three,
    });
  });
});

describe('the subscriptions of others', () => {
  it('are never touched, even with the same topic at another address', async () => {
    const { sync, subscribe, stored } = createHarness();
    await subscribe('PRODUCTS_UPDATE', { uri: 'https://other.example/hooks' });
    await subscribe('ORDERS_CREATE', { name: 'shopwright-orders' });
    await sync([{ topic: 'products/delete', uri }], { owner: 'shop' });
    await sync([{ topic: 'products/update', uri }], { owner: 'shop-two' });
    const before = stored();
    expect(before).toHaveLength(4);
    expect(counts(await sync([{ topic: 'products/create', uri }]))).toEqual({ created: 1 });
    expect(counts(await sync([]))).toEqual({ deleted: 1 });
    expect(stored()).toEqual(before);
    expect(counts(await sync([], { owner: 'shop' }))).toEqual({ deleted: 1 });
    expect(counts(await sync([], { owner: 'SHOP-two' }))).toEqual({ deleted: 1 });
    expect(stored()).toHaveLength(2);
  });

  it('block one with the same topic, address and filter, which is reported with the fix', async () => {
    const { sync, subscribe, stored, mutations } = createHarness();
    const id = await subscribe('PRODUCTS_UPDATE');
    const [before, sent] = [stored(), mutations()];
    const report = await sync([{ topic: 'products/update', uri }, ...three.slice(1, 2)]);
    expect(counts(report)).toEqual({ created: 1, failed: 1 });
    const [failed] = report.failed;
    expect(failed).toMatchObject({ action: 'create', topic: 'products/update', id: undefined });
    expect(failed?.reason).toContain(id);
    expect(failed?.reason).toContain('desired[0]');
    expect(mutations() - sent).toBe(1);
    expect(stored().slice(0, 1)).toEqual(before);
  });

  it('do not block one that already has its address, written in another way', async () => {
    const { sync, subscribe, stored } = createHarness();
    await sync([{ topic: 'products/update', uri: 'https://app.example/' }]);
    await subscribe('PRODUCTS_UPDATE', { uri: 'https://app.example' });
    expect(counts(await sync([{ topic: 'products/update', uri: 'https://app.example/' }]))).toEqual({ unchanged: 1 });
    const report = await sync([{ topic: 'products/update', uri: 'https://app.example/', includeFields: ['id'] }]);
    expect(counts(report)).toEqual({ updated: 1 });
    expect(stored()).toHaveLength(2);
  });

  it('block a change too, and the subscription stays unchanged', async () => {
    const { sync, subscribe, stored } = createHarness();
    await sync([{ topic: 'products/update', uri: 'https://app.example/old' }]);
    await subscribe('PRODUCTS_UPDATE');
    const before = stored();
    const report = await sync([{ topic: 'products/update', uri }]);
    expect(report.failed).toMatchObject([{ action: 'update', id: before[0]?.id }]);
    expect(stored()).toEqual(before);
  });
});

describe('150 subscriptions', () => {
  it('are read in pages, and exist after one run', async () => {
    const { sync, stored, fake } = createHarness();
    const desired = Array.from(
      { length: 150 },
      (_, index): DesiredSubscription => ({
        ...{ topic: 'orders/updated', uri: `https://app.example/${index}`, name: `number-${index}` },
      }),
    );
    expect(counts(await sync(desired))).toEqual({ created: 150 });
    expect(stored()).toHaveLength(150);
    const pages = (): number => fake.calls.filter(({ operation }) => operation === 'WebhookSubscriptions').length;
    const before = pages();
    expect(counts(await sync(desired.slice(0, 120)))).toEqual({ unchanged: 120, deleted: 30 });
    expect(pages() - before).toBe(2);
    expect(stored()).toHaveLength(120);
    expect(fake.stats(shop).throttled).toBe(0);
  });
});

describe('a dry run', () => {
  it('sends no mutation, writes nothing, and reports what would be done', async () => {
    const { sync, subscribe, stored, mutations, store } = createHarness();
    await sync(three, { store });
    await subscribe('SHOP_UPDATE');
    const key = [];
    for await (const one of store.scan('')) key.push([one, await store.get(one)]);
    const [before, sent] = [stored(), mutations()];
    const desired: DesiredSubscription[] = [
      { topic: 'products/update', uri },
      { topic: 'orders/edited', uri, name: 'orders-to-aws' },
      { topic: 'products/delete', uri },
      { topic: 'shop/update', uri },
    ];
    const report = await sync(desired, { dryRun: true, store });
    expect(counts(report)).toEqual({ created: 1, updated: 2, deleted: 1, failed: 1 });
    expect(report.created).toMatchObject([{ topic: 'products/delete', id: undefined }]);
    expect(mutations()).toBe(sent);
    expect(stored()).toEqual(before);
    const after = [];
    for await (const one of store.scan('')) after.push([one, await store.get(one)]);
    expect(after).toEqual(key);
    expect(after).toHaveLength(1);
  });
});

describe('an abort', () => {
  it('before the run sends nothing', async () => {
    const { sync, fake } = createHarness();
    await expect(sync(three, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    expect(fake.calls).toEqual([]);
  });

  it('in the middle ends the run with its reason; what was created is remembered, and the next run does the rest', async () => {
    const controller = new AbortController();
    const { sync, stored, store, fake } = createHarness({
      client: {
        telemetry: () => {
          if (fake.executed('WebhookSubscriptionAdd') >= 5) controller.abort('enough');
        },
      },
    });
    const desired = Array.from(
      { length: 40 },
      (_, index): DesiredSubscription => ({
        ...{ topic: 'orders/updated', uri: `https://app.example/${index}`, name: `number-${index}` },
      }),
    );
    await expect(sync(desired, { signal: controller.signal, store })).rejects.toBe('enough');
    const made = stored().length;
    expect(made).toBeGreaterThanOrEqual(5);
    expect(made).toBeLessThan(40);
    expect(counts(await sync(desired, { store }))).toEqual({ created: 40 - made, unchanged: made });
  });
});
