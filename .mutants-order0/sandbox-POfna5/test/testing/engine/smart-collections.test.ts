// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { freshFake } from '../fidelity/fresh-fake.ts';

const create = `mutation ($input: CollectionInput!) { collectionCreate(input: $input) {
  collection { id sortOrder ruleSet { appliedDisjunctively rules { column relation condition conditionObject { __typename } } } }
  userErrors { field message } } }`;

const products = [
  { title: 'Red mug', vendor: 'Acme', productType: 'Mug', tags: ['red', 'sale'], price: '8', compareAtPrice: '10' },
  { title: 'Blue mug', vendor: 'Acme', productType: 'Mug', tags: ['blue'], price: '12', quantity: 5 },
  { title: 'Shirt', vendor: 'Zeta', productType: 'Shirt', tags: ['red'], price: '30' },
];

async function catalogue() {
  const kit = freshFake();
  const { nodes } = await kit.payload('{ locations(first: 1) { nodes { id } } }');
  for (const { price, compareAtPrice, quantity = 0, ...input } of products) {
    const variant = {
      price,
      compareAtPrice: compareAtPrice ?? null,
      optionValues: [{ optionName: 'Title', name: 'Default Title' }],
      inventoryItem: { tracked: true },
      inventoryQuantities: [{ locationId: nodes[0].id, name: 'available', quantity }],
    };
    const productOptions = [{ name: 'Title', values: [{ name: 'Default Title' }] }];
    await kit.payload('mutation ($input: ProductSetInput!) { productSet(input: $input) { userErrors { message } } }', {
      input: { ...input, productOptions, variants: [variant] },
    });
  }
  return kit;
}

const rule = (column: string, relation: string, condition = '') => ({ column, relation, condition });

type Rule = ReturnType<typeof rule>;

async function smart(kit: Awaited<ReturnType<typeof catalogue>>, rules: readonly Rule[], more: object = {}) {
  const ruleSet = { appliedDisjunctively: false, rules, ...more };
  const { collection, userErrors } = await kit.payload(create, { input: { title: 'Smart', ruleSet } });
  if (!collection) throw new Error(JSON.stringify(userErrors));
  return collection;
}

const listed = `query ($id: ID!) { collection(id: $id) { productsCount { count } products(first: 9, sortKey: TITLE) { nodes { title } } } }`;

describe('a smart collection', () => {
  it.each([
    [[rule('TAG', 'EQUALS', 'RED')], ['Red mug', 'Shirt']],
    [[rule('TAG', 'NOT_EQUALS', 'red')], ['Blue mug']],
    [[rule('VENDOR', 'EQUALS', 'acme'), rule('TITLE', 'STARTS_WITH', 'blue')], ['Blue mug']],
    [[rule('TYPE', 'NOT_CONTAINS', 'mug')], ['Shirt']],
    [[rule('TITLE', 'ENDS_WITH', 'mug')], ['Blue mug', 'Red mug']],
    [[rule('VARIANT_PRICE', 'GREATER_THAN', '10')], ['Blue mug', 'Shirt']],
    [[rule('VARIANT_PRICE', 'LESS_THAN', '30')], ['Blue mug', 'Red mug']],
    [[rule('VARIANT_INVENTORY', 'GREATER_THAN', '0')], ['Blue mug']],
    [[rule('IS_PRICE_REDUCED', 'IS_SET')], ['Red mug']],
    [[rule('VARIANT_COMPARE_AT_PRICE', 'IS_NOT_SET')], ['Blue mug', 'Shirt']],
  ])('holds what fits %o', async (rules, titles) => {
    const kit = await catalogue();
    const { id } = await smart(kit, rules);
    const { productsCount, products: found } = await kit.payload(listed, { id });
    expect(found.nodes.map(({ title }: { title: string }) => title)).toEqual(titles);
    expect(productsCount.count).toBe(titles.length);
  });

  it('shows its rules, takes one of them where that is asked for, and follows its products', async () => {
    const kit = await catalogue();
    const rules = [rule('TAG', 'EQUALS', 'blue'), rule('VENDOR', 'EQUALS', 'Zeta')];
    const { id, ruleSet } = await smart(kit, rules, { appliedDisjunctively: true });
    expect(ruleSet).toEqual({
      appliedDisjunctively: true,
      rules: rules.map((each) => ({ ...each, conditionObject: null })),
    });
    const titles = async () =>
      (await kit.payload(listed, { id })).products.nodes.map(({ title }: { title: string }) => title);
    expect(await titles()).toEqual(['Blue mug', 'Shirt']);
    const { nodes } = await kit.payload('{ products(first: 1, query: "tag:sale") { nodes { id } } }');
    await kit.payload('mutation ($id: ID!) { tagsAdd(id: $id, tags: ["blue"]) { userErrors { message } } }', nodes[0]);
    expect(await titles()).toEqual(['Blue mug', 'Red mug', 'Shirt']);
    expect(
      await kit.payload(
        `query ($id: ID!, $in: ID!) { product(id: $id) { inCollection(id: $in) collections(first: 2) { nodes { id } } } }`,
        { id: nodes[0].id, in: id },
      ),
    ).toEqual({ inCollection: true, collections: { nodes: [{ id }] } });
    const number = id.split('/').at(-1);
    expect(await kit.payload(`{ productsCount(query: "collection_id:${number}") { count } }`)).toEqual({ count: 3 });
    expect(await kit.payload('{ collections(first: 2, query: "collection_type:smart") { nodes { id } } }')).toEqual({
      nodes: [{ id }],
    });
  });

  it('gets other rules by collectionUpdate, with a job', async () => {
    const kit = await catalogue();
    const { id } = await smart(kit, [rule('TAG', 'EQUALS', 'red')]);
    const ruleSet = { appliedDisjunctively: false, rules: [rule('TAG', 'EQUALS', 'blue')] };
    const { job, collection } = await kit.payload(
      `mutation ($input: CollectionInput!) { collectionUpdate(input: $input) { job { id } collection { productsCount { count } } userErrors { message } } }`,
      { input: { id, ruleSet } },
    );
    expect(job.id).toMatch(/^gid:\/\/shopify\/Job\//);
    expect(collection.productsCount.count).toBe(1);
  });

  // Recorded 2026-04.
  it('is smart from the beginning or never', async () => {
    const kit = await catalogue();
    const { collection } = await kit.payload(
      'mutation { collectionCreate(input: { title: "Summer" }) { collection { id } } }',
    );
    const ruleSet = { appliedDisjunctively: false, rules: [rule('TAG', 'EQUALS', 'blue')] };
    const update =
      'mutation ($input: CollectionInput!) { collectionUpdate(input: $input) { collection { id } userErrors { field message } } }';
    expect(await kit.payload(update, { input: { id: collection.id, ruleSet } })).toEqual({
      collection: null,
      userErrors: [{ field: ['id'], message: 'Cannot update rule set of a custom collection' }],
    });
  });

  it('takes and gives no product by hand', async () => {
    const kit = await catalogue();
    const { id } = await smart(kit, [rule('TAG', 'EQUALS', 'red')]);
    const { nodes } = await kit.payload('{ products(first: 1) { nodes { id } } }');
    const variables = { id, products: [nodes[0].id] };
    const change = (mutation: string, fields: string) =>
      kit.payload(
        `mutation ($id: ID!, $products: [ID!]!) { ${mutation}(id: $id, productIds: $products) { userErrors { ${fields} } } }`,
        variables,
      );
    const message = "Can't manually add products to a smart collection";
    expect((await change('collectionAddProducts', 'field message')).userErrors).toEqual([{ field: ['id'], message }]);
    expect((await change('collectionAddProductsV2', 'code field message')).userErrors).toEqual([
      { code: 'CANT_ADD_TO_SMART_COLLECTION', field: ['id'], message },
    ]);
    expect((await change('collectionRemoveProducts', 'field message')).userErrors).toEqual([
      { field: ['id'], message: "Can't manually remove products from a smart collection" },
    ]);
  });

  it.each([
    [rule('TAG', 'CONTAINS', 'x'), 'ruleSet.rules.0.relation'],
    [rule('TAG', 'EQUALS', ' '), 'ruleSet.rules.0.condition'],
    [rule('VARIANT_PRICE', 'EQUALS', 'x'), 'ruleSet.rules.0.condition'],
  ])('is refused with %o', async (wrong, field) => {
    const kit = await catalogue();
    await expect(smart(kit, [wrong])).rejects.toThrow(JSON.stringify(field.split('.')));
  });
});
