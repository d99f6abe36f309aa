// @ts-nocheck
import type { z } from 'zod';
import { type EventTopic, eventTopics } from '../topics.ts';
import {
  type CustomerDeletePayload,
  type CustomerMergePayload,
  type CustomerPayload,
  customerDeletePayloadSchema,
  customerMergePayloadSchema,
  customerPayloadSchema,
} from './customer.ts';
import type { Json } from './fields.ts';
import {
  type OrderDeletePayload,
  type OrderEditedPayload,
  type OrderPayload,
  orderDeletePayloadSchema,
  orderEditedPayloadSchema,
  orderPayloadSchema,
} from './order.ts';
import {
  type CollectionDeletePayload,
  type CollectionPayload,
  collectionDeletePayloadSchema,
  collectionPayloadSchema,
  type InventoryItemDeletePayload,
  type InventoryItemPayload,
  type InventoryLevelDisconnectPayload,
  type InventoryLevelPayload,
  inventoryItemDeletePayloadSchema,
  inventoryItemPayloadSchema,
  inventoryLevelDisconnectPayloadSchema,
  inventoryLevelPayloadSchema,
  type ProductDeletePayload,
  type ProductPayload,
  type ProductVariantPayload,
  productDeletePayloadSchema,
  productPayloadSchema,
  productVariantPayloadSchema,
} from './product.ts';
import {
  type BulkOperationFinishPayload,
  bulkOperationFinishPayloadSchema,
  type CustomerDataRequestPayload,
  type CustomerRedactPayload,
  customerDataRequestPayloadSchema,
  customerRedactPayloadSchema,
  type ResourceEventPayload,
  resourceEventPayloadSchema,
  type ScopesUpdatePayload,
  type ShopPayload,
  type ShopRedactPayload,
  scopesUpdatePayloadSchema,
  shopPayloadSchema,
  shopRedactPayloadSchema,
} from './shop.ts';

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

/** Payload type of one topic. Topics that are not in the table have any JSON. */
export type WebhookPayload<Topic extends string> = Topic extends keyof WebhookPayloads ? WebhookPayloads[Topic] : Json;

type ClassicTopic = Exclude<keyof WebhookPayloads, EventTopic>;

/** Schema by topic, for the classic topics whose payload is typed. The compiler compares it with `WebhookPayloads`. */
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
} as const satisfies { readonly [Topic in ClassicTopic]: z.ZodType<WebhookPayloads[Topic]> };

/** Schema by topic, next-generation ones included. A topic that is not in it has no schema here. */
export const payloadSchemas: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ...Object.entries(classicPayloadSchemas),
  ...eventTopics.map((topic) => [topic, resourceEventPayloadSchema] as const),
]);

/** One field of a payload that is not what its topic says. */
export interface PayloadIssue {
  /** Such as `variants[0].price`; empty for the payload as a whole. */
  readonly path: string;
  /** What was expected and what kind of value came instead. Holds nothing of the payload. */
  readonly message: string;
}

/** A payload whose fields are as typed, or what is wrong with it. */
export type ParsedPayload<Topic extends string> =
  | { readonly ok: true; readonly payload: WebhookPayload<Topic> }
  | { readonly ok: false; readonly issues: readonly PayloadIssue[] };

function written(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
}

/**
 * Checks a payload against the schema of its topic. Fields may be missing, as a subscription with `includeFields`
 * leaves them out, and unknown ones stay. A topic without a schema is taken as it is. Never throws.
 *
 * Ids in JSON that are above 2^53 have lost their last digits before this sees them: prefer `admin_graphql_api_id`.
 *
 * @example
 * ```ts
 * const parsed = parsePayload('products/update', event.payload);
 * if (parsed.ok) await save(parsed.payload.admin_graphql_api_id, parsed.payload.title);
 * else logger.warn({ issues: parsed.issues }, 'not the payload that was expected');
 * ```
 */
export function parsePayload<Topic extends string>(topic: Topic, payload: unknown): ParsedPayload<Topic> {
  const parsed = payloadSchemas.get(topic)?.safeParse(payload);
  // What the schema has let pass is handed on as it came, not as a copy.
  if (!parsed || parsed.success) return { ok: true, payload: payload as WebhookPayload<Topic> };
  return {
    ok: false,
    issues: parsed.error.issues.map(({ path, message }) => ({ path: written(path), message })),
  };
}
