// @ts-nocheck
import { expect, it } from 'vitest';
import { redisOrSkip } from '../../services.ts';
import { race } from '../simulated-shop.ts';
import { createRedisHarness } from './redis-harness.ts';

const { url, describe } = await redisOrSkip(14);

describe('4 processes with 32 callers on a simulated shop', () => {
  it.each([
    ['a full bucket', 2_000, 1],
    ['a nearly empty bucket', 50, 2],
  ])(
    'with %s use 97 percent of the points, are hardly throttled and get fair shares',
    async (_, startingWith, seed) => {
      const harness = await createRedisHarness(url);
      const limiters = Array.from({ length: 4 }, () => harness.limiter());
      const result = await race({ seed, startingWith, seconds: 60 }, { clock: harness.clock, limiters });
      await harness.close();
      const { calls, throttled, utilisation, shares } = result;
      expect(utilisation).toBeGreaterThanOrEqual(0.97);
      expect(throttled / calls).toBeLessThanOrEqual(0.01);
      for (const share of shares) expect(share / calls).toBeGreaterThan(0.2);
    },
  );
});
