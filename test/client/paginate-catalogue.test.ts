import { describe, expect, it } from 'vitest';
import { domain, shopOf } from './products-shop.ts';

describe('25,000 products with variants and metafields, from an empty bucket', () => {
  const Catalogue = `query Catalogue($first: Int!, $after: String) {
    products(first: $first, after: $after) {
      nodes { id variants(first: 20) { nodes { id } } metafields(first: 5) { nodes { id } } }
      pageInfo { hasNextPage endCursor }
    }
  }`;

  it('are read as fast as points allow, without a throttled call, a gap or a repetition', async () => {
    const bucket = { maximumAvailable: 2000, restoreRate: 100, currentlyAvailable: 1 };
    const { shop, clock, fake } = await shopOf(25_000, { variants: 2, metafields: 1, shops: [{ bucket }] });
    // Uses the one point left, so that the client knows that the bucket is empty.
    await clock.run(shop.graphql('{ shop { name } }'));
    const startMs = clock.monotonic();
    const ids: string[] = [];
    let cursor: string | undefined;
    for (const until of [9_000, 25_000]) {
      const options = cursor === undefined ? {} : { after: cursor };
      const pages = shop.paginate<{ id: string }>(Catalogue, { first: 250 }, options);
      const reading = async (): Promise<void> => {
        for await (const { nodes } of pages.pages()) {
          ids.push(...nodes.map(({ id }) => id));
          if (ids.length >= until) break;
        }
      };
      await clock.run(reading());
      cursor = pages.cursor;
    }
    expect(ids).toEqual(fake.products(domain).map(({ id }) => id));
    const calls = fake.calls.slice(2).filter(({ executed }) => executed);
    expect(Math.min(...calls.map(({ requestedCost }) => requestedCost))).toBeGreaterThanOrEqual(60);
    expect(fake.stats(domain).throttled).toBe(0);
    const last = calls.at(-1);
    const points = calls.reduce((sum, { actualCost }) => sum + actualCost, 0);
    const needed = points - (last?.actualCost ?? 0) + (last?.requestedCost ?? 0);
    const ratio = (clock.monotonic() - startMs) / ((needed / 100) * 1000);
    expect(ratio).toBeLessThanOrEqual(1.02);
  }, 60_000);
});
