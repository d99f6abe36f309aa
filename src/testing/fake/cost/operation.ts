import {
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql';
import {
  answeredTypeNamePoints,
  chargedForPage,
  chargedPoints,
  connectionMultiplier,
  connectionPoints,
  fieldPrices,
  inputPoints,
  largestPage,
  mutationPoints,
  objectPoints,
  rootCountPoints,
  typePrices,
  withoutDust,
} from '../../../graphql/cost/rule.ts';
import { isRecord } from '../../../internal/json.ts';
import type { PreparedOperation } from '../model.ts';
import { createRandom } from '../random.ts';
import { classifyField } from './field-class.ts';
import {
  argumentValue,
  candidateTypes,
  collectFields,
  type FieldNodes,
  rootFields,
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

/** Points an operation asks for, known before it is executed. */
export function requestedCost(operation: PreparedOperation): number {
  return operationPoints(operation, { actual: false });
}

/**
 * Points of what an operation answered. Charge the requested ones where these are more, as they can be by type names.
 */
export function actualCost(operation: PreparedOperation, data: unknown): number {
  return operationPoints(operation, { actual: true }, data);
}

/** The requested cost by field, inner fields first. */
export function costFields(operation: PreparedOperation): readonly CostField[] {
  const fields = new Map<string, CostField>();
  const note: NonNullable<Walk['note']> = (path, definedCost, children) => {
    fields.set(path.join('.'), {
      path,
      definedCost,
      requestedTotalCost: withoutDust(definedCost + (children ?? 0)),
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
  const walk: Walk = {
    ...selectionContext(operation),
    selected: mode.note ? new Map() : selectedIn(operation.document),
    ...mode,
  };
  const price = operation.kind === 'mutation' ? mutationField : fieldPoints;
  // After an error without data, each root field is charged as if it had returned null. (Recorded.)
  const answered = data === null ? [nothingOf(operation)] : [data];
  return chargedPoints(
    objectSelection(walk, rootType(operation), [operation.definition.selectionSet], answered, [], price),
  );
}

const nothingOf = (operation: PreparedOperation): Readonly<Record<string, null>> =>
  Object.fromEntries([...rootFields(operation).keys()].map((key) => [key, null]));

const selectedByDocument = new WeakMap<DocumentNode, Walk['selected']>();

/** What is remembered of a document. Where variables decide what it selects, nothing is. */
function selectedIn(document: DocumentNode): Walk['selected'] {
  const known = selectedByDocument.get(document);
  if (known) return known;
  let isConditional = false;
  visit(document, {
    Directive({ name }) {
      isConditional ||= name.value === 'skip' || name.value === 'include';
    },
  });
  const selected: Walk['selected'] = new Map();
  if (!isConditional) selectedByDocument.set(document, selected);
  return selected;
}

/**
 * The price of a mutation: 10, and what its input adds. The 10 pays for the payload and its objects too;
 * connections and deeper fields cost as everywhere.
 *
 * Seen: `webPixelCreate { webPixel { id settings } userErrors { field } }` costs 10.
 * https://shopify.dev/docs/apps/build/marketing-analytics/build-web-pixels
 */
function mutationField(walk: Walk, visited: Visit): number {
  const { field, nodes, path } = visited;
  if (field === TypeNameMetaFieldDef) return 0;
  const own =
    (fieldPrices[`Mutation.${field.name}`] ?? mutationPoints) +
    inputPoints(field.name, (name) => argumentValue(walk, nodes[0], name));
  const kind = classifyField(field.type);
  const children = kind.pays === 'object' ? below(walk, visited, kind.type, paidElsewhere) : 0;
  walk.note?.(path, withoutDust(own), children);
  return own + children;
}

/** How a walk over an operation counts. */
interface Walk extends SelectionContext {
  /** Sizes come from the response; fields that the response does not hold cost nothing. */
  readonly actual: boolean;
  /** Told about each field, inner ones first. `childrenCost` is `null` for scalars. */
  readonly note?: (path: readonly string[], definedCost: number, childrenCost: number | null) => void;
  /** What was selected where: the nodes of a page have it all in common. */
  readonly selected: Map<SelectionSetNode, Map<GraphQLObjectType, readonly SelectedField[]>>;
}

/** One field of a selection that costs something, or that somebody wants to hear of. */
interface SelectedField extends Pick<Visit, 'field' | 'nodes'> {
  readonly key: string;
}

/**
 * One field of a selection, with its values where the walk has a response: one of each object that has been answered.
 */
interface Visit {
  readonly parent: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
  readonly nodes: FieldNodes;
  readonly values: readonly unknown[];
  readonly path: readonly string[];
}

/** Gives the points of one field with all below it. */
type Price = (walk: Walk, visit: Visit) => number;

/** The sum over the fields that objects of one type select. What a list has answered is looked at together. */
function objectSelection(
  walk: Walk,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  answered: readonly unknown[],
  path: readonly string[],
  price: Price = fieldPoints,
): number {
  let points = 0;
  for (const { key, field, nodes } of selectedFields(walk, type, sets)) {
    const values = walk.actual ? valuesOf(answered, key) : [];
    if (walk.actual && values.length === 0) continue;
    points += price(walk, { parent: type, field, nodes, values, path: walk.note ? [...path, key] : path });
  }
  return points;
}

function selectedFields(
  walk: Walk,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): readonly SelectedField[] {
  const [set] = sets;
  const isAlone = sets.length === 1;
  const known = isAlone && set && walk.selected.get(set)?.get(type);
  if (known) return known;
  const fields = [...collectFields(walk, type, sets)].flatMap(([key, nodes]): readonly SelectedField[] => {
    const { value: name } = nodes[0].name;
    const field = type.getFields()[name] ?? introspection[name];
    if (!field) return [];
    const isFree =
      classifyField(field.type).pays === 'nothing' &&
      fieldPrices[`${type.name}.${name}`] === undefined &&
      !isCountedWhenAnswered(type, field) &&
      name !== 'pageInfo';
    // A mutation is paid for whatever it gives.
    return isFree && !walk.note && type.name !== 'Mutation' ? [] : [{ key, field, nodes }];
  });
  if (isAlone && set) {
    const byType = walk.selected.get(set) ?? new Map<GraphQLObjectType, readonly SelectedField[]>();
    walk.selected.set(set, byType.set(type, fields));
  }
  return fields;
}

/** A field that is not in the schema's types. */
const introspection: Readonly<Record<string, GraphQLField<unknown, unknown>>> = {
  __schema: SchemaMetaFieldDef,
  __type: TypeMetaFieldDef,
  __typename: TypeNameMetaFieldDef,
};

/**
 * Whether a field adds nothing to the requested cost, and a point to the actual one: `__typename`, and parts of an
 * introspection. (Recorded.)
 */
function isCountedWhenAnswered(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): boolean {
  return field === TypeNameMetaFieldDef || (type.name.startsWith('__') && introspected.has(field.name));
}

const introspected: ReadonlySet<string> = new Set(['kind', 'isDeprecated', 'deprecationReason']);

/** The price of most fields: scalars 0, objects 1, connections by their size. */
function fieldPoints(walk: Walk, visit: Visit): number {
  const kind = classifyField(visit.field.type);
  if (kind.pays === 'connection') return connection(walk, visit, kind.type);
  if (isCountedWhenAnswered(visit.parent, visit.field)) return walk.actual ? answeredTypeNamePoints : 0;
  // The points requested for lists of an introspection are refunded. (Recorded.)
  if (walk.actual && visit.parent.name.startsWith('__') && visit.values.every(Array.isArray))
    return kind.pays === 'object' ? below(walk, visit, kind.type) : 0;
  const price = fieldPrices[`${visit.parent.name}.${visit.field.name}`];
  const own = price ?? (kind.pays === 'object' ? objectPrice(visit, kind.type) : 0);
  const children = kind.pays === 'object' ? below(walk, visit, kind.type) : null;
  walk.note?.(visit.path, own, children);
  return own + (children ?? 0);
}

function objectPrice({ parent, field }: Visit, type: GraphQLCompositeType): number {
  if (parent.name === 'QueryRoot' && type.name === 'Count') return rootCountPoints;
  const isNode = field.name === 'nodes' || (field.name === 'node' && parent.name.endsWith('Edge'));
  const price = typePrices[type.name] ?? objectPoints;
  return isNode ? Math.max(objectPoints, price) : price;
}

/** The price of an object field that is charged elsewhere: only the fields below it count. */
function paidElsewhere(walk: Walk, visit: Visit): number {
  const kind = classifyField(visit.field.type);
  if (kind.pays !== 'object') return fieldPoints(walk, visit);
  const children = below(walk, visit, kind.type);
  walk.note?.(visit.path, 0, children);
  return children;
}

/** What objects answered for one field. Those that do not have it are of other types. */
function valuesOf(answered: readonly unknown[], key: string): readonly unknown[] {
  const values: unknown[] = [];
  for (const one of answered) {
    const value = isRecord(one) ? one[key] : undefined;
    if (value !== undefined) values.push(value);
  }
  return values;
}

/** Points below an object field: of the possible types, the most expensive counts. */
function below(walk: Walk, visit: Visit, type: GraphQLCompositeType, price: Price = fieldPoints): number {
  const sets = selectionSets(visit.nodes);
  const entries = visit.values.flat().filter(isRecord);
  // Seen: `product: null` costs 1, whatever is selected below it.
  // https://community.shopify.dev/t/unexpectedly-low-graphql-query-cost-in-shopify-admin-api-seeking-clarification/23101
  if (walk.actual && entries.length === 0) return 0;
  let highest = 0;
  for (const candidate of candidateTypes(walk, type, sets))
    highest = Math.max(highest, objectSelection(walk, candidate, sets, entries, visit.path, price));
  return highest;
}

/**
 * A connection: 2, and its most expensive node times the multiplier of its size. In the end it is charged for the share
 * of the page that came; the `nodes` of an empty page are charged as so many plain objects, without what stands below
 * them (recorded: of 50 store credit accounts, none of which came, 7 of 42).
 */
function connection(walk: Walk, visit: Visit, type: GraphQLObjectType): number {
  const size = pageSize(walk, visit);
  const multiplier = connectionMultiplier(size);
  const page = { size, perNode: 0, came: 0, hasPageInfo: false };
  const asked = objectSelection(walk, type, selectionSets(visit.nodes), visit.values, visit.path, (inner, child) => {
    const { name } = child.field;
    page.hasPageInfo ||= name === 'pageInfo';
    if (name !== 'nodes' && name !== 'edges') return fieldPoints(inner, child);
    // An edge is only a wrapper around its node.
    const perNode = name === 'nodes' ? fieldPoints(inner, child) : paidElsewhere(inner, child);
    if (!walk.actual) return perNode * multiplier;
    // Pages of one connection in several objects count as one, of their mean size.
    const came = child.values.flat().length / child.values.length;
    if (came === 0) return Math.min(objectPoints, perNode) * multiplier;
    page.perNode += perNode;
    page.came = came;
    return 0;
  });
  walk.note?.(visit.path, connectionPoints, asked);
  return connectionPoints + asked + (page.came > 0 ? chargedForPage(page) : 0);
}

function pageSize(walk: Walk, { nodes: [node] }: Visit): number {
  const asked = argumentValue(walk, node, 'first') ?? argumentValue(walk, node, 'last');
  return typeof asked === 'number' ? asked : largestPage;
}

/** What all nodes of one field select. */
function selectionSets(nodes: FieldNodes): readonly SelectionSetNode[] {
  return nodes.flatMap((node) => node.selectionSet ?? []);
}

/**
 * Charges that differ from the published rule, as Shopify's may: each operation by its own factor between
 * `1 - skew` and `1 + skew`, the same one for the same seed and name.
 */
export function skewedCharge(skew: number, seed: number): (operation: PreparedOperation, points: number) => number {
  return (operation, points) => {
    const luck = createRandom(seed, operation.name)();
    return chargedPoints(points * (1 + (2 * luck - 1) * skew));
  };
}
