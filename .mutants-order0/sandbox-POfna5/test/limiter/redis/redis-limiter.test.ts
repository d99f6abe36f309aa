// @ts-nocheck
import type { Cluster, Redis } from 'ioredis';
import type { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5';
import { isShopwrightError } from 'shopwright';
import { afterEach, beforeEach, expect, expectTypeOf, it } from 'vitest';
import type { RedisScripting } from '../../../src/limiter/redis/connection.ts';
import { redisLimiter } from '../../../src/limiter/redis/redis-limiter.ts';
import { redisOrSkip } from '../../services.ts';
import { createRedisHarness, type RedisHarness, scope } from './redis-harness.ts';

const { url, describe } = await redisOrSkip(12);

let harness: RedisHarness;
beforeEach(async () => {
  harness = await createRedisHarness(url);
});
afterEach(() => harness.close());

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

const processesIn = (fields: Readonly<Record<string, string>>): string[] =>
  Object.keys(fields).filter((name) => name.startsWith('p:'));

describe('the commands', () => {
  it('are one for a permit and one for its end', async () => {
    const limiter = harness.limiter();
    await harness.confirm(limiter, 1_000);
    harness.takeCommands();
    const permit = await harness.ask(limiter, 10);
    expect(harness.takeCommands()).toBe(1);
    permit.settle({ actualCost: 8 });
    await harness.clock.step(1);
    expect(harness.takeCommands()).toBe(1);
  });

  it('are one for the end of a permit and the next permit together', async () => {
    const limiter = harness.limiter();
    await harness.confirm(limiter, 1_000);
    const permit = await harness.ask(limiter, 10);
    harness.takeCommands();
    permit.settle({ actualCost: 8 });
    await harness.ask(limiter, 10);
    expect(harness.takeCommands()).toBe(1);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 1, reserved: 10 });
  });

  it('are few for many permits at once', async () => {
    const limiter = harness.limiter();
    await harness.confirm(limiter, 1_000);
    harness.takeCommands();
    await Promise.all(Array.from({ length: 64 }, () => harness.ask(limiter, 10)));
    expect(harness.takeCommands()).toBeLessThanOrEqual(5);
  });

  it('are few while somebody waits', async () => {
    const limiter = harness.limiter();
    await harness.confirm(limiter, 0);
    harness.takeCommands();
    const waiter = harness.ask(limiter, 200);
    await harness.clock.step(2_100);
    await waiter;
    expect(harness.takeCommands()).toBeLessThanOrEqual(10);
  });

  it('go to one key per app and shop, in one slot of a cluster, which expires', async () => {
    const limiter = harness.limiter({ idleMs: 60_000, leaseMs: 5_000 });
    await harness.confirm(limiter, 1_000);
    (await harness.ask(limiter, 1, { app: 'other' })).refund();
    const keys = await harness.redis.keys(`${harness.keyPrefix}*`);
    expect(keys.toSorted()).toEqual([
      `${harness.keyPrefix}{${scope.shop}:default}`,
      `${harness.keyPrefix}{${scope.shop}:other}`,
    ]);
    const expiresInMs = await harness.redis.pttl(keys[0] ?? '');
    expect(expiresInMs).toBeGreaterThan(0);
    expect(expiresInMs).toBeLessThanOrEqual(60_000);
  });
});

describe('several processes', () => {
  it('see the permits of each other', async () => {
    const [one, two] = [harness.limiter(), harness.limiter()];
    await harness.confirm(one, 1_000);
    await harness.ask(one, 300);
    await harness.ask(two, 100);
    expect(two.status(scope)).toMatchObject({ inFlight: 2, reserved: 400, available: 600, confirmed: true });
  });

  it('let one call find out the size of the bucket for all', async () => {
    const [one, two] = [harness.limiter(), harness.limiter()];
    const { lines, note } = log();
    const first = await harness.ask(one, 10);
    note('two', harness.ask(two, 10));
    await harness.clock.step(500);
    expect(lines).toEqual([]);
    first.settle({
      actualCost: 10,
      throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: 1_990, restoreRate: 100 },
    });
    await harness.clock.step(50);
    expect(lines).toEqual(['two']);
  });

  it('are served in order of arrival', async () => {
    const [one, two, three] = [harness.limiter(), harness.limiter(), harness.limiter()];
    await harness.confirm(one, 0);
    const { lines, note } = log();
    for (const [name, limiter] of Object.entries({ one, two, three, 'one again': one, 'two again': two })) {
      note(name, harness.ask(limiter, 20));
      await harness.clock.step(5);
    }
    await harness.clock.step(2_000);
    expect(lines).toEqual(['one', 'two', 'three', 'one again', 'two again']);
  });

  it('keep the place of a call that asks again, whichever of them it is in', async () => {
    const [one, two] = [harness.limiter(), harness.limiter()];
    await harness.confirm(one, 0);
    const { lines, note } = log();
    note('first', harness.ask(one, 20));
    await harness.clock.step(5);
    note('second', harness.ask(two, 20));
    await harness.clock.step(5);
    note('retried', harness.ask(two, 20, { ageMs: 7 }));
    await harness.clock.step(2_000);
    expect(lines).toEqual(['first', 'retried', 'second']);
  });

  it('put interactive calls of any process before background ones of any other', async () => {
    const [one, two] = [harness.limiter(), harness.limiter()];
    await harness.confirm(one, 0);
    const { lines, note } = log();
    note('background', harness.ask(one, 20, { priority: 'background' }));
    await harness.clock.step(50);
    note('interactive', harness.ask(two, 20));
    await harness.clock.step(5_000);
    expect(lines).toEqual(['interactive', 'background']);
  });

  it('save points up for a big call of one, however many small ones the others have', async () => {
    const [one, two] = [harness.limiter(), harness.limiter()];
    await harness.confirm(one, 0);
    const { lines, note } = log();
    note('big', harness.ask(one, 900));
    await harness.clock.step(1);
    for (let call = 0; call < 50; call++) {
      note(
        'small',
        harness.ask(two, 5).then((permit) => permit.settle({ actualCost: 5 })),
      );
      await harness.clock.step(250);
    }
    expect(lines[0]).toBe('big');
  });

  it('use what is left when the points of those before them are set aside', async () => {
    const [one, two] = [harness.limiter(), harness.limiter()];
    await harness.confirm(one, 100);
    const { lines, note } = log();
    const [held] = await Promise.all([harness.ask(one, 95)]);
    note('big', harness.ask(one, 500));
    await harness.clock.step(10);
    held.refund();
    // The first process has been told to come back later; what it waits for is 500.
    note('small', harness.ask(two, 5));
    await harness.clock.step(20);
    expect(lines).toEqual([]);
    await harness.clock.step(5_000);
    expect(lines).toEqual(['big', 'small']);
  });

  it('leave room for interactive calls of the others', async () => {
    const [one, two] = [harness.limiter(), harness.limiter()];
    await harness.confirm(one, 1_000);
    (await harness.ask(one, 0)).refund();
    const { lines, note } = log();
    note('background', harness.ask(two, 900, { priority: 'background' }));
    await harness.clock.step(100);
    expect(lines).toEqual([]);
    await harness.clock.step(31_000);
    expect(lines).toEqual(['background']);
  });
});

describe('a process that dies', () => {
  it('does not hold up the others with its place in line', async () => {
    const [dead, alive] = [harness.limiter(), harness.limiter()];
    await harness.confirm(alive, 100);
    harness.ask(dead, 900).catch(() => undefined);
    await harness.clock.step(1);
    harness.breakWith('hung', dead);
    const { lines, note } = log();
    note('alive', harness.ask(alive, 50));
    await harness.clock.step(1_000);
    expect(lines).toEqual([]);
    await harness.clock.step(1_000);
    expect(lines).toEqual(['alive']);
  });

  it('loses its permits with its lease; their points count as spent', async () => {
    const [dead, alive] = [harness.limiter({ leaseMs: 10_000 }), harness.limiter({ leaseMs: 10_000 })];
    await harness.confirm(alive, 1_000, 1);
    await harness.ask(dead, 600);
    harness.breakWith('hung', dead);
    await harness.clock.step(9_900);
    (await harness.ask(alive, 0)).refund();
    await harness.clock.step(1);
    expect(alive.status(scope)).toMatchObject({ inFlight: 1, reserved: 600 });
    await harness.clock.step(200);
    (await harness.ask(alive, 0)).refund();
    await harness.clock.step(1);
    expect(alive.status(scope)).toMatchObject({ inFlight: 0, reserved: 0 });
    expect(alive.status(scope)?.available).toBeCloseTo(400, 0);
  });

  it('is told from one whose calls take longer than the lease', async () => {
    const [slow, other] = [harness.limiter({ leaseMs: 3_000 }), harness.limiter({ leaseMs: 3_000 })];
    await harness.confirm(other, 1_000);
    const permit = await harness.ask(slow, 600);
    await harness.clock.step(60_000);
    (await harness.ask(other, 0)).refund();
    await harness.clock.step(1);
    expect(other.status(scope)).toMatchObject({ inFlight: 1, reserved: 600 });
    permit.settle({ actualCost: 600 });
    await harness.clock.step(1);
    expect(slow.status(scope)).toMatchObject({ inFlight: 0, reserved: 0 });
  });
});

describe("Redis's clock", () => {
  it.each([-86_400_000, -5_000, 5_000])(
    'may be set by %d ms: points, permits, places and room for others go on from there',
    async (byMs) => {
      const [one, two] = [harness.limiter(), harness.limiter()];
      for (const limiter of [one, two]) await harness.confirm(limiter, 1_000);
      await harness.confirm(one, 300);
      const held = await harness.ask(one, 200);
      harness.setRedisClock(byMs);
      const { lines, note } = log();
      note('one', harness.ask(one, 750));
      await harness.clock.step(1);
      note('two', harness.ask(two, 100, { priority: 'background' }));
      await harness.clock.step(500);
      held.settle({
        actualCost: 200,
        throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: 200, restoreRate: 100 },
      });
      await harness.clock.step(5_000);
      expect(lines).toEqual([]);
      await harness.clock.step(2_000);
      expect(lines).toEqual(['one']);
      await harness.clock.step(35_000);
      expect(lines).toEqual(['one', 'two']);
      expect(two.status(scope)).toMatchObject({ inFlight: 2, reserved: 850 });
    },
  );

  it('that was set back does not keep room for interactive calls of a time to come', async () => {
    const limiter = harness.limiter();
    await harness.confirm(limiter, 1_000);
    (await harness.ask(limiter, 0)).refund();
    harness.setRedisClock(-86_400_000);
    await harness.confirm(limiter, 1_000);
    await harness.clock.step(61_000);
    await expect(harness.ask(limiter, 1_000, { priority: 'background' })).resolves.toMatchObject({ waitedMs: 0 });
  });
});

describe('closing', () => {
  it('leaves nothing of the process in Redis, once its permits have ended', async () => {
    const limiter = harness.limiter();
    await harness.confirm(limiter, 100);
    const permit = await harness.ask(limiter, 50);
    const { lines, note } = log();
    note('waiter', harness.ask(limiter, 500));
    await harness.settle();
    limiter.close();
    await harness.settle();
    expect(lines).toEqual(['waiter rejected']);
    expect(harness.clock.pending).toBe(0);
    expect(processesIn(await harness.fields())).toHaveLength(1);
    permit.settle({ actualCost: 20 });
    await harness.settle();
    const fields = await harness.fields();
    expect(processesIn(fields)).toEqual([]);
    expect(fields).toMatchObject({ reserved: '0', inFlight: '0', spent: '20' });
    expect(harness.clock.pending).toBe(0);
  });

  it('gives back what is granted after it', async () => {
    const [closed, other] = [harness.limiter(), harness.limiter()];
    await harness.confirm(other, 1_000);
    const { lines, note } = log();
    note('late', harness.ask(closed, 300));
    await Promise.resolve();
    closed.close();
    await harness.settle();
    expect(lines).toEqual(['late rejected']);
    (await harness.ask(other, 0)).refund();
    await harness.clock.step(1);
    expect(other.status(scope)).toMatchObject({ inFlight: 0, reserved: 0, available: 1_000 });
  });

  it('sends nothing where nothing was ever asked', async () => {
    harness.limiter().close();
    await harness.settle();
    expect(harness.takeCommands()).toBe(0);
  });
});

describe('an abort', () => {
  it('while the question is on its way gives the points back at once', async () => {
    const limiter = harness.limiter();
    await harness.confirm(limiter, 1_000);
    const controller = new AbortController();
    const call = harness.ask(limiter, 300, { signal: controller.signal });
    await Promise.resolve();
    controller.abort('enough');
    await expect(call).rejects.toBe('enough');
    await harness.settle();
    expect(limiter.status(scope)).toMatchObject({ inFlight: 0, reserved: 0, available: 1_000 });
    expect(await harness.fields()).toMatchObject({ inFlight: '0', reserved: '0' });
  });

  it('of the only one who waits takes its place in line away for the others', async () => {
    const [one, two] = [harness.limiter(), harness.limiter()];
    await harness.confirm(one, 100);
    const controller = new AbortController();
    harness.ask(one, 900, { signal: controller.signal }).catch(() => undefined);
    await harness.settle();
    controller.abort();
    await harness.settle();
    await expect(harness.ask(two, 50)).resolves.toMatchObject({ cost: 50 });
  });
});

describe('a response with odd numbers', () => {
  it.each([
    { actualCost: 1e12 },
    { throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: -1e9, restoreRate: 50 } },
    { throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: 900, restoreRate: 1e-9 } },
    { throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: -1e9, restoreRate: 1e-9 } },
    { throttleStatus: { maximumAvailable: 1e-9, currentlyAvailable: 900, restoreRate: 50 } },
  ])('does not stall the other processes: %j', async (feedback) => {
    const [one, two] = [harness.limiter(), harness.limiter()];
    await harness.confirm(one, 1_000);
    const held = await harness.ask(one, 10);
    held.settle(feedback);
    await harness.clock.step(50);
    const stored = await harness.redis.hget(`${harness.keyPrefix}{${scope.shop}:default}`, 'level');
    expect(Number(stored)).toBeGreaterThanOrEqual(-1_000);
    const { lines, note } = log();
    note('two', harness.ask(two, 10));
    await harness.clock.step(25_000);
    expect(lines).toEqual(['two']);
    expect(two.status(scope)).toMatchObject({ maximumAvailable: 1_000 });
    expect(two.status(scope)?.restoreRate).toBeGreaterThanOrEqual(1);
  });
});

describe('a response with a size that no shop has', () => {
  it('makes no process refuse its calls', async () => {
    const [one, two] = [harness.limiter(), harness.limiter()];
    await harness.confirm(one, 1_000);
    const numbers = { currentlyAvailable: 900, restoreRate: 50 };
    (await harness.ask(one, 10)).settle({ throttleStatus: { ...numbers, maximumAvailable: 5 } });
    await harness.clock.step(50);
    const next = harness.ask(two, 60);
    await harness.clock.step(1_000);
    (await next).settle({ actualCost: 60, throttleStatus: { ...numbers, maximumAvailable: 1_000 } });
    await harness.clock.step(50);
    expect((await harness.ask(one, 60)).cost).toBe(60);
    await expect(harness.ask(one, 1_001)).rejects.toMatchObject({ code: 'MAX_COST_EXCEEDED' });
  });
});

describe('idle buckets', () => {
  it('are forgotten, and go on in Redis where they were', async () => {
    const limiter = harness.limiter({ idleMs: 5_000 });
    await harness.confirm(limiter, 500, 1);
    await harness.clock.step(6_000);
    expect(limiter.status(scope)).toBeUndefined();
    expect(harness.clock.pending).toBe(0);
    await harness.ask(limiter, 100);
    expect(limiter.status(scope)).toMatchObject({ confirmed: true, inFlight: 1, restoreRate: 1 });
    expect(limiter.status(scope)?.available).toBeCloseTo(406, 0);
  });

  it('are kept while a permit is out or somebody waits', async () => {
    const limiter = harness.limiter({ idleMs: 1_000 });
    await harness.confirm(limiter, 0, 100);
    const waiter = harness.ask(limiter, 500);
    await harness.clock.step(3_000);
    expect(limiter.status(scope)).toMatchObject({ waiting: 1 });
    await harness.clock.step(3_000);
    await waiter;
    await harness.clock.step(3_000);
    expect(limiter.status(scope)).toMatchObject({ inFlight: 1 });
  });
});

describe('a bucket that is never forgotten here', () => {
  it('expires in Redis all the same', async () => {
    const limiter = harness.limiter({ idleMs: Number.POSITIVE_INFINITY });
    await harness.confirm(limiter, 500);
    const [key = ''] = await harness.redis.keys(`${harness.keyPrefix}*`);
    expect(await harness.redis.pttl(key)).toBeGreaterThan(0);
    expect(limiter.status(scope)).toMatchObject({ confirmed: true });
  });
});

describe('a client of ioredis', () => {
  it('fits as it is, of either version, clustered or not', () => {
    expectTypeOf<Redis>().toExtend<RedisScripting>();
    expectTypeOf<Cluster>().toExtend<RedisScripting>();
    expectTypeOf<Redis5>().toExtend<RedisScripting>();
    expectTypeOf<Cluster5>().toExtend<RedisScripting>();
  });
});

describe('options', () => {
  it('are all checked together', () => {
    const wrong = { commandTimeoutMs: 0, leaseMs: -1, probeMs: Number.NaN, processes: 1.5, agingMs: -1 };
    let error: unknown;
    try {
      redisLimiter({ redis: harness.redis, ...wrong });
    } catch (thrown) {
      error = thrown;
    }
    expect(isShopwrightError(error, 'CONFIG_INVALID') && error.issues.map(({ field }) => field).toSorted()).toEqual(
      Object.keys(wrong)
        .map((name) => `limiter.${name}`)
        .toSorted(),
    );
  });
});
