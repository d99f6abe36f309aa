import type { ProductIdentifierInput } from '../../../../admin/operations/generated/graphql.ts';
import type { ProductEntity } from '../../store/entities.ts';
import { notSimulated } from '../errors.ts';
import { requireGid } from '../gid.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../types.ts';
import { type ConnectionArgs, connection } from './connections.ts';
import { countUpTo } from './counts.ts';
import { productByCustomId } from './custom-id.ts';
import { allProducts, productByHandle, productById } from './find-entities.ts';
import { handleFrom } from './handles.ts';
import { productSearch } from './product-search.ts';

interface ProductsArgs extends ConnectionArgs {
  readonly query?: string | null;
  readonly savedSearchId?: string | null;
  readonly sortKey: string;
}

/** Sort keys that come to the order of creation. */
const creationOrder = new Set(['ID', 'CREATED_AT']);

/** Queries for products. */
export const productQueryResolvers: ResolverMap = {
  QueryRoot: {
    product: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id);
      return productById(context, id) ?? null;
    }),
    productByIdentifier: resolver<unknown, { identifier: ProductIdentifierInput }>(
      (_source, { identifier }, context) => productByIdentifier(identifier, context) ?? null,
    ),
    products: resolver<unknown, ProductsArgs>((_source, args, context) => {
      if (args.savedSearchId != null) throw notSimulated('QueryRoot.products(savedSearchId:)');
      if (!creationOrder.has(args.sortKey)) throw notSimulated(`QueryRoot.products(sortKey: ${args.sortKey})`);
      return connection(searched(args.query, context), args);
    }),
    productsCount: resolver<unknown, { limit: number | null; query?: string | null; savedSearchId?: string | null }>(
      (_source, args, context) => {
        if (args.savedSearchId != null) throw notSimulated('QueryRoot.productsCount(savedSearchId:)');
        return countUpTo(searched(args.query, context).length, args.limit);
      },
    ),
    productOperation: resolver<unknown, { id: string }>((_source, { id }, { store, shop }) => {
      requireGid(id);
      return store.get(shop, 'ProductSetOperation', id) ?? null;
    }),
  },
  ProductSetOperation: {
    product: resolver<{ productId: string | null }>(({ productId }, _args, context) =>
      productId === null ? null : (productById(context, productId) ?? null),
    ),
  },
};

function searched(query: string | null | undefined, context: ResolverContext): readonly ProductEntity[] {
  const products = allProducts(context);
  return query?.trim() ? products.filter(productSearch(query)) : products;
}

function productByIdentifier(identifier: ProductIdentifierInput, context: ResolverContext): ProductEntity | undefined {
  if (identifier.customId) return productByCustomId(identifier.customId, context);
  if (identifier.handle !== undefined) return productByHandle(context, handleFrom(identifier.handle));
  requireGid(identifier.id);
  return productById(context, identifier.id);
}
