import {
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  noop,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { createShopifyClient, type HostPolicy, isShopwrightError } from 'shopwright';
import { createManualClock } from 'shopwright/testing';
import { describe, expect, it, vi } from 'vitest';
import { runUnder } from '../../src/http/host-policy.ts';
import { good, rejection, scriptedShop, silent, status, token } from './scripted-shop.ts';

const query = 'query Q { shop { name } }';
const cancel = 'mutation Cancel($input: ID!) { orderCancel(orderId: $input) { job { id } userErrors { message } } }';

describe('a bulkhead of cockatiel', () => {
  it('limits how many calls run at once; the others wait', async () => {
    let open = 0;
    let most = 0;
    const { shop, clock } = scriptedShop(
      [
        async () => {
          open += 1;
          most = Math.max(most, open);
          await new Promise<void>((resolve) => clock.setTimer(resolve, 100));
          open -= 1;
          return good()(new Request('https://acme.myshopify.com/'));
        },
      ],
      { policy: bulkhead(2, 100) },
    );
    await clock.run(Promise.all(Array.from({ length: 10 }, () => shop.graphql(query))));
    expect(most).toBe(2);
  });

  it('that is full passes its rejection on, and nothing is sent', async () => {
    const { shop, clock, sent, events } = scriptedShop([good()], { policy: bulkhead(1, 0) });
    const first = shop.graphql(query);
    const error = await clock.run(rejection(shop.graphql(cancel, { input: 'x' })));
    expect(error).toBeInstanceOf(BulkheadRejectedError);
    await clock.run(first);
    expect(sent).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'attempt')).toHaveLength(1);
    expect(shop.status()).toMatchObject({ limiter: { reserved: 0, inFlight: 0 }, breaker: 'closed' });
  });

  it('delays neither an abort nor a deadline of a waiting call', async () => {
    const { shop, clock, sent } = scriptedShop([silent], { policy: bulkhead(1, 10), timeoutMs: 60_000 });
    const first = rejection(shop.graphql(query));
    const controller = new AbortController();
    const aborted = rejection(shop.graphql(query, {}, { signal: controller.signal }));
    const late = rejection(shop.graphql(cancel, { input: 'x' }, { deadlineMs: 2000 }));
    await clock.advance(1000);
    controller.abort('left');
    expect(await aborted).toBe('left');
    expect(await clock.run(late)).toMatchObject({ code: 'DEADLINE_EXCEEDED', mayHaveExecuted: false });
    expect(clock.monotonic()).toBe(2000);
    expect(sent).toHaveLength(1);
    await clock.run(first);
    // Calls that gave up are not sent when their turn comes.
    const sends = sent.length;
    await clock.advance(10_000);
    expect(sent).toHaveLength(sends);
  });

  it('also wraps REST calls, and those of an app', async () => {
    const { shop, clock, sent } = scriptedShop([() => Response.json({ shop: {} })], { policy: bulkhead(1, 0) });
    const first = shop.rest.get('shop.json');
    expect(await clock.run(rejection(shop.rest.get('shop.json')))).toBeInstanceOf(BulkheadRejectedError);
    await clock.run(first);
    expect(sent).toHaveLength(1);
  });
});

describe('a timeout of cockatiel', () => {
  /** cockatiel uses the timers of the process. */
  const withTimers = async (run: () => Promise<void>): Promise<void> => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await run();
    } finally {
      vi.useRealTimers();
    }
  };

  it.each([TimeoutStrategy.Aggressive, TimeoutStrategy.Cooperative])(
    'that ends a mutation in flight (%s) reports that it may have been carried out',
    (strategy) =>
      withTimers(async () => {
        const { shop, clock, sent } = scriptedShop([silent], { policy: timeout(1000, strategy) });
        const error = rejection(shop.graphql(cancel, { input: 'x' }));
        await clock.advance(1);
        expect(sent).toHaveLength(1);
        await vi.advanceTimersByTimeAsync(1000);
        const thrown = await error;
        expect(isShopwrightError(thrown, 'OUTCOME_UNKNOWN') && thrown.mayHaveExecuted).toBe(true);
        expect(shop.status().limiter).toMatchObject({ inFlight: 0 });
      }),
  );

  it('that ends a query passes its own rejection on', () =>
    withTimers(async () => {
      const { shop, clock } = scriptedShop([silent], { policy: timeout(1000, TimeoutStrategy.Aggressive) });
      const error = rejection(shop.graphql(query));
      await clock.advance(1);
      await vi.advanceTimersByTimeAsync(1000);
      expect(await error).toBeInstanceOf(TaskCancelledError);
    }));

  it('that is not reached changes nothing', async () => {
    const policy = timeout(60_000, TimeoutStrategy.Aggressive);
    const { shop, clock } = scriptedShop([status(503), good()], { policy });
    await expect(clock.run(shop.graphql(query))).resolves.toMatchObject({ attempts: 2 });
  });
});

describe('any other policy', () => {
  it('of cockatiel has a compatible type', () => {
    const policies: readonly HostPolicy[] = [
      bulkhead(1),
      timeout(1000, TimeoutStrategy.Cooperative),
      circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(5) }),
      wrap(bulkhead(1), timeout(1000, TimeoutStrategy.Aggressive)),
      noop,
    ];
    for (const policy of policies) expect(() => scriptedShop([good()], { policy })).not.toThrow();
  });

  it('that repeats a call does not repeat a mutation whose outcome is unknown', async () => {
    const { shop, sent } = scriptedShop([status(500)], { policy: retry(handleAll, { maxAttempts: 3 }) });
    // Not driven by the clock: cockatiel waits only on timers of the process.
    const error = await rejection(shop.graphql(cancel, { input: 'x' }));
    expect(isShopwrightError(error, 'OUTCOME_UNKNOWN')).toBe(true);
    expect(sent).toHaveLength(1);
  });

  it('that passes no context on keeps the caller’s abort', async () => {
    const policy: HostPolicy = { execute: (fn) => (fn as () => ReturnType<typeof fn>)() };
    const { shop, clock } = scriptedShop([silent], { policy });
    const controller = new AbortController();
    const error = rejection(shop.graphql(query, {}, { signal: controller.signal }));
    await clock.advance(10);
    controller.abort('left');
    expect(await error).toBe('left');
    expect(clock.pending).toBe(0);
  });

  it('that aborts a mutation in flight causes an unknown outcome', async () => {
    const { shop, clock } = scriptedShop([silent], { policy: bulkhead(5) });
    const controller = new AbortController();
    const error = rejection(shop.graphql(cancel, { input: 'x' }, { signal: controller.signal }));
    await clock.advance(10);
    controller.abort('left');
    expect(await error).toMatchObject({ code: 'OUTCOME_UNKNOWN', cause: 'left' });
  });

  it('may refuse a result that it has seen, with its own error', async () => {
    const refused = new Error('too old');
    const policy: HostPolicy = {
      async execute(fn, signal = new AbortController().signal) {
        await fn({ signal });
        throw refused;
      },
    };
    const { shop, clock, sent } = scriptedShop([good()], { policy });
    expect(await clock.run(rejection(shop.graphql(query)))).toBe(refused);
    expect(sent).toHaveLength(1);
  });

  it('that passes an aborted signal sends nothing', async () => {
    const policy: HostPolicy = { execute: (fn) => fn({ signal: AbortSignal.abort('too late') }) };
    const { shop, clock, sent } = scriptedShop([good()], { policy });
    expect(await clock.run(rejection(shop.graphql(cancel, { input: 'x' })))).toBe('too late');
    expect(sent).toHaveLength(0);
  });

  it('that gives up while the result arrives does not hide it', async () => {
    const policy: HostPolicy = {
      execute(fn, signal = new AbortController().signal) {
        fn({ signal }).catch(() => undefined);
        return Promise.reject(new Error('too slow'));
      },
    };
    // The response has arrived when the abort comes, so the call ends with it.
    const run = (signal: AbortSignal): Promise<string> =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('carried out')));
    expect(await runUnder(policy, run, { clock: createManualClock() })).toBe('carried out');
  });

  it.each([[{}], [() => undefined], ['bulkhead'], [null]])('%o is refused as invalid', (policy) => {
    const options = { shop: 'acme', accessToken: token, policy } as unknown as Parameters<
      typeof createShopifyClient
    >[0];
    expect(() => createShopifyClient(options)).toThrow(/policy: must have a method execute/);
  });
});
