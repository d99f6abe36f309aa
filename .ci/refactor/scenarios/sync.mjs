export const group = 'sync';

const domain = 'demo.myshopify.com';

export const tee = (localId = 'tee-1', more = {}) => ({
  localId,
  title: `Tee ${localId}`,
  descriptionHtml: '<p>Soft.</p>',
  images: [{ url: `https://cdn.example.com/${localId}.jpg`, alt: 'A tee' }],
  variants: [
    { sku: `${localId}-S`, price: '24.90', options: { Size: 'S' } },
    { sku: `${localId}-M`, price: '24.90', options: { Size: 'M' }, imageUrl: `https://cdn.example.com/${localId}.jpg` },
  ],
  ...more,
});

export function define({ add, api }) {
  const setUp = (kit, options = {}) => {
    const made = kit.fakeShop(options);
    const stores = api.get('memoryStores')({ clock: made.clock });
    const sync = api.get('createProductSync')({ client: made.client, stores, clock: made.clock, ...options.sync });
    const run = (promise) => kit.outcome(made.clock.run(promise));
    const end = async () => ({
      sent: made.sent,
      events: made.events,
      logs: made.logs,
      stored: await kit.dump(stores, domain),
      products: made.fake.products(),
      health: await sync.health(),
      at: made.clock.monotonic(),
    });
    return { ...made, stores, sync, run, end };
  };

  const drafts = {
    'a product': [tee()],
    'the same twice': [tee(), tee()],
    'keys in another order': [tee(), Object.fromEntries(Object.entries(tee()).reverse())],
    'a new title': [tee(), tee('tee-1', { title: 'New' })],
    'new images': [
      tee(),
      tee('tee-1', {
        images: [{ url: 'https://cdn.example.com/new.jpg' }],
        variants: [{ sku: 'x', price: '1', options: { Size: 'S' } }],
      }),
    ],
    'a new price': [
      tee(),
      tee('tee-1', { variants: [{ sku: 'tee-1-S', price: 25, compareAtPrice: '30', options: { Size: 'S' } }] }),
    ],
    metafields: [
      tee('tee-1', { metafields: [{ namespace: 'care', key: 'wash', type: 'single_line_text_field', value: '30' }] }),
      tee('tee-1', {
        title: 'Other',
        metafields: [{ namespace: 'care', key: 'wash', type: 'single_line_text_field', value: '40' }],
      }),
    ],
    'all fields': [
      tee('tee-1', {
        vendor: 'Acme',
        productType: 'Tee',
        handle: 'the-tee',
        tags: ['b', 'a'],
        status: 'ACTIVE',
        seo: { title: 's', description: 'd' },
        variants: [
          {
            sku: 'x',
            price: '1.5',
            barcode: '123',
            taxable: false,
            inventoryPolicy: 'CONTINUE',
            options: { Size: 'S', Colour: 'Red' },
          },
        ],
        options: ['Colour', 'Size'],
      }),
    ],
    'without options': [tee('mug', { variants: [{ sku: 'mug', price: 12, options: {} }] })],
    'two of one handle': [
      tee('first', { handle: 'same' }),
      tee('second', { handle: 'same' }),
      tee('second', { handle: 'same' }),
    ],
    invalid: [tee('x', { title: '', variants: [] })],
    nothing: [null],
    text: ['text'],
    'an empty object': [{}],
    'an odd id': [tee('x'.repeat(300))],
  };
  for (const [name, list] of Object.entries(drafts)) {
    for (const [way, sync] of Object.entries({
      plain: {},
      published: { publishTo: ['online store', 'Point of Sale'] },
      adopting: { adoptByHandle: true },
    })) {
      add(`push ${name}, ${way}`, async (kit) => {
        const { sync: made, run, end, clock } = setUp(kit, { sync });
        const results = [];
        for (const draft of list) {
          results.push(await run(made.push(draft)));
          await clock.advance(1000);
        }
        return { results, ...(await end()) };
      });
    }
  }

  const kinds = [
    'status-500',
    'status-502',
    'status-503',
    'status-429',
    'status-401',
    'status-402',
    'status-403',
    'status-423',
    'status-500-after',
    'status-503-after',
    'bad-gateway-html',
    'reset-before',
    'reset-after',
    'slow',
    'hang',
    'hang-after',
    'throttled',
    'html',
    'truncated',
    'empty',
    'wrong-content-length',
    'version-fall-forward',
    'deprecated',
  ];
  for (const kind of kinds) {
    for (const operation of ['ProductPush', 'ProductPublish', 'MetafieldDefinitionEnsure']) {
      for (const times of [1, 9]) {
        if (times === 9 && operation !== 'ProductPush') continue;
        add(`push while ${operation} meets ${kind} ${times} times`, async (kit) => {
          const { sync, fake, run, end } = setUp(kit, {
            sync: { publishTo: ['Online Store'] },
            client: { timeoutMs: 3000, retry: { maxRetries: 2 } },
          });
          fake.faults.next(api.word(kind), { operation, times });
          const results = [await run(sync.push(tee()))];
          fake.faults.clear();
          results.push(await run(sync.push(tee())), await run(sync.push(tee('tee-1', { title: 'New' }))));
          return { results, ...(await end()) };
        });
      }
    }
  }

  add('pushMany of good and bad, with progress', async (kit) => {
    const { sync, run, end } = setUp(kit, { sync: { concurrency: 1 } });
    const progress = [];
    const products = [
      tee('a'),
      null,
      tee('b', { handle: 'tee-a' }),
      { localId: 'c' },
      tee('d'),
      'text',
      tee('a', { title: 'Other' }),
    ];
    const summary = await run(sync.pushMany(products, { onProgress: (step) => progress.push(step) }));
    return { summary, progress, again: await run(sync.pushMany(products)), ...(await end()) };
  });
  add('pushMany of 60 at once, in a dry run first', async (kit) => {
    const { sync, run, end, fake } = setUp(kit, { fake: { latencyMs: 50 } });
    const products = Array.from({ length: 60 }, (_, at) => tee(`p-${at}`));
    const dry = await run(sync.pushMany(products, { dryRun: true }));
    const calls = fake.calls.length;
    const first = await run(sync.pushMany(products));
    const changed = products.map((product, at) => (at % 3 ? product : { ...product, title: 'New' }));
    const dryAgain = await run(sync.pushMany(changed, { dryRun: true }));
    const second = await run(sync.pushMany(changed));
    const { sent, events, ...rest } = await end();
    return { dry, calls, first, dryAgain, second, sent: sent.length, executed: fake.executed('productSet'), ...rest };
  });
  add('pushMany from a source that is asynchronous, and one that fails', async (kit) => {
    const { sync, run, end } = setUp(kit, { sync: { concurrency: 2 } });
    async function* source(fails) {
      yield tee('a');
      yield tee('b');
      if (fails) throw new Error('scenario: source');
    }
    return {
      good: await run(sync.pushMany(source(false))),
      bad: await run(sync.pushMany(source(true))),
      ...(await end()),
    };
  });
  add('pushMany that is aborted', async (kit) => {
    const { sync, run, end } = setUp(kit, { sync: { concurrency: 1 }, fake: { latencyMs: 100 } });
    const controller = new AbortController();
    const products = ['a', 'b', 'c', 'd'].map((id) => tee(id));
    const onProgress = ({ finished }) => {
      if (finished === 2) controller.abort(new Error('scenario: stop'));
    };
    const early = await run(sync.pushMany(products, { signal: AbortSignal.abort('before') }));
    return {
      early,
      stopped: await run(sync.pushMany(products, { signal: controller.signal, onProgress })),
      rest: await run(sync.pushMany(products)),
      ...(await end()),
    };
  });
  add('pushMany whose listener throws', async (kit) => {
    const { sync, run, end } = setUp(kit);
    const onProgress = () => {
      throw new Error('scenario: listener');
    };
    return { run: await run(sync.pushMany([tee('a'), tee('b')], { onProgress })), ...(await end()) };
  });
  for (const [name, options] of Object.entries({
    'a wrong token': { client: { accessToken: 'shpat_wrong' } },
    'an uninstalled app': { fake: { shops: [{ domain, state: 'uninstalled' }] } },
    'a frozen shop': { fake: { shops: [{ domain, state: 'frozen' }] } },
    'a locked shop': { fake: { shops: [{ domain, state: 'locked' }] } },
    'a token without the scope': { fake: { shops: [{ domain, scopes: ['read_products'] }] } },
    'a channel that is not there': { sync: { publishTo: ['Moon'] } },
    'an odd concurrency': { sync: { concurrency: 0 } },
  })) {
    add(`${name}`, async (kit) =>
      kit.tried(async () => {
        const { sync, run, end } = setUp(kit, options);
        return {
          one: await run(sync.push(tee('a'))),
          many: await run(sync.pushMany([tee('a'), tee('b')])),
          dry: await run(sync.pushMany([tee('a')], { dryRun: true })),
          ...(await end()),
        };
      }),
    );
  }
  add('pushes of one product at the same time', async (kit) => {
    const { sync, run, end } = setUp(kit, { fake: { latencyMs: 100 } });
    const results = await run(
      Promise.all([sync.push(tee()), sync.push(tee()), sync.push(tee('tee-1', { title: 'Last' }))]),
    );
    return { results, ...(await end()) };
  });
  add('the records are lost, and the product is there', async (kit) => {
    const { sync, run, end, client, clock } = setUp(kit);
    const first = await run(sync.push(tee()));
    const stores = api.get('memoryStores')({ clock });
    const another = api.get('createProductSync')({ client, stores, clock });
    return { first, again: await run(another.push(tee())), stored: await kit.dump(stores, domain), ...(await end()) };
  });
  for (const adoptByHandle of [false, true]) {
    add(`a product of another hand has the handle, adopting ${adoptByHandle}`, async (kit) => {
      const { sync, run, end, client } = setUp(kit, { sync: { adoptByHandle } });
      const foreign = {
        title: 'Made by hand',
        handle: 'the-tee',
        metafields: [{ namespace: 'care', key: 'wash', type: 'single_line_text_field', value: '30' }],
      };
      await run(
        client.graphql(
          'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } userErrors { message } } }',
          { input: foreign },
        ),
      );
      const results = [];
      for (const draft of [
        tee('b', { handle: 'the-tee' }),
        tee('c', { handle: 'the-tee' }),
        tee('b', { handle: 'renamed' }),
        tee('d', { handle: 'free' }),
      ]) {
        results.push(await run(sync.push(draft)));
      }
      return {
        results,
        dry: await run(sync.pushMany([tee('e', { handle: 'the-tee' })], { dryRun: true })),
        ...(await end()),
      };
    });
  }
  for (const recreateDeleted of [false, true]) {
    add(`a product that somebody deleted, recreating ${recreateDeleted}`, async (kit) => {
      const { sync, run, end, fake } = setUp(kit, { sync: { recreateDeleted } });
      const made = await run(sync.push(tee()));
      fake.store.delete(domain, 'Product', made.value.gid);
      const results = [
        await run(sync.push(tee('tee-1', { title: 'New' }))),
        await run(sync.push(tee('tee-1', { title: 'New' }))),
      ];
      return { made, results, ...(await end()) };
    });
  }
  for (const method of ['get', 'put', 'counts']) {
    add(`a record store whose ${method} fails`, async (kit) => {
      const { sync, run, stores, fake } = setUp(kit);
      const old = stores.records[method];
      stores.records[method] = () => Promise.reject(new (api.get('StorageError'))('scenario: disk full', false));
      const results = [await run(sync.push(tee())), await run(sync.pushMany([tee('a')])), await run(sync.health())];
      stores.records[method] = old;
      return { results, again: await run(sync.push(tee())), executed: fake.executed('productSet') };
    });
  }

  // Webhooks.
  const update = (payload, topic = 'products/update') => ({ topic, shop: domain, payload });
  add('webhooks of its own product, one by one', async (kit) => {
    const { sync, run, end, stores, clock } = setUp(kit);
    await run(sync.push(tee()));
    const record = await stores.records.get(domain, 'tee-1');
    const later = (ms) => new Date(Date.parse(record.shopifyUpdatedAt) + ms).toISOString();
    const of = (more) => ({ admin_graphql_api_id: record.gid, ...more });
    const effects = [];
    for (const webhook of [
      update(of({ updated_at: record.shopifyUpdatedAt })),
      update(of({ updated_at: later(-60_000) })),
      update(of({ updated_at: later(60_000) })),
      update(of({ updated_at: later(60_000) })),
      update(of({ updated_at: later(120_000), title: 'Tee tee-1' })),
      update(of({})),
      update({ id: 999 }),
      update(null),
      update('text'),
      update({}),
      update({ id: 1 }, 'orders/paid'),
      { ...update(of({ updated_at: later(240_000) })), shop: 'other.myshopify.com' },
      update({ id: Number(record.gid.split('/').at(-1)) }, 'products/delete'),
    ]) {
      effects.push(await run(sync.applyWebhook(webhook)), await stores.records.get(domain, 'tee-1'));
    }
    await clock.advance(1000);
    return { effects, after: await run(sync.push(tee('tee-1', { title: 'New' }))), ...(await end()) };
  });
  add('webhooks of products and stock, by their handlers', async (kit) => {
    const { sync, run, stores, clock } = setUp(kit);
    await run(sync.push(tee()));
    const record = await stores.records.get(domain, 'tee-1');
    const told = [];
    const hear = (name) => (event) => {
      told.push([name, event]);
    };
    const secret = 'hush';
    const handler = api.get('createWebhookHandler')({
      secrets: secret,
      clock,
      on: api.get('createSyncWebhooks')({
        sync,
        stores,
        onEvent: hear('event'),
        [api.word('onOutsideChange')]: hear('change'),
        onDeleted: hear('deleted'),
        onInventory: hear('stock'),
      }),
    });
    const send = async (topic, payload, triggeredAt = '2026-11-01T00:00:00Z') => {
      const { body, headers } = api.get('signWebhook')({
        secret,
        topic,
        shop: domain,
        payload,
        triggeredAt,
        webhookId: 'w',
        eventId: 'e',
      });
      return (await clock.run(handler(new Request('http://localhost/', { method: 'POST', headers, body })))).status;
    };
    const later = (ms) => new Date(Date.parse(record.shopifyUpdatedAt) + ms).toISOString();
    const body = (ms, more = {}) => ({
      admin_graphql_api_id: record.gid,
      updated_at: later(ms),
      title: 'Tee tee-1',
      vendor: 'Acme',
      status: 'active',
      tags: 'a, b',
      variants: [{ id: 1, price: '24.90', sku: 'tee-1-S', inventory_quantity: 3 }],
      images: [{ position: 1, alt: null, src: 'https://cdn/pending' }],
      ...more,
    });
    const level = (available, updated_at, more = {}) => ({
      inventory_item_id: 808950810,
      location_id: 655441491,
      available,
      ...(updated_at && { updated_at }),
      ...more,
    });
    const statuses = [];
    for (const [topic, payload, at] of [
      ['products/update', body(0)],
      ['products/update', body(60_000, { images: [{ position: 1, alt: null, src: 'https://cdn/ready.jpg' }] })],
      [
        'products/update',
        body(120_000, { variants: [{ id: 1, price: '24.90', sku: 'tee-1-S', inventory_quantity: 2 }] }),
      ],
      ['products/update', body(180_000, { title: 'Sale!' })],
      ['products/update', body(180_000, { title: 'Sale!' })],
      ['products/update', { id: 999 }],
      ['inventory_levels/update', level(5, '2026-11-02T12:00:01-05:00')],
      ['inventory_levels/update', level(9, '2026-11-02T12:00:00-05:00')],
      ['inventory_levels/update', level(4, '2026-11-02T17:00:02Z')],
      ['inventory_levels/update', level(null), '2026-11-03T00:00:00Z'],
      ['inventory_levels/update', level(1), '2026-11-02T00:00:00Z'],
      ['inventory_levels/update', '{"inventory_item_id":9007199254740993,"location_id":1,"available":4}'],
      ['inventory_levels/update', { location_id: 1 }],
      ['inventory_levels/update', level(1, 'x', { inventory_item_id: '../1' })],
      ['products/delete', { id: Number(record.gid.split('/').at(-1)) }],
      ['products/delete', '{"id":9007199254740993}'],
    ]) {
      statuses.push([topic, await send(topic, payload, at), told.splice(0)]);
    }
    const stock = [];
    for (const inventoryItemId of ['808950810', '9007199254740993', '1']) {
      stock.push(
        await api.get('readStock')(stores.keyValue, {
          shop: domain,
          inventoryItemId,
          locationId: inventoryItemId === '808950810' ? '655441491' : '1',
        }),
      );
    }
    return { statuses, stock, stored: await kit.dump(stores, domain) };
  });

  // The queue of products.
  const queued = (kit, options = {}) => {
    const made = setUp(kit, { client: { retry: { maxRetries: 0 } }, ...options });
    const products = new Map();
    const queue = api.get('inProcessQueue')({ clock: made.clock });
    const jobs = api.get('createProductQueue')({
      sync: made.sync,
      queue,
      stores: made.stores,
      shop: domain,
      retryDelaysMs: [30_000],
      source: async (localId) => products.get(localId),
      ...options.queue,
    });
    const dead = async () => (await queue.deadJobs()).map(({ payload, ...rest }) => rest);
    return { ...made, products, queue, jobs, dead, drained: () => made.clock.run(queue.drain()) };
  };
  for (const kind of ['none', 'status-500', 'status-401', 'reset-after', 'hang', 'throttled', 'html']) {
    for (const times of [1, 2, 12]) {
      if (kind === 'none' && times > 1) continue;
      add(`product queue, ${kind} ${times} times`, async (kit) => {
        const { products, jobs, fake, queue, run, drained, end, dead, clock, stores } = queued(kit, {
          client: { retry: { maxRetries: 0 }, timeoutMs: 3000 },
        });
        for (const id of ['tee-1', 'tee-2', 'tee-3']) products.set(id, tee(id));
        products.set('bad', { ...tee('bad'), title: '' });
        if (kind !== 'none') fake.faults.next(api.word(kind), { operation: 'ProductPush', times });
        const added = [];
        for (const id of ['tee-1', 'tee-1', 'tee-2', 'bad', 'gone', 'tee-3'])
          added.push(await kit.outcome(jobs.enqueue(id)));
        const marked = await stores.records.list(domain);
        await clock.advance(1000);
        const soon = await stores.records.list(domain);
        await drained();
        const letters = await dead();
        const resumed = await run(jobs.resume());
        await drained();
        return {
          added,
          marked,
          soon,
          letters,
          resumed,
          stats: await queue.stats(),
          dead: await dead(),
          ...(await end()),
        };
      });
    }
  }
  for (const options of [
    { shop: 'x y' },
    { sync: undefined },
    { source: undefined },
    { sync: undefined, source: undefined },
  ]) {
    add(`product queue with ${JSON.stringify(Object.keys(options))} left out or odd`, async (kit) =>
      kit.tried(async () => {
        const { jobs, run, end } = queued(kit, { queue: options });
        return { added: await run(jobs.enqueue('tee-1')), odd: await run(jobs.enqueue('')), ...(await end()) };
      }),
    );
  }
  add('product queue, a product that changes while it is pushed', async (kit) => {
    let changed = false;
    const products = new Map([['tee-1', tee('tee-1', { title: 'First' })]]);
    const made = queued(kit, {
      queue: {
        source: async (localId) => {
          const product = products.get(localId);
          if (!changed) {
            changed = true;
            products.set(localId, tee(localId, { title: 'Second' }));
            await made.jobs.enqueue(localId);
          }
          return product;
        },
      },
    });
    await made.jobs.enqueue('tee-1');
    await made.drained();
    return made.end();
  });
}
