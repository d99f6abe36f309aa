export {
  type CatchAllContext,
  shopifyWebhookRouter,
  shopifyWebhooks,
  type VerifiedRoute,
  verifyShopifyWebhook,
} from '../webhooks/frameworks/next.ts';
export {
  shopifyWebhookApiRoute,
  type VerifiedApiRoute,
  verifyShopifyWebhookApiRoute,
} from '../webhooks/frameworks/next-pages.ts';
export type { NodeRequest } from '../webhooks/frameworks/node-body.ts';
export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/handler-types.ts';
