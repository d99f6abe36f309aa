import { z } from 'zod';
import { amount, count, flag, gid, id, sparse, text, time } from './fields.ts';

export const inventoryLevelPayloadSchema = sparse({
  inventory_item_id: id,
  location_id: id,
  available: count,
  updated_at: time,
  admin_graphql_api_id: gid,
});

export const inventoryLevelDisconnectPayloadSchema = z.looseObject({ inventory_item_id: id, location_id: id });

export const inventoryItemPayloadSchema = sparse({
  id,
  admin_graphql_api_id: gid,
  sku: text,
  tracked: flag,
  requires_shipping: flag,
  cost: amount,
  country_code_of_origin: text,
  province_code_of_origin: text,
  harmonized_system_code: text,
  weight_value: count,
  weight_unit: text,
  created_at: time,
  updated_at: time,
});

export const inventoryItemDeletePayloadSchema = z.looseObject({ id, admin_graphql_api_id: z.exactOptional(gid) });
