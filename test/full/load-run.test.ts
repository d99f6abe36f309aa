import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createShopifyClient, type Stores } from 'shopwright';
import { inProcessQueue } from 'shopwright/queue';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { postgresStores } from 'shopwright/storage/postgres';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductQueue, createProductSync, type ProductQueue, type SyncRun } from 'shopwright/sync';
import { createFakeShopify, type FakeShopify } from 'shopwright/testing';
import { afterAll, expect, it } from 'vitest';
import { postgresOrSkip, redisOrSkip } from '../services.ts';
import { draftOf, idsOf, source } from './programs/catalogue.ts';

const redisServer = await redisOrSkip(12);
const postgres = await postgresOrSkip();

const shop = 'demo.myshopify.com';
/** Products of the catalogue. Set RUN_PRODUCTS for more: 5,000 take a while on a busy machine. */
const total = Number(process.env['RUN_PRODUCTS'] ?? 500);
/**
 * Plan of the shop. With RUN_PLAN=standard, a machine with two cores keeps up with the points, which then determine the
 * time: a Plus shop has ten times as many points, and needs as many more processors.
 */
const plan = process.env['RUN_PLAN'] === 'standard' ? 'standard' : 'plus';
/**
 * Milliseconds until another process has the batch of a killed one: its lease, and then the pause of the job waiting
 * for it.
 */
const stallMs = 30_000;
/** Points of the shop's bucket. */
const bucket = plan === 'plus' ? { capacity: 20_000, perSecond: 1_000 } : { capacity: 2_000, perSecond: 100 };
/** A fast machine finishes a small catalogue in seconds, before a kill. */
const killEveryMs = total < 2_000 ? 2_500 : 10_000;
const longestMs = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'shopwright-runs-'));

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterAll(async () => {
  for (const step of cleanUp.reverse()) await step();
  rmSync(folder, { recursive: true, force: true });
});

const fakeShop = (faults: number): FakeShopify =>
  createFakeShopify({ shops: [{ domain: shop, plan }], faults: { rate: faults, delayMs: 200 } });

/** Starts a worker, and another one for each that is killed. */
function workers(count: number, args: readonly string[]) {
  const program = join(import.meta.dirname, 'programs/run-worker.ts');
  const team = new Set<{ readonly child: ChildProcess; isWorking: boolean }>();
  let kills = 0;
  const start = (): void => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const worker = { child, isWorking: false };
    child.stdout?.once('data', () => (worker.isWorking = true));
    team.add(worker);
  };
  for (let index = 0; index < count; index += 1) start();
  cleanUp.push(() => [...team].map(({ child }) => child.kill('SIGKILL')));
  return {
    kills: () => kills,
    kill() {
      const [victim] = [...team].filter(({ isWorking }) => isWorking);
      if (!victim) return;
      victim.child.kill('SIGKILL');
      team.delete(victim);
      kills += 1;
      start();
    },
    stop() {
      for (const { child } of team) child.kill('SIGKILL');
    },
  };
}

/** Waits until a run has ended, and kills a worker now and then. */
async function ended(products: ProductQueue, id: string, team: ReturnType<typeof workers>): Promise<SyncRun> {
  const over = new AbortController();
  const killing = (async () => {
    while (!over.signal.aborted) {
      await setTimeout(killEveryMs, undefined, { signal: over.signal }).catch(() => undefined);
      if (!over.signal.aborted) team.kill();
    }
  })();
  let last: SyncRun | undefined;
  for await (const run of products.runs.watch(id, { everyMs: 500, signal: AbortSignal.timeout(longestMs) })) last = run;
  over.abort();
  await killing;
  team.stop();
  if (!last) throw new Error('the run was never seen');
  return last;
}

/** Checks in the fake's log that nothing was lost, and nothing was sent twice without a lost response. */
function check(fake: FakeShopify, run: SyncRun): void {
  expect(run).toMatchObject({ state: 'finished', error: null });
  expect(run.progress).toMatchObject({ total, done: total, failed: 0, skipped: 0 });
  const titles = fake.products().map(({ title }) => title);
  expect(titles.sort()).toEqual(
    idsOf(total)
      .map((_, index) => draftOf(index).title)
      .sort(),
  );
  const variants = fake.store.all(shop, 'Product').flatMap((product) => product.variants as readonly unknown[]);
  expect(variants).toHaveLength(idsOf(total).reduce((sum, _, index) => sum + draftOf(index).variants.length, 0));

  const idOf = (value: unknown): string => JSON.stringify(value).match(/"p-\d+"/)?.[0] ?? '';
  const count = (ids: readonly string[]): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
    return counts;
  };
  const sent = count(
    fake.executions.flatMap(({ fields }) =>
      fields.filter(({ name, result }) => name === 'productSet' && result === 'ok').map(({ args }) => idOf(args)),
    ),
  );
  const lost = count(
    fake.calls
      .filter(({ rootFields, outcome, executed }) => rootFields[0] === 'productSet' && outcome !== 'ok' && executed)
      .map(({ variables }) => idOf(variables)),
  );
  expect(sent.size).toBe(total);
  const unexplained = [...sent].filter(([id, times]) => times > 1 + (lost.get(id) ?? 0));
  expect(unexplained).toEqual([]);
  const { throttled, calls } = fake.stats();
  expect(throttled / calls).toBeLessThanOrEqual(0.001);
}

function tell(name: string, fake: FakeShopify, run: SyncRun, more: string): void {
  const { calls, throttled, pointsUsed, utilisation } = fake.stats();
  const seconds = Math.round((run.updatedAt - run.startedAt) / 1_000);
  const { capacity, perSecond } = bucket;
  const allowed = Math.max(0, Math.round((pointsUsed - capacity) / perSecond));
  process.stdout.write(
    `${name}: ${total} products in ${seconds} s, ${calls} calls, ${throttled} throttled, ${pointsUsed} points ` +
      `(${Math.round(utilisation * 100)} % of what could be used; they allow ${allowed} s), ${more}\n`,
  );
  if (plan === 'standard' && total >= 2_000) expect(seconds).toBeLessThanOrEqual(1.1 * allowed + stallMs / 1_000);
}

async function undo(fake: FakeShopify, stores: Stores, id: string): Promise<void> {
  fake.faults.clear();
  const client = createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: fake.fetch, isolated: true });
  const sync = createProductSync({ client, stores, concurrency: 32 });
  const { counts } = await sync.rollback({ runId: id });
  expect(counts).toMatchObject({ removed: total, failed: 0 });
  expect(fake.products()).toEqual([]);
  expect(await stores.records.counts(shop)).toMatchObject({ synced: 0, pending: 0, syncing: 0, failed: 0 });
}

redisServer.describe('with Redis', () => {
  postgres.describe('and Postgres', () => {
    it(
      `${total} products by four workers, of which one is killed every few seconds: all of them, each once`,
      async () => {
        const fake = fakeShop(0.02);
        const { origin } = await fake.listen();
        cleanUp.push(() => fake.close());
        const schema = `runs_${randomUUID().slice(0, 8)}`;
        const redis = new Redis(redisServer.url);
        const pool = new pg.Pool({ connectionString: postgres.url });
        cleanUp.push(
          () => redis.disconnect(),
          async () => {
            await pool.query(`drop schema if exists ${schema} cascade`);
            await pool.end();
          },
        );
        const stores = postgresStores({ pool, schema });
        const queue = bullmqQueue({ connection: redis, prefix: `{${schema}}` });
        cleanUp.push(() => queue.close());
        const products = createProductQueue({ queue, stores, shop, runs: { batchSize: 25 } });
        await products.runs.start(idsOf(total), { id: 'load', bulkFrom: Number.POSITIVE_INFINITY });
        const team = workers(4, [origin, postgres.url, redisServer.url, schema]);
        const run = await ended(products, 'load', team);
        check(fake, run);
        tell('Postgres and BullMQ', fake, run, `${team.kills()} workers killed`);
        expect(team.kills()).toBeGreaterThan(1);
        await undo(fake, stores, 'load');
      },
      longestMs,
    );
  });
});

it(
  `${total} products on SQLite by one process that is restarted every few seconds, and in bulk: the same end`,
  async () => {
    const direct = fakeShop(0.02);
    const { origin } = await direct.listen();
    cleanUp.push(() => direct.close());
    const path = join(folder, 'direct.db');
    const stores = sqliteStores({ path, busyTimeoutMs: 60_000 });
    cleanUp.push(() => stores.close());
    const starter = createProductQueue({ queue: inProcessQueue(), stores, shop, runs: { batchSize: 25 } });
    await starter.runs.start(idsOf(total), { id: 'load', bulkFrom: Number.POSITIVE_INFINITY });
    const team = workers(1, [origin, path]);
    const run = await ended(starter, 'load', team);
    check(direct, run);
    tell('SQLite', direct, run, `${team.kills()} restarts`);
    expect(team.kills()).toBeGreaterThan(0);

    const bulk = fakeShop(0);
    cleanUp.push(() => bulk.close());
    const bulkStores = sqliteStores({ path: join(folder, 'bulk.db') });
    cleanUp.push(() => bulkStores.close());
    const client = createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: bulk.fetch, isolated: true });
    const sync = createProductSync({ client, stores: bulkStores, concurrency: 32 });
    const queue = inProcessQueue();
    const products = createProductQueue({ sync, queue, stores: bulkStores, shop, source });
    await products.runs.start(idsOf(total), { id: 'load', bulkFrom: 1 });
    await queue.drain();
    const inBulk = await products.runs.get('load');
    if (!inBulk) throw new Error('the run in bulk is gone');
    expect(inBulk.bulk).toBe('used');
    check(bulk, inBulk);
    expect(bulk.stats().pointsUsed).toBeLessThanOrEqual(200);
    tell('In bulk', bulk, inBulk, 'without faults');

    expect(productsOf(bulk)).toEqual(productsOf(direct));
    expect(await journalOf(bulkStores)).toEqual(await journalOf(stores));
    await undo(direct, stores, 'load');
    await undo(bulk, bulkStores, 'load');
  },
  longestMs,
);

/** The products of a fake, without what differs between fakes. */
const productsOf = (fake: FakeShopify): string[] =>
  fake
    .products()
    .map(({ title, handle, status, vendor, tags, variants }) => {
      const sold = (variants as readonly { sku: string; price: string }[]).map(({ sku, price }) => [sku, price]);
      return JSON.stringify({ title, handle, status, vendor, tags, sold });
    })
    .sort();

/** What the journal says a run did to each product: a push that was interrupted and repeated counts once. */
async function journalOf({ journal }: Stores): Promise<string[]> {
  const lines = new Set<string>();
  for (let after: string | undefined; ; ) {
    const page = await journal.list(shop, { runId: 'load', limit: 1_000, ...(after !== undefined && { after }) });
    for (const { localId, action, sent, before } of page)
      lines.add(JSON.stringify({ localId, action, sent: { ...sent, push: 'a random id' }, before }));
    after = page.at(-1)?.id;
    if (page.length < 1_000) return [...lines].sort();
  }
}
