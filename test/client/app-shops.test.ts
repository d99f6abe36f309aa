import { randomBytes } from 'node:crypto';
import { createShopifyApp, memoryStores, type ShopifyApp, staticToken } from 'shopwright';
import { createTokenStore } from 'shopwright/auth';
import { createFeed } from 'shopwright/feed';
import { inProcessQueue } from 'shopwright/queue';
import { createProductQueue } from 'shopwright/sync';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../webhooks/delivery-request.ts';
import { secret } from '../webhooks/signed-delivery.ts';

const shop = 'acme.myshopify.com';
const person = { id: '7', email: 'Jane@Example.com', phone: '+1 555-625-1199', orderIds: ['1001'] };

async function setup() {
  const clock = createManualClock();
  const adapter = memoryStores({ clock });
  const tokens = createTokenStore({ store: adapter.keyValue, keys: [{ id: 'one', secret: randomBytes(32) }] });
  const queue = inProcessQueue({ clock, retryDelaysMs: [] });
  const stores = { ...adapter, tokens };
  const app = createShopifyApp({ auth: staticToken('shpat_x'), stores, queue, clock, isolated: true });
  const seen: unknown[] = [];
  const fail = { with: undefined as (() => Promise<void>) | undefined };
  const handler = createWebhookHandler({
    secrets: secret,
    store: adapter.keyValue,
    queue,
    clock,
    retryDelaysMs: [],
    on: {
      'orders/create': async () => {
        await fail.with?.();
        throw new Error('no database');
      },
      'customers/update': () => Promise.reject(new Error('no database')),
      'customers/merge': () => Promise.reject(new Error('no database')),
      'customer.tags_added': () => Promise.reject(new Error('no database')),
      'products/update': ({ payload }) => void seen.push(payload.id),
    },
  });
  const send = async (topic: string, payload: object, webhookId: string): Promise<void> => {
    expect((await handler(deliveryOf({ topic, payload, webhookId, clock }))).status).toBe(200);
    await clock.run(queue.drain());
  };
  const install = (domain: string, more: object = {}) =>
    tokens.replace({ shop: domain, ...more }, undefined, {
      ...{ accessToken: 'shpat_x', accessTokenExpiresAt: null, refreshToken: null, refreshTokenExpiresAt: null },
      scopes: [],
    });
  return { app, clock, stores, tokens, queue, handler, send, install, fail, seen };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}.myshopify.com`);

describe('forEachShop', () => {
  it('runs for each shop of the app once, a limited number at a time', async () => {
    const { app, install } = await setup();
    for (const domain of names(9)) await install(domain);
    await install('s0.myshopify.com', { userId: '1' });
    await install('other.myshopify.com', { appId: 'other' });
    const seen: string[] = [];
    let running = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const report = await app.forEachShop(
      async (client) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length === 3) for (const go of waiting.splice(0)) go();
        });
        seen.push(client.shop);
        running -= 1;
      },
      { concurrency: 3 },
    );
    expect([seen.sort(), most, report]).toEqual([names(9), 3, { done: 9, skipped: 0, failed: [] }]);
  });

  it('continues where an earlier run ended, tries failed shops again, and afterwards starts over', async () => {
    const { app, install } = await setup();
    for (const domain of names(6)) await install(domain);
    const stop = new AbortController();
    const first: string[] = [];
    const ended = app.forEachShop(
      async ({ shop: domain }) => {
        first.push(domain);
        if (first.length === 3) stop.abort(new Error('killed'));
      },
      { resume: 'prices', concurrency: 1, signal: stop.signal },
    );
    await expect(ended).rejects.toThrow('killed');

    const run = async (failing?: string) => {
      const seen: string[] = [];
      const report = await app.forEachShop(
        async ({ shop: domain }) => {
          seen.push(domain);
          if (domain === failing) throw new Error('no');
        },
        { resume: 'prices' },
      );
      return { seen, report };
    };
    const [failing = ''] = names(6).filter((domain) => !first.includes(domain));
    const second = await run(failing);
    expect(second.seen.sort()).toEqual(names(6).filter((domain) => !first.includes(domain)));
    expect(second.report).toMatchObject({ done: 2, skipped: 3, failed: [{ shop: failing }] });
    expect(await run()).toEqual({ seen: [failing], report: { done: 1, skipped: 5, failed: [] } });
    expect((await run()).report).toMatchObject({ done: 6, skipped: 0 });
  });

  it('requires a list of shops, and refuses unknown options', async () => {
    const bare = createShopifyApp({ auth: staticToken('shpat_x') });
    await expect(bare.forEachShop(async () => undefined)).rejects.toThrow('stores.tokens');
    const { app } = await setup();
    await expect(app.forEachShop(async () => undefined, { resumes: 'x' } as object)).rejects.toThrow('resume');
    await expect(app.forEachShop(async () => undefined, { concurrency: 1.5 })).rejects.toThrow('concurrency');
  });
});

describe('eraseShop', () => {
  it('erases everything stored, reports what it was, and leaves other shops alone', async () => {
    const { app, stores, install, send, queue, tokens } = await setup();
    await install(shop);
    await install(shop, { userId: '1' });
    await install('zeta.myshopify.com');
    await send('orders/create', { id: 1001 }, 'one');
    await send('products/update', { id: 1, updated_at: '2026-11-01T00:00:00Z' }, 'two');
    await stores.keyValue.set(`files:${shop}:x`, '1');
    const report = await app.eraseShop('ACME.myshopify.com');
    expect(report).toEqual({
      ...{ tokens: 2, records: 0, journal: 0, files: 1, deadLetters: 1 },
      inbox: expect.any(Number),
      notes: expect.any(Number),
    });
    expect(report.notes).toBeGreaterThan(0);
    expect(await queue.deadJobs()).toEqual([]);
    expect(await tokens.get({ shop })).toBeUndefined();
    expect(await tokens.get({ shop: 'zeta.myshopify.com' })).toBeDefined();
    expect(await app.eraseShop(shop)).toMatchObject({ tokens: 0, files: 0, inbox: 0, deadLetters: 0, notes: 0 });
  });

  it('is remembered: a job that fails later leaves no dead letter, but one of a later installation does', async () => {
    const { app, clock, send, queue, fail, stores } = await setup();
    fail.with = async () => {
      fail.with = undefined;
      await app.eraseShop(shop);
    };
    await send('orders/create', { id: 1001, email: person.email }, 'one');
    expect(await queue.deadJobs()).toEqual([]);
    for await (const key of stores.keyValue.scan('webhook-inbox:')) expect(key).toBe('nothing');
    await clock.advance(1);
    await send('orders/create', { id: 1002 }, 'two');
    expect(await queue.deadJobs()).toHaveLength(1);
  });

  it('leaves no note, dead letter or job: of stock, of runs over all shops, of products to be pushed', async () => {
    const { app, clock, stores, queue, send, seen } = await setup();
    const { keyValue } = stores;
    const other = 'zeta.myshopify.com';
    const notes = (domain: string): string[] => [
      `stock-change:${domain}:hash`,
      `stock-batch:${domain}:key`,
      `each-shop:default:prices:${domain}`,
      `token-migration:default:${domain}`,
    ];
    const others = [...notes(other), `each-shop:another:prices:${shop}`, `token-migration:another:${shop}`];
    for (const key of [...notes(shop), ...others]) await keyValue.set(key, '{}');
    const push = async (domain: string, more: object = {}) => {
      const fail = { isOn: true };
      const pushed: string[] = [];
      const products = createProductQueue({
        ...{ queue, stores, shop: domain, retryDelaysMs: [], ...more },
        sync: { push: async () => Promise.reject(new Error('must not be pushed')) } as never,
        source: async (localId) => {
          pushed.push(localId);
          if (fail.isOn) throw new Error('no database');
          return undefined;
        },
      });
      await products.enqueue('tee-1');
      return { products, pushed, fail };
    };
    const own = await push(shop);
    for (const [domain, more] of [
      [shop, { name: 'prices' }],
      [shop, { appId: 'another' }],
      [other, {}],
    ] as const) {
      await push(domain, more);
    }
    await clock.run(queue.drain());
    expect((await queue.deadJobs()).map(({ type }) => type).sort()).toHaveLength(4);
    // These are waiting.
    own.fail.isOn = false;
    await own.products.enqueue('tee-2');
    const waiting = send('products/update', { id: 9, updated_at: '2026-11-01T00:00:00Z' }, 'late');
    const report = await app.eraseShop(shop);
    expect(report).toMatchObject({ tokens: 0, deadLetters: 2 });
    await waiting;
    expect(own.pushed).toEqual(['tee-1']);
    expect((await queue.deadJobs()).map(({ type }) => type).sort()).toEqual([
      `push-product ${shop} another`,
      `push-product ${other}`,
    ]);
    for (const key of notes(shop)) expect(await keyValue.get(key)).toBeUndefined();
    for (const key of others) expect(await keyValue.get(key)).toBe('{}');
    // From a later installation.
    await clock.advance(1);
    await own.products.enqueue('tee-2');
    await clock.run(queue.drain());
    expect(own.pushed).toEqual(['tee-1', 'tee-2']);
    expect(seen).toEqual([]);
  });

  it.each([
    ['with a queue, before its first page', true, 1],
    ['with a queue, before its second page', true, 2],
    ['without a queue, before its first page', false, 1],
    ['without a queue, before its second page', false, 2],
  ])('ends the run of a feed %s, and leaves nothing of it', async (_how, hasQueue, page) => {
    const { clock, stores, queue } = await setup();
    const orders = Array.from({ length: 9 }, (_, index) => ({
      email: `jane-${index}@example.com`,
      lineItems: [{ title: 'Mug' }],
      createdAt: new Date(clock.now() + index * 1_000).toISOString(),
    }));
    const fake = createFakeShopify({ clock, shops: [{ orders }] });
    const auth = staticToken('shpat_fake');
    const app = createShopifyApp({ auth, stores, queue, clock, fetch: fake.fetch, isolated: true });
    const client = app.shop('demo.myshopify.com');
    const seen: string[] = [];
    const feed = createFeed({
      ...{ client, resource: 'orders' as const, fields: 'email', store: stores.keyValue, clock, pageSize: 3 },
      ...(hasQueue && { queue }),
      firstFill: 'pages',
      handle: ({ id }) => void seen.push(id),
    });
    await clock.advance(60_000);
    fake.hooks.after('FeedOrders', () => app.eraseShop(client.shop), { after: page - 1 });
    const run = await clock.run(feed.run());
    await clock.run(queue.drain());
    expect(run).toMatchObject({ outcome: 'stopped', stoppedBy: { code: 'SHOP_UNAVAILABLE', shop: client.shop } });
    expect(seen.length).toBeLessThanOrEqual(3 * (page - 1));
    const left: string[] = [];
    for await (const key of stores.keyValue.scan('')) if (!key.includes('erased:')) left.push(key);
    expect(left).toEqual([]);
    // From a later installation.
    expect(await clock.run(feed.run())).toMatchObject({ outcome: 'caught-up', changes: 9 });
  });

  it('refuses text that is not a shop, and an app without stores', async () => {
    const { app } = await setup();
    await expect(app.eraseShop('acme.myshopify.com.evil.example')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const bare: ShopifyApp = createShopifyApp({ auth: staticToken('shpat_x') });
    await expect(bare.eraseShop(shop)).rejects.toThrow('stores.keyValue');
    await expect(bare.exportCustomer(shop, person)).rejects.toThrow('stores.keyValue');
  });
});

describe('one customer', () => {
  const about = [
    ['orders/create', { id: 5, customer: { id: 7 } }],
    ['orders/create', { id: 6, contact_email: 'jane@example.com ' }],
    ['orders/create', { id: 7, billing_address: { phone: '15556251199' } }],
    ['orders/create', { id: 11, customer: { legacyResourceId: '7' } }],
    ['orders/create', { id: 12, shipping_address: { phone: '(555) 625 1199' } }],
    ['orders/create', { id: 13, phone: '001 (555) 625-1199 ext. 12' }],
    ['orders/create', { id: 1001 }],
    ['orders/create', { id: 9, line_items: [{ order_id: 1001 }] }],
    ['customers/update', { id: 7 }],
    ['customers/update', { id: 70, admin_graphql_api_id: 'gid://shopify/Customer/7' }],
    ['customer.tags_added', { customerId: 'gid://shopify/Customer/7', tags: ['vip'] }],
    ['customers/merge', { admin_graphql_api_customer_deleted_id: 'gid://shopify/Customer/7', status: 'completed' }],
    ['customers/merge', { status: 'failed', errors: [{ customer_ids: [8, 7], message: 'Jane has a subscription' }] }],
    ['orders/create', { id: 10, refunds: [{ admin_graphql_api_order_id: 'gid://shopify/Order/1001' }] }],
  ] as const;
  const others = [
    ['orders/create', { id: 7, customer: { id: 8, email: 'joe@example.com', phone: '1199' } }],
    ['orders/create', { id: 17, customer: { legacyResourceId: '77', note: { id: 7 } } }],
    ['orders/create', { id: 14, phone: '+49 555-625-1199' }],
    ['orders/create', { id: 15, phone: '625-1199' }],
    ['orders/create', { id: 16, phone: '1555625119' }],
    ['customers/update', { id: 1001, email: 'notjane@example.com' }],
    ['orders/create', { id: 8, line_items: [{ id: 7, product_id: 7 }], note: 'jane@example.com' }],
    ['customer.tags_added', { customerId: 'gid://shopify/Customer/77', tags: ['gid://shopify/Product/7'] }],
    ['customers/merge', { admin_graphql_api_customer_kept_id: 'gid://shopify/Customer/8', status: 'completed' }],
  ] as const;

  it('is exported and erased everywhere, without affecting other customers', async () => {
    const { app, send, queue } = await setup();
    for (const [index, [topic, payload]] of [...about, ...others].entries()) await send(topic, payload, `id-${index}`);
    const stored = await app.exportCustomer(shop, person);
    const letters = stored.filter(({ where }) => where === 'dead-letter');
    const texts = (list: readonly unknown[]): string[] => list.map((one) => JSON.stringify(one)).sort();
    expect(texts(letters.map(({ topic, payload }) => [topic, payload]))).toEqual(texts(about));
    expect(await app.exportCustomer('zeta.myshopify.com', person)).toEqual([]);
    expect(await app.exportCustomer(shop, {})).toEqual([]);

    expect(await app.eraseCustomer(shop, person)).toMatchObject({ deadLetters: about.length });
    expect(await app.exportCustomer(shop, person)).toEqual([]);
    expect(await queue.deadJobs()).toHaveLength(others.length);
    expect(await app.eraseCustomer(shop, person)).toEqual({ inbox: 0, deadLetters: 0, feeds: 0 });
  });

  it.each([
    ['030 1234567', '+49 30 1234567', true],
    ['+44 (0)20 7946 0958', '+442079460958', true],
    ['020 7946 0958', '0044 20 7946 0958', true],
    ['+45 12 34 56 78', '12345678', true],
    ['+45 12 34 56 78', '+46 12 34 56 78', false],
    ['+45 12 34 56 78', '2345678', false],
    ['555', '+1 555', false],
    ['', '', false],
  ])('with the phone %j is the one with %j: %j', async (phone, other, isSame) => {
    const { app, send } = await setup();
    await send('orders/create', { id: 1, phone: other }, 'one');
    expect(await app.exportCustomer(shop, { phone })).toHaveLength(isSame ? 2 : 0);
  });

  it('is not handled by a job that is still waiting, and leaves no dead letter', async () => {
    const clock = createManualClock();
    const { keyValue } = memoryStores({ clock });
    const retryDelaysMs = [60_000];
    const queue = inProcessQueue({ clock });
    const auth = staticToken('shpat_x');
    const app = createShopifyApp({ auth, stores: { keyValue }, queue, clock, isolated: true });
    const calls: number[] = [];
    const meanwhile: (() => Promise<unknown>)[] = [];
    const handler = createWebhookHandler({
      ...{ secrets: secret, store: keyValue, queue, clock, retryDelaysMs },
      on: {
        'orders/create': async ({ payload }) => {
          calls.push(Number(payload.id));
          if (payload.id === 3) await meanwhile.pop()?.();
          throw new Error('no database');
        },
      },
    });
    const send = async (id: number, customer: number) => {
      const payload = { id, customer: { id: customer } };
      await handler(deliveryOf({ topic: 'orders/create', payload, webhookId: `order-${id}`, clock }));
      await clock.advance(1_000);
    };
    // When Jane is erased, her job waits for its next attempt, or is in its last one.
    await send(1, 7);
    await send(2, 8);
    expect(await app.eraseCustomer(shop, { id: '7' })).toMatchObject({ inbox: 1 });
    await send(3, 7);
    expect(calls).toEqual([1, 2, 3]);
    meanwhile.push(() => app.eraseCustomer(shop, { id: '7' }));
    await clock.advance(600_000);
    expect(calls.sort()).toEqual([1, 2, 2, 3, 3]);
    const dead = (await queue.deadJobs()).map(({ payload }) => JSON.parse((payload as { body: string }).body).id);
    expect(dead).toEqual([2]);
  });

  it('is found and erased in the changes of a feed whose handler has failed', async () => {
    const { clock, stores, queue } = await setup();
    const order = (email: string) => ({
      email,
      lineItems: [{ title: 'Mug' }],
      createdAt: new Date(clock.now()).toISOString(),
    });
    const fake = createFakeShopify({
      clock,
      shops: [{ orders: [order('jane@example.com'), order('joe@example.com')] }],
    });
    const auth = staticToken('shpat_fake');
    const app = createShopifyApp({ auth, stores, queue, clock, fetch: fake.fetch, isolated: true });
    const client = app.shop('demo.myshopify.com');
    const seen: (string | undefined)[] = [];
    let isBroken = true;
    const feed = createFeed({
      ...{ client, resource: 'orders' as const, fields: 'email', store: stores.keyValue, clock, queue },
      handle: ({ node }) => {
        if (isBroken) throw new Error('no database');
        seen.push(String(node?.['email']));
      },
    });
    await clock.advance(10_000);
    expect(await clock.run(feed.run())).toMatchObject({ changes: 2 });
    await clock.run(queue.drain());

    const [found, ...others] = await app.exportCustomer(client.shop, { email: 'JANE@example.com' });
    expect(found).toMatchObject({ where: 'feed', topic: 'orders', payload: { node: { email: 'jane@example.com' } } });
    expect(others).toEqual([]);
    expect(await app.eraseCustomer(client.shop, { email: 'jane@example.com' })).toMatchObject({ feeds: 1 });
    expect(await app.exportCustomer(client.shop, { email: 'jane@example.com' })).toEqual([]);
    isBroken = false;
    for (const { id } of await queue.deadJobs()) await queue.retry(id);
    await clock.run(queue.drain());
    expect(seen).toEqual(['joe@example.com']);
  });
});
