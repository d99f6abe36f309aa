export { shopifyWebhooks, verifyShopifyWebhook } from '../webhooks/frameworks/fastify.ts';
export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/handler-types.ts';
