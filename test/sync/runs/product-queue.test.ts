import { createShopifyClient, StorageError, type SyncRecord } from 'shopwright';
import { inProcessQueue, type JobQueue } from 'shopwright/queue';
import { createProductQueue, createProductSync, type ProductQueueOptions } from 'shopwright/sync';
import { signWebhook } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { describe, expect, it } from 'vitest';
import { domain, type FakeSync, fakeSync, tee } from '../fake-shop.ts';

const secret = 'hush';

/** A product queue with a map of products as its source. */
function start(options: { shop?: FakeSync; queue?: Partial<ProductQueueOptions> } = {}) {
  const shop = options.shop ?? fakeSync({ client: { retry: { maxRetries: 0 } } });
  const { stores, sync, clock } = shop;
  const products = new Map<string, unknown>();
  const queue = inProcessQueue({ clock });
  const jobs = createProductQueue({
    ...{ sync, queue, stores, shop: domain, retryDelaysMs: [30_000] },
    source: async (localId) => products.get(localId),
    ...options.queue,
  });
  const record = (localId: string): Promise<SyncRecord | undefined> => stores.records.get(domain, localId);
  const drain = (): Promise<void> => clock.run(queue.drain());
  return { ...shop, products, queue, jobs, record, drain };
}

const titles = ({ fake }: { fake: FakeSync['fake'] }): unknown[] => fake.products().map((product) => product['title']);

/** Pushes two products with the same handle: Shopify refuses `tee-2`. */
async function pushTwins({ products, jobs, drain }: ReturnType<typeof start>): Promise<void> {
  for (const localId of ['tee-1', 'tee-2']) products.set(localId, tee(localId, { handle: 'same' }));
  for (const localId of products.keys()) {
    await jobs.enqueue(localId);
    await drain();
  }
}

describe('the product queue', () => {
  it('marks a product, and pushes its state at the time of its turn', async () => {
    const t = start();
    t.products.set('tee-1', tee('tee-1', { title: 'Early' }));
    expect(await t.jobs.enqueue('tee-1')).toMatchObject({ isNew: true });
    expect(await t.record('tee-1')).toMatchObject({ status: 'pending', attempts: 0, gid: null });
    expect(await t.jobs.enqueue('tee-1')).toMatchObject({ isNew: false });
    t.products.set('tee-1', tee('tee-1', { title: 'Late' }));
    await t.drain();
    expect(titles(t)).toEqual(['Late']);
    expect(await t.record('tee-1')).toMatchObject({ status: 'synced', attempts: 0 });
    expect(t.fake.executed('ProductPush')).toBe(1);
  });

  it('sends nothing for a product that was marked, but has not changed', async () => {
    const t = start();
    t.products.set('tee-1', tee());
    await t.jobs.enqueue('tee-1');
    await t.drain();
    await t.jobs.enqueue('tee-1');
    await t.drain();
    expect(t.fake.executed('ProductPush')).toBe(1);
    expect(await t.record('tee-1')).toMatchObject({ status: 'synced' });
    expect(await start({ shop: t }).jobs.resume()).toBe(0);
  });

  it('pushes again what changed during its push', async () => {
    let isChanged = false;
    const t = start({
      queue: {
        source: async (localId) => {
          const product = t.products.get(localId);
          if (!isChanged) {
            isChanged = true;
            t.products.set(localId, tee(localId, { title: 'Second' }));
            await t.jobs.enqueue(localId);
          }
          return product;
        },
      },
    });
    t.products.set('tee-1', tee('tee-1', { title: 'First' }));
    await t.jobs.enqueue('tee-1');
    await t.drain();
    expect(titles(t)).toEqual(['Second']);
    expect([t.fake.executed('ProductPush'), t.fake.executed('ProductFieldsUpdate')]).toEqual([1, 1]);
    expect(await t.record('tee-1')).toMatchObject({ status: 'synced' });
  });

  it('records an invalid product as failed, with the reason, and does not retry it', async () => {
    const t = start();
    t.products.set('tee-1', { ...tee(), title: '' });
    await t.jobs.enqueue('tee-1');
    await t.drain();
    expect(await t.record('tee-1')).toMatchObject({
      status: 'failed',
      lastError: { code: 'VALIDATION_FAILED', message: expect.stringContaining('title') },
    });
    expect(await t.queue.deadJobs()).toEqual([]);
    t.products.set('tee-1', tee());
    await t.jobs.enqueue('tee-1');
    await t.drain();
    expect(await t.record('tee-1')).toMatchObject({ status: 'synced', lastError: null });
  });

  it('does not retry a product that Shopify refused', async () => {
    const t = start();
    await pushTwins(t);
    const refused = await t.record('tee-2');
    expect(refused).toMatchObject({ status: 'failed', attempts: 1, lastError: { code: 'USER_ERROR' } });
    expect((await t.queue.stats()).dead).toBe(0);
  });

  it('retries after a temporary error, and marks the product as pending meanwhile', async () => {
    const t = start();
    t.products.set('tee-1', tee());
    t.fake.faults.next('status-500', { operation: 'ProductPush' });
    await t.jobs.enqueue('tee-1');
    await t.clock.advance(1_000);
    expect(await t.record('tee-1')).toMatchObject({ status: 'pending', lastError: { code: 'HTTP_ERROR' } });
    expect((await t.queue.stats()).delayed).toBe(1);
    await t.drain();
    expect(await t.record('tee-1')).toMatchObject({ status: 'synced', lastError: null });
  });

  it('makes a push that failed too often a dead letter, which can be queued again', async () => {
    const t = start();
    t.products.set('tee-1', tee());
    t.fake.faults.next('status-500', { operation: 'ProductPush', times: 2 });
    const { id } = await t.jobs.enqueue('tee-1');
    await t.drain();
    expect(await t.record('tee-1')).toMatchObject({ status: 'failed' });
    expect(await t.queue.deadJobs()).toMatchObject([{ id, attempts: 2, error: { code: 'HTTP_ERROR' } }]);
    await t.queue.retry(id);
    await t.drain();
    expect(await t.record('tee-1')).toMatchObject({ status: 'synced' });
  });

  it('records as failed what a new process could not push in any attempt', async () => {
    const t = start({ queue: { retryDelaysMs: [30_000] } });
    t.products.set('tee-1', tee());
    // The first request of a new process, before it reads any product.
    t.fake.faults.next('status-503', { times: 2 });
    await t.jobs.enqueue('tee-1');
    await t.drain();
    expect(await t.queue.deadJobs()).toMatchObject([{ attempts: 2, error: { code: 'HTTP_ERROR' } }]);
    expect(await t.record('tee-1')).toMatchObject({
      ...{ status: 'failed', gid: null },
      lastError: { code: 'HTTP_ERROR', message: expect.stringContaining('503') },
      lastAttemptAt: expect.any(Number),
    });
    expect(await t.sync.failureAnalysis()).toMatchObject({ failed: 1, latest: [{ localId: 'tee-1' }] });
    expect(await t.jobs.resume()).toBe(1);
    await t.drain();
    expect(await t.record('tee-1')).toMatchObject({ status: 'synced', lastError: null });
  });

  it('resumes a product once, although its record and its mark both call for it and its job runs at once', async () => {
    const t = start();
    for (const localId of ['tee-1', 'tee-2', 'tee-3']) await t.jobs.enqueue(localId);
    const queued: (string | undefined)[] = [];
    const queue: JobQueue = {
      ...inProcessQueue({ clock: t.clock }),
      async enqueue({ key }) {
        queued.push(key);
        return { id: String(queued.length), isNew: true };
      },
    };
    expect(await start({ shop: t, queue: { queue } }).jobs.resume()).toBe(3);
    expect(queued.toSorted()).toEqual(['tee-1', 'tee-2', 'tee-3']);
  });

  it('resumes at start-up what failed because the shop was unreachable, not what was refused', async () => {
    const t = start();
    t.products.set('tee-1', tee());
    t.products.set('tee-2', { ...tee('tee-2'), title: '' });
    t.fake.faults.next('status-500', { operation: 'ProductPush', times: 2 });
    for (const localId of ['tee-1', 'tee-2']) await t.jobs.enqueue(localId);
    await t.drain();
    expect(await t.stores.records.counts(domain)).toMatchObject({ failed: 2 });

    const asked: string[] = [];
    const source = async (localId: string) => {
      asked.push(localId);
      return t.products.get(localId);
    };
    const again = start({ shop: t, queue: { source } });
    expect(await again.jobs.resume()).toBe(1);
    await again.drain();
    expect(asked).toEqual(['tee-1']);
    expect(await t.record('tee-1')).toMatchObject({ status: 'synced', lastError: null });
    expect(await t.record('tee-2')).toMatchObject({ status: 'failed', lastError: { code: 'VALIDATION_FAILED' } });
    expect(await again.jobs.resume()).toBe(0);
  });

  it.each([
    ['NETWORK_ERROR', 1],
    ['TIMEOUT', 1],
    ['OUTCOME_UNKNOWN', 1],
    ['USER_ERROR', 0],
    ['INVALID_RESPONSE', 0],
  ])('decides by the code of the error what to resume: %s, %i job', async (code, queued) => {
    const t = start();
    await t.jobs.enqueue('tee-1');
    const record = await t.record('tee-1');
    const later = start();
    if (record)
      await later.stores.records.put({ ...record, status: 'failed', lastError: { code, message: 'as noted' } });
    expect(await later.jobs.resume()).toBe(queued);
  });

  it('defers pushes while the breaker of the shop is open, and loses none', async () => {
    const t = start();
    const localIds = Array.from({ length: 12 }, (_, index) => `tee-${index}`);
    for (const localId of localIds) t.products.set(localId, tee(localId));
    t.fake.faults.next('status-500', { operation: 'ProductPush', times: 3 });
    t.fake.faults.next('status-500', { operation: 'MetafieldDefinitionEnsure', times: 3 });
    for (const localId of localIds) await t.jobs.enqueue(localId);
    await t.drain();
    expect(t.fake.products().length).toBe(12);
    expect(await t.stores.records.counts(domain)).toMatchObject({ synced: 12, pending: 0, failed: 0 });
    expect((await t.queue.stats()).dead).toBe(0);
  });

  it('forgets a product that is gone from the source and never reached the shop, and reports one that did', async () => {
    const t = start();
    t.products.set('tee-1', tee());
    await t.jobs.enqueue('tee-1');
    await t.drain();
    t.products.clear();
    await t.jobs.enqueue('tee-1');
    await t.jobs.enqueue('tee-2');
    await t.drain();
    expect(await t.record('tee-2')).toBeUndefined();
    expect(await t.record('tee-1')).toMatchObject({
      status: 'failed',
      lastError: { message: expect.stringContaining('no longer in the source') },
    });
  });

  it('does not forget a product that may have reached the shop, when it is gone from the source', async () => {
    const t = start();
    t.products.set('tee-1', tee());
    t.fake.faults.next('reset-after', { operation: 'ProductPush' });
    await t.jobs.enqueue('tee-1');
    await t.clock.advance(1_000);
    t.products.clear();
    await t.drain();
    await t.jobs.enqueue('tee-1');
    await t.drain();
    expect(titles(t)).toEqual(['Tee tee-1']);
    expect(await t.record('tee-1')).toMatchObject({
      status: 'failed',
      lastError: { message: expect.stringContaining('may have reached the shop') },
    });
    expect(await start({ shop: t }).jobs.resume()).toBe(0);
  });

  it('forgets a product that was refused, when it is gone from the source', async () => {
    const t = start();
    await pushTwins(t);
    expect(await t.record('tee-2')).toMatchObject({ status: 'failed', attempts: 1, gid: null });
    t.products.delete('tee-2');
    await t.jobs.enqueue('tee-2');
    await t.drain();
    expect(await t.record('tee-2')).toBeUndefined();
  });

  it('retries a push that failed because a store could not be read, such as that of the tokens', async () => {
    let isDown = false;
    const shop = fakeSync();
    const client = createShopifyClient({
      ...{ shop: domain, fetch: shop.fake.fetch, clock: shop.clock, isolated: true },
      auth: {
        async get() {
          if (isDown) throw new StorageError('The disk reports an error.');
          return 'shpat_fake';
        },
        invalidate: async () => false,
      },
    });
    const { clock, stores } = shop;
    const t = start({ shop, queue: { sync: createProductSync({ client, stores, clock }) } });
    t.products.set('tee-1', tee());
    await t.jobs.enqueue('tee-1');
    await t.drain();
    isDown = true;
    t.products.set('tee-1', tee('tee-1', { title: 'Second' }));
    await t.jobs.enqueue('tee-1');
    await t.clock.advance(1_000);
    expect(await t.record('tee-1')).toMatchObject({ status: 'pending', lastError: { code: 'STORAGE_FAILED' } });
    isDown = false;
    await t.drain();
    expect(titles(t)).toEqual(['Second']);
  });

  it('shares its store with a webhook handler of any name', async () => {
    const t = start();
    const handler = createWebhookHandler({
      ...{ secrets: secret, store: t.stores.keyValue, name: 'push', clock: t.clock },
      on: { 'products/update': () => undefined },
    });
    const { body, headers } = signWebhook({ secret, shop: domain, topic: 'products/update', payload: { id: 1 } });
    const request = new Request('http://localhost/webhooks', { method: 'POST', headers, body });
    expect((await handler(request)).status).toBe(200);
    expect(await t.jobs.resume()).toBe(0);
  });

  it('leaves nothing of a shop that was erased while its pushes waited, if the source has nothing for it', async () => {
    const t = start();
    for (const localId of ['tee-1', 'tee-2']) await t.jobs.enqueue(localId);
    await t.stores.records.erase(domain);
    for await (const key of t.stores.keyValue.scan('')) await t.stores.keyValue.delete(key);
    await t.drain();
    const keys: string[] = [];
    for await (const key of t.stores.keyValue.scan('')) keys.push(key);
    expect(keys).toEqual([]);
    expect(await t.stores.records.list(domain)).toEqual([]);
    expect((await t.queue.stats()).dead).toBe(0);
  });

  it('refuses a product that the source returns for another', async () => {
    const t = start();
    t.products.set('tee-1', tee('tee-2'));
    await t.jobs.enqueue('tee-1');
    await t.drain();
    expect(t.fake.products()).toEqual([]);
    expect(await t.record('tee-1')).toMatchObject({ status: 'failed' });
  });

  it('keeps a product that was deleted in the shop recorded as deleted', async () => {
    const t = start();
    t.products.set('tee-1', tee());
    await t.jobs.enqueue('tee-1');
    await t.drain();
    const record = await t.record('tee-1');
    if (record) await t.stores.records.put({ ...record, status: 'deleted-in-shopify' });
    for (const product of [tee(), { ...tee(), title: '' }, undefined]) {
      t.products.set('tee-1', product);
      await t.jobs.enqueue('tee-1');
      await t.drain();
      expect(await t.record('tee-1')).toMatchObject({ status: 'deleted-in-shopify' });
    }
  });

  it('queues at start-up everything that was pending or being pushed, however much it is', async () => {
    const crashed = start();
    const { records } = crashed.stores;
    const localIds = Array.from({ length: 1_203 }, (_, index) => `tee-${String(index).padStart(4, '0')}`);
    for (const localId of localIds) await crashed.jobs.enqueue(localId);
    const interrupted = await records.get(domain, 'tee-0007');
    if (interrupted) await records.put({ ...interrupted, status: 'syncing', attempts: 1 });

    const pushed = new Set<string>();
    const again = start({ shop: crashed, queue: { source: async (localId) => void pushed.add(localId) } });
    expect(await again.jobs.resume()).toBe(1_203);
    expect(await again.jobs.resume()).toBe(0);
    await again.drain();
    expect([...pushed].sort()).toEqual(localIds);
  });

  it('records a push whose queue was closed during it as pending', async () => {
    const t = start({ queue: { source: () => new Promise(() => undefined) } });
    await t.jobs.enqueue('tee-1');
    await t.clock.advance(100);
    await t.clock.run(t.queue.close({ graceMs: 0 }));
    expect(await t.record('tee-1')).toMatchObject({ status: 'pending' });
    await expect(t.jobs.enqueue('tee-2')).rejects.toThrow('closed');
    expect(await t.record('tee-2')).toMatchObject({ status: 'pending' });
  });

  it('refuses an id that no record can have, before it is marked, and an empty shop', async () => {
    const t = start();
    for (const localId of ['', 'x'.repeat(256), 'a\0b', '\ud800']) {
      await expect(t.jobs.enqueue(localId)).rejects.toThrow('localId');
    }
    expect(await t.stores.records.counts(domain)).toMatchObject({ pending: 0 });
    expect(await t.jobs.resume()).toBe(0);
    expect(await t.jobs.enqueue('x'.repeat(255))).toMatchObject({ isNew: true });
    for (const shop of ['', 'https://example.com/x']) expect(() => start({ queue: { shop } })).toThrow('shop');
  });

  it('recognises a shop however its domain is written', async () => {
    const t = start({ queue: { shop: 'https://Demo.myshopify.com/' } });
    t.products.set('tee-1', tee());
    await t.jobs.enqueue('tee-1');
    await t.drain();
    expect(await t.record('tee-1')).toMatchObject({ status: 'synced' });
    expect(await start({ shop: t }).jobs.resume()).toBe(0);
  });

  it('only queues if it has neither a sync nor a source', async () => {
    const t = start();
    t.products.set('tee-1', tee());
    const web = createProductQueue({ queue: t.queue, stores: t.stores, shop: domain });
    expect(await web.enqueue('tee-1')).toMatchObject({ isNew: true });
    await t.drain();
    expect(await t.record('tee-1')).toMatchObject({ status: 'synced' });

    const idle = inProcessQueue({ clock: t.clock });
    await createProductQueue({ queue: idle, stores: t.stores, shop: domain }).enqueue('tee-1');
    await t.clock.advance(60_000);
    expect(await idle.stats()).toMatchObject({ waiting: 1, active: 0 });
  });

  it('refuses limits that its queue would refuse for each job', () => {
    for (const timeoutMs of [Number.NaN, 0, Number.POSITIVE_INFINITY])
      expect(() => start({ queue: { timeoutMs } })).toThrow(/timeoutMs/);
    for (const retryDelaysMs of [[Number.NaN], [-1], Array(200).fill(1), '30'])
      expect(() => start({ queue: { retryDelaysMs: retryDelaysMs as never } })).toThrow(/retryDelaysMs/);
  });

  it('refuses a sync without a source, and a source without a sync', () => {
    const { sync, queue, stores } = start();
    const terms = { queue, stores, shop: domain };
    expect(() => createProductQueue({ ...terms, sync })).toThrow('source');
    expect(() => createProductQueue({ ...terms, source: async () => tee() })).toThrow('sync');
  });
});
