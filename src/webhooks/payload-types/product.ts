import type { JsonObject } from './json.ts';

/** One variant in a product's payload, and the body of `variants/in_stock` and `variants/out_of_stock`. */
export interface ProductVariantPayload extends JsonObject {
  readonly id?: number;
  /** Such as `gid://shopify/ProductVariant/1`. */
  readonly admin_graphql_api_id?: string;
  readonly product_id?: number;
  readonly title?: string | null;
  /** Decimal amount in the shop's currency, as text. */
  readonly price?: string | null;
  readonly compare_at_price?: string | null;
  readonly sku?: string | null;
  readonly barcode?: string | null;
  /** Counted from 1. */
  readonly position?: number;
  readonly option1?: string | null;
  readonly option2?: string | null;
  readonly option3?: string | null;
  /** `deny` or `continue`. */
  readonly inventory_policy?: string | null;
  readonly inventory_item_id?: number | null;
  readonly inventory_quantity?: number | null;
  readonly image_id?: number | null;
  readonly taxable?: boolean | null;
  /** ISO times. */
  readonly created_at?: string | null;
  readonly updated_at?: string | null;
}

/** An option in a product's payload. */
export interface ProductOptionPayload extends JsonObject {
  readonly id?: number;
  readonly name?: string;
  readonly position?: number;
  readonly values?: readonly string[];
}

/** An image in a product's payload. */
export interface ProductImagePayload extends JsonObject {
  readonly id?: number;
  readonly admin_graphql_api_id?: string;
  readonly position?: number;
  readonly src?: string | null;
  readonly alt?: string | null;
  readonly variant_ids?: readonly number[];
}

/** Body of `products/create` and `products/update`. */
export interface ProductPayload extends JsonObject {
  readonly id?: number;
  /** Such as `gid://shopify/Product/1`. */
  readonly admin_graphql_api_id?: string;
  readonly title?: string | null;
  readonly handle?: string | null;
  readonly body_html?: string | null;
  readonly vendor?: string | null;
  readonly product_type?: string | null;
  /** Lower case: `active`, `archived`, `draft`, `unlisted`, or one that Shopify has added since. */
  readonly status?: string | null;
  /** Joined by `, `. */
  readonly tags?: string | null;
  readonly template_suffix?: string | null;
  /** ISO times. Deliveries come in any order: the newest `updated_at` is the state that counts. */
  readonly created_at?: string | null;
  readonly updated_at?: string | null;
  readonly published_at?: string | null;
  readonly options?: readonly ProductOptionPayload[];
  readonly variants?: readonly ProductVariantPayload[];
  /** All variants, also where there are too many for `variants`. */
  readonly variant_gids?: readonly VariantGidPayload[];
  readonly images?: readonly ProductImagePayload[];
  readonly image?: ProductImagePayload | null;
}

/** A variant by its id only. */
export interface VariantGidPayload extends JsonObject {
  readonly admin_graphql_api_id?: string;
  readonly updated_at?: string | null;
}

/** Body of `products/delete`: the number only. */
export interface ProductDeletePayload extends JsonObject {
  /** The number at the end of the gid `gid://shopify/Product/…`. */
  readonly id: number;
}
