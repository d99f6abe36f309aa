import { parseExactJson } from '../internal/exact-json.ts';
import { isRecord } from '../internal/json.ts';

function digitsOf(value: unknown): string | undefined {
  if (typeof value === 'bigint') return digitsOf(String(value));
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? value : undefined;
}

/**
 * The digits of a numeric id in a webhook's body. `JSON.parse` has rounded numbers above 2^53, which then name another
 * thing or none: those are read from the bytes, and name nothing where there are no bytes.
 */
export function exactId(payload: unknown, field: string, rawBody: Uint8Array | undefined): string | undefined {
  if (!isRecord(payload)) return undefined;
  const value = payload[field];
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !rawBody) return digitsOf(value);
  try {
    const exact = parseExactJson(new TextDecoder().decode(rawBody));
    return isRecord(exact) ? digitsOf(exact[field]) : undefined;
  } catch {
    // Bytes that are no JSON are not those of this payload.
    return undefined;
  }
}
