// @ts-nocheck
import {
  bulkOperationFinishPayload,
  collectionPayload,
  createFakeShopify,
  customerDataRequestPayload,
  customerPayload,
  customerRedactPayload,
  inventoryItemPayload,
  inventoryLevelPayload,
  orderPayload,
  productPayload,
  scopesUpdatePayload,
  shopPayload,
  shopRedactPayload,
  signEvent,
  variantPayload,
} from 'shopwright/testing';
import { type classicPayloadSchemas, parsePayload, payloadSchemas } from 'shopwright/webhooks/payloads';
import { complianceTopics, eventTopics, webhookTopics } from 'shopwright/webhooks/topics';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../testing/ask.ts';

/** What each topic's payload looks like. The shapes are those of https://shopify.dev/docs/api/webhooks/latest. */
const samples: Record<keyof typeof classicPayloadSchemas, object> = {
  'app/scopes_update': scopesUpdatePayload(),
  'app/uninstalled': shopPayload({ domain: null, myshopify_domain: null, updated_at: null }),
  'bulk_operations/finish': bulkOperationFinishPayload(),
  'collections/create': collectionPayload(),
  'collections/delete': { id: 501, published_scope: 'web', admin_graphql_api_id: 'gid://shopify/Collection/501' },
  'collections/update': collectionPayload({ sort_order: null }),
  'customers/create': customerPayload(),
  'customers/data_request': customerDataRequestPayload(),
  'customers/delete': { id: 701, tax_exemptions: [], admin_graphql_api_id: 'gid://shopify/Customer/701' },
  'customers/disable': customerPayload({ email: null, default_address: null }),
  'customers/enable': customerPayload(),
  'customers/merge': {
    admin_graphql_api_customer_kept_id: 'gid://shopify/Customer/1',
    admin_graphql_api_customer_deleted_id: 'gid://shopify/Customer/2',
    admin_graphql_api_job_id: null,
    status: 'failed',
    errors: [{ customer_ids: [1], field: 'merge_in_progress', message: 'is being merged' }],
  },
  'customers/redact': customerRedactPayload(),
  'customers/update': customerPayload(),
  'inventory_items/create': inventoryItemPayload(),
  'inventory_items/delete': { id: 4001, country_harmonized_system_codes: [] },
  'inventory_items/update': inventoryItemPayload({ cost: '9.90' }),
  'inventory_levels/connect': inventoryLevelPayload(),
  'inventory_levels/disconnect': { inventory_item_id: 4001, location_id: 601 },
  'inventory_levels/update': inventoryLevelPayload({ available: null }),
  'orders/cancelled': orderPayload({ cancel_reason: 'customer', financial_status: 'voided' }),
  'orders/create': orderPayload({ customer: null, shipping_address: null }),
  'orders/delete': { id: 801 },
  'orders/edited': {
    order_edit: { id: 1, order_id: 801, line_items: { additions: [{ id: 2, delta: 1 }], removals: [] }, discounts: {} },
  },
  'orders/fulfilled': orderPayload({ fulfillment_status: 'fulfilled' }),
  'orders/paid': orderPayload(),
  'orders/partially_fulfilled': orderPayload({ fulfillment_status: 'partial' }),
  'orders/updated': orderPayload(),
  'products/create': productPayload(),
  'products/delete': { id: 42 },
  'products/update': productPayload({ options: [], image: null, published_at: null }),
  'shop/redact': shopRedactPayload(),
  'shop/update': shopPayload(),
  'variants/in_stock': variantPayload({ inventory_item_id: null }),
  'variants/out_of_stock': variantPayload({ inventory_quantity: 0, sku: null }),
};
const typed = Object.entries(samples);

describe('parsePayload', () => {
  it.each(typed)('takes what Shopify sends for %s, and hands on the very same object', (topic, payload) => {
    const parsed = parsePayload(topic, payload);
    expect(parsed).toEqual({ ok: true, payload });
    expect(parsed.ok && parsed.payload).toBe(payload);
  });

  it.each(typed)('lets fields pass that %s does not have today', (topic, payload) => {
    const later = { ...payload, added_next_quarter: { deep: [1] } };
    expect(parsePayload(topic, later)).toEqual({ ok: true, payload: later });
  });

  it.each(typed.filter(([topic]) => !/delete|disconnect|data_request|redact/.test(topic)))(
    'takes %s of a subscription whose includeFields leaves fields out',
    (topic, payload) => {
      for (const field of Object.keys(payload)) {
        const { [field]: only, ...others } = payload as Record<string, unknown>;
        expect(parsePayload(topic, { [field]: only }).ok).toBe(true);
        expect(parsePayload(topic, others).ok).toBe(true);
      }
      expect(parsePayload(topic, {}).ok).toBe(true);
    },
  );

  it.each([
    ['products/update', { id: 'gid://shopify/Product/1' }, ['id']],
    ['products/update', { variants: [{ price: '1.00' }, { price: 1 }] }, ['variants[1].price']],
    ['products/delete', {}, ['id']],
    ['inventory_levels/update', { available: 'many', location_id: null }, ['location_id', 'available']],
    ['inventory_levels/disconnect', { inventory_item_id: 1 }, ['location_id']],
    ['orders/paid', { customer: { addresses: {} } }, ['customer.addresses']],
    ['customers/redact', { shop_id: 1, shop_domain: 'demo.myshopify.com' }, ['customer']],
    ['shop/redact', { shop_id: 1 }, ['shop_domain']],
    ['Product', { topic: 'Product', handle: 'titles', fields_changed: 5 }, ['action', 'fields_changed']],
    ['products/update', null, ['']],
    ['products/update', [], ['']],
  ])('names the fields of %s that are wrong in %j', (topic, payload, paths) => {
    const parsed = parsePayload(topic, payload);
    expect(parsed.ok ? [] : parsed.issues.map(({ path }) => path)).toEqual(paths);
  });

  it('says nothing of the payload in what it finds wrong', () => {
    const parsed = parsePayload('customers/update', { email: ['ada@customer.example'], id: 'secret-4711' });
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toMatch(/ada@|4711/);
  });

  it.each(webhookTopics.filter((topic) => !payloadSchemas.has(topic)).slice(0, 20))(
    'takes %s, which has no schema, as it is',
    (topic) => {
      const payload = { anything: [null] };
      expect(parsePayload(topic, payload)).toEqual({ ok: true, payload });
    },
  );

  it('takes no name of an object for a topic', () => {
    expect(parsePayload('constructor', 5)).toEqual({ ok: true, payload: 5 });
  });

  it('has a schema for every compliance topic and every next-generation topic', () => {
    for (const topic of [...complianceTopics, ...eventTopics]) expect(payloadSchemas.has(topic)).toBe(true);
  });

  it('takes ids above 2^53, though JSON has rounded them', () => {
    // Shopify's own samples have them. The gid is exact.
    const payload = JSON.parse(
      '{"id":820982911946154508,"admin_graphql_api_id":"gid://shopify/Order/820982911946154508"}',
    );
    expect(payload.id).not.toBe(820982911946154508n);
    expect(parsePayload('orders/create', payload)).toMatchObject({
      ok: true,
      payload: { admin_graphql_api_id: 'gid://shopify/Order/820982911946154508' },
    });
  });

  it('takes a next-generation event, however deep its data are', () => {
    const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    const { body } = signEvent({
      secret: 's',
      shop: 'demo.myshopify.com',
      handle: 'titles',
      topic: 'Product',
      action: 'update',
      fieldsChanged: { updated: ["product[id: 'gid://shopify/Product/1'].title"] },
      queryVariables: { productId: 'gid://shopify/Product/1' },
    });
    const payload = { ...JSON.parse(body), data: deep, errors: [{ message: 'no access' }] };
    expect(parsePayload('Product', payload).ok).toBe(true);
  });
});

it('what the fake delivers fits the schemas', async () => {
  const fake = createFakeShopify();
  onTestFinished(() => fake.close());
  const got: [string, unknown][] = [];
  fake.webhooks.onDelivery(async (request) => {
    got.push([request.headers.get('x-shopify-topic') ?? '', await request.json()]);
    return new Response();
  });
  const run = async (query: string): Promise<void> => {
    const { json } = await ask(fake.fetch, { query });
    expect(json.errors).toBeUndefined();
  };
  for (const topic of ['PRODUCTS_CREATE', 'PRODUCTS_UPDATE', 'PRODUCTS_DELETE', 'INVENTORY_ITEMS_CREATE']) {
    await run(`mutation { webhookSubscriptionCreate(topic: ${topic},
      webhookSubscription: { uri: "https://app.example/hooks" }) { userErrors { message } } }`);
  }
  await run('mutation { productCreate(product: { title: "Tee" }) { product { id } userErrors { message } } }');
  await fake.webhooks.settled();
  expect(got.map(([topic]) => topic)).toContain('products/create');
  for (const [topic, payload] of got) expect(parsePayload(topic, payload)).toEqual({ ok: true, payload });
});

describe('payload factories', () => {
  it('let gids follow the id', () => {
    expect(productPayload({ id: 7 })).toMatchObject({
      id: 7,
      admin_graphql_api_id: 'gid://shopify/Product/7',
      variants: [{ product_id: 7 }],
    });
    expect(inventoryLevelPayload({ inventory_item_id: 1, location_id: 2 }).admin_graphql_api_id).toBe(
      'gid://shopify/InventoryLevel/2?inventory_item_id=1',
    );
  });

  it('leave a field out that is set to undefined', () => {
    expect('title' in productPayload({ title: undefined })).toBe(false);
    expect('id' in orderPayload({ id: undefined })).toBe(false);
  });
});
