import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';
import { ownValue } from '../../internal/json.ts';
import type { CostSample } from '../../ports/rate-limiter.ts';
import {
  connectionMultiplier,
  connectionPoints,
  fieldPrices,
  inputPoints,
  largestPage,
  mutationPoints,
  objectPoints,
  rootCountPoints,
} from './rule.ts';
import {
  argumentOf,
  type MergedField,
  type Selected,
  type SelectedSet,
  type SelectionScope,
  selectedFields,
  setsBelow,
  type Variables,
  variablesOf,
} from './selection.ts';

/**
 * Estimates the points that Shopify will request for an operation, without its schema, including fractions. It applies
 * Shopify's rule to the names in the document; `createCostBook` corrects what it misses.
 *
 * @param variables Values as they are sent. Page sizes, `@skip`, `@include` and the input of mutations count.
 * @param operationName The operation to estimate. Default: the first.
 */
export function estimateCost(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>> = {},
  operationName?: string,
  listeners: Listeners = {},
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
    if (definition.kind !== 'OperationDefinition' || operation) continue;
    if (operationName === undefined || definition.name?.value === operationName) operation = definition;
  }
  if (!operation) return 0;
  const walk = {
    fragments,
    variables: variablesOf(operation, variables, listeners.onRead),
    watch: listeners.watch,
    known: new Map(),
    ids: new Map(),
  };
  const root = { set: operation.selectionSet, within: undefined };
  return Math.max(1, operationPoints(walk, root, operation.operation === 'mutation'));
}

/** Receives each part of the cost as it is counted. */
interface Listeners {
  readonly watch?: CostWatch;
  readonly onRead?: Variables['onRead'];
}

/** Follows an estimate field by field. */
export interface CostWatch {
  /** A field begins. The path has the response keys from the root. */
  enter(path: string): void;
  /** The field is a connection: its page size, and how many times each node counts. */
  page(size: number, multiplier: number): void;
  /** The field ends: its points including subfields, multiplied by the pages around it. */
  leave(points: number): void;
  /** The fields below a field were counted for the first time; with `again`, they were already known. */
  counted(selection: string): void;
  again(selection: string): void;
}

/**
 * Estimates one operation for the variables to send. Fractions are kept: Shopify rounds once, at the end, and the cost
 * book must not mistake rounding for a difference.
 */
export type Estimator = (variables?: Readonly<Record<string, unknown>>) => number;

/**
 * Creates an estimator for an operation that is sent repeatedly. It caches the last cost, which is valid while the
 * variables that count, such as page sizes, stay the same. Input objects are counted each time.
 */
export function createEstimator(document: DocumentNode, operationName?: string): Estimator {
  let last: { readonly cost: number; readonly read: ReadonlyMap<string, unknown> } | undefined;
  return (variables = {}) => {
    if (last && areGiven(last.read, variables)) return last.cost;
    const read = new Map<string, unknown>();
    const onRead = (name: string, value: unknown): void => void read.set(name, value);
    const cost = estimateCost(document, variables, operationName, { onRead });
    last = [...read.values()].some(canChange) ? undefined : { cost, read };
    return cost;
  };
}

function areGiven(read: ReadonlyMap<string, unknown>, variables: Readonly<Record<string, unknown>>): boolean {
  for (const [name, value] of read) if (!Object.is(ownValue(variables, name), value)) return false;
  return true;
}

/** Only objects can change without being replaced. */
function canChange(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/**
 * Points to reserve. Shopify rounds to the nearest whole point. This rounds up, since reserving less than the charge
 * gets throttled; floating-point noise does not add a point.
 */
export function wholePoints(points: number): number {
  return Math.max(0, Math.ceil(points - 1e-6));
}

interface Walk extends SelectionScope {
  readonly watch?: CostWatch | undefined;
  /** Points of fields by their subfields: a fragment used many times is counted once. */
  readonly known: Map<string, number>;
  readonly ids: Map<SelectedSet['set'], number>;
}

/** The place of a selection: its path, and the product of the multipliers of the connections around it. */
interface Place {
  readonly path: string;
  readonly times: number;
}

type Price = (walk: Walk, field: MergedField, place: Place) => number;

/** Points of a whole operation. */
function operationPoints(walk: Walk, root: SelectedSet, isMutation: boolean): number {
  return sum(walk, selectedFields([root], walk), { path: '', times: 1 }, isMutation ? mutation : queried);
}

/** Adds the fields of any type, and the most expensive of the types that exclude each other. */
function sum(walk: Walk, selected: Selected, place: Place, price: Price): number {
  let points = 0;
  for (const one of selected.fields) {
    const path = place.path === '' ? one.key : `${place.path}.${one.key}`;
    walk.watch?.enter(path);
    const own = price(walk, one, { path, times: place.times });
    walk.watch?.leave(own * place.times);
    points += own;
  }
  let highest = 0;
  for (const type of selected.byType) highest = Math.max(highest, sum(walk, type, place, price));
  return points + highest;
}

/** The price of a field at the root of a query. */
function queried(walk: Walk, one: MergedField, place: Place): number {
  const points = field(walk, one, place);
  return points > 0 && one.name.endsWith('Count') ? rootCountPoints : points;
}

/** Prices by field name alone; if types differ, the highest. */
const pricesByName: ReadonlyMap<string, number> = Object.entries(fieldPrices).reduce((prices, [field, points]) => {
  const name = field.slice(field.indexOf('.') + 1);
  return prices.set(name, Math.max(points, prices.get(name) ?? 0));
}, new Map<string, number>());

/** A scalar is free, an object costs 1, a connection depends on its size. */
function field(walk: Walk, one: MergedField, place: Place): number {
  const below = setsBelow(one);
  const price = pricesByName.get(one.name);
  if (below.length === 0) return price ?? 0;
  if (one.name === 'pageInfo') return 0;
  const key = below.map(({ set }) => idOf(walk, set)).join();
  const known = walk.known.get(key);
  if (known !== undefined) {
    walk.watch?.again(key);
    return known;
  }
  const selected = selectedFields(below, walk);
  const own = price ?? (isMoney(one.name, selected) ? 0 : objectPoints);
  const points = isConnection(selected)
    ? connection(walk, one, selected, place)
    : own + sum(walk, selected, place, field);
  walk.known.set(key, points);
  walk.watch?.counted(key);
  return points;
}

/** Money is free. It is recognized by its name or its fields, which no other object has alone. */
function isMoney(name: string, { fields, byType }: Selected): boolean {
  if (moneyBags.has(name)) return true;
  const isOfMoney = (one: MergedField): boolean =>
    moneyBags.has(one.name) || ['amount', 'currencyCode', '__typename'].includes(one.name);
  return byType.length === 0 && fields.every(isOfMoney) && fields.some((one) => one.name !== 'amount');
}

/** The two sides of a `MoneyBag`. */
const moneyBags: ReadonlySet<string> = new Set(['shopMoney', 'presentmentMoney']);

function idOf({ ids }: Walk, set: SelectedSet['set']): number {
  const id = ids.get(set) ?? ids.size;
  ids.set(set, id);
  return id;
}

function isConnection(selected: Selected): boolean {
  const wraps = ({ name, nodes }: MergedField): boolean =>
    (name === 'nodes' || name === 'edges') && nodes.some(({ node }) => node.selectionSet);
  return selected.fields.some(wraps) || selected.byType.some(isConnection);
}

/** 2, plus the cost of one node times a factor that grows with the logarithm of the page size. */
function connection(walk: Walk, one: MergedField, selected: Selected, place: Place): number {
  const size = pageSize(walk, one);
  const times = connectionMultiplier(size);
  walk.watch?.page(size, times);
  const perNode = (child: MergedField, at: Place): number => {
    if (child.name === 'nodes') return field(walk, child, at);
    // An edge is only a wrapper; its `node` is the object.
    return sum(walk, selectedFields(setsBelow(child), walk), at, field);
  };
  const children = sum(walk, selected, place, (_, child, at) => {
    if (child.name !== 'nodes' && child.name !== 'edges') return field(walk, child, at);
    return times * perNode(child, { path: at.path, times: at.times * times });
  });
  return connectionPoints + children;
}

function pageSize(walk: Walk, one: MergedField): number {
  const args = one.nodes[0]?.node.arguments;
  const asked = argumentOf(args, 'first', walk.variables) ?? argumentOf(args, 'last', walk.variables);
  const size = Number(asked);
  return asked === undefined || Number.isNaN(size) ? largestPage : Math.min(size, largestPage);
}

/** 10 plus the price of the input. That covers the payload, the objects directly in it, and errors. */
function mutation(walk: Walk, one: MergedField, place: Place): number {
  if (one.name === '__typename') return 0;
  const args = one.nodes[0]?.node.arguments;
  const own = fieldPrices[`Mutation.${one.name}`] ?? mutationPoints;
  const points = own + inputPoints(one.name, (name) => argumentOf(args, name, walk.variables));
  return points + sum(walk, selectedFields(setsBelow(one), walk), place, payload);
}

function payload(walk: Walk, one: MergedField, place: Place): number {
  if (one.name.toLowerCase().endsWith('errors')) return 0;
  const selected = selectedFields(setsBelow(one), walk);
  return isConnection(selected) ? field(walk, one, place) : sum(walk, selected, place, field);
}

/** Corrects estimates by what Shopify requested for the same operation before. */
export interface CostBook {
  /**
   * Returns the points to reserve: the estimate, corrected if the operation has been seen.
   *
   * @param shared Samples of other processes, oldest first; each counts like a response to this process.
   */
  expect(key: string, estimate: number, shared?: readonly CostSample[]): number;
  /** Records what Shopify requested (`requestedQueryCost`) for an estimate. */
  learn(key: string, sample: CostSample): void;
}

/** The last responses of one operation, newest last, separately for estimates above 0 and of 0. */
interface Page {
  readonly foreseen: CostSample[];
  readonly unforeseen: CostSample[];
}

const responsesKept = 5;

const none: readonly CostSample[] = [];

/**
 * Creates a cost book. Of an operation's last five responses, the most expensive counts: reserving too much costs
 * nothing, since the rest is returned, but reserving too little gets throttled.
 *
 * @param options.maxKeys Maximum number of operations; the least recently used one is dropped. Default 1,000.
 */
export function createCostBook(options: { readonly maxKeys?: number } = {}): CostBook {
  const maxKeys = options.maxKeys ?? 1_000;
  /** The least recently used one first. */
  const pages = new Map<string, Page>();
  const noted = new WeakSet<CostSample>();

  /** The most recently used one, already at the end. */
  let newest: Page | undefined;

  const use = (key: string, page: Page): Page => {
    if (page === newest) return page;
    newest = page;
    pages.delete(key);
    pages.set(key, page);
    return page;
  };

  const pageFor = (key: string): Page => {
    const page = pages.get(key);
    if (page) return use(key, page);
    const [oldest] = pages.keys();
    if (pages.size >= maxKeys && oldest !== undefined) pages.delete(oldest);
    return use(key, { foreseen: [], unforeseen: [] });
  };

  const learn = (key: string, sample: CostSample): void => {
    if (!Number.isFinite(sample.requested) || sample.requested < 0) return;
    noted.add(sample);
    const page = pageFor(key);
    const seen = sample.estimate > 0 ? page.foreseen : page.unforeseen;
    seen.push(sample);
    if (seen.length > responsesKept) seen.shift();
  };

  return {
    expect(key, estimate, shared = none) {
      const isNew = !pages.has(key);
      for (const sample of shared) if (isNew || !noted.has(sample)) learn(key, sample);
      const page = pages.get(key);
      if (!page) return estimate;
      use(key, page);
      return expectedCost(estimate, estimate > 0 ? page.foreseen : page.unforeseen);
    },
    learn,
  };
}

/** What an operation will cost in points, by the samples of earlier responses. */
export function expectedCost(estimate: number, samples: readonly CostSample[]): number {
  const alike = samples.filter((sample) => sample.estimate > 0 === estimate > 0);
  if (alike.length === 0) return Math.max(0, estimate);
  if (estimate <= 0) return Math.max(...alike.map(({ requested }) => requested));
  return withoutDust(Math.max(0, ...alike.map((sample) => corrected(estimate, sample))));
}

/**
 * Corrects an estimate by one response. It is unknown whether a difference is fixed or grows with the operation, so the
 * more expensive case counts. A difference below one point is Shopify's rounding and does not grow: as a ratio, a cost
 * of 10.6 that was requested as 10 would reduce all larger ones.
 */
function corrected(estimate: number, past: CostSample): number {
  const difference = past.requested - past.estimate;
  const shifted = estimate + difference;
  return Math.abs(difference) < 1 ? shifted : Math.max(shifted, estimate * (past.requested / past.estimate));
}

/** Removes floating-point noise, so that an earlier request gives the same points again. */
function withoutDust(points: number): number {
  return Math.round(points * 1e6) / 1e6;
}
