// Compares the draft, the last push and the shop. One file, because its parts depend on each other's rules.
import type { Issue } from '../../errors/errors.ts';
import { isRecord } from '../../internal/json.ts';
import { unknownNames, unknownValue } from '../../internal/names.ts';
import type { ProductChange, ProductDifference } from './change.ts';
import {
  compareOptionOrder,
  hasOptionOrder,
  isNamedByOthers,
  saidOptionOrder,
  sameAfterwards,
  underNamesOfShop,
} from './option-order.ts';
import { compareOrder, isOrderField, keysInOrder, type OrderField, type OrderOutcome, orderFields } from './order.ts';
import {
  type FactEntries,
  type FactList,
  type Facts,
  type FactValue,
  type Matches,
  matchFacts,
  type OptionPairs,
  optionText,
  type ProductFacts,
  type PushBase,
  type RemoteProduct,
  remoteFacts,
} from './product-facts.ts';
import { isSameValue, isSameWeight } from './same-value.ts';
import { underCurrentNames, withSent } from './sending.ts';
import { costFree, heldStatus, isShown, withoutStatus } from './unpriced.ts';

/** What a push may do with entries of a list that it did not write. */
export type Ownership = 'own' | 'all';

/**
 * Which value wins if the shop's differs from the draft's. `report`: the shop's, and the result reports the difference.
 */
export type DriftPolicy = 'report' | 'ours' | 'theirs';

/**
 * Options of a plan.
 *
 * @example
 * await sync.push(product, { onDrift: 'ours', maxDeletes: { variants: 1 } });
 */
export interface PlanOptions {
  /**
   * Which entries of a list a push may remove if the draft does not have them: `own`, those that an earlier push wrote;
   * `all`, also those of merchants and other apps. Default `own` for each list.
   */
  readonly managed?: { readonly [List in Exclude<FactList, 'product'>]?: Ownership };
  /** For a value that changed only in the shop since the last push. Default `report`. */
  readonly onDrift?: DriftPolicy;
  /** For a value that changed on both sides since the last push, to different values. Default `report`. */
  readonly onConflict?: DriftPolicy;
}

/**
 * How many deletions a run may make. A product whose push would exceed the limit for variants is `blocked`, and nothing
 * is sent for it. If more products would be deleted, the run stops before its first write.
 *
 * @example
 * await sync.pushMany(products, { maxDeletes: { variants: 20 } });
 */
export interface DeleteLimits {
  /** Products that left the list and are deleted or archived. Default 0. */
  readonly products?: number;
  /** Variants, including those with stock. Default 0. */
  readonly variants?: number;
  /** Variants with units in stock, which are lost with them; also those of deleted products. Default 0. */
  readonly variantsWithStock?: number;
}

const limitNames: Record<keyof DeleteLimits, true> = { products: true, variants: true, variantsWithStock: true };

/** Validates the option `maxDeletes`: without this check, a value that is not a number would allow any deletion. */
export function deleteLimitIssues(limits: unknown): readonly Issue[] {
  if (limits === undefined) return [];
  if (!isRecord(limits)) return [{ field: 'maxDeletes', message: 'must be an object, such as { variants: 20 }.' }];
  const isLimit = (value: unknown): boolean =>
    value === undefined || value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && Number(value) >= 0);
  const wrong = Object.entries(limits).filter(([name, value]) => name in limitNames && !isLimit(value));
  return [
    ...unknownNames(limits, limitNames, 'maxDeletes.'),
    ...wrong.map(([name]) => ({
      field: `maxDeletes.${name}`,
      message: 'must be a whole number, 0 or more, or Infinity.',
    })),
  ];
}

const managedNames: Record<keyof NonNullable<PlanOptions['managed']>, true> = {
  tags: true,
  metafields: true,
  collections: true,
  images: true,
  variants: true,
};

/** Validates the option `managed`. */
export function managedIssues(managed: unknown): readonly Issue[] {
  if (managed === undefined) return [];
  if (!isRecord(managed)) return [{ field: 'managed', message: 'must be an object, such as { tags: "all" }.' }];
  return [
    ...unknownNames(managed, managedNames, 'managed.'),
    ...Object.keys(managedNames).flatMap((list) => unknownValue(`managed.${list}`, managed[list], ['own', 'all'])),
  ];
}

/** A limit for deletions that several calls or processes share, such as the batches of a run. */
export interface DeleteAllowance {
  readonly limits: DeleteLimits;
  /**
   * Reserves the deletions of a product's push, all or nothing. Called again for the same product, for example after a
   * crash, it reserves no more than the largest request so far.
   *
   * @returns Whether the limit allows them.
   * @throws StorageError
   */
  take(localId: string, counts: Required<DeleteLimits>): Promise<boolean>;
}

/** What a push or a removal would do to one product. */
export interface ProductPlan {
  readonly localId: string;
  /** `null` for a product that would be created. */
  readonly gid: string | null;
  readonly action: 'create' | 'update' | 'unchanged' | 'archive' | 'delete';
  readonly changes: readonly ProductChange[];
  /**
   * Names of variants that would cost 0.00, because neither the draft nor the shop has a price for them. Customers do
   * not see them: a new product becomes a draft, and no such variant is added to a visible product. Absent if there are
   * none.
   */
  readonly unpriced?: readonly string[];
  /** Values that changed only in the shop. With `onDrift: 'ours'` they are also in the changes. */
  readonly drifts: readonly ProductDifference[];
  /** Values that both sides changed. With `onConflict: 'ours'` they are also in the changes. */
  readonly conflicts: readonly ProductDifference[];
}

/** A plan with the internal data needed to apply it. */
export interface PlannedUpdate {
  readonly plan: ProductPlan;
  readonly matches: Matches;
  /** Why it must not be applied, regardless of `maxDeletes`. */
  readonly problem?: string;
  /** The base for the next push, once this one is done. Lacks the ids of entries that are not created yet. */
  readonly nextFacts: ProductFacts;
  /** Values of earlier pushes as Shopify stored them, as far as still valid. */
  readonly stored: Facts;
}

const ownedLists = ['tags', 'metafields', 'collections', 'images', 'variants'] as const satisfies readonly FactList[];

/**
 * Compares the last push, the draft and the shop, value by value. If only the draft changed, it is a change; if only
 * the shop changed, a drift; if both changed to different values, a conflict. Sends and reads nothing.
 */
export function planUpdate(
  localId: string,
  ours: ProductFacts,
  base: PushBase | undefined,
  remote: RemoteProduct,
  options: PlanOptions = {},
): PlannedUpdate {
  const matches = matchFacts(ours, base, remote, { isWhole: true });
  const theirs = remoteFacts(remote, matches);
  const before = base && withSent(base, theirs);
  const comparison = new Comparison(options, gidsOf(remote, matches));
  const said = ours.product?.[''] ?? {};
  const free = costFree(ours.variants, theirs.variants);
  const isHeld = free.length > 0 && isShown(said['status']) && !isShown(remote.status);

  const next: Partial<Record<FactList, Record<string, Facts>>> = {
    product: {
      '': comparison.entry(
        'product',
        '',
        isHeld ? withoutStatus(said) : said,
        before?.facts.product?.[''] ?? (before ? {} : undefined),
        theirs.product?.[''] ?? {},
        before?.stored,
      ),
    },
  };
  for (const list of ownedLists) {
    const known = list === 'variants' ? rekeyed(before, matches) : before?.facts[list];
    const kept = comparison.list(list, ours[list], known, theirs[list] ?? {});
    if (kept) next[list] = kept;
  }
  for (const field of ['imageOrder', 'variantOrder'] as const) {
    const [o, b, t] = [ours, before?.facts, theirs].map((facts) => facts?.product?.['']?.[field]);
    const kept = comparison.order(field, o, b, t);
    if (kept !== undefined) next.product = { '': { ...next.product?.[''], [field]: kept } };
  }
  const kept = comparison.optionOrder(ours, { stored: base, before }, theirs, remote);
  if (kept !== undefined) {
    const { optionOrder: _, ...rest } = next.product?.[''] ?? {};
    next.product = { '': { ...rest, ...(kept !== null && { optionOrder: kept }) } };
  }
  const { drifts, conflicts } = comparison;
  const changes = withStock(comparison.withNamesOfShop(remote), remote);
  const action = changes.length === 0 ? 'unchanged' : 'update';
  const added = new Set(changes.flatMap(({ list, kind, key }) => (list === 'variants' && kind === 'add' ? [key] : [])));
  const names = free
    .filter((key) => isHeld || added.has(key))
    .map((key) => nameOf('variants', key, ours.variants?.[key] ?? {}));
  const unpriced = names.length > 0 && { unpriced: names };
  const status = changes.find(({ list }) => list === 'product')?.fields['status']?.to ?? remote.status;
  const variantIds = new Map([...matches.variants].map(([key, { id }]) => [key, id as string]));
  const same = sameAfterwards(changes, { remote, desired: ours, variantIds });
  const problem = same ? mergingVariants(same) : unpriced && isShown(status) ? soldForNothing(names) : undefined;
  const plan: ProductPlan = { localId, gid: remote.id, action, changes, ...unpriced, drifts, conflicts };
  return { plan, matches, ...(problem !== undefined && { problem }), nextFacts: next, stored: before?.stored ?? {} };
}

/** What plans would delete or archive. */
export function deletionsOf(plans: readonly ProductPlan[]) {
  const byId = (action: ProductPlan['action']) =>
    plans.filter((plan) => plan.action === action).sort((a, b) => (a.localId < b.localId ? -1 : 1));
  const gone = byId('delete');
  const variants = plans.filter(({ action }) => action !== 'delete').flatMap(removedVariants);
  return {
    deleted: gone,
    archived: byId('archive'),
    /** Variants of products that stay. */
    variants,
    withStock: [...variants, ...gone.flatMap(removedVariants)].filter(({ stock = 0 }) => stock !== 0),
  };
}

const removedVariants = ({ changes }: ProductPlan): readonly ProductChange[] =>
  changes.filter(({ kind, list }) => kind === 'remove' && list === 'variants');

/** Units in stock that would be lost with a product. */
export const stockOf = (plan: ProductPlan): number =>
  removedVariants(plan).reduce((sum, { stock = 0 }) => sum + stock, 0);

/** How many names an error lists. */
const mostNamed = 20;

/** The limits, from the option or from a shared allowance. */
export const limitsOf = (allowed: DeleteLimits | DeleteAllowance): DeleteLimits =>
  'take' in allowed ? allowed.limits : allowed;

/** The deletions that a run may still make. */
export class DeleteBudget {
  #products: number;
  #variants: number;
  #withStock: number;
  readonly #shared: DeleteAllowance | undefined;

  constructor(allowed: DeleteLimits | DeleteAllowance = {}) {
    const { products = 0, variants = 0, variantsWithStock = 0 } = limitsOf(allowed);
    this.#shared = 'take' in allowed ? allowed : undefined;
    this.#products = products;
    this.#variants = variants;
    this.#withStock = variantsWithStock;
  }

  /**
   * Reserves the deletions of plans, all or nothing.
   *
   * @returns If they exceed the limits: what they would delete, by name, and how to allow it.
   */
  take(plans: readonly ProductPlan[]): string | undefined {
    const counts = countsOf(plans);
    const { products, variants, variantsWithStock } = counts;
    if (products > this.#products || variants > this.#variants || variantsWithStock > this.#withStock)
      return refusalOf(plans, counts);
    this.#products -= products;
    this.#variants -= variants;
    this.#withStock -= variantsWithStock;
    return undefined;
  }

  /**
   * Does the same as `take` for the plan of one push.
   *
   * @throws StorageError if shared limits cannot be read or written.
   */
  async takeOne(plan: ProductPlan): Promise<string | undefined> {
    if (!this.#shared) return this.take([plan]);
    const counts = countsOf([plan]);
    const isNothing = Object.values(counts).every((count) => count === 0);
    return isNothing || (await this.#shared.take(plan.localId, counts)) ? undefined : refusalOf([plan], counts);
  }
}

/** Counts the deletions of plans. */
function countsOf(plans: readonly ProductPlan[]): Required<DeleteLimits> {
  const { deleted, archived, variants, withStock } = deletionsOf(plans);
  return {
    products: deleted.length + archived.length,
    variants: variants.length,
    variantsWithStock: withStock.length,
  };
}

/** What plans would delete, by name, and how to allow it. */
function refusalOf(plans: readonly ProductPlan[], counts: Required<DeleteLimits>): string {
  const { deleted, archived, variants } = deletionsOf(plans);
  const parts = [
    named('delete', 'product', deleted, (plan) => withUnits(plan.localId, stockOf(plan))),
    named('archive', 'product', archived, ({ localId }) => localId),
    named('delete', 'variant', variants, ({ name, stock }) => withUnits(name, stock)),
  ].flat();
  const allowed = Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${name}: ${count}`] : []));
  const back = counts.products > 0 ? 'leave the products in the shop' : 'put them back into the draft';
  return `would ${parts.join(', and ')}. Allow it with maxDeletes: { ${allowed.join(', ')} }, or ${back}.`;
}

function named<T>(verb: string, word: string, list: readonly T[], nameOf: (one: T) => string): string[] {
  if (list.length === 0) return [];
  return [`${verb} ${list.length} ${word}${list.length === 1 ? '' : 's'}: ${listed(list.map(nameOf))}`];
}

/** Joins names for a sentence, at most 20 of them. */
export function listed(names: readonly string[]): string {
  const more = names.length > mostNamed ? `, and ${names.length - mostNamed} more` : '';
  return `${names.slice(0, mostNamed).join(', ')}${more}`;
}

const withUnits = (name: string, stock: number | undefined): string => (stock ? `${name} (${stock} in stock)` : name);

/** The facts, with the shop's current values for everything that the changes touched. */
export function withChanged(
  facts: ProductFacts,
  changes: readonly ProductChange[],
  theirs: ProductFacts,
): ProductFacts {
  const next: Record<string, Record<string, Facts>> = {};
  for (const [list, entries] of Object.entries(facts)) next[list] = { ...entries };
  for (const { list, key, fields } of changes) {
    const now = theirs[list]?.[key];
    const entries = next[list] ?? {};
    next[list] = entries;
    if (!now) delete entries[key];
    else {
      const seen = Object.fromEntries(Object.keys(fields).flatMap((name) => (name in now ? [[name, now[name]]] : [])));
      entries[key] = { ...entries[key], ...seen } as Facts;
    }
  }
  return next;
}

const soldForNothing = (names: readonly string[]): string =>
  `would sell ${listed(names)} for 0.00: neither the draft nor the shop has a price. Set a price, or the status DRAFT.`;

const mergingVariants = ([one, other]: readonly [string, string]): string =>
  `would give ${one} and ${other} the same option values. Change or delete one of them, in the draft or in the shop.`;

/** The plan of a product that the shop does not have: everything is new. */
export function planCreate(localId: string, ours: ProductFacts): ProductPlan {
  const status = heldStatus(ours);
  const sent = status ? { ...ours, product: { '': { ...ours.product?.[''], status } } } : ours;
  const changes = Object.entries(sent).flatMap(([list, entries]) =>
    Object.entries(entries ?? {}).map(
      ([key, facts]): ProductChange => ({
        kind: 'add',
        list: list as FactList,
        key,
        name: nameOf(list as FactList, key, facts),
        fields: Object.fromEntries(Object.entries(facts).map(([field, to]) => [field, { from: null, to }])),
      }),
    ),
  );
  const unpriced = costFree(ours.variants).map((key) => nameOf('variants', key, ours.variants?.[key] ?? {}));
  return {
    ...{ localId, gid: null, action: 'create', changes },
    ...(unpriced.length > 0 && { unpriced }),
    ...{ drifts: [], conflicts: [] },
  };
}

/**
 * The base's variants by the keys of the draft: the base has a variant whose SKU was corrected under its old SKU. A
 * variant that replaces a deleted one keeps its own entry, and does not get the entry of the deleted variant.
 */
function rekeyed(base: PushBase | undefined, matches: Matches): FactEntries | undefined {
  if (!base?.facts.variants) return undefined;
  const newKeys = new Map(
    [...matches.variants].flatMap(([key, { id }]) => {
      const baseKey = matches.baseKeys.get(id);
      return baseKey === undefined ? [] : [[baseKey, key]];
    }),
  );
  const taken = new Set(newKeys.values());
  const entries = Object.entries(base.facts.variants).filter(([key]) => newKeys.has(key) || !taken.has(key));
  return Object.fromEntries(entries.map(([key, facts]) => [newKeys.get(key) ?? key, facts]));
}

/** Gids of variants and images by list and key. */
function gidsOf(remote: RemoteProduct, matches: Matches): (list: FactList, key: string) => string | undefined {
  const variants = new Map([...matches.baseKeys].map(([id, key]) => [key, id]));
  for (const [key, { id }] of matches.variants) variants.set(key, id);
  const images = new Map([...matches.images].map(([key, { id }]) => [key, id]));
  const ids = new Set([...remote.variants, ...remote.media].map(({ id }) => id as string));
  return (list, key) => {
    const known = list === 'variants' ? variants.get(key) : list === 'images' ? images.get(key) : undefined;
    return known ?? (ids.has(key) ? key : undefined);
  };
}

function withStock(changes: readonly ProductChange[], remote: RemoteProduct): readonly ProductChange[] {
  const stocks = new Map<string, number>(
    remote.variants.map(({ id, inventoryQuantity }) => [id, inventoryQuantity ?? 0]),
  );
  return changes.map((change) => {
    if (change.kind !== 'remove' || change.list !== 'variants') return change;
    return { ...change, stock: stocks.get(change.gid ?? '') ?? 0 };
  });
}

/** Compares the three sides, and collects the differences. */
class Comparison {
  readonly changes: ProductChange[] = [];
  readonly drifts: ProductDifference[] = [];
  readonly conflicts: ProductDifference[] = [];
  readonly #options: PlanOptions;
  readonly #gidOf: (list: FactList, key: string) => string | undefined;

  constructor(options: PlanOptions, gidOf: (list: FactList, key: string) => string | undefined) {
    this.#options = options;
    this.#gidOf = gidOf;
  }

  /** Compares one list. Returns the base for the next push; `undefined` if neither draft nor base have the list. */
  list(
    list: Exclude<FactList, 'product'>,
    ours: FactEntries | undefined,
    base: FactEntries | undefined,
    theirs: FactEntries,
  ): Record<string, Facts> | undefined {
    // A list that the draft leaves out is not compared.
    if (!ours) return base && { ...base };
    const isAll = this.#options.managed?.[list] === 'all';
    const keys = new Set([...Object.keys(ours), ...Object.keys(base ?? {}), ...(isAll ? Object.keys(theirs) : [])]);
    const next: Record<string, Facts> = {};
    for (const key of keys) {
      const [o, b, t] = [ours[key], base?.[key], theirs[key]];
      if (o && t) {
        const [told, made] = [this.conflicts.length, this.changes.length];
        const kept = this.entry(list, key, o, b ?? (base && nothingOf(o)), t);
        // If somebody else created the same entry with other values, it stays theirs.
        const isTheirs = !b && this.conflicts.length > told && this.#options.onConflict !== 'ours';
        if (isTheirs) this.changes.splice(made);
        else next[key] = kept;
      } else if (o) next[key] = this.#missing(list, key, o, b);
      else if (t && (b || isAll)) {
        const kept = this.#dropped(list, key, b, t);
        if (kept) next[key] = kept;
      }
    }
    return next;
  }

  /** Compares one entry that both sides have. Returns the base for the next push. */
  entry(list: FactList, key: string, ours: Facts, base: Facts | undefined, theirs: Facts, stored: Facts = {}): Facts {
    const fields: Record<string, { from: FactValue; to: FactValue }> = {};
    const next: Record<string, FactValue> = {};
    const isSame = (field: string, one: FactValue, other: FactValue): boolean =>
      isSameValue(field, one, other, theirs['type']);
    // A metafield is sent whole, so its type and its value are compared together.
    const isMoved = (facts: Facts, from: Facts, field: string): boolean =>
      (list === 'metafields' ? Object.keys(ours) : [field]).some((name) => {
        const [now, before] = [facts[name], from[name]];
        return now !== undefined && before !== undefined && !isSame(name, now, before);
      });
    for (const [field, o] of Object.entries(ours)) {
      const t = theirs[field];
      next[field] = o;
      const b = base?.[field];
      if (list === 'tags' || field === 'url' || isOrderField(field)) continue;
      if (t === undefined) {
        // Some values are not read, such as barcodes and tax codes: they are sent when the draft changes them.
        if (b === undefined || !isSameValue(field, o, b)) fields[field] = { from: b ?? null, to: o };
        continue;
      }
      if (isSame(field, o, t)) continue;
      const change = { from: t, to: o };
      const difference = { list, key, name: nameOf(list, key, ours), field, base: b, ours: o, theirs: t };
      if (b === undefined || isRedacted(b)) {
        fields[field] = change;
        continue;
      }
      const oursMoved = isMoved(ours, base ?? {}, field);
      const isConverted = field === 'weight' && isSameWeight(t, b);
      const theirsMoved = !isConverted && isMoved(theirs, { ...base, [field]: stored[field] ?? b }, field);
      if (!theirsMoved && oursMoved) fields[field] = change;
      else if (theirsMoved && this.#keepsTheirs(oursMoved, difference)) {
        // A conflict that was only reported is a conflict again the next time.
        if (oursMoved && this.#options.onConflict !== 'theirs') next[field] = b;
      } else if (theirsMoved) fields[field] = change;
    }
    if (Object.keys(fields).length > 0) this.#change('update', list, key, ours, fields);
    return next;
  }

  /**
   * Compares the order of a list; call it after the lists are compared. An order that no push has set is the shop's.
   * Returns the base for the next push, if that differs from the draft.
   */
  order(
    field: OrderField,
    ours: FactValue | undefined,
    base: FactValue | undefined,
    theirs: FactValue | undefined,
  ): FactValue | undefined {
    if (ours === undefined || base === undefined || theirs === undefined) return undefined;
    const keys = keysInOrder(ours);
    const coming = new Set(
      this.changes.flatMap(({ list, kind, key }) => (list === orderFields[field] && kind === 'add' ? [key] : [])),
    );
    const added = [...coming].filter((key) => keys.includes(key));
    const there = keysInOrder(theirs);
    return this.#ordered(field, compareOrder(keys, keysInOrder(base), there, [...there, ...added]), {
      ...{ ours, base, theirs },
    });
  }

  /**
   * Compares the order of options and of their values. Returns the base for the next push, if that differs from the
   * draft; `null` if no push has set that order yet.
   */
  optionOrder(
    desired: ProductFacts,
    { stored, before }: { readonly stored: PushBase | undefined; readonly before: PushBase | undefined },
    shop: ProductFacts,
    remote: RemoteProduct,
  ): FactValue | undefined {
    const ours = desired.product?.['']?.['optionOrder'];
    const theirs = shop.product?.['']?.['optionOrder'];
    if (ours === undefined || theirs === undefined) return undefined;
    const said = before?.facts.product?.['']?.['optionOrder'];
    const known = this.#knownOptionOrder(stored, before, theirs, remote);
    const product = { remote, changes: this.changes, desired };
    const { outcome, base } = compareOptionOrder({ ours, base: known, theirs }, product);
    const isUnsaid = said === undefined && (before === undefined || outcome !== 'ours');
    if (isUnsaid) return outcome === 'same' ? undefined : null;
    return this.#ordered('optionOrder', outcome, { ours, base, theirs });
  }

  /** The order of options that the last push set, as far as known. */
  #knownOptionOrder(
    stored: PushBase | undefined,
    before: PushBase | undefined,
    theirs: FactValue,
    remote: RemoteProduct,
  ): FactValue {
    const { sending, places } = before ?? {};
    const isHalfway = Object.values(sending?.variants ?? {}).some((all) => all.some((sent) => sent?.['options']));
    const sent = (sending?.product?.[''] ?? []).map((fields) => fields?.['optionOrder']).filter(isText);
    if (!isHalfway && sent.length === 0) return saidOptionOrder(before?.facts) ?? theirs;
    // An interrupted push has set this order.
    if (!places || sent.some((order) => hasOptionOrder(order, theirs))) return theirs;
    // Some values have their old names, and some their new ones.
    return underCurrentNames(saidOptionOrder(stored?.facts) ?? theirs, places, remote);
  }

  /** The changes. If somebody else renamed options and that is left alone, the changes use the new names. */
  withNamesOfShop(remote: RemoteProduct): readonly ProductChange[] {
    const { onDrift, onConflict } = this.#options;
    const left = [...(onDrift === 'ours' ? [] : this.drifts), ...(onConflict === 'ours' ? [] : this.conflicts)];
    return isNamedByOthers(left) ? underNamesOfShop(this.changes, left, remote) : this.changes;
  }

  /** Records the result of comparing an order. */
  #ordered(
    field: OrderField,
    outcome: OrderOutcome,
    { ours, base, theirs }: { readonly ours: FactValue; readonly base: FactValue; readonly theirs: FactValue },
  ): FactValue | undefined {
    const difference = { list: 'product' as const, key: '', name: '', field, base, ours, theirs };
    if (outcome === 'same') return undefined;
    if (outcome !== 'ours' && this.#keepsTheirs(outcome === 'conflict', difference))
      // A conflict that was only reported is a conflict again the next time.
      return outcome === 'conflict' && this.#options.onConflict !== 'theirs' ? base : undefined;
    const fields = { [field]: { from: theirs, to: ours } };
    const at = this.changes.findIndex(({ list }) => list === 'product');
    const known = this.changes[at];
    if (known) this.changes[at] = { ...known, fields: { ...known.fields, ...fields } };
    else this.#change('update', 'product', '', {}, fields);
    return undefined;
  }

  /** For an entry that the draft has and the shop does not. */
  #missing(list: FactList, key: string, ours: Facts, base: Facts | undefined): Facts {
    const name = nameOf(list, key, ours);
    const difference = { list, key, name, field: null, base: null, ours: null, theirs: undefined };
    // Somebody removed an entry that a push had created.
    if (base && this.#keepsTheirs(false, difference)) return base;
    const fields = Object.entries(ours).map(([field, to]) => [field, { from: null, to }]);
    this.#change('add', list, key, ours, Object.fromEntries(fields));
    return ours;
  }

  /** For an entry that the shop has and the draft does not. Returns its entry in the base, if it stays. */
  #dropped(list: FactList, key: string, base: Facts | undefined, theirs: Facts): Facts | undefined {
    const isChanged =
      base !== undefined &&
      list === 'metafields' &&
      Object.entries(base).some(([field, b]) => !isSameValue(field, b, theirs[field] ?? null, theirs['type']));
    const name = nameOf(list, key, theirs);
    const difference = { list, key, name, field: null, base: null, ours: undefined, theirs: null };
    if (isChanged && this.#keepsTheirs(true, difference)) return base;
    const fields = Object.entries(theirs).map(([field, from]) => [field, { from, to: null }]);
    this.#change('remove', list, key, theirs, Object.fromEntries(fields));
    return undefined;
  }

  /** Records a difference. Returns whether the shop's value stays. */
  #keepsTheirs(isConflict: boolean, difference: ProductDifference): boolean {
    (isConflict ? this.conflicts : this.drifts).push(difference);
    return ((isConflict ? this.#options.onConflict : this.#options.onDrift) ?? 'report') !== 'ours';
  }

  #change(
    kind: ProductChange['kind'],
    list: FactList,
    key: string,
    facts: Facts,
    fields: ProductChange['fields'],
  ): void {
    const gid = this.#gidOf(list, key);
    this.changes.push({ kind, list, key, name: nameOf(list, key, facts), ...(gid !== undefined && { gid }), fields });
  }
}

const isText = (value: FactValue | undefined): value is string => typeof value === 'string';

/** The base of an entry that both sides have created since the last push: every field is empty. */
const nothingOf = (facts: Facts): Facts => Object.fromEntries(Object.keys(facts).map((field) => [field, null]));

/** A redacted value was not stored, so what the last push sent is unknown. */
const isRedacted = (value: FactValue): boolean => typeof value === 'string' && value.includes('[redacted]');

/** An entry's display name. */
export function nameOf(list: FactList, key: string, facts: Facts): string {
  if (list === 'tags') return String(facts['name'] ?? key);
  if (list === 'images') return String(facts['url'] || key);
  if (list === 'variants') return String(facts['sku'] || optionText((facts['options'] ?? []) as OptionPairs) || key);
  return key;
}
