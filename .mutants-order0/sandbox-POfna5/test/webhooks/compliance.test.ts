// @ts-nocheck
import { randomBytes } from 'node:crypto';
import { memoryStores } from 'shopwright';
import { createTokenStore } from 'shopwright/auth';
import { inProcessQueue } from 'shopwright/queue';
import { createProductQueue, createSyncWebhooks, readStock } from 'shopwright/sync';
import { createManualClock } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import {
  type ComplianceOptions,
  completeComplianceRequest,
  complianceHandlers,
  openComplianceRequests,
} from 'shopwright/webhooks/compliance';
import { describe, expect, test, vi } from 'vitest';
import { deliveryOf, productUpdate } from './delivery-request.ts';
import { secret } from './signed-delivery.ts';

const shop = 'acme.myshopify.com';
const day = 86_400_000;
const redaction = { shop_id: 1, shop_domain: shop, customer: { id: 7 }, orders_to_redact: [1] };
const dataRequest = {
  shop_id: 1,
  shop_domain: shop,
  orders_requested: [299938],
  customer: { id: 191167, email: 'jane@example.com', phone: '555-625-1199' },
  data_request: { id: 9999 },
};

function setup(options: Partial<ComplianceOptions> = {}) {
  const { clock: given } = options;
  const clock = (given as ReturnType<typeof createManualClock> | undefined) ?? createManualClock();
  const stores = memoryStores({ clock });
  const store = stores.keyValue;
  const queue = inProcessQueue({ clock });
  const compliance = { onDataRequest: vi.fn(), onCustomerRedact: vi.fn(), onShopRedact: vi.fn() };
  const handler = createWebhookHandler({
    secrets: secret,
    store,
    queue,
    clock,
    on: {
      ...complianceHandlers({ store, stores, queue, clock, ...compliance, ...options }),
      'products/update': () => undefined,
      'orders/create': () => {
        throw new Error('no database');
      },
    },
  });
  const send = async (
    topic: string,
    payload: object,
    webhookId = 'request-1',
    more: { readonly triggeredAt?: string } = {},
  ): Promise<void> => {
    expect((await handler(deliveryOf({ topic, payload, webhookId, clock, ...more }))).status).toBe(200);
    await clock.run(queue.drain());
  };
  const keys = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const key of store.scan('')) found.push(key);
    return found;
  };
  return { ...compliance, clock, stores, store, queue, handler, send, keys };
}

describe('a request', () => {
  test('that a newer release has stored is reported, not handled and not completed', async () => {
    const { send, store, queue, onDataRequest } = setup();
    const key = `compliance:${shop}:request-1`;
    const text = JSON.stringify({ format: 2, state: 'open' });
    await store.set(key, text);
    for (const call of [
      () => openComplianceRequests(store),
      () => completeComplianceRequest(store, { shop, id: 'request-1' }),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
        message: expect.stringContaining('format 2'),
      });
    }
    await send('customers/data_request', dataRequest);
    expect(onDataRequest).not.toHaveBeenCalled();
    expect(await queue.deadJobs()).toHaveLength(1);
    expect(await store.get(key)).toBe(text);
  });

  test('that the handler does at once is completed, and only its proof stays, without a customer in it', async () => {
    const { send, store, onDataRequest, clock } = setup();
    await send('customers/data_request', dataRequest);
    expect(onDataRequest).toHaveBeenCalledOnce();
    const [event, request] = onDataRequest.mock.calls[0] ?? [];
    expect(event.payload).toEqual(dataRequest);
    expect(request).toEqual({
      id: 'request-1',
      topic: 'customers/data_request',
      shop,
      customerId: '191167',
      dataRequestId: '9999',
      receivedAt: clock.now(),
      dueAt: clock.now() + 30 * day,
      installedAgainAt: null,
      completedAt: null,
    });
    expect(await openComplianceRequests(store)).toEqual([]);
    const { format: _, ...kept } = JSON.parse((await store.get(`compliance:${shop}:request-1`)) ?? '');
    expect(kept).toEqual({ ...request, customerId: null, completedAt: clock.now() });
  });

  test('that is left for later is open until it is completed, the nearest deadline first', async () => {
    const { send, store, clock } = setup({ onDataRequest: () => 'later', onCustomerRedact: async () => 'later' });
    await send('customers/redact', redaction, 'first');
    await clock.advance(day);
    await send('customers/data_request', dataRequest, 'second');
    expect((await openComplianceRequests(store)).map(({ id }) => id)).toEqual(['first', 'second']);
    expect(await openComplianceRequests(store, 'zeta.myshopify.com')).toEqual([]);
    expect(await completeComplianceRequest(store, { shop, id: 'first' })).toBe(true);
    expect(await completeComplianceRequest(store, { shop, id: 'first' })).toBe(false);
    expect(await completeComplianceRequest(store, { shop, id: 'unknown' })).toBe(false);
    expect((await openComplianceRequests(store, shop)).map(({ id }) => id)).toEqual(['second']);
  });

  test('whose handler throws is open with its first deadline until an attempt succeeds', async () => {
    const onCustomerRedact = vi.fn().mockRejectedValueOnce(new Error('no database'));
    const { handler, store, queue, clock } = setup({ onCustomerRedact });
    await handler(deliveryOf({ topic: 'customers/redact', payload: redaction, webhookId: 'request-1', clock }));
    const receivedAt = clock.now();
    await clock.advance(5_000);
    expect(await openComplianceRequests(store)).toEqual([expect.objectContaining({ receivedAt, customerId: '7' })]);
    await clock.run(queue.drain());
    expect(onCustomerRedact).toHaveBeenCalledTimes(2);
    expect(onCustomerRedact.mock.calls[1]?.[1]).toMatchObject({ receivedAt });
    expect(await openComplianceRequests(store)).toEqual([]);
  });

  test.each([[{ customer: 'x' }], [{ data_request: [] }], [{ customer: null, data_request: 'x', more: 1 }]])(
    'with an odd body (%#) is written down too',
    async (body) => {
      const { send, store } = setup({ onDataRequest: () => 'later' });
      await send('customers/data_request', { shop_domain: shop, ...body });
      expect(await openComplianceRequests(store)).toEqual([
        expect.objectContaining({ customerId: null, dataRequestId: null }),
      ]);
    },
  );

  test('that somebody else completes at the same moment is completed once', async () => {
    const { send, store } = setup({ onDataRequest: () => 'later' });
    await send('customers/data_request', dataRequest);
    const both = [1, 2].map(() => completeComplianceRequest(store, { shop, id: 'request-1' }));
    expect((await Promise.all(both)).toSorted()).toEqual([false, true]);
  });
});

describe('the deadline', () => {
  test('counts from when Shopify sent the request, however late it is handled', async () => {
    const { send, store, clock } = setup({ onDataRequest: () => 'later' });
    const sentAt = clock.now() - 5 * day;
    const triggeredAt = new Date(sentAt).toISOString().replace('Z', '456789Z');
    await send('customers/data_request', dataRequest, 'late', { triggeredAt });
    expect(await openComplianceRequests(store)).toEqual([
      expect.objectContaining({ receivedAt: sentAt, dueAt: sentAt + 30 * day }),
    ]);
  });

  test.each(['2036-01-01T00:00:00Z', 'yesterday', '2026'])(
    'counts from when it is handled where the header says %s',
    async (triggeredAt) => {
      const { send, store, clock } = setup({ onDataRequest: () => 'later' });
      await send('customers/data_request', dataRequest, 'odd', { triggeredAt });
      expect(await openComplianceRequests(store)).toEqual([
        expect.objectContaining({ receivedAt: clock.now(), dueAt: clock.now() + 30 * day }),
      ]);
    },
  );
});

describe('a signed body that is sent again as another topic', () => {
  const shopRedaction = { shop_id: 1, shop_domain: shop };
  const customerUpdate = { id: 7, email: 'jane@example.com' };
  test.each([
    ['shop/redact', redaction, 'orders_to_redact'],
    ['shop/redact', { ...redaction, orders_to_redact: undefined }, 'customer'],
    ['shop/redact', dataRequest, 'data_request'],
    ['shop/redact', { shop_domain: shop, id: 3, title: 'x' }, 'id'],
    ['shop/redact', { ...shopRedaction, title: 'x' }, 'title'],
    ['shop/redact', { ...shopRedaction, admin_graphql_api_id: 'gid://shopify/Product/1' }, 'admin_graphql_api_id'],
    ['customers/redact', { ...redaction, id: 3 }, 'id'],
    ['customers/data_request', { ...dataRequest, id: 3 }, 'id'],
    ['customers/redact', shopRedaction, 'customer'],
    ['customers/redact', dataRequest, 'data_request'],
    ['customers/redact', customerUpdate, 'shop_domain'],
    ['customers/redact', { id: 1, customer: { id: 7 } }, 'shop_domain'],
    ['customers/redact', [], 'shop_domain'],
    ['customers/data_request', redaction, 'orders_to_redact'],
    ['customers/data_request', shopRedaction, 'customer'],
  ])('%s erases nothing, hands nothing out, and says why (%#)', async (topic, payload, field) => {
    const { send, store, queue, onDataRequest, onCustomerRedact, onShopRedact } = setup();
    await store.set(`webhooks:${shop}:stock:1:2`, '{}');
    await send(topic, payload);
    for (const callback of [onDataRequest, onCustomerRedact, onShopRedact]) expect(callback).not.toHaveBeenCalled();
    expect(await store.get(`webhooks:${shop}:stock:1:2`)).toBe('{}');
    expect(await openComplianceRequests(store)).toEqual([]);
    const message = expect.stringContaining(`${field}: is `);
    expect(await queue.deadJobs()).toEqual([
      expect.objectContaining({ error: { code: 'VALIDATION_FAILED', message } }),
    ]);
  });
});

describe('shop/redact', () => {
  test('erases what the SDK keeps of the shop, after the host did, and nothing of other shops', async () => {
    const { handler, send, stores, keys, onShopRedact, clock, queue } = setup();
    const record = { localId: 'tee-1', gid: 'gid://shopify/Product/1' };
    const { records, keyValue } = stores;
    for (const domain of [shop, 'zeta.myshopify.com']) {
      await records.put({ ...emptyRecord, ...record, shop: domain });
      await handler(productUpdate('2026-11-02T12:00:00Z', { shop: domain }));
      await keyValue.set(`webhook-inbox:search:${domain}:waiting`, '{}');
      await keyValue.set(`files:${domain}:url-1`, '{}');
    }
    await clock.run(queue.drain());
    onShopRedact.mockImplementation(async () => expect((await records.counts(shop)).synced).toBe(1));
    await send('shop/redact', { shop_id: 1, shop_domain: shop });

    expect((await records.counts(shop)).synced).toBe(0);
    expect((await records.counts('zeta.myshopify.com')).synced).toBe(1);
    const left = await keys();
    expect(left.filter((key) => key.includes(shop)).toSorted()).toEqual([
      `compliance:${shop}:request-1`,
      `erased::${shop}`,
      `records-erased:${shop}`,
      `webhooks:${shop}:webhooks:done:request-1`,
    ]);
    expect(left.filter((key) => key.includes('zeta'))).toHaveLength(4);
    expect(onShopRedact).toHaveBeenCalledOnce();
  });

  test('throws away the dead letters of the shop, however many, and no others', async () => {
    const { handler, send, queue, clock } = setup();
    const order = { id: 1, email: 'jane@example.com' };
    const other = 'zeta.myshopify.com';
    await handler(deliveryOf({ topic: 'orders/create', payload: order, shop: other, webhookId: 'other' }));
    for (let number = 0; number < 120; number += 1) {
      await handler(deliveryOf({ topic: 'orders/create', payload: order, webhookId: `order-${number}` }));
    }
    queue.process('own', async () => {
      throw new Error('no');
    });
    await queue.enqueue({ type: 'own', payload: { details: { shop } }, retryDelaysMs: [] });
    await clock.run(queue.drain());
    expect((await queue.stats()).dead).toBe(122);
    await send('shop/redact', { shop_id: 1, shop_domain: shop });
    expect((await queue.deadJobs()).map(({ type, key }) => key ?? type).toSorted()).toEqual(['own', `${other}/other`]);
  });

  test('that cannot reach the queue for its dead letters is tried again', async () => {
    const deadJobs = vi.fn().mockRejectedValueOnce(new Error('ECONNREFUSED')).mockResolvedValue([]);
    const { send, onShopRedact, store } = setup({ queue: { deadJobs, remove: async () => false } });
    await send('shop/redact', { shop_id: 1, shop_domain: shop });
    expect(onShopRedact).toHaveBeenCalledTimes(2);
    expect(await openComplianceRequests(store)).toEqual([]);
  });

  test('that cannot erase everything erases the rest, and is tried again by the queue', async () => {
    const journal = { erase: vi.fn().mockRejectedValueOnce(new Error('ECONNREFUSED')).mockResolvedValue(0) };
    const tokens = { erase: vi.fn().mockResolvedValue(1) };
    const { handler, store, queue, clock, onShopRedact } = setup({ stores: { journal, tokens } });
    await handler(deliveryOf({ topic: 'shop/redact', payload: { shop_domain: shop }, webhookId: 'request-1' }));
    await clock.advance(5_000);
    expect(tokens.erase).toHaveBeenCalledWith(shop);
    expect(await openComplianceRequests(store)).toHaveLength(1);
    await clock.run(queue.drain());
    expect(journal.erase).toHaveBeenCalledTimes(2);
    expect(onShopRedact).toHaveBeenCalledTimes(2);
    expect(await openComplianceRequests(store)).toEqual([]);
  });

  test.each([[{ shop_domain: 'zeta.myshopify.com' }], [{ id: 1 }]])(
    'whose signed body is not about the shop of the header erases nothing (%#)',
    async (payload) => {
      const { send, store, queue, onShopRedact } = setup();
      await store.set(`webhooks:${shop}:stock:1:2`, '{}');
      await send('shop/redact', payload);
      expect(onShopRedact).not.toHaveBeenCalled();
      expect(await store.get(`webhooks:${shop}:stock:1:2`)).toBe('{}');
      expect(await queue.deadJobs()).toEqual([
        expect.objectContaining({ error: expect.objectContaining({ code: 'VALIDATION_FAILED' }) }),
      ]);
    },
  );

  const tokenKeys = [{ id: 'one', secret: randomBytes(32) }];
  const token = {
    ...{ accessToken: 'shpat_secret', accessTokenExpiresAt: null },
    ...{ refreshToken: null, refreshTokenExpiresAt: null, scopes: [] },
  };

  test.each([
    ['stores', undefined],
    ['tokens with a prefix of their own', 'own/'],
  ])('erases the access tokens of the shop, given %s', async (_, keyPrefix) => {
    const clock = createManualClock();
    const { keyValue, records, journal } = memoryStores({ clock });
    const tokens = createTokenStore({ store: keyValue, keys: tokenKeys, ...(keyPrefix && { keyPrefix }) });
    const stores = { keyValue, records, journal, ...(keyPrefix && { tokens }) };
    const { send, store } = setup({ stores, clock });
    const owners = [{ shop }, { shop, userId: '7' }, { shop: 'zeta.myshopify.com' }, { shop, appId: 'another' }];
    for (const owner of owners) await tokens.replace(owner, undefined, token);
    await clock.advance(2 * day);
    await send('shop/redact', { shop_id: 1, shop_domain: shop });
    const left = await Promise.all(owners.map(async (owner) => (await tokens.get(owner)) !== undefined));
    expect(left).toEqual([false, false, true, true]);
    expect(await openComplianceRequests(store)).toEqual([]);
  });

  const hour = day / 24;
  test.each([
    ['before it was sent, and handled late', -2 * hour, 5 * hour],
    ['after it was sent', hour, 5 * hour],
  ])('of a shop that has installed the app again %s erases nothing and stays open', async (_, installed, handled) => {
    const clock = createManualClock();
    const { keyValue, records, journal } = memoryStores({ clock });
    const tokens = createTokenStore({ store: keyValue, keys: tokenKeys });
    const { send, store, onShopRedact } = setup({ stores: { keyValue, records, journal, tokens }, clock });
    await tokens.replace({ shop }, undefined, token);
    await tokens.replace({ shop, appId: 'another' }, undefined, token);
    const sentAt = clock.now() + 4 * day;
    await clock.advance(4 * day + installed);
    await tokens.replace({ shop }, (await tokens.get({ shop }))?.version, token);
    await keyValue.set(`files:${shop}:x`, '1');
    await clock.advance(handled - installed);
    const triggeredAt = new Date(sentAt).toISOString();
    await send('shop/redact', { shop_id: 1, shop_domain: shop }, 'request-1', { triggeredAt });
    expect(onShopRedact).not.toHaveBeenCalled();
    expect(await tokens.get({ shop })).toBeDefined();
    expect(await keyValue.get(`files:${shop}:x`)).toBe('1');
    const [request] = await openComplianceRequests(store);
    expect(request).toMatchObject({ topic: 'shop/redact', installedAgainAt: sentAt + installed, completedAt: null });
    expect(await completeComplianceRequest(store, { shop, id: 'request-1' })).toBe(true);
  });

  test('erases tokens that no key decrypts, and says nothing of them', async () => {
    const clock = createManualClock();
    const { keyValue } = memoryStores({ clock });
    const lost = createTokenStore({ store: keyValue, keys: [{ id: 'lost', secret: randomBytes(32) }] });
    await lost.replace({ shop }, undefined, token);
    const tokens = createTokenStore({ store: keyValue, keys: tokenKeys });
    const { send, store } = setup({ stores: { keyValue, tokens }, clock });
    await send('shop/redact', { shop_id: 1, shop_domain: shop });
    expect(await lost.get({ shop })).toBeUndefined();
    expect(await openComplianceRequests(store)).toEqual([]);
  });

  test.each(['ACME.myshopify.com', 'https://acme.myshopify.com/', 'http://Acme.MyShopify.com', 'acme'])(
    'finds the tokens of a shop that was written as %s, in the own token store and in a host’s',
    async (written) => {
      const { keyValue, records, journal } = memoryStores();
      const vault = createTokenStore({ store: keyValue, keys: tokenKeys });
      await vault.replace({ shop: written }, undefined, token);
      expect(await vault.get({ shop })).toBeDefined();
      const deleted: object[] = [];
      const owner = { shop: written, appId: 'default' };
      const tokens = {
        erase: async () => 0,
        async *owners() {
          yield* [owner, { ...owner, appId: 'another' }, { shop: 'zeta.myshopify.com', appId: 'default' }];
        },
        delete: async (one: object) => deleted.push(one) > 0,
      };
      const { send } = setup({ stores: { keyValue, records, journal, tokens } });
      await send('shop/redact', { shop_id: 1, shop_domain: shop });
      expect(deleted).toEqual([owner]);
      expect(await vault.get({ shop: written })).toBeUndefined();
    },
  );

  test.each(['one', 'a name of another app that is longer', undefined])(
    'leaves what other apps keep of the shop in the same store (app %s)',
    async (appId) => {
      const clock = createManualClock();
      const stores = memoryStores({ clock });
      const store = stores.keyValue;
      const queue = inProcessQueue({ clock });
      const make = (ofApp: string | undefined, handlers: object) =>
        createWebhookHandler({
          ...{ secrets: secret, store, queue, clock, retryDelaysMs: [], ...(ofApp !== undefined && { appId: ofApp }) },
          on: {
            ...createSyncWebhooks({ sync: () => undefined, stores }),
            'orders/create': () => {
              throw new Error('no database');
            },
            ...handlers,
          },
        });
      const none = (): undefined => undefined;
      const callbacks = { onDataRequest: none, onCustomerRedact: none, onShopRedact: none };
      const redacted = make(appId, complianceHandlers({ store, stores, queue, clock, ...callbacks }));
      const others = ['two', 'a name of another app that is the longest', undefined].filter((one) => one !== appId);
      const level = { inventory_item_id: 1, location_id: 2, available: 3, updated_at: '2026-11-02T12:00:00Z' };
      for (const handler of [redacted, ...others.map((other) => make(other, {}))]) {
        await handler(productUpdate('2026-11-02T12:00:00Z'));
        await handler(deliveryOf({ topic: 'inventory_levels/update', payload: level, webhookId: 'level' }));
        await handler(deliveryOf({ topic: 'orders/create', payload: { id: 1 }, webhookId: 'order' }));
      }
      const all = [appId, ...others];
      const place = { shop, inventoryItemId: '1', locationId: '2' };
      const stock = () =>
        Promise.all(
          all.map(
            async (one) => (await readStock(store, { ...place, ...(one !== undefined && { appId: one }) }))?.available,
          ),
        );
      for (const one of all) {
        const app = one === undefined ? {} : { appId: one };
        const products = createProductQueue({ ...app, queue: inProcessQueue({ clock }), stores, shop });
        await products.enqueue('tee-1');
      }
      await clock.run(queue.drain());
      const keys = async () => {
        const found: string[] = [];
        for await (const key of store.scan('webhooks:')) found.push(key);
        return found;
      };
      const before = await keys();
      expect(await stock()).toEqual(all.map(() => 3));
      expect((await queue.stats()).dead).toBe(all.length);
      await redacted(
        deliveryOf({ topic: 'shop/redact', payload: { shop_id: 1, shop_domain: shop }, webhookId: 'gone', clock }),
      );
      await clock.run(queue.drain());
      expect(await stock()).toEqual([undefined, ...others.map(() => 3)]);
      expect((await queue.stats()).dead).toBe(others.length);
      // Of each app as much: marks, deliveries that are done, stock, and the product that is to be pushed.
      const left = (await keys()).filter((key) => before.includes(key));
      expect(left).toHaveLength((before.length / all.length) * others.length);
      expect(before.length / all.length).toBeGreaterThan(4);
    },
  );

  test('without stores erases what webhooks keep', async () => {
    const clock = createManualClock();
    const store = memoryStores({ clock }).keyValue;
    await store.set(`webhooks:${shop}:stock:1:2`, '{}');
    const none = (): undefined => undefined;
    const handler = createWebhookHandler({
      secrets: secret,
      store,
      on: complianceHandlers({ store, onDataRequest: none, onCustomerRedact: none, onShopRedact: none }),
    });
    expect((await handler(deliveryOf({ topic: 'shop/redact', payload: { shop_domain: shop } }))).status).toBe(200);
    expect(await store.get(`webhooks:${shop}:stock:1:2`)).toBeUndefined();
  });
});

describe('what cannot be erased with what was given is refused when the handlers are made', () => {
  const { keyValue, records, journal } = memoryStores();
  const erase = async () => 0;
  const none = (): undefined => undefined;
  const callbacks = { onDataRequest: none, onCustomerRedact: none, onShopRedact: none };
  test.each<[string, object]>([
    ['onShopRedact', { onShopRedact: undefined }],
    ['onDataRequest', { onDataRequest: 'later' }],
    ['store', { store: undefined }],
    ['stores.tokens', { stores: { records, journal } }],
    ['stores.tokens', { stores: { journal } }],
    ['stores.tokens', { stores: { tokens: {} } }],
    ['stores.token', { stores: { keyValue, token: { erase } } }],
    ['stores.records', { stores: { keyValue, records: { put: erase } } }],
    ['stores.keyValue', { stores: { keyValue: records } }],
    ['queue', { queue: {} }],
  ])('%s (%#)', (field, options) => {
    const make = () => complianceHandlers({ store: keyValue, ...callbacks, ...options });
    expect(make).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', issues: [expect.objectContaining({ field })] }),
    );
  });

  test('and nothing else is', () => {
    const all = memoryStores();
    for (const stores of [all, { ...all, tokens: { erase } }, { records, tokens: { erase } }, {}]) {
      expect(() => complianceHandlers({ store: keyValue, stores, ...callbacks })).not.toThrow();
    }
  });
});

const emptyRecord = {
  status: 'synced',
  version: 1,
  hash: null,
  parts: null,
  lastError: null,
  attempts: 0,
  lastSyncData: null,
  lastSyncedAt: null,
  lastAttemptAt: null,
  shopifyUpdatedAt: null,
} as const;
