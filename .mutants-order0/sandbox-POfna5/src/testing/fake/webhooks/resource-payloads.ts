// @ts-nocheck
import type {
  CollectionEntity,
  InventoryLevelEntity,
  LocationEntity,
  ProductEntity,
  StoredMedia,
  StoredVariant,
} from '../store/entities.ts';

/**
 * The number at the end of a gid, as REST-shaped payloads have it: exactly, so beyond 2^53 as raw JSON, which
 * `JSON.stringify` writes as it stands.
 */
export function idOf(gid: string): number | object {
  const digits = gid.slice(gid.lastIndexOf('/') + 1);
  const number = Number(digits);
  // In every Node we support, and not in the types yet.
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };
  return Number.isSafeInteger(number) || !/^\d+$/.test(digits) ? number : rawJSON(digits);
}

/**
 * A product in the REST shape of the topics `products/create` and `products/update`, as far as the fake knows it.
 * https://shopify.dev/docs/apps/build/webhooks
 */
export function productPayload(product: ProductEntity): Readonly<Record<string, unknown>> {
  const images = product.media.map((media, index) => image(media, index + 1, product));
  return {
    id: idOf(product.id),
    admin_graphql_api_id: product.id,
    title: product.title,
    body_html: product.descriptionHtml,
    vendor: product.vendor,
    product_type: product.productType,
    handle: product.handle,
    status: product.status.toLowerCase(),
    tags: product.tags.join(', '),
    template_suffix: product.templateSuffix,
    created_at: product.createdAt,
    updated_at: product.updatedAt,
    published_at: product.published[0]?.publishDate ?? null,
    variants: product.variants.map((entry) => variant(entry, product)),
    options: product.options.map((option) => ({
      id: idOf(option.id),
      product_id: idOf(product.id),
      name: option.name,
      position: option.position,
      values: option.optionValues.map((value) => value.name),
    })),
    images,
    image: images[0] ?? null,
  };
}

function variant(entry: StoredVariant, product: ProductEntity): Readonly<Record<string, unknown>> {
  const [option1 = null, option2 = null, option3 = null] = entry.selectedOptions.map((option) => option.value);
  const media = product.media.find((candidate) => entry.mediaIds.includes(candidate.id));
  return {
    id: idOf(entry.id),
    admin_graphql_api_id: entry.id,
    product_id: idOf(product.id),
    title: entry.title,
    price: entry.price,
    compare_at_price: entry.compareAtPrice,
    position: entry.position,
    sku: entry.sku,
    barcode: entry.barcode,
    option1,
    option2,
    option3,
    inventory_policy: entry.inventoryPolicy.toLowerCase(),
    inventory_item_id: idOf(entry.inventoryItem.id),
    taxable: entry.taxable,
    image_id: media ? idOf(media.image.id) : null,
    created_at: entry.createdAt,
    updated_at: entry.updatedAt,
  };
}

function image(media: StoredMedia, position: number, product: ProductEntity): Readonly<Record<string, unknown>> {
  return {
    id: idOf(media.image.id),
    admin_graphql_api_id: media.id,
    product_id: idOf(product.id),
    position,
    alt: media.alt,
    src: media.image.url,
    variant_ids: product.variants.filter((entry) => entry.mediaIds.includes(media.id)).map((entry) => idOf(entry.id)),
    created_at: media.createdAt,
    updated_at: media.updatedAt,
  };
}

/** A collection in the REST shape of the topics `collections/create` and `collections/update`. */
export function collectionPayload(collection: CollectionEntity): Readonly<Record<string, unknown>> {
  return {
    id: idOf(collection.id),
    handle: collection.handle,
    title: collection.title,
    updated_at: collection.updatedAt,
    body_html: collection.descriptionHtml,
    published_at: null,
    sort_order: collection.sortOrder.toLowerCase().replace('_', '-'),
    template_suffix: collection.templateSuffix,
    published_scope: 'web',
    admin_graphql_api_id: collection.id,
  };
}

/** A location in the REST shape of the topics `locations/…`. */
export function locationPayload(location: LocationEntity): Readonly<Record<string, unknown>> {
  const { address } = location;
  return {
    id: idOf(location.id),
    admin_graphql_api_id: location.id,
    name: location.name,
    address1: address.address1,
    address2: address.address2,
    city: address.city,
    zip: address.zip,
    phone: address.phone,
    country: address.countryCode,
    country_code: address.countryCode,
    province_code: address.provinceCode,
    legacy: false,
    active: location.isActive,
    created_at: location.createdAt,
    updated_at: location.updatedAt,
  };
}

/** A level in the REST shape of the topics `inventory_levels/…`. */
export function levelPayload(level: InventoryLevelEntity): Readonly<Record<string, unknown>> {
  return {
    inventory_item_id: idOf(level.itemId),
    location_id: idOf(level.locationId),
    available: level.quantities.available,
    updated_at: level.updatedAt,
    admin_graphql_api_id: level.id,
  };
}

/** An item in the REST shape of the topic `inventory_items/update`. */
export function itemPayload(item: StoredVariant['inventoryItem']): Readonly<Record<string, unknown>> {
  const cost = item.unitCost as { readonly amount: string } | null;
  return {
    id: idOf(item.id),
    sku: item.sku,
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    requires_shipping: item.requiresShipping,
    cost: cost?.amount ?? null,
    country_code_of_origin: item.countryCodeOfOrigin,
    province_code_of_origin: item.provinceCodeOfOrigin,
    harmonized_system_code: item.harmonizedSystemCode,
    tracked: item.tracked,
    country_harmonized_system_codes: [],
    admin_graphql_api_id: item.id,
  };
}
