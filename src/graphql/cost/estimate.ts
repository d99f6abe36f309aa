import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';
import { isRecord, ownValue } from '../../internal/json.ts';
import type { CostSample } from '../../ports/rate-limiter.ts';
import {
  argumentOf,
  countEntries,
  type MergedField,
  type Selected,
  type SelectedSet,
  type SelectionScope,
  selectedFields,
  setsBelow,
  type Variables,
  variablesOf,
} from './selection.ts';

/** What an operation will ask for, as far as its text and variables say. */
interface CostEstimate {
  /** Whole points, rounded up. */
  readonly cost: number;
}

/** One field's share of an estimate. */
interface FieldCost {
  /** Response keys from the root, joined by dots, such as `products.nodes.variants`. */
  readonly path: string;
  /** Points of the field with all below it, as often as the pages around it make it count. */
  readonly cost: number;
}

/**
 * The points that Shopify will ask for one operation, without its schema. It follows Shopify's rule
 * (object 1, connection by the logarithm of its size, mutation 10, product mutations by their input),
 * which is published only in part; `createCostBook` corrects what it misses.
 *
 * @param variables Values as they are sent. Page sizes, `@skip`, `@include` and product input count.
 * @param operationName Which operation of the document. Default: the first.
 */
export function estimateCost(
  document: DocumentNode,
  variables?: Readonly<Record<string, unknown>>,
  operationName?: string,
): CostEstimate {
  return { cost: wholePoints(estimate(document, variables, operationName, {})) };
}

/** An estimate with the share of each field, the most expensive first: for messages, not for each call. */
export function explainCost(
  document: DocumentNode,
  variables?: Readonly<Record<string, unknown>>,
  operationName?: string,
): CostEstimate & { readonly fields: readonly FieldCost[] } {
  const fields = new Map<string, number>();
  const listen: FieldListener = (path, points) => fields.set(path, Math.max(points, fields.get(path) ?? 0));
  const cost = estimate(document, variables, operationName, { listen });
  return {
    cost: wholePoints(cost),
    fields: [...fields].map(([path, points]) => ({ path, cost: points })).sort((one, other) => other.cost - one.cost),
  };
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
    const cost = estimate(document, variables, operationName, { onRead });
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

interface Listeners {
  readonly listen?: FieldListener;
  readonly onRead?: Variables['onRead'];
}

function estimate(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>> | undefined,
  operationName: string | undefined,
  { listen, onRead }: Listeners,
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
    variables: variablesOf(operation, variables, onRead),
    listen,
    known: new Map(),
    ids: new Map(),
  };
  const root = { set: operation.selectionSet, within: undefined };
  return Math.max(0, operationPoints(walk, root, operation.operation === 'mutation'));
}

/**
 * Points as Shopify charges them. It rounds to the nearest whole point; to reserve less than it charges gets throttled,
 * so this rounds up. The dust of binary fractions costs no point.
 */
export function wholePoints(points: number): number {
  return Math.max(0, Math.ceil(points - 1e-6));
}

/** Points of a mutation without what its input adds. */
const mutationPoints = 10;

/** Points of a connection without its nodes. */
const connectionPoints = 2;

const objectPoints = 1;

/** The largest page, and the size of a page that nothing is known of. */
const largestPage = 250;

/** Receives each field that costs something: its path, and its points with all below it. */
type FieldListener = (path: string, points: number) => void;

interface Walk extends SelectionScope {
  readonly listen?: FieldListener | undefined;
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
  return sum(walk, selectedFields([root], walk), { path: '', times: 1 }, isMutation ? mutation : field);
}

/** The fields for any type, and of the types that exclude each other the most expensive. */
function sum(walk: Walk, selected: Selected, place: Place, price: Price): number {
  let points = 0;
  for (const one of selected.fields) {
    const path = place.path === '' ? one.key : `${place.path}.${one.key}`;
    const own = price(walk, one, { path, times: place.times });
    if (own > 0) walk.listen?.(path, own * place.times);
    points += own;
  }
  let highest = 0;
  for (const type of selected.byType) highest = Math.max(highest, sum(walk, type, place, price));
  return points + highest;
}

/** A scalar is free, an object costs 1, a connection by its size. */
function field(walk: Walk, one: MergedField, place: Place): number {
  const below = setsBelow(one);
  if (below.length === 0 || isFree(one.name)) return 0;
  const key = below.map(({ set }) => idOf(walk, set)).join();
  const known = walk.known.get(key);
  if (known !== undefined) return known;
  const selected = selectedFields(below, walk);
  const points = isConnection(selected)
    ? connection(walk, one, selected, place)
    : objectPoints + sum(walk, selected, place, field);
  walk.known.set(key, points);
  return points;
}

function idOf({ ids }: Walk, set: SelectedSet['set']): number {
  const id = ids.get(set) ?? ids.size;
  ids.set(set, id);
  return id;
}

/** Introspection is free, and so is the page information of a connection. */
function isFree(name: string): boolean {
  return name === 'pageInfo' || name.startsWith('__');
}

function isConnection(selected: Selected): boolean {
  const wraps = ({ name, nodes }: MergedField): boolean =>
    (name === 'nodes' || name === 'edges') && nodes.some(({ node }) => node.selectionSet);
  return selected.fields.some(wraps) || selected.byType.some(isConnection);
}

/**
 * 2, and what one node costs times a factor that grows with the logarithm of the page's size:
 * https://community.shopify.dev/t/how-to-calculate-graphql-cost-estimates/24364/6
 */
function connection(walk: Walk, one: MergedField, selected: Selected, place: Place): number {
  const times = Math.floor(2 * Math.log(Math.max(2, pageSize(walk, one))));
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
  const args = one.nodes[0]?.node.arguments;
  const points = mutationPoints + inputPoints(one.name, (name) => argumentOf(args, name, walk.variables));
  return points + sum(walk, selectedFields(setsBelow(one), walk), place, payload);
}

function payload(walk: Walk, one: MergedField, place: Place): number {
  if (one.name.toLowerCase().endsWith('errors')) return 0;
  const points = field(walk, one, place);
  const isObject = points > 0 && !isConnection(selectedFields(setsBelow(one), walk));
  return isObject ? points - objectPoints : points;
}

/** Points that each entry of one part of a mutation's input adds. */
interface InputCost {
  /** Argument, then fields below it; lists on the way are gone through. */
  readonly path: readonly [argument: string, ...fields: string[]];
  /** Points per entry. */
  readonly points: number;
}

/** `productCreate` and `productUpdate`; their `input` is the older name of `product`. */
const product: readonly InputCost[] = [
  { path: ['product', 'metafields'], points: 0.4 },
  { path: ['input', 'metafields'], points: 0.4 },
  { path: ['media'], points: 1.9 },
];

/** `productVariantsBulkCreate` and `productVariantsBulkUpdate`. */
const variants: readonly InputCost[] = [
  { path: ['variants'], points: 0.2 },
  { path: ['variants', 'mediaId'], points: 0.6 },
  { path: ['variants', 'mediaSrc'], points: 0.6 },
  { path: ['variants', 'metafields'], points: 0.4 },
  { path: ['media'], points: 1.9 },
];

/**
 * What input adds to the 10 points of a mutation, by root field. Sources:
 * https://shopify.dev/changelog/dynamic-complexity-cost-for-productset-mutation
 * https://shopify.dev/changelog/dynamic-complexity-cost-for-productcreate-and-productupdate-mutations
 * https://shopify.dev/changelog/dynamic-complexity-for-productvariantsbulkcreate-and-productvariantsbulkupdate-mutations
 */
const inputCosts: ReadonlyMap<string, readonly InputCost[]> = new Map([
  [
    'productSet',
    [
      { path: ['input', 'variants'], points: 0.2 },
      { path: ['input', 'variants', 'file'], points: 0.6 },
      { path: ['input', 'variants', 'metafields'], points: 0.4 },
      { path: ['input', 'metafields'], points: 0.4 },
      { path: ['input', 'files'], points: 1.9 },
    ],
  ],
  ['productCreate', product],
  ['productUpdate', product],
  ['productVariantsBulkCreate', variants],
  ['productVariantsBulkUpdate', variants],
]);

/**
 * Points that the input of a mutation adds.
 *
 * @param mutation Name of the root field.
 * @param argumentOf The value of one of its arguments.
 */
function inputPoints(mutation: string, argumentOf: (name: string) => unknown): number {
  if (mutation === 'metafieldsSet') return ownerPoints(argumentOf('metafields'));
  let points = 0;
  for (const { path, points: each } of inputCosts.get(mutation) ?? []) {
    const [argument, ...fields] = path;
    points += each * countEntries(argumentOf(argument), fields);
  }
  return points;
}

/**
 * Points that `metafieldsSet` adds for each owner, however many metafields it sets there, by the type in the
 * owner's gid; what is not named adds none. https://shopify.dev/changelog/dynamic-complexity-cost-for-metafieldsset-mutation
 *
 * Of the row with 2 points we know the number only; that it is `ProductVariant` is our reading.
 */
const ownerCosts: ReadonlyMap<string, number> = new Map([
  ['Collection', 1],
  ['Customer', 1],
  ['Order', 10],
  ['Product', 4],
  ['ProductVariant', 2],
  ['Shop', 1],
]);

const gidType = /^gid:\/\/shopify\/([A-Za-z]+)\//;

/** Points for the owners of some metafields, each owner once. */
function ownerPoints(metafields: unknown): number {
  const owners = new Set<string>();
  for (const metafield of Array.isArray(metafields) ? metafields : [metafields]) {
    if (isRecord(metafield)) owners.add(String(metafield['ownerId']));
  }
  let points = 0;
  for (const owner of owners) points += ownerCosts.get(gidType.exec(owner)?.[1] ?? '') ?? 0;
  return points;
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

  const use = (key: string, page: Page): Page => {
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
