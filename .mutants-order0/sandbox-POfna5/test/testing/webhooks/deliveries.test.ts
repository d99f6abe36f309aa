// @ts-nocheck
import { createHmac } from 'node:crypto';
import { verifyWebhook } from 'shopwright/webhooks';
import { describe, expect, it } from 'vitest';
import { generatedApiVersion } from '../../../src/config/generated/api-versions.ts';
import { isShopwrightError } from '../../../src/errors/errors.ts';
import { ask, pushMutation, tee } from '../ask.ts';
import { createHarness, listed, secret, shop, subscribe, uri } from './subscribed-fake.ts';

const bodies = (got: readonly { readonly body: string }[]): unknown[] => got.map(({ body }) => JSON.parse(body));

describe('a webhook of a fake', () => {
  it('reaches every subscription to its topic, signed, with the classic headers', async () => {
    const { fake, got } = createHarness();
    await subscribe(fake, 'SHOP_UPDATE', { name: 'mine' });
    await subscribe(fake, 'SHOP_UPDATE', { uri: 'https://app.example/second' });
    await subscribe(fake, 'ORDERS_CREATE');
    fake.emit('shop/update', { id: 7, name: 'Café 東京' });
    await fake.webhooks.settled();

    expect(got.map(({ url }) => url)).toEqual([uri, 'https://app.example/second']);
    const [first, second] = got.map(({ headers }) => headers);
    expect(got[0]?.body).toBe('{"id":7,"name":"Café 東京"}');
    expect(first).toEqual({
      'content-type': 'application/json',
      'x-shopify-topic': 'shop/update',
      'x-shopify-hmac-sha256': createHmac('sha256', secret)
        .update(got[0]?.body ?? '')
        .digest('base64'),
      'x-shopify-shop-domain': shop,
      'x-shopify-api-version': generatedApiVersion,
      'x-shopify-webhook-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-shopify-event-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-shopify-triggered-at': '2026-11-01T00:00:00.000Z',
      'x-shopify-name': 'mine',
    });
    expect(second).not.toHaveProperty('x-shopify-name');
    expect(second?.['x-shopify-event-id']).toBe(first?.['x-shopify-event-id']);
    expect(second?.['x-shopify-webhook-id']).not.toBe(first?.['x-shopify-webhook-id']);
    expect(verifyWebhook({ rawBody: got[0]?.body ?? '', headers: first ?? {}, secrets: secret })).toMatchObject({
      ok: true,
      topic: 'shop/update',
    });
  });

  it('tells what changed in the shop, when it has changed', async () => {
    const fetched: unknown[] = [];
    const { fake, got } = createHarness({}, async ({ body }) => {
      const { admin_graphql_api_id: id } = JSON.parse(body);
      const { json } = await ask(fake.fetch, {
        query: 'query ($id: ID!) { product(id: $id) { handle } }',
        variables: { id },
      });
      fetched.push(json.data.product);
      return new Response();
    });
    await subscribe(fake, 'PRODUCTS_CREATE');
    await ask(fake.fetch, { query: pushMutation, variables: tee() });
    await fake.webhooks.settled();
    expect(bodies(got)).toMatchObject([{ handle: 'tee' }]);
    expect(fetched).toEqual([{ handle: 'tee' }]);
  });

  it('goes to the subscriptions of its own shop, in the name of each app', async () => {
    const shops = [
      { tokens: { shpat_fake: 'default', shpat_other: 'other' } },
      { domain: 'two.myshopify.com', tokens: { shpat_two: 'default' } },
    ];
    const { fake, got } = createHarness({ shops });
    await subscribe(fake, 'SHOP_UPDATE');
    await subscribe(fake, 'SHOP_UPDATE', { uri: 'https://other.example/' }, 'shpat_other');
    fake.emit('shop/update', {}, { shop });
    fake.emit('shop/update', {}, { shop: 'two.myshopify.com' });
    await fake.webhooks.settled();
    expect(got.map(({ url }) => url)).toEqual([uri, 'https://other.example/']);
    expect(() => fake.emit('shop/update', {})).toThrow('Give one of');
  });

  it('is decided when it happens: what is subscribed or unsubscribed later does not count', async () => {
    const { fake, got } = createHarness();
    const { webhookSubscription } = await subscribe(fake, 'APP_UNINSTALLED');
    const payload = { id: 1 };
    fake.emit('app/uninstalled', payload);
    payload.id = 2;
    fake.store.delete(shop, 'WebhookSubscription', webhookSubscription.id);
    fake.emit('app/uninstalled', payload);
    await fake.webhooks.settled();
    expect(bodies(got)).toEqual([{ id: 1 }]);
  });

  it('takes the event id and the time it is given, else an id of its own', async () => {
    const { fake, got } = createHarness();
    await subscribe(fake, 'SHOP_UPDATE');
    await subscribe(fake, 'ORDERS_CREATE');
    const triggeredAt = '2026-10-31T00:00:00.123456789Z';
    fake.emit('shop/update', {}, { eventId: 'e', triggeredAt });
    fake.emit('orders/create', {}, { eventId: 'e' });
    fake.emit('orders/create', {});
    await fake.webhooks.settled();
    expect(got.map(({ headers }) => headers['x-shopify-event-id'])).toEqual(['e', 'e', expect.stringMatching(/.{36}/)]);
    expect(got[0]?.headers['x-shopify-triggered-at']).toBe(triggeredAt);
    expect(fake.deliveries.map(({ eventId, topic }) => [eventId, topic]).slice(0, 2)).toEqual([
      ['e', 'shop/update'],
      ['e', 'orders/create'],
    ]);
  });

  it('shares its event id with what one request changed besides, and with nothing else', async () => {
    const { fake, got } = createHarness();
    await subscribe(fake, 'PRODUCTS_CREATE');
    const query = `mutation {
      a: productSet(input: { title: "A" }) { userErrors { message } }
      b: productSet(input: { title: "B" }) { userErrors { message } }
    }`;
    await ask(fake.fetch, { query });
    await ask(fake.fetch, { query: pushMutation, variables: tee() });
    await fake.webhooks.settled();
    const [first, second, third] = got.map(({ headers }) => headers['x-shopify-event-id']);
    expect(first).toBe(second);
    expect(third).not.toBe(first);
    expect(got).toHaveLength(3);
  });

  it('is cut down to the included fields', async () => {
    const { fake, got } = createHarness();
    await subscribe(fake, 'ORDERS_CREATE', { includeFields: ['id', 'lines.sku', 'customer', 'nothing', 'name.first'] });
    fake.emit('orders/create', {
      id: 1,
      note: 'x',
      name: 'text',
      lines: [{ sku: 'A', price: '1' }, { price: '2' }],
      customer: { id: 3, email: null },
    });
    await fake.webhooks.settled();
    expect(bodies(got)).toEqual([{ id: 1, name: 'text', lines: [{ sku: 'A' }, {}], customer: { id: 3, email: null } }]);
  });

  it('is held back by a filter, which sees the included fields only', async () => {
    const { fake, got } = createHarness();
    await subscribe(fake, 'ORDERS_CREATE', { filter: 'total:>=10' });
    await subscribe(fake, 'ORDERS_CREATE', { filter: 'no_such_field:*' });
    await subscribe(fake, 'ORDERS_CREATE', { filter: 'total:>=9', includeFields: ['id'] });
    for (const total of ['9.99', '10.00']) fake.emit('orders/create', { id: 1, total });
    await fake.webhooks.settled();
    expect(bodies(got)).toEqual([{ id: 1, total: '10.00' }]);
  });

  it('holds the metafields that are asked for', async () => {
    const { fake, got } = createHarness();
    const metafield = (namespace: string, key: string) => ({
      namespace,
      key,
      type: 'single_line_text_field',
      value: `${namespace}.${key}`,
    });
    const input = {
      title: 'A',
      metafields: [
        metafield('custom', 'a'),
        metafield('custom', 'b'),
        metafield('other', 'a'),
        metafield('other', 'b'),
      ],
    };
    const { json } = await ask(fake.fetch, { query: pushMutation, variables: { input } });
    const { id } = json.data.productSet.product;
    await subscribe(fake, 'ORDERS_CREATE', {
      metafieldNamespaces: ['custom'],
      metafields: [{ namespace: 'other', key: 'b' }],
    });
    await subscribe(fake, 'ORDERS_UPDATED', { metafieldNamespaces: ['custom'] });
    const payload = { id: 5, admin_graphql_api_id: id };
    fake.emit('orders/create', payload);
    fake.emit('orders/updated', { id: 5 });
    fake.emit('orders/updated', { id: 5, admin_graphql_api_id: 'gid://shopify/Product/404' });
    await fake.webhooks.settled();
    expect(bodies(got)).toMatchObject([
      { id: 5, metafields: ['custom.a', 'custom.b', 'other.b'].map((value) => ({ value, owner_resource: 'product' })) },
      { id: 5 },
      { id: 5, metafields: [] },
    ]);
    expect(bodies(got)[1]).toEqual({ id: 5 });
  });

  it('is recorded and not delivered where it would go to Pub/Sub or EventBridge', async () => {
    const { fake, got } = createHarness();
    await subscribe(fake, 'SHOP_UPDATE', { uri: 'pubsub://project:topic' });
    fake.emit('shop/update', { id: 1 });
    await fake.webhooks.settled();
    expect(got).toEqual([]);
    expect(fake.deliveries).toMatchObject([
      { uri: 'pubsub://project:topic', state: 'recorded', attempts: [], body: '{"id":1}' },
    ]);
  });

  it('can come from the app’s configuration, which no API call shows', async () => {
    const subscriptions = [
      { topics: ['app/uninstalled', 'shop/update'], uri, filter: 'id:1', includeFields: ['id'], name: 'toml' },
    ] as const;
    const { fake, got } = createHarness({ webhooks: { subscriptions } });
    fake.emit('shop/update', { id: 1, name: 'x' });
    fake.emit('shop/update', { id: 2 });
    fake.emit('orders/create', { id: 1 });
    await fake.webhooks.settled();
    expect(bodies(got)).toEqual([{ id: 1 }]);
    expect(got[0]?.headers['x-shopify-name']).toBe('toml');
    expect(await listed(fake)).toEqual([]);
  });

  it('keeps numbers beyond 2^53 exact', async () => {
    const { fake, got } = createHarness();
    await subscribe(fake, 'SHOP_UPDATE', { filter: 'id:9007199254740993', includeFields: ['id'] });
    fake.emit('shop/update', { id: 9007199254740993n, name: 'x' });
    await fake.webhooks.settled();
    expect(got.map(({ body }) => body)).toEqual(['{"id":9007199254740993}']);
  });

  it('goes to the compliance address for the compliance topics', async () => {
    const { fake, got } = createHarness({ webhooks: { complianceUrl: 'https://app.example/compliance' } });
    fake.emit('shop/redact', { shop_id: 1, shop_domain: shop });
    await fake.webhooks.settled();
    expect(got).toMatchObject([
      { url: 'https://app.example/compliance', body: `{"shop_id":1,"shop_domain":"${shop}"}` },
    ]);
    expect(got[0]?.headers['x-shopify-topic']).toBe('shop/redact');
  });
});

describe('what cannot be emitted', () => {
  it.each([
    ['a topic that Shopify does not have', 'orders/update', {}, 'topic: is orders/update'],
    ['a compliance topic that has no address', 'shop/redact', {}, 'webhooks.complianceUrl: is not set'],
    ['no copies', 'shop/update', { copies: 0 }, 'copies: is 0'],
    ['half a copy', 'shop/update', { copies: 1.5 }, 'copies: is 1.5'],
    ['to a shop that is not there', 'shop/update', { shop: 'no.myshopify.com' }, 'shop: is no.myshopify.com'],
  ])('is %s', (_what, topic, options, message) => {
    const { fake } = createHarness();
    // A caller without types may give any text.
    const emit = (): void => fake.emit(topic as 'shop/update', {}, options);
    expect(emit).toThrow(message);
    expect(emit).toThrow(expect.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID')));
  });
});

describe('the options of webhooks', () => {
  it.each([
    [{ duplicateRate: 1.1 }, 'webhooks.duplicateRate: is 1.1'],
    [{ duplicateRate: Number.NaN }, 'webhooks.duplicateRate: is NaN'],
    [{ secret: '' }, 'webhooks.secret: is empty'],
    [{ complianceUrl: 'http://app.example' }, 'webhooks.complianceUrl: is http://app.example. Address protocol'],
    [{ subscriptions: [{ topics: [], uri: 'x' }] }, 'webhooks.subscriptions[0].uri: is x. Address is invalid.'],
    [{ subscriptions: [{ topics: [], uri, filter: 'x' }] }, 'webhooks.subscriptions[0].filter: is x.'],
    [{ events: [{ handle: 'a', topic: 'Product', uri: '' }] }, "webhooks.events[0].uri: is . Address can't be blank."],
  ] as const)('%j do not fit', (webhooks, message) => {
    expect(() => createHarness({ webhooks })).toThrow(message);
    expect(() => createHarness({ webhooks })).toThrow(
      expect.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID')),
    );
  });
});
