// @ts-nocheck
import { createHash, randomUUID } from 'node:crypto';

/** A variable that holds the key of a mutation field, or of several. */
export interface KeySlot {
  readonly variable: string;
  /** Keys of the fields in the response's data. */
  readonly responseKeys: readonly string[];
  /** The key that the document itself gives, as the variable's default. */
  readonly byDefault?: string;
}

/**
 * The keys of one call: the same in each attempt, until Shopify says that an attempt with a key has failed
 * for good. Then the next one follows from the first by calculation, so that a job that is run again with
 * its key comes by the same keys again, and finds what was done with them.
 */
export interface CallKeys {
  /** Variables for the next attempt: the caller's, with our keys where the caller gave none. */
  variables(): Readonly<Record<string, unknown>>;
  /** The key to name in an error. */
  readonly first: string | undefined;
  /** Whether the key of that field is ours, so that a new one can take its place. */
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

/** A UUID (version 8) that follows from a text, since Shopify asks for UUIDs. */
function derivedKey(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
