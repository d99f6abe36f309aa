/** A JSON object, as it is stored and sent. */
// @ts-nocheck

export type JsonObject = { readonly [name: string]: unknown };

/** Whether a value is an object in JSON's sense: not null, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Whether something stored has a later format than this version of the package writes. It is left alone: to read it as
 * if it were of this format, or to write over it, would lose what the newer version keeps in it.
 */
export function isNewerFormat(stored: unknown, known: number): stored is { readonly format: number } {
  const format = isRecord(stored) ? stored['format'] : undefined;
  return typeof format === 'number' && format > known;
}

/** A value of an object's own, and never what every object inherits. */
export function ownValue(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** `JSON.parse` that returns `undefined` for text that is not JSON. (JSON itself has no `undefined`.) */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A whole number that a JavaScript number may not hold exactly has at least 16 digits. Most texts hold none at all, which
 * is found out twice as quickly as that none stands where a value can stand.
 */
const longDigits = /[1-9]\d{15}/;
const longNumber = /[:[,]\s*-?[1-9]\d{15}/;
const isNumber = /^\s*-?\d/;

type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * `JSON.parse` that keeps whole numbers beyond 2^53 exact, as `bigint`; all others stay `number`.
 *
 * @throws SyntaxError if the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  const isLong = longDigits.test(text) && (longNumber.test(text) || isNumber.test(text));
  if (!isLong) return JSON.parse(text);
  const revive: SourceReviver = (_key, value, { source }) => {
    const exact = typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?\d+$/.test(source ?? '');
    return exact ? value : BigInt(source ?? 0);
  };
  // The third argument of a reviver is in every Node we support, and not in the types yet.
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

/** `JSON.stringify` that writes a `bigint` as the number it is. */
export function stringifyExactJson(value: unknown): string {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? rawJSON(String(part)) : part));
}
