import { describe, expect, it } from 'vitest';
import { connectionMultiplier, inputPoints, withoutDust } from '../../../src/graphql/cost/rule.ts';
import { actualCost, costFields, requestedCost } from '../../../src/testing/fake/cost/operation.ts';
import { createFakeShopify } from '../../../src/testing/fake/fake-shopify.ts';
import { inputCosts } from '../../../src/testing/fake/schema.ts';
import { ask } from '../ask.ts';
import { operation } from '../stub-engine.ts';

// https://community.shopify.dev/t/unexpectedly-low-graphql-query-cost-in-shopify-admin-api-seeking-clarification/23101
const seenQuery = /* GraphQL */ `
  query getVariantsInventoryItem($id: ID!) {
    product(id: $id) { variants(first: 250) { nodes { inventoryItem { id tracked } } } }
  }
`;
const seen = operation(seenQuery, { id: 'gid://shopify/Product/1' });

describe('connectionMultiplier', () => {
  // Multipliers by https://community.shopify.dev/t/how-to-calculate-graphql-cost-estimates/24364/6
  it.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [10, 4],
    [50, 7],
    [100, 9],
    [250, 11],
    [2_048, 11],
  ])('pays for a page of %i as for %i nodes', (size, multiplier) => {
    expect(connectionMultiplier(size)).toBe(multiplier);
  });
});

describe('requestedCost', () => {
  it('is 25 for the query that Shopify charged with 25', () => {
    expect(requestedCost(seen)).toBe(25);
  });

  // Rule by https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits (scalar 0, object 1, abstract type the
  // maximum, mutation 10) with the multipliers above.
  it.each([
    ['scalars are free, an object costs 1', '{ shop { name myshopifyDomain } }', 1],
    [
      'an object below an object costs 1 more',
      '{ shop { name plan { publicDisplayName } } product(id: "gid://shopify/Product/1") { variantsCount { count } } }',
      4,
    ],
    ['type names are free', '{ __typename shop { __typename id } }', 1],
    ['but no operation is', '{ __typename }', 1],
    ['introspection costs as other objects do', '{ __type(name: "Shop") { fields { name } } }', 2],
    ['a count at the root costs 10', '{ productsCount { count } }', 10],
    ['a count in an object costs 1', '{ collection(id: "gid://shopify/Collection/1") { productsCount { count } } }', 2],
    [
      'money, addresses and weights are free',
      `{
      order(id: "gid://shopify/Order/1") { totalPriceSet { shopMoney { amount } } }
      location(id: "gid://shopify/Location/1") { address { city } }
      inventoryItem(id: "gid://shopify/InventoryItem/1") { measurement { weight { value } } }
      shop { shopAddress { city } }
    }`,
      4,
    ],
    [
      'but as nodes of a page they cost 1',
      '{ customer(id: "gid://shopify/Customer/1") { addressesV2(first: 5) { nodes { city } } } }',
      1 + 2 + 3,
    ],
    ['a connection costs 2 and its node times the multiplier', '{ products(first: 10) { nodes { id } } }', 2 + 4],
    ['`last` sizes a connection too', '{ products(last: 50) { nodes { id } } }', 2 + 7],
    ['a page without a size counts as the largest', '{ products { nodes { id } } }', 2 + 11],
    ['pageInfo is free', '{ products(first: 10) { pageInfo { hasNextPage endCursor } } }', 2],
    [
      'edges are wrappers and free',
      '{ products(first: 10) { edges { cursor node { id } } pageInfo { endCursor } } }',
      2 + 4,
    ],
    ['edges and nodes are both paid', '{ products(first: 10) { edges { node { id } } nodes { id } } }', 2 + 8],
    [
      'connections multiply',
      '{ products(first: 10) { nodes { variants(first: 100) { nodes { id } } } } }',
      2 + (1 + 2 + 9) * 4,
    ],
    ['a list of objects costs as one object', '{ nodes(ids: ["gid://shopify/Product/1"]) { id } }', 1],
    [
      'an interface costs as much as its most expensive type',
      `{ node(id: "gid://shopify/Product/1") {
        id
        ... on Product { variants(first: 10) { nodes { id } } }
        ... on ProductVariant { product { id } }
      } }`,
      1 + 2 + 4,
    ],
    [
      'fragments on interfaces count for the types that implement them',
      `{ node(id: "gid://shopify/Product/1") { ...Meta ... on Product { category { id } } } }
       fragment Meta on HasMetafields { metafield(namespace: "a", key: "b") { id } }`,
      1 + 2,
    ],
    [
      'a field asked twice is paid once',
      '{ shop { plan { publicDisplayName } } ...Again } fragment Again on QueryRoot { shop { plan { shopifyPlus } } }',
      2,
    ],
    ['aliases are fields of their own', '{ a: shop { id } b: shop { id } }', 2],
    [
      'other objects of a connection are paid once',
      '{ products(first: 50) { nodes { id } filters: pageInfo { endCursor } } }',
      9,
    ],
  ])('%s', (_rule, query, points) => {
    expect(requestedCost(operation(query))).toBe(points);
  });

  it('reads sizes, skips and includes from variables, defaults included', () => {
    const query = /* GraphQL */ `
      query ($first: Int = 10, $skip: Boolean!, $include: Boolean = false) {
        products(first: $first) { nodes { id } }
        shop @skip(if: $skip) { id }
        ... @include(if: $include) { app { id } }
      }
    `;
    expect(requestedCost(operation(query, { skip: false }))).toBe(2 + 4 + 1);
    expect(requestedCost(operation(query, { skip: true, first: 250 }))).toBe(2 + 11);
    expect(requestedCost(operation(query, { skip: true, include: true, first: 1 }))).toBe(2 + 1 + 1);
  });

  // Seen: https://shopify.dev/docs/apps/build/marketing-analytics/build-web-pixels
  it('is 10 for a mutation whose payload selects objects', () => {
    const query = `mutation { webPixelCreate(webPixel: { settings: "{}" }) { userErrors { code field message } webPixel { settings id } } }`;
    expect(requestedCost(operation(query))).toBe(10);
  });

  it('adds connections and deeper objects of a payload', () => {
    const query = /* GraphQL */ `
      mutation ($input: ProductSetInput!) {
        productSet(input: $input) { product { id category { id } variants(first: 10) { nodes { id } } } }
      }
    `;
    expect(requestedCost(operation(query, { input: { title: 'Tee' } }))).toBe(10 + 1 + 2 + 4);
  });

  // https://shopify.dev/changelog/dynamic-complexity-cost-for-productset-mutation
  // Whole points, recorded: 10.2 → 10, 11.2 → 11, 15.6 → 16, 29.9 → 30, 43.2 → 43, 90.8 → 91, 309.8 → 310.
  describe('of productSet', () => {
    const push = (input: object): number =>
      requestedCost(
        operation(
          'mutation Push($input: ProductSetInput!) { productSet(input: $input) { product { id } userErrors { message } } }',
          { input },
        ),
      );
    const variant = (extra: object = {}): object => ({ optionValues: [{ optionName: 'Size', name: 'S' }], ...extra });
    const metafield = { namespace: 'a', key: 'b', value: 'c', type: 'single_line_text_field' };

    it.each<[string, object, number]>([
      ['10 for a bare product', { title: 'Tee' }, 10],
      ['0.2 for each variant', { variants: [variant(), variant(), variant()] }, 11],
      [
        '0.6 for each file of a variant',
        { variants: [variant({ file: { originalSource: 'https://x/1.png' } }), variant()] },
        11,
      ],
      ['0.4 for each metafield of a variant', { variants: [variant({ metafields: [metafield, metafield] })] }, 11],
      ['0.4 for each metafield', { metafields: [metafield] }, 10],
      [
        '1.9 for each file',
        { files: [{ originalSource: 'https://x/1.png' }, { originalSource: 'https://x/2.png' }] },
        14,
      ],
      ['nothing for null', { files: null, variants: null }, 10],
      ['a fifth of 2,048 for the largest product', { variants: Array.from({ length: 2_048 }, () => variant()) }, 420],
    ])('is %s', (_rule, input, points) => {
      expect(push(input)).toBe(points);
    });

    it('counts literals as it counts variables', () => {
      const query = `mutation {
        productSet(input: { files: { originalSource: "https://x/1.png" }, variants: [{ optionValues: [], price: "1" }] }) { product { id } }
      }`;
      expect(requestedCost(operation(query))).toBe(12);
    });
  });
});

describe('actualCost', () => {
  // Same source as the 25 above: `"data": {"product": null}` and `"actualQueryCost": 1`.
  it('is 1 for the missing product that Shopify charged with 1', () => {
    expect(actualCost(seen, { product: null })).toBe(1);
  });

  // Recorded: size of the page, nodes that came, points charged for the whole connection.
  it.each([
    [5, 1, 3],
    [5, 2, 4],
    [10, 3, 4],
    [20, 9, 5],
    [50, 1, 2],
    [50, 5, 3],
    [50, 16, 5],
    [100, 7, 3],
    [100, 75, 9],
    [200, 17, 3],
    [250, 54, 5],
    [250, 62, 5],
    [250, 208, 11],
    [250, 250, 13],
  ])('of a page of %i in which %i came is %i', (first, came, points) => {
    const nodes = Array.from({ length: came }, () => ({ id: 'x' }));
    const query = `{ products(first: ${first}) { nodes { id } } }`;
    expect(actualCost(operation(query), { products: { nodes } })).toBe(points);
  });

  // Recorded, as above, for the points of one node.
  it.each([
    ['two objects, one node on a page of 10', 10, 1, 'inventoryItem { id }', 4],
    ['three objects, one node on a page of 5', 5, 1, 'inventoryItem { id variant { id } }', 5],
    ['four objects, one node on a page of 10', 10, 1, 'inventoryItem { id variant { id product { id } } }', 5],
    ['two objects, two nodes on a page of 10', 10, 2, 'inventoryItem { id }', 4],
    ['two objects, one node on a page of 50', 50, 1, 'inventoryItem { id }', 3],
    ['two objects, one node on a page of 250', 250, 1, 'inventoryItem { id }', 2],
  ])('of %s is by the share that came, and by its objects', (_, first, came, selection, points) => {
    const node = { id: 'x', inventoryItem: { id: 'x', variant: { id: 'x', product: { id: 'x' } } } };
    const query = `{ productVariants(first: ${first}) { nodes { id ${selection} } } }`;
    const nodes = Array.from({ length: came }, () => node);
    expect(actualCost(operation(query), { productVariants: { nodes } })).toBe(points);
  });

  it.each([
    [5, 1, 4],
    [10, 2, 4],
    [5, 2, 4],
    [3, 1, 3],
    [50, 16, 5],
    [250, 1, 2],
  ])('of a page of %i in which %i came, with its pageInfo, is %i', (first, came, points) => {
    const nodes = Array.from({ length: came }, () => ({ id: 'x' }));
    const query = `{ products(first: ${first}) { nodes { id } pageInfo { hasNextPage } } }`;
    const data = { products: { nodes, pageInfo: { hasNextPage: false } } };
    expect(actualCost(operation(query), data)).toBe(points);
  });

  it('of an empty page forgets that its nodes are expensive', () => {
    const query = '{ customer(id: "gid://shopify/Customer/1") { storeCreditAccounts(first: 10) { nodes { id } } } }';
    expect(requestedCost(operation(query))).toBe(1 + 2 + 6 * 4);
    expect(actualCost(operation(query), { customer: { storeCreditAccounts: { nodes: [] } } })).toBe(1 + 2 + 4);
  });

  it('of an empty page is what was asked for its nodes, and nothing for its edges', () => {
    const empty = (selection: string, data: object): number =>
      actualCost(operation(`{ products(first: 10) { ${selection} } }`), { products: data });
    expect(empty('nodes { id }', { nodes: [] })).toBe(2 + 4);
    expect(empty('nodes { id category { id } }', { nodes: [] })).toBe(2 + 4);
    expect(empty('edges { node { id } }', { edges: [] })).toBe(2);
  });

  it('counts the most expensive node of a page', () => {
    const query = '{ products(first: 2) { edges { node { id category { id } } } } }';
    const node = (category: object | null): object => ({ node: { id: 'x', category } });
    expect(actualCost(operation(query), { products: { edges: [node(null), node({ id: 'y' })] } })).toBe(2 + 2);
  });

  // Recorded 2026-04: 189 of 310, whatever share of the 250 variants had one image; none had a metafield.
  it('counts the pages of one connection in several objects as one', () => {
    const asked = operation(`{ productVariants(first: 250) { nodes {
      id media(first: 250) { nodes { id } } metafields(first: 250) { nodes { id } } product { id }
    } } }`);
    const node = (images: number) => ({
      ...{ id: '', media: { nodes: Array.from({ length: images }, () => ({ id: '' })) } },
      ...{ metafields: { nodes: [] }, product: { id: '' } },
    });
    expect(requestedCost(asked)).toBe(310);
    for (const share of [1, 40, 249]) {
      const nodes = Array.from({ length: 250 }, (_, index) => node(index < share ? 1 : 0));
      expect(actualCost(asked, { productVariants: { nodes } })).toBe(189);
    }
  });

  it('leaves out what the type of a node does not select', () => {
    const query = `{ node(id: "gid://shopify/ProductVariant/1") {
      ... on Product { variants(first: 10) { nodes { id } } }
      ... on ProductVariant { product { id } }
    } }`;
    expect(actualCost(operation(query), { node: { product: { id: 'x' } } })).toBe(2);
  });

  // Recorded: a file without image is charged 2 of the 4 asked for, and 1 where it does not say its type.
  it('counts the type names that came, which nobody asks for', () => {
    const query = `{ nodes(ids: ["gid://shopify/GenericFile/1"]) {
      __typename ... on MediaImage { image { url } preview { image { url } } } ... on GenericFile { url }
    } }`;
    expect(requestedCost(operation(query))).toBe(4);
    expect(actualCost(operation(query), { nodes: [{ __typename: 'GenericFile', url: 'x' }] })).toBe(2);
    expect(actualCost(operation(query.replace('__typename', '')), { nodes: [{ url: 'x' }] })).toBe(1);
    expect(actualCost(operation(query), { nodes: [null] })).toBe(1);
  });

  it('of type names never adds to what was asked for', async () => {
    const fake = createFakeShopify();
    const { json } = await ask(fake.fetch, { query: '{ __typename shop { __typename id } }' });
    expect(json.extensions.cost).toMatchObject({ requestedQueryCost: 1, actualQueryCost: 1 });
    const mutation = 'mutation { __typename productDelete(input: { id: "gid://shopify/Product/1" }) { __typename } }';
    const { json: deleted } = await ask(fake.fetch, { query: mutation });
    expect(deleted.extensions.cost).toMatchObject({ requestedQueryCost: 10, actualQueryCost: 10 });
  });

  it('of a mutation is its requested cost as far as the payload came', () => {
    const query =
      'mutation { productSet(input: { files: [{ originalSource: "https://x/1.png" }] }) { product { id category { id } } } }';
    expect(actualCost(operation(query), { productSet: { product: { id: 'x', category: null } } })).toBe(13);
    expect(actualCost(operation(query), { productSet: { product: null } })).toBe(12);
    expect(actualCost(operation(query), null)).toBe(12);
  });

  // Recorded 2025-01: `bulkOperations(first: 1, last: 1)` is refused with 2 of 3, an unknown script tag beside them 3 of 7.
  it('of what an error left without data is that of root fields that answered nothing', () => {
    expect(actualCost(operation('{ bulkOperations(first: 1, last: 1) { nodes { id } } }'), null)).toBe(2);
    const two = '{ scriptTag(id: "gid://shopify/ScriptTag/9") { id } scriptTags(first: 10) { nodes { id } } }';
    expect(actualCost(operation(two), null)).toBe(3);
  });

  // Recorded 2025-01 and 2026-04: 2 of 4, 7 of 8, 4 of 4.
  it('of an introspection has no lists, but what is asked besides names', () => {
    const types = '{ a: __type(name: "Page") { fields { name } } b: __type(name: "Article") { fields { name } } }';
    const fields = [{ name: 'id' }];
    expect(requestedCost(operation(types))).toBe(4);
    expect(actualCost(operation(types), { a: { fields }, b: { fields } })).toBe(2);

    const typed = `{
      a: __type(name: "CustomerInput") { inputFields { name type { kind name ofType { kind name } } } }
      b: __type(name: "CustomerEmailMarketingConsentInput") { inputFields { name } }
      c: __type(name: "CustomerSmsMarketingConsentInput") { inputFields { name } }
    }`;
    const type = { kind: 'NON_NULL', name: null, ofType: { kind: 'SCALAR', name: 'ID' } };
    expect(requestedCost(operation(typed))).toBe(8);
    const of = (field: object) => ({ inputFields: [{ name: 'id', ...field }] });
    expect(actualCost(operation(typed), { a: of({ type }), b: of({}), c: of({}) })).toBe(7);
  });
});

it.each([
  ['productSet', ''],
  ['giftCardProductSet', 'GiftCard'],
])('prices the input of %s as the descriptions in its schema do', (mutation, prefix) => {
  const priceOf = (input: object): number => inputPoints(mutation, (name) => (name === 'input' ? input : null));
  const product = `${prefix}ProductSetInput`;
  const variant = `${prefix}ProductVariantSetInput`;
  expect({
    [`${product}.files`]: priceOf({ files: {} }),
    [`${product}.metafields`]: priceOf({ metafields: {} }),
    [`${product}.variants`]: priceOf({ variants: {} }),
    [`${variant}.file`]: withoutDust(priceOf({ variants: { file: {} } }) - 0.2),
    [`${variant}.metafields`]: withoutDust(priceOf({ variants: { metafields: {} } }) - 0.2),
  }).toEqual(Object.fromEntries(Object.entries(inputCosts).filter(([name]) => name.startsWith(`${prefix}Product`))));
});

describe('costFields', () => {
  it('breaks the requested cost down, as the debug header asks', () => {
    const fields = costFields(seen);
    expect(fields.find((field) => field.path.join('.') === 'product')).toEqual({
      path: ['product'],
      definedCost: 1,
      requestedTotalCost: 25,
      requestedChildrenCost: 24,
    });
    expect(fields[0]).toEqual({
      path: ['product', 'variants', 'nodes', 'inventoryItem', 'id'],
      definedCost: 0,
      requestedTotalCost: 0,
      requestedChildrenCost: null,
    });
  });
});
