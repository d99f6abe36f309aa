import { createHash, randomUUID } from 'node:crypto';
import type { FieldNode } from 'graphql';
import { argumentMutations } from '../../graphql/keyed-mutations.ts';

/** The variable that holds the key of one mutation field. */
export interface KeySlot {
  /** Key of the field in the answer's data. */
  readonly responseKey: string;
  readonly variable: string;
}

/** The variable of a mutation field's key, where the document passes it as a variable. */
export function keyVariable(field: FieldNode): string | undefined {
  const directive = field.directives?.find(({ name }) => name.value === 'idempotent');
  const path = argumentMutations[field.name.value];
  const argument =
    directive?.arguments?.find(({ name }) => name.value === 'key') ??
    field.arguments?.find(({ name }) => name.value === path);
  return argument?.value.kind === 'Variable' ? argument.value.name.value : undefined;
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
  const ours = slots.filter(({ variable }) => given[variable] === undefined || given[variable] === '');
  const base = idempotencyKey ?? (ours.length > 0 ? randomUUID() : undefined);
  const rounds = new Map<string, number>();

  const keyOf = ({ responseKey }: KeySlot): string => {
    const round = rounds.get(responseKey) ?? 0;
    if (round === 0 && ours.length === 1) return base ?? '';
    return derivedKey(`${base} ${ours.length > 1 ? responseKey : ''} ${round}`);
  };
  const keyed = slots[0] && (ours.includes(slots[0]) ? keyOf(slots[0]) : given[slots[0].variable]);

  return {
    first: typeof keyed === 'string' ? keyed : undefined,
    variables: () => ({ ...given, ...Object.fromEntries(ours.map((slot) => [slot.variable, keyOf(slot)])) }),
    renew(responseKey) {
      if (!ours.some((slot) => slot.responseKey === responseKey)) return false;
      rounds.set(responseKey, (rounds.get(responseKey) ?? 0) + 1);
      return true;
    },
  };
}

/** A UUID (version 8) that follows from a text, since Shopify asks for UUIDs. */
function derivedKey(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
