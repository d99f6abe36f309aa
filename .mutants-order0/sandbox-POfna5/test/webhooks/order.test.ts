// @ts-nocheck
import fc from 'fast-check';
import { memoryStores } from 'shopwright';
import {
  createWebhookHandler,
  type WebhookEvent,
  type WebhookHandlerOptions,
  type WebhookOrder,
} from 'shopwright/webhooks';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { deliveryOf, eventDeliveryOf, productUpdate } from './delivery-request.ts';
import { secret } from './signed-delivery.ts';

const topics = [
  'products/create',
  'products/update',
  'products/delete',
  'orders/create',
  'orders/updated',
  'orders/paid',
  'inventory_levels/update',
  'inventory_levels/disconnect',
  'metaobjects/update',
  'Product/create',
  'Product/update',
  'Product/delete',
];

/** A handler of all these topics, with what was handled and what was skipped. */
function setup(order?: WebhookHandlerOptions['order']) {
  const handled: WebhookEvent[] = [];
  const steps: string[] = [];
  const handler = createWebhookHandler({
    secrets: secret,
    store: memoryStores().keyValue,
    on: Object.fromEntries(topics.map((topic) => [topic, (event: WebhookEvent) => void handled.push(event)])),
    onEvent: ({ type }) => steps.push(type),
    ...(order && { order }),
  });
  const send = async (...requests: Request[]): Promise<readonly string[]> => {
    for (const request of requests) expect((await handler(request)).status).toBe(200);
    return steps.splice(0);
  };
  return { handler, handled, send };
}

const product = (topic: string, payload: object, triggeredAt = '2026-11-02T12:00:00Z'): Request =>
  deliveryOf({ topic, payload: { id: 42, ...payload }, triggeredAt });

describe('an update', () => {
  test('older than the newest applied one is skipped, an equal one is not', async () => {
    const { send } = setup();
    const newer = productUpdate('2026-11-02T12:00:01Z');
    expect(await send(newer, productUpdate('2026-11-02T12:00:00Z'), productUpdate('2026-11-02T12:00:01Z'))).toEqual([
      'handled',
      'stale',
      'handled',
    ]);
  });

  test('is compared as the moment that it tells, whatever the offset and to the last digit', async () => {
    const { send } = setup();
    expect(
      await send(
        productUpdate('2026-11-02T12:00:00.123456789Z'),
        productUpdate('2026-11-02T07:00:00.123456788-05:00'),
        productUpdate('2026-11-02T17:30:00.1234567890+05:30'),
        productUpdate('2026-11-02T07:00:00.12345679-0500'),
      ),
    ).toEqual(['handled', 'stale', 'handled', 'handled']);
  });

  test('of the same second goes by when it was triggered', async () => {
    const { send } = setup();
    const updatedAt = '2026-11-02T12:00:00Z';
    const triggered = (fraction: string): Request =>
      productUpdate(updatedAt, { triggeredAt: `2026-11-02T12:00:00.${fraction}Z` });
    expect(await send(triggered('900000001'), triggered('9'), triggered('900000001'), triggered('91'))).toEqual([
      'handled',
      'stale',
      'handled',
      'handled',
    ]);
  });

  test('that was skipped is a copy when it comes again', async () => {
    const { send } = setup();
    const late = { webhookId: 'late' };
    const requests = [productUpdate('2026-11-02T12:00:00Z', late), productUpdate('2026-11-02T12:00:00Z', late)];
    expect(await send(productUpdate('2026-11-02T13:00:00Z'), ...requests)).toEqual(['handled', 'stale', 'duplicate']);
  });

  test('whose handler failed leaves no mark: an older one is applied meanwhile', async () => {
    const steps: string[] = [];
    const onUpdate = vi.fn().mockRejectedValueOnce(new Error('no database'));
    const handler = createWebhookHandler({
      secrets: secret,
      store: memoryStores().keyValue,
      on: { 'products/update': onUpdate },
      onEvent: ({ type }) => steps.push(type),
    });
    await handler(productUpdate('2026-11-02T12:00:01Z'));
    await handler(productUpdate('2026-11-02T12:00:00Z'));
    expect(steps).toEqual(['failed', 'handled']);
  });

  test('of another resource, family or shop is another matter', async () => {
    const { send } = setup();
    const old = '2026-11-01T00:00:00Z';
    expect(
      await send(
        productUpdate('2026-11-02T12:00:00Z'),
        deliveryOf({ topic: 'products/update', payload: { id: 43, updated_at: old } }),
        deliveryOf({ topic: 'orders/updated', payload: { id: 42, updated_at: old } }),
        productUpdate(old, { shop: 'zeta.myshopify.com' }),
      ),
    ).toEqual(['handled', 'handled', 'handled', 'handled']);
  });

  test('without its own time goes by when it was triggered', async () => {
    const { send } = setup();
    expect(
      await send(
        product('products/update', {}, '2026-11-02T12:00:00.000000002Z'),
        product('products/update', {}, '2026-11-02T12:00:00.000000001Z'),
        product('products/update', { updated_at: '2026-11-02T11:59:59Z' }, '2026-11-02T12:00:00.000000003Z'),
      ),
    ).toEqual(['handled', 'stale', 'handled']);
  });

  test('without a time that can be read, or an id, is handled', async () => {
    const { send } = setup();
    expect(
      await send(
        productUpdate('2026-11-02T12:00:00Z', { triggeredAt: 'noon' }),
        productUpdate('yesterday', { triggeredAt: 'noon' }),
        productUpdate('2026-13-01T12:00:00Z', { triggeredAt: 'noon' }),
        deliveryOf({ topic: 'products/update', payload: [] }),
        deliveryOf({ topic: 'products/update', payload: { id: null, updated_at: '2020-01-01T00:00:00Z' } }),
      ),
    ).toEqual(['handled', 'handled', 'handled', 'handled', 'handled']);
  });

  test('knows its resource by number or gid alike', async () => {
    const { send } = setup();
    const payload = (updated_at: string) => ({ id: 'gid://shopify/Metaobject/7', updated_at });
    expect(
      await send(
        deliveryOf({ topic: 'metaobjects/update', payload: payload('2026-11-02T12:00:01Z') }),
        deliveryOf({ topic: 'metaobjects/update', payload: payload('2026-11-02T12:00:00Z') }),
        deliveryOf({
          topic: 'metaobjects/update',
          payload: { admin_graphql_api_id: 'gid://shopify/Metaobject/7', updated_at: '2026-11-02T12:00:00Z' },
        }),
      ),
    ).toEqual(['handled', 'stale', 'stale']);
  });

  test('with a number that JSON has rounded goes by its gid, and without one is handled', async () => {
    const { send } = setup();
    const order = (payload: string): Request => deliveryOf({ topic: 'orders/updated', payload });
    const rounded = (end: number, time: string, more = ''): Request =>
      order(`{"id":82098291194615450${end},"updated_at":"2026-11-02T12:00:0${time}Z"${more}}`);
    const gid = (end: number): string => `,"admin_graphql_api_id":"gid://shopify/Order/82098291194615450${end}"`;
    expect(await send(rounded(8, '9'), rounded(9, '0'))).toEqual(['handled', 'handled']);
    expect(await send(rounded(8, '9', gid(8)), rounded(9, '1', gid(9)), rounded(9, '0', gid(9)))).toEqual([
      'handled',
      'handled',
      'stale',
    ]);
  });

  test('of stock is known by item and location', async () => {
    const { send } = setup();
    const level = (location_id: number, updated_at: string) =>
      deliveryOf({ topic: 'inventory_levels/update', payload: { inventory_item_id: 1, location_id, updated_at } });
    expect(
      await send(level(1, '2026-11-02T12:00:01Z'), level(2, '2026-11-02T12:00:00Z'), level(1, '2026-11-02T12:00:00Z')),
    ).toEqual(['handled', 'handled', 'stale']);
  });

  test('in any order ends with the newest applied last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 8 }), async (seconds) => {
        const { handled, send } = setup();
        await send(...seconds.map((second) => productUpdate(`2026-11-02T12:00:0${second}Z`)));
        const applied = handled.map(({ payload }) => (payload as { updated_at: string }).updated_at);
        expect(applied).toEqual(applied.toSorted());
        expect(applied.at(-1)).toBe(`2026-11-02T12:00:0${Math.max(...seconds)}Z`);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a delete', () => {
  const remove = (): Request => product('products/delete', {}, '2026-11-02T12:00:00.5Z');

  test('makes every later update and creation stale, also one with a newer time', async () => {
    const { send } = setup();
    expect(
      await send(
        remove(),
        productUpdate('2026-11-02T12:00:00Z'),
        productUpdate('2026-11-02T12:00:09Z'),
        product('products/create', {}),
      ),
    ).toEqual(['handled', 'stale', 'stale', 'stale']);
  });

  test('is handled whatever came before it', async () => {
    const { send } = setup();
    expect(await send(productUpdate('2026-11-02T13:00:00Z'), remove(), remove())).toEqual([
      'handled',
      'handled',
      'handled',
    ]);
  });
});

describe('by default', () => {
  test('a creation is handled though an update came first, and so is every other event', async () => {
    const { send } = setup();
    const order = (topic: string, updated_at: string): Request => deliveryOf({ topic, payload: { id: 1, updated_at } });
    expect(
      await send(
        order('orders/updated', '2026-11-02T12:00:09Z'),
        order('orders/create', '2026-11-02T12:00:00Z'),
        order('orders/paid', '2026-11-02T12:00:01Z'),
        order('orders/updated', '2026-11-02T12:00:08Z'),
      ),
    ).toEqual(['handled', 'handled', 'handled', 'stale']);
  });

  test('a next-generation update is handled whatever its time, until its resource is deleted', async () => {
    const { send, handled } = setup();
    const event = (action: 'update' | 'delete', triggeredAt: string): Request =>
      eventDeliveryOf({
        topic: 'Product',
        action,
        triggeredAt,
        queryVariables: { productId: 'gid://shopify/Product/42', shopId: 'gid://shopify/Shop/1' },
        fieldsChanged: { updated: ["product[id: 'gid://shopify/Product/42'].title"] },
      });
    expect(
      await send(
        event('update', '2026-11-02T12:00:01Z'),
        event('update', '2026-11-02T12:00:00Z'),
        event('delete', '2026-11-02T12:00:02Z'),
        event('update', '2026-11-02T12:00:03Z'),
        eventDeliveryOf({ topic: 'Product', action: 'update' }),
      ),
    ).toEqual(['handled', 'handled', 'handled', 'stale', 'handled']);
    expect(handled[0]).toMatchObject({
      action: 'update',
      fieldsChanged: { added: [], updated: ["product[id: 'gid://shopify/Product/42'].title"], removed: [] },
    });
  });
});

test('an event without variables is known by the resource that its header names', async () => {
  const { send, handled } = setup();
  const event = (action: 'update' | 'delete', resourceId: string, queryVariables = {}): Request => {
    const request = eventDeliveryOf({ topic: 'Product', action, queryVariables });
    request.headers.set('shopify-resource-id', resourceId);
    return request;
  };
  const gid = 'gid://shopify/Product/42';
  expect(
    await send(
      event('update', gid),
      event('delete', '42'),
      event('update', gid),
      event('update', 'gid://shopify/Product/43'),
      // The body is signed, the header is not.
      event('update', gid, { id: 'gid://shopify/Product/44' }),
    ),
  ).toEqual(['handled', 'handled', 'stale', 'handled', 'handled']);
  expect(handled.map(({ resourceId }) => resourceId)).toEqual([gid, '42', 'gid://shopify/Product/43', gid]);
});

describe('the option `order`', () => {
  const early = '2026-11-02T12:00:00Z';
  const late = '2026-11-02T12:00:01Z';
  const cases: readonly [WebhookOrder, readonly string[]][] = [
    ['newest', ['handled', 'stale', 'handled', 'stale']],
    ['until-deleted', ['handled', 'handled', 'handled', 'stale']],
    ['always', ['handled', 'handled', 'handled', 'handled']],
  ];

  test.each(cases)('%s for a topic decides what is skipped', async (order, expected) => {
    const { send } = setup({ 'products/update': order });
    const remove = product('products/delete', {});
    expect(await send(productUpdate(late), productUpdate(early), remove, productUpdate(late))).toEqual(expected);
  });

  test('always for a delete leaves no mark', async () => {
    const { send } = setup({ 'products/delete': 'always' });
    expect(await send(product('products/delete', {}), productUpdate(late))).toEqual(['handled', 'handled']);
  });

  test('is given by resource and action for next-generation events', async () => {
    const { send } = setup({ 'Product/update': 'newest' });
    const event = (triggeredAt: string): Request =>
      eventDeliveryOf({
        topic: 'Product',
        action: 'update',
        triggeredAt,
        queryVariables: { productId: 'gid://shopify/Product/42' },
      });
    expect(await send(event(late), event(early))).toEqual(['handled', 'stale']);
  });

  test('is given by resource for all its next-generation events, unless their action has its own', async () => {
    const event = (triggeredAt: string): Request =>
      eventDeliveryOf({
        topic: 'Product',
        action: 'update',
        triggeredAt,
        queryVariables: { productId: 'gid://shopify/Product/42' },
      });
    expect(await setup({ Product: 'newest' }).send(event(late), event(early))).toEqual(['handled', 'stale']);
    const { send } = setup({ Product: 'newest', 'Product/update': 'always' });
    expect(await send(event(late), event(early))).toEqual(['handled', 'handled']);
  });
});

test('a mark in the store that cannot be read is replaced', async () => {
  const store = memoryStores().keyValue;
  await store.set('webhooks:acme.myshopify.com:webhooks:mark:products:42', 'nonsense');
  const handler = createWebhookHandler({ secrets: secret, store, on: { 'products/update': () => undefined } });
  expect((await handler(productUpdate('2026-11-02T12:00:00Z'))).status).toBe(200);
  const mark = JSON.parse((await store.get('webhooks:acme.myshopify.com:webhooks:mark:products:42')) ?? '');
  expect(mark).toMatchObject({ updatedAt: '2026-11-02T12:00:00Z', isEnd: false });
});

test('an older mark never goes over a newer one that another process has set meanwhile', async () => {
  const store = memoryStores().keyValue;
  const key = 'webhooks:acme.myshopify.com:webhooks:mark:products:42';
  const newer = JSON.stringify({ updatedAt: '2026-11-02T13:00:00Z', triggeredAt: null, isEnd: false });
  const handler = createWebhookHandler({
    secrets: secret,
    store,
    on: { 'products/update': () => store.set(key, newer) },
  });
  await handler(productUpdate('2026-11-02T12:00:00Z'));
  expect(await store.get(key)).toBe(newer);
});

describe('next-generation events', () => {
  test('go to the handler of resource and action, else to that of the resource', async () => {
    const onUpdate = vi.fn();
    const onProduct = vi.fn();
    const handler = createWebhookHandler({ secrets: secret, on: { 'Product/update': onUpdate, Product: onProduct } });
    await handler(eventDeliveryOf({ topic: 'Product', action: 'update' }));
    await handler(eventDeliveryOf({ topic: 'Product', action: 'create' }));
    expect(onUpdate).toHaveBeenCalledOnce();
    expect(onProduct.mock.calls).toEqual([[expect.objectContaining({ action: 'create' }), expect.anything()]]);
  });

  test('of a classic topic with such a name do not exist', async () => {
    const onUpdate = vi.fn();
    const handler = createWebhookHandler({ secrets: secret, on: { 'Product/update': onUpdate } });
    const headers = {
      ...Object.fromEntries(deliveryOf({ topic: 'Product', payload: {} }).headers),
      'shopify-action': 'update',
    };
    const { body } = deliveryOf({ topic: 'Product', payload: {} });
    await handler(new Request('http://localhost/', { method: 'POST', headers, body, duplex: 'half' } as RequestInit));
    expect(onUpdate).not.toHaveBeenCalled();
  });

  test('from before September 2026 tell their changes in one list', async () => {
    const onProduct = vi.fn();
    const handler = createWebhookHandler({ secrets: secret, on: { Product: onProduct } });
    const request = eventDeliveryOf({ topic: 'Product', action: 'update' });
    const body = JSON.stringify({ topic: 'Product', fields_changed: ['product.title', 7] });
    const { createHmac } = await import('node:crypto');
    const headers = new Headers(request.headers);
    headers.set('shopify-hmac-sha256', createHmac('sha256', secret).update(body).digest('base64'));
    await handler(new Request('http://localhost/', { method: 'POST', headers, body }));
    expect(onProduct.mock.calls[0]?.[0].fieldsChanged).toEqual({ added: [], updated: ['product.title'], removed: [] });
  });

  test('are typed by resource and action', () => {
    createWebhookHandler({
      secrets: secret,
      on: {
        'Product/update': ({ topic, action, fieldsChanged, payload }) => {
          expectTypeOf(topic).toEqualTypeOf<'Product'>();
          expectTypeOf(action).toEqualTypeOf<'update'>();
          expectTypeOf(fieldsChanged.added).toEqualTypeOf<readonly string[]>();
          expectTypeOf(payload.handle).toEqualTypeOf<string>();
        },
        Order: ({ action }) => expectTypeOf(action).toEqualTypeOf<'create' | 'update' | 'delete'>(),
      },
    });
  });
});
