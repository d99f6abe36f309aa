import type { MetafieldDefinitionEntity } from '../../../store/entities.ts';
import { canBeUnique } from '../../../store/lookup-keys.ts';
import type { ResolverContext } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { allCollections } from '../collections/find-collections.ts';
import { allProducts, definitionByKey } from '../find-entities.ts';
import { isOwnNamespace, resolveNamespace } from '../namespaces.ts';
import { type MetafieldOwnerType, putMetafields } from './owners.ts';

/** What identifies a definition. */
interface DefinitionName {
  readonly ownerType: string;
  readonly namespace?: string | null;
  readonly key: string;
}

/** `MetafieldDefinitionUpdateInput`, as far as it is simulated. */
export interface DefinitionUpdateInput extends DefinitionName {
  readonly name?: string | null;
  readonly description?: string | null;
  readonly capabilities?: { readonly uniqueValues?: { readonly enabled: boolean } | null } | null;
}

/** Arguments of `metafieldDefinitionDelete`. */
export interface DefinitionDeleteArgs {
  readonly id?: string | null;
  readonly identifier?: DefinitionName | null;
  readonly deleteAllAssociatedMetafields: boolean;
}

const simulated: ReadonlySet<string> = new Set<keyof DefinitionUpdateInput>([
  'ownerType',
  'namespace',
  'key',
  'name',
  'description',
  'capabilities',
]);

const find = (context: ResolverContext, { ownerType, namespace, key }: DefinitionName) =>
  definitionByKey(context, ownerType, resolveNamespace(namespace), key);

/** `metafieldDefinitionUpdate`: name, description and whether values are unique. */
export function updateDefinition(input: DefinitionUpdateInput, context: ResolverContext): unknown {
  for (const [name, value] of Object.entries(input)) {
    // The one field with a default of its own.
    if (value != null && value !== false && !simulated.has(name))
      throw notSimulated(`MetafieldDefinitionUpdateInput.${name}`);
  }
  for (const name of Object.keys(input.capabilities ?? {})) {
    if (name !== 'uniqueValues') throw notSimulated(`MetafieldCapabilityUpdateInput.${name}`);
  }
  const refused = (code: string, field: string, message: string): unknown => ({
    updatedDefinition: null,
    validationJob: null,
    userErrors: [{ code, field: ['definition', field], message, elementIndex: null, elementKey: null }],
  });
  const before = find(context, input);
  if (!before) return refused('NOT_FOUND', 'key', 'Definition not found.');
  if (input.name?.trim() === '') return refused('BLANK', 'name', "Name can't be blank");
  const uniqueValues = input.capabilities?.uniqueValues?.enabled ?? before.uniqueValues;
  if (uniqueValues && !canBeUnique(before.type.name))
    return refused('INVALID_CAPABILITY', 'capabilities', `Type ${before.type.name} cannot have unique values.`);
  if (!uniqueValues && before.type.name === 'id')
    return refused('CAPABILITY_REQUIRED_BUT_DISABLED', 'capabilities', 'Type id always has unique values.');

  const updatedDefinition: MetafieldDefinitionEntity = {
    ...before,
    name: input.name ?? before.name,
    ...(input.description !== undefined && { description: input.description }),
    uniqueValues,
  };
  context.store.put(context.shop, 'MetafieldDefinition', updatedDefinition);
  return { updatedDefinition, validationJob: null, userErrors: [] };
}

/** `metafieldDefinitionDelete`, with the metafields it describes where that is asked for. */
export function deleteDefinition(args: DefinitionDeleteArgs, context: ResolverContext): unknown {
  const { store, shop } = context;
  const definition = args.identifier
    ? find(context, args.identifier)
    : (store.get(shop, 'MetafieldDefinition', args.id ?? '') as MetafieldDefinitionEntity | undefined);
  const problem = definition ? keepReason(definition, args) : notFound;
  if (!definition || problem) {
    const userErrors = [{ ...problem, field: [args.identifier ? 'identifier' : 'id'] }];
    return { deletedDefinition: null, deletedDefinitionId: null, userErrors };
  }
  if (args.deleteAllAssociatedMetafields) deleteValues(definition, context);
  store.delete(shop, 'MetafieldDefinition', definition.id);
  const { id, ownerType, namespace, key } = definition;
  return { deletedDefinition: { ownerType, namespace, key }, deletedDefinitionId: id, userErrors: [] };
}

const notFound = { code: 'NOT_FOUND', message: 'Definition not found.' };

/** Why a definition can't go without its metafields. */
function keepReason(
  { namespace, type }: MetafieldDefinitionEntity,
  { deleteAllAssociatedMetafields }: DefinitionDeleteArgs,
): { readonly code: string; readonly message: string } | undefined {
  if (deleteAllAssociatedMetafields) return undefined;
  const needs = (code: string, what: string) => ({
    code,
    message: `Deleting ${what} requires deletion of its associated metafields.`,
  });
  if (type.name === 'id') return needs('ID_TYPE_DELETION_ERROR', 'an id type metafield definition');
  if (type.name.endsWith('_reference'))
    return needs('REFERENCE_TYPE_DELETION_ERROR', 'a reference type metafield definition');
  if (isOwnNamespace(namespace))
    return needs('RESERVED_NAMESPACE_ORPHANED_METAFIELDS', 'a definition in a reserved namespace');
  return undefined;
}

function deleteValues({ ownerType, namespace, key }: MetafieldDefinitionEntity, context: ResolverContext): void {
  for (const { id, metafields } of ownersOfType(ownerType, context)) {
    const others = metafields.filter((metafield) => metafield.namespace !== namespace || metafield.key !== key);
    if (others.length < metafields.length) putMetafields(id, others, context);
  }
}

function ownersOfType(ownerType: string, context: ResolverContext) {
  const owners: Readonly<Record<MetafieldOwnerType, () => readonly Owner[]>> = {
    PRODUCT: () => allProducts(context),
    PRODUCTVARIANT: () => allProducts(context).flatMap(({ variants }) => variants),
    COLLECTION: () => allCollections(context),
  };
  return Object.hasOwn(owners, ownerType) ? owners[ownerType as MetafieldOwnerType]() : [];
}

/** Whatever has metafields. */
type Owner = { readonly id: string; readonly metafields: MetafieldsOf };

type MetafieldsOf = Parameters<typeof putMetafields>[1];
