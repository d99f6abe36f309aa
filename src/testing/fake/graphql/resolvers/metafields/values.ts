import { createHash } from 'node:crypto';
import type { MetafieldInput } from '../../../../../graphql/operations/generated/graphql.ts';
import { parseJson } from '../../../../../internal/json.ts';
import type { StoredMetafield } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { allCollections, allProducts, definitionByKey, productsByMetafield } from '../find-entities.ts';
import type { MetafieldOwner } from './owners.ts';

/** What is wrong with one metafield, and in which part of its input. */
export interface MetafieldProblem {
  readonly part: 'id' | 'key' | 'type' | 'value';
  /** As in `MetafieldsSetUserErrorCode`. */
  readonly code: 'BLANK' | 'INVALID' | 'INVALID_TYPE' | 'INVALID_VALUE' | 'TOO_LONG' | 'TAKEN';
  readonly message: string;
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
  const value = input.value ?? before?.value ?? '';
  const problem = typeProblem(type, definition?.type.name) ?? valueProblem(type ?? '', value);
  if (problem || type === undefined) return problem ?? blankType;

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

function typeProblem(type: string | undefined, defined: string | undefined): MetafieldProblem | undefined {
  if (type === undefined) return blankType;
  if (!isMetafieldType(type))
    return { part: 'type', code: 'INVALID_TYPE', message: `Type ${type} is not a valid type` };
  if (defined === undefined || defined === type) return undefined;
  return { part: 'type', code: 'INVALID_TYPE', message: `Type must be ${defined}, as its definition says` };
}

function valueProblem(type: string, value: string): MetafieldProblem | undefined {
  if (value === '') return { part: 'value', code: 'BLANK', message: "Value can't be blank" };
  const tooLong = sizeProblem(type, value);
  if (tooLong !== undefined) return { part: 'value', code: 'TOO_LONG', message: tooLong };
  if (fitsMetafieldType(type, value)) return undefined;
  return { part: 'value', code: 'INVALID_VALUE', message: `Value does not fit the type ${type}` };
}

type Named = Pick<StoredMetafield, 'namespace' | 'key' | 'value'>;

function isTaken(metafield: Named, owner: MetafieldOwner, context: ResolverContext): boolean {
  if (owner.type === 'PRODUCT') return productsByMetafield(context, metafield).some(({ id }) => id !== owner.id);
  const others =
    owner.type === 'COLLECTION' ? allCollections(context) : allProducts(context).flatMap(({ variants }) => variants);
  return others.some(
    ({ id, metafields }) =>
      id !== owner.id &&
      metafields.some(
        ({ namespace, key, value }) =>
          namespace === metafield.namespace && key === metafield.key && value === metafield.value,
      ),
  );
}

type Check = (value: string) => boolean;

const anything: Check = () => true;

const json: Check = (value) => parseJson(value) !== undefined;

const reference: Check = (value) => value.startsWith('gid://shopify/');

const whole: Check = (value) => /^-?\d+$/.test(value);

const decimal: Check = (value) => /^-?\d+(\.\d+)?$/.test(value);

const date: Check = (value) => /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value));

const oneLine: Check = (value) => !/[\r\n]/.test(value);

/** Types and the values they take. https://shopify.dev/docs/apps/build/metafields/list-of-data-types */
const single: Readonly<Record<string, Check>> = {
  boolean: (value) => value === 'true' || value === 'false',
  color: (value) => /^#[0-9a-f]{6}$/i.test(value),
  date,
  date_time: date,
  dimension: json,
  id: (value) => value.length <= 255 && oneLine(value),
  json,
  link: json,
  money: json,
  multi_line_text_field: anything,
  number_decimal: decimal,
  number_integer: whole,
  rating: json,
  rich_text_field: json,
  single_line_text_field: oneLine,
  url: (value) => URL.canParse(value),
  volume: json,
  weight: json,
  article_reference: reference,
  collection_reference: reference,
  company_reference: reference,
  customer_reference: reference,
  file_reference: reference,
  metaobject_reference: reference,
  mixed_reference: reference,
  order_reference: reference,
  page_reference: reference,
  product_reference: reference,
  product_taxonomy_value_reference: reference,
  variant_reference: reference,
};

/** Types of which there is no list. */
const neverListed = new Set(['boolean', 'id', 'json', 'money', 'multi_line_text_field', 'rich_text_field']);

/** Whether Shopify has a type of that name. */
export function isMetafieldType(type: string): boolean {
  const listed = type.startsWith('list.') ? type.slice('list.'.length) : undefined;
  return listed === undefined ? Object.hasOwn(single, type) : Object.hasOwn(single, listed) && !neverListed.has(listed);
}

/** Whether a value fits a type that exists. */
function fitsMetafieldType(type: string, value: string): boolean {
  return type.startsWith('list.') ? Array.isArray(parseJson(value)) : (single[type]?.(value) ?? false);
}

/** The value as `jsonValue` gives it: parsed, where the type is written as JSON. */
export function jsonValueOf(type: string, value: string): unknown {
  const check = single[type];
  const isJson = type.startsWith('list.') || type === 'boolean' || type === 'number_integer' || check === json;
  return isJson ? parseJson(value) : value;
}

const kibibyte = 1024;

/** Bytes a value may have. https://shopify.dev/docs/apps/build/metafields/metafield-limits */
const maxBytes: Readonly<Record<string, number>> = { id: 2 * kibibyte, url: 2 * kibibyte, json: 128 * kibibyte };

const usualMaxBytes = 64 * kibibyte;

const maxEntries = 128;

/** Why a value is too large for its type; `undefined` where it is not. */
function sizeProblem(type: string, value: string): string | undefined {
  const limit = maxBytes[type] ?? usualMaxBytes;
  if (Buffer.byteLength(value) > limit) return `Value is too long (maximum is ${limit} bytes)`;
  const entries = type.startsWith('list.') ? parseJson(value) : undefined;
  return Array.isArray(entries) && entries.length > maxEntries
    ? `Value has too many entries (maximum is ${maxEntries})`
    : undefined;
}

/** Number of the app that all calls come from, as it stands in reserved namespaces. */
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

/** Whether a namespace belongs to Shopify or to another app. */
export function isReserved(namespace: string): boolean {
  if (isOwnNamespace(namespace)) return false;
  return namespace.startsWith('app--') || namespace === 'shopify' || namespace.startsWith('shopify--');
}
