import type { z } from 'zod';
import { eventTopics } from '../topics.ts';
import {
  customerDataRequestPayloadSchema,
  customerRedactPayloadSchema,
  shopRedactPayloadSchema,
} from './compliance.ts';
import { customerDeletePayloadSchema, customerMergePayloadSchema, customerPayloadSchema } from './customer.ts';
import { resourceEventPayloadSchema } from './event.ts';
import {
  inventoryItemDeletePayloadSchema,
  inventoryItemPayloadSchema,
  inventoryLevelDisconnectPayloadSchema,
  inventoryLevelPayloadSchema,
} from './inventory.ts';
import { orderDeletePayloadSchema, orderEditedPayloadSchema, orderPayloadSchema } from './order.ts';
import { productDeletePayloadSchema, productPayloadSchema, productVariantPayloadSchema } from './product.ts';
import {
  bulkOperationFinishPayloadSchema,
  collectionDeletePayloadSchema,
  collectionPayloadSchema,
  scopesUpdatePayloadSchema,
  shopPayloadSchema,
} from './shop.ts';

/** Schema by topic, for the classic topics whose payload is typed. */
export const classicPayloadSchemas = {
  'app/scopes_update': scopesUpdatePayloadSchema,
  'app/uninstalled': shopPayloadSchema,
  'bulk_operations/finish': bulkOperationFinishPayloadSchema,
  'collections/create': collectionPayloadSchema,
  'collections/delete': collectionDeletePayloadSchema,
  'collections/update': collectionPayloadSchema,
  'customers/create': customerPayloadSchema,
  'customers/data_request': customerDataRequestPayloadSchema,
  'customers/delete': customerDeletePayloadSchema,
  'customers/disable': customerPayloadSchema,
  'customers/enable': customerPayloadSchema,
  'customers/merge': customerMergePayloadSchema,
  'customers/redact': customerRedactPayloadSchema,
  'customers/update': customerPayloadSchema,
  'inventory_items/create': inventoryItemPayloadSchema,
  'inventory_items/delete': inventoryItemDeletePayloadSchema,
  'inventory_items/update': inventoryItemPayloadSchema,
  'inventory_levels/connect': inventoryLevelPayloadSchema,
  'inventory_levels/disconnect': inventoryLevelDisconnectPayloadSchema,
  'inventory_levels/update': inventoryLevelPayloadSchema,
  'orders/cancelled': orderPayloadSchema,
  'orders/create': orderPayloadSchema,
  'orders/delete': orderDeletePayloadSchema,
  'orders/edited': orderEditedPayloadSchema,
  'orders/fulfilled': orderPayloadSchema,
  'orders/paid': orderPayloadSchema,
  'orders/partially_fulfilled': orderPayloadSchema,
  'orders/updated': orderPayloadSchema,
  'products/create': productPayloadSchema,
  'products/delete': productDeletePayloadSchema,
  'products/update': productPayloadSchema,
  'shop/redact': shopRedactPayloadSchema,
  'shop/update': shopPayloadSchema,
  'variants/in_stock': productVariantPayloadSchema,
  'variants/out_of_stock': productVariantPayloadSchema,
} as const;

/** Schema by topic, next-generation ones included. A topic that is not in it has no schema here. */
export const payloadSchemas: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ...Object.entries(classicPayloadSchemas),
  ...eventTopics.map((topic) => [topic, resourceEventPayloadSchema] as const),
]);
