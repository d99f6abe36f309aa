import type { JsonObject } from './json.ts';

/** Body of `inventory_levels/connect` and `inventory_levels/update`. */
export interface InventoryLevelPayload extends JsonObject {
  readonly inventory_item_id?: number;
  readonly location_id?: number;
  /** Units that can be sold; `null` where the item is not tracked. */
  readonly available?: number | null;
  /** ISO time. */
  readonly updated_at?: string | null;
  /** Such as `gid://shopify/InventoryLevel/24826418?inventory_item_id=271878346596884015`. */
  readonly admin_graphql_api_id?: string;
}

/** Body of `inventory_levels/disconnect`: an item is no longer stocked at a location. It has no gid. */
export interface InventoryLevelDisconnectPayload extends JsonObject {
  readonly inventory_item_id: number;
  readonly location_id: number;
}

/** Body of `inventory_items/create` and `inventory_items/update`. */
export interface InventoryItemPayload extends JsonObject {
  readonly id?: number;
  /** Such as `gid://shopify/InventoryItem/1`. */
  readonly admin_graphql_api_id?: string;
  readonly sku?: string | null;
  readonly tracked?: boolean | null;
  readonly requires_shipping?: boolean | null;
  /** Decimal amount, as text. */
  readonly cost?: string | null;
  readonly country_code_of_origin?: string | null;
  readonly province_code_of_origin?: string | null;
  readonly harmonized_system_code?: string | null;
  readonly weight_value?: number | null;
  readonly weight_unit?: string | null;
  /** ISO times. */
  readonly created_at?: string | null;
  readonly updated_at?: string | null;
}

/** Body of `inventory_items/delete`. */
export interface InventoryItemDeletePayload extends JsonObject {
  readonly id: number;
  readonly admin_graphql_api_id?: string;
}
