import { CircuitOpenError, isShopwrightError, NetworkError, type TokenSource } from 'shopwright';
import type { RateLimiter } from 'shopwright/limiter';
import { describe, expect, it } from 'vitest';
import { broken, good, rejection, scriptedShop, silent, status, throttled } from './scripted-shop.ts';

const query = 'query Q { shop { name } }';
const cancel = 'mutation Cancel($input: ID!) { orderCancel(orderId: $input) { job { id } userErrors { message } } }';
const keyedRefund =
  'mutation Refund($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) { userErrors { message } } }';
const productSet =
  'mutation Set($id: ProductSetIdentifiers, $input: ProductSetInput!) { productSet(identifier: $id, input: $input) { userErrors { message } } }';
const refunded = { refundCreate: { userErrors: [] }, orderCancel: { userErrors: [] } };

describe('a query', () => {
  it.each([
    ['a reset', broken('ECONNRESET')],
    ['a 502', status(502)],
    ['an HTML page', status(200, '<html>')],
    ['a truncated response', status(200, '{"data":{"shop"')],
    ['an empty response', status(200, '')],
  ])('is sent again after %s', async (_name, failure) => {
    const { shop, clock, sent } = scriptedShop([failure, good()]);
    const result = await clock.run(shop.graphql(query));
    expect(result.data).toEqual({ shop: { name: 'Acme' } });
    expect(result.attempts).toBe(2);
    expect(sent).toHaveLength(2);
  });

  it('gives up after five retries with the last real error and its attempts', async () => {
    const { shop, clock, sent } = scriptedShop([status(503)]);
    const error = await clock.run(rejection(shop.graphql(query)));
    expect(isShopwrightError(error, 'HTTP_ERROR') && error.status).toBe(503);
    expect(isShopwrightError(error) && error.attempts).toBe(6);
    expect(sent).toHaveLength(6);
  });

  it('waits after THROTTLED until the missing points are restored', async () => {
    const { shop, clock, sent } = scriptedShop([throttled({ requested: 60, available: 10, rate: 100 }), good()]);
    const result = await clock.run(shop.graphql(query));
    const gap = (sent[1]?.at ?? 0) - (sent[0]?.at ?? 0);
    expect(gap).toBeGreaterThanOrEqual(500);
    expect(gap).toBeLessThan(700);
    expect(result.waitedMs).toBeGreaterThanOrEqual(500);
  });

  it('reads Retry-After as decimal seconds', async () => {
    const { shop, clock, sent } = scriptedShop([status(429, '{}', { 'retry-after': '2.0' }), good()]);
    await clock.run(shop.graphql(query));
    expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBeGreaterThanOrEqual(2000);
  });

  it('requests points again with the age of its call', async () => {
    const ages: (number | undefined)[] = [];
    const limiter: RateLimiter = {
      async acquire({ cost, ageMs }) {
        ages.push(ageMs);
        return { cost, waitedMs: 0, settle: () => undefined, refund: () => undefined };
      },
      status: () => undefined,
      close: () => undefined,
    };
    const { shop, clock } = scriptedShop(
      [throttled({ requested: 60, available: 10, rate: 100 }), status(503), good()],
      { limiter },
    );
    const startedAt = clock.monotonic();
    await clock.run(shop.graphql(query));
    const [first, second = 0, third = 0] = ages;
    expect(first).toBeUndefined();
    expect(second).toBeGreaterThanOrEqual(500);
    expect(third).toBeGreaterThan(second);
    expect(third).toBeLessThanOrEqual(clock.monotonic() - startedAt);
  });

  it('throws ThrottledError if it stays throttled', async () => {
    const { shop, clock } = scriptedShop([throttled({ requested: 10, available: 5 })], { retry: { maxRetries: 2 } });
    const error = await clock.run(rejection(shop.graphql(query)));
    expect(isShopwrightError(error, 'THROTTLED')).toBe(true);
  });

  it('is not sent again after a refusal', async () => {
    const { shop, clock, sent } = scriptedShop([status(404)]);
    await clock.run(rejection(shop.graphql(query)));
    expect(sent).toHaveLength(1);
  });
});

describe('a mutation that must not be sent twice', () => {
  it.each([
    ['a reset', broken('ECONNRESET')],
    ['a 500', status(500)],
    ['a truncated response', status(200, '{"data":')],
    ['a time-out', silent],
  ])('ends with OutcomeUnknownError after %s, sent once', async (_name, failure) => {
    const { shop, clock, sent } = scriptedShop([failure, good(refunded)], { timeoutMs: 1000 });
    const error = await clock.run(rejection(shop.graphql(cancel, { input: {} })));
    expect(isShopwrightError(error, 'OUTCOME_UNKNOWN') && error.sentAt).toBe(
      clock.now() - (clock.monotonic() - (sent[0]?.at ?? 0)),
    );
    expect(isShopwrightError(error, 'OUTCOME_UNKNOWN') && isShopwrightError(error.cause)).toBe(true);
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['THROTTLED', throttled({ requested: 11, available: 10 })],
    ['429', status(429)],
    ['a refused connection', broken('ECONNREFUSED')],
    ['an unknown host', broken('ENOTFOUND')],
  ])('is sent again after %s, since nothing was executed', async (_name, failure) => {
    const { shop, clock, sent } = scriptedShop([failure, good(refunded)]);
    await clock.run(shop.graphql(cancel, { input: {} }));
    expect(sent).toHaveLength(2);
  });

  it('is sent again if its caller declares it safe', async () => {
    const { shop, clock, sent } = scriptedShop([broken('ECONNRESET'), good(refunded)]);
    await clock.run(shop.graphql(cancel, { input: {} }, { retry: { idempotency: 'idempotent' } }));
    expect(sent).toHaveLength(2);
  });
});

describe('a mutation with an idempotency key', () => {
  it('is sent again after a lost response, with the same key', async () => {
    const { shop, clock, sent } = scriptedShop([broken('ECONNRESET'), good(refunded)]);
    await clock.run(shop.graphql(keyedRefund, { input: {}, key: 'k-1' }));
    expect(sent.map(({ body }) => JSON.parse(body).variables.key)).toEqual(['k-1', 'k-1']);
  });

  it('ends with OutcomeUnknownError if no send got a response', async () => {
    const { shop, clock, sent } = scriptedShop([broken('ECONNRESET')], { retry: { maxRetries: 2 } });
    const error = await clock.run(rejection(shop.graphql(keyedRefund, { input: {}, key: 'k-1' })));
    expect(isShopwrightError(error, 'OUTCOME_UNKNOWN')).toBe(true);
    expect(sent).toHaveLength(3);
  });

  it('stays unknown if a later send is refused before execution', async () => {
    const { shop, clock } = scriptedShop([broken('ECONNRESET'), broken('ECONNREFUSED')], { retry: { maxRetries: 1 } });
    expect(
      isShopwrightError(
        await clock.run(rejection(shop.graphql(keyedRefund, { input: {}, key: 'k' }))),
        'OUTCOME_UNKNOWN',
      ),
    ).toBe(true);
  });

  it('is settled by user errors of a later send', async () => {
    const refused = good({ refundCreate: { userErrors: [{ message: 'too much', field: ['input'] }] } });
    const { shop, clock } = scriptedShop([broken('ECONNRESET'), refused]);
    const error = await clock.run(rejection(shop.graphql(keyedRefund, { input: {}, key: 'k' })));
    expect(error).toMatchObject({ code: 'USER_ERROR' });
  });
});

describe('productSet', () => {
  it('is sent again if it identifies its product', async () => {
    const { shop, clock, sent } = scriptedShop([broken('ECONNRESET'), good({ productSet: { userErrors: [] } })]);
    await clock.run(shop.graphql(productSet, { id: { handle: 'tee' }, input: {} }));
    expect(sent).toHaveLength(2);
  });

  it('is not sent again without an identifier, since it would create a second product', async () => {
    const { shop, clock, sent } = scriptedShop([broken('ECONNRESET')]);
    await clock.run(rejection(shop.graphql(productSet, { id: null, input: {} })));
    expect(sent).toHaveLength(1);
  });
});

describe('time', () => {
  it('is limited for each attempt separately', async () => {
    const { shop, clock, sent } = scriptedShop([silent, silent, good()], { timeoutMs: 1000 });
    const result = await clock.run(shop.graphql(query));
    expect(result.attempts).toBe(3);
    expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBeGreaterThanOrEqual(1000);
  });

  it('is limited for the whole call by its deadline, waits included', async () => {
    const { shop, clock } = scriptedShop([status(503, '{}', { 'retry-after': '30' })]);
    const error = await clock.run(rejection(shop.graphql(query, {}, { deadlineMs: 10_000 })));
    expect(isShopwrightError(error, 'HTTP_ERROR')).toBe(true);
    expect(clock.monotonic()).toBeLessThan(10_000);
  });

  it('reports a deadline that ends an attempt', async () => {
    const { shop, clock } = scriptedShop([silent]);
    const error = await clock.run(rejection(shop.graphql(query, {}, { deadlineMs: 5000 })));
    expect(isShopwrightError(error, 'TIMEOUT', 'DEADLINE_EXCEEDED') && error.code).toBe('DEADLINE_EXCEEDED');
    expect(clock.monotonic()).toBe(5000);
  });

  it('reports an unknown outcome for a mutation whose deadline passed after the send', async () => {
    const { shop, clock } = scriptedShop([silent]);
    const error = await clock.run(rejection(shop.graphql(cancel, { input: {} }, { deadlineMs: 5000 })));
    expect(isShopwrightError(error, 'OUTCOME_UNKNOWN')).toBe(true);
  });
});

describe('an abort', () => {
  const reason = new Error('the visitor left');

  it('sends nothing if it came before the call', async () => {
    const { shop, sent } = scriptedShop([good()]);
    expect(await rejection(shop.graphql(query, {}, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(sent).toHaveLength(0);
  });

  it('ends a request at once, with its reason', async () => {
    const { shop, clock } = scriptedShop([silent]);
    const controller = new AbortController();
    const call = rejection(shop.graphql(query, {}, { signal: controller.signal }));
    await clock.advance(10);
    controller.abort(reason);
    expect(await call).toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it('ends the wait between two attempts at once, and is not retried', async () => {
    const { shop, clock, sent } = scriptedShop([status(503, '{}', { 'retry-after': '20' })]);
    const controller = new AbortController();
    const call = rejection(shop.graphql(query, {}, { signal: controller.signal }));
    await clock.advance(1000);
    controller.abort(reason);
    expect(await call).toBe(reason);
    expect(clock.pending).toBe(0);
    expect(sent).toHaveLength(1);
  });

  it('ends the wait for points at once', async () => {
    const { shop, clock, sent } = scriptedShop([good({}, { available: 0, rate: 1 })]);
    await clock.run(shop.graphql(query));
    const controller = new AbortController();
    const call = rejection(shop.graphql(query, {}, { signal: controller.signal, cost: 500 }));
    await clock.advance(1000);
    controller.abort(reason);
    expect(await call).toBe(reason);
    expect(sent).toHaveLength(1);
  });
});

describe('the circuit breaker', () => {
  const other = 'query Other { shop { id } }';

  it('opens with the fifth failed response in a row, retries included', async () => {
    const { shop, clock, sent } = scriptedShop([status(503)]);
    const calls = [query, other].map((document) => rejection(shop.graphql(document)));
    for (const error of await clock.run(Promise.all(calls))) expect(error).toMatchObject({ code: 'HTTP_ERROR' });
    expect(shop.status().breaker).toBe('open');
    expect(sent).toHaveLength(5);
    expect(await clock.run(rejection(shop.graphql(query)))).toBeInstanceOf(CircuitOpenError);
    expect(sent).toHaveLength(5);
  });

  it('opens with five failures of calls that are not retried', async () => {
    const { shop, clock, sent } = scriptedShop([status(503)], { retry: { maxRetries: 0 } });
    for (let i = 0; i < 4; i += 1) await clock.run(rejection(shop.graphql(i % 2 ? query : other)));
    expect(shop.status().breaker).toBe('closed');
    await clock.run(rejection(shop.graphql(query)));
    expect(shop.status().breaker).toBe('open');
    expect(await clock.run(rejection(shop.graphql(other)))).toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect(sent).toHaveLength(5);
    await clock.advance(300_000);
    await clock.run(rejection(shop.graphql(query)));
    expect(sent).toHaveLength(6);
  });

  it.each([
    [2, 'closed', 36],
    [1, 'open', 5],
  ])('with operations: %i stays %s if a single operation fails', async (operations, state, sends) => {
    const { shop, clock, sent } = scriptedShop([status(503)], { breaker: { operations } });
    for (let i = 0; i < 6; i += 1) await clock.run(rejection(shop.graphql(query)));
    expect(shop.status().breaker).toBe(state);
    expect(sent).toHaveLength(sends);
  });

  it('starts counting again with each good response', async () => {
    const steps = Array.from({ length: 30 }, (_, i) => (i % 5 === 4 ? good() : status(503)));
    const { shop, clock, sent } = scriptedShop(steps, { breaker: { operations: 1 } });
    for (let i = 0; i < 6; i += 1) await clock.run(shop.graphql(query));
    expect(sent).toHaveLength(30);
    expect(shop.status().breaker).toBe('closed');
  });

  it('ignores refusals and throttling', async () => {
    const { shop, clock } = scriptedShop(
      [status(404), status(403), status(429), throttled({ requested: 2, available: 1 })],
      {
        retry: { maxRetries: 0 },
      },
    );
    for (let i = 0; i < 20; i += 1) await clock.run(rejection(shop.graphql(i % 2 ? query : other)));
    expect(shop.status().breaker).toBe('closed');
  });

  it('lets the call that opened it end with its own error', async () => {
    const { shop, clock } = scriptedShop([status(500)], { breaker: { failures: 1, operations: 1 } });
    expect(isShopwrightError(await clock.run(rejection(shop.graphql(query))), 'HTTP_ERROR')).toBe(true);
  });
});

describe('the token', () => {
  const renewing = (): TokenSource & { asked: number } => ({
    asked: 0,
    get() {
      this.asked += 1;
      return Promise.resolve(`token-${this.asked}`);
    },
    invalidate: () => Promise.resolve(true),
  });

  it('is requested again after a 401, and the call is replayed once', async () => {
    const { shop, clock, sent } = scriptedShop([status(401), good()], { accessToken: undefined, auth: renewing() });
    await clock.run(shop.graphql(query));
    expect(sent.map(({ headers }) => headers.get('x-shopify-access-token'))).toEqual(['token-1', 'token-2']);
  });

  it('ends the call if the new one is refused too', async () => {
    const { shop, clock, sent } = scriptedShop([status(401)], { accessToken: undefined, auth: renewing() });
    expect(isShopwrightError(await clock.run(rejection(shop.graphql(query))), 'AUTHENTICATION_FAILED')).toBe(true);
    expect(sent).toHaveLength(2);
  });

  it('returns the points if there is none', async () => {
    const auth: TokenSource = {
      get: () => Promise.reject(new NetworkError('no token', { mayHaveExecuted: false })),
      invalidate: () => Promise.resolve(false),
    };
    const { shop, clock } = scriptedShop([good()], { accessToken: undefined, auth });
    await clock.run(rejection(shop.graphql(query)));
    expect(shop.status().limiter).toMatchObject({ reserved: 0, inFlight: 0 });
  });
});

describe('a storm of failures', () => {
  it("ends when the shop's retry budget is spent", async () => {
    const { shop, clock, sent } = scriptedShop([status(503)], { breaker: { failures: 1e9 } });
    for (let i = 0; i < 40; i += 1) await clock.run(rejection(shop.graphql(query)));
    expect(sent.length).toBe(40 + 100);
  });
});
