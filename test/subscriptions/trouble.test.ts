import { isShopwrightError, memoryStores } from 'shopwright';
import { type DesiredSubscription, syncSubscriptions } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { counts, createHarness, shop, uri } from './harness.ts';

const hour = 3_600_000;
const products: DesiredSubscription = { topic: 'products/update', uri };
const orders: DesiredSubscription = { topic: 'orders/create', uri };

describe('a subscription that Shopify removed after eight failed deliveries', () => {
  it('is reported from the memory, and created again', async () => {
    const bench = createHarness({ fake: { webhooks: { fetch: async () => new Response('', { status: 500 }) } } });
    const { sync, store, fake, clock, stored } = bench;
    const [before] = (await sync([products, orders], { store })).created.filter(
      ({ topic }) => topic === products.topic,
    );
    fake.emit('products/update', { id: 1, updated_at: '2026-11-01T00:00:00Z' });
    await clock.advance(5 * hour);
    expect(stored()).toMatchObject([{ topic: 'ORDERS_CREATE' }]);

    expect((await sync([products, orders], { store, dryRun: true })).removedByShopify).toEqual([before]);
    const report = await sync([products, orders], { store });
    expect(counts(report)).toEqual({ created: 1, unchanged: 1, removedByShopify: 1 });
    expect(report.removedByShopify).toEqual([before]);
    expect(report.created[0]?.id).not.toBe(before?.id);
    expect(counts(await sync([products, orders], { store }))).toEqual({ unchanged: 2 });
  });

  it('is reported again if it could not be created again', async () => {
    const { sync, store, fake, stored } = createHarness();
    await sync([products], { store });
    fake.store.delete(shop, 'WebhookSubscription', stored()[0]?.id ?? '');
    fake.faults.next('status-403', { operation: 'WebhookSubscriptionAdd' });
    expect(counts(await sync([products], { store }))).toEqual({ failed: 1, removedByShopify: 1 });
    expect(counts(await sync([products], { store }))).toEqual({ created: 1, removedByShopify: 1 });
  });

  it('is not reported if it is not desired any more, or we deleted it', async () => {
    const { sync, store, fake, stored } = createHarness();
    await sync([products, orders], { store });
    const gone = stored().find(({ topic }) => topic === 'PRODUCTS_UPDATE');
    fake.store.delete(shop, 'WebhookSubscription', gone?.id ?? '');
    expect(counts(await sync([orders], { store }))).toEqual({ unchanged: 1 });
    expect(counts(await sync([], { store }))).toEqual({ deleted: 1 });
    expect(counts(await sync([products, orders], { store }))).toEqual({ created: 2 });
  });
});

describe('a subscription changed by somebody else', () => {
  it('is reported as drifted, and restored', async () => {
    const { sync, store, change, stored } = createHarness();
    const [made] = (await sync([products], { store })).created;
    await change(made?.id ?? '', { uri: 'https://other.example/', includeFields: ['id'] });
    const report = await sync([products], { store });
    expect(counts(report)).toEqual({ updated: 1, drifted: 1 });
    expect(report.drifted[0]).toMatchObject({ id: made?.id, changes: ['uri', 'includeFields'] });
    expect(stored()).toMatchObject([{ uri, includeFields: [] }]);
    expect(counts(await sync([products], { store }))).toEqual({ unchanged: 1 });
  });

  it('is recognized without its name if it is remembered', async () => {
    const { sync, store, change, stored } = createHarness();
    const [made] = (await sync([products], { store })).created;
    await change(made?.id ?? '', { name: 'mine', uri: 'https://other.example/' });
    const report = await sync([products], { store });
    expect(report.updated).toEqual([{ ...made, changes: ['uri', 'name'] }]);
    expect(report.drifted).toMatchObject([{ id: made?.id, name: 'mine', changes: ['uri', 'name'] }]);
    expect(stored()).toHaveLength(1);
  });

  it('and not desired any more is deleted, even without its name', async () => {
    const { sync, store, change, subscribe, stored } = createHarness();
    const [made] = (await sync([products], { store })).created;
    await change(made?.id ?? '', { name: 'mine' });
    const other = await subscribe('PRODUCTS_UPDATE', { uri: 'https://other.example/', name: 'theirs' });
    expect(counts(await sync([], { store }))).toEqual({ deleted: 1, drifted: 1 });
    expect(stored().map(({ id }) => id)).toEqual([other]);
  });

  it('is not reported if the desired list has changed', async () => {
    const { sync, store } = createHarness();
    await sync([products], { store });
    const report = await sync([{ ...products, includeFields: ['id'] }], { store });
    expect(counts(report)).toEqual({ updated: 1 });
  });
});

describe('a failure', () => {
  it('of some subscriptions does not stop the others, and is reported with its reason', async () => {
    const { sync, stored } = createHarness();
    const report = await sync([{ ...products, filter: 'status:active AND (' }, orders]);
    expect(counts(report)).toEqual({ created: 1, failed: 1 });
    const [failed] = report.failed;
    expect(failed).toMatchObject({ action: 'create', topic: 'products/update', id: undefined });
    expect(failed?.reason).toContain('The specified filter is invalid');
    expect(isShopwrightError(failed?.error, 'USER_ERROR')).toBe(true);
    expect(stored()).toMatchObject([{ topic: 'ORDERS_CREATE' }]);
  });

  it.each([
    ['update', 'WebhookSubscriptionChange', [{ ...products, includeFields: ['id'] }]],
    ['delete', 'WebhookSubscriptionRemove', []],
  ] as const)('to %s leaves it unchanged, and the next run fixes it', async (action, operation, desired) => {
    const { sync, fake, store, stored } = createHarness();
    const [made] = (await sync([products], { store })).created;
    const before = stored();
    fake.faults.next('status-403', { operation });
    const report = await sync(desired, { store });
    expect(report.failed).toMatchObject([{ ...made, action, error: { code: 'ACCESS_DENIED' } }]);
    expect(stored()).toEqual(before);
    expect(counts(await sync(desired, { store }))).toEqual({ [action === 'update' ? 'updated' : 'deleted']: 1 });
  });

  it.each([
    ['creation', 'webhookSubscriptionCreate', [products], 'INVALID_RESPONSE', 3],
    ['deletion', 'webhookSubscriptionDelete', [], 'USER_ERROR', 1],
  ] as const)(
    'of a %s that Shopify does not carry out is reported unchanged',
    async (_, field, desired, code, sends) => {
      const answers = {
        webhookSubscriptionCreate: { webhookSubscription: null, userErrors: [] },
        webhookSubscriptionDelete: {
          deletedWebhookSubscriptionId: null,
          userErrors: [{ field: ['id'], message: 'Try again later' }],
        },
      };
      const { sync, subscribe, fake } = createHarness({
        fake: { resolvers: { Mutation: { [field]: () => answers[field] } } },
      });
      if (desired.length === 0) await subscribe('PRODUCTS_UPDATE', { name: 'shopwright__products_update' });
      const report = await sync(desired);
      expect(report.failed).toMatchObject([{ topic: 'products/update', error: { code } }]);
      expect(fake.calls.filter(({ rootFields }) => rootFields.includes(field))).toHaveLength(sends);
    },
  );

  it('to read the subscriptions is thrown, and nothing is sent', async () => {
    const { sync, fake, mutations } = createHarness();
    fake.faults.next('status-403', { operation: 'WebhookSubscriptions' });
    await expect(sync([products])).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect(mutations()).toBe(0);
  });
});

describe('a lost response', () => {
  it('of a creation that was carried out does not create a second one', async () => {
    const { sync, fake, stored } = createHarness();
    fake.faults.next('reset-after', { operation: 'WebhookSubscriptionAdd' });
    const report = await sync([products, orders]);
    expect(counts(report)).toEqual({ created: 2 });
    expect(report.created.map(({ id }) => id).toSorted()).toEqual(
      stored()
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(fake.executed('WebhookSubscriptionAdd')).toBe(2);
  });

  it('of a creation that was not carried out leads to another try', async () => {
    const { sync, fake, stored } = createHarness();
    fake.faults.next('reset-before', { operation: 'WebhookSubscriptionAdd' });
    expect(counts(await sync([products]))).toEqual({ created: 1 });
    expect(stored()).toHaveLength(1);
  });

  it('with each try ends with the error that reports it', async () => {
    const { sync, fake } = createHarness();
    fake.faults.next('reset-before', { operation: 'WebhookSubscriptionAdd', times: 100 });
    const report = await sync([products]);
    expect(counts(report)).toEqual({ failed: 1 });
    expect(isShopwrightError(report.failed[0]?.error, 'OUTCOME_UNKNOWN')).toBe(true);
  });

  it.each(['reset-after', 'reset-before', 'status-503-after'] as const)(
    'of a change or a deletion is sent again (%s)',
    async (fault) => {
      const { sync, fake, stored } = createHarness();
      await sync([products, orders]);
      fake.faults.next(fault, { operation: 'WebhookSubscriptionChange' });
      fake.faults.next(fault, { operation: 'WebhookSubscriptionRemove' });
      const report = await sync([{ ...products, includeFields: ['id'] }]);
      expect(counts(report)).toEqual({ updated: 1, deleted: 1 });
      expect(stored()).toMatchObject([{ topic: 'PRODUCTS_UPDATE', includeFields: ['id'] }]);
    },
  );
});

describe('a change of topic', () => {
  it('whose second half fails is reported, and completed by the next run', async () => {
    const { sync, fake, store, stored } = createHarness();
    await sync([{ ...products, name: 'main' }], { store });
    fake.faults.next('status-403', { operation: 'WebhookSubscriptionAdd' });
    const desired: DesiredSubscription[] = [{ ...orders, name: 'main' }];
    const report = await sync(desired, { store });
    expect(report.failed).toMatchObject([{ action: 'create', topic: 'orders/create', name: 'shopwright__main' }]);
    expect(stored()).toEqual([]);
    expect(counts(await sync(desired, { store }))).toEqual({ created: 1 });
  });

  it('whose first half fails keeps the old one, and is completed by the next run', async () => {
    const { sync, fake, stored } = createHarness();
    await sync([{ ...products, name: 'main' }]);
    fake.faults.next('status-403', { operation: 'WebhookSubscriptionRemove' });
    const desired: DesiredSubscription[] = [{ ...orders, name: 'main' }];
    const report = await sync(desired);
    expect(report.failed.map(({ action }) => action).toSorted()).toEqual(['create', 'delete']);
    expect(stored()).toMatchObject([{ topic: 'PRODUCTS_UPDATE' }]);
    expect(counts(await sync(desired))).toEqual({ updated: 1 });
  });
});

describe('two runs at the same time', () => {
  it('reach the same result, without a duplicate or a failure', async () => {
    const { client, clock, stored } = createHarness();
    const desired = [products, orders, { ...products, uri: 'https://app.example/two', name: 'two' }];
    const run = () => syncSubscriptions({ client, desired });
    const reports = await clock.run(Promise.all([run(), run(), run()]));
    expect(stored()).toHaveLength(3);
    expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
    expect(reports.flatMap(({ created }) => created)).toHaveLength(3);
  });
});

describe('the store', () => {
  it('contains what one owner set in one shop, under a key that is erased with the shop', async () => {
    const { sync, store } = createHarness();
    await sync([products], { store });
    await sync([orders], { store, owner: 'other' });
    const keys: string[] = [];
    for await (const key of store.scan('')) keys.push(key);
    expect(keys.toSorted()).toEqual([
      `webhooks:${shop}:subscriptions:other`,
      `webhooks:${shop}:subscriptions:shopwright`,
    ]);
  });

  it.each(['no JSON', '{}', '{"format":1,"subscriptions":[{}]}', '{"format":2,"subscriptions":[]}'])(
    'that holds %s is refused before anything is sent, with the key',
    async (text) => {
      const { sync, mutations } = createHarness();
      const store = memoryStores().keyValue;
      await store.set(`webhooks:${shop}:subscriptions:shopwright`, text);
      const error = await sync([products], { store }).catch((thrown: unknown) => thrown);
      expect(isShopwrightError(error, 'STORAGE_FAILED') && error.message).toContain('subscriptions:shopwright');
      expect(mutations()).toBe(0);
      expect(await store.get(`webhooks:${shop}:subscriptions:shopwright`)).toBe(text);
      expect(isShopwrightError(error) && error.message).toContain(
        text.includes('2') ? 'Update this process' : 'Delete it',
      );
    },
  );
});
