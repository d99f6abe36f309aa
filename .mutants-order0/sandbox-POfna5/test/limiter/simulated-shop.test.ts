// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { race } from './simulated-shop.ts';

const seeds = [1, 2, 3, 4, 5];

describe.each([
  ['a full bucket', 2_000],
  ['a nearly empty bucket', 50],
])('32 callers on a simulated shop with %s', (_, startingWith) => {
  it.each(seeds)('use 97 %% of the points with at most 1 %% throttled (seed %i)', async (seed) => {
    const { calls, throttled, utilisation } = await race({ seed, startingWith });
    expect(utilisation).toBeGreaterThanOrEqual(0.97);
    expect(throttled / calls).toBeLessThanOrEqual(0.01);
  });
});

describe('32 callers on a simulated shop', () => {
  it.each(seeds)('use 97 %% of the points of a plus shop (seed %i)', async (seed) => {
    const plus = { maximumAvailable: 20_000, restoreRate: 1_000 };
    const { calls, throttled, utilisation } = await race({ seed, startingWith: 50, seconds: 30, ...plus });
    expect(throttled / calls).toBeLessThanOrEqual(0.01);
    expect(utilisation).toBeGreaterThanOrEqual(0.97);
  });

  it.each(seeds)('lose no throughput to lost answers (seed %i)', async (seed) => {
    const { calls, throttled, utilisation } = await race({ seed, startingWith: 50, lost: 0.05 });
    expect(utilisation).toBeGreaterThanOrEqual(0.97);
    expect(throttled / calls).toBeLessThanOrEqual(0.01);
  });

  it('follow Shopify where somebody else spends from the same bucket: each time surprises one call at most', async () => {
    const { throttled, utilisation } = await race({ seed: 1, startingWith: 1_000, stolenPerSecond: 30 });
    expect(utilisation).toBeGreaterThanOrEqual(0.97);
    expect(throttled).toBeLessThanOrEqual(60);
  });
});
