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

  // The first five as users reported them of Shopify, the others by the grammar of graphql-ruby's parser in C.
  it.each([
    ['{ products(query: "a" b "") { id } }', 'STRING (""), expecting COLON at [1, 25]'],
    ['{ products(query: "a" to b: 1) { id } }', 'IDENTIFIER ("b"), expecting COLON at [1, 26]'],
    ['{ products(query: "a" b 1999) { id } }', 'INT ("1999"), expecting COLON at [1, 25]'],
    ['mutation (: $input)', 'COLON (":"), expecting VAR_SIGN at [1, 11]'],
    ['mutation { a(b: { c: d-e }) { id } }', 'invalid token ("-"), expecting RCURLY at [1, 23]'],
    ['query 😘 { a }', String.raw`invalid token ("\xF0"), expecting LCURLY at [1, 7]`],
    ['query Q($a: Float = 1 e5) { a }', 'IDENTIFIER ("e5"), expecting RPAREN or VAR_SIGN at [1, 23]'],
    ['query Q($a: [Int) { a }', 'RPAREN (")"), expecting RBRACKET at [1, 17]'],
    ['query Q($a) { a }', 'RPAREN (")"), expecting COLON at [1, 11]'],
    ['query Q @a(b: 1) 5', 'INT ("5"), expecting LCURLY at [1, 18]'],
    ['query Q', 'end of file, expecting LCURLY at [1, 7]'],
    ['fragment F { id }', 'LCURLY ("{"), expecting ON at [1, 12]'],
    ['{ a { ... on B @c } }', 'RCURLY ("}"), expecting LCURLY at [1, 19]'],
    // Where much could follow, nothing is listed.
    ['query Q($a: ,) { a }', 'RPAREN (")") at [1, 14]'],
    ['{ a(b: -c) }', 'invalid token ("-") at [1, 8]'],
    ['{ pe-ople { name } }', 'invalid token ("-") at [1, 5]'],
    ['{ a(b: [1, 2, -c]) }', 'invalid token ("-") at [1, 15]'],
    ['quory Q { a }', 'IDENTIFIER ("quory") at [1, 1]'],
    ['{ a(b: "c) { id } }', String.raw`invalid token ("\"") at [1, 8]`],
    ['{ a { ...F 5 } }', 'INT ("5") at [1, 12]'],
    ['{ a } $b', 'VAR_SIGN at [1, 7]'],
    ['{ a } null', 'NULL_LITERAL at [1, 7]'],
  ])('as %s does not parse', async (query, message) => {
    expect(await refusal(query)).toMatchObject([{ message: `syntax error, unexpected ${message}` }]);
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

describe('the structure of a document', () => {
  const shop = (selections: string, rest = '') => `query Q { shop { ${selections} } } ${rest}`;

  it.each<[string, string, string, object, readonly string[]]>([
    [
      'an unknown directive',
      shop('id @nope'),
      'Directive @nope is not defined',
      { code: 'undefinedDirective', directiveName: 'nope' },
      ['query Q', 'shop', 'id'],
    ],
    [
      'a directive in the wrong place',
      shop('id @oneOf'),
      "'@oneOf' can't be applied to FIELD",
      { code: 'directiveCannotBeApplied', targetName: 'FIELD', name: 'oneOf' },
      ['query Q', 'shop', 'id'],
    ],
    [
      'a directive twice',
      shop('id @skip(if: true) @skip(if: false)'),
      'The directive "skip" can only be used once at this location.',
      { code: 'directiveNotUniqueForLocation', directiveName: 'skip' },
      ['query Q', 'shop', 'id'],
    ],
    [
      'a fragment that is not there',
      shop('...F'),
      'Fragment F was used, but not defined',
      { code: 'useAndDefineFragment', fragmentName: 'F' },
      ['query Q', 'shop', '... F'],
    ],
    [
      'a fragment that nothing uses',
      shop('id', 'fragment F on Shop { id }'),
      'Fragment F was defined, but not used',
      { code: 'useAndDefineFragment', fragmentName: 'F' },
      ['fragment F'],
    ],
    [
      'a fragment within itself',
      shop('...F', 'fragment F on Shop { id ...F }'),
      'Fragment F contains an infinite loop',
      { code: 'infiniteLoop', fragmentName: 'F' },
      ['fragment F', '... F'],
    ],
    [
      'two fragments of one name',
      shop('...F', 'fragment F on Shop { id } fragment F on Shop { id }'),
      'Fragment name "F" must be unique',
      { code: 'fragmentNotUnique', fragmentName: 'F' },
      ['fragment F'],
    ],
    [
      'a fragment of another type',
      shop('...F', 'fragment F on Product { id }'),
      "Fragment F on Product can't be spread inside Shop",
      { code: 'cannotSpreadFragment', typeName: 'Product', fragmentName: 'F', parentName: 'Shop' },
      ['query Q', 'shop', '... F'],
    ],
    [
      'an inline fragment of another type',
      shop('... on Product { id }'),
      "Fragment on Product can't be spread inside Shop",
      { code: 'cannotSpreadFragment', typeName: 'Product', fragmentName: 'unknown', parentName: 'Shop' },
      ['query Q', 'shop', '... on Product'],
    ],
    [
      'a fragment on a scalar',
      shop('... on ID { id }'),
      'Invalid fragment on type ID (must be Union, Interface or Object)',
      { code: 'fragmentOnNonCompositeType', typeName: 'ID' },
      ['query Q', 'shop', '... on ID'],
    ],
    [
      'a fragment on an unknown type',
      shop('... on Nope { id }'),
      "No such type Nope, so it can't be a fragment condition",
      { code: 'undefinedType', typeName: 'Nope' },
      ['query Q', 'shop', '... on Nope'],
    ],
    [
      'an unknown directive on a fragment without a type',
      shop('... @nope { id }'),
      'Directive @nope is not defined',
      { code: 'undefinedDirective', directiveName: 'nope' },
      ['query Q', 'shop', '...'],
    ],
    [
      'two operations of one name',
      `${shop('id')} ${shop('id')}`,
      'Operation name "Q" must be unique',
      { code: 'uniquelyNamedOperations', operationName: 'Q' },
      [],
    ],
    [
      'an operation without a name beside another',
      `${shop('id')} { shop { id } }`,
      'Operation name is required when multiple operations are present',
      { code: 'uniquelyNamedOperations' },
      [],
    ],
    [
      'a variable twice',
      'query Q($n: Int, $n: Int) { products(first: $n) { nodes { id } } }',
      'There can only be one variable named "n"',
      { code: 'variableNotUnique', variableName: 'n' },
      ['query Q'],
    ],
    [
      'an argument twice',
      'query Q { products(first: 1, first: 2) { nodes { id } } }',
      'There can be only one argument named "first"',
      { code: 'argumentNotUnique', name: 'first' },
      ['query Q', 'products', 'first'],
    ],
    [
      'an input field twice',
      'mutation M { productCreate(product: { title: "a", title: "b" }) { product { id } } }',
      'There can be only one input field named "title"',
      { code: 'inputFieldNotUnique', name: 'title' },
      ['mutation M', 'productCreate', 'product', 'title'],
    ],
    [
      'a subscription',
      'subscription S { shop { id } }',
      'Schema is not configured for subscriptions',
      { code: 'missingSubscriptionConfiguration' },
      ['subscription S'],
    ],
    [
      'fields of a scalar',
      shop('id { a ...F ... on Shop { id } }', 'fragment F on Shop { id }'),
      `Selections can't be made on scalars (field 'id' returns ID but has selections ["a", "F", "... on Shop { ... }"])`,
      { code: 'selectionMismatch', typeName: 'ID' },
      ['query Q', 'shop', 'id'],
    ],
    [
      'fields of an enum',
      'query Q { products(first: 1) { nodes { status { a } } } }',
      `Selections can't be made on enums (field 'status' returns ProductStatus but has selections ["a"])`,
      { code: 'selectionMismatch', typeName: 'ProductStatus' },
      ['query Q', 'products', 'nodes', 'status'],
    ],
    [
      'an unknown field in a fragment without a type',
      shop('... { nope }'),
      "Field 'nope' doesn't exist on type 'Shop'",
      { code: 'undefinedField', typeName: 'Shop', fieldName: 'nope' },
      ['query Q', 'shop', '...', 'nope'],
    ],
  ])('with %s', async (_name, query, message, extensions, path) => {
    expect(await refusal(query)).toContainEqual(
      expect.objectContaining({ message, extensions: expect.objectContaining(extensions), path }),
    );
  });

  it('with one field with different arguments names both', async () => {
    const query =
      'query Q { a: products(first: 1) { nodes { id } } a: products(first: 2, query: "x") { nodes { id } } }';
    const conflicts = String.raw`{first:"1"} or {first:"2",query:"\"x\""}`;
    expect(await refusal(query)).toEqual([
      {
        message: `Field 'a' has an argument conflict: ${conflicts}?`,
        locations: [
          { line: 1, column: 11 },
          { line: 1, column: 50 },
        ],
        path: ['query Q', 'a'],
        extensions: { code: 'fieldConflict', fieldName: 'a', conflicts },
      },
    ]);
  });

  it('with conflicts further inside tells of each of them where it is', async () => {
    const nodes = (selections: string) => `products(first: 1) { nodes { ${selections} } }`;
    const query = `query Q { ${nodes('a: id variants(first: 1) { nodes { id } }')} ${nodes('a: title variants(first: $n) { nodes { id } }')} }`;
    const conflicts = await refusal(query.replace('Q', 'Q($n: Int)'));
    expect(conflicts).toMatchObject([
      { message: "Field 'a' has a field conflict: id or title?", path: ['query Q', 'products', 'nodes', 'a'] },
      {
        message: `Field 'variants' has an argument conflict: {first:"1"} or {first:"$n"}?`,
        path: ['query Q', 'products', 'nodes', 'variants'],
      },
    ]);
  });

  it.each([
    ['Product', "Product isn't a valid input type (on $n)", 'variableRequiresValidType'],
    ['[Nope!]', "Nope isn't a defined input type (on $n)", 'variableRequiresValidType'],
    ['Int! = null', "Default value for $n doesn't match type Int!", 'defaultValueInvalidType'],
    ['Int = "x"', "Default value for $n doesn't match type Int", 'defaultValueInvalidType'],
    ['Int = X', "Default value for $n doesn't match type Int", 'defaultValueInvalidType'],
    [
      'ProductIdentifierInput = "x"',
      "Default value for $n doesn't match type ProductIdentifierInput",
      'defaultValueInvalidType',
    ],
    [
      'ProductIdentifierInput = {nope: 1}',
      "Default value for $n doesn't match type ProductIdentifierInput",
      'defaultValueInvalidType',
    ],
    [
      'MetafieldsSetInput = {key: "a"}',
      "Default value for $n doesn't match type MetafieldsSetInput",
      'defaultValueInvalidType',
    ],
  ])('declares a variable as %s', async (type, message, code) => {
    expect(await refusal(`query Q($n: ${type}) { products(first: $n) { nodes { id } } }`)).toContainEqual(
      expect.objectContaining({ message, path: ['query Q'], extensions: expect.objectContaining({ code }) }),
    );
  });

  it.each([
    ['{}', "OneOf Input Object 'ProductIdentifierInput' must specify exactly one key."],
    [
      '{ handle: "a", id: "gid://shopify/Product/1" }',
      "OneOf Input Object 'ProductIdentifierInput' must specify exactly one key.",
    ],
    ['{ handle: null }', "Argument 'ProductIdentifierInput.handle' must be non-nullable."],
  ])('has %s where exactly one field is wanted', async (literal, message) => {
    expect(await refusal(`query Q { productByIdentifier(identifier: ${literal}) { id } }`)).toMatchObject([
      {
        message,
        path: ['query Q', 'productByIdentifier', 'identifier'],
        extensions: { code: 'invalidOneOfInputObject' },
      },
    ]);
  });

  it.each([
    [{}, '0 were provided'],
    [{ handle: 'a', id: 'gid://shopify/Product/1' }, '2 were provided'],
    [{ handle: null }, "'handle' was `null`"],
  ])('takes %j for a variable of which exactly one field is wanted', async (identifier, reason) => {
    const query = 'query Q($i: ProductIdentifierInput!) { productByIdentifier(identifier: $i) { id } }';
    expect(await refusal(query, { i: identifier })).toMatchObject([
      {
        extensions: {
          problems: [
            { path: [], explanation: `'ProductIdentifierInput' requires exactly one argument, but ${reason}.` },
          ],
        },
      },
    ]);
  });

  it.each([
    ['https://', "Invalid url 'https://', missing host"],
    ['https://a b', "Invalid url 'https://a b'"],
  ])('has the address %s', async (address, message) => {
    const query = `mutation M { webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: { callbackUrl: "${address}" }) { userErrors { message } } }`;
    expect(await refusal(query)).toMatchObject([{ message, extensions: { typeName: 'CoercionError' } }]);
  });

  it('has a gid of another platform, which is refused where the field is answered', async () => {
    expect(await freshFake().send('{ product(id: "gid://other/Product/1") { id } }')).toMatchObject({
      data: { product: null },
      errors: [{ message: "Invalid global id 'gid://other/Product/1'", path: ['product'] }],
    });
  });

  it('has variables and null in a literal that does not fit', async () => {
    expect(await refusal('query Q { product(id: [$a, 1.5, {a: null}]) { id } }')).toMatchObject([
      { message: "Argument 'id' on Field 'product' has an invalid value ([$a, 1.5, {a: null}]). Expected type 'ID!'." },
      { message: 'Variable $a is used by Q but not declared' },
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

describe('a gid of another kind', () => {
  it.each([
    ['product', 'Collection'],
    ['productVariant', 'Product'],
    ['collection', 'Product'],
    ['location', 'Product'],
    ['inventoryItem', 'Product'],
    ['order', 'Product'],
    ['customer', 'Order'],
    ['fulfillmentOrder', 'Order'],
    ['job', 'Product'],
    ['publication', 'Product'],
    ['webhookSubscription', 'Product'],
    ['metafieldDefinition', 'Product'],
  ])('is refused by %s', async (root, kind) => {
    const id = `gid://shopify/${kind}/1`;
    expect(await freshFake().send(`query ($id: ID!) { ${root}(id: $id) { id } }`, { id })).toMatchObject({
      data: { [root]: null },
      errors: [{ message: `Invalid id: ${id}`, path: [root], extensions: { code: 'RESOURCE_NOT_FOUND' } }],
    });
  });
});

describe('operations without a name', () => {
  it('are told of once, with all their places', async () => {
    expect(await refusal('{ shop { id } } { shop { name } }')).toEqual([
      {
        message: 'Operation name is required when multiple operations are present',
        locations: [
          { line: 1, column: 1 },
          { line: 1, column: 17 },
        ],
        path: [],
        extensions: { code: 'uniquelyNamedOperations' },
      },
    ]);
  });
});

describe('no query at all', () => {
  it.each(['', '  '])('is a bad request: %j', async (query) => {
    expect(await freshFake().send(query)).toEqual({ errors: { query: 'Required parameter missing or invalid' } });
  });
});
