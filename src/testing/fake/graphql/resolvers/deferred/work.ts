import type { DeferredOutcome, DeferredRequest } from '../../../store/deferred-entities.ts';
import type { ResolverContext } from '../../context.ts';
import { changeMembers } from '../collections/members.ts';
import { productById } from '../find-entities.ts';
import { type ProductSetArgs, setProduct } from '../product-set/set-product.ts';
import { deleteProduct } from '../save-product.ts';

type Work = (request: DeferredRequest, context: ResolverContext) => DeferredOutcome;

interface MembersRequest extends DeferredRequest {
  readonly collectionId: string;
  readonly join: readonly string[];
  readonly leave: readonly string[];
}

/** Work that can be put off, by type. Each request is what the mutation of that type has put there. */
export const deferredWork: Readonly<Record<string, Work>> = {
  productSet: (request, context) => {
    const { product, userErrors } = setProduct(request.args as ProductSetArgs, context);
    return { productId: product?.id ?? null, userErrors };
  },
  productDelete: (request, context) => {
    const product = productById(context, String(request.productId));
    if (!product) return { userErrors: [{ field: ['id'], message: 'Product does not exist' }] };
    deleteProduct(context, product);
    return { deletedProductId: product.id };
  },
  collectionMembers: (request, context) => {
    const { collectionId, join, leave } = request as MembersRequest;
    changeMembers(collectionId, { join, leave }, context);
    return {};
  },
};
