import { createHash } from 'node:crypto';
import type { MetafieldInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredMetafield, StoredValidation } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { parseGid } from '../../gid.ts';
import { definitionByKey, ownerOf, productsByMetafield } from '../find-entities.ts';
import { brokenValidation } from './definition-validations.ts';
import { type MetafieldOwner, ownersOfType } from './owners.ts';
import { contentProblem, keptValue, referencesIn, sizeProblem, typeOfValueProblem } from './values-of-types.ts';

/** What is wrong with one metafield, and in which part of its input. */
export interface MetafieldProblem {
  readonly part: 'id' | 'key' | 'type' | 'value';
  /** As in `MetafieldsSetUserErrorCode`. */
  readonly code: 'BLANK' | 'INVALID' | 'INVALID_TYPE' | 'INVALID_VALUE' | 'TOO_LONG' | 'TAKEN';
  readonly message: string;
  /** Which entry of a list. */
  readonly elementIndex?: number;
}

type Building = ResolverContext & { readonly now: string };

/** The metafield that an input makes of what its owner has. One that exists, by id or by name, keeps its gid. */
export function metafieldFrom(
  input: MetafieldInput,
  owner: MetafieldOwner,
  context: Building,
): StoredMetafield | MetafieldProblem {
  const { store, now } = context;
  const namespace = resolveNamespace(input.namespace);
  const before = owner.metafields.find((metafield) =>
    input.id == null ? metafield.namespace === namespace && metafield.key === input.key : metafield.id === input.id,
  );
  if (input.id != null && !before) return { part: 'id', code: 'INVALID', message: 'Metafield does not exist' };
  const key = before?.key ?? input.key ?? '';
  if (key === '') return { part: 'key', code: 'BLANK', message: "Key can't be blank" };

  const definition = definitionByKey(context, owner.type, before?.namespace ?? namespace, key);
  const type = input.type ?? definition?.type.name ?? before?.type;
  const given = input.value ?? before?.value ?? '';
  if (type === undefined) return blankType;
  const problem = typeProblem(type, definition?.type.name) ?? valueProblem(type, given);
  if (problem) return problem;

  const broken =
    brokenValidation(type, given, definition?.validations ?? []) ??
    referenceProblem(type, given, definition?.validations ?? [], context);
  if (broken !== undefined) return { part: 'value', code: 'INVALID_VALUE', message: broken };
  const value = keptValue(type, given);

  const metafield = { namespace: before?.namespace ?? namespace, key, type, value };
  if (definition?.uniqueValues && isTaken(metafield, owner, context)) {
    const message = 'Value is in use by another product, and the definition keeps values unique.';
    return { part: 'value', code: 'TAKEN', message };
  }
  return {
    ...metafield,
    id: before?.id ?? store.nextId('Metafield'),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

/** The owner's metafields with those of the input: each replaces its like, or comes to the rest. */
export function upsertedMetafields(
  inputs: readonly MetafieldInput[],
  owner: MetafieldOwner,
  context: Building,
  report: (index: number, problem: MetafieldProblem) => void,
): readonly StoredMetafield[] {
  return inputs.reduce((metafields, input, index) => {
    const made = metafieldFrom(input, { ...owner, metafields }, context);
    if (!('part' in made)) return withMetafield(metafields, made);
    report(index, made);
    return metafields;
  }, owner.metafields);
}

/** The list with one metafield in the place of that with its gid, or at the end. */
export function withMetafield(
  metafields: readonly StoredMetafield[],
  metafield: StoredMetafield,
): readonly StoredMetafield[] {
  const isKnown = metafields.some(({ id }) => id === metafield.id);
  return isKnown
    ? metafields.map((known) => (known.id === metafield.id ? metafield : known))
    : [...metafields, metafield];
}

/** What `compareDigest` compares: the type and value of a metafield, made short. */
export function compareDigestOf({ type, value }: Pick<StoredMetafield, 'type' | 'value'>): string {
  return createHash('sha256').update(`${type}\n${value}`).digest('hex');
}

const blankType: MetafieldProblem = { part: 'type', code: 'BLANK', message: "Type can't be blank" };

function typeProblem(type: string, defined: string | undefined): MetafieldProblem | undefined {
  const message = typeOfValueProblem(type);
  if (message !== undefined) return { part: 'type', code: 'INVALID_TYPE', message };
  if (defined === undefined || defined === type) return undefined;
  return { part: 'type', code: 'INVALID_TYPE', message: `Type must be ${defined}, as its definition says` };
}

/** What is wrong with a value of a type that has validations. */
export function valueProblemOf(
  type: string,
  value: string,
  validations: readonly StoredValidation[],
  context: ResolverContext,
): Pick<MetafieldProblem, 'message' | 'elementIndex'> | undefined {
  const problem = valueProblem(type, value);
  if (problem) return problem;
  const message = brokenValidation(type, value, validations) ?? referenceProblem(type, value, validations, context);
  return message === undefined ? undefined : { message };
}

function valueProblem(type: string, value: string): MetafieldProblem | undefined {
  const tooLong = sizeProblem(type, value);
  if (tooLong !== undefined) return { part: 'value', code: 'TOO_LONG', message: tooLong };
  const problem = contentProblem(type, value);
  return problem && { part: 'value', code: 'INVALID_VALUE', ...problem };
}

/** Kinds whose things the fake keeps by themselves, by the reference that names them. */
const kindsReferred: Readonly<Record<string, string>> = {
  product: 'Product',
  collection: 'Collection',
  customer: 'Customer',
  order: 'Order',
  metaobject: 'Metaobject',
};

/**
 * What is wrong with what a value refers to. Recorded 2025-10 for products and for metaobjects of another definition.
 * What the fake doesn't keep, such as a page, is taken as there.
 */
function referenceProblem(
  type: string,
  value: string,
  validations: readonly StoredValidation[],
  context: ResolverContext,
): string | undefined {
  const { store, shop } = context;
  const referred = type.replace(/^list\./, '').replace(/_reference$/, '');
  const kind = kindsReferred[referred];
  const wanted = validations.find(({ name }) => name === 'metaobject_definition_id')?.value;
  const isThere = (id: string): boolean => {
    if (referred === 'variant') return ownerOf(context, id) !== undefined && parseGid(id)?.kind === 'ProductVariant';
    return kind === undefined || store.get(shop, kind, id) !== undefined;
  };
  for (const id of referencesIn(type, value)) {
    if (!isThere(id)) return `Value references non-existent resource ${id}.`;
    const definition = wanted === undefined ? undefined : store.get(shop, 'MetaobjectDefinition', wanted);
    if (definition && store.get(shop, 'Metaobject', id)?.['type'] !== definition['type'])
      return `Value must belong to the specified metaobject definition ${wanted}.`;
  }
  return undefined;
}

type Named = Pick<StoredMetafield, 'namespace' | 'key' | 'value'>;

function isTaken(metafield: Named, owner: MetafieldOwner, context: ResolverContext): boolean {
  if (owner.type === 'PRODUCT') return productsByMetafield(context, metafield).some(({ id }) => id !== owner.id);
  return ownersOfType(owner.type, context).some(
    ({ id, metafields }) =>
      id !== owner.id &&
      metafields.some(
        ({ namespace, key, value }) =>
          namespace === metafield.namespace && key === metafield.key && value === metafield.value,
      ),
  );
}

/** Number of the calling app in reserved namespaces. */
const appNumber = 1001;

/**
 * The namespace as it is stored: `$app` and `$app:foo` stand for the app's own, and so does none.
 * https://shopify.dev/docs/apps/build/custom-data/ownership
 */
export function resolveNamespace(namespace: string | null | undefined): string {
  const own = `app--${appNumber}`;
  if (!namespace || namespace === '$app') return own;
  return namespace.startsWith('$app:') ? `${own}--${namespace.slice('$app:'.length)}` : namespace;
}

/** Whether a namespace is the app's own. */
export function isOwnNamespace(namespace: string): boolean {
  const own = `app--${appNumber}`;
  return namespace === own || namespace.startsWith(`${own}--`);
}

/** Whether a namespace belongs to another app, or to Shopify's standard definitions. */
export function isReserved(namespace: string): boolean {
  if (isOwnNamespace(namespace)) return false;
  return namespace.startsWith('app--') || namespace === 'shopify' || namespace.startsWith('shopify--');
}

/**
 * Namespaces in which nobody may write values, though there can be definitions for them. Recorded 2025-10.
 */
export const unwritableNamespaces: readonly string[] = ['shopify_standard', 'protected', 'shopify-l10n-fields'];
