// @ts-nocheck
import Bottleneck from 'bottleneck';
import { isShopwrightError } from 'shopwright';
import type { AcquireRequest, Permit, RateLimiter } from 'shopwright/limiter';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BottleneckLimiterOptions } from '../../../src/limiter/bottleneck/bottleneck-limiter.ts';
import { bottleneckLimiter } from '../../../src/limiter/bottleneck/bottleneck-limiter.ts';
import { race } from '../simulated-shop.ts';
import type { StepClock } from '../step-clock.ts';
import { fakeTimers } from './fake-timers.ts';

const scope = { shop: 'acme.myshopify.com', app: 'default' };

let clock: StepClock;
beforeEach(() => {
  clock = fakeTimers();
});
afterEach(() => void vi.useRealTimers());

interface Bench {
  readonly host: Bottleneck;
  readonly limiter: RateLimiter;
  /** What has become of the calls, in order. */
  readonly lines: string[];
  ask(cost: number, more?: Partial<AcquireRequest>): Promise<Permit>;
  /** Asks, and notes what becomes of it. */
  note(name: string, cost: number, more?: Partial<AcquireRequest>): void;
  /** A permit that is there after some steps of Bottleneck. */
  take(cost: number, more?: Partial<AcquireRequest>): Promise<Permit>;
}

const throttleStatus = (currentlyAvailable: number, maximumAvailable = 1_000, restoreRate = 100) => ({
  maximumAvailable,
  currentlyAvailable,
  restoreRate,
});

async function bench(
  available?: number,
  host: Bottleneck = new Bottleneck({ reservoir: 0 }),
  options: Partial<BottleneckLimiterOptions> = {},
): Promise<Bench> {
  const limiter = bottleneckLimiter({ limiterFor: host, ...options });
  const lines: string[] = [];
  const ask: Bench['ask'] = (cost, more) => limiter.acquire({ ...scope, cost, priority: 'interactive', ...more });
  const made: Bench = {
    host,
    limiter,
    lines,
    ask,
    note: (name, cost, more) =>
      void ask(cost, more).then(
        () => lines.push(name),
        (error: unknown) => lines.push(`${name}: ${error instanceof Error ? error.name : String(error)}`),
      ),
    async take(cost, more) {
      const permit = ask(cost, more);
      await clock.step(20);
      return permit;
    },
  };
  if (available !== undefined) {
    const permit = await made.take(0);
    permit.settle({ actualCost: 0, throttleStatus: throttleStatus(available) });
    await clock.step(10);
  }
  return made;
}

describe('the reservoir', () => {
  it('is refilled to the last point', async () => {
    const { ask } = await bench(0);
    let spent = 0;
    const work = async (): Promise<void> => {
      for (;;) {
        const permit = await ask(10);
        spent += permit.cost;
        permit.settle({ actualCost: 10 });
      }
    };
    for (let worker = 0; worker < 10; worker++) void work().catch(() => undefined);
    await clock.step(20_000);
    expect(spent).toBeGreaterThanOrEqual(1_980);
    expect(spent).toBeLessThanOrEqual(2_010);
  });

  it('takes whole points: a cost is rounded up', async () => {
    const { host, take, limiter } = await bench(1_000);
    expect((await take(10.2)).cost).toBe(11);
    expect(limiter.status(scope)).toMatchObject({ reserved: 11 });
    expect(await reservoirOf(host)).toBe(989);
  });

  it('lets a call through that needs all of a bucket which is no whole number of points', async () => {
    const { take } = await bench(1_000);
    const permit = await take(0);
    permit.settle({ actualCost: 0, throttleStatus: throttleStatus(900.7, 1_000.7) });
    await clock.step(10);
    const all = take(1_000.7);
    await clock.step(2_000);
    await expect(all).resolves.toMatchObject({ cost: 1_000 });
  });

  it('never holds more than the bucket, however long nobody calls', async () => {
    const { host, take } = await bench(900);
    await clock.step(600_000);
    (await take(0)).refund();
    await clock.step(20);
    expect(await reservoirOf(host)).toBe(1_000);
  });

  it('must be there', async () => {
    const { note, lines, ask } = await bench(undefined, new Bottleneck());
    note('call', 10);
    await clock.step(20);
    expect(lines).toEqual(['call: ConfigError']);
    const again = ask(10);
    again.catch(() => undefined);
    await clock.step(20);
    await expect(again).rejects.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID'));
  });
});

describe("the host's own jobs", () => {
  it('take their points from the same bucket', async () => {
    const { host, limiter, lines, note } = await bench(1_000);
    void host.schedule({ weight: 800 }, () => new Promise(() => undefined));
    await clock.step(10);
    note('waits', 300);
    await clock.step(900);
    expect(lines).toEqual([]);
    await clock.step(300);
    expect(lines).toEqual(['waits']);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 1, reserved: 300 });
  });

  it('are served as well when they wait for points, also where no call waits', async () => {
    const { host } = await bench(0);
    const done: string[] = [];
    void host.schedule({ weight: 50 }, async () => void done.push('job'));
    await clock.step(450);
    expect(done).toEqual([]);
    await clock.step(150);
    expect(done).toEqual(['job']);
  });

  it('that waited before the limiter was first used are served', async () => {
    const host = new Bottleneck({ reservoir: 0 });
    const done: string[] = [];
    for (const job of ['one', 'two']) void host.schedule({ weight: 900 }, async () => void done.push(job));
    await clock.step(100);
    const { limiter, note } = await bench(undefined, host);
    note('behind them', 10);
    await clock.step(500);
    expect(done).toEqual(['one']);
    await clock.step(20_000);
    expect(done).toEqual(['one', 'two']);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 1 });
  });

  it('count once, however often Bottleneck retries them', async () => {
    const { host, take } = await bench(1_000);
    let tries = 0;
    host.on('failed', () => (tries < 4 ? 10 : null));
    const job = host.schedule({ weight: 100 }, async () => {
      tries += 1;
      if (tries < 4) throw new Error('not yet');
    });
    await clock.step(200);
    await job;
    expect(tries).toBe(4);
    await take(100);
    expect(await reservoirOf(host)).toBeLessThan(830);
  });

  it('keep their places by priority', async () => {
    const { host, lines, note } = await bench(0, undefined, { priorities: { interactive: 4, background: 8 } });
    note('background', 10, { priority: 'background' });
    void host.schedule({ weight: 10, priority: 6 }, async () => void lines.push('job'));
    note('interactive', 10);
    await clock.step(1_000);
    expect(lines).toEqual(['interactive', 'job', 'background']);
  });
});

describe('a call that leaves', () => {
  it('when Bottleneck has just let it through gives its points back', async () => {
    const { host, limiter, lines, note } = await bench(1_000);
    const controller = new AbortController();
    host.on('scheduled', () => controller.abort());
    note('aborted', 300, { signal: controller.signal });
    await clock.step(50);
    expect(lines).toEqual(['aborted: AbortError']);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 0, reserved: 0 });
    expect(await reservoirOf(host)).toBe(1_000);
  });

  it('before the size of the bucket is known makes room for the next', async () => {
    const { lines, note, take } = await bench();
    const first = await take(10);
    const controller = new AbortController();
    note('aborted', 10, { signal: controller.signal });
    note('next', 10);
    await clock.step(20);
    controller.abort();
    first.settle({});
    await clock.step(30);
    expect(lines).toEqual(['aborted: AbortError', 'next']);
  });
});

describe('a bucket that becomes smaller', () => {
  it('rejects the calls that no longer fit, and holds up nobody behind them', async () => {
    const { lines, note, take } = await bench(1_000);
    const permit = await take(900);
    note('too big', 800);
    note('fits', 100);
    await clock.step(20);
    permit.settle({ actualCost: 900, throttleStatus: throttleStatus(50, 500) });
    await clock.step(20);
    expect(lines).toEqual(['too big: MaxCostError']);
    await clock.step(10_000);
    expect(lines).toEqual(['too big: MaxCostError', 'fits']);
  });

  it('rejects calls that waited for its size and turn out too big', async () => {
    const { lines, note, take } = await bench();
    const first = await take(10);
    note('too big', 1_900);
    note('fits', 100);
    first.settle({ actualCost: 10, throttleStatus: throttleStatus(400, 1_000) });
    await clock.step(30);
    expect(lines).toEqual(['too big: MaxCostError', 'fits']);
  });
});

describe('a Bottleneck that drops a call', () => {
  it('by its own rules rejects it as not sent', async () => {
    const { host, ask } = await bench(0, new Bottleneck({ reservoir: 0, maxConcurrent: 50 }));
    const call = ask(60);
    call.catch(() => undefined);
    await clock.step(20);
    await expect(call).rejects.toMatchObject({ code: 'NETWORK_ERROR', mayHaveExecuted: false, isRetryable: true });
    expect(host.queued()).toBe(0);
  });

  it('after it has let it through takes its points back', async () => {
    const { host, lines, limiter, note, take } = await bench(1_000, new Bottleneck({ reservoir: 0, minTime: 500 }));
    await clock.step(1_000);
    await take(10);
    note('let through, not run', 300);
    await clock.step(100);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 2, reserved: 310 });
    void host.stop();
    await clock.step(20);
    expect(lines).toEqual(['let through, not run: NetworkError']);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 1, reserved: 10 });
  });

  it('because it was stopped gives the points back that it had taken', async () => {
    const { host, lines, limiter, note } = await bench(100);
    note('queued', 500);
    await clock.step(20);
    void host.stop();
    await clock.step(20);
    expect(lines).toEqual(['queued: NetworkError']);
    expect(limiter.status(scope)).toMatchObject({ waiting: 0, inFlight: 0, reserved: 0 });
  });
});

describe('the start', () => {
  it('is given up after a while, and tried again with the next call', async () => {
    let connects = false;
    class Slow extends Bottleneck {
      override currentReservoir(): Promise<number | null> {
        return connects ? super.currentReservoir() : new Promise(() => undefined);
      }
    }
    const { lines, note } = await bench(undefined, new Slow({ reservoir: 0 }), { startTimeoutMs: 500 });
    note('first', 10);
    await clock.step(499);
    expect(lines).toEqual([]);
    await clock.step(1);
    expect(lines).toEqual(['first: TimeoutError']);
    connects = true;
    note('second', 10);
    await clock.step(20);
    expect(lines).toEqual(['first: TimeoutError', 'second']);
  });

  it('comes to nothing where the limiter is closed meanwhile', async () => {
    const { host, lines, limiter, note } = await bench();
    note('call', 10);
    limiter.close();
    await clock.step(20);
    expect(lines).toEqual(['call: AbortError']);
    expect(await reservoirOf(host)).toBe(0);
  });
});

describe('buckets', () => {
  it('are one for each Bottleneck', async () => {
    const hosts = new Map<string, Bottleneck>();
    const limiter = bottleneckLimiter({
      limiterFor: ({ shop }) => {
        const host = hosts.get(shop) ?? new Bottleneck({ reservoir: 0 });
        hosts.set(shop, host);
        return host;
      },
    });
    for (const shop of ['one', 'two']) {
      for (const app of ['a', 'b']) void limiter.acquire({ shop, app, cost: 10, priority: 'interactive' });
    }
    await clock.step(30);
    // One call of each goes ahead to find out the size.
    for (const shop of ['one', 'two'])
      expect(limiter.status({ shop, app: 'a' })).toMatchObject({ inFlight: 1, waiting: 1 });
    expect(hosts.size).toBe(2);
  });

  it('are forgotten when idle, and found again without being counted twice', async () => {
    const { host, limiter, take } = await bench(1_000, undefined, { idleMs: 1_000 });
    await clock.step(2_000);
    expect(limiter.status(scope)).toBeUndefined();
    await take(100);
    expect(limiter.status(scope)).toMatchObject({ confirmed: true, reserved: 100, inFlight: 1 });
    expect(await reservoirOf(host)).toBe(900);
  });

  it('are served by a Bottleneck that its group has let go, which ends a refill of its own', async () => {
    const group = new Bottleneck.Group({ reservoir: 0, timeout: 400 });
    const host = group.key(scope.shop);
    const { note, lines } = await bench(0, host);
    note('call', 100);
    await clock.step(900);
    expect(group.keys()).toEqual([]);
    expect(lines).toEqual([]);
    await clock.step(200);
    expect(lines).toEqual(['call']);
  });

  it('set no timer when nobody waits, and none after closing', async () => {
    const { limiter, note, take } = await bench(1_000);
    (await take(100)).settle({ actualCost: 100 });
    await clock.step(200);
    expect(clock.pending).toBe(0);
    note('waits', 1_000);
    await clock.step(20);
    limiter.close();
    await clock.step(20);
    expect(clock.pending).toBe(0);
  });
});

describe('32 callers on a simulated shop', () => {
  it.each([
    ['a full bucket', 2_000],
    ['a nearly empty bucket', 50],
  ])('with %s use 97 percent of the points and are hardly throttled', async (_, startingWith) => {
    const limiters = [bottleneckLimiter({ limiterFor: new Bottleneck({ reservoir: 0 }) })];
    const { calls, throttled, utilisation } = await race({ seed: 1, startingWith }, { clock, limiters });
    expect(utilisation).toBeGreaterThanOrEqual(0.97);
    expect(throttled / calls).toBeLessThanOrEqual(0.01);
  });
});

describe('options', () => {
  it('are all checked together', () => {
    const wrong = {
      limiterFor: 5,
      refill: 'nobody',
      priorities: { interactive: 1.5, background: 10 },
      maximumAvailable: 0,
      startTimeoutMs: -1,
    };
    let error: unknown;
    try {
      bottleneckLimiter(wrong as unknown as BottleneckLimiterOptions);
    } catch (thrown) {
      error = thrown;
    }
    const fields = isShopwrightError(error, 'CONFIG_INVALID') ? error.issues.map(({ field }) => field) : [];
    expect(fields.toSorted()).toEqual(
      Object.keys(wrong)
        .map((name) => `limiter.${name}`)
        .toSorted(),
    );
  });
});

async function reservoirOf(host: Bottleneck): Promise<number | null> {
  const points = host.currentReservoir();
  await clock.step(5);
  return points;
}
