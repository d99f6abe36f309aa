import type {
  CustomerDataRequestPayload,
  CustomerRedactPayload,
  ShopRedactPayload,
} from '../../../webhooks/payload-types/compliance.ts';
import type {
  BulkOperationFinishPayload,
  CollectionPayload,
  ScopesUpdatePayload,
  ShopPayload,
} from '../../../webhooks/payload-types/shop.ts';
import { gidOf, happenedAt, type PayloadOverrides, withoutUndefined } from './defaults.ts';

/** The payload of `collections/create` and `collections/update`. The gid follows the `id`. */
export function collectionPayload(overrides: PayloadOverrides<CollectionPayload> = {}): CollectionPayload {
  const { id = 501 } = overrides;
  return withoutUndefined({
    id,
    ...gidOf('Collection', id),
    handle: 'summer',
    title: 'Summer',
    body_html: null,
    sort_order: 'best-selling',
    template_suffix: null,
    published_scope: 'web',
    published_at: happenedAt,
    updated_at: happenedAt,
    ...overrides,
  }) as CollectionPayload;
}

/** The payload of `shop/update` and `app/uninstalled`. */
export function shopPayload(overrides: PayloadOverrides<ShopPayload> = {}): ShopPayload {
  return withoutUndefined({
    id: 901,
    name: 'Demo',
    email: 'owner@shop.example',
    domain: 'demo.myshopify.com',
    myshopify_domain: 'demo.myshopify.com',
    currency: 'USD',
    country_code: 'US',
    primary_locale: 'en',
    iana_timezone: 'Etc/UTC',
    plan_name: 'basic',
    plan_display_name: 'Basic',
    primary_location_id: 601,
    created_at: happenedAt,
    updated_at: happenedAt,
    ...overrides,
  }) as ShopPayload;
}

/** The payload of `app/scopes_update`. */
export function scopesUpdatePayload(overrides: PayloadOverrides<ScopesUpdatePayload> = {}): ScopesUpdatePayload {
  return withoutUndefined({
    id: 1,
    shop_id: 'gid://shopify/Shop/901',
    previous: ['read_products'],
    current: ['read_products', 'write_products'],
    updated_at: happenedAt,
    ...overrides,
  }) as ScopesUpdatePayload;
}

/** The payload of `bulk_operations/finish`. */
export function bulkOperationFinishPayload(
  overrides: PayloadOverrides<BulkOperationFinishPayload> = {},
): BulkOperationFinishPayload {
  return withoutUndefined({
    admin_graphql_api_id: 'gid://shopify/BulkOperation/1',
    status: 'completed',
    type: 'query',
    error_code: null,
    created_at: happenedAt,
    completed_at: happenedAt,
    ...overrides,
  }) as BulkOperationFinishPayload;
}

const shop = { shop_id: 901, shop_domain: 'demo.myshopify.com' };
const customer = { id: 701, email: 'ada@customer.example', phone: null };

/** The payload of `customers/data_request`. */
export function customerDataRequestPayload(
  overrides: Partial<CustomerDataRequestPayload> = {},
): CustomerDataRequestPayload {
  return { ...shop, customer, orders_requested: [801], data_request: { id: 1 }, ...overrides };
}

/** The payload of `customers/redact`. */
export function customerRedactPayload(overrides: Partial<CustomerRedactPayload> = {}): CustomerRedactPayload {
  return { ...shop, customer, orders_to_redact: [801], ...overrides };
}

/** The payload of `shop/redact`. */
export function shopRedactPayload(overrides: Partial<ShopRedactPayload> = {}): ShopRedactPayload {
  return { ...shop, ...overrides };
}
