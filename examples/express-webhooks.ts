// Receives Shopify's webhooks with Express. After `npm run build`:
// `SHOPIFY_API_SECRET=… node examples/express-webhooks.ts`
import express from 'express';
import { shopifyWebhooks } from 'shopwright/express';
import { createWebhookHandler } from 'shopwright/webhooks';

const handler = createWebhookHandler({
  // Both are tried: while a secret is being replaced, Shopify may sign with either.
  secrets: [process.env.SHOPIFY_API_SECRET, process.env.SHOPIFY_WEBHOOK_SECRET],
  logger: console,
  on: {
    'products/update': ({ shop, payload }) => {
      console.log(`${shop}: "${payload.title}" was changed at ${payload.updated_at}`);
    },
    'products/delete': ({ shop, payload }) => {
      console.log(`${shop}: product ${payload.id} was deleted`);
    },
  },
});

const app = express();
// Before the body parser: the signature is over the raw bytes.
app.post('/webhooks/shopify', shopifyWebhooks(handler));
app.use(express.json());

const port = Number(process.env.PORT ?? 3000);
app.listen(port, () => {
  console.log(`Shopify's webhooks go to http://localhost:${port}/webhooks/shopify`);
});
