import { isRecord, parseJson } from '../../../../../internal/json.ts';
import { isGid } from '../../gid.ts';
import { lengthProblem } from '../input-values.ts';

/** Types whose values are a number with a unit. https://shopify.dev/docs/apps/build/metafields/list-of-data-types */
export const measurements: readonly string[] = [
  'antenna_gain',
  'area',
  'battery_charge_capacity',
  'battery_energy_capacity',
  'capacitance',
  'concentration',
  'data_storage_capacity',
  'data_transfer_rate',
  'dimension',
  'display_density',
  'distance',
  'duration',
  'electric_current',
  'electrical_resistance',
  'energy',
  'frequency',
  'illuminance',
  'inductance',
  'luminous_flux',
  'mass_flow_rate',
  'power',
  'pressure',
  'resolution',
  'rotational_speed',
  'sound_level',
  'speed',
  'temperature',
  'thermal_power',
  'voltage',
  'volume',
  'volumetric_flow_rate',
  'weight',
];

/** Says what is wrong with a value; `undefined` for one that is right. */
type Check = (value: string) => string | undefined;

const unless =
  (isRight: (value: string) => boolean, message: string): Check =>
  (value) =>
    isRight(value) ? undefined : message;

/** A text that is not only spaces. */
const text: Check = (value) => (value.trim() === '' ? blankValue : undefined);

/** Shopify's words for no value. Recorded 2025-10, of texts and of JSON. */
const blankValue = "Value can't be blank.";

/**
 * In the words of Ruby's parser, with the place where it gave up. Recorded 2025-10 for a wrong key; the rest follows
 * the parser's source.
 */
const json: Check = (value) => {
  if (value.trim() === '') return blankValue;
  try {
    JSON.parse(value);
    return undefined;
  } catch (error) {
    // Invalid JSON throws, and only the message contains the position.
    const message = error instanceof Error ? error.message : '';
    // Without a position, the first character other than a space is reported.
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? value.search(/\S/));
    if (at >= value.length || /end of JSON/.test(message)) return 'Value is invalid JSON: unexpected end of input.';
    const before = value.slice(0, at).split('\n');
    const what = /property name/.test(message) ? 'expected object key, got' : 'unexpected character:';
    const place = `line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1}`;
    return `Value is invalid JSON: ${what} '${value.slice(at, at + 32).replace(/\W+$/, '')}' at ${place}.`;
  }
};

/**
 * Kinds of references, in the order in which Shopify names them, with the kinds of gids that they take and what is said
 * of others. Recorded 2026-04, of pages, articles, orders and taxonomy inferred.
 */
const referenceKinds: Readonly<Record<string, readonly [gids: RegExp, message: string]>> = {
  company: [/^Company$/, 'Value must be a valid company reference.'],
  customer: [/^Customer$/, 'Value must be a valid customer reference.'],
  product: [/^Product$/, 'Value must be a valid product reference.'],
  collection: [/^Collection$/, 'Value must be a valid collection reference.'],
  variant: [/^ProductVariant$/, 'Value must be a valid product variant reference.'],
  file: [/^(MediaImage|GenericFile|Video|Model3d|ExternalVideo)$/, 'Value must be a file reference string.'],
  product_taxonomy_value: [/^TaxonomyValue$/, 'Value must be a valid product taxonomy value reference.'],
  metaobject: [/^Metaobject$/, 'Value require that you select a metaobject.'],
  mixed: [/^Metaobject$/, 'Value must belong to one of the specified metaobject definitions.'],
  page: [/^(Page|OnlineStorePage)$/, 'Value must be a valid page reference.'],
  article: [/^(Article|OnlineStoreArticle)$/, 'Value must be a valid article reference.'],
  order: [/^Order$/, 'Value must be a valid order reference.'],
};

const referenceTo = ([gids, message]: readonly [gids: RegExp, message: string]): Check =>
  unless((value) => isGid(value) && gids.test(/^gid:\/\/shopify\/(\w+)\//.exec(value)?.[1] ?? ''), message);

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
  'Value must be in “YYYY-MM-DDTHH:MM:SS” format. For example: 2022-06-01T15:30:00',
);

const oneLine: Check = (value) =>
  text(value) ?? (/[\r\n]/.test(value) ? 'Value must be a single line text string.' : undefined);

/**
 * Units of those measurements that can't be negative: short names, then the long ones in the same order.
 * https://shopify.dev/docs/apps/build/metafields/list-of-data-types
 */
const units: Readonly<Record<string, readonly string[]>> = {
  dimension: ['mm', 'cm', 'm', 'in', 'ft', 'yd', 'millimeters', 'centimeters', 'meters', 'inches', 'feet', 'yards'],
  weight: ['oz', 'lb', 'g', 'kg', 'ounces', 'pounds', 'grams', 'kilograms'],
  volume: [
    ...['ml', 'cl', 'l', 'm3', 'us_fl_oz', 'us_pt', 'us_qt', 'us_gal', 'imp_fl_oz', 'imp_pt', 'imp_qt', 'imp_gal'],
    ...['milliliters', 'centiliters', 'liters', 'cubic_meters', 'fluid_ounces', 'pints', 'quarts', 'gallons'],
    ...['imperial_fluid_ounces', 'imperial_pints', 'imperial_quarts', 'imperial_gallons'],
  ],
};

const notAnObject = 'Value must be a stringified JSON object.';

/** Recorded 2026-04, of a power. */
const noMeasurement =
  'Value must be a stringified JSON object with a value (numeric) and unit (string from one the supported measurement units) fields.';

/** An object with a number and a unit. */
const measurementOf =
  (type: string): Check =>
  (value) => {
    const parsed = parseJson(value);
    const known = units[type];
    if (!isRecord(parsed)) return known ? notAnObject : noMeasurement;
    // Recorded 2026-04 of what has no unit; of what has no value inferred.
    if (parsed.value === undefined || parsed.unit === undefined) return 'Value must contain unit and value.';
    if (known && !(isNumeric(parsed.value) && Number(parsed.value) >= 0)) return 'Value must be a non-negative number.';
    if (!isNumeric(parsed.value)) return 'Value must have a value.';
    if (typeof parsed.unit !== 'string' || parsed.unit === '') return 'Value must have a unit.';
    return !known || known.includes(parsed.unit.toLowerCase()) ? undefined : 'Value must be a supported unit.';
  };

const mostMoney = 10n ** 18n;

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

const money: Check = (value) => {
  const parsed = parseJson(value);
  if (!isRecord(parsed) || parsed.amount == null || typeof parsed.currency_code !== 'string')
    return "Value must be a stringified JSON object with amount (numeric) and currency_code (string matching the shop's currency) fields.";
  const { amount, currency_code: currency } = parsed;
  if (currency === '') return 'Value must have a currency code.';
  if (!isNumeric(amount)) return 'Value must have a numeric amount.';
  if (!currencies.has(currency)) return `Value contains an invalid currency, ${currency}.`;
  const [whole = ''] = String(amount).replace('-', '').split('.');
  const isWithin = /^\d+$/.test(whole) && BigInt(whole) <= mostMoney;
  return isWithin ? undefined : `Value must be within +/-${mostMoney}.`;
};

const rating: Check = (value) => {
  const parsed = parseJson(value);
  if (!isRecord(parsed)) return notAnObject;
  const { value: given, scale_min: least, scale_max: most } = parsed;
  if (!isNumeric(given) || !isNumeric(least) || !isNumeric(most))
    return 'Value must have a value, a scale_min and a scale_max.';
  if (Number(given) < Number(least)) return `Value has a minimum of ${least}.`;
  return Number(given) > Number(most) ? `Value has a maximum of ${most}.` : undefined;
};

const link: Check = (value) => {
  const parsed = parseJson(value);
  const problem = isRecord(parsed) && typeof parsed.url === 'string' ? url(parsed.url) : '';
  if (problem === undefined) return undefined;
  // Of a link with a text, Shopify says what is wrong with its address. Recorded 2026-04.
  return isRecord(parsed) && typeof parsed.text === 'string' && problem !== ''
    ? problem
    : 'Value must be a valid link.';
};

const richText: Check = (value) => {
  const parsed = parseJson(value);
  return isRecord(parsed) && parsed.type === 'root' ? undefined : 'Value must be a valid rich text object.';
};

const isNumeric = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value));

const schemes = ['http', 'https', 'mailto', 'sms', 'tel'];

const url: Check = (value) => {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(value))
    return `Value cannot have an empty scheme (protocol), must include one of the following URL schemes: ${shownList(schemes)}.'`;
  return schemes.some((scheme) => value.startsWith(`${scheme}:`)) && URL.canParse(value)
    ? undefined
    : `Value must be one of the following URL schemes: ${schemes.join(', ')}.`;
};

/** As Ruby writes a list. */
export const shownList = (list: unknown): string =>
  `[${(Array.isArray(list) ? list : []).map((entry) => JSON.stringify(entry)).join(', ')}]`;

const mostDecimal = 9_999_999_999_999;

/** Recorded 2025-10 for what is too much; for what is too little inferred. */
const decimal: Check = (value) => {
  if (!/^-?\d+(\.\d+)?$/.test(value)) return 'Value must be a decimal.';
  if (Number(value) > mostDecimal) return `Value can't exceed ${mostDecimal}.`;
  return Number(value) < -mostDecimal ? `Value can't be less than -${mostDecimal}.` : undefined;
};

/** A whole number; Shopify takes `5.0` for one, and not `+5`. Recorded 2025-10. */
const integer = unless((value) => /^-?\d+(\.0+)?$/.test(value), 'Value must be an integer.');

const truths: Readonly<Record<string, string>> = {
  t: 'true',
  true: 'true',
  1: 'true',
  f: 'false',
  false: 'false',
  0: 'false',
};

const references = Object.keys(referenceKinds).map((kind) => `${kind}_reference`);

const ofScalars: Readonly<Record<string, Check>> = {
  boolean: unless((value) => Object.hasOwn(truths, value.trim().toLowerCase()), 'Value must be true or false.'),
  color: unless((value) => /^#[0-9a-f]{6}$/i.test(value), 'Value must be a hex color code.'),
  date,
  date_time: dateTime,
  id: (value) => lengthProblem('Value', value) ?? oneLine(value),
  json,
  language: unless((value) => /^[a-z]{2}(-[A-Z]{2})?$/.test(value), 'Value must be a language code.'),
  link,
  money,
  multi_line_text_field: text,
  number_decimal: decimal,
  number_integer: integer,
  rating,
  rich_text_field: richText,
  single_line_text_field: oneLine,
  url,
  ...Object.fromEntries(measurements.map((name) => [name, measurementOf(name)])),
};

/** Names of before there were definitions, which values may still have. Recorded 2026-04. */
const olderNames: Readonly<Record<string, Check>> = { float: decimal, integer, json_string: json, string: oneLine };

/** Types and the values they take. https://shopify.dev/docs/apps/build/metafields/list-of-data-types */
const single: Readonly<Record<string, Check>> = {
  ...ofScalars,
  ...olderNames,
  ...Object.fromEntries(
    Object.entries(referenceKinds).map(([kind, words]) => [`${kind}_reference`, referenceTo(words)]),
  ),
};

/** Types without a list type. */
const neverListed = new Set(['id', 'json', 'language', 'money', 'rich_text_field', ...Object.keys(olderNames)]);

/** Types of which there is a list for values, and none for definitions. Recorded 2025-10. */
const listedWithoutDefinition = new Set(['boolean', 'multi_line_text_field']);

/** Shopify sorts as if each name ended with a character between `_` and the letters. */
const inOrder = (names: readonly string[]): readonly string[] =>
  names.toSorted((a, b) => (`${a}\`` < `${b}\`` ? -1 : 1));

const withLists = (names: readonly string[], isListed: (name: string) => boolean): readonly string[] =>
  inOrder(names.flatMap((name) => (isListed(name) ? [name, `list.${name}`] : [name])));

const referenceTypes = references.flatMap((name) => [name, `list.${name}`]);

/** What a metafield's value can be of, in Shopify's order. Recorded 2026-04. */
const valueTypes: readonly string[] = [
  ...withLists([...Object.keys(ofScalars), ...Object.keys(olderNames)], (name) => !neverListed.has(name)),
  ...referenceTypes,
];

/** What a definition can be of, in Shopify's order. Recorded 2025-10 and 2026-04. */
const definitionTypes: readonly string[] = [
  ...withLists(
    [...Object.keys(ofScalars), 'jurisdiction'],
    (name) => !neverListed.has(name) && !listedWithoutDefinition.has(name),
  ),
  ...referenceTypes.flatMap((name) => {
    if (name === 'list.product_taxonomy_value_reference') return [name, 'product_taxonomy_disclosure_reference'];
    return name === 'list.mixed_reference' ? [name, 'disclosure_reference', 'list.disclosure_reference'] : [name];
  }),
];

/** Why a value can't be of a type; `undefined` for a type that Shopify has. */
export const typeOfValueProblem = (type: string): string | undefined =>
  valueTypes.includes(type) ? undefined : `Type must be one of the following: ${valueTypes.join(', ')}.`;

/** Why a definition can't be of a type; `undefined` for a type that Shopify has. */
export const typeOfDefinitionProblem = (type: string): string | undefined =>
  definitionTypes.includes(type)
    ? undefined
    : `Type name ${type} is not a valid type. Valid types are: ${definitionTypes.join(', ')}.`;

/** What is wrong with a value, and with which entry of a list. */
export interface ContentProblem {
  readonly message: string;
  readonly elementIndex?: number;
}

/** The texts of a list's entries; the value itself if its type is not a list. */
const entriesOf = (type: string, value: string): readonly string[] | undefined => {
  if (!type.startsWith('list.')) return [value];
  const entries = parseJson(value);
  if (!Array.isArray(entries)) return undefined;
  return entries.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
};

/** What is wrong with a value of a type that exists. */
export function contentProblem(type: string, value: string): ContentProblem | undefined {
  if (value === '') return { message: blankValue };
  const entries = entriesOf(type, value);
  if (!entries) return { message: 'Value must be an array.' };
  if (entries.length > maxEntries) return { message: `Value has more than ${maxEntries} elements.` };
  const isList = type.startsWith('list.');
  const check = single[isList ? type.slice('list.'.length) : type];
  for (const [index, entry] of entries.entries()) {
    const message = check?.(entry);
    if (message !== undefined) return { message, ...(isList && { elementIndex: index }) };
  }
  return undefined;
}

/** The gids that a value of a reference's type names. */
export const referencesIn = (type: string, value: string): readonly string[] =>
  type.endsWith('_reference') ? (entriesOf(type, value) ?? []).filter(isGid) : [];

/** The value as Shopify keeps it. Recorded 2025-10, for each type; short names of units stay as they are. */
export function keptValue(type: string, value: string): string {
  if (!type.startsWith('list.')) return kept[measurements.includes(type) ? 'measurement' : type]?.(value) ?? value;
  const element = type.slice('list.'.length);
  const entries = entriesOf(type, value) ?? [];
  if (element === 'date_time' || element === 'number_decimal')
    return JSON.stringify(entries.map((entry) => keptValue(element, entry)));
  const isObject = element === 'rating' || measurements.includes(element);
  return isObject ? `[${entries.map((entry) => keptValue(element, entry)).join(',')}]` : value;
}

const kept: Readonly<Record<string, (value: string) => string>> = {
  boolean: (value) => truths[value.trim().toLowerCase()] ?? value,
  date_time: (value) => {
    const [, time = value, zone = ''] = /^(.*?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/.exec(value) ?? [];
    return `${time}${zone === '' || zone === 'Z' ? '+00:00' : zone}`;
  },
  number_decimal: (value) => value.replace(/(\.\d{9})\d+$/, '$1'),
  number_integer: (value) => value.replace(/\.0+$/, ''),
  rating: (value) => {
    const { scale_min, scale_max, value: given } = parseJson(value) as Record<string, unknown>;
    return JSON.stringify({ scale_min, scale_max, value: given });
  },
  measurement: (value) => {
    const { value: given, unit } = parseJson(value) as Record<string, unknown>;
    const number = Number.isInteger(Number(given)) ? `${Number(given)}.0` : String(Number(given));
    const isShort = /^([a-z]{1,2}|m3|(us|imp)_\w+)$/.test(String(unit));
    return `{"value":${number},"unit":${JSON.stringify(isShort ? unit : String(unit).toUpperCase())}}`;
  },
};

/** Types whose values are written as JSON. */
const jsonTypes: ReadonlySet<string> = new Set([
  'json',
  'link',
  'money',
  'number_integer',
  'rating',
  'rich_text_field',
  ...measurements,
]);

/** The value as `jsonValue` gives it: parsed, where the type is written as JSON. Of `boolean`, only what is true. */
export function jsonValueOf(type: string, value: string): unknown {
  if (type === 'boolean') return value === 'true' ? true : value;
  if (type.startsWith('list.') && measurements.includes(type.slice('list.'.length))) return shortUnits(type, value);
  return type.startsWith('list.') || jsonTypes.has(type) ? parseJson(value) : value;
}

/**
 * In lists a unit is told by its short name, where it has one, else in small letters. Recorded 2025-10 of centimetres,
 * kilograms, millilitres and units without a short name.
 */
function shortUnits(type: string, value: string): unknown {
  const known = units[type.slice('list.'.length)] ?? [];
  const half = known.length / 2;
  const parsed = parseJson(value);
  if (!Array.isArray(parsed)) return parsed;
  return parsed.map((entry: unknown) => {
    if (!isRecord(entry) || typeof entry['unit'] !== 'string') return entry;
    const unit = entry['unit'].toLowerCase();
    const index = known.indexOf(unit);
    return { ...entry, unit: index >= half ? known[index - half] : unit };
  });
}

const kibibyte = 1024;

/** Bytes a value may have. https://shopify.dev/docs/apps/build/metafields/metafield-limits */
const maxBytes: Readonly<Record<string, number>> = { id: 2 * kibibyte, url: 2 * kibibyte, json: 128 * kibibyte };

const usualMaxBytes = 64 * kibibyte;

const maxEntries = 128;

/** Why a value is too large for its type; `undefined` where it is not. */
export function sizeProblem(type: string, value: string): string | undefined {
  const limit = maxBytes[type] ?? usualMaxBytes;
  return Buffer.byteLength(value) > limit ? `Value is too long (maximum is ${limit} bytes)` : undefined;
}
