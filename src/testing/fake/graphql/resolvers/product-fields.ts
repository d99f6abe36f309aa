import type { ProductEntity } from '../../store/entities.ts';
import type { Entity } from '../../store/entity-store.ts';
import { type ResolverMap, resolver } from '../context.ts';
import { notSimulated } from '../errors.ts';
import { parseGid } from '../gid.ts';
import { type ConnectionArgs, connection } from './connections.ts';
import { metafieldFields } from './metafields/metafields.ts';
import { plainText } from './plain-text.ts';

/** Fields of a product that no other feature answers. */
export const productFieldResolvers: ResolverMap = {
  Product: {
    ...metafieldFields('PRODUCT'),
    legacyResourceId: resolver<ProductEntity>(({ id }) => parseGid(id)?.key),
    bodyHtml: resolver<ProductEntity>(({ descriptionHtml }) => descriptionHtml),
    description: resolver<ProductEntity, { truncateAt?: number | null }>(({ descriptionHtml }, { truncateAt }) =>
      plainText(descriptionHtml).slice(0, truncateAt ?? undefined),
    ),
    isGiftCard: () => false,
    onlineStoreUrl: () => null,
    collections: resolver<ProductEntity, ConnectionArgs & { query?: string | null; sortKey: string }>(
      ({ collectionIds }, args, { store, shop }) => {
        if (args.query != null) throw notSimulated('Product.collections(query:)');
        if (args.sortKey !== 'ID') throw notSimulated('Product.collections(sortKey:)');
        const collections = collectionIds.flatMap((id): Entity[] => {
          const collection = store.get(shop, 'Collection', id);
          return collection ? [collection] : [];
        });
        return connection(collections, args);
      },
    ),
    inCollection: resolver<ProductEntity, { id: string }>(({ collectionIds }, { id }) => collectionIds.includes(id)),
  },
};
