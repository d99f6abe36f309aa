import { isShopwrightError, type RestResult } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { generatedApiVersion } from '../../src/config/generated/api-versions.ts';
import { broken, rejection, type Step, scriptedShop, status } from './scripted-shop.ts';

const answer =
  (body: string, headers: Record<string, string> = {}): Step =>
  () =>
    new Response(body, { headers: { 'x-shopify-shop-api-call-limit': '1/40', 'x-request-id': 'r-1', ...headers } });

describe('a REST call', () => {
  it('is sent to the version, with its query, and returns the body', async () => {
    const { shop, sent } = scriptedShop([answer('{"products":[{"id":1}]}')]);
    const result = await shop.rest.get<{ products: { id: number }[] }>('products.json', {
      query: { limit: 250, ids: [1, 2], fields: undefined, since: true },
    });
    expect(sent[0]?.url).toBe(
      `https://acme.myshopify.com/admin/api/${generatedApiVersion}/products.json?limit=250&ids=1%2C2&since=true`,
    );
    expect(result).toMatchObject({
      data: { products: [{ id: 1 }] },
      attempts: 1,
      requestId: 'r-1',
      pages: {},
      response: { status: 200 },
    });
  });

  it('sends a body as JSON', async () => {
    const { shop, sent } = scriptedShop([answer('{}')]);
    await shop.rest.post('products.json', { product: { title: 'Tee' } });
    await shop.rest.put('/products/1.json', { product: { id: 9007199254740993n } });
    await shop.rest.delete('products/1.json');
    expect(sent.map(({ body }) => body)).toEqual([
      '{"product":{"title":"Tee"}}',
      '{"product":{"id":9007199254740993}}',
      '',
    ]);
    expect(sent.map(({ headers }) => headers.get('content-type'))).toEqual([
      'application/json',
      'application/json',
      null,
    ]);
  });

  it('keeps whole numbers beyond 2^53 exact, and leaves all others as numbers', async () => {
    const { shop } = scriptedShop([
      answer(
        '{"id":9007199254740993,"price":12345678901234567.5,"small":12,"text":"9007199254740993","neg":-9007199254740993}',
      ),
    ]);
    const { data } = await shop.rest.get('x.json');
    expect(data).toEqual({
      id: 9007199254740993n,
      price: 12345678901234568,
      small: 12,
      text: '9007199254740993',
      neg: -9007199254740993n,
    });
  });

  it('returns null for a response without a body', async () => {
    const { shop } = scriptedShop([answer('')]);
    expect((await shop.rest.delete('products/1.json')).data).toBeNull();
  });

  it.each([
    'https://evil.example/x.json',
    '../x.json',
    'products.json?limit=1',
    'products',
    '//evil.example/x.json',
    'a b.json',
    '',
  ])('refuses %s as a path before anything is sent', async (path) => {
    const { shop, sent } = scriptedShop([answer('{}')]);
    expect(isShopwrightError(await rejection(shop.rest.get(path)), 'VALIDATION_FAILED')).toBe(true);
    expect(sent).toHaveLength(0);
  });

  it('reports the fields of a 422', async () => {
    const { shop, clock } = scriptedShop([
      status(422, '{"errors":{"title":["can\'t be blank","is odd"],"price":"is bad"}}'),
    ]);
    const error = await clock.run(rejection(shop.rest.post('products.json', {})));
    expect(isShopwrightError(error, 'USER_ERROR') && error.userErrors).toEqual([
      { field: ['title'], message: "can't be blank" },
      { field: ['title'], message: 'is odd' },
      { field: ['price'], message: 'is bad' },
    ]);
    const plain = scriptedShop([status(422, '{"errors":"odd"}')]);
    expect(await plain.clock.run(rejection(plain.shop.rest.post('x.json', {})))).toMatchObject({
      message: expect.stringContaining('odd'),
    });
    const silent = scriptedShop([status(422, '')]);
    expect(
      isShopwrightError(await silent.clock.run(rejection(silent.shop.rest.post('x.json', {}))), 'USER_ERROR'),
    ).toBe(true);
  });

  it('reports a body that is not JSON', async () => {
    const { shop, clock } = scriptedShop([answer('<html>')], { retry: { maxRetries: 0 } });
    expect(isShopwrightError(await clock.run(rejection(shop.rest.get('x.json'))), 'INVALID_RESPONSE')).toBe(true);
  });
});

describe('a lost response', () => {
  it.each(['get', 'delete'] as const)('to a %s is retried', async (method) => {
    const { shop, clock, sent } = scriptedShop([broken('ECONNRESET'), answer('{}')]);
    await clock.run(shop.rest[method]('products/1.json'));
    expect(sent).toHaveLength(2);
  });

  it('to a PUT is retried, since it sets a whole state', async () => {
    const { shop, clock, sent } = scriptedShop([broken('ECONNRESET'), answer('{}')]);
    await clock.run(shop.rest.put('products/1.json', {}));
    expect(sent).toHaveLength(2);
  });

  it.each([404, 409, 422])('to a PUT whose second send gets %i has an unknown outcome', async (code) => {
    const lost = scriptedShop([broken('ECONNRESET'), status(code)]);
    const put = lost.shop.rest.put('products/1.json', {});
    await lost.clock.run(expect(put).rejects.toMatchObject({ mayHaveExecuted: true, attempts: 2 }));
    const first = scriptedShop([status(code)]);
    const alone = first.shop.rest.put('products/1.json', {});
    await first.clock.run(expect(alone).rejects.toMatchObject({ mayHaveExecuted: false, attempts: 1 }));
  });

  it('to a POST has an unknown outcome, unless the caller declares otherwise', async () => {
    const { shop, clock, sent } = scriptedShop([broken('ECONNRESET'), answer('{}')]);
    expect(isShopwrightError(await clock.run(rejection(shop.rest.post('products.json', {}))), 'OUTCOME_UNKNOWN')).toBe(
      true,
    );
    expect(sent).toHaveLength(1);
    const other = scriptedShop([broken('ECONNRESET'), answer('{}')]);
    await other.clock.run(other.shop.rest.post('products.json', {}, { retry: { idempotency: 'idempotent' } }));
    expect(other.sent).toHaveLength(2);
  });

  it('after a 4xx is final', async () => {
    const { shop, clock } = scriptedShop([status(404)]);
    expect(isShopwrightError(await clock.run(rejection(shop.rest.get('products/1.json'))), 'HTTP_ERROR')).toBe(true);
  });
});

describe('the bucket of REST calls', () => {
  it("is separate from GraphQL's, and follows the header", async () => {
    const { shop, clock, sent } = scriptedShop([answer('{}', { 'x-shopify-shop-api-call-limit': '40/40' })]);
    await clock.run(shop.rest.get('x.json'));
    await clock.run(shop.rest.get('x.json'));
    const gap = (sent[1]?.at ?? 0) - (sent[0]?.at ?? 0);
    expect(gap).toBeGreaterThanOrEqual(500);
    expect(gap).toBeLessThan(600);
    expect(shop.status().limiter).toBeUndefined();
  });

  it.each([
    ['40/40', {}, 500],
    ['400/400', {}, 50],
    ['40/40', { rest: { requestsPerSecond: 4 } }, 250],
  ])('is restored at the rate of the plan: %s with %o', async (limit, options, expectedMs) => {
    const { shop, clock, sent } = scriptedShop([answer('{}', { 'x-shopify-shop-api-call-limit': limit })], options);
    await clock.run(shop.rest.get('x.json'));
    await clock.run(shop.rest.get('x.json'));
    const gap = (sent[1]?.at ?? 0) - (sent[0]?.at ?? 0);
    expect(gap).toBeGreaterThanOrEqual(expectedMs);
    expect(gap).toBeLessThan(expectedMs + 60);
  });

  it('obeys Retry-After even when it is full', async () => {
    const { shop, clock, sent } = scriptedShop([
      status(429, '{"errors":"Exceeded 2 calls per second"}', { 'retry-after': '2.0' }),
      answer('{}'),
    ]);
    await clock.run(shop.rest.get('x.json'));
    expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBeGreaterThanOrEqual(2000);
    const never = scriptedShop([status(429)], { retry: { maxRetries: 0 } });
    expect(isShopwrightError(await never.clock.run(rejection(never.shop.rest.get('x.json'))), 'THROTTLED')).toBe(true);
  });

  it('ignores a header that makes no sense', async () => {
    const { shop, clock } = scriptedShop([answer('{}', { 'x-shopify-shop-api-call-limit': 'many' })]);
    await expect(clock.run(shop.rest.get('x.json'))).resolves.toBeDefined();
  });
});

describe('pages', () => {
  const link = (relations: string): Record<string, string> => ({ link: relations });
  const next = (cursor: string): string =>
    `<https://acme.myshopify.com/admin/api/${generatedApiVersion}/products.json?limit=2&page_info=${cursor}>; rel="next"`;
  const collect = async (pages: AsyncIterable<RestResult<unknown>>): Promise<unknown[]> => {
    const all: unknown[] = [];
    for await (const page of pages) all.push(page.data);
    return all;
  };

  it('follow the Link header to its end, with only the cursor, limit and fields', async () => {
    const { shop, clock, sent } = scriptedShop([
      answer('1', link(next('abc%3D'))),
      answer('2', link(`<https://x.example/?page_info=prev>; rel="previous", ${next('def')}`)),
      answer('3', link('<https://x.example/?page_info=prev>; rel="previous"')),
    ]);
    const query = { limit: 2, fields: 'id', status: 'active' };
    expect(await clock.run(collect(shop.rest.pages('products.json', { query })))).toEqual([1, 2, 3]);
    expect(sent.map(({ url }) => new URL(url).search)).toEqual([
      '?limit=2&fields=id&status=active',
      '?limit=2&fields=id&page_info=abc%3D',
      '?limit=2&fields=id&page_info=def',
    ]);
  });

  it('are a single one without a valid Link header', async () => {
    for (const headers of [
      {},
      link('<not an address>; rel="next"'),
      link('<https://x.example/>; rel="next"'),
      link('rubbish'),
    ]) {
      const { shop, clock } = scriptedShop([answer('1', headers)]);
      expect(await clock.run(collect(shop.rest.pages('products.json')))).toEqual([1]);
    }
  });

  it('report the cursors of the next and previous page', async () => {
    const { shop } = scriptedShop([
      answer('1', link(`<https://x.example/?page_info=p>; rel="previous", ${next('n')}`)),
    ]);
    expect((await shop.rest.get('products.json')).pages).toEqual({ previous: 'p', next: 'n' });
  });
});

describe('pages whose links repeat', () => {
  const to = (cursor: string): Step =>
    answer('{}', { link: `<https://acme.myshopify.com/x.json?page_info=${cursor}>; rel="next"` });

  it.each([
    ['the same page', [to('a'), to('a')], {}, 2],
    ['an earlier page', [to('a'), to('b'), to('a')], {}, 3],
    ['the page it began with', [to('b'), to('a')], { query: { page_info: 'a' } }, 2],
  ])('cause an error at %s', async (_name, steps, options, read) => {
    const { shop, sent } = scriptedShop(steps);
    const pages: unknown[] = [];
    const readAll = async (): Promise<void> => {
      for await (const page of shop.rest.pages('products.json', options)) pages.push(page);
    };
    const error = await rejection(readAll());
    expect(isShopwrightError(error, 'INVALID_RESPONSE') && !error.isRetryable && !error.mayHaveExecuted).toBe(true);
    expect([pages.length, sent.length]).toEqual([read, read]);
  });
});

describe('a Link header', () => {
  const address = `https://acme.myshopify.com/admin/api/${generatedApiVersion}/products.json?limit=1&page_info=`;

  it.each([
    ['several relations', `<${address}n>; rel="prev next"`, { next: 'n', previous: 'n' }],
    ['single quotes', `<${address}n>;rel='next'`, { next: 'n' }],
    ['no quotes', `<${address}n>; rel=next, <${address}p>; rel=previous`, { next: 'n', previous: 'p' }],
    ['capitals', `<${address}n>; REL="Next"`, { next: 'n' }],
    ['a title with commas before', `<${address}n>; title="a, <b>; c"; rel="next"`, { next: 'n' }],
    ['a relative address', `</admin/api/${generatedApiVersion}/products.json?page_info=n>; rel="next"`, { next: 'n' }],
    ['an address of 5,000 characters', `<${address}n&fields=${'title%2C'.repeat(600)}>; rel="next"`, { next: 'n' }],
    ['another relation with the same prefix', `<${address}n>; rel="nextfoo"`, {}],
    ['a relation inside another parameter', `<${address}n>; title="rel=next"`, {}],
    ['an address without a cursor', '<https://acme.myshopify.com/x.json>; rel="next"', {}],
    ['unreadable text', `<${address}n>; rel="nex, ;;; =`, {}],
  ])('is read with %s', async (_name, link, pages) => {
    const { shop } = scriptedShop([answer('{}', { link })]);
    expect((await shop.rest.get('products.json')).pages).toEqual(pages);
  });
});

describe('a query', () => {
  it.each([
    ['a list under a name with brackets', { 'address_ids[]': [1, 2] }, 'address_ids%5B%5D=1&address_ids%5B%5D=2'],
    ['a large number', { since_id: 12345678901234567890n }, 'since_id=12345678901234567890'],
    ['URLSearchParams', new URLSearchParams('limit=5&ids[]=1&ids[]=2'), 'limit=5&ids%5B%5D=1&ids%5B%5D=2'],
  ])('may be %s', async (_name, query, expected) => {
    const { shop, sent } = scriptedShop([answer('{}')]);
    await shop.rest.get('products.json', { query });
    expect(new URL(sent[0]?.url ?? '').search).toBe(`?${expected}`);
  });

  it.each([
    ['an object', { created: { min: 1 } }, 'query.created'],
    ['null', { limit: null }, 'query.limit'],
    ['a date', { since: new Date(0) }, 'query.since'],
    ['no number', { limit: Number.NaN }, 'query.limit'],
    ['a list in a list', { ids: [[1]] }, 'query.ids'],
    ['a text', 'limit=5', 'query'],
    ['a map', new Map([['limit', 5]]), 'query'],
  ])('with %s is refused', async (_name, query, field) => {
    const { shop, sent } = scriptedShop([answer('{}')]);
    const error = await rejection(shop.rest.get('products.json', { query } as never));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.issues[0]?.field).toBe(field);
    expect(sent).toHaveLength(0);
  });
});

describe('a call that cannot be sent', () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const telling = {
    toJSON() {
      throw new Error('jane@example.com');
    },
  };

  it.each([
    ['a circle', circle],
    ['an object that cannot be converted to JSON', telling],
    ['a text', '{"product":{}}'],
    ['bytes', Buffer.from('{}')],
    ['a map', new Map()],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['null', null],
  ])('is refused: %s', async (_name, body) => {
    const { shop, sent } = scriptedShop([answer('{}')]);
    const error = await rejection(shop.rest.post('products.json', body));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.issues[0]?.field).toBe('body');
    expect(String(error)).not.toContain('jane');
    expect(sent).toHaveLength(0);
  });

  it.each([
    `/admin/api/${generatedApiVersion}/products.json`,
    'admin/products.json',
    'https://acme.myshopify.com/products.json',
    undefined,
  ])('is refused: the path %s', async (path) => {
    const { shop, sent } = scriptedShop([answer('{}')]);
    const error = await rejection(shop.rest.get(path as string));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.issues[0]?.field).toBe('path');
    expect(sent).toHaveLength(0);
  });
});

describe('a POST whose result is at another address', () => {
  const elsewhere = (location: string): Step => status(303, '', { location });

  it('returns that result', async () => {
    const { shop, sent } = scriptedShop([
      elsewhere(`https://acme.myshopify.com/admin/api/${generatedApiVersion}/orders/1.json?fields=id`),
      answer('{"order":{"id":1}}'),
    ]);
    const { data, attempts } = await shop.rest.post('orders.json', { order: {} });
    expect([data, attempts]).toEqual([{ order: { id: 1 } }, 2]);
    expect(sent[1]).toMatchObject({ url: expect.stringContaining('/orders/1.json?fields=id'), body: '' });
  });

  it('is reported as carried out if the result cannot be read', async () => {
    const { shop } = scriptedShop([elsewhere(`/admin/api/${generatedApiVersion}/orders/1.json`), status(404)]);
    const error = await rejection(shop.rest.post('orders.json', { order: {} }));
    expect(isShopwrightError(error, 'OUTCOME_UNKNOWN') && error.mayHaveExecuted).toBe(true);
    expect(String(error)).toContain(
      `was carried out, but its result at /admin/api/${generatedApiVersion}/orders/1.json`,
    );
  });

  it.each(['https://elsewhere.example/admin/api/x.json', 'https://acme.myshopify.com/login'])(
    'is reported if that is %s, and the token is not sent there',
    async (location) => {
      const { shop, sent } = scriptedShop([elsewhere(location)]);
      const error = await rejection(shop.rest.post('orders.json', { order: {} }));
      expect(isShopwrightError(error, 'OUTCOME_UNKNOWN')).toBe(true);
      expect(String(error)).toContain(location);
      expect(sent).toHaveLength(1);
    },
  );
});
