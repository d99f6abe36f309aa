import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type SelectionSetNode,
} from 'graphql';
import { isRecord } from '../../../internal/json.ts';
import { parseGid } from '../graphql/gid.ts';
import type { PreparedOperation } from '../model.ts';
import { createRandom } from '../random.ts';
import { inputCosts as describedCosts } from '../schema.ts';
import {
  classifyField,
  connectionMultiplier,
  connectionPoints,
  maxPageSize,
  mutationPoints,
  objectPoints,
  roundPoints,
} from './rule.ts';
import {
  argumentValue,
  candidateTypes,
  collectFields,
  type FieldNodes,
  rootType,
  type SelectionContext,
  selectionContext,
} from './selection.ts';

/** One field of the breakdown that `Shopify-GraphQL-Cost-Debug: 1` asks for. */
interface CostField {
  readonly path: readonly string[];
  /** Points of the field itself. */
  readonly definedCost: number;
  /** The field with all below it. */
  readonly requestedTotalCost: number;
  /** `null` for scalars. */
  readonly requestedChildrenCost: number | null;
}

/** Points an operation asks for, known before it is executed. May be a fraction. */
export function requestedCost(operation: PreparedOperation): number {
  return operationPoints(operation, { actual: false });
}

/** Points an operation cost by what it answered; never more than the requested ones. */
export function actualCost(operation: PreparedOperation, data: unknown): number {
  return operationPoints(operation, { actual: true }, data);
}

/** The requested cost by field, inner fields first. */
export function costFields(operation: PreparedOperation): readonly CostField[] {
  const fields = new Map<string, CostField>();
  const note: Walk['note'] = (path, definedCost, children) => {
    fields.set(path.join('.'), {
      path,
      definedCost,
      requestedTotalCost: roundPoints(definedCost + (children ?? 0)),
      requestedChildrenCost: children,
    });
  };
  operationPoints(operation, { actual: false, note });
  return [...fields.values()];
}

function operationPoints(
  operation: PreparedOperation,
  mode: Pick<Walk, 'actual'> & Partial<Walk>,
  data?: unknown,
): number {
  const walk: Walk = { note: () => undefined, ...selectionContext(operation), ...mode };
  const price = operation.kind === 'mutation' ? mutationField : fieldPoints;
  return roundPoints(objectSelection(walk, rootType(operation), [operation.definition.selectionSet], data, [], price));
}

/**
 * The price of a mutation: 10, and what its input adds. The 10 pays for the payload and its objects too;
 * connections and what stands deeper cost as everywhere.
 *
 * Seen: `webPixelCreate { webPixel { id settings } userErrors { field } }` costs 10.
 * https://shopify.dev/docs/apps/build/marketing-analytics/build-web-pixels
 */
function mutationField(walk: Walk, visit: Visit): number {
  const { field, nodes, path } = visit;
  let own = mutationPoints;
  for (const argument of field.args) {
    own += argumentPoints(field.name, argument, argumentValue(walk, nodes[0], argument.name));
  }
  const kind = classifyField(field.type);
  const children = kind.pays === 'object' ? below(walk, visit, kind.type, paidElsewhere) : 0;
  walk.note(path, roundPoints(own), children);
  return own + children;
}

/** How a walk over an operation counts. */
interface Walk extends SelectionContext {
  /** Sizes come from the response; fields that the response does not hold cost nothing. */
  readonly actual: boolean;
  /** Told about each field, inner ones first. `childrenCost` is `null` for scalars. */
  readonly note: (path: readonly string[], definedCost: number, childrenCost: number | null) => void;
}

/** One field of an object's selection, with its value where the walk has a response. */
interface Visit {
  readonly field: GraphQLField<unknown, unknown>;
  readonly nodes: FieldNodes;
  readonly value: unknown;
  readonly path: readonly string[];
}

/** Gives the points of one field with all below it. */
type Price = (walk: Walk, visit: Visit) => number;

/** The sum over the fields that one object selects. */
function objectSelection(
  walk: Walk,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  data: unknown,
  path: readonly string[],
  price: Price = fieldPoints,
): number {
  let points = 0;
  for (const [key, nodes] of collectFields(walk, type, sets)) {
    const field = type.getFields()[nodes[0].name.value];
    const value = isRecord(data) ? data[key] : undefined;
    // A field without a definition is introspection, which is free.
    if (!field || (walk.actual && value === undefined)) continue;
    points += price(walk, { field, nodes, value, path: [...path, key] });
  }
  return points;
}

/** The price of most fields: scalars 0, objects 1, connections by their size. */
function fieldPoints(walk: Walk, visit: Visit): number {
  const kind = classifyField(visit.field.type);
  if (kind.pays === 'connection') return connection(walk, visit, kind.type);
  const own = kind.pays === 'object' ? objectPoints : 0;
  const children = kind.pays === 'object' ? below(walk, visit, kind.type) : null;
  walk.note(visit.path, own, children);
  return own + (children ?? 0);
}

/** The price of an object field that is paid for elsewhere: only what stands below it counts. */
function paidElsewhere(walk: Walk, visit: Visit): number {
  const kind = classifyField(visit.field.type);
  if (kind.pays !== 'object') return fieldPoints(walk, visit);
  const children = below(walk, visit, kind.type);
  walk.note(visit.path, 0, children);
  return children;
}

/** Points below an object field: of a list's entries, and of the possible types, the most expensive counts. */
function below(walk: Walk, visit: Visit, type: GraphQLCompositeType, price: Price = fieldPoints): number {
  const sets = selectionSets(visit.nodes);
  const candidates = candidateTypes(walk, type, sets);
  const entries: readonly unknown[] = Array.isArray(visit.value) ? visit.value : [visit.value];
  let highest = 0;
  for (const entry of entries) {
    // Seen: `product: null` costs 1, whatever is selected below it.
    // https://community.shopify.dev/t/unexpectedly-low-graphql-query-cost-in-shopify-admin-api-seeking-clarification/23101
    if (walk.actual && !isRecord(entry)) continue;
    for (const candidate of candidates) {
      highest = Math.max(highest, objectSelection(walk, candidate, sets, entry, visit.path, price));
    }
  }
  return highest;
}

/** A connection: 2, and its most expensive node times the multiplier of its size. */
function connection(walk: Walk, visit: Visit, type: GraphQLObjectType): number {
  let perNode = 0;
  let size = walk.actual ? 0 : pageSize(walk, visit);
  const beside = objectSelection(walk, type, selectionSets(visit.nodes), visit.value, visit.path, (inner, child) => {
    const { name } = child.field;
    if (name !== 'nodes' && name !== 'edges') return fieldPoints(inner, child);
    if (Array.isArray(child.value)) size = Math.max(size, child.value.length);
    // An edge is only a wrapper around its node.
    perNode += name === 'nodes' ? fieldPoints(inner, child) : paidElsewhere(inner, child);
    return 0;
  });
  const isEmpty = walk.actual && size === 0;
  const children = beside + (isEmpty ? 0 : perNode * connectionMultiplier(size));
  walk.note(visit.path, connectionPoints, children);
  return connectionPoints + children;
}

function pageSize(walk: Walk, { nodes: [node] }: Visit): number {
  const asked = argumentValue(walk, node, 'first') ?? argumentValue(walk, node, 'last');
  return typeof asked === 'number' ? asked : maxPageSize;
}

/** What all nodes of one field select. */
function selectionSets(nodes: FieldNodes): readonly SelectionSetNode[] {
  return nodes.flatMap((node) => node.selectionSet ?? []);
}

/** Points that one argument of a mutation adds, such as 0.2 for each variant of `productSet`. */
function argumentPoints(mutation: string, argument: GraphQLArgument, value: unknown): number {
  if (mutation === 'metafieldsSet') return ownerPoints(value);
  const ownCost = entryCosts[`Mutation.${mutation}.${argument.name}`] ?? 0;
  return ownCost * entries(value).length + inputPoints(argument.type, value);
}

function inputPoints(type: GraphQLInputType, value: unknown): number {
  if (isNonNullType(type)) return inputPoints(type.ofType, value);
  if (isListType(type)) {
    return entries(value).reduce<number>((sum, entry) => sum + inputPoints(type.ofType, entry), 0);
  }
  if (!isInputObjectType(type) || !isRecord(value)) return 0;
  let points = 0;
  for (const field of Object.values(type.getFields())) {
    const given = value[field.name];
    points += (entryCosts[`${type.name}.${field.name}`] ?? 0) * entries(given).length;
    points += inputPoints(field.type, given);
  }
  return points;
}

/** Each owner counts once for each call of the mutation. */
function ownerPoints(metafields: unknown): number {
  const owners = new Set(entries(metafields).map((metafield) => isRecord(metafield) && String(metafield.ownerId)));
  let points = 0;
  for (const owner of owners) points += metafieldOwnerCosts[parseGid(String(owner))?.kind ?? ''] ?? 0;
  return points;
}

/** GraphQL takes a single value where a list is wanted. */
function entries(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/**
 * Points that an input field, or an argument of a mutation, adds for each entry: `Type.field` → points.
 * Those of `productSet` stand in the schema's descriptions, the others only in Shopify's changelog:
 * https://shopify.dev/changelog/dynamic-complexity-cost-for-productset-mutation
 * https://shopify.dev/changelog/dynamic-complexity-cost-for-productcreate-and-productupdate-mutations
 * https://shopify.dev/changelog/dynamic-complexity-for-productvariantsbulkcreate-and-productvariantsbulkupdate-mutations
 */
const entryCosts: Readonly<Record<string, number>> = {
  ...describedCosts,
  'Mutation.productCreate.media': 1.9,
  'Mutation.productUpdate.media': 1.9,
  'ProductCreateInput.metafields': 0.4,
  'ProductUpdateInput.metafields': 0.4,
  // The older argument `input` of both.
  'ProductInput.metafields': 0.4,
  'Mutation.productVariantsBulkCreate.media': 1.9,
  'Mutation.productVariantsBulkCreate.variants': 0.2,
  'Mutation.productVariantsBulkUpdate.media': 1.9,
  'Mutation.productVariantsBulkUpdate.variants': 0.2,
  'ProductVariantsBulkInput.mediaId': 0.6,
  'ProductVariantsBulkInput.mediaSrc': 0.6,
  'ProductVariantsBulkInput.metafields': 0.4,
};

/**
 * Points that `metafieldsSet` adds for each owner, however many metafields it sets there: type in the owner's gid →
 * points, 0 for what is not named. https://shopify.dev/changelog/dynamic-complexity-cost-for-metafieldsset-mutation
 *
 * Of the row with 2 points we know the number only; that it is `ProductVariant` is our reading.
 */
const metafieldOwnerCosts: Readonly<Record<string, number>> = {
  Collection: 1,
  Customer: 1,
  Order: 10,
  Product: 4,
  ProductVariant: 2,
  Shop: 1,
};

/**
 * Charges that differ from the published rule, as Shopify's may: each operation by its own factor between
 * `1 - skew` and `1 + skew`, the same one for the same seed and name.
 */
export function skewedCharge(skew: number, seed: number): (operation: PreparedOperation, points: number) => number {
  return (operation, points) => {
    const luck = createRandom(seed, operation.name)();
    return roundPoints(points * (1 + (2 * luck - 1) * skew));
  };
}
