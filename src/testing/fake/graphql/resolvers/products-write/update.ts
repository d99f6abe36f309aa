import type { UniqueMetafieldValueInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { productByHandle, productById } from '../find-entities.ts';
import { productByCustomId } from '../metafields/custom-id.ts';
import { plainProblem } from '../problems.ts';
import { buildOn } from '../product-set/build.ts';
import { metafieldsWith } from '../product-set/metafields.ts';
import { savedProduct } from '../product-set/set-product.ts';
import type { ProductSetContext } from '../product-set/user-errors.ts';
import { type ProductArgs, type ProductFields, productFields, sharedFields, uploads } from '../products-write.ts';
import { handleFrom } from '../text.ts';
import { inOwnWords } from './user-errors.ts';

/** Arguments of `productUpdate`. */
export interface UpdateArgs extends ProductArgs {
  readonly identifier?: {
    readonly id?: string;
    readonly handle?: string;
    readonly customId?: UniqueMetafieldValueInput;
  } | null;
}

/** `productUpdate`: all but the variants. Lists come to what is there, and replace nothing. */
export function updateProduct(args: UpdateArgs, context: ResolverContext): unknown {
  const fields = productFields(args) ?? {};
  if (fields.productOptions?.length) throw notSimulated('input.productOptions on update');
  const before = existingProduct(args, fields, context);
  if (!before) return { product: null, userErrors: [plainProblem(['id'], 'Product does not exist')] };
  const { product, userErrors } = savedProduct(context, (building) => changed(before, fields, args, building));
  return { product, userErrors: inOwnWords(userErrors) };
}

function existingProduct(
  { identifier }: UpdateArgs,
  { id }: ProductFields,
  context: ResolverContext,
): ProductEntity | undefined {
  if (identifier?.customId) return productByCustomId(identifier.customId, context);
  if (identifier?.handle !== undefined) return productByHandle(context, handleFrom(identifier.handle));
  const gid = identifier?.id ?? id;
  if (gid == null) return undefined;
  requireGid(gid);
  return productById(context, gid);
}

function changed(
  before: ProductEntity,
  fields: ProductFields,
  { media }: UpdateArgs,
  building: ProductSetContext,
): ProductEntity {
  const { collectionsToJoin, collectionsToLeave } = fields;
  const leaving = new Set(collectionsToLeave);
  const collections = [...before.collectionIds.filter((id) => !leaving.has(id)), ...(collectionsToJoin ?? [])];
  const product = buildOn(
    { existing: before },
    {
      ...sharedFields(fields),
      ...((collectionsToJoin || collectionsToLeave) && { collections }),
      ...(media?.length && { files: [...before.media.map(({ id }) => ({ id })), ...uploads(media)] }),
    },
    building,
  );
  const owner = { type: 'PRODUCT', id: before.id, metafields: before.metafields } as const;
  const metafields = metafieldsWith(fields.metafields ?? [], owner, ['input', 'metafields'], building);
  return { ...product, metafields };
}
