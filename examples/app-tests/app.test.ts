import { createShopifyClient, isShopwrightError } from 'shopwright';
import { createFakeShopify, createManualClock, type FakeShopOptions } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { type Ask, startSale } from './sale.ts';

const create = `mutation Create($input: ProductSetInput!) {
  productSet(input: $input) { product { id } userErrors { message } }
}`;

/** A shop with products, half of them tagged, and the app's client for it. Each test has its own. */
async function shopWith(products: number, options: FakeShopOptions = {}) {
  const clock = createManualClock();
  const fake = createFakeShopify({ clock, shops: [options] });
  const client = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch, clock });
  const ask: Ask = async (document, variables) => (await client.graphql(document, variables)).data;
  for (let at = 0; at < products; at++) {
    const input = {
      ...{ handle: `product-${at}`, title: `Product ${at}`, tags: at % 2 === 0 ? ['summer'] : [] },
      productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }],
      variants: [{ price: '20.00', optionValues: [{ optionName: 'Title', name: 'Default Title' }] }],
    };
    await clock.run(client.graphql(create, { input }));
  }
  const sell = () => clock.run(startSale(ask, { tag: 'summer', percentOff: 25 }));
  const prices = () =>
    fake.products().map(({ variants }) => {
      const [variant] = variants as readonly { readonly price: string; readonly compareAtPrice: string | null }[];
      return `${variant?.price} instead of ${variant?.compareAtPrice}`;
    });
  return { fake, clock, sell, prices };
}

const onSale = '15.00 instead of 20.00';
const asBefore = '20.00 instead of null';

describe('startSale', () => {
  it('lowers the prices of the products with the tag, and no others', async () => {
    const { sell, prices } = await shopWith(4);
    expect(await sell()).toBe(2);
    expect(prices()).toEqual([onSale, asBefore, onSale, asBefore]);
  });

  it('succeeds once, although Shopify fails for a while', async () => {
    const { fake, sell, prices } = await shopWith(4);
    fake.faults.next('status-503', { operation: 'TaggedProducts', times: 2 });
    fake.faults.next('throttled', { operation: 'Reprice' });
    expect(await sell()).toBe(2);
    expect(fake.executed('Reprice')).toBe(2);
    expect(prices()).toEqual([onSale, asBefore, onSale, asBefore]);
  });

  it('lowers no price twice after a lost response', async () => {
    const { fake, sell, prices } = await shopWith(4);
    // Shopify carries it out, but the response is lost. Setting the same price again is safe.
    fake.faults.next('reset-after', { operation: 'Reprice' });
    expect(await sell()).toBe(2);
    expect(fake.executed('Reprice')).toBe(3);
    expect(prices()).toEqual([onSale, asBefore, onSale, asBefore]);
  });

  it('continues after an interruption', async () => {
    const { fake, sell, prices } = await shopWith(4);
    fake.faults.next('status-403', { operation: 'Reprice', after: 1 });
    const failure = await sell().catch((error: unknown) => error);
    expect(isShopwrightError(failure, 'ACCESS_DENIED')).toBe(true);
    expect(prices()).toEqual([onSale, asBefore, asBefore, asBefore]);
    expect(await sell()).toBe(1);
    expect(prices()).toEqual([onSale, asBefore, onSale, asBefore]);
  });

  it('waits for points in a big shop, and is never throttled', async () => {
    const { fake, clock, sell } = await shopWith(100, { bucket: { maximumAvailable: 100, restoreRate: 5 } });
    const startedAt = clock.now();
    expect(await sell()).toBe(50);
    // Minutes for Shopify, but no time for the test.
    expect(clock.now() - startedAt).toBeGreaterThan(60_000);
    expect(fake.stats().throttled).toBe(0);
  });
});
