import { createHmac } from 'node:crypto';
import { createFakeShopify, createManualClock, deliverWebhook, signWebhook } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { generatedApiVersion } from '../../../src/config/generated/api-versions.ts';
import { isShopwrightError } from '../../../src/errors/errors.ts';
import { ask, pushMutation } from '../ask.ts';

const secret = 'hush';
const shop = 'acme.myshopify.com';
const hmac = (body: string): string => createHmac('sha256', secret).update(body, 'utf8').digest('base64');

/** A receiver that keeps what it got. */
function receiver(status = 200) {
  const got: { url: string; headers: Headers; body: string }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    got.push({ url: request.url, headers: request.headers, body: await request.text() });
    return new Response('thanks', { status });
  };
  return { got, fetch };
}

describe('signWebhook', () => {
  it('writes the body and all headers of a classic webhook', () => {
    const clock = createManualClock({ now: Date.UTC(2026, 9, 1) });
    const payload = { id: 1, title: 'Café 東京' };
    const { body, headers } = signWebhook({ secret, topic: 'products/update', shop, payload, clock, name: 'mine' });
    expect(body).toBe(JSON.stringify(payload));
    expect(headers).toEqual({
      'Content-Type': 'application/json',
      'X-Shopify-Topic': 'products/update',
      'X-Shopify-Hmac-Sha256': hmac(body),
      'X-Shopify-Shop-Domain': shop,
      'X-Shopify-API-Version': generatedApiVersion,
      'X-Shopify-Webhook-Id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'X-Shopify-Event-Id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'X-Shopify-Triggered-At': '2026-10-01T00:00:00.000Z',
      'X-Shopify-Name': 'mine',
    });
    expect(headers['X-Shopify-Webhook-Id']).not.toBe(headers['X-Shopify-Event-Id']);
  });

  it('signs a text as it is, and takes what it is told', () => {
    const ids = { webhookId: 'w', eventId: 'e', triggeredAt: '2026-01-01T00:00:00Z', apiVersion: '2026-07' };
    const { body, headers } = signWebhook({ secret, topic: 'app/uninstalled', shop, payload: '{ "id": 1 }\n', ...ids });
    expect(body).toBe('{ "id": 1 }\n');
    expect(headers).toMatchObject({
      'X-Shopify-Hmac-Sha256': hmac(body),
      'X-Shopify-Webhook-Id': 'w',
      'X-Shopify-Event-Id': 'e',
      'X-Shopify-Triggered-At': '2026-01-01T00:00:00Z',
      'X-Shopify-API-Version': '2026-07',
    });
    expect(headers).not.toHaveProperty('X-Shopify-Name');
  });

  it('says now by the machine’s clock where it is given none', () => {
    const before = Date.now();
    const { headers } = signWebhook({ secret, topic: 'shop/update', shop, payload: {} });
    expect(Date.parse(headers['X-Shopify-Triggered-At'] ?? '')).toBeGreaterThanOrEqual(before);
  });
});

describe('deliverWebhook', () => {
  it.each([200, 401, 302])('posts once and tells the status %i', async (status) => {
    const { got, fetch } = receiver(status);
    const url = 'https://host.example/hooks';
    expect(await deliverWebhook({ url, fetch, secret, topic: 'orders/create', shop, payload: { id: 2 } })).toEqual({
      status,
    });
    expect(got).toHaveLength(1);
    expect(got[0]?.url).toBe(url);
    expect(got[0]?.headers.get('x-shopify-hmac-sha256')).toBe(hmac('{"id":2}'));
  });

  it('ends with the signal', async () => {
    const reason = new Error('too late');
    const delivery = deliverWebhook({
      url: 'http://127.0.0.1:1/',
      signal: AbortSignal.abort(reason),
      secret,
      topic: 'orders/create',
      shop,
      payload: {},
    });
    await expect(delivery).rejects.toBe(reason);
  });
});

describe('deliverWebhook of a fake', () => {
  const url = 'https://host.example/hooks';
  const input = {
    title: 'Tee',
    handle: 'tee',
    vendor: 'Acme',
    productType: 'Shirt',
    descriptionHtml: '<p>Soft</p>',
    status: 'ACTIVE',
    tags: ['summer', 'cotton'],
    files: [{ originalSource: 'https://img.example/tee.png', alt: 'A tee', contentType: 'IMAGE' }],
    productOptions: [{ name: 'Size', values: [{ name: 'S' }, { name: 'M' }] }],
    variants: ['S', 'M'].map((name) => ({
      optionValues: [{ optionName: 'Size', name }],
      sku: `TEE-${name}`,
      price: '19.90',
      ...(name === 'M' && { file: { originalSource: 'https://img.example/tee.png', contentType: 'IMAGE' } }),
    })),
  };

  const makeProduct = async () => {
    const fake = createFakeShopify({ clock: createManualClock() });
    const { json } = await ask(fake.fetch, { query: pushMutation, variables: { input } });
    return { fake, product: json.data.productSet.product.id as string };
  };

  it('fills shop and payload of products/update from the state, in the REST shape', async () => {
    const { fake, product } = await makeProduct();
    const { got, fetch } = receiver();
    expect(await fake.deliverWebhook({ url, fetch, secret, topic: 'products/update', product })).toEqual({
      status: 200,
    });
    const { headers, body } = got[0] ?? { headers: new Headers(), body: '' };
    expect(headers.get('x-shopify-hmac-sha256')).toBe(hmac(body));
    expect(headers.get('x-shopify-shop-domain')).toBe('demo.myshopify.com');
    expect(headers.get('x-shopify-triggered-at')).toBe('2026-11-01T00:00:00.000Z');
    const id = Number(product.split('/').at(-1));
    expect(JSON.parse(body)).toMatchObject({
      id,
      admin_graphql_api_id: product,
      title: 'Tee',
      body_html: '<p>Soft</p>',
      vendor: 'Acme',
      product_type: 'Shirt',
      handle: 'tee',
      status: 'active',
      tags: 'cotton, summer',
      published_at: null,
      created_at: expect.stringMatching(/^2026-11-01T/),
      updated_at: expect.stringMatching(/^2026-11-01T/),
      options: [{ product_id: id, name: 'Size', position: 1, values: ['S', 'M'] }],
      variants: [
        { product_id: id, sku: 'TEE-S', price: '19.90', position: 1, option1: 'S', option2: null, image_id: null },
        { product_id: id, sku: 'TEE-M', inventory_policy: 'deny', option1: 'M', image_id: expect.any(Number) },
      ],
      images: [
        {
          product_id: id,
          position: 1,
          alt: 'A tee',
          src: expect.stringContaining('tee'),
          variant_ids: [expect.any(Number)],
        },
      ],
      image: { position: 1 },
    });
  });

  it('says since when a product is published', async () => {
    const { fake, product } = await makeProduct();
    const publicationId = fake.store.all('demo.myshopify.com', 'Publication')[0]?.id;
    const query = `mutation ($id: ID!, $input: [PublicationInput!]!) {
      publishablePublish(id: $id, input: $input) { userErrors { message } }
    }`;
    await ask(fake.fetch, { query, variables: { id: product, input: [{ publicationId }] } });
    const { got, fetch } = receiver();
    await fake.deliverWebhook({ url, fetch, secret, topic: 'products/update', product });
    expect(JSON.parse(got[0]?.body ?? '').published_at).toMatch(/^2026-11-01T/);
  });

  it('sends the number only of what was deleted, and any payload it is given', async () => {
    const { fake, product } = await makeProduct();
    const { got, fetch } = receiver();
    await fake.deliverWebhook({ url, fetch, secret, topic: 'products/delete', product });
    await fake.deliverWebhook({ url, fetch, secret, topic: 'shop/update', payload: { id: 9 } });
    expect(got.map(({ body }) => body)).toEqual([`{"id":${Number(product.split('/').at(-1))}}`, '{"id":9}']);
  });

  it.each([
    ['no payload', { topic: 'shop/update' }, 'payload: is required for shop/update'],
    ['no product', { topic: 'products/update' }, 'payload: is required for products/update'],
    [
      'a product that is not there',
      { topic: 'products/update', product: 'gid://shopify/Product/9' },
      'product: is gid://shopify/Product/9',
    ],
    [
      'a shop that is not there',
      { topic: 'shop/update', shop: 'no.myshopify.com', payload: {} },
      'shop: is no.myshopify.com',
    ],
  ])('refuses %s', async (_what, webhook, message) => {
    const { fake } = await makeProduct();
    const delivery = fake.deliverWebhook({ url, secret, ...webhook });
    await expect(delivery).rejects.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID'));
    await expect(delivery).rejects.toThrow(message);
  });
});
