// @ts-nocheck
import { createShopifyClient } from 'shopwright';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { isMet, type Metric, metricsOf } from '../../bench/load/metrics.ts';
import { fromLoopback } from '../../bench/load/work.ts';

const shop = 'demo.myshopify.com';

describe('the figures of the load', () => {
  it.each([
    'https://acme.myshopify.com',
    'http://acme.myshopify.com',
    'https://127.0.0.1:3000',
    'http://127.0.0.1.nip.io',
  ])('are not for %s', (address) => {
    expect(() => fromLoopback(address)).toThrow('The load runs against the fake on this machine only');
    expect(fromLoopback('http://127.0.0.1:3000')).toBe('http://127.0.0.1:3000');
  });

  it("are computed from the fake's log: what was asked, when, and what arrived", async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock, shops: [{ domain: shop, plan: 'plus' }] });
    const client = createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: fake.fetch, clock, isolated: true });
    const create =
      'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } userErrors { message } } }';
    const gids: string[] = [];
    for (const title of ['p-0 @0', 'p-1 @0']) {
      const { data } = await clock.run(
        client.graphql<{ productSet: { product: { id: string } } }>(create, { input: { title } }),
      );
      gids.push(data.productSet.product.id);
    }
    await clock.advance(1_000);
    const startedAt = clock.now();
    const title = `p-0 @${startedAt}`;
    await clock.advance(3_000);
    await clock.run(client.graphql('query Find($id: ID!) { product(id: $id) { title } }', { id: gids[0] }));
    await clock.advance(2_000);
    const update =
      'mutation Change($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { message } } }';
    await clock.run(client.graphql(update, { product: { id: gids[0], title } }));
    await clock.advance(55_000);
    const report = {
      ...{
        heapsMb: [9, 9, 10, 10, 12, 12],
        handlesBefore: { Timeout: 1 },
        handlesAfter: { Timeout: 1, TCPSocketWrap: 2 },
      },
      ...{ sources: { [shop]: { 'p-0': title, 'p-1': `p-1 @${startedAt}` } }, unsent: 0, failed: {} },
    };
    const found = metricsOf({
      ...{ fake, shops: [shop], alarm: 'alarm.myshopify.com', startedAt, endedAt: clock.now(), wanted: 1 },
      ...{ responseMs: [10, 20, 900], probes: [true, true, true, false], alertAt: undefined, reports: [report] },
    });
    const value = (name: string): number => Number(found.find((metric) => metric.name === name)?.value.toFixed(3));
    expect(value('load')).toBe(2);
    expect(value('average sync')).toBe(5);
    expect(value('queue wait')).toBe(0.05);
    expect(value('permanent failures')).toBe(50);
    expect(value('consistency')).toBe(50);
    expect(value('uptime')).toBe(75);
    expect(value('API success')).toBe(100);
    expect(value('API p95')).toBe(0.9);
    expect(value('heap')).toBe(1.2);
    expect(value('open handles')).toBe(2);
    expect(value('alert')).toBeNaN();
    const missed = found.filter((metric) => !isMet(metric)).map(({ name }) => name);
    expect(missed).toEqual(['permanent failures', 'consistency', 'uptime', 'alert', 'heap', 'open handles']);
  });

  it('are missed where they are at a bound that must be passed, or not known', () => {
    const metric = (value: number, bound: Metric['bound']): Metric => ({
      ...{ name: '', definition: '', unit: '', value, bound },
    });
    expect(isMet(metric(95, ['above', 95]))).toBe(false);
    expect(isMet(metric(30, ['below', 30]))).toBe(false);
    expect(isMet(metric(5, ['at most', 5]))).toBe(true);
    expect(isMet(metric(5, ['at least', 5]))).toBe(true);
    for (const side of ['above', 'below', 'at most', 'at least'] as const)
      expect(isMet(metric(Number.NaN, [side, 1]))).toBe(false);
  });
});
