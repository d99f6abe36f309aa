// @ts-nocheck
import { beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

const link = { namespace: 'custom', key: 'colour' };

interface Told {
  readonly product: Product | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

interface Product {
  readonly id: string;
  readonly options: readonly {
    readonly id: string;
    readonly name: string;
    readonly linkedMetafield: object | null;
    readonly optionValues: readonly {
      readonly id: string;
      readonly name: string;
      readonly linkedMetafieldValue: string | null;
    }[];
  }[];
  readonly metafield: { readonly type: string; readonly value: string } | null;
  readonly variants: { readonly nodes: readonly { readonly id: string; readonly title: string }[] };
}

const selection = `product { id options { id name linkedMetafield { namespace key } optionValues { id name linkedMetafieldValue } }
  metafield(namespace: "custom", key: "colour") { type value } variants(first: 9) { nodes { id title } } } userErrors { code field }`;

const documents = {
  productSet: `mutation ($input: ProductSetInput!, $identifier: ProductSetIdentifiers) { productSet(input: $input, identifier: $identifier) { ${selection} } }`,
  productOptionsCreate: `mutation ($productId: ID!, $options: [OptionCreateInput!]!) {
    productOptionsCreate(productId: $productId, options: $options) { ${selection} } }`,
  productOptionUpdate: `mutation ($productId: ID!, $option: OptionUpdateInput!, $optionValuesToAdd: [OptionValueCreateInput!], $optionValuesToUpdate: [OptionValueUpdateInput!]) {
    productOptionUpdate(productId: $productId, option: $option, optionValuesToAdd: $optionValuesToAdd, optionValuesToUpdate: $optionValuesToUpdate) { ${selection} } }`,
  productVariantsBulkCreate: `mutation ($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
    productVariantsBulkCreate(productId: $productId, variants: $variants) { ${selection} } }`,
  productVariantsBulkUpdate: `mutation ($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
    productVariantsBulkUpdate(productId: $productId, variants: $variants) { ${selection} } }`,
};

describe('an option that is linked to a metafield', () => {
  let harness: Harness;
  let black: string;
  let white: string;
  let wool: string;
  let definitionId: string;

  const send = async (name: keyof typeof documents, variables: Record<string, unknown>): Promise<Told> =>
    (await harness.data(documents[name], variables))[name] as Told;
  const codes = ({ userErrors }: Told) => userErrors.map(({ code, field }) => [code, (field ?? []).join('.')]);

  const metaobject = async (type: string, handle: string, name: string): Promise<string> => {
    const { metaobjectUpsert } = (await harness.data(
      'mutation ($handle: MetaobjectHandleInput!, $fields: [MetaobjectFieldInput!]) { metaobjectUpsert(handle: $handle, metaobject: { fields: $fields }) { metaobject { id } } }',
      { handle: { type, handle }, fields: [{ key: 'label', value: name }] },
    )) as { metaobjectUpsert: { metaobject: { id: string } } };
    return metaobjectUpsert.metaobject.id;
  };

  const define = async (type: string): Promise<string> => {
    const { metaobjectDefinitionCreate } = (await harness.data(
      'mutation ($definition: MetaobjectDefinitionCreateInput!) { metaobjectDefinitionCreate(definition: $definition) { metaobjectDefinition { id } } }',
      {
        definition: {
          type,
          displayNameKey: 'label',
          fieldDefinitions: [{ key: 'label', type: 'single_line_text_field' }],
        },
      },
    )) as { metaobjectDefinitionCreate: { metaobjectDefinition: { id: string } } };
    return metaobjectDefinitionCreate.metaobjectDefinition.id;
  };

  const option = (values: readonly string[], more: object = {}) => ({
    name: 'Colour',
    linkedMetafield: { ...link, values, ...more },
  });
  const variant = (linkedMetafieldValue: string) => ({
    price: '1',
    optionValues: [{ optionName: 'Colour', linkedMetafieldValue }],
  });
  const shirt = (values: readonly string[], variants: readonly object[] = values.map(variant)) => ({
    input: { title: 'Shirt', productOptions: [option(values)], variants },
  });

  beforeEach(async () => {
    harness = createHarness();
    definitionId = await define('colour');
    await define('fabric');
    black = await metaobject('colour', 'black', 'Black');
    white = await metaobject('colour', 'off-white', 'Off-white');
    wool = await metaobject('fabric', 'wool', 'Wool');
    const validations = [{ name: 'metaobject_definition_id', value: definitionId }];
    const definition = {
      ...link,
      name: 'Colour',
      ownerType: 'PRODUCT',
      type: 'list.metaobject_reference',
      validations,
    };
    await harness.data(
      'mutation ($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } } }',
      { definition },
    );
  });

  // Recorded 2026-04.
  it('keeps its metaobjects from being called alike, and its definition from another name', async () => {
    await send('productSet', shirt([black, white]));
    const rename = (id: string, value: string) =>
      harness.data(
        'mutation ($id: ID!, $fields: [MetaobjectFieldInput!]) { metaobjectUpdate(id: $id, metaobject: { fields: $fields }) { userErrors { code field } } }',
        { id, fields: [{ key: 'label', value }] },
      );
    expect(await rename(white, 'Black')).toMatchObject({
      metaobjectUpdate: { userErrors: [{ code: 'DISPLAY_NAME_CONFLICT', field: ['metaobject', 'fields', '0'] }] },
    });
    expect(await rename(white, 'Cream')).toEqual({ metaobjectUpdate: { userErrors: [] } });
    expect(
      await harness.data(
        'mutation ($id: ID!) { metaobjectDefinitionUpdate(id: $id, definition: { displayNameKey: null }) { userErrors { code field } } }',
        { id: definitionId },
      ),
    ).toMatchObject({
      metaobjectDefinitionUpdate: { userErrors: [{ code: 'IMMUTABLE', field: ['definition', 'displayNameKey'] }] },
    });
  });

  it('shows the names of its metaobjects, and writes the metafield', async () => {
    const { product, userErrors } = await send('productSet', shirt([black, white]));
    expect(userErrors).toEqual([]);
    expect(product).toMatchObject({
      options: [
        {
          linkedMetafield: link,
          optionValues: [
            { name: 'Black', linkedMetafieldValue: black },
            { name: 'Off-white', linkedMetafieldValue: white },
          ],
        },
      ],
      metafield: { type: 'list.metaobject_reference', value: JSON.stringify([black, white]) },
      variants: { nodes: [{ title: 'Black' }, { title: 'Off-white' }] },
    });
  });

  it.each<[string, () => Record<string, unknown>, string, string]>([
    [
      'without a definition',
      () => ({
        input: { title: 'S', productOptions: [option([black], { key: 'none' })], variants: [variant(black)] },
      }),
      'LINKED_METAFIELD_DEFINITION_NOT_FOUND',
      'input.productOptions.0.linkedMetafield',
    ],
    [
      'of metaobjects that are not there',
      () => shirt(['gid://shopify/Metaobject/999']),
      'INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION',
      'input.productOptions.0.linkedMetafield.values',
    ],
    [
      'of metaobjects of another definition',
      () => shirt([wool]),
      'INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION',
      'input.productOptions.0.linkedMetafield.values',
    ],
    [
      'with names beside them',
      () => ({
        input: {
          title: 'S',
          productOptions: [{ ...option([black]), values: [{ name: 'Red' }] }],
          variants: [variant(black)],
        },
      }),
      'CANNOT_COMBINE_LINKED_AND_NONLINKED_OPTION_VALUES',
      'input.productOptions.0.values',
    ],
    [
      'whose variant gives a name',
      () => shirt([black], [{ price: '1', optionValues: [{ optionName: 'Colour', name: 'Black' }] }]),
      'INVALID_VARIANT',
      'input.variants.0.optionValues.0',
    ],
    [
      'twice to one metafield',
      () => ({
        input: {
          title: 'S',
          productOptions: [option([black]), { ...option([white]), name: 'Other' }],
          variants: [
            {
              price: '1',
              optionValues: [
                { optionName: 'Colour', linkedMetafieldValue: black },
                { optionName: 'Other', linkedMetafieldValue: white },
              ],
            },
          ],
        },
      }),
      'DUPLICATE_LINKED_OPTION',
      'input.productOptions.1',
    ],
  ])('is refused by productSet %s', async (_what, variables, code, field) => {
    const told = await send('productSet', variables());
    expect(codes(told)).toContainEqual([code, field]);
    expect(told.product).toBeNull();
  });

  it('gets values from new and changed variants, by metaobject and never by name', async () => {
    const { product } = await send('productSet', shirt([black]));
    const productId = product?.id ?? '';
    const added = await send('productVariantsBulkCreate', { productId, variants: [variant(white)] });
    expect(added.product?.variants.nodes.map(({ title }) => title)).toEqual(['Black', 'Off-white']);
    expect(added.product?.metafield?.value).toBe(JSON.stringify([black, white]));

    const named = { optionValues: [{ optionName: 'Colour', name: 'Blue' }] };
    expect(codes(await send('productVariantsBulkCreate', { productId, variants: [named] }))).toEqual([
      ['CANNOT_SET_NAME_FOR_LINKED_OPTION_VALUE', 'variants.0.optionValues.0'],
    ]);
    const [first] = added.product?.variants.nodes ?? [];
    const change = (id: string) => ({
      id: first?.id,
      optionValues: [{ optionName: 'Colour', linkedMetafieldValue: id }],
    });
    expect(codes(await send('productVariantsBulkUpdate', { productId, variants: [change(wool)] }))).toEqual([
      ['INVALID_INPUT', 'variants.0.optionValues.0'],
    ]);
    expect(codes(await send('productVariantsBulkUpdate', { productId, variants: [change(white)] }))).toEqual([
      ['VARIANT_ALREADY_EXISTS', 'variants.0'],
    ]);
  });

  it('can be made of one with texts, where each value gets a metaobject', async () => {
    const { product } = await send('productSet', {
      input: {
        title: 'S',
        productOptions: [{ name: 'Colour', values: [{ name: 'black' }] }],
        variants: [{ price: '1', optionValues: [{ optionName: 'Colour', name: 'black' }] }],
      },
    });
    const productId = product?.id ?? '';
    const { id = '', optionValues: [value] = [] } = product?.options[0] ?? {};
    const change = (more: object) =>
      send('productOptionUpdate', { productId, option: { id, linkedMetafield: link }, ...more });
    expect(codes(await change({}))).toEqual([['LINKED_OPTION_UPDATE_MISSING_VALUES', 'optionValuesToUpdate']]);
    expect(codes(await change({ optionValuesToUpdate: [{ id: value?.id, name: 'Black' }] }))).toContainEqual([
      'CANNOT_COMBINE_LINKED_AND_NONLINKED_OPTION_VALUES',
      'optionValuesToUpdate.0',
    ]);
    const linked = await change({ optionValuesToUpdate: [{ id: value?.id, linkedMetafieldValue: black }] });
    expect(linked.product).toMatchObject({
      options: [
        { linkedMetafield: link, optionValues: [{ id: value?.id, name: 'Black', linkedMetafieldValue: black }] },
      ],
      metafield: { value: JSON.stringify([black]) },
      variants: { nodes: [{ id: product?.variants.nodes[0]?.id, title: 'Black' }] },
    });
  });

  it('can come to a product, once', async () => {
    const { product } = await send('productSet', { input: { title: 'S' } });
    const productId = product?.id ?? '';
    const create = (options: readonly object[]) => send('productOptionsCreate', { productId, options });
    const { values: _, ...bare } = option([]).linkedMetafield;
    expect(codes(await create([{ name: 'Colour', linkedMetafield: bare }]))).toEqual([
      ['MISSING_METAFIELD_VALUES_FOR_LINKED_OPTION', 'options.0.linkedMetafield.values'],
    ]);
    expect(codes(await create([{ ...option([black]), values: [{ name: 'Red' }] }]))).toEqual([
      ['CANNOT_COMBINE_LINKED_METAFIELD_AND_OPTION_VALUES', 'options.0.values'],
    ]);
    expect(codes(await create([{ name: 'Colour', values: [{ linkedMetafieldValue: black }] }]))).toContainEqual([
      'LINKED_METAFIELD_VALUE_WITHOUT_LINKED_OPTION',
      'options.0.values.0',
    ]);
    expect((await create([option([white])])).product).toMatchObject({
      options: [{ linkedMetafield: link, optionValues: [{ name: 'Off-white' }] }],
      variants: { nodes: [{ title: 'Off-white' }] },
    });
    expect(codes(await create([{ ...option([black]), name: 'Other' }]))).toEqual([
      ['OPTION_LINKED_METAFIELD_ALREADY_TAKEN', 'options.0.linkedMetafield'],
    ]);
  });
});

describe('metaobjects', () => {
  it('are found by handle, and refused without a definition', async () => {
    const harness = createHarness();
    const upsert = (type: string, fields: readonly object[]) =>
      harness.data(
        'mutation ($handle: MetaobjectHandleInput!, $fields: [MetaobjectFieldInput!]) { metaobjectUpsert(handle: $handle, metaobject: { fields: $fields }) { metaobject { id displayName } userErrors { code field } } }',
        { handle: { type, handle: 'black' }, fields },
      );
    expect(await upsert('colour', [])).toMatchObject({
      metaobjectUpsert: {
        metaobject: null,
        userErrors: [{ code: 'UNDEFINED_OBJECT_TYPE', field: ['handle', 'type'] }],
      },
    });
    const definition =
      'definition: { type: "colour", displayNameKey: "label", fieldDefinitions: [{ key: "label", type: "single_line_text_field" }] }';
    const create = `mutation { metaobjectDefinitionCreate(${definition}) { metaobjectDefinition { type } userErrors { code } } }`;
    expect(await harness.data(create)).toMatchObject({
      metaobjectDefinitionCreate: { metaobjectDefinition: { type: 'colour' }, userErrors: [] },
    });
    expect(await harness.data(create)).toMatchObject({
      metaobjectDefinitionCreate: { userErrors: [{ code: 'TAKEN' }] },
    });
    expect(await upsert('colour', [{ key: 'none', value: '1' }])).toMatchObject({
      metaobjectUpsert: { userErrors: [{ code: 'UNDEFINED_OBJECT_FIELD' }] },
    });
    await upsert('colour', [{ key: 'label', value: 'Black' }]);
    await upsert('colour', [{ key: 'label', value: 'Jet black' }]);
    const { metaobjectByHandle } = await harness.data(
      '{ metaobjectByHandle(handle: { type: "colour", handle: "black" }) { displayName definition { fieldDefinitions { key type { name } } } field(key: "label") { value } } }',
    );
    expect(metaobjectByHandle).toEqual({
      displayName: 'Jet black',
      definition: { fieldDefinitions: [{ key: 'label', type: { name: 'single_line_text_field' } }] },
      field: { value: 'Jet black' },
    });
    expect(harness.store.all('demo.myshopify.com', 'Metaobject')).toHaveLength(1);
  });
});

describe('a gift card', () => {
  it('is made as one, and stays one', async () => {
    const harness = createHarness();
    const set = async (input: object, identifier?: object) =>
      (
        await harness.data(
          'mutation ($input: ProductSetInput!, $identifier: ProductSetIdentifiers) { productSet(input: $input, identifier: $identifier) { product { id isGiftCard giftCardTemplateSuffix } userErrors { code field } } }',
          { input, ...(identifier && { identifier }) },
        )
      )['productSet'] as Record<string, unknown>;
    expect(await set({ title: 'Card', giftCard: true, giftCardTemplateSuffix: 'gold' })).toMatchObject({
      product: { isGiftCard: true, giftCardTemplateSuffix: 'gold' },
    });
    expect(await set({ giftCard: false }, { handle: 'card' })).toMatchObject({
      product: null,
      userErrors: [{ code: 'GIFT_CARD_ATTRIBUTE_CANNOT_BE_CHANGED', field: ['input', 'giftCard'] }],
    });
    expect(await set({ title: 'Card 2' }, { handle: 'card' })).toMatchObject({ product: { isGiftCard: true } });
  });
});

describe('the barcodes of a variant', () => {
  it('are a list whose first is the barcode', async () => {
    const harness = createHarness();
    const told = 'productVariants { id barcode barcodes(first: 9) { nodes { value } } } userErrors { code field }';
    const { productSet } = (await harness.data(
      'mutation { productSet(input: { title: "A", productOptions: [{ name: "Title", values: [{ name: "Default Title" }] }], variants: [{ optionValues: [], barcodes: [{ value: "1" }, { value: "2" }] }] }) { product { id variants(first: 1) { nodes { id barcode barcodes(first: 9) { nodes { value } } } } } userErrors { message } } }',
    )) as { productSet: { product: { id: string; variants: { nodes: { id: string }[] } } } };
    expect(productSet.product.variants.nodes).toMatchObject([
      { barcode: '1', barcodes: { nodes: [{ value: '1' }, { value: '2' }] } },
    ]);
    const update = async (variant: object) => {
      const [{ id } = { id: '' }] = productSet.product.variants.nodes;
      const variables = { id: productSet.product.id, variants: [{ id, ...variant }] };
      const query = `mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $id, variants: $variants) { ${told} } }`;
      return (await harness.data(query, variables))['productVariantsBulkUpdate'];
    };
    expect(await update({ barcode: '1', barcodes: [{ value: '2' }] })).toMatchObject({
      userErrors: [{ code: 'CANNOT_SPECIFY_BOTH', field: ['variants', '0', 'barcodes'] }],
    });
    expect(await update({ barcodes: Array.from({ length: 21 }, (_, index) => ({ value: `${index}` })) })).toMatchObject(
      {
        userErrors: [{ code: 'INVALID_INPUT' }],
      },
    );
    expect(await update({ barcodes: [{ value: '3' }, { value: '1' }] })).toMatchObject({
      productVariants: [{ barcode: '3', barcodes: { nodes: [{ value: '3' }, { value: '1' }] } }],
    });
    expect(await update({ price: '2' })).toMatchObject({ productVariants: [{ barcodes: { nodes: [{}, {}] } }] });
    expect(await update({ barcodes: [] })).toMatchObject({
      productVariants: [{ barcode: null, barcodes: { nodes: [] } }],
    });
  });
});
