import { z } from 'zod';
import { addressPayloadSchema, customerPayloadSchema } from './customer.ts';
import { amount, count, flag, gid, id, sparse, text, time } from './fields.ts';

const orderLineItemPayloadSchema = sparse({
  id,
  admin_graphql_api_id: gid,
  title: text,
  name: text,
  sku: text,
  quantity: z.number(),
  current_quantity: z.number(),
  fulfillable_quantity: z.number(),
  fulfillment_status: text,
  price: amount,
  total_discount: amount,
  product_id: id.nullable(),
  variant_id: id.nullable(),
  requires_shipping: flag,
  taxable: flag,
});

export const orderPayloadSchema = sparse({
  id,
  admin_graphql_api_id: gid,
  name: text,
  number: count,
  order_number: count,
  email: text,
  phone: text,
  currency: text,
  presentment_currency: text,
  total_price: amount,
  subtotal_price: amount,
  total_tax: amount,
  total_discounts: amount,
  current_total_price: amount,
  total_outstanding: amount,
  financial_status: text,
  fulfillment_status: text,
  cancel_reason: text,
  cancelled_at: time,
  closed_at: time,
  processed_at: time,
  created_at: time,
  updated_at: time,
  note: text,
  tags: text,
  test: flag,
  location_id: id.nullable(),
  customer: customerPayloadSchema.nullable(),
  billing_address: addressPayloadSchema.nullable(),
  shipping_address: addressPayloadSchema.nullable(),
  line_items: z.array(orderLineItemPayloadSchema),
});

export const orderDeletePayloadSchema = z.looseObject({ id });

const editedLines = z.array(sparse({ id, delta: z.number() }));

export const orderEditedPayloadSchema = sparse({
  order_edit: sparse({
    id,
    order_id: id,
    created_at: time,
    committed_at: time,
    notify_customer: flag,
    staff_note: text,
    line_items: sparse({ additions: editedLines, removals: editedLines }),
  }),
});
