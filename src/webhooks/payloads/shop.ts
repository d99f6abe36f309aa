import { z } from 'zod';
import { gid, id, type PayloadOf, partialLoose, text, texts, time } from './fields.ts';

/** Schema of `shop/update` and `app/uninstalled`. */
export const shopPayloadSchema = partialLoose({
  /** The shop's number; there is no gid. */
  id,
  name: text,
  email: text,
  /** The domain that customers see. */
  domain: text,
  /** Such as `demo.myshopify.com`. */
  myshopify_domain: text,
  /** Currency code. */
  currency: text,
  /** ISO 3166-1 alpha-2, such as `US`. */
  country_code: text,
  /** Such as `en`. */
  primary_locale: text,
  /** Such as `Europe/Berlin`. */
  iana_timezone: text,
  /** Such as `basic`. */
  plan_name: text,
  plan_display_name: text,
  primary_location_id: id.nullable(),
  /** ISO 8601. */
  created_at: time,
  /** ISO 8601. */
  updated_at: time,
});
/** Body of `shop/update` and `app/uninstalled`. It has no gid. */
export interface ShopPayload extends PayloadOf<typeof shopPayloadSchema> {}

/** Schema of `app/scopes_update`. */
export const scopesUpdatePayloadSchema = partialLoose({
  id,
  /** A gid, such as `gid://shopify/Shop/1`. */
  shop_id: gid,
  /** Scopes before the change. */
  previous: texts,
  /** Scopes since the change. */
  current: texts,
  /** ISO 8601. */
  updated_at: time,
});
/** Body of `app/scopes_update`. */
export interface ScopesUpdatePayload extends PayloadOf<typeof scopesUpdatePayloadSchema> {}

/** Schema of `bulk_operations/finish`. */
export const bulkOperationFinishPayloadSchema = partialLoose({
  /** Such as `gid://shopify/BulkOperation/1`. */
  admin_graphql_api_id: gid,
  /** Such as `completed`, `failed`, `canceled`. */
  status: z.string(),
  /** `query` or `mutation`. */
  type: z.string(),
  error_code: text,
  /** ISO 8601. */
  created_at: time,
  /** ISO 8601. */
  completed_at: time,
});
/** Body of `bulk_operations/finish`. Values are in lower case here, and in upper case in GraphQL. */
export interface BulkOperationFinishPayload extends PayloadOf<typeof bulkOperationFinishPayloadSchema> {}
