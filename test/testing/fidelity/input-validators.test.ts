import { describe, expect, it } from 'vitest';
import { freshFake, nowhere } from './fresh-fake.ts';

const place = { inventoryItemId: nowhere('InventoryItem'), locationId: nowhere('Location') };
const cause = { name: 'available', reason: 'correction' };

// Recorded 2025-10 and 2026-04: both places are told of, the field and the variable.
describe('an input that its own type refuses', () => {
  it.each([
    [
      'InventoryAdjustQuantitiesInput!',
      'inventoryAdjustQuantities(input: $value)',
      { ...cause, changes: [{ ...place, delta: 1 }] },
      'InventoryChangeInput must include the following argument: changeFromQuantity.',
    ],
    [
      'InventorySetQuantitiesInput!',
      'inventorySetQuantities(input: $value)',
      { ...cause, quantities: [{ ...place, quantity: 1 }] },
      'InventoryQuantityInput must include the following argument: changeFromQuantity.',
    ],
    [
      '[FileCreateInput!]!',
      'fileCreate(files: $value)',
      [{ originalSource: '' }],
      'originalSource is too short (minimum is 1)',
    ],
    [
      '[OptionReorderInput!]!',
      `productOptionsReorder(productId: "${nowhere('Product')}", options: $value)`,
      [{ name: 'Size', values: [{ id: nowhere('ProductOptionValue'), name: 'S' }] }],
      'OptionValueReorderInput requires exactly one of id, name',
    ],
    [
      'LocationAddInput!',
      'locationAdd(input: $value)',
      { name: 'A', address: { countryCode: 'US' }, metafields: [{ namespace: 'a', key: ' ', value: 'x' }] },
      "key can't be blank",
    ],
  ])('%s', async (type, use, value, message) => {
    // No key: that is asked for after the arguments were read.
    const { data, errors } = await freshFake().send(
      `mutation M($value: ${type}) {\n  ${use} { userErrors { message } }\n}`,
      {
        value,
      },
    );
    const root = use.slice(0, use.indexOf('('));
    expect(data).toEqual({ [root]: null });
    expect(errors).toEqual([
      {
        message,
        locations: [
          { line: 2, column: 3 },
          { line: 1, column: 12 },
        ],
        path: [root],
        extensions: { code: 'INVALID_FIELD_ARGUMENTS' },
      },
    ]);
  });

  it('is told of at the field alone where it is written there', async () => {
    const { errors } = await freshFake().send(
      'mutation { fileCreate(files: [{ originalSource: "" }]) { userErrors { message } } }',
    );
    expect(errors).toMatchObject([{ locations: [{ line: 1, column: 12 }] }]);
  });

  it('is asked for its quantity only since 2026-04', async () => {
    const { fake, clock } = freshFake();
    const response = await clock.run(
      fake.fetch('https://demo.myshopify.com/admin/api/2026-01/graphql.json', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' },
        body: JSON.stringify({
          query:
            'mutation ($input: InventoryAdjustQuantitiesInput!) { inventoryAdjustQuantities(input: $input) { userErrors { code } } }',
          variables: { input: { ...cause, changes: [{ ...place, delta: 1 }] } },
        }),
      }),
    );
    expect((await response.json()).data.inventoryAdjustQuantities.userErrors).toMatchObject([
      { code: 'INVALID_INVENTORY_ITEM' },
      { code: 'INVALID_LOCATION' },
    ]);
  });
});

describe('what Shopify reads', () => {
  // Recorded 2026-04 of limits of discounts and positions of selling plans.
  it('is an integer of any size, which the field then refuses', async () => {
    const { payload } = freshFake();
    const { userErrors } = await payload(
      `mutation ($quantity: Int!) { inventorySetQuantities(input: {
        name: "available", reason: "correction", quantities: [{
          inventoryItemId: "${place.inventoryItemId}", locationId: "${place.locationId}", quantity: $quantity, changeFromQuantity: null
        }] }) @idempotent(key: "a") { userErrors { code } } }`,
      { quantity: 3_000_000_000 },
    );
    expect(userErrors).toEqual([{ code: 'INVALID_QUANTITY_TOO_HIGH' }]);
  });

  it('is no fraction and no text', async () => {
    const { send } = freshFake();
    for (const first of [1.5, '1']) {
      const { errors } = await send('query ($first: Int) { products(first: $first) { nodes { id } } }', { first });
      expect(errors).toMatchObject([
        { extensions: { problems: [{ explanation: `Could not coerce value ${JSON.stringify(first)} to Int` }] } },
      ]);
    }
  });

  // Recorded 2025-10 of the origin of a store credit.
  it('is a union of which nothing is selected', async () => {
    const { payload, send } = freshFake();
    const { id } = (await payload('mutation { productCreate(product: { title: "A" }) { product { id } } }')).product;
    const query = (field: string) => `{ product(id: "${id}") { metafield(namespace: "a", key: "b") { ${field} } } }`;
    expect((await send(query('reference'))).errors).toBeUndefined();
    expect((await send(query('definition'))).errors).toMatchObject([{ extensions: { code: 'selectionMismatch' } }]);
  });

  // Recorded 2026-04.
  it('is a fragment on a type that does not exist, told of at the fragment', async () => {
    const { errors } = await freshFake().send('{ shop { ... on Nothing { id } } }');
    expect(errors).toEqual([
      {
        message: "No such type Nothing, so it can't be a fragment condition",
        locations: [{ line: 1, column: 10 }],
        path: ['query', 'shop', '... on Nothing'],
        extensions: { code: 'undefinedType', typeName: 'Nothing' },
      },
    ]);
  });
});
