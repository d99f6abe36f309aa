// The same fake with Shopify's own library, for apps built on @shopify/shopify-api. Needs that package beside
// shopwright: `node --test official-client.test.mjs`.
import '@shopify/shopify-api/adapters/node';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Session, shopifyApi } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';
import { createFakeShopify } from 'shopwright/testing';
import { startSale } from './sale.ts';

const shopify = shopifyApi({
  ...{ apiKey: 'key', apiSecretKey: 'secret', hostName: 'app.example', isEmbeddedApp: true },
  ...{ apiVersion: '2026-10', logger: { level: 0 } },
});

/** The app's function reads the responses of the library's client. */
function shopOf(fake) {
  setAbstractFetchFunc(fake.fetch);
  const session = new Session({
    ...{ id: 'offline_demo.myshopify.com', shop: 'demo.myshopify.com', state: '', isOnline: false },
    accessToken: 'shpat_fake',
  });
  const client = new shopify.clients.Graphql({ session });
  return async (document, variables) => (await client.request(document, { variables })).data;
}

const create = `mutation Create($input: ProductSetInput!) {
  productSet(input: $input) { product { id } userErrors { message } }
}`;
const input = {
  ...{ title: 'Tee', tags: ['summer'], productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }] },
  variants: [{ price: '20.00', optionValues: [{ optionName: 'Title', name: 'Default Title' }] }],
};

test('a sale with the official client', async () => {
  const fake = createFakeShopify();
  const ask = shopOf(fake);
  await ask(create, { input });
  assert.equal(await startSale(ask, { tag: 'summer', percentOff: 25 }), 1);
  assert.equal(fake.products()[0].variants[0].price, '15.00');
  assert.equal(fake.executed('Reprice'), 1);
});

test('a throttled sale fails half-way', async () => {
  const fake = createFakeShopify({ shops: [{ bucket: { maximumAvailable: 40, restoreRate: 1 } }] });
  const ask = shopOf(fake);
  for (const title of ['Tee', 'Hat']) await ask(create, { input: { ...input, title } });
  await assert.rejects(startSale(ask, { tag: 'summer', percentOff: 25 }), /Throttled/);
  assert.equal(fake.stats().throttled, 1);
});
