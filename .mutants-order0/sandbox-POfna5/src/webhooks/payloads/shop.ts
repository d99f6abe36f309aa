// @ts-nocheck
import { z } from 'zod';
import {
  gid,
  id,
  json,
  loose,
  type PayloadObject,
  type PayloadOf,
  type PayloadSchema,
  partialLoose,
  text,
  texts,
  time,
} from './fields.ts';

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
export type ShopPayload = PayloadOf<typeof shopPayloadSchema>;

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
export type ScopesUpdatePayload = PayloadOf<typeof scopesUpdatePayloadSchema>;

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
export type BulkOperationFinishPayload = PayloadOf<typeof bulkOperationFinishPayloadSchema>;

const fieldsChangedPayloadSchema = partialLoose({ added: texts, updated: texts, removed: texts });

/** Paths of what changed, such as `product[id: 'gid://shopify/Product/1'].title`. */
export type FieldsChangedPayload = PayloadOf<typeof fieldsChangedPayloadSchema>;

const fieldsChanged: PayloadSchema<FieldsChangedPayload> = fieldsChangedPayloadSchema;

const queryVariables: PayloadSchema<PayloadObject> = loose({});

/**
 * Schema of every next-generation event. `topic`, `action` and `handle` are required.
 * https://shopify.dev/docs/apps/build/events/delivery-structure
 */
export const resourceEventPayloadSchema = loose({
  /** The resource, such as `Product`. */
  topic: z.string(),
  /** `create`, `update` or `delete`. */
  action: z.string(),
  /** The subscription's handle in the app's configuration. */
  handle: z.string(),
  /** A plain list until 2026-09-16. `event.fieldsChanged` has today's form for both. */
  fields_changed: z.exactOptional(z.union([fieldsChanged, texts])),
  /** The variables of the subscription's query, usually gids. */
  query_variables: z.exactOptional(queryVariables),
  /** Response to the subscription's query; missing where it has no query. */
  data: z.exactOptional(json),
  /** Errors of the subscription's query. */
  errors: z.exactOptional(z.array(json)),
});

/** Body of a next-generation event, whatever its topic. https://shopify.dev/docs/apps/build/events/delivery-structure */
export type ResourceEventPayload = PayloadOf<typeof resourceEventPayloadSchema>;

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
export type ComplianceCustomerPayload = PayloadOf<typeof complianceCustomerPayloadSchema>;

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
export type CustomerDataRequestPayload = PayloadOf<typeof customerDataRequestPayloadSchema>;

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
export type CustomerRedactPayload = PayloadOf<typeof customerRedactPayloadSchema>;

/** Schema of `shop/redact`. https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance */
export const shopRedactPayloadSchema = loose(shop);

/** Body of `shop/redact`: erase what you know about a shop, within 30 days. Sent 48 hours after the uninstall. */
export type ShopRedactPayload = PayloadOf<typeof shopRedactPayloadSchema>;
