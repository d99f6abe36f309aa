import type { MetafieldDefinitionInput } from '../../../../graphql/operations/generated/graphql.ts';
import type { MetafieldDefinitionEntity } from '../../store/entities.ts';
import { canBeUnique } from '../../store/lookup-keys.ts';
import { type ResolverMap, resolver } from '../context.ts';
import { notSimulated } from '../errors.ts';
import { requireGid } from '../gid.ts';
import { type ConnectionArgs, connection } from './connections.ts';
import { definitionByKey } from './find-entities.ts';
import { createDefinition } from './metafield-definition-create.ts';
import { resolveNamespace } from './namespaces.ts';

interface DefinitionsArgs extends ConnectionArgs {
  readonly ownerType: string;
  readonly namespace?: string | null;
  readonly key?: string | null;
  readonly query?: string | null;
  readonly constraintStatus?: string | null;
  readonly constraintSubtype?: unknown;
  readonly pinnedStatus: string;
  readonly sortKey: string;
}

interface DefinitionIdentifier {
  readonly ownerType: string;
  readonly namespace?: string | null;
  readonly key: string;
}

/** Resolvers of metafield definitions. */
export const metafieldDefinitionResolvers: ResolverMap = {
  QueryRoot: {
    metafieldDefinitions: resolver<unknown, DefinitionsArgs>((_source, args, { store, shop }) => {
      for (const name of ['query', 'constraintStatus', 'constraintSubtype'] as const) {
        if (args[name] != null) throw notSimulated(`QueryRoot.metafieldDefinitions(${name}:)`);
      }
      if (args.pinnedStatus !== 'ANY') throw notSimulated('QueryRoot.metafieldDefinitions(pinnedStatus:)');
      if (args.sortKey !== 'ID') throw notSimulated('QueryRoot.metafieldDefinitions(sortKey:)');
      const namespace = args.namespace ? resolveNamespace(args.namespace) : undefined;
      const definitions = store.all(shop, 'MetafieldDefinition') as readonly MetafieldDefinitionEntity[];
      const wanted = definitions.filter(
        (definition) =>
          definition.ownerType === args.ownerType &&
          (namespace === undefined || definition.namespace === namespace) &&
          (args.key == null || definition.key === args.key),
      );
      return connection(wanted, args);
    }),
    metafieldDefinition: resolver<unknown, { id?: string | null; identifier?: DefinitionIdentifier | null }>(
      (_source, { id, identifier }, context) => {
        if (identifier) {
          const namespace = resolveNamespace(identifier.namespace);
          return definitionByKey(context, identifier.ownerType, namespace, identifier.key) ?? null;
        }
        if (!id) return null;
        requireGid(id);
        return context.store.get(context.shop, 'MetafieldDefinition', id) ?? null;
      },
    ),
  },
  Mutation: {
    metafieldDefinitionCreate: resolver<unknown, { definition: MetafieldDefinitionInput }>(
      (_source, { definition }, context) => createDefinition(definition, context),
    ),
  },
  MetafieldDefinition: {
    capabilities: resolver<MetafieldDefinitionEntity>(({ type, uniqueValues }) => ({
      uniqueValues: { eligible: canBeUnique(type.name), enabled: uniqueValues },
    })),
  },
};
