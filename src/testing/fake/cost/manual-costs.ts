import { inputCosts as describedCosts } from '../schema-tables.ts';

/**
 * Points that an input field, or an argument of a mutation, adds for each entry: `Type.field` → points.
 * Those of `productSet` stand in the schema's descriptions, the others only in Shopify's changelog:
 * https://shopify.dev/changelog/dynamic-complexity-cost-for-productset-mutation
 * https://shopify.dev/changelog/dynamic-complexity-cost-for-productcreate-and-productupdate-mutations
 * https://shopify.dev/changelog/dynamic-complexity-for-productvariantsbulkcreate-and-productvariantsbulkupdate-mutations
 */
export const entryCosts: Readonly<Record<string, number>> = {
  ...describedCosts,
  'Mutation.productCreate.media': 1.9,
  'Mutation.productUpdate.media': 1.9,
  'ProductCreateInput.metafields': 0.4,
  'ProductUpdateInput.metafields': 0.4,
  // The older argument `input` of both.
  'ProductInput.metafields': 0.4,
  'Mutation.productVariantsBulkCreate.media': 1.9,
  'Mutation.productVariantsBulkCreate.variants': 0.2,
  'Mutation.productVariantsBulkUpdate.media': 1.9,
  'Mutation.productVariantsBulkUpdate.variants': 0.2,
  'ProductVariantsBulkInput.mediaId': 0.6,
  'ProductVariantsBulkInput.mediaSrc': 0.6,
  'ProductVariantsBulkInput.metafields': 0.4,
};

/**
 * Points that `metafieldsSet` adds for each owner, however many metafields it sets there: type in the owner's gid →
 * points, 0 for what is not named. https://shopify.dev/changelog/dynamic-complexity-cost-for-metafieldsset-mutation
 *
 * Of the row with 2 points we know the number only; that it is `ProductVariant` is our reading.
 */
export const metafieldOwnerCosts: Readonly<Record<string, number>> = {
  Collection: 1,
  Customer: 1,
  Order: 10,
  Product: 4,
  ProductVariant: 2,
  Shop: 1,
};
