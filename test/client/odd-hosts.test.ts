import { isShopwrightError, staticToken, type TokenSource } from 'shopwright';
import { describe, expect, it } from 'vitest';
import type { CommonOptions } from '../../src/client/options.ts';
import { broken, good, rejection, scriptedShop, status } from './scripted-shop.ts';

const query = 'query Q($first: Int) { products(first: $first) { nodes { id } } }';
const cancel = 'mutation Cancel($id: ID!) { orderCancel(orderId: $id) { job { id } userErrors { message } } }';
const refund = 'mutation Refund($input: RefundInput!) { refundCreate(input: $input) { userErrors { message } } }';

const sentVariables = (sent: readonly { readonly body: string }[]): unknown[] =>
  sent.map(({ body }) => (JSON.parse(body) as { readonly variables?: unknown }).variables);

describe('variables', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const throwing = {
    toJSON() {
      throw new Error('secret');
    },
  };

  it.each([
    ['a bigint', 7n, 'variables.id'],
    ['a circle', circular, 'variables'],
    ['a value that cannot be converted to text', throwing, 'variables'],
  ])('with %s are refused before anything is sent, and leave no unknown outcome', async (_, id, field) => {
    const { shop, clock, sent } = scriptedShop([good()]);
    const error = await clock.run(rejection(shop.graphql(cancel, { id } as object)));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.issues).toMatchObject([{ field }]);
    expect(String(error)).not.toContain('secret');
    expect(sent).toHaveLength(0);
    expect(shop.status().limiter?.inFlight ?? 0).toBe(0);
  });

  it('that are null count as none', async () => {
    const { shop, clock, sent } = scriptedShop([good()]);
    await clock.run(shop.graphql(query, null as unknown as object));
    expect(sentVariables(sent)).toEqual([undefined]);
  });

  it('are sent as they were at the time of the call, however long it waits', async () => {
    const { shop, clock, sent } = scriptedShop([good()]);
    const variables = { first: 0 };
    const calls = [1, 2, 3].map((first) => {
      variables.first = first;
      return shop.graphql(query, variables);
    });
    await clock.run(Promise.all(calls));
    expect(sentVariables(sent)).toEqual([{ first: 1 }, { first: 2 }, { first: 3 }]);
  });

  it('stay the same for each attempt, even if the host changes them in between', async () => {
    const input = { orderId: 'gid://shopify/Order/1' };
    const { shop, clock, sent } = scriptedShop([
      (request) => {
        input.orderId = 'gid://shopify/Order/2';
        return broken('ECONNRESET')(request);
      },
      good({ refundCreate: { userErrors: [] } }),
    ]);
    await clock.run(shop.graphql(refund, { input }));
    expect(sent).toHaveLength(2);
    expect(sent[1]?.body).toBe(sent[0]?.body);
    expect(sent[0]?.body).toContain('Order/1');
  });
});

describe('an option that is present but undefined', () => {
  const none = undefined as unknown as number;
  const retry = { maxRetries: none, baseDelayMs: none, maxDelayMs: none };

  it.each([
    ['of the client', { retry }, {}],
    ['of the call', {}, { retry }],
  ])('keeps the default retries (%s)', async (_, client, call) => {
    const { shop, clock, sent } = scriptedShop([status(503)], { ...client, deadlineMs: 600_000 });
    await clock.run(rejection(shop.graphql(query, {}, call)));
    expect(sent).toHaveLength(6);
    expect(sent.at(-1)?.at).toBeGreaterThan(10);
  });

  it('keeps the default breaker', async () => {
    const breaker: CommonOptions['breaker'] = { failures: none, operations: 1, openMs: none, trials: none };
    const { shop, clock } = scriptedShop([status(503)], { breaker, retry: { maxRetries: 0 } });
    for (let call = 0; call < 5; call += 1) await clock.run(rejection(shop.graphql(query)));
    expect(shop.status().breaker).toBe('open');
  });
});

describe('a token source whose invalidate never settles', () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const auth: TokenSource = { ...staticToken('old'), invalidate: never };

  it('does not delay an abort', async () => {
    const controller = new AbortController();
    const { shop, clock, sent } = scriptedShop([status(401)], { accessToken: undefined, auth });
    const call = rejection(shop.graphql(query, {}, { signal: controller.signal }));
    await clock.advance(10);
    expect(sent).toHaveLength(1);
    controller.abort('enough');
    expect(await clock.run(call)).toBe('enough');
  });

  it.each([[{ deadlineMs: 2_000 }], [{ timeoutMs: 2_000 }]])('reports the refusal within %j', async (limits) => {
    const { shop, clock } = scriptedShop([status(401)], { accessToken: undefined, auth, ...limits });
    const error = await clock.run(rejection(shop.graphql(query)));
    expect(isShopwrightError(error, 'AUTHENTICATION_FAILED') && error.message).toMatch(/token source failed/);
    expect(clock.monotonic()).toBeLessThanOrEqual(2_000);
    expect(clock.pending).toBe(0);
  });
});

describe('a breaker store that never responds', () => {
  it('does not delay an abort', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const store = { get: never, set: never, delete: never };
    const controller = new AbortController();
    const { shop, clock, sent } = scriptedShop([good()], { breaker: { store } });
    const started = clock.monotonic();
    const call = rejection(shop.graphql(query, {}, { signal: controller.signal }));
    await clock.advance(10);
    controller.abort('enough');
    expect(await call).toBe('enough');
    expect(clock.monotonic() - started).toBe(10);
    expect(sent).toHaveLength(0);
  });
});
