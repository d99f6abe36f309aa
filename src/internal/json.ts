/** A JSON object, as stored and sent. */
export type JsonObject = { readonly [name: string]: unknown };

/** Whether a value is an object in JSON's sense: not null, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Whether a stored value has a newer format than this version of the package knows. Such a value must be left alone:
 * reading it as an older format, or overwriting it, would lose what the newer version stored.
 */
export function isNewerFormat(stored: unknown, known: number): stored is { readonly format: number } {
  const format = isRecord(stored) ? stored['format'] : undefined;
  return typeof format === 'number' && format > known;
}

/** An own property of an object; inherited ones count as missing. */
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
 * Only whole numbers of at least 16 digits may be inexact as JavaScript numbers. Most texts have no 16 digits in a row,
 * and checking for that takes half the time of checking for them at the start of a value.
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
  // Every Node we support passes the third argument; the types do not have it yet.
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

/** `JSON.stringify` that writes a `bigint` as a JSON number. */
export function stringifyExactJson(value: unknown): string {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? rawJSON(String(part)) : part));
}
