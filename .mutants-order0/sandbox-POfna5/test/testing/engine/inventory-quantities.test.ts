// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { change, problemsOf, quantitiesAt, stocked } from './inventory-harness.ts';
import { createListeningHarness } from './listening-harness.ts';

const nowhere = { inventoryItemId: 'gid://shopify/InventoryItem/99', locationId: 'gid://shopify/Location/99' };

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
    const kit = await stocked(createListeningHarness());
    const { harness, item, location } = kit;
    const referenceDocumentUri = 'gid://erp/SyncJob/7';
    const changed = await change(
      harness,
      'inventorySetQuantities',
      input([at(item, location, 5, 0)], { referenceDocumentUri }),
    );
    expect(changed).toEqual({
      inventoryAdjustmentGroup: {
        id: expect.stringMatching(/^gid:\/\/shopify\/InventoryAdjustmentGroup\/\d+$/),
        reason: 'correction',
        referenceDocumentUri,
        createdAt: '2026-10-01T00:00:00Z',
        changes: [
          { name: 'available', delta: 5, quantityAfterChange: null, ledgerDocumentUri: null },
          { name: 'on_hand', delta: 5, quantityAfterChange: null, ledgerDocumentUri: null },
        ],
      },
      userErrors: [],
    });
    expect(await quantitiesAt(kit, location)).toEqual({ available: 5, on_hand: 5 });
  });

  it('sets what is on hand, of which some is not available', async () => {
    const kit = await stocked();
    const { harness, item, location } = kit;
    const changes = [
      {
        inventoryItemId: item,
        locationId: location,
        delta: 2,
        changeFromQuantity: null,
        ledgerDocumentUri: 'gid://wms/Check/1',
      },
    ];
    await change(harness, 'inventoryAdjustQuantities', { name: 'damaged', reason: 'damaged', changes });
    await change(harness, 'inventorySetQuantities', input([at(item, location, 10, 2)], { name: 'on_hand' }));
    expect(await quantitiesAt(kit, location)).toEqual({ available: 8, damaged: 2, on_hand: 10 });
    const set = await change(harness, 'inventorySetOnHandQuantities', {
      reason: 'other',
      setQuantities: [at(item, location, 4, 10)],
    });
    expect(problemsOf(set)).toEqual([]);
    expect(await quantitiesAt(kit, location)).toEqual({ available: 2, damaged: 2, on_hand: 4 });
  });

  it('stocks the item where it was not stocked', async () => {
    const kit = await stocked();
    expect(await quantitiesAt(kit, kit.elsewhere)).toBeNull();
    await change(kit.harness, 'inventorySetQuantities', input([at(kit.item, kit.elsewhere, 3, 0)]));
    expect(await quantitiesAt(kit, kit.elsewhere)).toEqual({ available: 3, on_hand: 3 });
  });

  it('has no group of changes where nothing changes', async () => {
    const { harness, item, location } = await stocked();
    const changed = await change(harness, 'inventorySetQuantities', input([at(item, location, 0, null)]));
    expect(changed).toEqual({ inventoryAdjustmentGroup: null, userErrors: [] });
  });

  it('compares with what the caller expects, unless that is null', async () => {
    const kit = await stocked();
    const { harness, item, location } = kit;
    const stale = await change(harness, 'inventorySetQuantities', input([at(item, location, 5, 4)]));
    expect(problemsOf(stale)).toEqual([['CHANGE_FROM_QUANTITY_STALE', 'input.quantities.0.changeFromQuantity']]);
    expect(await quantitiesAt(kit, location)).toEqual({});
    await change(harness, 'inventorySetQuantities', input([at(item, location, 5, 0)]));
    await change(harness, 'inventorySetQuantities', input([at(item, location, 6, null)]));
    expect(await quantitiesAt(kit, location)).toMatchObject({ available: 6 });
  });

  it('lets one of two win that expect the same', async () => {
    const kit = await stocked();
    const { harness, item, location } = kit;
    const both = await Promise.all(
      [1, 2].map((quantity) => change(harness, 'inventorySetQuantities', input([at(item, location, quantity, 0)]))),
    );
    expect(both.flatMap(problemsOf)).toEqual([['CHANGE_FROM_QUANTITY_STALE', 'input.quantities.0.changeFromQuantity']]);
  });

  it.each([
    ['a variable', 'query', true],
    ['the document itself', 'literal', false],
  ])('demands that what is expected is written, in %s', async (_name, _how, inVariable) => {
    const { harness, item, location } = await stocked();
    const quantity = `{inventoryItemId: "${item}", locationId: "${location}", quantity: 1}`;
    const literal = `mutation { inventorySetQuantities(input: {name: "available", reason: "correction", quantities: [${quantity}]}) @idempotent(key: "a") { userErrors { code } } }`;
    const variable =
      'mutation ($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) @idempotent(key: "a") { userErrors { code } } }';
    const answer = await harness.run(
      inVariable ? variable : literal,
      inVariable ? { input: input([{ inventoryItemId: item, locationId: location, quantity: 1 }]) } : {},
    );
    expect(answer).toMatchObject({
      data: { inventorySetQuantities: null },
      errors: [
        {
          message: 'InventoryQuantityInput must include the following argument: changeFromQuantity.',
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
    const { harness, item, location } = await stocked();
    const changed = await change(
      harness,
      'inventorySetQuantities',
      input([{ ...at(item, location, 1, null), ...quantity }], rest),
    );
    expect(changed.inventoryAdjustmentGroup).toBeNull();
    expect(problemsOf(changed)).toEqual(problems);
  });

  it('takes the limits themselves', async () => {
    const kit = await stocked();
    for (const quantity of [1_000_000_000, -1_000_000_000]) {
      await change(kit.harness, 'inventorySetQuantities', input([at(kit.item, kit.location, quantity, null)]));
      expect(await quantitiesAt(kit, kit.location)).toMatchObject({ available: quantity });
    }
  });

  it('refuses one place twice', async () => {
    const { harness, item, location } = await stocked();
    const twice = [at(item, location, 1, null), at(item, location, 2, null)];
    expect(problemsOf(await change(harness, 'inventorySetQuantities', input(twice)))).toEqual([
      ['NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR', 'input.quantities.0.locationId'],
      ['NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR', 'input.quantities.1.locationId'],
    ]);
    const onHand = await change(harness, 'inventorySetOnHandQuantities', { reason: 'other', setQuantities: twice });
    expect(problemsOf(onHand)).toEqual([
      ['SET_ON_HAND_QUANTITIES_FAILED', 'input.setQuantities.0.locationId'],
      ['SET_ON_HAND_QUANTITIES_FAILED', 'input.setQuantities.1.locationId'],
    ]);
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
    const changed = await change(kit.harness, 'inventoryAdjustQuantities', {
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
    const changed = await change(kit.harness, 'inventoryAdjustQuantities', {
      name: 'incoming',
      reason: 'movement_created',
      changes,
    });
    expect(changed.inventoryAdjustmentGroup?.changes).toEqual([
      { name: 'incoming', delta: 5, quantityAfterChange: null, ledgerDocumentUri },
    ]);
    expect(await quantitiesAt(kit, kit.location)).toEqual({ incoming: 5 });
  });

  it.each([
    [
      'what is on hand',
      { name: 'on_hand' },
      {},
      [
        ['INVALID_QUANTITY_NAME', 'input.name'],
        ['INVALID_QUANTITY_DOCUMENT', 'input.changes.0.ledgerDocumentUri'],
      ],
    ],
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
    const { harness, item, location } = await stocked();
    const changes = [{ inventoryItemId: item, locationId: location, delta: 1, changeFromQuantity: null, ...part }];
    const changed = await change(harness, 'inventoryAdjustQuantities', {
      name: 'available',
      reason: 'other',
      changes,
      ...rest,
    });
    expect(problemsOf(changed)).toEqual(problems);
  });

  it('refuses what comes to too much together, and several ledgers', async () => {
    const { harness, item, location } = await stocked();
    const half = { inventoryItemId: item, locationId: location, delta: 1_500_000_000, changeFromQuantity: null };
    const tooMuch = await change(harness, 'inventoryAdjustQuantities', {
      name: 'available',
      reason: 'other',
      changes: [half, half],
    });
    expect(problemsOf(tooMuch)).toEqual([['INVALID_QUANTITY_TOO_HIGH', 'input.changes.1.delta']]);
    const changes = ['gid://a/B/1', 'gid://a/B/2'].map((uri) => ({ ...half, ledgerDocumentUri: uri, delta: 1 }));
    const ledgers = await change(harness, 'inventoryAdjustQuantities', { name: 'damaged', reason: 'other', changes });
    expect(problemsOf(ledgers)).toEqual([['MAX_ONE_LEDGER_DOCUMENT', 'input.changes']]);
  });

  it('demands that what is expected is written', async () => {
    const { harness, item, location } = await stocked();
    const changes = [{ inventoryItemId: item, locationId: location, delta: 1 }];
    await expect(
      change(harness, 'inventoryAdjustQuantities', { name: 'available', reason: 'other', changes }),
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
    const changed = await change(kit.harness, 'inventoryMoveQuantities', input);
    expect(changed.inventoryAdjustmentGroup?.changes).toEqual([
      { name: 'available', delta: -2, quantityAfterChange: null, ledgerDocumentUri: null },
      { name: 'reserved', delta: 2, quantityAfterChange: null, ledgerDocumentUri },
    ]);
    expect(await quantitiesAt(kit, kit.location)).toEqual({ available: -2, reserved: 2 });
    const group = changed.inventoryAdjustmentGroup?.id;
    const { node } = await kit.harness.data(
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
    await kit.harness.data('mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }', {
      id: kit.product,
    });
    const later = 'query ($id: ID!) { node(id: $id) { ... on InventoryAdjustmentGroup { changes { item { id } } } } }';
    expect(await kit.harness.data(later, { id: group })).toEqual({
      node: { changes: [{ item: null }, { item: null }] },
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
      [['INVALID_INVENTORY_ITEM', 'input.changes.0.inventoryItemId']],
    ],
  ])('refuses %s', async (_name, part, from, to, problems) => {
    const { harness, item, location } = await stocked();
    const changes = [
      {
        inventoryItemId: item,
        quantity: 1,
        from: end(location, 'available', from),
        to: end(location, 'damaged', { ledgerDocumentUri, ...to }),
        ...part,
      },
    ];
    const changed = await change(harness, 'inventoryMoveQuantities', {
      reason: 'damaged',
      referenceDocumentUri: 'gid://a/B/1',
      changes,
    });
    expect(problemsOf(changed)).toEqual(problems);
  });

  it('refuses two locations and three ledgers', async () => {
    const { harness, item, location, elsewhere } = await stocked();
    const from = end(location, 'available');
    const apart = [{ inventoryItemId: item, quantity: 1, from, to: end(elsewhere, 'damaged', { ledgerDocumentUri }) }];
    const input = { reason: 'damaged', referenceDocumentUri: 'gid://a/B/1' };
    expect(problemsOf(await change(harness, 'inventoryMoveQuantities', { ...input, changes: apart }))).toEqual([
      ['DIFFERENT_LOCATIONS', 'input.changes.0'],
    ]);
    const changes = [1, 2, 3].map((number) => ({
      inventoryItemId: item,
      quantity: 1,
      from,
      to: end(location, 'damaged', { ledgerDocumentUri: `gid://wms/Check/${number}` }),
    }));
    expect(problemsOf(await change(harness, 'inventoryMoveQuantities', { ...input, changes }))).toEqual([
      ['MAXIMUM_LEDGER_DOCUMENT_URIS', 'input.changes'],
    ]);
  });
});
