// @ts-nocheck
import type { CostRecord } from './record.ts';

const staffRule = 'https://community.shopify.dev/t/how-to-calculate-graphql-cost-estimates/24364/6';
const lowCost =
  'https://community.shopify.dev/t/unexpectedly-low-graphql-query-cost-in-shopify-admin-api-seeking-clarification/23101';
const rateLimits = 'https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits';
const imports = 'https://shopify.dev/docs/api/usage/bulk-operations/imports';

/** The multipliers that the rule gives, each on a page of products. */
const pages = [
  { size: 1, multiplier: 1 },
  { size: 10, multiplier: 4 },
  { size: 50, multiplier: 7 },
  { size: 100, multiplier: 9 },
  { size: 250, multiplier: 11 },
].map(
  ({ size, multiplier }): CostRecord => ({
    source: staffRule,
    kind: 'staff',
    quote: `cost = 2 + childrenCost × floor(2·ln(max(2, size))), for ${size}: 2 + 1 × ${multiplier}`,
    query: `{ products(first: ${size}) { nodes { id } } }`,
    requested: 2 + multiplier,
  }),
);

/** Points of queries. */
export const queryCosts: readonly CostRecord[] = [
  ...pages,
  {
    source: 'https://github.com/Shopify/shopify-api-ruby/issues/836',
    kind: 'staff',
    quote: '"data": { "shop": { "name": "graphql-admin" } }, … "requestedQueryCost": 1, "actualQueryCost": 1',
    query: '{ shop { name } }',
    requested: 1,
    actual: 1,
  },
  {
    source: lowCost,
    kind: 'seen',
    quote: '"data": { "product": null }, … "requestedQueryCost": 25, "actualQueryCost": 1',
    query: `query getVariantsInventoryItem($id: ID!) {
      product(id: $id) { variants(first: 250) { nodes { inventoryItem { id tracked } } } }
    }`,
    variables: { id: 'gid://shopify/Product/1' },
    requested: 25,
    actual: 1,
  },
  {
    source: imports,
    kind: 'docs',
    quote: '"node": { "url": …, "partialDataUrl": null }, … "requestedQueryCost": 1, "actualQueryCost": 1',
    query:
      'query { node(id: "gid://shopify/BulkOperation/206005076024") { ... on BulkOperation { url partialDataUrl } } }',
    requested: 1,
    actual: 1,
  },
  {
    source: imports,
    kind: 'docs',
    quote: '"bulkOperation": { … "status": "COMPLETED" … }, … "requestedQueryCost": 1, "actualQueryCost": 1',
    query: `query {
      bulkOperation(id: "gid://shopify/BulkOperation/206005076024") {
        id status errorCode createdAt completedAt objectCount fileSize url partialDataUrl
      }
    }`,
    requested: 1,
    actual: 1,
  },
  {
    source: rateLimits,
    kind: 'docs',
    quote: 'Scalar 0, Object 1',
    query: '{ shop { id name currencyCode plan { publicDisplayName } } }',
    requested: 2,
  },
  {
    source: rateLimits,
    kind: 'docs',
    quote: 'Interface: Maximum of possible selections',
    query: `{ node(id: "gid://shopify/Product/1") {
      ... on Product { category { id } }
      ... on ProductVariant { product { category { id } } }
    } }`,
    requested: 3,
  },
];
