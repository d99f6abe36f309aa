export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/events.ts';

export { type ShopifyWebhookVariables, shopifyWebhooks, verifyShopifyWebhook } from '../webhooks/frameworks/hono.ts';
