// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createHarness, type Harness, pushed, shirt, shop } from './harness.ts';
import { createListeningHarness } from './listening-harness.ts';

interface Bulk {
  readonly product: {
    readonly variants: { readonly nodes: readonly { readonly id: string; readonly title: string }[] };
  } | null;
  readonly productVariants?: readonly { readonly id: string; readonly title: string }[] | null;
  readonly userErrors: readonly {
    readonly code: string;
    readonly field: readonly string[];
    readonly message: string;
  }[];
}

const selection = `product { options { name optionValues { name } } variants(first: 20) { nodes { id title position } } }
  productVariants { id title price sku barcode inventoryQuantity metafields(first: 5) { nodes { key value } } media(first: 1) { nodes { alt } } }
  userErrors { code field message }`;

async function create(
  harness: Harness,
  productId: string,
  variants: readonly object[],
  rest: object = {},
): Promise<Bulk> {
  const { productVariantsBulkCreate } = await harness.data(
    `mutation ($productId: ID!, $variants: [ProductVariantsBulkInput!]!, $strategy: ProductVariantsBulkCreateStrategy, $media: [CreateMediaInput!]) {
      productVariantsBulkCreate(productId: $productId, variants: $variants, strategy: $strategy, media: $media) { ${selection} } }`,
    { productId, variants, ...rest },
  );
  return productVariantsBulkCreate as Bulk;
}

async function update(
  harness: Harness,
  productId: string,
  variants: readonly object[],
  rest: object = {},
): Promise<Bulk> {
  const { productVariantsBulkUpdate } = await harness.data(
    `mutation ($productId: ID!, $variants: [ProductVariantsBulkInput!]!, $allowPartialUpdates: Boolean, $media: [CreateMediaInput!]) {
      productVariantsBulkUpdate(productId: $productId, variants: $variants, allowPartialUpdates: $allowPartialUpdates, media: $media) { ${selection} } }`,
    { productId, variants, ...rest },
  );
  return productVariantsBulkUpdate as Bulk;
}

async function remove(
  harness: Harness,
  productId: string,
  variantsIds: readonly (string | undefined)[],
): Promise<Bulk> {
  const { productVariantsBulkDelete } = await harness.data(
    `mutation ($productId: ID!, $variantsIds: [ID!]!) { productVariantsBulkDelete(productId: $productId, variantsIds: $variantsIds) {
      product { variants(first: 20) { nodes { id title position } } } userErrors { code field message } } }`,
    { productId, variantsIds },
  );
  return productVariantsBulkDelete as Bulk;
}

const titles = ({ product }: Bulk): readonly string[] => product?.variants.nodes.map(({ title }) => title) ?? [];
const problemsOf = ({ userErrors }: Bulk): [string, string][] =>
  userErrors.map(({ code, field }) => [code, field.join('.')]);
const value = (optionName: string, name: string) => ({ optionName, name });
const shirtValues = (colour: string, size: string) => ({
  optionValues: [value('Colour', colour), value('Size', size)],
});
const gone = 'gid://shopify/Product/99';

describe('productVariantsBulkCreate', () => {
  it('adds variants, and option values that are new', async () => {
    const harness = createListeningHarness();
    const { id } = await pushed(harness, shirt(['Red'], ['S']));
    const { location } = await harness.data('{ location { id } }');
    harness.topics();
    const inventoryQuantities = [{ locationId: (location as { id: string }).id, availableQuantity: 4 }];
    const image = { originalSource: 'https://a.example/a.jpg', mediaContentType: 'IMAGE', alt: 'blue' };
    const metafields = [{ namespace: 'host', key: 'note', type: 'single_line_text_field', value: 'x' }];
    const created = await create(
      harness,
      id,
      [
        {
          ...shirtValues('Blue', 'S'),
          price: '3',
          barcode: '12',
          inventoryItem: { sku: 'b-s' },
          inventoryQuantities,
          mediaSrc: [image.originalSource],
          metafields,
        },
        shirtValues('Red', ' M '),
      ],
      { media: [image] },
    );
    expect(created.userErrors).toEqual([]);
    expect(created.product).toMatchObject({
      options: [
        { name: 'Colour', optionValues: [{ name: 'Red' }, { name: 'Blue' }] },
        { name: 'Size', optionValues: [{ name: 'S' }, { name: 'M' }] },
      ],
      variants: {
        nodes: [
          { title: 'Red / S', position: 1 },
          { title: 'Blue / S', position: 2 },
          { title: 'Red / M', position: 3 },
        ],
      },
    });
    expect(created.productVariants).toMatchObject([
      {
        title: 'Blue / S',
        price: '3.00',
        sku: 'b-s',
        barcode: '12',
        inventoryQuantity: 4,
        metafields: { nodes: [{ value: 'x' }] },
        media: { nodes: [{ alt: 'blue' }] },
      },
      { title: 'Red / M', price: '0.00', inventoryQuantity: 0 },
    ]);
    expect(harness.topics()).toEqual(['inventory_levels/update', 'products/update']);
  });

  it.each([
    ['DEFAULT', ['L']],
    ['REMOVE_STANDALONE_VARIANT', ['L']],
    ['PRESERVE_STANDALONE_VARIANT', ['Default Title', 'L']],
  ])('does with the default variant as the strategy says: %s', async (strategy, expected) => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A' });
    const created = await create(harness, id, [{ optionValues: [value('Title', 'L')] }], { strategy });
    expect(titles(created)).toEqual(expected);
    expect(created.product).toMatchObject({ options: [{ optionValues: expected.map((name) => ({ name })) }] });
    expect(harness.store.all(shop, 'InventoryLevel')).toHaveLength(expected.length);
  });

  it.each([
    ['DEFAULT', ['Red / S', 'Red / M']],
    ['REMOVE_STANDALONE_VARIANT', ['Red / M']],
  ])("does with one of the user's own as the strategy says: %s", async (strategy, expected) => {
    const harness = createHarness();
    const { id } = await pushed(harness, shirt(['Red'], ['S']));
    expect(titles(await create(harness, id, [shirtValues('Red', 'M')], { strategy }))).toEqual(expected);
  });

  it('keeps the default variant where nothing comes in its place', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A' });
    expect(titles(await create(harness, id, []))).toEqual(['Default Title']);
  });

  it.each([
    ['an id', { id: 'gid://shopify/ProductVariant/1' }, 'NO_KEY_ON_CREATE', 'id'],
    [
      'an option that is none',
      { optionValues: [value('Colour', 'Red'), value('Size', 'M'), value('Cut', 'x')] },
      'INVALID_INPUT',
      'optionValues.2',
    ],
    ['too few values', { optionValues: [value('Colour', 'Red')] }, 'NEED_TO_ADD_OPTION_VALUES', ''],
    [
      'a value of nowhere',
      { optionValues: [value('Colour', 'Red'), { optionName: 'Size', id: 'gid://shopify/ProductOptionValue/99' }] },
      'INVALID_INPUT',
      'optionValues.1',
    ],
    ['what is there', shirtValues('Red', 'S'), 'VARIANT_ALREADY_EXISTS', ''],
    ['a negative price', { price: '-1' }, 'GREATER_THAN_OR_EQUAL_TO', 'price'],
    ['a price without end', { price: '1000000000000000000' }, 'INVALID', 'price'],
    [
      'a location of nowhere',
      { inventoryQuantities: [{ locationId: 'gid://shopify/Location/99', availableQuantity: 1 }] },
      'TRACKED_VARIANT_LOCATION_NOT_FOUND',
      'inventoryQuantities',
    ],
    ['media of nowhere', { mediaId: 'gid://shopify/MediaImage/99' }, 'INVALID_INPUT', 'mediaId'],
    ['a source of nowhere', { mediaSrc: ['https://a.example/x.jpg'] }, 'INVALID_INPUT', 'mediaSrc'],
    [
      'a metafield without type',
      { metafields: [{ namespace: 'host', key: 'note', value: 'x' }] },
      'INVALID',
      'metafields.0.type',
    ],
  ])('refuses %s', async (_name, part, code, field) => {
    const harness = createHarness();
    const { id } = await pushed(harness, shirt(['Red'], ['S']));
    const refusedOne = await create(harness, id, [shirtValues('Red', 'L'), { ...shirtValues('Red', 'M'), ...part }]);
    expect(problemsOf(refusedOne)).toEqual([[code, ['variants', '1', ...(field ? [field] : [])].join('.')]]);
    expect(refusedOne).toMatchObject({ product: null, productVariants: [] });
    expect(harness.store.all(shop, 'Product')).toMatchObject([{ variants: [{ title: 'Red / S' }] }]);
  });

  it('refuses two of a kind, a product that is gone and more than 2,048', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, shirt(['Red'], ['S']));
    expect(problemsOf(await create(harness, id, [shirtValues('Red', 'M'), shirtValues('Red', 'M')]))).toEqual([
      ['VARIANT_ALREADY_EXISTS', 'variants.1'],
    ]);
    expect(problemsOf(await create(harness, gone, []))).toEqual([['PRODUCT_DOES_NOT_EXIST', 'productId']]);
    const sizes = Array.from({ length: 2_048 }, (_, index) => `${index}`);
    const { id: full } = await pushed(harness, { ...shirt(['Red'], sizes), handle: 'full' });
    expect(problemsOf(await create(harness, full, [shirtValues('Red', 'S')]))).toEqual([['INVALID_INPUT', 'variants']]);
  });

  it.each([
    { requiresComponents: true },
    { quantityAdjustments: [{ locationId: 'gid://shopify/Location/1', adjustment: 1 }] },
    { inventoryItem: { measurement: { shippingPackageId: 'gid://shopify/ShippingPackage/1' } } },
    { barcodes: [{ type: 'EAN', value: '4006381333931' }] },
  ])('says so where it would have to ignore %j', async (part) => {
    const harness = createHarness();
    const { id } = await pushed(harness, shirt(['Red'], ['S']));
    await expect(create(harness, id, [{ ...shirtValues('Red', 'M'), ...part }])).rejects.toThrow('NOT_SIMULATED');
  });
});

describe('productVariantsBulkUpdate', () => {
  async function shirtWith(harness: Harness) {
    const product = await pushed(harness, shirt(['Red'], ['S', 'M']));
    const [small, medium] = product.variants.nodes.map(({ id }) => id);
    return { id: product.id, small: small ?? '', medium: medium ?? '' };
  }

  it('changes what the input says', async () => {
    const harness = createListeningHarness();
    const { id, small, medium } = await shirtWith(harness);
    harness.topics();
    const text = { namespace: 'host', type: 'single_line_text_field' };
    const image = { originalSource: 'https://a.example/a.jpg', mediaContentType: 'IMAGE', alt: 'small' };
    await update(harness, id, [{ id: small, metafields: [{ ...text, key: 'one', value: '1' }] }]);
    const changed = await update(
      harness,
      id,
      [
        {
          id: small,
          price: '5',
          optionValues: [value('Size', 'XS')],
          mediaSrc: [image.originalSource],
          metafields: [{ ...text, key: 'two', value: '2' }],
          inventoryItem: { sku: 'new' },
        },
        { id: medium, barcode: '9' },
      ],
      { media: [image] },
    );
    expect(changed.userErrors).toEqual([]);
    expect(titles(changed)).toEqual(['Red / XS', 'Red / M']);
    expect(changed.productVariants).toMatchObject([
      {
        id: small,
        price: '5.00',
        sku: 'new',
        metafields: { nodes: [{ key: 'one' }, { key: 'two' }] },
        media: { nodes: [{ alt: 'small' }] },
      },
      { id: medium, price: '10.00', barcode: '9' },
    ]);
    expect(harness.topics()).toEqual(['products/update', 'products/update']);
  });

  it('takes options by their gids', async () => {
    const harness = createHarness();
    const product = await pushed(harness, shirt(['Red'], ['S', 'M']));
    const [colour, size] = product.options;
    const [small, medium] = product.variants.nodes;
    await remove(harness, product.id, [medium?.id]);
    const optionValues = [
      { optionId: colour?.id, name: 'Blue' },
      { optionId: size?.id, id: size?.optionValues[1]?.id },
    ];
    expect(titles(await update(harness, product.id, [{ id: small?.id, optionValues }]))).toEqual(['Blue / M']);
  });

  it('changes all or none', async () => {
    const harness = createHarness();
    const { id, small, medium } = await shirtWith(harness);
    const before = JSON.stringify(harness.store.all(shop, 'Product'));
    const mixed = [
      { id: small, price: '5' },
      { id: medium, price: '-1' },
    ];
    const refusedAll = await update(harness, id, mixed);
    expect(problemsOf(refusedAll)).toEqual([['GREATER_THAN_OR_EQUAL_TO', 'variants.1.price']]);
    expect(refusedAll).toMatchObject({ product: {}, productVariants: [{ id: small }, { id: medium }] });
    expect(JSON.stringify(harness.store.all(shop, 'Product'))).toBe(before);
  });

  it('changes those that can be, where that is allowed', async () => {
    const harness = createListeningHarness();
    const { id, small, medium } = await shirtWith(harness);
    harness.topics();
    const wrong = { id: medium, price: '-1', optionValues: [value('Size', 'XXL')] };
    const changed = await update(harness, id, [wrong, { id: small, price: '5' }], { allowPartialUpdates: true });
    expect(problemsOf(changed)).toEqual([['GREATER_THAN_OR_EQUAL_TO', 'variants.0.price']]);
    expect(changed.productVariants).toMatchObject([
      { id: medium, price: '10.00' },
      { id: small, price: '5.00' },
    ]);
    expect(changed.product).toMatchObject({ options: [{}, { optionValues: [{ name: 'S' }, { name: 'M' }] }] });
    expect(harness.store.all(shop, 'Product')).toMatchObject([{ variants: [{ price: '5.00' }, { price: '10.00' }] }]);
    expect(harness.topics()).toEqual(['products/update']);
    const none = await update(harness, id, [wrong], { allowPartialUpdates: true });
    expect(none).toMatchObject({ productVariants: [{ id: medium }] });
    expect(harness.topics()).toEqual([]);
  });

  it.each([
    [{ price: '1' }, 'PRODUCT_VARIANT_ID_MISSING', 'id'],
    [{ id: 'gid://shopify/ProductVariant/99' }, 'PRODUCT_VARIANT_DOES_NOT_EXIST', 'id'],
  ])('refuses %j', async (input, code, field) => {
    const harness = createHarness();
    const { id } = await shirtWith(harness);
    expect(problemsOf(await update(harness, id, [input]))).toEqual([[code, `variants.0.${field}`]]);
  });

  it.each([
    [
      { inventoryQuantities: [{ locationId: 'gid://shopify/Location/1', availableQuantity: 1 }] },
      'NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE',
      '.inventoryQuantities',
    ],
    [{ optionValues: [value('Size', 'M')] }, 'VARIANT_ALREADY_EXISTS', ''],
    [{ optionValues: [value('Cut', 'x')] }, 'OPTION_DOES_NOT_EXIST', '.optionValues.0'],
    [{ metafields: [{ namespace: 'host', key: 'note', value: 'x' }] }, 'INVALID_VALUE', '.metafields.0.type'],
    [{ barcode: 'x'.repeat(256) }, 'INVALID_INPUT', '.barcode'],
  ])('refuses %j on a variant', async (part, code, field) => {
    const harness = createHarness();
    const { id, small } = await shirtWith(harness);
    expect(problemsOf(await update(harness, id, [{ id: small, ...part }]))).toEqual([[code, `variants.0${field}`]]);
  });

  it('refuses a product that is gone', async () => {
    expect(problemsOf(await update(createHarness(), gone, []))).toEqual([['PRODUCT_DOES_NOT_EXIST', 'productId']]);
  });
});

describe('productVariantsBulkDelete', () => {
  it('deletes variants with their stock', async () => {
    const harness = createListeningHarness();
    const product = await pushed(harness, shirt(['Red'], ['S', 'M', 'L']));
    harness.topics();
    const [small] = product.variants.nodes;
    const deleted = await remove(harness, product.id, [small?.id]);
    expect(deleted.userErrors).toEqual([]);
    expect(deleted.product?.variants.nodes).toMatchObject([
      { title: 'Red / M', position: 1 },
      { title: 'Red / L', position: 2 },
    ]);
    expect(harness.store.all(shop, 'InventoryLevel')).toHaveLength(2);
    expect(harness.topics()).toEqual(['products/update']);
  });

  it('refuses what is not there, and to delete the last', async () => {
    const harness = createHarness();
    const product = await pushed(harness, shirt(['Red'], ['S', 'M']));
    const ids = product.variants.nodes.map(({ id }) => id);
    expect(problemsOf(await remove(harness, product.id, [...ids.slice(1), 'gid://shopify/ProductVariant/99']))).toEqual(
      [['AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT', 'variantsIds.1']],
    );
    expect(problemsOf(await remove(harness, product.id, ids))).toEqual([['CANNOT_DELETE_LAST_VARIANT', 'variantsIds']]);
    expect(problemsOf(await remove(harness, gone, ids))).toEqual([['PRODUCT_DOES_NOT_EXIST', 'productId']]);
    expect(harness.store.all(shop, 'Product')).toMatchObject([{ variants: [{}, {}] }]);
  });
});
