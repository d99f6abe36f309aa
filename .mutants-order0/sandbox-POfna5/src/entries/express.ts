// @ts-nocheck
export type { AuthCallbackHooks, VerifyAppProxyOptions, VerifySessionOptions } from '../auth/requests.ts';
export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/events.ts';
export {
  type NodeListener,
  type NodeMiddleware,
  type ShopifyWebhookRequest,
  shopifyWebhookRouter,
  shopifyWebhooks,
  verifyShopifyWebhook,
} from '../webhooks/frameworks/express.ts';
export {
  type ShopifyAuthRequest,
  shopifyAuth,
  shopifyAuthCallback,
  verifyShopifyAppProxy,
  verifyShopifySession,
} from '../webhooks/frameworks/express-auth.ts';
export type { NodeRequest } from '../webhooks/frameworks/requests.ts';
