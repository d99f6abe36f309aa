import { isRecord } from '../internal/json.ts';

/**
 * Longest key (shop, local id, gid and the like), in UTF-16 units: three of them fit into one index entry of
 * Postgres (2,704 bytes). Shopify's handles and metafield ids end there too.
 */
export const maxKeyLength = 255;

/** Says what is wrong with a field's value, `undefined` where nothing is. */
export type FieldRule = (value: unknown) => string | undefined;

/**
 * Whether every database gives the text back as it was. Half a surrogate pair becomes U+FFFD in UTF-8, and
 * Postgres and older SQLite bindings end a text at a NUL: two keys would become one.
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** A text that every database keeps. */
export const textProblem: FieldRule = (value) => {
  if (typeof value !== 'string') return 'must be text';
  return isStorableText(value) ? undefined : 'holds a NUL or half a surrogate pair: strip it';
};

/** A text that fits into an index. */
export const keyProblem: FieldRule = (value) => {
  if (value === '') return 'is empty';
  if (typeof value === 'string' && value.length > maxKeyLength)
    return `is longer than ${maxKeyLength} characters: shorten or hash it`;
  return textProblem(value);
};

/** A whole number from zero on. */
export const countProblem: FieldRule = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'must be a whole number, zero or more';

/** A moment. */
export const timeProblem: FieldRule = (value) =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
    ? undefined
    : 'must be milliseconds since the epoch';

/** The object as JSON text; `undefined` for what is no object, or what JSON cannot hold: a cycle, a bigint. */
export function toJsonObject(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  try {
    const text: string | undefined = JSON.stringify(value);
    // Its own `toJSON` may have made something else of it.
    return text?.startsWith('{') ? text : undefined;
  } catch {
    return undefined;
  }
}

/** What a field must be that `toJsonObject` refuses. */
export const noJsonObject = 'must be a JSON object, without cycles and bigints';

/** Lets `null` pass besides. */
export const orNull =
  (rule: FieldRule): FieldRule =>
  (value) =>
    value === null ? undefined : rule(value);

/** What speaks against storing the item, as `field: problem`. */
export function problemsOf<T extends object>(item: T, rules: { readonly [field in keyof T]?: FieldRule }): string[] {
  return Object.entries<FieldRule>(rules as Record<string, FieldRule>).flatMap(([field, rule]) => {
    const problem = rule(Reflect.get(item, field));
    return problem === undefined ? [] : [`${field} ${problem}`];
  });
}

/** An id as an error message shows it: quoted, and cut where it is long. */
export function shownId(id: unknown): string {
  return JSON.stringify(String(id).slice(0, 80));
}
