import { ValidationError } from '../errors/errors.ts';
import { MetafieldsWriteDocument, ProductByHandleDocument } from '../graphql/operations/generated/graphql.ts';
import type { ProductDraft } from '../validation/product-draft.ts';
import { idMetafield } from './identity.ts';
import type { PushOptions, SyncClient } from './types.ts';

/**
 * Takes over the product that has the draft's handle: it is given the draft's local id, and keeps all its
 * other metafields. From then on it is found by that id, whatever becomes of its handle.
 *
 * @returns Its gid, or `null` where the shop has none with that handle.
 * @throws ValidationError where the product belongs to another local id already.
 */
export async function adoptByHandle(
  client: SyncClient,
  draft: ProductDraft,
  { signal }: PushOptions,
): Promise<string | null> {
  if (draft.handle === undefined) return null;
  const options = { priority: 'background', ...(signal && { signal }) } as const;
  const { namespace = '', key = '', type, value } = idMetafield(draft.localId);
  const { data } = await client.graphql(ProductByHandleDocument, { handle: draft.handle, namespace, key }, options);
  const product = data.productByIdentifier;
  if (!product) return null;

  const owner = product.metafield?.value;
  if (owner === draft.localId) return product.id;
  if (owner !== undefined) {
    const message = `is that of a product which belongs to the local id "${owner}" already. Give each product a handle of its own.`;
    throw new ValidationError('The product', [{ field: 'handle', message }], { shop: client.shop });
  }
  await client.graphql(
    MetafieldsWriteDocument,
    { metafields: [{ ownerId: product.id, namespace, key, type, value }] },
    options,
  );
  return product.id;
}
