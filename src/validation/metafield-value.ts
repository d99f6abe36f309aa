import { isRecord, parseJson } from '../internal/json.ts';

/** Returns what is wrong with a value of a type; `undefined` if nothing is. */
type Check = (value: string) => string | undefined;

const matches =
  (pattern: RegExp, wanted: string): Check =>
  (value) =>
    pattern.test(value) ? undefined : `is not ${wanted}`;

const anything: Check = () => undefined;

const json: Check = (value) => (parseJson(value) === undefined ? 'is not JSON' : undefined);

/** A JSON object whose fields have these types, such as `{"value":5,"unit":"cm"}`. */
const jsonObject =
  (example: string, fields: Readonly<Record<string, 'string' | 'number' | 'decimal'>>): Check =>
  (value) => {
    const parsed = parseJson(value);
    const fits =
      isRecord(parsed) &&
      Object.entries(fields).every(([name, type]) => {
        const field = parsed[name];
        return type === 'decimal' ? /^-?\d+(\.\d+)?$/.test(String(field)) : typeof field === type;
      });
    return fits ? undefined : `is not written as ${example}`;
  };

const measurement = (unit: string): Check =>
  jsonObject(`{"value":5,"unit":"${unit}"}`, { value: 'decimal', unit: 'string' });

const reference: Check = matches(/^gid:\/\/shopify\/\w+\/\S+$/, 'a gid, such as "gid://shopify/Product/1"');

/** Whether a date exists in the calendar: there is no 31 February. */
const isDay = (day: string): boolean => {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
};

const date: Check = (value) =>
  /^\d{4}-\d{2}-\d{2}$/.test(value) && isDay(value) ? undefined : 'is not a date such as "2026-12-31"';

const dateTime: Check = (value) =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/.test(value) &&
  isDay(value.slice(0, 10)) &&
  !Number.isNaN(Date.parse(value))
    ? undefined
    : 'is not a time such as "2026-12-31T10:30:00Z"';

/** Types and their values: https://shopify.dev/docs/apps/build/metafields/list-of-data-types */
const checks: Readonly<Record<string, Check>> = {
  boolean: matches(/^(true|false)$/, '"true" or "false"'),
  color: matches(/^#[0-9a-f]{6}$/i, 'a colour such as "#ff8800"'),
  date,
  date_time: dateTime,
  dimension: measurement('cm'),
  id: matches(/^[^\r\n]{1,255}$/u, 'one line of at most 255 characters'),
  json,
  language: matches(/^[a-zA-Z]{2,3}([-_]\w+)*$/, 'a language code such as "en"'),
  link: jsonObject('{"text":"More","url":"https://example.com"}', { url: 'string' }),
  money: jsonObject('{"amount":"5.99","currency_code":"CAD"}', { amount: 'decimal', currency_code: 'string' }),
  multi_line_text_field: anything,
  number_decimal: matches(/^-?\d{1,13}(\.\d{1,9})?$/, 'a decimal number such as "12.5"'),
  number_integer: (value) =>
    /^-?\d+$/.test(value) && Number.isSafeInteger(Number(value))
      ? undefined
      : 'is not a whole number within ±9007199254740991',
  rating: jsonObject('{"value":"3.5","scale_min":"1.0","scale_max":"5.0"}', {
    value: 'decimal',
    scale_min: 'decimal',
    scale_max: 'decimal',
  }),
  rich_text_field: jsonObject('Shopify\'s rich text, {"type":"root","children":[…]}', { type: 'string' }),
  single_line_text_field: matches(/^[^\r\n]*$/, 'one line: remove the line breaks'),
  url: (value) => (URL.canParse(value) ? undefined : 'is not a URL such as "https://example.com"'),
  volume: measurement('ml'),
  weight: measurement('kg'),
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

/** Types without a list type. */
const neverListed = new Set(['boolean', 'id', 'json', 'money', 'multi_line_text_field', 'rich_text_field', 'language']);

const listPrefix = 'list.';

/** Returns the type of a list's entries; `undefined` if the type is not a list. */
export function entryTypeOf(type: string): string | undefined {
  return type.startsWith(listPrefix) ? type.slice(listPrefix.length) : undefined;
}

/** Whether Shopify has a type of that name, as far as is known here. */
export function isMetafieldType(type: string): boolean {
  const entry = entryTypeOf(type);
  return Object.hasOwn(checks, entry ?? type) && !(entry !== undefined && neverListed.has(entry));
}

const kibibyte = 1024;

/** Bytes that a value may have: https://shopify.dev/docs/apps/build/metafields/metafield-limits */
const maxBytes: Readonly<Record<string, number>> = { id: 2 * kibibyte, url: 2 * kibibyte, json: 128 * kibibyte };

const usualMaxBytes = 64 * kibibyte;

const maxEntries = 128;

/** Returns why Shopify would refuse the value for that type; `undefined` if it would not, or the type is unknown. */
export function metafieldProblem(type: string, value: string): string | undefined {
  if (!isMetafieldType(type)) return undefined;
  const limit = maxBytes[type] ?? usualMaxBytes;
  if (Buffer.byteLength(value) > limit) return `is longer than ${limit / kibibyte} KB, the limit of the type ${type}`;
  const entryType = entryTypeOf(type);
  const problem = entryType === undefined ? checks[type]?.(value) : listProblem(entryType, value);
  return problem === undefined ? undefined : `${problem} (type ${type})`;
}

function listProblem(entryType: string, value: string): string | undefined {
  const entries = parseJson(value);
  if (!Array.isArray(entries)) return 'is not a JSON list such as ["a","b"]';
  if (entries.length > maxEntries) return `has ${entries.length} entries, more than ${maxEntries}`;
  for (const [index, entry] of entries.entries()) {
    const problem = checks[entryType]?.(typeof entry === 'string' ? entry : JSON.stringify(entry));
    if (problem !== undefined) return `has an entry [${index}] that ${problem}`;
  }
  return undefined;
}
