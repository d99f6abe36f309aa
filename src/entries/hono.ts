export { type ShopifyWebhookVariables, shopifyWebhooks, verifyShopifyWebhook } from '../webhooks/frameworks/hono.ts';
export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/handler-types.ts';
