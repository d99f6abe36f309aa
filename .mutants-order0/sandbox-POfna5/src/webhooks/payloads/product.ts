// @ts-nocheck
import { z } from 'zod';
import {
  amount,
  count,
  flag,
  gid,
  id,
  loose,
  type PayloadOf,
  type PayloadSchema,
  partialLoose,
  text,
  texts,
  time,
} from './fields.ts';

/** Schema of `variants/in_stock` and `variants/out_of_stock`, and of a variant in a product's payload. */
export const productVariantPayloadSchema = partialLoose({
  id,
  /** Such as `gid://shopify/ProductVariant/1`. */
  admin_graphql_api_id: gid,
  product_id: id,
  title: text,
  /** Decimal amount in the shop's currency, as text. */
  price: amount,
  /** Decimal amount in the shop's currency, as text. */
  compare_at_price: amount,
  sku: text,
  barcode: text,
  /** Counted from 1. */
  position: z.number(),
  option1: text,
  option2: text,
  option3: text,
  /** `deny` or `continue`. */
  inventory_policy: text,
  inventory_item_id: id.nullable(),
  inventory_quantity: count,
  image_id: id.nullable(),
  taxable: flag,
  /** ISO 8601. */
  created_at: time,
  /** ISO 8601. */
  updated_at: time,
});
/** One variant in a product's payload, and the body of `variants/in_stock` and `variants/out_of_stock`. */
export type ProductVariantPayload = PayloadOf<typeof productVariantPayloadSchema>;
const variant: PayloadSchema<ProductVariantPayload> = productVariantPayloadSchema;

const productOptionPayloadSchema = partialLoose({
  id,
  product_id: id,
  name: z.string(),
  /** Counted from 1. */
  position: z.number(),
  values: texts,
});
/** An option in a product's payload. */
export type ProductOptionPayload = PayloadOf<typeof productOptionPayloadSchema>;
const option: PayloadSchema<ProductOptionPayload> = productOptionPayloadSchema;

const productImagePayloadSchema = partialLoose({
  id,
  admin_graphql_api_id: gid,
  /** Counted from 1. */
  position: z.number(),
  /** URL. */
  src: text,
  alt: text,
  variant_ids: z.array(id),
});
/** An image in a product's payload. */
export type ProductImagePayload = PayloadOf<typeof productImagePayloadSchema>;
const image: PayloadSchema<ProductImagePayload> = productImagePayloadSchema;

const variantGidPayloadSchema = partialLoose({
  /** Such as `gid://shopify/ProductVariant/1`. */
  admin_graphql_api_id: gid,
  /** ISO 8601. */
  updated_at: time,
});
/** A variant by its id only. */
export type VariantGidPayload = PayloadOf<typeof variantGidPayloadSchema>;
const variantGid: PayloadSchema<VariantGidPayload> = variantGidPayloadSchema;

/** Schema of `products/create` and `products/update`. */
export const productPayloadSchema = partialLoose({
  id,
  /** Such as `gid://shopify/Product/1`. */
  admin_graphql_api_id: gid,
  title: text,
  handle: text,
  body_html: text,
  vendor: text,
  product_type: text,
  /** Lower case: `active`, `archived`, `draft`, `unlisted`, or one that Shopify has added since. */
  status: text,
  /** Joined by `, `. */
  tags: text,
  template_suffix: text,
  /** ISO 8601. */
  created_at: time,
  /** ISO 8601. Deliveries come in any order: the newest `updated_at` is the state that counts. */
  updated_at: time,
  /** ISO 8601. */
  published_at: time,
  options: z.array(option),
  /** Not all of them where there are too many; `variant_gids` lists all. */
  variants: z.array(variant),
  /** All variants, also where there are too many for `variants`. */
  variant_gids: z.array(variantGid),
  images: z.array(image),
  image: image.nullable(),
});
/** Body of `products/create` and `products/update`. */
export type ProductPayload = PayloadOf<typeof productPayloadSchema>;

/** Schema of `products/delete`. `id` is required. */
export const productDeletePayloadSchema = loose({
  /** The number at the end of the gid `gid://shopify/Product/…`. */
  id,
});
/** Body of `products/delete`: the number only. */
export type ProductDeletePayload = PayloadOf<typeof productDeletePayloadSchema>;

/** Schema of `collections/create` and `collections/update`. */
export const collectionPayloadSchema = partialLoose({
  id,
  /** Such as `gid://shopify/Collection/1`. */
  admin_graphql_api_id: gid,
  handle: text,
  title: text,
  body_html: text,
  /** Such as `best-selling`. */
  sort_order: text,
  template_suffix: text,
  /** Such as `web`. */
  published_scope: text,
  /** ISO 8601. */
  published_at: time,
  /** ISO 8601. */
  updated_at: time,
});
/** Body of `collections/create` and `collections/update`. */
export type CollectionPayload = PayloadOf<typeof collectionPayloadSchema>;

/** Schema of `collections/delete`. `id` is required. */
export const collectionDeletePayloadSchema = loose({
  id,
  /** Such as `gid://shopify/Collection/1`. */
  admin_graphql_api_id: z.exactOptional(gid),
});
/** Body of `collections/delete`. */
export type CollectionDeletePayload = PayloadOf<typeof collectionDeletePayloadSchema>;

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
export type InventoryLevelPayload = PayloadOf<typeof inventoryLevelPayloadSchema>;

/** Schema of `inventory_levels/disconnect`. Both ids are required. */
export const inventoryLevelDisconnectPayloadSchema = loose({ inventory_item_id: id, location_id: id });
/** Body of `inventory_levels/disconnect`: an item is no longer stocked at a location. It has no gid. */
export type InventoryLevelDisconnectPayload = PayloadOf<typeof inventoryLevelDisconnectPayloadSchema>;

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
export type InventoryItemPayload = PayloadOf<typeof inventoryItemPayloadSchema>;

/** Schema of `inventory_items/delete`. `id` is required. */
export const inventoryItemDeletePayloadSchema = loose({
  id,
  /** Such as `gid://shopify/InventoryItem/1`. */
  admin_graphql_api_id: z.exactOptional(gid),
});
/** Body of `inventory_items/delete`. */
export type InventoryItemDeletePayload = PayloadOf<typeof inventoryItemDeletePayloadSchema>;
