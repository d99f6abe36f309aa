import { createInventory } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { type FakeSync, fakeSync, tee } from '../fake-shop.ts';

interface Data {
  readonly locations: { readonly nodes: readonly { readonly id: string }[] };
  readonly productVariants: {
    readonly nodes: readonly {
      readonly sku: string;
      readonly inventoryItem: {
        readonly inventoryLevels: {
          readonly nodes: readonly {
            readonly location: { readonly id: string };
            readonly quantities: readonly { readonly quantity: number }[];
          }[];
        };
      };
    }[];
  };
}

const read = async ({ clock, client }: FakeSync): Promise<Data> =>
  (
    await clock.run(
      client.graphql<Data>(
        '{ locations(first: 5) { nodes { id } } productVariants(first: 9) { nodes { sku inventoryItem { inventoryLevels(first: 5) { nodes { location { id } quantities(names: ["available"]) { quantity } } } } } } }',
      ),
    )
  ).data;

/** Units by SKU and location, without zeros. */
const stock = async (made: FakeSync, locations: readonly string[]) =>
  Object.fromEntries(
    (await read(made)).productVariants.nodes.map(({ sku, inventoryItem }) => [
      sku,
      locations.map(
        (id) => inventoryItem.inventoryLevels.nodes.find(({ location }) => location.id === id)?.quantities[0]?.quantity,
      ),
    ]),
  );

/** A shop with two locations. */
async function setup() {
  const made = fakeSync();
  await made.clock.run(
    made.client.graphql(
      'mutation { locationAdd(input: { name: "Shelf", address: { countryCode: US } }) { userErrors { message } } }',
    ),
  );
  const locations = (await read(made)).locations.nodes.map(({ id }) => id);
  const [first = '', second = ''] = locations;
  const variant = (sku: string, quantities: readonly (readonly [string, number])[] = []) => ({
    ...{ sku, price: '1', options: { Size: sku }, inventoryItem: { tracked: true } },
    quantities: quantities.map(([locationId, available]) => ({ locationId, available })),
  });
  const push = (...variants: readonly object[]) =>
    made.clock.run(
      made.sync.push(tee('tee-1', { images: [], variants }), { maxDeletes: { variants: 9, variantsWithStock: 9 } }),
    );
  return { ...made, locations, first, second, variant, push };
}

describe('quantities of a draft', () => {
  it('set the stock of new variants at each location, but not of existing variants', async () => {
    const made = await setup();
    const { first, second, variant, push, locations } = made;
    expect(
      await push(
        variant('S', [
          [first, 5],
          [second, 7],
        ]),
      ),
    ).toMatchObject({ outcome: 'created' });
    expect(await stock(made, locations)).toEqual({ S: [5, 7] });

    const more = [variant('S', [[first, 99]]), variant('M', [[second, 3]])];
    expect(await push(...more)).toMatchObject({ outcome: 'updated' });
    const now = await stock(made, locations);
    expect(now['S']).toEqual([5, 7]);
    expect(now['M']?.[1]).toBe(3);
    // Changed quantities alone are not pushed.
    expect(await push(variant('S', [[first, 1]]), variant('M'))).toMatchObject({ outcome: 'unchanged' });
    expect(await stock(made, locations)).toEqual(now);
  });

  it('at a deleted location fail the product, and nothing is created', async () => {
    const made = await setup();
    const { variant, push, clock, fake, sync } = made;
    const result = await push(variant('S', [['gid://shopify/Location/999', 5]]));
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'USER_ERROR' } });
    expect(fake.products()).toEqual([]);
    expect(await clock.run(sync.health({ maxAgeMs: 0 }))).toMatchObject({ failed: 1 });
    expect(await push(variant('S'))).toMatchObject({ outcome: 'created' });
  });

  it.each<[readonly (readonly [string, number])[], string]>([
    [[['gid://shopify/Location/1', 1.5]], 'variants[0].quantities[0].available'],
    [[['gid://shopify/Location/1', 2_000_000_000]], 'variants[0].quantities[0].available'],
    [[['Warehouse', 1]], 'variants[0].quantities[0].locationId'],
    [
      [
        ['gid://shopify/Location/1', 1],
        ['gid://shopify/Location/1', 2],
      ],
      'variants[0].quantities',
    ],
  ])('%j are invalid', async (quantities, field) => {
    const { variant, push } = await setup();
    expect(await push(variant('S', quantities))).toMatchObject({ outcome: 'invalid', issues: [{ field }] });
  });
});

describe('stock at a location where an item was not stocked', () => {
  it('is set and activated, and the history names the run', async () => {
    const made = await setup();
    const { clock, client, variant, push, locations, stores } = made;
    await push(variant('S'));
    const before = (await stock(made, locations))['S'] ?? [];
    const at = before.indexOf(undefined);
    expect(at).toBeGreaterThanOrEqual(0);
    const locationId = locations[at] ?? '';
    const inventory = createInventory({ client, clock, stores });
    const report = await clock.run(inventory.set([{ sku: 'S', locationId, quantity: 4 }], { runId: 'count-7' }));
    expect(report).toMatchObject({ done: 1, refused: [], runId: 'count-7' });
    expect((await stock(made, locations))['S']?.[at]).toBe(4);
    const sent = made.fake.calls.flatMap(({ variables }) => JSON.stringify(variables ?? null)).join();
    expect(sent).toContain('"referenceDocumentUri":"gid://shopwright/StockRun/count-7"');
  });
});
