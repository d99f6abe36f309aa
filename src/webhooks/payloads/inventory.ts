import { z } from 'zod';
import { amount, count, flag, gid, id, loose, type PayloadOf, partialLoose, text, time } from './fields.ts';

/** Schema of `inventory_levels/connect` and `inventory_levels/update`. */
export const inventoryLevelPayloadSchema = partialLoose({
  inventory_item_id: id,
  location_id: id,
  /** Units that can be sold; `null` where the item is not tracked. */
  available: count,
  /** ISO 8601. */
  updated_at: time,
  /** Such as `gid://shopify/InventoryLevel/24826418?inventory_item_id=271878346596884015`. */
  admin_graphql_api_id: gid,
});
/** Body of `inventory_levels/connect` and `inventory_levels/update`. */
export interface InventoryLevelPayload extends PayloadOf<typeof inventoryLevelPayloadSchema> {}

/** Schema of `inventory_levels/disconnect`. Both ids are required. */
export const inventoryLevelDisconnectPayloadSchema = loose({ inventory_item_id: id, location_id: id });
/** Body of `inventory_levels/disconnect`: an item is no longer stocked at a location. It has no gid. */
export interface InventoryLevelDisconnectPayload extends PayloadOf<typeof inventoryLevelDisconnectPayloadSchema> {}

/** Schema of `inventory_items/create` and `inventory_items/update`. */
export const inventoryItemPayloadSchema = partialLoose({
  id,
  /** Such as `gid://shopify/InventoryItem/1`. */
  admin_graphql_api_id: gid,
  sku: text,
  tracked: flag,
  requires_shipping: flag,
  /** Decimal amount, as text. */
  cost: amount,
  /** ISO 3166-1 alpha-2, such as `CA`. */
  country_code_of_origin: text,
  /** ISO 3166-2, without the country, such as `ON`. */
  province_code_of_origin: text,
  harmonized_system_code: text,
  /** In `weight_unit`. */
  weight_value: count,
  /** Such as `kg`. */
  weight_unit: text,
  /** ISO 8601. */
  created_at: time,
  /** ISO 8601. */
  updated_at: time,
});
/** Body of `inventory_items/create` and `inventory_items/update`. */
export interface InventoryItemPayload extends PayloadOf<typeof inventoryItemPayloadSchema> {}

/** Schema of `inventory_items/delete`. `id` is required. */
export const inventoryItemDeletePayloadSchema = loose({
  id,
  /** Such as `gid://shopify/InventoryItem/1`. */
  admin_graphql_api_id: z.exactOptional(gid),
});
/** Body of `inventory_items/delete`. */
export interface InventoryItemDeletePayload extends PayloadOf<typeof inventoryItemDeletePayloadSchema> {}
