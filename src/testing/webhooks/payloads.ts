import type { CustomerPayload } from '../../webhooks/payloads/customer.ts';
import type { OrderPayload } from '../../webhooks/payloads/order.ts';
import type {
  CollectionPayload,
  InventoryItemPayload,
  InventoryLevelPayload,
  ProductPayload,
  ProductVariantPayload,
} from '../../webhooks/payloads/product.ts';
import type {
  BulkOperationFinishPayload,
  CustomerDataRequestPayload,
  CustomerRedactPayload,
  ScopesUpdatePayload,
  ShopPayload,
  ShopRedactPayload,
} from '../../webhooks/payloads/shop.ts';

/** Fields to set in a sample payload. `undefined` leaves a field out, as a subscription with `includeFields` does. */
export type PayloadOverrides<Payload> = { readonly [Field in keyof Payload]?: Payload[Field] | undefined };

/** When everything in the samples happened. */
const happenedAt = '2026-11-02T12:00:00-05:00';

const gid = (kind: string, id: number): string => `gid://shopify/${kind}/${id}`;

/** The sample with the overrides, but without the fields that they set to `undefined`: JSON has none. */
function sampleWith<Payload extends object>(overrides: PayloadOverrides<Payload>, sample: Payload): Payload {
  const fields = Object.entries({ ...sample, ...overrides }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields) as Payload;
}

/**
 * A variant as in a product's payload; also the payload of `variants/in_stock` and `variants/out_of_stock`. Set what
 * the test is about; the gid follows from `id`.
 *
 * @example
 * ```ts
 * productPayload({ variants: [variantPayload({ sku: 'TEE-S', price: '19.00' })] });
 * ```
 */
export function variantPayload(overrides: PayloadOverrides<ProductVariantPayload> = {}): ProductVariantPayload {
  const { id = 401 } = overrides;
  return sampleWith<ProductVariantPayload>(overrides, {
    id,
    admin_graphql_api_id: gid('ProductVariant', id),
    product_id: 42,
    title: 'S',
    price: '24.90',
    compare_at_price: null,
    sku: 'TEE-S',
    barcode: null,
    position: 1,
    option1: 'S',
    option2: null,
    option3: null,
    inventory_policy: 'deny',
    inventory_item_id: 4001,
    inventory_quantity: 10,
    image_id: null,
    taxable: true,
    created_at: happenedAt,
    updated_at: happenedAt,
  });
}

/**
 * The payload of `products/create` and `products/update`. Set what the test is about; the gids and the variant's
 * product follow from `id`.
 *
 * @example
 * ```ts
 * const { body, headers } = signWebhook({ secret, shop, topic: 'products/update', payload: productPayload({ title: 'Tee' }) });
 * ```
 */
export function productPayload(overrides: PayloadOverrides<ProductPayload> = {}): ProductPayload {
  const { id = 42 } = overrides;
  const variant = variantPayload({ id: 401, product_id: id });
  return sampleWith<ProductPayload>(overrides, {
    id,
    admin_graphql_api_id: gid('Product', id),
    title: 'Organic cotton tee',
    handle: 'organic-cotton-tee',
    body_html: '<p>Soft.</p>',
    vendor: 'Acme',
    product_type: 'Shirts',
    status: 'active',
    tags: 'cotton, organic',
    template_suffix: null,
    created_at: happenedAt,
    updated_at: happenedAt,
    published_at: happenedAt,
    options: [{ id: 4201, product_id: id, name: 'Size', position: 1, values: ['S'] }],
    variants: [variant],
    variant_gids: [{ admin_graphql_api_id: gid('ProductVariant', 401), updated_at: happenedAt }],
    images: [],
    image: null,
  });
}

/**
 * The payload of `inventory_levels/connect` and `inventory_levels/update`. The gid follows from the item and the location.
 *
 * @example
 * ```ts
 * signWebhook({ secret, shop, topic: 'inventory_levels/update', payload: inventoryLevelPayload({ available: 0 }) });
 * ```
 */
export function inventoryLevelPayload(overrides: PayloadOverrides<InventoryLevelPayload> = {}): InventoryLevelPayload {
  const { inventory_item_id = 4001, location_id = 601 } = overrides;
  return sampleWith<InventoryLevelPayload>(overrides, {
    inventory_item_id,
    location_id,
    available: 10,
    updated_at: happenedAt,
    admin_graphql_api_id: `gid://shopify/InventoryLevel/${location_id}?inventory_item_id=${inventory_item_id}`,
  });
}

/**
 * The payload of `inventory_items/create` and `inventory_items/update`. The gid follows from `id`.
 *
 * @example
 * ```ts
 * signWebhook({ secret, shop, topic: 'inventory_items/update', payload: inventoryItemPayload({ sku: 'TEE-S' }) });
 * ```
 */
export function inventoryItemPayload(overrides: PayloadOverrides<InventoryItemPayload> = {}): InventoryItemPayload {
  const { id = 4001 } = overrides;
  return sampleWith<InventoryItemPayload>(overrides, {
    id,
    admin_graphql_api_id: gid('InventoryItem', id),
    sku: 'TEE-S',
    tracked: true,
    requires_shipping: true,
    cost: null,
    country_code_of_origin: null,
    province_code_of_origin: null,
    harmonized_system_code: null,
    weight_value: 0.2,
    weight_unit: 'kg',
    created_at: happenedAt,
    updated_at: happenedAt,
  });
}

const address = {
  first_name: 'Ada',
  last_name: 'Example',
  name: 'Ada Example',
  company: null,
  address1: '1 Example Street',
  address2: null,
  city: 'Ottawa',
  province: 'Ontario',
  province_code: 'ON',
  country: 'Canada',
  country_code: 'CA',
  zip: 'K2P 2L8',
  phone: null,
};

/**
 * The payload of `customers/create` and `customers/update`, for an invented customer. The gid follows from `id`.
 *
 * @example
 * ```ts
 * signWebhook({ secret, shop, topic: 'customers/update', payload: customerPayload({ note: 'calls back' }) });
 * ```
 */
export function customerPayload(overrides: PayloadOverrides<CustomerPayload> = {}): CustomerPayload {
  const { id = 701 } = overrides;
  return sampleWith<CustomerPayload>(overrides, {
    id,
    admin_graphql_api_id: gid('Customer', id),
    email: 'ada@customer.example',
    phone: null,
    first_name: 'Ada',
    last_name: 'Example',
    state: 'disabled',
    note: null,
    verified_email: true,
    tax_exempt: false,
    currency: 'USD',
    addresses: [],
    default_address: address,
    created_at: happenedAt,
    updated_at: happenedAt,
  });
}

/**
 * The payload of the topics about a whole order, such as `orders/create` and `orders/paid`. The gid follows from `id`.
 *
 * @example
 * ```ts
 * signWebhook({ secret, shop, topic: 'orders/create', payload: orderPayload({ id: 802 }) });
 * ```
 */
export function orderPayload(overrides: PayloadOverrides<OrderPayload> = {}): OrderPayload {
  const { id = 801 } = overrides;
  return sampleWith<OrderPayload>(overrides, {
    id,
    admin_graphql_api_id: gid('Order', id),
    name: '#1001',
    number: 1,
    order_number: 1001,
    email: 'ada@customer.example',
    phone: null,
    currency: 'USD',
    presentment_currency: 'USD',
    total_price: '24.90',
    subtotal_price: '24.90',
    total_tax: '0.00',
    total_discounts: '0.00',
    current_total_price: '24.90',
    total_outstanding: '0.00',
    financial_status: 'paid',
    fulfillment_status: null,
    cancel_reason: null,
    cancelled_at: null,
    closed_at: null,
    processed_at: happenedAt,
    created_at: happenedAt,
    updated_at: happenedAt,
    note: null,
    tags: '',
    test: false,
    location_id: null,
    customer: customerPayload(),
    billing_address: address,
    shipping_address: address,
    line_items: [
      {
        id: 8011,
        admin_graphql_api_id: gid('LineItem', 8011),
        title: 'Organic cotton tee',
        name: 'Organic cotton tee - S',
        sku: 'TEE-S',
        quantity: 1,
        current_quantity: 1,
        fulfillable_quantity: 1,
        fulfillment_status: null,
        price: '24.90',
        total_discount: '0.00',
        product_id: 42,
        variant_id: 401,
        requires_shipping: true,
        taxable: true,
      },
    ],
  });
}

/**
 * The payload of `collections/create` and `collections/update`. The gid follows from `id`.
 *
 * @example
 * ```ts
 * signWebhook({ secret, shop, topic: 'collections/update', payload: collectionPayload({ title: 'Summer' }) });
 * ```
 */
export function collectionPayload(overrides: PayloadOverrides<CollectionPayload> = {}): CollectionPayload {
  const { id = 501 } = overrides;
  return sampleWith<CollectionPayload>(overrides, {
    id,
    admin_graphql_api_id: gid('Collection', id),
    handle: 'summer',
    title: 'Summer',
    body_html: null,
    sort_order: 'best-selling',
    template_suffix: null,
    published_scope: 'web',
    published_at: happenedAt,
    updated_at: happenedAt,
  });
}

/**
 * The payload of `shop/update` and `app/uninstalled`.
 *
 * @example
 * ```ts
 * signWebhook({ secret, shop, topic: 'app/uninstalled', payload: shopPayload() });
 * ```
 */
export function shopPayload(overrides: PayloadOverrides<ShopPayload> = {}): ShopPayload {
  return sampleWith<ShopPayload>(overrides, {
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
  });
}

/**
 * The payload of `app/scopes_update`.
 *
 * @example
 * ```ts
 * signWebhook({ secret, shop, topic: 'app/scopes_update', payload: scopesUpdatePayload({ current: ['read_products'] }) });
 * ```
 */
export function scopesUpdatePayload(overrides: PayloadOverrides<ScopesUpdatePayload> = {}): ScopesUpdatePayload {
  return sampleWith<ScopesUpdatePayload>(overrides, {
    id: 1,
    shop_id: 'gid://shopify/Shop/901',
    previous: ['read_products'],
    current: ['read_products', 'write_products'],
    updated_at: happenedAt,
  });
}

/**
 * The payload of `bulk_operations/finish`.
 *
 * @example
 * ```ts
 * signWebhook({ secret, shop, topic: 'bulk_operations/finish', payload: bulkOperationFinishPayload({ status: 'failed' }) });
 * ```
 */
export function bulkOperationFinishPayload(
  overrides: PayloadOverrides<BulkOperationFinishPayload> = {},
): BulkOperationFinishPayload {
  return sampleWith<BulkOperationFinishPayload>(overrides, {
    admin_graphql_api_id: 'gid://shopify/BulkOperation/1',
    status: 'completed',
    type: 'query',
    error_code: null,
    created_at: happenedAt,
    completed_at: happenedAt,
  });
}

/** What the payloads on privacy have in common. */
const ofShop = { shop_id: 901, shop_domain: 'demo.myshopify.com' };

const ofCustomer = { id: 701, email: 'ada@customer.example', phone: null };

/**
 * The payload of `customers/data_request`.
 *
 * @example
 * ```ts
 * signWebhook({ secret, shop, topic: 'customers/data_request', payload: customerDataRequestPayload() });
 * ```
 */
export function customerDataRequestPayload(
  overrides: Partial<CustomerDataRequestPayload> = {},
): CustomerDataRequestPayload {
  return { ...ofShop, customer: ofCustomer, orders_requested: [801], data_request: { id: 1 }, ...overrides };
}

/**
 * The payload of `customers/redact`.
 *
 * @example
 * ```ts
 * signWebhook({ secret, shop, topic: 'customers/redact', payload: customerRedactPayload() });
 * ```
 */
export function customerRedactPayload(overrides: Partial<CustomerRedactPayload> = {}): CustomerRedactPayload {
  return { ...ofShop, customer: ofCustomer, orders_to_redact: [801], ...overrides };
}

/**
 * The payload of `shop/redact`.
 *
 * @example
 * ```ts
 * signWebhook({ secret, shop, topic: 'shop/redact', payload: shopRedactPayload() });
 * ```
 */
export function shopRedactPayload(overrides: Partial<ShopRedactPayload> = {}): ShopRedactPayload {
  return { ...ofShop, ...overrides };
}
