import { createProductSync } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { type FakeSync, fakeSync, tee } from '../fake-shop.ts';

const colours = { namespace: 'custom', key: 'colour', type: 'single_line_text_field' };

/** Products with different fields: some have metafields, costs, or no images. */
const catalogue = (count: number): readonly ProductDraftInput[] =>
  Array.from({ length: count }, (_, index) => {
    const id = `p-${index}`;
    if (index % 3 === 1) return tee(id, { metafields: [{ ...colours, value: `c${index}` }], tags: ['a'] });
    if (index % 3 === 2)
      return { localId: id, title: id, variants: [{ sku: id, price: '1', inventoryItem: { cost: '0.5' } }] };
    return tee(id);
  });

async function pushed(products: readonly ProductDraftInput[]): Promise<FakeSync> {
  const made = fakeSync({ sync: { concurrency: 50 } });
  const { counts } = await made.clock.run(made.sync.pushMany(products));
  expect(counts.created).toBe(products.length);
  return made;
}

const callsOf = ({ fake }: FakeSync, from: number) =>
  fake.calls.slice(from).flatMap(({ operation }) => (operation === 'MetafieldDefinitionByKey' ? [] : [operation]));

/** A product in the shop. */
async function inShop({ stores, client, fake }: FakeSync, index: number) {
  const record = await stores.records.get(client.shop, `p-${index}`);
  return fake.products().find(({ id }) => id === record?.gid);
}

/** Changes a product with another client, at the same time as the push. */
async function edit(made: FakeSync, index: number, title: string): Promise<void> {
  const { client, clock } = made;
  const { id } = (await inShop(made, index)) ?? {};
  await clock.run(
    client.graphql(
      'mutation ($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { message } } }',
      { product: { id, title } },
    ),
  );
}

describe('a refresh', () => {
  it('reads 1,000 products in 10 calls, and finds an edit made in the same second as our write', async () => {
    const products = catalogue(1_000);
    const made = await pushed(products);
    const wrote = (await inShop(made, 999))?.['updatedAt'];
    await edit(made, 999, 'By hand');
    // Shopify's times are in whole seconds, so the time alone does not reveal the edit.
    expect((await inShop(made, 999))?.['updatedAt']).toBe(wrote);
    const before = made.fake.calls.length;
    const plan = await made.clock.run(made.sync.plan(products, { refresh: true }));
    expect(plan.counts.unchanged).toBe(1_000);
    expect(plan.products).toMatchObject([
      { localId: 'p-999', drifts: [{ field: 'title', ours: 'Tee p-999', theirs: 'By hand' }] },
    ]);
    expect(callsOf(made, before)).toEqual(Array(10).fill('ProductsRead'));
  }, 60_000);

  it('reports the same for each product as a single read', async () => {
    const products = catalogue(30);
    const made = await pushed(products);
    for (const index of [0, 1, 2]) await edit(made, index, `By hand ${index}`);
    const changed = products.map((product, index) =>
      index % 5 === 0 ? { ...product, variants: product.variants.slice(0, 1), tags: ['b'], collections: [] } : product,
    );
    const together = await made.clock.run(made.sync.plan(changed, { refresh: true }));
    const alone = [];
    for (const product of changed) {
      const plan = await made.clock.run(made.sync.plan([product], { refresh: true }));
      alone.push(...plan.products);
    }
    expect(together.products).toEqual(alone);
    expect(together.counts).toMatchObject({ 'would-update': 6 });
    // Products that were planned together are applied one by one.
    const { counts } = await made.clock.run(made.sync.apply(together, { maxDeletes: { variants: 6 } }));
    expect(counts).toMatchObject({ updated: 6, outdated: 0 });
  });

  it('records what a run read, in as few calls', async () => {
    const products = catalogue(120);
    const made = await pushed(products);
    await made.clock.advance(60_000);
    const before = made.fake.calls.length;
    const { counts } = await made.clock.run(made.sync.pushMany(products, { refresh: true }));
    expect(counts.unchanged).toBe(120);
    expect(callsOf(made, before)).toEqual(['ProductsRead', 'ProductsRead']);
    const record = await made.stores.records.get(made.client.shop, 'p-7');
    expect(record).toMatchObject({ status: 'synced', lastSyncedAt: made.clock.now() });
  });

  it('reads a product again before a run changes it', async () => {
    const products = catalogue(12);
    const made = await pushed(products);
    await edit(made, 0, 'By hand');
    let reads = 0;
    const client: FakeSync['client'] = Object.create(made.client, {
      graphql: {
        value: async (...call: Parameters<FakeSync['client']['graphql']>) => {
          const result = await made.client.graphql(...call);
          // The merchant writes again right after all products were read.
          if (!String(call[0]).includes('query ProductsRead')) return result;
          reads += 1;
          if (reads === 1) {
            const { id } = (await inShop(made, 0)) ?? {};
            await made.client.graphql(
              'mutation ($id: ID!) { productUpdate(product: { id: $id, vendor: "By hand" }) { userErrors { message } } }',
              { id },
            );
          }
          return result;
        },
      },
    });
    const sync = createProductSync({ client, stores: made.stores, clock: made.clock });
    const { counts } = await made.clock.run(sync.pushMany(products, { force: true }));
    expect(counts).toMatchObject({ updated: 1, unchanged: 11 });
    expect(reads).toBe(2);
    expect(await inShop(made, 0)).toMatchObject({ title: 'Tee p-0', vendor: 'By hand' });
  });

  it('reads products one by one if they cannot be read together', async () => {
    const products = catalogue(5);
    const made = await pushed(products);
    await edit(made, 3, 'By hand');
    const client: FakeSync['client'] = Object.create(made.client, {
      graphql: {
        value: (...call: Parameters<FakeSync['client']['graphql']>) => {
          const ids = (call[1] as { readonly ids?: readonly string[] } | undefined)?.ids ?? [];
          if (ids.length > 1) return Promise.reject(new Error('too much'));
          return made.client.graphql(...call);
        },
      },
    });
    const sync = createProductSync({ client, stores: made.stores, clock: made.clock });
    const plan = await made.clock.run(sync.plan(products, { refresh: true }));
    expect(plan.products).toMatchObject([{ localId: 'p-3', drifts: [{ field: 'title' }] }]);
  });
});
