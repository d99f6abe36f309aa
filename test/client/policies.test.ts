import { createAdminApiClient } from '@shopify/admin-api-client';
import { bulkhead, wrap } from 'cockatiel';
import ky from 'ky';
import { CircuitOpenError, isShopwrightError, NetworkError } from 'shopwright';
import { type Idempotency, type ShopifyRetryOptions, shopifyBreaker, shopifyRetry } from 'shopwright/resilience';
import { createManualClock, type ManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { broken, good, rejection, type Step, scriptedShop, status, throttled, token } from './scripted-shop.ts';

const url = 'https://acme.myshopify.com/admin/api/2026-10/graphql.json';
const query = 'query Q { shop { name } }';
const cancel = 'mutation Cancel($input: ID!) { orderCancel(orderId: $input) { job { id } userErrors { message } } }';
const refund =
  'mutation Refund($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) { userErrors { message } } }';

/** A `fetch` that responds step by step; the last step repeats. */
function scripted(steps: readonly Step[]): { fetch: typeof fetch; clock: ManualClock; at: number[] } {
  const clock = createManualClock();
  const at: number[] = [];
  const serve: typeof fetch = async (input, init) => {
    const step = steps[Math.min(at.length, steps.length - 1)];
    at.push(clock.monotonic());
    if (!step) throw new Error('no step');
    return step(new Request(input, init));
  };
  return { fetch: serve, clock, at };
}

const post = (send: typeof fetch, signal?: AbortSignal): Promise<Response> =>
  send(url, { method: 'POST', body: '{}', ...(signal && { signal }) });

const failures: readonly (readonly [name: string, step: Step])[] = [
  ['THROTTLED', throttled({ requested: 60, available: 10 })],
  ['429 with Retry-After', status(429, '{}', { 'retry-after': '2.0' })],
  ['429 without', status(429)],
  ['429 with a Retry-After of a day', status(429, '{}', { 'retry-after': '86400' })],
  ['a charge for a throttled call', throttled({ requested: 60, available: 10, actual: 10 })],
  ['429 with a payload', status(429, '{"data":{"orderCancel":{"job":{"id":"1"}}}}')],
  ['429 with a charge', status(429, '{"errors":"slow","extensions":{"cost":{"actualQueryCost":"10"}}}')],
  ['a 409', status(409)],
  ['a 460', status(460)],
  ['a 503', status(503)],
  ['a 500 with Retry-After', status(500, '{}', { 'retry-after': '7' })],
  ['a 501', status(501)],
  ['a 400', status(400)],
  ['a 402', status(402)],
  ['a 403', status(403)],
  ['a 404', status(404)],
  ['a 408', status(408)],
  ['an HTML page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
  ['a truncated response', () => new Response('{"data":{"shop"', { headers: { 'content-type': 'application/json' } })],
  ['an error without a code', () => Response.json({ errors: [{ message: 'Timeout' }] })],
  [
    'an internal error',
    () => Response.json({ errors: [{ message: 'x', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }),
  ],
  ['a denied scope', () => Response.json({ errors: [{ message: 'x', extensions: { code: 'ACCESS_DENIED' } }] })],
  [
    'a query that costs too much',
    () => Response.json({ errors: [{ message: 'x', extensions: { code: 'MAX_COST_EXCEEDED' } }] }),
  ],
  ['a refused connection', broken('ECONNREFUSED')],
  ['an unknown host', broken('ENOTFOUND')],
  ['a blocked port', () => Promise.reject(new TypeError('fetch failed', { cause: new Error('bad port') }))],
  ['a reset', broken('ECONNRESET')],
  ['a lost socket', broken('UND_ERR_SOCKET')],
];
const calls: readonly (readonly [Idempotency, document: string, variables: object])[] = [
  ['idempotent', query, {}],
  ['keyed', refund, { input: {}, key: 'k-1' }],
  ['unsafe', cancel, { input: 'x' }],
];
const table = failures.flatMap(([name, step]) =>
  calls.map(([idempotency, document, variables]) => ({ name, idempotency, step, document, variables })),
);

describe('a client and shopifyRetry() decide the same', () => {
  it.each(table)('after $name, if the call is $idempotency', async ({ name, step, document, variables }) => {
    const retry = { maxRetries: 3, maxThrottledMs: 20_000 };
    const client = scriptedShop([step, step, good()], { retry });
    await client.clock.run(client.shop.graphql(document, variables).catch(() => undefined));

    const { fetch, clock, at } = scripted([step, step, good()]);
    const policy = shopifyRetry({ ...retry, document, variables, clock });
    await clock.run(policy.execute(() => post(fetch)).catch(() => undefined));

    expect(at).toHaveLength(client.sent.length);
    // Apart from the jitter, whose first steps are short, the waits are the same too.
    const gaps = (times: readonly number[]): number[] =>
      times.slice(1).map((time, index) => Math.floor((time - (times[index] ?? 0)) / 1000));
    if (/with Retry-After/.test(name)) expect(gaps(at)).toEqual(gaps(client.sent.map(({ at }) => at)));
  });
});

describe('shopifyRetry()', () => {
  it('waits as the response says, and reports each retry', async () => {
    const { fetch, clock, at } = scripted([
      status(429, '{}', { 'retry-after': '2.0' }),
      throttled({ requested: 510, available: 10 }),
      status(503),
      good(),
    ]);
    const policy = shopifyRetry({ idempotency: 'idempotent', clock });
    const retries: unknown[] = [];
    policy.onRetry((event) => retries.push([event.attempt, event.errorCode]));
    const response = await clock.run(policy.execute(() => post(fetch)));
    expect(await response.json()).toMatchObject({ data: { shop: { name: 'Acme' } } });
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(2000);
    expect((at[2] ?? 0) - (at[1] ?? 0)).toBeGreaterThanOrEqual(5000);
    expect(retries).toEqual([
      [1, 'THROTTLED'],
      [2, 'THROTTLED'],
      [3, 'HTTP_ERROR'],
    ]);
  });

  it('returns the last response, or throws the last error, unchanged', async () => {
    const { fetch, clock } = scripted([status(503)]);
    const response = await clock.run(shopifyRetry({ idempotency: 'idempotent', clock }).execute(() => post(fetch)));
    expect([response.status, await response.text()]).toEqual([503, '{"errors":"said by Shopify"}']);
    const lost = new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) });
    expect(await rejection(shopifyRetry({ clock }).execute(() => Promise.reject(lost)))).toBe(lost);
  });

  it('treats a call without a document or idempotency as unsafe', async () => {
    const { fetch, clock, at } = scripted([status(500)]);
    await clock.run(shopifyRetry({ clock }).execute(() => post(fetch)));
    expect(at).toHaveLength(1);
  });

  it.each([
    ['idempotent, for a query', query, {}, 6],
    ['keyed, with a key', refund, { input: {}, key: 'k' }, 6],
    ['unsafe, without a key', refund, { input: {} }, 1],
    ['unsafe', cancel, { input: 'x' }, 1],
  ])('derives the idempotency from a document: %s', async (_name, document, variables, sends) => {
    const { fetch, clock, at } = scripted([status(500)]);
    await clock.run(shopifyRetry({ document, variables, clock }).execute(() => post(fetch)));
    expect(at).toHaveLength(sends);
  });

  it('ends a wait at an abort, with its reason, and sends nothing afterwards', async () => {
    const { fetch, clock, at } = scripted([status(429, '{}', { 'retry-after': '20' })]);
    const controller = new AbortController();
    const call = rejection(shopifyRetry({ clock }).execute(({ signal }) => post(fetch, signal), controller.signal));
    await clock.advance(1000);
    controller.abort('left');
    expect(await call).toBe('left');
    expect(clock.pending).toBe(0);
    const before = shopifyRetry({ clock }).execute(() => post(fetch), AbortSignal.abort('early'));
    expect(await rejection(before)).toBe('early');
    expect(at).toHaveLength(1);
  });

  it('does not repeat errors unrelated to Shopify', async () => {
    for (const error of [
      new TypeError('shop.titel is not a function'),
      Object.assign(new Error('duplicate key'), { code: '23505' }),
      new DOMException('aborted', 'AbortError'),
      'a text',
    ]) {
      let runs = 0;
      const work = (): never => {
        runs += 1;
        throw error;
      };
      expect(await rejection(shopifyRetry({ idempotency: 'idempotent' }).execute(work))).toBe(error);
      expect(runs).toBe(1);
    }
  });

  it.each<[string, ShopifyRetryOptions & Record<string, unknown>, RegExp]>([
    ['an unknown name', { maxRetires: 3 }, /maxRetires: is not an option\. Did you mean maxRetries/],
    ['a number out of range', { maxDelayMs: -1 }, /maxDelayMs: must be a number, 0 or more/],
    ['an unknown idempotency', { idempotency: 'safe' as never }, /idempotency: must be one of idempotent/],
    ['variables without a document', { variables: {} }, /variables: have no effect without the document/],
  ])('refuses %s', (_name, options, message) => {
    expect(() => shopifyRetry(options)).toThrow(message);
  });

  it('sends nothing for an invalid document', async () => {
    const { fetch, at } = scripted([good()]);
    const error = await rejection(shopifyRetry({ document: 'query {' }).execute(() => post(fetch)));
    expect(isShopwrightError(error, 'VALIDATION_FAILED')).toBe(true);
    expect(at).toHaveLength(0);
  });
});

/** Errors and results in the form of other clients. */
describe('shopifyRetry() around other clients', () => {
  const adminClient = (customFetchApi: typeof fetch) =>
    createAdminApiClient({
      storeDomain: 'acme.myshopify.com',
      // It warns of each version that it does not consider current on the day.
      apiVersion: 'unstable',
      accessToken: token,
      customFetchApi: (address, init) => customFetchApi(address, init as RequestInit),
    });

  it.each<[string, Step, Idempotency, sends: number]>([
    ['THROTTLED', throttled({ requested: 20, available: 10 }), 'unsafe', 3],
    ['429', status(429, '{}', { 'retry-after': '1.0' }), 'unsafe', 3],
    ['a 502', status(502), 'idempotent', 3],
    ['a 502', status(502), 'unsafe', 1],
    ['a broken connection', broken('ECONNRESET'), 'keyed', 3],
    ['a broken connection', broken('ECONNRESET'), 'unsafe', 1],
    [
      'a truncated response',
      () => new Response('{"da', { headers: { 'content-type': 'application/json' } }),
      'idempotent',
      3,
    ],
    [
      'a truncated response',
      () => new Response('{"da', { headers: { 'content-type': 'application/json' } }),
      'unsafe',
      1,
    ],
    [
      'a refusal',
      () => Response.json({ errors: [{ message: 'x', extensions: { code: 'ACCESS_DENIED' } }] }),
      'idempotent',
      1,
    ],
    ['a 404', status(404), 'idempotent', 1],
  ])('@shopify/admin-api-client, after %s', async (_name, step, idempotency, sends) => {
    const { fetch, clock, at } = scripted([step, step, good()]);
    const client = adminClient(fetch);
    const policy = shopifyRetry({ idempotency, clock });
    const result = await clock.run(policy.execute(() => client.request(query)));
    expect(at).toHaveLength(sends);
    expect(result.errors === undefined).toBe(sends === 3);
    const response = scripted([step, step, good()]);
    await response.clock
      .run(shopifyRetry({ idempotency, clock: response.clock }).execute(() => adminClient(response.fetch).fetch(query)))
      .catch(() => undefined);
    expect(response.at).toHaveLength(sends);
  });

  const limited = { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] };
  const graphQL = (body: object, headers?: unknown) => ({ ...body, ...(headers !== undefined && { headers }) });
  const failed = (response: unknown, more: object = {}) => Object.assign(new Error('failed'), { response, ...more });
  const timedOut = new DOMException('signal timed out', 'TimeoutError');

  it.each<[what: string, outcome: unknown, idempotency: Idempotency, seconds: number | 'some' | 'none']>([
    ['a body with GraphQL errors', graphQL(limited), 'unsafe', 'some'],
    ['a body with data', { data: { shop: {} } }, 'unsafe', 'none'],
    ['a text', 'done', 'idempotent', 'none'],
    ['a result without a status', { errors: { message: 'fetch failed' } }, 'idempotent', 'some'],
    ['a result without a status', { errors: { message: 'fetch failed' } }, 'unsafe', 'none'],
    ['a result without a response', { errors: { networkStatusCode: 503, message: 'x' } }, 'idempotent', 'some'],
    ['a time-out of fetch', timedOut, 'idempotent', 'some'],
    ['a time-out of fetch', timedOut, 'unsafe', 'none'],
    ['an error with headers in a list', failed({ status: 429, headers: { 'Retry-After': ['4'] } }), 'unsafe', 4],
    ['an error with headers beside it', failed({ code: 429 }, { headers: { 'retry-after': 5 } }), 'unsafe', 5],
    [
      'an error with a header that is null',
      failed({ statusCode: 429, headers: { 'retry-after': null } }),
      'unsafe',
      'some',
    ],
    ['an error without headers', failed({ statusCode: 503 }), 'idempotent', 'some'],
    ['an error without a status', failed({ status: 'bad' }), 'idempotent', 'none'],
    ['an HTML page as a good response', () => new Response(' <html>'), 'idempotent', 'some'],
    ['a good response that is not JSON', () => new Response('done'), 'idempotent', 'none'],
    ['a good response without a body', () => new Response(null, { status: 204 }), 'idempotent', 'none'],
    [
      'a good response without a type',
      () => new Response(new TextEncoder().encode(JSON.stringify(limited))),
      'idempotent',
      'none',
    ],
  ])('recognizes %s', async (_what, outcome, idempotency, seconds) => {
    const clock = createManualClock();
    const policy = shopifyRetry({ idempotency, clock });
    const delays: number[] = [];
    policy.onRetry(({ delayMs }) => void delays.push(delayMs));
    let calls = 0;
    const work = async (): Promise<unknown> => {
      calls += 1;
      if (calls > 1) return { data: {} };
      if (outcome instanceof Error) throw outcome;
      return typeof outcome === 'function' ? outcome() : outcome;
    };
    await clock.run(policy.execute(work).catch(() => undefined));
    expect(calls).toBe(seconds === 'none' ? 1 : 2);
    // The wait named in a header, plus a little jitter.
    if (typeof seconds === 'number') expect(delays.map((ms) => Math.floor(ms / 1000))).toEqual([seconds]);
  });

  it('treats a good response whose body was already read as a success, and a bad one by its status', async () => {
    const { fetch, clock, at } = scripted([status(503), good()]);
    const policy = shopifyRetry({ idempotency: 'idempotent', clock });
    const read = async (): Promise<Response> => {
      const response = await post(fetch);
      await response.text();
      return response;
    };
    expect((await clock.run(policy.execute(read))).ok).toBe(true);
    expect(at).toHaveLength(2);
  });

  it('treats a body with data as a success if it knows the document, and sends it once', async () => {
    const clock = createManualClock();
    const policy = shopifyRetry({ document: query, clock });
    let calls = 0;
    const result = await clock.run(
      policy.execute(async () => {
        calls += 1;
        return { data: { shop: { name: 'Acme' } } };
      }),
    );
    expect([calls, result]).toEqual([1, { data: { shop: { name: 'Acme' } } }]);
  });

  it('@shopify/admin-api-client with the policy in its fetch: recognizes what was never sent', async () => {
    const { fetch, clock, at } = scripted([broken('ECONNREFUSED'), broken('ECONNREFUSED'), good()]);
    const policy = shopifyRetry({ clock });
    const client = adminClient((address, init) => policy.execute(() => fetch(address, init)));
    await expect(clock.run(client.request(cancel, { variables: { input: 'x' } }))).resolves.toHaveProperty('data');
    expect(at).toHaveLength(3);
  });

  it.each<[string, Step, Idempotency, sends: number]>([
    ['a 503', status(503, '{}', { 'retry-after': '3' }), 'idempotent', 3],
    ['a 503', status(503), 'unsafe', 1],
    ['a 429', status(429), 'unsafe', 3],
    ['a reset', broken('ECONNRESET'), 'idempotent', 3],
    ['a refused connection', broken('ECONNREFUSED'), 'unsafe', 3],
  ])('ky, after %s', async (_name, step, idempotency, sends) => {
    const { fetch, clock, at } = scripted([step, step, good()]);
    const work = (): Promise<unknown> => ky.post(url, { fetch, retry: 0, json: {} }).json();
    await clock.run(shopifyRetry({ idempotency, clock }).execute(work)).catch(() => undefined);
    expect(at).toHaveLength(sends);
  });

  /** As created by `@shopify/shopify-api`. */
  const apiError = (name: string, fields: object): Error => {
    const named = { [name]: class extends Error {} }[name] ?? Error;
    return Object.assign(new named('from shopify-api'), fields);
  };
  const headers = { 'Retry-After': ['2.0'], 'X-Request-Id': ['r-1'] };
  const graphQLErrors = [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }];

  it.each<[string, Error, Idempotency, delayMs: number | undefined]>([
    [
      'HttpThrottlingError',
      apiError('HttpThrottlingError', { response: { code: 429, headers, retryAfter: 2 } }),
      'unsafe',
      2000,
    ],
    ['HttpInternalError', apiError('HttpInternalError', { response: { code: 500, headers } }), 'idempotent', 2000],
    ['HttpInternalError', apiError('HttpInternalError', { response: { code: 500, headers } }), 'unsafe', undefined],
    ['HttpResponseError', apiError('HttpResponseError', { response: { code: 422, headers } }), 'idempotent', undefined],
    ['HttpRequestError', apiError('HttpRequestError', {}), 'idempotent', 0],
    ['HttpRequestError', apiError('HttpRequestError', {}), 'unsafe', undefined],
    [
      'GraphqlQueryError',
      apiError('GraphqlQueryError', {
        response: new Response('', { status: 200 }),
        body: { errors: { networkStatusCode: 200, graphQLErrors } },
        headers: {},
      }),
      'unsafe',
      1000,
    ],
  ])('@shopify/shopify-api, %s, %s', async (_name, error, idempotency, delayMs) => {
    const clock = createManualClock();
    let runs = 0;
    const work = (): string => {
      runs += 1;
      if (runs === 1) throw error;
      return 'done';
    };
    const outcome = clock.run(shopifyRetry({ idempotency, clock }).execute(work));
    if (delayMs === undefined) expect(await rejection(outcome)).toBe(error);
    else expect(await outcome).toBe('done');
    expect(clock.monotonic()).toBeGreaterThanOrEqual(delayMs ?? 0);
    expect(runs).toBe(delayMs === undefined ? 1 : 2);
  });
});

describe('shopifyBreaker()', () => {
  it('opens after five failed responses in a row, tries again later, and closes', async () => {
    const { fetch, clock, at } = scripted([...Array.from({ length: 5 }, () => status(503)), good()]);
    const breaker = shopifyBreaker({ shop: 'acme', clock });
    const states: string[] = [];
    breaker.onStateChange((state) => states.push(state));
    for (let i = 0; i < 5; i += 1) expect((await breaker.execute(() => post(fetch))).status).toBe(503);
    expect(breaker.state).toBe('open');
    const error = await rejection(breaker.execute(() => post(fetch)));
    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(error).toMatchObject({ shop: 'acme.myshopify.com', retryAfterMs: 300_000 });
    expect(at).toHaveLength(5);
    await clock.advance(300_000);
    for (let i = 0; i < 3; i += 1) await breaker.execute(() => post(fetch));
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it.each([
    ['throttling', status(429)],
    ['a refusal', status(404)],
    ['a good response', good()],
  ])('treats %s as a healthy response', async (_name, step) => {
    const failing = Array.from({ length: 4 }, () => status(503));
    const { fetch, clock } = scripted([...failing, step, ...failing, step]);
    const breaker = shopifyBreaker({ shop: 'acme', clock });
    for (let i = 0; i < 10; i += 1) await breaker.execute(() => post(fetch));
    expect(breaker.state).toBe('closed');
  });

  it('ignores errors of the host', async () => {
    const breaker = shopifyBreaker({ shop: 'acme', failures: 1 });
    await rejection(breaker.execute(() => Promise.reject(new RangeError('own'))));
    expect(breaker.state).toBe('closed');
    await rejection(breaker.execute(() => Promise.reject(new NetworkError('x', { mayHaveExecuted: true }))));
    expect(breaker.state).toBe('open');
  });

  it('refuses unknown options', () => {
    expect(() => shopifyBreaker({ shop: 'no domain!' })).toThrow(/shop:/);
    expect(() => shopifyBreaker({ shop: 'acme', trials: 0 })).toThrow(/trials: must be a whole number/);
    expect(() => shopifyBreaker({ shop: 'acme', operations: 2 } as never)).toThrow(/operations: is not an option/);
  });
});

describe('both policies in cockatiel’s wrap()', () => {
  it('stop retrying once the breaker is open, and work beside other policies', async () => {
    const { fetch, clock, at } = scripted([status(503)]);
    const breaker = shopifyBreaker({ shop: 'acme', clock, failures: 3 });
    const policy = wrap(shopifyRetry({ idempotency: 'idempotent', clock }), bulkhead(5), breaker);
    const failed: boolean[] = [];
    policy.onFailure(({ handled }) => failed.push(handled));
    const error = await clock.run(rejection(policy.execute(({ attempt }) => (attempt < 9 ? post(fetch) : undefined))));
    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(at).toHaveLength(3);
    expect(failed).toEqual([true]);
  });

  it('report successes', async () => {
    const { fetch } = scripted([good()]);
    const policy = wrap(shopifyRetry(), shopifyBreaker({ shop: 'acme' }));
    let successes = 0;
    policy.onSuccess(() => {
      successes += 1;
    });
    await policy.execute(() => post(fetch));
    expect(successes).toBe(1);
  });
});
