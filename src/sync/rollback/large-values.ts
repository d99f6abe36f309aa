import type { JournalEntry } from '../../ports/sync-journal.ts';
import type { ProductChange } from '../plan/change.ts';
import { type Facts, type FactValue, hashOfText, type ProductFacts, type PushBase } from '../plan/product-facts.ts';

/** Texts with at least this many characters count as large, such as a description. */
const leastLarge = 2_000;

/** Prefix of the hash that replaces a large text. */
const mark = '~sha256:';

const isLarge = (value: FactValue): value is string => typeof value === 'string' && value.length >= leastLarge;

const isMark = (value: unknown): value is string => typeof value === 'string' && value.startsWith(mark);

const markOf = (text: string): string => `${mark}${hashOfText(text)}`;

/**
 * A base for the journal, in which hashes replace large texts that the changes do not touch. The full text is in the
 * sync record until a push changes it, and from then on in the entry of that push.
 */
export function withoutLarge(base: PushBase, changes: readonly ProductChange[]): PushBase {
  const changed = new Set(
    changes.flatMap(({ list, key, fields }) => Object.keys(fields).map((field) => `${list} ${key} ${field}`)),
  );
  return mapTexts(base, (value, place) => (isLarge(value) && !changed.has(place) ? markOf(value) : value));
}

/**
 * Restores the large texts of a base from the journal. A text that is in neither the record nor an entry is left out:
 * the next push then compares without it.
 *
 * @param now The base in the record.
 * @param later The product's entries, newest first, down to the entry of the base.
 */
export async function withLarge(
  base: PushBase | undefined,
  now: PushBase | undefined,
  later: () => AsyncIterable<JournalEntry>,
): Promise<PushBase | undefined> {
  if (!base) return undefined;
  const missing = new Set<string>();
  mapTexts(base, (value) => {
    if (isMark(value)) missing.add(value);
    return value;
  });
  if (missing.size === 0) return base;
  const found = new Map<string, string>();
  const look = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) look(one);
    if (typeof value !== 'string' || value.length < leastLarge) return;
    const name = markOf(value);
    if (missing.delete(name)) found.set(name, value);
  };
  look(now);
  if (missing.size > 0) {
    for await (const { before, sent } of later()) {
      look([before, sent]);
      if (missing.size === 0) break;
    }
  }
  return mapTexts(base, (value) => (isMark(value) ? found.get(value) : value));
}

/** The base with mapped values. Values mapped to `undefined` are left out. */
function mapTexts(base: PushBase, to: (value: FactValue, place: string) => FactValue | undefined): PushBase {
  const mapFacts = (facts: Facts, place: string): Facts =>
    Object.fromEntries(
      Object.entries(facts).flatMap(([field, value]) => {
        const mapped = to(value, `${place} ${field}`);
        return mapped === undefined ? [] : [[field, mapped] as const];
      }),
    );
  const facts = Object.fromEntries(
    Object.entries(base.facts).map(([list, entries]) => [
      list,
      Object.fromEntries(
        Object.entries(entries ?? {}).map(([key, values]) => [key, mapFacts(values, `${list} ${key}`)]),
      ),
    ]),
  ) as ProductFacts;
  return { ...base, facts, stored: mapFacts(base.stored, 'product ') };
}
