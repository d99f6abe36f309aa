// @ts-nocheck
import { shopifyWebhookRouter } from 'shopwright/next';
import { handler } from '../../handler';

// Each topic on a URL of its own: POST /webhooks/shopify/product/update, …/inventory/update, …/orders/paid
export const POST = shopifyWebhookRouter(handler);
