import { setupServer } from 'msw/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBulkBench, formOf, jsonl, keyOf, productRow, productsQuery, setProduct } from './harness.ts';

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterAll(() => server.close());

it('uploads and downloads go through the handlers for msw, too', async () => {
  const bench = createBulkBench();
  server.use(...bench.fake.handlers);
  const target = await bench.stage();
  const uploaded = await fetch(target.url, { method: 'POST', body: formOf(target, jsonl([productRow(1)])) });
  expect(uploaded.status).toBe(201);
  await bench.ended((await bench.runMutation(setProduct, keyOf(target))).bulkOperation?.id ?? '');
  const { url } = await bench.ended((await bench.started(productsQuery)).id);
  const response = await fetch(url ?? '', { headers: { 'accept-encoding': 'gzip' } });
  expect(await response.json()).toEqual({ id: bench.fake.products()[0]?.id, handle: 'product-1' });
});
