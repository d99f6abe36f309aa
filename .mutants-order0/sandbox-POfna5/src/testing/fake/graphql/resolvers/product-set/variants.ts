// @ts-nocheck
import type {
  FileSetInput,
  ProductSetInput,
  ProductVariantSetInput,
} from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredMedia, StoredOption, StoredVariant } from '../../../store/entities.ts';
import type { FieldPath } from '../../errors.ts';
import { activeLocation, primaryLocation } from '../find-entities.ts';
import { amountFrom, given, lengthProblem } from '../input-values.ts';
import { inventoryItemFrom, weightProblem } from '../inventory/items.ts';
import { levelAt, newLevel, quantityOf } from '../inventory/levels.ts';
import type { ProductSetContext } from './context.ts';
import { metafieldsFrom } from './metafields.ts';
import { alreadyExists, type Combination, combinationFrom, combinationKey } from './options.ts';

/** Variants a product may have. */
export const maxVariants = 2048;

/** What the variants of a product are made from. */
interface VariantsParts {
  readonly productId: string;
  readonly options: readonly StoredOption[];
  readonly existing: readonly StoredVariant[];
  readonly media: readonly StoredMedia[];
  /** Same order as `media`; `undefined` where the input leaves the files alone. */
  readonly files: readonly FileSetInput[] | undefined;
}

/**
 * The variants after the input. One that exists, by id or by its combination of option values, keeps its
 * gid; those that the input does not name are gone.
 */
export function variantsFrom(
  inputs: readonly ProductVariantSetInput[],
  parts: VariantsParts,
  context: ProductSetContext,
): readonly StoredVariant[] {
  const { report } = context;
  if (inputs.length > maxVariants) {
    report(
      'VARIANTS_OVER_LIMIT',
      ['input', 'variants'],
      `Cannot create more than ${maxVariants} variants for a product`,
    );
    return [];
  }
  const claimed = claimedById(inputs, parts.existing, context);
  const taken = new Set(claimed.values());
  const free = new Map(
    parts.existing
      .filter((variant) => !taken.has(variant))
      .map((variant) => [combinationKey(variant.selectedOptions), variant]),
  );
  const combinations = new Set<string>();
  const mediaIds = new Set(parts.media.map(({ id }) => id));

  const variants = inputs.map((input, index) => {
    const field = ['input', 'variants', index];
    const selectedOptions = combinationFrom(input.optionValues, parts.options, field, context);
    const key = combinationKey(selectedOptions);
    if (selectedOptions.length === parts.options.length) {
      if (combinations.has(key)) report('VARIANT_ALREADY_EXISTS', field, alreadyExists(selectedOptions));
      combinations.add(key);
    }
    const before = claimed.get(index) ?? free.get(key);
    const media = mediaOf(input, parts, field, context);
    const position = input.position ?? index + 1;
    return variantFrom(
      input,
      { productId: parts.productId, before, selectedOptions, position, media, mediaIds },
      field,
      context,
    );
  });
  return variants
    .toSorted((a, b) => a.position - b.position)
    .map((variant, index) => ({ ...variant, position: index + 1 }));
}

/** Existing variants that the input names by gid, by position in the input. */
function claimedById(
  inputs: readonly ProductVariantSetInput[],
  existing: readonly StoredVariant[],
  { report }: ProductSetContext,
): ReadonlyMap<number, StoredVariant> {
  const byId = new Map(existing.map((variant) => [variant.id, variant]));
  const claimed = new Map<number, StoredVariant>();
  for (const [index, { id }] of inputs.entries()) {
    if (id == null) continue;
    const variant = byId.get(id);
    if (variant) claimed.set(index, variant);
    else report('PRODUCT_VARIANT_DOES_NOT_EXIST', ['input', 'variants', index, 'id'], 'Product variant does not exist');
    // Two inputs for one variant: the second finds it gone.
    byId.delete(id);
  }
  return claimed;
}

/** A variant's file must be one of the product's, given in the same input. */
function mediaOf(
  { file }: ProductVariantSetInput,
  { files = [], media }: VariantsParts,
  field: FieldPath,
  { report }: ProductSetContext,
): StoredMedia | undefined {
  if (!file) return undefined;
  const index = files.findIndex(({ id, originalSource }) =>
    file.id == null ? file.originalSource != null && originalSource === file.originalSource : id === file.id,
  );
  if (index < 0) report('INVALID_VARIANT', [...field, 'file'], "The file must be in the product's files too");
  return media[index];
}

/** The variants of a product whose input names none: those it has, else one with the first value of each option. */
export function variantsLeftAlone(
  input: Pick<ProductSetInput, 'productOptions'>,
  parts: VariantsParts,
  context: ProductSetContext,
): readonly StoredVariant[] {
  const mediaIds = new Set(parts.media.map(({ id }) => id));
  if (parts.existing.length > 0 && input.productOptions == null) {
    return parts.existing.map((variant) => ({
      ...variant,
      mediaIds: variant.mediaIds.filter((id) => mediaIds.has(id)),
    }));
  }
  const selectedOptions = parts.options.flatMap(({ name, optionValues: [optionValue] }) =>
    optionValue ? [{ name, value: optionValue.name, optionValue }] : [],
  );
  const before = parts.existing.find(
    (variant) => combinationKey(variant.selectedOptions) === combinationKey(selectedOptions),
  );
  return [
    variantFrom(
      {},
      { productId: parts.productId, before, selectedOptions, position: 1, media: undefined, mediaIds },
      ['input'],
      context,
    ),
  ];
}

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
  field: FieldPath,
  context: ProductSetContext,
): StoredVariant {
  const { before, selectedOptions, position, media, mediaIds } = parts;
  const { store, now, info } = context;
  const sku = given(input.sku === undefined ? input.inventoryItem?.sku : input.sku, before?.sku, null);
  const id = before?.id ?? store.nextId('ProductVariant');
  const itemId = before?.inventoryItem.id ?? store.nextId('InventoryItem');
  const title = selectedOptions.map(({ value }) => value).join(' / ');
  stockFrom(input.inventoryQuantities, { itemId, isNew: !before, title }, field, context);
  for (const [name, label, value] of [
    ['sku', 'SKU', sku],
    ['barcode', 'Barcode', input.barcode],
  ] as const) {
    const tooLong = value ? lengthProblem(label, value) : undefined;
    if (tooLong !== undefined) context.report('INVALID_VARIANT', [...field, name], tooLong);
  }
  const { barcode, barcodes } = barcodesFrom(input, before, field, context);
  checkItem(input.inventoryItem, [...field, 'inventoryItem'], context);
  // In this order Shopify tells what is wrong. Recorded 2026-04.
  const compareAtPrice = nullableAmount(given(input.compareAtPrice, before?.compareAtPrice, null), field, context);
  const price = amount(given(input.price, before?.price, '0.00'), 'price', field, context);
  return {
    id,
    productId: parts.productId,
    title,
    position,
    sku,
    price,
    compareAtPrice,
    barcode,
    ...(barcodes.length > 1 && { barcodes }),
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

/** https://shopify.dev/changelog/product-variant-barcode-is-being-replaced-by-barcodes */
const maxBarcodes = 20;

/** The barcodes after the input: a list replaces all of them, and `barcode` is its first. */
function barcodesFrom(
  { barcode, barcodes }: Input,
  before: StoredVariant | undefined,
  field: FieldPath,
  { report }: ProductSetContext,
): { readonly barcode: string | null; readonly barcodes: readonly string[] } {
  const known = before?.barcodes ?? (before?.barcode ? [before.barcode] : []);
  if (barcode !== undefined && barcodes != null)
    report('CANNOT_SPECIFY_BOTH', [...field, 'barcodes'], 'Cannot specify both barcode and barcodes.');
  if (barcodes && barcodes.length > maxBarcodes)
    report('INVALID_VARIANT', [...field, 'barcodes'], `A variant cannot have more than ${maxBarcodes} barcodes.`);
  for (const [index, { value }] of (barcodes ?? []).entries()) {
    const tooLong = lengthProblem('Barcode', value);
    if (tooLong !== undefined) report('INVALID_VARIANT', [...field, 'barcodes', index, 'value'], tooLong);
  }
  const after = barcodes?.map(({ value }) => value) ?? (barcode === undefined ? known : barcode ? [barcode] : []);
  return { barcode: after[0] ?? (barcode === undefined ? null : barcode), barcodes: after };
}

function amount(
  value: string,
  name: 'price' | 'compareAtPrice',
  field: FieldPath,
  { report }: ProductSetContext,
): string {
  const normal = amountFrom(value);
  if (normal !== undefined) return normal;
  const isNegative = value.startsWith('-');
  // The price is named in the text, the other one is not. Recorded 2026-04.
  const label = name === 'price' ? 'Price ' : '';
  report(
    isNegative ? 'NEGATIVE_PRICE_VALUE' : 'INVALID_VARIANT',
    [...field, name],
    `${label}${outOfRange(isNegative)}`,
  );
  return value;
}

const outOfRange = (isNegative: boolean): string =>
  isNegative ? 'must be greater than or equal to 0' : 'must be less than 1000000000000000000';

/** What is wrong with cost and weight. */
function checkItem(item: Input['inventoryItem'], field: FieldPath, { report }: ProductSetContext): void {
  if (item?.cost != null && amountFrom(item.cost) === undefined) {
    const isNegative = item.cost.startsWith('-');
    const code = isNegative ? 'NEGATIVE_COST' : 'INVALID_VARIANT';
    report(code, [...field, 'cost'], `Cost per item ${outOfRange(isNegative)}`);
  }
  const weight = weightProblem(item);
  if (weight !== undefined) report('INVALID_VARIANT', [...field, 'measurement', 'weight'], weight);
}

function nullableAmount(value: string | null, field: FieldPath, context: ProductSetContext): string | null {
  return value === null ? null : amount(value, 'compareAtPrice', field, context);
}

type Quantities = ProductVariantSetInput['inventoryQuantities'];

/** https://shopify.dev/changelog/posts/productset-limit-for-inventory-quantities */
const maxEntries = 50_000;

const maxQuantity = 1_000_000_000;

/** Reports more quantities than one call may set. */
export function checkStockLimit({ variants }: ProductSetInput, { report }: ProductSetContext): void {
  const entries = (variants ?? []).reduce((sum, variant) => sum + (variant.inventoryQuantities?.length ?? 0), 0);
  if (entries <= maxEntries) return;
  report(
    'INVENTORY_QUANTITIES_LIMIT_EXCEEDED',
    ['input', 'variants'],
    `Inventory quantity input exceeds the limit of ${maxEntries}. Consider using separate \`inventorySetQuantities\` mutations.`,
  );
}

/**
 * Notes in `context.stock` what a variant's quantities become. A new variant is stocked where its input says, else at
 * the primary location; one that exists, only where it is stocked already.
 */
function stockFrom(
  inputs: Quantities,
  item: { readonly itemId: string; readonly isNew: boolean; readonly title: string },
  place: FieldPath,
  context: ProductSetContext,
): void {
  if (item.isNew && !inputs?.length) {
    const location = primaryLocation(context);
    if (location) context.stock.push(newLevel(item.itemId, location.id, context.now));
  }
  for (const [index, { locationId, name, quantity }] of (inputs ?? []).entries()) {
    const field = [...place, 'inventoryQuantities', index];
    if (name !== 'available' && name !== 'on_hand') {
      context.report('INVALID_INPUT', [...field, 'name'], "The quantity name must be either 'available' or 'on_hand'.");
      continue;
    }
    if (Math.abs(quantity) > maxQuantity) {
      context.report('INVALID_INPUT', [...field, 'quantity'], `The quantity can't be beyond ${maxQuantity}.`);
      continue;
    }
    const known = item.isNew ? undefined : levelAt(context, item.itemId, locationId);
    if (!activeLocation(context, locationId)) {
      const message = `Quantity for ${item.title} couldn't be set because the location was deleted.`;
      context.report('TRACKED_VARIANT_LOCATION_NOT_FOUND', [...place, 'inventoryQuantities'], message);
    } else if (!item.isNew && !known?.isActive) {
      context.report(
        'INVALID_INPUT',
        [...field, 'locationId'],
        "Quantity could not be set. The variant isn't stocked at the location.",
      );
    } else {
      const level = known ?? newLevel(item.itemId, locationId, context.now);
      const available = level.quantities.available + quantity - quantityOf(level, name);
      context.stock.push({
        ...level,
        quantities: { ...level.quantities, available },
        changedAt: { ...level.changedAt, available: context.now },
        updatedAt: context.now,
      });
    }
  }
}
