// @ts-nocheck
import { setupServer } from 'msw/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBulkHarness, formOf, jsonl, keyOf, productRow, productsQuery, setProduct } from './harness.ts';

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterAll(() => server.close());

it('uploads and downloads go through the handlers for msw, too', async () => {
  const harness = createBulkHarness();
  server.use(...harness.fake.handlers);
  const target = await harness.stage();
  const uploaded = await fetch(target.url, { method: 'POST', body: formOf(target, jsonl([productRow(1)])) });
  expect(uploaded.status).toBe(201);
  await harness.ended((await harness.runMutation(setProduct, keyOf(target))).bulkOperation?.id ?? '');
  const { url } = await harness.ended((await harness.started(productsQuery)).id);
  const response = await fetch(url ?? '', { headers: { 'accept-encoding': 'gzip' } });
  expect(await response.json()).toEqual({ id: harness.fake.products()[0]?.id, handle: 'product-1' });
});
