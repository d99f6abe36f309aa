import { createShopifyClient, StorageError, type SyncRecord } from 'shopwright';
import { clientCredentials } from 'shopwright/auth';
import { createProductSync } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { domain, tee } from '../fake-shop.ts';
import { creations, idsOf, plain, type RunShop, runOf, runShop } from './runs-shop.ts';

const never = Number.POSITIVE_INFINITY;

/** The state after a run, without what differs from run to run. */
async function traces({ fake, stores }: RunShop): Promise<object> {
  const entries = [];
  for (let after: string | undefined; ; ) {
    const page = await stores.journal.list(domain, { limit: 1_000, ...(after !== undefined && { after }) });
    entries.push(...page);
    after = page.at(-1)?.id;
    if (page.length < 1_000) break;
  }
  const records: SyncRecord[] = [];
  for (const status of ['synced', 'failed', 'pending', 'syncing'] as const)
    records.push(...(await stores.records.list(domain, { status, limit: 1_000 })));
  const byId = <T extends { localId: string }>(list: T[]): T[] => list.sort((a, b) => (a.localId < b.localId ? -1 : 1));
  const names = new Map<string, string>();
  const plainText = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value)
        .replace(/gid:\/\/shopify\/(\w+)\/\d+/g, (gid) => names.get(gid) ?? gid.replace(/\d+$/, 'N'))
        .replace(/"push":"[-\da-f]{36}"/g, '"push":"UUID"')
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'),
    );
  return {
    journal: plainText(byId(entries.map(({ id: _, at: __, ...entry }) => entry))),
    records: plainText(
      byId(records.map(({ lastSyncedAt: _, lastAttemptAt: __, parts: ___, version: ____, ...record }) => record)),
    ),
    products: fake
      .products()
      .map(({ title, handle, status }) => ({ title, handle, status }))
      .sort((a, b) => (String(a.title) < String(b.title) ? -1 : 1)),
  };
}

/** A catalogue with images, some of them shared, and with products that Shopify refuses. */
function filled(count: number, options: Parameters<typeof runShop>[1] = {}): RunShop {
  const t = runShop(count, options);
  for (let index = 0; index < count; index += 10) {
    const url = `https://cdn.example.com/${index % 20}.jpg`;
    t.drafts.set(`p-${index}`, plain(`p-${index}`, { images: [{ url, alt: 'One' }] }));
  }
  t.drafts.set('p-5', plain('p-5', { variants: [] }));
  t.drafts.set('p-6', tee('p-6'));
  return t;
}

describe('a run in bulk', () => {
  it('makes products without a price as drafts', async () => {
    const t = runShop(120, { shop: { fake: { shops: [{ domain, plan: 'plus' }] } } });
    for (const id of idsOf(120))
      t.drafts.set(id, plain(id, { price: 'warn', status: 'ACTIVE', variants: [{ sku: id }] }));
    await t.products.runs.start(idsOf(120), { id: 'autumn', bulkFrom: 100 });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({ state: 'finished', bulk: 'used' });
    expect(t.fake.products().map(({ status }) => status)).toEqual(Array.from({ length: 120 }, () => 'DRAFT'));
  });

  it('ends in the same state, with the same journal, as one by direct pushes', async () => {
    const found = [];
    for (const bulkFrom of [never, 100]) {
      const t = filled(120, { shop: { fake: { shops: [{ domain, plan: 'plus' }] } } });
      await t.products.runs.start(idsOf(120), { id: 'autumn', bulkFrom });
      await t.drain();
      const run = await runOf(t.products, 'autumn');
      expect(run).toMatchObject({ state: 'finished', bulk: bulkFrom === never ? 'none' : 'used' });
      expect(run.progress).toMatchObject({ done: 119, failed: 1, counts: { created: 119, invalid: 1 } });
      expect([...creations(t).values()]).toEqual(Array(119).fill(1));
      found.push(await traces(t));
    }
    expect(found[1]).toEqual(found[0]);
  });

  it('goes on if Shopify refuses to publish one of its products, and the push of that product reports it', async () => {
    let refusals = 0;
    const t: RunShop = runShop(120, {
      shop: {
        fake: { shops: [{ domain, plan: 'plus' }] },
        sync: { publishTo: ['Online Store'] },
        client: {
          async fetch(url, init) {
            const isRefused = String(init?.body).includes('publishablePublish') && refusals < 2;
            if (isRefused) refusals += 1;
            const response = await t.fake.fetch(url, init);
            if (!isRefused) return response;
            const userErrors = [{ field: ['id'], message: 'Cannot be published' }];
            const { extensions } = (await response.json()) as { extensions: object };
            return Response.json({ data: { publishablePublish: { publishable: null, userErrors } }, extensions });
          },
        },
      },
    });
    await t.products.runs.start(idsOf(120), { id: 'autumn', bulkFrom: 100 });
    await t.drain();
    const run = await runOf(t.products, 'autumn');
    expect(run).toMatchObject({ state: 'finished', error: null, progress: { done: 120, failed: 0 } });
    expect(refusals).toBe(2);
    expect(t.fake.products()).toHaveLength(120);
    expect(await t.stores.records.counts(domain)).toMatchObject({ synced: 120, syncing: 0 });
  });

  it('records what Shopify refuses as a push would', async () => {
    const found = [];
    for (const bulkFrom of [never, 1]) {
      const t = runShop(3, { shop: { sync: { concurrency: 1 } } });
      await t.products.runs.start(['p-0'], { id: 'first', bulkFrom: never });
      await t.drain();
      t.drafts.set('p-1', plain('p-1', { handle: String(t.fake.products()[0]?.['handle']) }));
      await t.products.runs.start(idsOf(3), { id: 'autumn', bulkFrom });
      await t.drain();
      expect((await runOf(t.products, 'autumn')).progress.counts).toEqual({ created: 1, unchanged: 1, failed: 1 });
      found.push(await traces(t));
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[0]).toMatchObject({ records: [{}, { status: 'failed', lastError: { code: 'USER_ERROR' } }, {}] });
  });

  it('costs few points, however many products there are', async () => {
    const t = runShop(500, { shop: { sync: { concurrency: 50 } } });
    await t.products.runs.start(idsOf(500), { id: 'autumn' });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({ state: 'finished', error: null, bulk: 'used' });
    expect(t.fake.products()).toHaveLength(500);
    expect(t.fake.stats().pointsUsed).toBeLessThanOrEqual(200);
  });

  it('pushes directly if bulk mutations are not enabled', async () => {
    const found = [];
    for (const bulkFrom of [never, 50]) {
      const t = filled(60);
      t.fake.bulk.disable('mutations');
      await t.products.runs.start(idsOf(60), { id: 'autumn', bulkFrom });
      await t.drain();
      expect(await runOf(t.products, 'autumn')).toMatchObject({
        ...{ state: 'finished', bulk: bulkFrom === never ? 'none' : 'not-enabled' },
        progress: { done: 59, failed: 1 },
      });
      found.push(await traces(t));
    }
    expect(found[1]).toEqual(found[0]);
  });

  it('whose operation is lost finds what it has created, and pushes the rest directly', async () => {
    const t = runShop(80);
    t.fake.bulk.failNext({ afterObjects: 30 });
    await t.products.runs.start(idsOf(80), { id: 'autumn', bulkFrom: 50 });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({ state: 'finished', progress: { done: 80, failed: 0 } });
    expect([...creations(t).values()]).toEqual(Array(80).fill(1));
    expect(await t.stores.records.counts(domain)).toMatchObject({ synced: 80, syncing: 0, pending: 0 });
  });

  it('never overwrites a product that appeared in the shop meanwhile', async () => {
    const t = runShop(60);
    t.fake.hooks.before(
      'bulkOperationRunMutation',
      async () => {
        t.drafts.set('p-7', plain('p-7', { title: 'Newer' }));
        await t.sync.push(t.drafts.get('p-7') as never);
      },
      { after: 1 },
    );
    await t.products.runs.start(idsOf(60), { id: 'autumn', bulkFrom: 50 });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({ state: 'finished', progress: { done: 60 } });
    expect(t.fake.products()).toHaveLength(60);
    expect(t.fake.products().filter(({ title }) => title === 'Newer')).toHaveLength(1);
    expect(await t.stores.records.counts(domain)).toMatchObject({ synced: 60 });
  });

  it('that is cancelled while its operation runs records what that creates, and starts nothing more', async () => {
    const t = runShop(80);
    t.fake.hooks.after('bulkOperationRunMutation', () => t.products.runs.cancel('autumn'), { after: 1 });
    await t.products.runs.start(idsOf(80), { id: 'autumn', bulkFrom: 50 });
    await t.drain();
    const run = await runOf(t.products, 'autumn');
    expect(run.state).toBe('cancelled');
    expect(t.fake.products()).toHaveLength(80);
    expect(await t.stores.records.counts(domain)).toMatchObject({ synced: 80 });
    expect(
      t.fake.executions.filter(({ operation, bulkOperation }) => operation === 'ProductPush' && !bulkOperation),
    ).toEqual([]);
    expect((await t.clock.run(t.sync.rollback({ runId: 'autumn' }))).counts.removed).toBe(80);
  });

  it('is possible without a run: createInBulk, then pushMany for the others', async () => {
    const t = filled(30);
    const drafts = [...t.drafts.values()] as never[];
    const made = await t.clock.run(t.sync.createInBulk(drafts, { runId: 'autumn' }));
    expect(made).toMatchObject({ created: 28, refused: 0, left: 2, operations: [expect.any(String)] });
    const { counts } = await t.clock.run(t.sync.pushMany(drafts, { runId: 'autumn' }));
    expect(counts).toMatchObject({ unchanged: 28, created: 1, invalid: 1 });
    await expect(t.sync.createInBulk(drafts, { runid: 'x' } as object)).rejects.toThrow('Did you mean runId?');
    expect(await t.sync.validate(plain('p-1') as never)).toEqual([]);
    expect(await t.sync.validate(plain('p-1', { title: '' }) as never)).toMatchObject([{ field: 'title' }]);
  });

  it('creates only the products of its rollout, and more of them when its percentage is raised', async () => {
    const t = runShop(200);
    const created: string[][] = [];
    for (const [id, percent] of [
      ['first', 20],
      ['lowered', 10],
      ['raised', 60],
    ] as const) {
      await t.products.runs.start(idsOf(200), { id, bulkFrom: 50, rollout: { percent, salt: 'autumn' } });
      await t.drain();
      const run = await runOf(t.products, id);
      expect(run).toMatchObject({ state: 'finished', bulk: 'used', error: null });
      expect(run.progress.done + run.progress.skipped).toBe(200);
      created.push([...creations(t).keys()].sort());
    }
    const [first = [], lowered = [], raised = []] = created;
    expect(first.length).toBeGreaterThan(20);
    expect(first.length).toBeLessThan(60);
    // Raising the percentage only adds products, and lowering it removes none.
    expect(lowered).toEqual(first);
    expect(raised).toEqual(expect.arrayContaining(first));
    expect(raised.length).toBeGreaterThan(first.length * 2);
    expect(t.fake.products()).toHaveLength(raised.length);
  });

  it('works with stores that read and write each record by itself', async () => {
    const t = filled(60);
    const { getMany: _, putManyIf: __, ...records } = t.stores.records;
    const stores = { ...t.stores, records };
    const sync = createProductSync({ client: t.client, stores, clock: t.clock });
    const { products, drain } = t.process({ sync, stores });
    await products.runs.start(idsOf(60), { id: 'autumn', bulkFrom: 50 });
    await drain();
    expect(await runOf(products, 'autumn')).toMatchObject({
      ...{ state: 'finished', bulk: 'used' },
      progress: { done: 59, failed: 1 },
    });
    expect([...creations(t).values()]).toEqual(Array(59).fill(1));
  });

  it('writes records and journal once for many products', async () => {
    const t = runShop(300);
    const calls = new Map<string, number>();
    const counted = <T extends object>(target: T): T =>
      new Proxy(target, {
        get(of, name) {
          const found: unknown = Reflect.get(of, name);
          if (typeof found !== 'function') return found;
          calls.set(String(name), (calls.get(String(name)) ?? 0) + 1);
          return found.bind(of);
        },
      });
    const { records, journal, keyValue } = t.stores;
    const stores = { ...t.stores, records: counted(records), journal: counted(journal), keyValue: counted(keyValue) };
    const sync = createProductSync({ client: t.client, stores, clock: t.clock });
    const { products, drain } = t.process({ sync, stores });
    await products.runs.start(idsOf(300), { id: 'autumn', bulkFrom: 50 });
    await drain();
    expect(await runOf(products, 'autumn')).toMatchObject({ progress: { done: 300, counts: { created: 300 } } });
    const sum = [...calls.values()].reduce((all, count) => all + count, 0);
    expect(sum).toBeLessThan(150);
  });

  it('whose token is revoked while its operation runs has failed, and finds everything that was created when it resumes', async () => {
    const t = runShop(60);
    t.fake.hooks.after('bulkOperationRunMutation', () => t.fake.revokeTokens(), { after: 1 });
    await t.products.runs.start(idsOf(60), { id: 'autumn', bulkFrom: 50 });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({
      ...{ state: 'failed', error: { code: 'AUTHENTICATION_FAILED' } },
      progress: { failed: 0 },
    });
    const auth = clientCredentials({ clientId: 'fake-client-id', clientSecret: 'shpss_fake' });
    const client = createShopifyClient({ shop: domain, auth, fetch: t.fake.fetch, clock: t.clock, isolated: true });
    const { products, drain } = t.process({ sync: createProductSync({ client, stores: t.stores, clock: t.clock }) });
    await products.runs.resume('autumn');
    await drain();
    expect(await runOf(products, 'autumn')).toMatchObject({
      ...{ state: 'finished', error: null },
      progress: { counts: { created: 60 }, failed: 0 },
    });
    expect([...creations(t).values()]).toEqual(Array(60).fill(1));
  });

  it.each([
    ['before anything is sent', 1],
    ['between send and record', 2],
  ])('whose database fails %s pushes nothing twice', async (_when, at) => {
    const t = runShop(60);
    let writes = 0;
    const records = new Proxy(t.stores.records, {
      get(of, name) {
        const found: unknown = Reflect.get(of, name);
        if (name !== 'putManyIf') return found;
        return async (...given: unknown[]) => {
          writes += 1;
          if (writes === at) throw new StorageError('The database is gone', { isRetryable: true });
          return Reflect.apply(found as () => unknown, of, given) as unknown;
        };
      },
    });
    const stores = { ...t.stores, records };
    const sync = createProductSync({ client: t.client, stores, clock: t.clock });
    const { products, drain } = t.process({ sync, stores });
    await products.runs.start(idsOf(60), { id: 'autumn', bulkFrom: 50 });
    await drain();
    expect(await runOf(products, 'autumn')).toMatchObject({
      ...{ state: 'finished', error: null },
      progress: { counts: { created: 60 } },
    });
    expect([...creations(t).values()]).toEqual(Array(60).fill(1));
    expect(await t.stores.records.counts(domain)).toMatchObject({ synced: 60, syncing: 0 });
  });

  it('that is paused while its operation runs records what that creates, and pushes the rest when it resumes', async () => {
    const t = runShop(60);
    await t.sync.push(plain('p-7', { title: 'Older' }) as never);
    t.fake.hooks.after('bulkOperationRunMutation', () => t.products.runs.pause('autumn'), { after: 1 });
    await t.products.runs.start(idsOf(60), { id: 'autumn', bulkFrom: 50 });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({ state: 'paused', progress: { done: 59 } });
    expect(t.fake.products().filter(({ title }) => title === 'Older')).toHaveLength(1);
    await t.products.runs.resume('autumn');
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({
      ...{ state: 'finished' },
      progress: { counts: { created: 59, updated: 1 } },
    });
  });
});

describe('a run in bulk over existing products', () => {
  const managed = { variants: 'all', images: 'all', tags: 'all', metafields: 'all', collections: 'all' } as const;
  const two = (localId: string, more: object = {}) =>
    plain(localId, {
      ...{ tags: ['one'], vendor: 'Acme' },
      variants: ['S', 'M'].map((Size) => ({ sku: `${localId}-${Size}`, price: '10.00', options: { Size } })),
      ...more,
    });
  const changed = (localId: string, more: object = {}) =>
    two(localId, {
      ...{ title: `New ${localId}`, tags: ['one', 'two'], seo: { title: 'Found' } },
      ...more,
    });
  /** A shop that has 60 products, and a source in which all are changed. */
  const known = async (): Promise<RunShop> => {
    const t = runShop(60);
    for (const localId of idsOf(60)) t.drafts.set(localId, two(localId));
    await t.products.runs.start(idsOf(60), { id: 'first', bulkFrom: never });
    await t.drain();
    for (const localId of idsOf(60)) t.drafts.set(localId, changed(localId));
    return t;
  };
  const inBulk = ({ fake }: RunShop): number =>
    fake.executions.filter(
      ({ bulkOperation, fields }) => bulkOperation && fields.some(({ name }) => name === 'productSet'),
    ).length;
  const idsOfVariants = ({ fake }: RunShop): Map<string, string> =>
    new Map(
      fake
        .products()
        .flatMap(({ variants }) => variants as readonly { id: string; sku: string }[])
        .map(({ id, sku }) => [sku, id]),
    );

  it('that owns all lists ends as with direct pushes, with the same journal, and keeps the variants', async () => {
    const found = [];
    for (const bulkFrom of [never, 50]) {
      const t = await known();
      const before = idsOfVariants(t);
      const points = t.fake.stats().pointsUsed;
      await t.products.runs.start(idsOf(60), { id: 'second', force: true, managed, bulkFrom });
      await t.drain();
      expect((await runOf(t.products, 'second')).progress.counts).toEqual({ updated: 60 });
      expect(inBulk(t)).toBe(bulkFrom === never ? 0 : 60);
      if (bulkFrom !== never) expect(t.fake.stats().pointsUsed - points).toBeLessThan(1_000);
      const after = idsOfVariants(t);
      expect(after.size).toBe(120);
      for (const [sku, id] of before) expect(after.get(sku)).toBe(id);
      found.push(await traces(t));
      expect((await t.clock.run(t.sync.rollback({ runId: 'second' }))).counts).toMatchObject({
        restored: 60,
        failed: 0,
      });
      const titles = t.fake.products().map(({ title }) => title);
      expect(titles.sort()).toEqual(
        idsOf(60)
          .map((localId) => `Product ${localId}`)
          .sort(),
      );
      expect(idsOfVariants(t)).toEqual(before);
    }
    expect(found[1]).toEqual(found[0]);
  });

  it('changes no variants by rows, which would remove what a merchant adds before their turn', async () => {
    const t = await known();
    for (const localId of idsOf(60))
      t.drafts.set(
        localId,
        two(localId, {
          variants: ['S', 'M'].map((Size) => ({ sku: `${localId}-${Size}`, price: '12.50', options: { Size } })),
        }),
      );
    await t.products.runs.start(idsOf(60), { id: 'second', force: true, managed, bulkFrom: 50 });
    await t.drain();
    expect((await runOf(t.products, 'second')).progress.counts).toEqual({ updated: 60 });
    expect(inBulk(t)).toBe(0);
  });

  it('leaves changes that would remove a variant to the pushes, and sends nothing if the last push sent the same', async () => {
    const t = await known();
    for (const localId of idsOf(60).slice(20)) t.drafts.set(localId, two(localId));
    t.drafts.set('p-3', changed('p-3', { variants: [{ sku: 'p-3-S', price: '10.00', options: { Size: 'S' } }] }));
    t.drafts.set('p-4', changed('p-4', { variants: [{ sku: 'p-4-S', price: '10.00', options: { Size: 'S' } }] }));
    await t.products.runs.start(idsOf(60), {
      ...{ id: 'second', onDrift: 'ours', onConflict: 'ours', managed, bulkFrom: 50, maxDeletes: { variants: 1 } },
    });
    await t.drain();
    const { counts } = (await runOf(t.products, 'second')).progress;
    expect(counts).toEqual({ updated: 19, unchanged: 40, blocked: 1 });
    expect(inBulk(t)).toBe(18);
  });

  it.each([
    ['that owns only a part of their lists', { force: true, managed: { variants: 'all' } }],
    ['that lets changes in the shop stand', { managed }],
  ] as const)('%s changes them by pushes', async (_what, options) => {
    const t = await known();
    await t.products.runs.start(idsOf(60), { id: 'second', bulkFrom: 50, ...options });
    await t.drain();
    expect((await runOf(t.products, 'second')).progress.counts).toEqual({ updated: 60 });
    expect(inBulk(t)).toBe(0);
  });

  it('does not overwrite a newer state that was pushed while the operation ran', async () => {
    const t = await known();
    t.fake.hooks.after(
      'bulkOperationRunMutation',
      async () => {
        t.drafts.set('p-7', changed('p-7', { title: 'Newer' }));
        await t.sync.push(t.drafts.get('p-7') as never);
      },
      { after: 1 },
    );
    await t.products.runs.start(idsOf(60), { id: 'second', force: true, managed, bulkFrom: 50 });
    await t.drain();
    expect(await runOf(t.products, 'second')).toMatchObject({ state: 'finished', progress: { done: 60 } });
    expect(t.fake.products().filter(({ title }) => title === 'Newer')).toHaveLength(1);
    expect(await t.stores.records.counts(domain)).toMatchObject({ synced: 60 });
  });

  it('records what Shopify refuses, and finds what a lost operation has changed', async () => {
    const t = await known();
    t.drafts.set('p-1', changed('p-1', { handle: 'product-p-2' }));
    t.fake.bulk.failNext({ afterObjects: 30 });
    await t.products.runs.start(idsOf(60), { id: 'second', force: true, managed, bulkFrom: 50 });
    await t.drain();
    const run = await runOf(t.products, 'second');
    expect(run).toMatchObject({ state: 'finished', progress: { counts: { updated: 59, failed: 1 } } });
    expect(t.fake.products().filter(({ title }) => String(title).startsWith('New'))).toHaveLength(59);
    expect(await t.stores.records.counts(domain)).toMatchObject({ synced: 59, failed: 1, syncing: 0, pending: 0 });
  });
});
