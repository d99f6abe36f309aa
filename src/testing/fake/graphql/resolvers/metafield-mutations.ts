import { type ResolverMap, resolver } from '../types.ts';
import type { DefinitionDeleteArgs } from './metafield-definition-change.ts';
import { type DefinitionUpdateInput, deleteDefinition, updateDefinition } from './metafield-definition-change.ts';
import {
  deleteMetafields,
  type MetafieldIdentifierInput,
  type MetafieldsSetInput,
  setMetafields,
} from './metafields-set.ts';

/** Mutations of metafields, and of definitions that exist. */
export const metafieldMutationResolvers: ResolverMap = {
  Mutation: {
    metafieldsSet: resolver<unknown, { metafields: readonly MetafieldsSetInput[] }>(
      (_source, { metafields }, context) => setMetafields(metafields, context),
    ),
    metafieldsDelete: resolver<unknown, { metafields: readonly MetafieldIdentifierInput[] }>(
      (_source, { metafields }, context) => deleteMetafields(metafields, context),
    ),
    metafieldDefinitionUpdate: resolver<unknown, { definition: DefinitionUpdateInput }>(
      (_source, { definition }, context) => updateDefinition(definition, context),
    ),
    metafieldDefinitionDelete: resolver<unknown, DefinitionDeleteArgs>((_source, args, context) =>
      deleteDefinition(args, context),
    ),
  },
};
