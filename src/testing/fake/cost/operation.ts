import type { PreparedOperation } from '../model.ts';
import { argumentPoints } from './input.ts';
import { classifyField, mutationPoints, roundPoints } from './rule.ts';
import { argumentValue, rootType, selectionContext } from './selection.ts';
import { below, fieldPoints, objectSelection, paidElsewhere, type Visit, type Walk } from './walk.ts';

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
