// @ts-nocheck
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
 * The points that Shopify will ask for one operation, without its schema, fractions included. It follows Shopify's rule
 * by the names that stand in the document; `createCostBook` corrects what it misses.
 *
 * @param variables Values as they are sent. Page sizes, `@skip`, `@include` and the input of mutations count.
 * @param operationName Which operation of the document. Default: the first.
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

/** Told of what counts, while it is counted. */
interface Listeners {
  readonly watch?: CostWatch;
  readonly onRead?: Variables['onRead'];
}

/** Follows an estimate from field to field. */
export interface CostWatch {
  /** A field begins. Its path has the response keys from the root. */
  enter(path: string): void;
  /** The field is a connection of that many nodes, each of which counts so many times. */
  page(size: number, multiplier: number): void;
  /** The field ends: its points with all below it, as often as the pages around it make it count. */
  leave(points: number): void;
  /** What a field selects was counted for the first time, or was known from before. */
  counted(selection: string): void;
  again(selection: string): void;
}

/**
 * Estimates one operation, for variables as they are sent. Fractions are kept: Shopify rounds once, at the end, and
 * the history could not tell a rounding from a difference.
 */
export type Estimator = (variables?: Readonly<Record<string, unknown>>) => number;

/**
 * An `estimateCost` for an operation that is sent again and again: it remembers the last cost, which is right
 * while the variables that count, such as page sizes, are the same. Input objects are counted again each time.
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

/** What is no object stays what it is. */
function canChange(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/**
 * Points to reserve. Shopify rounds to the nearest whole point; to reserve less than it charges gets throttled,
 * so this rounds up. The dust of binary fractions costs no point.
 */
export function wholePoints(points: number): number {
  return Math.max(0, Math.ceil(points - 1e-6));
}

interface Walk extends SelectionScope {
  readonly watch?: CostWatch | undefined;
  /** Points of fields by what is selected below them: a fragment used many times is counted once. */
  readonly known: Map<string, number>;
  readonly ids: Map<SelectedSet['set'], number>;
}

/** Where a selection stands: its path, and how often its points count because of connections around it. */
interface Place {
  readonly path: string;
  readonly times: number;
}

type Price = (walk: Walk, field: MergedField, place: Place) => number;

/** Points of a whole operation. */
function operationPoints(walk: Walk, root: SelectedSet, isMutation: boolean): number {
  return sum(walk, selectedFields([root], walk), { path: '', times: 1 }, isMutation ? mutation : queried);
}

/** The fields for any type, and of the types that exclude each other the most expensive. */
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

/** Prices by the name of the field alone; of several types, the most expensive. */
const pricesByName: ReadonlyMap<string, number> = Object.entries(fieldPrices).reduce((prices, [field, points]) => {
  const name = field.slice(field.indexOf('.') + 1);
  return prices.set(name, Math.max(points, prices.get(name) ?? 0));
}, new Map<string, number>());

/** A scalar is free, an object costs 1, a connection by its size. */
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

/** Money is free, and known by its name or its fields: no other object has these alone. */
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

/** 2, and what one node costs times a factor that grows with the logarithm of the page's size. */
function connection(walk: Walk, one: MergedField, selected: Selected, place: Place): number {
  const size = pageSize(walk, one);
  const times = connectionMultiplier(size);
  walk.watch?.page(size, times);
  const perNode = (child: MergedField, at: Place): number => {
    if (child.name === 'nodes') return field(walk, child, at);
    // An edge is a wrapper; `node` in it is the object.
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

/** 10 and what the input adds pay for the payload and the objects right in it, errors included. */
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

/** Corrects estimates by what Shopify really asked for the same operation before. */
export interface CostBook {
  /**
   * The cost to reserve: the estimate, corrected where the operation has been seen. In points.
   *
   * @param shared What other processes have seen of it, oldest first; each counts once as a response of our own.
   */
  expect(key: string, estimate: number, shared?: readonly CostSample[]): number;
  /** Notes what Shopify asked for (`requestedQueryCost`) where we had estimated that much. */
  learn(key: string, sample: CostSample): void;
}

/** The last responses of one operation, newest last: where the estimate was some points, and where it was 0. */
interface Page {
  readonly foreseen: CostSample[];
  readonly unforeseen: CostSample[];
}

const responsesKept = 5;

const none: readonly CostSample[] = [];

/**
 * Makes a cost book. Of the last five responses of an operation the most expensive counts: to reserve too much
 * costs nothing, since the rest comes back, but to reserve too little gets throttled.
 *
 * @param options.maxKeys Operations remembered; the one longest unused is forgotten. Default 1,000.
 */
export function createCostBook(options: { readonly maxKeys?: number } = {}): CostBook {
  const maxKeys = options.maxKeys ?? 1_000;
  /** The one longest unused first. */
  const pages = new Map<string, Page>();
  const noted = new WeakSet<CostSample>();

  /** The one used last, which stands at the end already. */
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

/** What an operation will cost, by what was estimated and asked for before. In points. */
export function expectedCost(estimate: number, samples: readonly CostSample[]): number {
  const alike = samples.filter((sample) => sample.estimate > 0 === estimate > 0);
  if (alike.length === 0) return Math.max(0, estimate);
  if (estimate <= 0) return Math.max(...alike.map(({ requested }) => requested));
  return withoutDust(Math.max(0, ...alike.map((sample) => corrected(estimate, sample))));
}

/**
 * An estimate corrected by one response. Whether a difference comes once for each operation or grows with it is
 * unknown, so the more expensive of the two counts. A difference below one point is Shopify's rounding and does not
 * grow: as a ratio, a cost of 10.6 that was asked for as 10 would take points off all larger ones.
 */
function corrected(estimate: number, past: CostSample): number {
  const difference = past.requested - past.estimate;
  const shifted = estimate + difference;
  return Math.abs(difference) < 1 ? shifted : Math.max(shifted, estimate * (past.requested / past.estimate));
}

/** Takes the dust of binary fractions off, so that what was asked once is asked again. */
function withoutDust(points: number): number {
  return Math.round(points * 1e6) / 1e6;
}
