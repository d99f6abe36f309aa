import type { Logger } from 'shopwright';
import type { RateLimiter } from 'shopwright/limiter';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { redisLimiter } from '../../../src/limiter/redis/redis-limiter.ts';
import { redisOrSkip } from '../../services.ts';
import { createRedisBench, type Fault, type RedisBench, scope } from './redis-bench.ts';

const { url, describe } = await redisOrSkip(13);

let bench: RedisBench;
beforeEach(async () => {
  bench = await createRedisBench(url);
});
afterEach(() => bench.close());

const throttleStatus = (currentlyAvailable: number) => ({
  maximumAvailable: 1_000,
  currentlyAvailable,
  restoreRate: 100,
});

/** Notes who is served, in order. */
function log(): { readonly lines: string[]; note(name: string, promise: Promise<unknown>): void } {
  const lines: string[] = [];
  return {
    lines,
    note: (name, promise) =>
      void promise.then(
        () => lines.push(name),
        () => lines.push(`${name} rejected`),
      ),
  };
}

/** Processes that have all used the bucket, which is confirmed with so many points. */
async function processes(count: number, currentlyAvailable: number): Promise<readonly RateLimiter[]> {
  const all = Array.from({ length: count }, () => bench.limiter());
  for (const limiter of all) await bench.confirm(limiter, currentlyAvailable, 100);
  // A second time, so that the first ones hear of the last ones.
  for (const limiter of all) await bench.confirm(limiter, currentlyAvailable, 100);
  return all;
}

const spend = async (limiter: RateLimiter, cost: number): Promise<void> =>
  (await bench.ask(limiter, cost)).settle({ actualCost: cost });

const breakAll = (fault: Fault | undefined, limiters: readonly RateLimiter[]): void => {
  for (const limiter of limiters) bench.breakWith(fault, limiter);
};

describe('while Redis is gone', () => {
  it.each([
    ['refused', 0],
    ['hung', 1_000],
    ['unanswered', 1_000],
  ] as const)('a call goes on from the share of its process (commands are %s)', async (fault, afterMs) => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    bench.breakWith(fault, limiter);
    const { lines, note } = log();
    note('first', bench.ask(limiter, 10));
    await bench.clock.step(Math.max(0, afterMs - 1));
    expect(lines).toEqual(afterMs === 0 ? ['first'] : []);
    await bench.clock.step(1);
    expect(lines).toEqual(['first']);
    // From then on nobody waits for Redis any more.
    await expect(bench.ask(limiter, 10)).resolves.toMatchObject({ waitedMs: 0 });
  });

  it('each process keeps to its part of the bucket', async () => {
    const all = await processes(4, 1_000);
    breakAll('refused', all);
    for (const limiter of all) await bench.ask(limiter, 50);
    for (const limiter of all) {
      expect(limiter.status(scope)).toMatchObject({
        maximumAvailable: 250,
        restoreRate: 25,
        available: 200,
        inFlight: 1,
      });
    }
    const { lines, note } = log();
    for (const limiter of all) for (let call = 0; call < 10; call++) note('granted', spend(limiter, 50));
    await bench.settle();
    expect(lines).toHaveLength(16);
    await bench.clock.step(2_100);
    expect(lines).toHaveLength(20);
  });

  it('a call bigger than the part goes all the same, and the others wait for the debt', async () => {
    const [one, two] = await processes(2, 1_000);
    if (!one || !two) return;
    breakAll('refused', [one, two]);
    const big = await bench.ask(one, 900);
    expect(big.cost).toBe(900);
    big.settle({ actualCost: 900 });
    const { lines, note } = log();
    note('next', bench.ask(one, 100));
    await bench.clock.step(9_500);
    expect(lines).toEqual([]);
    await bench.clock.step(1_000);
    expect(lines).toEqual(['next']);
    await expect(bench.ask(one, 1_001)).rejects.toMatchObject({ code: 'MAX_COST_EXCEEDED' });
  });

  it('a call as big as the bucket goes, whatever the number of parts', async () => {
    const limiter = bench.limiter({ processes: 49 });
    await bench.confirm(limiter, 1_000);
    bench.breakWith('refused', limiter);
    await expect(bench.ask(limiter, 1_000)).resolves.toMatchObject({ cost: 1_000 });
  });

  it('Shopify is followed by the part', async () => {
    const all = await processes(4, 1_000);
    breakAll('refused', all);
    const [one] = all;
    const permit = one && (await bench.ask(one, 100));
    permit?.settle({ actualCost: 100, throttleStatus: { ...throttleStatus(400), maximumAvailable: 2_000 } });
    expect(one?.status(scope)).toMatchObject({ maximumAvailable: 500, restoreRate: 25, available: 100 });
  });

  it('a process that has never heard of it begins with one call, and as many parts as it was told', async () => {
    const limiter = bench.limiter({ processes: 2 });
    bench.breakWith('hung', limiter);
    const { lines, note } = log();
    const first = bench.ask(limiter, 10);
    note('second', bench.ask(limiter, 10));
    await bench.clock.step(1_000);
    const permit = await first;
    expect(lines).toEqual([]);
    permit.settle({ actualCost: 10, throttleStatus: throttleStatus(990) });
    await bench.settle();
    expect(lines).toEqual(['second']);
    expect(limiter.status(scope)).toMatchObject({ maximumAvailable: 500, restoreRate: 50, confirmed: true });
  });

  it('those who wait keep their places, their deadlines and their aborts', async () => {
    const [limiter] = await processes(1, 0);
    if (!limiter) return;
    const { lines, note } = log();
    const controller = new AbortController();
    note('background', bench.ask(limiter, 10, { priority: 'background' }));
    note('first', bench.ask(limiter, 50));
    note('aborted', bench.ask(limiter, 10, { signal: controller.signal }));
    note('last', bench.ask(limiter, 10));
    await bench.settle();
    bench.breakWith('refused', limiter);
    controller.abort();
    await bench.clock.step(8_000);
    expect(lines).toEqual(['aborted rejected', 'first', 'last', 'background']);
    await expect(bench.ask(limiter, 1_000, { maxWaitMs: 100 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('it is tried once per probe, by one bucket for all', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    bench.breakWith('refused', limiter);
    await bench.ask(limiter, 1);
    for (let shop = 0; shop < 10; shop++) await bench.ask(limiter, 1, { shop: `shop-${shop}.myshopify.com` });
    bench.takeCommands();
    await bench.clock.step(5_000);
    expect(bench.takeCommands()).toBeLessThanOrEqual(6);
  });

  it('a client that queues what it is given is not given more and more', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    bench.breakWith('hung', limiter);
    void bench.ask(limiter, 1);
    bench.takeCommands();
    await bench.clock.step(600_000);
    expect(bench.takeCommands()).toBeLessThanOrEqual(21);
  });

  it('it is not tried by a limiter that has nothing to do, nor by a closed one', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    bench.breakWith('refused', limiter);
    const permit = await bench.ask(limiter, 1);
    permit.settle({});
    bench.takeCommands();
    await bench.clock.step(60_000);
    expect(bench.takeCommands()).toBe(1);
    expect(bench.clock.pending).toBe(0);
    await bench.ask(limiter, 1);
    limiter.close();
    await bench.settle();
    expect(bench.clock.pending).toBe(0);
  });

  it('the logger hears of it once, and of its return', async () => {
    const lines: string[] = [];
    const hear = (_: object, message: string): void => void lines.push(message);
    const logger: Logger = { debug: hear, info: hear, warn: hear, error: hear };
    const limiter = bench.limiter({ logger });
    bench.breakWith('refused', limiter);
    await bench.ask(limiter, 1);
    await bench.clock.step(5_000);
    expect(lines).toEqual(['Redis is gone: the limiter keeps to its share of each bucket']);
    bench.breakWith(undefined, limiter);
    await bench.clock.step(1_100);
    expect(lines.slice(1)).toEqual(['Redis is back: the limiter shares its buckets again']);
  });
});

describe('a client', () => {
  it.each([
    ['answers something else', () => Promise.resolve('OK')],
    ['answers nothing', () => Promise.resolve(null)],
    // A host may wrap its client in anything.
    ['rejects with what is no error', () => Promise.reject('gone')],
    [
      'throws at once',
      () => {
        throw new Error('Connection is closed.');
      },
    ],
  ])('that %s is treated like one whose Redis is gone', async (_, evalsha: () => Promise<unknown>) => {
    const lines: object[] = [];
    const logger: Logger = { debug() {}, info() {}, warn: (fields) => void lines.push(fields), error() {} };
    const limiter = redisLimiter({ redis: { evalsha, eval: evalsha }, clock: bench.clock, logger });
    await expect(bench.ask(limiter, 10)).resolves.toMatchObject({ cost: 10 });
    await bench.clock.step(3_000);
    expect(lines).toHaveLength(1);
    limiter.close();
  });
});

describe('when Redis is back', () => {
  it('what was spent meanwhile is counted there', async () => {
    const [away, other] = await processes(2, 1_000);
    if (!away || !other) return;
    bench.breakWith('refused', away);
    for (let call = 0; call < 4; call++) (await bench.ask(away, 100)).settle({ actualCost: 100 });
    const held = await bench.ask(away, 50);
    bench.breakWith(undefined, away);
    await bench.clock.step(1_100);
    (await bench.ask(other, 0)).refund();
    await bench.clock.step(1);
    const status = other.status(scope);
    expect(status).toMatchObject({ inFlight: 1, reserved: 50 });
    // Of the 110 points that came back since, the part of the process is sure to be its own.
    expect(status?.available).toBeGreaterThan(1_000 - 400 - 50);
    expect(status?.available).toBeLessThanOrEqual(1_000 - 400 - 50 + 111);
    held.refund();
    await bench.clock.step(1);
    expect(away.status(scope)).toMatchObject({ maximumAvailable: 1_000, inFlight: 0, reserved: 0 });
  });

  it('what Shopify has given back since is not counted as spent', async () => {
    const [away] = await processes(1, 1_000);
    if (!away) return;
    bench.breakWith('refused', away);
    for (let second = 0; second < 60; second++) {
      (await bench.ask(away, 100)).settle({ actualCost: 100 });
      await bench.clock.step(1_000);
    }
    bench.breakWith(undefined, away);
    (await bench.ask(away, 100)).settle({ actualCost: 100 });
    await bench.clock.step(1_100);
    (await bench.ask(away, 0)).refund();
    await bench.clock.step(1);
    expect(away.status(scope)?.available).toBeGreaterThan(800);
  });

  it('those who wait stand in the common line again', async () => {
    const [away, other] = await processes(2, 0);
    if (!away || !other) return;
    bench.breakWith('refused', away);
    const { lines, note } = log();
    note('away', bench.ask(away, 400));
    await bench.clock.step(1);
    bench.breakWith(undefined, away);
    await bench.clock.step(1_500);
    note('other', bench.ask(other, 100));
    await bench.clock.step(10_000);
    expect(lines).toEqual(['away', 'other']);
  });

  it('a permit from before the outage ends where it began', async () => {
    const [away, other] = await processes(2, 1_000);
    if (!away || !other) return;
    const [ends, stays] = [await bench.ask(away, 200), await bench.ask(away, 300)];
    bench.breakWith('refused', away);
    ends.settle({ actualCost: 150 });
    await bench.clock.step(1);
    bench.breakWith(undefined, away);
    (await bench.ask(away, 10)).refund();
    await bench.clock.step(1_100);
    (await bench.ask(other, 0)).refund();
    await bench.clock.step(1);
    expect(other.status(scope)).toMatchObject({ inFlight: 1, reserved: 300 });
    stays.settle({ actualCost: 300 });
    await bench.clock.step(10);
    expect(away.status(scope)).toMatchObject({ inFlight: 0, reserved: 0 });
  });

  it('permits that end during the first call count as well', async () => {
    const [away] = await processes(1, 1_000);
    if (!away) return;
    bench.breakWith('refused', away);
    const permits = [await bench.ask(away, 100), await bench.ask(away, 100)];
    bench.breakWith(undefined, away);
    await bench.clock.step(1_000);
    for (const permit of permits) permit.settle({ actualCost: 100 });
    await bench.clock.step(10);
    expect(away.status(scope)).toMatchObject({ inFlight: 0, reserved: 0 });
    expect(await bench.fields()).toMatchObject({ inFlight: '0', reserved: '0' });
  });
});

describe('a command', () => {
  it('that Redis executes without an answer grants nothing for good', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    bench.breakWith('unanswered', limiter);
    const call = bench.ask(limiter, 400);
    await bench.clock.step(1_000);
    const permit = await call;
    expect(await bench.fields()).toMatchObject({ inFlight: '1', reserved: '400' });
    permit.refund();
    bench.breakWith(undefined, limiter);
    await bench.clock.step(60_000);
    (await bench.ask(limiter, 0)).refund();
    await bench.clock.step(1);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 0, reserved: 0, available: 1_000 });
  });

  it('that Redis executes late, when nobody needs it any more, holds no points', async () => {
    const [away, other] = await processes(2, 1_000);
    if (!away || !other) return;
    bench.breakWith('late', away);
    const call = bench.ask(away, 400);
    await bench.clock.step(1_000);
    (await call).refund();
    bench.breakWith(undefined, away);
    await bench.catchUp();
    await bench.clock.step(1);
    expect(await bench.fields()).toMatchObject({ inFlight: '0', reserved: '0' });
    await expect(bench.ask(other, 900)).resolves.toMatchObject({ waitedMs: 0 });
  });

  it('that Redis executes twice counts once', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    bench.breakWith('twice', limiter);
    const permits = [await bench.ask(limiter, 100), await bench.ask(limiter, 200)];
    expect(limiter.status(scope)).toMatchObject({ inFlight: 2, reserved: 300, available: 700 });
    permits[0]?.settle({ actualCost: 50 });
    await bench.clock.step(0);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 1, reserved: 200, available: 750 });
    permits[1]?.refund();
    await bench.clock.step(0);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 0, reserved: 0, available: 950 });
  });
});

describe('a bucket that Redis has lost', () => {
  it('begins anew, with what is out still counted, and one call at a time until Shopify has told', async () => {
    const [one, two] = await processes(2, 1_000);
    if (!one || !two) return;
    const held = await bench.ask(one, 300);
    await bench.lose('keys');
    const { lines, note } = log();
    const trial = await bench.ask(one, 10);
    note('one', bench.ask(one, 10));
    note('two', bench.ask(two, 10));
    await bench.clock.step(1_000);
    expect(lines).toEqual([]);
    expect(one.status(scope)).toMatchObject({ confirmed: false, inFlight: 2, reserved: 310 });
    trial.settle({ actualCost: 10, throttleStatus: throttleStatus(690) });
    await bench.clock.step(300);
    expect(lines.toSorted()).toEqual(['one', 'two']);
    expect(two.status(scope)).toMatchObject({ confirmed: true, maximumAvailable: 1_000, inFlight: 3, reserved: 320 });
    held.settle({ actualCost: 300 });
    await bench.clock.step(1);
    expect(one.status(scope)).toMatchObject({ inFlight: 2, reserved: 20 });
  });

  it('lets another call find out its size where the process of the first one died', async () => {
    const [dead, alive] = [bench.limiter({ leaseMs: 5_000 }), bench.limiter({ leaseMs: 5_000 })];
    await bench.ask(dead, 10);
    bench.breakWith('hung', dead);
    const { lines, note } = log();
    note('alive', bench.ask(alive, 10));
    await bench.clock.step(4_900);
    expect(lines).toEqual([]);
    await bench.clock.step(200);
    expect(lines).toEqual(['alive']);
  });

  it('does not count twice what its processes spent before', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    for (let call = 0; call < 20; call++) {
      (await bench.ask(limiter, 50)).settle({ actualCost: 50, throttleStatus: throttleStatus(900) });
      await bench.clock.step(1);
    }
    await bench.lose('keys');
    (await bench.ask(limiter, 10)).settle({ actualCost: 10, throttleStatus: throttleStatus(890) });
    await bench.clock.step(1);
    expect(limiter.status(scope)?.available).toBeCloseTo(890, 0);
    expect(await bench.fields()).toMatchObject({ spent: '10' });
  });

  it('is told from a script that Redis has forgotten', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    await bench.lose('scripts');
    await expect(bench.ask(limiter, 10)).resolves.toMatchObject({ cost: 10 });
    expect(limiter.status(scope)).toMatchObject({ confirmed: true, inFlight: 1 });
  });
});
