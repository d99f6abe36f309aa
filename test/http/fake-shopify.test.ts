import { createShopifyClient, kyTransport, type Transport } from 'shopwright';
import { createFakeShopify } from 'shopwright/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { undiciTransport } from '../../src/http/undici.ts';

describe.each<readonly [string, () => Transport]>([
  ['kyTransport', kyTransport],
  ['undiciTransport', undiciTransport],
])('a client over %s', (_, create) => {
  it('reads from a listening shop, and retries after a lost response', async () => {
    const fake = createFakeShopify();
    onTestFinished(() => fake.close());
    const { origin } = await fake.listen();
    const transport = create();
    onTestFinished(() => transport.close?.());
    const shop = createShopifyClient({
      shop: 'demo.myshopify.com',
      accessToken: 'shpat_fake',
      origin,
      transport,
      isolated: true,
      retry: { baseDelayMs: 0 },
    });

    fake.faults.next('reset-after');
    const { data, attempts, cost, requestId } = await shop.graphql('query Shop { shop { myshopifyDomain } }');
    expect(data).toEqual({ shop: { myshopifyDomain: 'demo.myshopify.com' } });
    expect([attempts, fake.executed('Shop')]).toEqual([2, 2]);
    expect([cost?.actual, typeof requestId]).toEqual([1, 'string']);
  });

  it('does not repeat a mutation whose response was lost', async () => {
    const fake = createFakeShopify();
    onTestFinished(() => fake.close());
    const { origin } = await fake.listen();
    const transport = create();
    onTestFinished(() => transport.close?.());
    const shop = createShopifyClient({
      shop: 'demo.myshopify.com',
      accessToken: 'shpat_fake',
      origin,
      transport,
      isolated: true,
    });

    fake.faults.next('reset-after', { operation: 'Make' });
    const making = shop.graphql(
      'mutation Make { productSet(input: { title: "Tee" }, synchronous: true) { product { id } userErrors { message } } }',
    );
    await expect(making).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(fake.executed('Make')).toBe(1);
  });
});
