import { appResolvers } from './resolvers/app.ts';
import { mediaResolvers } from './resolvers/media.ts';
import { metafieldDefinitionResolvers } from './resolvers/metafield-definitions.ts';
import { metafieldResolvers } from './resolvers/metafields.ts';
import { nodeResolvers } from './resolvers/nodes.ts';
import { optionResolvers } from './resolvers/options.ts';
import { productDeleteResolvers } from './resolvers/product-delete.ts';
import { productFieldResolvers } from './resolvers/product-fields.ts';
import { productSetResolvers } from './resolvers/product-set/product-set.ts';
import { productQueryResolvers } from './resolvers/products.ts';
import { publicationResolvers } from './resolvers/publications.ts';
import { shopResolvers } from './resolvers/shop.ts';
import { variantResolvers } from './resolvers/variants.ts';
import type { FieldResolver, ResolverMap } from './types.ts';

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
  mediaResolvers,
  metafieldDefinitionResolvers,
  metafieldResolvers,
  nodeResolvers,
  optionResolvers,
  productDeleteResolvers,
  productFieldResolvers,
  productQueryResolvers,
  productSetResolvers,
  publicationResolvers,
  shopResolvers,
  variantResolvers,
);
