import { shopifyWebhooks } from 'shopwright/next';
import { createWebhookHandler } from 'shopwright/webhooks';

const handler = createWebhookHandler({
  secrets: [process.env.SHOPIFY_API_SECRET, process.env.SHOPIFY_WEBHOOK_SECRET],
  on: {
    'products/update': ({ shop, payload }) => {
      console.log(`${shop}: "${payload.title}" was changed at ${payload.updated_at}`);
    },
    'products/delete': ({ shop, payload }) => {
      console.log(`${shop}: product ${payload.id} was deleted`);
    },
  },
});

export const POST = shopifyWebhooks(handler);
