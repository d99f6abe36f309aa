// One file: every step from a document to the text of a bulk operation works on the same syntax tree.
import type {
  ArgumentNode,
  DirectiveNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
  TypeNode,
  ValueNode,
} from 'graphql';
import { parse, print } from 'graphql/language';
import { schemaVersions } from '../config/generated/api-versions.ts';
import { type Issue, ValidationError } from '../errors/errors.ts';
import { definitionParts, schemaDefinitions, schemaText } from '../graphql/schema-file.ts';
import { isRecord, ownValue } from '../internal/json.ts';
import { nearestName } from '../internal/names.ts';

/** A connection of a bulk query, described for joining its lines. */
export interface BulkConnection {
  /** Response keys that lead to it from its parent node, or from the root. */
  readonly path: readonly string[];
  /** Key that marks its lines, if they could be mistaken for those of another connection. */
  readonly marker: string | undefined;
  /** Response keys that its lines can have. */
  readonly keys: ReadonlySet<string>;
  readonly connections: readonly BulkConnection[];
}

/** A bulk query that is ready to be sent. */
export interface BulkQuery {
  /** Without variables, fragments and page sizes. */
  readonly text: string;
  readonly roots: readonly BulkConnection[];
}

/** Maximum connections, levels of connections and bytes. https://shopify.dev/docs/api/usage/bulk-operations/queries */
const limits = { connections: 5, levels: 3, bytes: 65_535 };

const invalid = (issues: readonly Issue[]): ValidationError =>
  new ValidationError('The document cannot run as a bulk operation', { issues });

/**
 * Checks a query against the rules of bulk queries, and prints it with the values of its variables inlined.
 *
 * @param operationName Name of the operation in the text, so that it can be found again.
 * @throws ValidationError listing each broken rule, and how to fix it.
 */
export function bulkQuery(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
  { apiVersion, operationName }: { readonly apiVersion: string; readonly operationName: string },
): BulkQuery {
  if (operation.operation !== 'query')
    throw invalid([{ field: 'document', message: 'is a mutation. Pass it to bulk.mutate, with its rows.' }]);
  const expanded = withoutPages(expand(operation.selectionSet, fragmentsOf(document), []));
  const { selectionSet, issues } = inlined(expanded, operation, given, apiVersion);
  issues.push(...brokenRules(selectionSet));
  const roots = issues.length > 0 ? [] : connectionsIn([selectionSet]);
  if (issues.length > 0) throw invalid(issues);
  const marked = mark(roots);
  const text = print({
    ...operation,
    name: { kind: 'Name', value: operationName } as never,
    variableDefinitions: [],
    selectionSet: rewritten(selectionSet, marked),
  });
  if (Buffer.byteLength(text) > limits.bytes) {
    const message = `has ${Buffer.byteLength(text)} bytes, but Shopify accepts ${limits.bytes}. Select fewer fields, or pass shorter lists of values.`;
    throw invalid([{ field: 'document', message }]);
  }
  return { text, roots: roots.map((connection) => described(connection, marked)) };
}

/** Reads the connections from the text of a bulk query. */
export function readBulkQuery(text: string): readonly BulkConnection[] {
  const document = parse(text, { noLocation: true });
  const operation = document.definitions.find((definition) => definition.kind === 'OperationDefinition');
  if (!operation) return [];
  const roots = connectionsIn([expand(operation.selectionSet, fragmentsOf(document), [])]);
  return roots.map((connection) => described(connection, new Map()));
}

/** A query for pages, converted to one for bulk. */
export interface PagedQuery {
  readonly operation: OperationDefinitionNode;
  /** Converts a node of a bulk result to the data of a page with only that node. */
  toPage(node: Record<string, unknown>): Record<string, unknown>;
}

/**
 * Converts a query for pages to one for bulk: `edges` instead of `nodes`.
 *
 * @throws ValidationError if it selects fields that only pages have.
 */
export function pagedQuery(document: DocumentNode, operation: OperationDefinitionNode): PagedQuery {
  const set = expand(operation.selectionSet, fragmentsOf(document), []);
  const [root, ...more] = connectionsIn([set]);
  const issues: Issue[] = [];
  const say = (message: string): void => void issues.push({ field: 'document', message });
  if (!root || more.length > 0) say('must have exactly one outermost connection to be read as pages.');
  for (const { name, sets } of root ? withInner(root) : []) {
    const inner = keysOf(sets);
    const edges = [...inner].flatMap(([key, fields]) => (key === 'edges' ? [...keysOf(below(fields)).keys()] : []));
    for (const key of [...inner.keys(), ...edges])
      if (!['nodes', 'edges', 'node', 'pageInfo'].includes(key))
        say(`selects ${key} in ${name}, which bulk does not return. Remove it, or read by pages.`);
  }
  if (!root || issues.length > 0) throw invalid(issues);
  return {
    operation: { ...operation, selectionSet: withEdges(set) },
    toPage: (node) => {
      const data: Record<string, unknown> = {};
      let holder = data;
      for (const key of root.path.slice(0, -1)) {
        const inner = {};
        holder[key] = inner;
        holder = inner;
      }
      holder[root.path.at(-1) ?? ''] = pageOf([node], root);
      return data;
    },
  };
}

function withEdges(set: SelectionSetNode): SelectionSetNode {
  const isPage = isConnection([set]);
  const selections = set.selections.map((selection): SelectionNode => {
    if (selection.kind === 'FragmentSpread' || !selection.selectionSet) return selection;
    const inner = { ...selection, selectionSet: withEdges(selection.selectionSet) };
    if (!isPage || inner.kind !== 'Field' || inner.name.value !== 'nodes') return inner;
    const field = (name: string, selectionSet: SelectionSetNode): FieldNode =>
      ({ kind: 'Field', name: { kind: 'Name', value: name }, selectionSet }) as FieldNode;
    const node = field('node', inner.selectionSet);
    return field('edges', { kind: 'SelectionSet', selections: [node] } as unknown as SelectionSetNode);
  });
  return { ...set, selections };
}

/** The `pageInfo` of a page that holds the whole connection. */
const lastPage: Readonly<Record<string, unknown>> = {
  ...{ hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
};

/** The object that holds a connection, and its key there; `undefined` if the object is null. */
export function holderOf(
  node: unknown,
  { path }: Pick<BulkConnection, 'path'>,
): { readonly holder: Record<string, unknown>; readonly key: string } | undefined {
  let holder = node;
  for (let step = 0; step < path.length - 1; step += 1)
    holder = isRecord(holder) ? holder[path[step] ?? ''] : undefined;
  return isRecord(holder) ? { holder, key: path.at(-1) ?? '' } : undefined;
}

/** Converts all nodes of a connection from the list that bulk returns to one page. */
function pageOf(nodes: readonly unknown[], { sets, connections }: FoundConnection): Record<string, unknown> {
  for (const node of nodes)
    for (const inner of connections) {
      const place = holderOf(node, inner);
      const list = place?.holder[place.key];
      if (place && Array.isArray(list)) place.holder[place.key] = pageOf(list, inner);
    }
  const page = [...keysOf(sets)].map(([key, fields]): [string, unknown] => {
    if (key === 'nodes') return [key, nodes];
    if (key === 'edges') return [key, nodes.map((node) => ({ node }))];
    const told = [...keysOf(below(fields))].map(([key, [{ name }]]) => [key, lastPage[name.value] ?? null]);
    return [key, Object.fromEntries(told)];
  });
  return Object.fromEntries(page);
}

/**
 * Checks a mutation against the rules of bulk mutations, and prints it under that operation name.
 *
 * @throws ValidationError listing each broken rule, and how to fix it.
 */
export function bulkMutation(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  operationName: string,
): { readonly text: string; readonly variables: ReadonlyMap<string, RowVariable> } {
  const issues: Issue[] = [];
  const say = (message: string): void => void issues.push({ field: 'document', message });
  const selectionSet = expand(operation.selectionSet, fragmentsOf(document), []);
  if (operation.operation !== 'mutation') say('is a query. Pass it to bulk.query.');
  const fields = keysOf([selectionSet]);
  if (fields.size !== 1)
    say(`has ${fields.size} top-level fields; a bulk mutation has one. Run one operation for each.`);
  for (const [{ name }] of fields.values())
    if (name.value.startsWith('bulkOperation')) say(`calls ${name.value}, which cannot run in bulk.`);
  const connections = connectionsIn([selectionSet]).flatMap(withInner);
  if (connections.length > 1)
    say(`selects ${connections.length} connections; the result of a bulk mutation may have one. Remove the others.`);
  if (issues.length > 0) throw invalid(issues);
  const variables = new Map<string, RowVariable>();
  for (const { variable, type, defaultValue } of operation.variableDefinitions ?? [])
    variables.set(variable.name.value, { type: print(type), isOptional: defaultValue !== undefined });
  const text = print({ ...operation, name: { kind: 'Name', value: operationName } as never, selectionSet });
  if (Buffer.byteLength(text) > limits.bytes)
    throw invalid([{ field: 'document', message: `has more than ${limits.bytes} bytes. Select fewer fields.` }]);
  return { text, variables };
}

const fragmentsOf = (document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === 'FragmentDefinition' ? [[definition.name.value, definition] as const] : [],
    ),
  );

/** Replaces named fragments with inline ones, so that each place where one is used can be changed separately. */
function expand(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  within: readonly string[],
): SelectionSetNode {
  const selections = set.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind !== 'FragmentSpread') {
      const { selectionSet } = selection;
      return [selectionSet ? { ...selection, selectionSet: expand(selectionSet, fragments, within) } : selection];
    }
    const name = selection.name.value;
    const fragment = fragments.get(name);
    if (!fragment || within.includes(name)) {
      const message = fragment ? `spreads the fragment ${name} within itself.` : `has no fragment ${name}.`;
      throw invalid([{ field: 'document', message }]);
    }
    const { directives = [] } = selection;
    const selectionSet = expand(fragment.selectionSet, fragments, [...within, name]);
    const inline = { kind: 'InlineFragment', typeCondition: fragment.typeCondition, directives, selectionSet };
    return [inline as unknown as SelectionNode];
  });
  return { ...set, selections };
}

/** The fields of some selections by response key. */
function keysOf(sets: readonly SelectionSetNode[]): Map<string, readonly [FieldNode, ...FieldNode[]]> {
  const keys = new Map<string, readonly [FieldNode, ...FieldNode[]]>();
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === 'InlineFragment') collect(selection.selectionSet);
      if (selection.kind !== 'Field') continue;
      const key = (selection.alias ?? selection.name).value;
      const known = keys.get(key);
      keys.set(key, known ? [...known, selection] : [selection]);
    }
  };
  for (const set of sets) collect(set);
  return keys;
}

const below = (fields: readonly FieldNode[]): SelectionSetNode[] =>
  fields.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));

/** Recognizes a connection by its fields, because the schema may not be available. */
function isConnection(sets: readonly SelectionSetNode[]): boolean {
  const names = [...keysOf(sets).values()].map(([{ name }]) => name.value);
  return names.some((name) => name === 'edges' || name === 'nodes');
}

/** A connection in the syntax tree. */
interface FoundConnection {
  readonly name: string;
  readonly path: readonly string[];
  readonly sets: readonly SelectionSetNode[];
  /** The selections of its nodes. */
  readonly nodes: readonly SelectionSetNode[];
  readonly connections: readonly FoundConnection[];
}

function connectionsIn(sets: readonly SelectionSetNode[], path: readonly string[] = []): FoundConnection[] {
  return [...keysOf(sets)].flatMap(([key, fields]): FoundConnection[] => {
    const inner = below(fields);
    if (inner.length === 0) return [];
    const at = [...path, key];
    if (!isConnection(inner)) return connectionsIn(inner, at);
    const contents = keysOf(inner);
    const ofName = (fields: ReadonlyMap<string, readonly FieldNode[]>, name: string): FieldNode[] =>
      [...fields.values()].flat().filter((field) => field.name.value === name);
    const edges = below(ofName(contents, 'edges'));
    const nodes = below([...ofName(keysOf(edges), 'node'), ...ofName(contents, 'nodes')]);
    const [{ name }] = fields;
    return [{ name: name.value, path: at, sets: inner, nodes, connections: connectionsIn(nodes) }];
  });
}

const withInner = (connection: FoundConnection): FoundConnection[] => [
  connection,
  ...connection.connections.flatMap(withInner),
];

/** Fields whose value can be any JSON. Integers of other fields fit into a JavaScript number, or are strings. */
const jsonFields =
  /\b(\w*[jJ]son\w*|additionalContent|additionalData|arguments|requestOptions|responseData|rows|settings|values)\b/;

/** Whether the lines of a query can contain integers beyond 2^53. */
export const canHoldLongNumbers = (text: string): boolean => jsonFields.test(text);

/** The rules of https://shopify.dev/docs/api/usage/bulk-operations/queries that can be checked without the schema. */
function brokenRules(selectionSet: SelectionSetNode): Issue[] {
  const issues: Issue[] = [];
  const say = (message: string): void => void issues.push({ field: 'document', message });
  const roots = [...keysOf([selectionSet])];
  const connections = connectionsIn([selectionSet]);
  const all = connections.flatMap(withInner);

  if (roots.length > 1)
    say(`has the top-level fields ${roots.map(([key]) => key).join(', ')}; a bulk query has one. Run one for each.`);
  for (const [, [{ name }]] of roots)
    if (name.value === 'node' || name.value === 'nodes')
      say(
        `begins with ${name.value}, which bulk queries refuse. Begin with a connection, such as products(query: "id:…").`,
      );
  if (all.length === 0)
    say('has no connection, so there is nothing to read in bulk. Use shop.graphql, or select edges { node { … } }.');
  if (all.length > limits.connections)
    say(
      `has ${all.length} connections; a bulk query may have ${limits.connections}. Remove some, or run two operations.`,
    );
  const levels = (list: readonly FoundConnection[]): number =>
    list.length === 0 ? 0 : 1 + Math.max(...list.map((one) => levels(one.connections)));
  if (levels(connections) > limits.levels)
    say(
      `has connections ${levels(connections)} levels deep; a bulk query may have ${limits.levels}. Read the innermost in a separate operation.`,
    );
  for (const { name, sets, nodes, connections: inner } of all) {
    const contents = keysOf(sets);
    const edges = contents.get('edges');
    const node = edges && keysOf(below(edges)).get('node');
    const named = [...contents.values()].map(([field]) => field.name.value);
    if (named.includes('nodes'))
      say(`selects ${name} { nodes { … } }. Write ${name} { edges { node { … } } }: bulk queries refuse nodes.`);
    else if (edges?.[0].name.value !== 'edges' || node?.[0].name.value !== 'node')
      say(
        `selects ${name} without edges { node { … } }, or under other names. Write ${name} { edges { node { … } } }.`,
      );
    if (inner.length > 0 && keysOf(nodes).get('id')?.[0].name.value !== 'id')
      say(
        `selects ${inner.map((one) => one.name).join(', ')} in ${name} without its id. Add id to the node of ${name}: it is needed to join the lines.`,
      );
  }
  return issues;
}

/** Arguments that are removed: they only matter for paging, and a bulk operation reads everything. */
const ofPages: ReadonlySet<string> = new Set(['first', 'last', 'after', 'before']);

/** The fields that are connections. One that is selected in several places is one in each of them. */
function connectionFields(sets: readonly SelectionSetNode[], found = new Set<SelectionNode>()): Set<SelectionNode> {
  for (const fields of keysOf(sets).values()) {
    const inner = below(fields);
    if (isConnection(inner)) for (const field of fields) found.add(field);
    connectionFields(inner, found);
  }
  return found;
}

function withoutPages(
  set: SelectionSetNode,
  paged: ReadonlySet<SelectionNode> = connectionFields([set]),
  isIn: 'object' | 'connection' | 'edges' = 'object',
): SelectionSetNode {
  const selections = set.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === 'FragmentSpread') return [selection];
    if (selection.kind === 'InlineFragment') {
      const inner = withoutPages(selection.selectionSet, paged, isIn);
      return inner.selections.length > 0 ? [{ ...selection, selectionSet: inner }] : [];
    }
    const name = selection.name.value;
    if (isIn === 'connection' && name === 'pageInfo') return [];
    if (isIn === 'edges' && name === 'cursor') return [];
    const { selectionSet } = selection;
    if (!selectionSet) return [selection];
    const isPaged = paged.has(selection);
    const isEdges = isIn === 'connection' && name === 'edges';
    const inner = withoutPages(selectionSet, paged, isPaged ? 'connection' : isEdges ? 'edges' : 'object');
    if (!isPaged) return [{ ...selection, selectionSet: inner }];
    if (inner.selections.length === 0) return [];
    const kept = (selection.arguments ?? []).filter((argument) => !ofPages.has(argument.name.value));
    return [{ ...selection, arguments: kept, selectionSet: inner }];
  });
  return { ...set, selections };
}

/** Writes the values of variables into the text: `bulkOperationRunQuery` takes none. */
function inlined(
  set: SelectionSetNode,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
  apiVersion: string,
): { readonly selectionSet: SelectionSetNode; readonly issues: Issue[] } {
  const issues: Issue[] = [];
  const types = inputTypes(apiVersion);
  const definitions = operation.variableDefinitions ?? [];
  const names = definitions.map(({ variable }) => variable.name.value);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || names.includes(name)) continue;
    const nearest = names.length > 0 ? ` Did you mean ${nearestName(name, names)}?` : '';
    issues.push({ field: `variables.${name}`, message: `is not a variable of the operation.${nearest}` });
  }
  const values = new Map<string, ValueNode | undefined>();
  const valueNamed = (name: string): ValueNode | undefined => {
    if (values.has(name)) return values.get(name);
    const definition = definitions.find(({ variable }) => variable.name.value === name);
    const value = ownValue(given, name);
    let node: ValueNode | undefined = definition?.defaultValue;
    if (!definition) issues.push({ field: 'document', message: `uses $${name}, but does not declare it.` });
    else if (value !== undefined) {
      issues.push(...valueIssues(value, print(definition.type), types, `variables.${name}`));
      node = literal(value, definition.type, types);
    } else if (!node && definition.type.kind === 'NonNullType')
      issues.push({ field: `variables.${name}`, message: `is missing: ${print(definition.type)}.` });
    values.set(name, node);
    return node;
  };
  const inValue = (node: ValueNode): ValueNode | undefined => {
    if (node.kind === 'Variable') return valueNamed(node.name.value);
    if (node.kind === 'ListValue')
      return { ...node, values: node.values.map((one) => inValue(one) ?? ({ kind: 'NullValue' } as ValueNode)) };
    if (node.kind !== 'ObjectValue') return node;
    const fields = node.fields.flatMap((field) => {
      const value = inValue(field.value);
      return value ? [{ ...field, value }] : [];
    });
    return { ...node, fields };
  };
  const inArguments = (nodes: readonly ArgumentNode[] | undefined): ArgumentNode[] =>
    (nodes ?? []).flatMap((argument) => {
      const value = inValue(argument.value);
      return value ? [{ ...argument, value }] : [];
    });
  const inDirectives = (nodes: readonly DirectiveNode[] | undefined): DirectiveNode[] =>
    (nodes ?? []).map((node) => ({ ...node, arguments: inArguments(node.arguments) }));
  const inSet = (one: SelectionSetNode): SelectionSetNode => ({
    ...one,
    selections: one.selections.map((selection): SelectionNode => {
      const directives = inDirectives(selection.directives);
      if (selection.kind === 'FragmentSpread') return { ...selection, directives };
      if (selection.kind === 'InlineFragment')
        return { ...selection, directives, selectionSet: inSet(selection.selectionSet) };
      const { selectionSet } = selection;
      const own = { ...selection, directives, arguments: inArguments(selection.arguments) };
      return selectionSet ? { ...own, selectionSet: inSet(selectionSet) } : own;
    }),
  });
  return { selectionSet: inSet(set), issues };
}

/** A value as a GraphQL literal. Without the schema, an enum value cannot be distinguished from a string. */
function literal(value: unknown, type: TypeNode | string, types: InputTypes): ValueNode {
  const node = (kind: string, rest: object = {}): ValueNode => ({ kind, ...rest }) as unknown as ValueNode;
  const text = (typeof type === 'string' ? type : print(type)).replace(/!$/, '');
  if (value === null || value === undefined) return node('NullValue');
  if (Array.isArray(value)) {
    const item = text.startsWith('[') ? text.slice(1, -1) : text;
    return node('ListValue', { values: value.map((one) => literal(one, item, types)) });
  }
  if (text.startsWith('[')) return literal(value, text.slice(1, -1), types);
  if (typeof value === 'boolean') return node('BooleanValue', { value });
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (text === 'ID' || text === 'String') return node('StringValue', { value: String(value) });
    return node(/^-?\d+$/.test(String(value)) ? 'IntValue' : 'FloatValue', { value: String(value) });
  }
  if (typeof value === 'string') {
    const isEnum = types.get(text)?.startsWith('enum ') ?? !(builtIn.has(text) || types.size === 0);
    return node(isEnum ? 'EnumValue' : 'StringValue', { value });
  }
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  const members = inputFields(text, types);
  return node('ObjectValue', {
    fields: fields.map(([name, one]) => ({
      kind: 'ObjectField',
      name: { kind: 'Name', value: name },
      value: literal(one, members.get(name)?.type ?? 'JSON', types),
    })),
  });
}

/** Inputs, enums, scalars and `QueryRoot` of one version, by name. Empty if the version has no schema file. */
type InputTypes = ReadonlyMap<string, string>;

const known = new Map<string, InputTypes>();

/** Returns the input types of an API version; empty if its schema file is missing. */
export function inputTypes(apiVersion: string): InputTypes {
  const found = known.get(apiVersion);
  if (found) return found;
  let types: InputTypes = new Map();
  if (schemaVersions.includes(apiVersion)) {
    try {
      types = new Map(
        [...schemaDefinitions(schemaText(apiVersion))].filter(([, text]) =>
          /^(input|enum|scalar|type QueryRoot) ?/.test(text),
        ),
      );
    } catch {
      // A bundler may have left the file out. Shopify makes the same checks, only later.
    }
  }
  known.set(apiVersion, types);
  return types;
}

/** Whether a root connection can be sorted by id and searched. `false` if the schema file is missing. */
export function sortsById(field: string, apiVersion: string): boolean {
  const types = inputTypes(apiVersion);
  const line = definitionParts(types.get('QueryRoot') ?? '').members.get(field) ?? '';
  const keys = types.get(/\bsortKey: (\w+)/.exec(line)?.[1] ?? '') ?? '';
  return /\bquery: String\b/.test(line) && definitionParts(keys).members.has('ID');
}

const builtIn: ReadonlySet<string> = new Set(['String', 'ID', 'Int', 'Float', 'Boolean']);

/** A field of an input, or a variable. */
export interface RowVariable {
  /** Such as `[ID!]!`. */
  readonly type: string;
  /** Whether it has a default. */
  readonly isOptional: boolean;
}

const fieldsOfInputs = new WeakMap<InputTypes, Map<string, ReadonlyMap<string, RowVariable>>>();

function inputFields(name: string, types: InputTypes): ReadonlyMap<string, RowVariable> {
  const read = fieldsOfInputs.get(types) ?? new Map<string, ReadonlyMap<string, RowVariable>>();
  fieldsOfInputs.set(types, read);
  const seen = read.get(name);
  if (seen) return seen;
  const definition = types.get(name);
  const fields = new Map<string, RowVariable>();
  if (definition?.startsWith('input '))
    for (const [field, line] of definitionParts(definition).members) {
      const [, type = '', byDefault] = /^\s*\w+: ([\w![\]]+)( = )?/.exec(line) ?? [];
      fields.set(field, { type, isOptional: byDefault !== undefined });
    }
  read.set(name, fields);
  return fields;
}

/** What is wrong with the variables of one call. */
export function variableIssues(
  given: Readonly<Record<string, unknown>>,
  variables: ReadonlyMap<string, RowVariable>,
  types: InputTypes,
): readonly Issue[] {
  return objectIssues(given, variables, types, '', 'a variable of the operation');
}

function objectIssues(
  value: Readonly<Record<string, unknown>>,
  fields: ReadonlyMap<string, RowVariable>,
  types: InputTypes,
  prefix: string,
  what: string,
): Issue[] {
  const issues: Issue[] = [];
  for (const name of Object.keys(value)) {
    const field = fields.get(name);
    const one = value[name];
    if (field) {
      if (one !== undefined) issues.push(...valueIssues(one, field.type, types, `${prefix}${name}`));
    } else if (one !== undefined) {
      const names = [...fields.keys()];
      const nearest = names.length > 0 ? ` Did you mean ${prefix}${nearestName(name, names)}?` : '';
      issues.push({ field: `${prefix}${name}`, message: `is not ${what}.${nearest}` });
    }
  }
  for (const [name, { type, isOptional }] of fields)
    if (type.endsWith('!') && !isOptional && value[name] === undefined)
      issues.push({ field: `${prefix}${name}`, message: `is missing: ${type}.` });
  return issues;
}

function valueIssues(value: unknown, type: string, types: InputTypes, field: string): Issue[] {
  const wrong = (wanted: string): Issue[] => [{ field, message: `must be ${wanted}.` }];
  const isRequired = type.endsWith('!');
  const named = isRequired ? type.slice(0, -1) : type;
  if (value === null || value === undefined) return isRequired ? wrong(`${type}, not null`) : [];
  if (named.startsWith('[')) {
    const item = named.slice(1, -1);
    // GraphQL accepts a single value as a list of one.
    if (!Array.isArray(value)) return valueIssues(value, item, types, field);
    return value.flatMap((one, index) => valueIssues(one, item, types, `${field}[${index}]`));
  }
  switch (named) {
    case 'String':
      return typeof value === 'string' ? [] : wrong('a string (String)');
    case 'ID':
      return typeof value === 'string' || Number.isInteger(value) ? [] : wrong('an id (ID)');
    case 'Boolean':
      return typeof value === 'boolean' ? [] : wrong('true or false (Boolean)');
    case 'Int':
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? [] : wrong('a whole number (Int)');
    case 'Float':
      return typeof value === 'number' && Number.isFinite(value) ? [] : wrong('a number (Float)');
    default:
  }
  const definition = types.get(named);
  if (definition?.startsWith('enum ')) {
    const members = [...definitionParts(definition).members.keys()];
    if (typeof value === 'string' && members.includes(value)) return [];
    const nearest = typeof value === 'string' ? ` Did you mean ${nearestName(value, members)}?` : '';
    return [{ field, message: `is not a value of ${named}.${nearest}` }];
  }
  if (!definition?.startsWith('input ')) return [];
  if (!isRecord(value)) return wrong(`an object (${named})`);
  const issues = objectIssues(value, inputFields(named, types), types, `${field}.`, `a field of ${named}`);
  if (definition.split('\n', 1)[0]?.includes('@oneOf')) {
    const given = Object.values(value).filter((one) => one !== undefined && one !== null);
    if (given.length !== 1) issues.push({ field, message: `must have exactly one of the fields of ${named}.` });
  }
  return issues;
}

/** Assigns markers to connections whose lines could be mistaken for each other, by the selections of their nodes. */
function mark(roots: readonly FoundConnection[]): Map<SelectionSetNode, string> {
  const marked = new Map<SelectionSetNode, string>();
  let markers = 0;
  const nested = roots.flatMap(({ connections }) => connections.flatMap(withInner));
  for (const group of [roots, nested]) {
    if (group.length < 2) continue;
    for (const { nodes } of group) {
      markers += 1;
      for (const set of nodes) marked.set(set, `${markerPrefix}${markers}`);
    }
  }
  return marked;
}

/** Prefix of the `__typename` aliases that distinguish the lines of connections. */
export const markerPrefix = 'bulk_';

function rewritten(set: SelectionSetNode, marked: ReadonlyMap<SelectionSetNode, string>): SelectionSetNode {
  const marker = marked.get(set);
  const selections = set.selections.map((selection) =>
    selection.kind !== 'FragmentSpread' && selection.selectionSet
      ? { ...selection, selectionSet: rewritten(selection.selectionSet, marked) }
      : selection,
  );
  if (marker === undefined) return { ...set, selections };
  const name = (value: string): object => ({ kind: 'Name', value });
  // Last, so that it is at the end of the line, next to `__parentId`.
  const field = { kind: 'Field', alias: name(marker), name: name('__typename'), arguments: [], directives: [] };
  return { ...set, selections: [...selections, field as unknown as FieldNode] };
}

function described(connection: FoundConnection, marked: ReadonlyMap<SelectionSetNode, string>): BulkConnection {
  const { path, nodes, connections } = connection;
  const fields = keysOf(nodes);
  const own = [...fields].find(([key, [field]]) => key.startsWith(markerPrefix) && field.name.value === '__typename');
  const marker = nodes.map((set) => marked.get(set)).find((one) => one !== undefined) ?? own?.[0];
  return {
    path,
    marker,
    keys: new Set(fields.keys()),
    connections: connections.map((inner) => described(inner, marked)),
  };
}
