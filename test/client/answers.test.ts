import { inspect } from 'node:util';
import { isShopwrightError, type ShopwrightError } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { broken, costs, rejection, type Step, scriptedShop, silent, status, token } from './scripted-shop.ts';

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

describe('a response that is not good becomes one typed error', () => {
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
    ['truncated JSON', status(200, '{"data":{'), 'InvalidResponseError', 'INVALID_RESPONSE', /cut off/],
    ['nothing', status(200, ''), 'InvalidResponseError', 'INVALID_RESPONSE', /an empty body/],
    ['JSON that is no object', status(200, '[]'), 'InvalidResponseError', 'INVALID_RESPONSE', /acme/],
    ['neither data nor errors', status(200, '{}'), 'InvalidResponseError', 'INVALID_RESPONSE', /neither/],
    ['no answer in time', silent, 'TimeoutError', 'TIMEOUT', /1000 ms.*timeoutMs/],
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
      'ACCESS_DENIED',
      error('ACCESS_DENIED', { requiredAccess: '`read_x`' }),
      'AccessDeniedError',
      'ACCESS_DENIED',
      /ACCESS_DENIED/,
    ],
    ['SHOP_INACTIVE', error('SHOP_INACTIVE'), 'ShopUnavailableError', 'SHOP_UNAVAILABLE', /SHOP_INACTIVE/],
    ['INTERNAL_SERVER_ERROR', error('INTERNAL_SERVER_ERROR'), 'GraphqlError', 'GRAPHQL_ERROR', /Q: said/],
    ['errors as a text', body({ errors: 'a text' }), 'GraphqlError', 'GRAPHQL_ERROR', /a text/],
    ['a list of odd errors', body({ errors: [null, { path: ['a'] }] }), 'GraphqlError', 'GRAPHQL_ERROR', /no message/],
  ] as const)('%s', async (_name, step, name, code, message) => {
    const thrown = await failWith(step);
    expect(thrown).toMatchObject({ name, code, attempts: 1 });
    expect(thrown.message).toMatch(message);
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

  it('waits a second after THROTTLED where the numbers are of no use', async () => {
    const step = body({
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
      extensions: costs({ rate: 0 }),
    });
    expect(await failWith(step)).toMatchObject({ retryAfterMs: 1000 });
  });

  it('takes numbers that are missing for not known', async () => {
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

  it('knows the error of the token endpoint, and a refusal without any text', async () => {
    expect((await failWith(status(400, '{"error":"invalid_request"}'))).message).toContain('invalid_request');
    expect((await failWith(status(400, '{}'))).message).not.toContain('Shopify says');
  });

  it('carries the request id and the shop', async () => {
    expect(await failWith(status(500))).toMatchObject({
      requestId: 'request-1',
      shop: 'acme.myshopify.com',
      operation: 'Q',
    });
  });

  it('keeps partial data apart from what is logged', async () => {
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

  it('are found under whatever name the document gives them', async () => {
    const thrown = await failWith(body(refused), mutation);
    expect(thrown).toMatchObject({
      name: 'ShopifyUserError',
      userErrors: [{ field: ['input', 'id'], message: 'is gone' }],
    });
    expect(thrown.message).toContain('input.id: is gone');
  });

  it('stay in the data when the caller asks for that', async () => {
    const { shop, clock } = scriptedShop([body(refused)]);
    const { data } = await clock.run(shop.graphql(mutation, {}, { userErrors: 'return' }));
    expect(data).toEqual(refused.data);
  });

  it('without a field are told of the input, and a payload of null has none', async () => {
    const thrown = await failWith(body({ data: { a: { problems: [{ message: 'odd' }] } } }), mutation);
    expect(thrown.message).toContain('input: odd');
    for (const a of [null, { problems: null }]) {
      const { shop, clock } = scriptedShop([body({ data: { a } })]);
      expect((await clock.run(shop.graphql(mutation))).data).toEqual({ a });
    }
  });

  it('are nothing to a query', async () => {
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
    ['an odd answer', status(200, token)],
  ])('is nowhere in the error of %s', async (_name, step) => {
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
