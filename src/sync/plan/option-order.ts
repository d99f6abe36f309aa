import {
  ProductOptionOrderDocument,
  ProductOptionsReorderDocument,
} from '../../graphql/operations/generated/graphql.ts';
import { chunksOf } from '../../internal/chunks.ts';
import { type CallOptions, callOptions } from '../read-remote.ts';
import type { ProductChange, ProductDifference } from './change.ts';
import {
  compareOrder,
  isOrderField,
  isSameList,
  maxList,
  type OrderOutcome,
  type OrderPlace,
  placed,
} from './order.ts';
import {
  type Facts,
  type FactValue,
  linksIn,
  noOption,
  type OptionPairs,
  optionOrderText,
  optionText,
  type ProductFacts,
  pairsKey,
  pairsOf,
  type RemoteProduct,
} from './product-facts.ts';

/** The options of a product in order, each with its values in order. */
type OptionOrder = readonly (readonly [option: string, values: readonly string[]])[];

const orderIn = (text: FactValue | undefined): OptionOrder => (typeof text === 'string' ? JSON.parse(text) : []);

/** The options and their values as one list, in which values follow their option. */
const keysOf = (order: OptionOrder): readonly string[] =>
  order.flatMap(([option, values]) => [keyOf(option), ...values.map((value) => keyOf(option, value))]);

const keyOf = (...names: readonly string[]): string => JSON.stringify(names);

/** Whether a list has all entries of an order, in that order. Other entries in between do not count. */
export function hasOptionOrder(said: FactValue, there: FactValue): boolean {
  const keys = keysOf(orderIn(said));
  const wanted = new Set(keys);
  return isSameList(
    keysOf(orderIn(there)).filter((key) => wanted.has(key)),
    keys,
  );
}

/** The order that a push set. If it stored none, it is derived from the order of its variants. */
export function saidOptionOrder(facts: ProductFacts | undefined): FactValue | undefined {
  const { optionOrder, variantOrder } = facts?.product?.[''] ?? {};
  if (optionOrder !== undefined || !facts?.variants) return optionOrder;
  const keys = typeof variantOrder === 'string' ? (JSON.parse(variantOrder) as string[]) : Object.keys(facts.variants);
  return optionOrderText(keys.flatMap((key) => optionsIn(facts.variants?.[key]) ?? []));
}

const optionsIn = (facts: Facts | undefined): [OptionPairs] | undefined => {
  const options = facts?.['options'];
  return Array.isArray(options) ? [options as OptionPairs] : undefined;
};

/** Prefix of a temporary option value, which a variant has while variants swap values. No real value starts with it. */
export const parking = '~shopwright ';

/** Whether a product has temporary option values, as a killed push leaves them. */
export const isParked = ({ options }: Pick<RemoteProduct, 'options'>): boolean =>
  options.some(({ optionValues }) => optionValues.some(({ name }) => name.startsWith(parking)));

/**
 * For each option of the shop, its name in the draft: the same name, ignoring case (Shopify allows no two names that
 * differ only in case), otherwise the next unmatched name; `undefined` if the option is removed.
 */
export function pairOptions(before: readonly string[], after: readonly string[]): readonly (string | undefined)[] {
  const own = before.map((name) => after.find((other) => other.toLowerCase() === name.toLowerCase()));
  const free = after.filter((name) => !own.includes(name));
  return own.map((name) => name ?? free.shift());
}

/**
 * The links of the options after the variants are changed: the draft's links, also under the names that options keep in
 * the shop, and the shop's links for options that the draft does not have.
 */
export function linksAfter(desired: ProductFacts, remote: RemoteProduct): Readonly<Record<string, string>> {
  const said = linksIn(desired);
  const own = Object.values(desired.variants ?? {}).flatMap((facts) => optionsIn(facts) ?? [])[0] ?? [];
  const ownNames = own.map(([name]) => name);
  const names = pairOptions(
    remote.options.map(({ name }) => name),
    ownNames,
  );
  const kept = remote.options.flatMap(({ name }, index) => {
    if (ownNames.includes(name)) return [];
    const link = names[index] === undefined ? remote.links?.[name] : said[names[index]];
    return link === undefined ? [] : [[name, link] as const];
  });
  return { ...Object.fromEntries(kept), ...said };
}

/** A product's options after changes of its variants. */
export interface OptionsTarget {
  /** Names of the options in their order. */
  readonly names: readonly string[];
  /** Whether the product should have no options. */
  readonly isDefault: boolean;
}

/**
 * The options that variants should have; `undefined` if no variant's options change. Removed variants do not count.
 */
export function targetOptions(changes: readonly ProductChange[]): OptionsTarget | undefined {
  // A rollback changes only some variants; the others keep their current names.
  const change = changes.find(({ list, fields }) => list === 'variants' && fields['options']?.to);
  const pairs = change?.fields['options']?.to;
  return pairs ? targetOf(pairs as OptionPairs) : undefined;
}

function targetOf(pairs: OptionPairs): OptionsTarget {
  const isDefault = pairs.length === 1 && pairs[0]?.[0] === noOption[0] && pairs[0][1] === noOption[1];
  return { names: pairs.map(([name]) => name), isDefault };
}

/** Whether a product has no options: one variant, with the default value. */
export function isStandalone({ options, variants }: Pick<RemoteProduct, 'options' | 'variants'>): boolean {
  const [only, another] = variants;
  const isDefault = only?.selectedOptions.every(({ name, value }) => name === noOption[0] && value === noOption[1]);
  return options.length === 1 && isDefault === true && !another;
}

/** Whether somebody else changed the option names of variants that are left alone since the last push. */
export function isNamedByOthers(left: readonly ProductDifference[]): boolean {
  const namesIn = (options: FactValue | undefined): string =>
    JSON.stringify(((options ?? []) as OptionPairs).map(([name]) => name).sort());
  return left.some(
    ({ list, field, base, theirs }) =>
      list === 'variants' && field === 'options' && Array.isArray(base) && namesIn(base) !== namesIn(theirs),
  );
}

/**
 * Rewrites changes of variants to the option names in the shop. All variants share the options: adding or changing a
 * variant under other names would rename or delete options of the others. For an option that only the shop has, a
 * variant keeps its value, and a new variant gets the option's first value. A new variant does not bring back an option
 * that somebody has deleted.
 */
export function underNamesOfShop(
  changes: readonly ProductChange[],
  left: readonly ProductDifference[],
  remote: RemoteProduct,
): readonly ProductChange[] {
  if (isStandalone(remote)) return changes;
  const said = left.flatMap(({ list, field, base }) =>
    list === 'variants' && field === 'options' && Array.isArray(base) ? (base as OptionPairs) : [],
  );
  const known = new Set(said.map(([name]) => name));
  const byId = new Map<string, OptionPairs>(remote.variants.map((variant) => [variant.id, pairsOf(variant)]));
  return changes.flatMap((change) => {
    const { options, ...others } = change.fields;
    if (change.list !== 'variants' || !options?.to) return [change];
    const wanted = options.to as OptionPairs;
    const names = pairOptions(
      remote.options.map(({ name }) => name),
      wanted.map(([name]) => name),
    );
    const now = change.kind === 'update' ? byId.get(change.gid ?? '') : undefined;
    const kept = remote.options.map(({ name, optionValues }, index): OptionPairs[number] => {
      const value = wanted.find(([own]) => own === names[index])?.[1];
      return [name, value ?? now?.[index]?.[1] ?? optionValues[0]?.name ?? noOption[1]];
    });
    const to = [...kept, ...wanted.filter(([name]) => !names.includes(name) && !known.has(name))];
    const isSameNow = now !== undefined && pairsKey(now) === pairsKey(to);
    const fields = { ...others, ...(!isSameNow && { options: { from: options.from, to } }) };
    return Object.keys(fields).length > 0 ? [{ ...change, fields }] : [];
  });
}

/**
 * The changes of variants that the push does not change directly, such as a merchant's own. They lose or get values
 * when options are removed, added or renamed, so a rollback needs to know them.
 *
 * @param variantIds Gids of the push's own variants by key.
 */
export function changedWithOptions(
  changes: readonly ProductChange[],
  { remote, desired, variantIds }: OptionedProduct,
): readonly ProductChange[] {
  const target = targetOptions(changes);
  if (!target || target.isDefault) return [];
  const names = isStandalone(remote)
    ? [undefined]
    : pairOptions(
        remote.options.map(({ name }) => name),
        target.names,
      );
  const coming = target.names.filter((name) => !names.includes(name));
  const isRenamed = remote.options.some(({ name }, index) => names[index] !== name);
  if (!isRenamed && coming.length === 0) return [];
  const given = coming.map((name) => [name, firstValue(name, changes, { remote, desired, variantIds })] as const);
  const changed = new Set(
    changes.flatMap(({ list, kind, gid, fields }) =>
      list === 'variants' && (kind === 'remove' || fields['options']) ? [gid] : [],
    ),
  );
  const keys = new Map([...variantIds].map(([key, id]) => [id, key]));
  return remote.variants.flatMap((variant) => {
    if (changed.has(variant.id)) return [];
    const from = pairsOf(variant);
    const kept = from.flatMap(([, value], index): OptionPairs => {
      const name = names[index];
      return name === undefined ? [] : [[name, value]];
    });
    const to = [...kept, ...given];
    const key = keys.get(variant.id) ?? variant.id;
    const name = from.map(([, value]) => value).join(' / ');
    return { kind: 'update', list: 'variants', key, name, gid: variant.id, fields: { options: { from, to } } };
  });
}

/**
 * The names of two variants that would have the same option values after the changes, which Shopify refuses. This
 * happens if an option or a value is removed while a variant that must not be deleted stays, such as a merchant's own.
 */
export function sameAfterwards(
  changes: readonly ProductChange[],
  { remote, desired, variantIds }: OptionedProduct,
): readonly [string, string] | undefined {
  const target = targetOptions(changes);
  if (!target) return undefined;
  const ofVariants = changes.filter(({ list }) => list === 'variants');
  const gone = new Set(ofVariants.flatMap(({ kind, gid }) => (kind === 'remove' ? [gid] : [])));
  const moving = newOptionsById([...ofVariants, ...changedWithOptions(changes, { remote, desired, variantIds })]);
  const pairs = pairOptions(
    remote.options.map(({ name }) => name),
    target.names,
  );
  const ends = [
    ...remote.variants.flatMap((variant) => {
      if (gone.has(variant.id)) return [];
      const now = pairsOf(variant);
      const kept = now.map(([name, value], index) => [pairs[index] ?? name, value] as const);
      return [{ name: variant.sku || optionText(now), to: moving.get(variant.id) ?? kept }];
    }),
    ...ofVariants.flatMap(({ kind, name, fields }) =>
      kind === 'add' ? [{ name, to: (fields['options']?.to ?? []) as OptionPairs }] : [],
    ),
  ];
  const taken = new Map<string, string>();
  for (const { name, to } of ends) {
    const values = target.isDefault ? [] : target.names.map((option) => to.find(([known]) => known === option)?.[1]);
    const other = taken.get(JSON.stringify(values));
    if (other !== undefined) return [other, name];
    taken.set(JSON.stringify(values), name);
  }
  return undefined;
}

/** The order of a product's lists, including entries that no push created. */
export interface ProductLayout {
  readonly options: OptionOrder;
  /** Gids in order. */
  readonly variants: readonly string[];
  readonly images: readonly string[];
}

/** The layout that a rollback must restore; `undefined` if the changes do not touch it. */
export function layoutOf(remote: RemoteProduct, changes: readonly ProductChange[]): ProductLayout | undefined {
  const isTouched = changes.some(
    ({ list, kind, fields }) =>
      (list === 'product' && Object.keys(fields).some(isOrderField)) ||
      (list === 'images' && kind !== 'update') ||
      (list === 'variants' && (kind !== 'update' || fields['options'] !== undefined)),
  );
  if (!isTouched) return undefined;
  return {
    options: remote.options.map(({ name, optionValues }) => [name, optionValues.map((value) => value.name)]),
    variants: remote.variants.map(({ id }) => id),
    images: remote.media.map(({ id }) => id),
  };
}

/** A product whose options change: as read, as in the draft, and its variants by key. */
interface OptionedProduct {
  readonly remote: RemoteProduct;
  readonly desired: ProductFacts;
  readonly variantIds: ReadonlyMap<string, string>;
}

/**
 * The value that all existing variants get for a new option: the new value of a changed variant, otherwise the draft's
 * value for an existing variant.
 */
export function firstValue(
  name: string,
  changes: readonly ProductChange[],
  { remote, desired, variantIds }: OptionedProduct,
): string {
  const valueIn = (options: OptionPairs | undefined): readonly string[] =>
    options?.flatMap(([option, value]) => (option === name ? [value] : [])) ?? [];
  const changing = newOptionsById(changes);
  const said = new Map(
    Object.entries(desired.variants ?? {}).map(([key, facts]) => [variantIds.get(key) ?? key, optionsIn(facts)?.[0]]),
  );
  const there = remote.variants.flatMap(({ id }) => valueIn(said.get(id)));
  const [first] = [
    ...remote.variants.flatMap(({ id }) => valueIn(changing.get(id))),
    ...there,
    ...[...said.values()].flatMap(valueIn),
  ];
  return first ?? noOption[1];
}

/** The new option values of variants in the shop, by gid, if they change. */
const newOptionsById = (changes: readonly ProductChange[]): ReadonlyMap<string, OptionPairs> =>
  new Map(
    changes.flatMap(({ list, kind, gid = '', fields }) => {
      const to = list === 'variants' && kind === 'update' ? fields['options']?.to : undefined;
      return to ? [[gid, to as OptionPairs] as const] : [];
    }),
  );

/**
 * Finds values of one option that all of their variants change to the same new value: those can be renamed. Returns the
 * new names by the id of the value.
 *
 * @param place The option's position in the shop, and its name afterwards.
 */
export function renamedValues(
  { remote, changes }: { readonly remote: RemoteProduct; readonly changes: readonly ProductChange[] },
  place: { readonly index: number; readonly name: string },
): ReadonlyMap<string, string> {
  const values = remote.options[place.index]?.optionValues ?? [];
  const names = new Set(values.map(({ name }) => name));
  const isGoing = new Set(
    changes.flatMap(({ list, kind, gid }) => (list === 'variants' && kind === 'remove' ? [gid] : [])),
  );
  const targetsById = newOptionsById(changes);
  const usersOf = Map.groupBy(
    remote.variants.filter(({ id }) => !isGoing.has(id)),
    ({ selectedOptions }) => selectedOptions[place.index]?.value,
  );
  return new Map(
    values.flatMap(({ id, name: before }) => {
      const targets = new Set(
        usersOf
          .get(before)
          ?.map((user) => targetsById.get(user.id)?.find(([name]) => name === place.name)?.[1] ?? before),
      );
      const [target] = targets;
      if (target === undefined || targets.size > 1 || target === before || names.has(target)) return [];
      // If two values get the same new name, only the first is renamed; variants of the second are moved.
      names.add(target);
      return [[id, target] as const];
    }),
  );
}

/** Further input for comparing orders: the product, and the planned changes of its variants. */
interface OrderedProduct {
  readonly remote: RemoteProduct;
  readonly changes: readonly ProductChange[];
  readonly desired: ProductFacts;
}

/**
 * Compares three orders of options, under the names that options and values have after the changes. Also returns the
 * base under these names.
 */
export function compareOptionOrder(
  sides: { readonly ours: FactValue; readonly base: FactValue; readonly theirs: FactValue },
  product: OrderedProduct,
): { readonly outcome: OrderOutcome; readonly base: FactValue } {
  if (sides.ours === sides.theirs && !targetOptions(product.changes)) return { outcome: 'same', base: sides.base };
  const [ours, base] = [orderIn(sides.ours), orderIn(sides.base)];
  const { remote } = product;
  const names = pairOptions(
    remote.options.map(({ name }) => name),
    ours.map(([name]) => name),
  );
  const renamed = new Map(
    remote.options.map((option, index) => {
      const name = names[index] ?? option.name;
      const ids = renamedValues(product, { index, name });
      const values = new Map(option.optionValues.map((value) => [value.name, ids.get(value.id) ?? value.name]));
      return [option.name, { name, values }] as const;
    }),
  );
  const now = (order: OptionOrder): OptionOrder =>
    order.map(([option, values]) => {
      const to = renamed.get(option);
      return [to?.name ?? option, values.map((value) => to?.values.get(value) ?? value)];
    });
  const theirs = now(isStandalone(remote) ? [] : orderIn(sides.theirs));
  const after = afterwards(theirs, product);
  const known = now(base);
  const outcome = compareOrder(keysOf(ours), keysOf(known), keysOf(theirs), after && keysOf(after));
  return { outcome, base: JSON.stringify(known) };
}

/**
 * The order after the variants were changed: new values come last. `undefined` if that depends on the order in which
 * Shopify makes the changes.
 */
function afterwards(theirs: OptionOrder, { remote, changes, desired }: OrderedProduct): OptionOrder | undefined {
  const ofVariants = changes.filter(({ list }) => list === 'variants');
  const target = targetOptions(changes);
  const added = ofVariants.filter(({ kind }) => kind === 'add');
  if (!target) return theirs;
  // A value that is removed with its last variant and then added again is placed last.
  if (added.length > 0 && ofVariants.some(({ kind }) => kind === 'remove')) return undefined;
  const moving = newOptionsById(changes);
  const valueIn = (options: OptionPairs | undefined, name: string) => options?.find(([option]) => option === name)?.[1];
  const known = new Map(theirs);
  let isSure = true;
  const order = [...new Set([...known.keys(), ...target.names])].map((name) => {
    const first = remote.variants.flatMap(({ id }) => valueIn(moving.get(id), name) ?? [])[0];
    const values = new Set(known.get(name) ?? (first === undefined ? [] : [first]));
    const moved = new Set([...moving.values()].flatMap((options) => valueIn(options, name) ?? []));
    const fresh = [...moved].filter((value) => !values.has(value));
    if (fresh.length > 1) isSure = false;
    const coming = added.flatMap(({ key }) => valueIn(optionsIn(desired.variants?.[key])?.[0], name) ?? []);
    return [name, [...new Set([...values, ...fresh, ...coming])]] as const;
  });
  return isSure ? order : undefined;
}

/**
 * Sorts a product's options and their values; variants follow. Returns Shopify's time of the change; `undefined` if
 * there was nothing to move.
 */
export async function orderOptions(
  { client, productId }: Pick<OrderPlace, 'client' | 'productId'>,
  to: FactValue,
  options: CallOptions,
): Promise<string | undefined> {
  const order = orderIn(to);
  const { data } = await client.graphql(ProductOptionOrderDocument, { id: productId }, callOptions(options));
  const now = data.product?.options ?? [];
  const names = pairOptions(
    now.map(({ name }) => name),
    order.map(([name]) => name),
  );
  const wanted = new Map(order);
  const placedOptions = placed(
    now.map(({ id }) => id),
    order.flatMap(([name]) => now[names.indexOf(name)]?.id ?? []),
  );
  const lists = now.map(({ id, optionValues }, index) => {
    const values = wanted.get(names[index] ?? '') ?? [];
    const byName = new Map(
      optionValues.flatMap((one) => [one.linkedMetafieldValue, one.name].map((name) => [name, one.id])),
    );
    const before = optionValues.map((value) => value.id);
    const after = placed(
      before,
      values.flatMap((value) => byName.get(value) ?? []),
    );
    return { id, values: isSameList(before, after) ? [] : after };
  });
  const isInOrder = isSameList(
    now.map(({ id }) => id),
    placedOptions,
  );
  if (isInOrder && lists.every(({ values }) => values.length === 0)) return undefined;
  const valuesById = new Map(lists.map(({ id, values }) => [id, values]));
  let updatedAt = data.product?.updatedAt;
  // Shopify puts the listed entries first, so the last part of a long list is sent first.
  const parts = Math.max(1, ...lists.map(({ values }) => Math.ceil(values.length / maxList)));
  for (let part = parts - 1; part >= 0; part -= 1) {
    const input = placedOptions.map((id) => {
      const values = chunksOf(valuesById.get(id) ?? [], maxList)[part] ?? [];
      return { id, ...(values.length > 0 && { values: values.map((value) => ({ id: value })) }) };
    });
    const variables = { productId, options: input };
    const moved = await client.graphql(ProductOptionsReorderDocument, variables, callOptions(options));
    updatedAt = moved.data.productOptionsReorder?.product?.updatedAt ?? updatedAt;
  }
  return updatedAt;
}
