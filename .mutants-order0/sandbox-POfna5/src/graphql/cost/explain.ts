// @ts-nocheck
import type { DocumentNode } from 'graphql';
import { isDocumentNode, type TypedDocument, type UntypedDocument } from '../document.ts';
import { parseOperation, printDocument } from '../parse.ts';
import { type CostWatch, estimateCost } from './estimate.ts';
import { chargedPoints, withoutDust } from './rule.ts';

/** What an operation will ask for, and why. */
export interface CostExplanation {
  /** Whole points, as Shopify names them in `requestedQueryCost`. */
  readonly points: number;
  /** What costs something, the most expensive first. */
  readonly fields: readonly FieldCost[];
  /** Names of the variables that the points depend on: page sizes, `@skip` and `@include`, input of mutations. */
  readonly variables: readonly string[];
}

/** One field's share of an operation's points. */
export interface FieldCost {
  /** Response keys from the root, joined by dots, such as `products.nodes.variants`. */
  readonly path: string;
  /** Points of the field with all below it, for all pages around it together. May be a fraction. */
  readonly points: number;
  /** Of a connection: nodes of a page. 250, the largest, where the document does not say. */
  readonly pageSize?: number;
  /** Of a connection: how often a page of that size makes each node count, such as 4 for 10 nodes. */
  readonly multiplier?: number;
  /** Names of the variables that its points depend on, those below it included. */
  readonly variables: readonly string[];
}

/**
 * What an operation will ask for, without sending it: its points, the share of each field, and which variables they
 * depend on. It knows names and not the schema, and follows a rule that Shopify has published in part; the client
 * corrects it by each response. What the response comes to (`actualQueryCost`) is at most that, as a rule.
 *
 * A fragment that is used in several places is broken down at the first, and counts at each.
 *
 * @param variables Values as they would be sent. A page size that is missing counts as 250.
 * @param options.operationName Which operation of a document with several.
 * @throws ValidationError where the document is no GraphQL, is nested too deep, or holds no such operation.
 *
 * @example
 * const { points, fields } = explainCost(`query ($n: Int) { products(first: $n) { nodes { id } } }`, { n: 50 });
 * // points 9; fields[0] { path: 'products', points: 9, pageSize: 50, multiplier: 7, variables: ['n'] }
 */
export function explainCost(
  document: string | TypedDocument<unknown, never> | UntypedDocument,
  variables: object = {},
  options: { readonly operationName?: string } = {},
): CostExplanation {
  const source = isDocumentNode(document) ? printDocument(document) : String(document);
  const operation = parseOperation(source, options);
  return explainParsed(operation.document, variables, options.operationName);
}

/** A field whose share is being counted. */
interface Share {
  readonly path: string;
  readonly variables: Set<string>;
  page?: { readonly pageSize: number; readonly multiplier: number };
}

/** The explanation of an operation that is parsed already. */
export function explainParsed(document: DocumentNode, variables: object, operationName?: string): CostExplanation {
  const fields = new Map<string, FieldCost>();
  const root: Share = { path: '', variables: new Set() };
  const around: Share[] = [];
  let current = root;
  const selections = new Map<string, ReadonlySet<string>>();

  const watch: CostWatch = {
    enter(path) {
      around.push(current);
      current = { path, variables: new Set() };
    },
    page(pageSize, multiplier) {
      current.page = { pageSize, multiplier };
    },
    leave(points) {
      const { path, variables: read, page } = current;
      current = around.pop() ?? root;
      for (const name of read) current.variables.add(name);
      // Of a field that two types have, the more expensive counts.
      if (points <= (fields.get(path)?.points ?? 0)) return;
      fields.set(path, { path, points: withoutDust(points), ...page, variables: [...read] });
    },
    counted: (selection) => selections.set(selection, new Set(current.variables)),
    again(selection) {
      for (const name of selections.get(selection) ?? []) current.variables.add(name);
    },
  };
  const onRead = (name: string): void => void current.variables.add(name);
  const points = estimateCost(document, { ...variables }, operationName, { watch, onRead });
  return {
    points: chargedPoints(points),
    fields: [...fields.values()].sort((one, other) => other.points - one.points),
    variables: [...root.variables],
  };
}
