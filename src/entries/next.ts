export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/events.ts';
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
export type { NodeRequest } from '../webhooks/frameworks/requests.ts';
