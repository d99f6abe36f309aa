// @ts-nocheck
export type {
  BodyRead,
  FieldsChanged,
  ReceiveWebhookOptions,
  ResourceEvent,
  ResourceEventHandler,
  WebhookContext,
  WebhookDelivery,
  WebhookEvent,
  WebhookFailure,
  WebhookHandler,
  WebhookHandlerEvent,
  WebhookHandlerOptions,
  WebhookOrder,
  WebhookOrders,
  WebhookResponse,
  WebhookStep,
  WebhookStepEvent,
  WebhookTopicHandler,
  WebhookTopicHandlers,
  WebhookUnavailable,
} from '../webhooks/events.ts';

export { createWebhookHandler } from '../webhooks/handler.ts';

export type { WebhookPayload, WebhookPayloads } from '../webhooks/payloads/by-topic.ts';
export type {
  AddressPayload,
  CustomerDeletePayload,
  CustomerMergeErrorPayload,
  CustomerMergePayload,
  CustomerPayload,
} from '../webhooks/payloads/customer.ts';
export type { Json, PayloadObject } from '../webhooks/payloads/fields.ts';
export type {
  OrderCustomerPayload,
  OrderDeletePayload,
  OrderEditedPayload,
  OrderEditLinePayload,
  OrderEditPayload,
  OrderLineItemPayload,
  OrderPayload,
} from '../webhooks/payloads/order.ts';
export type {
  CollectionDeletePayload,
  CollectionPayload,
  InventoryItemDeletePayload,
  InventoryItemPayload,
  InventoryLevelDisconnectPayload,
  InventoryLevelPayload,
  ProductDeletePayload,
  ProductImagePayload,
  ProductOptionPayload,
  ProductPayload,
  ProductVariantPayload,
  VariantGidPayload,
} from '../webhooks/payloads/product.ts';
export type {
  BulkOperationFinishPayload,
  ComplianceCustomerPayload,
  CustomerDataRequestPayload,
  CustomerRedactPayload,
  FieldsChangedPayload,
  ResourceEventPayload,
  ScopesUpdatePayload,
  ShopPayload,
  ShopRedactPayload,
} from '../webhooks/payloads/shop.ts';

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
} from '../webhooks/verify.ts';
export { verifyWebhook, verifyWebhookAsync } from '../webhooks/verify.ts';
