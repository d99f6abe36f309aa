import { createShopifyApp } from 'shopwright';
import { offlineToken, sessionTokens } from 'shopwright/auth';
import { inProcessQueue } from 'shopwright/queue';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductSync } from 'shopwright/sync';
import { createWebhookHandler } from 'shopwright/webhooks';
import { sessionStorage } from './sessions.server';

const clientId = process.env.SHOPIFY_API_KEY ?? '';
const clientSecret = process.env.SHOPIFY_API_SECRET ?? '';

const stores = sqliteStores({ path: process.env.SHOPWRIGHT_DB ?? 'shopwright.sqlite' });
// The rows written by the template are the tokens of our jobs, which renew them there.
const tokens = sessionTokens({ storage: sessionStorage, locks: stores.keyValue });
const app = createShopifyApp({ auth: offlineToken({ clientId, clientSecret, tokens }) });

const queue = inProcessQueue();
queue.process('push', async ({ job, signal }) => {
  const { shop, title } = job.payload as { shop: string; title: string };
  const sync = createProductSync({ client: app.shop(shop), stores });
  const { outcome } = await sync.push(
    { localId: 'tee', title, variants: [{ sku: 'TEE', price: '19.00' }] },
    { signal },
  );
  console.log(`job: ${outcome} ${title}`);
});

/** Returns at once; the job runs without the merchant. */
export const queuePush = (shop: string, title: string) =>
  queue.enqueue({ type: 'push', payload: { shop, title }, key: shop });

export const webhooks = createWebhookHandler({
  secrets: clientSecret,
  store: stores.keyValue,
  queue,
  on: {
    'products/update': ({ shop, payload }) => console.log(`products/update: ${payload.title} of ${shop}`),
  },
});
