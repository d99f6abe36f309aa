import type { ResolverContext } from '../../context.ts';
import { requireGid } from '../../gid.ts';
import { defer } from '../deferred.ts';
import { productById } from '../find-entities.ts';
import { plainProblem } from '../problems.ts';
import { collectionById } from './find-collections.ts';
import { changeMembers } from './members.ts';

/** Arguments of the mutations that change what a collection holds. */
export interface MembersArgs {
  readonly id: string;
  readonly productIds: readonly string[];
}

const missing = 'Collection does not exist';

/** `collectionAddProducts`: at once, and all of them or none. */
export function addProducts({ id, productIds }: MembersArgs, context: ResolverContext): unknown {
  requireGid(id);
  if (!collectionById(context, id)) return { collection: null, userErrors: [plainProblem(['id'], missing)] };
  const userErrors = productIds.flatMap((productId, index) => {
    const product = productById(context, productId);
    if (!product) return [plainProblem(['productIds', index], 'Product does not exist')];
    const isMember = product.collectionIds.includes(id);
    return isMember ? [plainProblem(['productIds', index], 'Product is already in the collection')] : [];
  });
  if (userErrors.length > 0) return { collection: null, userErrors };
  changeMembers(id, { join: productIds, leave: [] }, context);
  return { collection: collectionById(context, id), userErrors: [] };
}

/** `collectionAddProductsV2`: in the background. */
export function addProductsLater({ id, productIds }: MembersArgs, context: ResolverContext): unknown {
  requireGid(id);
  if (!collectionById(context, id)) {
    const userErrors = [{ code: 'COLLECTION_DOES_NOT_EXIST', ...plainProblem(['id'], missing) }];
    return { job: null, userErrors };
  }
  return { job: startJob(id, { join: productIds, leave: [] }, context), userErrors: [] };
}

/** `collectionRemoveProducts`: in the background. */
export function removeProducts({ id, productIds }: MembersArgs, context: ResolverContext): unknown {
  requireGid(id);
  if (!collectionById(context, id)) return { job: null, userErrors: [plainProblem(['id'], missing)] };
  return { job: startJob(id, { join: [], leave: productIds }, context), userErrors: [] };
}

function startJob(
  collectionId: string,
  change: { readonly join: readonly string[]; readonly leave: readonly string[] },
  context: ResolverContext,
): unknown {
  return defer(context, 'Job', { type: 'collectionMembers', collectionId, ...change });
}
