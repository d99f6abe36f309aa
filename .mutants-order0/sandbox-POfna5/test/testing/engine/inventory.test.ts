// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createHarness, pushed, refused, shirt, shop } from './harness.ts';
import { change, quantitiesAt, stocked } from './inventory-harness.ts';
import { createListeningHarness } from './listening-harness.ts';

const nowhere = { inventoryItemId: 'gid://shopify/InventoryItem/99', locationId: 'gid://shopify/Location/99' };

describe('the stock of a product', () => {
  it('is at the primary location from the start, and empty', async () => {
    const { harness, product, item, location } = await stocked();
    const query = `query ($product: ID!, $item: ID!, $location: ID!) {
      product(id: $product) { totalInventory hasOutOfStockVariants variants(first: 1) { nodes { inventoryQuantity availableForSale } } }
      inventoryItem(id: $item) {
        legacyResourceId trackedEditable { locked } locationsCount { count } variant { title } variants(first: 1) { nodes { title } }
        inventoryLevels(first: 5) { nodes { isActive canDeactivate deactivationAlert createdAt location { id } item { id } } }
      }
      location(id: $location) { inventoryLevels(first: 5) { nodes { item { id } } } inventoryLevel(inventoryItemId: $item) { isActive } }
    }`;
    expect(await harness.data(query, { product, item, location })).toEqual({
      product: {
        totalInventory: 0,
        hasOutOfStockVariants: false,
        variants: { nodes: [{ inventoryQuantity: 0, availableForSale: true }] },
      },
      inventoryItem: {
        legacyResourceId: item.split('/').at(-1),
        trackedEditable: { locked: false },
        locationsCount: { count: 1 },
        variant: { title: 'Default Title' },
        variants: { nodes: [{ title: 'Default Title' }] },
        inventoryLevels: {
          nodes: [
            {
              isActive: true,
              canDeactivate: false,
              deactivationAlert: expect.stringContaining('minimum of 1 location'),
              createdAt: '2026-10-01T00:00:00Z',
              location: { id: location },
              item: { id: item },
            },
          ],
        },
      },
      location: { inventoryLevels: { nodes: [{ item: { id: item } }] }, inventoryLevel: { isActive: true } },
    });
  });

  it('comes with a new variant, and is set on one that exists', async () => {
    const harness = createListeningHarness();
    const set = (locationId: string, name: string, quantity: number) => ({ locationId, name, quantity });
    const kit = await stocked(harness);
    harness.topics();
    const [S, M] = [shirt(['Red'], ['S', 'M'])].flatMap(({ variants }) => variants as object[]);
    const input = (first: object[], second: object[]) => ({
      ...shirt(['Red'], ['S', 'M']),
      variants: [
        { ...S, inventoryItem: { tracked: true }, inventoryQuantities: first },
        { ...M, inventoryItem: { tracked: true }, inventoryQuantities: second },
      ],
    });
    const { id } = await pushed(
      harness,
      input([set(kit.location, 'available', 3), set(kit.elsewhere, 'on_hand', 4)], []),
      { handle: 'shirt' },
    );
    expect(harness.topics()).toEqual(['inventory_levels/update', 'inventory_levels/update', 'products/create']);
    const read = async () =>
      (
        await harness.data(
          `query ($id: ID!) { product(id: $id) { totalInventory hasOutOfStockVariants variants(first: 2) { nodes { inventoryQuantity availableForSale
            inventoryItem { inventoryLevels(first: 5) { nodes { location { name } quantities(names: ["available"]) { quantity } } } } } } } }`,
          { id },
        )
      )['product'];
    expect(await read()).toMatchObject({
      totalInventory: 7,
      hasOutOfStockVariants: true,
      variants: {
        nodes: [
          { inventoryQuantity: 7, availableForSale: true },
          { inventoryQuantity: 0, availableForSale: false },
        ],
      },
    });

    await pushed(harness, input([set(kit.location, 'available', 1)], []), { handle: 'shirt' });
    expect(await read()).toMatchObject({ totalInventory: 5 });
    expect(harness.topics()).toEqual(['inventory_levels/update', 'products/update']);
    await pushed(harness, input([set(kit.location, 'available', 1)], []), { handle: 'shirt' });
    expect(harness.topics()).toEqual(['products/update']);

    expect(await refused(harness, input([], [set(kit.elsewhere, 'available', 1)]), { handle: 'shirt' })).toEqual([
      ['INVALID_INPUT', 'input.variants.1.inventoryQuantities.0.locationId'],
    ]);
  });

  it.each([
    [{ name: 'committed', quantity: 1 }, '.0.name'],
    [{ name: 'available', quantity: 1_000_000_001 }, '.0.quantity'],
    [{ name: 'available', quantity: 1, locationId: nowhere.locationId }, ''],
  ])('is not set as %j', async (quantity, field) => {
    const { harness, location } = await stocked();
    const variants = [{ optionValues: [], inventoryQuantities: [{ locationId: location, ...quantity }] }];
    expect(await refused(harness, { title: 'B', productOptions: [], variants })).toEqual([
      ['INVALID_INPUT', `input.variants.0.inventoryQuantities${field}`],
    ]);
  });

  it('is set for at most 50,000 places in one go', async () => {
    const { harness, location } = await stocked();
    const values = Array.from({ length: 201 }, (_, index) => ({ name: `v${index}` }));
    const inventoryQuantities = Array.from({ length: 250 }, () => ({
      locationId: location,
      name: 'available',
      quantity: 1,
    }));
    const variants = values.map(({ name }) => ({ optionValues: [{ optionName: 'No', name }], inventoryQuantities }));
    const problems = await refused(harness, { title: 'B', productOptions: [{ name: 'No', values }], variants });
    expect(problems).toEqual([['INVENTORY_QUANTITIES_LIMIT_EXCEEDED', 'input.variants']]);
  });

  it('is gone with its variant and its product', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, shirt(['Red'], ['S', 'M']));
    expect(harness.store.all(shop, 'InventoryLevel')).toHaveLength(2);
    await pushed(harness, shirt(['Red'], ['S']), { id });
    expect(harness.store.all(shop, 'InventoryLevel')).toHaveLength(1);
    await harness.data('mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }', { id });
    expect(harness.store.all(shop, 'InventoryLevel')).toEqual([]);
  });

  it('is nowhere, where every location is closed', async () => {
    const harness = createHarness();
    for (const location of harness.store.all(shop, 'Location')) harness.store.delete(shop, 'Location', location.id);
    await pushed(harness, { title: 'A' });
    expect(harness.store.all(shop, 'InventoryLevel')).toEqual([]);
    expect(await harness.data('{ location { id } }')).toEqual({ location: null });
  });

  it('has a gid for each level, as in Shopify', async () => {
    const { harness, item, location } = await stocked();
    const [locationNumber, itemNumber] = [location, item].map((id) => id.split('/').at(-1));
    const id = `gid://shopify/InventoryLevel/${locationNumber}?inventory_item_id=${itemNumber}`;
    const query = `query ($id: ID!) { inventoryLevel(id: $id) { quantities(names: ["available"]) { id name quantity } } node(id: $id) { __typename id } }`;
    expect(await harness.data(query, { id })).toEqual({
      inventoryLevel: {
        quantities: [
          {
            id: `gid://shopify/InventoryQuantity/${locationNumber}?inventory_item_id=${itemNumber}&name=available`,
            name: 'available',
            quantity: 0,
          },
        ],
      },
      node: { __typename: 'InventoryLevel', id },
    });
    expect(await harness.data(query, { id: 'gid://shopify/InventoryLevel/1?inventory_item_id=2' })).toMatchObject({
      inventoryLevel: null,
    });
    const wrong = `query ($id: ID!) { inventoryLevel(id: $id) { quantities(names: ["sold"]) { quantity } } }`;
    expect((await harness.run(wrong, { id })).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });

  it('is searched by item', async () => {
    const harness = createHarness();
    await pushed(harness, shirt(['Red'], ['S', 'M']));
    const list = async (query: string): Promise<unknown> => {
      const { inventoryItems } = await harness.data(
        `{ inventoryItems(first: 5, query: "${query}") { nodes { sku } } }`,
      );
      return (inventoryItems as { nodes: { sku: string }[] }).nodes.map(({ sku }) => sku);
    };
    expect(await list('')).toEqual(['Red-S', 'Red-M']);
    expect(await list('sku:Red-M')).toEqual(['Red-M']);
    expect(await list('sku:red*')).toEqual(['Red-S', 'Red-M']);
    expect(await harness.data(`{ inventoryItem(id: "${nowhere.inventoryItemId}") { id } }`)).toEqual({
      inventoryItem: null,
    });
  });
});

it.each([
  'inventoryItems(first: 1) { nodes { inventoryLevels(first: 1, query: "x") { nodes { id } } } }',
  'location { inventoryLevels(first: 1, query: "x") { nodes { id } } }',
])('levels are not searched: %s', async (field) => {
  const { harness } = await stocked();
  expect((await harness.run(`{ ${field} }`)).errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
});

describe('stocking an item somewhere', () => {
  const activate = `mutation ($item: ID!, $location: ID!, $available: Int, $onHand: Int, $key: String!) {
    inventoryActivate(inventoryItemId: $item, locationId: $location, available: $available, onHand: $onHand) @idempotent(key: $key) {
      inventoryLevel { id isActive quantities(names: ["available", "on_hand"]) { quantity } } userErrors { field message } } }`;
  let keys = 0;
  const key = (): string => `activate-${++keys}`;

  it('connects, with a quantity where one is given', async () => {
    const kit = await stocked(createListeningHarness());
    const { harness, item, elsewhere } = kit;
    expect(await harness.data(activate, { item, location: elsewhere, available: 4, key: key() })).toMatchObject({
      inventoryActivate: {
        inventoryLevel: { isActive: true, quantities: [{ quantity: 4 }, { quantity: 4 }] },
        userErrors: [],
      },
    });
    expect(await harness.data(activate, { item, location: elsewhere, key: key() })).toMatchObject({
      inventoryActivate: { inventoryLevel: { isActive: true }, userErrors: [] },
    });
    expect(await harness.data(activate, { item, location: elsewhere, onHand: 1, key: key() })).toEqual({
      inventoryActivate: {
        inventoryLevel: expect.objectContaining({ isActive: true }),
        userErrors: [
          {
            field: ['onHand'],
            message: 'Not allowed to set an on_hand quantity when the item is already active at the location.',
          },
        ],
      },
    });
  });

  it.each([
    [{ item: nowhere.inventoryItemId }, ['inventoryItemId'], ' because the product was deleted.'],
    [{ location: nowhere.locationId }, ['locationId'], " because the location wasn't found."],
    [
      { available: 1, onHand: 1 },
      ['available', 'onHand'],
      ' because not allowed to set available and on_hand quantities at the same time.',
    ],
    [{ onHand: 1_000_000_001 }, ['onHand'], ' because the quantity needs to be between -1 billion and 1 billion.'],
  ])('refuses %j', async (part, fields, why) => {
    const { harness, item, elsewhere } = await stocked();
    expect(await harness.data(activate, { item, location: elsewhere, key: key(), ...part })).toMatchObject({
      inventoryActivate: {
        inventoryLevel: null,
        userErrors: fields.map((field) => ({ field: [field], message: expect.stringContaining(why) })),
      },
    });
  });

  it('at a legacy location is not simulated', async () => {
    const { harness, item, location } = await stocked();
    const query = `mutation { inventoryActivate(inventoryItemId: "${item}", locationId: "${location}", stockAtLegacyLocation: true) @idempotent(key: "a") { userErrors { message } } }`;
    expect((await harness.run(query)).errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });

  it('ends where nothing is spoken for and the item is stocked elsewhere', async () => {
    const kit = await stocked(createListeningHarness());
    const { harness, item, location, elsewhere } = kit;
    const stop = 'mutation ($id: ID!) { inventoryDeactivate(inventoryLevelId: $id) { userErrors { field message } } }';
    const levelId = async (where: string): Promise<string> => {
      const { inventoryItem } = await harness.data(
        'query ($item: ID!, $where: ID!) { inventoryItem(id: $item) { inventoryLevel(locationId: $where) { id } } }',
        { item, where },
      );
      return (inventoryItem as { inventoryLevel: { id: string } }).inventoryLevel.id;
    };
    const id = await levelId(location);
    expect(await harness.data(stop, { id })).toMatchObject({
      inventoryDeactivate: { userErrors: [{ field: null, message: expect.stringContaining('minimum of 1 location') }] },
    });
    await harness.data(activate, { item, location: elsewhere, available: 2, key: key() });
    expect(
      await harness.data('query ($id: ID!) { inventoryLevel(id: $id) { canDeactivate deactivationAlert } }', { id }),
    ).toEqual({ inventoryLevel: { canDeactivate: true, deactivationAlert: null } });
    const changes = [
      {
        inventoryItemId: item,
        locationId: location,
        delta: 1,
        changeFromQuantity: null,
        ledgerDocumentUri: 'gid://a/B/1',
      },
    ];
    await change(harness, 'inventoryAdjustQuantities', { name: 'reserved', reason: 'other', changes });
    // Whatever the alert says.
    expect(
      await harness.data('query ($id: ID!) { inventoryLevel(id: $id) { canDeactivate deactivationAlert } }', { id }),
    ).toEqual({
      inventoryLevel: { canDeactivate: false, deactivationAlert: expect.stringContaining('reserved inventory') },
    });
    await change(harness, 'inventoryAdjustQuantities', {
      name: 'reserved',
      reason: 'other',
      changes: changes.map((one) => ({ ...one, delta: -1 })),
    });
    expect(await harness.data(stop, { id })).toEqual({ inventoryDeactivate: { userErrors: [] } });
    expect(await harness.data(stop, { id })).toMatchObject({
      inventoryDeactivate: { userErrors: [{ field: ['inventoryLevelId'] }] },
    });
    expect(await quantitiesAt(kit, location)).toBeNull();
    const all = `query ($item: ID!, $location: ID!) { inventoryItem(id: $item) { inventoryLevels(first: 5, includeInactive: true) { nodes { isActive } }
      inventoryLevel(locationId: $location, includeInactive: true) { isActive } }
      location(id: $location) { active: inventoryLevel(inventoryItemId: $item) { id } any: inventoryLevel(inventoryItemId: $item, includeInactive: true) { isActive } } }`;
    expect(await harness.data(all, { item, location })).toEqual({
      inventoryItem: {
        inventoryLevels: { nodes: [{ isActive: false }, { isActive: true }] },
        inventoryLevel: { isActive: false },
      },
      location: { active: null, any: { isActive: false } },
    });
    await harness.data(activate, { item, location, key: key() });
    expect(await quantitiesAt(kit, location)).toEqual({});
  });
});

describe('inventoryItemUpdate', () => {
  const update = `mutation ($id: ID!, $input: InventoryItemInput!) { inventoryItemUpdate(id: $id, input: $input) {
    inventoryItem { sku tracked requiresShipping unitCost { amount } measurement { weight { value unit } } harmonizedSystemCode variant { sku } }
    userErrors { field message } } }`;

  it('changes what the input says', async () => {
    const harness = createListeningHarness();
    const { item } = await stocked(harness, { sku: 'old' });
    harness.topics();
    const input = {
      sku: 'new',
      tracked: true,
      cost: '2.5',
      harmonizedSystemCode: '123456',
      measurement: { weight: { value: 2, unit: 'GRAMS' } },
    };
    expect(await harness.data(update, { id: item, input })).toEqual({
      inventoryItemUpdate: {
        inventoryItem: {
          sku: 'new',
          tracked: true,
          requiresShipping: true,
          unitCost: { amount: '2.5' },
          measurement: { weight: { value: 2, unit: 'GRAMS' } },
          harmonizedSystemCode: '123456',
          variant: { sku: 'new' },
        },
        userErrors: [],
      },
    });
    expect(harness.topics()).toEqual(['inventory_items/update']);
    expect(harness.events.at(-1)?.payload).toMatchObject({
      admin_graphql_api_id: item,
      sku: 'new',
      cost: '2.50',
      tracked: true,
    });
    expect(await harness.data(update, { id: item, input: { cost: null, requiresShipping: false } })).toMatchObject({
      inventoryItemUpdate: { inventoryItem: { sku: 'new', tracked: true, requiresShipping: false, unitCost: null } },
    });
  });

  it.each([
    [{ cost: '-1' }, ['input', 'cost']],
    [{ sku: 'x'.repeat(256) }, ['input', 'sku']],
    [{ harmonizedSystemCode: '12' }, ['input', 'harmonizedSystemCode']],
  ])('refuses %j', async (input, field) => {
    const { harness, item } = await stocked();
    expect(await harness.data(update, { id: item, input })).toMatchObject({
      inventoryItemUpdate: { inventoryItem: null, userErrors: [{ field }] },
    });
  });

  it('needs an item, and leaves out nothing silently', async () => {
    const { harness, item } = await stocked();
    expect(await harness.data(update, { id: nowhere.inventoryItemId, input: {} })).toMatchObject({
      inventoryItemUpdate: { userErrors: [{ field: ['id'] }] },
    });
    for (const input of [
      { countryHarmonizedSystemCodes: [{ harmonizedSystemCode: '1', countryCode: 'DE' }] },
      { measurement: { shippingPackageId: 'gid://shopify/ShippingPackage/1' } },
    ]) {
      expect((await harness.run(update, { id: item, input })).errors).toMatchObject([
        { extensions: { code: 'NOT_SIMULATED' } },
      ]);
    }
  });
});
