export {
  type NodeMiddleware,
  type ShopifyWebhookRequest,
  shopifyWebhooks,
  verifyShopifyWebhook,
} from '../webhooks/express.ts';
export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/handler-types.ts';
export type { NodeRequest } from '../webhooks/node-body.ts';
