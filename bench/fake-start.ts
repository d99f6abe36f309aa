// Starts a fake once in a separate process, for `fake.ts`: prints the cost as JSON.
import { performance } from 'node:perf_hooks';

const began = performance.now();
const { createFakeShopify } = await import('shopwright/testing');
const imported = performance.now();

const fake = createFakeShopify();
const started = performance.now();
await fake.fetch('https://demo.myshopify.com/admin/api/2026-10/graphql.json', {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' },
  body: JSON.stringify({ query: '{ shop { name } }' }),
});
const answered = performance.now();
await fake.close();

console.log(
  JSON.stringify({ importMs: imported - began, startMs: started - imported, firstAnswerMs: answered - started }),
);
