import { createHash, randomUUID } from 'node:crypto';

/** A variable that holds the key of one or more mutation fields. */
export interface KeySlot {
  readonly variable: string;
  /** Keys of the fields in the response's data. */
  readonly responseKeys: readonly string[];
  /** The key that the document itself sets, as the variable's default. */
  readonly byDefault?: string;
}

/**
 * The keys of one call: the same for each attempt, until Shopify reports that the attempt with a key has failed and the
 * key is used up. The next key is derived from the first, so that a job that runs again with its key derives the same
 * keys, and finds what was done with them.
 */
export interface CallKeys {
  /** Returns variables for the next attempt: the caller's, with our keys added where missing. */
  variables(): Readonly<Record<string, unknown>>;
  /** The key to name in an error. */
  readonly first: string | undefined;
  /** Replaces the key of that field by the next one. Returns `false` if the key is the caller's. */
  renew(responseKey: string): boolean;
}

export function createCallKeys(
  slots: readonly KeySlot[],
  given: Readonly<Record<string, unknown>>,
  idempotencyKey: string | undefined,
): CallKeys {
  if (slots.length === 0) return { first: undefined, variables: () => given, renew: () => false };
  const ours = slots.filter(({ variable, byDefault }) => {
    const value = given[variable];
    if (value === undefined) return byDefault === undefined || idempotencyKey !== undefined;
    return value === null || value === '';
  });
  const base = idempotencyKey ?? (ours.length > 0 ? randomUUID() : undefined);
  const rounds = new Map<string, number>();

  const keyOf = ({ variable, responseKeys: [responseKey] }: KeySlot): string => {
    const round = rounds.get(variable) ?? 0;
    if (round === 0 && ours.length === 1) return base ?? '';
    return derivedKey(`${base} ${ours.length > 1 ? responseKey : ''} ${round}`);
  };
  const [slot] = slots;
  const keyed = slot && (ours.includes(slot) ? keyOf(slot) : (given[slot.variable] ?? slot.byDefault));

  return {
    first: typeof keyed === 'string' ? keyed : undefined,
    variables: () => ({ ...given, ...Object.fromEntries(ours.map((slot) => [slot.variable, keyOf(slot)])) }),
    renew(responseKey) {
      const renewed = ours.find(({ responseKeys }) => responseKeys.includes(responseKey));
      if (renewed) rounds.set(renewed.variable, (rounds.get(renewed.variable) ?? 0) + 1);
      return renewed !== undefined;
    },
  };
}

/** Derives a UUID (version 8) from a text, since Shopify asks for UUIDs. */
function derivedKey(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
