// @ts-nocheck
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
    ['an id that no option has', { option: { id: 'gid://shopify/ProductOption/999' } }, 'OPTION_DOES_NOT_EXIST'],
    ['a blank name', { option: { name: ' ' } }, 'INVALID_NAME'],
    ['a new value without a name', { optionValuesToAdd: [{}] }, 'INVALID_NAME'],
    ['a new value with a long name', { optionValuesToAdd: [{ name: 'x'.repeat(256) }] }, 'OPTION_VALUE_NAME_TOO_LONG'],
    [
      'an unknown value with another name',
      { optionValuesToUpdate: [{ id: 'gid://shopify/ProductOptionValue/999', name: 'XL' }] },
      'OPTION_VALUE_DOES_NOT_EXIST',
    ],
  ])('are not changed by %s', async (_what, input, code) => {
    const { product, userErrors } = await change('productOptionUpdate', {
      ...input,
      option: { id: option('Size').id, ...input.option },
    });
    expect(userErrors).toContainEqual(expect.objectContaining({ code }));
    expect(product).toEqual(shirt);
  });

  it('keep a value that is to be renamed and deleted at once', async () => {
    const small = valueId('S');
    const { userErrors } = await change('productOptionUpdate', {
      option: { id: option('Size').id },
      optionValuesToUpdate: [{ id: small, name: 'XS' }],
      optionValuesToDelete: [small],
      variantStrategy: 'MANAGE',
    });
    expect(userErrors).toMatchObject([
      { code: 'OPTION_VALUE_CONFLICTING_OPERATION', field: ['optionValuesToDelete', '0'] },
    ]);
  });

  it('are not left without values, nor the product without variants', async () => {
    const { product, userErrors } = await change('productOptionUpdate', {
      option: { id: option('Size').id },
      optionValuesToDelete: [valueId('S'), valueId('M')],
      variantStrategy: 'MANAGE',
    });
    expect(userErrors).toMatchObject([
      { code: 'CANNOT_LEAVE_OPTIONS_WITHOUT_VARIANTS' },
      { code: 'CANNOT_DELETE_ALL_OPTION_VALUES_IN_OPTION' },
    ]);
    expect(product).toEqual(shirt);
  });

  it('of a product that does not exist are not changed', async () => {
    const productId = 'gid://shopify/Product/999';
    const { product, userErrors } = await change('productOptionsDelete', { productId, options: [option('Size').id] });
    expect(product).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'PRODUCT_DOES_NOT_EXIST', field: ['productId'] }]);
  });

  const fit = { name: 'Fit', values: [{ name: 'Slim' }] };

  it.each<[string, readonly object[], string, readonly string[]]>([
    ['without a name', [{ values: [{ name: 'Slim' }] }], 'OPTION_NAME_MISSING', ['options', '0', 'name']],
    ['with a blank name', [{ ...fit, name: ' ' }], 'INVALID_NAME', ['options', '0', 'name']],
    ['without values', [{ name: 'Fit' }], 'OPTION_VALUES_MISSING', ['options', '0']],
    ['with a long name', [{ ...fit, name: 'a'.repeat(256) }], 'OPTION_NAME_TOO_LONG', ['options', '0']],
    ['with a slash between spaces', [{ ...fit, name: 'A / B' }], 'INVALID_NAME', ['options', '0', 'name']],
    ['with a value without a name', [{ name: 'Fit', values: [{}] }], 'INVALID_NAME', ['options', '0', 'values']],
    [
      'with a value twice',
      [{ name: 'Fit', values: [{ name: 'Slim' }, { name: 'Slim' }] }],
      'DUPLICATED_OPTION_VALUE',
      ['options', '0', 'values'],
    ],
    ['with a name that is taken', [{ ...fit, name: 'size' }], 'OPTION_ALREADY_EXISTS', ['options', '0']],
    ['of the same name', [fit, { ...fit, name: 'FIT' }], 'DUPLICATED_OPTION_NAME', ['options', '1']],
    ['before the first', [{ ...fit, position: 0 }], 'POSITION_OUT_OF_BOUNDS', ['options', '0', 'position']],
    ['beyond the last', [{ ...fit, position: 4 }], 'POSITION_OUT_OF_BOUNDS', ['options', '0', 'position']],
  ])('are not added %s', async (_what, options, code, field) => {
    const { product, userErrors } = await change('productOptionsCreate', { options });
    expect(userErrors).toContainEqual({ code, field });
    expect(product).toEqual(shirt);
  });

  it('take the place of the option that stands for none, and that comes back with the last', async () => {
    const made = await harness.data(
      `mutation ($input: ProductSetInput!) { productSet(input: $input) { ${selection} } }`,
      { input: { title: 'Mug' } },
    );
    const mug = (made.productSet as Payload).product as Product;
    expect(titles(mug)).toEqual(['Default Title']);
    const { product } = await change('productOptionsCreate', {
      productId: mug.id,
      options: [{ name: 'Size', values: [{ name: 'S' }, { name: 'L' }] }, fit],
      variantStrategy: 'CREATE',
    });
    expect(product?.options.map(({ name }) => name)).toEqual(['Size', 'Fit']);
    expect(titles(product)).toEqual(['S / Slim', 'L / Slim']);
    const last = await change('productOptionsDelete', {
      productId: mug.id,
      options: product?.options.map(({ id }) => id),
      strategy: 'POSITION',
    });
    expect(last.product?.options).toMatchObject([{ name: 'Title', optionValues: [{ name: 'Default Title' }] }]);
    expect(titles(last.product)).toEqual(['Default Title']);
    expect(ids(last.product)).toEqual(ids(mug));
  });

  it('are not deleted where one of them is unknown', async () => {
    const options = [option('Colour').id, 'gid://shopify/ProductOption/999'];
    const payload = await change('productOptionsDelete', { options });
    expect(payload).toMatchObject({
      product: shirt,
      deletedOptionsIds: [],
      userErrors: [{ code: 'OPTION_DOES_NOT_EXIST', field: ['options', '1'] }],
    });
  });

  it('are added with a value for the variants that are there, and deleted with one', async () => {
    const { product } = await change('productOptionsCreate', {
      options: [{ name: 'Fit', position: 1, values: [{ name: 'Slim' }, { name: 'Wide' }] }],
    });
    expect(titles(product)).toEqual(['Slim / S / Red', 'Slim / M / Red']);
    expect(ids(product)).toEqual(ids(shirt));
    const refused = await change('productOptionsDelete', { options: [option('Size').id], strategy: null });
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

  it('have as many values, and make as many variants, as a product can have', async () => {
    const values = (from: number, length: number) =>
      Array.from({ length }, (_, index) => ({ name: `Size ${from + index}` }));
    const add = (optionValuesToAdd: readonly object[], variantStrategy?: string) =>
      change('productOptionUpdate', { option: { id: option('Size').id }, optionValuesToAdd, variantStrategy });
    for (let from = 0; from < 2000; from += 250) expect((await add(values(from, 250))).userErrors).toEqual([]);
    expect((await add(values(2000, 47))).userErrors).toMatchObject([{ code: 'OPTION_VALUES_OVER_LIMIT' }]);
    expect((await add(values(2000, 46))).userErrors).toEqual([]);
    const colours = await change('productOptionUpdate', {
      option: { id: option('Colour').id },
      optionValuesToAdd: [{ name: 'Blue' }],
      variantStrategy: 'MANAGE',
    });
    expect(colours.userErrors).toMatchObject([{ code: 'CANNOT_CREATE_VARIANTS_ABOVE_LIMIT' }]);
    const more = {
      options: [{ name: 'Fit', values: [{ name: 'Slim' }, { name: 'Wide' }] }],
      variantStrategy: 'CREATE',
    };
    expect((await change('productOptionsCreate', more)).userErrors).toMatchObject([
      { code: 'TOO_MANY_VARIANTS_CREATED' },
    ]);
  });

  it('are put in order by id as by name', async () => {
    const { product } = await change('productOptionsReorder', {
      options: [{ id: option('Size').id, values: [{ id: valueId('M') }] }],
    });
    expect(product?.options[0]?.optionValues).toMatchObject([{ name: 'M' }, { name: 'S' }]);
    expect(titles(product)).toEqual(['M / Red', 'S / Red']);
  });

  it.each<[string, readonly object[], string, readonly string[]]>([
    ['an unknown name', [{ name: 'Fit' }], 'OPTION_NAME_DOES_NOT_EXIST', ['options']],
    ['an unknown id', [{ id: 'gid://shopify/ProductOption/999' }], 'OPTION_ID_DOES_NOT_EXIST', ['options']],
    ['an option twice', [{ name: 'Colour' }, { name: 'Colour' }], 'DUPLICATED_OPTION_NAME', ['options', '1']],
    ['an unknown value', [{ name: 'Size', values: [{ name: 'XL' }] }], 'OPTION_VALUE_DOES_NOT_EXIST', ['options']],
    [
      'an unknown id of a value',
      [{ name: 'Size', values: [{ id: 'gid://shopify/ProductOptionValue/999' }] }],
      'OPTION_VALUE_ID_DOES_NOT_EXIST',
      ['options'],
    ],
    [
      'a value twice',
      [{ name: 'Size', values: [{ name: 'M' }, { name: 'M' }] }],
      'DUPLICATED_OPTION_VALUE',
      ['options', '1'],
    ],
    [
      'an id beside a name',
      [{ id: 'gid://shopify/ProductOption/999' }, { name: 'Size' }],
      'MIXING_ID_AND_NAME_KEYS_IS_NOT_ALLOWED',
      ['options'],
    ],
  ])('stay in their order with %s', async (_what, options, code, field) => {
    const { product, userErrors } = await change('productOptionsReorder', { options });
    expect(userErrors).toEqual([{ code, field }]);
    expect(product).toEqual(shirt);
  });

  it.each<[string, (ids: readonly string[]) => readonly object[], string, readonly string[]]>([
    [
      'a variant of another product',
      () => [{ id: 'gid://shopify/ProductVariant/999', position: 1 }],
      'MISSING_VARIANT',
      ['positions', '0', 'id'],
    ],
    ['no position', ([id]) => [{ id, position: 0 }], 'INVALID_POSITION', ['positions', '0', 'position']],
    [
      'two positions for one',
      ([id]) => [
        { id, position: 2 },
        { id, position: 1 },
      ],
      'DUPLICATED_VARIANT_ID',
      ['positions'],
    ],
  ])('leave the variants in their order with %s', async (_what, positions, code, field) => {
    const { product, userErrors } = await change('productVariantsBulkReorder', {
      positions: positions(ids(shirt) ?? []),
    });
    expect(userErrors).toEqual([{ code, field }]);
    expect(product).toBeNull();
    expect((await change('productOptionsReorder', { options: [] })).product).toEqual(shirt);
  });
});
