import type { GraphQLCompositeType, GraphQLField, GraphQLObjectType, SelectionSetNode } from 'graphql';
import { isRecord } from '../../../internal/json.ts';
import { classifyField, connectionMultiplier, connectionPoints, maxPageSize, objectPoints } from './rule.ts';
import { argumentValue, candidateTypes, collectFields, type FieldNodes, type SelectionContext } from './selection.ts';

/** How a walk over an operation counts. */
export interface Walk extends SelectionContext {
  /** Sizes come from the answer; fields that the answer does not hold cost nothing. */
  readonly actual: boolean;
  /** Told about each field, inner ones first. `childrenCost` is `null` for scalars. */
  readonly note: (path: readonly string[], definedCost: number, childrenCost: number | null) => void;
}

/** One field of an object's selection, with its value where the walk has an answer. */
export interface Visit {
  readonly field: GraphQLField<unknown, unknown>;
  readonly nodes: FieldNodes;
  readonly value: unknown;
  readonly path: readonly string[];
}

/** Gives the points of one field with all below it. */
export type Price = (walk: Walk, visit: Visit) => number;

/** The sum over the fields that one object selects. */
export function objectSelection(
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
export function fieldPoints(walk: Walk, visit: Visit): number {
  const kind = classifyField(visit.field.type);
  if (kind.pays === 'connection') return connection(walk, visit, kind.type);
  const own = kind.pays === 'object' ? objectPoints : 0;
  const children = kind.pays === 'object' ? below(walk, visit, kind.type) : null;
  walk.note(visit.path, own, children);
  return own + (children ?? 0);
}

/** The price of an object field that is paid for elsewhere: only what stands below it counts. */
export function paidElsewhere(walk: Walk, visit: Visit): number {
  const kind = classifyField(visit.field.type);
  if (kind.pays !== 'object') return fieldPoints(walk, visit);
  const children = below(walk, visit, kind.type);
  walk.note(visit.path, 0, children);
  return children;
}

/** Points below an object field: of a list's entries, and of the possible types, the dearest counts. */
export function below(walk: Walk, visit: Visit, type: GraphQLCompositeType, price: Price = fieldPoints): number {
  const sets = selectionSets(visit.nodes);
  const candidates = candidateTypes(walk, type, sets);
  const entries: readonly unknown[] = Array.isArray(visit.value) ? visit.value : [visit.value];
  let dearest = 0;
  for (const entry of entries) {
    // Seen: `product: null` costs 1, whatever is selected below it.
    // https://community.shopify.dev/t/unexpectedly-low-graphql-query-cost-in-shopify-admin-api-seeking-clarification/23101
    if (walk.actual && !isRecord(entry)) continue;
    for (const candidate of candidates) {
      dearest = Math.max(dearest, objectSelection(walk, candidate, sets, entry, visit.path, price));
    }
  }
  return dearest;
}

/** A connection: 2, and its dearest node times the multiplier of its size. */
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
export function selectionSets(nodes: FieldNodes): readonly SelectionSetNode[] {
  return nodes.flatMap((node) => node.selectionSet ?? []);
}
