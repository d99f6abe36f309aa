import { getEventListeners } from 'node:events';
import { isShopwrightError } from 'shopwright';
import {
  type AcquireRequest,
  type Permit,
  type RateLimiter,
  type TokenBucketOptions,
  tokenBucketLimiter,
} from 'shopwright/limiter';
import { describe, expect, it } from 'vitest';
import { createStepClock, type StepClock, settled } from './step-clock.ts';

const scope = { shop: 'acme.myshopify.com', app: 'default' };
type Ask = Partial<AcquireRequest>;

interface Bench {
  readonly clock: StepClock;
  readonly limiter: RateLimiter;
  ask(cost: number, more?: Ask): Promise<Permit>;
  /** A permit that is there at once. */
  take(cost: number, more?: Ask): Promise<Permit>;
}

function bench(options: TokenBucketOptions = {}): Bench {
  const clock = createStepClock();
  const limiter = tokenBucketLimiter({ clock, ...options });
  const ask: Bench['ask'] = (cost, more) => limiter.acquire({ ...scope, cost, priority: 'interactive', ...more });
  return { clock, limiter, ask, take: ask };
}

/** A bench whose bucket Shopify has confirmed. */
async function confirmed(available = 1_000, options: TokenBucketOptions = {}): Promise<Bench> {
  const made = bench(options);
  const first = await made.take(0, { priority: 'background' });
  first.settle({
    actualCost: 0,
    throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: available, restoreRate: 100 },
  });
  return made;
}

/** Notes in which order promises settle. */
function log(): { readonly lines: string[]; note(name: string, promise: Promise<Permit>): Promise<Permit> } {
  const lines: string[] = [];
  return {
    lines,
    note(name, promise) {
      promise.then(
        () => lines.push(name),
        (reason: unknown) => lines.push(`${name}: ${reason instanceof Error ? reason.name : String(reason)}`),
      );
      return promise;
    },
  };
}

describe('granting', () => {
  it('grants at once and sets no timer where nobody waits and the points are there', async () => {
    const { clock, limiter, take } = await confirmed();
    expect(await take(300)).toMatchObject({ cost: 300, waitedMs: 0 });
    expect(clock.pending).toBe(0);
    expect(limiter.status(scope)).toEqual({
      maximumAvailable: 1_000,
      available: 700,
      restoreRate: 100,
      reserved: 300,
      inFlight: 1,
      waiting: 0,
      waitingPoints: 0,
      confirmed: true,
    });
  });

  it('waits as long as the refill takes, and a hair longer', async () => {
    const { clock, limiter, ask } = await confirmed(0);
    const { lines, note } = log();
    const permit = note('granted', ask(50));
    await clock.step(499);
    expect(lines).toEqual([]);
    expect(limiter.status(scope)).toMatchObject({ waiting: 1, waitingPoints: 50 });
    await clock.step(3);
    expect(lines).toEqual(['granted']);
    expect((await permit).waitedMs).toBe(502);
    expect(clock.pending).toBe(0);
  });

  it('serves a waiter as soon as another permit gives points back', async () => {
    const { clock, ask, take } = await confirmed(100);
    const out = await take(100);
    const waiter = ask(50);
    out.settle({ actualCost: 20 });
    expect((await waiter).waitedMs).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('serves a waiter as soon as a permit is refunded', async () => {
    const { ask, take } = await confirmed(100);
    const out = await take(100);
    const waiter = ask(100);
    out.refund();
    await expect(waiter).resolves.toMatchObject({ cost: 100 });
  });

  it('ends a permit once, however often settle and refund are called', async () => {
    const { limiter, take } = await confirmed();
    const permit = await take(100);
    permit.settle({ actualCost: 40 });
    permit.settle({ actualCost: 0 });
    permit.refund();
    expect(limiter.status(scope)).toMatchObject({ available: 960, reserved: 0, inFlight: 0 });
  });

  it('never shows fewer than zero points', async () => {
    const { limiter, take } = await confirmed();
    (await take(1_000)).settle({ actualCost: 1_200 });
    expect(limiter.status(scope)).toMatchObject({ available: 0 });
  });

  it('keeps shops and apps apart', async () => {
    const { limiter, take } = await confirmed();
    await take(1_000);
    await expect(take(900, { shop: 'other.myshopify.com' })).resolves.toMatchObject({ cost: 900 });
    await expect(take(900, { app: 'second' })).resolves.toMatchObject({ cost: 900 });
    expect(limiter.status({ ...scope, app: 'third' })).toBeUndefined();
  });
});

describe('a bucket that Shopify has not confirmed', () => {
  it('lets one call go ahead and the others wait for its numbers', async () => {
    const { clock, ask, take } = bench();
    const { lines, note } = log();
    const first = await take(10);
    note('second', ask(10));
    note('third', ask(10));
    await clock.step(60_000);
    expect(lines).toEqual([]);
    first.settle({ throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: 1_990, restoreRate: 100 } });
    await settled();
    expect(lines).toEqual(['second', 'third']);
  });

  it.each(['settle', 'refund'] as const)('lets all others go when the first brought no numbers: %s', async (end) => {
    const { ask, take, limiter } = bench();
    const { lines, note } = log();
    const first = await take(10);
    note('second', ask(10));
    note('third', ask(10));
    first[end]({});
    await settled();
    expect(lines).toEqual(['second', 'third']);
    expect(limiter.status(scope)).toMatchObject({ confirmed: false });
  });

  it('keeps to the assumed size when the first brought no numbers', async () => {
    const { clock, ask, take } = bench({ maximumAvailable: 100, restoreRate: 10 });
    const { lines, note } = log();
    (await take(10)).settle({});
    for (const name of ['second', 'third', 'fourth']) note(name, ask(40));
    await settled();
    expect(lines).toEqual(['second', 'third']);
    await clock.step(1_000);
    expect(lines).toEqual(['second', 'third']);
  });

  it('shrinks a call that is bigger than the assumed size', async () => {
    const { take } = bench({ maximumAvailable: 500 });
    expect((await take(800)).cost).toBe(500);
  });

  it('refuses a waiter that turns out to be too big, and serves the next', async () => {
    const { ask, take } = bench();
    const { lines, note } = log();
    const first = await take(10);
    note('big', ask(1_500)).catch(() => undefined);
    note('small', ask(5));
    first.settle({ throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: 990, restoreRate: 50 } });
    await settled();
    expect(lines).toEqual(['big: MaxCostError', 'small']);
  });

  it('rejects nobody for a wait that it can only guess', async () => {
    const { clock, ask, take } = bench();
    await take(10);
    const waiter = ask(900, { maxWaitMs: 1_000 });
    const { lines, note } = log();
    note('waiter', waiter).catch(() => undefined);
    await clock.step(999);
    expect(lines).toEqual([]);
    await clock.step(1);
    expect(lines).toEqual(['waiter: TimeoutError']);
  });
});

describe('refusing', () => {
  it('refuses a call that the bucket can never hold', async () => {
    const { ask } = await confirmed();
    const error = await ask(1_001).catch((reason: unknown) => reason);
    expect(isShopwrightError(error, 'MAX_COST_EXCEEDED') && error).toMatchObject({
      cost: 1_001,
      maxCost: 1_000,
      shop: scope.shop,
    });
  });

  it.each(['at first', 'later'])(
    'goes on after a response with a size that no shop has, which came %s',
    async (when) => {
      const { clock, take, ask } = when === 'later' ? await confirmed() : bench();
      const numbers = { currentlyAvailable: 900, restoreRate: 100 };
      (await take(10)).settle({ actualCost: 10, throttleStatus: { ...numbers, maximumAvailable: 5 } });
      const next = ask(60);
      await clock.step(1_000);
      (await next).settle({ actualCost: 60, throttleStatus: { ...numbers, maximumAvailable: 1_000 } });
      expect((await ask(60)).cost).toBe(60);
    },
  );

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('refuses a cost of %s', async (cost) => {
    const { ask } = await confirmed();
    expect(isShopwrightError(await ask(cost).catch((reason: unknown) => reason), 'VALIDATION_FAILED')).toBe(true);
  });

  it('refuses at once a wait that is known to be too long', async () => {
    const { clock, ask } = await confirmed(0);
    const ahead = ask(100);
    const error = await ask(50, { maxWaitMs: 1_000 }).catch((reason: unknown) => reason);
    expect(isShopwrightError(error, 'TIMEOUT', 'DEADLINE_EXCEEDED') && error).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      timeoutMs: 1_000,
      mayHaveExecuted: false,
      retryAfterMs: 1_500,
    });
    expect(clock.pending).toBe(1);
    await clock.step(1_100);
    await ahead;
  });

  it('does not count those who wait behind', async () => {
    const { clock, ask } = await confirmed(0);
    const { lines, note } = log();
    note('background', ask(100, { priority: 'background' }));
    note('interactive', ask(50, { maxWaitMs: 600 }));
    await clock.step(510);
    expect(lines).toEqual(['interactive']);
  });

  it('rejects when the time runs out in the line, and takes listener and timer away', async () => {
    const { clock, ask, take, limiter } = await confirmed(100);
    await take(100);
    const controller = new AbortController();
    const { lines, note } = log();
    // A background call waits longer than the sum says, because it leaves room for interactive ones.
    note('late', ask(50, { priority: 'background', maxWaitMs: 2_000, signal: controller.signal })).catch(
      () => undefined,
    );
    await clock.step(2_000);
    expect(lines).toEqual(['late: TimeoutError']);
    expect(clock.pending).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(limiter.status(scope)).toMatchObject({ waiting: 0, waitingPoints: 0 });
  });

  it('asks few others what they cost before it refuses a call, however many wait, and all in turn', async () => {
    const asksOf = async (waiters: number): Promise<{ readonly most: number; readonly never: number }> => {
      const { ask, limiter } = await confirmed(0);
      const asks = Array.from({ length: waiters }, () => 0);
      const waiting = asks.map((_, index) => {
        const costNow = (): number => {
          asks[index] = (asks[index] ?? 0) + 1;
          return 10;
        };
        return ask(10, { costNow }).catch(() => undefined);
      });
      asks.fill(0);
      let most = 0;
      const total = (): number => asks.reduce((sum, one) => sum + one, 0);
      for (let call = 0; call < 700; call += 1) {
        const before = total();
        await expect(ask(10, { maxWaitMs: 50 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
        most = Math.max(most, total() - before);
      }
      limiter.close();
      await Promise.all(waiting);
      return { most, never: asks.filter((count) => count === 0).length };
    };
    const [few, many] = [await asksOf(10), await asksOf(10_000)];
    expect(many.most).toBeLessThanOrEqual(2 * few.most);
    expect([few.never, many.never]).toEqual([0, 10_000 - 700 * 4]);
  });

  it('waits without a timer of its own where the wait has no end', async () => {
    const { clock, ask } = await confirmed(0);
    const waiter = ask(10, { maxWaitMs: Number.POSITIVE_INFINITY });
    expect(clock.pending).toBe(1);
    await clock.step(200);
    await waiter;
  });
});

describe('an abort', () => {
  it('rejects with the reason of a signal that is aborted already', async () => {
    const { ask } = await confirmed();
    await expect(ask(1, { signal: AbortSignal.abort('no longer needed') })).rejects.toBe('no longer needed');
  });

  it('takes a waiter out at once, with its listener and its timer', async () => {
    const { clock, ask, limiter } = await confirmed(0);
    const controller = new AbortController();
    const waiter = ask(50, { signal: controller.signal, maxWaitMs: 5_000 });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort('enough');
    await expect(waiter).rejects.toBe('enough');
    expect(clock.pending).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(limiter.status(scope)).toMatchObject({ waiting: 0, reserved: 0 });
  });

  it('costs one listener on a signal, however many calls wait with it', async () => {
    const { ask, limiter } = await confirmed(0);
    const stop = new AbortController();
    const calls = Array.from({ length: 500 }, () => ask(10, { signal: stop.signal }));
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
    stop.abort('shut down');
    const reasons = await Promise.all(calls.map((call) => call.catch((reason: unknown) => reason)));
    expect(new Set(reasons)).toEqual(new Set(['shut down']));
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    expect(limiter.status(scope)).toMatchObject({ waiting: 0, waitingPoints: 0 });
  });

  it('of the first in line lets the next one go where its points are there', async () => {
    const { ask, take } = await confirmed(100);
    await take(20);
    const controller = new AbortController();
    const big = ask(500, { signal: controller.signal });
    const small = ask(50);
    controller.abort();
    await expect(big).rejects.toMatchObject({ name: 'AbortError' });
    await expect(small).resolves.toMatchObject({ cost: 50 });
  });

  it('of one behind leaves the first in line alone', async () => {
    const { clock, ask } = await confirmed(0);
    const { lines, note } = log();
    const controller = new AbortController();
    note('first', ask(50));
    note('second', ask(10, { signal: controller.signal })).catch(() => undefined);
    controller.abort();
    await clock.step(510);
    expect(lines).toEqual(['second: AbortError', 'first']);
  });

  it('after the grant does nothing, and leaves no listener behind', async () => {
    const { clock, ask, limiter } = await confirmed(0);
    const controller = new AbortController();
    const waiter = ask(50, { signal: controller.signal });
    await clock.step(510);
    await waiter;
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    controller.abort();
    expect(limiter.status(scope)).toMatchObject({ inFlight: 1, reserved: 50 });
  });
});

describe('the order of waiters', () => {
  it('is that of arrival within a class, and interactive comes before background', async () => {
    const { clock, ask } = await confirmed(0);
    const { lines, note } = log();
    note('background 1', ask(10, { priority: 'background' }));
    note('background 2', ask(10, { priority: 'background' }));
    await clock.step(50);
    note('interactive 1', ask(10));
    note('interactive 2', ask(10));
    await clock.step(120_000);
    expect(lines).toEqual(['interactive 1', 'interactive 2', 'background 1', 'background 2']);
  });

  it('puts an interactive call before a background one that still waits for its points', async () => {
    const { ask } = await confirmed(100);
    const { lines, note } = log();
    note('background', ask(500, { priority: 'background' }));
    note('interactive', ask(50));
    await settled();
    expect(lines).toEqual(['interactive']);
  });

  it('puts a background call that has aged before interactive ones that came later', async () => {
    const { clock, ask } = await confirmed(0, { agingMs: 1_000 });
    const { lines, note } = log();
    note('big interactive', ask(300));
    note('background', ask(10, { priority: 'background' }));
    await clock.step(1_500);
    note('interactive', ask(10));
    await clock.step(2_000);
    expect(lines).toEqual(['big interactive', 'background', 'interactive']);
  });

  it('keeps the place of a call that asks again, behind those that came before its first time', async () => {
    const { clock, ask } = await confirmed(0);
    const { lines, note } = log();
    note('older', ask(50));
    await clock.step(100);
    note('newer', ask(50));
    await clock.step(100);
    note('retried', ask(50, { ageMs: 150 }));
    note('aged background', ask(50, { priority: 'background', ageMs: 30_000 + 120 }));
    await clock.step(3_000);
    expect(lines).toEqual(['older', 'retried', 'aged background', 'newer']);
  });

  it('saves points up for a big call, however many small ones come after it', async () => {
    const { clock, ask, take } = await confirmed(1_000);
    for (let call = 0; call < 20; call++) (await take(40)).settle({ actualCost: 40 });
    const { lines, note } = log();
    note('big', ask(900));
    for (let second = 0; second < 8; second++) {
      for (let call = 0; call < 10; call++) {
        note('small', ask(9)).then((permit) => permit.settle({ actualCost: 9 }));
      }
      await clock.step(1_000);
    }
    expect(lines[0]).toBe('big');
  });

  it('serves a call as big as the bucket when all others are done', async () => {
    const { clock, ask, take } = await confirmed();
    const out = await take(0.1);
    const { lines, note } = log();
    note('big', ask(1_000));
    note('small', ask(1));
    await clock.step(60_000);
    expect(lines).toEqual([]);
    expect(clock.pending).toBe(0);
    out.settle({});
    await clock.step(10);
    expect(lines).toEqual(['big']);
  });
});

describe('the soft ceiling', () => {
  it('leaves a fifth of the bucket free of background calls while a person uses the shop', async () => {
    const { ask, take } = await confirmed(1_000);
    const { lines, note } = log();
    (await take(0)).refund();
    note('fits', ask(800, { priority: 'background' }));
    note('waits', ask(1, { priority: 'background' }));
    await settled();
    expect(lines).toEqual(['fits']);
    await expect(take(200)).resolves.toMatchObject({ waitedMs: 0 });
  });

  it('does not hold where no interactive call was seen', async () => {
    const { take } = await confirmed();
    await expect(take(1_000, { priority: 'background' })).resolves.toMatchObject({ waitedMs: 0 });
  });

  it('ends a minute after the last interactive call', async () => {
    const { clock, ask, take } = await confirmed(1_000, { agingMs: 3_600_000 });
    (await take(0)).refund();
    const { lines, note } = log();
    note('big', ask(900, { priority: 'background' }));
    await clock.step(59_999);
    expect(lines).toEqual([]);
    await clock.step(10);
    expect(lines).toEqual(['big']);
  });

  it('ends for a background call that has aged, so that a big one runs some day', async () => {
    const { clock, ask, take } = await confirmed();
    (await take(0)).refund();
    const { lines, note } = log();
    note('big', ask(950, { priority: 'background' }));
    for (let second = 0; second < 29; second++) {
      (await take(5)).settle({ actualCost: 5 });
      await clock.step(1_000);
    }
    expect(lines).toEqual([]);
    await clock.step(1_100);
    expect(lines).toEqual(['big']);
  });

  it('can be switched off', async () => {
    const { take } = await confirmed(1_000, { softCeiling: 1 });
    (await take(0)).refund();
    await expect(take(1_000, { priority: 'background' })).resolves.toMatchObject({ waitedMs: 0 });
  });
});

describe('idle buckets', () => {
  it('are forgotten', async () => {
    const { clock, limiter } = await confirmed(1_000, { idleMs: 1_000 });
    await clock.step(1_000);
    expect(limiter.status(scope)).toBeUndefined();
  });

  it('are kept while a permit is out', async () => {
    const { clock, limiter, take } = await confirmed(1_000, { idleMs: 1_000 });
    const permit = await take(10);
    await clock.step(5_000);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 1 });
    permit.refund();
    await clock.step(999);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 0 });
    await clock.step(1_000);
    expect(limiter.status(scope)).toBeUndefined();
  });

  it('are kept while somebody waits', async () => {
    const { clock, limiter, ask } = await confirmed(0, { idleMs: 1_000 });
    const waiter = ask(500);
    await clock.step(2_000);
    expect(limiter.status(scope)).toMatchObject({ waiting: 1 });
    await clock.step(3_100);
    await waiter;
  });
});

describe('closing', () => {
  it('rejects all waiters of all shops like an abort, and stops all timers', async () => {
    const { clock, limiter, ask } = await confirmed(0);
    const { lines, note } = log();
    const controller = new AbortController();
    note('one', ask(10, { signal: controller.signal })).catch(() => undefined);
    note('two', ask(10, { maxWaitMs: 5_000 })).catch(() => undefined);
    limiter.close();
    limiter.close();
    await settled();
    expect(lines).toEqual(['one: AbortError', 'two: AbortError']);
    expect(clock.pending).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    await expect(ask(1)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('leaves permits that are out usable', async () => {
    const { clock, limiter, take } = await confirmed();
    const permit = await take(10);
    limiter.close();
    permit.settle({ actualCost: 4 });
    expect(limiter.status(scope)).toMatchObject({ inFlight: 0 });
    expect(clock.pending).toBe(0);
  });
});

describe('options', () => {
  it('are all checked together', () => {
    const wrong = { maximumAvailable: 0, restoreRate: Number.NaN, softCeiling: 1.5, agingMs: -1, idleMs: 0 };
    let error: unknown;
    try {
      tokenBucketLimiter(wrong);
    } catch (thrown) {
      error = thrown;
    }
    expect(isShopwrightError(error, 'CONFIG_INVALID') && error.issues.map(({ field }) => field)).toEqual(
      Object.keys(wrong).map((name) => `limiter.${name}`),
    );
  });

  it.each([['5'], [5n], [new Date(1)], [true], [[1]], [Number.NaN]])('are numbers, not %o', (value) => {
    for (const name of ['maximumAvailable', 'restoreRate', 'softCeiling', 'agingMs', 'idleMs'])
      expect(() => tokenBucketLimiter({ [name]: value } as object)).toThrow(`limiter.${name}: must be`);
  });

  it('may all be left out', async () => {
    const limiter = tokenBucketLimiter();
    (await limiter.acquire({ ...scope, cost: 1, priority: 'interactive' })).refund();
    expect(limiter.status(scope)).toMatchObject({ maximumAvailable: 1_000, restoreRate: 50, available: 1_000 });
    limiter.close();
  });
});
