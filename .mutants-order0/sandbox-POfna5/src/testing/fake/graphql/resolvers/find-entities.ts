// @ts-nocheck
import type {
  CollectionEntity,
  LocationEntity,
  MetafieldDefinitionEntity,
  ProductEntity,
  StoredVariant,
} from '../../store/entities.ts';
import type { Entity } from '../../store/entity-store.ts';
import { lookupKey } from '../../store/fake-store.ts';
import type { ResolverContext } from '../context.ts';

type Reading = Pick<ResolverContext, 'store' | 'shop'>;

/** All products, oldest first. */
export function allProducts({ store, shop }: Reading): readonly ProductEntity[] {
  return store.all(shop, 'Product') as readonly ProductEntity[];
}

/** The product with that gid. */
export function productById({ store, shop }: Reading, id: string): ProductEntity | undefined {
  return store.get(shop, 'Product', id) as ProductEntity | undefined;
}

/** The product with that handle, as Shopify would write it. */
export function productByHandle({ store, shop }: Reading, handle: string): ProductEntity | undefined {
  return store.find(shop, 'Product', lookupKey.handle(handle))[0] as ProductEntity | undefined;
}

/** The products with that value in a metafield. */
export function productsByMetafield(
  { store, shop }: Reading,
  metafield: { readonly namespace: string; readonly key: string; readonly value: string },
): readonly ProductEntity[] {
  const key = lookupKey.metafield(metafield.namespace, metafield.key, metafield.value);
  return store.find(shop, 'Product', key) as readonly ProductEntity[];
}

/** The variant with that gid. */
export function variantById(context: Reading, id: string): StoredVariant | undefined {
  return ownerOf(context, id)?.variants.find((variant) => variant.id === id);
}

/** The product that holds the thing with that gid. */
export function ownerOf({ store, shop }: Reading, id: string): ProductEntity | undefined {
  return store.find(shop, 'Product', id)[0] as ProductEntity | undefined;
}

/** All collections, oldest first. */
export function allCollections({ store, shop }: Reading): readonly CollectionEntity[] {
  return store.all(shop, 'Collection') as readonly CollectionEntity[];
}

/** The collection with that gid. */
export function collectionById({ store, shop }: Reading, id: string): CollectionEntity | undefined {
  return store.get(shop, 'Collection', id) as CollectionEntity | undefined;
}

/** The collection with that handle, as Shopify would write it. */
export function collectionByHandle({ store, shop }: Reading, handle: string): CollectionEntity | undefined {
  return store.find(shop, 'Collection', lookupKey.handle(handle))[0] as CollectionEntity | undefined;
}

/** All locations, active or not, oldest first. */
export function allLocations({ store, shop }: Reading): readonly LocationEntity[] {
  return store.all(shop, 'Location') as readonly LocationEntity[];
}

/** The location with that gid. */
export function locationById({ store, shop }: Reading, id: string): LocationEntity | undefined {
  return store.get(shop, 'Location', id) as LocationEntity | undefined;
}

/** The location with that gid, if it can stock something. */
export function activeLocation(context: Reading, id: string): LocationEntity | undefined {
  const location = locationById(context, id);
  return location?.isActive ? location : undefined;
}

/** Where new variants are stocked: the primary location, or where that is inactive, the first that is not. */
export function primaryLocation(context: Reading): LocationEntity | undefined {
  const active = allLocations(context).filter((location) => location.isActive);
  return active.find((location) => location.isPrimary) ?? active[0];
}

/** The definition of a metafield; the namespace is resolved. */
export function definitionByKey(
  { store, shop }: Reading,
  ownerType: string,
  namespace: string,
  key: string,
): MetafieldDefinitionEntity | undefined {
  const [definition] = store.find(shop, 'MetafieldDefinition', lookupKey.definition(ownerType, namespace, key));
  return definition as MetafieldDefinitionEntity | undefined;
}

/** A sales channel. */
export interface PublicationEntity extends Entity {
  readonly name: string;
}

/** The sales channels of the shop. */
export function allPublications({ store, shop }: Reading): readonly PublicationEntity[] {
  return store.all(shop, 'Publication') as readonly PublicationEntity[];
}
