import type { CollectionEntity, ProductEntity } from '../../../store/entities.ts';
import { lookupKey } from '../../../store/fake-store.ts';
import { idOf } from '../../../webhooks/resource-payloads.ts';
import type { ResolverContext } from '../../context.ts';
import { parseGid } from '../../gid.ts';
import { productById } from '../find-entities.ts';

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

/** Puts products into a collection, and takes some out. Those that are gone by now do not matter. */
export function changeMembers(
  collectionId: string,
  change: { readonly join: readonly string[]; readonly leave: readonly string[] },
  context: ResolverContext,
): void {
  const before = collectionById(context, collectionId);
  if (!before) return;
  for (const productId of new Set([...change.join, ...change.leave])) {
    const product = productById(context, productId);
    if (!product) continue;
    const others = product.collectionIds.filter((id) => id !== collectionId);
    const collectionIds = change.join.includes(productId) ? [...others, collectionId] : others;
    context.store.put(context.shop, 'Product', { ...product, collectionIds });
  }
  const collection = { ...before, updatedAt: new Date(context.clock.now()).toISOString() };
  context.store.put(context.shop, 'Collection', collection);
  context.announce('collections/update', () => collectionPayload(collection));
}
