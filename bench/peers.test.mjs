// Shopify's own client and the most used other one, unmodified from npm, against the fake. Plain JavaScript, so that
// the repository's type check needs none of these packages.
import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { after, before, beforeEach, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { createAdminApiClient } from '@shopify/admin-api-client';
import Shopify from 'shopify-api-node';
import { createFakeShopify } from 'shopwright/testing';

const shop = 'demo.myshopify.com';
const apiVersion = '2026-10';
const accessToken = 'shpat_fake';

const productQuery =
  'query ByHandle($handle: String!) { productByIdentifier(identifier: { handle: $handle }) { title } }';
const productSet = `mutation Push($input: ProductSetInput!) {
  productSet(input: $input) { product { id title } userErrors { code field message } }
}`;
const input = (handle) => ({ handle, title: `A ${handle}` });

/** A shop whose bucket holds little more than one mutation. */
const small = { shops: [{ domain: shop, bucket: { maximumAvailable: 12, restoreRate: 1 } }] };

describe('@shopify/admin-api-client', () => {
  let fake;
  const client = () => createAdminApiClient({ storeDomain: shop, apiVersion, accessToken, customFetchApi: fake.fetch });

  it('queries, changes and reads again', async () => {
    fake = createFakeShopify();
    const pushed = await client().request(productSet, { variables: { input: input('tee') } });
    assert.equal(pushed.errors, undefined);
    assert.deepEqual(pushed.data.productSet.userErrors, []);
    const found = await client().request(productQuery, { variables: { handle: 'tee' } });
    assert.equal(found.data.productByIdentifier.title, 'A tee');
    assert.equal(found.extensions.cost.requestedQueryCost, 1);
    assert.equal(fake.executed('Push'), 1);
  });

  it('sees THROTTLED', async () => {
    fake = createFakeShopify(small);
    await client().request(productSet, { variables: { input: input('tee') } });
    const { errors, extensions } = await client().request(productSet, { variables: { input: input('hat') } });
    assert.equal(errors.graphQLErrors[0].extensions.code, 'THROTTLED');
    assert.equal(extensions.cost.actualQueryCost, null);
    assert.equal(fake.stats().throttled, 1);
  });

  it('sees what the schema refuses', async () => {
    fake = createFakeShopify();
    const { errors } = await client().request('{ shop { draftOrders(first: 1) { nodes { id } } } }');
    assert.equal(errors.graphQLErrors[0].extensions.code, 'undefinedField');
  });

  it('retries a 503 until it is over', async (test) => {
    fake = createFakeShopify();
    fake.faults.next('status-503');
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const asking = client().request('query Name { shop { name } }', { retries: 1 });
    for (let turn = 0; turn < 1_000 && fake.calls.length < 2; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      test.mock.timers.tick(1_000);
    }
    const { data } = await asking;
    assert.equal(typeof data.shop.name, 'string');
    assert.deepEqual(
      fake.calls.map((call) => call.status),
      [503, 200],
    );
  });
});

// It only knows https://{shop}, but accepts an agent, as for a proxy: this one connects to the fake.
describe('shopify-api-node', () => {
  let fake;
  let agent;
  let client;

  const open = async (options) => {
    await fake?.close();
    fake = createFakeShopify(options);
    const { port, ca } = await fake.listen({ tls: true });
    agent?.destroy();
    agent = new Agent({ keepAlive: true });
    // The certificate is for localhost; the Host header still names the shop.
    agent.createConnection = (to) => connect({ ...to, host: '127.0.0.1', port, ca, servername: 'localhost' });
    client = new Shopify({ shopName: shop, accessToken, apiVersion, agent: { https: agent } });
  };
  before(() => open());
  beforeEach(() => open());
  after(async () => {
    agent.destroy();
    await fake.close();
  });

  const push = async (handle) => client.graphql(productSet, { input: input(handle) });

  it('queries, changes and reads again over GraphQL', async () => {
    const pushed = await push('tee');
    assert.deepEqual(pushed.productSet.userErrors, []);
    const found = await client.graphql(productQuery, { handle: 'tee' });
    assert.equal(found.productByIdentifier.title, 'A tee');
    assert.equal(client.callGraphqlLimits.requestedQueryCost, 1);
    assert.equal(client.callGraphqlLimits.max, 2_000);
  });

  it('sees THROTTLED', async () => {
    await open(small);
    await push('tee');
    await assert.rejects(
      push('hat'),
      (error) => error.message === 'Throttled' && error.extensions.code === 'THROTTLED',
    );
  });

  it('reads products over REST, page by page', async () => {
    for (const handle of ['one', 'two', 'three']) await push(handle);
    const titles = [];
    let params = { limit: 2 };
    do {
      const page = await client.product.list(params);
      titles.push(...page.map((product) => product.title));
      params = page.nextPageParameters;
    } while (params !== undefined);
    assert.deepEqual(titles.sort(), ['A one', 'A three', 'A two']);
    assert.equal(fake.calls.filter((call) => call.operation.includes('products')).length, 2);
    assert.deepEqual(client.callLimits, { remaining: 38, current: 2, max: 40 });
  });

  it('creates, changes and deletes a product over REST', async () => {
    const { id } = await client.product.create({ title: 'Tee', variants: [{ price: '19.90' }] });
    assert.equal((await client.product.update(id, { title: 'Hat' })).title, 'Hat');
    assert.equal((await client.product.get(id)).variants[0].price, '19.90');
    await client.product.delete(id);
    await assert.rejects(client.product.get(id), (error) => error.response.statusCode === 404);
  });

  it('reads the shop over REST', async () => {
    assert.equal((await client.shop.get()).myshopify_domain, shop);
  });
});
