import type { ProductEntity, StoredOption, StoredVariant } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { requireGid } from '../../gid.ts';
import { productById } from '../find-entities.ts';
import { combinationFrom, combinationKey } from '../product-set/combination.ts';
import { metafieldsFrom } from '../product-set/metafields.ts';
import { variantFrom } from '../product-set/variant.ts';
import { alreadyExists, maxVariants } from '../product-set/variants.ts';
import type { CreateMediaInput } from '../products-write.ts';
import { saveProduct } from '../save-product.ts';
import { asVariantInput, type BulkVariantInput, mediaOf, refuseUnsimulatedVariants } from './bulk-input.ts';
import { withValues } from './option-values.ts';
import { beginBulk } from './report.ts';

/** Arguments of `productVariantsBulkCreate`. */
export interface CreateVariantsArgs {
  readonly productId: string;
  readonly variants: readonly BulkVariantInput[];
  readonly media?: readonly CreateMediaInput[] | null;
  readonly strategy: string;
}

const codes: Readonly<Record<string, string>> = {
  CAPABILITY_VIOLATION: 'INVALID',
  INVALID_METAFIELD: 'INVALID',
  INVALID_VARIANT: 'INVALID',
  OPTION_DOES_NOT_EXIST: 'OPTION_VALUES_FOR_NUMBER_OF_UNKNOWN_OPTIONS',
  OPTION_VALUE_DOES_NOT_EXIST: 'INVALID_INPUT',
};

/** `productVariantsBulkCreate`: all of them or none. Option values that are new come to the product. */
export function createVariants(args: CreateVariantsArgs, context: ResolverContext): unknown {
  requireGid(args.productId);
  refuseUnsimulatedVariants(args.variants);
  const before = productById(context, args.productId);
  if (!before) {
    const userErrors = [{ code: 'PRODUCT_DOES_NOT_EXIST', field: ['productId'], message: 'Product does not exist' }];
    return { product: null, productVariants: null, userErrors };
  }
  const { building, problems, media } = beginBulk(before, args.media ?? [], codes, context);
  const kept = args.variants.length === 0 ? before.variants : keptVariants(before, args.strategy);
  let options = kept.length === 0 ? withoutDefault(before.options) : before.options;
  const taken = new Set(kept.map(({ selectedOptions }) => combinationKey(selectedOptions)));
  const mediaIds = new Set(media.map(({ id }) => id));

  const created = args.variants.map((input, index) => {
    const field = ['variants', index];
    if (input.id != null) building.report('NO_KEY_ON_CREATE', [...field, 'id'], 'On create, id cannot be used.');
    const values = input.optionValues ?? [];
    options = withValues(options, values, building);
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
  if (problems.length > 0) return { product: null, productVariants: null, userErrors: problems };

  const product: ProductEntity = { ...before, options, media, variants, updatedAt: building.now };
  saveProduct(context, product, before, building.stock);
  return { product, productVariants: variants.slice(kept.length), userErrors: [] };
}

/** What stays of the variants: a standalone one may have to go. */
function keptVariants({ variants }: ProductEntity, strategy: string): readonly StoredVariant[] {
  const [only, another] = variants;
  if (another || !only || strategy === 'PRESERVE_STANDALONE_VARIANT') return variants;
  return strategy === 'REMOVE_STANDALONE_VARIANT' || only.title === 'Default Title' ? [] : variants;
}

/** The options without the value of a product that has none. */
function withoutDefault(options: readonly StoredOption[]): readonly StoredOption[] {
  return options.map((option) => ({
    ...option,
    optionValues: option.optionValues.filter(({ name }) => name !== 'Default Title'),
  }));
}
