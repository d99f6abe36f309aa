import { inspect } from 'node:util';
import { isShopwrightError, type ShopwrightError } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { broken, costs, good, rejection, type Step, scriptedShop, silent, status, token } from './scripted-shop.ts';

const query = 'query Q { shop { name } }';
const body =
  (value: unknown): Step =>
  () =>
    new Response(JSON.stringify(value), { headers: { 'x-request-id': 'request-1' } });
const error = (code: string, more: object = {}): Step =>
  body({ errors: [{ message: `said ${code}`, extensions: { code, ...more } }], extensions: costs() });

async function failWith(step: Step, document = query): Promise<ShopwrightError> {
  const { shop, clock } = scriptedShop([step], { retry: { maxRetries: 0 }, timeoutMs: 1000 });
  const thrown = await clock.run(rejection(shop.graphql(document)));
  if (!isShopwrightError(thrown)) throw thrown;
  return thrown;
}

describe('a bad response becomes one typed error', () => {
  it.each([
    ['401', status(401), 'AuthenticationError', 'AUTHENTICATION_FAILED', /token.*said by Shopify/],
    ['402', status(402), 'ShopUnavailableError', 'SHOP_UNAVAILABLE', /frozen/],
    ['403', status(403), 'AccessDeniedError', 'ACCESS_DENIED', /scope/],
    ['404', status(404), 'HttpError', 'HTTP_ERROR', /Not found.*domain|exists/],
    ['423', status(423), 'ShopUnavailableError', 'SHOP_UNAVAILABLE', /locked/],
    ['429', status(429), 'ThrottledError', 'THROTTLED', /429/],
    ['430', status(430), 'HttpError', 'HTTP_ERROR', /430/],
    ['500', status(500), 'HttpError', 'HTTP_ERROR', /500/],
    ['501', status(501), 'HttpError', 'HTTP_ERROR', /does not offer/],
    ['a redirect', status(302), 'HttpError', 'HTTP_ERROR', /302/],
    [
      'errors as an object',
      status(400, '{"errors":{"query":"Required parameter missing or invalid"}}'),
      'HttpError',
      'HTTP_ERROR',
      /Required parameter/,
    ],
    ['an HTML error page', status(502, '<html>Bad Gateway</html>'), 'HttpError', 'HTTP_ERROR', /502/],
    [
      'HTML with status 200',
      status(200, ' <!doctype html>'),
      'InvalidResponseError',
      'INVALID_RESPONSE',
      /an HTML page/,
    ],
    ['truncated JSON', status(200, '{"data":{'), 'InvalidResponseError', 'INVALID_RESPONSE', /truncated/],
    ['nothing', status(200, ''), 'InvalidResponseError', 'INVALID_RESPONSE', /an empty body/],
    ['JSON that is not an object', status(200, '[]'), 'InvalidResponseError', 'INVALID_RESPONSE', /acme/],
    ['neither data nor errors', status(200, '{}'), 'InvalidResponseError', 'INVALID_RESPONSE', /neither/],
    ['no response in time', silent, 'TimeoutError', 'TIMEOUT', /1000 ms.*timeoutMs/],
    ['a refused connection', broken('ECONNREFUSED'), 'NetworkError', 'NETWORK_ERROR', /ECONNREFUSED/],
    ['a reset', broken('ECONNRESET'), 'NetworkError', 'NETWORK_ERROR', /ECONNRESET/],
    [
      'THROTTLED without numbers',
      body({ errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] }),
      'ThrottledError',
      'THROTTLED',
      /Throttled/,
    ],
    [
      'MAX_COST_EXCEEDED',
      error('MAX_COST_EXCEEDED', { cost: 1200, maxCost: 1000 }),
      'MaxCostError',
      'MAX_COST_EXCEEDED',
      /smaller pages/,
    ],
    [
      'MAX_COST_EXCEEDED, as a whole sentence',
      body({ errors: [{ message: 'Query cost is 2003.', extensions: { code: 'MAX_COST_EXCEEDED', cost: 2003 } }] }),
      'MaxCostError',
      'MAX_COST_EXCEEDED',
      /: Query cost is 2003\. Request smaller pages/,
    ],
    [
      'ACCESS_DENIED',
      error('ACCESS_DENIED', { requiredAccess: '`read_x`' }),
      'AccessDeniedError',
      'ACCESS_DENIED',
      /ACCESS_DENIED/,
    ],
    ['SHOP_INACTIVE', error('SHOP_INACTIVE'), 'ShopUnavailableError', 'SHOP_UNAVAILABLE', /SHOP_INACTIVE/],
    ['INTERNAL_SERVER_ERROR', error('INTERNAL_SERVER_ERROR'), 'GraphqlError', 'GRAPHQL_ERROR', /Q: said/],
    ['errors as text', body({ errors: 'a text' }), 'GraphqlError', 'GRAPHQL_ERROR', /a text/],
    ['a list of odd errors', body({ errors: [null, { path: ['a'] }] }), 'GraphqlError', 'GRAPHQL_ERROR', /no message/],
  ] as const)('%s', async (_name, step, name, code, message) => {
    const thrown = await failWith(step);
    expect(thrown).toMatchObject({ name, code, attempts: 1 });
    expect(thrown.message).toMatch(message);
  });

  it.each([[null], [false], [''], [{}], [[]]])('ignores empty errors beside data: %j', async (errors) => {
    const { shop, clock } = scriptedShop([body({ data: { shop: { name: 'Acme' } }, errors })]);
    expect((await clock.run(shop.graphql(query))).data).toEqual({ shop: { name: 'Acme' } });
  });

  it('keeps the numbers of MAX_COST_EXCEEDED and the scope of ACCESS_DENIED', async () => {
    expect(await failWith(error('MAX_COST_EXCEEDED', { cost: 1200, maxCost: 1000 }))).toMatchObject({
      cost: 1200,
      maxCost: 1000,
    });
    expect(await failWith(error('ACCESS_DENIED', { requiredAccess: '`read_x`' }))).toMatchObject({
      requiredAccess: '`read_x`',
    });
  });

  it('names no wait after THROTTLED if the numbers are unusable', async () => {
    const step = body({
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
      extensions: costs({ rate: 0 }),
    });
    expect(await failWith(step)).toMatchObject({ code: 'THROTTLED', retryAfterMs: undefined });
  });

  it('treats missing numbers as unknown', async () => {
    expect(await failWith(error('MAX_COST_EXCEEDED'))).toMatchObject({ cost: undefined, maxCost: undefined });
    expect(await failWith(error('ACCESS_DENIED'))).toMatchObject({ requiredAccess: undefined });
    const { shop, clock } = scriptedShop([
      body({ data: {}, extensions: { cost: { requestedQueryCost: 'x', throttleStatus: 1 } } }),
    ]);
    expect((await clock.run(shop.graphql(query))).cost).toBeNull();
  });

  it('does not repeat a very long message', async () => {
    const thrown = await failWith(status(400, JSON.stringify({ errors: 'x'.repeat(5000) })));
    expect(thrown.message.length).toBeLessThan(500);
  });

  it('understands the error of the token endpoint, and a refusal without text', async () => {
    expect((await failWith(status(400, '{"error":"invalid_request"}'))).message).toContain('invalid_request');
    expect((await failWith(status(400, '{}'))).message).not.toContain('Shopify says');
  });

  it('contains the request id and the shop', async () => {
    expect(await failWith(status(500))).toMatchObject({
      requestId: 'request-1',
      shop: 'acme.myshopify.com',
      operation: 'Q',
    });
  });

  it('keeps partial data out of logs', async () => {
    const thrown = await failWith(
      body({
        data: { shop: { name: 'Acme' }, customer: null },
        errors: [{ message: 'not allowed', path: ['customer'] }],
      }),
    );
    expect(isShopwrightError(thrown, 'GRAPHQL_ERROR') && thrown.data).toEqual({
      shop: { name: 'Acme' },
      customer: null,
    });
    expect(inspect(thrown)).not.toContain('Acme');
  });
});

describe('user errors', () => {
  const mutation =
    'mutation M { a: productDelete(input: { id: "1" }) { problems: userErrors { field message } ...More } } fragment More on ProductDeletePayload { deletedProductId }';
  const refused = { data: { a: { problems: [{ field: ['input', 'id'], message: 'is gone' }] } }, extensions: costs() };

  it('are found under any alias', async () => {
    const thrown = await failWith(body(refused), mutation);
    expect(thrown).toMatchObject({
      name: 'ShopifyUserError',
      userErrors: [{ field: ['input', 'id'], message: 'is gone' }],
    });
    expect(thrown.message).toContain('input.id: is gone');
  });

  it('stay in the data if the caller requests it', async () => {
    const { shop, clock } = scriptedShop([body(refused)]);
    const { data } = await clock.run(shop.graphql(mutation, {}, { userErrors: 'return' }));
    expect(data).toEqual(refused.data);
  });

  it('concern the input if they name no field; a payload of null has none', async () => {
    const thrown = await failWith(body({ data: { a: { problems: [{ message: 'odd' }] } } }), mutation);
    expect(thrown.message).toContain('input: odd');
    for (const a of [null, { problems: null }]) {
      const { shop, clock } = scriptedShop([body({ data: { a } })]);
      expect((await clock.run(shop.graphql(mutation))).data).toEqual({ a });
    }
  });

  it('are ignored in a query', async () => {
    const { shop, clock } = scriptedShop([body({ data: { node: { userErrors: [{ message: 'x' }] } } })]);
    await expect(
      clock.run(shop.graphql('query { node(id: "1") { ... on X { userErrors { message } } } }')),
    ).resolves.toBeDefined();
  });
});

describe('the access token', () => {
  it.each([
    ['a refused token', status(401, JSON.stringify({ errors: `bad token ${token}` }))],
    ['a reset', broken('ECONNRESET')],
    ['a time-out', silent],
    ['an unusual response', status(200, token)],
  ])('does not appear in the error of %s', async (_name, step) => {
    const thrown = await failWith(step);
    const seen = [
      thrown.message,
      String(thrown.stack),
      inspect(thrown, { depth: 20, showHidden: true }),
      JSON.stringify(thrown),
    ];
    for (const text of seen) expect(text).not.toContain(token);
  });
});

describe("errors: 'return'", () => {
  const denied = { message: 'Access denied', path: ['customer'], extensions: { code: 'ACCESS_DENIED' } };
  const returned = { errors: 'return' } as const;
  const write =
    'mutation M { a: productCreate(product: {}) { product { id } } b: productCreate(product: {}) { product { id } } }';

  it('returns the partial data and the errors', async () => {
    const data = { shop: { name: 'Acme' }, customer: null };
    const { shop, clock, sent } = scriptedShop([body({ data, errors: [denied], extensions: costs() })]);
    const result = await clock.run(shop.graphql(query, {}, returned));
    expect(result).toMatchObject({ data, errors: [denied], attempts: 1, cost: { requested: 2 } });
    expect(sent).toHaveLength(1);
  });

  it('returns an empty list if there are no errors', async () => {
    for (const errors of [undefined, null, []]) {
      const { shop, clock } = scriptedShop([body({ data: { shop: { name: 'Acme' } }, errors, extensions: costs() })]);
      expect(await clock.run(shop.graphql(query, {}, returned))).toMatchObject({
        data: { shop: { name: 'Acme' } },
        errors: [],
      });
    }
  });

  it('returns no list unless requested', async () => {
    const { shop, clock } = scriptedShop([good()]);
    expect(await clock.run(shop.graphql(query))).not.toHaveProperty('errors');
  });

  it('returns null if an error left no data of a query', async () => {
    const { shop, clock } = scriptedShop([body({ data: null, errors: [denied] })]);
    expect(await clock.run(shop.graphql(query, {}, returned))).toMatchObject({ data: null, errors: [denied] });
  });

  it('returns each part of a mutation of which one was carried out', async () => {
    const data = { a: { node: { id: '1' } }, b: null };
    const { shop, clock } = scriptedShop([body({ data, errors: [{ message: 'Timeout', path: ['b'] }] })]);
    const result = await clock.run(shop.graphql(write, {}, returned));
    expect(result).toMatchObject({ data, errors: [{ message: 'Timeout', path: ['b'] }] });
  });

  it.each([
    [
      'a refused document',
      { errors: [{ message: 'no such field', locations: [{ line: 1, column: 1 }] }] },
      query,
      'GRAPHQL_ERROR',
    ],
    [
      'a query that may succeed later',
      { data: null, errors: [{ message: 'x', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
      query,
      'GRAPHQL_ERROR',
    ],
    ['a throttled call', { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] }, query, 'THROTTLED'],
    [
      'a mutation that may have been carried out',
      { data: { a: null, b: null }, errors: [{ message: 'Timeout' }] },
      write,
      'OUTCOME_UNKNOWN',
    ],
  ] as const)('still throws %s', async (_name, response, document, code) => {
    const { shop, clock } = scriptedShop([body(response)], { retry: { maxRetries: 0 } });
    const thrown = await clock.run(rejection(shop.graphql(document, {}, returned)));
    expect(isShopwrightError(thrown) && thrown.code).toBe(code);
  });

  it('still throws the user errors of a mutation, with the data', async () => {
    const data = { a: { userErrors: [{ field: null, message: 'no' }] }, b: null };
    const { shop, clock } = scriptedShop([body({ data, errors: [denied] })]);
    const document =
      'mutation M { a: tagsAdd(id: "1", tags: []) { userErrors { field message } } b: tagsAdd(id: "2", tags: []) { node { id } } }';
    const thrown = await clock.run(rejection(shop.graphql(document, {}, returned)));
    expect(isShopwrightError(thrown, 'USER_ERROR') && thrown.data).toEqual(data);
  });
});

describe('a document with several mutations, one of which has user errors', () => {
  const document =
    'mutation M { a: tagsAdd(id: "1", tags: []) { userErrors { message } } b: tagsAdd(id: "2", tags: []) { userErrors { message } } }';
  const refused = { userErrors: [{ message: 'no' }] };

  it.each([
    ['may have executed if the other was carried out', { a: refused, b: { userErrors: [] } }, true],
    ['has not executed if both were refused', { a: refused, b: refused }, false],
    ['has not executed if the other has no payload', { a: refused, b: null }, false],
  ])('%s', async (_name, data, mayHaveExecuted) => {
    const { shop, clock } = scriptedShop([body({ data })]);
    const thrown = await clock.run(rejection(shop.graphql(document)));
    expect(thrown).toMatchObject({ code: 'USER_ERROR', mayHaveExecuted, data });
  });
});

describe('"errors" beside data', () => {
  it.each([[null], [[]]])('is not an error if it is %j', async (errors) => {
    const { shop, clock } = scriptedShop([body({ data: { shop: { name: 'Acme' } }, errors })]);
    expect((await clock.run(shop.graphql(query))).data).toEqual({ shop: { name: 'Acme' } });
  });
});

describe('numbers beyond 2^53', () => {
  const raw =
    (text: string): Step =>
    () =>
      new Response(text);

  it('are kept as bigint', async () => {
    const value =
      '{"erp":9007199254740993,"list":[-12345678901234567890, 1],"text":"9007199254740993","small":5,"part":0.5}';
    const { shop, clock } = scriptedShop([raw(`{"data":{"product":{"metafield":{"jsonValue":${value}}}}}`)]);
    const { data } = await clock.run(shop.graphql(query));
    expect(data).toEqual({
      product: {
        metafield: {
          jsonValue: {
            erp: 9007199254740993n,
            list: [-12345678901234567890n, 1],
            text: '9007199254740993',
            small: 5,
            part: 0.5,
          },
        },
      },
    });
  });

  it('in errors that are not a list are reported', async () => {
    const thrown = await failWith(raw('{"errors":{"base": 9007199254740993}}'));
    expect(thrown.message).toContain('9007199254740993');
  });
});
