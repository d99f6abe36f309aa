import { type ResolverMap, resolver } from '../context.ts';
import {
  type DefinitionDeleteArgs,
  type DefinitionUpdateInput,
  deleteDefinition,
  updateDefinition,
} from './metafields/definitions.ts';
import {
  deleteMetafields,
  type MetafieldIdentifierInput,
  type MetafieldsSetInput,
  setMetafields,
} from './metafields/metafields-set.ts';

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
