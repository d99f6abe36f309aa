export {
  customerDataRequestPayloadSchema,
  customerRedactPayloadSchema,
  shopRedactPayloadSchema,
} from '../webhooks/payloads/compliance.ts';
export {
  addressPayloadSchema,
  customerDeletePayloadSchema,
  customerMergePayloadSchema,
  customerPayloadSchema,
} from '../webhooks/payloads/customer.ts';
export { resourceEventPayloadSchema } from '../webhooks/payloads/event.ts';
export {
  inventoryItemDeletePayloadSchema,
  inventoryItemPayloadSchema,
  inventoryLevelDisconnectPayloadSchema,
  inventoryLevelPayloadSchema,
} from '../webhooks/payloads/inventory.ts';
export {
  orderDeletePayloadSchema,
  orderEditedPayloadSchema,
  orderPayloadSchema,
} from '../webhooks/payloads/order.ts';
export { type ParsedPayload, type PayloadIssue, parsePayload } from '../webhooks/payloads/parse-payload.ts';
export {
  productDeletePayloadSchema,
  productPayloadSchema,
  productVariantPayloadSchema,
} from '../webhooks/payloads/product.ts';
export { classicPayloadSchemas, payloadSchemas } from '../webhooks/payloads/schemas.ts';
export {
  bulkOperationFinishPayloadSchema,
  collectionDeletePayloadSchema,
  collectionPayloadSchema,
  scopesUpdatePayloadSchema,
  shopPayloadSchema,
} from '../webhooks/payloads/shop.ts';
