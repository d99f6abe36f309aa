import type { MetaobjectDefinitionEntity, MetaobjectEntity, StoredValidation } from '../../../store/entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { type FieldPath, notSimulated, requireSimulated, type UserError, userError } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection } from '../connections.ts';
import { allProducts } from '../find-entities.ts';
import { lengthProblem } from '../input-values.ts';
import { categoryOf, validationProblems } from '../metafields/definition-validations.ts';
import { resolveNamespace } from '../metafields/values.ts';
import { typeOfDefinitionProblem } from '../metafields/values-of-types.ts';

type StoredField = MetaobjectDefinitionEntity['fieldDefinitions'][number];

/** Resolvers of the definitions of metaobjects. */
export const metaobjectDefinitionResolvers: ResolverMap = {
  QueryRoot: {
    metaobjectDefinition: resolver<unknown, { id: string }>(
      (_source, { id }, context) => definitionById(context, id) ?? null,
    ),
    metaobjectDefinitionByType: resolver<unknown, { type: string }>(
      (_source, { type }, context) => definitionOf(context, type) ?? null,
    ),
    metaobjectDefinitions: resolver<unknown, ConnectionArgs>((_source, args, context) =>
      connection(allDefinitions(context), args),
    ),
  },
  Mutation: {
    metaobjectDefinitionCreate: resolver<unknown, { definition: DefinitionInput }>((_source, { definition }, context) =>
      createDefinition(definition, context),
    ),
    metaobjectDefinitionUpdate: resolver<unknown, { id: string; definition: DefinitionChange }>(
      (_source, { id, definition }, context) => updateDefinition(id, definition, context),
    ),
    metaobjectDefinitionDelete: resolver<unknown, { id: string }>((_source, { id }, context) =>
      deleteDefinition(id, context),
    ),
  },
  MetaobjectDefinition: {
    fieldDefinitions: resolver<MetaobjectDefinitionEntity>(({ fieldDefinitions }) => fieldDefinitions.map(fieldView)),
    access: resolver<MetaobjectDefinitionEntity>(({ access }) => ({
      ...{ admin: 'PUBLIC_READ_WRITE', customerAccount: 'NONE', storefront: 'NONE' },
      ...access,
    })),
    capabilities: resolver<MetaobjectDefinitionEntity>(({ capabilities }) => capabilitiesView(capabilities ?? {})),
    metaobjects: resolver<MetaobjectDefinitionEntity, ConnectionArgs>(({ type }, args, context) =>
      connection(metaobjectsOfType(context, type), args),
    ),
    metaobjectsCount: resolver<MetaobjectDefinitionEntity>(
      ({ type }, _args, context) => metaobjectsOfType(context, type).length,
    ),
    hasThumbnailField: resolver<MetaobjectDefinitionEntity>(({ fieldDefinitions }) =>
      fieldDefinitions.some(({ type }) => type === 'file_reference'),
    ),
    standardTemplate: () => null,
  },
};

/** A field of a definition, as the schema shows it. */
export function fieldView({ type, description, validations, isFilterable, ...rest }: StoredField): object {
  return {
    ...rest,
    description: description ?? null,
    validations: validations ?? [],
    type: { name: type, category: categoryOf(type) },
    capabilities: { adminFilterable: { eligible: true, enabled: isFilterable ?? false } },
  };
}

type Capabilities = NonNullable<MetaobjectDefinitionEntity['capabilities']>;

function capabilitiesView(capabilities: Capabilities): object {
  const enabled = (name: keyof Capabilities): { readonly enabled: boolean } => ({
    enabled: capabilities[name] !== undefined,
  });
  const { onlineStore, renderable } = capabilities;
  return {
    publishable: enabled('publishable'),
    translatable: enabled('translatable'),
    renderable: {
      ...enabled('renderable'),
      data: renderable ? { metaTitleKey: null, metaDescriptionKey: null, ...renderable } : null,
    },
    onlineStore: {
      ...enabled('onlineStore'),
      data: onlineStore ? { urlHandle: onlineStore['urlHandle'] ?? '', canCreateRedirects: true } : null,
    },
  };
}

type Reading = Pick<ResolverContext, 'store' | 'shop'>;

const allDefinitions = ({ store, shop }: Reading): readonly MetaobjectDefinitionEntity[] =>
  store.all(shop, 'MetaobjectDefinition') as readonly MetaobjectDefinitionEntity[];

function definitionById({ store, shop }: Reading, id: string): MetaobjectDefinitionEntity | undefined {
  requireGid(id, 'MetaobjectDefinition');
  return store.get(shop, 'MetaobjectDefinition', id) as MetaobjectDefinitionEntity | undefined;
}

/** The definition of that type, as `$app:…` or resolved. */
export const definitionOf = (context: Reading, type: string): MetaobjectDefinitionEntity | undefined =>
  allDefinitions(context).find((definition) => definition.type === typeName(type));

/** The type as it is stored: in small letters, `$app` resolved. Recorded 2026-04. */
const typeName = (type: string): string => (type.startsWith('$app') ? resolveNamespace(type) : type).toLowerCase();

/** The metaobjects of a type, oldest first. */
export function metaobjectsOfType({ store, shop }: Reading, type: string): readonly MetaobjectEntity[] {
  const all = store.all(shop, 'Metaobject') as readonly MetaobjectEntity[];
  const wanted = typeName(type);
  return all.filter((metaobject) => metaobject.type === wanted);
}

/** One entry of `userErrors` of metaobjects. */
export interface MetaobjectProblem extends UserError {
  readonly elementIndex: number | null;
  readonly elementKey: string | null;
}

export const metaobjectProblem = (
  field: FieldPath,
  code: string,
  message: string,
  elementKey: string | null = null,
  elementIndex: number | null = null,
): MetaobjectProblem => ({ ...userError(field, message, code), elementIndex, elementKey });

interface Switch {
  readonly enabled: boolean;
  readonly data?: Readonly<Record<string, unknown>> | null;
}

interface Shared {
  readonly name?: string | null;
  readonly description?: string | null;
  readonly displayNameKey?: string | null;
  readonly access?: Readonly<Record<string, string | null>> | null;
  readonly capabilities?: Readonly<Partial<Record<keyof Capabilities, Switch | null>>> | null;
}

interface FieldInput {
  readonly key: string;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly type: string;
  readonly required: boolean;
  readonly validations?: readonly StoredValidation[] | null;
  readonly capabilities?: { readonly adminFilterable?: Switch | null } | null;
}

/** `MetaobjectDefinitionCreateInput`. */
interface DefinitionInput extends Shared {
  readonly type: string;
  readonly fieldDefinitions?: readonly FieldInput[] | null;
}

/** `MetaobjectDefinitionUpdateInput`. */
interface DefinitionChange extends Shared {
  readonly fieldDefinitions?:
    | readonly {
        readonly create?: FieldInput | null;
        readonly update?: (Partial<FieldInput> & { readonly key: string }) | null;
        readonly delete?: { readonly key: string } | null;
      }[]
    | null;
  readonly resetFieldOrder?: boolean;
}

const maxFields = 40;

/** Definitions that a shop may have. Recorded 2026-04. */
const maxDefinitions = 128;

type Check = (fails: boolean, ...args: Parameters<typeof metaobjectProblem>) => void;

function collectProblems(): { readonly problems: readonly MetaobjectProblem[]; readonly check: Check } {
  const problems: MetaobjectProblem[] = [];
  return {
    problems,
    check(fails, ...args) {
      if (fails) problems.push(metaobjectProblem(...args));
    },
  };
}

/** What is wrong with the texts of a definition. Recorded 2026-04. */
function checkTexts({ name, description }: Shared, check: Check): void {
  check(name?.trim() === '', ['definition', 'name'], 'BLANK', "Name can't be blank");
  for (const [field, label, value] of [
    ['name', 'Name', name],
    ['description', 'Description', description],
  ] as const) {
    const tooLong = lengthProblem(label, value ?? '');
    check(tooLong !== undefined, ['definition', field], 'TOO_LONG', tooLong ?? '');
  }
}

/** What is wrong with the number of fields, and of those that can be filtered by. Recorded 2026-04. */
function checkCounts(fields: readonly { readonly isFilterable: boolean }[], check: Check): void {
  const place = ['definition', 'fieldDefinitions'];
  const tooMany = (kind: string): string => `Maximum ${maxFields} ${kind} per metaobject definition`;
  check(fields.length > maxFields, place, 'INVALID', tooMany('fields'));
  const filterable = fields.filter(({ isFilterable }) => isFilterable).length;
  check(filterable > maxFields, place, 'INVALID', tooMany('admin filterable fields'));
}

/** What is wrong with a new field by itself. Each error names its key. Recorded 2026-04. */
function checkField({ key, type, validations }: FieldInput, place: FieldPath, check: Check): void {
  const report: Check = (fails, field, code, message) => check(fails, field, code, message, key);
  const wrongType = typeOfDefinitionProblem(type);
  report(key === '', place, 'BLANK', "Key can't be blank");
  report(key.length < 2, place, 'TOO_SHORT', 'Key is too short (minimum is 2 characters)');
  report(key.length > 64, place, 'TOO_LONG', 'Key is too long (maximum is 64 characters)');
  report(!/^[\w-]+$/.test(key), place, 'INVALID', 'Key contains one or more invalid characters.');
  report(wrongType !== undefined, place, 'INCLUSION', wrongType ?? '');
  const onlyStandard = 'The disclosure_reference type can only be used in standard definitions provided by Shopify.';
  report(/^(list\.)?disclosure_reference$/.test(type), place, 'INVALID', onlyStandard);
  if (wrongType !== undefined) return;
  for (const { message } of validationProblems(type, validations ?? []))
    report(true, [...place, 'validations'], 'INVALID_OPTION', message);
}

/** Keys that fields can't have. Recorded 2026-04. */
const reservedKeys = new Set(['handle', 'id']);

const reservedName = (key: string): string => `The name "${key}" is reserved for system use`;

const undefinedField = (key: string): string => `Field definition "${key}" does not exist`;

/** What is wrong with a new definition by itself. Recorded 2026-04. */
function definitionProblems(input: DefinitionInput): readonly MetaobjectProblem[] {
  const { type, displayNameKey, access } = input;
  const isOwn = type.startsWith('$app');
  const reserved = 'Not authorized. This type is reserved for use by another application.';
  if (/^(shopify|app)--/.test(typeName(type)) && !isOwn)
    return [metaobjectProblem(['definition'], 'NOT_AUTHORIZED', reserved)];
  const { problems, check } = collectProblems();
  checkTexts(input, check);
  check(type.length < 3, ['definition', 'type'], 'TOO_SHORT', 'Type is too short (minimum is 3 characters)');
  check(
    !/^[\w-]*$/.test(typeName(type)),
    ['definition', 'type'],
    'INVALID',
    'Type contains one or more invalid characters. Only alphanumeric characters, underscores, and dashes are allowed.',
  );
  // Inferred.
  const onlyOwn = 'Admin access can only be specified on metaobject definitions that have an app-reserved type.';
  check(access?.['admin'] != null && !isOwn, ['definition', 'access'], 'ADMIN_ACCESS_INPUT_NOT_ALLOWED', onlyOwn);
  const fields = input.fieldDefinitions ?? [];
  checkCounts(fields.map(storedField), check);
  for (const [index, field] of fields.entries()) {
    const { key } = field;
    const place = ['definition', 'fieldDefinitions', index];
    const isTwice = fields.findIndex((other) => other.key === key) < index;
    check(reservedKeys.has(key), place, 'RESERVED_NAME', reservedName(key), key);
    check(isTwice, place, 'DUPLICATE_FIELD_INPUT', `Field "${key}" duplicates other inputs`, key);
    checkField(field, place, check);
  }
  checkRenderable(input.capabilities?.renderable, fields.map(storedField), check);
  if (problems.length === 0 && displayNameKey != null)
    check(
      !fields.some(({ key }) => key === displayNameKey),
      ['definition', 'displayNameKey'],
      'UNDEFINED_OBJECT_FIELD',
      undefinedField(displayNameKey),
    );
  return problems;
}

const storedField = (field: FieldInput): StoredField & { readonly isFilterable: boolean } => ({
  key: field.key,
  name: field.name ?? field.key,
  description: field.description ?? null,
  type: field.type,
  required: field.required,
  validations: field.validations ?? [],
  isFilterable: field.capabilities?.adminFilterable?.enabled ?? false,
});

const refusedDefinition = (userErrors: readonly MetaobjectProblem[]): unknown => ({
  metaobjectDefinition: null,
  userErrors,
});

/** `metaobjectDefinitionCreate`. */
function createDefinition(input: DefinitionInput, context: ResolverContext): unknown {
  const problems = definitionProblems(input);
  if (problems.length > 0) return refusedDefinition(problems);
  if (definitionOf(context, input.type))
    return refusedDefinition([metaobjectProblem(['definition', 'type'], 'TAKEN', 'Type has already been taken')]);
  if (allDefinitions(context).length >= maxDefinitions) {
    const message = `Total definition count exceeds the limit of ${maxDefinitions}`;
    return refusedDefinition([metaobjectProblem(['definition'], 'MAX_DEFINITIONS_EXCEEDED', message)]);
  }
  const now = isoNow(context.clock);
  const metaobjectDefinition: MetaobjectDefinitionEntity = {
    id: context.store.nextId('MetaobjectDefinition'),
    type: typeName(input.type),
    name: input.name ?? input.type,
    description: input.description ?? null,
    displayNameKey: input.displayNameKey ?? null,
    fieldDefinitions: (input.fieldDefinitions ?? []).map(storedField),
    access: withoutNulls(input.access),
    capabilities: switched({}, input.capabilities),
    createdAt: now,
    updatedAt: now,
  };
  context.store.put(context.shop, 'MetaobjectDefinition', metaobjectDefinition);
  return { metaobjectDefinition, userErrors: [] };
}

const withoutNulls = (access: Shared['access']): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(access ?? {}).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));

/** Capabilities after an input; what is switched on keeps its data. */
function switched(before: Capabilities, inputs: Shared['capabilities']): Capabilities {
  const after: Record<string, Readonly<Record<string, unknown>> | undefined> = { ...before };
  for (const [name, input] of Object.entries(inputs ?? {})) {
    if (!input) continue;
    if (input.data?.['createRedirects'] === true)
      throw notSimulated('MetaobjectCapabilityDefinitionDataOnlineStoreInput.createRedirects');
    if (input.enabled) after[name] = { ...after[name], ...input.data };
    else delete after[name];
  }
  return after as Capabilities;
}

/** `metaobjectDefinitionUpdate`. Texts and paths were recorded 2026-04. */
function updateDefinition(id: string, input: DefinitionChange, context: ResolverContext): unknown {
  const before = definitionById(context, id);
  if (!before) return refusedDefinition([metaobjectProblem(['id'], 'RECORD_NOT_FOUND', 'Record not found')]);
  requireSimulated(input, changeable, 'MetaobjectDefinitionUpdateInput');
  const { problems, check } = collectProblems();
  checkTexts(input, check);
  let fields = before.fieldDefinitions;
  const named: string[] = [];
  for (const [index, operation] of (input.fieldDefinitions ?? []).entries()) {
    const [[kind, given] = []] = Object.entries(operation).filter(([, value]) => value != null);
    if (kind === undefined || !given) continue;
    const { key } = given;
    const place = ['definition', 'fieldDefinitions', index];
    const isThere = fields.some((field) => field.key === key);
    if (named.includes(key)) {
      check(true, place, 'DUPLICATE_FIELD_INPUT', `Field "${key}" duplicates other inputs`, key);
      continue;
    }
    named.push(key);
    if (operation.create) {
      check(reservedKeys.has(key), place, 'RESERVED_NAME', reservedName(key), key);
      checkField(operation.create, [...place, 'create'], check);
      const taken = `Field definition "${key}" is already taken`;
      check(isThere, [...place, kind, 'key'], 'OBJECT_FIELD_TAKEN', taken, key);
      fields = [...fields, storedField(operation.create)];
      continue;
    }
    check(!isThere, [...place, kind, 'key'], 'UNDEFINED_OBJECT_FIELD', undefinedField(key), key);
    fields = operation.delete
      ? fields.filter((field) => field.key !== key)
      : fields.map((field) => (field.key === key ? changedField(field, operation.update ?? {}) : field));
  }
  checkCounts(
    fields.map(({ isFilterable = false }) => ({ isFilterable })),
    check,
  );
  if (input.resetFieldOrder) {
    // Fields of the input come first, the others in alphabetical order. From the schema; recorded 2026-04.
    const place = ({ key }: StoredField): number => (named.includes(key) ? named.indexOf(key) : named.length);
    fields = fields.toSorted((a, b) => place(a) - place(b) || (a.key < b.key ? -1 : 1));
  }
  const displayNameKey = input.displayNameKey === undefined ? before.displayNameKey : input.displayNameKey;
  check(
    displayNameKey !== null && !fields.some(({ key }) => key === displayNameKey),
    ['definition', 'displayNameKey'],
    'UNDEFINED_OBJECT_FIELD',
    undefinedField(displayNameKey ?? ''),
  );
  checkRenderable(input.capabilities?.renderable, fields, check);
  if (displayNameKey !== before.displayNameKey && isLinked(before, context)) {
    const message = 'Cannot change display name field when metaobject is used in product options';
    check(true, ['definition', 'displayNameKey'], 'IMMUTABLE', message);
  }
  if (problems.length > 0) return refusedDefinition(problems);
  const metaobjectDefinition: MetaobjectDefinitionEntity = {
    ...before,
    name: input.name ?? before.name,
    description: input.description === undefined ? before.description : input.description,
    displayNameKey,
    fieldDefinitions: fields,
    access: { ...before.access, ...withoutNulls(input.access) },
    capabilities: switched(before.capabilities ?? {}, input.capabilities),
    updatedAt: isoNow(context.clock),
  };
  context.store.put(context.shop, 'MetaobjectDefinition', metaobjectDefinition);
  return { metaobjectDefinition, userErrors: [] };
}

/** Types of fields that pages can have their titles and descriptions from. */
const renderableTypes = ['single_line_text_field', 'multi_line_text_field', 'rich_text_field'];

/** What is wrong with the fields that a page has its title and description from. Recorded 2026-04. */
function checkRenderable(input: Switch | null | undefined, fields: readonly StoredField[], check: Check): void {
  const place = ['definition', 'capabilities', 'renderable'];
  for (const [name, label] of [
    ['metaTitleKey', 'meta_title_key'],
    ['metaDescriptionKey', 'meta_description_key'],
  ] as const) {
    const key = input?.enabled ? input.data?.[name] : undefined;
    if (typeof key !== 'string') continue;
    const type = fields.find((field) => field.key === key)?.type;
    check(type === undefined, place, 'INVALID', undefinedField(key));
    check(
      type !== undefined && !renderableTypes.includes(type),
      place,
      'FIELD_TYPE_INVALID',
      `Renderable Capability "${label}" cannot reference the field definition "${key}" of type "${type}". Only ${renderableTypes.join(', ')} definitions are allowed.`,
    );
  }
}

const changeable: ReadonlySet<string> = new Set<keyof DefinitionChange>([
  ...(['name', 'description', 'displayNameKey', 'access', 'capabilities', 'fieldDefinitions'] as const),
  'resetFieldOrder',
]);

function changedField(field: StoredField, change: Partial<FieldInput>): StoredField {
  return {
    ...field,
    name: change.name ?? field.name,
    description: change.description === undefined ? (field.description ?? null) : change.description,
    required: change.required ?? field.required,
    validations: change.validations ?? field.validations ?? [],
    isFilterable: change.capabilities?.adminFilterable?.enabled ?? field.isFilterable ?? false,
  };
}

/** `metaobjectDefinitionDelete`: its metaobjects go with it. Recorded 2026-04. */
function deleteDefinition(id: string, context: ResolverContext): unknown {
  const { store, shop } = context;
  const definition = definitionById(context, id);
  if (!definition)
    return { deletedId: null, userErrors: [metaobjectProblem(['id'], 'RECORD_NOT_FOUND', 'Record not found')] };
  if (isLinked(definition, context)) throw notSimulated('deleting a definition that options are linked to');
  for (const metaobject of metaobjectsOfType(context, definition.type)) store.delete(shop, 'Metaobject', metaobject.id);
  store.delete(shop, 'MetaobjectDefinition', id);
  return { deletedId: id, userErrors: [] };
}

/** Whether values of an option are metaobjects of this definition. */
function isLinked({ type }: MetaobjectDefinitionEntity, context: ResolverContext): boolean {
  const own = new Set(metaobjectsOfType(context, type).map(({ id }) => id));
  return allProducts(context).some(({ options }) =>
    options.some(({ optionValues }) =>
      optionValues.some(({ linkedMetafieldValue }) => own.has(linkedMetafieldValue ?? '')),
    ),
  );
}
