import { notSimulated } from '../errors.ts';
import { requireGid } from '../gid.ts';
import { type ResolverMap, resolver } from '../types.ts';

interface DeleteArgs {
  readonly input: { readonly id: string };
  readonly synchronous: boolean;
}

/** `productDelete`. */
export const productDeleteResolvers: ResolverMap = {
  Mutation: {
    productDelete: resolver<unknown, DeleteArgs>((_source, { input, synchronous }, { store, shop }) => {
      if (!synchronous) throw notSimulated('Mutation.productDelete(synchronous: false)');
      requireGid(input.id);
      if (store.delete(shop, 'Product', input.id)) {
        return { deletedProductId: input.id, productDeleteOperation: null, userErrors: [] };
      }
      const userErrors = [{ field: ['id'], message: 'Product does not exist' }];
      return { deletedProductId: null, productDeleteOperation: null, userErrors };
    }),
  },
};
