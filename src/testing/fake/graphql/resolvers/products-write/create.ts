import type { ResolverContext } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { plainProblem } from '../problems.ts';
import { buildOn } from '../product-set/build.ts';
import { savedProduct } from '../product-set/set-product.ts';
import { type ProductArgs, productFields, sharedFields, uploads } from '../products-write.ts';
import { inOwnWords } from './user-errors.ts';

/** `productCreate`: a product with its first variant only. */
export function createProduct(args: ProductArgs, context: ResolverContext): unknown {
  const fields = productFields(args);
  if (!fields) return { product: null, userErrors: [plainProblem(['product'], 'Product is required')] };
  if (fields.id != null) return { product: null, userErrors: [plainProblem(['id'], 'id cannot be given on create')] };
  if (fields.collectionsToLeave?.length) throw notSimulated('input.collectionsToLeave on create');

  const { product, userErrors } = savedProduct(context, (building) =>
    buildOn(
      { existing: undefined },
      {
        ...sharedFields(fields),
        ...(fields.metafields && { metafields: fields.metafields }),
        ...(fields.collectionsToJoin && { collections: [...fields.collectionsToJoin] }),
        ...(fields.productOptions && {
          productOptions: fields.productOptions.map(({ name, position, values }) => ({
            name: name ?? null,
            position: position ?? null,
            values: values?.map((value) => ({ name: value.name ?? '' })) ?? null,
          })),
        }),
        ...(args.media && { files: uploads(args.media) }),
      },
      building,
    ),
  );
  return { product, userErrors: inOwnWords(userErrors) };
}
