import type { Logger } from 'shopwright';
import type { RateLimiter } from 'shopwright/limiter';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { redisLimiter } from '../../../src/limiter/redis/redis-limiter.ts';
import { redisOrSkip } from '../../services.ts';
import { createRedisHarness, type Fault, type RedisHarness, scope } from './redis-harness.ts';

const { url, describe } = await redisOrSkip(13);

let harness: RedisHarness;
beforeEach(async () => {
  harness = await createRedisHarness(url);
});
afterEach(() => harness.close());

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
  const all = Array.from({ length: count }, () => harness.limiter());
  for (const limiter of all) await harness.confirm(limiter, currentlyAvailable, 100);
  // A second time, so that the first ones hear of the last ones.
  for (const limiter of all) await harness.confirm(limiter, currentlyAvailable, 100);
  return all;
}

const spend = async (limiter: RateLimiter, cost: number): Promise<void> =>
  (await harness.ask(limiter, cost)).settle({ actualCost: cost });

const breakAll = (fault: Fault | undefined, limiters: readonly RateLimiter[]): void => {
  for (const limiter of limiters) harness.breakWith(fault, limiter);
};

describe('while Redis is gone', () => {
  it.each([
    ['refused', 0],
    ['hung', 1_000],
    ['unanswered', 1_000],
  ] as const)('a call goes on from the share of its process (commands are %s)', async (fault, afterMs) => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    harness.breakWith(fault, limiter);
    const { lines, note } = log();
    note('first', harness.ask(limiter, 10));
    await harness.clock.step(Math.max(0, afterMs - 1));
    expect(lines).toEqual(afterMs === 0 ? ['first'] : []);
    await harness.clock.step(1);
    expect(lines).toEqual(['first']);
    // From then on nobody waits for Redis any more.
    await expect(harness.ask(limiter, 10)).resolves.toMatchObject({ waitedMs: 0 });
  });

  it('each process keeps to its part of the bucket', async () => {
    const all = await processes(4, 1_000);
    breakAll('refused', all);
    for (const limiter of all) await harness.ask(limiter, 50);
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
    await harness.settle();
    expect(lines).toHaveLength(16);
    await harness.clock.step(2_100);
    expect(lines).toHaveLength(20);
  });

  it('a call bigger than the part goes all the same, and the others wait for the debt', async () => {
    const [one, two] = await processes(2, 1_000);
    if (!one || !two) return;
    breakAll('refused', [one, two]);
    const big = await harness.ask(one, 900);
    expect(big.cost).toBe(900);
    big.settle({ actualCost: 900 });
    const { lines, note } = log();
    note('next', harness.ask(one, 100));
    await harness.clock.step(9_500);
    expect(lines).toEqual([]);
    await harness.clock.step(1_000);
    expect(lines).toEqual(['next']);
    await expect(harness.ask(one, 1_001)).rejects.toMatchObject({ code: 'MAX_COST_EXCEEDED' });
  });

  it('a call as big as the bucket goes, whatever the number of parts', async () => {
    const limiter = harness.limiter({ processes: 49 });
    await harness.confirm(limiter, 1_000);
    harness.breakWith('refused', limiter);
    await expect(harness.ask(limiter, 1_000)).resolves.toMatchObject({ cost: 1_000 });
  });

  it('Shopify is followed by the part', async () => {
    const all = await processes(4, 1_000);
    breakAll('refused', all);
    const [one] = all;
    const permit = one && (await harness.ask(one, 100));
    permit?.settle({ actualCost: 100, throttleStatus: { ...throttleStatus(400), maximumAvailable: 2_000 } });
    expect(one?.status(scope)).toMatchObject({ maximumAvailable: 500, restoreRate: 25, available: 100 });
  });

  it('a process that has never heard of it begins with one call, and as many parts as it was told', async () => {
    const limiter = harness.limiter({ processes: 2 });
    harness.breakWith('hung', limiter);
    const { lines, note } = log();
    const first = harness.ask(limiter, 10);
    note('second', harness.ask(limiter, 10));
    await harness.clock.step(1_000);
    const permit = await first;
    expect(lines).toEqual([]);
    permit.settle({ actualCost: 10, throttleStatus: throttleStatus(990) });
    await harness.settle();
    expect(lines).toEqual(['second']);
    expect(limiter.status(scope)).toMatchObject({ maximumAvailable: 500, restoreRate: 50, confirmed: true });
  });

  it('those who wait keep their places, their deadlines and their aborts', async () => {
    const [limiter] = await processes(1, 0);
    if (!limiter) return;
    const { lines, note } = log();
    const controller = new AbortController();
    note('background', harness.ask(limiter, 10, { priority: 'background' }));
    note('first', harness.ask(limiter, 50));
    note('aborted', harness.ask(limiter, 10, { signal: controller.signal }));
    note('last', harness.ask(limiter, 10));
    await harness.settle();
    harness.breakWith('refused', limiter);
    controller.abort();
    await harness.clock.step(8_000);
    expect(lines).toEqual(['aborted rejected', 'first', 'last', 'background']);
    await expect(harness.ask(limiter, 1_000, { maxWaitMs: 100 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('it is tried once per probe, by one bucket for all', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    harness.breakWith('refused', limiter);
    await harness.ask(limiter, 1);
    for (let shop = 0; shop < 10; shop++) await harness.ask(limiter, 1, { shop: `shop-${shop}.myshopify.com` });
    harness.takeCommands();
    await harness.clock.step(5_000);
    expect(harness.takeCommands()).toBeLessThanOrEqual(6);
  });

  it('a client that queues what it is given is not given more and more', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    harness.breakWith('hung', limiter);
    void harness.ask(limiter, 1);
    harness.takeCommands();
    await harness.clock.step(600_000);
    expect(harness.takeCommands()).toBeLessThanOrEqual(21);
  });

  it('it is not tried by a limiter that has nothing to do, nor by a closed one', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    harness.breakWith('refused', limiter);
    const permit = await harness.ask(limiter, 1);
    permit.settle({});
    harness.takeCommands();
    await harness.clock.step(60_000);
    expect(harness.takeCommands()).toBe(1);
    expect(harness.clock.pending).toBe(0);
    await harness.ask(limiter, 1);
    limiter.close();
    await harness.settle();
    expect(harness.clock.pending).toBe(0);
  });

  it('the logger hears of it once, and of its return', async () => {
    const lines: string[] = [];
    const hear = (_: object, message: string): void => void lines.push(message);
    const logger: Logger = { debug: hear, info: hear, warn: hear, error: hear };
    const limiter = harness.limiter({ logger });
    harness.breakWith('refused', limiter);
    await harness.ask(limiter, 1);
    await harness.clock.step(5_000);
    expect(lines).toEqual(['Redis is down: each process uses its share of each bucket']);
    harness.breakWith(undefined, limiter);
    await harness.clock.step(1_100);
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
    const limiter = redisLimiter({ redis: { evalsha, eval: evalsha }, clock: harness.clock, logger });
    await expect(harness.ask(limiter, 10)).resolves.toMatchObject({ cost: 10 });
    await harness.clock.step(3_000);
    expect(lines).toHaveLength(1);
    limiter.close();
  });
});

describe('when Redis is back', () => {
  it('what was spent meanwhile is counted there', async () => {
    const [away, other] = await processes(2, 1_000);
    if (!away || !other) return;
    harness.breakWith('refused', away);
    for (let call = 0; call < 4; call++) (await harness.ask(away, 100)).settle({ actualCost: 100 });
    const held = await harness.ask(away, 50);
    harness.breakWith(undefined, away);
    await harness.clock.step(1_100);
    (await harness.ask(other, 0)).refund();
    await harness.clock.step(1);
    const status = other.status(scope);
    expect(status).toMatchObject({ inFlight: 1, reserved: 50 });
    // Of the 110 points that came back since, the part of the process is sure to be its own.
    expect(status?.available).toBeGreaterThan(1_000 - 400 - 50);
    expect(status?.available).toBeLessThanOrEqual(1_000 - 400 - 50 + 111);
    held.refund();
    await harness.clock.step(1);
    expect(away.status(scope)).toMatchObject({ maximumAvailable: 1_000, inFlight: 0, reserved: 0 });
  });

  it('what Shopify has given back since is not counted as spent', async () => {
    const [away] = await processes(1, 1_000);
    if (!away) return;
    harness.breakWith('refused', away);
    for (let second = 0; second < 60; second++) {
      (await harness.ask(away, 100)).settle({ actualCost: 100 });
      await harness.clock.step(1_000);
    }
    harness.breakWith(undefined, away);
    (await harness.ask(away, 100)).settle({ actualCost: 100 });
    await harness.clock.step(1_100);
    (await harness.ask(away, 0)).refund();
    await harness.clock.step(1);
    expect(away.status(scope)?.available).toBeGreaterThan(800);
  });

  it('those who wait stand in the common line again', async () => {
    const [away, other] = await processes(2, 0);
    if (!away || !other) return;
    harness.breakWith('refused', away);
    const { lines, note } = log();
    note('away', harness.ask(away, 400));
    await harness.clock.step(1);
    harness.breakWith(undefined, away);
    await harness.clock.step(1_500);
    note('other', harness.ask(other, 100));
    await harness.clock.step(10_000);
    expect(lines).toEqual(['away', 'other']);
  });

  it('a permit from before the outage ends where it began', async () => {
    const [away, other] = await processes(2, 1_000);
    if (!away || !other) return;
    const [ends, stays] = [await harness.ask(away, 200), await harness.ask(away, 300)];
    harness.breakWith('refused', away);
    ends.settle({ actualCost: 150 });
    await harness.clock.step(1);
    harness.breakWith(undefined, away);
    (await harness.ask(away, 10)).refund();
    await harness.clock.step(1_100);
    (await harness.ask(other, 0)).refund();
    await harness.clock.step(1);
    expect(other.status(scope)).toMatchObject({ inFlight: 1, reserved: 300 });
    stays.settle({ actualCost: 300 });
    await harness.clock.step(10);
    expect(away.status(scope)).toMatchObject({ inFlight: 0, reserved: 0 });
  });

  it('permits that end during the first call count as well', async () => {
    const [away] = await processes(1, 1_000);
    if (!away) return;
    harness.breakWith('refused', away);
    const permits = [await harness.ask(away, 100), await harness.ask(away, 100)];
    harness.breakWith(undefined, away);
    await harness.clock.step(1_000);
    for (const permit of permits) permit.settle({ actualCost: 100 });
    await harness.clock.step(10);
    expect(away.status(scope)).toMatchObject({ inFlight: 0, reserved: 0 });
    expect(await harness.fields()).toMatchObject({ inFlight: '0', reserved: '0' });
  });
});

describe('a bucket in a newer format', () => {
  const key = (): string => `${harness.keyPrefix}{${scope.shop}:${scope.app}}`;

  it('is left alone and reported once, and its limiter works as without Redis', async () => {
    await processes(1, 1_000);
    await harness.redis.hset(key(), 'format', 2);
    const before = await harness.fields();
    const lines: string[] = [];
    const hear = (_: object, message: string): void => void lines.push(message);
    const logger: Logger = { debug: hear, info: hear, warn: hear, error: hear };
    const limiter = harness.limiter({ logger, processes: 2 });
    const permit = await harness.ask(limiter, 100);
    expect(limiter.status(scope)).toMatchObject({ maximumAvailable: 500, inFlight: 1, reserved: 100 });
    harness.takeCommands();
    await harness.clock.step(5_000);
    expect(harness.takeCommands()).toBeLessThanOrEqual(6);
    permit.settle({ actualCost: 100 });
    await harness.clock.step(1_000);
    expect(lines).toEqual([
      'A newer version of shopwright keeps this bucket in Redis: each process uses its share of it',
    ]);
    expect(await harness.fields()).toEqual(before);
  });

  it('leaves other buckets in Redis', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    await harness.redis.hset(key(), 'format', 2);
    await harness.ask(limiter, 100);
    const other = { shop: 'other.myshopify.com' };
    const permit = await harness.ask(limiter, 100, other);
    await harness.clock.step(10);
    expect(await harness.redis.hget(`${harness.keyPrefix}{${other.shop}:${scope.app}}`, 'inFlight')).toBe('1');
    permit.refund();
  });

  it('is shared again when it can be read', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    await harness.redis.hset(key(), 'format', 2);
    (await harness.ask(limiter, 100)).settle({ actualCost: 100 });
    await harness.redis.hset(key(), 'format', 1);
    await harness.clock.step(1_100);
    await harness.ask(limiter, 100);
    await harness.clock.step(1_100);
    await harness.ask(limiter, 100);
    expect(await harness.fields()).toMatchObject({ format: '1', inFlight: '2', reserved: '200' });
  });
});

describe('a command', () => {
  it('that Redis executes without a response grants nothing for good', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    harness.breakWith('unanswered', limiter);
    const call = harness.ask(limiter, 400);
    await harness.clock.step(1_000);
    const permit = await call;
    expect(await harness.fields()).toMatchObject({ inFlight: '1', reserved: '400' });
    permit.refund();
    harness.breakWith(undefined, limiter);
    await harness.clock.step(60_000);
    (await harness.ask(limiter, 0)).refund();
    await harness.clock.step(1);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 0, reserved: 0, available: 1_000 });
  });

  it('that Redis executes late, when nobody needs it any more, holds no points', async () => {
    const [away, other] = await processes(2, 1_000);
    if (!away || !other) return;
    harness.breakWith('late', away);
    const call = harness.ask(away, 400);
    await harness.clock.step(1_000);
    (await call).refund();
    harness.breakWith(undefined, away);
    await harness.catchUp();
    await harness.clock.step(1);
    expect(await harness.fields()).toMatchObject({ inFlight: '0', reserved: '0' });
    await expect(harness.ask(other, 900)).resolves.toMatchObject({ waitedMs: 0 });
  });

  it('that Redis executes twice counts once', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    harness.breakWith('twice', limiter);
    const permits = [await harness.ask(limiter, 100), await harness.ask(limiter, 200)];
    expect(limiter.status(scope)).toMatchObject({ inFlight: 2, reserved: 300, available: 700 });
    permits[0]?.settle({ actualCost: 50 });
    await harness.clock.step(0);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 1, reserved: 200, available: 750 });
    permits[1]?.refund();
    await harness.clock.step(0);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 0, reserved: 0, available: 950 });
  });
});

describe('a bucket that Redis has lost', () => {
  it('starts again, with what is in flight still counted, and one call at a time until Shopify has responded', async () => {
    const [one, two] = await processes(2, 1_000);
    if (!one || !two) return;
    const held = await harness.ask(one, 300);
    await harness.lose('keys');
    const { lines, note } = log();
    const trial = await harness.ask(one, 10);
    note('one', harness.ask(one, 10));
    note('two', harness.ask(two, 10));
    await harness.clock.step(1_000);
    expect(lines).toEqual([]);
    expect(one.status(scope)).toMatchObject({ confirmed: false, inFlight: 2, reserved: 310 });
    trial.settle({ actualCost: 10, throttleStatus: throttleStatus(690) });
    await harness.clock.step(300);
    expect(lines.toSorted()).toEqual(['one', 'two']);
    expect(two.status(scope)).toMatchObject({ confirmed: true, maximumAvailable: 1_000, inFlight: 3, reserved: 320 });
    held.settle({ actualCost: 300 });
    await harness.clock.step(1);
    expect(one.status(scope)).toMatchObject({ inFlight: 2, reserved: 20 });
  });

  it('lets another call find out its size where the process of the first one died', async () => {
    const [dead, alive] = [harness.limiter({ leaseMs: 5_000 }), harness.limiter({ leaseMs: 5_000 })];
    await harness.ask(dead, 10);
    harness.breakWith('hung', dead);
    const { lines, note } = log();
    note('alive', harness.ask(alive, 10));
    await harness.clock.step(4_900);
    expect(lines).toEqual([]);
    await harness.clock.step(200);
    expect(lines).toEqual(['alive']);
  });

  it('does not count twice what its processes spent before', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    for (let call = 0; call < 20; call++) {
      (await harness.ask(limiter, 50)).settle({ actualCost: 50, throttleStatus: throttleStatus(900) });
      await harness.clock.step(1);
    }
    await harness.lose('keys');
    (await harness.ask(limiter, 10)).settle({ actualCost: 10, throttleStatus: throttleStatus(890) });
    await harness.clock.step(1);
    expect(limiter.status(scope)?.available).toBeCloseTo(890, 0);
    expect(await harness.fields()).toMatchObject({ spent: '10' });
  });

  it('is told from a script that Redis has forgotten', async () => {
    const [limiter] = await processes(1, 1_000);
    if (!limiter) return;
    await harness.lose('scripts');
    await expect(harness.ask(limiter, 10)).resolves.toMatchObject({ cost: 10 });
    expect(limiter.status(scope)).toMatchObject({ confirmed: true, inFlight: 1 });
  });
});
