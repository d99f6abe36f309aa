/** A JSON object, as it is stored and sent. */
export type JsonObject = { readonly [name: string]: unknown };

/** Whether a value is an object in JSON's sense: not null, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
 * A number that a JavaScript number may not hold exactly has at least 16 digits, and maybe a point among them. It is looked
 * for where a value can stand: a text seldom matches, and to look at nothing else is several times as quick.
 */
const longNumber = /[:[,]\s*-?\d[\d.]{15}/;
const isNumber = /^\s*-?\d/;

type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * `JSON.parse` that keeps whole numbers beyond 2^53 exact, as `bigint`.
 *
 * @param decimal What becomes of a decimal number that has more digits than a number holds. Default: it is rounded.
 * @throws SyntaxError if the text is not JSON.
 */
export function parseExactJson(text: string, decimal: (source: string) => unknown = Number): unknown {
  if (!longNumber.test(text) && !isNumber.test(text)) return JSON.parse(text);
  const revive: SourceReviver = (_key, value, { source = '' }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    if (/^-?\d+$/.test(source)) return BigInt(source);
    return digitsOf(source) === digitsOf(String(value)) ? value : decimal(source);
  };
  // The third argument of a reviver is in every Node we support, and not in the types yet.
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

/** The significant digits of a number. */
const digitsOf = (text: string): string => (text.split(/e/i)[0] ?? '').replace(/[-.]/g, '').replace(/^0+|0+$/g, '');

/** `JSON.stringify` that writes a `bigint` as the number it is. */
export function stringifyExactJson(value: unknown): string {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? rawJSON(String(part)) : part));
}
