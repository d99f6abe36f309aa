// @ts-nocheck
import type { ProductIdentifierInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type {
  CollectionEntity,
  ProductEntity,
  StoredLink,
  StoredOption,
  StoredVariant,
} from '../../../store/entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import { listed } from '../collections/collections.ts';
import { smartCollectionsOf } from '../collections/rules.ts';
import { type ConnectionArgs, connection, countUpTo, type SortValue, sortedConnection } from '../connections.ts';
import { allProducts, collectionById, productByHandle, productById } from '../find-entities.ts';
import { handleFrom, plainText } from '../input-values.ts';
import { levelsOf, totalInventory } from '../inventory/levels.ts';
import { productByCustomId } from '../metafields/custom-id.ts';
import { metafieldFields } from '../metafields/metafields.ts';
import { publicationSearch } from '../publications.ts';
import { byId, flag, gid, keyword, numeric, type Searchable, searched, time, without, words } from '../search.ts';

interface ProductsArgs extends ConnectionArgs {
  readonly query?: string | null;
  readonly savedSearchId?: string | null;
  readonly sortKey: string;
}

/** Sort keys that are simulated; `null` for those that come to the order of creation, in which products stand. */
const productOrders: Readonly<Record<string, SortValue<ProductEntity> | null>> = {
  ID: null,
  CREATED_AT: null,
  // Without a search there is no relevance: https://shopify.dev/docs/api/admin-graphql/latest/enums/ProductSortKeys
  RELEVANCE: null,
  TITLE: ({ title }) => title.toLowerCase(),
  VENDOR: ({ vendor }) => vendor.toLowerCase(),
  PRODUCT_TYPE: ({ productType }) => productType.toLowerCase(),
  UPDATED_AT: ({ updatedAt }) => Date.parse(updatedAt),
  PUBLISHED_AT: ({ published }) => Math.min(never, ...published.map(({ publishDate }) => Date.parse(publishDate))),
};

/** Behind everything that is published. */
const never = Number.MAX_SAFE_INTEGER;

/** Resolvers of products, but for their mutations and what other features answer. */
export const productResolvers: ResolverMap = {
  QueryRoot: {
    product: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'Product');
      return productById(context, id) ?? null;
    }),
    productByIdentifier: resolver<unknown, { identifier: ProductIdentifierInput }>(
      (_source, { identifier }, context) => productByIdentifier(identifier, context) ?? null,
    ),
    products: resolver<unknown, ProductsArgs>((_source, args, context, info) => {
      if (args.savedSearchId != null) throw notSimulated('QueryRoot.products(savedSearchId:)');
      // The schema allows `null`, which is recorded to be the order by id.
      const order =
        args.sortKey === 'INVENTORY_TOTAL'
          ? (product: ProductEntity) => totalInventory(product, context)
          : productOrders[args.sortKey ?? 'ID'];
      if (order === undefined) throw notSimulated(`QueryRoot.products(sortKey: ${args.sortKey})`);
      const found = searched(allProducts(context), args.query, searchableProducts(context), { info, context });
      return order ? sortedConnection(found, args, order) : connection(found, args);
    }),
    productsCount: resolver<unknown, { limit: number | null; query?: string | null; savedSearchId?: string | null }>(
      (_source, args, context, info) => {
        if (args.savedSearchId != null) throw notSimulated('QueryRoot.productsCount(savedSearchId:)');
        const found = searched(allProducts(context), args.query, searchableProducts(context), { info, context });
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
    isGiftCard: resolver<ProductEntity>(({ isGiftCard }) => isGiftCard ?? false),
    giftCardTemplateSuffix: resolver<ProductEntity>(({ giftCardTemplateSuffix }) => giftCardTemplateSuffix ?? null),
    // Neither bundles nor combined listings, selling plans or translations can be made in the fake.
    combinedListing: () => null,
    combinedListingRole: () => null,
    hasVariantsThatRequiresComponents: () => false,
    bundleComponents: resolver<ProductEntity, ConnectionArgs>((_product, args) => connection([], args)),
    sellingPlanGroups: resolver<ProductEntity, ConnectionArgs>((_product, args) => connection([], args)),
    sellingPlanGroupsCount: () => countUpTo(0),
    sellingPlanGroupCount: () => 0,
    translations: () => [],
    collections: resolver<ProductEntity, ConnectionArgs & { query?: string | null; sortKey: string }>(
      (product, args, context, info) => listed(collectionsOf(product, context), args, context, info),
    ),
    inCollection: resolver<ProductEntity, { id: string }>((product, { id }, context) =>
      collectionsOf(product, context).some((collection) => collection.id === id),
    ),
    options: resolver<ProductEntity, { first?: number | null }>((product, { first }) =>
      product.options.slice(0, first ?? undefined).map((option) => optionView(option, product)),
    ),
    hasOnlyDefaultVariant: resolver<ProductEntity>(hasDefaultVariant),
  },
};

/** The collections that a product was put into, or is in by their rules. */
function collectionsOf(product: ProductEntity, context: ResolverContext): readonly CollectionEntity[] {
  const { store, shop } = context;
  const byHand = product.collectionIds.flatMap((id) => collectionById({ store, shop }, id) ?? []);
  const smart = smartCollectionsOf(product, context).filter(({ id }) => !product.collectionIds.includes(id));
  return [...byHand, ...smart];
}

function hasDefaultVariant({ variants: [only, another] }: ProductEntity): boolean {
  return another === undefined && only?.title === 'Default Title';
}

/** What products can be searched by: the fields in the description of `QueryRoot.products(query:)`. */
function searchableProducts(context: ResolverContext): Searchable<ProductEntity> {
  const of =
    <T>(read: (variant: StoredVariant) => T) =>
    ({ variants }: ProductEntity): readonly T[] =>
      variants.map(read);
  const sku = of(({ sku }) => sku ?? '');
  const barcode = of(({ barcode }) => barcode ?? '');
  const tag = keyword<ProductEntity>(({ tags }) => tags);
  const now = (): number => context.clock.now();
  return {
    texts: (product) => [
      ...[product.title, product.vendor, product.productType, ...product.tags],
      ...[...sku(product), ...barcode(product)],
    ],
    fields: {
      id: byId,
      handle: keyword(({ handle }) => handle),
      title: words(({ title }) => [title]),
      status: keyword(({ status }) => status, ['ACTIVE', 'ARCHIVED', 'DRAFT', 'UNLISTED']),
      vendor: keyword(({ vendor }) => vendor),
      product_type: keyword(({ productType }) => productType),
      tag,
      tag_not: without(tag),
      sku: keyword(sku),
      barcode: keyword(barcode),
      price: numeric(of(({ price }) => Number(price))),
      variant_id: gid(of(({ id }) => id)),
      variant_title: words(of(({ title }) => title)),
      collection_id: gid((product) => collectionsOf(product, context).map(({ id }) => id)),
      publication_ids: gid(({ published }) => published.map(({ publicationId }) => publicationId)),
      ...publicationSearch<ProductEntity>(context, (product) => product),
      category_id: keyword(({ category }) => category && (parseGid(category.id)?.key ?? null)),
      gift_card: flag(({ isGiftCard }) => isGiftCard ?? false),
      has_only_default_variant: flag(hasDefaultVariant),
      tracks_inventory: flag(({ variants }) => variants.some(({ inventoryItem }) => inventoryItem.tracked)),
      is_price_reduced: flag(({ variants }) =>
        variants.some(({ price, compareAtPrice }) => Number(compareAtPrice ?? 0) > Number(price)),
      ),
      // Neither bundles nor combined listings can be made in the fake.
      bundles: flag(() => false),
      has_only_composites: flag(() => false),
      has_variant_with_components: flag(() => false),
      combined_listing_role: keyword(() => 'no_role', ['PARENT', 'CHILD', 'NO_ROLE']),
      product_configuration_owner: keyword(() => null),
      inventory_total: numeric((product) => totalInventory(product, context)),
      out_of_stock_somewhere: flag(({ variants }) =>
        variants.some(
          ({ inventoryItem: { id, tracked } }) =>
            tracked && levelsOf(context, id).some(({ isActive, quantities }) => isActive && quantities.available <= 0),
        ),
      ),
      created_at: time('created_at', ({ createdAt }) => createdAt, now),
      updated_at: time('updated_at', ({ updatedAt }) => updatedAt, now),
    },
    metafieldsOf: 'PRODUCT',
    others: ['delivery_profile_id', 'error_feedback', 'publishable_status'],
  };
}

function productByIdentifier(identifier: ProductIdentifierInput, context: ResolverContext): ProductEntity | undefined {
  if (identifier.customId) return productByCustomId(identifier.customId, context);
  if (identifier.handle !== undefined) return productByHandle(context, handleFrom(identifier.handle));
  requireGid(identifier.id);
  return productById(context, identifier.id);
}

/** An option with what follows from the product's variants. */
interface OptionView extends Omit<StoredOption, 'linkedMetafield' | 'optionValues'> {
  readonly values: readonly string[];
  readonly linkedMetafield: StoredLink | null;
  readonly optionValues: readonly {
    readonly id: string;
    readonly name: string;
    readonly hasVariants: boolean;
    readonly linkedMetafieldValue: string | null;
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
    linkedMetafield: option.linkedMetafield ?? null,
    values: option.optionValues.filter(({ id }) => used.has(id)).map(({ name }) => name),
    optionValues: option.optionValues.map((value) => ({
      ...value,
      hasVariants: used.has(value.id),
      linkedMetafieldValue: value.linkedMetafieldValue ?? null,
      swatch: null,
    })),
  };
}
