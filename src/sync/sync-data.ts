import { redactText } from '../errors/redact.ts';
import type { JsonObject } from '../internal/json.ts';
import type { ProductInput } from './product-input.ts';

/** An address without what gives access to it: user, password, and the query, where signatures stand. */
function publicAddress(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/**
 * What a push said, as the sync record keeps it: the whole input, images that the shop had already included,
 * and the publications. Without secrets: image addresses lose their query, and what looks like a token goes.
 */
export function toSyncData({ input }: ProductInput, publications: readonly string[]): JsonObject {
  const text = JSON.stringify({ input, publications }, (key, value: unknown) => {
    if (typeof value !== 'string') return value;
    return redactText(key === 'originalSource' ? publicAddress(value) : value);
  });
  return JSON.parse(text) as JsonObject;
}
