import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { type FakeSync, fakeSync } from '../sync/fake-shop.ts';

const pointsOf = ({ fake }: FakeSync, kind: 'query' | 'mutation', from: number): number =>
  fake.calls.slice(from).reduce((sum, call) => sum + (call.kind === kind ? call.actualCost : 0), 0);

/** Points of the price changes alone: ids and prices are sent, and only errors are requested. */
async function alone(made: FakeSync, price: string): Promise<number> {
  const from = made.fake.calls.length;
  for (const product of made.fake.products()) {
    const ids = (product as unknown as { readonly variants: readonly { readonly id: string }[] }).variants.map(
      ({ id }) => id,
    );
    for (let at = 0; at < ids.length; at += 250)
      await made.clock.run(
        made.client.graphql(
          'mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { message } } }',
          { id: product.id, variants: ids.slice(at, at + 250).map((id) => ({ id, price })) },
        ),
      );
  }
  return pointsOf(made, 'mutation', from);
}

const whole = (more: object): object => ({
  vendor: 'Us',
  tags: ['a', 'b', 'c'],
  images: [1, 2, 3].map((number) => ({ url: `https://cdn.example.com/${number}.jpg`, alt: 'A tee' })),
  metafields: [{ namespace: 'care', key: 'wash', type: 'single_line_text_field', value: '30' }],
  ...more,
});

describe('500 changed prices cost only the points of the price changes', () => {
  it.each<[string, number, (price: string) => readonly ProductDraftInput[]]>([
    [
      'of 500 products',
      7_000,
      (price) =>
        Array.from({ length: 500 }, (_, index) =>
          whole({ localId: `p-${index}`, title: `P ${index}`, variants: [{ sku: `S-${index}`, price, options: {} }] }),
        ) as unknown as ProductDraftInput[],
    ],
    [
      'of one product with 500 variants',
      60,
      (price) => [
        whole({
          localId: 'p',
          title: 'P',
          variants: Array.from({ length: 500 }, (_, index) => ({
            sku: `S-${index}`,
            price,
            options: { Size: `${index}` },
          })),
        }) as ProductDraftInput,
      ],
    ],
  ])('%s', async (_what, mostRead, products) => {
    const made = fakeSync();
    await made.clock.run(made.sync.pushMany(products('10')));
    await made.clock.advance(60_000);
    const from = made.fake.calls.length;
    const { counts } = await made.clock.run(made.sync.pushMany(products('12')));
    expect(counts).toMatchObject({ created: 0, failed: 0, updated: products('12').length });
    const pushed = pointsOf(made, 'mutation', from);
    const read = pointsOf(made, 'query', from);
    expect(pushed).toBeGreaterThan(0);
    expect(pushed).toBeLessThanOrEqual(await alone(made, '14'));
    // In addition, the values to compare are read once.
    expect(read).toBeLessThanOrEqual(mostRead);
    const sent = made.fake.calls.slice(from).filter(({ kind }) => kind === 'mutation');
    expect(new Set(sent.map(({ operation }) => operation))).toEqual(
      new Set(['ProductVariantsUpdate', 'productVariantsBulkUpdate']),
    );
  });
});
