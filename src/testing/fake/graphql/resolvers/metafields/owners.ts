import type { CollectionEntity, ProductEntity, StoredMetafield, StoredVariant } from '../../../store/entities.ts';
import { collectionPayload } from '../../../webhooks/resource-payloads.ts';
import { isoNow, type ResolverContext } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { collectionById, ownerOf, productById, variantById } from '../find-entities.ts';
import { saveProduct } from '../products/save-product.ts';

/** Types of things whose metafields are simulated. */
export type MetafieldOwnerType = 'PRODUCT' | 'PRODUCTVARIANT' | 'COLLECTION';

/** A thing with metafields. */
export interface MetafieldOwner {
  readonly type: MetafieldOwnerType;
  /** `undefined` for what is new. */
  readonly id: string | undefined;
  readonly metafields: readonly StoredMetafield[];
}

/**
 * The owner with that gid.
 *
 * @throws GraphQLError `NOT_SIMULATED` for a kind whose metafields are not simulated.
 */
export function metafieldOwner(id: string, context: ResolverContext): MetafieldOwner | undefined {
  const { kind } = requireGid(id);
  const owner = (type: MetafieldOwnerType, entity: ProductEntity | StoredVariant | CollectionEntity | undefined) =>
    entity && { type, id, metafields: entity.metafields };
  if (kind === 'Product') return owner('PRODUCT', productById(context, id));
  if (kind === 'ProductVariant') return owner('PRODUCTVARIANT', variantById(context, id));
  if (kind === 'Collection') return owner('COLLECTION', collectionById(context, id));
  throw notSimulated(`metafields of a ${kind}`);
}

/** Gives an owner other metafields, and tells of nobody yet: see `announceOwners`. */
export function putMetafields(id: string, metafields: readonly StoredMetafield[], context: ResolverContext): void {
  const { store, shop } = context;
  const updatedAt = isoNow(context.clock);
  const collection = collectionById(context, id);
  if (collection) {
    store.put(shop, 'Collection', { ...collection, metafields, updatedAt });
    return;
  }
  const product = productById(context, id) ?? ownerOf(context, id);
  if (!product) return;
  const variants = product.variants.map((variant) =>
    variant.id === id ? { ...variant, metafields, updatedAt } : variant,
  );
  const changed = product.id === id ? { ...product, metafields } : { ...product, variants };
  store.put(shop, 'Product', { ...changed, updatedAt });
}

/** Tells once of each product and collection whose metafields changed. */
export function announceOwners(ids: Iterable<string>, context: ResolverContext): void {
  const products = new Set<string>();
  for (const id of new Set(ids)) {
    const collection = collectionById(context, id);
    if (collection) context.announce('collections/update', () => collectionPayload(collection));
    const product = productById(context, id) ?? ownerOf(context, id);
    if (product) products.add(product.id);
  }
  for (const id of products) {
    const product = productById(context, id);
    if (product) saveProduct(context, product, product);
  }
}
