import type { UniqueMetafieldValueInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { CollectionEntity } from '../../../store/collection-entities.ts';
import type { ProductEntity } from '../../../store/entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection } from '../connections.ts';
import { countUpTo } from '../counts.ts';
import { requireUniqueDefinition } from '../metafields/custom-id.ts';
import { metafieldFields } from '../metafields/metafields.ts';
import { plainText } from '../plain-text.ts';
import { byId, containing, type SearchTerm, searched } from '../search.ts';
import { handleFrom } from '../text.ts';
import { createCollection, deleteCollection, updateCollection } from './change.ts';
import type { CollectionArgs } from './collection-input.ts';
import { allCollections, collectionByHandle, collectionById, membersOf } from './find-collections.ts';
import { addProducts, addProductsLater, type MembersArgs, removeProducts } from './membership.ts';
import { memberOrder } from './order.ts';

interface CollectionsArgs extends ConnectionArgs {
  readonly query?: string | null;
  readonly savedSearchId?: string | null;
  readonly sortKey: string;
}

interface CollectionIdentifier {
  readonly id?: string;
  readonly handle?: string;
  readonly customId?: UniqueMetafieldValueInput;
}

const terms: Readonly<Record<string, SearchTerm<CollectionEntity>>> = {
  id: byId,
  handle: (value) => (collection) => collection.handle === value.toLowerCase(),
  title: containing((collection) => collection.title),
};

const orders: Readonly<Record<string, (a: CollectionEntity, b: CollectionEntity) => number>> = {
  ID: () => 0,
  TITLE: (a, b) => (a.title.toLowerCase() < b.title.toLowerCase() ? -1 : 1),
  UPDATED_AT: (a, b) => Date.parse(a.updatedAt) - Date.parse(b.updatedAt),
};

/** Resolvers of collections. */
export const collectionResolvers: ResolverMap = {
  QueryRoot: {
    collection: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id);
      return collectionById(context, id) ?? null;
    }),
    collectionByHandle: resolver<unknown, { handle: string }>(
      (_source, { handle }, context) => collectionByHandle(context, handleFrom(handle)) ?? null,
    ),
    collectionByIdentifier: resolver<unknown, { identifier: CollectionIdentifier }>(
      (_source, { identifier }, context) => identified(identifier, context) ?? null,
    ),
    collections: resolver<unknown, CollectionsArgs>((_source, args, context) => {
      if (args.savedSearchId != null) throw notSimulated('QueryRoot.collections(savedSearchId:)');
      const order = orders[args.sortKey];
      if (!order) throw notSimulated(`QueryRoot.collections(sortKey: ${args.sortKey})`);
      const found = searched(allCollections(context), args.query, terms, 'QueryRoot.collections');
      return connection(found.toSorted(order), args);
    }),
    collectionsCount: resolver<unknown, { limit: number | null; query?: string | null; savedSearchId?: string | null }>(
      (_source, args, context) => {
        if (args.savedSearchId != null) throw notSimulated('QueryRoot.collectionsCount(savedSearchId:)');
        const found = searched(allCollections(context), args.query, terms, 'QueryRoot.collectionsCount');
        return countUpTo(found.length, args.limit);
      },
    ),
  },
  Mutation: {
    collectionCreate: resolver<unknown, CollectionArgs>((_source, args, context) => createCollection(args, context)),
    collectionUpdate: resolver<unknown, CollectionArgs>((_source, args, context) => updateCollection(args, context)),
    collectionDelete: resolver<unknown, { input: { id: string } }>((_source, { input }, context) =>
      deleteCollection(input.id, context),
    ),
    collectionAddProducts: resolver<unknown, MembersArgs>((_source, args, context) => addProducts(args, context)),
    collectionAddProductsV2: resolver<unknown, MembersArgs>((_source, args, context) =>
      addProductsLater(args, context),
    ),
    collectionRemoveProducts: resolver<unknown, MembersArgs>((_source, args, context) => removeProducts(args, context)),
  },
  Collection: {
    ...metafieldFields('COLLECTION'),
    legacyResourceId: resolver<CollectionEntity>(({ id }) => parseGid(id)?.key),
    description: resolver<CollectionEntity, { truncateAt?: number | null }>(({ descriptionHtml }, { truncateAt }) =>
      plainText(descriptionHtml).slice(0, truncateAt ?? undefined),
    ),
    ruleSet: () => null,
    products: resolver<CollectionEntity, ConnectionArgs & { sortKey: string }>((collection, args, context) =>
      connection(membersOf(context, collection.id).toSorted(memberOrder(collection, args.sortKey)), args),
    ),
    productsCount: resolver<CollectionEntity>(({ id }, _args, context) => countUpTo(membersOf(context, id).length)),
    hasProduct: resolver<CollectionEntity, { id: string }>(({ id }, args, context) =>
      membersOf(context, id).some((product: ProductEntity) => product.id === args.id),
    ),
  },
};

function identified(identifier: CollectionIdentifier, context: ResolverContext): CollectionEntity | undefined {
  if (identifier.handle !== undefined) return collectionByHandle(context, handleFrom(identifier.handle));
  if (identifier.customId) {
    const { namespace, key, value } = requireUniqueDefinition(identifier.customId, 'COLLECTION', context);
    return allCollections(context).find(({ metafields }) =>
      metafields.some((own) => own.namespace === namespace && own.key === key && own.value === value),
    );
  }
  const id = identifier.id ?? '';
  requireGid(id);
  return collectionById(context, id);
}
