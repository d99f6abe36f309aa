import { createClock } from '../clock.mjs';
import { secret } from './verification.mjs';

export const group = 'webhooks';

const shop = 'acme.myshopify.com';
const url = 'http://localhost/webhooks/shopify';

/** A promise with its end in hand. */
const gate = () => {
  let open;
  const opened = new Promise((resolve) => {
    open = resolve;
  });
  return { opened, open };
};

/** What an answer tells, without its words. */
const parsed = (text) => {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return { text: text.slice(0, 15) };
  }
};

export function define({ add, api }) {
  const delivery = ({ headers: more = {}, method = 'POST', body: otherBody, ...webhook }) => {
    const { body, headers } = api.get('signWebhook')({
      secret,
      shop,
      eventId: 'event',
      webhookId: 'webhook-1',
      triggeredAt: '2026-11-01T00:00:00Z',
      ...webhook,
    });
    return new Request(url, {
      method,
      headers: { ...headers, ...more },
      ...(method === 'POST' && { body: otherBody ?? body }),
    });
  };
  const event = (more) => {
    const { body, headers } = api.get('signEvent')({
      secret,
      shop,
      handle: 'catalogue',
      webhookId: 'webhook-1',
      triggeredAt: '2026-11-01T00:00:00Z',
      ...more,
    });
    return new Request(url, { method: 'POST', headers, body });
  };
  const update = (seconds, more = {}) =>
    delivery({
      topic: 'products/update',
      payload: { id: 42, updated_at: `2026-11-02T12:00:${String(seconds).padStart(2, '0')}Z` },
      webhookId: `update-${seconds}`,
      ...more,
    });
  const order = (webhookId = 'order-1', more = {}) =>
    delivery({ topic: 'orders/create', payload: { id: 1 }, webhookId, ...more });
  const answered = async (promise) => {
    const response = await promise;
    const { message, ...told } = parsed(await response.text());
    const headers = [...response.headers].filter(([name]) => name !== 'content-length').sort();
    return { status: response.status, headers: Object.fromEntries(headers), told };
  };

  /** Dead letters without their payload, which is a stored form. */
  const dead = async (queue) => (await queue.deadJobs()).map(({ payload, ...rest }) => rest);

  /** A handler with all that is told and done by it. */
  const setUp = (
    kit,
    options = {},
    {
      withStore = false,
      withQueue = false,
      queue: queueOptions,
      clock = createClock(),
      stores,
      queue: givenQueue,
    } = {},
  ) => {
    const seen = { events: [], logs: [], handled: [], jobs: [] };
    const kept = stores ?? api.get('memoryStores')({ clock });
    const queue = givenQueue?.enqueue
      ? givenQueue
      : withQueue
        ? api.get('inProcessQueue')({
            clock,
            telemetry: (told) => seen.jobs.push(told),
            logger: kit.recordingLogger(seen.logs),
            ...queueOptions,
          })
        : undefined;
    const note =
      (name, then = () => undefined) =>
      (told, context) => {
        const { rawBody, ...rest } = told;
        const at = clock.monotonic();
        seen.handled.push({
          ...rest,
          handler: name,
          at,
          bytes: rawBody.byteLength,
          attempt: context.attempt,
          aborted: context.signal?.aborted,
        });
        return then(told, context, seen.handled.length);
      };
    const { on = {}, ...more } = options;
    const handler = api.get('createWebhookHandler')({
      secrets: secret,
      clock,
      logger: kit.recordingLogger(seen.logs),
      onEvent: (told) => seen.events.push(told),
      on: typeof on === 'function' ? on(note, { clock, stores: kept, queue }) : on,
      ...((withStore || withQueue) && { store: kept.keyValue }),
      ...(queue && { queue }),
      ...more,
    });
    const end = async () => ({
      ...seen,
      stored: { keys: await kit.keysOf(kept.keyValue) },
      ...(queue?.stats && { dead: await dead(queue), stats: await queue.stats() }),
      at: clock.monotonic(),
    });
    const drained = () => clock.run(queue.drain());
    return { handler, clock, stores: kept, queue, seen, note, end, drained };
  };

  // At once.
  const requests = {
    'a good delivery': () => update(1),
    'a good event': () => event({ topic: 'Product', action: 'update', fieldsChanged: { updated: ['product.title'] } }),
    'another action of it': () => event({ topic: 'Product', action: 'delete' }),
    'a topic without a handler': () => delivery({ topic: 'themes/publish', payload: { id: 1 } }),
    'a wrong signature': () => update(1, { secret: 'shpss_wrong' }),
    'a body that is no JSON': () => delivery({ topic: 'products/update', payload: 'text' }),
    'an empty body': () => delivery({ topic: 'products/update', payload: '' }),
    'a body with a byte order mark': () => delivery({ topic: 'products/update', payload: '\uFEFF{"id":1}' }),
    GET: () => delivery({ topic: 'products/update', payload: {}, method: 'GET' }),
    'a body that is too large': () => delivery({ topic: 'products/update', payload: { text: 'x'.repeat(2000) } }),
    'a body that is used': async () => {
      const request = update(1);
      await request.text();
      return request;
    },
    'no webhook id': () => update(1, { webhookId: '' }),
    'an odd shop': () => update(1, { shop: 'evil.example' }),
  };
  const doings = {
    'does it': (note) => ({
      'products/update': note('update'),
      'Product/update': note('Product/update'),
      Product: note('Product'),
    }),
    throws: (note) => {
      const fails = () => {
        throw new Error('scenario: no database');
      };
      return { 'products/update': note('update', fails), Product: note('Product', fails) };
    },
  };
  for (const [name, request] of Object.entries(requests)) {
    for (const [doing, on] of Object.entries(doings)) {
      for (const [with_, how] of Object.entries({
        'no store': {},
        'a store': { withStore: true },
        'a queue': { withQueue: true },
      })) {
        add(`${name}, the handler ${doing}, with ${with_}`, async (kit) => {
          const { handler, clock, drained, queue, end } = setUp(kit, { on, maxBodyBytes: 1000 }, how);
          const first = await answered(clock.run(handler(await request())));
          if (queue) await drained();
          const second = await answered(clock.run(handler(await request())));
          if (queue) await drained();
          return { first, second, ...(await end()) };
        });
      }
    }
  }
  for (const options of [
    { secrets: undefined },
    { secrets: [] },
    { enabled: false },
    { maxBodyBytes: 0 },
    { retryDelaysMs: [-1] },
    { keepForMs: 0 },
    { answerWithinMs: -1 },
    { order: { 'products/update': 'sometimes' } },
    { name: '' },
    { name: 'own' },
    { on: { 'products/update': 1 } },
  ]) {
    for (const [with_, how] of Object.entries({ 'no store': {}, 'a queue': { withQueue: true } })) {
      add(`options ${JSON.stringify(options)} with ${with_}`, async (kit) => {
        let made;
        const call = await kit.tried(async () => {
          made = setUp(kit, { on: (note) => ({ 'products/update': note('update') }), ...options }, how);
          const answer = await answered(made.clock.run(made.handler(update(1))));
          if (made.queue) await made.drained();
          return answer;
        });
        return { call, ...(await made?.end()) };
      });
    }
  }
  add('a queue without a store', async (kit) =>
    kit.tried(() => api.get('createWebhookHandler')({ secrets: secret, on: {}, queue: api.get('inProcessQueue')() })),
  );

  // Order and copies.
  const orders = { default: undefined, newest: 'newest', 'until deleted': 'until-deleted', always: 'always' };
  for (const [name, order_] of Object.entries(orders)) {
    for (const [with_, how] of Object.entries({ 'a store': { withStore: true }, 'a queue': { withQueue: true } })) {
      add(`newer, older, the same and after a delete: order ${name}, with ${with_}`, async (kit) => {
        const options = order_ ? { order: { 'products/update': api.word(order_) } } : {};
        const { handler, clock, queue, drained, end } = setUp(
          kit,
          {
            ...options,
            on: (note) => ({
              'products/update': note('update'),
              'products/create': note('create'),
              'products/delete': note('delete'),
            }),
          },
          how,
        );
        const deliveries = [
          update(5),
          update(5),
          update(3),
          update(9),
          update(9, { webhookId: 'same-time' }),
          delivery({
            topic: 'products/create',
            payload: { id: 42, updated_at: '2026-11-02T12:00:01Z' },
            webhookId: 'create',
          }),
          delivery({
            topic: 'products/delete',
            payload: { id: 42 },
            webhookId: 'delete',
            triggeredAt: '2026-11-02T12:00:20Z',
          }),
          update(10),
          delivery({
            topic: 'products/create',
            payload: { id: 42, updated_at: '2026-11-02T12:00:50Z' },
            webhookId: 'again',
            triggeredAt: '2026-11-02T12:00:50Z',
          }),
          update(55, { triggeredAt: '2026-11-02T12:00:55Z' }),
          update(30, { shop: 'zeta.myshopify.com' }),
          delivery({ topic: 'products/update', payload: { id: 43 }, webhookId: 'no-time' }),
          delivery({ topic: 'products/update', payload: { title: 'x' }, webhookId: 'no-id' }),
          delivery({ topic: 'products/update', payload: { id: 42, updated_at: 'yesterday' }, webhookId: 'odd-time' }),
        ];
        const answers = [];
        for (const request of deliveries) {
          answers.push((await answered(clock.run(handler(request)))).status);
          if (queue) await drained();
        }
        return { answers, ...(await end()) };
      });
    }
  }
  for (const topic of [
    'orders/updated',
    'orders/paid',
    'customers/update',
    'inventory_levels/update',
    'collections/update',
    'fulfillments/update',
    'app/uninstalled',
    'shop/update',
    'draft_orders/update',
    'inventory_items/update',
    'variants/in_stock',
    'checkouts/update',
    'themes/update',
    'bulk_operations/finish',
  ]) {
    add(`order of ${topic}`, async (kit) => {
      const { handler, clock, end } = setUp(kit, { on: (note) => ({ [topic]: note(topic) }) }, { withStore: true });
      const answers = [];
      for (const [at, seconds] of [5, 3, 9].entries()) {
        const time = `2026-11-02T12:00:0${seconds}Z`;
        const payload = {
          id: 42,
          inventory_item_id: 1,
          location_id: 2,
          updated_at: time,
          admin_graphql_api_id: 'gid://shopify/X/42',
        };
        const request = delivery({ topic, payload, webhookId: `w-${at}`, triggeredAt: time });
        answers.push((await answered(clock.run(handler(request)))).status);
      }
      return { answers, ...(await end()) };
    });
  }
  add('five copies at once, with a store', async (kit) => {
    const { opened, open } = gate();
    const { handler, clock, end } = setUp(
      kit,
      { on: (note) => ({ 'orders/create': note('create', () => opened) }) },
      { withStore: true },
    );
    const answers = Array.from({ length: 5 }, () => answered(handler(order())));
    await clock.advance(10);
    open();
    return { answers: await clock.run(Promise.all(answers)), ...(await end()) };
  });
  add('five copies at once, with a queue', async (kit) => {
    const { handler, drained, end } = setUp(
      kit,
      { on: (note) => ({ 'orders/create': note('create') }) },
      { withQueue: true },
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => answered(handler(order()))));
    await drained();
    answers.push(await answered(handler(order())));
    await drained();
    return { answers, ...(await end()) };
  });
  add('a copy two days later', async (kit) => {
    const { handler, clock, drained, end } = setUp(
      kit,
      { on: (note) => ({ 'orders/create': note('create') }) },
      { withQueue: true },
    );
    for (const hours of [0, 47, 3]) {
      await clock.advance(hours * 3_600_000);
      await handler(order());
      await drained();
    }
    return end();
  });

  // Queue.
  for (const [name, failures] of Object.entries({ once: 1, 'three times': 3, always: 99 })) {
    for (const delays of [undefined, [], [1000, 2000]]) {
      add(`a handler that fails ${name}, delays ${JSON.stringify(delays)}`, async (kit) => {
        let left = failures;
        const fails = () => {
          left -= 1;
          if (left >= 0) throw Object.assign(new Error('scenario: no database'), { code: 'ECONNREFUSED' });
        };
        const { handler, drained, end, seen, queue } = setUp(
          kit,
          { on: (note) => ({ 'orders/create': note('create', fails) }), ...(delays && { retryDelaysMs: delays }) },
          { withQueue: true },
        );
        const answer = await answered(handler(order()));
        await drained();
        const middle = { ...(await end()), events: [...seen.events] };
        left = 0;
        const again = await answered(handler(order()));
        await drained();
        const requeued = await Promise.all((await queue.deadJobs()).map(({ id }) => queue[api.word('requeue')](id)));
        await drained();
        return { answer, middle, again, requeued, ...(await end()) };
      });
    }
  }
  add('a handler that puts it off', async (kit) => {
    const defers = (_event, _context, count) => {
      if (count < 3) throw api.get('putOff')(5_000);
    };
    const { handler, drained, end } = setUp(
      kit,
      { on: (note) => ({ 'orders/create': note('create', defers) }) },
      { withQueue: true },
    );
    await handler(order());
    await drained();
    return end();
  });
  add('a handler that hangs, and another of its resource', async (kit) => {
    const hangs = (_event, _context, count) => (count === 1 ? new Promise(() => undefined) : undefined);
    const { handler, clock, end } = setUp(
      kit,
      { on: (note) => ({ 'products/update': note('update', hangs) }) },
      { withQueue: true, queue: { timeoutMs: 60_000 } },
    );
    await handler(update(1));
    await clock.advance(1);
    await handler(update(2));
    await clock.advance(30_000);
    const early = (await end()).handled.length;
    await clock.advance(600_000);
    return { early, ...(await end()) };
  });
  add('a handler that hangs without a queue', async (kit) => {
    const { handler, clock, end } = setUp(
      kit,
      { on: (note) => ({ 'products/update': note('update', () => new Promise(() => undefined)) }) },
      { withStore: true },
    );
    const first = answered(handler(update(1)));
    await clock.advance(60_000);
    const state = await Promise.race([first, Promise.resolve('pending')]);
    const copy = answered(handler(update(1)));
    await clock.advance(120_000);
    return { state, copy: await Promise.race([copy, Promise.resolve('pending')]), ...(await end()) };
  });
  add('a handler that ends when nobody waits for it any more', async (kit) => {
    const { opened, open } = gate();
    const { handler, clock, drained, end } = setUp(
      kit,
      { on: (note) => ({ 'orders/create': note('create', () => opened) }) },
      { withQueue: true, queue: { timeoutMs: 60_000 } },
    );
    await handler(order());
    await clock.advance(65_000);
    open();
    await clock.advance(1);
    await drained();
    return end();
  });
  add('a queue that closes in the middle, and the next start', async (kit) => {
    const stops = (_event, { signal }, count) =>
      count === 1
        ? new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(new Error('scenario: stopped'))),
          )
        : undefined;
    const first = setUp(
      kit,
      { on: (note) => ({ 'orders/create': note('create', stops) }), retryDelaysMs: [] },
      { withQueue: true },
    );
    await first.handler(order());
    await first.clock.advance(1);
    await first.clock.run(first.queue.close({ graceMs: 0 }));
    await first.clock.advance(1);
    const refused = await answered(first.clock.run(first.handler(order('order-2'))));
    const kept = await kit.keysOf(first.stores.keyValue);
    const second = setUp(
      kit,
      { on: (note) => ({ 'orders/create': note('create') }) },
      { withQueue: true, clock: first.clock, stores: first.stores },
    );
    await first.clock.advance(1000);
    await second.drained();
    return { refused, kept, first: first.seen, second: await second.end() };
  });
  const faulty = (methods, stores) => ({
    ...stores,
    keyValue: new Proxy(stores.keyValue, {
      get(target, name) {
        const value = target[name];
        if (typeof value !== 'function') return value;
        return (...args) => methods[name]?.(...args) ?? value.apply(target, args);
      },
    }),
  });
  for (const method of ['get', 'set', 'setIfAbsent', 'compareAndSet', 'lock', 'delete', 'scan']) {
    for (const [how, fails] of Object.entries({
      fails: () => Promise.reject(new Error('scenario: ECONNRESET')),
      hangs: () => new Promise(() => undefined),
    })) {
      if (method === 'scan') continue;
      for (const with_ of ['withStore', 'withQueue']) {
        add(`a store whose first ${method} ${how}, ${with_}`, async (kit) => {
          const clock = createClock();
          let left = 1;
          const once = () => {
            left -= 1;
            return left >= 0 ? fails() : undefined;
          };
          const stores = faulty({ [method]: once }, api.get('memoryStores')({ clock }));
          const { handler, queue, end } = setUp(
            kit,
            { on: (note) => ({ 'products/update': note('update') }) },
            { [with_]: true, clock, stores },
          );
          const answers = [];
          for (const seconds of [1, 1, 2]) {
            answers.push(await answered(clock.run(handler(update(seconds)))));
            if (queue) await clock.run(queue.drain());
          }
          return { answers, ...(await end()) };
        });
      }
    }
  }
  for (const [how, enqueue] of Object.entries({
    fails: () => Promise.reject(new Error('scenario: ECONNREFUSED')),
    hangs: () => new Promise(() => undefined),
  })) {
    add(`a queue whose first enqueue ${how}`, async (kit) => {
      const clock = createClock();
      const inner = api.get('inProcessQueue')({ clock });
      let left = 1;
      const queue = new Proxy(inner, {
        get: (target, name) => {
          if (name !== 'enqueue') return typeof target[name] === 'function' ? target[name].bind(target) : target[name];
          return (job) => {
            left -= 1;
            return left >= 0 ? enqueue() : target.enqueue(job);
          };
        },
      });
      const { handler, end } = setUp(
        kit,
        { on: (note) => ({ 'orders/create': note('create') }) },
        { withQueue: true, queue, clock },
      );
      const answers = [];
      for (let call = 0; call < 2; call += 1) {
        answers.push(await answered(clock.run(handler(order()))));
        await clock.run(inner.drain());
      }
      return { answers, ...(await end()) };
    });
  }
  add('what was taken in and never done, at the next start a week later', async (kit) => {
    const clock = createClock();
    const stores = api.get('memoryStores')({ clock });
    const lost = { name: 'lost', enqueue: async () => ({ id: '1', isNew: true }), process: () => undefined };
    const dying = setUp(
      kit,
      { on: (note) => ({ 'orders/create': note('create') }) },
      { queue: lost, withStore: true, clock, stores },
    );
    const answers = [];
    for (const id of ['a', 'b', 'c']) answers.push((await answered(dying.handler(order(id)))).status);
    await clock.advance(7 * 24 * 3_600_000);
    const second = setUp(
      kit,
      { on: (note) => ({ 'orders/create': note('create') }) },
      { withQueue: true, clock, stores },
    );
    await clock.advance(60_000);
    await second.drained();
    return { answers, dying: dying.seen, second: await second.end() };
  });
  add('a job of a topic that nobody handles any more, and jobs that are none', async (kit) => {
    const clock = createClock();
    const stores = api.get('memoryStores')({ clock });
    const first = setUp(
      kit,
      {
        on: (note) => ({
          'orders/create': note('create', () => {
            throw new Error('scenario: x');
          }),
        }),
        retryDelaysMs: [1000],
      },
      { withQueue: true, clock, stores },
    );
    await first.handler(order());
    await clock.advance(1);
    setUp(kit, { on: {} }, { queue: first.queue, withStore: true, clock, stores });
    for (const payload of [null, {}, { body: '{}' }])
      await first.queue.enqueue({ type: 'webhooks', payload, retryDelaysMs: [] });
    await clock.advance(600_000);
    return first.end();
  });
  // Starts after a crash, and looks at what was left in the inbox.
  for (const [name, hours] of Object.entries({ 'one after the other': 0, 'seven hours apart': 7 })) {
    add(`thirteen starts that all fail, ${name}`, async (kit) => {
      const clock = createClock();
      const stores = api.get('memoryStores')({ clock });
      const fails = () => {
        throw new Error('scenario: no database');
      };
      const starts = [];
      for (let start = 0; start < 13; start += 1) {
        const on = (note) => ({ 'orders/create': note('create', fails), 'products/update': note('update', fails) });
        const one = setUp(kit, { on, retryDelaysMs: [] }, { withQueue: true, clock, stores });
        if (start === 0) for (const request of [order(), update(1)]) await one.handler(request);
        await clock.advance(60_000 + hours * 3_600_000);
        await clock.run(one.queue.close({ graceMs: 0 }));
        const { handled, events, logs, stored } = await one.end().catch(() => ({ ...one.seen }));
        starts.push({ handled, events, logs, stored });
      }
      return starts;
    });
  }
  for (const [name, minutes] of Object.entries({
    soon: [1, 1, 1],
    later: [4, 2, 5],
    'after the copies are forgotten': [49 * 60, 6, 6],
  })) {
    for (const processes of [1, 2]) {
      add(`a job that the queue lost, ${processes} processes, the next deliveries ${name}`, async (kit) => {
        const clock = createClock();
        const stores = api.get('memoryStores')({ clock });
        const inner = api.get('inProcessQueue')({ clock });
        let left = 2;
        const queue = new Proxy(inner, {
          get: (target, key) => {
            if (key !== 'enqueue') return typeof target[key] === 'function' ? target[key].bind(target) : target[key];
            return async (job) => {
              left -= 1;
              return left >= 0 ? { id: 'lost', isNew: true } : target.enqueue(job);
            };
          },
        });
        const on = (note) => ({ 'orders/create': note('create'), 'products/update': note('update') });
        const all = [setUp(kit, { on }, { withQueue: true, queue, clock, stores })];
        await clock.advance(10);
        for (const request of [order('lost'), update(1)]) await all[0].handler(request);
        if (processes === 2) {
          all.push(setUp(kit, { on }, { withQueue: true, queue: api.get('inProcessQueue')({ clock }), clock, stores }));
        }
        const answers = [];
        for (const [at, wait] of minutes.entries()) {
          await clock.advance(wait * 60_000);
          for (const { handler } of all)
            answers.push((await answered(handler(order(`next-${at}-${answers.length}`)))).status);
        }
        await clock.advance(60_000);
        return { answers, seen: all.map(({ seen }) => seen), last: await all[0].end() };
      });
    }
  }
  const eventOrders = {
    default: {},
    newest: { 'Product/update': 'newest' },
    always: { 'Product/update': 'always', 'Product/delete': 'always' },
  };
  for (const [name, order_] of Object.entries(eventOrders)) {
    add(`events of one resource in any order: ${name}`, async (kit) => {
      const mapped = Object.fromEntries(Object.entries(order_).map(([key, value]) => [key, api.word(value)]));
      const { handler, clock, end } = setUp(
        kit,
        { order: mapped, on: (note) => ({ Product: note('Product'), 'Product/delete': note('delete') }) },
        { withStore: true },
      );
      const gid = (id) => ({ product: `gid://shopify/Product/${id}` });
      const answers = [];
      for (const [at, [action, seconds, queryVariables]] of [
        ['create', 1, gid(1)],
        ['update', 5, gid(1)],
        ['update', 3, gid(1)],
        ['update', 4, { ...gid(1), shop: 'gid://shopify/Shop/1', n: 7 }],
        ['update', 2, { a: 'gid://shopify/Product/1', b: 'gid://shopify/Product/2' }],
        ['update', 2, {}],
        ['delete', 8, gid(1)],
        ['update', 7, gid(1)],
        ['update', 9, gid(1)],
        ['create', 10, gid(1)],
        ['update', 6, gid(2)],
      ].entries()) {
        const triggeredAt = `2026-11-02T12:00:${String(seconds).padStart(2, '0')}Z`;
        const request = event({ topic: 'Product', action, queryVariables, triggeredAt, webhookId: `e-${at}` });
        answers.push((await answered(clock.run(handler(request)))).status);
      }
      return { answers, ...(await end()) };
    });
  }
  for (const method of ['set', 'compareAndSet', 'delete', 'get']) {
    for (const times of [2, 3, 4, 7]) {
      for (const with_ of ['withStore', 'withQueue']) {
        for (const [how, fails] of Object.entries({
          fails: () => Promise.reject(new Error('scenario: ECONNRESET')),
          hangs: () => new Promise(() => undefined),
        })) {
          add(`a store whose ${method} ${how} ${times} times once the handler runs, ${with_}`, async (kit) => {
            const clock = createClock();
            let left = 0;
            const some = () => {
              left -= 1;
              return left >= 0 ? fails() : undefined;
            };
            const stores = faulty({ [method]: some }, api.get('memoryStores')({ clock }));
            const starts = (_event, _context, count) => {
              if (count === 1) left = times;
            };
            const on = (note) => ({ 'products/update': note('update', starts) });
            const { handler, queue, end } = setUp(kit, { on }, { [with_]: true, clock, stores });
            const answers = [];
            for (const seconds of [5, 5, 3, 6]) {
              answers.push(await answered(clock.run(handler(update(seconds)))));
              if (queue) await clock.run(queue.drain());
            }
            left = 0;
            return { answers, ...(await end()) };
          });
        }
      }
    }
  }
  for (const with_ of ['withStore', 'withQueue']) {
    add(`a lock that is lost while the handler runs, ${with_}`, async (kit) => {
      const clock = createClock();
      const plainStores = api.get('memoryStores')({ clock });
      const lost = new AbortController();
      const lock = async (...args) => {
        const held = await plainStores.keyValue.lock(...args);
        return held && { key: held.key, token: held.token, signal: lost.signal, release: () => held.release() };
      };
      const waits = (_event, { signal }, count) =>
        count === 1
          ? new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason));
              lost.abort(new Error('scenario: lease'));
            })
          : undefined;
      const stores = faulty({ lock }, plainStores);
      const { handler, queue, end } = setUp(
        kit,
        { on: (note) => ({ 'products/update': note('update', waits) }) },
        { [with_]: true, clock, stores },
      );
      const answers = [];
      for (const seconds of [5, 5]) {
        answers.push(await answered(clock.run(handler(update(seconds)))));
        if (queue) await clock.run(queue.drain());
      }
      return { answers, ...(await end()) };
    });
  }
  add('200 deliveries of 20 products in any order', async (kit) => {
    const { handler, drained, end } = setUp(
      kit,
      { on: (note) => ({ 'products/update': note('update') }) },
      { withQueue: true },
    );
    const answers = [];
    for (let at = 0; at < 200; at += 1) {
      const number = (at * 73) % 200;
      const request = delivery({
        topic: 'products/update',
        payload: { id: number % 20, updated_at: new Date(Date.UTC(2026, 10, 2) + number * 1000).toISOString() },
        webhookId: `w-${number % 150}`,
      });
      answers.push((await handler(request)).status);
      if (at % 50 === 49) await drained();
    }
    await drained();
    const { handled, events, ...rest } = await end();
    const count = (list, key) => {
      const counts = {};
      for (const { [key]: value } of list) counts[value] = (counts[value] ?? 0) + 1;
      return counts;
    };
    return {
      answers: count(
        answers.map((status) => ({ status })),
        'status',
      ),
      events: count(events, 'type'),
      handled: handled.map(({ webhookId }) => webhookId),
      keys: rest.stored.keys.length,
    };
  });

  // Compliance.
  const redaction = { shop_id: 1, shop_domain: shop, customer: { id: 7 }, orders_to_redact: [1] };
  const dataRequest = {
    shop_id: 1,
    shop_domain: shop,
    orders_requested: [299938],
    customer: { id: 191167, email: 'jane@example.com' },
    data_request: { id: 9999 },
  };
  const shopRedaction = { shop_id: 1, shop_domain: shop };
  const bodies = {
    'customers/data_request': [dataRequest, redaction, shopRedaction, {}],
    'customers/redact': [redaction, dataRequest, shopRedaction, []],
    'shop/redact': [shopRedaction, redaction, { shop_domain: 'zeta.myshopify.com' }, { id: 1 }],
  };
  for (const [topic, list] of Object.entries(bodies)) {
    for (const [at, payload] of list.entries()) {
      for (const [name, does] of Object.entries({
        'at once': () => undefined,
        later: () => api.word('later'),
        fails: (_e, _r, _c, count) => {
          if (count === 1) throw new Error('scenario: x');
        },
      })) {
        if (at > 0 && name !== 'at once') continue;
        add(`${topic} with body ${at}, done ${name}`, async (kit) => {
          const asked = [];
          const hear = (what) => (told, request, context) => {
            asked.push([what, request]);
            return does(told, request, context, asked.length);
          };
          const { handler, clock, stores, drained, end } = setUp(
            kit,
            {
              on: (note, parts) => ({
                ...api.get('complianceHandlers')({
                  store: parts.stores.keyValue,
                  stores: parts.stores,
                  queue: parts.queue,
                  clock: parts.clock,
                  onDataRequest: hear('data request'),
                  onCustomerRedact: hear('customer redact'),
                  onShopRedact: hear('shop redact'),
                }),
                'products/update': note('update'),
                'orders/create': note('create', () => {
                  throw new Error('scenario: no database');
                }),
              }),
            },
            { withQueue: true },
          );
          for (const domain of [shop, 'zeta.myshopify.com']) {
            await stores.records.put({
              shop: domain,
              localId: 'tee',
              gid: 'gid://shopify/Product/1',
              status: 'synced',
              hash: null,
              parts: null,
              lastError: null,
              attempts: 0,
              lastSyncData: null,
              lastSyncedAt: null,
              lastAttemptAt: null,
              shopifyUpdatedAt: null,
            });
            await stores.journal.append([
              {
                shop: domain,
                localId: 'tee',
                gid: null,
                runId: null,
                action: 'create',
                at: 1,
                sent: null,
                before: null,
              },
            ]);
            await handler(update(1, { shop: domain, webhookId: `u-${domain}` }));
            await handler(order(`o-${domain}`, { shop: domain }));
          }
          await drained();
          const before = await kit.keysOf(stores.keyValue);
          const status = (await handler(delivery({ topic, payload, webhookId: 'request-1' }))).status;
          await clock.advance(5000);
          const open = await api.get('openComplianceRequests')(stores.keyValue);
          await drained();
          const left = await api.get('openComplianceRequests')(stores.keyValue, shop);
          const completed = [];
          for (const id of ['request-1', 'request-1', 'unknown'])
            completed.push(await api.get('completeComplianceRequest')(stores.keyValue, { shop, id }));
          const records = {
            ours: await stores.records.counts(shop),
            theirs: await stores.records.counts('zeta.myshopify.com'),
          };
          const journal = [await stores.journal.list(shop), await stores.journal.list('zeta.myshopify.com')];
          return { before, status, asked, open, left, completed, records, journal, ...(await end()) };
        });
      }
    }
  }

  // Frameworks that need no server.
  add('Next and Hono shims', async (kit) => {
    const { handler, seen } = setUp(kit, { on: (note) => ({ 'products/update': note('update') }) });
    const next = api.get('shopifyWebhooks', './next')(handler);
    const router = api.get('shopifyWebhookRouter', './next')(handler);
    const verified = api.get('verifyShopifyWebhook', './next')({ secrets: secret })(async (_request, told) =>
      Response.json({ topic: told.topic, id: told.payload.id }),
    );
    const hono = api.get('shopifyWebhooks', './hono')(handler);
    const context = (request) => ({
      req: {
        raw: request,
        method: request.method,
        path: '/',
        header: (name) => (name ? request.headers.get(name) : Object.fromEntries(request.headers)),
        bodyCache: {},
        arrayBuffer: () => request.arrayBuffer(),
      },
      body: (body, status, headers) => new Response(body, { status, headers }),
    });
    const params = (topic) => ({ params: Promise.resolve({ topic }) });
    return {
      next: await answered(next(update(1))),
      wrong: await answered(next(update(1, { secret: 'x' }))),
      router: await answered(router(update(2), params(['product', 'update']))),
      routed: await answered(router(update(2), params(['orders', 'create']))),
      lost: await answered(router(update(2), params(['no', 'such', 'topic']))),
      verified: await answered(verified(update(3), {})),
      refused: await answered(verified(update(3, { secret: 'x' }), {})),
      hono: await kit.tried(() => answered(hono(context(update(4))))),
      ...seen,
    };
  });
  add('Express, Fastify, Hono and plain node:http on a port', async (kit) => {
    const { createServer } = await import('node:http');
    const servers = {};
    const { handler, seen } = setUp(kit, { on: (note) => ({ 'products/update': note('update') }) });
    const express = (await import('express')).default;
    const app = express();
    app.post('/webhooks', api.get('shopifyWebhooks', './express')(handler));
    app.use('/topics', api.get('shopifyWebhookRouter', './express')(handler));
    app.post('/verified', api.get('verifyShopifyWebhook', './express')({ secrets: secret }), (request, response) =>
      response.json({ topic: request.shopifyWebhook.topic, body: request.body }),
    );
    app.post('/parsed', express.json(), api.get('shopifyWebhooks', './express')(handler));
    servers.express = createServer(app);
    servers.http = createServer(api.get('shopifyWebhooks', './express')(handler));
    const fastify = (await import('fastify')).default();
    await fastify.register(api.get('shopifyWebhooks', './fastify')(handler), { prefix: '/webhooks' });
    const results = {};
    const sent = async (port, path, request) =>
      answered(
        fetch(`http://127.0.0.1:${port}${path}`, {
          method: request.method,
          headers: request.headers,
          body: await request.text(),
        }),
      );
    const withoutDate = ({ headers: { date, connection, 'keep-alive': keepAlive, ...headers }, ...rest }) => ({
      headers,
      ...rest,
    });
    for (const [name, server] of Object.entries(servers)) {
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      kit.later(() => new Promise((resolve) => server.close(resolve)));
      const { port } = server.address();
      for (const path of name === 'http'
        ? ['/']
        : [
            '/webhooks',
            '/topics',
            '/topics/product/update',
            '/topics/order/create',
            '/topics/nothing',
            '/verified',
            '/parsed',
          ]) {
        results[`${name} ${path}`] = withoutDate(await sent(port, path, update(1)));
        results[`${name} ${path} wrong`] = withoutDate(await sent(port, path, update(1, { secret: 'x' })));
      }
      server.closeAllConnections();
    }
    const injected = async (request) => {
      const response = await fastify.inject({
        method: 'POST',
        url: '/webhooks',
        headers: Object.fromEntries(request.headers),
        payload: Buffer.from(await request.arrayBuffer()),
      });
      const { message, ...told } = parsed(response.body);
      return { status: response.statusCode, told };
    };
    results.fastify = await kit.tried(() => injected(update(1)));
    results['fastify wrong'] = await kit.tried(() => injected(update(1, { secret: 'x' })));
    await fastify.close();
    return { results, ...seen };
  });
}
