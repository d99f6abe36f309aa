export type { WebhookOrder } from '../webhooks/durable/order-types.ts';
export type {
  FieldsChanged,
  ResourceEventPayload,
  WebhookContext,
  WebhookStep,
  WebhookStepEvent,
  WebhookUnavailable,
} from '../webhooks/event-types.ts';
export { createWebhookHandler } from '../webhooks/handler.ts';
export type {
  BodyRead,
  ReceiveWebhookOptions,
  ResourceEvent,
  ResourceEventHandler,
  WebhookAnswer,
  WebhookDelivery,
  WebhookEvent,
  WebhookFailure,
  WebhookHandler,
  WebhookHandlerEvent,
  WebhookHandlerOptions,
  WebhookTopicHandler,
  WebhookTopicHandlers,
} from '../webhooks/handler-types.ts';
export type {
  ProductDeletePayload,
  ProductPayload,
  ProductVariantPayload,
  WebhookPayload,
  WebhookPayloads,
} from '../webhooks/payload-types.ts';
export type {
  RefusedWebhook,
  VerifiedWebhook,
  VerifyWebhookInput,
  WebhookDetails,
  WebhookHeaders,
  WebhookRefusal,
  WebhookSecrets,
  WebhookVerification,
} from '../webhooks/types.ts';
export { verifyWebhook } from '../webhooks/verify.ts';
export { verifyWebhookAsync } from '../webhooks/verify-async.ts';
