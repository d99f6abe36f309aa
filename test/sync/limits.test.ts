import { describe, expect, it } from 'vitest';
import { fakeSync, tee } from './fake-shop.ts';

describe('a catalogue on a standard shop with 3 % faults', () => {
  it.each([1, 2, 3])('is pushed whole, without duplicates and without being throttled (seed %i)', async (seed) => {
    const { sync, fake, client, clock } = fakeSync({
      fake: { seed, latencyMs: 40, faults: { rate: 0.03 } },
      sync: { publishTo: ['Online Store'], concurrency: 8 },
    });
    const products = Array.from({ length: 250 }, (_, i) => tee(`product-${i}`));

    const summary = await clock.run(sync.pushMany(products));

    const stats = fake.stats();
    expect(summary.counts).toMatchObject({ created: 250, failed: 0, invalid: 0 });
    expect(fake.products()).toHaveLength(250);
    expect(new Set(fake.products().map(({ title }) => title)).size).toBe(250);
    const injected = Object.values(stats.faults).reduce((sum, count) => sum + count, 0);
    expect(injected).toBeGreaterThan(5);
    expect(stats.throttled, 'throttled answers beyond those injected').toBeLessThanOrEqual(stats.calls * 0.01);
    expect(client.status().limiter?.maximumAvailable).toBe(2000);
    expect(stats.utilisation, 'points used of those the bucket allowed').toBeGreaterThanOrEqual(0.97);
  });
});
