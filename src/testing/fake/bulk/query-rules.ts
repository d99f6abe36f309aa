import { type GraphQLCompositeType, type GraphQLSchema, isAbstractType } from 'graphql';
import { rootFields } from '../cost/selection.ts';
import { coerceVariables } from '../graphql/variables.ts';
import type { PreparedOperation } from '../model.ts';
import { type ConnectionShape, connectionsIn, readShape } from './queries.ts';
import { type InnerOperation, readInnerOperation } from './read-document.ts';

/** Connections that a bulk query may have. https://shopify.dev/docs/api/usage/bulk-operations/queries */
const maxConnections = 5;

/** Connections that may stand around a connection. */
const maxDepth = 2;

/** Checks a bulk query as Shopify does before it accepts it: against the schema, then by the rules of bulk queries. */
export function checkBulkQuery(schema: GraphQLSchema, query: string): InnerOperation {
  const inner = readInnerOperation(schema, query);
  if (!inner.ok) return { ok: false, messages: inner.messages.map(invalid) };
  const { operation } = inner;
  if (operation.kind !== 'query') {
    return { ok: false, messages: ['Invalid operation type. Only `query` operations are supported.'] };
  }
  // There is no way to give values to variables: they have their defaults.
  const variables = coerceVariables(schema, operation.definition, {});
  if ('errors' in variables) return { ok: false, messages: variables.errors.map(({ message }) => invalid(message)) };
  const checked = { ...operation, variables: variables.values };
  const messages = brokenRules(checked);
  return messages.length > 0 ? { ok: false, messages } : { ok: true, operation: checked };
}

const invalid = (message: string): string => `Invalid bulk query: ${message}`;

function brokenRules(operation: PreparedOperation): string[] {
  const roots = [...rootFields(operation).values()].map(([node]) => node.name.value);
  const connections = connectionsIn(readShape(operation));
  const namesOf = (test: (connection: ConnectionShape) => boolean): string[] =>
    connections.filter(({ connection }) => test(connection)).map(({ connection }) => connection.name);

  const notByEdges = namesOf(({ byEdges }) => !byEdges);
  const notNodes = namesOf(({ nodeType }) => nodeType !== undefined && !isNode(operation.schema, nodeType));
  const withoutId = namesOf(({ node }) => !node.hasId && connectionsIn(node).length > 0);
  const rules: readonly (readonly [isBroken: boolean, message: string])[] = [
    [roots.length > 1, 'Bulk queries must have a single top level field.'],
    [
      notByEdges.length > 0,
      "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: " +
        `'${notByEdges[0]} { edges { node {'. Selecting via 'nodes' is not supported. ` +
        `Invalid connection fields: '${notByEdges.join("', '")}'.`,
    ],
    [roots.includes('node'), 'Bulk queries cannot contain a top level `node` field.'],
    [roots.includes('nodes'), 'Bulk queries cannot contain a top level `nodes` field.'],
    [
      connections.some(({ depth }) => depth > maxDepth),
      `Bulk queries cannot contain connections with a nesting depth greater than ${maxDepth}.`,
    ],
    [connections.length > maxConnections, `Bulk queries cannot contain more than ${maxConnections} connections.`],
    [
      withoutId.length > 0,
      "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of " +
        `'ID' return type. Connection fields without 'id': ${withoutId.join(', ')}.`,
    ],
    [
      namesOf(({ inList }) => inList).length > 0,
      'Queries that contain a connection field within a list field are not currently supported.',
    ],
    [
      notNodes.length > 0,
      `The nodes of all connections in a bulk query must implement 'Node'. Invalid connection fields: ${notNodes.join(', ')}.`,
    ],
    [connections.length === 0, 'Bulk queries must contain at least one connection.'],
  ];
  return rules.flatMap(([isBroken, message]) => (isBroken ? [message] : []));
}

/** Whether all things of a type are nodes. */
function isNode(schema: GraphQLSchema, type: GraphQLCompositeType): boolean {
  const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
  return types.every((each) => each.getInterfaces().some(({ name }) => name === 'Node'));
}
