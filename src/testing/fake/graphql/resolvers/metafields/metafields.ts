import type { StoredMetafield } from '../../../store/entities.ts';
import { type FieldResolver, type ResolverMap, resolver } from '../../context.ts';
import { parseGid } from '../../gid.ts';
import { type ConnectionArgs, connection } from '../connections.ts';
import { definitionByKey } from '../find-entities.ts';
import type { MetafieldOwnerType, OwnerEntity } from './owners.ts';
import { compareDigestOf, resolveNamespace } from './values.ts';
import { jsonValueOf } from './values-of-types.ts';

/** A metafield with the thing it belongs to. */
interface MetafieldView extends StoredMetafield {
  readonly ownerType: MetafieldOwnerType;
  readonly owner: OwnerEntity;
}

/** Adds to a metafield what it belongs to. */
export function metafieldView(
  metafield: StoredMetafield,
  ownerType: MetafieldOwnerType,
  owner: MetafieldView['owner'],
): MetafieldView {
  return { ...metafield, ownerType, owner };
}

interface MetafieldsArgs extends ConnectionArgs {
  readonly namespace?: string | null;
  readonly keys?: readonly string[] | null;
}

/** The fields `metafield` and `metafields` of a type that has metafields. */
export function metafieldFields(
  ownerType: MetafieldOwnerType,
): Readonly<Record<'metafield' | 'metafields', FieldResolver>> {
  return {
    metafield: resolver<MetafieldView['owner'], { namespace?: string | null; key: string }>((owner, args) => {
      const namespace = resolveNamespace(args.namespace);
      const found = owner.metafields?.find(
        (metafield) => metafield.namespace === namespace && metafield.key === args.key,
      );
      return found ? metafieldView(found, ownerType, owner) : null;
    }),
    metafields: resolver<MetafieldView['owner'], MetafieldsArgs>((owner, args) => {
      const namespace = args.namespace ? resolveNamespace(args.namespace) : undefined;
      const ofNamespace = (owner.metafields ?? []).filter(
        (metafield) => !namespace || metafield.namespace === namespace,
      );
      // In the order in which they are asked for, and under the names by which they are.
      const wanted = args.keys
        ? args.keys.flatMap((key) =>
            ofNamespace.flatMap((metafield) => (isNamed(metafield, key, namespace) ? [{ ...metafield, key }] : [])),
          )
        : ofNamespace;
      const page = connection(wanted, args);
      const view = (metafield: StoredMetafield): MetafieldView => metafieldView(metafield, ownerType, owner);
      return {
        ...page,
        nodes: page.nodes.map(view),
        edges: page.edges.map((edge) => ({ ...edge, node: view(edge.node) })),
      };
    }),
  };
}

/** Whether a key names the metafield: `namespace.key`, or the key alone if the namespace is given. */
function isNamed(metafield: StoredMetafield, key: string, namespace: string | undefined): boolean {
  if (namespace && key === metafield.key) return true;
  const dot = key.lastIndexOf('.');
  return dot > 0 && resolveNamespace(key.slice(0, dot)) === metafield.namespace && key.slice(dot + 1) === metafield.key;
}

/** Resolvers of metafields themselves. */
export const metafieldResolvers: ResolverMap = {
  Metafield: {
    definition: resolver<MetafieldView>(({ id, ownerType, namespace, owner }, _args, context) => {
      // A metafield that was asked for by name bears that name as its key.
      const key = owner.metafields?.find((own) => own.id === id)?.key ?? '';
      return definitionByKey(context, ownerType, namespace, key) ?? null;
    }),
    compareDigest: resolver<MetafieldView>(compareDigestOf),
    legacyResourceId: resolver<MetafieldView>(({ id }) => parseGid(id)?.key),
    description: () => null,
    jsonValue: resolver<MetafieldView>(({ type, value }) => jsonValueOf(type, value)),
    sizeInBytes: resolver<MetafieldView>(({ value }) => Buffer.byteLength(value)),
  },
};
