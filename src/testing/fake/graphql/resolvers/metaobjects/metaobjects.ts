import { hashText } from '../../../random.ts';
import type { MetaobjectDefinitionEntity, MetaobjectEntity } from '../../../store/entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated, requireSimulated } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection, type SortValue, sortedConnection } from '../connections.ts';
import { allProducts } from '../find-entities.ts';
import { freeHandle, handleFrom, lengthProblem } from '../input-values.ts';
import { valueProblemOf } from '../metafields/values.ts';
import { jsonValueOf, keptValue } from '../metafields/values-of-types.ts';
import { byId, keyword, type Searchable, searched, time, words } from '../search.ts';
import {
  definitionOf,
  fieldView,
  type MetaobjectProblem,
  metaobjectProblem,
  metaobjectsOfType,
} from './definitions.ts';

interface ByHandle {
  readonly type: string;
  readonly handle: string;
}

interface MetaobjectsArgs extends ConnectionArgs {
  readonly type: string;
  readonly query?: string | null;
  readonly sortKey?: string | null;
}

/** Sort keys of `metaobjects`, which are texts there; `null` for the order of creation. */
const sortValues = (context: ResolverContext): Readonly<Record<string, SortValue<MetaobjectEntity> | null>> => ({
  id: null,
  type: null,
  updated_at: ({ updatedAt }) => Date.parse(updatedAt),
  display_name: (metaobject) => displayName(metaobject, context).toLowerCase(),
});

/** Resolvers of metaobjects. */
export const metaobjectResolvers: ResolverMap = {
  QueryRoot: {
    metaobject: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'Metaobject');
      return metaobjectById(context, id) ?? null;
    }),
    metaobjectByHandle: resolver<unknown, { handle: ByHandle }>(
      (_source, { handle }, context) => metaobjectByHandle(context, handle) ?? null,
    ),
    metaobjects: resolver<unknown, MetaobjectsArgs>((_source, args, context, info) => {
      const value = sortValues(context)[args.sortKey ?? 'id'];
      if (value === undefined) throw notSimulated(`QueryRoot.metaobjects(sortKey: ${args.sortKey})`);
      const found = searched(metaobjectsOfType(context, args.type), args.query, searchable(context), { info, context });
      return value ? sortedConnection(found, args, value) : connection(found, args);
    }),
  },
  Mutation: {
    metaobjectCreate: resolver<unknown, { metaobject: MetaobjectInput & { readonly type: string } }>(
      (_source, { metaobject }, context) => createMetaobject(metaobject, context),
    ),
    metaobjectUpdate: resolver<unknown, { id: string; metaobject: MetaobjectInput }>(
      (_source, { id, metaobject }, context) => updateMetaobject(id, metaobject, context),
    ),
    metaobjectUpsert: resolver<unknown, UpsertArgs>((_source, args, context) => upsertMetaobject(args, context)),
    metaobjectDelete: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'Metaobject');
      if (!metaobjectById(context, id)) return { deletedId: null, userErrors: [notFound] };
      context.store.delete(context.shop, 'Metaobject', id);
      return { deletedId: id, userErrors: [] };
    }),
  },
  Metaobject: {
    definition: resolver<MetaobjectEntity>(({ type }, _args, context) => definitionOf(context, type)),
    displayName: resolver<MetaobjectEntity>((metaobject, _args, context) => displayName(metaobject, context)),
    fields: resolver<MetaobjectEntity>((metaobject, _args, context) => fieldsOf(metaobject, context)),
    field: resolver<MetaobjectEntity, { key: string }>(
      (metaobject, { key }, context) => fieldsOf(metaobject, context).find((field) => field.key === key) ?? null,
    ),
    capabilities: resolver<MetaobjectEntity>(({ type, status, templateSuffix }, _args, context) => {
      const capabilities = definitionOf(context, type)?.capabilities;
      return {
        publishable: capabilities?.publishable ? { status: status ?? 'DRAFT' } : null,
        onlineStore: capabilities?.onlineStore ? { templateSuffix: templateSuffix ?? null } : null,
      };
    }),
  },
  MetaobjectField: {
    jsonValue: resolver<FieldView>(({ type, value }) => (value === null ? null : jsonValueOf(type, value))),
  },
};

interface FieldView {
  readonly key: string;
  readonly type: string;
  /** `null` where the field is empty. */
  readonly value: string | null;
  readonly definition: object;
}

/** All fields that the definition has, in its order. Recorded 2026-04. */
function fieldsOf({ type, fields }: MetaobjectEntity, context: ResolverContext): readonly FieldView[] {
  return (definitionOf(context, type)?.fieldDefinitions ?? []).map((definition) => ({
    key: definition.key,
    type: definition.type,
    value: fields.find(({ key }) => key === definition.key)?.value || null,
    definition: fieldView(definition),
  }));
}

/** What metaobjects can be searched by: the fields in the description of `QueryRoot.metaobjects(query:)`. */
function searchable(context: ResolverContext): Searchable<MetaobjectEntity> {
  const name = (metaobject: MetaobjectEntity): readonly string[] => [displayName(metaobject, context)];
  return {
    texts: name,
    fields: {
      id: byId,
      handle: keyword(({ handle }) => handle),
      display_name: words(name),
      updated_at: time(
        'updated_at',
        ({ updatedAt }) => updatedAt,
        () => context.clock.now(),
      ),
    },
    others: ['fields'],
  };
}

/** The metaobject with that gid. */
export const metaobjectById = (
  { store, shop }: Pick<ResolverContext, 'store' | 'shop'>,
  id: string,
): MetaobjectEntity | undefined => store.get(shop, 'Metaobject', id) as MetaobjectEntity | undefined;

const metaobjectByHandle = (context: ResolverContext, { type, handle }: ByHandle): MetaobjectEntity | undefined =>
  metaobjectsOfType(context, type).find((metaobject) => metaobject.handle === handle);

/**
 * What a metaobject is called: the field that its definition names, else its handle as a title, such as `My Handle` for
 * `my-handle`. Recorded 2026-04.
 */
export function displayName({ type, fields, title, handle }: MetaobjectEntity, context: ResolverContext): string {
  const key = definitionOf(context, type)?.displayNameKey;
  return fields.find((field) => field.key === key)?.value || (title ?? titleOf(handle));
}

const titleOf = (handle: string): string =>
  handle
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .split(/[-_\s]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');

/** What `metaobjectCreate`, `metaobjectUpdate` and `metaobjectUpsert` say of a metaobject. */
interface MetaobjectInput {
  readonly handle?: string | null;
  readonly fields?: readonly { readonly key: string; readonly value: string }[] | null;
  readonly capabilities?: {
    readonly publishable?: { readonly status: string } | null;
    readonly onlineStore?: { readonly templateSuffix?: string | null } | null;
  } | null;
}

const simulated: ReadonlySet<string> = new Set(['type', 'handle', 'fields', 'capabilities']);

const notFound = metaobjectProblem(['id'], 'RECORD_NOT_FOUND', 'Record not found');

const refused = (userErrors: readonly MetaobjectProblem[]): unknown => ({ metaobject: null, userErrors });

const undefinedType = (field: readonly string[], type: string): unknown =>
  refused([metaobjectProblem(field, 'UNDEFINED_OBJECT_TYPE', `No metaobject definition exists for type "${type}"`)]);

function createMetaobject(input: MetaobjectInput & { readonly type: string }, context: ResolverContext): unknown {
  const definition = definitionOf(context, input.type);
  if (!definition) return undefinedType(['metaobject', 'type'], input.type);
  return save({ input, definition, before: undefined, handle: input.handle ?? undefined }, context);
}

function updateMetaobject(id: string, input: MetaobjectInput, context: ResolverContext): unknown {
  requireGid(id, 'Metaobject');
  const before = metaobjectById(context, id);
  const definition = before && definitionOf(context, before.type);
  if (!before || !definition) return refused([notFound]);
  return save({ input, definition, before, handle: input.handle ?? before.handle }, context);
}

interface UpsertArgs {
  readonly handle: ByHandle;
  readonly metaobject?: MetaobjectInput | null;
  readonly values?: unknown;
}

/** `metaobjectUpsert`: fields that it does not name stay. */
function upsertMetaobject({ handle, metaobject, values }: UpsertArgs, context: ResolverContext): unknown {
  if (values != null) throw notSimulated('Mutation.metaobjectUpsert(values:)');
  const definition = definitionOf(context, handle.type);
  if (!definition) return undefinedType(['handle', 'type'], handle.type);
  const [problem] = handle.handle === '' ? [] : textProblems(['handle', 'handle'], handle.handle);
  if (problem) return refused([problem]);
  const before = metaobjectByHandle(context, { ...handle, handle: handleFrom(handle.handle) });
  const wanted = metaobject?.handle ?? before?.handle ?? handle.handle;
  return save({ input: metaobject ?? {}, definition, before, handle: wanted }, context);
}

/** What is wrong with the text of a handle. Recorded 2026-04. */
function textProblems(field: readonly string[], handle: string): readonly MetaobjectProblem[] {
  const tooLong = lengthProblem('Handle', handle);
  if (tooLong !== undefined) return [metaobjectProblem(field, 'TOO_LONG', tooLong)];
  const invalid = metaobjectProblem(field, 'INVALID', 'Handle is invalid');
  if (handle.trim() === '') return [metaobjectProblem(field, 'BLANK', "Handle can't be blank"), invalid];
  return /^[\p{L}\p{N}_-]*$/u.test(handle) ? [] : [invalid];
}

interface Saving {
  readonly input: MetaobjectInput;
  readonly definition: MetaobjectDefinitionEntity;
  readonly before: MetaobjectEntity | undefined;
  /** A new metaobject with none is given one. */
  readonly handle: string | undefined;
}

function save({ input, definition, before, handle }: Saving, context: ResolverContext): unknown {
  requireSimulated(input, simulated, 'MetaobjectInput');
  const { problems, fields } = checkedFields(input, definition, before, context);
  const all = [
    ...nameProblems(input, definition, before, context),
    ...capabilityProblems(input, definition),
    ...handleProblems(handle, definition, before, context),
    ...problems,
  ];
  if (all.length > 0) return refused(all);
  const now = isoNow(context.clock);
  const { publishable, onlineStore } = input.capabilities ?? {};
  const metaobject: MetaobjectEntity = {
    id: before?.id ?? context.store.nextId('Metaobject'),
    type: definition.type,
    handle: before?.handle ?? '',
    fields,
    status: publishable?.status ?? before?.status ?? 'DRAFT',
    templateSuffix: onlineStore ? (onlineStore.templateSuffix ?? null) : (before?.templateSuffix ?? null),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  const saved: MetaobjectEntity = {
    ...metaobject,
    ...(before ? keptHandle(before, handle) : freshHandle(handle, metaobject, definition, context)),
  };
  context.store.put(context.shop, 'Metaobject', saved);
  return { metaobject: saved, userErrors: [] };
}

const keptHandle = (before: MetaobjectEntity, handle: string | undefined): Partial<MetaobjectEntity> =>
  handle === undefined || handle === before.handle
    ? { ...(before.title !== undefined && { title: before.title }) }
    : { handle: handleFrom(handle), title: titleOf(handle) };

/**
 * The handle of a new metaobject. The one that it is given is numbered where it is taken; one with a name of its own is
 * called by it, and any other by what it is and eight letters. Recorded 2026-04.
 */
function freshHandle(
  handle: string | undefined,
  metaobject: MetaobjectEntity,
  definition: MetaobjectDefinitionEntity,
  context: ResolverContext,
): Pick<MetaobjectEntity, 'handle' | 'title'> {
  const taken = new Set(metaobjectsOfType(context, definition.type).map((other) => other.handle));
  const free = (text: string): string => freeHandle(handleFrom(text), (candidate) => taken.has(candidate));
  if (handle) {
    const found = free(handle);
    return { handle: found, title: titleOf(found === handleFrom(handle) ? handle : found) };
  }
  const name = metaobject.fields.find(({ key }) => key === definition.displayNameKey)?.value;
  if (name) return { handle: free(name) };
  const letters = hashText(metaobject.id).toString(36).padStart(8, '0').slice(-8);
  return {
    handle: `${handleFrom(definition.name)}-${letters}`,
    title: `${definition.name} #${letters.toUpperCase()}`,
  };
}

/** What is wrong with the handle of one that is there already; a new one is given another that is free. */
function handleProblems(
  handle: string | undefined,
  { type }: MetaobjectDefinitionEntity,
  before: MetaobjectEntity | undefined,
  context: ResolverContext,
): readonly MetaobjectProblem[] {
  if (handle === undefined || handle === before?.handle || (!before && handle === '')) return [];
  const field = ['metaobject', 'handle'];
  const problems = textProblems(field, handle);
  if (problems.length > 0 || !before) return problems;
  const other = metaobjectByHandle(context, { type, handle: handleFrom(handle) });
  return other === undefined || other.id === before.id
    ? []
    : [metaobjectProblem(field, 'TAKEN', 'Handle has already been taken')];
}

/** A name that another value of the same option has already, where options are linked to both. Recorded 2026-04. */
function nameProblems(
  { fields }: MetaobjectInput,
  { displayNameKey }: MetaobjectDefinitionEntity,
  before: MetaobjectEntity | undefined,
  context: ResolverContext,
): readonly MetaobjectProblem[] {
  const index = (fields ?? []).findIndex(({ key }) => key === displayNameKey);
  const name = fields?.[index]?.value.trim().toLowerCase();
  if (name === undefined || !before) return [];
  const isUsed = allProducts(context).some(({ options }) =>
    options.some(({ optionValues }) => {
      const [own, others] = [
        optionValues.some(({ linkedMetafieldValue }) => linkedMetafieldValue === before.id),
        optionValues.filter(({ linkedMetafieldValue }) => linkedMetafieldValue !== before.id),
      ];
      return own && others.some((value) => value.name.toLowerCase() === name);
    }),
  );
  const message =
    'The display name you have chosen is already in use as an option value. Choose a different name to avoid conflicts.';
  return isUsed ? [metaobjectProblem(['metaobject', 'fields', index], 'DISPLAY_NAME_CONFLICT', message)] : [];
}

/** What a definition does not allow can't be set. Recorded 2026-04. */
function capabilityProblems(
  { capabilities }: MetaobjectInput,
  definition: MetaobjectDefinitionEntity,
): readonly MetaobjectProblem[] {
  return (
    [
      ['publishable', 'publishable'],
      ['onlineStore', 'online_store'],
    ] as const
  ).flatMap(([name, label]) =>
    capabilities?.[name] && !definition.capabilities?.[name]
      ? [
          metaobjectProblem(
            ['metaobject', 'capabilities', name],
            'CAPABILITY_NOT_ENABLED',
            `Capability is not enabled: ${label}`,
          ),
        ]
      : [],
  );
}

/** The fields after an input, and what is wrong with them. Order, paths and texts were recorded 2026-04. */
function checkedFields(
  { fields: given }: MetaobjectInput,
  { fieldDefinitions }: MetaobjectDefinitionEntity,
  before: MetaobjectEntity | undefined,
  context: ResolverContext,
): { readonly problems: readonly MetaobjectProblem[]; readonly fields: MetaobjectEntity['fields'] } {
  const problems: MetaobjectProblem[] = [];
  const written = new Map((before?.fields ?? []).map((field) => [field.key, field]));
  const placeOf = new Map<string, readonly (string | number)[]>();
  for (const [index, { key, value }] of (given ?? []).entries()) {
    const place = ['metaobject', 'fields', index];
    const definition = fieldDefinitions.find((field) => field.key === key);
    if (!definition) {
      const message = `Field definition "${key}" does not exist`;
      problems.push(metaobjectProblem(place, 'UNDEFINED_OBJECT_FIELD', message, key));
      continue;
    }
    if (placeOf.has(key)) {
      problems.push(metaobjectProblem(place, 'DUPLICATE_FIELD_INPUT', `Field "${key}" duplicates other inputs`, key));
      placeOf.set(key, place);
      // A field that is given twice counts as not given.
      written.delete(key);
      continue;
    }
    placeOf.set(key, place);
    const { type, validations = [] } = definition;
    // A new metaobject takes any text for true, where one that is changed refuses it. Recorded 2026-04 of both.
    const refusal = value === '' ? undefined : valueProblemOf(type, value, validations, context);
    const isTruth = refusal !== undefined && !before && type === 'boolean';
    const problem = isTruth ? undefined : refusal;
    if (problem) {
      const { message, elementIndex = null } = problem;
      problems.push(metaobjectProblem(place, 'INVALID_VALUE', message, key, elementIndex));
    }
    written.set(key, { key, type, value: problem || value === '' ? value : keptValue(type, isTruth ? 'true' : value) });
  }
  for (const { key, name, required } of fieldDefinitions) {
    if (!required || (written.get(key)?.value ?? '') !== '') continue;
    const place = placeOf.get(key) ?? ['metaobject'];
    problems.push(metaobjectProblem(place, 'OBJECT_FIELD_REQUIRED', `${name} can't be blank`, key));
  }
  return { problems, fields: [...written.values()] };
}
