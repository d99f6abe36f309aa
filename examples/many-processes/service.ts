import { Redis } from 'ioredis';
import pg from 'pg';
import { createShopifyClient } from 'shopwright';
import { redisLimiter } from 'shopwright/limiter/redis';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { postgresStores } from 'shopwright/storage/postgres';
import { createProductQueue, createProductSync } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';

/** Where the processes of the service find each other's work. All of them get the same settings. */
export interface Place {
  readonly shop: string;
  readonly accessToken: string;
  /** A server instead of the shop's. */
  readonly origin?: string;
  readonly redisUrl: string;
  readonly postgresUrl: string;
  /** Schema of the tables, and prefix of the keys in Redis. */
  readonly name: string;
}

/** Your catalogue: a table, an ERP, a file. Each worker reads a product when its turn comes. */
const loadProduct = async (localId: string): Promise<ProductDraftInput> => ({
  ...{ localId, handle: localId, title: `Product ${localId}` },
  variants: [{ sku: localId.toUpperCase(), price: '19.00' }],
});

/** What web and worker processes are built from: one limiter, one queue and one set of stores for all of them. */
export function openService({ shop, accessToken, origin, redisUrl, postgresUrl, name }: Place) {
  let mutations = 0;
  const redis = new Redis(redisUrl);
  const pool = new pg.Pool({ connectionString: postgresUrl });
  const limiter = redisLimiter({ redis, keyPrefix: `${name}:` });
  const client = createShopifyClient({
    ...{ shop, accessToken, limiter },
    ...(origin !== undefined && { origin }),
    telemetry(event) {
      if (event.type === 'call' && event.kind === 'mutation') mutations += 1;
    },
  });
  const queue = bullmqQueue({ connection: redis, prefix: `{${name}}`, concurrency: 4 });
  const stores = postgresStores({ pool, schema: name });
  const sync = createProductSync({ client, stores });
  // Batches small enough for two workers to share a few products.
  const shared = { queue, stores, shop, runs: { batchSize: 10 } };
  return {
    /** Number of mutations sent by this process. */
    mutations: () => mutations,
    /** Starts runs and reads their progress: all that a web process needs. */
    runs: () => createProductQueue(shared).runs,
    /** Starts taking jobs, whichever process has queued them. */
    work: () => createProductQueue({ ...shared, sync, source: loadProduct }),
    async close() {
      await queue.close();
      await stores.close();
      await pool.end();
      await limiter.close();
      redis.disconnect();
    },
  };
}

/** The settings that a process was started with. */
export function placeOfProcess(): Place {
  const { SERVICE_PLACE } = process.env;
  if (!SERVICE_PLACE) throw new Error('Start it by main.ts, or set SERVICE_PLACE to a Place as JSON.');
  return JSON.parse(SERVICE_PLACE) as Place;
}
