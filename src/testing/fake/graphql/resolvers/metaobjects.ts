import type { MetaobjectDefinitionEntity, MetaobjectEntity } from '../../store/entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { type FieldPath, notSimulated, requireSimulated, userError } from '../errors.ts';
import { requireGid } from '../gid.ts';
import { handleFrom, lengthProblem } from './input-values.ts';
import { resolveNamespace } from './metafields/values.ts';
import { typeOfDefinitionProblem } from './metafields/values-of-types.ts';

interface ByHandle {
  readonly type: string;
  readonly handle: string;
}

/** Resolvers of metaobjects and their definitions, as far as options are linked to them. */
export const metaobjectResolvers: ResolverMap = {
  QueryRoot: {
    metaobject: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'Metaobject');
      return metaobjectById(context, id) ?? null;
    }),
    metaobjectByHandle: resolver<unknown, { handle: ByHandle }>(
      (_source, { handle }, context) => metaobjectByHandle(context, handle) ?? null,
    ),
    metaobjectDefinition: resolver<unknown, { id: string }>((_source, { id }, { store, shop }) => {
      requireGid(id, 'MetaobjectDefinition');
      return store.get(shop, 'MetaobjectDefinition', id) ?? null;
    }),
    metaobjectDefinitionByType: resolver<unknown, { type: string }>(
      (_source, { type }, context) => definitionOf(context, type) ?? null,
    ),
  },
  Mutation: {
    metaobjectDefinitionCreate: resolver<unknown, { definition: DefinitionInput }>((_source, { definition }, context) =>
      createDefinition(definition, context),
    ),
    metaobjectUpsert: resolver<unknown, UpsertArgs>((_source, args, context) => upsertMetaobject(args, context)),
  },
  Metaobject: {
    definition: resolver<MetaobjectEntity>(({ type }, _args, context) => definitionOf(context, type)),
    displayName: resolver<MetaobjectEntity>((metaobject, _args, context) => displayName(metaobject, context)),
    field: resolver<MetaobjectEntity, { key: string }>(
      ({ fields }, { key }) => fields.find((field) => field.key === key) ?? null,
    ),
  },
  MetaobjectDefinition: {
    fieldDefinitions: resolver<MetaobjectDefinitionEntity>(({ fieldDefinitions }) =>
      fieldDefinitions.map(({ type, ...rest }) => ({ ...rest, type: { name: type } })),
    ),
  },
};

/** The metaobject with that gid. */
export const metaobjectById = (
  { store, shop }: Pick<ResolverContext, 'store' | 'shop'>,
  id: string,
): MetaobjectEntity | undefined => store.get(shop, 'Metaobject', id) as MetaobjectEntity | undefined;

/** The definition of that type, as `$app:…` or resolved. */
function definitionOf({ store, shop }: ResolverContext, type: string): MetaobjectDefinitionEntity | undefined {
  const all = store.all(shop, 'MetaobjectDefinition') as readonly MetaobjectDefinitionEntity[];
  return all.find((definition) => definition.type === typeName(type));
}

/** What a metaobject is called: the field that its definition names, else its handle. */
export function displayName(metaobject: MetaobjectEntity, context: ResolverContext): string {
  const key = definitionOf(context, metaobject.type)?.displayNameKey;
  return metaobject.fields.find((field) => field.key === key)?.value || metaobject.handle;
}

const typeName = (type: string): string => (type.startsWith('$app') ? resolveNamespace(type) : type);

function metaobjectByHandle(
  { store, shop }: ResolverContext,
  { type, handle }: ByHandle,
): MetaobjectEntity | undefined {
  const all = store.all(shop, 'Metaobject') as readonly MetaobjectEntity[];
  return all.find((metaobject) => metaobject.type === typeName(type) && metaobject.handle === handle);
}

/** `MetaobjectDefinitionCreateInput`, as far as it is simulated. */
interface DefinitionInput {
  readonly type: string;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly displayNameKey?: string | null;
  readonly fieldDefinitions?:
    | readonly {
        readonly key: string;
        readonly name?: string | null;
        readonly type: string;
        readonly required: boolean;
      }[]
    | null;
}

const simulated = {
  definition: new Set(['type', 'name', 'description', 'displayNameKey', 'fieldDefinitions']),
  field: new Set(['key', 'name', 'type', 'required']),
  metaobject: new Set(['handle', 'fields']),
};

const problem = (field: FieldPath, code: string, message: string, elementKey: string | null = null) => ({
  ...userError(field, message, code),
  elementIndex: null,
  elementKey,
});

const maxFields = 40;

/** What is wrong with a new definition by itself. Recorded 2026-04. */
function definitionProblems({ type, name, description, fieldDefinitions }: DefinitionInput) {
  const reserved = 'Not authorized. This type is reserved for use by another application.';
  if (/^(shopify|app)--/.test(typeName(type)) && !type.startsWith('$app'))
    return [problem(['definition'], 'NOT_AUTHORIZED', reserved)];
  const problems: ReturnType<typeof problem>[] = [];
  const check = (fails: boolean, ...args: Parameters<typeof problem>): void => {
    if (fails) problems.push(problem(...args));
  };
  check(name?.trim() === '', ['definition', 'name'], 'BLANK', "Name can't be blank");
  for (const [field, label, value] of [
    ['name', 'Name', name],
    ['description', 'Description', description],
  ] as const) {
    const tooLong = lengthProblem(label, value ?? '');
    check(tooLong !== undefined, ['definition', field], 'TOO_LONG', tooLong ?? '');
  }
  check(type.length < 3, ['definition', 'type'], 'TOO_SHORT', 'Type is too short (minimum is 3 characters)');
  check(
    !/^[\w-]*$/.test(typeName(type)),
    ['definition', 'type'],
    'INVALID',
    'Type contains one or more invalid characters. Only alphanumeric characters, underscores, and dashes are allowed.',
  );
  const fields = fieldDefinitions ?? [];
  const most = `Maximum ${maxFields} fields per metaobject definition`;
  check(fields.length > maxFields, ['definition', 'fieldDefinitions'], 'INVALID', most);
  for (const [index, field] of fields.entries()) {
    const { key } = field;
    const place = ['definition', 'fieldDefinitions', index];
    const isTwice = fields.findIndex(({ key }) => key === field.key) < index;
    const wrongType = typeOfDefinitionProblem(field.type);
    // Whichever field it is, its key is told. Recorded 2026-04.
    const checkField = (fails: boolean, code: string, message: string): void => check(fails, place, code, message, key);
    checkField(key === 'handle', 'RESERVED_NAME', 'The name "handle" is reserved for system use');
    checkField(isTwice, 'DUPLICATE_FIELD_INPUT', `Field "${key}" duplicates other inputs`);
    checkField(key === '', 'BLANK', "Key can't be blank");
    checkField(key.length < 2, 'TOO_SHORT', 'Key is too short (minimum is 2 characters)');
    checkField(key.length > 64, 'TOO_LONG', 'Key is too long (maximum is 64 characters)');
    checkField(!/^[\w-]+$/.test(key), 'INVALID', 'Key contains one or more invalid characters.');
    checkField(wrongType !== undefined, 'INCLUSION', wrongType ?? '');
    const onlyStandard = 'The disclosure_reference type can only be used in standard definitions provided by Shopify.';
    checkField(/^(list\.)?disclosure_reference$/.test(field.type), 'INVALID', onlyStandard);
  }
  return problems;
}

/** `metaobjectDefinitionCreate`. */
function createDefinition(input: DefinitionInput, context: ResolverContext): unknown {
  requireSimulated(input, simulated.definition, 'MetaobjectDefinitionCreateInput');
  for (const field of input.fieldDefinitions ?? [])
    requireSimulated(field, simulated.field, 'MetaobjectFieldDefinitionCreateInput');
  const refused = (field: string, code: string, message: string) => ({
    metaobjectDefinition: null,
    userErrors: [problem(['definition', field], code, message)],
  });
  const problems = definitionProblems(input);
  if (problems.length > 0) return { metaobjectDefinition: null, userErrors: problems };
  if (definitionOf(context, input.type)) return refused('type', 'TAKEN', 'Type has already been taken');
  const fieldDefinitions = (input.fieldDefinitions ?? []).map(({ key, name, type, required }) => ({
    ...{ key, name: name ?? key, description: null, type, required, validations: [] },
  }));
  const { displayNameKey = null } = input;
  if (displayNameKey !== null && !fieldDefinitions.some(({ key }) => key === displayNameKey))
    return refused('displayNameKey', 'UNDEFINED_OBJECT_FIELD', `Field definition "${displayNameKey}" does not exist`);
  const metaobjectDefinition: MetaobjectDefinitionEntity = {
    id: context.store.nextId('MetaobjectDefinition'),
    type: typeName(input.type),
    name: input.name ?? input.type,
    description: input.description ?? null,
    displayNameKey,
    fieldDefinitions,
  };
  context.store.put(context.shop, 'MetaobjectDefinition', metaobjectDefinition);
  return { metaobjectDefinition, userErrors: [] };
}

interface UpsertArgs {
  readonly handle: ByHandle;
  readonly metaobject?: {
    readonly handle?: string | null;
    readonly fields?: readonly { readonly key: string; readonly value: string }[] | null;
  } | null;
  readonly values?: unknown;
}

/** `metaobjectUpsert`: fields that it does not name stay. Values are not checked by the types of their fields. */
function upsertMetaobject({ handle, metaobject, values }: UpsertArgs, context: ResolverContext): unknown {
  if (values != null) throw notSimulated('Mutation.metaobjectUpsert(values:)');
  requireSimulated(metaobject ?? {}, simulated.metaobject, 'MetaobjectUpsertInput');
  const refused = (field: FieldPath, code: string, message: string) => ({
    metaobject: null,
    userErrors: [problem(field, code, message)],
  });
  const definition = definitionOf(context, handle.type);
  if (!definition)
    return refused(
      ['handle', 'type'],
      'UNDEFINED_OBJECT_TYPE',
      `No metaobject definition exists for type "${handle.type}"`,
    );
  const types = new Map(definition.fieldDefinitions.map(({ key, type }) => [key, type]));
  const given = metaobject?.fields ?? [];
  for (const [index, { key }] of given.entries()) {
    if (types.has(key)) continue;
    const message = `Field definition "${key}" does not exist`;
    return refused(['metaobject', 'fields', index], 'UNDEFINED_OBJECT_FIELD', message);
  }
  const tooLong = lengthProblem('Handle', handle.handle);
  if (tooLong !== undefined) return refused(['handle', 'handle'], 'TOO_LONG', tooLong);
  if (!/^[\p{L}\p{N}_-]*$/u.test(handle.handle)) return refused(['handle', 'handle'], 'INVALID', 'Handle is invalid');
  const before = metaobjectByHandle(context, handle);
  const written = new Map(
    [...(before?.fields ?? []), ...given].map(({ key, value }) => [key, { key, value, type: types.get(key) ?? '' }]),
  );
  const now = isoNow(context.clock);
  const saved: MetaobjectEntity = {
    id: before?.id ?? context.store.nextId('Metaobject'),
    type: definition.type,
    handle: handleFrom(metaobject?.handle ?? handle.handle),
    fields: [...written.values()],
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  context.store.put(context.shop, 'Metaobject', saved);
  return { metaobject: saved, userErrors: [] };
}
