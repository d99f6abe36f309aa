import type { ProductEntity } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { requireGid } from '../../gid.ts';
import { productById } from '../find-entities.ts';
import { collectProblems } from '../problems.ts';
import { saveProduct } from '../save-product.ts';

/** Arguments of `productVariantsBulkDelete`. */
export interface DeleteVariantsArgs {
  readonly productId: string;
  readonly variantsIds: readonly string[];
}

/** `productVariantsBulkDelete`: all of them or none, and one must remain. */
export function deleteVariants({ productId, variantsIds }: DeleteVariantsArgs, context: ResolverContext): unknown {
  requireGid(productId);
  const before = productById(context, productId);
  const { list, report } = collectProblems<string>();
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
  if (!before || list.length > 0) return { product: null, userErrors: list };

  const product: ProductEntity = {
    ...before,
    variants: variants.map((variant, index) => ({ ...variant, position: index + 1 })),
    updatedAt: new Date(context.clock.now()).toISOString(),
  };
  saveProduct(context, product, before);
  return { product, userErrors: [] };
}
