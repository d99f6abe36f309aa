import type { StoredVariant } from '../../../store/entities.ts';
import type { InventoryLevelEntity } from '../../../store/inventory-entities.ts';
import { idOf } from '../../../webhooks/product-payload.ts';

/** A level in the REST shape of the topics `inventory_levels/…`. */
export function levelPayload(level: InventoryLevelEntity): Readonly<Record<string, unknown>> {
  return {
    inventory_item_id: idOf(level.itemId),
    location_id: idOf(level.locationId),
    available: level.quantities.available,
    updated_at: level.updatedAt,
    admin_graphql_api_id: level.id,
  };
}

/** An item in the REST shape of the topic `inventory_items/update`. */
export function itemPayload(item: StoredVariant['inventoryItem']): Readonly<Record<string, unknown>> {
  const cost = item.unitCost as { readonly amount: string } | null;
  return {
    id: idOf(item.id),
    sku: item.sku,
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    requires_shipping: item.requiresShipping,
    cost: cost?.amount ?? null,
    country_code_of_origin: item.countryCodeOfOrigin,
    province_code_of_origin: item.provinceCodeOfOrigin,
    harmonized_system_code: item.harmonizedSystemCode,
    tracked: item.tracked,
    country_harmonized_system_codes: [],
    admin_graphql_api_id: item.id,
  };
}
