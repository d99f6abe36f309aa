import type { ProductSetIdentifiers, ProductSetInput } from '../../../../../admin/operations/generated/graphql.ts';
import type { ProductEntity } from '../../../store/entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../../types.ts';
import { buildProduct } from './build.ts';
import { refuseUnsimulated } from './unsimulated.ts';
import { collectUserErrors, type ProductSetUserError } from './user-errors.ts';

interface ProductSetArgs {
  readonly identifier?: ProductSetIdentifiers | null;
  readonly input: ProductSetInput;
  readonly synchronous: boolean;
}

interface ProductSetResult {
  readonly product: ProductEntity | null;
  readonly userErrors: readonly ProductSetUserError[];
}

/** `productSet`: the product becomes what the input says, or stays as it is. */
export const productSetResolvers: ResolverMap = {
  Mutation: {
    productSet: resolver<unknown, ProductSetArgs>((_source, args, context) => {
      refuseUnsimulated(args.input);
      const result = setProduct(args, context);
      return args.synchronous === false ? operationFor(result, context) : { ...result, productSetOperation: null };
    }),
  },
};

function setProduct({ identifier, input }: ProductSetArgs, context: ResolverContext): ProductSetResult {
  const { report, userErrors } = collectUserErrors();
  const product = buildProduct(identifier, input, {
    ...context,
    report,
    now: new Date(context.clock.now()).toISOString(),
  });
  if (!product || userErrors.length > 0) return { product: null, userErrors };
  context.store.put(context.shop, 'Product', product);
  return { product, userErrors: [] };
}

/** What was asked for in the background is done at once, and told only to who asks for the operation. */
function operationFor({ product, userErrors }: ProductSetResult, { store, shop }: ResolverContext): unknown {
  const id = store.nextId('ProductSetOperation');
  store.put(shop, 'ProductSetOperation', { id, status: 'COMPLETE', productId: product?.id ?? null, userErrors });
  return {
    product: null,
    userErrors: [],
    productSetOperation: { id, status: 'CREATED', productId: null, userErrors: [] },
  };
}
