import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { domain, fakeSync, tee } from '../fake-shop.ts';

describe('a catalogue on a standard shop with 3 % faults', () => {
  it.each([1, 2, 3])('is pushed completely, without duplicates or throttling (seed %i)', async (seed) => {
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

/** A product with the given numbers of variants and images. */
function sized(localId: string, variants: number, images: number): ProductDraftInput {
  const urls = Array.from({ length: images }, (_, image) => `https://cdn.example.com/${localId}-${image}.jpg`);
  return tee(localId, {
    images: urls.map((url) => ({ url })),
    variants: Array.from({ length: variants }, (_, variant) => ({
      sku: `${localId}-${variant}`,
      price: '9.90',
      options: { Size: `${variant}` },
      ...(urls.length > 0 && variant % 2 === 0 && { imageUrl: urls[variant % urls.length] }),
    })),
  });
}

describe('products of mixed size, without other clients', () => {
  it.each([
    ['from a full bucket', 2_000],
    ['from 100 points', 100],
  ])(
    'are never throttled: 383 products with 1 to 12 variants and up to 4 images, %s',
    async (_, currentlyAvailable) => {
      const bucket = { maximumAvailable: 2_000, restoreRate: 100, currentlyAvailable };
      const { sync, fake, clock } = fakeSync({ fake: { latencyMs: 40, shops: [{ domain, bucket }] } });
      const products = Array.from({ length: 383 }, (_, i) => sized(`product-${i}`, 1 + ((i * 7) % 12), (i * 3) % 5));
      const { counts } = await clock.run(sync.pushMany(products));
      expect(counts).toMatchObject({ created: 383, failed: 0, invalid: 0 });
      expect(fake.stats().throttled).toBe(0);
    },
  );

  it('are never throttled when larger ones follow many small ones', async () => {
    const bucket = { maximumAvailable: 2_000, restoreRate: 50, currentlyAvailable: 30 };
    const { sync, fake, clock } = fakeSync({ fake: { latencyMs: 40, shops: [{ domain, bucket }] } });
    const sizes = [...Array.from({ length: 12 }, () => 3), 5, 5, ...Array.from({ length: 12 }, () => 1), 12, 7, 100, 2];
    const { counts } = await clock.run(sync.pushMany(sizes.map((size, i) => sized(`product-${i}`, size, 0))));
    expect(counts).toMatchObject({ created: sizes.length, failed: 0, invalid: 0 });
    expect(fake.stats().throttled).toBe(0);
  });
});
