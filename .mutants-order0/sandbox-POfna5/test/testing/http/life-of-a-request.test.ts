// @ts-nocheck
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { ask, pushMutation, shopQuery, tee } from '../ask.ts';

const wrongToken = '[API] Invalid API key or access token (unrecognized login or wrong password)';

describe('a request to the fake', () => {
  it('is answered with data, its cost and the headers of Shopify', async () => {
    const fake = createFakeShopify({ clock: createManualClock() });
    const { status, headers, json } = await ask(fake.fetch);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(headers.get('x-shopify-api-version')).toBe('2026-10');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(json).toMatchObject({
      data: { shop: { name: 'demo' } },
      extensions: {
        cost: {
          requestedQueryCost: 1,
          actualQueryCost: 1,
          throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: 1_999, restoreRate: 100 },
        },
      },
    });
  });

  it('has the same ids in the same order for the same seed, and a new one each time', async () => {
    const ids = async (seed: number): Promise<(string | null)[]> => {
      const fake = createFakeShopify({ seed });
      return [await ask(fake.fetch), await ask(fake.fetch)].map(({ headers }) => headers.get('x-request-id'));
    };
    const [first, second] = await ids(1);
    expect(first).not.toBe(second);
    expect(await ids(1)).toEqual([first, second]);
    expect(await ids(2)).not.toEqual([first, second]);
  });

  it.each([
    ['an unknown path', { path: '/admin/somewhere' }, 404, 'Not Found'],
    ['another method', { method: 'GET' }, 405, 'Method Not Allowed'],
    ['an unknown shop', { host: 'https://other.myshopify.com' }, 404, 'Not Found'],
    ['a wrong token', { token: 'shpat_wrong' }, 401, wrongToken],
    ['no token', { token: '' }, 401, wrongToken],
    ['a body that is no JSON', { body: '{"query": "{ shop' }, 400, { query: 'Required parameter missing or invalid' }],
    ['a body without a query', { body: '{"variables": {}}' }, 400, { query: 'Required parameter missing or invalid' }],
    [
      'variables that are no object',
      { body: '{"query": "{ shop { id } }", "variables": [1]}' },
      400,
      { query: 'Required parameter missing or invalid' },
    ],
    ['a version of the future', { path: '/admin/api/2031-01/graphql.json' }, 404, 'Not Found'],
    ['a version that never was', { path: '/admin/api/2026-02/graphql.json' }, 404, 'Not Found'],
  ])('is refused for %s', async (_what, asked, status, errors) => {
    const fake = createFakeShopify();
    const answer = await ask(fake.fetch, asked);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ errors });
    expect(answer.headers.get('x-request-id')).not.toBeNull();
    expect(fake.calls).toMatchObject([{ outcome: 'refused', status, executed: false, requestedCost: 0 }]);
    expect(fake.stats().pointsUsed).toBe(0);
  });

  it.each([
    ['uninstalled', 401, wrongToken],
    ['frozen', 402, 'Unavailable Shop'],
    ['locked', 423, 'This shop is unavailable'],
  ] as const)('is refused by a shop that is %s', async (state, status, errors) => {
    const fake = createFakeShopify({ shops: [{ state }] });
    const answer = await ask(fake.fetch);
    expect([answer.status, answer.json]).toEqual([status, { errors }]);
  });

  it.each([
    ['2026-01', '2026-01'],
    ['2026-07', '2026-07'],
    ['2024-07', '2026-01'],
  ])('for version %s is served by %s', async (asked, served) => {
    const fake = createFakeShopify();
    const { status, headers } = await ask(fake.fetch, { path: `/admin/api/${asked}/graphql.json` });
    expect([status, headers.get('x-shopify-api-version')]).toEqual([200, served]);
  });

  it('is refused with 200 for an operation that the schema does not know', async () => {
    const fake = createFakeShopify();
    const { status, json } = await ask(fake.fetch, { query: '{ shop { colour } }' });
    expect(status).toBe(200);
    expect(json.errors[0].message).toContain('colour');
    expect(json).not.toHaveProperty('data');
    expect(fake.calls).toMatchObject([{ outcome: 'refused', status: 200, executed: false }]);
  });

  it('may be the bare query, as application/graphql', async () => {
    const { fetch } = createFakeShopify();
    const headers = { 'content-type': 'application/graphql' };
    expect((await ask(fetch, { body: shopQuery, headers })).json.data.shop.name).toBe('demo');
  });

  it('is told which deprecated fields it uses, in fragments too, each time', async () => {
    const { fetch } = createFakeShopify();
    const query = `{ shop { ...Old } products(first: 1) { nodes { bodyHtml title } } } fragment Old on Shop { id products(first: 1) { nodes { bodyHtml } } }`;
    for (const _time of [1, 2]) {
      const { headers } = await ask(fetch, { query });
      expect(headers.get('x-shopify-api-deprecated-reason')).toBe('Product.bodyHtml, Shop.products');
    }
    for (const _time of [1, 2]) {
      expect((await ask(fetch)).headers.get('x-shopify-api-deprecated-reason')).toBeNull();
    }
  });

  it('is answered with the date of the fake’s clock, however it ends', async () => {
    const clock = createManualClock({ now: Date.UTC(2027, 0, 1, 17) });
    const fake = createFakeShopify({ clock, latencyMs: 2_000 });
    const date = async (asked: object) => (await clock.run(ask(fake.fetch, asked))).headers.get('date');
    expect(await date({})).toBe('Fri, 01 Jan 2027 17:00:02 GMT');
    expect(await date({ token: 'no' })).toBe('Fri, 01 Jan 2027 17:00:03 GMT');
    expect(await date({ path: '/admin/oauth/access_token' })).toBe('Fri, 01 Jan 2027 17:00:05 GMT');
  });

  it('runs the operation it names', async () => {
    const fake = createFakeShopify();
    const query = 'query A { shop { id } } query B { shop { name } }';
    const { json } = await ask(fake.fetch, { body: JSON.stringify({ query, operationName: 'B', variables: null }) });
    expect(json.data).toEqual({ shop: { name: 'demo' } });
    expect(fake.calls[0]?.operation).toBe('B');
  });

  describe('with scopes', () => {
    it('is denied without the scope, and executes nothing', async () => {
      const fake = createFakeShopify({ shops: [{ scopes: ['read_products'] }] });
      const query = pushMutation.replace('productSet(', 'made: productSet(');
      const { status, json } = await ask(fake.fetch, { query, variables: tee() });
      expect(status).toBe(200);
      expect(json.data).toEqual({ made: null });
      expect(json.errors[0]).toMatchObject({
        message: 'Access denied for productSet field. Required access: `write_products` access scope.',
        path: ['made'],
        extensions: { code: 'ACCESS_DENIED', requiredAccess: '`write_products` access scope.' },
      });
      expect(fake.products()).toEqual([]);
    });

    it('needs any one of several scopes, and to write holds to read', async () => {
      const fake = createFakeShopify({ shops: [{ scopes: ['write_products', 'write_content'] }] });
      const count = await ask(fake.fetch, { query: '{ productsCount { count } }' });
      expect(count.json.data).toEqual({ productsCount: { count: 0 } });
      const blog = 'mutation { blogCreate(blog: { title: "News" }) { blog { id } } }';
      expect((await ask(fake.fetch, { query: blog })).json.errors?.[0].extensions?.code).not.toBe('ACCESS_DENIED');
    });
  });

  it('may not ask for more than 1,000 points, whatever the bucket holds', async () => {
    const fake = createFakeShopify({ shops: [{ plan: 'plus' }] });
    const variants = 'variants(first: 250) { nodes { metafields(first: 250) { nodes { id } } } }';
    const { status, json } = await ask(fake.fetch, { query: `{ products(first: 250) { nodes { ${variants} } } }` });
    expect(status).toBe(200);
    expect(json).toEqual({
      errors: [
        {
          message: 'Query cost is 1729, which exceeds the single query max cost limit (1000).',
          extensions: { code: 'MAX_COST_EXCEEDED', cost: 1_729, maxCost: 1_000, documentation: expect.any(String) },
        },
      ],
    });
  });

  it('is throttled with 200 and the shop’s numbers when the bucket is short', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock, shops: [{ bucket: { currentlyAvailable: 4.567 } }] });
    const query = '{ products(first: 10) { nodes { id } } }';
    const { status, json } = await ask(fake.fetch, { query });
    expect(status).toBe(200);
    expect(json).toEqual({
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation: expect.any(String) } }],
      extensions: {
        cost: {
          requestedQueryCost: 6,
          actualQueryCost: null,
          throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: 4.56, restoreRate: 100 },
        },
      },
    });
    await clock.advance(20);
    expect((await ask(fake.fetch, { query })).json.data).toEqual({ products: { nodes: [] } });
    expect(fake.calls.map((call) => call.outcome)).toEqual(['throttled', 'ok']);
  });

  it('pays the requested points up front and gets back what it did not use', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock, latencyMs: 100 });
    const query = '{ products(first: 250) { edges { node { id } } } }';
    const [first, second] = [ask(fake.fetch, { query }), ask(fake.fetch, { query })];
    await clock.advance(50);
    expect(fake.stats().pointsUsed).toBe(26);
    await clock.advance(50);
    const costs = (await Promise.all([first, second])).map(({ json }) => json.extensions.cost);
    expect(costs).toMatchObject([
      { requestedQueryCost: 13, actualQueryCost: 2 },
      { requestedQueryCost: 13, actualQueryCost: 2 },
    ]);
    expect(fake.stats().pointsUsed).toBe(4);
  });

  it('breaks its cost down when the debug header asks', async () => {
    const fake = createFakeShopify();
    const { json } = await ask(fake.fetch, { headers: { 'Shopify-GraphQL-Cost-Debug': '1' } });
    expect(json.extensions.cost.fields).toContainEqual({
      path: ['shop'],
      definedCost: 1,
      requestedTotalCost: 1,
      requestedChildrenCost: 0,
    });
  });

  it('may be charged off the rule, each operation by its own factor and always the same', async () => {
    const query = (name: string): string => `query ${name} { products(first: 250) { nodes { id } } }`;
    const costs = async (seed: number): Promise<number[]> => {
      const fake = createFakeShopify({ seed, costSkew: 0.5 });
      const answers = ['A', 'B', 'C', 'A'].map((name) => ask(fake.fetch, { query: query(name) }));
      return (await Promise.all(answers)).map(({ json }) => json.extensions.cost.requestedQueryCost);
    };
    const [a, b, c, again] = await costs(1);
    expect(again).toBe(a);
    expect(new Set([a, b, c]).size).toBe(3);
    for (const cost of [a, b, c]) expect(Math.abs((cost ?? 0) - 13)).toBeLessThanOrEqual(6.5);
    expect(await costs(2)).not.toEqual([a, b, c, a]);
  });

  describe('with several shops and apps', () => {
    const shops = [
      { domain: 'one.myshopify.com', name: 'One', tokens: { shpat_a: 'a', shpat_a2: 'a', shpat_b: 'b' } },
      { domain: 'two.myshopify.com', name: 'Two' },
    ];
    const local = 'http://127.0.0.1:4010';
    const nameOf = async (fetch: typeof globalThis.fetch, asked: object): Promise<unknown> => {
      const { json, status } = await ask(fetch, asked);
      return json.data?.shop.name ?? status;
    };

    it('goes to the shop of its host, else to the shop of its header', async () => {
      const { fetch } = createFakeShopify({ shops });
      const named = { 'x-shopify-shop-domain': 'TWO.myshopify.com' };
      expect(await nameOf(fetch, { host: 'https://one.myshopify.com:443', token: 'shpat_b' })).toBe('One');
      expect(await nameOf(fetch, { host: 'https://two.myshopify.com' })).toBe('Two');
      expect(await nameOf(fetch, { host: local, headers: named })).toBe('Two');
      expect(await nameOf(fetch, { host: local })).toBe(404);
      expect(await nameOf(createFakeShopify().fetch, { host: local })).toBe('demo');
    });

    it('pays from the bucket of its app on its shop', async () => {
      const clock = createManualClock();
      const fake = createFakeShopify({ clock, shops });
      const left = async (host: string, token: string): Promise<number> => {
        const { json } = await ask(fake.fetch, { host: `https://${host}.myshopify.com`, token });
        return json.extensions.cost.throttleStatus.currentlyAvailable;
      };
      expect(await left('one', 'shpat_a')).toBe(1_999);
      expect(await left('one', 'shpat_a2')).toBe(1_998);
      expect(await left('one', 'shpat_b')).toBe(1_999);
      expect(await left('two', 'shpat_fake')).toBe(1_999);
      expect(fake.stats('one.myshopify.com')).toMatchObject({ calls: 3, pointsUsed: 3, pointsPossible: 4_000 });
      expect(fake.stats()).toMatchObject({ calls: 4, pointsUsed: 4, pointsPossible: 6_000 });
    });
  });

  describe('over fetch', () => {
    it('may be a Request object', async () => {
      const { fetch } = createFakeShopify();
      const request = new Request('https://demo.myshopify.com/admin/api/2026-10/graphql.json', {
        method: 'POST',
        headers: { 'X-Shopify-Access-Token': 'shpat_fake' },
        body: JSON.stringify({ query: shopQuery }),
      });
      expect(await (await fetch(request)).json()).toMatchObject({ data: { shop: { name: 'demo' } } });
    });

    it('is not sent when it was aborted before', async () => {
      const fake = createFakeShopify();
      const reason = new Error('enough');
      await expect(ask(fake.fetch, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(fake.calls).toEqual([]);
    });

    it('ends for the caller at once when it is aborted, and goes on at the server', async () => {
      const clock = createManualClock();
      const fake = createFakeShopify({ clock, latencyMs: 1_000 });
      const stopping = new AbortController();
      const asking = ask(fake.fetch, { query: pushMutation, variables: tee(), signal: stopping.signal });
      const rejected = expect(asking).rejects.toMatchObject({ name: 'AbortError' });
      await clock.advance(600);
      stopping.abort();
      await rejected;
      expect(fake.products()).toEqual([]);
      await clock.advance(400);
      expect(fake.products()).toHaveLength(1);
    });
  });
});
