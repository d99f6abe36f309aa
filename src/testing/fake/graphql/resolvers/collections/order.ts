import type { CollectionEntity } from '../../../store/collection-entities.ts';
import type { ProductEntity } from '../../../store/entities.ts';
import { notSimulated } from '../../errors.ts';

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

/** Nothing was ever sold, and nothing was put in order by hand: both leave the order of creation. */
const ofSortOrder: Readonly<Record<string, Order>> = {
  ALPHA_ASC: byTitle,
  ALPHA_DESC: reversed(byTitle),
  BEST_SELLING: unchanged,
  CREATED: unchanged,
  CREATED_DESC: reversed(byCreation),
  MANUAL: unchanged,
  PRICE_ASC: byPrice,
  PRICE_DESC: reversed(byPrice),
};

const ofSortKey: Readonly<Record<string, Order>> = {
  BEST_SELLING: unchanged,
  CREATED: unchanged,
  ID: unchanged,
  MANUAL: unchanged,
  PRICE: byPrice,
  TITLE: byTitle,
};

/**
 * The order of a collection's products, which come in order of creation.
 *
 * @throws GraphQLError `NOT_SIMULATED` for an order by relevance.
 */
export function memberOrder({ sortOrder }: CollectionEntity, sortKey: string): Order {
  const order = sortKey === 'COLLECTION_DEFAULT' ? ofSortOrder[sortOrder] : ofSortKey[sortKey];
  if (!order) throw notSimulated(`Collection.products(sortKey: ${sortKey})`);
  return order;
}
