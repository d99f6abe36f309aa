import type { AddressPayload, CustomerPayload } from './customer.ts';
import type { JsonObject } from './json.ts';

/** One line of an order. */
export interface OrderLineItemPayload extends JsonObject {
  readonly id?: number;
  /** Such as `gid://shopify/LineItem/1`. */
  readonly admin_graphql_api_id?: string;
  readonly title?: string | null;
  readonly name?: string | null;
  readonly sku?: string | null;
  readonly quantity?: number;
  /** What is left after edits and refunds. */
  readonly current_quantity?: number;
  readonly fulfillable_quantity?: number;
  readonly fulfillment_status?: string | null;
  /** Decimal amounts of the shop's currency, as text. */
  readonly price?: string | null;
  readonly total_discount?: string | null;
  /** `null` for a custom line. */
  readonly product_id?: number | null;
  readonly variant_id?: number | null;
  readonly requires_shipping?: boolean | null;
  readonly taxable?: boolean | null;
}

/** Body of the topics `orders/…`, but for `delete`, `edited`, and the two on risk and protection. */
export interface OrderPayload extends JsonObject {
  readonly id?: number;
  /** Such as `gid://shopify/Order/1`. */
  readonly admin_graphql_api_id?: string;
  /** Such as `#1001`. */
  readonly name?: string | null;
  readonly number?: number | null;
  readonly order_number?: number | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  /** Currency code of the shop. */
  readonly currency?: string | null;
  readonly presentment_currency?: string | null;
  /** Decimal amounts of the shop's currency, as text. */
  readonly total_price?: string | null;
  readonly subtotal_price?: string | null;
  readonly total_tax?: string | null;
  readonly total_discounts?: string | null;
  readonly current_total_price?: string | null;
  readonly total_outstanding?: string | null;
  /** Such as `paid`, `pending`, `voided`. */
  readonly financial_status?: string | null;
  /** `null` as long as nothing is fulfilled. */
  readonly fulfillment_status?: string | null;
  readonly cancel_reason?: string | null;
  /** ISO times. Deliveries come in any order: the newest `updated_at` is the state that counts. */
  readonly cancelled_at?: string | null;
  readonly closed_at?: string | null;
  readonly processed_at?: string | null;
  readonly created_at?: string | null;
  readonly updated_at?: string | null;
  readonly note?: string | null;
  /** Joined by `, `. */
  readonly tags?: string | null;
  readonly test?: boolean | null;
  readonly location_id?: number | null;
  readonly customer?: CustomerPayload | null;
  readonly billing_address?: AddressPayload | null;
  readonly shipping_address?: AddressPayload | null;
  readonly line_items?: readonly OrderLineItemPayload[];
}

/** Body of `orders/delete`: the number only. */
export interface OrderDeletePayload extends JsonObject {
  readonly id: number;
}

/** Body of `orders/edited`: what was changed, and not the order. */
export interface OrderEditedPayload extends JsonObject {
  readonly order_edit?: OrderEditPayload;
}

/** One edit of an order. */
export interface OrderEditPayload extends JsonObject {
  readonly id?: number;
  readonly order_id?: number;
  /** ISO times. */
  readonly created_at?: string | null;
  readonly committed_at?: string | null;
  readonly notify_customer?: boolean | null;
  readonly staff_note?: string | null;
  readonly line_items?: {
    readonly additions?: readonly OrderEditLinePayload[];
    readonly removals?: readonly OrderEditLinePayload[];
    readonly [field: string]: JsonObject[string];
  };
}

/** By how much an edit changed a line. */
export interface OrderEditLinePayload extends JsonObject {
  readonly id?: number;
  readonly delta?: number;
}
