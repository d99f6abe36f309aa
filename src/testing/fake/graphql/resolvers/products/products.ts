import type { ProductIdentifierInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity, StoredOption } from '../../../store/entities.ts';
import type { Entity } from '../../../store/entity-store.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import {
  byId,
  type ConnectionArgs,
  connection,
  containing,
  countUpTo,
  oneOf,
  type SearchTerm,
  searched,
} from '../connections.ts';
import { allProducts, productByHandle, productById } from '../find-entities.ts';
import { handleFrom, plainText } from '../input-values.ts';
import { productByCustomId } from '../metafields/custom-id.ts';
import { metafieldFields } from '../metafields/metafields.ts';

interface ProductsArgs extends ConnectionArgs {
  readonly query?: string | null;
  readonly savedSearchId?: string | null;
  readonly sortKey: string;
}

/** Sort keys that come to the order of creation. */
const creationOrder = new Set(['ID', 'CREATED_AT']);

/** Resolvers of products, but for their mutations and what other features answer. */
export const productResolvers: ResolverMap = {
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
    options: resolver<ProductEntity, { first?: number | null }>((product, { first }) =>
      product.options.slice(0, first ?? undefined).map((option) => optionView(option, product)),
    ),
    hasOnlyDefaultVariant: resolver<ProductEntity>(({ variants }) => {
      const [only, another] = variants;
      return another === undefined && only?.title === 'Default Title';
    }),
  },
};

/** The terms of a search for products that are simulated. */
const productTerms: Readonly<Record<string, SearchTerm<ProductEntity>>> = {
  id: byId,
  handle: (value) => (product) => product.handle === value.toLowerCase(),
  title: containing((product) => product.title),
  status: oneOf((product) => product.status),
};

function productByIdentifier(identifier: ProductIdentifierInput, context: ResolverContext): ProductEntity | undefined {
  if (identifier.customId) return productByCustomId(identifier.customId, context);
  if (identifier.handle !== undefined) return productByHandle(context, handleFrom(identifier.handle));
  requireGid(identifier.id);
  return productById(context, identifier.id);
}

/** An option with what follows from the product's variants. */
interface OptionView extends StoredOption {
  readonly values: readonly string[];
  readonly linkedMetafield: null;
  readonly optionValues: readonly {
    readonly id: string;
    readonly name: string;
    readonly hasVariants: boolean;
    readonly linkedMetafieldValue: null;
    readonly swatch: null;
  }[];
}

/** Adds to an option which of its values variants use; as in Shopify, `values` names only those. */
export function optionView(option: StoredOption, product: ProductEntity): OptionView {
  const used = new Set(
    product.variants.flatMap((variant) => variant.selectedOptions.map(({ optionValue }) => optionValue.id)),
  );
  return {
    ...option,
    linkedMetafield: null,
    values: option.optionValues.filter(({ id }) => used.has(id)).map(({ name }) => name),
    optionValues: option.optionValues.map((value) => ({
      ...value,
      hasVariants: used.has(value.id),
      linkedMetafieldValue: null,
      swatch: null,
    })),
  };
}
