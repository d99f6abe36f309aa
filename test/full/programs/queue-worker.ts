/** One worker of `queue-chaos.test.ts`: pushes products and adjusts stock until it is killed. */
import { Redis } from 'ioredis';
import pg from 'pg';
import { createShopifyClient } from 'shopwright';
import { redisLimiter } from 'shopwright/limiter/redis';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { postgresStores } from 'shopwright/storage/postgres';
import { createProductQueue, createProductSync } from 'shopwright/sync';

const [origin = '', redisUrl = '', postgresUrl = '', schema = ''] = process.argv.slice(2);
const shop = 'demo.myshopify.com';

const redis = new Redis(redisUrl);
const pool = new pg.Pool({ connectionString: postgresUrl, max: 4 });
pool.on('error', () => undefined);
const stores = postgresStores({ pool, schema });
const client = createShopifyClient({
  ...{ shop, origin, accessToken: 'shpat_fake' },
  limiter: redisLimiter({ redis, keyPrefix: `${schema}:`, leaseMs: 2_000 }),
});
const sync = createProductSync({ client, stores });
/** Number of jobs after which it reports that it works, so that it is killed while working and not while starting. */
const jobsToTell = 10;
let done = 0;
const queue = bullmqQueue({
  ...{ connection: redis, prefix: `{${schema}}`, concurrency: 6 },
  // With so many kills, a job must return soon, and may lose many workers.
  ...{ lockDurationMs: 2_000, maxStalledCount: 50, retryDelaysMs: [200, 500, 1_000, 2_000] },
  telemetry(event) {
    if (event.type === 'job' && event.outcome === 'done') done += 1;
    if (done === jobsToTell) process.stdout.write('working\n');
  },
});

createProductQueue({
  ...{ sync, queue, stores, shop, retryDelaysMs: [200, 500, 1_000, 2_000] },
  async source(localId) {
    const version = await redis.hget(`${schema}:versions`, localId);
    const variants = [{ sku: localId, price: '10.00', options: {} }];
    return version === null ? undefined : { localId, title: `${localId} version ${version}`, variants };
  },
});

const adjust = `mutation Adjust($input: InventoryAdjustQuantitiesInput!) {
  inventoryAdjustQuantities(input: $input) { inventoryAdjustmentGroup { id } userErrors { code field message } }
}`;

queue.process('adjust', async ({ job, idempotencyKey, signal }) => {
  const input = {
    name: 'available',
    reason: 'other',
    changes: [{ ...(job.payload as object), delta: 1, changeFromQuantity: null }],
  };
  await client.graphql(adjust, { input }, { idempotencyKey, signal, priority: 'background' });
});
