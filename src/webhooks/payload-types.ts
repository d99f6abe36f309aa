/** One variant in a product's payload. Sent as Shopify's REST API names it. */
export interface ProductVariantPayload {
  readonly id: number;
  /** Such as `gid://shopify/ProductVariant/1`. */
  readonly admin_graphql_api_id: string;
  readonly product_id: number;
  readonly title: string;
  /** Decimal amount in the shop's currency, as text. */
  readonly price: string;
  readonly compare_at_price: string | null;
  readonly sku: string | null;
  readonly barcode: string | null;
  readonly position: number;
  readonly option1: string | null;
  readonly option2: string | null;
  readonly option3: string | null;
  readonly inventory_item_id: number;
  readonly inventory_quantity: number;
  /** ISO time. */
  readonly updated_at: string;
}

/**
 * Body of `products/update`, the fields that sync work needs. A subscription with `includeFields` leaves
 * fields out, so all but the id can be missing; and Shopify sends more than is listed.
 */
export interface ProductPayload {
  readonly id: number;
  /** Such as `gid://shopify/Product/1`. */
  readonly admin_graphql_api_id?: string;
  readonly title?: string;
  readonly handle?: string;
  readonly body_html?: string | null;
  readonly vendor?: string;
  readonly product_type?: string;
  /** Lower case: `active`, `archived`, `draft`, `unlisted`, or one that Shopify has added since. */
  readonly status?: string;
  /** Joined by `, `. */
  readonly tags?: string;
  /** ISO times. Deliveries come in any order: the newest `updated_at` is the state that counts. */
  readonly created_at?: string;
  readonly updated_at?: string;
  readonly published_at?: string | null;
  readonly options?: readonly {
    readonly name: string;
    readonly position: number;
    readonly values: readonly string[];
  }[];
  readonly variants?: readonly ProductVariantPayload[];
  readonly [field: string]: unknown;
}

/** Body of `products/delete`. */
export interface ProductDeletePayload {
  /** The number at the end of the gid `gid://shopify/Product/…`. */
  readonly id: number;
  readonly [field: string]: unknown;
}

/** Payload type by topic. Topics that are not listed have `unknown`. */
export interface WebhookPayloads {
  'products/update': ProductPayload;
  'products/delete': ProductDeletePayload;
}

/** Payload type of one topic. */
export type WebhookPayload<Topic extends string> = Topic extends keyof WebhookPayloads
  ? WebhookPayloads[Topic]
  : unknown;
