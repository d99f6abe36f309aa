import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShopifyClient, StorageError, type Stores } from 'shopwright';
import { clientCredentials } from 'shopwright/auth';
import { inProcessQueue } from 'shopwright/queue';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductQueue, createProductSync, type ProductQueue } from 'shopwright/sync';
import { createFakeShopify } from 'shopwright/testing';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { domain, type FakeSync } from '../fake-shop.ts';
import { creations, idsOf, plain, runOf, runShop } from './runs-shop.ts';

const files: string[] = [];
afterAll(async () => {
  for (const path of files) for (const end of ['', '-wal', '-shm']) await rm(`${path}${end}`, { force: true });
});

/** Another process on those stores, with its own client. */
function process(
  { clock, fake }: Pick<FakeSync, 'clock' | 'fake'>,
  stores: Stores,
  client: object = {},
  source: (localId: string) => object = plain,
): { products: ProductQueue; drain(): Promise<void> } {
  const made = createShopifyClient({
    ...{ shop: domain, accessToken: 'shpat_fake', fetch: fake.fetch, clock, isolated: true },
    ...client,
  } as never);
  const queue = inProcessQueue({ clock });
  // A killed process would try forever, and disturb later tests.
  onTestFinished(() => clock.run(queue.close({ graceMs: 0 })));
  const products = createProductQueue({
    ...{ sync: createProductSync({ client: made, stores, clock }), queue, stores, shop: domain, clock },
    ...{ source: async (localId: string) => source(localId), runs: { batchSize: 20 } },
  });
  return { products, drain: () => clock.run(queue.drain()) };
}

const once = (count: number): number[] => Array(count).fill(1);

describe('a fault in the middle of a run', () => {
  it('a killed process: another one goes on, and pushes nothing twice', async () => {
    const t = runShop(0);
    const path = join(tmpdir(), `shopwright-runs-${crypto.randomUUID()}.db`);
    files.push(path);
    const [dying, living] = [sqliteStores({ path, clock: t.clock }), sqliteStores({ path, clock: t.clock })];
    let isDead = false;
    const first = process(t, dying, {
      fetch: (...given: Parameters<typeof fetch>) => (isDead ? new Promise(() => undefined) : t.fake.fetch(...given)),
    });
    const killed = t.fake.hooks.killAt('after productSet#17', async () => {
      isDead = true;
      // Its locks are not renewed.
      await dying.close();
    });
    await first.products.runs.start(idsOf(50), { id: 'autumn' });
    await Promise.race([first.drain(), killed]);

    const second = process(t, living);
    await second.products.resume();
    await second.drain();
    const run = await runOf(second.products, 'autumn');
    expect(run).toMatchObject({ state: 'finished', progress: { done: 50, failed: 0, skipped: 0 } });
    expect(run.progress.counts).toEqual({ created: 50 });
    expect([...creations(t).values()]).toEqual(once(50));
    expect(t.fake.products()).toHaveLength(50);
    expect(await living.records.counts(domain)).toMatchObject({ synced: 50, syncing: 0, pending: 0 });
    // All journal entries belong to the run: no single push has taken over a product.
    const entries = await living.journal.list(domain, { runId: 'autumn', limit: 1_000 });
    expect(new Set(entries.map(({ localId }) => localId)).size).toBe(50);
    await living.close();
  });

  it('a process that is killed while it undoes a halted run: another one does the rest', async () => {
    const t = runShop(0);
    const path = join(tmpdir(), `shopwright-runs-${crypto.randomUUID()}.db`);
    files.push(path);
    const [dying, living] = [sqliteStores({ path, clock: t.clock }), sqliteStores({ path, clock: t.clock })];
    let isDead = false;
    const fetchUntilDead = (...given: Parameters<typeof fetch>) =>
      isDead ? new Promise(() => undefined) : t.fake.fetch(...given);
    const refused = (localId: string) =>
      Number(localId.slice(2)) < 15 ? plain(localId) : { ...plain(localId), handle: 'p-0' };
    const named = (localId: string) => ({ handle: localId, ...refused(localId) });
    const first = process(t, dying, { fetch: fetchUntilDead }, named);
    const killed = t.fake.hooks.killAt('after productDelete#4', async () => {
      isDead = true;
      await dying.close();
    });
    const gate = { minSamples: 20, maxFailureRate: 20, onHalt: 'rollback' } as const;
    await first.products.runs.start(idsOf(60), { id: 'autumn', gate });
    await Promise.race([first.drain(), killed]);
    const second = process(t, living, {}, named);
    expect(await runOf(second.products, 'autumn')).toMatchObject({ state: 'failed', halt: { undo: 'open' } });
    expect(t.fake.products().length).toBeGreaterThan(0);

    await second.products.resume();
    await second.drain();
    expect(await runOf(second.products, 'autumn')).toMatchObject({ state: 'cancelled', halt: { undo: 'done' } });
    expect(t.fake.products()).toEqual([]);
    await living.close();
  });

  it('a revoked token: the run has failed, no product has, and with another token it goes on', async () => {
    const t = runShop(0);
    const first = process(t, t.stores);
    t.fake.hooks.after('productSet', () => t.fake.revokeTokens(), { after: 11 });
    await first.products.runs.start(idsOf(60), { id: 'autumn' });
    await first.drain();
    const failed = await runOf(first.products, 'autumn');
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'AUTHENTICATION_FAILED' } });
    expect(failed.progress.failed).toBe(0);
    expect(failed.error?.message).not.toContain('shpat_fake');
    expect((await t.stores.records.counts(domain)).failed).toBe(0);

    const auth = clientCredentials({ clientId: 'fake-client-id', clientSecret: 'shpss_fake' });
    const second = process(t, t.stores, { accessToken: undefined, auth });
    await second.products.runs.resume('autumn');
    await second.drain();
    expect(await runOf(second.products, 'autumn')).toMatchObject({
      ...{ state: 'finished', error: null },
      progress: { done: 60, failed: 0 },
    });
    expect([...creations(t).values()]).toEqual(once(60));
  });

  it.each(['validates', 'pushes'])(
    'a source that does not answer while it %s: the run has failed, and goes on',
    async (phase) => {
      const t = runShop(0);
      let asked = 0;
      const hangsAt = phase === 'validates' ? 2 : 5;
      const made = t.process({
        source: (localId) => {
          asked += 1;
          return asked === hangsAt ? new Promise(() => undefined) : Promise.resolve(plain(localId));
        },
      });
      await made.products.runs.start(idsOf(3), { id: 'autumn' });
      await made.drain();
      expect(await runOf(made.products, 'autumn')).toMatchObject({ state: 'failed', error: { code: 'TIMEOUT' } });
      await made.products.runs.resume('autumn');
      await made.drain();
      expect(await runOf(made.products, 'autumn')).toMatchObject({ state: 'finished', progress: { done: 3 } });
      expect([...creations(t).values()]).toEqual(once(3));
    },
  );

  it('a database that fails after a call, before the record: the batch runs again, and nothing is sent twice', async () => {
    const t = runShop(0);
    let isGone = false;
    const gone = <T extends object>(store: T): T =>
      new Proxy(store, {
        get(target, name) {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== 'function') return method;
          return (...given: unknown[]) => {
            if (isGone) throw new StorageError('The database is gone.', { isRetryable: true });
            return method.apply(target, given);
          };
        },
      });
    const { records, journal, keyValue } = t.stores;
    const stores = { ...t.stores, records: gone(records), journal: gone(journal), keyValue: gone(keyValue) };
    const { products, drain } = process(t, stores);
    t.fake.hooks.after(
      'productSet',
      () => {
        isGone = true;
        t.clock.setTimer(() => (isGone = false), 45_000);
      },
      { after: 6 },
    );
    await products.runs.start(idsOf(30), { id: 'autumn' });
    await drain();
    const run = await runOf(products, 'autumn');
    expect(run).toMatchObject({ state: 'finished', progress: { done: 30, failed: 0 } });
    expect([...creations(t).values()]).toEqual(once(30));
    expect(await records.counts(domain)).toMatchObject({ synced: 30, syncing: 0, failed: 0 });
  });

  it('a clock that is set back by a day, or forward: nothing changes but the rate', async () => {
    const t = runShop(0);
    let offsetMs = 0;
    const clock = { ...t.clock, now: () => t.clock.now() + offsetMs, run: t.clock.run.bind(t.clock) };
    const { products, drain } = process({ ...t, clock: clock as never }, t.stores);
    for (const [after, days] of [
      [9, -1],
      [25, 3],
    ] as const)
      t.fake.hooks.after('productSet', () => (offsetMs += days * 86_400_000), { after });
    await products.runs.start(idsOf(50), { id: 'autumn' });
    const rates: number[] = [];
    const watching = (async () => {
      for await (const { progress } of products.runs.watch('autumn'))
        rates.push(progress.rate, progress.timeToGoMs ?? 0);
    })();
    await drain();
    await clock.run(watching);
    expect(await runOf(products, 'autumn')).toMatchObject({ state: 'finished', progress: { done: 50 } });
    expect([...creations(t).values()]).toEqual(once(50));
    expect(rates.every((rate) => Number.isFinite(rate) && rate >= 0)).toBe(true);
  });

  it('a shop that changes its plan: the run goes on at the pace of the smaller bucket', async () => {
    const t = runShop(0);
    const [plus, standard] = (['plus', 'standard'] as const).map((plan) =>
      createFakeShopify({ clock: t.clock, shops: [{ domain, plan }] }),
    );
    if (!plus || !standard) throw new Error('no fakes');
    const inFlight = new Set<Promise<Response>>();
    let sent = 0;
    const change = async (): Promise<void> => {
      await Promise.allSettled(inFlight);
      standard.restore(plus.snapshot());
    };
    let changing: Promise<void> | undefined;
    const fetch = async (...given: Parameters<typeof globalThis.fetch>): Promise<Response> => {
      sent += 1;
      if (sent > 600) {
        changing ??= change();
        await changing;
      }
      const response = (changing ? standard : plus).fetch(...given);
      inFlight.add(response);
      return response.finally(() => inFlight.delete(response));
    };
    const { products, drain } = process(t, t.stores, { fetch });
    await products.runs.start(idsOf(600), { id: 'autumn', bulkFrom: Number.POSITIVE_INFINITY });
    await drain();
    expect(await runOf(products, 'autumn')).toMatchObject({ state: 'finished', progress: { done: 600, failed: 0 } });
    expect(standard.products()).toHaveLength(600);
    const sizes = [plus, standard].map((fake) => creations({ fake }).size);
    expect(Math.min(...sizes)).toBeGreaterThan(200);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(600);
    // The bucket of the smaller plan is known after one response.
    expect(plus.stats().throttled + standard.stats().throttled).toBeLessThanOrEqual(8);
  });
});
