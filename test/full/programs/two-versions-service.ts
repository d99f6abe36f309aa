/**
 * One process of `two-versions.test.ts`, of the version installed beside it: takes changes and webhooks by HTTP, and
 * works on the queue shared by all of them. Prints its port.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createShopifyClient } from 'shopwright';
import { shopifyWebhooks } from 'shopwright/express';
import { redisLimiter } from 'shopwright/limiter/redis';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import type { JournalEntry } from 'shopwright/storage/adapter';
import { postgresStores } from 'shopwright/storage/postgres';
import { createProductQueue, createProductSync } from 'shopwright/sync';
import { createWebhookHandler } from 'shopwright/webhooks';

const [origin = '', redisUrl = '', postgresUrl = '', schema = ''] = process.argv.slice(2);
const shop = 'demo.myshopify.com';

const redis = new Redis(redisUrl);
const pool = new pg.Pool({ connectionString: postgresUrl, max: 4 });
const stores = postgresStores({ pool, schema });
const client = createShopifyClient({
  ...{ shop, origin, accessToken: 'shpat_fake' },
  limiter: redisLimiter({ redis, keyPrefix: `${schema}:`, leaseMs: 2_000 }),
});
const sync = createProductSync({ client, stores });
const queue = bullmqQueue({
  ...{ connection: redis, prefix: `{${schema}}`, concurrency: 4 },
  // The jobs of a killed process must return within the minute.
  ...{ lockDurationMs: 5_000, retryDelaysMs: [200, 500, 1_000, 2_000] },
});

const draftOf = (localId: string, version: string) => ({
  localId,
  title: `${localId} version ${version}`,
  tags: [`version-${version}`, 'pushed'],
  variants: [{ sku: localId, price: `${10 + Number(version)}.00` }],
});
const versions = (): Promise<Record<string, string>> => redis.hgetall(`${schema}:versions`);

const products = createProductQueue({
  ...{ sync, queue, stores, shop, retryDelaysMs: [200, 500, 1_000, 2_000] },
  async source(localId) {
    const version = await redis.hget(`${schema}:versions`, localId);
    return version === null ? undefined : draftOf(localId, version);
  },
});

const adjust = `mutation Adjust($input: InventoryAdjustQuantitiesInput!) {
  inventoryAdjustQuantities(input: $input) { inventoryAdjustmentGroup { id } userErrors { code field message } }
}`;

const webhooks = shopifyWebhooks(
  createWebhookHandler({
    ...{ secrets: 'shpss_fake', store: stores.keyValue, queue, retryDelaysMs: [200, 500, 1_000, 2_000] },
    on: {
      async 'orders/create'({ webhookId, idempotencyKey, payload, rawBody }, { signal }) {
        await pool.query(`insert into ${schema}.handled (webhook_id, body, process) values ($1, $2, $3)`, [
          ...[webhookId, Buffer.from(rawBody), process.pid],
        ]);
        const { item, location } = payload as unknown as { readonly item: string; readonly location: string };
        const change = { inventoryItemId: item, locationId: location, delta: 1, changeFromQuantity: null };
        const input = { name: 'available', reason: 'other', changes: [change] };
        await client.graphql(adjust, { input }, { idempotencyKey, signal, priority: 'background' });
      },
    },
  }),
);

/** What this version can read of the data written by both. */
async function readAll(): Promise<object> {
  const records = await stores.records.list(shop, { limit: 1_000 });
  const journal: JournalEntry[] = [];
  for (;;) {
    const after = journal.at(-1)?.id;
    const page = await stores.journal.list(shop, { ...(after !== undefined && { after }), limit: 1_000 });
    journal.push(...page);
    if (page.length === 0) break;
  }
  const drafts = Object.entries(await versions()).map(([localId, version]) => draftOf(localId, version));
  const plan = await sync.plan(drafts, { refresh: true });
  return {
    records,
    journal,
    counts: await stores.records.counts(shop),
    plan: { counts: plan.counts, products: plan.products },
    deadJobs: await queue.deadJobs(),
  };
}

const server = createServer(async (request, response) => {
  const [, what, id = ''] = request.url?.split('/') ?? [];
  try {
    if (what === 'webhooks') return webhooks(request, response, () => response.writeHead(500).end());
    if (what === 'changes') {
      await redis.hincrby(`${schema}:versions`, id, 1);
      return response.end(JSON.stringify(await products.enqueue(id)));
    }
    if (what === 'stats') return response.end(JSON.stringify(await queue.stats()));
    response.end(JSON.stringify(await readAll()));
  } catch (error) {
    console.error(request.url, error);
    response.writeHead(500).end();
  }
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
