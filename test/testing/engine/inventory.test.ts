import { describe, expect, it } from 'vitest';
import { createBench, pushed, refused, shirt, shop } from './engine-bench.ts';
import { change, problemsOf, quantitiesAt, stocked } from './inventory-bench.ts';
import { createListeningBench } from './listening-bench.ts';

const nowhere = { inventoryItemId: 'gid://shopify/InventoryItem/99', locationId: 'gid://shopify/Location/99' };

describe('the stock of a product', () => {
  it('is at the primary location from the start, and empty', async () => {
    const { bench, product, item, location } = await stocked();
    const query = `query ($product: ID!, $item: ID!, $location: ID!) {
      product(id: $product) { totalInventory hasOutOfStockVariants variants(first: 1) { nodes { inventoryQuantity availableForSale } } }
      inventoryItem(id: $item) {
        legacyResourceId trackedEditable { locked } locationsCount { count } variant { title } variants(first: 1) { nodes { title } }
        inventoryLevels(first: 5) { nodes { isActive canDeactivate deactivationAlert createdAt location { id } item { id } } }
      }
      location(id: $location) { inventoryLevels(first: 5) { nodes { item { id } } } inventoryLevel(inventoryItemId: $item) { isActive } }
    }`;
    expect(await bench.data(query, { product, item, location })).toEqual({
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
              createdAt: '2026-10-01T00:00:00.000Z',
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
    const bench = createListeningBench();
    const set = (locationId: string, name: string, quantity: number) => ({ locationId, name, quantity });
    const kit = await stocked(bench);
    bench.topics();
    const [S, M] = [shirt(['Red'], ['S', 'M'])].flatMap(({ variants }) => variants as object[]);
    const input = (first: object[], second: object[]) => ({
      ...shirt(['Red'], ['S', 'M']),
      variants: [
        { ...S, inventoryItem: { tracked: true }, inventoryQuantities: first },
        { ...M, inventoryItem: { tracked: true }, inventoryQuantities: second },
      ],
    });
    const { id } = await pushed(
      bench,
      input([set(kit.location, 'available', 3), set(kit.elsewhere, 'on_hand', 4)], []),
      { handle: 'shirt' },
    );
    expect(bench.topics()).toEqual(['inventory_levels/update', 'inventory_levels/update', 'products/create']);
    const read = async () =>
      (
        await bench.data(
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

    await pushed(bench, input([set(kit.location, 'available', 1)], []), { handle: 'shirt' });
    expect(await read()).toMatchObject({ totalInventory: 5 });
    expect(bench.topics()).toEqual(['inventory_levels/update', 'products/update']);
    await pushed(bench, input([set(kit.location, 'available', 1)], []), { handle: 'shirt' });
    expect(bench.topics()).toEqual(['products/update']);

    expect(await refused(bench, input([], [set(kit.elsewhere, 'available', 1)]), { handle: 'shirt' })).toEqual([
      ['INVALID_INPUT', 'input.variants.1.inventoryQuantities.0.locationId'],
    ]);
  });

  it.each([
    [{ name: 'committed', quantity: 1 }, 'name'],
    [{ name: 'available', quantity: 1_000_000_001 }, 'quantity'],
    [{ name: 'available', quantity: 1, locationId: nowhere.locationId }, 'locationId'],
  ])('is not set as %j', async (quantity, field) => {
    const { bench, location } = await stocked();
    const variants = [{ optionValues: [], inventoryQuantities: [{ locationId: location, ...quantity }] }];
    expect(await refused(bench, { title: 'B', productOptions: [], variants })).toEqual([
      ['INVALID_INPUT', `input.variants.0.inventoryQuantities.0.${field}`],
    ]);
  });

  it('is set for at most 50,000 places in one go', async () => {
    const { bench, location } = await stocked();
    const values = Array.from({ length: 201 }, (_, index) => ({ name: `v${index}` }));
    const inventoryQuantities = Array.from({ length: 250 }, () => ({
      locationId: location,
      name: 'available',
      quantity: 1,
    }));
    const variants = values.map(({ name }) => ({ optionValues: [{ optionName: 'No', name }], inventoryQuantities }));
    const problems = await refused(bench, { title: 'B', productOptions: [{ name: 'No', values }], variants });
    expect(problems).toEqual([['INVENTORY_QUANTITIES_LIMIT_EXCEEDED', 'input.variants']]);
  });

  it('is gone with its variant and its product', async () => {
    const bench = createBench();
    const { id } = await pushed(bench, shirt(['Red'], ['S', 'M']));
    expect(bench.store.all(shop, 'InventoryLevel')).toHaveLength(2);
    await pushed(bench, shirt(['Red'], ['S']), { id });
    expect(bench.store.all(shop, 'InventoryLevel')).toHaveLength(1);
    await bench.data('mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }', { id });
    expect(bench.store.all(shop, 'InventoryLevel')).toEqual([]);
  });

  it('is nowhere, where every location is closed', async () => {
    const bench = createBench();
    for (const location of bench.store.all(shop, 'Location')) bench.store.delete(shop, 'Location', location.id);
    await pushed(bench, { title: 'A' });
    expect(bench.store.all(shop, 'InventoryLevel')).toEqual([]);
    expect(await bench.data('{ location { id } }')).toEqual({ location: null });
  });

  it('has a gid for each level, as in Shopify', async () => {
    const { bench, item, location } = await stocked();
    const [locationNumber, itemNumber] = [location, item].map((id) => id.split('/').at(-1));
    const id = `gid://shopify/InventoryLevel/${locationNumber}?inventory_item_id=${itemNumber}`;
    const query = `query ($id: ID!) { inventoryLevel(id: $id) { quantities(names: ["available"]) { id name quantity } } node(id: $id) { __typename id } }`;
    expect(await bench.data(query, { id })).toEqual({
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
    expect(await bench.data(query, { id: 'gid://shopify/InventoryLevel/1?inventory_item_id=2' })).toMatchObject({
      inventoryLevel: null,
    });
    const wrong = `query ($id: ID!) { inventoryLevel(id: $id) { quantities(names: ["sold"]) { quantity } } }`;
    expect((await bench.run(wrong, { id })).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });

  it('is searched by item', async () => {
    const bench = createBench();
    await pushed(bench, shirt(['Red'], ['S', 'M']));
    const list = async (query: string): Promise<unknown> => {
      const { inventoryItems } = await bench.data(`{ inventoryItems(first: 5, query: "${query}") { nodes { sku } } }`);
      return (inventoryItems as { nodes: { sku: string }[] }).nodes.map(({ sku }) => sku);
    };
    expect(await list('')).toEqual(['Red-S', 'Red-M']);
    expect(await list('sku:Red-M')).toEqual(['Red-M']);
    expect(await list('tracked:true')).toEqual([]);
    expect(await bench.data(`{ inventoryItem(id: "${nowhere.inventoryItemId}") { id } }`)).toEqual({
      inventoryItem: null,
    });
  });
});

it.each([
  'inventoryItems(first: 1) { nodes { inventoryLevels(first: 1, query: "x") { nodes { id } } } }',
  'location { inventoryLevels(first: 1, query: "x") { nodes { id } } }',
])('levels are not searched: %s', async (field) => {
  const { bench } = await stocked();
  expect((await bench.run(`{ ${field} }`)).errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
});

describe('inventorySetQuantities', () => {
  const at = (inventoryItemId: string, locationId: string, quantity: number, changeFromQuantity: number | null) => ({
    inventoryItemId,
    locationId,
    quantity,
    changeFromQuantity,
  });
  const input = (quantities: readonly object[], rest: object = {}) => ({
    name: 'available',
    reason: 'correction',
    quantities,
    ...rest,
  });

  it('sets what is available, and tells of it', async () => {
    const kit = await stocked(createListeningBench());
    const { bench, item, location } = kit;
    const referenceDocumentUri = 'gid://erp/SyncJob/7';
    const changed = await change(
      bench,
      'inventorySetQuantities',
      input([at(item, location, 5, 0)], { referenceDocumentUri }),
    );
    expect(changed).toEqual({
      inventoryAdjustmentGroup: {
        id: expect.stringMatching(/^gid:\/\/shopify\/InventoryAdjustmentGroup\/\d+$/),
        reason: 'correction',
        referenceDocumentUri,
        createdAt: '2026-10-01T00:00:00.000Z',
        changes: [
          { name: 'available', delta: 5, quantityAfterChange: 5, ledgerDocumentUri: null },
          { name: 'on_hand', delta: 5, quantityAfterChange: 5, ledgerDocumentUri: null },
        ],
      },
      userErrors: [],
    });
    expect(await quantitiesAt(kit, location)).toEqual({ available: 5, on_hand: 5 });
  });

  it('sets what is on hand, of which some is not available', async () => {
    const kit = await stocked();
    const { bench, item, location } = kit;
    const changes = [
      {
        inventoryItemId: item,
        locationId: location,
        delta: 2,
        changeFromQuantity: null,
        ledgerDocumentUri: 'gid://wms/Check/1',
      },
    ];
    await change(bench, 'inventoryAdjustQuantities', { name: 'damaged', reason: 'damaged', changes });
    await change(bench, 'inventorySetQuantities', input([at(item, location, 10, 2)], { name: 'on_hand' }));
    expect(await quantitiesAt(kit, location)).toEqual({ available: 8, damaged: 2, on_hand: 10 });
    const set = await change(bench, 'inventorySetOnHandQuantities', {
      reason: 'other',
      setQuantities: [at(item, location, 4, 10)],
    });
    expect(problemsOf(set)).toEqual([]);
    expect(await quantitiesAt(kit, location)).toEqual({ available: 2, damaged: 2, on_hand: 4 });
  });

  it('stocks the item where it was not stocked', async () => {
    const kit = await stocked();
    expect(await quantitiesAt(kit, kit.elsewhere)).toBeNull();
    await change(kit.bench, 'inventorySetQuantities', input([at(kit.item, kit.elsewhere, 3, 0)]));
    expect(await quantitiesAt(kit, kit.elsewhere)).toEqual({ available: 3, on_hand: 3 });
  });

  it('has no group of changes where nothing changes', async () => {
    const { bench, item, location } = await stocked();
    const changed = await change(bench, 'inventorySetQuantities', input([at(item, location, 0, null)]));
    expect(changed).toEqual({ inventoryAdjustmentGroup: null, userErrors: [] });
  });

  it('compares with what the caller expects, unless that is null', async () => {
    const kit = await stocked();
    const { bench, item, location } = kit;
    const stale = await change(bench, 'inventorySetQuantities', input([at(item, location, 5, 4)]));
    expect(problemsOf(stale)).toEqual([['CHANGE_FROM_QUANTITY_STALE', 'input.quantities.0.changeFromQuantity']]);
    expect(await quantitiesAt(kit, location)).toEqual({});
    await change(bench, 'inventorySetQuantities', input([at(item, location, 5, 0)]));
    await change(bench, 'inventorySetQuantities', input([at(item, location, 6, null)]));
    expect(await quantitiesAt(kit, location)).toMatchObject({ available: 6 });
  });

  it('lets one of two win that expect the same', async () => {
    const kit = await stocked();
    const { bench, item, location } = kit;
    const both = await Promise.all(
      [1, 2].map((quantity) => change(bench, 'inventorySetQuantities', input([at(item, location, quantity, 0)]))),
    );
    expect(both.flatMap(problemsOf)).toEqual([['CHANGE_FROM_QUANTITY_STALE', 'input.quantities.0.changeFromQuantity']]);
  });

  it.each([
    ['a variable', 'query', true],
    ['the document itself', 'literal', false],
  ])('demands that what is expected is written, in %s', async (_name, _how, inVariable) => {
    const { bench, item, location } = await stocked();
    const quantity = `{inventoryItemId: "${item}", locationId: "${location}", quantity: 1}`;
    const literal = `mutation { inventorySetQuantities(input: {name: "available", reason: "correction", quantities: [${quantity}]}) @idempotent(key: "a") { userErrors { code } } }`;
    const variable =
      'mutation ($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) @idempotent(key: "a") { userErrors { code } } }';
    const answer = await bench.run(
      inVariable ? variable : literal,
      inVariable ? { input: input([{ inventoryItemId: item, locationId: location, quantity: 1 }]) } : {},
    );
    expect(answer).toMatchObject({
      data: { inventorySetQuantities: null },
      errors: [
        {
          message: 'InventoryQuantityInput must include the following argument: changeFromQuantity',
          path: ['inventorySetQuantities'],
          extensions: { code: 'INVALID_FIELD_ARGUMENTS' },
        },
      ],
    });
  });

  it.each([
    ['a name of another quantity', { name: 'committed' }, {}, [['INVALID_NAME', 'input.name']]],
    ["a reason of one's own", { reason: 'because' }, {}, [['INVALID_REASON', 'input.reason']]],
    [
      'a document that is no URI',
      { referenceDocumentUri: 'seven' },
      {},
      [['INVALID_REFERENCE_DOCUMENT', 'input.referenceDocumentUri']],
    ],
    [
      'an unknown place',
      {},
      nowhere,
      [
        ['INVALID_INVENTORY_ITEM', 'input.quantities.0.inventoryItemId'],
        ['INVALID_LOCATION', 'input.quantities.0.locationId'],
      ],
    ],
    ['too much', {}, { quantity: 1_000_000_001 }, [['INVALID_QUANTITY_TOO_HIGH', 'input.quantities.0.quantity']]],
    ['too little', {}, { quantity: -1_000_000_001 }, [['INVALID_QUANTITY_TOO_LOW', 'input.quantities.0.quantity']]],
    [
      'less than nothing on hand',
      { name: 'on_hand' },
      { quantity: -1 },
      [['INVALID_QUANTITY_NEGATIVE', 'input.quantities.0.quantity']],
    ],
  ])('refuses %s', async (_name, rest, quantity, problems) => {
    const { bench, item, location } = await stocked();
    const changed = await change(
      bench,
      'inventorySetQuantities',
      input([{ ...at(item, location, 1, null), ...quantity }], rest),
    );
    expect(changed.inventoryAdjustmentGroup).toBeNull();
    expect(problemsOf(changed)).toEqual(problems);
  });

  it('takes the limits themselves', async () => {
    const kit = await stocked();
    for (const quantity of [1_000_000_000, -1_000_000_000]) {
      await change(kit.bench, 'inventorySetQuantities', input([at(kit.item, kit.location, quantity, null)]));
      expect(await quantitiesAt(kit, kit.location)).toMatchObject({ available: quantity });
    }
  });

  it('refuses one place twice', async () => {
    const { bench, item, location } = await stocked();
    const twice = [at(item, location, 1, null), at(item, location, 2, null)];
    expect(problemsOf(await change(bench, 'inventorySetQuantities', input(twice)))).toEqual([
      ['NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR', 'input.quantities.1'],
    ]);
    const onHand = await change(bench, 'inventorySetOnHandQuantities', { reason: 'other', setQuantities: twice });
    expect(problemsOf(onHand)).toEqual([['SET_ON_HAND_QUANTITIES_FAILED', 'input.setQuantities.1']]);
  });
});

describe('inventoryAdjustQuantities', () => {
  const ledgerDocumentUri = 'gid://wms/Check/1';

  it('adds up', async () => {
    const kit = await stocked();
    const place = { inventoryItemId: kit.item, locationId: kit.location };
    const changes = [
      { ...place, delta: 5, changeFromQuantity: 0 },
      { ...place, delta: -2, changeFromQuantity: 5 },
    ];
    const changed = await change(kit.bench, 'inventoryAdjustQuantities', {
      name: 'available',
      reason: 'restock',
      changes,
    });
    expect(changed.inventoryAdjustmentGroup?.changes).toMatchObject([
      { name: 'available', delta: 3 },
      { name: 'on_hand', delta: 3 },
    ]);
    expect(await quantitiesAt(kit, kit.location)).toEqual({ available: 3, on_hand: 3 });
  });

  it('counts what is on its way apart', async () => {
    const kit = await stocked();
    const changes = [
      { inventoryItemId: kit.item, locationId: kit.location, delta: 5, changeFromQuantity: null, ledgerDocumentUri },
    ];
    const changed = await change(kit.bench, 'inventoryAdjustQuantities', {
      name: 'incoming',
      reason: 'movement_created',
      changes,
    });
    expect(changed.inventoryAdjustmentGroup?.changes).toEqual([
      { name: 'incoming', delta: 5, quantityAfterChange: 5, ledgerDocumentUri },
    ]);
    expect(await quantitiesAt(kit, kit.location)).toEqual({ incoming: 5 });
  });

  it.each([
    ['what is on hand', { name: 'on_hand' }, {}, [['INVALID_QUANTITY_NAME', 'input.name']]],
    [
      'what is expected otherwise',
      {},
      { changeFromQuantity: 1 },
      [['CHANGE_FROM_QUANTITY_STALE', 'input.changes.0.changeFromQuantity']],
    ],
    [
      'an unknown place',
      {},
      nowhere,
      [
        ['INVALID_INVENTORY_ITEM', 'input.changes.0.inventoryItemId'],
        ['INVALID_LOCATION', 'input.changes.0.locationId'],
      ],
    ],
    ['too much', {}, { delta: 2_000_000_001 }, [['INVALID_QUANTITY_TOO_HIGH', 'input.changes.0.delta']]],
    ['too little', {}, { delta: -2_000_000_001 }, [['INVALID_QUANTITY_TOO_LOW', 'input.changes.0.delta']]],
    [
      'a ledger for what is available',
      {},
      { ledgerDocumentUri },
      [['INVALID_AVAILABLE_DOCUMENT', 'input.changes.0.ledgerDocumentUri']],
    ],
    [
      'no ledger for what is damaged',
      { name: 'damaged' },
      {},
      [['INVALID_QUANTITY_DOCUMENT', 'input.changes.0.ledgerDocumentUri']],
    ],
    [
      'a ledger of Shopify',
      { name: 'damaged' },
      { ledgerDocumentUri: 'gid://shopify/Order/1' },
      [['INTERNAL_LEDGER_DOCUMENT', 'input.changes.0.ledgerDocumentUri']],
    ],
    [
      'a ledger that is no URI',
      { name: 'damaged' },
      { ledgerDocumentUri: 'x' },
      [['INVALID_LEDGER_DOCUMENT', 'input.changes.0.ledgerDocumentUri']],
    ],
  ])('refuses %s', async (_name, rest, part, problems) => {
    const { bench, item, location } = await stocked();
    const changes = [{ inventoryItemId: item, locationId: location, delta: 1, changeFromQuantity: null, ...part }];
    const changed = await change(bench, 'inventoryAdjustQuantities', {
      name: 'available',
      reason: 'other',
      changes,
      ...rest,
    });
    expect(problemsOf(changed)).toEqual(problems);
  });

  it('refuses what comes to too much together, and several ledgers', async () => {
    const { bench, item, location } = await stocked();
    const half = { inventoryItemId: item, locationId: location, delta: 1_500_000_000, changeFromQuantity: null };
    const tooMuch = await change(bench, 'inventoryAdjustQuantities', {
      name: 'available',
      reason: 'other',
      changes: [half, half],
    });
    expect(problemsOf(tooMuch)).toEqual([['INVALID_QUANTITY_TOO_HIGH', 'input.changes.1.delta']]);
    const changes = ['gid://a/B/1', 'gid://a/B/2'].map((uri) => ({ ...half, ledgerDocumentUri: uri, delta: 1 }));
    const ledgers = await change(bench, 'inventoryAdjustQuantities', { name: 'damaged', reason: 'other', changes });
    expect(problemsOf(ledgers)).toEqual([['MAX_ONE_LEDGER_DOCUMENT', 'input.changes']]);
  });

  it('demands that what is expected is written', async () => {
    const { bench, item, location } = await stocked();
    const changes = [{ inventoryItemId: item, locationId: location, delta: 1 }];
    await expect(
      change(bench, 'inventoryAdjustQuantities', { name: 'available', reason: 'other', changes }),
    ).rejects.toThrow('InventoryChangeInput must include the following argument: changeFromQuantity');
  });
});

describe('inventoryMoveQuantities', () => {
  const ledgerDocumentUri = 'gid://wms/Check/1';
  const end = (locationId: string, name: string, more: object = {}) => ({
    locationId,
    name,
    changeFromQuantity: null,
    ...more,
  });

  it('moves from one state to another', async () => {
    const kit = await stocked();
    const from = end(kit.location, 'available', { changeFromQuantity: 0 });
    const to = end(kit.location, 'reserved', { ledgerDocumentUri });
    const input = {
      reason: 'reservation_created',
      referenceDocumentUri: 'gid://a/B/1',
      changes: [{ inventoryItemId: kit.item, quantity: 2, from, to }],
    };
    const changed = await change(kit.bench, 'inventoryMoveQuantities', input);
    expect(changed.inventoryAdjustmentGroup?.changes).toEqual([
      { name: 'available', delta: -2, quantityAfterChange: -2, ledgerDocumentUri: null },
      { name: 'reserved', delta: 2, quantityAfterChange: 2, ledgerDocumentUri },
    ]);
    expect(await quantitiesAt(kit, kit.location)).toEqual({ available: -2, reserved: 2 });
    const group = changed.inventoryAdjustmentGroup?.id;
    const { node } = await kit.bench.data(
      `query ($id: ID!, $item: [ID!], $location: [ID!]) { node(id: $id) { ... on InventoryAdjustmentGroup { staffMember { id }
        one: changes(quantityNames: ["reserved"], inventoryItemIds: $item, locationIds: $location) { name item { id } location { id } }
        none: changes(inventoryItemIds: []) { name } } } }`,
      { id: group, item: [kit.item], location: [kit.location] },
    );
    expect(node).toEqual({
      staffMember: null,
      one: [{ name: 'reserved', item: { id: kit.item }, location: { id: kit.location } }],
      none: [],
    });
  });

  it.each([
    ['a negative quantity', { quantity: -1 }, {}, {}, [['INVALID_QUANTITY_NEGATIVE', 'input.changes.0.quantity']]],
    ['too much', { quantity: 2_000_000_001 }, {}, {}, [['INVALID_QUANTITY_TOO_HIGH', 'input.changes.0.quantity']]],
    ['a name that is none', {}, {}, { name: 'sold' }, [['INVALID_QUANTITY_NAME', 'input.changes.0.to.name']]],
    [
      'what is expected otherwise',
      {},
      { changeFromQuantity: 9 },
      {},
      [['CHANGE_FROM_QUANTITY_STALE', 'input.changes.0.from.changeFromQuantity']],
    ],
    [
      'the same state',
      {},
      {},
      { name: 'available', ledgerDocumentUri: null },
      [['SAME_QUANTITY_NAME', 'input.changes.0']],
    ],
    [
      'an unknown item',
      { inventoryItemId: nowhere.inventoryItemId },
      {},
      {},
      [
        ['INVALID_INVENTORY_ITEM', 'input.changes.0.from.inventoryItemId'],
        ['INVALID_INVENTORY_ITEM', 'input.changes.0.to.inventoryItemId'],
      ],
    ],
  ])('refuses %s', async (_name, part, from, to, problems) => {
    const { bench, item, location } = await stocked();
    const changes = [
      {
        inventoryItemId: item,
        quantity: 1,
        from: end(location, 'available', from),
        to: end(location, 'damaged', { ledgerDocumentUri, ...to }),
        ...part,
      },
    ];
    const changed = await change(bench, 'inventoryMoveQuantities', {
      reason: 'damaged',
      referenceDocumentUri: 'gid://a/B/1',
      changes,
    });
    expect(problemsOf(changed)).toEqual(problems);
  });

  it('refuses two locations and three ledgers', async () => {
    const { bench, item, location, elsewhere } = await stocked();
    const from = end(location, 'available');
    const apart = [{ inventoryItemId: item, quantity: 1, from, to: end(elsewhere, 'damaged', { ledgerDocumentUri }) }];
    const input = { reason: 'damaged', referenceDocumentUri: 'gid://a/B/1' };
    expect(problemsOf(await change(bench, 'inventoryMoveQuantities', { ...input, changes: apart }))).toEqual([
      ['DIFFERENT_LOCATIONS', 'input.changes.0'],
    ]);
    const changes = [1, 2, 3].map((number) => ({
      inventoryItemId: item,
      quantity: 1,
      from,
      to: end(location, 'damaged', { ledgerDocumentUri: `gid://wms/Check/${number}` }),
    }));
    expect(problemsOf(await change(bench, 'inventoryMoveQuantities', { ...input, changes }))).toEqual([
      ['MAXIMUM_LEDGER_DOCUMENT_URIS', 'input.changes'],
    ]);
  });
});

describe('stocking an item somewhere', () => {
  const activate = `mutation ($item: ID!, $location: ID!, $available: Int, $onHand: Int, $key: String!) {
    inventoryActivate(inventoryItemId: $item, locationId: $location, available: $available, onHand: $onHand) @idempotent(key: $key) {
      inventoryLevel { id isActive quantities(names: ["available", "on_hand"]) { quantity } } userErrors { field message } } }`;
  let keys = 0;
  const key = (): string => `activate-${++keys}`;

  it('connects, with a quantity where one is given', async () => {
    const kit = await stocked(createListeningBench());
    const { bench, item, elsewhere } = kit;
    expect(await bench.data(activate, { item, location: elsewhere, available: 4, key: key() })).toMatchObject({
      inventoryActivate: {
        inventoryLevel: { isActive: true, quantities: [{ quantity: 4 }, { quantity: 4 }] },
        userErrors: [],
      },
    });
    expect(await bench.data(activate, { item, location: elsewhere, key: key() })).toMatchObject({
      inventoryActivate: { inventoryLevel: { isActive: true }, userErrors: [] },
    });
    expect(await bench.data(activate, { item, location: elsewhere, onHand: 1, key: key() })).toEqual({
      inventoryActivate: {
        inventoryLevel: null,
        userErrors: [
          {
            field: ['onHand'],
            message: 'Not allowed to set available quantity when the item is already active at the location.',
          },
        ],
      },
    });
  });

  it.each([
    [{ item: nowhere.inventoryItemId }, 'inventoryItemId'],
    [{ location: nowhere.locationId }, 'locationId'],
    [{ available: 1, onHand: 2 }, 'onHand'],
  ])('refuses %j', async (part, field) => {
    const { bench, item, elsewhere } = await stocked();
    expect(await bench.data(activate, { item, location: elsewhere, key: key(), ...part })).toMatchObject({
      inventoryActivate: { inventoryLevel: null, userErrors: [{ field: [field] }] },
    });
  });

  it('at a legacy location is not simulated', async () => {
    const { bench, item, location } = await stocked();
    const query = `mutation { inventoryActivate(inventoryItemId: "${item}", locationId: "${location}", stockAtLegacyLocation: true) @idempotent(key: "a") { userErrors { message } } }`;
    expect((await bench.run(query)).errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });

  it('ends where nothing is spoken for and the item is stocked elsewhere', async () => {
    const kit = await stocked(createListeningBench());
    const { bench, item, location, elsewhere } = kit;
    const stop = 'mutation ($id: ID!) { inventoryDeactivate(inventoryLevelId: $id) { userErrors { field message } } }';
    const levelId = async (where: string): Promise<string> => {
      const { inventoryItem } = await bench.data(
        'query ($item: ID!, $where: ID!) { inventoryItem(id: $item) { inventoryLevel(locationId: $where) { id } } }',
        { item, where },
      );
      return (inventoryItem as { inventoryLevel: { id: string } }).inventoryLevel.id;
    };
    const id = await levelId(location);
    expect(await bench.data(stop, { id })).toMatchObject({
      inventoryDeactivate: { userErrors: [{ message: expect.stringContaining('minimum of 1 location') }] },
    });
    await bench.data(activate, { item, location: elsewhere, available: 2, key: key() });
    const changes = [
      {
        inventoryItemId: item,
        locationId: location,
        delta: 1,
        changeFromQuantity: null,
        ledgerDocumentUri: 'gid://a/B/1',
      },
    ];
    await change(bench, 'inventoryAdjustQuantities', { name: 'reserved', reason: 'other', changes });
    expect(await bench.data(stop, { id })).toMatchObject({
      inventoryDeactivate: { userErrors: [{ message: expect.stringContaining('reserved inventory') }] },
    });
    await change(bench, 'inventoryAdjustQuantities', {
      name: 'reserved',
      reason: 'other',
      changes: changes.map((one) => ({ ...one, delta: -1 })),
    });
    expect(await bench.data(stop, { id })).toEqual({ inventoryDeactivate: { userErrors: [] } });
    expect(await bench.data(stop, { id })).toMatchObject({
      inventoryDeactivate: { userErrors: [{ field: ['inventoryLevelId'] }] },
    });
    expect(await quantitiesAt(kit, location)).toBeNull();
    const all = `query ($item: ID!, $location: ID!) { inventoryItem(id: $item) { inventoryLevels(first: 5, includeInactive: true) { nodes { isActive } }
      inventoryLevel(locationId: $location, includeInactive: true) { isActive } }
      location(id: $location) { active: inventoryLevel(inventoryItemId: $item) { id } any: inventoryLevel(inventoryItemId: $item, includeInactive: true) { isActive } } }`;
    expect(await bench.data(all, { item, location })).toEqual({
      inventoryItem: {
        inventoryLevels: { nodes: [{ isActive: false }, { isActive: true }] },
        inventoryLevel: { isActive: false },
      },
      location: { active: null, any: { isActive: false } },
    });
    await bench.data(activate, { item, location, key: key() });
    expect(await quantitiesAt(kit, location)).toEqual({});
  });
});

describe('inventoryItemUpdate', () => {
  const update = `mutation ($id: ID!, $input: InventoryItemInput!) { inventoryItemUpdate(id: $id, input: $input) {
    inventoryItem { sku tracked requiresShipping unitCost { amount } measurement { weight { value unit } } harmonizedSystemCode variant { sku } }
    userErrors { field message } } }`;

  it('changes what the input says', async () => {
    const bench = createListeningBench();
    const { item } = await stocked(bench, { sku: 'old' });
    bench.topics();
    const input = {
      sku: 'new',
      tracked: true,
      cost: '2.5',
      harmonizedSystemCode: '123456',
      measurement: { weight: { value: 2, unit: 'GRAMS' } },
    };
    expect(await bench.data(update, { id: item, input })).toEqual({
      inventoryItemUpdate: {
        inventoryItem: {
          sku: 'new',
          tracked: true,
          requiresShipping: true,
          unitCost: { amount: '2.50' },
          measurement: { weight: { value: 2, unit: 'GRAMS' } },
          harmonizedSystemCode: '123456',
          variant: { sku: 'new' },
        },
        userErrors: [],
      },
    });
    expect(bench.topics()).toEqual(['inventory_items/update']);
    expect(bench.events.at(-1)?.payload).toMatchObject({
      admin_graphql_api_id: item,
      sku: 'new',
      cost: '2.50',
      tracked: true,
    });
    expect(await bench.data(update, { id: item, input: { cost: null, requiresShipping: false } })).toMatchObject({
      inventoryItemUpdate: { inventoryItem: { sku: 'new', tracked: true, requiresShipping: false, unitCost: null } },
    });
  });

  it.each([
    [{ cost: '-1' }, ['input', 'cost']],
    [{ sku: 'x'.repeat(256) }, ['input', 'sku']],
    [{ harmonizedSystemCode: '12' }, ['input', 'harmonizedSystemCode']],
  ])('refuses %j', async (input, field) => {
    const { bench, item } = await stocked();
    expect(await bench.data(update, { id: item, input })).toMatchObject({
      inventoryItemUpdate: { inventoryItem: null, userErrors: [{ field }] },
    });
  });

  it('needs an item, and leaves out nothing silently', async () => {
    const { bench, item } = await stocked();
    expect(await bench.data(update, { id: nowhere.inventoryItemId, input: {} })).toMatchObject({
      inventoryItemUpdate: { userErrors: [{ field: ['id'] }] },
    });
    for (const input of [
      { countryHarmonizedSystemCodes: [{ harmonizedSystemCode: '1', countryCode: 'DE' }] },
      { measurement: { shippingPackageId: 'gid://shopify/ShippingPackage/1' } },
    ]) {
      expect((await bench.run(update, { id: item, input })).errors).toMatchObject([
        { extensions: { code: 'NOT_SIMULATED' } },
      ]);
    }
  });
});
