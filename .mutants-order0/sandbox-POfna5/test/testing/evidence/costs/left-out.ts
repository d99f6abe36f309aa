// @ts-nocheck
import type { LeftOut } from './record.ts';

/** Numbers that were found and do not bind the fake, with the reason. */
export const leftOut: readonly LeftOut[] = [
  {
    source: 'https://shopify.dev/docs/api/usage/limits',
    quote: '"requestedQueryCost": 101, "actualQueryCost": 46',
    because: 'the page does not show the query',
  },
  {
    source: 'https://github.com/Shopify/shopify-api-js/issues/602',
    quote: '"customers": { "nodes": [] }, … "requestedQueryCost": 12, "actualQueryCost": 3, … "restoreRate": 50',
    because: 'by the linear rule 2 + n, in the days of 50 points a second; connections count by their logarithm now',
  },
  {
    source: 'https://shopify.engineering/rate-limiting-graphql-apis-calculating-query-complexity',
    quote: 'a connection costs two points plus the number of objects it returns',
    because: 'the linear rule of its time',
  },
  {
    source: 'https://github.com/MONEI/Shopify-api-node/issues/489',
    quote: '"requestedQueryCost": 502, "actualQueryCost": 502',
    because: 'without the query, and by the linear rule',
  },
];
