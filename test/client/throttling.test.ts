import { createShopifyClient, isShopwrightError, memoryStores } from 'shopwright';
import { createProductSync } from 'shopwright/sync';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { tee } from '../sync/fake-shop.ts';
import { broken, good, rejection, type Step, scriptedShop, status, throttled } from './scripted-shop.ts';

const query = 'query Q { shop { name } }';
const cancel = 'mutation Cancel($input: ID!) { orderCancel(orderId: $input) { job { id } userErrors { message } } }';
const short = throttled({ requested: 10, available: 5 });
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

describe('a call that is throttled repeatedly', () => {
  it('succeeds in the end without using up its retries', async () => {
    const { shop, clock, sent } = scriptedShop([...times(20, short), ...times(5, status(503)), good()]);
    await expect(clock.run(shop.graphql(query))).resolves.toMatchObject({ attempts: 26 });
    expect(sent).toHaveLength(26);
  });

  it('is sent again even if it must not be sent twice, or has a single retry', async () => {
    const refunded = { orderCancel: { userErrors: [] } };
    const { shop, clock, sent } = scriptedShop([...times(8, short), good(refunded)], { retry: { maxRetries: 1 } });
    await clock.run(shop.graphql(cancel, { input: 'x' }));
    expect(sent).toHaveLength(9);
  });

  it('fails after five minutes with an error that names the duration and the fix', async () => {
    const { shop, clock, sent } = scriptedShop([short]);
    const error = await clock.run(rejection(shop.graphql(query)));
    if (!isShopwrightError(error, 'THROTTLED')) throw error;
    expect(error.attempts).toBe(sent.length);
    expect(error.throttledMs).toBeGreaterThan(240_000);
    expect(error.throttledMs).toBeLessThanOrEqual(300_000);
    expect((sent.at(-1)?.at ?? 0) - (sent[0]?.at ?? 0)).toBe(error.throttledMs);
    expect(error.message).toMatch(/Throttled \d+ times in \d+ s\. See who else .* retry\.maxThrottledMs/);
    expect(error.toJSON()).toMatchObject({ throttledMs: error.throttledMs });
  });

  it('spreads its sends more and more, and never sends earlier than allowed', async () => {
    const { shop, clock, sent } = scriptedShop([status(429, '{}', { 'retry-after': '2.0' })]);
    await clock.run(rejection(shop.graphql(query)));
    const gaps = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
    // The end of the five minutes may shorten the last wait.
    expect(Math.min(...gaps.slice(0, -1))).toBeGreaterThanOrEqual(2000);
    expect(Math.max(...gaps)).toBeGreaterThan(4000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(6000);
  });

  it.each([
    ['the client', { retry: { maxThrottledMs: 10_000 } }, {}],
    ['the call', {}, { retry: { maxThrottledMs: 10_000 } }],
  ])('is limited by an option of %s', async (_name, options, own) => {
    const { shop, clock } = scriptedShop([short], options);
    await clock.run(rejection(shop.graphql(query, {}, own)));
    expect(clock.monotonic()).toBeLessThanOrEqual(10_000);
  });

  it.each([{ maxThrottledMs: 0 }, { maxRetries: 0 }])('is sent once with %o', async (retry) => {
    const { shop, clock, sent } = scriptedShop([short], { retry });
    expect(await clock.run(rejection(shop.graphql(query)))).toMatchObject({ code: 'THROTTLED', attempts: 1 });
    expect(sent).toHaveLength(1);
  });

  it('continues without numbers or a header for the wait, however short the longest wait is', async () => {
    const bare: Step = () => Response.json({ errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] });
    const { shop, clock, sent } = scriptedShop([bare, status(429), good()], { retry: { maxDelayMs: 5 } });
    const { attempts } = await clock.run(shop.graphql(query));
    expect(attempts).toBe(3);
    expect(sent).toHaveLength(3);
  });

  it("does not use the shop's retry budget", async () => {
    const { shop, clock, sent } = scriptedShop([...times(300, short), good()], { retry: { maxThrottledMs: 1e9 } });
    await clock.run(shop.graphql(query));
    expect(sent).toHaveLength(301);
    const after = scriptedShop([...times(40, short), status(503), good()]);
    await after.clock.run(after.shop.graphql(query));
    expect(after.sent).toHaveLength(42);
  });

  it('ends with its deadline, and with its abort', async () => {
    const { shop, clock } = scriptedShop([status(429, '{}', { 'retry-after': '2.0' })]);
    expect(await clock.run(rejection(shop.graphql(query, {}, { deadlineMs: 9000 })))).toMatchObject({
      code: 'THROTTLED',
      throttledMs: expect.any(Number),
    });
    expect(clock.monotonic()).toBeLessThanOrEqual(9000);
    const controller = new AbortController();
    const call = rejection(shop.graphql(query, {}, { signal: controller.signal }));
    await clock.advance(60_000);
    controller.abort('enough');
    expect(await call).toBe('enough');
  });

  it('keeps the outcome of a keyed mutation unknown', async () => {
    const refund =
      'mutation Refund($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) { userErrors { message } } }';
    const { shop, clock } = scriptedShop([broken('ECONNRESET'), short], { retry: { maxThrottledMs: 5000 } });
    const error = await clock.run(rejection(shop.graphql(refund, { input: {}, key: 'k' })));
    expect(isShopwrightError(error, 'OUTCOME_UNKNOWN') && isShopwrightError(error.cause, 'THROTTLED')).toBe(true);
  });
});

describe('two processes that push to one shop at the same time, without shared state', () => {
  it.each([1, 2])('lose no product to throttling (seed %i)', async (seed) => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock, seed, latencyMs: 40 });
    const push = (name: string) => {
      const client = createShopifyClient({
        shop: 'demo.myshopify.com',
        accessToken: 'shpat_fake',
        fetch: fake.fetch,
        clock,
        isolated: true,
      });
      const sync = createProductSync({ client, stores: memoryStores(), clock, concurrency: 8 });
      return sync.pushMany(Array.from({ length: 120 }, (_, index) => tee(`${name}-${index}`)));
    };
    const summaries = await clock.run(Promise.all([push('left'), push('right')]));
    for (const { counts } of summaries) expect(counts).toMatchObject({ created: 120, failed: 0 });
    expect(fake.stats().throttled, 'they did get in each other’s way').toBeGreaterThan(0);
  });
});
