import type { ResolverContext } from '../../context.ts';
import { productById } from '../find-entities.ts';
import { collectionById } from './find-collections.ts';
import { collectionPayload } from './payload.ts';

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
