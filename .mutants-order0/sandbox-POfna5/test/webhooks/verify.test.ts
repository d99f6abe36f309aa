// @ts-nocheck
import { runInNewContext } from 'node:vm';
import { type VerifyWebhookInput, verifyWebhook, verifyWebhookAsync } from 'shopwright/webhooks';
import { describe, expect, test } from 'vitest';
import { classicHeadersOf, hmacOf, nextHeadersOf, oldSecret, productBody, secret } from './signed-delivery.ts';

const verifiers = [
  ['verifyWebhook', async (input: VerifyWebhookInput) => verifyWebhook(input)],
  ['verifyWebhookAsync', verifyWebhookAsync],
] as const;

const headers = classicHeadersOf(productBody);

describe.each(verifiers)('%s', (_name, verify) => {
  test('accepts a vector that was computed with another tool', async () => {
    // printf '{"id":1}' | openssl dgst -sha256 -hmac hush -binary | base64
    const signed = { ...headers, 'x-shopify-hmac-sha256': 'VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=' };
    expect(await verify({ rawBody: '{"id":1}', headers: signed, secrets: 'hush' })).toMatchObject({ ok: true });
  });

  test('checks an action of Shopify Flow, with its shop from the body and a topic of the caller', async () => {
    const rawBody = JSON.stringify({ shop_id: '1', shopify_domain: 'acme.myshopify.com', action_run_id: 'f-1' });
    const signed = {
      'x-shopify-hmac-sha256': hmacOf(rawBody),
      'x-shopify-topic': 'flow/action',
      'x-shopify-shop-domain': 'acme.myshopify.com',
    };
    const input = { rawBody, headers: signed, secrets: secret };
    expect(await verify(input)).toMatchObject({ ok: true, topic: 'flow/action', shop: 'acme.myshopify.com' });
    const forged = rawBody.replace('acme', 'evil');
    expect(await verify({ ...input, rawBody: forged })).toMatchObject({ ok: false, reason: 'hmac-mismatch' });
    const bare = { ...signed, 'x-shopify-hmac-sha256': undefined, 'x-shopify-shop-domain': undefined };
    expect(await verify({ ...input, headers: bare })).toMatchObject({ ok: false, reason: 'hmac-missing' });
  });

  test('tells all that a classic delivery says about itself', async () => {
    expect(await verify({ rawBody: productBody, headers, secrets: secret })).toEqual({
      ok: true,
      generation: 'classic',
      topic: 'products/update',
      shop: 'acme.myshopify.com',
      webhookId: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      eventId: '98880550-7158-44d4-b7cd-2c97c8a091b5',
      triggeredAt: '2026-11-02T12:00:00.123456789Z',
      apiVersion: '2026-10',
      name: 'catalogue',
      action: null,
      secretIndex: 0,
    });
  });

  test('tells all that a next-generation delivery says about itself', async () => {
    const rawBody = '{"topic":"Product","action":"update"}';
    expect(await verify({ rawBody, headers: nextHeadersOf(rawBody), secrets: secret })).toEqual({
      ok: true,
      generation: 'next',
      topic: 'Product',
      shop: 'acme.myshopify.com',
      webhookId: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      eventId: null,
      triggeredAt: '2026-11-02T12:00:00Z',
      apiVersion: '2026-10',
      name: 'catalogue',
      action: 'update',
      secretIndex: 0,
    });
  });

  test('takes what has both families of headers for an Event, with its resource', async () => {
    const rawBody = '{"topic":"Product","action":"update"}';
    const gid = 'gid://shopify/Product/42';
    const both = { ...classicHeadersOf(rawBody), ...nextHeadersOf(rawBody), 'shopify-resource-id': gid };
    expect(await verify({ rawBody, headers: both, secrets: secret })).toMatchObject({
      ...{ ok: true, generation: 'next', topic: 'Product', action: 'update', resourceId: gid },
    });
    expect(await verify({ rawBody, headers: { ...both, 'shopify-hmac-sha256': 'x' }, secrets: secret })).toMatchObject({
      reason: 'hmac-malformed',
    });
    const classic = { ...headers, 'shopify-resource-id': gid };
    expect(await verify({ rawBody: productBody, headers: classic, secrets: secret })).not.toHaveProperty('resourceId');
  });

  test('takes the details from the generation whose signature was checked', async () => {
    const mixed = {
      ...headers,
      'shopify-topic': 'Order',
      'shopify-shop-domain': 'evil.myshopify.com',
      'shopify-action': 'x',
    };
    expect(await verify({ rawBody: productBody, headers: mixed, secrets: secret })).toMatchObject({
      topic: 'products/update',
      shop: 'acme.myshopify.com',
      action: null,
    });
  });

  const bytes = new TextEncoder().encode(productBody);
  test.each([
    ['a Buffer', Buffer.from(productBody)],
    ['a Uint8Array', bytes],
    ['a view into a larger buffer', new Uint8Array([0, ...bytes, 0]).subarray(1, -1)],
    ['a DataView', new DataView(bytes.buffer)],
    ['an ArrayBuffer', bytes.buffer],
    ['an ArrayBuffer of another realm', runInNewContext('Uint8Array.from(bytes).buffer', { bytes: [...bytes] })],
    ['a Uint8Array of another realm', runInNewContext('Uint8Array.from(bytes)', { bytes: [...bytes] })],
  ])('takes the body as %s', async (_form, rawBody) => {
    expect(await verify({ rawBody, headers, secrets: secret })).toMatchObject({ ok: true });
  });

  const mixedCase = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.replace('x-shopify', 'X-Shopify'), value]),
  );
  test.each([
    ['a Headers object', new Headers(headers)],
    ['a Map', new Map(Object.entries(headers))],
    [
      'names in upper case',
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value])),
    ],
    ['names in mixed case', mixedCase],
    ['arrays of one value', Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))],
    ['an object without prototype', Object.assign(Object.create(null), headers)],
    ['a request of Express', { get: (name: string) => headers[name.toLowerCase()] }],
  ])('takes the headers as %s', async (_form, form) => {
    expect(await verify({ rawBody: productBody, headers: form, secrets: secret })).toMatchObject({
      ok: true,
      topic: 'products/update',
      name: 'catalogue',
    });
  });

  test('a header that is itself called "get" does not get in the way', async () => {
    expect(await verify({ rawBody: productBody, headers: { ...headers, get: 'x' }, secrets: secret })).toMatchObject({
      ok: true,
    });
  });

  test('gives null for each detail that is not among the headers', async () => {
    const { 'x-shopify-hmac-sha256': hmac = '', 'x-shopify-topic': topic, 'x-shopify-shop-domain': shop } = headers;
    const least = { 'x-shopify-hmac-sha256': hmac, 'x-shopify-topic': topic, 'x-shopify-shop-domain': shop };
    expect(await verify({ rawBody: productBody, headers: least, secrets: secret })).toMatchObject({
      ok: true,
      webhookId: null,
      eventId: null,
      triggeredAt: null,
      apiVersion: null,
      name: null,
    });
  });

  test.each([
    [0, [secret, oldSecret]],
    [1, [oldSecret, secret]],
    [2, [undefined, '', secret]],
  ])('says that secret %i of several has matched', async (secretIndex, secrets) => {
    expect(await verify({ rawBody: productBody, headers, secrets })).toMatchObject({ ok: true, secretIndex });
  });

  test('an empty body that is rightly signed is accepted', async () => {
    expect(await verify({ rawBody: '', headers: classicHeadersOf(''), secrets: secret })).toMatchObject({ ok: true });
  });

  test('writes the shop in lower case', async () => {
    const shouted = { ...headers, 'x-shopify-shop-domain': 'ACME.MyShopify.com' };
    expect(await verify({ rawBody: productBody, headers: shouted, secrets: secret })).toMatchObject({
      shop: 'acme.myshopify.com',
    });
  });
});

test('the async verifier takes a body in shared memory, as the sync one does', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(2));
  shared.set([123, 125]);
  const input = { rawBody: shared, headers: classicHeadersOf('{}'), secrets: secret };
  expect(verifyWebhook(input)).toMatchObject({ ok: true });
  expect(await verifyWebhookAsync(input)).toMatchObject({ ok: true });
});
