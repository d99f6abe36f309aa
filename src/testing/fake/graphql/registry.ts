import type { FieldResolver, ResolverMap } from './context.ts';
import { bulkResolvers } from './resolvers/bulk.ts';
import { collectionResolvers } from './resolvers/collections/collections.ts';
import { deferredResolvers } from './resolvers/deferred.ts';
import { fileResolvers } from './resolvers/files/files.ts';
import { mediaResolvers } from './resolvers/files/media.ts';
import { inventoryResolvers } from './resolvers/inventory/inventory.ts';
import { locationResolvers } from './resolvers/locations.ts';
import { definitionPinResolvers } from './resolvers/metafields/definition-pins.ts';
import { metafieldDefinitionResolvers } from './resolvers/metafields/definitions.ts';
import { metafieldResolvers } from './resolvers/metafields/metafields.ts';
import { metafieldMutationResolvers } from './resolvers/metafields/mutations.ts';
import { metaobjectDefinitionResolvers } from './resolvers/metaobjects/definitions.ts';
import { metaobjectResolvers } from './resolvers/metaobjects/metaobjects.ts';
import { nodeResolvers } from './resolvers/nodes.ts';
import { customerMutationResolvers } from './resolvers/orders/customer-mutations.ts';
import { customerResolvers } from './resolvers/orders/customers.ts';
import { fulfillmentMutationResolvers } from './resolvers/orders/fulfillment-mutations.ts';
import { fulfillmentResolvers } from './resolvers/orders/fulfillments.ts';
import { marketingConsentResolvers } from './resolvers/orders/marketing-consent.ts';
import { orderMutationResolvers } from './resolvers/orders/order-mutations.ts';
import { orderResolvers } from './resolvers/orders/orders.ts';
import { transactionResolvers } from './resolvers/orders/transactions.ts';
import { productSetResolvers } from './resolvers/product-set/product-set.ts';
import { productDuplicateResolvers } from './resolvers/products/duplicate.ts';
import { productMutationResolvers } from './resolvers/products/mutations.ts';
import { productOptionResolvers } from './resolvers/products/options.ts';
import { productResolvers } from './resolvers/products/products.ts';
import { publicationResolvers } from './resolvers/publications.ts';
import { appResolvers, shopResolvers } from './resolvers/shop.ts';
import { tagResolvers } from './resolvers/tags.ts';
import { taxonomyResolvers } from './resolvers/taxonomy.ts';
import { variantsBulkResolvers } from './resolvers/variants/bulk.ts';
import { variantResolvers } from './resolvers/variants/variants.ts';
import { webhookSubscriptionResolvers } from './resolvers/webhook-subscriptions.ts';

/** Puts resolvers together by type; of two for one field, the later wins. */
export function mergeResolvers(...maps: readonly ResolverMap[]): ResolverMap {
  const merged: Record<string, Record<string, FieldResolver>> = {};
  for (const map of maps) {
    for (const [type, fields] of Object.entries(map)) merged[type] = { ...merged[type], ...fields };
  }
  return merged;
}

/** All that the fake simulates: one line per feature. */
export const resolvers: ResolverMap = mergeResolvers(
  appResolvers,
  bulkResolvers,
  collectionResolvers,
  customerMutationResolvers,
  marketingConsentResolvers,
  customerResolvers,
  deferredResolvers,
  definitionPinResolvers,
  fileResolvers,
  fulfillmentMutationResolvers,
  fulfillmentResolvers,
  inventoryResolvers,
  locationResolvers,
  mediaResolvers,
  metafieldDefinitionResolvers,
  metafieldMutationResolvers,
  metafieldResolvers,
  metaobjectDefinitionResolvers,
  metaobjectResolvers,
  nodeResolvers,
  orderMutationResolvers,
  orderResolvers,
  transactionResolvers,
  productDuplicateResolvers,
  productMutationResolvers,
  productOptionResolvers,
  productResolvers,
  productSetResolvers,
  publicationResolvers,
  shopResolvers,
  tagResolvers,
  taxonomyResolvers,
  variantResolvers,
  variantsBulkResolvers,
  webhookSubscriptionResolvers,
);
