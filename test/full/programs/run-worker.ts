/** One worker of `load-run.test.ts`: pushes the products of runs until it is killed. */
import { Redis } from 'ioredis';
import pg from 'pg';
import { createShopifyClient } from 'shopwright';
import { redisLimiter } from 'shopwright/limiter/redis';
import { inProcessQueue } from 'shopwright/queue';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { postgresStores } from 'shopwright/storage/postgres';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductQueue, createProductSync } from 'shopwright/sync';
import { source } from './catalogue.ts';

const [origin = '', place = '', redisUrl, schema = ''] = process.argv.slice(2);
const shop = 'demo.myshopify.com';
const auth = { shop, origin, accessToken: 'shpat_fake' };

/** On Postgres and BullMQ, beside other workers. */
function shared(url: string) {
  const redis = new Redis(url);
  const pool = new pg.Pool({ connectionString: place, max: 6 });
  pool.on('error', () => undefined);
  const client = createShopifyClient({
    ...auth,
    limiter: redisLimiter({ redis, keyPrefix: `${schema}:`, leaseMs: 2_000 }),
  });
  const queue = bullmqQueue({
    ...{ connection: redis, prefix: `{${schema}}`, concurrency: 3 },
    // With so many kills, a job must return soon, and may lose many workers.
    ...{ lockDurationMs: 3_000, maxStalledCount: 50 },
  });
  return { client, queue, stores: postgresStores({ pool, schema }) };
}

/** On SQLite, without other workers. */
const alone = () => ({
  client: createShopifyClient(auth),
  queue: inProcessQueue({ concurrency: 3 }),
  stores: sqliteStores({ path: place, busyTimeoutMs: 60_000 }),
});

const { client, queue, stores } = redisUrl ? shared(redisUrl) : alone();
const sync = createProductSync({ client, stores });
/**
 * Number of products after which it reports that it works, so that it is killed while working and not while starting.
 */
const productsToTell = 20;
let asked = 0;
const products = createProductQueue({
  ...{ sync, queue, stores, shop },
  source(localId) {
    asked += 1;
    if (asked === productsToTell) process.stdout.write('working\n');
    return source(localId);
  },
});
if (queue.isInMemory) await products.resume();
