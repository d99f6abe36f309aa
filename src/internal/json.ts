/** A JSON object, as it is stored and sent. */
export type JsonObject = { readonly [name: string]: unknown };

/** Whether a value is an object in JSON's sense: not null, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `JSON.parse` that answers `undefined` for what is no JSON. (JSON itself has no `undefined`.) */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
