import { createHmac } from 'node:crypto';

export const group = 'webhook verification';

export const secret = 'shpss_0123456789abcdef0123456789abcdef';
export const oldSecret = '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';
const body = JSON.stringify({ id: 42, admin_graphql_api_id: 'gid://shopify/Product/42', title: 'Thé vert 緑茶' });
const hmacOf = (bytes, key = secret) => createHmac('sha256', key).update(bytes).digest('base64');

const classic = (more = {}, key = secret, bytes = body) => ({
  'content-type': 'application/json',
  'x-shopify-topic': 'products/update',
  'x-shopify-hmac-sha256': hmacOf(bytes, key),
  'x-shopify-shop-domain': 'acme.myshopify.com',
  'x-shopify-api-version': '2026-10',
  'x-shopify-webhook-id': 'webhook-1',
  'x-shopify-event-id': 'event-1',
  'x-shopify-triggered-at': '2026-11-02T12:00:00.123456789Z',
  'x-shopify-name': 'catalogue',
  ...more,
});
const next = (more = {}, key = secret, bytes = body) => ({
  'shopify-topic': 'Product',
  'shopify-action': 'update',
  'shopify-handle': 'catalogue',
  'shopify-hmac-sha256': hmacOf(bytes, key),
  'shopify-shop-domain': 'acme.myshopify.com',
  'shopify-api-version': '2026-10',
  'shopify-webhook-id': 'webhook-1',
  'shopify-triggered-at': '2026-11-02T12:00:00Z',
  ...more,
});

const cases = {
  'classic, valid': {},
  'next generation, valid': { headers: next() },
  bytes: { rawBody: new TextEncoder().encode(body) },
  'a Buffer': { rawBody: Buffer.from(body) },
  'an ArrayBuffer': { rawBody: new TextEncoder().encode(body).buffer },
  Headers: { headers: new Headers(classic()) },
  'names in capitals': {
    headers: Object.fromEntries(Object.entries(classic()).map(([name, value]) => [name.toUpperCase(), value])),
  },
  'headers in lists': {
    headers: Object.fromEntries(Object.entries(classic()).map(([name, value]) => [name, [value]])),
  },
  'the old secret, first': { headers: classic({}, oldSecret), secrets: [oldSecret, secret] },
  'the old secret, second': { headers: classic({}, oldSecret), secrets: [secret, oldSecret] },
  'the old secret, not given': { headers: classic({}, oldSecret) },
  'secrets with gaps': { secrets: [undefined, '', secret] },
  'no secret': { secrets: undefined },
  'no secrets in a list': { secrets: [] },
  'a secret with a line break': { secrets: `${secret}\n` },
  'a secret that is no text': { secrets: 7 },
  'another body': { rawBody: `${body} ` },
  'a parsed body': { rawBody: JSON.parse(body) },
  'no body': { rawBody: undefined },
  'an empty body': { rawBody: '', headers: classic({}, secret, '') },
  'no signature': { headers: { ...classic(), 'x-shopify-hmac-sha256': undefined } },
  'an empty signature': { headers: classic({ 'x-shopify-hmac-sha256': '' }) },
  'a signature in hex': {
    headers: classic({ 'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('hex') }),
  },
  'two signatures': { headers: classic({ 'x-shopify-hmac-sha256': [hmacOf(body), hmacOf(body)] }) },
  'a signature of another length': { headers: classic({ 'x-shopify-hmac-sha256': 'AAAA' }) },
  'both families': { headers: { ...classic(), ...next() } },
  'both families, the classic one wrong': {
    headers: { ...classic({ 'x-shopify-hmac-sha256': hmacOf('x') }), ...next() },
  },
  'no topic': { headers: { ...classic(), 'x-shopify-topic': undefined } },
  'no shop': { headers: { ...classic(), 'x-shopify-shop-domain': undefined } },
  'an odd shop': { headers: classic({ 'x-shopify-shop-domain': 'evil.example' }) },
  'a shop in capitals': { headers: classic({ 'x-shopify-shop-domain': 'ACME.myshopify.com' }) },
  'only what must be': {
    headers: {
      'x-shopify-topic': 'app/uninstalled',
      'x-shopify-hmac-sha256': hmacOf(body),
      'x-shopify-shop-domain': 'acme.myshopify.com',
    },
  },
  'no headers': { headers: {} },
  'headers that are none': { headers: null },
  'headers that throw': {
    headers: {
      get: () => {
        throw new Error('scenario: odd');
      },
    },
  },
  'no action': { headers: { ...next(), 'shopify-action': undefined } },
};

export function define({ add, api }) {
  for (const [name, input] of Object.entries(cases)) {
    add(name, async ({ tried }) => {
      const whole = { rawBody: body, headers: classic(), secrets: secret, ...input };
      return {
        sync: await tried(() => api.get('verifyWebhook')(whole)),
        async: await tried(() => api.get('verifyWebhookAsync')(whole)),
      };
    });
  }
  for (const input of [undefined, null, {}, 'x']) {
    add(`the input ${JSON.stringify(input)}`, async ({ tried }) => ({
      sync: await tried(() => api.get('verifyWebhook')(input)),
      async: await tried(() => api.get('verifyWebhookAsync')(input)),
    }));
  }
  add('topics and their enum', async () => {
    const topics = [...api.get('webhookTopics')];
    return {
      topics,
      enums: topics.map((topic) => api.get('topicToEnum')(topic)),
      back: topics.map((topic) => api.get('topicFromEnum')(api.get('topicToEnum')(topic))),
      compliance: api.get('complianceTopics'),
      events: api.get('eventTopics'),
      odd: [api.get('topicFromEnum')('BRAND_NEW')],
    };
  });
  add('what signs', async () => ({
    classic: api.get('signWebhook')({
      secret,
      topic: 'products/update',
      shop: 'acme.myshopify.com',
      payload: { id: 1 },
      webhookId: 'a',
      eventId: 'b',
      triggeredAt: '2026-11-02T12:00:00Z',
      name: 'n',
    }),
    next: api.get('signEvent')({
      secret,
      shop: 'acme.myshopify.com',
      handle: 'h',
      topic: 'Product',
      action: 'update',
      webhookId: 'a',
      triggeredAt: '2026-11-02T12:00:00Z',
    }),
  }));

  const payloads = {
    'products/update': [
      { id: 1, title: 'x', variants: [{ id: 1, price: '1.00' }] },
      { id: 'x' },
      { variants: [{ price: 1 }] },
      {},
      null,
    ],
    'products/delete': [{ id: 1 }, {}],
    'orders/create': [{ id: 1, line_items: [{ id: 1, quantity: 2 }] }, { line_items: {} }],
    'orders/edited': [
      { order_edit: { id: 1, order_id: 2, line_items: { additions: [], removals: [] } } },
      { order_edit: 1 },
    ],
    'customers/create': [
      { id: 1, email: null },
      { id: 'x', addresses: [1] },
    ],
    'customers/merge': [{ admin_graphql_api_customer_kept_id: 'x' }, { errors: 1 }],
    'inventory_levels/update': [
      { inventory_item_id: 1, location_id: 2, available: null, updated_at: 'x' },
      { available: 'x' },
    ],
    'inventory_items/create': [{ id: 1, sku: null, tracked: true }, { tracked: 'x' }],
    'collections/update': [{ id: 1, title: 'x' }, { id: [] }],
    'shop/update': [{ id: 1, name: 'x' }, { name: 1 }],
    'app/uninstalled': [{ id: 1, domain: 'x' }, 7],
    'app/scopes_update': [{ id: 1, previous: ['a'], current: ['b'] }, { current: 'b' }],
    'bulk_operations/finish': [{ admin_graphql_api_id: 'x', status: 'completed', error_code: null }, { status: 1 }],
    'customers/redact': [{ shop_id: 1, shop_domain: 'x', customer: { id: 1 }, orders_to_redact: [1] }, { customer: 1 }],
    'customers/data_request': [{ shop_id: 1, shop_domain: 'x', data_request: { id: 1 } }, { data_request: [] }],
    'shop/redact': [{ shop_id: 1, shop_domain: 'x' }, { shop_id: 'x' }],
    'themes/publish': [{ id: 1 }, 'anything'],
    Product: [
      {
        topic: 'Product',
        action: 'update',
        handle: 'h',
        fields_changed: { added: [], updated: [], removed: [] },
        query_variables: {},
      },
      { topic: 1 },
    ],
  };
  for (const [topic, list] of Object.entries(payloads)) {
    add(`payloads of ${topic}`, async ({ tried }) =>
      Promise.all(list.map((payload) => tried(() => api.get('parsePayload')(topic, payload)))),
    );
  }
  add('payloads that the package makes for tests', async ({ tried }) => {
    const made = {};
    for (const name of [
      'productPayload',
      'variantPayload',
      'orderPayload',
      'customerPayload',
      'inventoryItemPayload',
      'inventoryLevelPayload',
      'collectionPayload',
      'shopPayload',
      'shopRedactPayload',
      'customerRedactPayload',
      'customerDataRequestPayload',
      'bulkOperationFinishPayload',
      'scopesUpdatePayload',
    ]) {
      made[name] = await tried(() => api.get(name)({}));
    }
    return made;
  });
}
