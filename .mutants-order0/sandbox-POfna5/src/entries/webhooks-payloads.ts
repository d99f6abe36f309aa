// @ts-nocheck
export {
  classicPayloadSchemas,
  type ParsedPayload,
  type PayloadIssue,
  parsePayload,
  payloadSchemas,
} from '../webhooks/payloads/by-topic.ts';
export {
  addressPayloadSchema,
  customerDeletePayloadSchema,
  customerMergePayloadSchema,
  customerPayloadSchema,
} from '../webhooks/payloads/customer.ts';
export { orderDeletePayloadSchema, orderEditedPayloadSchema, orderPayloadSchema } from '../webhooks/payloads/order.ts';
export {
  collectionDeletePayloadSchema,
  collectionPayloadSchema,
  inventoryItemDeletePayloadSchema,
  inventoryItemPayloadSchema,
  inventoryLevelDisconnectPayloadSchema,
  inventoryLevelPayloadSchema,
  productDeletePayloadSchema,
  productPayloadSchema,
  productVariantPayloadSchema,
} from '../webhooks/payloads/product.ts';
export {
  bulkOperationFinishPayloadSchema,
  customerDataRequestPayloadSchema,
  customerRedactPayloadSchema,
  resourceEventPayloadSchema,
  scopesUpdatePayloadSchema,
  shopPayloadSchema,
  shopRedactPayloadSchema,
} from '../webhooks/payloads/shop.ts';
