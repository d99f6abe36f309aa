// @ts-nocheck
import { createFakeShopify, createManualClock, type FaultKind } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { ask } from '../ask.ts';
import { makeProducts, rest } from './rest.ts';

const json = { 'content-type': 'application/json' };

describe('a request over REST', () => {
  it('is answered with the headers of Shopify', async () => {
    const fake = createFakeShopify({ clock: createManualClock({ now: Date.UTC(2026, 10, 1) }) });
    const { status, headers } = await rest(fake, 'GET shop.json', { version: '2024-01' });
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'application/json; charset=utf-8',
      date: 'Sun, 01 Nov 2026 00:00:00 GMT',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-shopify-api-version': '2026-01',
      'x-shopify-shop-api-call-limit': '1/40',
    });
  });

  it('is told of by method and path, and by the kind of path', async () => {
    const fake = createFakeShopify();
    const [number] = await makeProducts(fake, 'A');
    await rest(fake, `PUT products/${number}.json?x=1`, { body: { product: { title: 'B' } } });
    expect(fake.calls[1]).toMatchObject({
      shop: 'demo.myshopify.com',
      app: 'default',
      operation: 'PUT products/{id}.json',
      rootFields: [`PUT products/${number}.json`],
      kind: 'mutation',
      variables: { x: '1', product: { title: 'B' } },
      outcome: 'ok',
      executed: true,
    });
    expect(fake.executed('POST products.json')).toBe(1);
    expect(fake.executed(`PUT products/${number}.json`)).toBe(1);
    expect(fake.stats()).toMatchObject({ calls: 2, pointsUsed: 0 });
  });

  it('needs no version, nor a header for the token of a legacy app', async () => {
    const fake = createFakeShopify();
    const basic = { authorization: `Basic ${Buffer.from('key:shpat_fake').toString('base64')}` };
    const send = (path: string, headers: Record<string, string>) =>
      fake.fetch(`https://demo.myshopify.com${path}`, { headers });
    const answer = await send('/admin/shop.json', basic);
    expect([answer.status, answer.headers.get('x-shopify-api-version')]).toEqual([200, '2026-01']);
    expect((await send('/admin/shop.json', { authorization: 'Basic cHVyZQ==' })).status).toBe(401);
    expect((await send('/admin/shop.json', {})).status).toBe(401);
    expect((await send('/admin/api/shop.json', basic)).status).toBe(404);
  });

  it.each([
    ['a wrong token', 'GET shop.json', { token: 'no' }, 401, expect.stringContaining('[API] Invalid API key')],
    ['a version that never was', 'GET shop.json', { version: '2026-02' }, 404, 'Not Found'],
    ['a product that is not there', 'GET products/12.json', {}, 404, 'Not Found'],
    ['an id that is none', 'GET products/tee.json', {}, 400, { id: 'expected String to be a id' }],
    ['a method that REST has not', 'PATCH products.json', {}, 405, 'Method Not Allowed'],
    ['a path without its ending', 'GET products', {}, 406, 'Not Acceptable'],
    ['another form of answer', 'GET shop.json', { headers: { accept: 'text/html' } }, 406, 'Not Acceptable'],
    [
      'another form of body',
      'POST products.json',
      { body: 'a=1', headers: { 'content-type': 'text/plain' } },
      415,
      'Unsupported Media Type',
    ],
    [
      'a body that is no JSON',
      'POST products.json',
      { body: '{"product', headers: json },
      400,
      { product: 'Required parameter missing or invalid' },
    ],
    [
      'a body that is a list',
      'POST products.json',
      { body: [] },
      400,
      { product: 'Required parameter missing or invalid' },
    ],
    [
      'a body without its subject',
      'POST products.json',
      { body: { title: 'A' } },
      400,
      { product: 'Required parameter missing or invalid' },
    ],
    ['what the fake has not', 'GET orders.json', {}, 501, '`GET orders.json` is not simulated by the fake'],
    [
      'a method the fake has not',
      'DELETE variants/1.json',
      {},
      501,
      '`DELETE variants/{id}.json` is not simulated by the fake',
    ],
  ])('is refused for %s', async (_what, call, asked, status, errors) => {
    const fake = createFakeShopify();
    const answer = await rest(fake, call, asked);
    expect([answer.status, answer.json]).toEqual([status, { errors }]);
    expect(fake.calls).toMatchObject([{ outcome: 'refused', status, executed: false }]);
  });

  it('is refused without a content type, as its body is not read', async () => {
    const fake = createFakeShopify();
    const body = new TextEncoder().encode('{"product":{"title":"A"}}');
    const headers = { 'x-shopify-access-token': 'shpat_fake' };
    const init = { method: 'POST', headers, body };
    const answer = await fake.fetch('https://demo.myshopify.com/admin/api/2026-10/products.json', init);
    expect(answer.status).toBe(400);
  });

  it.each([
    ['uninstalled', 401],
    ['frozen', 402],
    ['locked', 423],
  ] as const)('is refused by a shop that is %s', async (state, status) => {
    const fake = createFakeShopify();
    fake.setShopState('demo.myshopify.com', state);
    expect((await rest(fake, 'GET shop.json')).status).toBe(status);
    fake.setShopState('demo.myshopify.com', 'active');
    expect((await rest(fake, 'GET shop.json')).status).toBe(200);
  });

  it('needs the scope, and to write holds to read', async () => {
    const reader = createFakeShopify({ shops: [{ scopes: ['read_products'] }] });
    expect((await rest(reader, 'GET products.json')).status).toBe(200);
    const denied = await rest(reader, 'POST products.json', { body: { product: { title: 'A' } } });
    expect([denied.status, denied.json]).toEqual([
      403,
      { errors: '[API] This action requires merchant approval for write_products scope.' },
    ]);
    const writer = createFakeShopify({ shops: [{ scopes: ['write_products'] }] });
    expect((await rest(writer, 'GET products.json')).status).toBe(200);
  });

  it('is refused in whole where the fake cannot carry out a part of it', async () => {
    const fake = createFakeShopify();
    const metafields = [{ namespace: 'a', key: 'b', type: 'colour', value: 'x' }];
    const { status } = await rest(fake, 'POST products.json', { body: { product: { title: 'A', metafields } } });
    expect(status).toBe(422);
    expect(fake.products()).toEqual([]);
  });
});

describe('the bucket of REST', () => {
  it.each([
    [{}, 40, 2],
    [{ plan: 'advanced' as const }, 40, 4],
    [{ plan: 'plus' as const }, 400, 20],
    [{ restBucket: { size: 3, leakRate: 1 } }, 3, 1],
  ])('of a shop with %j holds %i requests and leaks %i a second', async (shop, size, leakRate) => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock, shops: [shop] });
    for (let sent = 1; sent <= size; sent++) {
      const { headers } = await rest(fake, 'GET shop.json');
      expect(headers.get('x-shopify-shop-api-call-limit')).toBe(`${sent}/${size}`);
    }
    const full = await rest(fake, 'GET shop.json');
    expect(full.status).toBe(429);
    expect(full.headers.get('retry-after')).toBe('2.0');
    expect(full.headers.get('x-shopify-shop-api-call-limit')).toBe(`${size}/${size}`);
    expect(full.json.errors).toMatch(new RegExp(`^Exceeded ${leakRate} calls per second for api client\\.`));
    expect(fake.calls.at(-1)).toMatchObject({ outcome: 'throttled', status: 429, executed: false });
    await clock.advance(1_000);
    const { headers } = await rest(fake, 'GET shop.json');
    expect(headers.get('x-shopify-shop-api-call-limit')).toBe(`${size - leakRate + 1}/${size}`);
  });

  it('belongs to one app on one shop, apart from the points of GraphQL', async () => {
    const fake = createFakeShopify({
      clock: createManualClock(),
      shops: [{ restBucket: { size: 1, leakRate: 0 }, tokens: { a: 'one', b: 'two' } }],
    });
    expect((await rest(fake, 'GET shop.json', { token: 'a' })).status).toBe(200);
    expect((await rest(fake, 'GET shop.json', { token: 'a' })).status).toBe(429);
    expect((await rest(fake, 'GET shop.json', { token: 'b' })).status).toBe(200);
    expect((await ask(fake.fetch, { token: 'a' })).json.data.shop.name).toBe('demo');
  });
});

describe('a fault over REST', () => {
  it.each([
    ['status-401', 401],
    ['status-402', 402],
    ['status-403', 403],
    ['status-423', 423],
    ['status-430', 430],
    ['status-540', 540],
    ['status-429', 429],
    ['throttled', 429],
    ['status-503', 503],
  ] as const)('%s hits the call it names, which costs nothing', async (kind, status) => {
    const fake = createFakeShopify();
    fake.faults.next(kind, { operation: 'POST products.json' });
    expect((await rest(fake, 'GET products.json')).status).toBe(200);
    const hit = await rest(fake, 'POST products.json', { body: { product: { title: 'A' } } });
    expect([hit.status, hit.json]).toEqual([status, { errors: expect.any(String) }]);
    expect(hit.headers.get('retry-after')).toBe(status === 429 ? '2.0' : null);
    expect(fake.products()).toEqual([]);
    expect((await rest(fake, 'GET shop.json')).headers.get('x-shopify-shop-api-call-limit')).toBe('2/40');
  });

  it.each<[FaultKind, number]>([
    ['reset-before', 0],
    ['reset-after', 1],
  ])('%s executes %i times', async (kind, executed) => {
    const fake = createFakeShopify();
    fake.faults.next(kind, { operation: 'POST products.json' });
    const made = rest(fake, 'POST products.json', { body: { product: { title: 'A' } } });
    await expect(made).rejects.toThrow('fetch failed');
    expect(fake.products()).toHaveLength(executed);
    expect(fake.executed('POST products.json')).toBe(executed);
  });

  it('hits one product by its own path', async () => {
    const fake = createFakeShopify();
    const [first, second] = await makeProducts(fake, 'A', 'B');
    fake.faults.next('status-500', { operation: `GET products/${second}.json` });
    expect((await rest(fake, `GET products/${first}.json`)).status).toBe(200);
    expect((await rest(fake, `GET products/${second}.json`)).status).toBe(500);
  });
});
