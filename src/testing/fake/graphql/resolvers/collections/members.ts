import type { CollectionEntity, ProductEntity } from '../../../store/entities.ts';
import { lookupKey } from '../../../store/fake-store.ts';
import { collectionPayload } from '../../../webhooks/resource-payloads.ts';
import { isoNow, type ResolverContext } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { parseGid } from '../../gid.ts';
import { allProducts, collectionById, productById } from '../find-entities.ts';
import { fits } from './rules.ts';

type Reading = Pick<ResolverContext, 'store' | 'shop'>;

/** The products of a collection, oldest first. */
export function membersOf(context: Reading, collectionId: string): readonly ProductEntity[] {
  const { store, shop } = context;
  const ruleSet = collectionById(context, collectionId)?.ruleSet;
  if (ruleSet) return allProducts(context).filter((product) => fits(product, ruleSet, context));
  const members = store.find(shop, 'Product', lookupKey.collection(collectionId)) as readonly ProductEntity[];
  const numberOf = ({ id }: ProductEntity): number => Number(parseGid(id)?.key);
  return members.toSorted((a, b) => numberOf(a) - numberOf(b));
}

/** Adds products to a collection and removes some. Deleted products are ignored. */
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
  const { countedAtMs: _lag, ...rest } = before;
  const collection: CollectionEntity = { ...rest, id: before.id, updatedAt: isoNow(context.clock) };
  context.store.put(context.shop, 'Collection', collection);
  context.announce('collections/update', () => collectionPayload(collection));
}

/**
 * The order of a collection's products, which come in order of creation.
 *
 * @throws GraphQLError `NOT_SIMULATED` for an order that the fake does not know.
 */
export function memberOrder({ sortOrder }: CollectionEntity, sortKey: string): Order {
  const order = sortKey === 'COLLECTION_DEFAULT' ? ofSortOrder[sortOrder] : ofSortKey[sortKey];
  // A schema of the user's may have others.
  if (!order) throw notSimulated(`Collection.products(sortKey: ${sortKey})`);
  return order;
}

type Order = (a: ProductEntity, b: ProductEntity) => number;

const unchanged: Order = () => 0;

const byTitle: Order = (a, b) => (a.title.toLowerCase() < b.title.toLowerCase() ? -1 : 1);

const byPrice: Order = (a, b) => lowestPrice(a) - lowestPrice(b);

const lowestPrice = ({ variants }: ProductEntity): number => Math.min(...variants.map(({ price }) => Number(price)));

const reversed =
  (order: Order): Order =>
  (a, b) =>
    order(b, a);

const byCreation: Order = (a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt);

/** Of what was never sold the newest comes first. Recorded 2025-01. */
const byNumberDown: Order = (a, b) => Number(parseGid(b.id)?.key) - Number(parseGid(a.id)?.key);

/** Nothing was put in order by hand, which leaves the order of creation. */
const ofSortOrder: Readonly<Record<string, Order>> = {
  ALPHA_ASC: byTitle,
  ALPHA_DESC: reversed(byTitle),
  BEST_SELLING: byNumberDown,
  CREATED: unchanged,
  CREATED_DESC: reversed(byCreation),
  MANUAL: unchanged,
  PRICE_ASC: byPrice,
  PRICE_DESC: reversed(byPrice),
};

const ofSortKey: Readonly<Record<string, Order>> = {
  BEST_SELLING: byNumberDown,
  // Without a search, as recorded.
  RELEVANCE: byNumberDown,
  CREATED: unchanged,
  ID: unchanged,
  MANUAL: unchanged,
  PRICE: byPrice,
  TITLE: byTitle,
};
