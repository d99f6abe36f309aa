import type {
  CustomerDataRequestPayload,
  CustomerRedactPayload,
  ShopRedactPayload,
} from './payload-types/compliance.ts';
import type { CustomerDeletePayload, CustomerMergePayload, CustomerPayload } from './payload-types/customer.ts';
import type { ResourceEventPayload } from './payload-types/event.ts';
import type {
  InventoryItemDeletePayload,
  InventoryItemPayload,
  InventoryLevelDisconnectPayload,
  InventoryLevelPayload,
} from './payload-types/inventory.ts';
import type { Json } from './payload-types/json.ts';
import type { OrderDeletePayload, OrderEditedPayload, OrderPayload } from './payload-types/order.ts';
import type { ProductDeletePayload, ProductPayload, ProductVariantPayload } from './payload-types/product.ts';
import type {
  BulkOperationFinishPayload,
  CollectionDeletePayload,
  CollectionPayload,
  ScopesUpdatePayload,
  ShopPayload,
} from './payload-types/shop.ts';
import type { EventTopic } from './topics.ts';

/**
 * Payload type by topic, in the shape of Shopify's REST API. A subscription with `includeFields` leaves fields out,
 * so nearly all can be missing; and Shopify sends more than is listed.
 *
 * Numbers above 2^53 lose their last digits when JSON is parsed, and ids come close: take `admin_graphql_api_id`
 * where there is one.
 *
 * Source: the sample payloads of https://shopify.dev/docs/api/webhooks/latest
 */
export interface WebhookPayloads extends Record<EventTopic, ResourceEventPayload> {
  'app/scopes_update': ScopesUpdatePayload;
  'app/uninstalled': ShopPayload;
  'bulk_operations/finish': BulkOperationFinishPayload;
  'collections/create': CollectionPayload;
  'collections/delete': CollectionDeletePayload;
  'collections/update': CollectionPayload;
  'customers/create': CustomerPayload;
  'customers/data_request': CustomerDataRequestPayload;
  'customers/delete': CustomerDeletePayload;
  'customers/disable': CustomerPayload;
  'customers/enable': CustomerPayload;
  'customers/merge': CustomerMergePayload;
  'customers/redact': CustomerRedactPayload;
  'customers/update': CustomerPayload;
  'inventory_items/create': InventoryItemPayload;
  'inventory_items/delete': InventoryItemDeletePayload;
  'inventory_items/update': InventoryItemPayload;
  'inventory_levels/connect': InventoryLevelPayload;
  'inventory_levels/disconnect': InventoryLevelDisconnectPayload;
  'inventory_levels/update': InventoryLevelPayload;
  'orders/cancelled': OrderPayload;
  'orders/create': OrderPayload;
  'orders/delete': OrderDeletePayload;
  'orders/edited': OrderEditedPayload;
  'orders/fulfilled': OrderPayload;
  'orders/paid': OrderPayload;
  'orders/partially_fulfilled': OrderPayload;
  'orders/updated': OrderPayload;
  'products/create': ProductPayload;
  'products/delete': ProductDeletePayload;
  'products/update': ProductPayload;
  'shop/redact': ShopRedactPayload;
  'shop/update': ShopPayload;
  'variants/in_stock': ProductVariantPayload;
  'variants/out_of_stock': ProductVariantPayload;
}

/** Payload type of one topic: JSON for those that are not in the table. */
export type WebhookPayload<Topic extends string> = Topic extends keyof WebhookPayloads ? WebhookPayloads[Topic] : Json;
