// @ts-nocheck
import { z } from 'zod';
import { type AddressPayload, addressPayloadSchema, customerPayloadSchema } from './customer.ts';
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
  time,
} from './fields.ts';

const address: PayloadSchema<AddressPayload> = addressPayloadSchema;

const orderCustomerPayloadSchema = customerPayloadSchema.extend({
  /** `null` where the customer was erased, or may not be seen. */
  id: z.exactOptional(id.nullable()),
});
/** The customer of an order. */
export type OrderCustomerPayload = PayloadOf<typeof orderCustomerPayloadSchema>;
const customer: PayloadSchema<OrderCustomerPayload> = orderCustomerPayloadSchema;

const orderLineItemPayloadSchema = partialLoose({
  id,
  /** Such as `gid://shopify/LineItem/1`. */
  admin_graphql_api_id: gid,
  title: text,
  name: text,
  sku: text,
  /** Units ordered. */
  quantity: z.number(),
  /** Units left after edits and refunds. */
  current_quantity: z.number(),
  /** Units that can still be fulfilled. */
  fulfillable_quantity: z.number(),
  /** `null` as long as nothing is fulfilled. */
  fulfillment_status: text,
  /** Price of one unit: decimal amount in the shop's currency, as text. */
  price: amount,
  /** Decimal amount in the shop's currency, as text. */
  total_discount: amount,
  /** `null` for a custom line. */
  product_id: id.nullable(),
  /** `null` for a custom line. */
  variant_id: id.nullable(),
  requires_shipping: flag,
  taxable: flag,
});
/** One line of an order. */
export type OrderLineItemPayload = PayloadOf<typeof orderLineItemPayloadSchema>;
const lineItem: PayloadSchema<OrderLineItemPayload> = orderLineItemPayloadSchema;

/**
 * Schema of `orders/create`, `orders/updated`, `orders/paid`, `orders/cancelled`, `orders/fulfilled` and
 * `orders/partially_fulfilled`.
 */
export const orderPayloadSchema = partialLoose({
  id,
  /** Such as `gid://shopify/Order/1`. */
  admin_graphql_api_id: gid,
  /** Such as `#1001`. */
  name: text,
  /** Counted from 1 in each shop. */
  number: count,
  /** Counted from 1001 in each shop. */
  order_number: count,
  email: text,
  phone: text,
  /** Currency code of the shop. */
  currency: text,
  /** Code of the currency that the customer sees. */
  presentment_currency: text,
  /** Decimal amount in the shop's currency, as text. So are all other amounts. */
  total_price: amount,
  subtotal_price: amount,
  total_tax: amount,
  total_discounts: amount,
  /** What `total_price` is after edits and refunds. */
  current_total_price: amount,
  /** What the customer still owes. */
  total_outstanding: amount,
  /** Such as `paid`, `pending`, `voided`. */
  financial_status: text,
  /** `null` as long as nothing is fulfilled. */
  fulfillment_status: text,
  /** Such as `customer`; `null` unless the order is cancelled. */
  cancel_reason: text,
  /** ISO 8601. */
  cancelled_at: time,
  /** ISO 8601. */
  closed_at: time,
  /** ISO 8601. */
  processed_at: time,
  /** ISO 8601. */
  created_at: time,
  /** ISO 8601. Deliveries come in any order: the newest `updated_at` is the state that counts. */
  updated_at: time,
  note: text,
  /** Joined by `, `. */
  tags: text,
  test: flag,
  location_id: id.nullable(),
  customer: customer.nullable(),
  billing_address: address.nullable(),
  shipping_address: address.nullable(),
  line_items: z.array(lineItem),
});
/** Body of the topics `orders/…`, except `delete`, `edited`, and the two on risk and protection. */
export type OrderPayload = PayloadOf<typeof orderPayloadSchema>;

/** Schema of `orders/delete`. `id` is required. */
export const orderDeletePayloadSchema = loose({
  /** The number at the end of the gid `gid://shopify/Order/…`. */
  id,
});
/** Body of `orders/delete`: the number only. */
export type OrderDeletePayload = PayloadOf<typeof orderDeletePayloadSchema>;

const orderEditLinePayloadSchema = partialLoose({
  /** The line's number. */
  id,
  /** Units added or removed. */
  delta: z.number(),
});
/** By how much an edit changed a line. */
export type OrderEditLinePayload = PayloadOf<typeof orderEditLinePayloadSchema>;
const editLine: PayloadSchema<OrderEditLinePayload> = orderEditLinePayloadSchema;

const editedLinesSchema = partialLoose({ additions: z.array(editLine), removals: z.array(editLine) });
const editedLines: PayloadSchema<PayloadOf<typeof editedLinesSchema>> = editedLinesSchema;

const orderEditPayloadSchema = partialLoose({
  id,
  order_id: id,
  /** ISO 8601. */
  created_at: time,
  /** ISO 8601. */
  committed_at: time,
  notify_customer: flag,
  staff_note: text,
  line_items: editedLines,
});
/** One edit of an order. */
export type OrderEditPayload = PayloadOf<typeof orderEditPayloadSchema>;
const orderEdit: PayloadSchema<OrderEditPayload> = orderEditPayloadSchema;

/** Schema of `orders/edited`. */
export const orderEditedPayloadSchema = partialLoose({ order_edit: orderEdit });
/** Body of `orders/edited`: what was changed, and not the order. */
export type OrderEditedPayload = PayloadOf<typeof orderEditedPayloadSchema>;
