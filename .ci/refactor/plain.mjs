/** Keys whose values are words for people, which may change. */
const words = new Set(['message', 'hint', 'mend']);

export const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/**
 * Makes plain JSON of whatever a scenario saw: errors by class, code and fields, ids of chance by the order in which
 * they came up, no words for people.
 */
export function createPlain() {
  const seenIds = new Map();
  const idOf = (text) => {
    if (!seenIds.has(text)) seenIds.set(text, `uuid-${seenIds.size + 1}`);
    return seenIds.get(text);
  };
  const text = (value) =>
    value
      .replace(uuid, idOf)
      .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:port')
      .replace(/shopwright\/\d[^\s]*/g, 'shopwright/version')
      .replace(/node\/v?\d[^\s)]*/gi, 'node/version');

  const ofError = (error, path) => {
    const isOurs = typeof error.code === 'string' && typeof error.isRetryable === 'boolean';
    const fields = {};
    for (const key of Object.getOwnPropertyNames(error)) {
      if (!['stack', 'message', 'name', 'cause'].includes(key)) fields[key] = error[key];
    }
    return {
      error: error.name,
      class: error.constructor?.name === error.name ? undefined : error.constructor?.name,
      // What a scenario throws itself is no word of ours.
      text: isOurs ? undefined : error.message.startsWith('scenario') ? error.message : undefined,
      ...plain(isOurs ? fields : { code: error.code }, path),
      ...(error.cause !== undefined && { cause: plain(error.cause, path) }),
    };
  };

  const plain = (value, path = []) => {
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'number') return Number.isFinite(value) ? Math.round(value * 1000) / 1000 : String(value);
    if (typeof value === 'string') return text(value);
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'symbol' || typeof value === 'function' || value === undefined) return undefined;
    if (path.includes(value)) return '<circle>';
    const deeper = [...path, value];
    if (value instanceof Error) return plain(ofError(value, deeper), deeper);
    if (ArrayBuffer.isView(value))
      return { bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
    if (value instanceof Date) return value.toISOString();
    if (value instanceof Map) return plain([...value], deeper);
    if (value instanceof Set) return plain([...value], deeper);
    if (value instanceof Headers) return plain(Object.fromEntries([...value].sort()), deeper);
    if (value instanceof AbortSignal) return { aborted: value.aborted, reason: plain(value.reason, deeper) };
    if (Array.isArray(value)) return value.map((inner) => plain(inner, deeper) ?? null);
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== undefined && typeof inner !== 'function' && typeof inner !== 'symbol')
        .map(([key, inner]) => [
          text(key),
          words.has(key) && typeof inner === 'string' ? '<words>' : plain(inner, deeper),
        ]),
    );
  };
  return plain;
}
