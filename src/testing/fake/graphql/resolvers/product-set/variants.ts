import type {
  FileSetInput,
  InventoryItemInput,
  MetafieldInput,
  OptionSetInput,
  OptionValueSetInput,
  ProductSetInput,
  ProductVariantSetInput,
  VariantOptionValueInput,
} from '../../../../../graphql/operations/generated/graphql.ts';
import type {
  StoredMedia,
  StoredMetafield,
  StoredOption,
  StoredOptionValue,
  StoredVariant,
} from '../../../store/entities.ts';
import type { ShopInfo } from '../../context.ts';
import { levelAt, newLevel, quantityOf } from '../inventory/levels.ts';
import { activeLocation, primaryLocation } from '../locations/find-locations.ts';
import type { MetafieldOwner } from '../metafields/owners.ts';
import { type MetafieldProblem, metafieldFrom, upsertedMetafields } from '../metafields/values.ts';
import type { FieldPath } from '../problems.ts';
import type { ProductSetContext } from './context.ts';

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

/** Shopify's words for a combination that another variant has. */
export const alreadyExists = (combination: Combination): string =>
  `The variant '${combination.map(({ value }) => value).join(' / ')}' already exists. Please change at least one option value.`;

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
  field: readonly (string | number)[],
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

const maxLengthOfVariant = 255;

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
    if (value && value.length > maxLengthOfVariant) {
      context.report(
        'INVALID_VARIANT',
        [...field, name],
        `${name} is too long (maximum is ${maxLengthOfVariant} characters)`,
      );
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

/** The metafields after the input, and no others. Those that exist, by id or by namespace and key, keep their gid. */
export function metafieldsFrom(
  inputs: readonly MetafieldInput[],
  owner: MetafieldOwner,
  field: FieldPath,
  context: ProductSetContext,
): readonly StoredMetafield[] {
  const seen = new Set<string>();
  return inputs.flatMap((input, index) => {
    const place = [...field, index];
    const metafield = metafieldFrom(input, owner, context);
    if ('part' in metafield) {
      reportMetafield(metafield, place, context);
      return [];
    }
    const name = `${metafield.namespace}.${metafield.key}`;
    if (seen.has(name)) context.report('INVALID_METAFIELD', place, `Metafield ${name} is given twice`);
    seen.add(name);
    return [metafield];
  });
}

/** The metafields after the input, beside those that it does not name. */
export function metafieldsWith(
  inputs: readonly MetafieldInput[],
  owner: MetafieldOwner,
  field: FieldPath,
  context: ProductSetContext,
): readonly StoredMetafield[] {
  return upsertedMetafields(inputs, owner, context, (index, problem) =>
    reportMetafield(problem, [...field, index], context),
  );
}

function reportMetafield(
  { part, code, message }: MetafieldProblem,
  place: FieldPath,
  context: ProductSetContext,
): void {
  context.report(code === 'TAKEN' ? 'CAPABILITY_VIOLATION' : 'INVALID_METAFIELD', [...place, part], message);
}

/** The option values of one variant, in the order of the options. */
type Combination = StoredVariant['selectedOptions'];

/** What makes two combinations equal, also after options were renamed or put in another order. */
export const combinationKey = (combination: Combination): string =>
  combination
    .map(({ optionValue }) => optionValue.id)
    .toSorted()
    .join(' ');

/** The combination that a variant's input names; reports what the options do not have. */
export function combinationFrom(
  inputs: readonly VariantOptionValueInput[],
  options: readonly StoredOption[],
  field: readonly (string | number)[],
  context: ProductSetContext,
): Combination {
  const chosen = new Map<StoredOption, StoredOptionValue>();
  let isComplete = true;
  const report: ProductSetContext['report'] = (...problem) => {
    isComplete = false;
    context.report(...problem);
  };
  for (const [index, input] of inputs.entries()) {
    const place = [...field, 'optionValues', index];
    const option = options.find(({ id, name }) =>
      input.optionId == null ? sameName(name, input.optionName ?? '') : id === input.optionId,
    );
    if (!option) {
      report('OPTION_DOES_NOT_EXIST', place, `Option '${input.optionName ?? input.optionId}' does not exist`);
      continue;
    }
    const value = option.optionValues.find(({ id, name }) =>
      input.id == null ? name === input.name?.trim() : id === input.id,
    );
    if (!value) report('OPTION_VALUE_DOES_NOT_EXIST', place, `Option value '${input.name ?? input.id}' does not exist`);
    else if (chosen.has(option)) report('INVALID_VARIANT', place, `Option '${option.name}' is given twice`);
    else chosen.set(option, value);
  }
  return options.flatMap((option) => {
    const optionValue = chosen.get(option) ?? impliedValue(option, inputs);
    if (optionValue) return [{ name: option.name, value: optionValue.name, optionValue }];
    // Not said of a variant whose values are already reported as wrong.
    if (isComplete)
      report(
        'NEED_TO_ADD_OPTION_VALUES',
        [...field, 'optionValues'],
        `You need to add option values for ${option.name}`,
      );
    return [];
  });
}

/** A variant of a product without options need not say so. */
function impliedValue(option: StoredOption, inputs: readonly VariantOptionValueInput[]): StoredOptionValue | undefined {
  const [value] = option.optionValues;
  return inputs.length === 0 && value?.name === 'Default Title' ? value : undefined;
}

const maxOptions = 3;

const maxValues = 2048;

const maxLength = 255;

/** Option names differ by more than their case. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The options of a product that has none: one value, for its one variant. */
export function defaultOptions(existing: readonly StoredOption[], context: ProductSetContext): readonly StoredOption[] {
  const [only] = existing;
  if (only?.name === 'Title' && only.optionValues[0]?.name === 'Default Title') return [only];
  const value = { id: context.store.nextId('ProductOptionValue'), name: 'Default Title' };
  return [{ id: context.store.nextId('ProductOption'), name: 'Title', position: 1, optionValues: [value] }];
}

/** The options after the input, in their order. Those that exist, by id or by name, keep their gid, and so do their values. */
export function optionsFrom(
  inputs: readonly OptionSetInput[],
  existing: readonly StoredOption[],
  context: ProductSetContext,
): readonly StoredOption[] {
  const { report } = context;
  if (inputs.length > maxOptions) {
    report('OPTIONS_OVER_LIMIT', ['input', 'productOptions'], `Can only specify a maximum of ${maxOptions} options`);
  }
  const built = inputs.map((input, index) => {
    const field = ['input', 'productOptions', index];
    const before = existing.find((option) =>
      input.id == null ? sameName(option.name, input.name ?? '') : option.id === input.id,
    );
    if (input.id != null && !before) report('OPTION_DOES_NOT_EXIST', field, 'Option does not exist');
    const name = (input.name ?? before?.name ?? '').trim();
    checkName(name, field, context);
    const id = before?.id ?? context.store.nextId('ProductOption');
    return { id, name, position: input.position ?? index + 1, optionValues: valuesFrom(input, before, field, context) };
  });
  for (const [index, { name }] of built.entries()) {
    if (built.findIndex((other) => sameName(other.name, name)) < index) {
      report('DUPLICATED_OPTION_NAME', ['input', 'productOptions', index], `Duplicated option name '${name}'`);
    }
  }
  return built.toSorted((a, b) => a.position - b.position).map((option, index) => ({ ...option, position: index + 1 }));
}

function valuesFrom(
  input: OptionSetInput,
  before: StoredOption | undefined,
  optionField: readonly (string | number)[],
  context: ProductSetContext,
): readonly StoredOptionValue[] {
  if (input.values == null && before) return before.optionValues;
  const inputs = input.values ?? [];
  const field = [...optionField, 'values'];
  if (inputs.length === 0) context.report('OPTION_VALUES_MISSING', field, 'Option values are required');
  if (inputs.length > maxValues)
    context.report('OPTION_VALUES_OVER_LIMIT', field, `Option values cannot exceed ${maxValues}`);
  const values = inputs.map((value, index) => valueFrom(value, before, [...field, index], context));
  const names = new Set<string>();
  for (const [index, { name }] of values.entries()) {
    if (names.has(name))
      context.report('DUPLICATED_OPTION_VALUE', [...field, index], `Duplicated option value '${name}'`);
    names.add(name);
  }
  return values;
}

function valueFrom(
  input: OptionValueSetInput,
  option: StoredOption | undefined,
  field: readonly (string | number)[],
  context: ProductSetContext,
): StoredOptionValue {
  const given = input.name?.trim();
  const before = option?.optionValues.find((value) =>
    input.id == null ? value.name === given : value.id === input.id,
  );
  if (input.id != null && !before) context.report('OPTION_VALUE_DOES_NOT_EXIST', field, 'Option value does not exist');
  const name = given ?? before?.name ?? '';
  checkName(name, field, context);
  return { id: before?.id ?? context.store.nextId('ProductOptionValue'), name };
}

function checkName(name: string, field: readonly (string | number)[], { report }: ProductSetContext): void {
  if (name === '') report('MISSING_FIELD_REQUIRED', [...field, 'name'], "Name can't be blank");
  if (name.length > maxLength)
    report('INVALID_INPUT', [...field, 'name'], `Name is too long (maximum is ${maxLength} characters)`);
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
  item: { readonly itemId: string; readonly isNew: boolean },
  place: readonly (string | number)[],
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
      context.report(
        'TRACKED_VARIANT_LOCATION_NOT_FOUND',
        [...field, 'locationId'],
        'Quantity could not be set. The location was not found.',
      );
    } else if (!item.isNew && !known?.isActive) {
      context.report(
        'INVALID_INPUT',
        [...field, 'locationId'],
        "Quantity could not be set. The variant isn't stocked at the location.",
      );
    } else {
      const level = known ?? newLevel(item.itemId, locationId, context.now);
      const available = level.quantities.available + quantity - quantityOf(level, name);
      context.stock.push({ ...level, quantities: { ...level.quantities, available }, updatedAt: context.now });
    }
  }
}

type StoredItem = StoredVariant['inventoryItem'];

/** An inventory item after its input: what is left out stays. */
export function inventoryItemFrom(
  input: InventoryItemInput | null | undefined,
  before: StoredItem | undefined,
  item: { readonly id: string; readonly sku: string | null; readonly now: string; readonly info: ShopInfo },
): StoredItem {
  const { cost, measurement, tracked, countryHarmonizedSystemCodes: _notSimulated, ...plain } = input ?? {};
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  const currencyCode = item.info.currencyCode ?? 'USD';
  return {
    requiresShipping: true,
    countryCodeOfOrigin: null,
    provinceCodeOfOrigin: null,
    harmonizedSystemCode: null,
    unitCost: null,
    measurement: { weight: { unit: 'KILOGRAMS', value: 0 } },
    createdAt: item.now,
    ...before,
    ...given,
    ...(cost !== undefined && { unitCost: cost === null ? null : { amount: amountFrom(cost) ?? cost, currencyCode } }),
    ...(measurement?.weight && { measurement: { weight: measurement.weight } }),
    id: item.id,
    tracked: tracked ?? before?.tracked ?? false,
    sku: item.sku,
    updatedAt: item.now,
  };
}

/** Shopify keeps amounts below this. */
const tooMuch = 1e15;

/** An amount as Shopify gives it back: with two decimals. `undefined` for what is negative or too large. */
export function amountFrom(value: string): string | undefined {
  const amount = Number(value);
  return amount >= 0 && amount < tooMuch ? amount.toFixed(2) : undefined;
}
