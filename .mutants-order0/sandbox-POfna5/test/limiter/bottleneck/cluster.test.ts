// @ts-nocheck
import { randomUUID } from 'node:crypto';
import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import type { Permit, RateLimiter } from 'shopwright/limiter';
import { afterEach, expect, it } from 'vitest';
import { bottleneckLimiter, bottleneckRedisConnection } from '../../../src/limiter/bottleneck/bottleneck-limiter.ts';
import { redisOrSkip } from '../../services.ts';

const { url, describe } = await redisOrSkip(7);
const scope = { shop: 'acme.myshopify.com', app: 'default' };

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const options = { commandTimeout: 1_000 };
const versions = {
  'ioredis 6': () => ({ client: new Redis(url, options), Redis }),
  'ioredis 5': () => ({ client: new Redis5(url, options), Redis: Redis5 }),
};

/** A limiter of a process of its own in a cluster of that name. */
function join(version: keyof typeof versions, id: string): RateLimiter {
  const connection = bottleneckRedisConnection(versions[version]());
  const host = new Bottleneck({
    ...{ id, connection, heartbeatInterval: 250 },
    ...{ reservoir: 0, reservoirIncreaseAmount: 50, reservoirIncreaseInterval: 250, reservoirIncreaseMaximum: 1_000 },
  });
  host.on('error', () => undefined);
  const limiter = bottleneckLimiter({ limiterFor: host, refill: 'host' });
  ends.push(async () => {
    limiter.close();
    await connection.disconnect(false);
  });
  return limiter;
}

const ask = (limiter: RateLimiter, cost: number): Promise<Permit> =>
  limiter.acquire({ ...scope, cost, priority: 'interactive' });

/** Has the shop tell that so many points are left. */
async function spend(limiter: RateLimiter, cost: number, currentlyAvailable: number): Promise<void> {
  const permit = await ask(limiter, cost);
  permit.settle({
    actualCost: cost,
    throttleStatus: { maximumAvailable: 1_000, currentlyAvailable, restoreRate: 200 },
  });
}

describe('a clustered Bottleneck', () => {
  it.each(Object.keys(versions) as (keyof typeof versions)[])(
    'shares its points, follows Shopify, and survives that Redis loses them (%s)',
    async (version) => {
      const id = randomUUID();
      const redis = new Redis(url);
      const loseKeys = async (): Promise<void> => {
        const keys = await redis.keys(`b_${id}*`);
        if (keys.length > 0) await redis.del(...keys);
      };
      ends.push(async () => {
        await loseKeys();
        await redis.quit();
      });
      const [one, two] = [join(version, id), join(version, id)];
      await spend(one, 10, 400);
      await spend(two, 10, 390);
      const reservoir = (): Promise<number> => redis.hget(`b_${id}_settings`, 'reservoir').then(Number);
      await expect.poll(reservoir).toBeGreaterThan(300);

      const held = await ask(one, 300);
      expect(await reservoir()).toBeLessThan(300);
      held.refund();
      await expect.poll(reservoir).toBeGreaterThan(300);

      const waiting = spend(one, 500, 400);
      await expect.poll(() => one.status(scope)?.waiting).toBe(1);
      await loseKeys();
      await expect(waiting).resolves.toBeUndefined();
      const calls = Promise.all([one, two, one, two].map((limiter) => spend(limiter, 50, 400)));
      await expect(calls).resolves.toHaveLength(4);
    },
    20_000,
  );
});
