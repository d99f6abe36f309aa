import {
  createShopifyApp,
  createShopifyClient,
  isShopwrightError,
  type Logger,
  staticToken,
  type TelemetryEvent,
} from 'shopwright';
import { tokenBucketLimiter } from 'shopwright/limiter';
import { describe, expect, it } from 'vitest';
import { generatedApiVersion } from '../../src/config/generated/api-versions.ts';
import { good, rejection, scriptedShop, silent, status, token } from './scripted-shop.ts';

const problemsOf = (create: () => unknown): unknown => {
  try {
    create();
  } catch (error) {
    if (isShopwrightError(error, 'CONFIG_INVALID')) return error.issues.map(({ field }) => field);
    throw error;
  }
  return [];
};

describe('createShopifyClient', () => {
  it.each(['acme', 'ACME.myshopify.com', 'https://acme.myshopify.com', 'https://acme.myshopify.com/'])(
    'accepts %s as a shop',
    (shop) => {
      expect(createShopifyClient({ shop, accessToken: token, isolated: true }).shop).toBe('acme.myshopify.com');
    },
  );

  it('reports all invalid options together, without the token', () => {
    const create = (): unknown =>
      createShopifyClient({
        shop: 'acme.evil.com',
        accessToken: token,
        apiVersion: 'latest',
        origin: 'ftp://x/path',
        timeoutMs: 0,
        retry: { maxRetries: -1 },
      });
    expect(problemsOf(create)).toEqual(['origin', 'timeoutMs', 'retry.maxRetries', 'shop', 'apiVersion']);
    expect(create).toThrow(expect.not.objectContaining({ message: expect.stringContaining(token) }));
  });

  it.each(['not an address', 'http://user@127.0.0.1', 'http://127.0.0.1/?a=b', 'http://127.0.0.1/path'])(
    'refuses %s as an origin',
    (origin) => {
      expect(problemsOf(() => createShopifyClient({ shop: 'acme', accessToken: token, origin }))).toEqual(['origin']);
    },
  );

  it('names the shop to a test server, and shares its bucket with other clients of that server', async () => {
    const { shop, sent } = scriptedShop([good()], { origin: 'http://127.0.0.1:4010/' });
    await shop.graphql('{ shop { id } }');
    expect(sent[0]?.url).toBe(`http://127.0.0.1:4010/admin/api/${generatedApiVersion}/graphql.json`);
    expect(sent[0]?.headers.get('x-shopify-shop-domain')).toBe('acme.myshopify.com');
  });

  it('uses the given limiter', async () => {
    const limiter = tokenBucketLimiter();
    const { shop } = scriptedShop([good()], { limiter });
    await shop.graphql('{ shop { id } }');
    expect(limiter.status({ shop: 'acme.myshopify.com', app: 'default' })).toMatchObject({ confirmed: true });
    limiter.close();
  });

  it('reports changes of the breaker', async () => {
    const { shop, clock, events } = scriptedShop([status(500)], {
      breaker: { failures: 1, operations: 1 },
      retry: { maxRetries: 0 },
    });
    await clock.run(rejection(shop.graphql('{ shop { id } }')));
    expect(events).toContainEqual({ type: 'breaker', shop: 'acme.myshopify.com', state: 'open' });
  });

  it('refuses a missing, an empty and a padded token', () => {
    expect(problemsOf(() => createShopifyClient({ shop: 'acme' } as never))).toEqual(['accessToken']);
    expect(problemsOf(() => createShopifyClient({ shop: 'acme', accessToken: '' }))).toEqual(['accessToken']);
    expect(problemsOf(() => staticToken(`${token}\n`))).toEqual(['accessToken']);
  });

  it('warns about an expired API version and uses it', () => {
    const warnings: string[] = [];
    const silentLogger = {
      debug() {},
      info() {},
      error() {},
      warn: (_fields: object, message: string) => void warnings.push(message),
    } satisfies Logger;
    const client = createShopifyClient({
      shop: 'acme',
      accessToken: token,
      apiVersion: '2024-07',
      logger: silentLogger,
      isolated: true,
    });
    expect(client.apiVersion).toBe('2024-07');
    expect(warnings.join()).toMatch(/2024-07/);
  });

  it('shares bucket and breaker between clients of the same app and shop', async () => {
    const fetch = (): Promise<Response> =>
      Promise.resolve(
        Response.json({
          data: {},
          extensions: {
            cost: {
              requestedQueryCost: 1,
              actualQueryCost: 1,
              throttleStatus: { maximumAvailable: 2345, currentlyAvailable: 1234, restoreRate: 100 },
            },
          },
        }),
      );
    const options = { shop: 'shared-bucket', accessToken: token, fetch };
    await createShopifyClient(options).graphql('{ shop { id } }');
    expect(createShopifyClient(options).status().limiter).toMatchObject({ confirmed: true, maximumAvailable: 2345 });
    expect(createShopifyClient({ ...options, appId: 'other' }).status().limiter).toBeUndefined();
    expect(createShopifyClient({ ...options, isolated: true }).status().limiter).toBeUndefined();
  });
});

describe('createShopifyApp', () => {
  it("returns a client for each shop, with that shop's token", async () => {
    const seen: (string | null)[] = [];
    const app = createShopifyApp({
      auth: { get: (shop) => Promise.resolve(`token-of-${shop}`), invalidate: () => Promise.resolve(false) },
      isolated: true,
      fetch: (input, init) => {
        seen.push(new Request(input, init).headers.get('x-shopify-access-token'));
        return Promise.resolve(Response.json({ data: {} }));
      },
    });
    await app.shop('one').graphql('{ shop { id } }');
    await app.shop('two').graphql('{ shop { id } }');
    expect(seen).toEqual(['token-of-one.myshopify.com', 'token-of-two.myshopify.com']);
  });
});

describe('graphql', () => {
  it("posts the document and its variables to the requested version, with the token and the client's headers", async () => {
    const { shop, sent } = scriptedShop([good()], { userAgentPrefix: 'acme-app' });
    const result = await shop.graphql(
      'query Q($a: Int) { shop { name } }',
      { a: 1 },
      { headers: { 'X-Mine': 'yes', 'Content-Type': 'application/json' } },
    );
    expect(sent[0]?.url).toBe(`https://acme.myshopify.com/admin/api/${generatedApiVersion}/graphql.json`);
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
      query: 'query Q($a: Int) { shop { name } }',
      variables: { a: 1 },
    });
    const headers = sent[0]?.headers;
    expect(headers?.get('x-shopify-access-token')).toBe(token);
    expect(headers?.get('content-type')).toBe('application/json');
    expect(headers?.get('user-agent')).toMatch(/^acme-app shopwright/);
    expect(headers?.get('x-mine')).toBe('yes');
    expect(result).toMatchObject({
      data: { shop: { name: 'Acme' } },
      cost: { requested: 2, actual: 2 },
      requestId: 'request-1',
      attempts: 1,
      waitedMs: 0,
      response: { status: 200 },
    });
  });

  it('does not accept another token in a header', async () => {
    const { shop, sent } = scriptedShop([good()]);
    await shop.graphql('{ shop { id } }', {}, { headers: { 'X-Shopify-Access-Token': 'mine' } });
    expect(sent[0]?.headers.get('x-shopify-access-token')).toBe(token);
  });

  it('runs the named operation', async () => {
    const { shop, sent } = scriptedShop([good()]);
    await shop.graphql('query A { shop { id } } query B { shop { name } }', {}, { operationName: 'B' });
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ operationName: 'B' });
  });

  it('accepts a document that a parser has created', async () => {
    const { parse } = await import('graphql');
    const { shop, sent } = scriptedShop([good()]);
    await shop.graphql(parse('query Q { shop { name } }') as object);
    expect(JSON.parse(sent[0]?.body ?? '').query).toContain('query Q');
  });

  it.each([
    ['a syntax error, with its place', 'query {\n shop {', {}, /line 2|Expected Name/],
    ['an empty document', ' ', {}, /Unexpected <EOF>|Syntax/],
    ['several operations without a name', 'query A { a } query B { b }', {}, /operationName/],
    ['an unknown operation name', 'query A { a }', { operationName: 'C' }, /named C/],
    ['fragments only', 'fragment F on Shop { id }', {}, /no operation/],
    ['a subscription', 'subscription { a }', {}, /subscription/],
  ])('refuses %s before anything is sent', async (_name, document, options, message) => {
    const { shop, sent } = scriptedShop([good()]);
    const error = await rejection(shop.graphql(document, {}, options));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toMatch(message);
    expect(sent).toHaveLength(0);
  });

  it('accepts a fragment that spreads itself', async () => {
    const { shop, sent } = scriptedShop([good()]);
    await shop.graphql('query Q { ...F } fragment F on QueryRoot { shop { id } ...F }', {}, { cost: 1 });
    expect(sent).toHaveLength(1);
  });
});

describe('telemetry', () => {
  it('reports permits, attempts, retries and the end of a call, without tokens and variables', async () => {
    const { shop, clock, events } = scriptedShop([status(503), good()]);
    await clock.run(shop.graphql('query Q($secret: String) { shop { name } }', { secret: 'hidden' }));
    expect(events.map(({ type }) => type)).toEqual(['permit', 'attempt', 'retry', 'permit', 'attempt', 'call']);
    expect(events[1]).toMatchObject({ attempt: 1, status: 503, errorCode: 'HTTP_ERROR' });
    expect(events[4]).toMatchObject({ attempt: 2, status: 200, errorCode: null, requestedCost: 2, actualCost: 2 });
    expect(events[5]).toMatchObject({ attempts: 2, errorCode: null, operation: 'Q', shop: 'acme.myshopify.com' });
    expect(JSON.stringify(events)).not.toMatch(/hidden|shpat_/);
  });

  it('reports an abort at the end of the call', async () => {
    const { shop, clock, events } = scriptedShop([silent]);
    const controller = new AbortController();
    const call = rejection(shop.graphql('{ shop { id } }', {}, { signal: controller.signal }));
    await clock.advance(1);
    controller.abort();
    await call;
    expect(events.at(-1)).toMatchObject({ type: 'call', errorCode: 'ABORTED' });
  });

  it('continues if a listener throws, at once or later, and logs the error', async () => {
    const logged: string[] = [];
    const logger: Logger = { debug() {}, info() {}, warn() {}, error: (_fields, message) => void logged.push(message) };
    const telemetry = (): void => {
      throw new Error('listener');
    };
    for (const listener of [telemetry, async () => telemetry()]) {
      logged.length = 0;
      const { shop } = scriptedShop([good()], { telemetry: listener, logger });
      await shop.graphql('{ shop { id } }');
      await expect.poll(() => new Set(logged)).toEqual(new Set(['the telemetry listener threw']));
    }
  });

  it('reports once that Shopify serves another version, and once what is deprecated', async () => {
    const answer = (): Response =>
      Response.json(
        { data: {} },
        { headers: { 'x-shopify-api-version': '2026-01', 'x-shopify-api-deprecated-reason': 'Shop.products' } },
      );
    const warnings: string[] = [];
    const logger: Logger = {
      debug() {},
      info() {},
      error() {},
      warn: (_fields, message) => void warnings.push(message),
    };
    const { shop, events } = scriptedShop([answer], { logger });
    await shop.graphql('query Q { shop { id } }');
    await shop.graphql('query Q { shop { id } }');
    const told = events.filter((event: TelemetryEvent) => event.type === 'api-version' || event.type === 'deprecation');
    expect(told).toMatchObject([
      { type: 'api-version', asked: generatedApiVersion, served: '2026-01' },
      { type: 'deprecation', operation: 'Q', reason: 'Shop.products' },
    ]);
    expect(warnings).toHaveLength(2);
  });

  it('reports once a minute, over all clients of the shop, that four fifths of its bucket are used', async () => {
    const lines: { readonly fields: object; readonly message: string }[] = [];
    const logger: Logger = {
      debug() {},
      info() {},
      error() {},
      warn: (fields, message) => void lines.push({ fields, message }),
    };
    const levels = [401, 400, 390, 2_000, 100, 10];
    const { shop, clock, events } = scriptedShop(
      levels.map((available) => good({}, { available, maximum: 2_000, rate: 100 })),
      { logger },
    );
    const low = (): unknown[] => events.filter(({ type }) => type === 'bucket-low');
    await shop.graphql('query Q { shop { id } }');
    expect([low(), lines]).toEqual([[], []]);
    await shop.graphql('query Q { shop { id } }');
    const numbers = { shop: 'acme.myshopify.com', available: 400, maximumAvailable: 2_000, restoreRate: 100 };
    expect(low()).toEqual([{ type: 'bucket-low', ...numbers }]);
    expect(lines).toEqual([{ fields: numbers, message: expect.stringContaining('400 of 2000 points left') }]);
    expect(lines[0]?.message).toContain('100 are restored per second');
    await shop.graphql('query Q { shop { id } }');
    await shop.graphql('query Q { shop { id } }');
    await clock.advance(59_000);
    await shop.graphql('query Q { shop { id } }');
    expect(lines).toHaveLength(1);
    await clock.advance(1_000);
    await shop.graphql('query Q { shop { id } }');
    expect(lines).toHaveLength(2);
    expect(low()).toMatchObject([{ available: 400 }, { available: 10 }]);
  });

  it('reports nothing if the points are not numbers', async () => {
    const { shop, clock, events } = scriptedShop([
      good({}, { available: Number.NaN, maximum: 2_000 }),
      good({}, { available: -5, maximum: -10 }),
      good({}, { available: 0, maximum: 0 }),
    ]);
    for (let call = 0; call < 3; call += 1) await clock.run(shop.graphql('query Q { shop { id } }'));
    expect(events.filter(({ type }) => type === 'bucket-low')).toEqual([]);
  });
});
