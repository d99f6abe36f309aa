import type {
  InventoryItemInput,
  MetafieldInput,
  ProductVariantSetInput,
  VariantOptionValueInput,
} from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity, StoredLink, StoredMedia, StoredOption, StoredVariant } from '../../../store/entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import {
  collectUserErrors,
  type FieldPath,
  notSimulated,
  requireSimulated,
  type UserError,
  userError,
} from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { standsDespiteErrors } from '../../mutation.ts';
import { productById } from '../find-entities.ts';
import { mediaFrom } from '../product-set/build.ts';
import { beginBuilding, namedBy, type ProductSetContext } from '../product-set/context.ts';
import { linkedValue, withLinkedMetafields } from '../product-set/linked-options.ts';
import { metafieldsFrom, metafieldsWith } from '../product-set/metafields.ts';
import { alreadyExists, combinationFrom, combinationKey, sameName } from '../product-set/options.ts';
import { maxVariants, variantFrom } from '../product-set/variants.ts';
import { type CreateMediaInput, uploads } from '../products/mutations.ts';
import { saveProduct } from '../products/save-product.ts';

/** Mutations of several variants of one product. */
export const variantsBulkResolvers: ResolverMap = {
  Mutation: {
    productVariantsBulkCreate: resolver<unknown, CreateVariantsArgs>((_source, args, context) =>
      createVariants(args, context),
    ),
    productVariantsBulkUpdate: resolver<unknown, UpdateVariantsArgs>((_source, args, context) =>
      updateVariants(args, context),
    ),
    productVariantsBulkDelete: resolver<unknown, DeleteVariantsArgs>((_source, args, context) =>
      deleteVariants(args, context),
    ),
  },
};

const noSuchProduct = userError(['productId'], 'Product does not exist', 'PRODUCT_DOES_NOT_EXIST');

/** Arguments of `productVariantsBulkCreate`. */
interface CreateVariantsArgs {
  readonly productId: string;
  readonly variants: readonly BulkVariantInput[];
  readonly media?: readonly CreateMediaInput[] | null;
  readonly strategy: string;
}

const createCodes: Readonly<Record<string, string>> = {
  CANNOT_SPECIFY_BOTH: 'INVALID_INPUT',
  INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION: 'INVALID_INPUT',
  CAPABILITY_VIOLATION: 'INVALID',
  INVALID_METAFIELD: 'INVALID',
  INVALID_VARIANT: 'INVALID',
  DUPLICATED_OPTION_IN_VARIANT: 'INVALID_INPUT',
  NEGATIVE_COST: 'GREATER_THAN_OR_EQUAL_TO',
  NEGATIVE_PRICE_VALUE: 'GREATER_THAN_OR_EQUAL_TO',
  OPTION_DOES_NOT_EXIST: 'INVALID_INPUT',
  OPTION_VALUE_DOES_NOT_EXIST: 'INVALID_INPUT',
};

/** `productVariantsBulkCreate`: all of them or none. Option values that are new come to the product. */
function createVariants(args: CreateVariantsArgs, context: ResolverContext): unknown {
  requireGid(args.productId);
  refuseUnsimulatedVariants(args.variants);
  const before = productById(context, args.productId);
  if (!before) return { product: null, productVariants: [], userErrors: [noSuchProduct] };
  const { building, userErrors, media } = beginBulk(before, args.media ?? [], createCodes, context);
  const kept = args.variants.length === 0 ? before.variants : keptVariants(before, args.strategy);
  let options = kept.length === 0 ? withoutValues(before.options) : before.options;
  const taken = new Set(kept.map(({ selectedOptions }) => combinationKey(selectedOptions)));
  const mediaIds = new Set(media.map(({ id }) => id));

  const created = args.variants.map((input, index) => {
    const field = ['variants', index];
    if (input.id != null) building.report('NO_KEY_ON_CREATE', [...field, 'id'], 'On create, id cannot be used.');
    const values = input.optionValues ?? [];
    options = withValues(options, values, field, building);
    const selectedOptions = combinationFrom(values, options, field, building);
    const key = combinationKey(selectedOptions);
    if (selectedOptions.length === options.length && taken.has(key))
      building.report('VARIANT_ALREADY_EXISTS', field, alreadyExists(selectedOptions));
    taken.add(key);
    const position = kept.length + index + 1;
    const parts = { productId: before.id, before: undefined, selectedOptions, position, mediaIds };
    const variant = variantFrom(
      asVariantInput(input),
      { ...parts, media: mediaOf(input, media, field, building) },
      field,
      building,
    );
    const owner = { type: 'PRODUCTVARIANT', id: undefined, metafields: [] } as const;
    return {
      ...variant,
      metafields: metafieldsFrom(input.metafields ?? [], owner, [...field, 'metafields'], building),
    };
  });
  const variants = [...kept, ...created].map((variant, index) => ({ ...variant, position: index + 1 }));
  if (variants.length > maxVariants)
    building.report('INVALID_INPUT', ['variants'], `Cannot create more than ${maxVariants} variants for a product`);
  if (userErrors.length > 0) return { product: null, productVariants: [], userErrors };

  const product = withLinkedMetafields({ ...before, options, media, variants, updatedAt: building.now }, context);
  saveProduct(context, product, before, building.stock);
  return { product, productVariants: variants.slice(kept.length), userErrors: [] };
}

/** What stays of the variants: a standalone one may have to go. */
function keptVariants({ variants }: ProductEntity, strategy: string): readonly StoredVariant[] {
  const [only, another] = variants;
  if (another || !only || strategy === 'PRESERVE_STANDALONE_VARIANT') return variants;
  return strategy === 'REMOVE_STANDALONE_VARIANT' || only.title === 'Default Title' ? [] : variants;
}

/** The options of a product whose one variant goes: its values go with it. */
const withoutValues = (options: readonly StoredOption[]): readonly StoredOption[] =>
  options.map((option) => ({ ...option, optionValues: [] }));

/** Arguments of `productVariantsBulkUpdate`. */
interface UpdateVariantsArgs {
  readonly productId: string;
  readonly variants: readonly BulkVariantInput[];
  readonly media?: readonly CreateMediaInput[] | null;
  readonly allowPartialUpdates: boolean;
}

const updateCodes: Readonly<Record<string, string>> = {
  INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION: 'INVALID_INPUT',
  CAPABILITY_VIOLATION: 'INVALID_VALUE',
  INVALID_METAFIELD: 'INVALID_VALUE',
  INVALID_VARIANT: 'INVALID_INPUT',
  DUPLICATED_OPTION_IN_VARIANT: 'INVALID_INPUT',
  NEGATIVE_COST: 'GREATER_THAN_OR_EQUAL_TO',
  NEGATIVE_PRICE_VALUE: 'GREATER_THAN_OR_EQUAL_TO',
};

/** Errors of the input's form. With one of them, no variant is checked. Recorded 2025-10. */
const formCodes = new Set([
  'NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE',
  'OPTION_DOES_NOT_EXIST',
  'PRODUCT_VARIANT_DOES_NOT_EXIST',
  'PRODUCT_VARIANT_ID_MISSING',
]);

/** `productVariantsBulkUpdate`: all of them or none, or, where that is allowed, those that can be. */
function updateVariants(args: UpdateVariantsArgs, context: ResolverContext): unknown {
  requireGid(args.productId);
  refuseUnsimulatedVariants(args.variants);
  const before = productById(context, args.productId);
  if (!before) return { product: null, productVariants: null, userErrors: [noSuchProduct] };
  const bulk = beginBulk(before, args.media ?? [], updateCodes, context);
  const { building, userErrors, media } = bulk;
  const changed = new Map<string, StoredVariant>();
  let draft: ProductEntity = { ...before, media, updatedAt: building.now };
  for (const [index, input] of args.variants.entries()) {
    const knownErrors = userErrors.length;
    const built = updatedVariant(input, draft, ['variants', index], bulk);
    // One that is wrong leaves no trace.
    if (!built || userErrors.length > knownErrors) continue;
    const { variant, options } = built;
    changed.set(variant.id, variant);
    draft = {
      ...draft,
      options,
      variants: draft.variants.map((known) => (known.id === variant.id ? variant : known)),
    };
  }
  // Also those that stay as they were.
  const named = ({ variants }: ProductEntity) =>
    args.variants.flatMap(({ id }) => variants.find((variant) => variant.id === id) ?? []);
  if (userErrors.length > 0 && !args.allowPartialUpdates) {
    const isForm = userErrors.some(({ code }) => code != null && formCodes.has(code));
    return { product: before, productVariants: isForm ? null : named(before), userErrors: withCosts(userErrors) };
  }
  draft = withLinkedMetafields(draft, context);
  if (changed.size > 0 || userErrors.length === 0) saveProduct(context, draft, before);
  const productVariants = named(draft);
  return standsDespiteErrors({ product: draft, productVariants, userErrors });
}

/** A cost out of range is reported twice: first for the variant as a whole, without a code. Recorded 2025-10. */
const withCosts = (userErrors: readonly UserError[]): readonly UserError[] =>
  userErrors.flatMap((error) => {
    if (error.field?.at(-1) !== 'cost') return [error];
    const message = error.message.replace('Cost per item ', '');
    return [{ code: null, field: error.field.slice(0, 2), message }, error];
  });

function updatedVariant(
  input: BulkVariantInput,
  product: ProductEntity,
  field: FieldPath,
  { building, media }: BulkBuilding,
): { readonly variant: StoredVariant; readonly options: readonly StoredOption[] } | undefined {
  const before = product.variants.find(({ id }) => id === input.id);
  if (input.id == null)
    building.report('PRODUCT_VARIANT_ID_MISSING', [...field, 'id'], 'Product variant is missing ID attribute');
  else if (!before)
    building.report('PRODUCT_VARIANT_DOES_NOT_EXIST', [...field, 'id'], 'Product variant does not exist');
  if (!before) return undefined;
  if (input.inventoryQuantities?.length) {
    building.report(
      'NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE',
      [...field, 'inventoryQuantities'],
      'Inventory quantities can only be provided during create. To update inventory for existing variants, use inventoryAdjustQuantities.',
    );
    return undefined;
  }

  const values = input.optionValues ?? [];
  const options = withValues(product.options, values, field, building);
  const selectedOptions =
    values.length === 0
      ? before.selectedOptions
      : combinationFrom(withKeptValues(before, options, values), options, field, building);
  const key = combinationKey(selectedOptions);
  const isTaken = product.variants.some(
    (other) => other.id !== before.id && combinationKey(other.selectedOptions) === key,
  );
  if (isTaken) building.report('VARIANT_ALREADY_EXISTS', field, alreadyExists(selectedOptions));

  const image = mediaOf(input, media, field, building);
  const mediaIds = new Set(media.map(({ id }) => id));
  const variant = variantFrom(
    asVariantInput(input),
    { productId: product.id, before, selectedOptions, position: before.position, media: image, mediaIds },
    field,
    building,
  );
  const owner = { type: 'PRODUCTVARIANT', id: before.id, metafields: before.metafields } as const;
  const metafields = metafieldsWith(input.metafields ?? [], owner, [...field, 'metafields'], building);
  return { variant: { ...variant, metafields }, options };
}

/** Arguments of `productVariantsBulkDelete`. */
interface DeleteVariantsArgs {
  readonly productId: string;
  readonly variantsIds: readonly string[];
}

/** `productVariantsBulkDelete`: all of them or none, and one must remain. */
function deleteVariants({ productId, variantsIds }: DeleteVariantsArgs, context: ResolverContext): unknown {
  requireGid(productId);
  const before = productById(context, productId);
  const { userErrors, report } = collectUserErrors();
  const gone = new Set(variantsIds);
  const variants = before?.variants.filter(({ id }) => !gone.has(id)) ?? [];
  if (!before) report('PRODUCT_DOES_NOT_EXIST', ['productId'], 'Product does not exist');
  else if (before.variants.length - variants.length < gone.size) {
    for (const [index, id] of variantsIds.entries()) {
      if (!before.variants.some((variant) => variant.id === id)) {
        const message = 'At least one variant does not belong to the product';
        report('AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT', ['variantsIds', index], message);
      }
    }
  } else if (variants.length === 0)
    report('CANNOT_DELETE_LAST_VARIANT', ['variantsIds'], 'Cannot delete the last variant of a product');
  if (!before || userErrors.length > 0) return { product: null, userErrors };

  const product: ProductEntity = {
    ...before,
    variants: variants.map((variant, index) => ({ ...variant, position: index + 1 })),
    updatedAt: isoNow(context.clock),
  };
  saveProduct(context, product, before);
  return { product, userErrors: [] };
}

/** What the bulk mutations of variants build with. */
interface BulkBuilding {
  readonly building: ProductSetContext;
  readonly userErrors: readonly UserError[];
  /** The product's images with those that come with the call. */
  readonly media: ProductEntity['media'];
}

/**
 * Begins one bulk mutation.
 *
 * @param codes How its codes name what the parts of `productSet` report; what is not there keeps its name.
 */
function beginBulk(
  product: ProductEntity,
  media: readonly CreateMediaInput[],
  codes: Readonly<Record<string, string>>,
  context: ResolverContext,
): BulkBuilding {
  const { building, userErrors } = beginBuilding(context, namedBy(codes));
  const files = [...product.media.map(({ id }) => ({ id })), ...uploads(media)];
  return {
    building,
    userErrors,
    media: media.length === 0 ? product.media : mediaFrom(files, product.media, building),
  };
}

/** `ProductVariantsBulkInput`, as far as it is simulated. */
interface BulkVariantInput
  extends Pick<
    ProductVariantSetInput,
    'barcode' | 'barcodes' | 'compareAtPrice' | 'inventoryPolicy' | 'price' | 'showUnitPrice' | 'taxCode' | 'taxable'
  > {
  readonly id?: string | null;
  readonly inventoryItem?: InventoryItemInput | null;
  readonly inventoryQuantities?: readonly { readonly locationId: string; readonly availableQuantity: number }[] | null;
  readonly mediaId?: string | null;
  readonly mediaSrc?: readonly string[] | null;
  readonly metafields?: MetafieldInput[] | null;
  readonly optionValues?: VariantOptionValueInput[] | null;
}

const shared = [
  'barcode',
  'barcodes',
  'compareAtPrice',
  'inventoryPolicy',
  'price',
  'showUnitPrice',
  'taxCode',
  'taxable',
  'inventoryItem',
] as const satisfies readonly (keyof BulkVariantInput & keyof ProductVariantSetInput)[];

const simulated: ReadonlySet<string> = new Set<keyof BulkVariantInput | 'published'>([
  ...shared,
  'id',
  'inventoryQuantities',
  'mediaId',
  'mediaSrc',
  'metafields',
  'optionValues',
  'published',
]);

/**
 * Refuses input that would change what the fake does not hold.
 *
 * @throws GraphQLError `NOT_SIMULATED` that names the input field.
 */
function refuseUnsimulatedVariants(inputs: readonly BulkVariantInput[]): void {
  for (const input of inputs) {
    requireSimulated(input, simulated, 'ProductVariantsBulkInput');
    if (input.inventoryItem?.measurement?.shippingPackageId)
      throw notSimulated('InventoryItemMeasurementInput.shippingPackageId');
    for (const { type } of input.barcodes ?? []) if (type) throw notSimulated('BarcodeInput.type');
  }
}

/** The input in the words of `productSet`, without what is built apart: options, media and metafields. */
function asVariantInput(input: BulkVariantInput): Partial<ProductVariantSetInput> {
  const given = shared.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]]));
  const quantities = input.inventoryQuantities?.map(({ locationId, availableQuantity }) => ({
    locationId,
    name: 'available',
    quantity: availableQuantity,
  }));
  return { ...Object.fromEntries(given), ...(quantities && { inventoryQuantities: quantities }) };
}

/** The image that a variant names, by gid or by where it came from; it must be the product's. */
function mediaOf(
  { mediaId, mediaSrc }: BulkVariantInput,
  media: readonly StoredMedia[],
  field: FieldPath,
  { report }: ProductSetContext,
): StoredMedia | undefined {
  const source = mediaSrc?.[0];
  if (mediaId == null && source === undefined) return undefined;
  const found = media.find(({ id, originalSource }) =>
    mediaId == null ? originalSource.url === source : id === mediaId,
  );
  if (!found)
    report(
      'INVALID_INPUT',
      [...field, mediaId == null ? 'mediaSrc' : 'mediaId'],
      'Media does not exist on the product',
    );
  return found;
}

const names = (option: StoredOption, { optionId, optionName }: VariantOptionValueInput): boolean =>
  optionId == null ? sameName(option.name, optionName ?? '') : option.id === optionId;

/** The options with the values that an input names and that are not there yet: unlike `productSet`, it adds them. */
function withValues(
  options: readonly StoredOption[],
  inputs: readonly VariantOptionValueInput[],
  field: FieldPath,
  context: ProductSetContext,
): readonly StoredOption[] {
  return options.map((option) => {
    if (option.linkedMetafield) return withLinkedValue(option, option.linkedMetafield, inputs, field, context);
    const name = inputs.find((input) => names(option, input) && input.id == null)?.name?.trim();
    if (!name || option.optionValues.some((value) => value.name === name)) return option;
    const value = { id: context.store.nextId('ProductOptionValue'), name };
    return { ...option, optionValues: [...option.optionValues, value] };
  });
}

function withLinkedValue(
  option: StoredOption,
  link: StoredLink,
  inputs: readonly VariantOptionValueInput[],
  field: FieldPath,
  context: ProductSetContext,
): StoredOption {
  const index = inputs.findIndex((input) => names(option, input) && input.linkedMetafieldValue != null);
  const id = inputs[index]?.linkedMetafieldValue;
  if (id == null) return option;
  const value = linkedValue(id, link, option.optionValues, [...field, 'optionValues', index], context);
  return option.optionValues.includes(value) ? option : { ...option, optionValues: [...option.optionValues, value] };
}

/** The input with the values that a variant has of the options it does not name. */
function withKeptValues(
  variant: StoredVariant,
  options: readonly StoredOption[],
  inputs: readonly VariantOptionValueInput[],
): VariantOptionValueInput[] {
  const kept = options.flatMap((option) => {
    if (inputs.some((input) => names(option, input))) return [];
    const value = variant.selectedOptions.find(({ optionValue }) =>
      option.optionValues.some(({ id }) => id === optionValue.id),
    );
    return value ? [{ optionId: option.id, id: value.optionValue.id }] : [];
  });
  return [...inputs, ...kept];
}
