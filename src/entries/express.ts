export {
  type NodeListener,
  type NodeMiddleware,
  type ShopifyWebhookRequest,
  shopifyWebhookRouter,
  shopifyWebhooks,
  verifyShopifyWebhook,
} from '../webhooks/frameworks/express.ts';
export type { NodeRequest } from '../webhooks/frameworks/node-body.ts';
export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/handler-types.ts';
