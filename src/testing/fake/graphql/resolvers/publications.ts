import type { PublicationInput } from '../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity } from '../../store/entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { collectUserErrors, notSimulated } from '../errors.ts';
import { parseGid, requireGid } from '../gid.ts';
import { type ConnectionArgs, connection, countUpTo } from './connections.ts';
import { allPublications, type PublicationEntity } from './find-entities.ts';
import { saveProduct } from './products/save-product.ts';

interface PublicationView {
  /** The publication's: what a cursor holds on to. */
  readonly id: string;
  readonly publication: PublicationEntity;
  readonly publishDate: string;
  readonly isPublished: boolean;
  readonly publishable: ProductEntity;
}

interface PublicationsArgs extends ConnectionArgs {
  readonly catalogType?: string | null;
  readonly onlyPublished: boolean;
}

/** Where a product is published, or will be from a date in the future. */
function publicationViews(product: ProductEntity, context: ResolverContext): readonly PublicationView[] {
  return allPublications(context).flatMap((publication) => {
    const entry = product.published.find(({ publicationId }) => publicationId === publication.id);
    if (!entry) return [];
    const { publishDate } = entry;
    const isPublished = Date.parse(publishDate) <= context.clock.now();
    return [{ id: publication.id, publication, publishDate, isPublished, publishable: product }];
  });
}

const wanted = (product: ProductEntity, onlyPublished: boolean, context: ResolverContext): readonly PublicationView[] =>
  publicationViews(product, context).filter(({ isPublished }) => isPublished || !onlyPublished);

const resourcePublications = resolver<ProductEntity, PublicationsArgs>((product, args, context) => {
  if (args.catalogType != null) throw notSimulated('Product.resourcePublicationsV2(catalogType:)');
  return connection(wanted(product, args.onlyPublished, context), args);
});

/** The channel of the calling app, if it is one: that of its name. */
const currentPublication = (context: ResolverContext): PublicationEntity | undefined =>
  allPublications(context).find(({ name }) => name === context.app);

const onCurrentPublication = resolver<ProductEntity>((product, _args, context) => {
  const current = currentPublication(context);
  return current !== undefined && wanted(product, true, context).some(({ id }) => id === current.id);
});

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
    publishedAt: resolver<ProductEntity>((product, _args, context) => {
      const store = publicationViews(product, context).find(({ publication }) => publication.name === 'Online Store');
      return store?.publishDate ?? null;
    }),
    publishedOnPublication: resolver<ProductEntity, { publicationId: string }>((product, { publicationId }, context) =>
      wanted(product, true, context).some(({ id }) => id === publicationId),
    ),
    publishedOnCurrentPublication: onCurrentPublication,
    publishedOnCurrentChannel: onCurrentPublication,
    resourcePublicationOnCurrentPublication: resolver<ProductEntity>((product, _args, context) => {
      const current = currentPublication(context);
      return publicationViews(product, context).find(({ id }) => id === current?.id) ?? null;
    }),
    resourcePublications,
    resourcePublicationsV2: resourcePublications,
    resourcePublicationsCount: resolver<ProductEntity, { onlyPublished: boolean }>(
      (product, { onlyPublished }, context) => countUpTo(wanted(product, onlyPublished, context).length),
    ),
    availablePublicationsCount: resolver<ProductEntity>((product, _args, context) =>
      countUpTo(wanted(product, true, context).length),
    ),
    unpublishedPublications: resolver<ProductEntity, ConnectionArgs>((product, args, context) => {
      const published = new Set(wanted(product, true, context).map(({ id }) => id));
      return connection(
        allPublications(context).filter(({ id }) => !published.has(id)),
        args,
      );
    }),
  },
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
  const product = store.get(shop, kind, id) as ProductEntity | undefined;
  if (kind !== 'Product' && product) throw notSimulated(`publishing a ${kind}`);
  if (!product) return refused([{ field: ['id'], message: 'Resource does not exist' }]);

  const now = isoNow(clock);
  const userErrors = input.flatMap(({ publicationId }, index) => {
    if (publicationId && store.get(shop, 'Publication', publicationId)) return [];
    return [
      { field: ['input', String(index), 'publicationId'], message: 'Publication does not exist or is not publishable' },
    ];
  });
  if (userErrors.length > 0) return refused(userErrors);

  let entries = product.published;
  for (const { publicationId, publishDate } of input)
    entries = change(entries, publicationId ?? '', publishDate ?? null, now);
  const after = { ...product, published: entries };
  saveProduct(context, after, product);
  return { publishable: after, userErrors: [] };
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

/** Things that one call may put into a publication or take out. `Mutation.publicationUpdate` says so. */
const maxPublishables = 50;

/** `publicationUpdate`, with products. In the words of `PublicationUserErrorCode`. */
function updatePublication({ id, input }: PublicationUpdateArgs, context: ResolverContext): unknown {
  requireGid(id);
  const { store, shop, clock } = context;
  const before = store.get(shop, 'Publication', id) as PublicationEntity | undefined;
  const { userErrors, report } = collectUserErrors();
  const [join, leave] = [input.publishablesToAdd ?? [], input.publishablesToRemove ?? []];
  if (!before) report('PUBLICATION_NOT_FOUND', ['id'], 'Publication not found.');
  if (join.length + leave.length > maxPublishables)
    report(
      'PUBLICATION_UPDATE_LIMIT_EXCEEDED',
      ['input'],
      'The limit for simultaneous publication updates has been exceeded.',
    );
  for (const [name, ids] of [
    ['publishablesToAdd', join],
    ['publishablesToRemove', leave],
  ] as const) {
    for (const [index, productId] of ids.entries()) {
      const { kind } = requireGid(productId);
      if (kind === 'Collection' || kind === 'ProductVariant') throw notSimulated(`publishing a ${kind}`);
      if (kind !== 'Product')
        report('UNSUPPORTED_PUBLISHABLE_TYPE', ['input', name, index], 'Publishable type is not supported.');
      else if (!store.get(shop, 'Product', productId))
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
      const product = store.get(shop, 'Product', productId) as ProductEntity;
      saveProduct(context, { ...product, published: change(product.published, id, null, now) }, product);
    }
  }
  return { publication, userErrors: [] };
}
