import { createWebhookHandler } from 'shopwright/webhooks';

/** One handler for all routes of this example. An app needs only one route. */
export const handler = createWebhookHandler({
  secrets: [process.env.SHOPIFY_API_SECRET, process.env.SHOPIFY_WEBHOOK_SECRET],
  on: {
    'products/update': ({ shop, payload }) => {
      console.log(`${shop}: "${payload.title}" was changed at ${payload.updated_at}`);
    },
    'products/delete': ({ shop, payload }) => {
      console.log(`${shop}: product ${payload.id} was deleted`);
    },
    'inventory_levels/update': ({ shop, payload }) => {
      console.log(`${shop}: ${payload.available} of item ${payload.inventory_item_id} are left`);
    },
  },
});
