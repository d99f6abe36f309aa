import { isRecord, parseJson } from '../../../../../internal/json.ts';
import type { StoredValidation } from '../../../store/entities.ts';
import { measurements, shownList } from './values-of-types.ts';

/** One kind of validation that a type supports, with the type of its own value. */
interface SupportedValidation {
  readonly name: string;
  readonly type: string;
}

const ofText: readonly SupportedValidation[] = [
  { name: 'min', type: 'number_integer' },
  { name: 'max', type: 'number_integer' },
  { name: 'regex', type: 'single_line_text_field' },
];

const choices: SupportedValidation = { name: 'choices', type: 'list.single_line_text_field' };

const between = (type: string): readonly SupportedValidation[] => [
  { name: 'min', type },
  { name: 'max', type },
];

/** https://shopify.dev/docs/apps/build/metafields/list-of-validation-options */
const supported: Readonly<Record<string, readonly SupportedValidation[]>> = {
  single_line_text_field: [...ofText, choices],
  multi_line_text_field: ofText,
  id: ofText,
  number_integer: between('number_integer'),
  number_decimal: [...between('number_decimal'), { name: 'max_precision', type: 'number_integer' }],
  date: between('date'),
  date_time: between('date_time'),
  rating: [
    { name: 'scale_min', type: 'number_decimal' },
    { name: 'scale_max', type: 'number_decimal' },
  ],
  url: [{ name: 'allowed_domains', type: 'list.single_line_text_field' }],
  file_reference: [{ name: 'file_type_options', type: 'list.single_line_text_field' }],
  json: [{ name: 'schema', type: 'json' }],
  metaobject_reference: [{ name: 'metaobject_definition_id', type: 'id' }],
  mixed_reference: [{ name: 'metaobject_definition_ids', type: 'list.id' }],
  ...Object.fromEntries(measurements.map((name) => [name, between(name)])),
};

const ofList: readonly SupportedValidation[] = [
  { name: 'list.min', type: 'number_integer' },
  { name: 'list.max', type: 'number_integer' },
];

const elementOf = (type: string): string => type.replace(/^list\./, '');

/** What a definition of a type can demand. */
export function supportedValidations(type: string): readonly SupportedValidation[] {
  const own = supported[elementOf(type)] ?? [];
  return type.startsWith('list.') ? [...own, ...ofList] : own;
}

const categories: readonly (readonly [category: string, types: readonly string[]])[] = [
  ['COLOR', ['color']],
  ['DATE_TIME', ['date', 'date_time']],
  ['ID', ['id']],
  ['JSON', ['json']],
  ['LANGUAGE', ['language']],
  ['LINK', ['link']],
  ['MEASUREMENT', measurements],
  ['MONEY', ['money']],
  ['NUMBER', ['number_decimal', 'number_integer']],
  ['RATING', ['rating']],
  ['TEXT', ['multi_line_text_field', 'rich_text_field', 'single_line_text_field']],
  ['TRUE_FALSE', ['boolean']],
  ['URL', ['url']],
];

/** The group that a type is shown in. */
export function categoryOf(type: string): string {
  return categories.find(([, types]) => types.includes(elementOf(type)))?.[0] ?? 'REFERENCE';
}

/** What is wrong with the validations of a definition. */
export interface ValidationProblem {
  readonly code: 'INVALID_OPTION' | 'DUPLICATE_OPTION';
  readonly message: string;
}

/** How a value that a validation wants is named. Recorded 2025-10 of numbers. */
const wantedValue: Readonly<Record<string, string>> = { number_integer: 'an integer', number_decimal: 'a decimal' };

/** What a type can't do without. Recorded 2025-10. */
const required: Readonly<Record<string, readonly (readonly [name: string, message: string])[]>> = {
  rating: ['scale_max', 'scale_min'].map((name) => [name, `Validations requires '${name}' to be provided.`]),
  metaobject_reference: [['metaobject_definition_id', 'Validations require that you select a metaobject.']],
};

/** What is wrong with the validations of a definition: what is given, or else what is missing. */
export function validationProblems(
  type: string,
  validations: readonly StoredValidation[],
): readonly ValidationProblem[] {
  const invalid = (message: string): readonly ValidationProblem[] => [{ code: 'INVALID_OPTION', message }];
  if (new Set(validations.map(({ name }) => name)).size < validations.length)
    return [{ code: 'DUPLICATE_OPTION', message: 'Validations cannot contain duplicate "name" options.' }];
  const known = supportedValidations(type);
  for (const { name, value } of validations) {
    const validation = known.find((each) => each.name === name);
    if (!validation)
      return invalid(
        `Validations value for option ${name} contains an invalid value: '${name}' isn't supported for ${type}.`,
      );
    const isWrong =
      (validation.type === 'number_integer' && !/^-?\d+$/.test(value)) ||
      (validation.type === 'number_decimal' && !/^-?\d+(\.\d+)?$/.test(value)) ||
      (validation.type.startsWith('list.') && !Array.isArray(parseJson(value))) ||
      (name === 'regex' && !isPattern(value));
    if (isWrong)
      return invalid(
        `Validations value for option ${name} must be ${wantedValue[validation.type] ?? `a ${validation.type}`}.`,
      );
  }
  const [least, most] = ['min', 'max'].map((name) => validations.find((each) => each.name === name));
  if (least && most && rank(least.value) > rank(most.value))
    return invalid("Validations contains an invalid value: 'min' must be less than 'max'.");
  return (required[elementOf(type)] ?? []).flatMap(([name, message]) =>
    validations.some((validation) => validation.name === name) ? [] : invalid(message),
  );
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== '';
  } catch {
    // An invalid pattern throws; there is no other check.
    return false;
  }
}

/** What is wrong with a value by the validations of its definition. The value fits its type. */
export function brokenValidation(
  type: string,
  value: string,
  validations: readonly StoredValidation[],
): string | undefined {
  const entries = type.startsWith('list.') ? parseJson(value) : undefined;
  const values = Array.isArray(entries)
    ? entries.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)))
    : [value];
  for (const validation of validations) {
    const { name, value: limit } = validation;
    if (name === 'list.min' && values.length < Number(limit)) return `Value has a minimum of ${limit} entries.`;
    if (name === 'list.max' && values.length > Number(limit)) return `Value has a maximum of ${limit} entries.`;
    for (const each of values) {
      const problem = brokenBy(elementOf(type), each, validation);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

const isText = (type: string): boolean => supported[type]?.some(({ name }) => name === 'regex') ?? false;

function brokenBy(type: string, value: string, { name, value: limit }: StoredValidation): string | undefined {
  const size = isText(type) ? [...value].length : rank(value);
  const most = isText(type) ? Number(limit) : rank(limit);
  const what = isText(type) ? 'length of ' : 'of ';
  switch (name) {
    case 'min':
      return size < most ? `Value has a minimum ${what}${shown(type, limit)}.` : undefined;
    case 'max':
      return size > most ? `Value has a maximum ${what}${shown(type, limit)}.` : undefined;
    case 'regex':
      return new RegExp(limit, 'u').test(value) ? undefined : 'Value is not the correct format.';
    case 'scale_min':
    case 'scale_max': {
      const parsed = parseJson(value);
      return isRecord(parsed) && Number(parsed[name]) === Number(limit)
        ? undefined
        : 'Value min and max on the rating value must be the same as the min and max on the definition.';
    }
    case 'choices': {
      const allowed = parseJson(limit);
      const isAllowed = Array.isArray(allowed) && allowed.includes(value);
      return isAllowed ? undefined : `Value does not exist in provided choices: ${shownList(allowed)}.`;
    }
    case 'max_precision':
      return (value.split('.')[1]?.length ?? 0) > Number(limit)
        ? `Value has a maximum precision of ${limit}.`
        : undefined;
    case 'allowed_domains': {
      const allowed = parseJson(limit);
      const host = URL.canParse(value) ? new URL(value).hostname : '';
      return Array.isArray(allowed) && allowed.some((domain) => host === domain || host.endsWith(`.${domain}`))
        ? undefined
        : `Value must be on one of the following domains: ${shownList(allowed)}.`;
    }
    default:
      return undefined;
  }
}

/** A number, a time or a measurement as a number; measurements are compared where their units are the same. */
function rank(value: string): number {
  const parsed = parseJson(value);
  if (isRecord(parsed)) return Number(parsed['value']);
  return Number.isNaN(Number(value)) ? Date.parse(value) : Number(value);
}

/** A limit as messages show it, with times in Ruby's format. Recorded 2025-10. */
const shown = (type: string, limit: string): string => {
  if (type === 'date_time')
    return `${new Date(Date.parse(limit)).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length).replace('T', ' ')} +0000`;
  const parsed = parseJson(limit);
  return isRecord(parsed) ? `${parsed['value']} ${parsed['unit']}` : limit;
};
