import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';
import { type FieldListener, operationPoints } from '../../graphql/cost/estimate.ts';
import { givenValue, type Variables, variablesOf } from './values.ts';

/** What an operation will ask for, as far as its text and variables tell. */
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
  return { cost: estimate(document, variables, operationName, {}) };
}

/** An estimate with the share of each field, the dearest first: for messages, not for each call. */
export function explainCost(
  document: DocumentNode,
  variables?: Readonly<Record<string, unknown>>,
  operationName?: string,
): CostEstimate & { readonly fields: readonly FieldCost[] } {
  const fields = new Map<string, number>();
  const listen: FieldListener = (path, points) => fields.set(path, Math.max(points, fields.get(path) ?? 0));
  const cost = estimate(document, variables, operationName, { listen });
  return {
    cost,
    fields: [...fields].map(([path, points]) => ({ path, cost: points })).sort((one, other) => other.cost - one.cost),
  };
}

/** Estimates one operation in whole points, for variables as they are sent. */
export type Estimator = (variables?: Readonly<Record<string, unknown>>) => number;

/**
 * An `estimateCost` for an operation that is sent again and again: it remembers the last cost, which is right
 * while the variables that count, such as page sizes, are the same. Input objects are counted anew each time.
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
  for (const [name, value] of read) if (!Object.is(givenValue(variables, name), value)) return false;
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
  const walk = { fragments, variables: variablesOf(operation, variables, onRead), listen };
  const root = { set: operation.selectionSet, within: undefined };
  // The dust of binary fractions must not cost a point.
  return Math.max(0, Math.ceil(operationPoints(walk, root, operation.operation === 'mutation') - 1e-6));
}
