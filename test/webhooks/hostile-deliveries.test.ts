import { memoryStores } from 'shopwright';
import { createManualClock } from 'shopwright/testing';
import {
  createWebhookHandler,
  verifyWebhook,
  verifyWebhookAsync,
  type WebhookHandlerOptions,
} from 'shopwright/webhooks';
import { orderPayloadSchema } from 'shopwright/webhooks/payloads';
import { describe, expect, test } from 'vitest';
import { deliveryOf } from './delivery-request.ts';
import { classicHeadersOf, productBody, secret, without } from './signed-delivery.ts';

const url = 'http://localhost/webhooks/shopify';

describe('a delivery without a signature that can be right', () => {
  const headers = classicHeadersOf(productBody);
  test.each<[string, Record<string, string>]>([
    ['hmac-missing', without(headers, 'x-shopify-hmac-sha256')],
    ['hmac-malformed', { ...headers, 'x-shopify-hmac-sha256': 'x' }],
    ['hmac-malformed', { ...headers, 'x-shopify-hmac-sha256': '' }],
  ])('gets 401 %s before a byte of its body is read', async (reason, sent) => {
    let pulled = 0;
    const body = new ReadableStream(
      {
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(1_000));
        },
      },
      { highWaterMark: 0 },
    );
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers: sent, body, duplex: 'half' };
    const handler = createWebhookHandler({ secrets: secret, on: {} });
    const response = await handler(new Request(url, init));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: reason });
    expect(pulled).toBe(0);
  });
});

describe('a header with a letter that becomes ASCII in lower case', () => {
  // The Kelvin sign, whose lower case is `k`.
  const kelvin = '\u212a';
  const input = (headers: Record<string, string>) => ({ rawBody: productBody, secrets: secret, headers });
  const headers = classicHeadersOf(productBody);

  test.each([verifyWebhook, verifyWebhookAsync])('is no shop', async (verify) => {
    const shop = { ...headers, 'x-shopify-shop-domain': `${kelvin}acme.myshopify.com` };
    expect(await verify(input(shop))).toMatchObject({ ok: false, reason: 'shop-invalid' });
    const upper = { ...headers, 'x-shopify-shop-domain': 'ACME.MyShopify.com' };
    expect(await verify(input(upper))).toMatchObject({ ok: true, shop: 'acme.myshopify.com' });
  });

  test('is no name of a header', () => {
    const named = { ...without(headers, 'x-shopify-webhook-id'), [`X-Shopify-Webhoo${kelvin}-Id`]: 'odd' };
    expect(verifyWebhook(input(named))).toMatchObject({ ok: true, webhookId: null });
  });
});

/** A handler with a store, and how each delivery ended. */
function setup(options: Partial<WebhookHandlerOptions> = {}) {
  const steps: string[] = [];
  const handler = createWebhookHandler({
    secrets: secret,
    store: memoryStores().keyValue,
    on: { 'products/update': () => undefined, 'products/delete': () => undefined },
    onEvent: ({ type }) => steps.push(type),
    ...options,
  });
  return {
    async send(...requests: readonly Request[]): Promise<readonly string[]> {
      for (const request of requests) expect((await handler(request)).status).toBe(200);
      return steps.splice(0);
    },
  };
}

test('a delivery triggered in times to come makes no later one stale', async () => {
  const clock = createManualClock();
  const at = (ms: number): string => new Date(clock.now() + ms).toISOString();
  const update = (triggeredAt: string): Request =>
    deliveryOf({ topic: 'products/update', payload: { id: 42 }, triggeredAt });
  const { send } = setup({ clock });
  expect(await send(update('9999-12-31T23:59:59Z'))).toEqual(['handled']);
  await clock.advance(2_000);
  expect(await send(update(at(-1_000)))).toEqual(['handled']);
  expect(await send(update(at(-1_500)))).toEqual(['stale']);
  expect(await send(update(at(3_600_000)))).toEqual(['handled']);
  await clock.advance(2_000);
  expect(await send(update(at(-1_000)))).toEqual(['handled']);
});

test('a products/delete that holds a product does not end it', async () => {
  const { send } = setup();
  const product = { id: 42, title: 'Tee', updated_at: '2026-11-02T12:00:00Z' };
  const later = { ...product, updated_at: '2026-11-02T12:00:01Z' };
  const of = (topic: string, payload: object): Request => deliveryOf({ topic, payload });
  expect(await send(of('products/delete', product), of('products/update', later))).toEqual(['handled', 'handled']);
  expect(await send(of('products/delete', product))).toEqual(['stale']);
  const gone = { id: 42, admin_graphql_api_id: 'gid://shopify/Product/42' };
  expect(await send(of('products/delete', gone), of('products/update', later))).toEqual(['handled', 'stale']);
});

describe('topics that do not exist', () => {
  const make = (options: object) => () => createWebhookHandler({ secrets: secret, on: {}, ...options });

  test.each([
    ['orders/update', 'orders/updated'],
    ['products/updated', 'products/update'],
    ['PRODUCTS_UPDATE', 'products/update'],
    ['product/update', 'products/update'],
    ['Product/updated', 'Product/update'],
    ['shop/redacted', 'shop/redact'],
    ['constructor', ''],
  ])('are refused: %s, with the nearest one', (topic, nearest) => {
    expect(make({ on: { [topic]: () => undefined } })).toThrow(`on.${topic}: is not a topic`);
    expect(make({ on: { [topic]: () => undefined } })).toThrow(`Did you mean ${nearest}`);
    expect(make({ order: { [topic]: 'newest' } })).toThrow(`order.${topic}`);
    expect(make({ on: { [topic]: () => undefined }, customTopics: [topic] })).not.toThrow();
  });

  test('are all told at once', () => {
    expect(make({ on: { one: () => undefined, two: () => undefined } })).toThrow(/on\.one[\s\S]*on\.two/);
  });

  test('and those that do are taken', () => {
    const topics = ['products/update', 'shop/redact', 'customer.tags_added', 'Product', 'Product/delete'];
    expect(make({ on: Object.fromEntries(topics.map((topic) => [topic, () => undefined])) })).not.toThrow();
  });
});

test('orders and switches that do not exist are refused', () => {
  const make = (options: object) => () => createWebhookHandler({ secrets: secret, on: {}, ...options });
  expect(make({ order: { 'products/update': 'newst' } })).toThrow(
    'order.products/update: must be one of newest, until-deleted, always',
  );
  expect(make({ enabled: 'no' })).toThrow('enabled: must be true or false');
});

test('an order whose customer has no id any more is an order', () => {
  expect(orderPayloadSchema.parse({ id: 1, customer: { id: null, email: null } })).toMatchObject({
    customer: { id: null },
  });
});
