// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { freshFake, nowhere } from './fresh-fake.ts';

// What real stores were recorded to say, of kinds of which no other file tells. Versions 2025-10 and 2026-04, evidence:
// https://github.com/airhorns/shopify-draft-proxy at 1fba7c1.

describe('values of metafields', () => {
  it.each([
    ['boolean', ' TRUE ', 'true', true],
    ['boolean', '0', 'false', 'false'],
    ['number_integer', '5.000', '5', 5],
    ['number_decimal', '1.1234567891', '1.123456789', '1.123456789'],
    ['date_time', '2026-06-25T10:11:12.123+05:30', '2026-06-25T10:11:12+05:30', '2026-06-25T10:11:12+05:30'],
    ['date_time', '2026-06-25T10:11:12', '2026-06-25T10:11:12+00:00', '2026-06-25T10:11:12+00:00'],
    ['list.date_time', '["2026-06-25T10:11:12Z"]', '["2026-06-25T10:11:12+00:00"]', ['2026-06-25T10:11:12+00:00']],
    ['list.number_decimal', '[10.4]', '["10.4"]', ['10.4']],
    ['list.boolean', '[true]', '[true]', [true]],
    ['area', '{"value":2,"unit":"square_meters"}', '{"value":2.0,"unit":"SQUARE_METERS"}', expect.anything()],
    ['list.weight', '[{"value":2.5,"unit":"kg"}]', '[{"value":2.5,"unit":"kg"}]', expect.anything()],
    [
      'rating',
      '{"value":"3.5","scale_min":"1.0","scale_max":"5.0"}',
      '{"scale_min":"1.0","scale_max":"5.0","value":"3.5"}',
      { scale_min: '1.0', scale_max: '5.0', value: '3.5' },
    ],
  ])('of %s are kept in one form: %s', async (type, given, value, jsonValue) => {
    const { payload, product } = await withProduct();
    const { metafields, userErrors } = await payload(setMetafields, {
      m: [{ ownerId: product.id, namespace: 'made', key: 'a b', type, value: given }],
    });
    expect({ metafields, userErrors }).toEqual({ metafields: [{ value, jsonValue }], userErrors: [] });
  });

  it('are told of by their place in a list', async () => {
    const { payload, product } = await withProduct();
    const m = [{ ownerId: product.id, namespace: 'made', key: 'list', type: 'list.number_integer', value: '[1,"x"]' }];
    expect((await payload(setMetafields, { m })).userErrors).toMatchObject([{ elementIndex: 1 }]);
  });

  it('that stay as they are may come with any digest', async () => {
    const { payload, product } = await withProduct();
    const entry = { ownerId: product.id, namespace: 'made', key: 'note', type: 'single_line_text_field', value: 'a' };
    await payload(setMetafields, { m: [entry] });
    const stale = { ...entry, compareDigest: 'none' };
    expect((await payload(setMetafields, { m: [stale] })).userErrors).toEqual([]);
    expect((await payload(setMetafields, { m: [{ ...stale, value: 'b' }] })).userErrors).toMatchObject([
      { code: 'STALE_OBJECT', field: ['metafields', '0'] },
    ]);
  });

  it('of another definition are no references', async () => {
    const { payload, product } = await withProduct();
    const ids = [];
    for (const type of ['season', 'fabric']) {
      const { metaobjectDefinition } = await payload(defineMetaobject, { d: { ...metaobject, type } });
      const made = await payload(
        'mutation ($h: MetaobjectHandleInput!) { metaobjectUpsert(handle: $h, metaobject: { fields: [] }) { metaobject { id } } }',
        { h: { type, handle: 'one' } },
      );
      ids.push([metaobjectDefinition.id, made.metaobject.id]);
    }
    const [[wanted, right] = [], [, wrong] = []] = ids;
    const validations = [{ name: 'metaobject_definition_id', value: wanted }];
    await payload(define, { d: { ...definition, type: 'metaobject_reference', validations } });
    const set = (value: string | undefined) =>
      payload(setMetafields, { m: [{ ownerId: product.id, namespace: 'made', key: 'size', value }] });
    expect((await set(right)).userErrors).toEqual([]);
    expect((await set(wrong)).userErrors).toMatchObject([
      { message: `Value must belong to the specified metaobject definition ${wanted}.` },
    ]);
  });
});

describe('a metafield definition', () => {
  it.each([
    [
      { type: 'boolean', validations: [{ name: 'max', value: '1' }] },
      "Validations value for option max contains an invalid value: 'max' isn't supported for boolean.",
    ],
    [
      { validations: ['1', '2'].map((value) => ({ name: 'min', value })) },
      'Validations cannot contain duplicate "name" options.',
    ],
    [
      { type: 'number_decimal', validations: [{ name: 'min', value: 'x' }] },
      'Validations value for option min must be a decimal.',
    ],
    [
      { validations: Object.entries({ min: '9', max: '5' }).map(([name, value]) => ({ name, value })) },
      "Validations contains an invalid value: 'min' must be less than 'max'.",
    ],
    [{ type: 'list.metaobject_reference' }, 'Validations require that you select a metaobject.'],
    [
      { access: { admin: 'MERCHANT_READ' } },
      'Setting this access control is not permitted. It must be one of ["public_read_write"].',
    ],
    [
      { ownerType: 'CUSTOMER', capabilities: { smartCollectionCondition: { enabled: true } } },
      'The capability smart_collection_condition is not valid for this definition.',
    ],
    [
      { type: 'list.boolean' },
      expect.stringMatching(/^Type name list\.boolean is not a valid type\. Valid types are: /),
    ],
  ])('is refused with %o', async (more, message) => {
    const { payload } = freshFake();
    const { createdDefinition, userErrors } = await payload(define, { d: { ...definition, ...more } });
    expect({ createdDefinition, messages: userErrors.map((error: { message: string }) => error.message) }).toEqual({
      createdDefinition: null,
      messages: [message],
    });
  });

  it('may stand in a namespace in which no values can be written', async () => {
    const { payload } = freshFake();
    const made = await payload(define, { d: { ...definition, namespace: 'protected' } });
    expect(made).toMatchObject({ createdDefinition: {}, userErrors: [] });
  });
});

describe('the definition of metaobjects', () => {
  it.each([
    [{ fieldDefinitions: [field({ key: 'handle' })] }, 'RESERVED_NAME', 'fieldDefinitions.0'],
    [{ fieldDefinitions: [field({}), field({})] }, 'DUPLICATE_FIELD_INPUT', 'fieldDefinitions.1'],
    [{ fieldDefinitions: [field({ key: 'a' })] }, 'TOO_SHORT', 'fieldDefinitions.0'],
    [{ fieldDefinitions: [field({ key: 'a'.repeat(65) })] }, 'TOO_LONG', 'fieldDefinitions.0'],
    [{ fieldDefinitions: [field({ key: 'a b' })] }, 'INVALID', 'fieldDefinitions.0'],
    [{ fieldDefinitions: [field({ type: 'text' })] }, 'INCLUSION', 'fieldDefinitions.0'],
    [
      { fieldDefinitions: Array.from({ length: 41 }, (_, key) => field({ key: `k${key}` })) },
      'INVALID',
      'fieldDefinitions',
    ],
    [{ type: 'ab' }, 'TOO_SHORT', 'type'],
    [{ type: 'a b c' }, 'INVALID', 'type'],
    [{ name: ' ' }, 'BLANK', 'name'],
    [{ description: 'a'.repeat(256) }, 'TOO_LONG', 'description'],
    [{ type: 'shopify--qualifying' }, 'NOT_AUTHORIZED', ''],
  ])('is refused with %o', async (more, code, place) => {
    const { payload } = freshFake();
    const { metaobjectDefinition, userErrors } = await payload(defineMetaobject, { d: { ...metaobject, ...more } });
    expect(metaobjectDefinition).toBeNull();
    expect(userErrors).toMatchObject([{ code, field: ['definition', ...place.split('.').filter(Boolean)] }]);
  });

  it('has handles of letters, digits and dashes', async () => {
    const { payload } = freshFake();
    await payload(defineMetaobject, { d: metaobject });
    const upsert =
      'mutation ($h: MetaobjectHandleInput!) { metaobjectUpsert(handle: $h, metaobject: { fields: [] }) { metaobject { id } userErrors { code field } } }';
    for (const [handle, code] of Object.entries({ 'hello world!': 'INVALID', ['a'.repeat(256)]: 'TOO_LONG' }))
      expect(await payload(upsert, { h: { type: 'season', handle } })).toEqual({
        metaobject: null,
        userErrors: [{ code, field: ['handle', 'handle'] }],
      });
  });
});

describe('beside its errors', () => {
  it('an update has the product as it was', async () => {
    const { payload, product } = await withProduct();
    const update =
      'mutation ($p: ProductUpdateInput!) { productUpdate(product: $p) { product { title } userErrors { field message } } }';
    expect(await payload(update, { p: { id: product.id, title: ' ' } })).toEqual({
      product: { title: 'Mug' },
      userErrors: [{ field: ['title'], message: "Title can't be blank" }],
    });
  });

  it.each([
    [{ publishDate: '1969-12-31T00:00:00Z' }, 'publishDate', 'Publish date must be a date after the year 1969'],
    [{ publicationId: null }, 'publicationId', 'PublicationId cannot be empty'],
  ])('a publication with %o has the product', async (more, name, message) => {
    const { payload, product } = await withProduct();
    const { nodes } = await payload('{ publications(first: 1) { nodes { id } } }');
    const publish =
      'mutation ($id: ID!, $input: [PublicationInput!]!) { publishablePublish(id: $id, input: $input) { publishable { ... on Product { id } } userErrors { field message } } }';
    expect(await payload(publish, { id: product.id, input: [{ publicationId: nodes[0].id, ...more }] })).toEqual({
      publishable: { id: product.id },
      userErrors: [{ field: ['input', '0', name], message }],
    });
  });
});

describe('a whole request is refused', () => {
  it.each([
    [
      'an option without id and name',
      'mutation ($id: ID!) { productOptionsReorder(productId: $id, options: [{}]) { userErrors { message } } }',
      'OptionReorderInput requires exactly one of id, name',
    ],
    [
      'a value with both',
      'mutation ($id: ID!) { productOptionsReorder(productId: $id, options: [{ name: "a", values: [{ id: $id, name: "a" }] }]) { userErrors { message } } }',
      'OptionValueReorderInput requires exactly one of id, name',
    ],
    [
      'no source of a file',
      'mutation { fileCreate(files: [{ originalSource: "" }]) { userErrors { message } } }',
      'originalSource is too short (minimum is 1)',
    ],
    [
      'a long source of a file',
      `mutation { fileCreate(files: [{ originalSource: "https://a.example/${'a'.repeat(2_048)}" }]) { userErrors { message } } }`,
      'originalSource is too long (maximum is 2048)',
    ],
    [
      'a location with a metafield without a key',
      'mutation { locationAdd(input: { name: "A", address: { countryCode: CA }, metafields: [{ key: "", value: "a" }] }) { userErrors { message } } }',
      "key can't be blank",
    ],
  ])('with %s', async (_what, document, message) => {
    const { send, product } = await withProduct();
    const { data, errors } = await send(document, document.includes('$id') ? { id: product.id } : {});
    expect(Object.values(data)).toEqual([null]);
    expect(errors).toMatchObject([{ message, extensions: { code: 'INVALID_FIELD_ARGUMENTS' } }]);
  });

  it.each([
    [
      'InventoryItemInput',
      { measurement: { weight: { value: 1, unit: 'STONES' } } },
      'KILOGRAMS, GRAMS, POUNDS, OUNCES',
    ],
    ['LocationAddInput', { name: 'A', address: { countryCode: 'QQ' } }, 'AF, AX, AL, DZ, AD, AO, AI, AG, AR, AM'],
    ['CustomerInput', { taxExemptions: ['NONE'] }, 'CA_STATUS_CARD_EXEMPTION, CA_BC_RESELLER_EXEMPTION'],
  ])('with a value that %s does not have, in the order of its declaration', async (type, input, values) => {
    const roots: Readonly<Record<string, string>> = {
      InventoryItemInput: 'inventoryItemUpdate(id: "gid://shopify/InventoryItem/1", input: $i)',
      LocationAddInput: 'locationAdd(input: $i)',
      CustomerInput: 'customerCreate(input: $i)',
    };
    const { errors } = await freshFake().send(`mutation ($i: ${type}!) { ${roots[type]} { userErrors { message } } }`, {
      i: input,
    });
    expect(errors).toMatchObject([{ message: expect.stringContaining(`to be one of: ${values}`) }]);
  });

  it('with two lists that are too long, for both', async () => {
    const list = Array.from({ length: 251 }, () => 'a');
    const document =
      'mutation ($t: [String!]!) { a: tagsAdd(id: "gid://shopify/Product/1", tags: $t) { node { id } } b: tagsRemove(id: "gid://shopify/Product/1", tags: $t) { node { id } } }';
    expect((await freshFake().send(document, { t: list })).errors).toMatchObject([
      { path: ['tagsAdd', 'tags'], extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' } },
      { path: ['tagsRemove', 'tags'], extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' } },
    ]);
  });
});

describe('other mutations', () => {
  it.each([
    [{ id: nowhere('Customer'), email: 'a@b.co' }, ['id'], 'Cannot specify ID on creation'],
    [
      { email: 'a@b.co', addresses: [{ id: nowhere('MailingAddress') }], metafields: [{ id: nowhere('Metafield') }] },
      ['addresses', '0', 'id'],
      'Cannot specify address ID on creation',
    ],
    [
      { email: 'a@b.co', metafields: [{ id: nowhere('Metafield'), value: 'a' }] },
      ['metafields', '0', 'id'],
      'Cannot specify metafield ID on creation',
    ],
    [{ email: '' }, null, 'A name, phone number, or email address must be present'],
    [{ email: 'a@b.co', locale: 'nowhere-at-all' }, ['locale'], 'Locale is invalid'],
    [{ email: 'a@b.co', tags: ['a'.repeat(256)] }, ['tags'], 'Tags is too long (maximum is 255 characters)'],
  ])('make no customer of %o', async (input, field, message) => {
    const create = 'mutation ($i: CustomerInput!) { customerCreate(input: $i) { userErrors { field message } } }';
    expect(await freshFake().payload(create, { i: input })).toEqual({ userErrors: [{ field, message }] });
  });

  it('count on from the number that a handle ends with', async () => {
    const { payload } = freshFake();
    const handles = [];
    for (const title of ['Mug 7', 'Mug 7', 'Mug 7'])
      handles.push((await payload(createProduct, { p: { title } })).product.handle);
    expect(handles).toEqual(['mug-7', 'mug-8', 'mug-9']);
  });

  it('name a missing level by what is gone', async () => {
    const { payload, product } = await withProduct();
    const item = product.variants.nodes[0].inventoryItem.id.split('/').at(-1);
    const stop = 'mutation ($id: ID!) { inventoryDeactivate(inventoryLevelId: $id) { userErrors { field message } } }';
    for (const [id, what] of Object.entries({ [item]: 'location', 999: 'product' }))
      expect(await payload(stop, { id: `gid://shopify/InventoryLevel/9?inventory_item_id=${id}` })).toEqual({
        userErrors: [{ field: null, message: `The product couldn't be unstocked because the ${what} was deleted.` }],
      });
  });
});

const setMetafields =
  'mutation ($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { metafields { value jsonValue } userErrors { code field message elementIndex } } }';
const define =
  'mutation ($d: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $d) { createdDefinition { id } userErrors { code field message } } }';
const definition = {
  ...{ name: 'Size', namespace: 'made', key: 'size', ownerType: 'PRODUCT', type: 'single_line_text_field' },
};
const defineMetaobject =
  'mutation ($d: MetaobjectDefinitionCreateInput!) { metaobjectDefinitionCreate(definition: $d) { metaobjectDefinition { id } userErrors { code field message } } }';
const createProduct =
  'mutation ($p: ProductCreateInput!) { productCreate(product: $p) { product { id handle variants(first: 1) { nodes { inventoryItem { id } } } } userErrors { message } } }';

function field(more: object): object {
  return { key: 'title', name: 'Title', type: 'single_line_text_field', ...more };
}

const metaobject = { type: 'season', name: 'Season', fieldDefinitions: [field({})] };

async function withProduct() {
  const kit = freshFake();
  const { product } = await kit.payload(createProduct, { p: { title: 'Mug' } });
  return { ...kit, product };
}
