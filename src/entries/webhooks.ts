export type { WebhookOrder } from '../webhooks/durable/order-types.ts';

export type {
  FieldsChanged,
  WebhookContext,
  WebhookStep,
  WebhookStepEvent,
  WebhookUnavailable,
} from '../webhooks/event-types.ts';
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
} from '../webhooks/events.ts';
export { createWebhookHandler } from '../webhooks/handler.ts';

export type { WebhookPayload, WebhookPayloads } from '../webhooks/payloads/by-topic.ts';

export type {
  ComplianceCustomerPayload,
  CustomerDataRequestPayload,
  CustomerRedactPayload,
  ShopRedactPayload,
} from '../webhooks/payloads/compliance.ts';

export type {
  AddressPayload,
  CustomerDeletePayload,
  CustomerMergeErrorPayload,
  CustomerMergePayload,
  CustomerPayload,
} from '../webhooks/payloads/customer.ts';

export type { FieldsChangedPayload, ResourceEventPayload } from '../webhooks/payloads/event.ts';

export type { Json, PayloadObject } from '../webhooks/payloads/fields.ts';

export type {
  InventoryItemDeletePayload,
  InventoryItemPayload,
  InventoryLevelDisconnectPayload,
  InventoryLevelPayload,
} from '../webhooks/payloads/inventory.ts';

export type {
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
  ProductDeletePayload,
  ProductImagePayload,
  ProductOptionPayload,
  ProductPayload,
  ProductVariantPayload,
  VariantGidPayload,
} from '../webhooks/payloads/product.ts';

export type { BulkOperationFinishPayload, ScopesUpdatePayload, ShopPayload } from '../webhooks/payloads/shop.ts';

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
