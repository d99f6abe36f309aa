import type { GraphQLResolveInfo } from 'graphql';
import type { UniqueMetafieldValueInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity, StoredVariant } from '../../../store/entities.ts';
import { type ResolverContext, type ResolverMap, resolver, type ShopInfo } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import { smartCollectionsOf } from '../collections/rules.ts';
import { type ConnectionArgs, connection, countUpTo, sortedConnection } from '../connections.ts';
import { allProducts, productById, variantById } from '../find-entities.ts';
import { availableOf, levelsOf } from '../inventory/levels.ts';
import { ownerByCustomId } from '../metafields/custom-id.ts';
import { metafieldFields } from '../metafields/metafields.ts';
import { publicationSearch } from '../publications.ts';
import {
  byId,
  flag,
  gid,
  keyword,
  numeric,
  type Searchable,
  type SearchField,
  searched,
  time,
  without,
  words,
} from '../search.ts';

/**
 * A page of variants may be as long as a product can have them, where the product is all that is asked for.
 * https://shopify.dev/changelog/enhanced-variant-query-limits-for-single-product-queries
 */
const singleProductMaximum = 2048;

const singleProductFields = new Set(['product', 'productByIdentifier']);

interface VariantsArgs extends ConnectionArgs {
  readonly query?: string | null;
  readonly savedSearchId?: string | null;
  readonly sortKey: string;
}

interface VariantIdentifier {
  readonly id?: string;
  readonly customId?: UniqueMetafieldValueInput;
}

/** Resolvers of variants. */
export const variantResolvers: ResolverMap = {
  QueryRoot: {
    productVariant: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'ProductVariant');
      return variantById(context, id) ?? null;
    }),
    productVariantByIdentifier: resolver<unknown, { identifier: VariantIdentifier }>(
      (_source, { identifier }, context) => identified(identifier, context) ?? null,
    ),
    productVariants: resolver<unknown, VariantsArgs>((_source, args, context, info) => {
      if (args.savedSearchId != null) throw notSimulated('QueryRoot.productVariants(savedSearchId:)');
      const variants = allProducts(context).flatMap((product) => product.variants);
      const found = searched(variants, args.query, searchableVariants(context), { info, context });
      return sorted(found, args, info, { context });
    }),
    productVariantsCount: resolver<unknown, { limit: number | null; query?: string | null }>(
      (_source, args, context, info) => {
        const found = searched(allVariants(context), args.query, searchableVariants(context), { info, context });
        return countUpTo(found.length, args.limit);
      },
    ),
  },
  Product: {
    variants: resolver<ProductEntity, ConnectionArgs & { sortKey: string }>(({ variants }, args, context, info) => {
      const { selections } = info.operation.selectionSet;
      const [root] = selections;
      const isSingle = selections.length === 1 && root?.kind === 'Field' && singleProductFields.has(root.name.value);
      return sorted(variants, args, info, { context, ...(isSingle && { maximum: singleProductMaximum }) });
    }),
    variantsCount: resolver<ProductEntity>(({ variants }) => countUpTo(variants.length)),
    totalVariants: resolver<ProductEntity>(({ variants }) => variants.length),
    tracksInventory: resolver<ProductEntity>(({ variants }) =>
      variants.some(({ inventoryItem }) => inventoryItem.tracked),
    ),
    priceRangeV2: resolver<ProductEntity>(({ variants }, _args, { info }) => {
      const [least, most] = priceRange(variants);
      return { minVariantPrice: money(least, info), maxVariantPrice: money(most, info) };
    }),
    // The older field counts in hundredths of the currency.
    priceRange: resolver<ProductEntity>(({ variants }, _args, { info }) => {
      const [least, most] = priceRange(variants).map((price) => (Number(price) * 100).toFixed(1));
      return { minVariantPrice: money(least, info), maxVariantPrice: money(most, info) };
    }),
    compareAtPriceRange: resolver<ProductEntity>(({ variants }, _args, { info }) => {
      const prices = variants.flatMap(({ compareAtPrice }) => compareAtPrice ?? []);
      if (prices.length === 0) return null;
      const [least, most] = sortedPrices(prices);
      return { minVariantCompareAtPrice: money(least, info), maxVariantCompareAtPrice: money(most, info) };
    }),
  },
  ProductVariant: {
    requiresComponents: () => false,
    barcodes: resolver<StoredVariant, ConnectionArgs>(({ barcode, barcodes = barcode ? [barcode] : [] }, args) =>
      connection(
        barcodes.map((value) => ({ id: value, value, type: null })),
        args,
      ),
    ),
    unitPrice: () => null,
    // Shopify's value for a variant without a measurement. Recorded 2025-01 and 2026-04.
    unitPriceMeasurement: () => ({
      ...{ measuredType: null, quantityUnit: null, quantityValue: 0, referenceUnit: null, referenceValue: 0 },
    }),
    sellingPlanGroups: resolver<StoredVariant, ConnectionArgs>((_variant, args) => connection([], args)),
    sellingPlanGroupsCount: () => countUpTo(0),
    translations: () => [],
    ...metafieldFields('PRODUCTVARIANT'),
    product: resolver<StoredVariant>(({ productId }, _args, context) => productById(context, productId)),
    displayName: resolver<StoredVariant>(({ productId, title }, _args, context) => {
      return `${productById(context, productId)?.title} - ${title}`;
    }),
    legacyResourceId: resolver<StoredVariant>(({ id }) => parseGid(id)?.key),
  },
};

const money = (amount: string | undefined, { currencyCode }: ShopInfo): unknown => ({
  amount,
  currencyCode: currencyCode ?? 'USD',
});

/** The lowest and the highest of some amounts. */
function sortedPrices(prices: readonly string[]): readonly (string | undefined)[] {
  const sorted = prices.toSorted((a, b) => Number(a) - Number(b));
  return [sorted[0], sorted.at(-1)];
}

const priceRange = (variants: readonly StoredVariant[]): readonly (string | undefined)[] =>
  sortedPrices(variants.map(({ price }) => price));

/** By what variants are sorted, but for their ids; `null` for the order in which they come. Recorded 2025-10. */
const variantOrders: Readonly<
  Record<string, ((variant: StoredVariant, context: ResolverContext) => string | number) | null>
> = {
  POSITION: null,
  // Without a search there is no relevance, and the fake has no sales.
  RELEVANCE: null,
  POPULAR: null,
  SKU: ({ sku }) => (sku ?? '').toLowerCase(),
  TITLE: ({ title }) => title.toLowerCase(),
  FULL_TITLE: ({ productId }, context) => (productById(context, productId)?.title ?? '').toLowerCase(),
  NAME: ({ productId, title }, context) => `${productById(context, productId)?.title} - ${title}`.toLowerCase(),
  INVENTORY_MANAGEMENT: ({ inventoryItem }) => (inventoryItem.tracked ? 'shopify' : ''),
  INVENTORY_POLICY: ({ inventoryPolicy }) => inventoryPolicy.toLowerCase(),
  INVENTORY_QUANTITY: ({ inventoryItem }, context) => availableOf(context, inventoryItem.id),
};

/** @throws GraphQLError `NOT_SIMULATED` for `INVENTORY_LEVELS_AVAILABLE`. */
function sorted(
  variants: readonly StoredVariant[],
  args: ConnectionArgs & { readonly sortKey: string },
  { parentType, fieldName }: GraphQLResolveInfo,
  { context, maximum }: { readonly context: ResolverContext; readonly maximum?: number },
): unknown {
  const order = variantOrders[args.sortKey];
  if (args.sortKey === 'ID') return connection(byNumber(variants), args, maximum);
  if (order === undefined) throw notSimulated(`${parentType.name}.${fieldName}(sortKey: ${args.sortKey})`);
  return order
    ? sortedConnection(variants, args, (variant) => order(variant, context), maximum)
    : connection(variants, args, maximum);
}

/** The collections that a variant's product was put into, or is in by their rules. */
function collectionIdsOf(productId: string, context: ResolverContext): readonly string[] {
  const product = productById(context, productId);
  return product ? [...product.collectionIds, ...smartCollectionsOf(product, context).map(({ id }) => id)] : [];
}

/** All variants, by gid. */
function allVariants(context: ResolverContext): readonly StoredVariant[] {
  return byNumber(allProducts(context).flatMap((product) => product.variants));
}

function byNumber(variants: readonly StoredVariant[]): readonly StoredVariant[] {
  const numberOf = ({ id }: StoredVariant): number => Number(parseGid(id)?.key);
  return variants.toSorted((a, b) => numberOf(a) - numberOf(b));
}

/** What variants can be searched by: the fields in the description of `QueryRoot.productVariants(query:)`. */
function searchableVariants(context: ResolverContext): Searchable<StoredVariant> {
  const ofProduct =
    <T>(read: (product: ProductEntity) => T) =>
    ({ productId }: StoredVariant): T | [] => {
      const product = productById(context, productId);
      return product ? read(product) : [];
    };
  const option = (index: number): SearchField<StoredVariant> =>
    keyword(({ selectedOptions }) => selectedOptions[index]?.value ?? null);
  const tag = keyword<StoredVariant>(ofProduct(({ tags }) => tags));
  const publication = publicationSearch<StoredVariant>(context, ({ productId }) => productById(context, productId));
  const everything: SearchField<StoredVariant> = { accepted: ['TRUE', 'FALSE'], test: () => () => true };
  return {
    texts: ({ title, sku, barcode }) => [title, sku, barcode],
    fields: {
      id: byId,
      sku: keyword(({ sku }) => sku),
      barcode: keyword(({ barcode, barcodes = barcode ? [barcode] : [] }) => barcodes),
      title: words(({ title }) => [title]),
      product_id: gid(({ productId }) => productId),
      product_status: keyword(
        ofProduct(({ status }) => status),
        ['ACTIVE', 'ARCHIVED', 'DRAFT', 'UNLISTED'],
      ),
      product_type: keyword(ofProduct(({ productType }) => productType)),
      vendor: keyword(ofProduct(({ vendor }) => vendor)),
      tag,
      tag_not: without(tag),
      option1: option(0),
      option2: option(1),
      option3: option(2),
      taxable: flag(({ taxable }) => taxable),
      gift_card: flag(({ productId }) => productById(context, productId)?.isGiftCard ?? false),
      product_ids: gid(({ productId }) => productId),
      collection: gid(({ productId }) => collectionIdsOf(productId, context)),
      inventory_quantity: numeric(({ inventoryItem }) => availableOf(context, inventoryItem.id)),
      location_id: gid(({ inventoryItem }) =>
        levelsOf(context, inventoryItem.id).flatMap(({ isActive, locationId }) => (isActive ? [locationId] : [])),
      ),
      managed: flag(({ inventoryItem }) => inventoryItem.tracked),
      managed_by: keyword(({ inventoryItem }) => (inventoryItem.tracked ? 'shopify' : null)),
      requires_components: flag(() => false),
      published_status: publication.published_status,
      product_publication_status: publication.product_publication_status,
      // No variant of the fake has components, so that none is left out.
      exclude_composite: everything,
      exclude_variants_with_components: everything,
      updated_at: time(
        'updated_at',
        ({ updatedAt }) => updatedAt,
        () => context.clock.now(),
      ),
    },
    metafieldsOf: 'PRODUCTVARIANT',
    others: ['delivery_profile_id', 'publishable_status'],
  };
}

function identified(identifier: VariantIdentifier, context: ResolverContext): StoredVariant | undefined {
  if (identifier.customId) return ownerByCustomId(allVariants(context), identifier.customId, 'PRODUCTVARIANT', context);
  const id = identifier.id ?? '';
  requireGid(id);
  return variantById(context, id);
}
