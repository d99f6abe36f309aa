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
export {
  inventoryItemDeletePayloadSchema,
  inventoryItemPayloadSchema,
  inventoryLevelDisconnectPayloadSchema,
  inventoryLevelPayloadSchema,
} from '../webhooks/payloads/inventory.ts';
export { orderDeletePayloadSchema, orderEditedPayloadSchema, orderPayloadSchema } from '../webhooks/payloads/order.ts';
export {
  collectionDeletePayloadSchema,
  collectionPayloadSchema,
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
