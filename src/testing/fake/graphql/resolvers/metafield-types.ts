import { parseJson } from '../../../../internal/json.ts';

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
export function fitsMetafieldType(type: string, value: string): boolean {
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
export function sizeProblem(type: string, value: string): string | undefined {
  const limit = maxBytes[type] ?? usualMaxBytes;
  if (Buffer.byteLength(value) > limit) return `Value is too long (maximum is ${limit} bytes)`;
  const entries = type.startsWith('list.') ? parseJson(value) : undefined;
  return Array.isArray(entries) && entries.length > maxEntries
    ? `Value has too many entries (maximum is ${maxEntries})`
    : undefined;
}
