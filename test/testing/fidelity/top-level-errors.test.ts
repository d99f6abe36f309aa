import { describe, expect, it } from 'vitest';
import { freshFake } from './fresh-fake.ts';

const refusal = async (query: string, variables?: object) => {
  const response = await freshFake().send(query, variables);
  expect(response).not.toHaveProperty('data');
  return response.errors;
};

const upload =
  'mutation Upload($input: [StagedUploadInput!]!) { stagedUploadsCreate(input: $input) { userErrors { message } } }';

describe('a literal that does not fit', () => {
  it.each([
    [
      'an enum value that does not exist',
      'query { products(first: 1, sortKey: SIZE) { nodes { id } } }',
      "Argument 'sortKey' on Field 'products' has an invalid value (SIZE). Expected type 'ProductSortKeys'.",
      { code: 'argumentLiteralsIncompatible', typeName: 'Field', argumentName: 'sortKey' },
      ['query', 'products', 'sortKey'],
    ],
    [
      'an enum value in an input object',
      'mutation M { productCreate(product: { title: "A", status: SOLD }) { product { id } } }',
      "Argument 'status' on InputObject 'ProductCreateInput' has an invalid value (SOLD). Expected type 'ProductStatus'.",
      { code: 'argumentLiteralsIncompatible', typeName: 'InputObject', argumentName: 'status' },
      ['mutation M', 'productCreate', 'product', 'status'],
    ],
    [
      'null where something must be',
      'mutation M { tagsAdd(id: "gid://shopify/Product/1", tags: null) { node { id } } }',
      "Argument 'tags' on Field 'tagsAdd' has an invalid value (null). Expected type '[String!]!'.",
      { code: 'argumentLiteralsIncompatible', typeName: 'Field', argumentName: 'tags' },
      ['mutation M', 'tagsAdd', 'tags'],
    ],
    [
      'a list in a list of texts',
      'mutation M { tagsAdd(id: "gid://shopify/Product/1", tags: ["a", {b: 1}]) { node { id } } }',
      `Argument 'tags' on Field 'tagsAdd' has an invalid value (["a", {b: 1}]). Expected type '[String!]!'.`,
      { code: 'argumentLiteralsIncompatible', typeName: 'Field', argumentName: 'tags' },
      ['mutation M', 'tagsAdd', 'tags'],
    ],
    [
      'a gid that is none',
      'query Q { product(id: "12") { id } }',
      "Invalid global id '12'",
      { code: 'argumentLiteralsIncompatible', typeName: 'CoercionError' },
      ['query Q', 'product', 'id'],
    ],
    [
      'an address without a scheme',
      'mutation M { webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: { callbackUrl: "example.com" }) { userErrors { message } } }',
      "Invalid url 'example.com', missing scheme",
      { code: 'argumentLiteralsIncompatible', typeName: 'CoercionError' },
      ['mutation M', 'webhookSubscriptionCreate', 'webhookSubscription', 'callbackUrl'],
    ],
    [
      'a field that an input object does not have',
      'mutation M { productCreate(product: { title: "A", colour: "red" }) { product { id } } }',
      "InputObject 'ProductCreateInput' doesn't accept argument 'colour'",
      { code: 'argumentNotAccepted', name: 'ProductCreateInput', typeName: 'InputObject', argumentName: 'colour' },
      ['mutation M', 'productCreate', 'product', 'colour'],
    ],
    [
      'an input object in a list without what it needs',
      'mutation M { metafieldsSet(metafields: [{ ownerId: "gid://shopify/Product/1", key: "a" }]) { userErrors { message } } }',
      "Argument 'value' on InputObject 'MetafieldsSetInput' is required. Expected type String!",
      {
        code: 'missingRequiredInputObjectAttribute',
        argumentName: 'value',
        argumentType: 'String!',
        inputObjectType: 'MetafieldsSetInput',
      },
      ['mutation M', 'metafieldsSet', 'metafields', 0, 'value'],
    ],
  ])('%s', async (_name, query, message, extensions, path) => {
    expect(await refusal(query)).toMatchObject([{ message, extensions, path }]);
  });

  it('is told once, where it stands deepest', async () => {
    const query = 'mutation { productSet(input: { variants: [{ optionValues: [{ name: 1 }] }] }) { product { id } } }';
    expect(await refusal(query)).toMatchObject([
      { path: ['mutation', 'productSet', 'input', 'variants', 0, 'optionValues', 0, 'name'] },
    ]);
  });
});

describe('a variable that does not fit', () => {
  const invalid = (places: string) =>
    `Variable $input of type [StagedUploadInput!]! was provided invalid value for ${places}`;

  it.each([
    [
      'an enum value that does not exist',
      [{ resource: 'PAPER', filename: 'a', mimeType: 'b' }],
      [/^0\.resource \(Expected "PAPER" to be one of: .*\bIMAGE\b.*\)$/],
    ],
    [
      'several problems, those of given fields first',
      [{ filename: 3, size: 1 }],
      [
        /^0\.filename \(Could not coerce value 3 to String\), 0\.size \(Field is not defined on StagedUploadInput\), 0\./,
        /0\.mimeType \(Expected value to not be null\)/,
      ],
    ],
    ['a text for an object', ['x'], [/^0 \(Expected "x" to be a key-value object\.\)$/]],
  ])('%s', async (_name, input, places) => {
    const [error, ...others] = await refusal(upload, { input });
    expect(others).toEqual([]);
    expect(error).toMatchObject({ extensions: { code: 'INVALID_VARIABLE', value: input } });
    for (const place of places) expect(error.message.slice(invalid('').length)).toMatch(place);
  });

  it('as a gid is refused before anything is executed', async () => {
    expect(
      await refusal('query Q($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ['gid://shopify/Shop/1', 'x'] }),
    ).toEqual([
      {
        message: "Variable $ids of type [ID!]! was provided invalid value for 1 (Invalid global id 'x')",
        locations: [{ line: 1, column: 9 }],
        extensions: {
          code: 'INVALID_VARIABLE',
          value: ['gid://shopify/Shop/1', 'x'],
          problems: [{ path: [1], explanation: "Invalid global id 'x'", message: "Invalid global id 'x'" }],
        },
      },
    ]);
  });

  it('is told for each variable', async () => {
    const query = 'query Q($id: ID!, $first: Int!) { node(id: $id) { id } products(first: $first) { nodes { id } } }';
    expect(await refusal(query, { first: '1' })).toMatchObject([
      { message: 'Variable $id of type ID! was provided invalid value' },
      { message: 'Variable $first of type Int! was provided invalid value' },
    ]);
  });
});

describe('a document', () => {
  it.each([
    ['nothing after a brace', '{ shop {', 'syntax error, unexpected end of file at [1, 8]', { line: 1, column: 8 }],
    [
      'a brace too many',
      '{ shop { id } } }',
      'syntax error, unexpected RCURLY ("}") at [1, 17]',
      { line: 1, column: 17 },
    ],
    [
      'no token at all',
      '{ shop { id ? } }',
      'syntax error, unexpected invalid token ("?") at [1, 13]',
      { line: 1, column: 13 },
    ],
  ])('with %s does not parse', async (_name, query, message, location) => {
    expect(await refusal(query)).toEqual([{ message, locations: [location], extensions: { code: 'PARSE_ERROR' } }]);
  });

  it('has all its problems told together: what an unknown argument holds counts as not used', async () => {
    const query = 'query Q($a: Int, $b: ID!) { products(firs: $a, first: 1) { nodes { idd } } product { id } }';
    expect((await refusal(query)).map(({ extensions }: { extensions: object }) => extensions)).toEqual([
      { code: 'argumentNotAccepted', name: 'products', typeName: 'Field', argumentName: 'firs' },
      { code: 'undefinedField', typeName: 'Product', fieldName: 'idd' },
      { code: 'missingRequiredArguments', className: 'Field', name: 'product', arguments: 'id' },
      { code: 'variableNotUsed', variableName: 'a' },
      { code: 'variableNotUsed', variableName: 'b' },
    ]);
  });

  it('names the operation that is meant, or is refused without extensions', async () => {
    const query = 'query A { shop { id } } query B { shop { name } }';
    expect(await refusal(query)).toEqual([{ message: 'An operation name is required' }]);
  });

  it.each([
    ['$id: ID', 'Nullability mismatch on variable $id and argument id (ID / ID!)'],
    ['$id: [ID!]!', 'List dimension mismatch on variable $id and argument id ([ID!]! / ID!)'],
    ['$id: String!', 'Type mismatch on variable $id and argument id (String! / ID!)'],
  ])('declares %s and uses it for a gid', async (declaration, message) => {
    expect(await refusal(`query Q(${declaration}) { product(id: $id) { id } }`)).toMatchObject([
      { message, path: ['query Q', 'product', 'id'], extensions: { code: 'variableMismatch', argumentName: 'id' } },
    ]);
  });

  it('may name fields of different types alike on types of which no object is both', async () => {
    const { send } = freshFake();
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) {
      ... on Product { kind: status } ... on BulkOperation { kind: type } ... on Location { kind: isActive } } }`;
    expect(await send(query, { ids: ['gid://shopify/Product/999999'] })).toMatchObject({ data: { nodes: [null] } });
  });

  it('with a field in two meanings is refused', async () => {
    expect(await refusal('{ shop { a: id a: name } }')).toMatchObject([
      { message: "Field 'a' has a field conflict: id or name?", extensions: { code: 'fieldConflict', fieldName: 'a' } },
    ]);
  });
});

describe('a list of an input', () => {
  it.each([
    [
      '250 entries',
      'mutation ($tags: [String!]!) { tagsAdd(id: "gid://shopify/Product/1", tags: $tags) { userErrors { message } } }',
      'tags',
      250,
      ['tagsAdd', 'tags'],
    ],
    ['250 ids', 'query ($tags: [ID!]!) { nodes(ids: $tags) { id } }', 'tags', 250, ['nodes', 'ids']],
  ])('has at most %s', async (_name, query, name, most, path) => {
    const entries = (length: number) => ({
      [name]: Array.from({ length }, (_, index) => `gid://shopify/Product/${index + 1}`),
    });
    expect(await refusal(query, entries(most + 1))).toMatchObject([
      {
        message: `The input array size of ${most + 1} is greater than the maximum allowed of ${most}.`,
        path,
        extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' },
      },
    ]);
    expect(await freshFake().send(query, entries(most))).not.toHaveProperty('errors');
  });
});
