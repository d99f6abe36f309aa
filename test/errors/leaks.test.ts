import { createShopifyClient, type ErrorCode, isShopwrightError, type ShopifyClient, StorageError } from 'shopwright';
import { loadConfig } from 'shopwright/config';
import { inProcessQueue } from 'shopwright/queue';
import { describe, expect, test } from 'vitest';
import type { CommonOptions } from '../../src/client/options.ts';
import { lockLost } from '../../src/errors/errors.ts';
import { createPostgresErrors } from '../../src/storage/postgres/errors.ts';
import { good, rejection, type Step, scriptedShop, silent } from '../client/scripted-shop.ts';
import { type Exposed, findLeaks, secrets } from './leaks.ts';

const { token, refreshToken, clientSecret, email, row } = secrets;

const mutation =
  'mutation M($input: CustomerInput!) { customerCreate(input: $input) { userErrors { field message } } }';
const variables = { input: { email, note: row, password: refreshToken } };

/** What a server can repeat in the text of an error: the credentials of the request, but not its variables. */
const said = `refused ${token} ${refreshToken} ${clientSecret}`;

const headers = {
  'x-request-id': `request ${token}`,
  'x-shopify-api-version': `2026-01 ${token}`,
  'x-shopify-api-deprecated-reason': `old ${token} ${clientSecret}`,
};

const answer =
  (status: number, body: unknown): Step =>
  () =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

const refusedWith = (extensions: object, data: unknown = null): Step =>
  answer(200, { data, errors: [{ message: said, path: ['customerCreate'], extensions }] });

const variable = { value: variables.input, problems: [{ path: ['note'], explanation: `not ${row}` }] };

type Call = (shop: ShopifyClient) => Promise<unknown>;

const mutate: Call = (shop) => shop.graphql(mutation, variables);
const query: Call = (shop) => shop.graphql('query Q { shop { name } }');

const page = (pageInfo: object): Step => answer(200, { data: { customers: { nodes: [{ email }], pageInfo } } });

const customers = `query Customers($after: String) {
  customers(first: 5, after: $after) { nodes { email } pageInfo { hasNextPage endCursor } }
}`;

/** A cursor contains what Shopify sorts by, such as a name. */
const paginate =
  (after: string): Call =>
  (shop) =>
    shop.paginate(customers, {}, { after }).pages().next();

/** Makes a call fail and collects what was visible of it. */
async function failing(step: Step, call: Call = mutate, options: Partial<CommonOptions> = {}): Promise<Exposed> {
  const lines: unknown[] = [];
  const log = (...line: unknown[]): unknown => lines.push(line);
  const { shop, clock, events } = scriptedShop([step], {
    accessToken: token,
    retry: { maxRetries: 0 },
    logger: { debug: log, info: log, warn: log, error: log },
    ...options,
  });
  const error = await clock.run(rejection(call(shop)));
  return { error, events, lines };
}

/** A server's error as created by `pg`. */
const ofPostgres = (code: string, message: string): Error =>
  Object.assign(new Error(message), {
    code,
    detail: `Failing row contains (${email}, ${row}, ${token}).`,
    where: `COPY records, line 1: "${row}"`,
    internalQuery: `insert ${row}`,
    query: { text: 'insert', values: [row, email] },
    parameters: [row],
    constraint: 'records_pkey',
  });

const postgres = createPostgresErrors('shopify');

const thrownBy = async (work: () => unknown): Promise<Exposed> => ({
  error: await rejection(Promise.resolve().then(work)),
});

const kinds: readonly (readonly [name: string, code: ErrorCode, provoke: () => Promise<Exposed>])[] = [
  ['429', 'THROTTLED', () => failing(answer(429, { errors: said }))],
  ['THROTTLED', 'THROTTLED', () => failing(refusedWith({ code: 'THROTTLED', ...variable }))],
  ['404', 'HTTP_ERROR', () => failing(answer(404, { errors: { base: [said] } }), query)],
  [
    'a quote cut in the middle of the token',
    'HTTP_ERROR',
    () => failing(answer(400, { errors: `${'x'.repeat(290)}${token}` }), query),
  ],
  ['an invalid variable', 'GRAPHQL_ERROR', () => failing(refusedWith({ code: 'INVALID_VARIABLE', ...variable }))],
  [
    'errors beside data',
    'OUTCOME_UNKNOWN',
    () => failing(refusedWith(variable, { customerCreate: { note: row, userErrors: [] } }), mutate),
  ],
  ['an entry that is text', 'GRAPHQL_ERROR', () => failing(answer(200, { errors: [said] }), query)],
  ['errors that are not a list', 'GRAPHQL_ERROR', () => failing(answer(200, { errors: { base: said } }), query)],
  [
    'user errors',
    'USER_ERROR',
    () =>
      failing(answer(200, { data: { customerCreate: { note: row, userErrors: [{ field: null, message: said }] } } })),
  ],
  [
    'user errors of REST',
    'USER_ERROR',
    () => failing(answer(422, { errors: { title: [said] } }), (shop) => shop.rest.post('products.json', variables)),
  ],
  [
    'user errors of REST that are text',
    'USER_ERROR',
    () => failing(answer(422, { errors: said }), (shop) => shop.rest.post('products.json', variables)),
  ],
  ['MAX_COST_EXCEEDED', 'MAX_COST_EXCEEDED', () => failing(refusedWith({ code: 'MAX_COST_EXCEEDED', ...variable }))],
  ['401', 'AUTHENTICATION_FAILED', () => failing(answer(401, { errors: said }))],
  [
    'a token source that fails',
    'AUTHENTICATION_FAILED',
    () =>
      failing(good(), query, {
        auth: { get: () => Promise.reject(new Error(said)), invalidate: () => Promise.resolve(false) },
        accessToken: undefined,
      } as object),
  ],
  ['403', 'ACCESS_DENIED', () => failing(answer(403, { errors: said }))],
  [
    '403 without a body of the API',
    'IP_NOT_ALLOWED',
    () => failing(() => new Response(`Forbidden ${token}`, { status: 403 })),
  ],
  [
    'ACCESS_DENIED',
    'ACCESS_DENIED',
    () =>
      failing(refusedWith({ code: 'ACCESS_DENIED', requiredAccess: `scope ${token} ${clientSecret}`, ...variable })),
  ],
  ['402', 'SHOP_UNAVAILABLE', () => failing(answer(402, { errors: said }))],
  ['SHOP_INACTIVE', 'SHOP_UNAVAILABLE', () => failing(refusedWith({ code: 'SHOP_INACTIVE', ...variable }))],
  [
    'a broken connection',
    'NETWORK_ERROR',
    () =>
      failing(() => {
        throw new TypeError(`fetch failed ${said}`, {
          cause: Object.assign(new Error(said), { request: { headers } }),
        });
      }, query),
  ],
  ['no response', 'TIMEOUT', () => failing(silent, query, { timeoutMs: 50 })],
  ['no response before the deadline', 'DEADLINE_EXCEEDED', () => failing(silent, query, { deadlineMs: 50 })],
  [
    'a failing shop',
    'CIRCUIT_OPEN',
    () =>
      failing(
        answer(500, { errors: said }),
        async (shop) => {
          await rejection(query(shop));
          await query(shop);
        },
        { breaker: { failures: 1, operations: 1 } },
      ),
  ],
  [
    'a lost response',
    'OUTCOME_UNKNOWN',
    () =>
      failing(() => {
        throw Object.assign(new TypeError(`fetch failed ${said}`), { body: variables });
      }),
  ],
  ['a page', 'INVALID_RESPONSE', () => failing(answer(200, `<p>${said} ${email}</p>`), query)],
  [
    'a truncated REST list',
    'INVALID_RESPONSE',
    () => failing(answer(200, `{"a":"${said}`), (shop) => shop.rest.get('products.json')),
  ],
  [
    'secrets in the wrong variables',
    'CONFIG_INVALID',
    () =>
      thrownBy(() =>
        loadConfig({ SHOPIFY_STORE_URL: email, SHOPIFY_ACCESS_TOKEN: clientSecret, SHOPIFY_API_SECRET: `"${token}"` }),
      ),
  ],
  [
    'a token with a line end',
    'CONFIG_INVALID',
    () => thrownBy(() => createShopifyClient({ shop: email, accessToken: `${token}\n` })),
  ],
  [
    'a header that cannot be sent',
    'VALIDATION_FAILED',
    () => failing(good(), (shop) => shop.graphql(mutation, variables, { headers: { 'x-note': `${token}\n${row}` } })),
  ],
  [
    'an invalid path',
    'VALIDATION_FAILED',
    () => failing(good(), (shop) => shop.rest.get(`https://evil.example/${token}`)),
  ],
  [
    'a row that Postgres refuses',
    'STORAGE_FAILED',
    async () => ({ error: postgres.statement(ofPostgres('23514', 'new row violates check constraint'), false) }),
  ],
  [
    'a value that Postgres refuses',
    'STORAGE_FAILED',
    async () => ({
      error: postgres.statement(ofPostgres('22P02', `invalid input syntax for type bigint: "${row}"`), false),
    }),
  ],
  [
    'a lost COMMIT',
    'STORAGE_FAILED',
    async () => ({ error: postgres.statement(ofPostgres('57P01', 'terminating'), true) }),
  ],
  [
    'a pool that cannot connect',
    'STORAGE_FAILED',
    async () => ({
      error: postgres.connecting(Object.assign(new Error(`no ${clientSecret}`), { password: token }), {}, 5_000),
    }),
  ],
  [
    'pages that repeat',
    'PAGE_CURSOR_REPEATED',
    () => failing(page({ hasNextPage: true, endCursor: row }), paginate(row)),
  ],
  ['a page without pageInfo', 'PAGE_INFO_MISSING', () => failing(page({ endCursor: row }), paginate(row))],
  [
    'a page beyond the limit of Shopify',
    'PAGE_LIMIT_REACHED',
    () => failing(answer(200, { data: null, errors: [{ message: `${said} 25,000` }] }), paginate(row)),
  ],
  [
    'a lock that ran out',
    'LOCK_LOST',
    async () => ({
      error: lockLost('products', { cause: postgres.statement(ofPostgres('23505', 'duplicate key'), true) }),
    }),
  ],
  [
    'a payload that is not JSON',
    'QUEUE_FAILED',
    () =>
      thrownBy(() =>
        inProcessQueue().enqueue({ type: 't', key: 'k', priority: 'interactive', payload: { ...variables, big: 1n } }),
      ),
  ],
  [
    'a bulk query that is not enabled',
    'BULK_NOT_ENABLED',
    () =>
      failing(answer(200, { errors: [{ message: `no ${token}`, extensions: { code: 'ACCESS_DENIED' } }] }), (shop) =>
        shop.bulk.query('query ($q: String) { products(query: $q) { edges { node { id } } } }', { q: row }),
      ),
  ],
  [
    'a bulk operation that failed',
    'BULK_FAILED',
    () =>
      failing(answer(200, { data: { bulkOperation: bulkOperation('FAILED') } }), async (shop) =>
        rowsOf(await shop.bulk.resume('gid://shopify/BulkOperation/1')),
      ),
  ],
  [
    'an incomplete bulk result',
    'BULK_INCOMPLETE',
    () =>
      failing(answer(200, { data: { bulkOperation: bulkOperation('COMPLETED') } }), async (shop) =>
        rowsOf(await shop.bulk.resume('gid://shopify/BulkOperation/1')),
      ),
  ],
];

const bulkOperation = (status: string): object => ({
  ...{ id: 'gid://shopify/BulkOperation/1', status, errorCode: null, type: 'QUERY', createdAt: '2026-11-01T00:00:00Z' },
  ...{ query: `{ products(query: "${row}") { edges { node { id } } } }`, objectCount: '5', rootObjectCount: '5' },
  ...{ fileSize: '9', url: null, partialDataUrl: `https://storage.example/part?X-Goog-Signature=${token}` },
});

async function rowsOf(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _row of rows);
}

const allCodes: Record<ErrorCode, true> = {
  THROTTLED: true,
  HTTP_ERROR: true,
  GRAPHQL_ERROR: true,
  USER_ERROR: true,
  MAX_COST_EXCEEDED: true,
  AUTHENTICATION_FAILED: true,
  ACCESS_DENIED: true,
  IP_NOT_ALLOWED: true,
  SHOP_UNAVAILABLE: true,
  NETWORK_ERROR: true,
  TIMEOUT: true,
  DEADLINE_EXCEEDED: true,
  CIRCUIT_OPEN: true,
  OUTCOME_UNKNOWN: true,
  INVALID_RESPONSE: true,
  PAGE_CURSOR_REPEATED: true,
  PAGE_INFO_MISSING: true,
  PAGE_LIMIT_REACHED: true,
  CONFIG_INVALID: true,
  VALIDATION_FAILED: true,
  STORAGE_FAILED: true,
  LOCK_LOST: true,
  QUEUE_FAILED: true,
  BULK_NOT_ENABLED: true,
  BULK_FAILED: true,
  BULK_INCOMPLETE: true,
};

describe('no output about a failure contains a secret', () => {
  test.each(kinds)('of %s (%s)', async (_name, code, provoke) => {
    const exposed = await provoke();
    expect(isShopwrightError(exposed.error) && exposed.error.code).toBe(code);
    expect(findLeaks(exposed)).toEqual([]);
  });

  test('and every code was provoked', () => {
    expect([...new Set(kinds.map(([, code]) => code))].sort()).toEqual(Object.keys(allCodes).sort());
  });

  test('and neither does half of a token', async () => {
    const { error } = await failing(answer(400, { errors: `${'x'.repeat(290)}${token}` }), query);
    expect(String(error)).not.toContain(token.slice(0, 8));
  });
});

describe('the search finds a leak', () => {
  const leaking = (details: object): Error => Object.assign(new StorageError('It failed.'), details);

  test.each([
    ['a property', leaking({ rows: [{ email }] }), 'email', ['inspect', 'console', 'enumerable']],
    [
      'a cause',
      new StorageError('It failed.', { cause: leaking({ detail: row }) }),
      'row',
      ['inspect', 'console', 'enumerable'],
    ],
    ['a message', new Error(`no ${token}`), 'token', ['inspect', 'console', 'message', 'stack']],
    ['toJSON', leaking({ toJSON: () => ({ refreshToken }) }), 'refreshToken', ['JSON', 'toJSON']],
  ] as const)('in %s', (_where, error, secret, places) => {
    expect(findLeaks({ error })).toEqual(places.map((place) => ({ place, secret })));
  });

  test('in events and lines', () => {
    expect(findLeaks({ events: [{}, { reason: clientSecret }], lines: [[{ email }, 'text']] })).toEqual([
      { place: 'telemetry[1]', secret: 'clientSecret' },
      { place: 'logger[0]', secret: 'email' },
    ]);
  });
});

describe('a host can still read what it needs', () => {
  test('the extensions of a GraphQL error, by name', async () => {
    const { error } = await failing(refusedWith({ code: 'INVALID_VARIABLE', ...variable }));
    if (!isShopwrightError(error, 'GRAPHQL_ERROR')) throw error;
    expect(error.errors[0]?.extensions).toMatchObject({ code: 'INVALID_VARIABLE', value: { email } });
  });

  test('code and constraint of a Postgres error', () => {
    expect(postgres.statement(ofPostgres('23505', 'duplicate key value violates it'), false).cause).toMatchObject({
      message: 'duplicate key value violates it',
      code: '23505',
      constraint: 'records_pkey',
    });
  });
});

describe('a good response is returned unchanged', () => {
  const tee = { products: { nodes: [{ title: 'test tee', tax: '19.00' }] } };

  test.each(['test', 'x', token])('with the token %s', async (accessToken) => {
    const data = { ...tee, note: accessToken };
    const { shop } = scriptedShop([good(data)], { accessToken });
    const result = await shop.graphql('{ products(first: 1) { nodes { title } } }');
    expect(result.data).toEqual(data);
    expect(result.cost?.actual).toBe(2);
  });

  test('and so is the result of REST', async () => {
    const { shop } = scriptedShop([answer(200, { note: token })], { accessToken: token });
    expect((await shop.rest.get('notes.json')).data).toEqual({ note: token });
  });

  test('and a short token does not change the text of an error', async () => {
    const { error } = await failing(answer(400, { errors: 'the test failed' }), query, {
      accessToken: 'test',
    } as object);
    expect(String(error)).toContain('the test failed');
  });
});
