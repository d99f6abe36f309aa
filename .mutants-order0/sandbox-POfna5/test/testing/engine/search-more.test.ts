// @ts-nocheck
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../ask.ts';

const clock = createManualClock({ now: Date.UTC(2026, 9, 1) });
const fake = createFakeShopify({ clock, shops: [{ plan: 'plus', locations: ['Here', 'There'] }] });

async function run(query: string, variables: object = {}, version = '2026-10') {
  return (await clock.run(ask(fake.fetch, { query, variables, path: `/admin/api/${version}/graphql.json` }))).json;
}

async function data(query: string, variables: object = {}, version?: string) {
  const { data, errors } = await run(query, variables, version);
  expect(errors).toBeUndefined();
  return data;
}

/** What a list finds, by one of its fields. */
async function found(root: string, query: string, show: string, args = ''): Promise<readonly unknown[]> {
  const document = `query ($query: String) { ${root}(first: 20, query: $query${args}) { nodes { show: ${show} } } }`;
  return (await data(document, { query }))[root].nodes.map(({ show: shown }: { show: unknown }) => shown);
}

const define =
  'mutation ($d: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $d) { userErrors { message } } }';
const set =
  'mutation ($input: ProductSetInput!) { productSet(input: $input, synchronous: true) { product { id variants(first: 5) { nodes { inventoryItem { id } } } } userErrors { message } } }';

let ids: readonly string[] = [];

beforeAll(async () => {
  const { locations, publications } = await data(
    '{ locations(first: 2) { nodes { id } } publications(first: 2) { nodes { id } } }',
  );
  const [here] = locations.nodes;
  const filterable = { ownerType: 'PRODUCT', namespace: 'made', capabilities: { adminFilterable: { enabled: true } } };
  for (const [key, type] of [
    ['fabric', 'single_line_text_field'],
    ['weight', 'number_integer'],
    ['colours', 'list.single_line_text_field'],
  ])
    await data(define, { d: { ...filterable, key, name: key, type } });
  await data(define, { d: { ownerType: 'PRODUCT', namespace: 'made', key: 'plain', name: 'Plain', type: 'id' } });
  const option = (name: string): object => ({ optionName: 'Size', name });
  const stocked = (size: string, sku: string, quantity: number, more: object = {}): object => ({
    sku,
    optionValues: [option(size)],
    inventoryItem: { tracked: true },
    inventoryQuantities: [{ locationId: here.id, name: 'available', quantity }],
    ...more,
  });
  const made: string[] = [];
  for (const input of [
    {
      ...{ title: 'Tee', handle: 'tee' },
      variants: [stocked('S', 'TEE-S', 3, { inventoryPolicy: 'CONTINUE' }), stocked('M', 'TEE-M', 4)],
      metafields: [
        { namespace: 'made', key: 'fabric', type: 'single_line_text_field', value: 'Cotton' },
        { namespace: 'made', key: 'weight', type: 'number_integer', value: '150' },
        { namespace: 'made', key: 'colours', type: 'list.single_line_text_field', value: '["red","blue"]' },
      ],
    },
    {
      ...{ title: 'Mug', handle: 'mug' },
      variants: [stocked('L', 'MUG', 0)],
      metafields: [{ namespace: 'made', key: 'weight', type: 'number_integer', value: '400' }],
    },
    { title: 'Card', handle: 'card', variants: [{ sku: 'CARD', optionValues: [option('One')] }] },
  ]) {
    const values = [
      ...new Set(input.variants.map((one) => (one as { optionValues: [{ name: string }] }).optionValues[0].name)),
    ];
    const productOptions = [{ name: 'Size', values: values.map((name) => ({ name })) }];
    const { productSet } = await data(set, { input: { ...input, productOptions } });
    expect(productSet.userErrors).toEqual([]);
    made.push(productSet.product.id);
    await clock.advance(3_600_000);
  }
  ids = made;
  const publish =
    'mutation ($id: ID!, $input: [PublicationInput!]!) { publishablePublish(id: $id, input: $input) { userErrors { message } } }';
  const publicationId = publications.nodes[0].id;
  await data(publish, { id: made[0], input: [{ publicationId }] });
  const pointOfSale = publications.nodes[1].id;
  await data(publish, { id: made[1], input: [{ publicationId: pointOfSale }] });
  await data(publish, { id: made[2], input: [{ publicationId: pointOfSale, publishDate: '2099-01-01T00:00:00Z' }] });
  const { collectionCreate } = await data(
    'mutation ($input: CollectionInput!) { collectionCreate(input: $input) { collection { id } } }',
    { input: { title: 'Summer', products: [made[0], made[1]] } },
  );
  await data(publish, { id: collectionCreate.collection.id, input: [{ publicationId }] });
  await data('mutation { collectionCreate(input: { title: "Autumn" }) { collection { id } } }');
  await clock.advance(10_000);
});

describe('products', () => {
  it.each([
    ['inventory_total:7', ['tee']],
    ['inventory_total:<7', ['mug', 'card']],
    ['out_of_stock_somewhere:true', ['mug']],
    ['published_status:published', ['tee']],
    ['published_status:visible', ['tee']],
    ['published_status:unpublished', ['mug', 'card']],
    ['published_status:unavailable', ['card']],
    ['published_status:online_store_channel', ['tee']],
    ['published_status:online-store-published', ['tee']],
    ['published_status:online_store-visible', ['tee']],
    ['published_status:point-of-sale-published', ['mug']],
    ['published_status:point-of-sale-intended', ['card']],
    ['published_status:point-of-sale-hidden', ['tee', 'card']],
    ['product_publication_status:point-of-sale-scheduled', ['card']],
    ['product_publication_status:point-of-sale-published', ['mug']],
    ['-published_status:point-of-sale-hidden', ['mug']],
    ['published_at:*', ['tee']],
    ['published_at:<2026-10-01', []],
    ['bundles:false combined_listing_role:no_role', ['tee', 'mug', 'card']],
    ['has_only_composites:true', []],
    ['has_variant_with_components:true', []],
    ['product_configuration_owner:7', []],
    ['gift_card:true', []],
    ['metafields.made.fabric:cotton', ['tee']],
    ['metafields.made.weight:>=150', ['tee', 'mug']],
    ['-metafields.made.weight:400', ['tee', 'card']],
    ['metafields.made.colours:blue', ['tee']],
    // Recorded 2025-10: what the end of a query leaves open does not count, but after a field it is a part of the value.
    ['(mug', ['mug']],
    ['title:mug OR', ['mug']],
    ['title:mug AND', ['mug']],
    ['tag:(mug', []],
    ['tag:("mug"', []],
  ])('are found by %s', async (query, handles) => {
    expect(await found('products', query, 'handle')).toEqual(handles);
  });

  it('are found by the publication and counted by it', async () => {
    const { publications } = await data('{ publications(first: 2) { nodes { id } } }');
    const number = publications.nodes[0].id.split('/').at(-1);
    expect(await found('products', `publication_ids:${number}`, 'handle')).toEqual(['tee']);
  });

  it('are not found by metafields without a definition for it: an error since 2026-10, before it did not count', async () => {
    const query = 'query ($query: String!) { products(first: 5, query: $query) { nodes { handle } } }';
    for (const field of ['metafields.made.plain', 'metafields.made.none'])
      expect((await run(query, { query: `${field}:1 title:mug` })).errors).toMatchObject([
        { extensions: { code: 'BAD_REQUEST' } },
      ]);
    expect((await data(query, { query: 'metafields.made.none:1 title:mug' }, '2026-07')).products.nodes).toEqual([
      { handle: 'mug' },
    ]);
  });

  it('are in order of what is in stock', async () => {
    expect(await found('products', '', 'handle', ', sortKey: INVENTORY_TOTAL')).toEqual(['mug', 'card', 'tee']);
    expect(await found('products', '', 'handle', ', sortKey: INVENTORY_TOTAL, reverse: true')).toEqual([
      ...['tee', 'card', 'mug'],
    ]);
  });
});

describe('variants', () => {
  it.each([
    ['inventory_quantity:>3', ['TEE-M']],
    ['managed:false', ['CARD']],
    ['managed_by:shopify', ['TEE-S', 'TEE-M', 'MUG']],
    ['requires_components:true', []],
    ['gift_card:false', ['TEE-S', 'TEE-M', 'MUG', 'CARD']],
    ['published_status:published', ['TEE-S', 'TEE-M']],
    ['published_status:point-of-sale-published', ['MUG']],
    ['published_status:published exclude_composite:true', ['TEE-S', 'TEE-M']],
    ['published_status:published exclude_variants_with_components:true', ['TEE-S', 'TEE-M']],
  ])('are found by %s', async (query, skus) => {
    expect(await found('productVariants', query, 'sku')).toEqual(skus);
  });

  it('are found by products, collections and locations', async () => {
    const { collections, locations } = await data(
      '{ collections(first: 1) { nodes { legacyResourceId } } locations(first: 2) { nodes { legacyResourceId } } }',
    );
    const [here, there] = locations.nodes;
    const [first = '', , third = ''] = ids;
    const number = (id: string): string => id.split('/').at(-1) ?? '';
    expect(await found('productVariants', `product_ids:${number(first)},${number(third)}`, 'sku')).toEqual([
      ...['TEE-S', 'TEE-M', 'CARD'],
    ]);
    expect(await found('productVariants', `collection:${collections.nodes[0].legacyResourceId}`, 'sku')).toEqual([
      ...['TEE-S', 'TEE-M', 'MUG'],
    ]);
    expect(await found('productVariants', `location_id:${here.legacyResourceId} managed:true`, 'sku')).toHaveLength(3);
    expect(await found('productVariants', `location_id:${there.legacyResourceId}`, 'sku')).toEqual([]);
  });

  // Recorded 2025-10.
  it.each([
    ['SKU', ['TEE-M', 'TEE-S']],
    ['TITLE', ['TEE-M', 'TEE-S']],
    ['NAME', ['TEE-M', 'TEE-S']],
    ['FULL_TITLE', ['TEE-S', 'TEE-M']],
    ['POSITION', ['TEE-S', 'TEE-M']],
    ['RELEVANCE', ['TEE-S', 'TEE-M']],
    ['POPULAR', ['TEE-S', 'TEE-M']],
    ['ID', ['TEE-S', 'TEE-M']],
    ['INVENTORY_MANAGEMENT', ['TEE-S', 'TEE-M']],
    ['INVENTORY_POLICY', ['TEE-S', 'TEE-M']],
    ['INVENTORY_QUANTITY', ['TEE-S', 'TEE-M']],
  ])('of a product are in order of %s', async (sortKey, skus) => {
    const { product } = await data(
      `query ($id: ID!) { product(id: $id) { variants(first: 5, sortKey: ${sortKey}) { nodes { sku } } } }`,
      { id: ids[0] },
    );
    expect(product.variants.nodes.map(({ sku }: { sku: string }) => sku)).toEqual(skus);
  });

  it('of all products are in order too', async () => {
    expect(await found('productVariants', '', 'sku', ', sortKey: SKU, reverse: true')).toEqual([
      ...['TEE-S', 'TEE-M', 'MUG', 'CARD'],
    ]);
  });
});

describe('other things', () => {
  it.each([
    ['collections', 'published_status:published', 'title', '', ['Summer']],
    ['collections', 'published_at:*', 'title', '', ['Summer']],
    ['collections', '', 'title', ', sortKey: RELEVANCE', ['Summer', 'Autumn']],
    ['inventoryItems', 'created_at:<2026-10-01T01:00:00Z', 'sku', '', ['TEE-S', 'TEE-M']],
    ['inventoryItems', 'updated_at:<2000-01-01T00:00:00Z', 'sku', '', []],
    ['locations', 'country:US', 'name', '', ['Here', 'There']],
    ['locations', 'country:canada', 'name', '', []],
  ])('%s are found by "%s"', async (root, query, show, args, expected) => {
    expect(await found(root, query, show, args)).toEqual(expected);
  });

  it('collections of a product are sorted and searched', async () => {
    const { product } = await data(
      'query ($id: ID!) { product(id: $id) { a: collections(first: 5, sortKey: TITLE) { nodes { title } } b: collections(first: 5, query: "title:autumn") { nodes { title } } } }',
      { id: ids[0] },
    );
    expect(product).toEqual({ a: { nodes: [{ title: 'Summer' }] }, b: { nodes: [] } });
  });

  it('definitions are found by their fields, and warned of others', async () => {
    const list = async (query: string) => {
      const document =
        'query ($query: String) { metafieldDefinitions(first: 9, ownerType: PRODUCT, query: $query) { nodes { key } } }';
      const { data: lists, extensions } = await run(document, { query });
      const keys = lists.metafieldDefinitions.nodes.map(({ key }: { key: string }) => key);
      return { keys, warnings: extensions.search?.[0].warnings ?? [] };
    };
    expect(await list('key:fabric')).toEqual({ keys: ['fabric'], warnings: [] });
    expect(await list('-namespace:ma*')).toEqual({ keys: [], warnings: [] });
    expect(await list('type:id')).toEqual({ keys: ['plain'], warnings: [] });
    expect(await list('unknown:value')).toMatchObject({
      keys: ['fabric', 'weight', 'colours', 'plain'],
      warnings: [{ field: 'unknown', code: 'invalid_field' }],
    });
  });

  // Recorded 2026-04.
  it('levels of stock are found by their item, and not by their location', async () => {
    const { productVariants } = await data(
      '{ productVariants(first: 1, query: "sku:MUG") { nodes { inventoryItem { id } } } }',
    );
    const { id } = productVariants.nodes[0].inventoryItem;
    const number = id.split('/').at(-1);
    const query = `query ($id: ID!) { inventoryItem(id: $id) {
      own: inventoryLevels(first: 5, query: "inventory_item_id:${number}") { nodes { location { name } } }
      none: inventoryLevels(first: 5, query: "inventory_item_id:1") { nodes { location { name } } }
      all: inventoryLevels(first: 5, query: "location_id:1") { nodes { location { name } } }
    } }`;
    const { data: found, extensions } = await run(query, { id });
    const here = { nodes: [{ location: { name: 'Here' } }] };
    expect(found.inventoryItem).toEqual({ own: here, none: { nodes: [] }, all: here });
    expect(extensions.search).toMatchObject([{ warnings: [{ field: 'location_id', code: 'invalid_field' }] }]);
  });

  it('files are found by name, product and time, and sorted by name', async () => {
    const create =
      'mutation ($files: [FileCreateInput!]!) { fileCreate(files: $files) { files { id } userErrors { message } } }';
    const names = ['tee-front.png', 'mug.png', 'tee-back.png'];
    const { fileCreate } = await data(create, {
      files: names.map((name) => ({ originalSource: `https://example.com/${name}`, alt: name })),
    });
    await clock.advance(1_000);
    const [front] = fileCreate.files;
    await data('mutation ($files: [FileUpdateInput!]!) { fileUpdate(files: $files) { userErrors { message } } }', {
      files: [{ id: front.id, referencesToAdd: [ids[0]] }],
    });
    expect(await found('files', 'filename:tee-*', 'alt', ', sortKey: FILENAME')).toEqual([
      ...['tee-back.png', 'tee-front.png'],
    ]);
    expect(await found('files', `product_id:${ids[0]?.split('/').at(-1)}`, 'alt')).toEqual(['tee-front.png']);
    expect(await found('files', `ids:${front.id.split('/').at(-1)}`, 'alt')).toEqual(['tee-front.png']);
    expect(await found('files', 'created_at:>2026-10-02', 'alt')).toEqual([]);
    expect(await found('files', 'mug', 'alt')).toEqual(['mug.png']);
  });
});
