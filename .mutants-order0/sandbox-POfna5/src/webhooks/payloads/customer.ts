// @ts-nocheck
import { z } from 'zod';
import { flag, gid, id, loose, type PayloadOf, type PayloadSchema, partialLoose, text, time } from './fields.ts';

/** Schema of a postal address in the payload of an order or a customer. */
export const addressPayloadSchema = partialLoose({
  first_name: text,
  last_name: text,
  /** First and last name. */
  name: text,
  company: text,
  address1: text,
  address2: text,
  city: text,
  province: text,
  /** Such as `ON`. */
  province_code: text,
  country: text,
  /** ISO 3166-1 alpha-2, such as `CA`. */
  country_code: text,
  zip: text,
  phone: text,
});
/** A postal address in the payload of an order or a customer. */
export type AddressPayload = PayloadOf<typeof addressPayloadSchema>;
const address: PayloadSchema<AddressPayload> = addressPayloadSchema;

/** Schema of `customers/create`, `customers/update`, `customers/enable` and `customers/disable`. */
export const customerPayloadSchema = partialLoose({
  id,
  /** Such as `gid://shopify/Customer/1`. */
  admin_graphql_api_id: gid,
  email: text,
  phone: text,
  first_name: text,
  last_name: text,
  /** `disabled`, `invited`, `enabled` or `declined`. */
  state: text,
  note: text,
  verified_email: flag,
  tax_exempt: flag,
  /** Currency code. */
  currency: text,
  addresses: z.array(address),
  default_address: address.nullable(),
  /** ISO 8601. */
  created_at: time,
  /** ISO 8601. */
  updated_at: time,
});
/**
 * Body of `customers/create`, `customers/update`, `customers/enable` and `customers/disable`. Without Shopify's
 * approval for protected customer data, personal fields are `null` or missing.
 */
export type CustomerPayload = PayloadOf<typeof customerPayloadSchema>;

/** Schema of `customers/delete`. `id` is required. */
export const customerDeletePayloadSchema = loose({
  id,
  /** Such as `gid://shopify/Customer/1`. */
  admin_graphql_api_id: z.exactOptional(gid),
});
/** Body of `customers/delete`. */
export type CustomerDeletePayload = PayloadOf<typeof customerDeletePayloadSchema>;

const customerMergeErrorPayloadSchema = partialLoose({
  /** Numbers of the customers concerned. */
  customer_ids: z.array(id),
  field: text,
  message: text,
});
/** Why customers were not merged. */
export type CustomerMergeErrorPayload = PayloadOf<typeof customerMergeErrorPayloadSchema>;
const mergeError: PayloadSchema<CustomerMergeErrorPayload> = customerMergeErrorPayloadSchema;

/** Schema of `customers/merge`. */
export const customerMergePayloadSchema = partialLoose({
  /** Gid of the customer that remains. */
  admin_graphql_api_customer_kept_id: gid,
  /** Gid of the customer that is gone. */
  admin_graphql_api_customer_deleted_id: gid,
  /** Gid of the job that merges. */
  admin_graphql_api_job_id: gid.nullable(),
  /** Such as `completed` or `failed`. */
  status: z.string(),
  errors: z.array(mergeError),
});
/** Body of `customers/merge`: gids, and no field `id`. */
export type CustomerMergePayload = PayloadOf<typeof customerMergePayloadSchema>;
