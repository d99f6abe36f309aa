import type { ProductPayload, ProductVariantPayload } from '../../../webhooks/payload-types/product.ts';
import { gidOf, happenedAt, type PayloadOverrides, withoutUndefined } from './defaults.ts';

/**
 * A variant as in a product's payload, and the payload of `variants/in_stock` and `variants/out_of_stock`.
 * Set what the test is about; the gid follows the `id`.
 */
export function variantPayload(overrides: PayloadOverrides<ProductVariantPayload> = {}): ProductVariantPayload {
  const { id = 401 } = overrides;
  return withoutUndefined({
    id,
    ...gidOf('ProductVariant', id),
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
    ...overrides,
  }) as ProductVariantPayload;
}

/**
 * The payload of `products/create` and `products/update`. Set what the test is about; the gids and the product of
 * the variant follow the `id`.
 *
 * @example
 * ```ts
 * const { body, headers } = signWebhook({ secret, shop, topic: 'products/update', payload: productPayload({ title: 'Tee' }) });
 * ```
 */
export function productPayload(overrides: PayloadOverrides<ProductPayload> = {}): ProductPayload {
  const { id = 42 } = overrides;
  const variant = variantPayload({ product_id: id });
  return withoutUndefined({
    id,
    ...gidOf('Product', id),
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
    variant_gids: [{ ...gidOf('ProductVariant', variant.id), updated_at: happenedAt }],
    images: [],
    image: null,
    ...overrides,
  }) as ProductPayload;
}
