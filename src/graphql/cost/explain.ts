import type { DocumentNode } from 'graphql';
import { checkNames } from '../../errors/errors.ts';
import { isDocumentNode, type TypedDocument, type UntypedDocument } from '../document.ts';
import { parseOperation, printDocument } from '../parse.ts';
import { type CostWatch, estimateCost } from './estimate.ts';
import { chargedPoints, withoutDust } from './rule.ts';

/** The cost of an operation, and where it comes from. */
export interface CostExplanation {
  /** Whole points, as in Shopify's `requestedQueryCost`. */
  readonly points: number;
  /** Fields that cost points, the most expensive first. */
  readonly fields: readonly FieldCost[];
  /** Names of the variables that the points depend on: page sizes, `@skip` and `@include`, input of mutations. */
  readonly variables: readonly string[];
}

/** One field's share of an operation's points. */
export interface FieldCost {
  /** Response keys from the root, joined by dots, such as `products.nodes.variants`. */
  readonly path: string;
  /** Points of the field including its subfields, for all enclosing pages together. May be a fraction. */
  readonly points: number;
  /** For a connection: nodes per page; 250, the largest, if the document does not say. */
  readonly pageSize?: number;
  /** For a connection: how many times each node counts with that page size, such as 4 for 10 nodes. */
  readonly multiplier?: number;
  /** Names of the variables that its points depend on, including those of its subfields. */
  readonly variables: readonly string[];
}

/**
 * Explains what an operation will cost, without sending it: its points, the share of each field, and the variables they
 * depend on. It knows names but not the schema, and follows a rule that Shopify has published in part; the client
 * corrects it with each response. The actual cost (`actualQueryCost`) is usually at most that.
 *
 * A fragment used in several places is broken down at the first, but counts at each.
 *
 * @param variables Values as they would be sent. A missing page size counts as 250.
 * @param options.operationName The operation to explain, if the document has several.
 * @throws ValidationError if the document is not valid GraphQL, is nested too deep, or has no such operation.
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
  checkNames(options, { operationName: true });
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

/** Explains an operation that is already parsed. */
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
      // If two types have the field, the more expensive one counts.
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
