import type {
  FileSetInput,
  ProductSetInput,
  ProductVariantSetInput,
} from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredMedia, StoredOption, StoredVariant } from '../../../store/entities.ts';
import { type Combination, combinationFrom, combinationKey } from './combination.ts';
import type { ProductSetContext } from './user-errors.ts';
import { variantFrom } from './variant.ts';

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
