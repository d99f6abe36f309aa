export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/events.ts';

export {
  type NodeListener,
  type NodeMiddleware,
  type ShopifyWebhookRequest,
  shopifyWebhookRouter,
  shopifyWebhooks,
  verifyShopifyWebhook,
} from '../webhooks/frameworks/express.ts';

export type { NodeRequest } from '../webhooks/frameworks/requests.ts';
