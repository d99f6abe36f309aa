import { z } from 'zod';
import { gid, id, sparse, text, texts, time } from './fields.ts';

export const collectionPayloadSchema = sparse({
  id,
  admin_graphql_api_id: gid,
  handle: text,
  title: text,
  body_html: text,
  sort_order: text,
  template_suffix: text,
  published_scope: text,
  published_at: time,
  updated_at: time,
});

export const collectionDeletePayloadSchema = z.looseObject({ id, admin_graphql_api_id: z.exactOptional(gid) });

export const shopPayloadSchema = sparse({
  id,
  name: text,
  email: text,
  domain: text,
  myshopify_domain: text,
  currency: text,
  country_code: text,
  primary_locale: text,
  iana_timezone: text,
  plan_name: text,
  plan_display_name: text,
  primary_location_id: id.nullable(),
  created_at: time,
  updated_at: time,
});

export const scopesUpdatePayloadSchema = sparse({
  id,
  shop_id: gid,
  previous: texts,
  current: texts,
  updated_at: time,
});

export const bulkOperationFinishPayloadSchema = sparse({
  admin_graphql_api_id: gid,
  status: z.string(),
  type: z.string(),
  error_code: text,
  created_at: time,
  completed_at: time,
});
