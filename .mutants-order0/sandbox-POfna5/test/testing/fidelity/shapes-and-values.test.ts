// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { freshFake, nowhere } from './fresh-fake.ts';

const create =
  'mutation ($product: ProductCreateInput!, $media: [CreateMediaInput!]) { productCreate(product: $product, media: $media) { product { id createdAt media(first: 2) { nodes { status preview { image { url } } } } variants(first: 1) { nodes { id inventoryItem { id } } } } userErrors { field message } } }';

async function withProduct() {
  const kit = freshFake();
  const { product } = await kit.payload(create, { product: { title: 'Mug' } });
  const { nodes } = await kit.payload('{ locations(first: 1) { nodes { id } } }');
  const [variant] = product.variants.nodes;
  return { ...kit, product, variantId: variant.id, itemId: variant.inventoryItem.id, locationId: nodes[0].id };
}

describe('beside user errors', () => {
  it('lists are empty, and the location stands there as it is', async () => {
    const { payload, locationId } = await withProduct();
    expect(
      await payload(
        'mutation ($f: [FileUpdateInput!]!) { fileUpdate(files: $f) { files { id } userErrors { field message code } } }',
        { f: [{ id: nowhere('MediaImage'), alt: 'a' }, { id: 'gid://shopify/MediaImage/888888' }] },
      ),
    ).toEqual({
      files: [],
      userErrors: [
        {
          field: ['files'],
          message: 'File ids ["gid://shopify/MediaImage/999999", "gid://shopify/MediaImage/888888"] do not exist.',
          code: 'FILE_DOES_NOT_EXIST',
        },
      ],
    });
    expect(
      await payload(
        'mutation ($id: ID!) { locationDeactivate(locationId: $id) @idempotent(key: "a") { location { isActive } locationDeactivateUserErrors { field code } } }',
        { id: locationId },
      ),
    ).toEqual({
      location: { isActive: true },
      locationDeactivateUserErrors: [{ field: ['locationId'], code: 'PERMANENTLY_BLOCKED_FROM_DEACTIVATION_ERROR' }],
    });
  });

  it('a partial update of variants names all of them, changed or not', async () => {
    const { payload, product, variantId } = await withProduct();
    const update =
      'mutation ($id: ID!, $v: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $id, allowPartialUpdates: true, variants: $v) { productVariants { price } userErrors { field code } } }';
    expect(await payload(update, { id: product.id, v: [{ id: variantId, compareAtPrice: '-2' }] })).toEqual({
      productVariants: [{ price: '0.00' }],
      userErrors: [{ field: ['variants', '0', 'compareAtPrice'], code: 'GREATER_THAN_OR_EQUAL_TO' }],
    });
  });

  it.each([
    [
      'mutation { metafieldDefinitionDelete(identifier: { ownerType: PRODUCT, namespace: "a_b", key: "none" }) { userErrors { field code } } }',
      null,
      'NOT_FOUND',
    ],
    [
      'mutation { metafieldDefinitionUpdate(definition: { ownerType: PRODUCT, namespace: "a_b", key: "none" }) { userErrors { field code } } }',
      ['definition'],
      'NOT_FOUND',
    ],
  ])('%s blames a place', async (query, field, code) => {
    expect(await freshFake().payload(query)).toEqual({ userErrors: [{ field, code }] });
  });
});

describe('what is refused as an error of the whole field', () => {
  it.each([
    [
      'mutation { productUpdate { product { id } } }',
      'productUpdate must include exactly one of the following arguments: input, product.',
      'INVALID_FIELD_ARGUMENTS',
    ],
    [
      'mutation { productCreate(product: { title: "A" }, input: { title: "A" }) { product { id } } }',
      'productCreate must include exactly one of the following arguments: input, product.',
      'INVALID_FIELD_ARGUMENTS',
    ],
    [
      'mutation { collectionUpdate(input: { title: "A" }) { collection { id } } }',
      'id must be specified on collectionUpdate',
      'BAD_REQUEST',
    ],
    [
      'mutation { tagsRemove(id: "gid://shopify/Location/1", tags: ["a"]) { node { id } } }',
      'invalid id',
      'RESOURCE_NOT_FOUND',
    ],
  ])('%s', async (query, message, code) => {
    const [, name = ''] = /\{ (\w+)/.exec(query) ?? [];
    expect(await freshFake().send(query)).toMatchObject({
      data: { [name]: null },
      errors: [{ message, path: [name], extensions: { code } }],
    });
  });
});

describe('values', () => {
  it('are told in whole seconds, and an image is worked on first', async () => {
    const { clock, payload } = freshFake();
    await clock.advance(1_234);
    const media = [{ mediaContentType: 'IMAGE', originalSource: 'https://example.com/a.png' }];
    const { product } = await payload(create, { product: { title: 'Mug' }, media });
    expect(product.createdAt).toMatch(/:\d\dZ$/);
    expect(product.media.nodes).toEqual([{ status: 'UPLOADED', preview: { image: null } }]);
    await clock.advance(500);
    const query = 'query ($id: ID!) { product(id: $id) { media(first: 1) { nodes { status } } } }';
    expect(await payload(query, { id: product.id })).toEqual({ media: { nodes: [{ status: 'READY' }] } });
  });

  it('of metafields stand in the order in which they were set or are asked for', async () => {
    const { payload, product } = await withProduct();
    const entry = (key: string, value: string) => ({
      ownerId: product.id,
      namespace: 'made',
      key,
      type: 'single_line_text_field',
      value,
    });
    const set =
      'mutation ($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { metafields { key value } userErrors { message } } }';
    expect(await payload(set, { m: [entry('in', 'a'), entry('by', 'b'), entry('in', 'c')] })).toEqual({
      metafields: [
        { key: 'in', value: 'a' },
        { key: 'by', value: 'b' },
        { key: 'in', value: 'c' },
      ],
      userErrors: [],
    });
    const read =
      'query ($id: ID!) { product(id: $id) { metafields(first: 5, keys: ["made.by", "made.in"]) { nodes { key value definition { id } } } } }';
    expect(await payload(read, { id: product.id })).toEqual({
      metafields: {
        nodes: [
          { key: 'made.by', value: 'b', definition: null },
          { key: 'made.in', value: 'c', definition: null },
        ],
      },
    });
  });

  it.each([
    ['area', '{"value":2.5,"unit":"square_meters"}', null],
    ['list.power', '[{"value":5,"unit":"watts"}]', null],
    ['speed', '{"unit":"knots"}', 'Value must contain unit and value.'],
    ['list.number_integer', '[1,"x"]', 'Value must be an integer.'],
    ['rating', '{"value":"9","scale_min":"1","scale_max":"5"}', 'Value has a maximum of 5.'],
  ])('of a metafield of type %s may be %s', async (type, value, message) => {
    const { payload, product } = await withProduct();
    const m = [{ ownerId: product.id, namespace: 'made', key: 'size', type, value }];
    const set = 'mutation ($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { userErrors { message } } }';
    expect(await payload(set, { m })).toEqual({ userErrors: message === null ? [] : [{ message }] });
  });

  it('of stock count tracked items only, and have a time once they were changed', async () => {
    const { payload, product, itemId, locationId, variantId } = await withProduct();
    const set =
      'mutation ($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) @idempotent(key: "a") { userErrors { message } } }';
    const quantities = [{ inventoryItemId: itemId, locationId, quantity: 3, changeFromQuantity: null }];
    await payload(set, { input: { name: 'available', reason: 'other', quantities } });
    const stock = 'query ($id: ID!) { product(id: $id) { totalInventory } }';
    expect(await payload(stock, { id: product.id })).toEqual({ totalInventory: 0 });
    const track =
      'mutation ($id: ID!, $v: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $id, variants: $v) { userErrors { message } } }';
    await payload(track, { id: product.id, v: [{ id: variantId, inventoryItem: { tracked: true } }] });
    expect(await payload(stock, { id: product.id })).toEqual({ totalInventory: 3 });
    const read =
      'query ($id: ID!) { inventoryItem(id: $id) { inventoryLevels(first: 1) { nodes { quantities(names: ["available", "on_hand", "damaged"]) { quantity updatedAt } } } } }';
    expect(await payload(read, { id: itemId })).toEqual({
      inventoryLevels: {
        nodes: [
          {
            quantities: [
              { quantity: 3, updatedAt: expect.stringMatching(/Z$/) },
              { quantity: 3, updatedAt: null },
              { quantity: 0, updatedAt: null },
            ],
          },
        ],
      },
    });
  });

  it('of times are whole seconds, also of the location that a shop has from the start', async () => {
    const { payload } = freshFake();
    expect(await payload('{ locations(first: 1) { nodes { createdAt updatedAt } } }')).toEqual({
      nodes: [{ createdAt: '2024-01-01T00:00:00Z', updatedAt: '2024-01-01T00:00:00Z' }],
    });
  });

  it('of a new location are those of Shopify, with the name of its province', async () => {
    const { payload } = freshFake();
    const add =
      'mutation ($input: LocationAddInput!) { locationAdd(input: $input) { location { activatable shipsInventory fulfillsOnlineOrders address { province } } } }';
    const input = { name: 'Depot', fulfillsOnlineOrders: false, address: { countryCode: 'CA', provinceCode: 'ON' } };
    expect(await payload(add, { input })).toEqual({
      location: {
        activatable: true,
        shipsInventory: false,
        fulfillsOnlineOrders: false,
        address: { province: 'Ontario' },
      },
    });
  });

  it('of a collection count its products a moment later', async () => {
    const { clock, payload, product } = await withProduct();
    const make =
      'mutation ($input: CollectionInput!) { collectionCreate(input: $input) { collection { id productsCount { count } } } }';
    const { collection } = await payload(make, { input: { title: 'All', products: [product.id] } });
    expect(collection.productsCount).toEqual({ count: 0 });
    await clock.advance(500);
    const read = 'query ($id: ID!) { collection(id: $id) { productsCount { count } } }';
    expect(await payload(read, { id: collection.id })).toEqual({ productsCount: { count: 1 } });
  });

  it('of a standalone variant go with it', async () => {
    const { payload, product } = await withProduct();
    const make =
      'mutation ($id: ID!, $v: [ProductVariantsBulkInput!]!) { productVariantsBulkCreate(productId: $id, strategy: REMOVE_STANDALONE_VARIANT, variants: $v) { product { options { optionValues { name } } } userErrors { message } } }';
    const named = (name: string) => ({ id: product.id, v: [{ optionValues: [{ optionName: 'Title', name }] }] });
    await payload(make, named('One'));
    expect((await payload(make, named('Two'))).product).toEqual({ options: [{ optionValues: [{ name: 'Two' }] }] });
  });

  it('that Shopify passes over are passed over: collections of nowhere, a page of nothing', async () => {
    const { payload } = freshFake();
    const input = { title: 'Mug', collectionsToJoin: [nowhere('Collection')] };
    expect(await payload(create, { product: input })).toMatchObject({ product: {}, userErrors: [] });
    expect(await payload('{ products(first: 0) { nodes { id } } }')).toEqual({ nodes: [] });
  });
});

describe('a key', () => {
  const adjust = (key: string) =>
    `mutation { inventoryAdjustQuantities(input: { name: "available", reason: "other", changes: [] }) ${key} { userErrors { message } } }`;

  it('is demanded from 2026-04 on', async () => {
    const { fake, clock } = freshFake();
    const post = async (version: string) => {
      const response = await clock.run(
        fake.fetch(`https://demo.myshopify.com/admin/api/${version}/graphql.json`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' },
          body: JSON.stringify({ query: adjust('') }),
        }),
      );
      return response.json();
    };
    expect(await post('2026-01')).not.toHaveProperty('errors');
    expect(await post('2026-04')).toHaveProperty('errors');
  });

  it('may be given for inventoryDeactivate, and no harm is done the second time', async () => {
    const { payload, send, itemId, locationId } = await withProduct();
    const { location } = await payload(
      'mutation { locationAdd(input: { name: "Depot", address: { countryCode: US } }) { location { id } } }',
    );
    const activate =
      'mutation ($i: ID!, $l: ID!) { inventoryActivate(inventoryItemId: $i, locationId: $l) @idempotent(key: "on") { inventoryLevel { id } } }';
    await payload(activate, { i: itemId, l: location.id });
    const { inventoryLevel } = await payload(activate.replace('"on"', '"again"'), { i: itemId, l: locationId });
    const off =
      'mutation ($id: ID!) { inventoryDeactivate(inventoryLevelId: $id) @idempotent(key: "off") { userErrors { message } } }';
    for (let time = 0; time < 2; time++)
      expect(await send(off, { id: inventoryLevel.id })).toMatchObject({
        data: { inventoryDeactivate: { userErrors: [] } },
      });
  });
});

describe('a search', () => {
  it('for a value that does not exist finds nothing, and says so beside the response', async () => {
    const query = 'status:LOST operation_type:QUERY';
    const { data, extensions } = await freshFake().send(
      'query ($query: String) { ops: bulkOperations(first: 1, query: $query) { nodes { id } } }',
      { query },
    );
    expect(data).toEqual({ ops: { nodes: [] } });
    expect(extensions.search).toEqual([
      {
        path: ['ops'],
        query,
        parsed: {
          and: [
            { field: 'status', match_all: 'LOST' },
            { field: 'operation_type', match_all: 'QUERY' },
          ],
        },
        warnings: [{ field: 'status', message: 'Input `LOST` is not an accepted value.', code: 'invalid_value' }],
      },
    ]);
    expect(
      (await freshFake().send('{ bulkOperations(first: 1, query: "status:RUNNING") { nodes { id } } }')).extensions,
    ).not.toHaveProperty('search');
  });
});
