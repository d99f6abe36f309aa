// @ts-nocheck
import { readdirSync, readFileSync } from 'node:fs';
import {
  coerceInputValue,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isScalarType,
  Kind,
  type OperationDefinitionNode,
  parse,
  typeFromAST,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import type { GraphqlRequest, Prepared } from '../../../src/testing/fake/model.ts';
import { loadAdminSchema } from '../../../src/testing/fake/schema.ts';
import { createHarness } from './harness.ts';

const { engine } = createHarness();

function accepted(request: GraphqlRequest) {
  const prepared = engine.prepare(request);
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.errors));
  return prepared.operation;
}

function errorsOf(prepared: Prepared) {
  if (prepared.ok) throw new Error('The operation was accepted.');
  return prepared.errors;
}

/** The smallest value that an input type takes. */
function smallest(type: GraphQLInputType): unknown {
  if (isListType(type)) return [];
  if (isNonNullType(type)) return smallest(type.ofType);
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type))
    return (
      { ID: 'gid://shopify/Thing/1', Int: 1, Float: 1, Boolean: true, Decimal: '1', Money: '1' }[type.name] ?? 'text'
    );
  const fields = Object.values(type.getFields());
  const needed = type.isOneOf ? fields.slice(-1) : fields.filter(isRequiredInputField);
  return Object.fromEntries(needed.map((field) => [field.name, smallest(field.type)]));
}

function smallestVariables(definition: OperationDefinitionNode): Record<string, unknown> {
  const schema = loadAdminSchema();
  return Object.fromEntries(
    (definition.variableDefinitions ?? []).map(({ variable, type }) => {
      const inputType = typeFromAST(schema, type);
      if (!isInputType(inputType)) throw new Error(`${variable.name.value} has no input type.`);
      return [variable.name.value, smallest(inputType)];
    }),
  );
}

describe('the schema', () => {
  it('is built once per process', () => {
    expect(loadAdminSchema()).toBe(loadAdminSchema());
  });

  it('is the whole Admin schema', () => {
    const schema = loadAdminSchema();
    expect(schema.getQueryType()?.name).toBe('QueryRoot');
    expect(Object.keys(schema.getTypeMap()).length).toBeGreaterThan(3000);
    expect(schema.getDirective('idempotent')?.args.map(({ name }) => name)).toEqual(['key']);
  });
});

describe("the package's own operations", () => {
  const folder = new URL('../../../src/graphql/operations/', import.meta.url);
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const operations = texts.flatMap((query) =>
    parse(query).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? [{ name: definition.name?.value ?? '', query, definition }] : [],
    ),
  );

  it('are found', () => {
    expect(operations.map(({ name }) => name)).toEqual(expect.arrayContaining(['ProductPush', 'ShopOverview']));
  });

  it.each(operations)('$name is accepted', ({ name, query, definition }) => {
    const variables = smallestVariables(definition);
    expect(accepted({ query, operationName: name, variables })).toMatchObject({
      name,
      kind: definition.operation,
      variables,
    });
  });
});

describe('an accepted operation', () => {
  it('has its variables coerced, defaults included', () => {
    const query =
      'query ($first: Int = 3, $id: ID!) { products(first: $first) { nodes { id } } product(id: $id) { id } }';
    expect(accepted({ query, variables: { id: 'gid://shopify/Product/7' } }).variables).toEqual({
      first: 3,
      id: 'gid://shopify/Product/7',
    });
  });

  it('keeps numbers given for money as text', () => {
    const query = 'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } } }';
    const { variables } = accepted({ query, variables: { input: { variants: [{ optionValues: [], price: 12.5 }] } } });
    expect(variables).toMatchObject({ input: { variants: [{ price: '12.5' }] } });
  });

  it('names its root fields, through fragments', () => {
    const query =
      'query { ...A ... on QueryRoot { b: productsCount { count } } } fragment A on QueryRoot { shop { id } }';
    expect(accepted({ query })).toMatchObject({ name: 'shop', kind: 'query', rootFields: ['shop', 'productsCount'] });
  });

  it('is a mutation with the directive @idempotent', () => {
    const query = `mutation Adjust($input: InventoryAdjustQuantitiesInput!, $key: String!) {
      inventoryAdjustQuantities(input: $input) @idempotent(key: $key) { userErrors { message } }
    }`;
    const input = { name: 'available', reason: 'correction', changes: [] };
    expect(accepted({ query, variables: { key: 'k', input } })).toMatchObject({ name: 'Adjust', kind: 'mutation' });
  });

  it('is picked by name among several', () => {
    const query = 'query A { shop { id } } query B { shop { name } }';
    expect(accepted({ query, operationName: 'B' }).name).toBe('B');
    expect(errorsOf(engine.prepare({ query }))[0]?.message).toBe('An operation name is required');
    expect(errorsOf(engine.prepare({ query, operationName: 'C' }))[0]?.message).toBe('No operation named "C"');
  });

  it('is parsed once for many requests', () => {
    const query = 'query Often { shop { id } }';
    expect(accepted({ query }).document).toBe(accepted({ query }).document);
  });

  it('is forgotten after five hundred other query texts, and parsed again', () => {
    const query = 'query Rare { shop { id } }';
    const { document } = accepted({ query });
    for (let count = 0; count < 500; count++) accepted({ query: `query Other${count} { shop { id } }` });
    expect(accepted({ query }).document).not.toBe(document);
  });
});

describe('a refused operation', () => {
  it.each([
    [
      '{ shop { nme } }',
      "Field 'nme' doesn't exist on type 'Shop'",
      { code: 'undefinedField', typeName: 'Shop', fieldName: 'nme' },
      ['query', 'shop', 'nme'],
    ],
    [
      'query Q { products(firs: 1) { nodes { id } } }',
      "Field 'products' doesn't accept argument 'firs'",
      { code: 'argumentNotAccepted', name: 'products', typeName: 'Field', argumentName: 'firs' },
      ['query Q', 'products', 'firs'],
    ],
    [
      '{ one: product { id } }',
      "Field 'product' is missing required arguments: id",
      { code: 'missingRequiredArguments', className: 'Field', name: 'product', arguments: 'id' },
      ['query', 'one'],
    ],
    [
      '{ shop { name { first } } }',
      "Selections can't be made on scalars (field 'name' returns String but has selections [\"first\"])",
      { code: 'selectionMismatch', nodeName: "field 'name'", typeName: 'String' },
      ['query', 'shop', 'name'],
    ],
    [
      '{ shop }',
      "Field must have selections (field 'shop' returns Shop but has no selections. Did you mean 'shop { ... }'?)",
      { code: 'selectionMismatch', nodeName: "field 'shop'", typeName: 'Shop' },
      ['query', 'shop'],
    ],
    [
      'query Q { product(id: $id) { id } }',
      'Variable $id is used by Q but not declared',
      { code: 'variableNotDefined', variableName: 'id' },
      ['query Q', 'product', 'id'],
    ],
    [
      '{ product(id: $id) { id } }',
      'Variable $id is used by anonymous query but not declared',
      { code: 'variableNotDefined', variableName: 'id' },
      ['query', 'product', 'id'],
    ],
    [
      'query Q($id: ID) { shop { id } }',
      'Variable $id is declared by Q but not used',
      { code: 'variableNotUsed', variableName: 'id' },
      ['query Q'],
    ],
    [
      'query Q($id: Int!) { product(id: $id) { id } }',
      'Type mismatch on variable $id and argument id (Int! / ID!)',
      {
        code: 'variableMismatch',
        variableName: 'id',
        typeName: 'Int!',
        argumentName: 'id',
        errorMessage: 'Type mismatch',
      },
      ['query Q', 'product', 'id'],
    ],
    [
      '{ shop { id @nope } }',
      'Directive @nope is not defined',
      { code: 'undefinedDirective', directiveName: 'nope' },
      ['query', 'shop', 'id'],
    ],
    [
      'mutation { productDelete(input: {id: "gid://shopify/Product/1"}) @idempotent { deletedProductId } }',
      "Directive 'idempotent' is missing required arguments: key",
      { code: 'missingRequiredArguments', className: 'Directive', name: 'idempotent', arguments: 'key' },
      ['mutation', 'productDelete'],
    ],
    [
      'mutation { productDelete(input: {id: "gid://shopify/Product/1"}) @idempotent(key: "k", x: 1) { deletedProductId } }',
      "Directive 'idempotent' doesn't accept argument 'x'",
      { code: 'argumentNotAccepted', name: 'idempotent', typeName: 'Directive', argumentName: 'x' },
      ['mutation', 'productDelete', 'x'],
    ],
    [
      '{ ...A }',
      'Fragment A was used, but not defined',
      { code: 'useAndDefineFragment', fragmentName: 'A' },
      ['query', '... A'],
    ],
    [
      '{ shop { id } } fragment A on Shop { id }',
      'Fragment A was defined, but not used',
      { code: 'useAndDefineFragment', fragmentName: 'A' },
      ['fragment A'],
    ],
    [
      '{ products(first: "x") { nodes { id } } }',
      "Argument 'first' on Field 'products' has an invalid value (\"x\"). Expected type 'Int'.",
      { code: 'argumentLiteralsIncompatible', typeName: 'Field', argumentName: 'first' },
      ['query', 'products', 'first'],
    ],
  ])('says of %s what Shopify says', (query, message, extensions, path) => {
    expect(errorsOf(engine.prepare({ query }))).toEqual([{ message, extensions, path, locations: expect.anything() }]);
  });

  it('says where the query does not parse', () => {
    expect(errorsOf(engine.prepare({ query: '{ shop {' }))).toEqual([
      {
        message: 'syntax error, unexpected end of file at [1, 8]',
        locations: [{ line: 1, column: 8 }],
        extensions: { code: 'PARSE_ERROR' },
      },
    ]);
  });

  it('is remembered as refused', () => {
    const query = '{ shop { nme } }';
    expect(errorsOf(engine.prepare({ query }))).toBe(errorsOf(engine.prepare({ query })));
  });

  it('may hold no operation at all', () => {
    const query = 'fragment A on Shop { ...B } fragment B on Shop { ...A }';
    expect(errorsOf(engine.prepare({ query })).length).toBeGreaterThan(0);
  });

  it('names no more than fifty problems', () => {
    const query = `{ shop { ${Array.from({ length: 200 }, (_, index) => `x${index}`).join(' ')} } }`;
    expect(errorsOf(engine.prepare({ query })).length).toBeLessThanOrEqual(51);
  });

  it('may be an endless text without taking the process down', () => {
    expect(errorsOf(engine.prepare({ query: `{ shop { ${'id '.repeat(60_000)} } }` }))).toHaveLength(1);
  });
});

describe('wrong variables', () => {
  const query = 'mutation Push($input: ProductSetInput!) { productSet(input: $input) { product { id } } }';

  it('are named with the place of each problem', () => {
    const input = { title: 3, foo: 1, variants: [{}] };
    expect(errorsOf(engine.prepare({ query, variables: { input } }))).toEqual([
      {
        message:
          'Variable $input of type ProductSetInput! was provided invalid value for ' +
          'title (Could not coerce value 3 to String), foo (Field is not defined on ProductSetInput), ' +
          'variants.0.optionValues (Expected value to not be null)',
        locations: [{ line: 1, column: 15 }],
        extensions: {
          code: 'INVALID_VARIABLE',
          value: input,
          problems: [
            { path: ['title'], explanation: 'Could not coerce value 3 to String' },
            { path: ['foo'], explanation: 'Field is not defined on ProductSetInput' },
            { path: ['variants', 0, 'optionValues'], explanation: 'Expected value to not be null' },
          ],
        },
      },
    ]);
  });

  it.each([[{}], [{ input: null }]])('may be missing: %j', (variables) => {
    expect(errorsOf(engine.prepare({ query, variables }))).toMatchObject([
      {
        message: 'Variable $input of type ProductSetInput! was provided invalid value',
        extensions: { value: null, problems: [{ path: [], explanation: 'Expected value to not be null' }] },
      },
    ]);
  });

  it('may be missing altogether', () => {
    expect(errorsOf(engine.prepare({ query }))).toHaveLength(1);
  });

  it('are reported one by one, and those with a default may be left out', () => {
    const several = `query ($first: Int = 1, $after: String, $id: ID!) {
      products(first: $first, after: $after) { nodes { id } } product(id: $id) { id }
    }`;
    const messages = errorsOf(engine.prepare({ query: several, variables: { after: 1 } })).map(
      ({ message }) => message,
    );
    expect(messages).toEqual([
      'Variable $after of type String was provided invalid value',
      'Variable $id of type ID! was provided invalid value',
    ]);
  });

  it('may give two identifiers where there is one to give', () => {
    const byIdentifier =
      'query ($identifier: ProductIdentifierInput!) { productByIdentifier(identifier: $identifier) { id } }';
    const variables = { identifier: { id: 'gid://shopify/Product/1', handle: 'a' } };
    expect(errorsOf(engine.prepare({ query: byIdentifier, variables }))).toHaveLength(1);
  });
});

describe('scalars', () => {
  const coerced = (name: string, value: unknown): unknown => {
    const type = loadAdminSchema().getType(name);
    if (!isScalarType(type)) throw new Error(`${name} is no scalar.`);
    return coerceInputValue(value, type);
  };

  it.each([
    ['Money', 'ten'],
    ['Money', true],
    ['DateTime', 'tomorrow'],
    ['DateTime', 3],
    ['URL', 'example'],
    ['Decimal', '1,5'],
    ['UnsignedInt64', '-1'],
    ['Date', '01/02/2026'],
    ['HTML', {}],
  ])('of type %s refuse %j', (name, value) => {
    expect(coerced(name, value)).toBeUndefined();
  });

  it.each([
    ['Money', '-12.50', '-12.50'],
    ['Decimal', 1.5, '1.5'],
    ['DateTime', '2026-10-01T17:00:00Z', '2026-10-01T17:00:00Z'],
    ['URL', 'https://example.com/a', 'https://example.com/a'],
    ['UnsignedInt64', '18446744073709551615', '18446744073709551615'],
    ['JSON', { any: ['thing'] }, { any: ['thing'] }],
  ])('of type %s take %j', (name, value, expected) => {
    expect(coerced(name, value)).toEqual(expected);
  });
});
