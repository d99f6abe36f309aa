// @ts-nocheck
import type { ProductChange } from './change.ts';
import { parking } from './option-order.ts';
import type { FactList, Facts, FactValue, OptionPairs, ProductFacts, PushBase, Sending } from './product-facts.ts';
import { isSameValue } from './same-value.ts';

/**
 * What changes are about to send, after what earlier pushes were sending that never ended: any of it can be what the shop
 * has. Of each entry the newest few are kept.
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

/** So many pushes of a product may die one after the other. */
const keptSendings = 10;

/** What pushes have said, those included that have not ended, as far as the shop has it: it is nobody else's change. */
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
      // With their options variants change places, before they get the order that was said.
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
 * The options of a variant as a push has left them that came only halfway: options change by several calls. `undefined` where
 * somebody else must have had a hand in them.
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
 * Whether a variant's options can be what a change left that came only halfway.
 *
 * @param own What the variant had, and was to get.
 * @param all The same of all variants: a new option has one value at first, which is that of any.
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
