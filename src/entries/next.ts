export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/events.ts';
export {
  type CatchAllContext,
  shopifyWebhookApiRoute,
  shopifyWebhookRouter,
  shopifyWebhooks,
  type VerifiedApiRoute,
  type VerifiedRoute,
  verifyShopifyWebhook,
  verifyShopifyWebhookApiRoute,
} from '../webhooks/frameworks/next.ts';

export type { NodeRequest } from '../webhooks/frameworks/requests.ts';
