import type { UniqueMetafieldValueInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity, StoredVariant } from '../../../store/entities.ts';
import { type ResolverContext, type ResolverMap, resolver, type ShopInfo } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection, countUpTo } from '../connections.ts';
import { allProducts, productById, variantById } from '../find-entities.ts';
import { ownerByCustomId } from '../metafields/custom-id.ts';
import { metafieldFields } from '../metafields/metafields.ts';
import {
  byId,
  flag,
  gid,
  keyword,
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
      if (args.sortKey !== 'ID') throw notSimulated(`QueryRoot.productVariants(sortKey: ${args.sortKey})`);
      const found = searched(allVariants(context), args.query, searchableVariants(context), { info, context });
      return connection(found, args);
    }),
    productVariantsCount: resolver<unknown, { limit: number | null; query?: string | null }>(
      (_source, args, context, info) => {
        const found = searched(allVariants(context), args.query, searchableVariants(context), { info, context });
        return countUpTo(found.length, args.limit);
      },
    ),
  },
  Product: {
    variants: resolver<ProductEntity, ConnectionArgs & { sortKey: string }>(({ variants }, args, _context, info) => {
      if (args.sortKey !== 'POSITION') throw notSimulated('Product.variants(sortKey:)');
      const { selections } = info.operation.selectionSet;
      const [root] = selections;
      const isSingle = selections.length === 1 && root?.kind === 'Field' && singleProductFields.has(root.name.value);
      return connection(variants, args, isSingle ? singleProductMaximum : undefined);
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
    unitPriceMeasurement: () => null,
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

/** All variants, by gid. */
function allVariants(context: ResolverContext): readonly StoredVariant[] {
  const variants = allProducts(context).flatMap((product) => product.variants);
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
      updated_at: time(
        'updated_at',
        ({ updatedAt }) => updatedAt,
        () => context.clock.now(),
      ),
    },
    others: [
      ...['collection', 'delivery_profile_id', 'exclude_composite', 'exclude_variants_with_components', 'gift_card'],
      ...['inventory_quantity', 'location_id', 'managed', 'managed_by', 'product_ids', 'product_publication_status'],
      ...['publishable_status', 'published_status', 'requires_components'],
    ],
  };
}

function identified(identifier: VariantIdentifier, context: ResolverContext): StoredVariant | undefined {
  if (identifier.customId) return ownerByCustomId(allVariants(context), identifier.customId, 'PRODUCTVARIANT', context);
  const id = identifier.id ?? '';
  requireGid(id);
  return variantById(context, id);
}
