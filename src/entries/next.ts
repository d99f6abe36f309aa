export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/handler-types.ts';
export { shopifyWebhooks, type VerifiedRoute, verifyShopifyWebhook } from '../webhooks/next.ts';
