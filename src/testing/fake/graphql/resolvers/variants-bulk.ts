import type { ProductEntity, StoredOption, StoredVariant } from '../../store/entities.ts';
import type { ResolverContext } from '../context.ts';
import { requireGid } from '../gid.ts';
import { standsDespiteErrors } from '../mutation.ts';
import { productById } from './find-entities.ts';
import { combinationFrom, combinationKey } from './product-set/combination.ts';
import { metafieldsWith } from './product-set/metafields.ts';
import { variantFrom } from './product-set/variant.ts';
import { alreadyExists } from './product-set/variants.ts';
import type { CreateMediaInput } from './products-write.ts';
import { saveProduct } from './save-product.ts';
import {
  asVariantInput,
  type BulkVariantInput,
  mediaOf,
  refuseUnsimulatedVariants,
} from './variants-bulk/bulk-input.ts';
import { withValues, withValuesOf } from './variants-bulk/option-values.ts';
import { type BulkBuilding, beginBulk } from './variants-bulk/report.ts';

/** Arguments of `productVariantsBulkUpdate`. */
export interface UpdateVariantsArgs {
  readonly productId: string;
  readonly variants: readonly BulkVariantInput[];
  readonly media?: readonly CreateMediaInput[] | null;
  readonly allowPartialUpdates: boolean;
}

const codes: Readonly<Record<string, string>> = {
  CAPABILITY_VIOLATION: 'INVALID_VALUE',
  INVALID_METAFIELD: 'INVALID_VALUE',
  INVALID_VARIANT: 'INVALID_INPUT',
};

/** `productVariantsBulkUpdate`: all of them or none, or, where that is allowed, those that can be. */
export function updateVariants(args: UpdateVariantsArgs, context: ResolverContext): unknown {
  requireGid(args.productId);
  refuseUnsimulatedVariants(args.variants);
  const before = productById(context, args.productId);
  if (!before) {
    const userErrors = [{ code: 'PRODUCT_DOES_NOT_EXIST', field: ['productId'], message: 'Product does not exist' }];
    return { product: null, productVariants: null, userErrors };
  }
  const bulk = beginBulk(before, args.media ?? [], codes, context);
  const { building, problems, media } = bulk;
  const changed = new Map<string, StoredVariant>();
  let draft: ProductEntity = { ...before, media, updatedAt: building.now };
  for (const [index, input] of args.variants.entries()) {
    const knownProblems = problems.length;
    const built = updatedVariant(input, draft, ['variants', index], bulk);
    // One that is wrong leaves no trace.
    if (!built || problems.length > knownProblems) continue;
    const { variant, options } = built;
    changed.set(variant.id, variant);
    draft = {
      ...draft,
      options,
      variants: draft.variants.map((known) => (known.id === variant.id ? variant : known)),
    };
  }
  if (problems.length > 0 && (!args.allowPartialUpdates || changed.size === 0))
    return { product: null, productVariants: null, userErrors: problems };
  saveProduct(context, draft, before);
  return standsDespiteErrors({ product: draft, productVariants: [...changed.values()], userErrors: problems });
}

function updatedVariant(
  input: BulkVariantInput,
  product: ProductEntity,
  field: readonly (string | number)[],
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
  const options = withValues(product.options, values, building);
  const selectedOptions =
    values.length === 0
      ? before.selectedOptions
      : combinationFrom(withValuesOf(before, options, values), options, field, building);
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
