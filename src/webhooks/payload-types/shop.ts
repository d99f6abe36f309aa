import type { JsonObject } from './json.ts';

/** Body of `collections/create` and `collections/update`. */
export interface CollectionPayload extends JsonObject {
  readonly id?: number;
  /** Such as `gid://shopify/Collection/1`. */
  readonly admin_graphql_api_id?: string;
  readonly handle?: string | null;
  readonly title?: string | null;
  readonly body_html?: string | null;
  readonly sort_order?: string | null;
  readonly template_suffix?: string | null;
  readonly published_scope?: string | null;
  /** ISO times. */
  readonly published_at?: string | null;
  readonly updated_at?: string | null;
}

/** Body of `collections/delete`. */
export interface CollectionDeletePayload extends JsonObject {
  readonly id: number;
  readonly admin_graphql_api_id?: string;
}

/** Body of `shop/update` and `app/uninstalled`. It has no gid. */
export interface ShopPayload extends JsonObject {
  readonly id?: number;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly domain?: string | null;
  readonly myshopify_domain?: string | null;
  /** Currency code. */
  readonly currency?: string | null;
  readonly country_code?: string | null;
  readonly primary_locale?: string | null;
  /** Such as `Europe/Berlin`. */
  readonly iana_timezone?: string | null;
  readonly plan_name?: string | null;
  readonly plan_display_name?: string | null;
  readonly primary_location_id?: number | null;
  /** ISO times. */
  readonly created_at?: string | null;
  readonly updated_at?: string | null;
}

/** Body of `app/scopes_update`. */
export interface ScopesUpdatePayload extends JsonObject {
  readonly id?: number;
  /** A gid, such as `gid://shopify/Shop/1`. */
  readonly shop_id?: string;
  readonly previous?: readonly string[];
  readonly current?: readonly string[];
  /** ISO time. */
  readonly updated_at?: string | null;
}

/** Body of `bulk_operations/finish`. Values are in lower case here, and in upper case in GraphQL. */
export interface BulkOperationFinishPayload extends JsonObject {
  /** Such as `gid://shopify/BulkOperation/1`. */
  readonly admin_graphql_api_id?: string;
  /** Such as `completed`, `failed`, `canceled`. */
  readonly status?: string;
  /** `query` or `mutation`. */
  readonly type?: string;
  readonly error_code?: string | null;
  /** ISO times. */
  readonly created_at?: string | null;
  readonly completed_at?: string | null;
}
