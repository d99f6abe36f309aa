import { createShopifyApp, createShopifyClient, isShopwrightError, memoryStores } from 'shopwright';
import { createTokenStore } from 'shopwright/auth';
import { verifyShopifyWebhook as expressVerifier } from 'shopwright/express';
import { verifyShopifyWebhook as honoVerifier } from 'shopwright/hono';
import { tokenBucketLimiter } from 'shopwright/limiter';
import { bottleneckLimiter } from 'shopwright/limiter/bottleneck';
import { redisLimiter } from 'shopwright/limiter/redis';
import { inProcessQueue } from 'shopwright/queue';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { postgresStores } from 'shopwright/storage/postgres';
import { redisStores } from 'shopwright/storage/redis';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductQueue, createProductSync, syncSubscriptions } from 'shopwright/sync';
import { createFakeShopify } from 'shopwright/testing';
import { undiciTransport } from 'shopwright/transport/undici';
import { validateProduct, validateProducts } from 'shopwright/validation';
import { createWebhookHandler } from 'shopwright/webhooks';
import { complianceHandlers } from 'shopwright/webhooks/compliance';
import { describe, expect, test } from 'vitest';
import { good, rejection, scriptedShop } from './scripted-shop.ts';

/** Called as from JavaScript, without a compiler to check names. */
const loose = (make: unknown) => make as (options: object) => unknown;

const client = (options: object): unknown =>
  loose(createShopifyClient)({ shop: 'acme', accessToken: 'test', ...options });
const auth = { get: async () => 'test', invalidate: async () => false };
const app = (options: object): unknown => loose(createShopifyApp)({ auth, ...options });
const shop = createShopifyClient({ shop: 'acme', accessToken: 'test', isolated: true });
const handler = (options: object): unknown => loose(createWebhookHandler)({ secrets: 'test', on: {}, ...options });
const sync = (options: object): unknown =>
  loose(createProductSync)({ client: shop, stores: memoryStores(), ...options });

function issuesOf(make: () => unknown): Readonly<Record<string, string>> {
  try {
    make();
  } catch (error) {
    if (!isShopwrightError(error, 'CONFIG_INVALID')) throw error;
    return Object.fromEntries(error.issues.map(({ field, message }) => [field, message]));
  }
  return {};
}

test('an unknown name that resembles none is refused with the list of options', () => {
  expect(issuesOf(() => loose(inProcessQueue)({ plan: 'plus' }))).toEqual({
    'queue.plan':
      'is not an option. The options are name, concurrency, retryDelaysMs, timeoutMs, maxDeadJobs, clock, logger, telemetry.',
  });
});

describe('an unknown name is refused, suggesting the nearest known one', () => {
  test.each([
    ['a client', client, { retries: { maxRetries: 1 } }, 'retries', 'retry'],
    ['a client', client, { timeout: 5 }, 'timeout', 'timeoutMs'],
    ['a client', client, { accesstoken: 'x' }, 'accesstoken', 'accessToken'],
    ['a client', client, { retry: { maxRetry: 1 } }, 'retry.maxRetry', 'retry.maxRetries'],
    ['a client', client, { breaker: { failure: 1 } }, 'breaker.failure', 'breaker.failures'],
    ['a client', client, { rest: { requestPerSecond: 1 } }, 'rest.requestPerSecond', 'rest.requestsPerSecond'],
    ['an app', app, { transports: {} }, 'transports', 'transport'],
    ['a sync', sync, { concurency: 4 }, 'concurency', 'concurrency'],
    ['a fake', loose(createFakeShopify), { shop: [] }, 'shop', 'shops'],
    ['a shop of a fake', loose(createFakeShopify), { shops: [{ plans: 'plus' }] }, 'shops[0].plans', 'shops[0].plan'],
    [
      'a bucket of a fake',
      loose(createFakeShopify),
      { shops: [{ bucket: { restorerate: 1 } }] },
      'shops[0].bucket.restorerate',
      'restoreRate',
    ],
    ['a fault', loose(createFakeShopify), { faults: { rates: 0.1 } }, 'faults.rates', 'faults.rate'],
    [
      'a scripted fault',
      (options: object) => createFakeShopify().faults.next('reset-before', options),
      { opration: 'x' },
      'opration',
      'operation',
    ],
    ['SQLite stores', loose(sqliteStores), { path: ':memory:', tableprefix: 'x' }, 'tableprefix', 'tablePrefix'],
    ['Postgres stores', loose(postgresStores), { pools: {} }, 'pools', 'pool'],
    ['Redis stores', loose(redisStores), { keyPrefx: 'x' }, 'keyPrefx', 'keyPrefix'],
    ['a product queue', loose(createProductQueue), { retryDelayMs: [1] }, 'retryDelayMs', 'retryDelaysMs'],
    ['a queue', loose(inProcessQueue), { concurency: 4 }, 'queue.concurency', 'queue.concurrency'],
    ['a limiter', loose(tokenBucketLimiter), { softCieling: 0.5 }, 'limiter.softCieling', 'limiter.softCeiling'],
    ['a limiter on Redis', loose(redisLimiter), { keyPrefx: 'x' }, 'limiter.keyPrefx', 'limiter.keyPrefix'],
    ['one on Bottleneck', loose(bottleneckLimiter), { refil: 'host' }, 'limiter.refil', 'limiter.refill'],
    [
      'a transport on undici',
      loose(undiciTransport),
      { conections: 5 },
      'undiciTransport.conections',
      'undiciTransport.connections',
    ],
    ['a verifier for Express', loose(expressVerifier), { maxBodyByte: 5 }, 'maxBodyByte', 'maxBodyBytes'],
    ['a verifier for Hono', loose(honoVerifier), { loger: console }, 'loger', 'logger'],
    [
      'the compliance handlers',
      loose(complianceHandlers),
      { onShopRedactd: () => {} },
      'onShopRedactd',
      'onShopRedact',
    ],
    ['a token store', loose(createTokenStore), { keyprefix: 'x/' }, 'keyprefix', 'keyPrefix'],
    ['stores in memory', loose(memoryStores), { clocks: {} }, 'clocks', 'clock'],
    ['a webhook handler', handler, { dedupeTtl: 5 }, 'dedupeTtl', 'dedupeTtlMs'],
    ['a webhook handler', handler, { secret: 'x' }, 'secret', 'secrets'],
    ['a validation', (options: object) => validateProduct({}, options), { skus: 'warn' }, 'skus', 'sku'],
    [
      'a validation',
      (options: object) => validateProducts([], options),
      { unknownField: 'warn' },
      'unknownField',
      'unknownFields',
    ],
    ['a queue on BullMQ', loose(bullmqQueue), { connections: {} }, 'queue.connections', 'queue.connection'],
  ])('of %s', (_what, make, options, field, nearest) => {
    expect(issuesOf(() => make(options))[field]).toMatch(
      `is not an option. Did you mean ${field.startsWith('shops[0].bucket') ? 'shops[0].bucket.' : ''}${nearest}?`,
    );
  });

  test('in a sync of subscriptions, before anything is deleted', async () => {
    const fake = createFakeShopify();
    const to = createShopifyClient({ shop: 'acme', accessToken: 'test', fetch: fake.fetch });
    const error = await rejection(syncSubscriptions({ client: to, desired: [], ...({ dryrun: true } as object) }));
    expect(isShopwrightError(error, 'CONFIG_INVALID') && error.message).toMatch(/dryrun: .* Did you mean dryRun\?/);
    expect(fake.calls).toEqual([]);
  });

  test('unless its value is undefined', () => {
    expect(issuesOf(() => client({ retries: undefined }))).toEqual({});
  });
});

describe('a port that lacks a method is refused on creation', () => {
  const clock = { now: () => 0, monotonic: () => 0 };
  test.each([
    [{ limiter: {} }, 'limiter', 'acquire, status, close'],
    [{ limiter: { acquire: async () => ({}), status: () => undefined } }, 'limiter', 'close'],
    [{ limiter: null }, 'limiter', 'acquire, status, close'],
    [{ transport: {} }, 'transport', 'send'],
    [{ transport: () => undefined }, 'transport', 'send'],
    [{ auth: { get: async () => 'test' }, accessToken: undefined }, 'auth', 'invalidate'],
    [{ logger: { warn() {} } }, 'logger', 'debug, info, error'],
    [{ clock }, 'clock', 'setTimer'],
    [{ clock: {} }, 'clock', 'now, monotonic, setTimer'],
    [{ breaker: { store: { get() {}, set() {} } } }, 'breaker.store', 'delete'],
  ])('%o', (options, field, missing) => {
    for (const make of [client, app]) {
      expect(issuesOf(() => make(options))[field]).toMatch(
        new RegExp(`^must have the methods .* lacks ${missing}\\.$`),
      );
    }
  });

  test.each([
    ['a sync', sync, { client: {} }, ['client']],
    [
      'a sync',
      sync,
      { client: undefined, stores: {} },
      ['client', 'stores.records', 'stores.journal', 'stores.keyValue'],
    ],
    [
      'a product queue',
      (options: object) => loose(createProductQueue)({ shop: 'acme', ...options }),
      { queue: {}, stores: undefined },
      ['queue', 'stores.records', 'stores.keyValue'],
    ],
  ])('in %s: %o', (_what, make, options, fields) => {
    expect(Object.keys(issuesOf(() => make(options)))).toEqual(fields);
  });

  test('but a class with the methods is accepted', () => {
    class Limiter {
      acquire() {}
      status() {}
      close() {}
    }
    expect(issuesOf(() => client({ limiter: new Limiter(), logger: console }))).toEqual({});
  });
});

describe('an option of the wrong type is refused', () => {
  test.each([
    [{ appId: 5 }, 'appId'],
    [{ appId: '' }, 'appId'],
    [{ appId: 'a'.repeat(101) }, 'appId'],
    [{ retry: 3 }, 'retry'],
    [{ breaker: false }, 'breaker'],
    [{ breaker: null }, 'breaker'],
    [{ rest: [2] }, 'rest'],
    [{ fetch: 'fetch' }, 'fetch'],
    [{ telemetry: { on() {} } }, 'telemetry'],
    [{ userAgentPrefix: 'acme\r\nx-evil: 1' }, 'userAgentPrefix'],
  ])('%j', (options, field) => {
    for (const make of [client, app]) expect(Object.keys(issuesOf(() => make(options)))).toEqual([field]);
  });

  test.each([[3], ['idempotent'], [[]]])('retry of a call: %j', async (retry) => {
    const { shop: to, sent } = scriptedShop([good({})]);
    const error = await rejection(to.graphql('query { shop { id } }', {}, { retry } as never));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.issues.at(-1)?.field).toBe('retry');
    expect(sent).toEqual([]);
  });

  test.each([
    [{ signal: new AbortController() }, 'signal'],
    [{ signal: {} }, 'signal'],
    [{ idempotencyKey: 5 }, 'idempotencyKey'],
    [{ idempotencyKey: ' ' }, 'idempotencyKey'],
  ])('of a call: %j', async (options, field) => {
    const { shop: to, sent } = scriptedShop([good({})]);
    const error = await rejection(to.graphql('query { shop { id } }', {}, options as never));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.issues.map((issue) => issue.field)).toEqual([field]);
    expect(sent).toEqual([]);
  });

  test('but headers of a call may be an object, a Map, a list or Headers', async () => {
    const { shop: to, sent } = scriptedShop([good({})]);
    for (const headers of [
      { 'X-Run': '1' },
      new Map([['X-Run', '1']]),
      [['X-Run', '1']],
      new Headers({ 'X-Run': '1' }),
    ])
      await to.graphql('query { shop { id } }', {}, { headers } as never);
    expect(sent.map((request) => request.headers.get('x-run'))).toEqual(['1', '1', '1', '1']);
  });

  test('appId and handlers of a webhook handler', () => {
    expect(issuesOf(() => handler({ appId: 5 }))).toHaveProperty('appId');
    expect(issuesOf(() => handler({ on: { 'products/update': 'save' } }))['on.products/update']).toBe(
      'must be a function',
    );
    expect(issuesOf(() => handler({ on: { 'products/update': undefined } }))).toEqual({});
  });

  test('names and values of a validation', () => {
    expect(issuesOf(() => validateProduct({}, { sku: 'warning' } as never))['sku']).toMatch('Did you mean warn?');
    expect(issuesOf(() => validateProducts([], { unknownFields: 'ingore' } as never))).toHaveProperty('unknownFields');
    // As a callback of `map` it gets an index.
    expect([{}].map(validateProduct as (input: unknown) => { ok: boolean })[0]).toMatchObject({ ok: false });
  });

  test('names of a job', async () => {
    const queue = inProcessQueue();
    const job = { type: 'mail', payload: {}, delay: 5 };
    await expect(queue.enqueue(job)).rejects.toThrow(/delay: is not an option\. Did you mean delayMs\?/);
    await queue.close();
  });
});

describe('a value outside a fixed list is refused, suggesting the nearest allowed one', () => {
  test.each([
    [{ shops: [{ plan: 'plusss' }] }, 'shops[0].plan', 'plus'],
    [{ shops: [{ state: 'Frozen' }] }, 'shops[0].state', 'frozen'],
    [{ apiVersion: '2026-1' }, 'apiVersion', '2026-10'],
  ])('in %o of a fake', (options, field, nearest) => {
    expect(issuesOf(() => loose(createFakeShopify)(options))[field]).toMatch(`Did you mean ${nearest}?`);
  });
});

describe('the options of an app are checked on creation', () => {
  test('and every problem is named', () => {
    const issues = issuesOf(() =>
      app({ auth: undefined, origin: 'ftp://x', apiVersion: 'latest', timeoutMs: 0, retry: { maxRetries: -1 } }),
    );
    expect(Object.keys(issues).sort()).toEqual(['apiVersion', 'auth', 'origin', 'retry.maxRetries', 'timeoutMs']);
  });
});

describe('an origin', () => {
  const fieldsOf = (options: object): readonly string[] => Object.keys(issuesOf(() => client(options)));

  test.each([
    ' https://h',
    'https://h\t',
    'https:evil.com',
    'https:\\\\h',
    'https://h/%2e',
    'http://127.1',
    'https://user@h',
    'file:///x',
  ])('must not be %j', (origin) => {
    expect(fieldsOf({ origin })).toEqual(['origin']);
  });

  test.each(['http://h:4010', 'http://fake.internal', 'http://128.0.0.1', 'http://localhost.evil.com'])(
    'of plain http to another machine, such as %s, is refused unless it is allowed',
    (origin) => {
      expect(issuesOf(() => client({ origin }))['origin']).toMatch('allowInsecureOrigin');
      expect(fieldsOf({ origin, allowInsecureOrigin: true })).toEqual([]);
    },
  );

  test.each([
    'https://h',
    'https://H:8443/',
    'https://h:443',
    'http://127.0.0.1:4010',
    'http://[::1]:80',
    'http://localhost',
    'http://a.localhost:1',
  ])('may be %s', (origin) => {
    expect(fieldsOf({ origin })).toEqual([]);
  });
});

describe('an unknown option of a call is refused before anything is sent', () => {
  type Call = (shop: ReturnType<typeof scriptedShop>['shop'], options: object) => Promise<unknown>;
  const graphql: Call = (to, options) => to.graphql('{ shop { id } }', {}, options);
  const get: Call = (to, options) => to.rest.get('products.json', options);
  const post: Call = (to, options) => to.rest.post('products.json', {}, options);

  test.each<[string, Call, object, string, string]>([
    ['graphql', graphql, { signl: AbortSignal.abort() }, 'signl', 'Did you mean signal?'],
    ['graphql', graphql, { timeout: 5 }, 'timeout', 'Did you mean timeoutMs?'],
    ['graphql', graphql, { retry: { maxRetry: 1 } }, 'retry.maxRetry', 'Did you mean retry.maxRetries?'],
    ['graphql', graphql, { priority: 'backgroud' }, 'priority', 'Did you mean background?'],
    ['graphql', graphql, { userErrors: 'ignore' }, 'userErrors', 'must be one of throw, return'],
    ['graphql', graphql, { errors: 'retrun' }, 'errors', 'Did you mean return?'],
    ['graphql', graphql, { retry: { idempotency: 'unsfe' } }, 'retry.idempotency', 'Did you mean unsafe?'],
    ['graphql', graphql, { priority: 7 }, 'priority', 'must be one of '],
    ['graphql', graphql, { '': 7 }, '', 'is not an option.'],
    ['REST', get, { querry: {} }, 'querry', 'Did you mean query?'],
    ['REST', post, { priorty: 'background' }, 'priorty', 'Did you mean priority?'],
    ['REST', get, { idempotencyKey: 'k' }, 'idempotencyKey', 'is not an option'],
  ])('%s: %j', async (_what, call, options, field, message) => {
    const { shop: to, sent } = scriptedShop([good()]);
    const error = await rejection(call(to, options));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.issues).toEqual([
      { field, message: expect.stringContaining(message) },
    ]);
    expect(sent).toHaveLength(0);
  });

  test('unless its value is undefined', async () => {
    const { shop: to, clock, sent } = scriptedShop([good()]);
    const options = { signl: undefined, priority: undefined, retry: { idempotency: 'unsafe' } } as object;
    await clock.run(graphql(to, options));
    expect(sent).toHaveLength(1);
  });

  test.each([['text'], [[1, 2]], [7]])('and so are variables of the form %j', async (variables) => {
    const { shop: to, sent } = scriptedShop([good()]);
    const error = await rejection(to.graphql('{ shop { id } }', variables as never));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toMatch(/variables: must be an object/);
    expect(sent).toHaveLength(0);
  });
});
