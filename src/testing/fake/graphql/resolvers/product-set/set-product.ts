import type { ProductSetIdentifiers, ProductSetInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { productById } from '../find-entities.ts';
import { saveProduct } from '../save-product.ts';
import { buildProduct } from './build.ts';
import { collectUserErrors, type ProductSetContext, type ProductSetUserError } from './user-errors.ts';

/** Which product becomes what. */
export interface ProductSetArgs {
  readonly identifier?: ProductSetIdentifiers | null;
  readonly input: ProductSetInput;
}

/** The product as it is now, or why it stays as it was. */
interface ProductSetResult {
  readonly product: ProductEntity | null;
  readonly userErrors: readonly ProductSetUserError[];
}

/** Makes the product what the input says, with all that comes with it. */
export function setProduct({ identifier, input }: ProductSetArgs, context: ResolverContext): ProductSetResult {
  return savedProduct(context, (building) => buildProduct(identifier, input, building));
}

/** Keeps a product that was built without problems. */
export function savedProduct(
  context: ResolverContext,
  build: (building: ProductSetContext) => ProductEntity | undefined,
): ProductSetResult {
  const { report, userErrors } = collectUserErrors();
  const building: ProductSetContext = {
    ...context,
    report,
    now: new Date(context.clock.now()).toISOString(),
    stock: [],
  };
  const product = build(building);
  if (!product || userErrors.length > 0) return { product: null, userErrors };
  saveProduct(context, product, productById(context, product.id), building.stock);
  return { product, userErrors: [] };
}
