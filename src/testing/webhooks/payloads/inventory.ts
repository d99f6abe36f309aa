import type { InventoryItemPayload, InventoryLevelPayload } from '../../../webhooks/payload-types/inventory.ts';
import { gidOf, happenedAt, type PayloadOverrides, withoutUndefined } from './defaults.ts';

/** The payload of `inventory_levels/connect` and `inventory_levels/update`. The gid follows item and location. */
export function inventoryLevelPayload(overrides: PayloadOverrides<InventoryLevelPayload> = {}): InventoryLevelPayload {
  const { inventory_item_id = 4001, location_id = 601 } = overrides;
  return withoutUndefined({
    inventory_item_id,
    location_id,
    available: 10,
    updated_at: happenedAt,
    admin_graphql_api_id: `gid://shopify/InventoryLevel/${location_id}?inventory_item_id=${inventory_item_id}`,
    ...overrides,
  }) as InventoryLevelPayload;
}

/** The payload of `inventory_items/create` and `inventory_items/update`. The gid follows the `id`. */
export function inventoryItemPayload(overrides: PayloadOverrides<InventoryItemPayload> = {}): InventoryItemPayload {
  const { id = 4001 } = overrides;
  return withoutUndefined({
    id,
    ...gidOf('InventoryItem', id),
    sku: 'TEE-S',
    tracked: true,
    requires_shipping: true,
    cost: null,
    country_code_of_origin: null,
    province_code_of_origin: null,
    harmonized_system_code: null,
    weight_value: 0.2,
    weight_unit: 'kg',
    created_at: happenedAt,
    updated_at: happenedAt,
    ...overrides,
  }) as InventoryItemPayload;
}
