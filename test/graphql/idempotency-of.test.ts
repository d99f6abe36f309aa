import { describe, expect, it } from 'vitest';
import { createDocumentParser } from '../../src/graphql/document.ts';
import { idempotencyOf } from '../../src/graphql/graphql.ts';

const parser = createDocumentParser();
const classOf = async (document: string, variables: Record<string, unknown> = {}) =>
  idempotencyOf(await parser.parse(document), variables);

describe('the idempotency of an operation', () => {
  it.each([
    ['a query', 'query { shop { id } }', {}, 'idempotent'],
    ['a mutation', 'mutation { orderCancel(orderId: "1") { job { id } } }', {}, 'unsafe'],
    [
      'productSet with an identifier in the document',
      'mutation { productSet(identifier: { handle: "a" }, input: {}) { product { id } } }',
      {},
      'idempotent',
    ],
    [
      'productSet with an identifier as a variable',
      'mutation ($i: X) { productSet(identifier: $i, input: {}) { product { id } } }',
      { i: { id: '1' } },
      'idempotent',
    ],
    [
      'productSet with an identifier of null',
      'mutation { productSet(identifier: null, input: {}) { product { id } } }',
      {},
      'unsafe',
    ],
    [
      'productSet with a variable that is missing',
      'mutation ($i: X) { productSet(identifier: $i, input: {}) { product { id } } }',
      {},
      'unsafe',
    ],
    [
      'productSet with an empty identifier',
      'mutation ($id: ID) { productSet(identifier: { id: $id }, input: {}) { product { id } } }',
      { id: null },
      'unsafe',
    ],
    [
      'productSet with an identifier by default',
      'mutation ($i: X = { handle: "a" }) { productSet(identifier: $i, input: {}) { product { id } } }',
      {},
      'idempotent',
    ],
    [
      'metafieldsSet that compares by default',
      'mutation ($m: X = [{ compareDigest: "x" }]) { metafieldsSet(metafields: $m) { metafields { id } } }',
      {},
      'unsafe',
    ],
    [
      'metafieldsSet that compares in a variable of its list',
      'mutation ($m: X) { metafieldsSet(metafields: [$m]) { metafields { id } } }',
      { m: { compareDigest: 'x' } },
      'unsafe',
    ],
    [
      'metafieldsSet with the word as a value',
      'mutation ($m: X) { metafieldsSet(metafields: $m) { metafields { id } } }',
      { m: [{ value: '"compareDigest"' }] },
      'idempotent',
    ],
    [
      'a key by default',
      'mutation ($k: String = "mine") { refundCreate(input: {}) @idempotent(key: $k) { refund { id } } }',
      {},
      'keyed',
    ],
    [
      'a key in an object that a variable is part of',
      'mutation ($k: String) { subscriptionBillingAttemptCreate(subscriptionBillingAttemptInput: { idempotencyKey: $k }) { userErrors { message } } }',
      { k: 'a' },
      'keyed',
    ],
    ['productSet without an identifier', 'mutation { productSet(input: {}) { product { id } } }', {}, 'unsafe'],
    [
      'metafieldsSet',
      'mutation ($m: X) { metafieldsSet(metafields: $m) { metafields { id } } }',
      { m: [{ key: 'a' }] },
      'idempotent',
    ],
    [
      'metafieldsSet that compares',
      'mutation ($m: X) { metafieldsSet(metafields: $m) { metafields { id } } }',
      { m: [{ compareDigest: null }] },
      'unsafe',
    ],
    [
      'metafieldsSet that compares in the text',
      'mutation { metafieldsSet(metafields: [{ compareDigest: "x" }]) { metafields { id } } }',
      {},
      'unsafe',
    ],
    ['values of a product', 'mutation ($p: X) { productUpdate(product: $p) { product { id } } }', {}, 'idempotent'],
    [
      'uploads to a product',
      'mutation ($p: X, $m: X) { productUpdate(product: $p, media: $m) { product { id } } }',
      { m: [{ originalSource: 'https://example.com/a.jpg' }] },
      'unsafe',
    ],
    [
      'values of variants',
      'mutation ($v: X) { productVariantsBulkUpdate(productId: "1", variants: $v) { product { id } } }',
      {},
      'idempotent',
    ],
    [
      'new variants',
      'mutation ($v: X) { productVariantsBulkCreate(productId: "1", variants: $v) { product { id } } }',
      {},
      'unsafe',
    ],
    ['tags', 'mutation { tagsAdd(id: "1", tags: []) { node { id } } }', {}, 'idempotent'],
    ['publishing', 'mutation { publishablePublish(id: "1", input: []) { shop { id } } }', {}, 'idempotent'],
    ['unpublishing', 'mutation { publishableUnpublish(id: "1", input: []) { shop { id } } }', {}, 'idempotent'],
    [
      'a key in a directive',
      'mutation ($k: String!) { refundCreate(input: {}) @idempotent(key: $k) { refund { id } } }',
      { k: 'a' },
      'keyed',
    ],
    [
      'a literal key in a directive',
      'mutation { refundCreate(input: {}) @idempotent(key: "a") { refund { id } } }',
      {},
      'keyed',
    ],
    [
      'a blank literal key',
      'mutation { refundCreate(input: {}) @idempotent(key: " ") { refund { id } } }',
      {},
      'unsafe',
    ],
    ['a directive without its key', 'mutation { refundCreate(input: {}) @idempotent { refund { id } } }', {}, 'unsafe'],
    [
      'a key as an argument',
      'mutation ($k: String) { appUsageRecordCreate(idempotencyKey: $k) { userErrors { message } } }',
      { k: 'a' },
      'keyed',
    ],
    [
      'a missing key argument',
      'mutation { appUsageRecordCreate(description: "x") { userErrors { message } } }',
      {},
      'unsafe',
    ],
    [
      'a safe one beside a keyed one',
      'mutation { publishablePublish(id: "1", input: []) { shop { id } } refundCreate(input: {}) @idempotent(key: "a") { refund { id } } }',
      {},
      'keyed',
    ],
    [
      'a safe one beside an unsafe one',
      'mutation { __typename publishablePublish(id: "1", input: []) { shop { id } } orderCancel(orderId: "1") { job { id } } }',
      {},
      'unsafe',
    ],
    [
      'one inside a fragment',
      'mutation { ...F } fragment F on Mutation { orderCancel(orderId: "1") { job { id } } }',
      {},
      'unsafe',
    ],
    [
      'one inside an inline fragment',
      'mutation { ... on Mutation { publishablePublish(id: "1", input: []) { shop { id } } } }',
      {},
      'idempotent',
    ],
  ] as const)('%s is %s', async (_name, document, variables, expected) => {
    expect(await classOf(document, variables)).toBe(expected);
  });
});

describe('the parser', () => {
  it('names an unnamed operation by its first field', async () => {
    expect(await parser.parse('{ shop { id } }')).toMatchObject({ name: 'shop', kind: 'query' });
  });
});
