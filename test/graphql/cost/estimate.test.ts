import fc from 'fast-check';
import { parse } from 'graphql';
import { explainCost } from 'shopwright/limiter';
import { describe, expect, it } from 'vitest';
import { estimateCost } from '../../../src/graphql/cost/estimate.ts';
import { chargedPoints } from '../../../src/graphql/cost/rule.ts';
import { requestedCost } from '../../../src/testing/fake/cost/operation.ts';
import { operation } from '../../testing/stub-engine.ts';

const cost = (text: string, variables?: Record<string, unknown>, operationName?: string): number =>
  chargedPoints(estimateCost(parse(text), variables, operationName));

describe('objects', () => {
  it.each([
    // No operation is free.
    ['{ __typename }', 1],
    ['{ shop { id name } }', 1],
    ['{ shop { id plan { publicDisplayName } } }', 2],
    ['{ productsCount(limit: null) { count precision } shop { id } }', 11],
    ['{ __type(name: "Shop") { fields { name } } }', 2],
    ['{ order(id: 1) { totalPriceSet { shopMoney { amount currencyCode } } } }', 1],
    ['{ order(id: 1) { totalPriceSet { shopMoney { amount } } customer { id } } }', 2],
    ['{ customer(id: 1) { amountSpent { amount currencyCode } defaultAddress { city } } }', 1],
    ['{ draftOrder(id: 1) { appliedDiscount { amount { amount currencyCode } title } } }', 2],
    ['{ node(id: "gid://shopify/Product/1") { id } }', 1],
  ])('%s costs %i', (text, points) => {
    expect(cost(text)).toBe(points);
  });
});

describe('connections', () => {
  it.each([
    [1, 1],
    [2, 1],
    [10, 4],
    [50, 7],
    [100, 9],
    [250, 11],
    [2_000, 11],
    [0, 0],
  ])('of %i nodes count one node %i times', (size, times) => {
    expect(cost(`{ products(first: ${size}) { nodes { id } } }`)).toBe(2 + times);
    expect(cost(`{ products(last: ${size}) { edges { cursor node { id } } } }`)).toBe(2 + times);
  });

  it('cost what Shopify staff calculated', () => {
    // https://community.shopify.dev/t/unexpectedly-low-graphql-query-cost-in-shopify-admin-api-seeking-clarification/23101
    const text =
      '{ product(id: "gid://shopify/Product/1") { variants(first: 250) { nodes { inventoryItem { id } } } } }';
    expect(cost(text)).toBe(25);
  });

  it('multiply by the connections around them', () => {
    const text = '{ products(first: 10) { nodes { id variants(first: 50) { nodes { id } } } } }';
    expect(cost(text)).toBe(2 + 4 * (1 + 2 + 7));
  });

  it('include page information and totals for free, and count objects beside the nodes once', () => {
    const text =
      '{ orders(first: 10) { totalCount pageInfo { hasNextPage endCursor } filters { label } nodes { id } } }';
    expect(cost(text)).toBe(2 + 1 + 4);
  });

  it('count as full pages if their size is unknown', () => {
    expect(cost('query ($n: Int) { products(first: $n) { nodes { id } } }')).toBe(2 + 11);
    expect(cost('{ products { nodes { id } } }')).toBe(2 + 11);
    expect(cost('{ products(first: "x") { nodes { id } } }')).toBe(2 + 11);
  });

  it('are recognised through fragments', () => {
    const text = `{ products(first: 10) { ...Page } }
      fragment Page on ProductConnection { nodes { ...Bits } }
      fragment Bits on Product { id featuredMedia { id } }`;
    expect(cost(text)).toBe(2 + 4 * 2);
  });

  it('take their size from variables and their defaults', () => {
    const text = 'query ($n: Int = 50) { products(first: $n) { nodes { id } } }';
    expect(cost(text)).toBe(2 + 7);
    expect(cost(text, { n: 10 })).toBe(2 + 4);
    expect(cost(text, { n: undefined })).toBe(2 + 7);
  });

  it('do not take a variable from the prototype of the variables', () => {
    expect(cost('query ($toString: Int = 10) { products(first: $toString) { nodes { id } } }', {})).toBe(2 + 4);
  });

  it('use last if first is null', () => {
    expect(cost('{ products(first: null, last: 10) { nodes { id } } }')).toBe(2 + 4);
  });
});

describe('selections', () => {
  it('count aliases separately and equal keys once', () => {
    expect(cost('{ a: shop { id } b: shop { id } }')).toBe(2);
    expect(cost('{ shop { id } shop { plan { publicDisplayName } } }')).toBe(2);
    expect(
      cost(
        '{ shop { plan { a: publicDisplayName } } ...More } fragment More on QueryRoot { shop { plan { partnerDevelopment } } }',
      ),
    ).toBe(2);
  });

  it('count the most expensive of several types, and add up fragments on one type', () => {
    const text = `query ($id: ID!) { node(id: $id) {
      id
      ... on Product { featuredMedia { id } category { id } }
      ... on Order { customer { id } }
      ... on Product { priceRangeV2 { minVariantPrice { amount } } }
    } }`;
    expect(cost(text)).toBe(1 + 4);
  });

  it('count the most expensive within a fragment on an interface', () => {
    const text = `{ product(id: 1) { media(first: 10) { nodes { ...Bits } } } }
      fragment Bits on Media { preview { image { url } } ... on Video { sources { url } } ... on MediaImage { image { url } originalSource { url } } }`;
    expect(cost(text)).toBe(1 + 2 + 4 * (1 + 2 + 2));
  });

  it('keep a fragment on its enclosing type, and one without a type, together with it', () => {
    const text = `{ node(id: 1) { ... on Product { ... on Product { category { id } } ... { featuredMedia { id } } seo { title } } } }`;
    expect(cost(text)).toBe(1 + 3);
  });

  it('omit what @skip and @include omit', () => {
    const text = `query ($yes: Boolean!, $no: Boolean = false, $unknown: Boolean!) {
      a: shop @skip(if: $yes) { id }
      b: shop @include(if: $no) { id }
      c: shop @skip(if: $no) @include(if: $yes) { id }
      d: shop @include(if: $unknown) { id }
      ... @include(if: false) { e: shop { id } }
      f: shop @deprecated(reason: "x") { id }
    }`;
    expect(cost(text, { yes: true })).toBe(3);
  });

  it('end even if fragments are circular or missing', () => {
    const text = `{ product(id: 1) { ...A } shop { ...Missing } }
      fragment A on Product { category { ...B } }
      fragment B on TaxonomyCategory { a: parent { ...A } b: parent { ...B } }`;
    expect(cost(text)).toBe(1 + 1 + 1 + 2);
  });
});

describe('operations', () => {
  const two = 'query A { shop { id } } query B { shop { id plan { publicDisplayName } } }';

  it('are chosen by name, or else the first', () => {
    expect(cost(two)).toBe(1);
    expect(cost(two, {}, 'B')).toBe(2);
    expect(estimateCost(parse(two), {}, 'C')).toBe(0);
  });

  it('cost nothing if there are none', () => {
    expect(estimateCost(parse('fragment A on Product { id }'))).toBe(0);
  });
});

describe('mutations', () => {
  it('cost 10, including the objects in their payload and all errors', () => {
    // Observed: https://shopify.dev/docs/apps/build/marketing-analytics/build-web-pixels
    expect(
      cost('mutation { webPixelCreate(webPixel: {}) { webPixel { id settings } userErrors { field code } } }'),
    ).toBe(10);
    expect(cost('mutation { x { mediaUserErrors { code } job { id } } }')).toBe(10);
    expect(cost('mutation { a: x(id: 1) { id } b: x(id: 2) { id } }')).toBe(20);
    expect(cost('mutation { x }')).toBe(10);
  });

  it('count connections and deeper objects in their payload', () => {
    const text =
      'mutation { x { product { id category { id } variants(first: 10) { nodes { id } } } jobs(first: 1) { nodes { id } } } }';
    expect(cost(text)).toBe(10 + 1 + 6 + 3);
  });
});

const many = (count: number, entry: unknown = {}): unknown[] => Array.from({ length: count }, () => entry);

describe('product mutations', () => {
  const productSet =
    'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } userErrors { message } } }';

  // The three examples of https://shopify.dev/changelog/dynamic-complexity-cost-for-productset-mutation
  it.each([
    [{ variants: many(1) }, 10],
    [{ variants: many(20), metafields: many(5) }, 16],
    [{ variants: many(200), files: many(10), metafields: many(20) }, 77],
  ])('productSet counts its input as the changelog says (%#)', (input, points) => {
    expect(cost(productSet, { input })).toBe(points);
  });

  it('productSet counts the files and metafields of its variants', () => {
    const input = { variants: many(10, { file: { id: 'x' }, metafields: many(5) }) };
    expect(cost(productSet, { input })).toBe(10 + 2 + 6 + 20);
  });

  it('productSet costs 10 if the input is empty, missing or not an object', () => {
    for (const input of [{}, undefined, null, 'text', { variants: null }, { variants: [null] }]) {
      expect(cost(productSet, { input })).toBe(10);
    }
  });

  it('input written into the document counts as well', () => {
    const text = `mutation ($title: String, $metafield: MetafieldInput!) { productSet(
      input: { title: $title, status: ACTIVE, giftCard: false, handle: null, x: 1.5,
        metafields: [$metafield, $metafield], files: { id: "a" }, variants: [{}, {}, {}, {}, {}, {}, {}] }
    ) { product { id } } }`;
    // 10 + 0.8 + 1.9 + 1.4: a single file counts as a list of one.
    expect(estimateCost(parse(text), { metafield: { key: 'a' } })).toBeCloseTo(14.1);
  });

  it('productCreate and productUpdate count metafields and media', () => {
    const create =
      'mutation ($product: ProductCreateInput!, $media: [CreateMediaInput!]) { productCreate(product: $product, media: $media) { product { id } } }';
    expect(cost(create, { product: { metafields: many(10) }, media: many(10) })).toBe(10 + 4 + 19);
    const update = 'mutation ($input: ProductInput!) { productUpdate(input: $input) { product { id } } }';
    expect(cost(update, { input: { metafields: many(10) } })).toBe(14);
  });

  it('the bulk variant mutations count variants, their media and metafields, and product media', () => {
    const text = (name: string): string =>
      `mutation ($variants: [ProductVariantsBulkInput!]!, $media: [CreateMediaInput!]) { ${name}(productId: "1", variants: $variants, media: $media) { product { id } } }`;
    const variables = { variants: many(10, { mediaSrc: ['a'], metafields: many(1) }), media: many(10) };
    expect(cost(text('productVariantsBulkCreate'), variables)).toBe(10 + 2 + 6 + 4 + 19);
    expect(cost(text('productVariantsBulkUpdate'), { variants: many(5, { mediaId: 'x' }) })).toBe(10 + 1 + 3);
  });
});

describe('an explanation', () => {
  const page = `query ($first: Int, $deep: Boolean!) { shop { id } products(first: $first) {
    nodes { id variants(first: 50) @include(if: $deep) { nodes { id } } } pageInfo { endCursor }
  } }`;

  it('lists the share of each field, the most expensive first, and the variables it depends on', () => {
    expect(explainCost(page, { first: 10, deep: true })).toEqual({
      points: 43,
      fields: [
        { path: 'products', points: 42, pageSize: 10, multiplier: 4, variables: ['first', 'deep'] },
        { path: 'products.nodes', points: 40, variables: ['deep'] },
        { path: 'products.nodes.variants', points: 36, pageSize: 50, multiplier: 7, variables: [] },
        { path: 'products.nodes.variants.nodes', points: 28, variables: [] },
        { path: 'shop', points: 1, variables: [] },
      ],
      variables: ['first', 'deep'],
    });
  });

  it('treats a page of unknown size as the largest', () => {
    const { points, fields } = explainCost(page, { deep: false });
    expect(points).toBe(1 + 2 + 11);
    expect(fields[0]).toMatchObject({ path: 'products', pageSize: 250, variables: ['first', 'deep'] });
  });

  it('reports that a mutation depends on its input', () => {
    const text = 'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } } }';
    expect(explainCost(text, { input: { variants: many(20), metafields: many(5) } })).toEqual({
      points: 16,
      fields: [{ path: 'productSet', points: 16, variables: ['input'] }],
      variables: ['input'],
    });
  });

  it('counts a fragment at each of its uses, with its variables', () => {
    const text = `query ($n: Int) { a: product(id: 1) { ...F } b: product(id: 2) { ...F } }
      fragment F on Product { variants(first: $n) { nodes { id } } }`;
    const { points, fields } = explainCost(text, { n: 10 });
    expect(points).toBe(14);
    expect(fields.filter(({ path }) => path.length === 1)).toEqual([
      { path: 'a', points: 7, variables: ['n'] },
      { path: 'b', points: 7, variables: ['n'] },
    ]);
  });

  it('accepts generated documents, and one operation of several', () => {
    const text = 'query A { shop { id } } query B { products(first: 1) { nodes { id } } }';
    const textDocument = Object.assign(new String(text), { __apiType: () => ({}) });
    expect(explainCost(textDocument, {}, { operationName: 'B' }).points).toBe(3);
    expect(explainCost(parse(text), {}, { operationName: 'A' }).points).toBe(1);
    expect(() => explainCost(text)).toThrow(/operationName/);
    expect(() => explainCost('no document')).toThrow(/GraphQL document is invalid/);
  });

  it('keeps the more expensive of two types with the same field', () => {
    const text = '{ node(id: 1) { ... on A { a { b { id } } } ... on B { a { id } } } }';
    expect(explainCost(text)).toEqual({
      points: 3,
      fields: [
        { path: 'node', points: 3, variables: [] },
        { path: 'node.a', points: 2, variables: [] },
        { path: 'node.a.b', points: 1, variables: [] },
      ],
      variables: [],
    });
  });

  it('predicts what Shopify requests, as the fake does', () => {
    const text =
      'mutation ($v: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: "1", variants: $v) { product { id } } }';
    for (const count of [0, 1, 2, 3, 7, 28]) {
      const v = many(count, { price: '1' });
      expect(explainCost(text, { v }).points).toBe(requestedCost(operation(text, { v })));
    }
  });
});

describe('metafieldsSet', () => {
  const set =
    'mutation Set($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { metafields { id } userErrors { message } } }';
  const of = (...owners: readonly string[]): unknown[] =>
    owners.map((owner) => ({ ownerId: `gid://shopify/${owner}`, namespace: 'a', key: 'b', value: 'c' }));

  // https://shopify.dev/changelog/dynamic-complexity-cost-for-metafieldsset-mutation
  it.each([
    ['a product', of('Product/1'), 14],
    ['an order', of('Order/1'), 20],
    ['the shop', of('Shop/1'), 11],
    ['several owners', of('Product/1', 'Product/2', 'ProductVariant/1', 'Customer/9'), 21],
    ['one owner several times', of('Product/1', 'Product/1', 'Product/1'), 14],
    ['an owner without a price', of('Location/1'), 10],
    ['no owner', of(), 10],
  ])('counts %s, as the fake does', (_, metafields, points) => {
    expect(cost(set, { metafields })).toBe(points);
    expect(requestedCost(operation(set, { metafields }))).toBe(points);
  });

  it('agrees with the fake for any owners', () => {
    const types = ['Product', 'ProductVariant', 'Collection', 'Customer', 'Order', 'Shop', 'Location', 'Page'];
    const owner = fc.tuple(fc.constantFrom(...types), fc.integer({ min: 1, max: 4 })).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(owner, { maxLength: 25 }), (owners) => {
        const metafields = of(...owners);
        expect(cost(set, { metafields })).toBe(requestedCost(operation(set, { metafields })));
      }),
    );
  });

  it('reads owners written into the document, and a single one that is not a list', () => {
    expect(
      cost('mutation { metafieldsSet(metafields: { ownerId: "gid://shopify/Order/1" }) { userErrors { field } } }'),
    ).toBe(20);
  });

  it.each([
    [[null]],
    ['text'],
    [[{ ownerId: 7 }]],
    [[{}]],
    [[{ ownerId: 'gid://shopify/constructor/1' }]],
    [undefined],
  ])('counts nothing for invalid owners: %j', (metafields) => {
    expect(cost(set, { metafields })).toBe(10);
  });
});
