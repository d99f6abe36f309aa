import { z } from 'zod';
import { id, loose, type PayloadOf, type PayloadSchema, partialLoose, text } from './fields.ts';

// The shop is required: nobody subscribes to these topics with `includeFields`, and a legal duty that names no shop
// is an error.
const shop = {
  /** The shop's number; there is no gid. */
  shop_id: id,
  /** Such as `demo.myshopify.com`. */
  shop_domain: z.string(),
};

const complianceCustomerPayloadSchema = partialLoose({
  /** The customer's number; there is no gid. */
  id: id.nullable(),
  email: text,
  phone: text,
});
/** The customer that a privacy request is about. */
export interface ComplianceCustomerPayload extends PayloadOf<typeof complianceCustomerPayloadSchema> {}
const complianceCustomer: PayloadSchema<ComplianceCustomerPayload> = complianceCustomerPayloadSchema;

const dataRequestSchema = partialLoose({ id });
const dataRequest: PayloadSchema<PayloadOf<typeof dataRequestSchema>> = dataRequestSchema;

/**
 * Schema of `customers/data_request`. `customer` is required.
 * https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
 */
export const customerDataRequestPayloadSchema = loose({
  ...shop,
  customer: complianceCustomer,
  /** Numbers of the orders that the customer asks about. */
  orders_requested: z.exactOptional(z.array(id)),
  /** The request itself, by its number. */
  data_request: z.exactOptional(dataRequest),
});
/** Body of `customers/data_request`: give the merchant what you know about a customer, within 30 days. */
export interface CustomerDataRequestPayload extends PayloadOf<typeof customerDataRequestPayloadSchema> {}

/**
 * Schema of `customers/redact`. `customer` is required.
 * https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
 */
export const customerRedactPayloadSchema = loose({
  ...shop,
  customer: complianceCustomer,
  /** Numbers of the orders to erase. */
  orders_to_redact: z.exactOptional(z.array(id)),
});
/** Body of `customers/redact`: erase what you know about a customer, within 30 days. */
export interface CustomerRedactPayload extends PayloadOf<typeof customerRedactPayloadSchema> {}

/** Schema of `shop/redact`. https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance */
export const shopRedactPayloadSchema = loose(shop);
/** Body of `shop/redact`: erase what you know about a shop, within 30 days. Sent 48 hours after the uninstall. */
export interface ShopRedactPayload extends PayloadOf<typeof shopRedactPayloadSchema> {}
