import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { http, passthrough } from 'msw';
import { setupServer } from 'msw/node';
import { createShopifyClient } from 'shopwright';
import { createFakeShopify, deliverWebhook, type FakeShopify } from 'shopwright/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createApp } from './app.ts';

// Set-up: calls to Shopify reach the fake, and the fake's webhooks reach the app.
const demo = { shop: 'demo.myshopify.com', accessToken: 'shpat_fake' };
const topics = ['products/create', 'products/update', 'products/delete'] as const;
const msw = setupServer(http.all('http://127.0.0.1*', () => passthrough()));
let server: Server;
let origin: string;
let fake: FakeShopify;
beforeAll(() => msw.listen({ onUnhandledFrame: 'error' }));
beforeEach(async () => {
  const shop = createShopifyClient({ ...demo, isolated: true, retry: { baseDelayMs: 0 } });
  server = createApp({ shop, webhookSecret: 'shpss_fake' }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  fake = createFakeShopify({ webhooks: { subscriptions: [{ topics, uri: `${origin}/webhooks/shopify` }] } });
  msw.use(...fake.handlers);
});
afterEach(() => Promise.all([msw.resetHandlers(), server.close(), fake.close()]));
afterAll(() => msw.close());

const prices = async (): Promise<unknown> => (await fetch(`${origin}/prices`)).json();

/** Creates a product in the shop, as a merchant would. */
async function addProduct(title: string, variantPrices: readonly number[]): Promise<void> {
  const merchant = createShopifyClient({ ...demo, isolated: true, fetch: fake.fetch });
  const sizes = variantPrices.map((_, size) => ({ name: `${size}` }));
  const variants = variantPrices.map((price, size) => ({
    price,
    optionValues: [{ optionName: 'Size', name: `${size}` }],
  }));
  await merchant.graphql(
    'mutation Add($input: ProductSetInput!) { productSet(input: $input) { userErrors { code field message } } }',
    { input: { title, productOptions: [{ name: 'Size', values: sizes }], variants } },
  );
}

it('shows each product with its lowest price', async () => {
  await addProduct('Tee', [29.5, 24.9]);
  await addProduct('Hat', [12]);
  expect(await prices()).toEqual([
    { title: 'Tee', from: '24.90' },
    { title: 'Hat', from: '12.00' },
  ]);
});

it('reads from Shopify once, until a webhook reports a change', async () => {
  await addProduct('Tee', [20]);
  await fake.webhooks.settled();
  await prices();
  await prices();
  expect(fake.executed('PriceList')).toBe(1);

  await addProduct('Hat', [12]);
  await fake.webhooks.settled();
  expect(await prices()).toHaveLength(2);
  expect(fake.executed('PriceList')).toBe(2);
});

it('rejects a webhook with a wrong signature', async () => {
  await prices();
  const forged = { topic: 'products/update', shop: demo.shop, payload: { id: 1 }, secret: 'guessed' };
  expect(await deliverWebhook({ ...forged, url: `${origin}/webhooks/shopify` })).toMatchObject({ status: 401 });
  await prices();
  expect(fake.executed('PriceList')).toBe(1);
});

it("renames once, even if Shopify's response is lost", async () => {
  await addProduct('Tee', [20]);
  fake.faults.next('reset-after', { operation: 'RenameProduct' });
  const renaming = await fetch(`${origin}/products/tee/title`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Organic tee' }),
  });
  expect(renaming.status).toBe(204);
  expect(fake.products().map(({ title }) => title)).toEqual(['Organic tee']);
});

it('reports a closed shop, and tries again at the next request', async () => {
  fake.setShopState(demo.shop, 'frozen');
  expect((await fetch(`${origin}/prices`)).status).toBe(502);
  fake.setShopState(demo.shop, 'active');
  expect(await prices()).toEqual([]);
});
