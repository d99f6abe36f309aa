import { type ResolverMap, resolver } from '../context.ts';
import { requireGid } from '../gid.ts';
import { defer } from './deferred.ts';
import { productById } from './find-entities.ts';
import { deleteProduct } from './save-product.ts';

interface DeleteArgs {
  readonly input: { readonly id: string };
  readonly synchronous: boolean;
}

/** `productDelete`, at once or in the background. */
export const productDeleteResolvers: ResolverMap = {
  Mutation: {
    productDelete: resolver<unknown, DeleteArgs>((_source, { input, synchronous }, context) => {
      requireGid(input.id);
      const product = productById(context, input.id);
      if (!product) {
        const userErrors = [{ field: ['id'], message: 'Product does not exist' }];
        return { deletedProductId: null, productDeleteOperation: null, userErrors };
      }
      if (!synchronous) {
        const request = { type: 'productDelete', productId: product.id };
        const productDeleteOperation = defer(context, 'ProductDeleteOperation', request);
        return { deletedProductId: null, productDeleteOperation, userErrors: [] };
      }
      deleteProduct(context, product);
      return { deletedProductId: product.id, productDeleteOperation: null, userErrors: [] };
    }),
  },
};
