import type { CollectionEntity } from '../../../store/collection-entities.ts';
import type { ProductEntity } from '../../../store/entities.ts';
import { lookupKey } from '../../../store/lookup-keys.ts';
import type { ResolverContext } from '../../context.ts';
import { parseGid } from '../../gid.ts';

type Reading = Pick<ResolverContext, 'store' | 'shop'>;

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

/** The collection that holds the metafield with that gid. */
export function collectionOf({ store, shop }: Reading, metafieldId: string): CollectionEntity | undefined {
  return store.find(shop, 'Collection', metafieldId)[0] as CollectionEntity | undefined;
}

/** The products of a collection, oldest first. */
export function membersOf({ store, shop }: Reading, collectionId: string): readonly ProductEntity[] {
  const members = store.find(shop, 'Product', lookupKey.collection(collectionId)) as readonly ProductEntity[];
  const numberOf = ({ id }: ProductEntity): number => Number(parseGid(id)?.key);
  return members.toSorted((a, b) => numberOf(a) - numberOf(b));
}
