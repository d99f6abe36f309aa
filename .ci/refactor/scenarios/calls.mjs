import { faults, good, graphqlFaults } from '../faults.mjs';

export const group = 'graphql';

const done = {
  shop: { name: 'Acme' },
  orderCancel: { job: { id: '1' }, userErrors: [] },
  refundCreate: { userErrors: [] },
  productSet: { product: { id: '1' }, userErrors: [] },
};

/** Calls of each kind of repetition. */
export const operations = {
  query: ['query Q { shop { name } }', {}],
  mutation: [
    'mutation Cancel($id: ID!) { orderCancel(orderId: $id) { job { id } userErrors { message } } }',
    { id: '1' },
  ],
  'keyed mutation': [
    'mutation Refund($input: RefundInput!) { refundCreate(input: $input) { userErrors { message } } }',
    { input: {} },
  ],
  'whole-state mutation': [
    'mutation Set($id: ProductSetIdentifiers, $input: ProductSetInput!) { productSet(identifier: $id, input: $input) { product { id } userErrors { message } } }',
    { id: { handle: 'tee' }, input: {} },
  ],
};

export function define({ add, api }) {
  for (const [kind, [document, variables]] of Object.entries(operations)) {
    for (const [fault, step] of Object.entries({ ...faults, ...graphqlFaults })) {
      add(`${kind}, ${fault} once`, async ({ scriptedShop, outcome }) => {
        const { shop, clock, seen } = scriptedShop([step, good(done)], { timeoutMs: 4000 });
        return { call: await outcome(clock.run(shop.graphql(document, variables))), ...seen() };
      });
      add(`${kind}, ${fault} always`, async ({ scriptedShop, outcome }) => {
        const { shop, clock, seen } = scriptedShop([step], { timeoutMs: 4000, retry: { maxRetries: 2 } });
        const call = await outcome(clock.run(shop.graphql(document, variables, { deadlineMs: 60_000 })));
        return { call, ...seen() };
      });
    }
    add(`${kind}, a good answer`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop([good(done)]);
      return { call: await outcome(clock.run(shop.graphql(document, variables))), ...seen() };
    });
    add(`${kind}, user errors thrown and returned`, async ({ scriptedShop, outcome }) => {
      const errors = [{ field: ['input', 'x'], message: 'no', code: 'INVALID' }];
      const refused = Object.fromEntries(
        Object.keys(done).map((field) => [field, field === 'shop' ? done.shop : { userErrors: errors }]),
      );
      const { shop, clock, seen } = scriptedShop([good(refused)]);
      const thrown = await outcome(clock.run(shop.graphql(document, variables)));
      const returned = await outcome(clock.run(shop.graphql(document, variables, { userErrors: 'return' })));
      return { thrown, returned, ...seen() };
    });
    for (const safety of ['safe', 'keyed', 'never']) {
      add(`${kind}, called ${safety}, a reset`, async ({ scriptedShop, outcome }) => {
        const { shop, clock, seen } = scriptedShop([faults['a reset'], good(done)]);
        const options = { retry: { [api.word('safety')]: api.word(safety) } };
        return { call: await outcome(clock.run(shop.graphql(document, variables, options))), ...seen() };
      });
    }
    for (const code of [
      'IDEMPOTENCY_CONCURRENT_REQUEST',
      'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED',
      'IDEMPOTENCY_RECORD_NOT_FOUND',
      'IDEMPOTENCY_KEY_PARAMETER_MISMATCH',
      'IDEMPOTENCY_OF_THE_FUTURE',
    ]) {
      const refusal = Object.fromEntries(
        Object.keys(done).map((field) => [field, { userErrors: [{ code, message: code, field: null }] }]),
      );
      add(`${kind}, ${code} once and always`, async ({ scriptedShop, outcome }) => {
        const once = scriptedShop([good(refusal), good(done)]);
        const always = scriptedShop([good(refusal)], { retry: { maxRetries: 2 } });
        const options = kind === 'keyed mutation' ? { idempotencyKey: 'job-7' } : {};
        return {
          once: await outcome(once.clock.run(once.shop.graphql(document, variables, options))),
          ...once.seen(),
          always: await outcome(always.clock.run(always.shop.graphql(document, variables, options))),
          seenAlways: always.seen(),
        };
      });
    }

    add(`${kind}, aborted before it starts`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop([good(done)]);
      const signal = AbortSignal.abort(new Error('scenario: left'));
      return { call: await outcome(clock.run(shop.graphql(document, variables, { signal }))), ...seen() };
    });
    add(`${kind}, aborted while it waits for points`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop([good(done, { available: 0, rate: 1 })]);
      await clock.run(shop.graphql(document, variables));
      const controller = new AbortController();
      const call = outcome(shop.graphql(document, variables, { signal: controller.signal, cost: 500 }));
      await clock.advance(1000);
      controller.abort(new Error('scenario: left'));
      return { call: await call, pending: clock.pending, ...seen() };
    });
    add(`${kind}, aborted after the send`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop([faults['no answer']]);
      const controller = new AbortController();
      const call = outcome(shop.graphql(document, variables, { signal: controller.signal }));
      await clock.advance(10);
      controller.abort(new Error('scenario: left'));
      return { call: await call, pending: clock.pending, ...seen() };
    });
    add(`${kind}, aborted in the wait before a retry`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop([faults['429 with Retry-After'], good(done)]);
      const controller = new AbortController();
      const call = outcome(shop.graphql(document, variables, { signal: controller.signal }));
      await clock.advance(1000);
      controller.abort(new Error('scenario: left'));
      return { call: await call, pending: clock.pending, ...seen() };
    });
    add(`${kind}, aborted between the permit and the send`, async ({ scriptedShop, outcome }) => {
      const controller = new AbortController();
      const { shop, clock, seen } = scriptedShop([good(done)], {
        telemetry: ({ type }) => type === 'permit' && controller.abort('enough'),
      });
      const call = await outcome(clock.run(shop.graphql(document, variables, { signal: controller.signal })));
      return { call, ...seen() };
    });
    add(`${kind}, a deadline over a send`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop([faults['no answer']]);
      return { call: await outcome(clock.run(shop.graphql(document, variables, { deadlineMs: 5000 }))), ...seen() };
    });
    add(`${kind}, a deadline that the wait for points cannot meet`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop([good(done, { available: 0, rate: 1 })]);
      await clock.run(shop.graphql(document, variables));
      const call = await outcome(clock.run(shop.graphql(document, variables, { deadlineMs: 5000, cost: 500 })));
      return { call, ...seen() };
    });
    add(`${kind}, a deadline that Retry-After cannot meet`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop([faults['429 with Retry-After'], good(done)]);
      return { call: await outcome(clock.run(shop.graphql(document, variables, { deadlineMs: 1500 }))), ...seen() };
    });
  }

  const [query] = operations.query;
  for (const options of [
    { timeoutMs: 0 },
    { deadlineMs: Number.NaN },
    { cost: -1 },
    { retry: { maxRetries: Number.NaN } },
    { headers: { 'x-a': 'line\nbreak' } },
    { headers: { 'no name': 'x' } },
    { idempotencyKey: 'k' },
    { headers: { 'X-Own': 'yes' }, priority: 'background', operationName: 'Q' },
    { operationName: 'Other' },
  ]) {
    add(`options ${JSON.stringify(options)}`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, seen } = scriptedShop([good(done)]);
      return { call: await outcome(clock.run(shop.graphql(query, {}, options))), ...seen() };
    });
  }
  add('an idempotency key where it has no effect', async ({ scriptedShop, outcome }) => {
    const { shop, clock, seen } = scriptedShop([good(done)]);
    const [document, variables] = operations.mutation;
    const call = await outcome(clock.run(shop.graphql(document, variables, { idempotencyKey: 'k' })));
    return { call, ...seen() };
  });

  for (const [name, document, variables] of [
    ['no GraphQL', 'query {', {}],
    ['a subscription', 'subscription { x }', {}],
    ['two operations without a name', 'query A { shop { id } } query B { shop { id } }', {}],
    ['nothing', '', {}],
    ['a number', 7, {}],
    ['variables that are no JSON', query, { x: 1n }],
    ['a parsed document', { kind: 'Document', definitions: [] }, {}],
    [
      'its own key',
      'mutation ($k: String!) { refundCreate(input: {}) @idempotent(key: $k) { userErrors { message } } }',
      {},
    ],
    [
      'two keyed fields',
      'mutation { a: refundCreate(input: {}) { userErrors { message } } b: refundCreate(input: {}) { userErrors { message } } }',
      {},
    ],
    ['a key as an argument', 'mutation { appUsageRecordCreate(description: "x") { userErrors { message } } }', {}],
    [
      'a variable of the name',
      'mutation ($idempotencyKey: RefundInput!) { refundCreate(input: $idempotencyKey) { userErrors { message } } }',
      { idempotencyKey: {} },
    ],
  ]) {
    add(`a document with ${name}`, async ({ scriptedShop, tried }) => {
      const { shop, clock, seen } = scriptedShop([faults['a reset'], good({ ...done, a: {}, b: {} })]);
      return { call: await tried(() => clock.run(shop.graphql(document, variables))), ...seen() };
    });
  }

  for (const options of [
    { shop: 'not a shop!' },
    { shop: 'https://acme.myshopify.com/admin' },
    { accessToken: '' },
    { accessToken: 'shpat_…' },
    { apiVersion: '2025-10' },
    { apiVersion: 'latest' },
    { origin: 'http://127.0.0.1/#x' },
    { breaker: { trials: 1.5 } },
    { breaker: { operations: 0 } },
    { retry: { maxDelayMs: -1 } },
    { retry: { maxRetries: 1.5 } },
    { rest: { requestsPerSecond: 0 } },
    { timeoutMs: -1 },
    { userAgentPrefix: 'my-app/1.0' },
    { userAgentPrefix: 'line\nbreak' },
    { appId: '' },
    { auth: { get: 1 } },
    { fetch: 'no' },
  ]) {
    add(`a client with ${JSON.stringify(options)}`, async ({ scriptedShop, tried }) => {
      let made;
      const call = await tried(() => {
        made = scriptedShop([good(done)], options);
        return made.clock.run(made.shop.graphql(query));
      });
      return { call, ...made?.seen() };
    });
  }

  add('what a version header and a deprecation tell, once', async ({ scriptedShop }) => {
    const headers = { 'x-shopify-api-version': '2027-01', 'x-shopify-api-deprecated-reason': 'Shop.x' };
    const { shop, clock, seen } = scriptedShop([good(done, {}, headers)], { shop: 'once' });
    await clock.run(shop.graphql(query));
    await clock.run(shop.graphql(query));
    return seen();
  });
  add('calls that wait in line, by priority', async ({ scriptedShop, outcome }) => {
    const { shop, clock, seen } = scriptedShop([
      good(done, { requested: 30, actual: 30, available: 100, maximum: 100, rate: 10 }),
    ]);
    const order = [];
    await clock.run(shop.graphql(query));
    const calls = Array.from({ length: 12 }, (_, at) => {
      const priority = at % 3 === 0 ? 'interactive' : 'background';
      return outcome(shop.graphql(query, {}, { priority, cost: 20 + at })).then((result) => order.push([at, result]));
    });
    await clock.run(Promise.all(calls));
    return { order, ...seen() };
  });
  add('a token source that is refused once, and one that stays refused', async ({ scriptedShop, outcome }) => {
    const results = [];
    for (const steps of [
      [faults['401'], good(done)],
      [faults['401']],
      [faults['403 non-expiring token'], good(done)],
    ]) {
      const asked = [];
      const auth = {
        get: async (shop) => {
          asked.push(['get', shop]);
          return `token-${asked.length}`;
        },
        invalidate: async (shop, token) => {
          asked.push(['invalidate', shop, token]);
          return true;
        },
      };
      const made = scriptedShop(steps, { accessToken: undefined, auth });
      results.push({ call: await outcome(made.clock.run(made.shop.graphql(query))), asked, ...made.seen() });
    }
    return results;
  });
  add('token sources that fail', async ({ scriptedShop, outcome }) => {
    const results = [];
    for (const get of [
      () => Promise.reject(new RangeError('scenario: no token')),
      () => Promise.resolve('two words'),
      () => Promise.resolve(undefined),
      () => new Promise(() => undefined),
    ]) {
      const auth = { get, invalidate: async () => false };
      const made = scriptedShop([good(done)], {
        accessToken: undefined,
        auth,
        timeoutMs: 1000,
        retry: { maxRetries: 1 },
      });
      results.push({ call: await outcome(made.clock.run(made.shop.graphql(query))), ...made.seen() });
    }
    return results;
  });
}
