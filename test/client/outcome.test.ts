import { inspect } from 'node:util';
import {
  createShopifyClient,
  isShopwrightError,
  type OutcomeUnknownError,
  type ShopifyClient,
  type ShopwrightError,
} from 'shopwright';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { broken, costs, good, rejection, type Step, scriptedShop, silent, status, token } from './scripted-shop.ts';

const create = 'mutation Create { draftOrderCreate(input: {}) { draftOrder { id email } userErrors { message } } }';
const set = 'mutation Set($i: X!) { inventorySetQuantities(input: $i) { userErrors { code message } } }';
const whole =
  'mutation Whole { productSet(identifier: { handle: "a" }, input: {}) { product { id } userErrors { message } } }';

const body =
  (value: unknown): Step =>
  () =>
    Response.json(value);
const entry = (code?: string, more: object = {}): object => ({
  message: `said ${code}`,
  ...(code && { extensions: { code } }),
  ...more,
});

async function failure(
  steps: readonly Step[],
  document = create,
  options: object = {},
): Promise<{ readonly error: ShopwrightError; readonly sends: number }> {
  const { shop, clock, sent } = scriptedShop(steps, { retry: { baseDelayMs: 1 } });
  const error = await clock.run(rejection(shop.graphql(document, { i: {} }, options)));
  if (!isShopwrightError(error)) throw error;
  return { error, sends: sent.length };
}

describe('a mutation with a payload beside errors', () => {
  const payload = { draftOrderCreate: { draftOrder: { id: 'gid://shopify/DraftOrder/1', email: null } } };
  const cases = ['ACCESS_DENIED', 'TIMEOUT', 'SHOP_INACTIVE', 'MAX_COST_EXCEEDED', 'THROTTLED', 'OF_THE_FUTURE'];

  it.each([...cases, 'undefinedField', undefined])('was carried out, whatever their code (%s)', async (code) => {
    const { error, sends } = await failure([body({ data: payload, errors: [entry(code)] })]);
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true, data: payload, attempts: 1 });
    expect(error.message).toMatch(/carried out at least in part/);
    expect(error.toJSON()).toMatchObject({ mayHaveExecuted: true });
    expect(inspect(error, { depth: 9 })).not.toContain('DraftOrder/1');
    expect(sends).toBe(1);
  });

  it('quotes Shopify at the end of the message, after the fix', async () => {
    const { error } = await failure([() => Response.json({ errors: 'too large' }, { status: 413 })]);
    expect(error.message).toBe(
      'Create was sent, but no response says whether Shopify carried it out (HTTP_ERROR). Read the state from Shopify ' +
        'before you send it again. acme.myshopify.com responded with status 413. Shopify says: too large',
    );
  });

  it('reports it on its own error if it can be sent again', async () => {
    const data = { productSet: { product: null } };
    for (const code of ['ACCESS_DENIED', 'SHOP_INACTIVE', 'TIMEOUT']) {
      const { error } = await failure([body({ data, errors: [entry(code)] })], whole);
      expect(error).toMatchObject({ mayHaveExecuted: true, data });
      expect(error.code).not.toBe('OUTCOME_UNKNOWN');
    }
  });

  it.each([[null], [[]]])('succeeds if errors are %j', async (errors) => {
    const { shop, clock } = scriptedShop([body({ data: payload, errors })]);
    expect((await clock.run(shop.graphql(create))).data).toEqual(payload);
  });
});

describe('a mutation refused without a payload', () => {
  const at = { locations: [{ line: 1, column: 9 }] };

  it.each([
    ['without a code', { errors: [entry()] }],
    ['by a text', { errors: 'Timeout' }],
    ['with TIMEOUT', { errors: [entry('TIMEOUT')] }],
    ['with an unknown code', { data: null, errors: [entry('OF_THE_FUTURE')] }],
    ['in its field, without a code', { data: { draftOrderCreate: null }, errors: [entry(undefined, at)] }],
    ['with a path in a result', { errors: [entry(undefined, { ...at, path: ['draftOrderCreate'] })] }],
    ['with a known code beside an error without one', { data: null, errors: [entry('ACCESS_DENIED'), entry()] }],
    ['with THROTTLED and a charge', { data: null, errors: [entry('THROTTLED')], extensions: costs() }],
    [
      'with THROTTLED and only a charge',
      { errors: [entry('THROTTLED')], extensions: { cost: { actualQueryCost: 10 } } },
    ],
    [
      'with THROTTLED and a charge that is text',
      { errors: [entry('THROTTLED')], extensions: { cost: { requestedQueryCost: 10, actualQueryCost: '10' } } },
    ],
    [
      'with THROTTLED and a charge beyond 2^53',
      { errors: [entry('THROTTLED')], extensions: { cost: { actualQueryCost: 1e300 } } },
    ],
  ])('%s may have been carried out', async (_name, response) => {
    const { error, sends } = await failure([body(response)]);
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true });
    expect(sends).toBe(1);
  });

  it.each([
    ['as invalid', { errors: [entry('undefinedField', { path: ['mutation Create', 'x'], ...at })] }],
    ['for its literals', { errors: [entry('argumentLiteralsIncompatible')] }],
    ['for its variables', { errors: [entry('INVALID_VARIABLE')] }],
    ['for an input field', { errors: [entry('missingRequiredInputObjectAttribute')] }],
    ['by the parser', { errors: [{ message: 'syntax error, unexpected end of file', ...at }] }],
    ['for its scope', { data: { draftOrderCreate: null }, errors: [entry('ACCESS_DENIED')] }],
    ['for its cost', { errors: [entry('MAX_COST_EXCEEDED')] }],
    ['for its shop', { errors: [entry('SHOP_INACTIVE')] }],
  ])('%s was not carried out', async (_name, response) => {
    const { error } = await failure([body(response)]);
    expect(error.code).not.toBe('OUTCOME_UNKNOWN');
    expect(error.mayHaveExecuted).toBe(false);
  });
});

describe('the status of a mutation', () => {
  /** Statuses that mean that nothing was carried out, and redirects, which come before the API. */
  const refusals = new Set([
    301, 302, 307, 308, 400, 401, 402, 403, 404, 405, 406, 414, 415, 422, 423, 429, 430, 501, 783,
  ]);
  const all = [...Array.from({ length: 300 }, (_, at) => 300 + at), 600, 783, 999];

  /** The error of a call after that status. A `Response` of `fetch` cannot have all of them. */
  async function endOf(status: number, call: (shop: ShopifyClient) => Promise<unknown>) {
    let sends = 0;
    const clock = createManualClock();
    const transport = {
      name: 'statuses',
      send: async () => {
        sends += 1;
        return { status, headers: new Headers(), body: '' };
      },
    };
    const shop = createShopifyClient({ shop: 'acme', accessToken: token, isolated: true, clock, transport });
    const error = await clock.run(rejection(call(shop)));
    return { status, code: isShopwrightError(error) && error.code, sends };
  }

  const isUnknown = (statuses: readonly { readonly code: unknown }[]): unknown[] =>
    statuses.map(({ code }) => code === 'OUTCOME_UNKNOWN');

  it('proves that it was not carried out only if Shopify documents it', async () => {
    const ends = await Promise.all(all.map((one) => endOf(one, (shop) => shop.graphql(create))));
    expect(isUnknown(ends)).toEqual(all.map((one) => !refusals.has(one)));
    expect(ends.filter(({ status, sends }) => sends > 1 && status !== 429)).toEqual([]);
  });

  it('proves the same for REST, where 409 is a refusal too', async () => {
    const ends = await Promise.all(all.map((one) => endOf(one, (shop) => shop.rest.post('products.json', {}))));
    expect(isUnknown(ends)).toEqual(all.map((one) => one !== 409 && !refusals.has(one)));
    expect(ends.filter(({ status, sends }) => sends > 1 && status !== 429)).toEqual([]);
  });
});

it.each([
  ['nothing', undefined],
  ['no headers', { status: 200, body: '{"data":{}}' }],
  ['no body', { status: 200, headers: new Headers() }],
  ['a body that is not text', { status: 200, headers: new Headers(), body: { data: {} } }],
])('a mutation counts as sent if its transport returns %s', async (_name, response) => {
  const clock = createManualClock();
  const transport = { name: 'odd', send: async () => response as never };
  const shop = createShopifyClient({ shop: 'acme', accessToken: token, isolated: true, clock, transport });
  const error = await clock.run(rejection(shop.graphql(create)));
  expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true, attempts: 1 });
  expect(shop.status().limiter).toMatchObject({ inFlight: 0 });
});

describe('user errors beside a payload', () => {
  const refusal = { userErrors: [{ message: 'said no', field: ['input'] }] };
  const made = { id: 'gid://shopify/Thing/1' };
  const call = (mutation: string, fields: string): string =>
    `mutation M { ${mutation}(input: {}) { ${fields} userErrors { field message } } }`;

  it.each([
    ['draftOrderCreate', 'draftOrder { id }', { draftOrder: made }],
    ['discountCodeBasicCreate', 'codeDiscountNode { id }', { codeDiscountNode: made }],
    ['fulfillmentCreateV2', 'fulfillment { id }', { fulfillment: made }],
    ['productVariantsBulkCreate', 'product { id } productVariants { id }', { product: made, productVariants: [made] }],
    ['fileDelete', 'deletedFileIds', { deletedFileIds: ['gid://shopify/MediaImage/1'] }],
    ['customerDelete', 'deletedCustomerId', { deletedCustomerId: 'gid://shopify/Customer/1' }],
  ])('%s: an object that was created or deleted proves execution', async (mutation, fields, payload) => {
    const data = { [mutation]: { ...payload, ...refusal } };
    const { error, sends } = await failure([body({ data })], call(mutation, fields));
    expect(error).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      mayHaveExecuted: true,
      data,
      cause: { code: 'USER_ERROR' },
    });
    expect(error.message).toMatch(/carried out at least in part/);
    expect(error.message).toContain('said no');
    expect(sends).toBe(1);
  });

  it.each([
    ['draftOrderCreate', 'draftOrder { id }', { draftOrder: null }],
    ['productOptionsCreate', 'product { id }', { product: made }],
    ['productVariantsBulkCreate', 'product { id } productVariants { id }', { product: made, productVariants: null }],
    ['productVariantsBulkCreate', 'product { id } productVariants { id }', { product: made, productVariants: [] }],
    ['productSet', 'product { id }', { product: made }],
    ['productUpdate', 'product { id }', { product: made }],
    ['orderUpdate', 'order { id }', { order: made }],
    ['fileDelete', 'deletedFileIds', { deletedFileIds: null }],
    ['metafieldsDelete', 'deletedMetafields { key }', { deletedMetafields: [null] }],
  ])('%s: an existing or missing object proves nothing', async (mutation, fields, payload) => {
    const { error } = await failure(
      [body({ data: { [mutation]: { ...payload, ...refusal } } })],
      call(mutation, fields),
    );
    expect(error).toMatchObject({ code: 'USER_ERROR', mayHaveExecuted: false });
  });

  it('productVariantsBulkUpdate: with allowPartialUpdates, returned variants were updated', async () => {
    const update = call('productVariantsBulkUpdate', 'productVariants { id }');
    for (const [productVariants, mayHaveExecuted] of [
      [[made], true],
      [null, false],
    ] as const) {
      const data = { productVariantsBulkUpdate: { productVariants, ...refusal } };
      expect((await failure([body({ data })], update)).error).toMatchObject({ code: 'USER_ERROR', mayHaveExecuted });
    }
  });
});

describe('a status of refusal', () => {
  const payload = { draftOrderCreate: { draftOrder: { id: 'gid://shopify/DraftOrder/1', email: null } } };
  const with_ = (code: number, content: object): Step => status(code, JSON.stringify(content));
  const refused = [400, 401, 402, 403, 404, 422, 423, 429, 430, 500, 501];

  it.each(refused)('%i beside the payload of a mutation: it was carried out, once', async (code) => {
    for (const content of [{ data: payload }, { data: payload, errors: [entry('ACCESS_DENIED')] }]) {
      const { error, sends } = await failure([with_(code, content)]);
      expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true, data: payload });
      expect(error.message).toMatch(/carried out at least in part/);
      expect(inspect(error, { depth: 9 })).not.toContain('DraftOrder/1');
      expect(sends).toBe(1);
    }
  });

  it.each([429, 403])('%i beside the cost of a mutation: it was carried out', async (code) => {
    for (const actualQueryCost of [10, '10', 10.5]) {
      const content = { errors: [entry('THROTTLED')], extensions: { cost: { actualQueryCost } } };
      const { error, sends } = await failure([with_(code, content)]);
      expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true });
      expect(sends).toBe(1);
    }
  });

  it('keeps the payload on the error of a mutation that can be sent again', async () => {
    const data = { productSet: { product: { id: '1' } } };
    for (const code of [400, 402, 403, 404, 423]) {
      const { error } = await failure([with_(code, { data })], whole);
      expect(error).toMatchObject({ mayHaveExecuted: true, data });
      expect(error.code).not.toBe('OUTCOME_UNKNOWN');
      expect(JSON.stringify(error)).not.toContain('"product"');
    }
  });

  it('keeps the data of a query', async () => {
    const data = { shop: { name: 'Acme' } };
    for (const code of [400, 403, 404]) {
      const { error } = await failure([with_(code, { data })], 'query { shop { name } }');
      expect(error).toMatchObject({ data, mayHaveExecuted: false });
    }
  });

  it('without a payload is a refusal', async () => {
    for (const data of [null, {}, { draftOrderCreate: null }]) {
      const { error } = await failure([with_(400, { data, extensions: costs({ actual: null }) })]);
      expect(error).toMatchObject({ code: 'HTTP_ERROR', mayHaveExecuted: false });
    }
  });

  it('does not send a mutation again with another token if its payload arrived', async () => {
    const auth = { get: async () => token, invalidate: async () => true };
    const options = { auth, accessToken: undefined };
    const { shop, clock, sent } = scriptedShop([with_(401, { data: payload }), good(payload)], options);
    const error = await clock.run(rejection(shop.graphql(create)));
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', data: payload });
    expect(sent).toHaveLength(1);
    // A call refused without a trace is sent again with the new token.
    const bare = scriptedShop([status(401), good(payload)], options);
    await expect(bare.clock.run(bare.shop.graphql(create))).resolves.toMatchObject({ attempts: 2 });
  });
});

it('a mutation whose response is at another address (303) was carried out', async () => {
  const { error, sends } = await failure([status(303, '', { location: '/admin/api/2026-10/jobs/1.json' })]);
  expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true, cause: { code: 'HTTP_ERROR' } });
  expect(sends).toBe(1);
});

describe('an unknown outcome stays unknown', () => {
  it.each([
    ['a "Timeout" without a code', body({ errors: [{ message: 'Timeout' }] })],
    ['a refusal for the scope', body({ errors: [entry('ACCESS_DENIED')] })],
    ['an inactive shop', body({ errors: [entry('SHOP_INACTIVE')] })],
  ])('after %s', async (_name, step) => {
    const { error, sends } = await failure([broken('ECONNRESET'), step], set, { idempotencyKey: 'k' });
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', idempotencyKey: 'k' });
    expect(sends).toBe(2);
  });

  it('after IDEMPOTENCY_RECORD_NOT_FOUND, which does not permit another key', async () => {
    const code = 'IDEMPOTENCY_RECORD_NOT_FOUND';
    const gone = good({ inventorySetQuantities: { userErrors: [{ code, message: code }] } });
    const { error, sends } = await failure([broken('ECONNRESET'), gone, good({})], set, { idempotencyKey: 'k' });
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', idempotencyKey: 'k', cause: { code: 'USER_ERROR' } });
    expect(error.message).toMatch(/no response says whether Shopify carried it out/);
    expect(sends).toBe(2);
  });

  it('but not after IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED, which reports the outcome', async () => {
    const code = 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED';
    const failed = good({ inventorySetQuantities: { userErrors: [{ code, message: code }] } });
    const { shop, clock } = scriptedShop([broken('ECONNRESET'), failed, good({})]);
    await expect(clock.run(shop.graphql(set, { i: {} }))).resolves.toMatchObject({ attempts: 3 });
  });
});

describe('an abort', () => {
  const reason = new DOMException('the visitor left', 'AbortError');

  async function abortDuring(steps: readonly Step[], document: string, atMs = 10): Promise<unknown> {
    const { shop, clock } = scriptedShop(steps);
    const controller = new AbortController();
    const call = rejection(shop.graphql(document, { i: {} }, { signal: controller.signal }));
    await clock.advance(atMs);
    controller.abort(reason);
    const thrown = await call;
    expect(clock.pending).toBe(0);
    expect(shop.status().limiter).toMatchObject({ inFlight: 0 });
    return thrown;
  }

  it.each([
    ['an unsafe', create],
    ['a keyed', set],
  ])('reports that %s mutation had been sent, and keeps its reason', async (_name, document) => {
    const error = (await abortDuring([silent], document)) as OutcomeUnknownError;
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true, attempts: 1 });
    expect(error.cause).toBe(reason);
    expect(error.sentAt).toBeGreaterThan(0);
  });

  it.each([
    ['a query', 'query { shop { name } }'],
    ['a mutation that sets a whole state', whole],
  ])('of %s rejects with the reason itself', async (_name, document) => {
    expect(await abortDuring([silent], document)).toBe(reason);
  });

  it('between two sends reports an unknown outcome only if the first send is unresolved', async () => {
    const wait = { 'retry-after': '20' };
    const lost = await abortDuring([status(503, '{}', wait)], set, 1000);
    expect(isShopwrightError(lost, 'OUTCOME_UNKNOWN') && lost.cause).toBe(reason);
    expect(await abortDuring([status(429, '{}', wait)], set, 1000)).toBe(reason);
  });
});

describe('a delete sent again after a lost response', () => {
  const remove = 'mutation Remove { productDelete(input: { id: "1" }) { deletedProductId userErrors { message } } }';
  const gone = (message: string, code?: string): Step =>
    good({
      productDelete: { deletedProductId: null, userErrors: [{ message, field: ['id'], ...(code && { code }) }] },
    });
  const idempotent = { retry: { idempotency: 'idempotent' as const } };

  it.each(['reset-after', 'status-503-after', 'hang-after'] as const)('succeeds in REST (%s)', async (fault) => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock });
    const shop = createShopifyClient({
      shop: 'demo',
      accessToken: 'shpat_fake',
      fetch: fake.fetch,
      clock,
      isolated: true,
    });
    const made = await clock.run(
      shop.rest.post<{ product: { id: number } }>('products.json', { product: { title: 'Cup' } }),
    );
    const path = `products/${made.data.product.id}.json`;
    fake.faults.next(fault);
    await expect(clock.run(shop.rest.delete(path))).resolves.toMatchObject({ data: null, attempts: 2 });
    // On the first attempt, the same response is an error.
    await expect(clock.run(shop.rest.delete(path))).rejects.toMatchObject({ code: 'HTTP_ERROR', status: 404 });
  });

  it('fails if the first send was refused, and no other method accepts 404', async () => {
    const refused = scriptedShop([status(429), status(404)]);
    await refused.clock.run(expect(refused.shop.rest.delete('products/1.json')).rejects.toMatchObject({ status: 404 }));
    const put = scriptedShop([status(503), status(404)]);
    await put.clock.run(expect(put.shop.rest.put('products/1.json', {})).rejects.toMatchObject({ status: 404 }));
  });

  it.each([
    ['a message', gone('Product does not exist')],
    ['a code', gone('gone', 'PRODUCT_NOT_FOUND')],
  ])('succeeds in a mutation declared idempotent, by %s', async (_name, step) => {
    const { shop, clock } = scriptedShop([broken('ECONNRESET'), step]);
    await expect(clock.run(shop.graphql(remove, {}, idempotent))).resolves.toMatchObject({ attempts: 2 });
  });

  it('fails on the first attempt, for another reason, and for another mutation', async () => {
    const missing = 'Product does not exist';
    expect((await failure([gone(missing)], remove, idempotent)).error.code).toBe('USER_ERROR');
    const other = await failure([broken('ECONNRESET'), gone('Product is locked')], remove, idempotent);
    expect(other.error.code).toBe('USER_ERROR');
    const update = remove.replace('productDelete', 'productDelete: productUpdate');
    expect((await failure([broken('ECONNRESET'), gone(missing)], update, idempotent)).error.code).toBe('USER_ERROR');
  });
});

describe('a wait named by the server that exceeds retry.maxDelayMs', () => {
  it.each([
    ['a day', status(429, '{}', { 'retry-after': '86400' }), 86_400_000],
    ['a date in 2099', status(503, '{}', { 'retry-after': 'Thu, 01 Jan 2099 00:00:00 GMT' }), 30_000],
    [
      'a bucket with a very low restore rate',
      body({
        errors: [entry('THROTTLED')],
        extensions: costs({ actual: null, requested: 10, available: 0, rate: 1e-9 }),
      }),
      30_000,
    ],
  ])('ends the call at once: %s', async (_name, step, leastMs) => {
    const { shop, clock, sent } = scriptedShop([step]);
    const startedAt = clock.monotonic();
    const error = await clock.run(rejection(shop.graphql('query { shop { name } }')));
    expect(isShopwrightError(error) && error.retryAfterMs).toBeGreaterThanOrEqual(leastMs);
    expect(clock.monotonic() - startedAt).toBeLessThan(1000);
    expect(sent).toHaveLength(1);
  });

  it('is also on the error of a mutation with an unknown outcome', async () => {
    const { error } = await failure([broken('ECONNRESET'), status(429, '{}', { 'retry-after': '86400' })], set);
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryAfterMs: 86_400_000 });
  });
});
