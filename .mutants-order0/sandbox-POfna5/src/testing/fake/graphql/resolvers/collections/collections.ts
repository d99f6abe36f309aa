// @ts-nocheck
import type { GraphQLResolveInfo } from 'graphql';
import type { MetafieldInput, UniqueMetafieldValueInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { CollectionEntity, ProductEntity } from '../../../store/entities.ts';
import { collectionPayload, idOf } from '../../../webhooks/resource-payloads.ts';
import { isoNow, type OperationContext, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import {
  badRequest,
  notSimulated,
  requireOneArgument,
  requireSimulated,
  type UserError,
  userError,
} from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection, countUpTo } from '../connections.ts';
import { defer } from '../deferred.ts';
import { allCollections, collectionByHandle, collectionById, productById } from '../find-entities.ts';
import { freeHandle, given, handleFrom, lengthProblem, plainText } from '../input-values.ts';
import { ownerByCustomId } from '../metafields/custom-id.ts';
import { metafieldFields } from '../metafields/metafields.ts';
import { upsertedMetafields } from '../metafields/values.ts';
import { publicationSearch } from '../publications.ts';
import { byId, gid, keyword, type Searchable, searched, time, words } from '../search.ts';
import { changeMembers, memberOrder, membersOf } from './members.ts';
import { type RuleSetInput, ruleSetFrom } from './rules.ts';

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

/** What collections can be searched by: the fields in the description of `QueryRoot.collections(query:)`. */
function searchableCollections(context: ResolverContext): Searchable<CollectionEntity> {
  return {
    texts: ({ title }) => [title],
    fields: {
      id: byId,
      handle: keyword(({ handle }) => handle),
      title: words(({ title }) => [title]),
      collection_type: keyword(({ ruleSet }) => (ruleSet ? 'smart' : 'custom'), ['CUSTOM', 'SMART']),
      ...publicationSearch<CollectionEntity>(context, (collection) => collection),
      product_id: gid(({ id }) => membersOf(context, id).map((product) => product.id)),
      updated_at: time(
        'updated_at',
        ({ updatedAt }) => updatedAt,
        () => context.clock.now(),
      ),
    },
    metafieldsOf: 'COLLECTION',
    others: ['publishable_status'],
  };
}

const orders: Readonly<Record<string, (a: CollectionEntity, b: CollectionEntity) => number>> = {
  ID: () => 0,
  // Without a search there is no relevance.
  RELEVANCE: () => 0,
  TITLE: (a, b) => (a.title.toLowerCase() < b.title.toLowerCase() ? -1 : 1),
  UPDATED_AT: (a, b) => Date.parse(a.updatedAt) - Date.parse(b.updatedAt),
};

/** A page of collections, searched and sorted. */
export function listed(
  collections: readonly CollectionEntity[],
  args: ConnectionArgs & { readonly query?: string | null; readonly sortKey: string },
  context: OperationContext,
  info: GraphQLResolveInfo,
): unknown {
  const order = orders[args.sortKey];
  if (!order) throw notSimulated(`${info.parentType.name}.collections(sortKey: ${args.sortKey})`);
  const found = searched(collections, args.query, searchableCollections(context), { info, context });
  return connection(found.toSorted(order), args);
}

/** Resolvers of collections. */
export const collectionResolvers: ResolverMap = {
  QueryRoot: {
    collection: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'Collection');
      return collectionById(context, id) ?? null;
    }),
    collectionByHandle: resolver<unknown, { handle: string }>(
      (_source, { handle }, context) => collectionByHandle(context, handleFrom(handle)) ?? null,
    ),
    collectionByIdentifier: resolver<unknown, { identifier: CollectionIdentifier }>(
      (_source, { identifier }, context) => identified(identifier, context) ?? null,
    ),
    collections: resolver<unknown, CollectionsArgs>((_source, args, context, info) => {
      if (args.savedSearchId != null) throw notSimulated('QueryRoot.collections(savedSearchId:)');
      return listed(allCollections(context), args, context, info);
    }),
    collectionsCount: resolver<unknown, { limit: number | null; query?: string | null; savedSearchId?: string | null }>(
      (_source, args, context, info) => {
        if (args.savedSearchId != null) throw notSimulated('QueryRoot.collectionsCount(savedSearchId:)');
        const found = searched(allCollections(context), args.query, searchableCollections(context), { info, context });
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
  CollectionRule: { conditionObject: () => null },
  Collection: {
    ...metafieldFields('COLLECTION'),
    legacyResourceId: resolver<CollectionEntity>(({ id }) => parseGid(id)?.key),
    description: resolver<CollectionEntity, { truncateAt?: number | null }>(({ descriptionHtml }, { truncateAt }) =>
      plainText(descriptionHtml).slice(0, truncateAt ?? undefined),
    ),
    ruleSet: resolver<CollectionEntity>(({ ruleSet = null }) => ruleSet),
    products: resolver<CollectionEntity, ConnectionArgs & { sortKey: string }>((collection, args, context) =>
      connection(membersOf(context, collection.id).toSorted(memberOrder(collection, args.sortKey)), args),
    ),
    productsCount: resolver<CollectionEntity>(({ id, countedAtMs = 0 }, _args, context) =>
      countUpTo(context.clock.now() < countedAtMs ? 0 : membersOf(context, id).length),
    ),
    hasProduct: resolver<CollectionEntity, { id: string }>(({ id }, args, context) =>
      membersOf(context, id).some((product: ProductEntity) => product.id === args.id),
    ),
  },
};

function identified(identifier: CollectionIdentifier, context: ResolverContext): CollectionEntity | undefined {
  if (identifier.handle !== undefined) return collectionByHandle(context, handleFrom(identifier.handle));
  if (identifier.customId) return ownerByCustomId(allCollections(context), identifier.customId, 'COLLECTION', context);
  const id = identifier.id ?? '';
  requireGid(id);
  return collectionById(context, id);
}

/** Milliseconds of the fake's clock until the products that a collection was made with are counted. */
const countLagMs = 500;

/** `collectionCreate`. */
function createCollection(args: CollectionArgs, context: ResolverContext): unknown {
  requireOneArgument('collectionCreate', args, ['collection', 'input']);
  const { ruleSet, ...given } = collectionFields(args);
  // Rules of which there are none make a collection without rules; to leave them out is an error. Recorded 2026-04.
  const fields: typeof given & { ruleSet?: typeof ruleSet } = {
    ...given,
    ...(ruleSet?.rules?.length !== 0 && { ruleSet }),
  };
  if (fields.id != null) return refused([userError(['id'], 'id cannot be specified on collection creation')]);
  const products = fields.products ?? [];
  const missing = products.flatMap((id, index) =>
    productById(context, id) ? [] : [userError(['products', index], 'Product does not exist')],
  );
  const { collection, userErrors } = build(fields, undefined, context);
  if (fields.ruleSet && products.length > 0) missing.push(userError(['products'], handMade('add')));
  if (userErrors.length + missing.length > 0) return refused([...userErrors, ...missing]);

  context.store.put(context.shop, 'Collection', collection);
  context.announce('collections/create', () => collectionPayload(collection));
  if (products.length === 0) return { collection, userErrors: [] };
  changeMembers(collection.id, { join: products, leave: [] }, context);
  const counted = { ...collection, countedAtMs: context.clock.now() + countLagMs };
  context.store.put(context.shop, 'Collection', counted);
  return { collection: counted, userErrors: [] };
}

/** `collectionUpdate`. Which products it has is changed otherwise. */
function updateCollection(args: CollectionArgs, context: OperationContext): unknown {
  requireOneArgument('collectionUpdate', args, ['collection', 'input']);
  const fields = collectionFields(args);
  if (fields.id == null) throw badRequest('id must be specified on collectionUpdate');
  const before = collectionById(context, fields.id);
  if (!before) return refused([userError(null, 'Collection does not exist')]);
  if (fields.products) return refused([userError(['products'], 'Products can only be given on create')]);
  // Recorded 2026-04.
  if (fields.ruleSet && !before.ruleSet)
    return refused([userError(['id'], 'Cannot update rule set of a custom collection')]);
  const { collection, userErrors } = build(fields, before, context);
  if (userErrors.length > 0) return refused(userErrors);

  context.store.put(context.shop, 'Collection', collection);
  context.announce('collections/update', () => collectionPayload(collection));
  // Products are looked through in the background; here the rules hold at once, and the job has nothing left to do.
  const job = fields.ruleSet ? startJob(collection.id, { join: [], leave: [] }, context) : null;
  return { collection, job, userErrors: [] };
}

/** `collectionDelete`. Its products stay. */
function deleteCollection(id: string, context: ResolverContext): unknown {
  requireGid(id);
  const { store, shop } = context;
  const members = membersOf(context, id);
  if (!store.delete(shop, 'Collection', id)) {
    return { deletedCollectionId: null, userErrors: [userError(['id'], 'Collection does not exist')] };
  }
  for (const product of members) {
    const collectionIds = product.collectionIds.filter((collectionId) => collectionId !== id);
    store.put(shop, 'Product', { ...product, collectionIds });
  }
  context.announce('collections/delete', () => ({ id: idOf(id) }));
  return { deletedCollectionId: id, userErrors: [] };
}

const refused = (userErrors: readonly UserError[]): unknown => ({ collection: null, job: null, userErrors });

function build(
  fields: CollectionFields,
  before: CollectionEntity | undefined,
  context: ResolverContext,
): { readonly collection: CollectionEntity; readonly userErrors: readonly UserError[] } {
  const userErrors: UserError[] = [];
  const now = isoNow(context.clock);
  const title = given(fields.title, before?.title, '').trim();
  if (title === '') userErrors.push(userError(['title'], "Title can't be blank"));
  for (const [field, label, value] of [
    ['title', 'Title', title],
    ['handle', 'Handle', fields.handle ?? ''],
  ] as const) {
    const tooLong = lengthProblem(label, value);
    if (tooLong !== undefined) userErrors.push(userError([field], tooLong));
  }

  const ruleSet = fields.ruleSet ? ruleSetFrom(fields.ruleSet, userErrors) : before?.ruleSet;
  const asked = handleFrom(fields.handle ?? '');
  const isTaken = (handle: string): boolean => {
    const owner = collectionByHandle(context, handle);
    return owner !== undefined && owner.id !== before?.id;
  };
  if (asked !== '' && isTaken(asked)) userErrors.push(userError(['handle'], 'Handle has already been taken'));
  const handle = asked || (before?.handle ?? freeHandle(handleFrom(title), isTaken));

  const id = before?.id ?? context.store.nextId('Collection');
  const owner = { type: 'COLLECTION', id, metafields: before?.metafields ?? [] } as const;
  const metafields = upsertedMetafields(
    fields.metafields ?? [],
    owner,
    { ...context, now },
    (index, { part, message }) => userErrors.push(userError(['metafields', index, part], message)),
  );
  const collection: CollectionEntity = {
    id,
    title,
    handle,
    descriptionHtml: given(fields.descriptionHtml, before?.descriptionHtml, ''),
    sortOrder: given(fields.sortOrder, before?.sortOrder, 'BEST_SELLING'),
    templateSuffix: given(fields.templateSuffix, before?.templateSuffix, null),
    seo: {
      title: given(fields.seo?.title, before?.seo.title, null),
      description: given(fields.seo?.description, before?.seo.description, null),
    },
    image: null,
    published: before?.published ?? [],
    ...(ruleSet && { ruleSet }),
    metafields,
    updatedAt: now,
  };
  return { collection, userErrors };
}

/** What `CollectionInput`, `CollectionCreateInput` and `CollectionUpdateInput` say, as far as it is simulated. */
interface CollectionFields {
  readonly id?: string | null;
  readonly title?: string | null;
  readonly handle?: string | null;
  readonly descriptionHtml?: string | null;
  readonly sortOrder?: string | null;
  readonly templateSuffix?: string | null;
  readonly seo?: { readonly title?: string | null; readonly description?: string | null } | null;
  readonly metafields?: readonly MetafieldInput[] | null;
  readonly products?: readonly string[] | null;
  readonly ruleSet?: RuleSetInput | null;
}

/** The newer argument or the older one. */
interface CollectionArgs {
  readonly collection?: (CollectionFields & { readonly sources?: readonly SourceInput[] | null }) | null;
  readonly input?: CollectionFields | null;
}

/** `CollectionCreateSourceTargetInput`. */
interface SourceInput {
  readonly source?: {
    readonly exclusion?: unknown;
    readonly inclusion?: {
      readonly conditions?: readonly unknown[] | null;
      readonly selections?: readonly { readonly productId: string; readonly variantIds?: readonly string[] | null }[];
    } | null;
  } | null;
}

const simulated: ReadonlySet<string> = new Set<keyof CollectionFields | 'sources' | 'redirectNewHandle'>([
  'id',
  'title',
  'handle',
  'descriptionHtml',
  'sortOrder',
  'templateSuffix',
  'seo',
  'metafields',
  'products',
  'ruleSet',
  'sources',
  'redirectNewHandle',
]);

/**
 * What a call says about a collection; products that a source selects are its products.
 *
 * @throws GraphQLError `NOT_SIMULATED` for conditions of a source.
 */
function collectionFields({ collection, input }: CollectionArgs): CollectionFields {
  const fields = collection ?? input ?? {};
  requireSimulated(fields, simulated, 'CollectionInput');
  if (!collection?.sources) return fields;
  return { ...fields, products: collection.sources.flatMap(selectedBy) };
}

function selectedBy({ source }: SourceInput): readonly string[] {
  if (!source) throw notSimulated('CollectionCreateSourceTargetInput other than source');
  if (source.exclusion) throw notSimulated('CollectionCreateConditionsSourceInput.exclusion');
  if (source.inclusion?.conditions?.length) throw notSimulated('CollectionCreateSourceInclusionInput.conditions');
  return (source.inclusion?.selections ?? []).map(({ productId, variantIds }) => {
    if (variantIds?.length) throw notSimulated('CollectionInclusionProductSelectionInput.variantIds');
    return productId;
  });
}

/** Arguments of the mutations that change what a collection holds. */
interface MembersArgs {
  readonly id: string;
  readonly productIds: readonly string[];
}

const missing = 'Collection does not exist';

/** Shopify's words where rules decide. */
const handMade = (what: 'add' | 'remove'): string =>
  what === 'add'
    ? "Can't manually add products to a smart collection"
    : "Can't manually remove products from a smart collection";

const isSmart = (id: string, context: ResolverContext): boolean => collectionById(context, id)?.ruleSet !== undefined;

/** `collectionAddProducts`: at once, and all of them or none. What is there already stays so. Recorded 2025-01. */
function addProducts({ id, productIds }: MembersArgs, context: ResolverContext): unknown {
  requireGid(id);
  if (!collectionById(context, id)) return { collection: null, userErrors: [userError(['id'], missing)] };
  if (isSmart(id, context)) return { collection: null, userErrors: [userError(['id'], handMade('add'))] };
  const userErrors = productIds.flatMap((productId, index) =>
    productById(context, productId) ? [] : [userError(['productIds', index], 'Product does not exist')],
  );
  if (userErrors.length > 0) return { collection: null, userErrors };
  changeMembers(id, { join: productIds, leave: [] }, context);
  return { collection: collectionById(context, id), userErrors: [] };
}

/** `collectionAddProductsV2`: in the background. */
function addProductsLater({ id, productIds }: MembersArgs, context: OperationContext): unknown {
  requireGid(id);
  if (!collectionById(context, id)) {
    const userErrors = [{ code: 'COLLECTION_DOES_NOT_EXIST', ...userError(['id'], missing) }];
    return { job: null, userErrors };
  }
  if (isSmart(id, context)) {
    const userErrors = [{ code: 'CANT_ADD_TO_SMART_COLLECTION', ...userError(['id'], handMade('add')) }];
    return { job: null, userErrors };
  }
  return { job: startJob(id, { join: productIds, leave: [] }, context), userErrors: [] };
}

/** `collectionRemoveProducts`: in the background. */
function removeProducts({ id, productIds }: MembersArgs, context: OperationContext): unknown {
  requireGid(id);
  if (!collectionById(context, id)) return { job: null, userErrors: [userError(['id'], missing)] };
  if (isSmart(id, context)) return { job: null, userErrors: [userError(['id'], handMade('remove'))] };
  return { job: startJob(id, { join: [], leave: productIds }, context), userErrors: [] };
}

function startJob(
  collectionId: string,
  change: { readonly join: readonly string[]; readonly leave: readonly string[] },
  context: OperationContext,
): unknown {
  return defer(context, 'Job', { type: 'collectionMembers', collectionId, ...change });
}
