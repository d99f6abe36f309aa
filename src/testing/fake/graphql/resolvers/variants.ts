import type { ProductEntity, StoredVariant } from '../../store/entities.ts';
import { notSimulated } from '../errors.ts';
import { parseGid, requireGid } from '../gid.ts';
import { type ResolverMap, resolver } from '../types.ts';
import { type ConnectionArgs, connection } from './connections.ts';
import { countUpTo } from './counts.ts';
import { productById, variantById } from './find-entities.ts';
import { metafieldFields } from './metafields.ts';

/**
 * A page of variants may be as long as a product can have them, where the product is all that is asked for.
 * https://shopify.dev/changelog/enhanced-variant-query-limits-for-single-product-queries
 */
const maxOfSingleProduct = 2048;
const singleProductFields = new Set(['product', 'productByIdentifier']);

/** Resolvers of variants and their inventory items. */
export const variantResolvers: ResolverMap = {
  QueryRoot: {
    productVariant: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id);
      return variantById(context, id) ?? null;
    }),
  },
  Product: {
    variants: resolver<ProductEntity, ConnectionArgs & { sortKey: string }>(({ variants }, args, _context, info) => {
      if (args.sortKey !== 'POSITION') throw notSimulated('Product.variants(sortKey:)');
      const { selections } = info.operation.selectionSet;
      const [root] = selections;
      const isSingle = selections.length === 1 && root?.kind === 'Field' && singleProductFields.has(root.name.value);
      return connection(variants, args, isSingle ? maxOfSingleProduct : undefined);
    }),
    variantsCount: resolver<ProductEntity>(({ variants }) => countUpTo(variants.length)),
    totalVariants: resolver<ProductEntity>(({ variants }) => variants.length),
    totalInventory: () => 0,
    tracksInventory: resolver<ProductEntity>(({ variants }) =>
      variants.some(({ inventoryItem }) => inventoryItem.tracked),
    ),
    priceRangeV2: resolver<ProductEntity>(({ variants }, _args, { info }) => {
      const prices = variants.map(({ price }) => price).toSorted((a, b) => Number(a) - Number(b));
      const money = (amount: string | undefined): unknown => ({ amount, currencyCode: info.currencyCode ?? 'USD' });
      return { minVariantPrice: money(prices[0]), maxVariantPrice: money(prices.at(-1)) };
    }),
  },
  ProductVariant: {
    ...metafieldFields('PRODUCTVARIANT'),
    product: resolver<StoredVariant>(({ productId }, _args, context) => productById(context, productId)),
    displayName: resolver<StoredVariant>(({ productId, title }, _args, context) => {
      return `${productById(context, productId)?.title} - ${title}`;
    }),
    inventoryQuantity: () => 0,
    legacyResourceId: resolver<StoredVariant>(({ id }) => parseGid(id)?.key),
  },
  InventoryItem: {
    legacyResourceId: resolver<StoredVariant['inventoryItem']>(({ id }) => parseGid(id)?.key),
  },
};
