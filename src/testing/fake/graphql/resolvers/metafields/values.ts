import { createHash } from 'node:crypto';
import type { MetafieldInput } from '../../../../../graphql/operations/generated/graphql.ts';
import { isRecord, parseJson } from '../../../../../internal/json.ts';
import type { StoredMetafield } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { isGid } from '../../gid.ts';
import { definitionByKey, productsByMetafield } from '../find-entities.ts';
import { lengthProblem } from '../input-values.ts';
import { brokenValidation } from './definition-validations.ts';
import { type MetafieldOwner, ownersOfType } from './owners.ts';
import { measurements } from './values-of-types.ts';

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
  if (type === undefined) return blankType;
  const problem = typeProblem(type, definition?.type.name) ?? valueProblem(type, value);
  if (problem) return problem;

  const broken = brokenValidation(type, value, definition?.validations ?? []);
  if (broken !== undefined) return { part: 'value', code: 'INVALID_VALUE', message: broken };

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
  if (!isMetafieldType(type))
    return { part: 'type', code: 'INVALID_TYPE', message: `Type ${type} is not a valid type` };
  if (defined === undefined || defined === type) return undefined;
  return { part: 'type', code: 'INVALID_TYPE', message: `Type must be ${defined}, as its definition says` };
}

function valueProblem(type: string, value: string): MetafieldProblem | undefined {
  if (value === '') return { part: 'value', code: 'BLANK', message: "Value can't be blank" };
  const tooLong = sizeProblem(type, value);
  if (tooLong !== undefined) return { part: 'value', code: 'TOO_LONG', message: tooLong };
  const message = contentProblem(type, value);
  return message === undefined ? undefined : { part: 'value', code: 'INVALID_VALUE', message };
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

/** Says what is wrong with a value; `undefined` for one that is right. */
type Check = (value: string) => string | undefined;

const unless =
  (isRight: (value: string) => boolean, message: string): Check =>
  (value) =>
    isRight(value) ? undefined : message;

const anything: Check = () => undefined;

const json = unless((value) => parseJson(value) !== undefined, 'Value must be valid JSON.');

const reference = unless((value) => isGid(value), 'Value must be a valid reference.');

/** Whether a text begins with a day of the calendar. `Date.parse` alone takes 30 February for 2 March. */
function beginsWithDay(value: string): boolean {
  const day = value.slice(0, 'YYYY-MM-DD'.length);
  const at = Date.parse(day);
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

const date = unless(
  (value) => value.length === 'YYYY-MM-DD'.length && beginsWithDay(value),
  'Value must be in YYYY-MM-DD format.',
);

const dateTime = unless(
  (value) => value.charAt('YYYY-MM-DD'.length) === 'T' && beginsWithDay(value) && !Number.isNaN(Date.parse(value)),
  'Value must be in YYYY-MM-DDTHH:MM:SS format.',
);

const oneLine = unless((value) => !/[\r\n]/.test(value), 'Value must be a single line text string.');

/** An object with a number and a unit. */
const measurement: Check = (value) => {
  const parsed = parseJson(value);
  if (!isRecord(parsed)) return 'Value must be a stringified JSON object.';
  if (!isNumeric(parsed.value)) return 'Value must have a value.';
  return typeof parsed.unit === 'string' && parsed.unit !== '' ? undefined : 'Value must have a unit.';
};

const money: Check = (value) => {
  const parsed = parseJson(value);
  if (!isRecord(parsed)) return 'Value must be a stringified JSON object.';
  if (!isNumeric(parsed.amount)) return 'Value must have an amount.';
  if (typeof parsed.currency_code !== 'string' || parsed.currency_code === '')
    return 'Value must have a currency code.';
  return /^[A-Z]{3}$/.test(parsed.currency_code) ? undefined : 'Value must have a valid currency code.';
};

const rating: Check = (value) => {
  const parsed = parseJson(value);
  if (!isRecord(parsed)) return 'Value must be a stringified JSON object.';
  const { value: given, scale_min: least, scale_max: most } = parsed;
  if (!isNumeric(given) || !isNumeric(least) || !isNumeric(most))
    return 'Value must have a value, a scale_min and a scale_max.';
  const isWithin = Number(given) >= Number(least) && Number(given) <= Number(most);
  return isWithin ? undefined : 'Value must be within the scale.';
};

const link: Check = (value) => {
  const parsed = parseJson(value);
  return isRecord(parsed) && typeof parsed.url === 'string' ? url(parsed.url) : 'Value must have a url.';
};

const richText: Check = (value) => {
  const parsed = parseJson(value);
  return isRecord(parsed) && parsed.type === 'root' ? undefined : 'Value must be a valid rich text object.';
};

const isNumeric = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value));

const schemes = ['http', 'https', 'mailto', 'sms', 'tel'];

const url = unless(
  (value) => schemes.some((scheme) => value.startsWith(`${scheme}:`)) && URL.canParse(value),
  `Value must be one of the following URL schemes: ${schemes.join(', ')}.`,
);

const references = [
  'article',
  'collection',
  'company',
  'customer',
  'file',
  'metaobject',
  'mixed',
  'order',
  'page',
  'product',
  'product_taxonomy_value',
  'variant',
];

/** Types and the values they take. https://shopify.dev/docs/apps/build/metafields/list-of-data-types */
const single: Readonly<Record<string, Check>> = {
  boolean: unless((value) => value === 'true' || value === 'false', 'Value must be true or false.'),
  color: unless((value) => /^#[0-9a-f]{6}$/i.test(value), 'Value must be a hex color code.'),
  date,
  date_time: dateTime,
  id: (value) => lengthProblem('Value', value) ?? oneLine(value),
  json,
  language: unless((value) => /^[a-z]{2}(-[A-Z]{2})?$/.test(value), 'Value must be a language code.'),
  link,
  money,
  multi_line_text_field: anything,
  number_decimal: unless((value) => /^-?\d+(\.\d+)?$/.test(value), 'Value must be a decimal.'),
  number_integer: unless((value) => /^-?\d+$/.test(value), 'Value must be an integer.'),
  rating,
  rich_text_field: richText,
  single_line_text_field: oneLine,
  url,
  ...Object.fromEntries(measurements.map((name) => [name, measurement])),
  ...Object.fromEntries(references.map((name) => [`${name}_reference`, reference])),
};

/** Types of which there is no list. */
const neverListed = new Set(['boolean', 'id', 'json', 'money', 'multi_line_text_field', 'rich_text_field']);

/** Whether Shopify has a type of that name. */
export function isMetafieldType(type: string): boolean {
  const listed = type.startsWith('list.') ? type.slice('list.'.length) : undefined;
  return listed === undefined ? Object.hasOwn(single, type) : Object.hasOwn(single, listed) && !neverListed.has(listed);
}

/** What is wrong with a value of a type that exists. */
function contentProblem(type: string, value: string): string | undefined {
  if (!type.startsWith('list.')) return single[type]?.(value);
  const entries = parseJson(value);
  if (!Array.isArray(entries)) return 'Value must be an array.';
  const check = single[type.slice('list.'.length)];
  for (const entry of entries) {
    const problem = check?.(typeof entry === 'string' ? entry : JSON.stringify(entry));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Types whose values are written as JSON. */
const jsonTypes: ReadonlySet<string> = new Set([
  'boolean',
  'json',
  'link',
  'money',
  'number_integer',
  'rating',
  'rich_text_field',
  ...measurements,
]);

/** The value as `jsonValue` gives it: parsed, where the type is written as JSON. */
export function jsonValueOf(type: string, value: string): unknown {
  return type.startsWith('list.') || jsonTypes.has(type) ? parseJson(value) : value;
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
  return (
    namespace.startsWith('app--') ||
    namespace === 'shopify' ||
    namespace.startsWith('shopify--') ||
    isShopifysOwn(namespace)
  );
}

/** Whether a namespace is one in which Shopify keeps what nobody may write. */
export const isShopifysOwn = (namespace: string): boolean =>
  namespace === 'shopify_standard' || namespace === 'protected';
