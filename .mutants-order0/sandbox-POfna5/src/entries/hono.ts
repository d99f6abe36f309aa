// @ts-nocheck
export type { AuthCallbackHooks, VerifyAppProxyOptions, VerifySessionOptions } from '../auth/requests.ts';
export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/events.ts';
export { type ShopifyWebhookVariables, shopifyWebhooks, verifyShopifyWebhook } from '../webhooks/frameworks/hono.ts';
export {
  type ShopifyAppProxyVariables,
  type ShopifySessionVariables,
  shopifyAuth,
  shopifyAuthCallback,
  verifyShopifyAppProxy,
  verifyShopifySession,
} from '../webhooks/frameworks/hono-auth.ts';
