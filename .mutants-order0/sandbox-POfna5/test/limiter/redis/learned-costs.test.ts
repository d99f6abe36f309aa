// @ts-nocheck
import fc from 'fast-check';
import { createShopifyClient } from 'shopwright';
import type { RateLimiter } from 'shopwright/limiter';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CostReply, LearnedCosts, readCosts } from '../../../src/limiter/redis/learned-costs.ts';
import { redisOrSkip } from '../../services.ts';
import { createRedisHarness, type RedisHarness, scope } from './redis-harness.ts';

const { url, describe } = await redisOrSkip(12);

let harness: RedisHarness;
beforeEach(async () => {
  harness = await createRedisHarness(url);
});
afterEach(() => harness.close());

const costsKey = (): string => `${harness.keyPrefix}{${scope.shop}:${scope.app}}:costs-1`;
const known = (limiter: RateLimiter, operation: string) => limiter.costs?.get(scope, operation);
const learn = (limiter: RateLimiter, operation: string, estimate: number, requested: number): void =>
  limiter.costs?.add(scope, operation, { estimate, requested });

/** Has a limiter hear what there is. */
async function hear(limiter: RateLimiter): Promise<void> {
  (await harness.ask(limiter, 0)).refund();
  await harness.clock.step(1);
}

describe('what one process has learned of costs', () => {
  it('is known to another that starts later, with its first permit', async () => {
    const one = harness.limiter();
    await harness.confirm(one, 1_000);
    learn(one, 'Products', 12, 40);
    learn(one, 'Products', 15.5, 43);
    learn(one, 'Free', 0, 3);
    await hear(one);
    const two = harness.limiter();
    expect(known(two, 'Products')).toEqual([]);
    const permit = await harness.ask(two, 12, { costNow: () => known(two, 'Products')?.[0]?.requested ?? 12 });
    expect(permit.cost).toBe(40);
    expect(known(two, 'Products')).toEqual([
      { estimate: 12, requested: 40 },
      { estimate: 15.5, requested: 43 },
    ]);
    expect(known(two, 'Free')).toEqual([{ estimate: 0, requested: 3 }]);
    expect(known(two, 'Other')).toEqual([]);
    permit.refund();
    await harness.clock.step(1);
    expect(two.status(scope)).toMatchObject({ reserved: 0, inFlight: 0 });
  });

  it('makes those who wait elsewhere wait for what their calls really cost', async () => {
    const [one, two] = [harness.limiter(), harness.limiter()];
    await harness.confirm(one, 0);
    const held = await harness.ask(one, 0);
    let cost = 0;
    const waiting = harness.ask(two, 20, { costNow: () => known(two, 'Products')?.[0]?.requested ?? 20 });
    void waiting.then((permit) => {
      cost = permit.cost;
    });
    await harness.clock.step(100);
    learn(one, 'Products', 20, 50);
    held.refund();
    await harness.clock.step(300);
    expect(cost).toBe(0);
    await harness.clock.step(300);
    expect(cost).toBe(50);
  });

  it('stays the same object as long as it says the same, and is sent once', async () => {
    const [one, two] = [harness.limiter(), harness.limiter()];
    await harness.confirm(one, 1_000);
    learn(one, 'Products', 12, 40);
    await hear(one);
    await hear(two);
    const [mine, theirs] = [known(one, 'Products')?.[0], known(two, 'Products')?.[0]];
    learn(two, 'Products', 13, 50);
    learn(two, 'Products', 12, 40);
    await hear(two);
    await hear(one);
    expect(known(one, 'Products')).toHaveLength(2);
    expect(known(one, 'Products')?.[0]).toBe(mine);
    expect(known(two, 'Products')?.[0]).toBe(theirs);
    expect(await harness.redis.hget(costsKey(), 'Products')).toBe('2 12:40 13:50');
  });

  it('stands beside the bucket, in the same slot of a cluster, and expires within a week', async () => {
    const one = harness.limiter();
    await harness.confirm(one, 1_000);
    expect(await harness.redis.exists(costsKey())).toBe(0);
    learn(one, 'Products', 12, 40);
    await hear(one);
    const keys = await harness.redis.keys(`${harness.keyPrefix}*`);
    expect(new Set(keys.map((key) => /\{.*\}/.exec(key)?.[0]))).toEqual(new Set([`{${scope.shop}:${scope.app}}`]));
    const expiresInMs = await harness.redis.pttl(costsKey());
    expect(expiresInMs).toBeGreaterThan(6 * 24 * 3_600_000);
    expect(expiresInMs).toBeLessThanOrEqual(7 * 24 * 3_600_000);
  });

  it('is bounded: the last five samples of the 500 operations that changed last', async () => {
    const one = harness.limiter();
    await harness.confirm(one, 1_000);
    for (let operation = 0; operation < 700; operation += 1) {
      learn(one, `op-${operation}`, 1, 10 + operation);
      if (operation % 90 === 0) await hear(one);
    }
    for (let sample = 0; sample < 9; sample += 1) learn(one, 'often', 1, 100 + sample);
    await hear(one);
    const fields = await harness.redis.hkeys(costsKey());
    expect(fields.length).toBeLessThanOrEqual(502);
    expect(fields).toContain('op-699');
    expect(fields).not.toContain('op-0');
    const two = harness.limiter();
    await hear(two);
    expect(known(two, 'often')?.map(({ requested }) => requested)).toEqual([104, 105, 106, 107, 108]);
  });

  it('is told again where Redis was out of reach, and learned again where it has lost it', async () => {
    const one = harness.limiter();
    await harness.confirm(one, 1_000);
    harness.breakWith('refused', one);
    learn(one, 'Products', 12, 40);
    await hear(one);
    harness.breakWith(undefined, one);
    await harness.clock.step(3_000);
    await hear(one);
    const two = harness.limiter();
    await hear(two);
    expect(known(two, 'Products')).toEqual([{ estimate: 12, requested: 40 }]);
    await harness.lose('keys');
    learn(two, 'Orders', 5, 9);
    await hear(two);
    await hear(one);
    expect(known(one, 'Products')).toEqual([]);
    expect(known(one, 'Orders')).toEqual([{ estimate: 5, requested: 9 }]);
  });

  it.each([
    ['samples that are no numbers', { odd: '1 x:y 3 4:', born: '1', version: '1' }],
    ['negative and endless ones', { odd: '1 -3:5 5:-3 inf:4 3:1e300 nan:nan', born: '1', version: '1' }],
    ['no version', { odd: '12:40' }],
    ['a version that is no number', { odd: '1 12:40', born: 'x', version: 'y' }],
    ['a field that says nothing', { odd: '', born: '1', version: '1' }],
    ['a version from another world', { odd: '1 12:40', born: '1', version: '1e300' }],
  ])('is ignored where it is damaged: %s', async (_, fields) => {
    await harness.redis.hset(costsKey(), fields);
    const one = harness.limiter();
    await harness.confirm(one, 1_000);
    learn(one, 'Products', 12, 40);
    await hear(one);
    expect(known(one, 'odd')).toEqual([]);
    const two = harness.limiter();
    await hear(two);
    expect(known(two, 'odd')).toEqual([]);
    expect(known(two, 'Products')).toEqual([{ estimate: 12, requested: 40 }]);
  });

  it('leaves a key of another program alone, and shares the bucket all the same', async () => {
    await harness.redis.set(costsKey(), 'theirs');
    const [one, two] = [harness.limiter(), harness.limiter()];
    await harness.confirm(one, 1_000);
    learn(one, 'Products', 12, 40);
    await harness.ask(one, 300);
    await harness.ask(two, 100);
    expect(two.status(scope)).toMatchObject({ reserved: 400, inFlight: 2 });
    expect(await harness.redis.get(costsKey())).toBe('theirs');
  });

  it('reaches a client of another process before its first call is sent', async () => {
    const document = 'query Hidden { shop { name } }';
    const costs: number[] = [];
    const call = async (limiter: RateLimiter): Promise<void> => {
      const body = {
        data: { shop: { name: 'Acme' } },
        extensions: {
          cost: {
            requestedQueryCost: 70,
            actualQueryCost: 70,
            throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: 900, restoreRate: 100 },
          },
        },
      };
      const client = createShopifyClient({
        shop: scope.shop,
        accessToken: 'shpat_0123456789abcdef0123456789abcdef',
        isolated: true,
        limiter,
        fetch: async () => new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } }),
        telemetry: (event) => {
          if (event.type === 'permit') costs.push(event.cost);
        },
      });
      await client.graphql(document);
      await harness.clock.step(1);
    };
    await call(harness.limiter());
    await call(harness.limiter());
    expect(costs).toEqual([1, 70]);
  });
});

it('reads whatever stands in Redis without harm, and keeps no sample that is no number of points', () => {
  const line = fc.oneof(fc.string(), fc.stringMatching(/^[a-z]{1,4}( [\d.e+-]{1,6}:[\d.e+-]{1,6}){0,7}$/));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const reply: CostReply | undefined = readCosts(['1 1', ...lines]);
      const costs = new LearnedCosts();
      if (reply) costs.hear(reply);
      for (const [operation, samples] of reply?.operations ?? []) {
        expect(costs.get(operation)).toEqual(samples);
        expect(samples.length).toBeLessThanOrEqual(5);
        for (const { estimate, requested } of samples) {
          expect(Number.isFinite(estimate) && estimate >= 0 && Number.isFinite(requested) && requested >= 0).toBe(true);
        }
      }
    }),
  );
});
