// @ts-nocheck
export type { AuthCallbackHooks, VerifyAppProxyOptions, VerifySessionOptions } from '../auth/requests.ts';
export type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../webhooks/events.ts';
export { shopifyWebhooks, verifyShopifyWebhook } from '../webhooks/frameworks/fastify.ts';
export {
  shopifyAuth,
  shopifyAuthCallback,
  verifyShopifyAppProxy,
  verifyShopifySession,
} from '../webhooks/frameworks/fastify-auth.ts';
