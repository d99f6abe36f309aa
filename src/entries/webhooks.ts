export type { WebhookOrder } from '../webhooks/durable/order-types.ts';
export type {
  FieldsChanged,
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
  ComplianceCustomerPayload,
  CustomerDataRequestPayload,
  CustomerRedactPayload,
  ShopRedactPayload,
} from '../webhooks/payload-types/compliance.ts';
export type {
  AddressPayload,
  CustomerDeletePayload,
  CustomerMergeErrorPayload,
  CustomerMergePayload,
  CustomerPayload,
} from '../webhooks/payload-types/customer.ts';
export type { FieldsChangedPayload, ResourceEventPayload } from '../webhooks/payload-types/event.ts';
export type {
  InventoryItemDeletePayload,
  InventoryItemPayload,
  InventoryLevelDisconnectPayload,
  InventoryLevelPayload,
} from '../webhooks/payload-types/inventory.ts';
export type { Json, JsonObject } from '../webhooks/payload-types/json.ts';
export type {
  OrderDeletePayload,
  OrderEditedPayload,
  OrderEditLinePayload,
  OrderEditPayload,
  OrderLineItemPayload,
  OrderPayload,
} from '../webhooks/payload-types/order.ts';
export type {
  ProductDeletePayload,
  ProductImagePayload,
  ProductOptionPayload,
  ProductPayload,
  ProductVariantPayload,
  VariantGidPayload,
} from '../webhooks/payload-types/product.ts';
export type {
  BulkOperationFinishPayload,
  CollectionDeletePayload,
  CollectionPayload,
  ScopesUpdatePayload,
  ShopPayload,
} from '../webhooks/payload-types/shop.ts';
export type { WebhookPayload, WebhookPayloads } from '../webhooks/payload-types.ts';
export type { ComplianceTopic, EventAction, EventTopic, WebhookTopic } from '../webhooks/topics.ts';
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
