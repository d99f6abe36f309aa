import type { ProductVariantSetInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredMedia, StoredVariant } from '../../../store/entities.ts';
import type { Combination } from './combination.ts';
import { inventoryItemFrom } from './inventory-item.ts';
import { metafieldsFrom } from './metafields.ts';
import { amountFrom } from './money.ts';
import { stockFrom } from './stock.ts';
import type { ProductSetContext } from './user-errors.ts';

const maxLength = 255;

/** What a variant is made from. */
interface VariantParts {
  readonly productId: string;
  readonly before: StoredVariant | undefined;
  readonly selectedOptions: Combination;
  readonly position: number;
  /** Image of the product that the input names; `undefined` where it names none. */
  readonly media: StoredMedia | undefined;
  /** Images that the product has afterwards. */
  readonly mediaIds: ReadonlySet<string>;
}

type Input = Partial<ProductVariantSetInput>;

/** One variant after its input: what is left out stays, what is `null` is reset. */
export function variantFrom(
  input: Input,
  parts: VariantParts,
  field: readonly (string | number)[],
  context: ProductSetContext,
): StoredVariant {
  const { before, selectedOptions, position, media, mediaIds } = parts;
  const { store, now, info } = context;
  const given = <T>(value: T | null | undefined, old: T | undefined, fresh: T): T =>
    value === undefined ? (old ?? fresh) : (value ?? fresh);
  const sku = given(input.sku === undefined ? input.inventoryItem?.sku : input.sku, before?.sku, null);
  const id = before?.id ?? store.nextId('ProductVariant');
  const itemId = before?.inventoryItem.id ?? store.nextId('InventoryItem');
  stockFrom(input.inventoryQuantities, { itemId, isNew: !before }, field, context);
  for (const [name, value] of Object.entries({ sku, barcode: input.barcode })) {
    if (value && value.length > maxLength) {
      context.report('INVALID_VARIANT', [...field, name], `${name} is too long (maximum is ${maxLength} characters)`);
    }
  }
  return {
    id,
    productId: parts.productId,
    title: selectedOptions.map(({ value }) => value).join(' / '),
    position,
    sku,
    price: amount(given(input.price, before?.price, '0.00'), 'price', field, context),
    compareAtPrice: nullableAmount(given(input.compareAtPrice, before?.compareAtPrice, null), field, context),
    barcode: given(input.barcode, before?.barcode, null),
    inventoryPolicy: given<string>(input.inventoryPolicy, before?.inventoryPolicy, 'DENY'),
    inventoryItem: inventoryItemFrom(input.inventoryItem, before?.inventoryItem, { id: itemId, sku, now, info }),
    taxable: given(input.taxable, before?.taxable, true),
    taxCode: given(input.taxCode, before?.taxCode, null),
    showUnitPrice: given(input.showUnitPrice, before?.showUnitPrice, false),
    selectedOptions,
    mediaIds: media ? [media.id] : (before?.mediaIds.filter((mediaId) => mediaIds.has(mediaId)) ?? []),
    metafields:
      input.metafields == null
        ? (before?.metafields ?? [])
        : metafieldsFrom(
            input.metafields,
            { type: 'PRODUCTVARIANT', id: before?.id, metafields: before?.metafields ?? [] },
            [...field, 'metafields'],
            context,
          ),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

function amount(
  value: string,
  name: 'price' | 'compareAtPrice',
  field: readonly (string | number)[],
  { report }: ProductSetContext,
): string {
  const normal = amountFrom(value);
  if (normal !== undefined) return normal;
  const label = name === 'price' ? 'Price' : 'Compare at price';
  const isNegative = value.startsWith('-');
  report(
    isNegative ? 'NEGATIVE_PRICE_VALUE' : 'INVALID_VARIANT',
    [...field, name],
    `${label} must be ${isNegative ? 'greater than or equal to 0' : 'less than 1000000000000000'}`,
  );
  return value;
}

function nullableAmount(
  value: string | null,
  field: readonly (string | number)[],
  context: ProductSetContext,
): string | null {
  return value === null ? null : amount(value, 'compareAtPrice', field, context);
}
