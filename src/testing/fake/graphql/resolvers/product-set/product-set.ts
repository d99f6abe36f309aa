import { type ResolverMap, resolver } from '../../context.ts';
import { defer } from '../deferred.ts';
import { type ProductSetArgs, setProduct } from './set-product.ts';
import { refuseUnsimulated } from './unsimulated.ts';

/** `productSet`: the product becomes what the input says, at once or in the background, or stays as it is. */
export const productSetResolvers: ResolverMap = {
  Mutation: {
    productSet: resolver<unknown, ProductSetArgs & { synchronous: boolean }>(
      (_source, { synchronous, identifier, input }, context) => {
        refuseUnsimulated(input);
        const args: ProductSetArgs = { identifier: identifier ?? null, input };
        if (synchronous !== false) return { ...setProduct(args, context), productSetOperation: null };
        const productSetOperation = defer(context, 'ProductSetOperation', { type: 'productSet', args });
        return { product: null, productSetOperation, userErrors: [] };
      },
    ),
  },
};
