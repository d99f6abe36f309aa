import type { ProductChange } from './change.ts';
import { parking } from './option-order.ts';
import type { FactList, Facts, FactValue, OptionPairs, ProductFacts, PushBase, Sending } from './product-facts.ts';
import { isSameValue } from './same-value.ts';

/**
 * What changes are about to send, added to what earlier pushes were sending that never ended: the shop may have any of
 * it. The newest values of each entry are kept.
 */
export function sendingOf(changes: readonly ProductChange[], before: Sending = {}): Sending {
  const sending: { [List in FactList]?: Record<string, readonly (Facts | null)[]> } = {};
  for (const [list, entries] of Object.entries(before)) sending[list as FactList] = { ...entries };
  for (const { kind, list, key, fields } of changes) {
    const values = Object.fromEntries(Object.entries(fields).map(([field, { to }]) => [field, to]));
    const earlier = sending[list]?.[key] ?? [];
    sending[list] = { ...sending[list], [key]: [...earlier, kind === 'remove' ? null : values].slice(-keptSendings) };
  }
  return sending;
}

/** How many interrupted pushes of a product, one after another, are remembered. */
const keptSendings = 10;

/** The base, with the values of interrupted pushes that the shop has: nobody else made those changes. */
export function withSent(base: PushBase, theirs: ProductFacts): PushBase {
  const { facts, sending = {} } = base;
  const stored = { ...base.stored };
  const known: { [List in FactList]?: Record<string, Facts> } = { ...facts };
  for (const [name, entries] of Object.entries(sending)) {
    const list = name as FactList;
    const now: Record<string, Facts> = { ...known[list] };
    for (const [key, sendings] of Object.entries(entries ?? {})) {
      const there = theirs[list]?.[key];
      if (!there) {
        if (sendings.includes(null)) delete now[key];
        continue;
      }
      const sent = sendings.flatMap((values) => Object.entries(values ?? {}));
      const done = sent.filter(([field, value]) => isSameValue(field, value, there[field] ?? null));
      if (sent.length > 0) now[key] = { ...now[key], ...Object.fromEntries(done) };
      const between = list === 'variants' && halfwayOptions(facts, sending, key, there['options']);
      if (between) now[key] = { ...now[key], options: between };
      // When their options change, variants change their order too, before they get the requested one.
      const isReordered = list === 'product' && sent.some(([field]) => field === 'optionOrder');
      if (isReordered && there['variantOrder'] !== undefined)
        now[key] = { ...now[key], variantOrder: there['variantOrder'] };
      if (list === 'product') for (const [field] of done) delete stored[field];
    }
    known[list] = now;
  }
  return { ...base, facts: known, stored };
}

/**
 * The options of a variant after an interrupted push. Options change in several calls. `undefined` if somebody else
 * must have changed them.
 */
function halfwayOptions(
  facts: ProductFacts,
  sending: Sending,
  key: string,
  there: FactValue | undefined,
): OptionPairs | undefined {
  const said = (values: Facts | null | undefined): OptionPairs =>
    (values?.['options'] as OptionPairs | undefined) ?? [];
  const sent = (sending.variants?.[key] ?? []).flatMap(said);
  if (sent.length === 0) return undefined;
  const own = [...said(facts.variants?.[key]), ...sent];
  const all = Object.values(sending.variants ?? {}).flatMap((values) => values.flatMap(said));
  return isHalfway(there, own, [...own, ...all]) ? (there as OptionPairs) : undefined;
}

/**
 * Whether a variant's options can be the result of an interrupted change.
 *
 * @param own The variant's options before and after the change.
 * @param all The same for all variants: a new option first has one value, which may be that of any variant.
 */
export function isHalfway(there: FactValue | undefined, own: OptionPairs, all: OptionPairs): boolean {
  if (!Array.isArray(there)) return false;
  const names = new Set(all.map(([name]) => name));
  const values = new Set(own.map(([, value]) => value));
  const first = new Set(all.map(pairText));
  return (there as OptionPairs).every(
    (pair) => names.has(pair[0]) && (values.has(pair[1]) || first.has(pairText(pair)) || pair[1].startsWith(parking)),
  );
}

const pairText = ([name, value]: OptionPairs[number]): string => JSON.stringify([name, value]);
