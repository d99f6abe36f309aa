import { beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

interface Option {
  readonly id: string;
  readonly name: string;
  readonly optionValues: readonly { readonly id: string; readonly name: string }[];
}

interface Product {
  readonly id: string;
  readonly options: readonly Option[];
  readonly variants: { readonly nodes: readonly { readonly id: string; readonly title: string }[] };
}

interface Payload {
  readonly product: Product | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

const selection =
  'product { id options { id name optionValues { id name } } variants(first: 20) { nodes { id title } } } userErrors { code field }';

const documents = {
  productOptionUpdate: `mutation ($productId: ID!, $option: OptionUpdateInput!, $optionValuesToAdd: [OptionValueCreateInput!], $optionValuesToUpdate: [OptionValueUpdateInput!], $optionValuesToDelete: [ID!], $variantStrategy: ProductOptionUpdateVariantStrategy) {
    productOptionUpdate(productId: $productId, option: $option, optionValuesToAdd: $optionValuesToAdd, optionValuesToUpdate: $optionValuesToUpdate, optionValuesToDelete: $optionValuesToDelete, variantStrategy: $variantStrategy) { ${selection} } }`,
  productOptionsCreate: `mutation ($productId: ID!, $options: [OptionCreateInput!]!, $variantStrategy: ProductOptionCreateVariantStrategy) {
    productOptionsCreate(productId: $productId, options: $options, variantStrategy: $variantStrategy) { ${selection} } }`,
  productOptionsDelete: `mutation ($productId: ID!, $options: [ID!]!, $strategy: ProductOptionDeleteStrategy) {
    productOptionsDelete(productId: $productId, options: $options, strategy: $strategy) { deletedOptionsIds ${selection} } }`,
  productOptionsReorder: `mutation ($productId: ID!, $options: [OptionReorderInput!]!) {
    productOptionsReorder(productId: $productId, options: $options) { ${selection} } }`,
  productVariantsBulkReorder: `mutation ($productId: ID!, $positions: [ProductVariantPositionInput!]!) {
    productVariantsBulkReorder(productId: $productId, positions: $positions) { ${selection} } }`,
};

describe('the options of a product', () => {
  let harness: Harness;
  let shirt: Product;

  const change = async (name: keyof typeof documents, variables: object): Promise<Payload> => {
    const data = await harness.data(documents[name], { productId: shirt.id, ...variables });
    return data[name] as Payload;
  };
  const option = (name: string): Option => shirt.options.find((candidate) => candidate.name === name) as Option;
  const valueId = (name: string): string =>
    shirt.options.flatMap(({ optionValues }) => optionValues).find((value) => value.name === name)?.id ?? '';
  const titles = (product: Product | null) => product?.variants.nodes.map(({ title }) => title);
  const ids = (product: Product | null) => product?.variants.nodes.map(({ id }) => id);

  beforeEach(async () => {
    harness = createHarness();
    const variant = (size: string, colour: string) => ({
      price: '1',
      optionValues: [
        { optionName: 'Size', name: size },
        { optionName: 'Colour', name: colour },
      ],
    });
    const { productSet } = await harness.data(
      `mutation ($input: ProductSetInput!) { productSet(input: $input) { ${selection} } }`,
      {
        input: {
          title: 'Shirt',
          productOptions: [
            { name: 'Size', values: [{ name: 'S' }, { name: 'M' }] },
            { name: 'Colour', values: [{ name: 'Red' }] },
          ],
          variants: [variant('S', 'Red'), variant('M', 'Red')],
        },
      },
    );
    shirt = (productSet as Payload).product as Product;
  });

  it('get other names, and so do their values, while the variants keep their ids', async () => {
    const { product, userErrors } = await change('productOptionUpdate', {
      option: { id: option('Size').id, name: 'Grösse' },
      optionValuesToUpdate: [
        { id: valueId('S'), name: 'M' },
        { id: valueId('M'), name: 'S' },
      ],
    });
    expect(userErrors).toEqual([]);
    expect(product?.options[0]).toMatchObject({ name: 'Grösse', optionValues: [{ name: 'M' }, { name: 'S' }] });
    expect(titles(product)).toEqual(['M / Red', 'S / Red']);
    expect(ids(product)).toEqual(ids(shirt));
  });

  it('lose values that no variant has, and others only with the strategy that says so', async () => {
    const size = { id: option('Size').id };
    const added = await change('productOptionUpdate', { option: size, optionValuesToAdd: [{ name: 'L' }] });
    const large = added.product?.options[0]?.optionValues.at(-1)?.id;
    expect(titles(added.product)).toHaveLength(2);
    const removed = await change('productOptionUpdate', { option: size, optionValuesToDelete: [large] });
    expect(removed.userErrors).toEqual([]);
    const used = { option: size, optionValuesToDelete: [valueId('M')] };
    expect((await change('productOptionUpdate', used)).userErrors).toMatchObject([
      { code: 'OPTION_VALUE_HAS_VARIANTS' },
    ]);
    expect(titles((await change('productOptionUpdate', { ...used, variantStrategy: 'MANAGE' })).product)).toEqual([
      'S / Red',
    ]);
  });

  it('make a variant for each combination with the strategy that says so', async () => {
    const { product } = await change('productOptionUpdate', {
      option: { id: option('Colour').id },
      optionValuesToAdd: [{ name: 'Blue' }],
      variantStrategy: 'MANAGE',
    });
    expect(titles(product)).toEqual(['S / Red', 'M / Red', 'S / Blue', 'M / Blue']);
  });

  it.each<[string, { readonly option?: object; readonly [argument: string]: unknown }, string]>([
    ['a name that is taken', { option: { name: 'colour' } }, 'OPTION_ALREADY_EXISTS'],
    ['a name that is too long', { option: { name: 'x'.repeat(256) } }, 'OPTION_NAME_TOO_LONG'],
    ['a value that is there', { optionValuesToAdd: [{ name: 'M' }] }, 'OPTION_VALUE_ALREADY_EXISTS'],
    [
      'an unknown value',
      { optionValuesToDelete: ['gid://shopify/ProductOptionValue/999'] },
      'OPTION_VALUE_DOES_NOT_EXIST',
    ],
    ['a place beyond the last', { option: { position: 3 } }, 'INVALID_POSITION'],
  ])('are not changed by %s', async (_what, input, code) => {
    const { product, userErrors } = await change('productOptionUpdate', {
      ...input,
      option: { id: option('Size').id, ...input.option },
    });
    expect(userErrors).toMatchObject([{ code }]);
    expect(product).toEqual(shirt);
  });

  it('are added with a value for the variants that are there, and deleted with one', async () => {
    const { product } = await change('productOptionsCreate', {
      options: [{ name: 'Fit', position: 1, values: [{ name: 'Slim' }, { name: 'Wide' }] }],
    });
    expect(titles(product)).toEqual(['Slim / S / Red', 'Slim / M / Red']);
    expect(ids(product)).toEqual(ids(shirt));
    const refused = await change('productOptionsDelete', { options: [option('Size').id] });
    expect(refused.userErrors).toMatchObject([{ code: 'CANNOT_DELETE_OPTION_WITH_MULTIPLE_VALUES' }]);
    const fewer = await change('productOptionsDelete', { options: [option('Colour').id] });
    expect(titles(fewer.product)).toEqual(['Slim / S', 'Slim / M']);
    const kept = { options: [option('Size').id], strategy: 'NON_DESTRUCTIVE' };
    expect((await change('productOptionsDelete', kept)).userErrors).toMatchObject([
      { code: 'CANNOT_USE_NON_DESTRUCTIVE_STRATEGY' },
    ]);
  });

  it('are refused beyond three', async () => {
    const more = ['Fit', 'Length'].map((name) => ({ name, values: [{ name: 'x' }] }));
    expect((await change('productOptionsCreate', { options: more })).userErrors).toMatchObject([
      { code: 'OPTIONS_OVER_LIMIT' },
    ]);
  });

  it('are put in another order with their variants', async () => {
    const { product } = await change('productOptionsReorder', {
      options: [{ name: 'Colour' }, { name: 'Size', values: [{ name: 'M' }, { name: 'S' }] }],
    });
    expect(titles(product)).toEqual(['Red / M', 'Red / S']);
  });

  it('leave the order of the variants to whoever gives their positions', async () => {
    const positions = [{ id: shirt.variants.nodes[1]?.id, position: 1 }];
    expect(titles((await change('productVariantsBulkReorder', { positions })).product)).toEqual(['M / Red', 'S / Red']);
  });
});
