import {
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLError,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isListType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { isRecord } from '../../../internal/json.ts';
import { classifyField, type FieldClass } from '../cost/field-class.ts';
import {
  candidateTypes,
  collectFields,
  rootFields,
  rootType,
  type SelectionContext,
  selectionContext,
} from '../cost/selection.ts';
import type { UserError } from '../graphql/errors.ts';
import { coerceVariables } from '../graphql/prepare.ts';
import { syntaxEntry } from '../graphql/syntax-errors.ts';
import { validateDocument } from '../graphql/validation.ts';
import type { PreparedOperation } from '../model.ts';

/** Connections that a bulk query may have. https://shopify.dev/docs/api/usage/bulk-operations/queries */
const maxQueryConnections = 5;

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
  // A bulk query takes no variables, so they have their defaults.
  const variables = coerceVariables(schema, operation.definition, {});
  if ('errors' in variables) return { ok: false, messages: variables.errors.map(({ message }) => invalid(message)) };
  const checked = { ...operation, variables: variables.values };
  const messages = brokenQueryRules(checked);
  return messages.length > 0 ? { ok: false, messages } : { ok: true, operation: checked };
}

const invalid = (message: string): string => `Invalid bulk query: ${message}`;

function brokenQueryRules(operation: PreparedOperation): string[] {
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
    [
      connections.length > maxQueryConnections,
      `Bulk queries cannot contain more than ${maxQueryConnections} connections.`,
    ],
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

/** What a selection of one object holds besides its plain values. */
interface ObjectShape {
  /** Whether `id` is selected under its own name. */
  readonly hasId: boolean;
  /** By response key. */
  readonly connections: ReadonlyMap<string, ConnectionShape>;
  /** Objects and lists of objects that have connections somewhere below, by response key. */
  readonly objects: ReadonlyMap<string, ObjectShape>;
}

/** A connection of a selection. */
interface ConnectionShape {
  /** Its field. */
  readonly name: string;
  /** The type of its nodes; `undefined` where none are selected. */
  readonly nodeType: GraphQLCompositeType | undefined;
  /** Whether it is inside a list that is not a connection. */
  readonly inList: boolean;
  /** Whether the nodes are selected by `edges { node { … } }`, and in no other way. */
  readonly byEdges: boolean;
  readonly node: ObjectShape;
}

/** One field of a selection, put together from wherever it is selected. */
interface SelectedField {
  readonly name: string;
  readonly kind: FieldClass;
  readonly isList: boolean;
  readonly sets: Set<SelectionSetNode>;
}

const emptyShape: ObjectShape = { hasId: false, connections: new Map(), objects: new Map() };

/** Reads the connections of an operation: through fragments, objects and interfaces. */
export function readShape(operation: PreparedOperation): ObjectShape {
  return objectShape(selectionContext(operation), rootType(operation), [operation.definition.selectionSet], false);
}

/** A connection, and how many stand around it. */
interface PlacedConnection {
  readonly connection: ConnectionShape;
  readonly depth: number;
}

/** All connections of a shape, outer ones before inner ones. */
function connectionsIn(shape: ObjectShape, depth = 0): readonly PlacedConnection[] {
  const own = [...shape.connections.values()].flatMap((connection) => [
    { connection, depth },
    ...connectionsIn(connection.node, depth + 1),
  ]);
  return [...own, ...[...shape.objects.values()].flatMap((object) => connectionsIn(object, depth))];
}

function objectShape(
  context: SelectionContext,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  inList: boolean,
): ObjectShape {
  const fields = selectedFields(context, type, sets);
  const connections = new Map<string, ConnectionShape>();
  const objects = new Map<string, ObjectShape>();
  for (const [key, { name, kind, isList, sets: inner }] of fields) {
    if (kind.pays === 'connection') connections.set(key, connectionShape(context, name, kind.type, [...inner], inList));
    if (kind.pays !== 'object') continue;
    const shape = objectShape(context, kind.type, [...inner], inList || isList);
    if (shape.connections.size > 0 || shape.objects.size > 0) objects.set(key, shape);
  }
  return { hasId: fields.get('id')?.name === 'id', connections, objects };
}

function connectionShape(
  context: SelectionContext,
  name: string,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  inList: boolean,
): ConnectionShape {
  const fields = selectedFields(context, type, sets);
  const edges = named(fields, 'edges');
  const inEdges = edges.flatMap(([, { kind, sets: inner }]) =>
    kind.pays === 'object' ? named(selectedFields(context, kind.type, [...inner]), 'node') : [],
  );
  const contents = [...inEdges, ...named(fields, 'nodes')];
  const [first] = contents;
  const nodeType = first?.[1].kind.pays === 'object' ? first[1].kind.type : undefined;
  const nodeSets = contents.flatMap(([, content]) => [...content.sets]);
  return {
    name,
    inList,
    nodeType,
    byEdges: contents.length === 1 && edges[0]?.[0] === 'edges' && inEdges[0]?.[0] === 'node',
    node: nodeType ? objectShape(context, nodeType, nodeSets, false) : emptyShape,
  };
}

/** The fields of one name, each with its response key. */
function named(fields: ReadonlyMap<string, SelectedField>, name: string): (readonly [string, SelectedField])[] {
  return [...fields].filter(([, field]) => field.name === name);
}

/** The fields of a selection by response key; those of an interface are put together over its types. */
function selectedFields(
  context: SelectionContext,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
): ReadonlyMap<string, SelectedField> {
  const fields = new Map<string, SelectedField>();
  for (const candidate of candidateTypes(context, type, sets)) {
    for (const [key, nodes] of collectFields(context, candidate, sets)) {
      const definition = candidate.getFields()[nodes[0].name.value];
      // A field without a definition is introspection.
      if (!definition) continue;
      const field = fields.get(key) ?? {
        name: definition.name,
        kind: classifyField(definition.type),
        isList: isListType(getNullableType(definition.type)),
        sets: new Set(),
      };
      fields.set(key, field);
      for (const node of nodes) if (node.selectionSet) field.sets.add(node.selectionSet);
    }
  }
  return fields;
}

/** One line of a result. */
export interface BulkLine {
  /** JSON, without the line break. */
  readonly text: string;
  /** Whether it hangs on no other line. */
  readonly isRoot: boolean;
}

/** A node of the response, taken out of its connection. */
interface TakenNode {
  readonly line: BulkLine;
  /** One list for each of its connections. */
  readonly children: readonly (readonly TakenNode[])[];
}

/**
 * Writes a response as lines: one for each node, nested ones with `__parentId` and after their parent. Grouped, they
 * follow it at once. Else they are spread among the lines after it, so that whoever joins them by place is found out;
 * siblings keep their order.
 *
 * @param random Gives numbers in [0, 1) for the spread.
 */
export function queryLines(
  shape: ObjectShape,
  data: unknown,
  options: { readonly grouped: boolean; readonly random: () => number },
): readonly BulkLine[] {
  const roots = takeNodes(shape, data, undefined).flat();
  return options.grouped ? roots.flatMap(withChildren) : spread(roots, options.random);
}

/** The nodes of the connections in an object, wherever they stand in it. */
function takeNodes(shape: ObjectShape, data: unknown, parentId: string | undefined): (readonly TakenNode[])[] {
  if (!isRecord(data)) return [];
  return [
    ...[...shape.connections].map(([key, connection]) => nodesIn(connection, data[key], parentId)),
    ...[...shape.objects].flatMap(([key, object]) => takeNodes(object, data[key], parentId)),
  ];
}

/** A connection as a bulk query selects it. Some have no value, and some of their edges lead nowhere. */
type Answer = { readonly edges: readonly { readonly node: Readonly<Record<string, unknown>> | null }[] } | null;

function nodesIn({ node: shape }: ConnectionShape, connection: unknown, parentId: string | undefined): TakenNode[] {
  const { edges } = (connection as Answer) ?? { edges: [] };
  return edges.flatMap(({ node }) => {
    if (node === null) return [];
    const own = { ...withoutConnections(shape, node), ...(parentId !== undefined && { __parentId: parentId }) };
    const line = { text: JSON.stringify(own), isRoot: parentId === undefined };
    // The rules of bulk queries see to it that a node with children has its id.
    return [{ line, children: takeNodes(shape, node, String(node.id)) }];
  });
}

function withoutConnections(shape: ObjectShape, node: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(node).filter(([key]) => !shape.connections.has(key));
  return Object.fromEntries(
    kept.map(([key, value]) => {
      const inner = shape.objects.get(key);
      return [key, inner && isRecord(value) ? withoutConnections(inner, value) : value];
    }),
  );
}

const withChildren = ({ line, children }: TakenNode): BulkLine[] => [line, ...children.flat().flatMap(withChildren)];

/** How far behind its parent a line may come: as a share of the root lines, and in lines at least. */
const reach = { share: 0.2, least: 3 };

function spread(roots: readonly TakenNode[], random: () => number): BulkLine[] {
  const placed: { readonly at: number; readonly line: BulkLine }[] = [];
  const width = Math.max(reach.least, roots.length * reach.share);
  const place = ({ line, children }: TakenNode, at: number): void => {
    placed.push({ at, line });
    for (const siblings of children) {
      let from = at;
      for (const child of siblings) {
        from += random() * (width / siblings.length);
        place(child, from);
      }
    }
  };
  roots.forEach(place);
  // Sorting is stable: of lines at one place the parent stays in front.
  return placed.sort((a, b) => a.at - b.at).map(({ line }) => line);
}

/** The operation inside a bulk operation, without values for its variables; or all that is wrong with it. */
type InnerOperation =
  | { readonly ok: true; readonly operation: PreparedOperation }
  | { readonly ok: false; readonly messages: readonly string[] };

/** Parses and validates the text of a bulk operation. */
function readInnerOperation(schema: GraphQLSchema, text: string): InnerOperation {
  const document = parsed(text);
  if (typeof document === 'string') return { ok: false, messages: [document] };
  const errors = validateDocument(schema, document);
  if (errors.length > 0) return { ok: false, messages: errors.map(({ message }) => message) };
  const [definition, ...others] = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (!definition || others.length > 0) return { ok: false, messages: ['A single operation is required'] };
  const kind = definition.operation === 'mutation' ? 'mutation' : 'query';
  const name = definition.name?.value ?? '';
  return { ok: true, operation: { schema, document, definition, name, kind, rootFields: [], variables: {} } };
}

function parsed(text: string): DocumentNode | string {
  try {
    return parse(text);
  } catch (error) {
    return syntaxEntry(error as GraphQLError, text).message;
  }
}

/**
 * Connections that the selection of a bulk mutation may have.
 * https://shopify.dev/docs/api/usage/bulk-operations/imports
 */
const maxMutationConnections = 1;

/** Mutations that cannot run inside a bulk operation. */
const notAllowed: ReadonlySet<string> = new Set([
  'bulkOperationCancel',
  'bulkOperationRunMutation',
  'bulkOperationRunQuery',
]);

/** A bulk mutation that may run, or all that is wrong with it. */
type CheckedMutation =
  | { readonly ok: true; readonly operation: PreparedOperation }
  | { readonly ok: false; readonly userErrors: readonly UserError[] };

/** Checks a bulk mutation as Shopify does before it looks at the file. */
export function checkBulkMutation(schema: GraphQLSchema, mutation: string): CheckedMutation {
  const inner = readInnerOperation(schema, mutation);
  const userErrors = inner.ok
    ? brokenMutationRules(inner.operation)
    : inner.messages.map((message) => unusable(`Failed to parse the mutation - ${message}`));
  if (!inner.ok || userErrors.length > 0) return { ok: false, userErrors };
  return inner;
}

function brokenMutationRules(operation: PreparedOperation): UserError[] {
  if (operation.kind !== 'mutation') {
    return [unusable('Invalid operation type. Only `mutation` operations are supported.')];
  }
  const names = [...rootFields(operation).values()].map(([node]) => node.name.value);
  if (names.length !== 1) return [refusedField('You must specify a single top level mutation.')];
  if (names.some((name) => notAllowed.has(name))) return [refusedField('You must use an allowed mutation name.')];
  if (connectionsIn(readShape(operation)).length > maxMutationConnections) {
    return [refusedField(`Bulk mutations cannot contain more than ${maxMutationConnections} connection.`)];
  }
  return [];
}

const unusable = (message: string): UserError => ({ code: 'INVALID_MUTATION', field: null, message });

/** As seen on Shopify, without a code. */
const refusedField = (message: string): UserError => ({ code: null, field: ['mutation'], message });
