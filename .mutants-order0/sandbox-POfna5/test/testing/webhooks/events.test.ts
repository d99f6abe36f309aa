// @ts-nocheck
import { createHmac } from 'node:crypto';
import { createManualClock, signEvent } from 'shopwright/testing';
import { verifyWebhook } from 'shopwright/webhooks';
import { describe, expect, it } from 'vitest';
import { generatedApiVersion } from '../../../src/config/generated/api-versions.ts';
import { isShopwrightError } from '../../../src/errors/errors.ts';
import { createHarness, secret, shop, uri } from './subscribed-fake.ts';

const hmac = (body: string): string => createHmac('sha256', secret).update(body).digest('base64');

describe('signEvent', () => {
  it('writes body and headers of a next-generation event', () => {
    const clock = createManualClock({ now: Date.UTC(2026, 9, 1) });
    const path = "product[id: 'gid://shopify/Product/1'].title";
    const { body, headers } = signEvent({
      secret,
      shop,
      clock,
      handle: 'titles',
      topic: 'Product',
      action: 'update',
      fieldsChanged: { updated: [path] },
      queryVariables: { productId: 'gid://shopify/Product/1' },
      data: { product: { title: 'Café' } },
      errors: [{ message: 'no' }],
    });
    expect(JSON.parse(body)).toEqual({
      topic: 'Product',
      action: 'update',
      handle: 'titles',
      fields_changed: { added: [], updated: [path], removed: [] },
      query_variables: { productId: 'gid://shopify/Product/1' },
      data: { product: { title: 'Café' } },
      errors: [{ message: 'no' }],
    });
    expect(headers).toEqual({
      'Content-Type': 'application/json',
      'shopify-topic': 'Product',
      'shopify-action': 'update',
      'shopify-handle': 'titles',
      'shopify-hmac-sha256': hmac(body),
      'shopify-shop-domain': shop,
      'shopify-api-version': generatedApiVersion,
      'shopify-webhook-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'shopify-triggered-at': '2026-10-01T00:00:00.000Z',
    });
    expect(verifyWebhook({ rawBody: body, headers, secrets: secret })).toMatchObject({
      ok: true,
      generation: 'next',
      topic: 'Product',
      action: 'update',
      name: 'titles',
    });
  });

  it('leaves out what no query gave, and takes what it is told', () => {
    const told = { webhookId: 'w', triggeredAt: '2026-01-01T00:00:00Z', apiVersion: '2027-01' };
    const { body, headers } = signEvent({ secret, shop, handle: 'a', topic: 'Order', action: 'create', ...told });
    expect(JSON.parse(body)).toEqual({
      topic: 'Order',
      action: 'create',
      handle: 'a',
      fields_changed: { added: [], updated: [], removed: [] },
      query_variables: {},
    });
    expect(headers).toMatchObject({
      'shopify-webhook-id': 'w',
      'shopify-triggered-at': '2026-01-01T00:00:00Z',
      'shopify-api-version': '2027-01',
    });
  });

  it('says now by the machine’s clock where it is given none', () => {
    const before = Date.now();
    const { headers } = signEvent({ secret, shop, handle: 'a', topic: 'Order', action: 'create' });
    expect(Date.parse(headers['shopify-triggered-at'] ?? '')).toBeGreaterThanOrEqual(before);
  });
});

describe('a next-generation event of a fake', () => {
  const events = [
    { handle: 'all', topic: 'Product', uri },
    { handle: 'updates', topic: 'Product', actions: ['update'], uri: 'https://app.example/updates' },
    { handle: 'orders', topic: 'Order', uri },
  ] as const;

  it('reaches the subscriptions to its topic and action, with the headers without an X', async () => {
    const { fake, got } = createHarness({ webhooks: { events } });
    fake.emitEvent({ topic: 'Product', action: 'update', queryVariables: { productId: 'gid://shopify/Product/1' } });
    fake.emitEvent({ topic: 'Product', action: 'delete', triggeredAt: '2026-10-31T00:00:00Z' });
    await fake.webhooks.settled();
    expect(got.map(({ headers }) => [headers['shopify-handle'], headers['shopify-action']])).toEqual([
      ['all', 'update'],
      ['updates', 'update'],
      ['all', 'delete'],
    ]);
    expect(got[1]).toEqual({
      url: 'https://app.example/updates',
      body: expect.stringContaining('"handle":"updates"'),
      headers: {
        'content-type': 'application/json',
        'shopify-topic': 'Product',
        'shopify-action': 'update',
        'shopify-handle': 'updates',
        'shopify-hmac-sha256': hmac(got[1]?.body ?? ''),
        'shopify-shop-domain': shop,
        'shopify-api-version': generatedApiVersion,
        'shopify-webhook-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'shopify-triggered-at': '2026-11-01T00:00:00.000Z',
      },
    });
    expect(got[2]?.headers['shopify-triggered-at']).toBe('2026-10-31T00:00:00Z');
    expect(fake.deliveries.map(({ topic, action, generation, state }) => [topic, action, generation, state])).toEqual([
      ['Product', 'update', 'next', 'delivered'],
      ['Product', 'update', 'next', 'delivered'],
      ['Product', 'delete', 'next', 'delivered'],
    ]);
  });

  it('is tried again, with the same body and id', async () => {
    const { fake, clock, got } = createHarness({ webhooks: { events } }, () => new Response('', { status: 500 }));
    fake.emitEvent({ topic: 'Order', action: 'create', copies: 1 });
    await clock.advance(4 * 3_600_000);
    expect(got).toHaveLength(9);
    expect(new Set(got.map(({ body, headers }) => body + headers['shopify-webhook-id'])).size).toBe(1);
  });

  it.each([
    ['where none is subscribed to', {}, {}, 'webhooks.events: is empty'],
    ['in half a copy', { events }, { copies: 0.5 }, 'copies: is 0.5'],
    ['in a shop that is not there', { events }, { shop: 'no.myshopify.com' }, 'shop: is no.myshopify.com'],
  ])('cannot happen %s', (_what, webhooks, options, message) => {
    const { fake } = createHarness({ webhooks });
    const emit = (): void => fake.emitEvent({ topic: 'Product', action: 'update', ...options });
    expect(emit).toThrow(message);
    expect(emit).toThrow(expect.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID')));
  });
});
