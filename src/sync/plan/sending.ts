import type { ProductChange } from './change.ts';
import { parking } from './option-order.ts';
import { isSameList, placed } from './order.ts';
import type {
  FactList,
  Facts,
  FactValue,
  NamedPlace,
  OptionPairs,
  Places,
  ProductFacts,
  PushBase,
  RemoteProduct,
  Sending,
} from './product-facts.ts';
import { isSameValue } from './same-value.ts';

/**
 * The values that these changes will send, added to those of earlier pushes that were interrupted: the shop may have
 * any of them. The newest values of each entry are kept.
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

/** How many consecutive interrupted pushes of a product are remembered. */
const keptSendings = 10;

/**
 * The base, with values of interrupted pushes that the shop now has, so that they do not count as changes of others.
 */
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
      const done = sent.filter(([field, value]) => isSameValue(field, value, there[field] ?? null, there['type']));
      if (sent.length > 0) now[key] = { ...now[key], ...Object.fromEntries(done) };
      const between = list === 'variants' && halfwayOptions(facts, sending, key, there['options']);
      if (between) now[key] = { ...now[key], options: between };
      // Long orders are sent in parts.
      const isReordered = list === 'product' && sent.some(([field]) => field === 'variantOrder');
      if (isReordered && there['variantOrder'] !== undefined)
        now[key] = { ...now[key], variantOrder: there['variantOrder'] };
      if (list === 'product') for (const [field] of done) delete stored[field];
    }
    known[list] = now;
  }
  return { ...base, facts: known, stored };
}

/**
 * The options of a variant after an interrupted push, which changes options in several calls. `undefined` if somebody
 * else must have changed them.
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
 * @param all The same for all variants: a new option starts with a single value, which may be that of any variant.
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

/**
 * The order of variants and options before a push changes it. The next push needs it if this one is interrupted.
 * `undefined` if the changes do not affect the order.
 */
export function placesOf(
  remote: RemoteProduct,
  changes: readonly ProductChange[],
  before: Places | undefined,
): Places | undefined {
  const isTouched = changes.some(
    ({ list, fields }) => (list === 'variants' && fields['options']) || (list === 'product' && fields['optionOrder']),
  );
  if (!isTouched) return before;
  const now = remote.options.map(({ id, name, optionValues }) => ({
    ...{ id, name },
    values: optionValues.map((value) => ({ id: value.id, name: value.name })),
  }));
  // Keep the names from before the first interrupted push: the base uses them.
  return { variants: remote.variants.map(({ id }) => id), options: before?.options ?? now };
}

/**
 * The product with the variant order that it had before an interrupted push. When options are sorted, Shopify sorts the
 * variants by them, and the push restores their order afterwards, unless it is interrupted. Any other order was set by
 * somebody else, and is kept.
 */
export function inFormerOrder(remote: RemoteProduct, base: PushBase | undefined): RemoteProduct {
  const former = base?.places?.variants;
  if (!former) return remote;
  const now = remote.variants.map(({ id }) => id as string);
  const order = placed(now, former);
  if (isSameList(now, order) || !isSortedByOptions(remote)) return remote;
  const byId = new Map(remote.variants.map((variant) => [variant.id as string, variant]));
  return { ...remote, variants: order.flatMap((id) => byId.get(id) ?? []) };
}

/** Whether variants follow the order of the option values. */
function isSortedByOptions({ options, variants }: RemoteProduct): boolean {
  const ranks = options.map(({ optionValues }) => new Map(optionValues.map(({ name }, index) => [name, index])));
  const placeOf = ({ selectedOptions }: RemoteProduct['variants'][number]): readonly number[] =>
    selectedOptions.map(({ value }, index) => ranks[index]?.get(value) ?? 0);
  return variants.every((variant, index) => {
    const previous = variants[index - 1];
    if (!previous) return true;
    const [before, here] = [placeOf(previous), placeOf(variant)];
    const at = here.findIndex((rank, option) => rank !== before[option]);
    return at < 0 || (before[at] ?? 0) < (here[at] ?? 0);
  });
}

/** An order of options, rewritten to their current names, which an interrupted push may have changed. */
export function underCurrentNames(order: FactValue, { options }: Places, remote: RemoteProduct): FactValue {
  if (typeof order !== 'string') return order;
  const names = new Map<string, string>(
    remote.options.flatMap(({ id, name, optionValues }) => [
      [id, name],
      ...optionValues.map((value): [string, string] => [value.id, value.name]),
    ]),
  );
  const now = (places: readonly NamedPlace[] | undefined, name: string): string => {
    const place = places?.find((one) => one.name === name);
    return (place && names.get(place.id)) ?? name;
  };
  const said = JSON.parse(order) as readonly (readonly [string, readonly string[]])[];
  return JSON.stringify(
    said.map(([option, values]) => {
      const known = options.find(({ name }) => name === option)?.values;
      return [now(options, option), values.map((value) => now(known, value))];
    }),
  );
}
