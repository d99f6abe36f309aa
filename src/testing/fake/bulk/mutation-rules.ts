import type { GraphQLSchema } from 'graphql';
import { rootFields } from '../cost/selection.ts';
import type { PreparedOperation } from '../model.ts';
import type { BulkProblem } from './problem.ts';
import { connectionsIn, readShape } from './queries.ts';
import { readInnerOperation } from './read-document.ts';

/** Connections that the selection of a bulk mutation may have. https://shopify.dev/docs/api/usage/bulk-operations/imports */
const maxConnections = 1;

/** Mutations that cannot run inside a bulk operation. */
const notAllowed: ReadonlySet<string> = new Set([
  'bulkOperationCancel',
  'bulkOperationRunMutation',
  'bulkOperationRunQuery',
]);

/** A bulk mutation that may run, or all that is wrong with it. */
type CheckedMutation =
  | { readonly ok: true; readonly operation: PreparedOperation }
  | { readonly ok: false; readonly problems: readonly BulkProblem[] };

/** Checks a bulk mutation as Shopify does before it looks at the file. */
export function checkBulkMutation(schema: GraphQLSchema, mutation: string): CheckedMutation {
  const inner = readInnerOperation(schema, mutation);
  const problems = inner.ok
    ? brokenRules(inner.operation)
    : inner.messages.map((message) => unusable(`Failed to parse the mutation - ${message}`));
  if (!inner.ok || problems.length > 0) return { ok: false, problems };
  return inner;
}

function brokenRules(operation: PreparedOperation): BulkProblem[] {
  if (operation.kind !== 'mutation') {
    return [unusable('Invalid operation type. Only `mutation` operations are supported.')];
  }
  const names = [...rootFields(operation).values()].map(([node]) => node.name.value);
  if (names.length !== 1) return [refusedField('You must specify a single top level mutation.')];
  if (names.some((name) => notAllowed.has(name))) return [refusedField('You must use an allowed mutation name.')];
  if (connectionsIn(readShape(operation)).length > maxConnections) {
    return [refusedField(`Bulk mutations cannot contain more than ${maxConnections} connection.`)];
  }
  return [];
}

const unusable = (message: string): BulkProblem => ({ code: 'INVALID_MUTATION', field: null, message });

/** As seen on Shopify, without a code. */
const refusedField = (message: string): BulkProblem => ({ code: null, field: ['mutation'], message });
