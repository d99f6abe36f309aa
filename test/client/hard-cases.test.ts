import { inspect } from 'node:util';
import {
  AuthenticationError,
  createShopifyClient,
  isShopwrightError,
  type Logger,
  staticToken,
  type TokenSource,
  type Transport,
} from 'shopwright';
import { describe, expect, it } from 'vitest';
import { good, rejection, type Step, scriptedShop, status, throttled, token } from './scripted-shop.ts';

const query = 'query Q { shop { name } }';
const cancel = 'mutation Cancel { orderCancel(orderId: "1") { job { id } userErrors { field message } } }';
const json =
  (value: unknown): Step =>
  () =>
    Response.json(value);
const transport = (send: Transport['send']): { transport: Transport } => ({ transport: { name: 'odd', send } });

describe('a transport of the host', () => {
  it('that throws leaves the outcome of a mutation unknown, without quoting what it threw', async () => {
    const { shop, clock } = scriptedShop(
      [],
      transport(() => Promise.reject(new Error(`with ${token}`))),
    );
    const error = await clock.run(rejection(shop.graphql(cancel)));
    expect(isShopwrightError(error, 'OUTCOME_UNKNOWN') && isShopwrightError(error.cause, 'NETWORK_ERROR')).toBe(true);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(token);
  });

  it('that ignores its signal delays neither the call nor its permit', async () => {
    const { shop, clock } = scriptedShop([], {
      ...transport(() => new Promise(() => undefined)),
      timeoutMs: 1000,
      retry: { maxRetries: 0 },
    });
    expect(isShopwrightError(await clock.run(rejection(shop.graphql(query))), 'TIMEOUT', 'DEADLINE_EXCEEDED')).toBe(
      true,
    );
    expect(shop.status().limiter).toMatchObject({ inFlight: 0 });
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['connect', 2],
    ['read', 1],
  ])('whose connection ends with EHOSTUNREACH on %s: a mutation is sent %i times', async (syscall, times) => {
    let sends = 0;
    const fetch = (): Promise<Response> => {
      sends += 1;
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'EHOSTUNREACH', syscall }) });
    };
    const { shop, clock } = scriptedShop([], { fetch, retry: { maxRetries: 1 } });
    await clock.run(rejection(shop.graphql(cancel)));
    expect(sends).toBe(times);
  });
});

describe('a token source', () => {
  const source = (get: TokenSource['get'], invalidate: TokenSource['invalidate'] = () => Promise.resolve(false)) => ({
    accessToken: undefined,
    auth: { get, invalidate },
  });

  it('that hangs ends with the attempt, the deadline or the abort, whichever comes first', async () => {
    const { shop, clock } = scriptedShop(
      [good()],
      source(() => new Promise(() => undefined)),
    );
    const late = await clock.run(rejection(shop.graphql(query, {}, { timeoutMs: 1000 })));
    expect(late).toMatchObject({ code: 'TIMEOUT', mayHaveExecuted: false, attempts: 0 });
    const over = await clock.run(rejection(shop.graphql(query, {}, { deadlineMs: 500 })));
    expect(over).toMatchObject({ code: 'DEADLINE_EXCEEDED', mayHaveExecuted: false });
    const controller = new AbortController();
    const aborted = rejection(shop.graphql(query, {}, { signal: controller.signal }));
    await clock.advance(10);
    controller.abort('left');
    expect(await aborted).toBe('left');
    expect(shop.status().limiter).toMatchObject({ inFlight: 0, reserved: 0 });
  });

  it('that is slow uses up the time of the call', async () => {
    const get = (): Promise<string> => new Promise((resolve) => clock.setTimer(() => resolve('t'), 1900));
    const hang = transport(() => new Promise(() => undefined));
    const { shop, clock } = scriptedShop([], { ...source(get), ...hang });
    await clock.run(rejection(shop.graphql(query, {}, { deadlineMs: 2000 })));
    expect(clock.monotonic()).toBe(2000);
  });

  it.each([
    ['throws', () => Promise.reject(new RangeError(`no ${token}`)), /failed for acme\.myshopify\.com with RangeError/],
    ['returns an invalid token', () => Promise.resolve('two words'), /no usable access token/],
    ['returns nothing', () => Promise.resolve(undefined as never), /no usable access token/],
  ])('that %s causes an AuthenticationError', async (_name, get, message) => {
    const { shop, clock, sent } = scriptedShop([good()], source(get));
    const error = await clock.run(rejection(shop.graphql(query)));
    expect(isShopwrightError(error, 'AUTHENTICATION_FAILED') && error.message).toMatch(message);
    expect(inspect(error, { depth: 9 })).not.toContain(token);
    expect(sent).toHaveLength(0);
  });

  it('keeps its own typed error', async () => {
    const own = new AuthenticationError('log in again');
    const { shop, clock } = scriptedShop(
      [good()],
      source(() => Promise.reject(own)),
    );
    expect(await clock.run(rejection(shop.graphql(query)))).toBe(own);
  });

  it('that has a token in memory is used without waiting', async () => {
    const get = (): never => {
      throw new Error('asked for');
    };
    const auth = { ...staticToken('unused'), get, peek: () => 'at-hand' };
    const { shop, clock, sent } = scriptedShop([good()], { accessToken: undefined, auth });
    await clock.run(shop.graphql(query));
    expect(sent[0]?.headers.get('x-shopify-access-token')).toBe('at-hand');
  });

  it.each([[undefined], ['has spaces']])('whose peek returns %j is asked with get', async (ready) => {
    const auth = { ...staticToken('asked-for'), peek: () => ready };
    const { shop, clock, sent } = scriptedShop([good()], { accessToken: undefined, auth });
    await clock.run(shop.graphql(query));
    expect(sent[0]?.headers.get('x-shopify-access-token')).toBe('asked-for');
  });

  it('whose peek throws stops the call, without quoting what it threw', async () => {
    const peek = (): never => {
      throw new Error('secret');
    };
    const auth = { ...staticToken('unused'), peek };
    const { shop, clock, sent } = scriptedShop([good()], { accessToken: undefined, auth });
    const error = await clock.run(rejection(shop.graphql(query)));
    expect(isShopwrightError(error, 'AUTHENTICATION_FAILED') && error.message).toMatch(
      /token source failed .* with Error/,
    );
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(sent).toHaveLength(0);
  });

  it('that fails to invalidate leaves the refusal, with its own failure added', async () => {
    const { shop, clock } = scriptedShop(
      [status(401)],
      source(
        () => Promise.resolve('t'),
        () => Promise.reject(new Error('db down')),
      ),
    );
    const error = await clock.run(rejection(shop.graphql(query)));
    expect(isShopwrightError(error, 'AUTHENTICATION_FAILED') && error.message).toMatch(
      /refused the access token.*token source failed/,
    );
  });
});

describe('a contradictory response', () => {
  it("with an internal error instead of a mutation's data has an unknown outcome", async () => {
    const step = json({
      data: { orderCancel: null },
      errors: [{ message: 'broke', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    const { shop, clock, sent } = scriptedShop([step]);
    expect(isShopwrightError(await clock.run(rejection(shop.graphql(cancel))), 'OUTCOME_UNKNOWN')).toBe(true);
    expect(sent).toHaveLength(1);
  });

  it('with an internal error beside good data keeps the data', async () => {
    const step = json({
      data: { shop: { name: 'Acme' }, b: null },
      errors: [{ message: 'broke', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    const { shop, clock, sent } = scriptedShop([step]);
    const error = await clock.run(rejection(shop.graphql(query)));
    expect(isShopwrightError(error, 'GRAPHQL_ERROR') && error.data).toMatchObject({ shop: { name: 'Acme' } });
    expect(sent).toHaveLength(1);
  });

  it('with THROTTLED beside data of a mutation is not sent again', async () => {
    const step = json({
      data: { orderCancel: { job: { id: '1' } } },
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
    });
    const { shop, clock, sent } = scriptedShop([step]);
    expect(isShopwrightError(await clock.run(rejection(shop.graphql(cancel))), 'OUTCOME_UNKNOWN')).toBe(true);
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['a field that is text', { field: 'title', message: 'bad' }, /input: bad/],
    ['no message', { field: ['a', 0] }, /a\.0: no message was selected/],
    ['nothing', null, /input: no message/],
    ['a token in it', { message: `echo ${token}`, field: null }, /echo \[redacted\]/],
  ])('with a user error that has %s is an ordinary refusal', async (_name, entry, message) => {
    const { shop, clock } = scriptedShop([json({ data: { orderCancel: { userErrors: [entry] } } })]);
    const error = await clock.run(rejection(shop.graphql(cancel)));
    expect(isShopwrightError(error, 'USER_ERROR') && error.message).toMatch(message);
    expect(JSON.stringify(error)).not.toContain(token);
  });
});

describe('secrets', () => {
  it('of any form are removed from what a server repeats', async () => {
    const odd = 'odd.token/of+another=shape';
    const { shop, clock } = scriptedShop([status(400, JSON.stringify({ errors: `bad ${odd}` }))], { accessToken: odd });
    const error = await clock.run(rejection(shop.graphql(query)));
    expect(isShopwrightError(error) && error.message).toContain('[redacted]');
    expect(inspect(error, { showHidden: true, depth: 20 })).not.toContain(odd);
  });

  it('are not visible in the client itself', () => {
    expect(
      inspect(createShopifyClient({ shop: 'acme', accessToken: token, isolated: true }), {
        showHidden: true,
        depth: 20,
      }),
    ).not.toContain(token);
  });
});

describe('a faulty value from the host', () => {
  it('such as a logger that throws does not lose the result of a mutation', async () => {
    const fail = (): never => {
      throw new Error('logger');
    };
    const logger: Logger = { debug: fail, info: fail, warn: fail, error: fail };
    const step = (): Response =>
      Response.json({ data: { orderCancel: { userErrors: [] } } }, { headers: { 'x-shopify-api-version': '2026-01' } });
    const { shop, clock } = scriptedShop([step], { logger, telemetry: fail });
    await expect(clock.run(shop.graphql(cancel))).resolves.toMatchObject({ attempts: 1 });
  });

  it.each([
    [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ deadlineMs: Number.NaN }, 'deadlineMs'],
    [{ cost: -1 }, 'cost'],
    [{ retry: { maxRetries: Number.NaN } }, 'retry.maxRetries'],
    [{ headers: { 'x-a': 'line\nbreak' } }, 'headers["x-a"]'],
    [{ headers: { 'no name': 'x' } }, 'headers["no name"]'],
  ])('such as the options %o is refused before anything is sent', async (options, field) => {
    const { shop, clock, sent } = scriptedShop([good()]);
    const error = await clock.run(rejection(shop.graphql(query, {}, options)));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.issues[0]?.field).toBe(field);
    expect(sent).toHaveLength(0);
  });

  it.each([
    [{ breaker: { trials: 1.5 } }, 'breaker.trials'],
    [{ breaker: { operations: 0 } }, 'breaker.operations'],
    [{ retry: { maxDelayMs: -1 } }, 'retry.maxDelayMs'],
    [{ origin: 'http://127.0.0.1/#x' }, 'origin'],
    [{ accessToken: 'shpat_…' }, 'accessToken'],
  ])('such as the client option %o is refused, naming %s', (options, field) => {
    expect(() => createShopifyClient({ shop: 'acme', accessToken: token, ...options })).toThrow(field);
  });
});

describe('the cost of an operation', () => {
  it("is not learned from the caller's own number", async () => {
    const { shop, clock, events } = scriptedShop([good({}, { requested: 100 })]);
    await clock.run(shop.graphql(query, {}, { cost: 1 }));
    await clock.run(shop.graphql(query));
    expect(events.filter(({ type }) => type === 'permit').at(-1)).toMatchObject({ cost: expect.any(Number) });
    const last = events.filter((event) => event.type === 'permit').at(-1);
    expect(last?.type === 'permit' && last.cost).toBeLessThanOrEqual(100);
  });

  it('learned from a small page never refuses a large one', async () => {
    const pages = 'query Pages($n: Int!) { products(first: $n) { nodes { id } } }';
    const { shop, clock, sent } = scriptedShop([good({}, { requested: 400 })]);
    await clock.run(shop.graphql(pages, { n: 1 }));
    await clock.run(shop.graphql(pages, { n: 250 }));
    expect(sent).toHaveLength(2);
  });

  it('above the limit of a query is refused at once, with the most expensive field', async () => {
    const deep =
      'query Deep { products(first: 250) { nodes { variants(first: 250) { nodes { metafields(first: 250) { nodes { id } } } } } } }';
    const { shop, clock, sent } = scriptedShop([good()]);
    const error = await clock.run(rejection(shop.graphql(deep)));
    expect(error).toMatchObject({ code: 'MAX_COST_EXCEEDED', maxCost: 1000 });
    expect((error as Error).message).toMatch(/most expensive field is products/);
    expect(sent).toHaveLength(0);
    await clock.run(shop.graphql(deep, {}, { cost: 900 }));
    expect(sent).toHaveLength(1);
  });
});

describe('a failure that lasts', () => {
  it('is not retried without a pause when Retry-After is 0', async () => {
    const { shop, clock, sent } = scriptedShop([status(429, '{}', { 'retry-after': '0' })]);
    await clock.run(rejection(shop.graphql(query)));
    expect(sent.at(-1)?.at).toBeGreaterThan(0);
  });

  it('opens the breaker even if deadlines are shorter than time-outs', async () => {
    const { shop, clock } = scriptedShop([() => new Promise(() => undefined)], {});
    for (const name of ['A', 'B', 'C', 'D', 'E']) {
      await clock.run(rejection(shop.graphql(`query ${name} { shop { id } }`, {}, { deadlineMs: 6000 })));
    }
    expect(shop.status().breaker).toBe('open');
  });

  it('that is throttling to the end stays that error', async () => {
    const { shop, clock } = scriptedShop([throttled({ requested: 5, available: 1 })], { retry: { maxRetries: 1 } });
    expect(await clock.run(rejection(shop.graphql(query, {}, { cost: 5 })))).toMatchObject({ code: 'THROTTLED' });
  });
});

describe('calls of one operation that wait for points', () => {
  it('reserve the cost learned from the first response, even if they queued before it', async () => {
    const { shop, clock, events } = scriptedShop([good(undefined, { requested: 30 })]);
    await clock.run(Promise.all([1, 2, 3].map(() => shop.graphql(query))));
    expect(events.flatMap((event) => (event.type === 'permit' ? [event.cost] : []))).toEqual([1, 30, 30]);
  });
});

describe('an abort between the permit and the send', () => {
  it('sends nothing, and returns the points', async () => {
    const controller = new AbortController();
    const { shop, clock, sent } = scriptedShop([good()], {
      telemetry: (event) => {
        if (event.type === 'permit') controller.abort('enough');
      },
    });
    const aborted = shop.graphql(query, {}, { signal: controller.signal });
    await clock.run(expect(aborted).rejects.toBe('enough'));
    expect(sent).toHaveLength(0);
    expect(shop.status().limiter).toMatchObject({ inFlight: 0, reserved: 0, available: 1000 });
    await clock.run(shop.graphql(query));
    expect(sent).toHaveLength(1);
  });
});
