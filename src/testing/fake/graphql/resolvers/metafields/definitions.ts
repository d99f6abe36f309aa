import { GraphQLError } from 'graphql';
import type {
  MetafieldDefinitionCreateUserErrorCode,
  MetafieldDefinitionInput,
} from '../../../../../graphql/operations/generated/graphql.ts';
import type { MetafieldDefinitionEntity, StoredValidation } from '../../../store/entities.ts';
import { canBeUnique } from '../../../store/fake-store.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated, requireSimulated, type UserError, userError } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection, type SortValue, sortedConnection } from '../connections.ts';
import { definitionByKey } from '../find-entities.ts';
import { lengthProblem } from '../input-values.ts';
import { byId, keyword, type Searchable, searched } from '../search.ts';
import { nextPin, pinLimitMessage, unpin } from './definition-pins.ts';
import { categoryOf, supportedValidations, validationProblems } from './definition-validations.ts';
import { ownersOfType, putMetafields } from './owners.ts';
import { isOwnNamespace, isReserved, resolveNamespace } from './values.ts';
import { typeOfDefinitionProblem } from './values-of-types.ts';

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

/** Sort keys that are simulated; `null` for the one that comes to the order of creation. */
const sortValues: Readonly<Record<string, SortValue<MetafieldDefinitionEntity> | null>> = {
  ID: null,
  NAME: ({ name }) => name.toLowerCase(),
  // What is not pinned comes last.
  // Without a search there is no relevance.
  RELEVANCE: null,
  PINNED_POSITION: ({ pinnedPosition }) => pinnedPosition ?? Number.MAX_SAFE_INTEGER,
};

/** What definitions can be searched by: the fields in the description of `QueryRoot.metafieldDefinitions(query:)`. */
const searchable: Searchable<MetafieldDefinitionEntity> = {
  texts: ({ name, namespace, key }) => [name, namespace, key],
  fields: {
    id: byId,
    key: keyword(({ key }) => key),
    namespace: keyword(({ namespace }) => namespace),
    owner_type: keyword(({ ownerType }) => ownerType),
    type: keyword(({ type }) => type.name),
  },
  others: ['created_at', 'updated_at'],
};

/** Abilities that the fake knows of, and which have no effect in it. */
const otherCapabilities = [
  'adminFilterable',
  'analyticsQueryable',
  'cartToOrderCopyable',
  'smartCollectionCondition',
] as const;

/** Resolvers of metafield definitions. */
export const metafieldDefinitionResolvers: ResolverMap = {
  QueryRoot: {
    metafieldDefinitions: resolver<unknown, DefinitionsArgs>((_source, args, context, info) => {
      const { store, shop } = context;
      for (const name of ['constraintStatus', 'constraintSubtype'] as const) {
        if (args[name] != null) throw notSimulated(`QueryRoot.metafieldDefinitions(${name}:)`);
      }
      const order = sortValues[args.sortKey];
      if (order === undefined) throw notSimulated(`QueryRoot.metafieldDefinitions(sortKey: ${args.sortKey})`);
      const namespace = args.namespace ? resolveNamespace(args.namespace) : undefined;
      const definitions = store.all(shop, 'MetafieldDefinition') as readonly MetafieldDefinitionEntity[];
      const wanted = definitions.filter(
        (definition) =>
          definition.ownerType === args.ownerType &&
          (namespace === undefined || definition.namespace === namespace) &&
          (args.key == null || definition.key === args.key) &&
          (args.pinnedStatus === 'ANY' || (args.pinnedStatus === 'PINNED') === (definition.pinnedPosition !== null)),
      );
      const found = searched(wanted, args.query, searchable, { info, context });
      return order ? sortedConnection(found, args, order) : connection(found, args);
    }),
    metafieldDefinition: resolver<unknown, { id?: string | null; identifier?: DefinitionName | null }>(
      (_source, { id, identifier }, context) => {
        if (identifier) {
          const namespace = resolveNamespace(identifier.namespace);
          return definitionByKey(context, identifier.ownerType, namespace, identifier.key) ?? null;
        }
        if (!id) return null;
        requireGid(id, 'MetafieldDefinition');
        return context.store.get(context.shop, 'MetafieldDefinition', id) ?? null;
      },
    ),
  },
  Mutation: {
    metafieldDefinitionCreate: resolver<unknown, { definition: MetafieldDefinitionInput }>(
      (_source, { definition }, context) => createDefinition(definition, context),
    ),
    metafieldDefinitionUpdate: resolver<unknown, { definition: DefinitionUpdateInput }>(
      (_source, { definition }, context) => updateDefinition(definition, context),
    ),
    metafieldDefinitionDelete: resolver<unknown, DefinitionDeleteArgs>((_source, args, context) =>
      deleteDefinition(args, context),
    ),
  },
  MetafieldDefinition: {
    capabilities: resolver<MetafieldDefinitionEntity>(({ type, uniqueValues, capabilities }) => {
      const ability = (name: string): object => ({ eligible: true, enabled: capabilities?.[name] ?? false });
      const isFilterable = capabilities?.['adminFilterable'] ?? false;
      return {
        ...Object.fromEntries(otherCapabilities.map((name) => [name, ability(name)])),
        adminFilterable: { ...ability('adminFilterable'), status: isFilterable ? 'FILTERABLE' : 'NOT_FILTERABLE' },
        uniqueValues: { eligible: canBeUnique(type.name), enabled: uniqueValues },
      };
    }),
    access: resolver<MetafieldDefinitionEntity>(({ access }) => ({
      admin: 'PUBLIC_READ_WRITE',
      customerAccount: 'NONE',
      storefront: 'NONE',
      ...access,
    })),
    validations: resolver<MetafieldDefinitionEntity>(({ type, validations = [] }) => {
      const typeOf = new Map(supportedValidations(type.name).map((each) => [each.name, each.type]));
      return validations.map(({ name, value }) => ({ name, value, type: typeOf.get(name) }));
    }),
    constraints: () => null,
    standardTemplate: () => null,
    metafieldsCount: resolver<MetafieldDefinitionEntity, { validationStatus?: string | null }>(
      ({ ownerType, namespace, key }, { validationStatus }, context) => {
        if (validationStatus != null) throw notSimulated('MetafieldDefinition.metafieldsCount(validationStatus:)');
        return ownersOfType(ownerType, context).filter(({ metafields }) =>
          metafields.some((own) => own.namespace === namespace && own.key === key),
        ).length;
      },
    ),
  },
  MetafieldDefinitionType: {
    category: resolver<MetafieldDefinitionEntity['type']>(({ name }) => categoryOf(name)),
    supportedValidations: resolver<MetafieldDefinitionEntity['type']>(({ name }) => supportedValidations(name)),
    supportsDefinitionMigrations: () => true,
  },
};

/** A user error on a field of `definition`. */
const definitionError = (code: MetafieldDefinitionCreateUserErrorCode, field: string, message: string) =>
  inNoList(userError(['definition', field], message, code));

/** The index of a wrong list element: `null`, because these inputs are not lists. */
const inNoList = (error: UserError) => ({ ...error, elementIndex: null, elementKey: null });

type DefinitionError = ReturnType<typeof definitionError>;

/** Definitions for each type of owner. https://shopify.dev/docs/apps/build/metafields/metafield-limits */
const maxDefinitions = 256;

/** Definitions that can filter a list of the admin. Recorded 2026-04. */
const maxFilters = 50;

const definitionsFor = (
  ownerType: string,
  { store, shop }: Pick<ResolverContext, 'store' | 'shop'>,
): readonly MetafieldDefinitionEntity[] => {
  const all = store.all(shop, 'MetafieldDefinition') as readonly MetafieldDefinitionEntity[];
  return all.filter((definition) => definition.ownerType === ownerType);
};

/** A type of owner as messages name it. Recorded 2025-10 for products. */
const ownerName = (ownerType: string): string =>
  ownerType === 'PRODUCTVARIANT' ? 'ProductVariant' : ownerType.charAt(0) + ownerType.slice(1).toLowerCase();

/** `metafieldDefinitionCreate`. */
function createDefinition(input: MetafieldDefinitionInput, context: ResolverContext): unknown {
  const { store, shop } = context;
  if (input.constraints) throw notSimulated('MetafieldDefinitionInput.constraints');
  const namespace = resolveNamespace(input.namespace);
  requireAccess(namespace, 'metafieldDefinitionCreate');
  const userErrors = definitionErrors(input, namespace);
  const pinnedPosition = input.pin ? nextPin(input.ownerType, context) : null;
  if (pinnedPosition === undefined)
    userErrors.push(inNoList(userError(['definition'], pinLimitMessage, 'PINNED_LIMIT_REACHED')));
  const others = definitionsFor(input.ownerType, context);
  const filters = others.filter(({ capabilities }) => capabilities?.['adminFilterable']).length;
  if (input.capabilities?.adminFilterable?.enabled && filters >= maxFilters) {
    const owner = ownerName(input.ownerType).toLowerCase();
    const message = `You can only use ${maxFilters} ${owner} metafield definitions to filter the ${owner} list. To add a new filter, disable filtering on an existing one.`;
    userErrors.push(inNoList(userError(['definition'], message, 'OWNER_TYPE_LIMIT_EXCEEDED_FOR_USE_AS_ADMIN_FILTERS')));
  }
  if (others.length >= maxDefinitions) {
    // No other error is reported, not even a taken name. Recorded 2026-04.
    const message = `Stores can only have ${maxDefinitions} definitions for each store resource.`;
    const only = inNoList(userError(['definition'], message, 'RESOURCE_TYPE_LIMIT_EXCEEDED'));
    return { createdDefinition: null, userErrors: [only] };
  }
  if (definitionByKey(context, input.ownerType, namespace, input.key)) {
    userErrors.push(
      definitionError(
        'TAKEN',
        'key',
        `Key is in use for ${ownerName(input.ownerType)} metafields on the '${namespace}' namespace.`,
      ),
    );
  }
  if (userErrors.length > 0) return { createdDefinition: null, userErrors };

  const created: MetafieldDefinitionEntity = {
    id: store.nextId('MetafieldDefinition'),
    ownerType: input.ownerType,
    namespace,
    key: input.key,
    name: input.name,
    description: input.description ?? null,
    type: { name: input.type },
    uniqueValues: input.type === 'id' || input.capabilities?.uniqueValues?.enabled === true,
    validations: input.validations?.map(({ name, value }) => ({ name, value })) ?? [],
    capabilities: enabled(input.capabilities ?? {}),
    access: givenOf(input.access ?? {}),
    pinnedPosition: pinnedPosition ?? null,
    useAsCollectionCondition: input.useAsCollectionCondition ?? false,
    validationStatus: 'ALL_VALID',
  };
  store.put(shop, 'MetafieldDefinition', created);
  return { createdDefinition: created, userErrors: [] };
}

/**
 * Refuses namespaces of other apps and of Shopify's standard definitions. Recorded 2026-04.
 *
 * @throws GraphQLError `ACCESS_DENIED`.
 */
function requireAccess(namespace: string, field: string): void {
  if (!isReserved(namespace)) return;
  const requiredAccess =
    'API client to have access to the namespace and the resource type associated with the metafield definition.\n';
  throw new GraphQLError(`Access denied for ${field} field. Required access: ${requiredAccess}`, {
    extensions: { code: 'ACCESS_DENIED', documentation: 'https://shopify.dev/api/usage/access-scopes', requiredAccess },
  });
}

/** Which other abilities were asked for. */
const enabled = (capabilities: object): Record<string, boolean> =>
  Object.fromEntries(
    Object.entries(capabilities).flatMap(([name, given]) =>
      otherCapabilities.some((known) => known === name) && given ? [[name, given.enabled === true]] : [],
    ),
  );

const givenOf = (values: object): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value != null));

function definitionErrors(input: MetafieldDefinitionInput, namespace: string): DefinitionError[] {
  const errors: DefinitionError[] = [];
  const check = (fails: boolean, ...args: Parameters<typeof definitionError>): void => {
    if (fails) errors.push(definitionError(...args));
  };
  const unique = input.capabilities?.uniqueValues?.enabled;
  check(namespace.length < 3, 'TOO_SHORT', 'namespace', 'Namespace is too short (minimum is 3 characters)');
  check(namespace.length > 255, 'TOO_LONG', 'namespace', 'Namespace is too long (maximum is 255 characters)');
  check(
    !/^[\w-]*$/.test(namespace),
    'INVALID_CHARACTER',
    'namespace',
    'Namespace contains one or more invalid characters.',
  );
  check(input.key.length < 2, 'TOO_SHORT', 'key', 'Key is too short (minimum is 2 characters)');
  check(input.key.length > 64, 'TOO_LONG', 'key', 'Key is too long (maximum is 64 characters)');
  check(!/^[\w-]*$/.test(input.key), 'INVALID_CHARACTER', 'key', 'Key contains one or more invalid characters.');
  for (const [field, code, message] of textProblems(input)) check(true, code, field, message);
  const wrongType = typeOfDefinitionProblem(input.type);
  check(wrongType !== undefined, 'INCLUSION', 'type', wrongType ?? '');
  const problems = wrongType === undefined ? validationProblems(input.type, input.validations ?? []) : [];
  for (const { code, message } of problems) check(true, code, 'validations', message);
  for (const [code, message] of wholeProblems(input, input.type, namespace, unique))
    errors.push(inNoList(userError(['definition'], message, code)));
  return errors;
}

/** What is wrong with a definition as a whole: who may see it, and what it can do. Recorded 2026-04. */
function* wholeProblems(
  {
    access,
    capabilities,
    ownerType,
  }: {
    readonly access?: object | null | undefined;
    readonly capabilities?: object | null | undefined;
    readonly ownerType: string;
  },
  type: string,
  namespace: string,
  unique: boolean | null | undefined,
): Generator<readonly [code: string, message: string]> {
  const admin = (access as { readonly admin?: string | null } | null | undefined)?.admin ?? 'PUBLIC_READ_WRITE';
  if (admin !== 'PUBLIC_READ_WRITE' && !isOwnNamespace(namespace))
    yield ['INVALID', 'Setting this access control is not permitted. It must be one of ["public_read_write"].'];
  const smart = (capabilities as DefinitionUpdateInput['capabilities'])?.['smartCollectionCondition']?.enabled;
  if (smart && ownerType !== 'PRODUCT' && ownerType !== 'PRODUCTVARIANT')
    yield ['INVALID_CAPABILITY', 'The capability smart_collection_condition is not valid for this definition.'];
  if (unique === true && !canBeUnique(type))
    yield ['INVALID_CAPABILITY', 'The capability unique_values is not valid for this definition.'];
  if (unique === false && type === 'id')
    yield ['CAPABILITY_REQUIRED_BUT_DISABLED', 'Capability unique_values is required for type id but is disabled'];
}

/** What is wrong with what people read of a definition. */
function textProblems({
  name,
  description,
}: {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
}): (readonly [field: string, code: 'BLANK' | 'TOO_LONG', message: string])[] {
  const longName = lengthProblem('Name', name ?? '');
  const longDescription = lengthProblem('Description', description ?? '');
  return [
    ...(name != null && name.trim() === '' ? ([['name', 'BLANK', "Name can't be blank"]] as const) : []),
    ...(longName === undefined ? [] : ([['name', 'TOO_LONG', longName]] as const)),
    ...(longDescription === undefined ? [] : ([['description', 'TOO_LONG', longDescription]] as const)),
  ];
}

/** What identifies a definition. */
interface DefinitionName {
  readonly ownerType: string;
  readonly namespace?: string | null;
  readonly key: string;
}

/** `MetafieldDefinitionUpdateInput`, as far as it is simulated. */
interface DefinitionUpdateInput extends DefinitionName {
  readonly name?: string | null;
  readonly description?: string | null;
  readonly capabilities?: Readonly<Record<string, { readonly enabled: boolean } | null>> | null;
  readonly validations?: readonly StoredValidation[] | null;
  readonly access?: Readonly<Record<string, string | null>> | null;
  readonly pin?: boolean | null;
  readonly useAsCollectionCondition?: boolean | null;
}

/** Arguments of `metafieldDefinitionDelete`. */
interface DefinitionDeleteArgs {
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
  'validations',
  'access',
  'pin',
  'useAsCollectionCondition',
]);

const find = (context: ResolverContext, { ownerType, namespace, key }: DefinitionName) =>
  definitionByKey(context, ownerType, resolveNamespace(namespace), key);

/** `metafieldDefinitionUpdate`. Values that are there already are not looked at again. */
function updateDefinition(input: DefinitionUpdateInput, context: ResolverContext): unknown {
  requireSimulated(input, simulated, 'MetafieldDefinitionUpdateInput');
  requireAccess(resolveNamespace(input.namespace), 'metafieldDefinitionUpdate');
  const refused = (code: string, field: string | null, message: string): unknown => ({
    updatedDefinition: null,
    validationJob: null,
    userErrors: [inNoList(userError(field === null ? ['definition'] : ['definition', field], message, code))],
  });
  const before = find(context, input);
  if (!before) return refused('NOT_FOUND', null, 'Definition not found.');
  for (const [field, code, message] of textProblems(input)) return refused(code, field, message);
  const uniqueValues = input.capabilities?.['uniqueValues']?.enabled ?? before.uniqueValues;
  for (const [code, message] of wholeProblems(input, before.type.name, before.namespace, uniqueValues))
    return refused(code === 'INVALID' ? 'INVALID_INPUT' : code, null, message);

  const problems = input.validations ? validationProblems(before.type.name, input.validations) : [];
  for (const { code, message } of problems) return refused(code, 'validations', message);
  const [metaobject, given] = [before.validations, input.validations].map(
    (validations) => validations?.find(({ name }) => name === 'metaobject_definition_id')?.value,
  );
  if (metaobject !== undefined && given !== undefined && given !== metaobject)
    return refused(
      'METAOBJECT_DEFINITION_CHANGED',
      'validations',
      'Validations must not change the existing metaobject definition value',
    );
  const isPinned = input.pin ?? before.pinnedPosition !== null;
  const pinnedPosition = isPinned ? (before.pinnedPosition ?? nextPin(before.ownerType, context)) : null;
  if (pinnedPosition === undefined) return refused('PINNED_LIMIT_REACHED', null, pinLimitMessage);

  const base = pinnedPosition === null && before.pinnedPosition !== null ? unpin(before, context) : before;
  const updatedDefinition: MetafieldDefinitionEntity = {
    ...base,
    name: input.name ?? before.name,
    ...(input.description !== undefined && { description: input.description }),
    ...(input.validations && { validations: input.validations.map(({ name, value }) => ({ name, value })) }),
    ...(input.capabilities && { capabilities: { ...before.capabilities, ...enabled(input.capabilities) } }),
    ...(input.access && { access: { ...before.access, ...givenOf(input.access) } }),
    ...(input.useAsCollectionCondition != null && { useAsCollectionCondition: input.useAsCollectionCondition }),
    pinnedPosition,
    uniqueValues,
  };
  context.store.put(context.shop, 'MetafieldDefinition', updatedDefinition);
  return { updatedDefinition, validationJob: null, userErrors: [] };
}

/** `metafieldDefinitionDelete`, with the metafields it describes where that is asked for. */
function deleteDefinition(args: DefinitionDeleteArgs, context: ResolverContext): unknown {
  const { store, shop } = context;
  const definition = args.identifier
    ? find(context, args.identifier)
    : (store.get(shop, 'MetafieldDefinition', args.id ?? '') as MetafieldDefinitionEntity | undefined);
  const problem = definition ? keepReason(definition, args) : notFound;
  if (!definition || problem) {
    // No argument is to blame. Recorded 2026-04.
    return { deletedDefinition: null, deletedDefinitionId: null, userErrors: [{ ...problem, field: null }] };
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
    message: `Deleting ${what} metafield definition requires deletion of its associated metafields.`,
  });
  if (type.name === 'id') return needs('ID_TYPE_DELETION_ERROR', 'an id type');
  if (type.name.endsWith('_reference')) return needs('REFERENCE_TYPE_DELETION_ERROR', 'a reference type');
  if (isOwnNamespace(namespace))
    return {
      code: 'RESERVED_NAMESPACE_ORPHANED_METAFIELDS',
      message: 'Deleting a definition in a reserved namespace must have deleteAllAssociatedMetafields set to true.',
    };
  return undefined;
}

function deleteValues({ ownerType, namespace, key }: MetafieldDefinitionEntity, context: ResolverContext): void {
  for (const { id, metafields } of ownersOfType(ownerType, context)) {
    const others = metafields.filter((metafield) => metafield.namespace !== namespace || metafield.key !== key);
    if (others.length < metafields.length) putMetafields(id, others, context);
  }
}
