import { z } from 'zod';
import { flag, gid, id, sparse, text, time } from './fields.ts';

export const addressPayloadSchema = sparse({
  first_name: text,
  last_name: text,
  name: text,
  company: text,
  address1: text,
  address2: text,
  city: text,
  province: text,
  province_code: text,
  country: text,
  country_code: text,
  zip: text,
  phone: text,
});

export const customerPayloadSchema = sparse({
  id,
  admin_graphql_api_id: gid,
  email: text,
  phone: text,
  first_name: text,
  last_name: text,
  state: text,
  note: text,
  verified_email: flag,
  tax_exempt: flag,
  currency: text,
  addresses: z.array(addressPayloadSchema),
  default_address: addressPayloadSchema.nullable(),
  created_at: time,
  updated_at: time,
});

export const customerDeletePayloadSchema = z.looseObject({ id, admin_graphql_api_id: z.exactOptional(gid) });

export const customerMergePayloadSchema = sparse({
  admin_graphql_api_customer_kept_id: gid,
  admin_graphql_api_customer_deleted_id: gid,
  admin_graphql_api_job_id: gid.nullable(),
  status: z.string(),
  errors: z.array(sparse({ customer_ids: z.array(id), field: text, message: text })),
});
