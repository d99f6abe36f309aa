import { isRecord, parseExactJson, parseJson } from '../../internal/json.ts';
import { entryTypeOf } from '../../validation/metafield-value.ts';
import { weights } from '../sources/csv/cells.ts';
import { hasOptionOrder } from './option-order.ts';
import { canonicalText, type FactValue, metafieldPrefix, pairsKey, plainDecimal } from './product-facts.ts';

const prices: ReadonlySet<string> = new Set(['price', 'compareAtPrice', 'cost']);

/**
 * Whether two values are the same to Shopify, which trims text and stores no empty text.
 *
 * @param type Of a product's metafield, whose value is the field `value`.
 */
export function isSameValue(field: string, a: FactValue, b: FactValue, type?: FactValue): boolean {
  if (a === b) return true;
  if (field === 'options') return pairsKey(a) === pairsKey(b);
  if (field === 'optionOrder') return hasOptionOrder(a, b);
  const [left, right] = [textOf(a), textOf(b)];
  if (left === right) return true;
  if (left === '' || right === '') return false;
  if (prices.has(field)) return Math.abs(Number(left) - Number(right)) < 0.005;
  if (field === 'value') return isSameMetafield(String(type), left, right);
  if (!field.startsWith(metafieldPrefix)) return false;
  const [one, other] = [parseJson(left), parseJson(right)];
  return (
    isRecord(one) &&
    isRecord(other) &&
    one['type'] === other['type'] &&
    isSameMetafield(String(one['type']), String(one['value']), String(other['value']))
  );
}

const textOf = (value: FactValue): string =>
  typeof value === 'string' ? value.trim() : value === null ? '' : JSON.stringify(value);

/** Whether two weights are the same in other units, such as `1.5 KILOGRAMS` and `1500 GRAMS`. */
export function isSameWeight(a: FactValue, b: FactValue): boolean {
  const [one = Number.NaN, other = Number.NaN] = [a, b].map((weight) => {
    const [value, unit] = String(weight).split(' ');
    return Number(value) * (weights.find((known) => known.unit === unit)?.grams ?? Number.NaN);
  });
  // A converted weight is rounded.
  return Math.abs(one - other) <= one / 10_000;
}

/** Whether two values of a metafield are the same in another form, such as `{"value":1}` and `{"value":1.0}`. */
export const isSameMetafield = (type: string, a: string, b: string): boolean =>
  a === b || metafieldText(type, a) === metafieldText(type, b);

/** A value of a metafield in a fixed form, whichever of its forms it has. */
function metafieldText(type: string, value: string): string {
  if (/^(single|multi)_line_text_field$/.test(type)) return value;
  if (type === 'number_decimal') return plainDecimal(value);
  if (type === 'date_time') {
    // Shopify stores no fractions of seconds, and takes a time without a zone for one in UTC.
    const ms = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
    return Number.isNaN(ms) ? value : String(Math.floor(ms / 1_000));
  }
  try {
    const parsed = parseExactJson(value);
    const entryType = entryTypeOf(type);
    if (entryType !== undefined && Array.isArray(parsed))
      return canonicalText(
        parsed.map((entry) => metafieldText(entryType, typeof entry === 'string' ? entry : JSON.stringify(entry))),
      );
    if (type === 'json' || type === 'rich_text_field') return canonicalText(parsed);
    // A measurement, a rating, an amount of money, or a link.
    return isRecord(parsed) ? canonicalText(Object.fromEntries(Object.entries(parsed).map(plainPart))) : value;
  } catch {
    // Not JSON, or with numbers that JavaScript cannot hold.
    return value;
  }
}

function plainPart([name, part]: readonly [string, unknown]): readonly [string, unknown] {
  if (name === 'unit') return [name, String(part).toLowerCase()];
  return [name, /^(value|amount|scale_min|scale_max)$/.test(name) ? plainDecimal(String(part)) : part];
}
