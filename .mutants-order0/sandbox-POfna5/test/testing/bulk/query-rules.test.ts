// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createBulkHarness, productsQuery } from './harness.ts';

const nested = (...levels: readonly string[]): string =>
  levels.reduceRight((inner, level) => `${level} { edges { node { id ${inner} } } }`, '');

const refusals: readonly (readonly [what: string, query: string, messages: readonly string[]])[] = [
  [
    'a text beyond 65535 bytes',
    `# ${'é'.repeat(32_766)}\n${productsQuery}`,
    [expect.stringMatching(/^Query is too large \(\d+ bytes; maximum is 65535 bytes\)$/)],
  ],
  ['no text', '', ['Invalid bulk query: syntax error, unexpected end of file']],
  [
    'an unknown field',
    '{ products { edges { node { id colour } } } }',
    ["Invalid bulk query: Field 'colour' doesn't exist on type 'Product'"],
  ],
  [
    'two operations',
    `query A ${productsQuery} query B ${productsQuery}`,
    ['Invalid bulk query: A single operation is required'],
  ],
  [
    'a variable that nobody can give',
    'query ($query: String!) { products(query: $query) { edges { node { id } } } }',
    ['Invalid bulk query: Variable $query of type String! was provided invalid value'],
  ],
  [
    'a mutation',
    'mutation { productSet(input: {}) { userErrors { message } } }',
    ['Invalid operation type. Only `query` operations are supported.'],
  ],
  [
    'two top level fields',
    '{ products { edges { node { id } } } productVariants { edges { node { id } } } }',
    ['Bulk queries must have a single top level field.'],
  ],
  ['no connection', '{ shop { id } }', ['Bulk queries must contain at least one connection.']],
  [
    'a root node',
    '{ node(id: "gid://shopify/Product/1") { id } }',
    ['Bulk queries cannot contain a top level `node` field.', 'Bulk queries must contain at least one connection.'],
  ],
  [
    'root nodes with a connection',
    '{ nodes(ids: []) { ... on Product { id variants { edges { node { id } } } } } }',
    [
      'Bulk queries cannot contain a top level `nodes` field.',
      'Queries that contain a connection field within a list field are not currently supported.',
    ],
  ],
  [
    'six connections',
    `{ products { edges { node { id ${['variants', 'metafields', 'collections', 'media', 'sellingPlanGroups'].map((field) => nested(field)).join(' ')} } } } }`,
    ['Bulk queries cannot contain more than 5 connections.'],
  ],
  [
    'connections three levels below another',
    `{ ${nested('collections', 'products', 'variants', 'metafields')} }`,
    ['Bulk queries cannot contain connections with a nesting depth greater than 2.'],
  ],
  [
    'a parent without its id',
    '{ products { edges { node { title variants { edges { node { id } } } } } } }',
    [
      "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': products.",
    ],
  ],
  [
    'a parent with its id under another name',
    '{ products { edges { node { gid: id id: title variants { edges { node { id } } } } } } }',
    [expect.stringContaining("Connection fields without 'id': products.")],
  ],
  [
    'a connection inside a list',
    '{ orders { edges { node { id fulfillments { events { edges { node { id } } } } } } } }',
    ['Queries that contain a connection field within a list field are not currently supported.'],
  ],
  [
    'nodes without ids',
    '{ products { edges { node { id images { edges { node { id } } } } } } }',
    ["The nodes of all connections in a bulk query must implement 'Node'. Invalid connection fields: images."],
  ],
  [
    'the short form with nodes',
    '{ products { nodes { id } } }',
    [
      "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: 'products { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: 'products'.",
    ],
  ],
  [
    'edges under another name',
    '{ products { all: edges { node { id } } } }',
    [expect.stringContaining("Invalid connection fields: 'products'.")],
  ],
  [
    'nodes under another name',
    '{ products { edges { node { id } again: node { id } } } }',
    [expect.stringContaining("Invalid connection fields: 'products'.")],
  ],
  ['no contents', '{ products { pageInfo { hasNextPage } } }', [expect.stringContaining("'edges' > 'node'")]],
];

describe('a bulk query is refused', () => {
  it.each(refusals)('with %s', async (_what, query, messages) => {
    const { bulkOperation, userErrors } = await createBulkHarness().runQuery(query);
    expect(bulkOperation).toBeNull();
    expect(userErrors).toEqual(messages.map((message) => ({ code: 'INVALID', field: ['query'], message })));
  });

  it('with a top level field that is no connection, as not simulated', async () => {
    const harness = createBulkHarness();
    const query = '{ product(id: "gid://shopify/Product/1") { id variants { edges { node { id } } } } }';
    await expect(harness.runQuery(query)).rejects.toThrow('is not simulated');
  });
});

describe('a bulk query is accepted', () => {
  it.each([
    ['connections two levels below another', `{ ${nested('collections', 'products', 'variants')} }`],
    [
      'five connections',
      `{ products { edges { node { id ${['variants', 'metafields', 'collections', 'media'].map((field) => nested(field)).join(' ')} } } } }`,
    ],
    ['a node without its id, where nothing hangs on it', '{ products { edges { node { title } } } }'],
    [
      'its variables left at their defaults',
      'query ($query: String = "handle:a") { products(query: $query) { edges { node { id } } } }',
    ],
    [
      'parts that are left out',
      'query ($full: Boolean = false) { products { edges { node { title variants @include(if: $full) { edges { node { id } } } } } } }',
    ],
    ['names of types', '{ products { edges { node { __typename id } } } }'],
  ])('with %s', async (_what, query) => {
    const { bulkOperation, userErrors } = await createBulkHarness().runQuery(query);
    expect(userErrors).toEqual([]);
    expect(bulkOperation?.status).toBe('CREATED');
  });
});
