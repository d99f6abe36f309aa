/**
 * Jobs per second of the two queues, compared with the bare engine of each, in the same run: `npm run bench:queue`. The
 * jobs do nothing, so this is the queue's own cost. With REDIS_URL it also measures BullMQ. Then `enqueue` of known
 * products on SQLite: all in one call, compared with one call per product in the build of an earlier commit. Under a
 * minute.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { SyncRecord } from 'shopwright';
import { inProcessQueue } from 'shopwright/queue';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductQueue } from 'shopwright/sync';
import { oldBuild, oldCommit } from './old-build.ts';

const concurrency = 8;
const type = 'work';

/** Jobs per second for that many jobs. */
async function perSecond(jobs: number, work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return Math.round((jobs / (performance.now() - startMs)) * 1_000);
}

function report(name: string, own: number, bare: number): void {
  console.log(`${name}: ${own} jobs/s, ${(own / bare).toFixed(2)} of ${bare} jobs/s bare`);
}

async function inProcess(): Promise<void> {
  const { default: Bottleneck } = await import('bottleneck');
  const limiter = new Bottleneck({ maxConcurrent: concurrency });
  const bareJobs = 2_000;
  const bare = await perSecond(bareJobs, () =>
    Promise.all(Array.from({ length: bareJobs }, () => limiter.schedule(async () => undefined))),
  );
  const queue = inProcessQueue({ concurrency });
  const jobs = 100_000;
  const queued = await perSecond(jobs, async () => {
    for (let job = 0; job < jobs; job++) await queue.enqueue({ type, payload: { job }, key: `product ${job}` });
  });
  const done = await perSecond(jobs, () => {
    queue.process(type, async () => undefined);
    return queue.drain();
  });
  console.log(`in process: ${queued} jobs/s queued, up to a backlog of ${jobs}`);
  report('in process, done', done, bare);
  await queue.close();
}

async function onRedis(url: string): Promise<void> {
  const [{ Redis }, { Queue, Worker }, { bullmqQueue }] = await Promise.all([
    import('ioredis'),
    import('bullmq'),
    import('shopwright/queue/bullmq'),
  ]);
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const prefix = `{bench-${process.pid}}`;
  const jobs = 3_000;
  const numbers = Array.from({ length: jobs }, (_, job) => job);

  const bareQueue = new Queue('bare', { connection, prefix });
  const bare = await perSecond(jobs, async () => {
    await Promise.all(numbers.map((job) => bareQueue.add(type, { job }, { removeOnComplete: true, priority: 1 })));
    let done = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const count = async (): Promise<void> => void (++done === jobs && resolve());
    const worker = new Worker('bare', count, { connection, prefix, concurrency });
    await promise;
    await worker.close();
  });
  await bareQueue.close();

  for (const [name, key] of Object.entries({
    'without keys': () => ({}),
    'with keys': (job: number) => ({ key: `product ${job}` }),
  })) {
    const queue = bullmqQueue({ connection, prefix, concurrency, name: name.replaceAll(' ', '-') });
    const own = await perSecond(jobs, async () => {
      await Promise.all(numbers.map((job) => queue.enqueue({ type, payload: { job }, ...key(job) })));
      let done = 0;
      const { promise, resolve } = Promise.withResolvers<void>();
      queue.process(type, async () => void (++done === jobs && resolve()));
      await promise;
    });
    report(`on BullMQ, ${name}`, own, bare);
    await queue.close();
  }
  const left = await connection.keys(`${prefix}*`);
  if (left.length > 0) await connection.del(...left);
  connection.disconnect();
}

/** Milliseconds for `enqueue` of that many known products, all in one call or one by one. */
async function enqueueAll(products: number): Promise<void> {
  const shop = 'demo.myshopify.com';
  const folder = mkdtempSync(join(tmpdir(), 'shopwright-bench-queue-'));
  const old = oldBuild();
  const theirs = {
    ...((await import(join(old, 'dist/queue.js'))) as typeof import('shopwright/queue')),
    ...((await import(join(old, 'dist/storage/sqlite.js'))) as typeof import('shopwright/storage/sqlite')),
    ...((await import(join(old, 'dist/sync.js'))) as typeof import('shopwright/sync')),
  };
  const ours = { inProcessQueue, sqliteStores, createProductQueue };
  const localIds = Array.from({ length: products }, (_, index) => `p-${String(index).padStart(6, '0')}`);
  const record = (localId: string): SyncRecord => ({
    ...{ shop, localId, version: 1, gid: `gid://shopify/Product/${localId}`, status: 'synced', hash: 'h'.repeat(64) },
    ...{ parts: null, lastError: null, attempts: 0, lastSyncedAt: 1, lastAttemptAt: 1, shopifyUpdatedAt: null },
    lastSyncData: { title: localId, text: 'x'.repeat(1_000) },
  });
  try {
    const times: Record<'ours' | 'theirs', number[]> = { ours: [], theirs: [] };
    for (let round = 0; round < 3; round += 1) {
      for (const [name, build] of [
        ['theirs', theirs],
        ['ours', ours],
      ] as const) {
        const stores = build.sqliteStores({ path: join(folder, `${name}-${round}.db`) });
        await stores.records.putMany(localIds.map(record));
        const queue = build.inProcessQueue();
        const queued = build.createProductQueue({ queue, stores, shop });
        const startMs = performance.now();
        if (name === 'ours') await queued.enqueue(localIds);
        else for (const localId of localIds) await queued.enqueue(localId);
        times[name].push(performance.now() - startMs);
        await queue.close({ graceMs: 0 });
        await stores.close();
      }
    }
    const [own, before] = [times.ours, times.theirs].map((list) => list.toSorted((a, b) => a - b)[1] ?? 0);
    console.log(
      `enqueue of ${products} known products: ${Math.round(own ?? 0)} ms in one call, ` +
        `${((before ?? 0) / (own ?? 1)).toFixed(1)} times as fast as ${Math.round(before ?? 0)} ms for a call each in ${oldCommit}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await inProcess();
await enqueueAll(10_000);
const redisUrl = process.env['REDIS_URL'];
if (redisUrl === undefined) console.log('on BullMQ: not measured, since REDIS_URL is not set');
else await onRedis(redisUrl);
