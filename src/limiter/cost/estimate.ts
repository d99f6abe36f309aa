import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';
import { variablesOf } from './values.ts';
import { type FieldListener, operationPoints } from './walk.ts';

/** What an operation will ask for, as far as its text and variables tell. */
export interface CostEstimate {
  /** Whole points, rounded up. */
  readonly cost: number;
}

/** One field's share of an estimate. */
export interface FieldCost {
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
  return { cost: estimate(document, variables, operationName) };
}

/** An estimate with the share of each field, the dearest first: for messages, not for each call. */
export function explainCost(
  document: DocumentNode,
  variables?: Readonly<Record<string, unknown>>,
  operationName?: string,
): CostEstimate & { readonly fields: readonly FieldCost[] } {
  const fields = new Map<string, number>();
  const cost = estimate(document, variables, operationName, (path, points) => {
    fields.set(path, Math.max(points, fields.get(path) ?? 0));
  });
  return {
    cost,
    fields: [...fields].map(([path, points]) => ({ path, cost: points })).sort((one, other) => other.cost - one.cost),
  };
}

function estimate(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>> | undefined,
  operationName: string | undefined,
  listen?: FieldListener,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
    if (definition.kind !== 'OperationDefinition' || operation) continue;
    if (operationName === undefined || definition.name?.value === operationName) operation = definition;
  }
  if (!operation) return 0;
  const walk = { fragments, variables: variablesOf(operation, variables), listen };
  const root = { set: operation.selectionSet, within: undefined };
  // The dust of binary fractions must not cost a point.
  return Math.max(0, Math.ceil(operationPoints(walk, root, operation.operation === 'mutation') - 1e-6));
}
