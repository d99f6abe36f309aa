export const group = 'the fake';

const domain = 'demo.myshopify.com';

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

export function define({ add, api }) {
  const setUp = (kit, options) => {
    const { fake, clock } = kit.fakeShop({ fake: options });
    const send = async (path, { method = 'POST', body, headers = {}, host = domain } = {}) => {
      const call = fake.fetch(`https://${host}${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(5_000),
      });
      return kit.tried(async () => {
        const response = await clock.run(call);
        const text = await clock.run(response.text());
        const headers = [...response.headers].filter(([name]) => name !== 'content-length').sort();
        return { status: response.status, headers: Object.fromEntries(headers), body: parsed(text) };
      });
    };
    const graphql = (query, variables, more = {}) =>
      send('/admin/api/2026-10/graphql.json', { body: { query, variables }, ...more });
    return { fake, clock, send, graphql };
  };

  const kinds = api.get('faultKinds');
  add('kinds of faults', async () => ({ kinds, byChance: api.get('defaultFaultKinds') }));
  for (const kind of kinds) {
    add(`fault ${kind}`, async (kit) => {
      const { fake, clock, graphql, send } = setUp(kit);
      const late = ['hang', 'hang-after'].includes(kind);
      fake.faults.next(kind, { times: 2 });
      const run = async (call) =>
        late ? Promise.race([call, clock.advance(60_000).then(() => 'nothing came')]) : call;
      return {
        query: await run(graphql('query Q { shop { name } }')),
        rest: await run(send('/admin/api/2026-10/shop.json', { method: 'GET' })),
        after: late
          ? undefined
          : await graphql(
              'mutation { productCreate(product: { title: "x" }) { product { id } userErrors { message } } }',
            ),
        calls: fake.calls,
        stats: fake.stats(),
        at: clock.monotonic(),
      };
    });
  }
  const requests = {
    'no token': { headers: { 'x-shopify-access-token': '' } },
    'a wrong token': { headers: { 'x-shopify-access-token': 'x' } },
    'another shop': { host: 'other.myshopify.com' },
    'no JSON': { body: '{' },
    'no query': { body: {} },
    'another type': { headers: { 'content-type': 'text/plain' } },
    'as GraphQL': { headers: { 'content-type': 'application/graphql' }, body: '{ shop { name } }' },
    GET: { method: 'GET' },
    'a mistake in the query': { body: { query: '{ shop { nam } }' } },
    'a syntax error': { body: { query: '{ shop {' } },
    'a wrong variable': {
      body: { query: 'query ($n: Int!) { products(first: $n) { nodes { id } } }', variables: { n: 'x' } },
    },
    'what it does not simulate': { body: { query: '{ orders(first: 1) { nodes { id } } }' } },
    'too expensive': {
      body: { query: '{ products(first: 250) { nodes { variants(first: 250) { nodes { id } } } } }' },
    },
    'two operations, one by name': {
      body: { query: 'query A { shop { id } } query B { shop { name } }', operationName: 'B' },
    },
    'cost debug': {
      headers: { 'shopify-graphql-cost-debug': '1' },
      body: { query: '{ products(first: 3) { nodes { id } } }' },
    },
  };
  for (const [name, request] of Object.entries(requests)) {
    add(`a request with ${name}`, async (kit) => {
      const { fake, send } = setUp(kit);
      return {
        answer: await send('/admin/api/2026-10/graphql.json', {
          body: request.method ? undefined : { query: '{ shop { name } }' },
          ...request,
        }),
        calls: fake.calls,
      };
    });
  }
  for (const version of ['2026-07', '2025-01', '2027-01', 'unstable', 'x']) {
    add(`version ${version}`, async (kit) =>
      setUp(kit).send(`/admin/api/${version}/graphql.json`, { body: { query: '{ shop { name } }' } }),
    );
  }
  for (const state of ['active', 'uninstalled', 'frozen', 'locked']) {
    add(`a shop that is ${state}`, async (kit) => {
      const { graphql, send } = setUp(kit, { shops: [{ domain, state }] });
      return [await graphql('{ shop { name } }'), await send('/admin/api/2026-10/shop.json', { method: 'GET' })];
    });
  }
  add('a bucket that runs dry and fills again', async (kit) => {
    const { graphql, clock, fake } = setUp(kit, {
      shops: [{ domain, bucket: { maximumAvailable: 50, restoreRate: 10 } }],
    });
    const query = '{ products(first: 100) { nodes { id title variants(first: 3) { nodes { id } } } } }';
    const answers = [];
    for (let call = 0; call < 6; call += 1) {
      answers.push(await graphql(query));
      await clock.advance(call * 500);
    }
    return { answers, stats: fake.stats() };
  });
  add('products, from creating to deleting, with a snapshot', async (kit) => {
    const { graphql, fake } = setUp(kit);
    const seen = [];
    const see = async (...args) => {
      const answer = await graphql(...args);
      seen.push(answer);
      return answer.value.body.data;
    };
    await see(
      'mutation ($input: ProductSetInput!) { productSet(input: $input, synchronous: true) { product { id handle variants(first: 5) { nodes { id sku price } } } userErrors { field code message } } }',
      {
        input: {
          title: 'Tee',
          productOptions: [{ name: 'Size', values: [{ name: 'S' }, { name: 'M' }] }],
          variants: [
            { sku: 'a', price: '1', optionValues: [{ optionName: 'Size', name: 'S' }] },
            { sku: 'b', price: '2', optionValues: [{ optionName: 'Size', name: 'M' }] },
          ],
        },
      },
    );
    const before = fake.snapshot();
    const [{ id }] = fake.products();
    await see(
      'mutation ($id: ID!) { productUpdate(product: { id: $id, title: "New", tags: ["a"] }) { product { title tags } userErrors { message } } }',
      { id },
    );
    await see('mutation ($id: ID!) { tagsAdd(id: $id, tags: ["b"]) { userErrors { message } } }', { id });
    await see(
      'mutation ($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { metafields { id namespace key } userErrors { message } } }',
      { m: [{ ownerId: id, namespace: 'a', key: 'b', type: 'single_line_text_field', value: 'c' }] },
    );
    await see(
      'query ($id: ID!) { product(id: $id) { title tags metafields(first: 5) { nodes { key value } } variants(first: 5) { nodes { sku inventoryItem { id tracked } } } } }',
      { id },
    );
    await see('{ products(first: 5, query: "status:active") { nodes { id } } productsCount { count } }');
    await see('mutation ($id: ID!) { productDelete(input: { id: $id }) { deletedProductId userErrors { message } } }', {
      id,
    });
    const gone = fake.products();
    fake.restore(before);
    return { seen, gone, back: fake.products(), snapshot: before.length, calls: fake.calls };
  });
  add('an idempotency key twice', async (kit) => {
    const { graphql, fake, clock } = setUp(kit);
    const mutation =
      'mutation ($k: String!, $q: Int!) { inventorySetQuantities(input: { name: "available", reason: "correction", quantities: [{ inventoryItemId: "gid://shopify/InventoryItem/1", locationId: "gid://shopify/Location/1", quantity: $q }] }) @idempotent(key: $k) { userErrors { code message } } }';
    const answers = [
      await graphql(mutation, { k: 'a', q: 1 }),
      await graphql(mutation, { k: 'a', q: 1 }),
      await graphql(mutation, { k: 'a', q: 2 }),
    ];
    await clock.advance(25 * 3_600_000);
    answers.push(await graphql(mutation, { k: 'a', q: 2 }));
    return { answers, calls: fake.calls };
  });
  add('webhooks to a handler, with failures and retries', async (kit) => {
    const { fake, clock, graphql } = setUp(kit, {
      webhooks: {
        subscriptions: [{ topics: ['products/create', 'products/update'], uri: 'https://app.example.com/hooks' }],
        duplicateRate: 0.3,
      },
    });
    const got = [];
    let left = 3;
    fake.webhooks.onDelivery(async (delivery) => {
      const request = delivery.request ?? delivery;
      got.push({ at: clock.monotonic(), topic: request.headers?.get?.('x-shopify-topic') ?? delivery.topic });
      left -= 1;
      return new Response('', { status: left >= 0 ? 500 : 200 });
    });
    await graphql('mutation { productCreate(product: { title: "x" }) { product { id } userErrors { message } } }');
    await clock.advance(5 * 3_600_000);
    fake.emit('orders/create', { id: 1 });
    await clock.advance(1000);
    return { got, deliveries: fake.deliveries };
  });
  add('a bulk query, and one that fails', async (kit) => {
    const { graphql, fake, clock } = setUp(kit);
    for (const title of ['a', 'b', 'c'])
      await graphql(
        'mutation ($t: String!) { productCreate(product: { title: $t }) { product { id } userErrors { message } } }',
        { t: title },
      );
    const start =
      'mutation { bulkOperationRunQuery(query: "{ products { edges { node { id title } } } }") { bulkOperation { id status } userErrors { code message } } }';
    const look =
      '{ bulkOperations(first: 5) { nodes { id status errorCode objectCount rootObjectCount fileSize url partialDataUrl } } }';
    const answers = [await graphql(start), await graphql(start)];
    await clock.advance(10_000);
    answers.push(await graphql(look));
    fake.bulk.failNext({ errorCode: 'TIMEOUT', afterObjects: 1 });
    answers.push(await graphql(start));
    await clock.advance(10_000);
    answers.push(await graphql(look));
    return answers;
  });
  add('tokens by OAuth', async (kit) => {
    const { send } = setUp(kit);
    const post = (body) => send('/admin/oauth/access_token', { body });
    const client = { client_id: 'fake-client-id', client_secret: 'shpss_fake' };
    return [
      await post({ ...client, grant_type: 'client_credentials' }),
      await post({ ...client, client_secret: 'x', grant_type: 'client_credentials' }),
      await post({ ...client, grant_type: 'odd' }),
      await post({ ...client, code: 'x' }),
    ];
  });
  add('chance, by its seed', async (kit) => {
    const counts = [];
    for (const seed of [1, 7, 42]) {
      const { fake, graphql } = setUp(kit, {
        seed,
        faults: { rate: 0.3, kinds: ['status-500', 'status-503', 'throttled', 'html'] },
      });
      for (let call = 0; call < 30; call += 1) await graphql('{ shop { name } }');
      counts.push(fake.calls.map(({ fault }) => fault ?? null));
    }
    return counts;
  });
  for (const options of [
    { faults: { rate: 2 } },
    { faults: { kinds: ['x'] } },
    { latencyMs: -1 },
    { shops: [{ domain: 'x y' }] },
    { shops: [] },
    { seed: 1.5 },
    { costSkew: 2 },
    { apiVersion: '2020-01' },
    { shops: [{ plan: 'gold' }] },
  ]) {
    add(`options ${JSON.stringify(options)}`, async (kit) =>
      kit.tried(() => {
        setUp(kit, options);
        return 'taken';
      }),
    );
  }
  add('the clock', async (kit) => {
    const clock = api.get('createManualClock')({ now: 1000 });
    const seen = [];
    clock.setTimer(() => seen.push(['b', clock.monotonic()]), 20);
    clock.setTimer(() => seen.push(['a', clock.monotonic()]), 10);
    const cancel = clock.setTimer(() => seen.push(['c', clock.monotonic()]), 30);
    cancel();
    await clock.advance(15);
    const ran = await clock.run(new Promise((resolve) => clock.setTimer(() => resolve('x'), 100)));
    return {
      seen,
      ran,
      now: clock.now(),
      pending: clock.pending,
      stuck: await kit.tried(() => clock.run(new Promise(() => undefined))),
    };
  });
}
