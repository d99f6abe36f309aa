import { broken, faults, status, text } from '../faults.mjs';

export const group = 'rest';

const answer = (body, headers = {}) => text(body, { 'x-shopify-shop-api-call-limit': '1/40', ...headers });

export function define({ add, api }) {
  const methods = {
    get: (shop, options) => shop.rest.get('products/1.json', options),
    post: (shop, options) => shop.rest.post('products.json', { product: { title: 'Tee' } }, options),
    put: (shop, options) => shop.rest.put('/products/1.json', { product: { id: 9007199254740993n } }, options),
    delete: (shop, options) => shop.rest.delete('products/1.json', options),
  };
  for (const [method, call] of Object.entries(methods)) {
    for (const [fault, step] of Object.entries(faults)) {
      add(`${method}, ${fault} once`, async ({ scriptedShop, outcome }) => {
        const { shop, clock, seen } = scriptedShop([step, answer('{"product":{"id":1}}')], { timeoutMs: 4000 });
        return { call: await outcome(clock.run(call(shop))), ...seen() };
      });
      add(`${method}, ${fault} always`, async ({ scriptedShop, outcome }) => {
        const { shop, clock, seen } = scriptedShop([step], { timeoutMs: 4000, retry: { maxRetries: 2 } });
        return { call: await outcome(clock.run(call(shop, { deadlineMs: 60_000 }))), ...seen() };
      });
    }
    for (const safety of ['safe', 'never']) {
      add(`${method}, called ${safety}, a reset`, async ({ scriptedShop, outcome }) => {
        const { shop, clock, seen } = scriptedShop([faults['a reset'], answer('{}')]);
        return {
          call: await outcome(clock.run(call(shop, { retry: { [api.word('safety')]: api.word(safety) } }))),
          ...seen(),
        };
      });
    }
    add(`${method}, aborted after the send, and while it waits`, async ({ scriptedShop, outcome }) => {
      const results = [];
      for (const step of [faults['no answer'], faults['429 with Retry-After']]) {
        const { shop, clock, seen } = scriptedShop([step]);
        const controller = new AbortController();
        const made = outcome(call(shop, { signal: controller.signal }));
        await clock.advance(1000);
        controller.abort(new Error('scenario: left'));
        results.push({ call: await made, pending: clock.pending, ...seen() });
      }
      return results;
    });
  }

  for (const path of [
    'https://evil.example/x.json',
    '../x.json',
    'products.json?limit=1',
    'products',
    '//evil.example/x.json',
    'a b.json',
    '',
    'x/y/z.json',
    '/products.json',
    'products/%2e%2e/x.json',
    7,
  ]) {
    add(`the path ${JSON.stringify(path)}`, async ({ scriptedShop, tried }) => {
      const { shop, clock, seen } = scriptedShop([answer('{}')]);
      return { call: await tried(() => clock.run(shop.rest.get(path))), ...seen() };
    });
  }
  for (const query of [{ limit: 250, ids: [1, 2], fields: undefined, since: true }, { a: 'ö &=', b: [] }, {}]) {
    add(`the query ${JSON.stringify(query)}`, async ({ scriptedShop, tried }) => {
      const { shop, clock, seen } = scriptedShop([answer('{}')]);
      return {
        call: await tried(() => clock.run(shop.rest.get('x.json', { query, headers: { 'X-Own': 'yes' } }))),
        ...seen(),
      };
    });
  }
  for (const body of [
    '{"id":9007199254740993,"price":1.5,"text":"9007199254740993"}',
    '',
    'null',
    '<html>',
    '{"a":',
    '"text"',
    '[1]',
  ]) {
    add(`the body ${JSON.stringify(body)}`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop([answer(body)], { retry: { maxRetries: 1 } });
      const got = await outcome(clock.run(shop.rest.get('x.json')));
      return { got, posted: await outcome(clock.run(shop.rest.post('x.json', {}))), ...seen() };
    });
  }
  for (const body of [
    '{"errors":{"title":["can\'t be blank","is odd"],"price":"is bad"}}',
    '{"errors":"odd"}',
    '',
    '{"errors":[1]}',
    '{"error":"x"}',
    '<p>',
  ]) {
    add(`422 with ${JSON.stringify(body)}`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop([status(422, body)]);
      return { call: await outcome(clock.run(shop.rest.post('x.json', {}))), ...seen() };
    });
  }
  for (const [limit, options] of [
    ['40/40', {}],
    ['400/400', {}],
    ['40/40', { rest: { requestsPerSecond: 4 } }],
    ['39/40', {}],
    ['many', {}],
    ['-1/40', {}],
    ['41/40', {}],
  ]) {
    add(`the bucket at ${limit} with ${JSON.stringify(options)}`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop([answer('{}', { 'x-shopify-shop-api-call-limit': limit })], options);
      await clock.run(shop.rest.get('x.json'));
      const calls = Array.from({ length: 5 }, () => outcome(shop.rest.get('x.json')));
      return { calls: await clock.run(Promise.all(calls)), ...seen() };
    });
  }

  const link = (cursor) => ({
    link: `<https://acme.myshopify.com/admin/api/2026-10/products.json?limit=2&page_info=${cursor}>; rel="next"`,
  });
  const collect = async (pages) => {
    const all = [];
    for await (const { data, pages: beside, attempts } of pages) all.push({ data, beside, attempts });
    return all;
  };
  for (const [name, steps] of Object.entries({
    'three, by their links': [
      answer('1', link('abc%3D')),
      answer('2', { link: `<https://x.example/?page_info=prev>; rel="previous", ${link('def').link}` }),
      answer('3', { link: '<https://x.example/?page_info=prev>; rel="previous"' }),
    ],
    'one, without a link': [answer('1')],
    'one, with an odd link': [answer('1', { link: '<not an address>; rel="next"' })],
    'one, with a link without a cursor': [answer('1', { link: '<https://x.example/>; rel="next"' })],
    'with a fault between': [answer('1', link('a')), faults['502 HTML'], faults['429 with Retry-After'], answer('2')],
    'with a fault that stays': [answer('1', link('a')), faults['404']],
    'a reset that stays': [answer('1', link('a')), broken('ECONNRESET')],
  })) {
    add(`pages: ${name}`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop(steps, { retry: { maxRetries: 2 } });
      const query = { limit: 2, fields: 'id', status: 'active' };
      return { pages: await outcome(clock.run(collect(shop.rest.pages('products.json', { query })))), ...seen() };
    });
  }

  add('the fake, from listing to deleting', async ({ fakeShop, outcome }) => {
    const { clock, client, fake, sent } = fakeShop();
    const run = (promise) => outcome(clock.run(promise));
    const made = await run(
      client.rest.post('products.json', { product: { title: 'Tee', variants: [{ sku: 'a', price: '1.00' }] } }),
    );
    const id = made.value?.data?.product?.id;
    return {
      made,
      got: await run(client.rest.get(`products/${id}.json`)),
      put: await run(client.rest.put(`products/${id}.json`, { product: { id, title: 'New' } })),
      list: await run(client.rest.get('products.json', { query: { limit: 1 } })),
      count: await run(client.rest.get('products/count.json')),
      odd: await run(client.rest.post('products.json', { product: {} })),
      missing: await run(client.rest.get('products/999.json')),
      unknown: await run(client.rest.get('nothing.json')),
      gone: await run(client.rest.delete(`products/${id}.json`)),
      shop: await run(client.rest.get('shop.json')),
      locations: await run(client.rest.get('locations.json')),
      sent,
      calls: fake.calls,
      products: fake.products(),
    };
  });
}
