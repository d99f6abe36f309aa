import { shopifyWebhookRouter } from 'shopwright/next';
import { handler } from '../../handler';

// Each topic on its own URL: POST /webhooks/shopify/product/update, …/inventory/update, …/orders/paid
export const POST = shopifyWebhookRouter(handler);
