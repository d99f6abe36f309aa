import type { ProductIdentifierInput } from '../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity } from '../../store/entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { notSimulated } from '../errors.ts';
import { requireGid } from '../gid.ts';
import { type ConnectionArgs, connection } from './connections.ts';
import { countUpTo } from './counts.ts';
import { allProducts, productByHandle, productById } from './find-entities.ts';
import { productByCustomId } from './metafields/custom-id.ts';
import { productTerms } from './product-search.ts';
import { searched } from './search.ts';
import { handleFrom } from './text.ts';

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
      return connection(searched(allProducts(context), args.query, productTerms, 'QueryRoot.products'), args);
    }),
    productsCount: resolver<unknown, { limit: number | null; query?: string | null; savedSearchId?: string | null }>(
      (_source, args, context) => {
        if (args.savedSearchId != null) throw notSimulated('QueryRoot.productsCount(savedSearchId:)');
        const found = searched(allProducts(context), args.query, productTerms, 'QueryRoot.productsCount');
        return countUpTo(found.length, args.limit);
      },
    ),
  },
};

function productByIdentifier(identifier: ProductIdentifierInput, context: ResolverContext): ProductEntity | undefined {
  if (identifier.customId) return productByCustomId(identifier.customId, context);
  if (identifier.handle !== undefined) return productByHandle(context, handleFrom(identifier.handle));
  requireGid(identifier.id);
  return productById(context, identifier.id);
}
