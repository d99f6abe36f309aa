import type { PublicationInput } from '../../../../graphql/operations/generated/graphql.ts';
import { hashText } from '../../random.ts';
import type { CollectionEntity, ProductEntity } from '../../store/entities.ts';
import { collectionPayload } from '../../webhooks/resource-payloads.ts';
import { type FieldResolver, isoNow, type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { collectUserErrors, notSimulated } from '../errors.ts';
import { parseGid, requireGid } from '../gid.ts';
import { type ConnectionArgs, connection, countUpTo } from './connections.ts';
import { allPublications, type PublicationEntity } from './find-entities.ts';
import { handleFrom } from './input-values.ts';
import { saveProduct } from './products/save-product.ts';
import { type SearchField, time } from './search.ts';

/** What can be published. A collection that was stored before this was so is published nowhere. */
type Publishable = ProductEntity | CollectionEntity;

interface PublicationView {
  /** The publication's: what a cursor holds on to. */
  readonly id: string;
  readonly publication: PublicationEntity;
  readonly publishDate: string;
  readonly isPublished: boolean;
  readonly publishable: Publishable;
}

interface PublicationsArgs extends ConnectionArgs {
  readonly catalogType?: string | null;
  readonly onlyPublished: boolean;
}

/** Where a product is published, or will be from a date in the future. */
function publicationViews(
  { published = [], ...rest }: Publishable,
  context: ResolverContext,
): readonly PublicationView[] {
  return allPublications(context).flatMap((publication) => {
    const entry = published.find(({ publicationId }) => publicationId === publication.id);
    if (!entry) return [];
    const { publishDate } = entry;
    const isPublished = Date.parse(publishDate) <= context.clock.now();
    return [
      { id: publication.id, publication, publishDate, isPublished, publishable: { published, ...rest } as Publishable },
    ];
  });
}

const wanted = (product: Publishable, onlyPublished: boolean, context: ResolverContext): readonly PublicationView[] =>
  publicationViews(product, context).filter(({ isPublished }) => isPublished || !onlyPublished);

const resourcePublications = resolver<Publishable, PublicationsArgs>((product, args, context) => {
  if (args.catalogType != null) throw notSimulated('Product.resourcePublicationsV2(catalogType:)');
  return connection(wanted(product, args.onlyPublished, context), args);
});

/** The channel of the calling app, if it is one: that of its name. */
const currentPublication = (context: ResolverContext): PublicationEntity | undefined =>
  allPublications(context).find(({ name }) => name === context.app);

const onCurrentPublication = resolver<Publishable>((product, _args, context) => {
  const current = currentPublication(context);
  return current !== undefined && wanted(product, true, context).some(({ id }) => id === current.id);
});

/** Where a product or a collection is published. */
const publishedFields: Readonly<Record<string, FieldResolver>> = {
  publishedOnPublication: resolver<Publishable, { publicationId: string }>((product, { publicationId }, context) =>
    wanted(product, true, context).some(({ id }) => id === publicationId),
  ),
  publishedOnCurrentPublication: onCurrentPublication,
  publishedOnCurrentChannel: onCurrentPublication,
  resourcePublicationOnCurrentPublication: resolver<Publishable>((product, _args, context) => {
    const current = currentPublication(context);
    return publicationViews(product, context).find(({ id }) => id === current?.id) ?? null;
  }),
  resourcePublications,
  resourcePublicationsV2: resourcePublications,
  resourcePublicationsCount: resolver<Publishable, { onlyPublished: boolean }>((product, { onlyPublished }, context) =>
    countUpTo(wanted(product, onlyPublished, context).length),
  ),
  availablePublicationsCount: resolver<Publishable>((product, _args, context) =>
    countUpTo(wanted(product, true, context).length),
  ),
  unpublishedPublications: resolver<Publishable, ConnectionArgs>((product, args, context) => {
    const published = new Set(wanted(product, true, context).map(({ id }) => id));
    return connection(
      allPublications(context).filter(({ id }) => !published.has(id)),
      args,
    );
  }),
};

/** The publication of the online store. */
const onlineStore = 'Online Store';

/**
 * What products, variants and collections can be searched by of where they are published. `published_status` has words
 * about the online store, and such as `7-hidden` or `point-of-sale-hidden` about any channel.
 *
 * Whether a channel approves of something has no mutation and no seed, so that of `product_publication_status` only
 * `-published` and `-scheduled` are simulated, and of `publishable_status` nothing.
 */
export function publicationSearch<T>(
  context: ResolverContext,
  publishableOf: (thing: T) => Publishable | undefined,
): Readonly<Record<'published_status' | 'product_publication_status' | 'published_at', SearchField<T>>> {
  const views = (thing: T): readonly PublicationView[] => {
    const publishable = publishableOf(thing);
    return publishable ? publicationViews(publishable, context) : [];
  };
  const store = (thing: T): PublicationView | undefined =>
    views(thing).find(({ publication }) => publication.name === onlineStore);
  const tests: Readonly<Record<string, (thing: T) => boolean>> = {
    online_store_channel: (thing) => store(thing) !== undefined,
    published: (thing) => store(thing)?.isPublished === true,
    visible: (thing) => store(thing)?.isPublished === true,
    unpublished: (thing) => store(thing)?.isPublished !== true,
    unavailable: (thing) => !views(thing).some(({ isPublished }) => isPublished),
  };
  /** The test of a channel and a word about it, of the words that are given. */
  const onChannel = (
    value: string,
    words: Readonly<Record<string, (view: PublicationView | undefined) => boolean>>,
  ): ((thing: T) => boolean) | undefined => {
    const { channel, word = '' } = /^(?<channel>.+)-(?<word>\w+)$/.exec(value.toLowerCase())?.groups ?? {};
    const publication = allPublications(context).find((each) => channelKeys(each).includes(channel ?? ''));
    const fits = Object.hasOwn(words, word) ? words[word] : undefined;
    return publication && fits && ((thing) => fits(views(thing).find(({ id }) => id === publication.id)));
  };
  const isPublished = (view: PublicationView | undefined): boolean => view?.isPublished === true;
  const isIntended = (view: PublicationView | undefined): boolean => view?.isPublished === false;
  const isHidden = (view: PublicationView | undefined): boolean => !isPublished(view);
  const field = (test: (value: string) => ((thing: T) => boolean) | undefined): SearchField<T> => ({
    test: ({ comparison, value, isPrefix }) => (comparison === '' && !isPrefix ? test(value) : undefined),
  });
  return {
    published_status: field(
      (value) =>
        tests[value.toLowerCase()] ??
        onChannel(value, { published: isPublished, visible: isPublished, intended: isIntended, hidden: isHidden }),
    ),
    product_publication_status: field((value) => onChannel(value, { published: isPublished, scheduled: isIntended })),
    published_at: time(
      'published_at',
      (thing) => store(thing)?.publishDate ?? null,
      () => context.clock.now(),
    ),
  };
}

/** What a channel can be named by: the number that it and its app have, and their handle in both ways of writing it. */
function channelKeys({ id, name }: PublicationEntity): readonly string[] {
  const handle = handleFrom(name);
  return [parseGid(id)?.key ?? '', handle, handle.replaceAll('-', '_')];
}

const isInOnlineStore = (product: ProductEntity, context: ResolverContext): boolean =>
  product.status === 'ACTIVE' &&
  publicationViews(product, context).some(
    ({ publication, isPublished }) => isPublished && publication.name === onlineStore,
  );

const storeUrl = ({ handle }: ProductEntity, { shop }: ResolverContext): string => `https://${shop}/products/${handle}`;

/** Resolvers of sales channels and of what is published on them. */
export const publicationResolvers: ResolverMap = {
  QueryRoot: {
    publications: resolver<unknown, ConnectionArgs & { catalogType?: string | null }>((_source, args, context) => {
      if (args.catalogType != null) throw notSimulated('QueryRoot.publications(catalogType:)');
      return connection(allPublications(context), args);
    }),
    publication: resolver<unknown, { id: string }>((_source, { id }, { store, shop }) => {
      requireGid(id, 'Publication');
      return store.get(shop, 'Publication', id) ?? null;
    }),
    publicationsCount: resolver<unknown, { limit: number | null; catalogType?: string | null }>(
      (_source, args, context) => {
        if (args.catalogType != null) throw notSimulated('QueryRoot.publicationsCount(catalogType:)');
        return countUpTo(allPublications(context).length, args.limit);
      },
    ),
  },
  Product: {
    onlineStoreUrl: resolver<ProductEntity>((product, _args, context) =>
      isInOnlineStore(product, context) ? storeUrl(product, context) : null,
    ),
    // What shoppers don't see yet has an address of its own. Recorded 2025-10.
    onlineStorePreviewUrl: resolver<ProductEntity>((product, _args, context) =>
      isInOnlineStore(product, context)
        ? storeUrl(product, context)
        : `https://${context.shop.replace('.myshopify.com', '')}.shopifypreview.com/products_preview?preview_key=${hashText(product.id).toString(16)}`,
    ),
    publishedAt: resolver<ProductEntity>((product, _args, context) => {
      const store = publicationViews(product, context).find(({ publication }) => publication.name === onlineStore);
      return store?.publishDate ?? null;
    }),
    ...publishedFields,
  },
  Collection: publishedFields,
  Publication: {
    catalog: resolver<PublicationEntity>(({ id, name }) => ({
      __typename: 'AppCatalog',
      id: `gid://shopify/AppCatalog/${parseGid(id)?.key}`,
      title: name,
      status: 'ACTIVE',
    })),
  },
  AppCatalog: {
    // Each channel of the fake is an app of its name.
    apps: resolver<{ readonly id: string; readonly title: string }, ConnectionArgs>(({ id, title }, args) =>
      connection([{ id: `gid://shopify/App/${parseGid(id)?.key}`, title }], args),
    ),
  },
  Mutation: {
    publishablePublish: resolver<unknown, PublishArgs>((_source, args, context) =>
      changePublications(args, context, published),
    ),
    publishableUnpublish: resolver<unknown, PublishArgs>((_source, args, context) =>
      changePublications(args, context, unpublished),
    ),
    publicationUpdate: resolver<unknown, PublicationUpdateArgs>((_source, args, context) =>
      updatePublication(args, context),
    ),
  },
};

interface PublishArgs {
  readonly id: string;
  readonly input: readonly PublicationInput[];
}

type Published = ProductEntity['published'];

type Change = (before: Published, publicationId: string, publishDate: string | null, now: string) => Published;

/** Without a date, what is published already keeps its own. */
const published: Change = (before, publicationId, publishDate, now) => {
  const known = before.find((entry) => entry.publicationId === publicationId);
  const others = before.filter((entry) => entry.publicationId !== publicationId);
  return [...others, { publicationId, publishDate: publishDate ?? known?.publishDate ?? now }];
};

const unpublished: Change = (before, publicationId) => before.filter((entry) => entry.publicationId !== publicationId);

function changePublications({ id, input }: PublishArgs, context: ResolverContext, change: Change): unknown {
  const { store, shop, clock } = context;
  const { kind } = requireGid(id);
  const before = store.get(shop, kind, id) as Publishable | undefined;
  if (before && kind !== 'Product' && kind !== 'Collection') throw notSimulated(`publishing a ${kind}`);
  if (!before) return refused([{ field: ['id'], message: 'Resource does not exist' }]);

  const now = isoNow(clock);
  const userErrors = input.flatMap(({ publicationId, publishDate }, index) => {
    const problem = (name: string, message: string) => [{ field: ['input', String(index), name], message }];
    if (!publicationId) return problem('publicationId', 'PublicationId cannot be empty');
    if (input.findIndex((other) => other.publicationId === publicationId) < index)
      return problem('publicationId', 'The same publication was specified more than once');
    if (publishDate != null && new Date(publishDate).getUTCFullYear() < 1970)
      return problem('publishDate', 'Publish date must be a date after the year 1969');
    if (store.get(shop, 'Publication', publicationId)) return [];
    return problem('publicationId', 'Publication does not exist or is not publishable');
  });
  // The object is returned beside the errors. Recorded 2025-10.
  if (userErrors.length > 0) return { publishable: before, userErrors };

  let entries = before.published ?? [];
  for (const { publicationId, publishDate } of input)
    entries = change(entries, publicationId ?? '', publishDate ?? null, now);
  return { publishable: savePublished(before, entries, context), userErrors: [] };
}

/** Keeps where something is published, and tells of it. */
function savePublished(before: Publishable, entries: Published, context: ResolverContext): Publishable {
  if ('variants' in before) {
    const product = { ...before, published: entries } as ProductEntity;
    saveProduct(context, product, before as ProductEntity);
    return product;
  }
  const collection = { ...before, published: entries };
  context.store.put(context.shop, 'Collection', collection);
  context.announce('collections/update', () => collectionPayload(collection as CollectionEntity));
  return collection as CollectionEntity;
}

const refused = (userErrors: readonly { readonly field: readonly string[]; readonly message: string }[]): unknown => ({
  publishable: null,
  userErrors,
});

/** Arguments of `publicationUpdate`. */
interface PublicationUpdateArgs {
  readonly id: string;
  readonly input: {
    readonly autoPublish?: boolean | null;
    readonly publishablesToAdd: readonly string[] | null;
    readonly publishablesToRemove: readonly string[] | null;
  };
}

/** Maximum number of items that one call adds to or removes from a publication (`Mutation.publicationUpdate`). */
const maxPublishables = 50;

/** `publicationUpdate`, with products. In the words of `PublicationUserErrorCode`. */
function updatePublication({ id, input }: PublicationUpdateArgs, context: ResolverContext): unknown {
  requireGid(id);
  const { store, shop, clock } = context;
  const before = store.get(shop, 'Publication', id) as PublicationEntity | undefined;
  const { userErrors, report } = collectUserErrors();
  const [join, leave] = [input.publishablesToAdd ?? [], input.publishablesToRemove ?? []];
  if (!before) report('PUBLICATION_NOT_FOUND', ['id'], 'Publication was not found');
  if (join.length + leave.length > maxPublishables) {
    // Only the first item beyond the limit is reported. Recorded 2026-04, with 51 items and more.
    const list = join.length > maxPublishables ? 'publishablesToAdd' : 'publishablesToRemove';
    const message = 'The limit for simultaneous publication updates has been exceeded.';
    report('PUBLICATION_UPDATE_LIMIT_EXCEEDED', ['input', list, maxPublishables + 1], message);
    return { publication: null, userErrors };
  }
  for (const [name, ids] of [
    ['publishablesToAdd', join],
    ['publishablesToRemove', leave],
  ] as const) {
    for (const [index, productId] of ids.entries()) {
      const { kind } = requireGid(productId);
      // Recorded 2026-04.
      if (kind === 'ProductVariant') requireGid(productId, 'Product');
      if (kind !== 'Product' && kind !== 'Collection')
        report('UNSUPPORTED_PUBLISHABLE_TYPE', ['input', name, index], 'Publishable type is not supported.');
      else if (!store.get(shop, kind, productId))
        report('INVALID_PUBLISHABLE_ID', ['input', name, index], 'Publishable ID not found.');
    }
  }
  if (!before || userErrors.length > 0) return { publication: null, userErrors };
  const publication = { ...before, ...(input.autoPublish != null && { autoPublish: input.autoPublish }) };
  store.put(shop, 'Publication', publication);
  const now = isoNow(clock);
  for (const [ids, change] of [
    [join, published],
    [leave, unpublished],
  ] as const) {
    for (const productId of new Set(ids)) {
      const each = store.get(shop, parseGid(productId)?.kind ?? '', productId) as Publishable;
      savePublished(each, change(each.published ?? [], id, null, now), context);
    }
  }
  return { publication, userErrors: [] };
}
