// @ts-nocheck
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHarness, defineMetafield, push, pushed, refused, shirt, shirtVariant, shop } from './harness.ts';

const option = (name: string, ...values: string[]) => ({ name, values: values.map((value) => ({ name: value })) });
const variant = (optionName: string, name: string, more: object = {}) => ({
  optionValues: [{ optionName, name }],
  ...more,
});

describe('productSet on variants and options', () => {
  it('gives a product without options its default variant', async () => {
    const product = await pushed(createHarness(), { title: 'Mug' });
    expect(product.options).toMatchObject([{ name: 'Title', position: 1, optionValues: [{ name: 'Default Title' }] }]);
    expect(product.variants.nodes).toMatchObject([{ title: 'Default Title', price: '0.00', sku: null, position: 1 }]);
  });

  it.each([
    ['with no option values', { productOptions: [], variants: [{ optionValues: [], price: '5' }] }],
    [
      'with the default option named',
      { productOptions: [], variants: [variant('Title', 'Default Title', { price: '5' })] },
    ],
    [
      'with the default option given',
      {
        productOptions: [option('Title', 'Default Title')],
        variants: [variant('Title', 'Default Title', { price: '5' })],
      },
    ],
  ])('prices the default variant %s', async (_name, input) => {
    const harness = createHarness();
    const [before] = (await pushed(harness, { title: 'Mug' }, { handle: 'mug' })).variants.nodes;
    const after = (await pushed(harness, { title: 'Mug', ...input }, { handle: 'mug' })).variants.nodes;
    expect(after).toMatchObject([{ id: before?.id, title: 'Default Title', price: '5.00' }]);
  });

  it('makes the variants that are listed, in their order', async () => {
    const product = await pushed(createHarness(), shirt(['Red', 'Blue'], ['S', 'M']));
    expect(product.variants.nodes.map(({ title, sku, position }) => [title, sku, position])).toEqual([
      ['Red / S', 'Red-S', 1],
      ['Red / M', 'Red-M', 2],
      ['Blue / S', 'Blue-S', 3],
      ['Blue / M', 'Blue-M', 4],
    ]);
    expect(product.options.map(({ name, position }) => [name, position])).toEqual([
      ['Colour', 1],
      ['Size', 2],
    ]);
  });

  it('makes no product of options alone', async () => {
    expect(await refused(createHarness(), { title: 'Shirt', productOptions: [option('Size', 'S', 'M')] })).toEqual([
      ['VARIANTS_INPUT_MISSING', 'input.variants'],
    ]);
  });

  it('keeps the gids of variants by their option values, adds new ones and deletes what is not listed', async () => {
    const harness = createHarness();
    const before = await pushed(harness, shirt(['Red', 'Blue'], ['S']), { handle: 'shirt' });
    const after = await pushed(harness, { ...shirt(['Green', 'Red'], ['S']), title: 'New' }, { handle: 'shirt' });
    expect(after.id).toBe(before.id);
    expect(after.variants.nodes.map(({ title }) => title)).toEqual(['Green / S', 'Red / S']);
    const idOf = (product: typeof before, title: string) =>
      product.variants.nodes.find((node) => node.title === title)?.id;
    expect(idOf(after, 'Red / S')).toBe(idOf(before, 'Red / S'));
    expect(before.variants.nodes.map(({ id }) => id)).not.toContain(idOf(after, 'Green / S'));
    expect(after.options[1]).toEqual(before.options[1]);
  });

  it('moves a variant named by its gid to other option values', async () => {
    const harness = createHarness();
    const before = await pushed(harness, shirt(['Red', 'Blue'], ['S']), { handle: 'shirt' });
    const [red, blue] = before.variants.nodes;
    const swapped = {
      ...shirt(['Red', 'Blue'], ['S']),
      variants: [{ ...shirtVariant('Blue', 'S'), id: red?.id }, shirtVariant('Red', 'S')],
    };
    const after = await pushed(harness, swapped, { handle: 'shirt' });
    expect(after.variants.nodes[0]).toMatchObject({ id: red?.id, title: 'Blue / S' });
    expect(after.variants.nodes[1]?.title).toBe('Red / S');
    expect([red?.id, blue?.id]).not.toContain(after.variants.nodes[1]?.id);
  });

  it('renames an option and a value by gid, and the variants stay who they are', async () => {
    const harness = createHarness();
    const before = await pushed(harness, shirt(['Red'], ['S']), { handle: 'shirt' });
    const [colour, size] = before.options;
    const input = {
      productOptions: [
        { id: colour?.id, name: 'Color', values: [{ id: colour?.optionValues[0]?.id, name: 'Crimson' }] },
        { id: size?.id },
      ],
      variants: [
        {
          optionValues: [
            { optionId: colour?.id, id: colour?.optionValues[0]?.id },
            { optionName: 'size', name: 'S' },
          ],
        },
      ],
    };
    const after = await pushed(harness, input, { id: before.id });
    expect(after.options.map(({ name }) => name)).toEqual(['Color', 'Size']);
    expect(after.variants.nodes).toMatchObject([
      { id: before.variants.nodes[0]?.id, title: 'Crimson / S', sku: 'Red-S', price: '10.00' },
    ]);
  });

  it('keeps the gids of variants when the options change places', async () => {
    const harness = createHarness();
    const before = await pushed(harness, shirt(['Red'], ['S', 'M']), { handle: 'shirt' });
    const input = shirt(['Red'], ['S', 'M']);
    const after = await pushed(
      harness,
      { ...input, productOptions: (input['productOptions'] as unknown[]).toReversed() },
      { handle: 'shirt' },
    );
    expect(after.variants.nodes.map(({ title }) => title)).toEqual(['S / Red', 'M / Red']);
    expect(after.variants.nodes.map(({ id }) => id)).toEqual(before.variants.nodes.map(({ id }) => id));
  });

  it('leaves variants alone where the input does not name them', async () => {
    const harness = createHarness();
    const before = await pushed(harness, shirt(['Red'], ['S', 'M']), { handle: 'shirt' });
    const after = await pushed(harness, { title: 'Renamed' }, { handle: 'shirt' });
    expect(after.variants).toEqual(before.variants);
    expect(after.options).toEqual(before.options);
  });

  it('takes options away with an empty list', async () => {
    const harness = createHarness();
    await pushed(harness, shirt(['Red'], ['S', 'M']), { handle: 'shirt' });
    const after = await pushed(harness, { productOptions: [] }, { handle: 'shirt' });
    expect(after.variants.nodes.map(({ title }) => title)).toEqual(['Default Title']);
  });

  it('orders by position where it is given', async () => {
    const input = {
      title: 'Shirt',
      productOptions: [
        { ...option('Size', 'S', 'M'), position: 2 },
        { ...option('Colour', 'Red'), position: 1 },
      ],
      variants: [
        { ...shirtVariant('Red', 'S'), position: 9 },
        { ...shirtVariant('Red', 'M'), position: 3 },
      ],
    };
    const product = await pushed(createHarness(), input);
    expect(product.options.map(({ name, position }) => [name, position])).toEqual([
      ['Colour', 1],
      ['Size', 2],
    ]);
    expect(product.variants.nodes.map(({ title, position }) => [title, position])).toEqual([
      ['Red / M', 1],
      ['Red / S', 2],
    ]);
  });

  it('writes amounts with two decimals', async () => {
    const variants = [variant('Size', 'S', { price: 19.9, compareAtPrice: '25' })];
    const product = await pushed(createHarness(), { title: 'A', productOptions: [option('Size', 'S')], variants });
    expect(product.variants.nodes).toMatchObject([{ price: '19.90', compareAtPrice: '25.00' }]);
  });

  it('keeps what a variant does not say, and resets what it says is null', async () => {
    const harness = createHarness();
    const productOptions = [option('Size', 'S')];
    const first = { sku: 'a', price: '3', compareAtPrice: '4' };
    await pushed(harness, { title: 'A', productOptions, variants: [variant('Size', 'S', first)] }, { handle: 'a' });
    const kept = await pushed(harness, { productOptions, variants: [variant('Size', 'S')] }, { handle: 'a' });
    expect(kept.variants.nodes).toMatchObject([{ sku: 'a', price: '3.00', compareAtPrice: '4.00' }]);
    const none = { sku: null, price: null, compareAtPrice: null };
    const reset = await pushed(harness, { productOptions, variants: [variant('Size', 'S', none)] }, { handle: 'a' });
    expect(reset.variants.nodes).toMatchObject([{ sku: null, price: '0.00', compareAtPrice: null }]);
  });

  it('takes 2,048 variants', async () => {
    const names = Array.from({ length: 2048 }, (_, index) => `v${index}`);
    const harness = createHarness();
    const input = {
      title: 'Big',
      productOptions: [option('Number', ...names)],
      variants: names.map((name) => variant('Number', name)),
    };
    const product = await pushed(harness, input, { handle: 'big' });
    const count = { product: { variantsCount: { count: 2048, precision: 'EXACT' } } };
    expect(
      await harness.data('query ($id: ID!) { product(id: $id) { variantsCount { count precision } } }', {
        id: product.id,
      }),
    ).toEqual(count);
  });
});

describe('productSet refuses', () => {
  const existing = async () => {
    const harness = createHarness();
    const product = await pushed(harness, shirt(['Red'], ['S', 'M']), { handle: 'shirt' });
    return { harness, product, identifier: { handle: 'shirt' } };
  };
  const size = option('Size', 'S', 'M');

  it('options without variants on a product that exists', async () => {
    const { harness, identifier } = await existing();
    expect(await refused(harness, { productOptions: [size] }, identifier)).toEqual([
      ['VARIANTS_INPUT_MISSING', 'input.variants'],
    ]);
  });

  it('variants without options', async () => {
    const { harness, identifier } = await existing();
    const variants = [shirtVariant('Red', 'S')];
    expect(await refused(harness, { variants }, identifier)).toEqual([
      ['PRODUCT_OPTIONS_INPUT_MISSING', 'input.productOptions'],
    ]);
    expect(await refused(createHarness(), { title: 'A', variants: [variant('Title', 'Default Title')] })).toEqual([
      ['PRODUCT_OPTIONS_INPUT_MISSING', 'input.productOptions'],
    ]);
  });

  it('to leave a product without any variant', async () => {
    const { harness, identifier } = await existing();
    expect(await refused(harness, { variants: [] }, identifier)).toEqual([
      ['VARIANTS_INPUT_MISSING', 'input.variants'],
    ]);
  });

  it.each([
    [
      'a fourth option',
      [option('A', '1'), option('B', '1'), option('C', '1'), option('D', '1')],
      [['OPTIONS_OVER_LIMIT', 'input.productOptions']],
    ],
    [
      'an option name given twice',
      [option('Size', 'S'), option('size', 'S')],
      [['DUPLICATED_OPTION_NAME', 'input.productOptions.1']],
    ],
    [
      'a value given twice',
      [option('Size', 'S', 'M', 'S')],
      [['DUPLICATED_OPTION_VALUE', 'input.productOptions.0.values.2']],
    ],
    ['an option without values', [{ name: 'Size' }], [['OPTION_VALUES_MISSING', 'input.productOptions.0.values']]],
    [
      'an option without a name',
      [{ values: [{ name: 'S' }] }],
      [['MISSING_FIELD_REQUIRED', 'input.productOptions.0.name']],
    ],
    [
      'a value without a name',
      [{ name: 'Size', values: [{ name: ' ' }] }],
      [['MISSING_FIELD_REQUIRED', 'input.productOptions.0.values.0.name']],
    ],
    ['a name of 256 characters', [option('x'.repeat(256), 'S')], [['INVALID_INPUT', 'input.productOptions.0.name']]],
    [
      'an option gid of nowhere',
      [{ id: 'gid://shopify/ProductOption/999', name: 'Size', values: [{ name: 'S' }] }],
      [['OPTION_DOES_NOT_EXIST', 'input.productOptions.0']],
    ],
    [
      'a value gid of nowhere',
      [{ name: 'Size', values: [{ id: 'gid://shopify/ProductOptionValue/999', name: 'S' }] }],
      [['OPTION_VALUE_DOES_NOT_EXIST', 'input.productOptions.0.values.0']],
    ],
    [
      '2,049 values',
      [option('Size', ...Array.from({ length: 2049 }, (_, index) => `${index}`))],
      [['OPTION_VALUES_OVER_LIMIT', 'input.productOptions.0.values']],
    ],
  ])('%s', async (_name, productOptions, problems) => {
    expect(await refused(createHarness(), { title: 'A', productOptions })).toEqual(problems);
  });

  it.each([
    ['an unknown option', [variant('Weight', 'S')], [['OPTION_DOES_NOT_EXIST', 'input.variants.0.optionValues.0']]],
    [
      'an unknown option gid',
      [{ optionValues: [{ optionId: 'gid://shopify/ProductOption/9', name: 'S' }] }],
      [['OPTION_DOES_NOT_EXIST', 'input.variants.0.optionValues.0']],
    ],
    [
      'an option that is not named',
      [{ optionValues: [{ name: 'S' }] }],
      [['OPTION_DOES_NOT_EXIST', 'input.variants.0.optionValues.0']],
    ],
    ['an unknown value', [variant('Size', 'XL')], [['OPTION_VALUE_DOES_NOT_EXIST', 'input.variants.0.optionValues.0']]],
    [
      'an unknown value gid',
      [{ optionValues: [{ optionName: 'Size', id: 'gid://shopify/ProductOptionValue/9' }] }],
      [['OPTION_VALUE_DOES_NOT_EXIST', 'input.variants.0.optionValues.0']],
    ],
    ['no value for an option', [{ optionValues: [] }], [['INVALID_VARIANT', 'input.variants.0']]],
    [
      'two values for an option',
      [
        {
          optionValues: [
            { optionName: 'Size', name: 'S' },
            { optionName: 'Size', name: 'M' },
          ],
        },
      ],
      [['INVALID_VARIANT', 'input.variants.0.optionValues']],
    ],
    [
      'a combination given twice',
      [variant('Size', 'S'), variant('Size', 'M'), variant('Size', 'S')],
      [['INVALID_VARIANT', 'input.variants.2']],
    ],
    ['a negative price', [variant('Size', 'S', { price: '-1' })], [['INVALID_VARIANT', 'input.variants.0.price']]],
    [
      'a negative compare-at price',
      [variant('Size', 'S', { compareAtPrice: '-0.01' })],
      [['INVALID_VARIANT', 'input.variants.0.compareAtPrice']],
    ],
    [
      'a price beyond all measure',
      [variant('Size', 'S', { price: '1000000000000000000' })],
      [['INVALID_VARIANT', 'input.variants.0.price']],
    ],
    [
      'a SKU of 256 characters',
      [variant('Size', 'S', { sku: 'x'.repeat(256) })],
      [['INVALID_VARIANT', 'input.variants.0.sku']],
    ],
    [
      'a barcode of 256 characters',
      [variant('Size', 'S', { barcode: 'x'.repeat(256) })],
      [['INVALID_VARIANT', 'input.variants.0.barcode']],
    ],
    [
      'a variant of nowhere',
      [variant('Size', 'S', { id: 'gid://shopify/ProductVariant/999' })],
      [['PRODUCT_VARIANT_DOES_NOT_EXIST', 'input.variants.0.id']],
    ],
  ])('a variant with %s', async (_name, variants, problems) => {
    expect(await refused(createHarness(), { title: 'A', productOptions: [size], variants })).toEqual(problems);
  });

  it('one variant named twice by its gid', async () => {
    const { harness, product, identifier } = await existing();
    const id = product.variants.nodes[0]?.id;
    const input = {
      ...shirt(['Red'], ['S', 'M']),
      variants: [
        { ...shirtVariant('Red', 'S'), id },
        { ...shirtVariant('Red', 'M'), id },
      ],
    };
    expect(await refused(harness, input, identifier)).toEqual([
      ['PRODUCT_VARIANT_DOES_NOT_EXIST', 'input.variants.1.id'],
    ]);
  });

  it('with all its problems at once', async () => {
    const input = {
      title: ' ',
      productOptions: [size],
      variants: [variant('Size', 'XL'), variant('Size', 'S', { price: '-1' })],
    };
    const { userErrors } = await push(createHarness(), input);
    expect(userErrors).toEqual([
      { code: 'INVALID_PRODUCT', field: ['input', 'title'], message: "Title can't be blank" },
      {
        code: 'OPTION_VALUE_DOES_NOT_EXIST',
        field: ['input', 'variants', '0', 'optionValues', '0'],
        message: "Option value 'XL' does not exist",
      },
      {
        code: 'INVALID_VARIANT',
        field: ['input', 'variants', '1', 'price'],
        message: 'Price must be greater than or equal to 0',
      },
    ]);
  });
});

describe('productSet with an identifier', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-zé0-9]{1,8}$/), { minLength: 1, maxLength: 4 });
  const identifiers = fc.constantFrom({ handle: 'same' }, { customId: { key: 'local_id', value: '7' } });

  it('leaves one product and the same gids, however often the same input comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        names,
        names,
        fc.string({ minLength: 1, maxLength: 20 }),
        identifiers,
        async (colours, sizes, title, identifier) => {
          fc.pre(title.trim() !== '');
          const harness = createHarness();
          await defineMetafield(harness);
          const input = { ...shirt(colours, sizes), title };
          const first = await pushed(harness, input, identifier);
          await harness.clock.advance(1000);
          const second = await pushed(harness, input, identifier);
          expect(harness.store.all(shop, 'Product')).toHaveLength(1);
          expect({ ...second, updatedAt: first.updatedAt }).toEqual(first);
          expect(second.updatedAt > first.updatedAt).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('ends in the same product whatever stood there before', async () => {
    const state = fc.tuple(names, names).map(([colours, sizes]) => shirt(colours, sizes));
    await fc.assert(
      fc.asyncProperty(state, state, async (before, input) => {
        const withoutIds = (product: Awaited<ReturnType<typeof pushed>>) =>
          product.variants.nodes.map(({ id: _id, ...rest }) => rest);
        const harness = createHarness();
        await pushed(harness, before, { handle: 'same' });
        const updated = await pushed(harness, input, { handle: 'same' });
        expect(withoutIds(updated)).toEqual(withoutIds(await pushed(createHarness(), input, { handle: 'same' })));
        expect(new Set(updated.variants.nodes.map(({ id }) => id)).size).toBe(updated.variants.nodes.length);
      }),
      { numRuns: 60 },
    );
  });
});
