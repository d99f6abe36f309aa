// One process of the load: its own shops on SQLite and a queue in memory, a steady mix of calls and pushes, and an HTTP
// status address. Controlled by messages of `main.ts`: `go`, `measure`, `fault`, `stop`.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createShopifyClient } from 'shopwright';
import { inProcessQueue } from 'shopwright/queue';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductQueue, createProductSync } from 'shopwright/sync';
import { fromLoopback, type Work, type WorkerReport } from './work.ts';

const work = JSON.parse(process.argv[2] ?? '{}') as Work;
const origin = fromLoopback(work.origin);

const productQuery =
  'query LoadProduct($id: ID!) { product(id: $id) { id title variants(first: 5) { nodes { id price } } } }';
const pageQuery = 'query LoadPage { products(first: 10) { nodes { id title } } }';
const tagMutation =
  'mutation LoadTags($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { userErrors { message } } }';

/** One shop with its catalogue: the content of its source, and the gids of pushed products. */
async function openShop(shop: string, products: number) {
  const client = createShopifyClient({ shop, origin, accessToken: 'shpat_fake' });
  const stores = sqliteStores({ path: join(work.folder, `${shop}.db`) });
  const queue = inProcessQueue({ concurrency: 8 });
  const sync = createProductSync({ client, stores });
  const source = new Map<string, { title: string; handle?: string }>();
  const draft = (localId: string) => ({
    ...{ localId, title: `${localId} @0`, ...source.get(localId) },
    variants: [{ sku: localId, price: '10.00' }],
  });
  const queued = createProductQueue({ sync, queue, stores, shop, source: async (localId) => draft(localId) });
  const localIds = Array.from({ length: products }, (_, index) => `p-${index}`);
  await sync.pushMany(localIds.map(draft));
  const gids: string[] = [];
  for (const localId of localIds) gids.push((await stores.records.get(shop, localId))?.gid ?? '');
  return { shop, client, stores, queue, sync, source, queued, localIds, gids };
}

type Shop = Awaited<ReturnType<typeof openShop>>;

const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

/** One operation of the mix: mostly reads, some writes, and changed products that the queue pushes. */
async function act({ client, source, queued, localIds, gids }: Shop): Promise<unknown> {
  const luck = Math.random();
  if (luck < 0.55) return client.graphql(productQuery, { id: any(gids) });
  if (luck < 0.7) return client.graphql(pageQuery);
  if (luck < 0.8)
    return client.graphql(
      tagMutation,
      { id: any(gids), tags: [`load-${Math.floor(Math.random() * 5)}`] },
      { retry: { idempotency: 'idempotent' } },
    );
  const localId = any(localIds);
  source.set(localId, { title: `${localId} @${Date.now()}` });
  return queued.enqueue(localId);
}

const handles = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

/** The heap after a full garbage collection. */
async function heapMb(): Promise<number> {
  for (let round = 0; round < 2; round += 1) {
    (globalThis as { gc?: () => void }).gc?.();
    await pause(1);
  }
  return process.memoryUsage().heapUsed / 1e6;
}

const shops = await Promise.all(work.shops.map((shop) => openShop(shop, work.products)));
const alarm = work.alarm === undefined ? undefined : await openShop(work.alarm, 5);
const watch = alarm?.sync.watchHealth({
  onAlert: async ({ type }) => void (await fetch(`${work.alertUrl}?type=${type}`, { method: 'POST' })),
});
const server = createServer((_request, response) => {
  shops[0]?.sync.health({ maxAgeMs: 0 }).then(
    ({ status }) => response.writeHead(status === 'critical' ? 503 : 200).end(status),
    () => response.writeHead(500).end(),
  );
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

const report: WorkerReport = { heapsMb: [], handlesBefore: {}, handlesAfter: {}, sources: {}, unsent: 0, failed: {} };
const inFlight = new Set<Promise<unknown>>();
/** Operations at once: if the shop or this machine is slower than the load, no more are started. */
const mostInFlight = 500;

async function run(): Promise<void> {
  let begun = 0;
  let heapAt = 0;
  const startedAt = performance.now();
  while (!isStopped) {
    const due = Math.floor(((performance.now() - startedAt) / 60_000) * work.perMinute);
    for (; begun < due; begun += 1) {
      if (inFlight.size >= mostInFlight) {
        report.unsent += 1;
        continue;
      }
      const one = act(any(shops)).catch((error: { code?: string }) => {
        const code = error.code ?? 'UNKNOWN';
        report.failed[code] = (report.failed[code] ?? 0) + 1;
      });
      inFlight.add(one);
      void one.finally(() => inFlight.delete(one));
    }
    if (performance.now() >= heapAt) {
      report.heapsMb.push(await heapMb());
      heapAt = performance.now() + 2_000;
    }
    await pause(20);
  }
}

/** Products that Shopify refuses: their handle is taken. */
async function plantFault({ source, queued, sync }: Shop): Promise<void> {
  await sync.push({ localId: 'first', title: 'First', handle: 'taken', variants: [{ sku: 'first', price: '1.00' }] });
  for (let index = 0; index < 12; index += 1) {
    source.set(`bad-${index}`, { title: `bad-${index}`, handle: 'taken' });
    await queued.enqueue(`bad-${index}`);
  }
}

let isStopped = false;
let running: Promise<void> | undefined;

async function stop(): Promise<void> {
  isStopped = true;
  await running;
  await Promise.all(inFlight);
  const all = alarm ? [...shops, alarm] : shops;
  for (const { queue } of all) await queue.drain({ signal: AbortSignal.timeout(180_000) });
  for (const { shop, source } of shops)
    report.sources[shop] = Object.fromEntries([...source].map(([localId, { title }]) => [localId, title]));
  // The server closes idle kept connections after some seconds.
  for (let tries = 0; tries < 40; tries += 1) {
    report.handlesAfter = handles();
    if (Object.entries(report.handlesAfter).every(([name, count]) => count <= (report.handlesBefore[name] ?? 0))) break;
    await pause(500);
  }
  process.send?.({ report });
  watch?.stop();
  server.close();
  for (const { queue, stores } of all) {
    await queue.close();
    await stores.close();
  }
  process.disconnect();
}

process.on('message', (message) => {
  if (message === 'go') running = run();
  if (message === 'measure') report.heapsMb.length = 0;
  if (message === 'fault' && alarm) void plantFault(alarm);
  if (message === 'stop') void stop();
});
// Everything opened for the catalogue is closed before counting.
await pause(7_000);
report.handlesBefore = handles();
process.send?.({ port: (server.address() as AddressInfo).port });
