import { GraphQLError } from 'graphql';
import type { UniqueMetafieldValueInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { MetafieldDefinitionEntity, ProductEntity, StoredMetafield } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { definitionByKey, productsByMetafield } from '../find-entities.ts';
import type { MetafieldOwnerType } from './owners.ts';
import { resolveNamespace } from './values.ts';

/** A custom id with its namespace resolved. */
export interface CustomId {
  readonly namespace: string;
  readonly key: string;
  readonly value: string;
}

/** Shopify's words for a custom id without a fitting definition. */
export const noDefinitionMessage = "Metafield definition of type 'id' is required when using custom ids.";

/** Resolves the namespace of a custom id. */
export const resolveCustomId = (input: UniqueMetafieldValueInput): CustomId => ({
  namespace: resolveNamespace(input.namespace),
  key: input.key,
  value: input.value,
});

/**
 * The definition behind a custom id, if it keeps values unique.
 * https://shopify.dev/docs/apps/build/custom-data/metafields/working-with-custom-ids
 */
export function uniqueDefinition(
  customId: CustomId,
  context: ResolverContext,
  ownerType: MetafieldOwnerType = 'PRODUCT',
): MetafieldDefinitionEntity | undefined {
  const definition = definitionByKey(context, ownerType, customId.namespace, customId.key);
  return definition?.uniqueValues ? definition : undefined;
}

/**
 * The custom id that an input means.
 *
 * @throws GraphQLError `NOT_FOUND` without a definition that keeps these values unique.
 */
function requireUniqueDefinition(
  input: UniqueMetafieldValueInput,
  ownerType: MetafieldOwnerType,
  context: ResolverContext,
): CustomId {
  const customId = resolveCustomId(input);
  if (uniqueDefinition(customId, context, ownerType)) return customId;
  throw new GraphQLError(noDefinitionMessage, { extensions: { code: 'NOT_FOUND' } });
}

/**
 * The one of `owners` that has a custom id.
 *
 * @throws GraphQLError `NOT_FOUND` without a definition that keeps these values unique.
 */
export function ownerByCustomId<Owner extends { readonly metafields: readonly StoredMetafield[] }>(
  owners: readonly Owner[],
  input: UniqueMetafieldValueInput,
  ownerType: MetafieldOwnerType,
  context: ResolverContext,
): Owner | undefined {
  const { namespace, key, value } = requireUniqueDefinition(input, ownerType, context);
  return owners.find(({ metafields }) =>
    metafields.some((own) => own.namespace === namespace && own.key === key && own.value === value),
  );
}

/**
 * The product with that custom id, by the index of the store.
 *
 * @throws GraphQLError `NOT_FOUND` without a definition that keeps these values unique.
 */
export function productByCustomId(
  input: UniqueMetafieldValueInput,
  context: ResolverContext,
): ProductEntity | undefined {
  return productsByMetafield(context, requireUniqueDefinition(input, 'PRODUCT', context))[0];
}
