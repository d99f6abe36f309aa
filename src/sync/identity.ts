import { ConfigError, isShopwrightError } from '../errors/errors.ts';
import {
  MetafieldDefinitionByKeyDocument,
  MetafieldDefinitionEnsureDocument,
  type MetafieldInput,
  type ProductSetIdentifiers,
} from '../graphql/operations/generated/graphql.ts';
import type { SyncClient } from './sync-client.ts';

/** The app-owned metafield that stores a product's local id. Its values are unique, so it identifies the product. */
export const idField = { namespace: '$app:shopwright', key: 'local_id', type: 'id' } as const;

/** The metafield of one product. */
export function idMetafield(localId: string): MetafieldInput & typeof idField & { readonly value: string } {
  return { ...idField, value: localId };
}

/** Tells Shopify to find a product by its local id, so that a repeated push never creates a second product. */
export function identifierOf(localId: string): ProductSetIdentifiers & { customId: object } {
  return { customId: { namespace: idField.namespace, key: idField.key, value: localId } };
}

/** Whether the shop has the definition of that metafield. @throws ConfigError if it has another type. */
export async function hasIdentity(client: SyncClient): Promise<boolean> {
  const variables = { ownerType: 'PRODUCT', namespace: idField.namespace, key: idField.key } as const;
  const { data } = await client.graphql(MetafieldDefinitionByKeyDocument, variables, { priority: 'background' });
  const [definition] = data.metafieldDefinitions.nodes;
  if (!definition || definition.type.name === idField.type) return definition !== undefined;
  const message = `the metafield ${idField.namespace}.${idField.key} of products has the type "${definition.type.name}" in ${client.shop}, so it cannot identify them. Delete that definition in the shop (Settings, Metafields); the next push creates it with the type "${idField.type}".`;
  throw new ConfigError('Invalid configuration', { issues: [{ field: 'client', message }], shop: client.shop });
}

/**
 * Creates the definition of the metafield if it is missing.
 *
 * @throws AccessDeniedError if the token lacks `write_products`. ConfigError if the definition has another type.
 */
export async function ensureIdentity(client: SyncClient): Promise<void> {
  if (await hasIdentity(client)) return;
  const definition = {
    ...idField,
    ownerType: 'PRODUCT',
    name: 'Local id',
    description: 'The id of this product in the system it is synced from.',
  } as const;
  try {
    await client.graphql(MetafieldDefinitionEnsureDocument, { definition }, { priority: 'background' });
  } catch (error) {
    // Another process may have created it meanwhile, or this one did and the response was lost.
    const taken = isShopwrightError(error, 'USER_ERROR') && error.userErrors.some(({ code }) => code === 'TAKEN');
    if (!taken && !isShopwrightError(error, 'OUTCOME_UNKNOWN')) throw error;
    if (!(await hasIdentity(client))) throw error;
  }
}
