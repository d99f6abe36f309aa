import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createShopifyClient, type ShopifyClient } from 'shopwright';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { postgresStores } from 'shopwright/storage/postgres';
import { createProductQueue } from 'shopwright/sync';
import { createFakeShopify } from 'shopwright/testing';
import { afterAll, expect, it } from 'vitest';
import { postgresOrSkip, redisOrSkip } from '../services.ts';

const redisServer = await redisOrSkip(4);
const postgres = await postgresOrSkip();

const shop = 'demo.myshopify.com';
const schema = `chaos_${randomUUID().slice(0, 8)}`;
const [workers, products, changes, adjustments, items] = [4, 300, 3_000, 2_000, 20];
const killEveryMs = 2_000;
const mostWaiting = 60;
/** One or two minutes on an idle machine. */
const longestMs = 600_000;

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterAll(async () => {
  for (const step of cleanUp.reverse()) await step();
});

redisServer.describe('with Redis', () => {
  postgres.describe('and Postgres', () => {
    it(
      'does every job of a queue whose workers are killed every two seconds, and each keyed mutation once',
      () => survive(),
      longestMs + 60_000,
    );
  });
});

async function survive(): Promise<void> {
  // No product may wait for points here: this test is about killed processes.
  const fake = createFakeShopify({
    shops: [{ domain: shop, bucket: { maximumAvailable: 40_000, restoreRate: 4_000 } }],
  });
  const server = await fake.listen();
  cleanUp.push(() => fake.close());
  const redis = new Redis(redisServer.url);
  const pool = new pg.Pool({ connectionString: postgres.url });
  cleanUp.push(() => redis.disconnect());
  cleanUp.push(async () => {
    await pool.query(`drop schema if exists ${schema} cascade`);
    await pool.end();
  });
  const stores = postgresStores({ pool, schema });
  const client = createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: fake.fetch, isolated: true });
  const queue = bullmqQueue({ connection: redis, prefix: `{${schema}}`, retryDelaysMs: [200, 500, 1_000, 2_000] });
  cleanUp.push(() => queue.close());
  const productQueue = createProductQueue({ queue, stores, shop, retryDelaysMs: [200, 500, 1_000, 2_000] });

  const stocked = await stockItems(client);
  await stores.records.counts(shop);
  let isOver = false;
  let kills = 0;
  const team = new Set(Array.from({ length: workers }, () => startWorker(server.origin)));
  cleanUp.push(() => [...team].map(({ child }) => child.kill('SIGKILL')));
  const killing = (async () => {
    for (; !isOver; await setTimeout(killEveryMs)) {
      const victim = [...team].find(({ isWorking }) => isWorking);
      if (!victim) continue;
      victim.child.kill('SIGKILL');
      kills += 1;
      team.delete(victim);
      team.add(startWorker(server.origin));
    }
  })();

  const jobs = new Set<string>();
  const versions = new Map<string, number>();
  const perRound = changes / 100;
  for (let round = 0; round < 100; round += 1) {
    const drafts = Array.from({ length: perRound }, async (_, index) => {
      const localId = `p${(round * perRound + index * 7) % products}`;
      versions.set(localId, await redis.hincrby(`${schema}:versions`, localId, 1));
      return productQueue.enqueue(localId);
    });
    const moves = Array.from({ length: adjustments / 100 }, (_, index) =>
      queue.enqueue({ type: 'adjust', payload: stocked[(round + index) % items] }),
    );
    for (const { id } of await Promise.all([...drafts, ...moves])) jobs.add(id);
    // Changes come while the workers work: all at once, most would be merged into a few pushes.
    while ((await queue.stats()).waiting > mostWaiting) await setTimeout(50);
  }
  await queue.drain({ signal: AbortSignal.timeout(longestMs) });
  isOver = true;
  await killing;

  const pushed = fake.products().filter(({ title }) => String(title).includes('version'));
  expect(await queue.deadJobs()).toEqual([]);
  expect(pushed.map(({ title }) => title).sort()).toEqual(
    [...versions].map(([localId, version]) => `${localId} version ${version}`).sort(),
  );
  expect(await stores.records.counts(shop)).toMatchObject({ synced: versions.size, pending: 0, syncing: 0, failed: 0 });

  expect(await productQueue.resume()).toBe(0);

  const adjusted = fake.calls.filter(({ operation, executed }) => operation === 'Adjust' && executed);
  const keys = adjusted.flatMap(({ idempotencyKeys = [] }) => idempotencyKeys);
  expect([keys.length, new Set(keys).size]).toEqual([adjustments, adjustments]);
  expect(await totalStock(client, stocked)).toBe(adjustments);
  expect(kills).toBeGreaterThan(5);
  process.stdout.write(
    `${changes + adjustments} jobs asked for, ${jobs.size} after folding, ${kills} workers killed, ` +
      `${fake.executed('ProductPush')} pushes\n`,
  );
}

interface TeamWorker {
  readonly child: ChildProcess;
  /** Resolves once it has done some jobs. */
  isWorking: boolean;
}

function startWorker(origin: string): TeamWorker {
  const program = join(import.meta.dirname, 'programs/queue-worker.ts');
  const child = spawn(process.execPath, [program, origin, redisServer.url, postgres.url, schema], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const worker: TeamWorker = { child, isWorking: false };
  child.stdout?.once('data', () => {
    worker.isWorking = true;
  });
  child.once('exit', (code) => {
    if (code !== null) process.stderr.write(`a worker ended by itself, with ${code}\n`);
  });
  return worker;
}

interface StockItem {
  readonly inventoryItemId: string;
  readonly locationId: string;
}

/** Creates products with stock to adjust. */
async function stockItems(client: ShopifyClient): Promise<readonly StockItem[]> {
  const { data } = await client.graphql<{ location: { id: string } }>('{ location { id } }');
  const create = `mutation Stock($input: ProductSetInput!) { productSet(input: $input) {
    product { variants(first: 1) { nodes { inventoryItem { id } } } } userErrors { message } } }`;
  const made: StockItem[] = [];
  for (let item = 0; item < items; item += 1) {
    const input = {
      title: `Stock ${item}`,
      productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }],
      variants: [{ optionValues: [{ optionName: 'Title', name: 'Default Title' }], inventoryItem: { tracked: true } }],
    };
    const answer = await client.graphql<{
      productSet: { product: { variants: { nodes: readonly { inventoryItem: { id: string } }[] } } };
    }>(create, { input });
    const inventoryItemId = answer.data.productSet.product.variants.nodes[0]?.inventoryItem.id ?? '';
    made.push({ inventoryItemId, locationId: data.location.id });
  }
  return made;
}

async function totalStock(client: ShopifyClient, stocked: readonly StockItem[]): Promise<number> {
  const read = `query ($item: ID!, $location: ID!) { inventoryItem(id: $item) { inventoryLevel(locationId: $location) {
    quantities(names: ["available"]) { quantity } } } }`;
  interface Answer {
    readonly inventoryItem: {
      readonly inventoryLevel: { readonly quantities: readonly { readonly quantity: number }[] };
    };
  }
  let total = 0;
  for (const { inventoryItemId: item, locationId: location } of stocked) {
    const { data } = await client.graphql<Answer>(read, { item, location });
    total += data.inventoryItem.inventoryLevel.quantities[0]?.quantity ?? 0;
  }
  return total;
}
