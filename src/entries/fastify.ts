export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/events.ts';

export { shopifyWebhooks, verifyShopifyWebhook } from '../webhooks/frameworks/fastify.ts';
