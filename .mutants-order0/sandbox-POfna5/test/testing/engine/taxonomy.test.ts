// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createHarness, pushed, shop } from './harness.ts';

async function names(args: string): Promise<readonly string[]> {
  const { taxonomy } = await createHarness().data(`{ taxonomy { categories(first: 50${args}) { nodes { name } } } }`);
  return (taxonomy as { categories: { nodes: { name: string }[] } }).categories.nodes.map(({ name }) => name);
}

const gid = (key: string): string => `gid://shopify/TaxonomyCategory/${key}`;

describe('the taxonomy', () => {
  it('begins with its top', async () => {
    expect(await names('')).toEqual([
      'Apparel & Accessories',
      'Animals & Pet Supplies',
      'Food, Beverages & Tobacco',
      'Home & Garden',
      'Sporting Goods',
    ]);
  });

  // Recorded 2025-10, of an id that no category has.
  it.each(['zz-1', 'aa-x', 'Shoes'])('is all there is: %s is no category', async (key) => {
    const created = await createHarness().run(
      `mutation { productCreate(product: { title: "Tee", category: "${gid(key)}" }) { product { id } } }`,
    );
    expect(created).toMatchObject({
      data: { productCreate: null },
      errors: [
        {
          message: 'Invalid product_taxonomy_node_id',
          path: ['productCreate'],
          extensions: { code: 'INVALID_PRODUCT_TAXONOMY_NODE_ID' },
        },
      ],
    });
  });

  it('is searched and walked', async () => {
    expect(await names(', search: "dog"')).toEqual(['Dog Supplies', 'Dog Beds']);
    expect(await names(`, childrenOf: "${gid('aa-1-2')}"`)).toEqual(['T-Shirts', 'Shirts', 'Sweaters']);
    expect(await names(`, descendantsOf: "${gid('ap')}"`)).toEqual([
      'Pet Supplies',
      'Cat Supplies',
      'Dog Supplies',
      'Dog Beds',
    ]);
    expect(await names(`, siblingsOf: "${gid('aa-3')}"`)).toEqual(['Clothing', 'Shoes']);
    expect(await names(`, siblingsOf: "${gid('zz')}"`)).toEqual([]);
    await expect(names(`, search: "a", childrenOf: "${gid('aa')}"`)).rejects.toThrow('Only one of');
    await expect(names(', childrenOf: "aa"')).rejects.toThrow("Invalid global id 'aa'");
  });

  it('pages', async () => {
    const harness = createHarness();
    const first = await harness.data('{ taxonomy { categories(first: 2) { pageInfo { endCursor hasNextPage } } } }');
    const { endCursor } = (first as { taxonomy: { categories: { pageInfo: { endCursor: string } } } }).taxonomy
      .categories.pageInfo;
    const query = 'query ($after: String) { taxonomy { categories(first: 2, after: $after) { nodes { name } } } }';
    expect(await harness.data(query, { after: endCursor })).toEqual({
      taxonomy: { categories: { nodes: [{ name: 'Food, Beverages & Tobacco' }, { name: 'Home & Garden' }] } },
    });
  });

  it('has products found by their category', async () => {
    const harness = createHarness();
    const top = await pushed(harness, { title: 'A', category: gid('aa-1-2') });
    await pushed(harness, { title: 'B', category: gid('aa-3') });
    const bare = await pushed(harness, { title: 'C' });
    const found = async (query: string) =>
      (await harness.data('query ($query: String!) { products(first: 5, query: $query) { nodes { id } } }', { query }))[
        'products'
      ];
    expect(await found('category_id:aa-1-2')).toEqual({ nodes: [{ id: top.id }] });
    expect(await found('-category_id:*')).toEqual({ nodes: [{ id: bare.id }] });
    expect(await found('category_id:aa-1')).toEqual({ nodes: [] });
  });

  it('says all about a category, also on a product', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A', category: gid('aa-1-2') });
    const category = {
      id: gid('aa-1-2'),
      name: 'Tops',
      fullName: 'Apparel & Accessories > Clothing > Tops',
      level: 3,
      isRoot: false,
      isLeaf: false,
      isArchived: false,
      parentId: gid('aa-1'),
      childrenIds: [gid('aa-1-2-1'), gid('aa-1-2-2'), gid('aa-1-2-3')],
      ancestorIds: [gid('aa-1'), gid('aa')],
    };
    const fields = Object.keys(category).join(' ');
    const query = `query ($id: ID!, $category: ID!) { product(id: $id) { category { ${fields} } } node(id: $category) { ... on TaxonomyCategory { ${fields} } } }`;
    expect(await harness.data(query, { id, category: category.id })).toEqual({ product: { category }, node: category });
    expect(await harness.data(query, { id, category: gid('aa') })).toMatchObject({
      node: { isRoot: true, parentId: null, level: 1, fullName: 'Apparel & Accessories' },
    });
    expect(await harness.data('query ($id: ID!) { node(id: $id) { id } }', { id: gid('zz-1') })).toEqual({
      node: null,
    });
  });
});

describe('the shop', () => {
  it('says where and how it works', async () => {
    const { shop: self } =
      await createHarness().data(`{ shop { email contactEmail description primaryDomain { id host url sslEnabled } enabledPresentmentCurrencies
      ianaTimezone timezoneAbbreviation timezoneOffset timezoneOffsetMinutes unitSystem weightUnit taxesIncluded taxShipping setupRequired checkoutApiSupported } }`);
    expect(self).toEqual({
      email: `owner@${shop}`,
      contactEmail: `owner@${shop}`,
      description: null,
      primaryDomain: {
        id: expect.stringMatching(/^gid:\/\/shopify\/Domain\/\d+$/),
        host: shop,
        url: `https://${shop}`,
        sslEnabled: true,
      },
      enabledPresentmentCurrencies: ['USD'],
      ianaTimezone: 'Etc/UTC',
      timezoneAbbreviation: 'UTC',
      timezoneOffset: '+0000',
      timezoneOffsetMinutes: 0,
      unitSystem: 'METRIC_SYSTEM',
      weightUnit: 'KILOGRAMS',
      taxesIncluded: false,
      taxShipping: false,
      setupRequired: false,
      checkoutApiSupported: true,
    });
  });
});
