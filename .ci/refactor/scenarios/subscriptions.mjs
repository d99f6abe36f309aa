export const group = 'subscriptions';

const shop = 'demo.myshopify.com';
const uri = 'https://app.example.com/webhooks';
const base = [
  { topic: 'products/update', uri, filter: 'status:active', includeFields: ['id', 'status', 'updated_at'] },
  { topic: 'app/uninstalled', uri: 'pubsub://my-project:my-topic' },
  {
    topic: 'orders/create',
    uri: 'arn:aws:events:us-east-1::event-source/aws.partner/shopify.com/1234/source',
    name: 'orders-to-aws',
    metafieldNamespaces: ['custom', '$app'],
    metafields: [{ key: 'a' }, { namespace: '$app:extra', key: 'b' }],
  },
];

export function define({ add, api }) {
  const setUp = (kit, options = {}) => {
    const made = kit.fakeShop(options);
    const store = api.get('memoryStores')({ clock: made.clock }).keyValue;
    const sync = (desired, more = {}) =>
      kit.outcome(made.clock.run(api.get('syncSubscriptions')({ client: made.client, desired, ...more })));
    const stored = () => made.fake.store.all(shop, 'WebhookSubscription');
    const subscribe = (topic, input = {}) =>
      made.clock.run(
        made.client.graphql(
          'mutation ($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) { payload: webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) { webhookSubscription { id } userErrors { field message } } }',
          { topic, input: { uri, ...input } },
        ),
      );
    return { ...made, store, sync, stored, subscribe };
  };
  const changes = {
    'the same': base,
    'without one': base.slice(1),
    'another uri': [{ ...base[0], uri: `${uri}/2` }, ...base.slice(1)],
    'another filter': [{ ...base[0], filter: 'status:draft' }, ...base.slice(1)],
    'another topic under one name': [base[0], base[1], { ...base[2], topic: 'orders/updated' }],
    'other fields': [{ ...base[0], includeFields: ['status', 'id'] }, ...base.slice(1)],
    XML: [{ ...base[0], format: 'XML' }, ...base.slice(1)],
    none: [],
    'one more of a topic': [...base, { topic: 'products/update', uri, name: 'second' }],
  };
  for (const [name, desired] of Object.entries(changes)) {
    for (const [with_, withStore] of [
      ['a store', true],
      ['no store', false],
    ]) {
      add(`then ${name}, with ${with_}`, async (kit) => {
        const { sync, stored, store, sent, fake } = setUp(kit);
        const more = withStore ? { store } : {};
        const reports = [
          await sync(base, more),
          await sync(desired, { ...more, dryRun: true }),
          await sync(desired, more),
          await sync(desired, more),
        ];
        return { reports, stored: stored(), keys: await kit.keysOf(store), sent, calls: fake.calls.length };
      });
    }
  }
  const wrong = [
    [{ topic: 'products/nothing', uri }],
    [{ topic: 'products/update', uri: 'ftp://x' }],
    [{ topic: 'products/update', uri: 'http://example.com/x' }],
    [{ topic: 'products/update', uri: 'pubsub://x' }],
    [{ topic: 'products/update', uri: 'arn:aws:x' }],
    [
      { topic: 'products/update', uri },
      { topic: 'products/update', uri },
    ],
    [{ topic: 'products/update', uri, name: 'bad name' }],
    [{ topic: 'products/update', uri, filter: 'status:active', includeFields: ['id'] }],
    [{ topic: 'products/update', uri, filter: '((' }],
    [{ topic: 'products/update', uri, includeFields: [] }],
    [{ topic: 'customers/redact', uri }],
    [null],
    'text',
  ];
  for (const [at, desired] of wrong.entries()) {
    add(`refused, ${at}`, async (kit) => {
      const { sync, stored, sent } = setUp(kit);
      return { report: await sync(desired), stored: stored(), sent };
    });
  }
  for (const owner of ['', 'x'.repeat(21), 'a__b', 'a_', 'other']) {
    add(`the owner ${owner}`, async (kit) => {
      const { sync, stored } = setUp(kit);
      await sync(base);
      return { report: await sync(base.slice(0, 1), { owner }), stored: stored() };
    });
  }
  add('what other hands did', async (kit) => {
    const { sync, stored, subscribe, store, fake, sent } = setUp(kit);
    await subscribe('PRODUCTS_UPDATE', { uri: `${uri}/foreign` });
    await subscribe('ORDERS_PAID', { name: 'other__orders_paid' });
    const first = await sync(base, { store });
    const [ours] = stored().filter(({ name }) => String(name).startsWith('shopwright__'));
    fake.store.delete(shop, 'WebhookSubscription', ours.id);
    return { first, second: await sync(base, { store }), third: await sync(base, { store }), stored: stored(), sent };
  });
  for (const kind of ['status-500', 'reset-after', 'throttled', 'status-401', 'hang-after', 'html']) {
    for (const times of [1, 9]) {
      add(`a mutation meets ${kind} ${times} times`, async (kit) => {
        const { sync, stored, fake, sent, store } = setUp(kit, {
          client: { timeoutMs: 3000, retry: { maxRetries: 1 } },
        });
        fake.faults.next(api.word(kind), { operation: 'webhookSubscriptionCreate', times });
        const reports = [await sync(base, { store })];
        fake.faults.clear();
        reports.push(await sync(base, { store }));
        return { reports, stored: stored(), sent };
      });
    }
  }
  add('aborted', async (kit) => {
    const { sync, stored } = setUp(kit);
    return { report: await sync(base, { signal: AbortSignal.abort(new Error('scenario: left')) }), stored: stored() };
  });
}
