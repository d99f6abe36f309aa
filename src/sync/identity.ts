import { isOutcomeUnknownError, isShopifyUserError } from '../errors/guards.ts';
import {
  MetafieldDefinitionByKeyDocument,
  MetafieldDefinitionEnsureDocument,
  type MetafieldInput,
  type ProductSetIdentifiers,
} from '../graphql/operations/generated/graphql.ts';
import type { ProductDraft } from '../validation/product-draft.ts';
import type { SyncClient } from './types.ts';

/** The app-owned metafield that carries a product's local id. Its values are unique, so it identifies. */
const idField = { namespace: '$app:shopwright', key: 'local_id', type: 'id' } as const;

/** The metafield of one product. */
export function idMetafield(localId: string): MetafieldInput & typeof idField & { readonly value: string } {
  return { ...idField, value: localId };
}

/**
 * How Shopify finds the product of a draft: by gid where we know it, else by the local id in its metafield.
 * Both make `productSet` an upsert, so a repeated push never makes a second product.
 */
export function identifierOf(draft: ProductDraft, gid: string | null): ProductSetIdentifiers {
  if (gid !== null) return { id: gid };
  return { customId: { namespace: idField.namespace, key: idField.key, value: draft.localId } };
}

/**
 * Makes the metafield's definition where it is missing.
 *
 * @throws AccessDeniedError where the token lacks `write_products`.
 */
export async function ensureIdentity(client: SyncClient): Promise<void> {
  const options = { priority: 'background' } as const;
  const variables = { ownerType: 'PRODUCT', namespace: idField.namespace, key: idField.key };
  const exists = async (): Promise<boolean> => {
    const { data } = await client.graphql(MetafieldDefinitionByKeyDocument, variables, options);
    return data.metafieldDefinitions.nodes.length > 0;
  };
  if (await exists()) return;

  const definition = {
    ...idField,
    ownerType: 'PRODUCT',
    name: 'Local id',
    description: 'The id of this product in the system it is synced from.',
  };
  try {
    await client.graphql(MetafieldDefinitionEnsureDocument, { definition }, options);
  } catch (error) {
    // Somebody else may have made it meanwhile, or ourselves, with the answer lost.
    const taken = isShopifyUserError(error) && error.userErrors.some(({ code }) => code === 'TAKEN');
    if (!taken && !isOutcomeUnknownError(error)) throw error;
    if (!(await exists())) throw error;
  }
}
