// @ts-nocheck
export type { AuthCallbackHooks, VerifyAppProxyOptions, VerifySessionOptions } from '../auth/requests.ts';
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
export {
  type AuthenticatedApiRoute,
  type AuthenticatedRoute,
  type AuthenticateRoute,
  shopifyAuth,
  shopifyAuthCallback,
  verifyShopifyAppProxy,
  verifyShopifySession,
  verifyShopifySessionApiRoute,
} from '../webhooks/frameworks/next-auth.ts';
export type { NodeRequest } from '../webhooks/frameworks/requests.ts';
