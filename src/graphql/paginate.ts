import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import { isShopwrightError, type MaxCostError, ValidationError } from '../errors/errors.ts';
import type { CallCost } from '../http/call.ts';
import type { RequestOptions } from '../http/request-options.ts';
import { isRecord } from '../internal/json.ts';
import { nearestName, unknownNames } from '../internal/names.ts';
import { ConnectionShape, fieldOf, fieldsIn, findConnection, invalid, isConnection } from './connection-shape.ts';
import { type SelectionScope, selectedFields, setsBelow, variablesOf } from './cost/selection.ts';
import type { DocumentParser, TypedDocument, UntypedDocument } from './document.ts';
import {
  definitionOf,
  named,
  printOperation,
  reachable,
  replaceFields,
  usesOf,
  withVariable,
} from './edit-document.ts';
import type { GraphqlClient, GraphqlResult } from './graphql.ts';
import { connectionPages, type PageRead, pageInfoMissing } from './pagination.ts';
import { nameNode, node, variableNode } from './parse.ts';

/** Options of `paginate`. Options of a call apply to each page. */
export interface PaginateOptions
  extends Omit<RequestOptions, 'cost' | 'errors' | 'idempotencyKey' | 'retry' | 'userErrors'> {
  /**
   * Path of the connection in the data, such as `product.variants`. Default: the only one, or the one whose `after` or
   * `before` is a variable.
   */
  readonly at?: string;
  /** Continues after this cursor, when reading forward (`first`). Default: from the variables. */
  readonly after?: string | null;
  /** Continues before this cursor, when reading backward (`last`). Default: from the variables. */
  readonly before?: string | null;
  /**
   * Connections within the nodes to read completely, such as `['variants', 'variants.metafields']`. Each must select
   * its `pageInfo`, and its parent object its `id`. Default: none.
   */
  readonly nested?: readonly string[];
  /** How often to retry each page. */
  readonly retry?: Omit<NonNullable<RequestOptions['retry']>, 'idempotency'>;
}

/**
 * A page of a connection. When reading backward (`last`), nodes and cursors are in the order of reading: the last one
 * first.
 */
export interface Page<Node> {
  readonly nodes: readonly Node[];
  /** The cursor of each node, if the document selects `edges { cursor }`; otherwise `undefined`. */
  readonly cursors: readonly string[] | undefined;
  /** Cursor for continuing after this page; `null` after the last one if Shopify names none. */
  readonly cursor: string | null;
  readonly hasMore: boolean;
  /** Number of nodes requested; reduced if a page would have cost too much. */
  readonly size: number;
  /** Points of the page, without those of nested connections; `null` if the response did not say. */
  readonly cost: CallCost | null;
}

/** All nodes of a connection. Nothing is sent before the first one is requested; each iteration starts over. */
export interface Pagination<Node> extends AsyncIterable<Node> {
  /**
   * Cursor after what was returned last: pass it as `after` (or `before`) to continue there. It advances with each node
   * if the document selects `edges { cursor }`, otherwise with the last node of each page. Before that, it is where
   * reading starts; `undefined` for the beginning.
   */
  readonly cursor: string | undefined;
  /** Returns the connection page by page. */
  pages(): AsyncGenerator<Page<Node>, void, undefined>;
  [Symbol.asyncIterator](): AsyncGenerator<Node, void, undefined>;
}

/** `[variables, options]`, where the variables are optional only if none is required. */
type TypedArguments<TVariables, TOptions> =
  Record<string, never> extends TVariables
    ? [variables?: TVariables, options?: TOptions]
    : [variables: TVariables, options?: TOptions];

type IsConnection = { readonly nodes: readonly unknown[] } | { readonly edges: readonly { readonly node: unknown }[] };

type NodeOf<T> = T extends { readonly nodes: readonly (infer Node)[] }
  ? Node
  : T extends { readonly edges: readonly { readonly node: infer Node }[] }
    ? Node
    : never;

/** The nodes of all connections in some data, except those in lists. */
type NodesIn<T> = T extends readonly unknown[]
  ? never
  : T extends IsConnection
    ? NodeOf<T>
    : T extends object
      ? NodesBelow<T>
      : never;

type NodesBelow<T> = { [Key in keyof T]: NodesIn<T[Key]> }[keyof T];

/** Paths of the connections in some data: `products`, `product.variants`. */
export type ConnectionPath<T> = T extends readonly unknown[]
  ? never
  : T extends object
    ? { [Key in keyof T & string]: PathsFrom<Key, NonNullable<T[Key]>> }[keyof T & string]
    : never;

type PathsFrom<Key extends string, T> = T extends readonly unknown[]
  ? never
  : T extends IsConnection
    ? Key
    : `${Key}.${ConnectionPath<T>}`;

type NodesAt<T, Path> = T extends object
  ? Path extends `${infer Key}.${infer Rest}`
    ? Key extends keyof T
      ? NodesAt<T[Key], Rest>
      : never
    : Path extends keyof T
      ? NodeOf<T[Path]>
      : never
  : never;

/** The part of a client that reads complete connections. */
export interface PaginatingClient {
  /**
   * Reads all nodes of a connection, page by page. While you use a page, the next one is fetched. If a page would cost
   * more than Shopify allows, a smaller one is requested. After you leave the loop, nothing more is sent.
   *
   * The document must pass a variable to `after` (with `first`) or `before` (with `last`: from the end to the
   * beginning) and select `pageInfo`: `hasNextPage` and `endCursor`, or `hasPreviousPage` and `startCursor`. Without a
   * page size, pages have 250 nodes, or as many as points allow.
   *
   * @example
   * for await (const product of shop.paginate(Products, { first: 250 })) console.log(product.title);
   *
   * @throws ValidationError before anything is sent, if the document or an option does not allow it.
   * @throws PaginationError if a cursor repeats, a page does not say how to continue, or Shopify's limit is reached.
   * @throws What `graphql` throws for a page. Each of these errors has the `cursor` to continue from.
   */
  paginate<TNode = unknown>(
    document: string | UntypedDocument,
    variables?: object,
    options?: PaginateOptions,
  ): Pagination<TNode>;
  paginate<TData, TVariables, const TPath extends ConnectionPath<TData>>(
    document: TypedDocument<TData, TVariables>,
    variables: TVariables,
    options: PaginateOptions & { readonly at: TPath },
  ): Pagination<NodesAt<TData, TPath>>;
  paginate<TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    ...rest: TypedArguments<TVariables, PaginateOptions & { readonly at?: never }>
  ): Pagination<NodesBelow<TData>>;
}

const optionNames: Readonly<Record<keyof PaginateOptions, true>> = {
  at: true,
  after: true,
  before: true,
  nested: true,
  signal: true,
  priority: true,
  timeoutMs: true,
  deadlineMs: true,
  retry: true,
  headers: true,
  operationName: true,
};

/** The arguments of `paginate`. */
export type PaginateArguments = readonly [
  document: string | TypedDocument<unknown, never>,
  variables?: object,
  options?: PaginateOptions,
];

/** A call of `paginate`, with its dependencies. */
export interface PaginationCall {
  readonly graphql: GraphqlClient['graphql'];
  readonly documents: DocumentParser;
  readonly shop: string;
  readonly document: string | TypedDocument<unknown, never>;
  readonly variables?: object | undefined;
  readonly options?: PaginateOptions | undefined;
  /** Whether the rest of a nested connection is read: it exists, so an empty result is an error. */
  readonly isRest?: boolean;
}

/** Tracks how far an iteration has come. */
interface Progress {
  cursor: string | undefined;
}

type Read<Each> = (
  progress: Progress,
  ...call: [graphql: GraphqlClient['graphql'], documents: DocumentParser, shop: string, given: PaginateArguments]
) => AsyncGenerator<Each, void, undefined>;

/** Yields the nodes of all pages. */
export const readNodes: Read<unknown> = async function* (progress, graphql, documents, shop, given) {
  const [document, variables, options] = given;
  const pages = pagesOf({ graphql, documents, shop, document, variables, options }, progress);
  for await (const { nodes, cursors, cursor } of pages) {
    for (const [index, node] of nodes.entries()) {
      const isLast = index === nodes.length - 1;
      progress.cursor = (isLast ? cursorIn(cursor) : undefined) ?? cursors?.[index] ?? progress.cursor;
      yield node;
    }
  }
};

/** Yields all pages. */
export const readPages: Read<Page<unknown>> = async function* (progress, graphql, documents, shop, given) {
  const [document, variables, options] = given;
  const read = pagesOf({ graphql, documents, shop, document, variables, options }, progress);
  for await (const { nodes, cursors, cursor, hasMore, size, cost } of read) {
    progress.cursor = cursorIn(cursor) ?? progress.cursor;
    yield { nodes, cursors, cursor: cursorIn(cursor) ?? null, hasMore: hasMore === true, size, cost };
  }
};

const cursorIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** A page with its object, to which the rest of a nested connection can be added. */
interface WholePage extends PageRead<unknown> {
  readonly cursors: readonly string[] | undefined;
  readonly size: number;
  readonly cost: CallCost | null;
  readonly connection: Record<string, unknown>;
}

async function* pagesOf(call: PaginationCall, progress: Progress): AsyncGenerator<WholePage, void, undefined> {
  const plan = await planOf(call);
  const { connection, requests } = plan;
  const { signal: outer } = plan.options;
  progress.cursor = plan.from ?? undefined;
  let isFirst = true;

  const read = async (cursor: string | null, signal: AbortSignal): Promise<WholePage> => {
    const { data, cost } = await requests.send(cursor, { ...plan.options, signal });
    const found = valueAt(data, connection.path.split('.'));
    const mayBeMissing = isFirst && call.isRest !== true;
    isFirst = false;
    const { size } = requests;
    if (found === null || found === undefined || !isRecord(found)) {
      // A product that does not exist has no variants; one that is deleted between two pages leaves the list
      // incomplete.
      const hasMore = found === null && mayBeMissing ? false : undefined;
      return { nodes: [], cursors: undefined, size, cost, connection: {}, hasMore, cursor: undefined };
    }
    const page = connection.read(found, plan.isBack);
    for (const one of plan.nested) await one.complete(page.nodes, { ...call, options: { ...call.options, signal } });
    return { ...page, size, cost, connection: found };
  };

  const place = { path: connection.path, operation: plan.name, shop: call.shop, from: plan.from };
  yield* connectionPages(read, { ...place, signal: outer });
}

/** Returns the value at a path of response keys; `null` if it, or an object on the way, is null. */
function valueAt(data: unknown, keys: readonly string[]): unknown {
  return keys.reduce((value, key) => (isRecord(value) ? value[key] : value === null ? null : undefined), data);
}

/** What is known before the first request. */
interface Plan {
  readonly name: string;
  readonly connection: ConnectionShape;
  readonly isBack: boolean;
  readonly from: string | null;
  readonly requests: PageRequests;
  readonly nested: readonly NestedConnection[];
  /** Options of each call. */
  readonly options: RequestOptions;
}

async function planOf(call: PaginationCall): Promise<Plan> {
  const { at, after, before, nested = [], ...options } = checkedOptions(call.options);
  const parsed = await call.documents.parse(call.document, { operationName: options.operationName });
  if (parsed.kind === 'mutation') throw invalid('document', 'is a mutation. Only queries have pages.');
  const text = textOf(parsed.document, options.operationName);
  const given: Readonly<Record<string, unknown>> = { ...call.variables };
  const scope = { fragments: text.fragments, variables: variablesOf(text.operation, given) };
  const connection = findConnection(selectedFields([{ set: text.operation.selectionSet, within: undefined }], scope), {
    at,
    scope,
  });
  const { path, argument } = connection;

  const isBack = argument('last') != null;
  if (isBack && after !== undefined)
    throw invalid('after', `has no effect: ${path} is read back, with last. Use before.`);
  if (!isBack && before !== undefined) throw invalid('before', `has no effect: ${path} is read with first. Use after.`);
  connection.checkPageInfo(isBack);
  const [sizeName, cursorName] = isBack ? ['last', 'before'] : ['first', 'after'];
  const cursorNode = connection.argumentNode(cursorName)?.value;
  if (cursorNode?.kind !== 'Variable') {
    const fix = `Declare $${cursorName}: String and pass it: ${connection.field.name}(${sizeName}: …, ${cursorName}: $${cursorName}).`;
    throw invalid('document', `passes no cursor variable to ${path}, so there is only one page. ${fix}`);
  }
  const own = argument(cursorName);
  const from = (isBack ? before : after) ?? (typeof own === 'string' ? own : null);
  const requests = new PageRequests(call, {
    text,
    source: parsed.source,
    given,
    connection,
    sizeName,
    cursorVariable: cursorNode.name.value,
  });
  const inner = nested.toSorted((one, other) => one.length - other.length);
  return {
    name: parsed.name,
    ...{ connection, isBack, from, requests, options },
    nested: inner.map((one) => new NestedConnection(one, connection, { text, scope, given })),
  };
}

function checkedOptions(options: PaginateOptions = {}): PaginateOptions {
  const issues = unknownNames(options, optionNames);
  if (issues.length > 0) throw new ValidationError('The call of paginate is invalid', { issues });
  return options;
}

/** One operation with the fragments of its document. */
interface OperationText {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

function textOf({ definitions }: DocumentNode, operationName: string | undefined): OperationText {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
    if (definition.kind !== 'OperationDefinition') continue;
    if (operationName === undefined || definition.name?.value === operationName) operation ??= definition;
  }
  // The parser has checked that there is one.
  if (!operation) throw invalid('document', 'has no operation.');
  return { operation, fragments };
}

/** The largest page, used if the document sets no size: https://shopify.dev/docs/api/usage/limits */
const largestPage = 250;

interface RequestParts {
  readonly text: OperationText;
  readonly source: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly connection: ConnectionShape;
  readonly sizeName: string;
  readonly cursorVariable: string;
}

/** Requests pages. If they would cost too much, they get smaller, and stay so. */
class PageRequests {
  readonly #call: PaginationCall;
  readonly #parts: RequestParts;
  #source: string;
  #size: number;
  /** The variable for the page size, once it is ours to set. */
  #sizeVariable: string | undefined;

  constructor(call: PaginationCall, parts: RequestParts) {
    this.#call = call;
    this.#parts = parts;
    this.#source = parts.source;
    const size = parts.connection.argument(parts.sizeName);
    this.#size = typeof size === 'number' ? size : largestPage;
    if (size === undefined || size === null) this.#takeSize();
  }

  /** Number of nodes last requested. */
  get size(): number {
    return this.#size;
  }

  async send(cursor: string | null, options: RequestOptions): Promise<GraphqlResult<unknown>> {
    for (let refusals = 0; ; refusals += 1) {
      try {
        return await this.#call.graphql(this.#source, this.#variables(cursor, this.#size), options);
      } catch (error) {
        if (!isShopwrightError(error, 'MAX_COST_EXCEEDED') || this.#size <= 1) throw error;
        this.#size = await this.#smaller(error, refusals > 0, cursor);
      }
    }
  }

  #variables(cursor: string | null, size: number): Record<string, unknown> {
    const { [this.#parts.cursorVariable]: _cursor, ...given } = this.#parts.given;
    return {
      ...given,
      ...(cursor !== null && { [this.#parts.cursorVariable]: cursor }),
      ...(this.#sizeVariable !== undefined && { [this.#sizeVariable]: size }),
    };
  }

  /**
   * Returns the largest page within the allowed cost, by the estimate and by the cost that Shopify named for this one.
   * If that one was refused too, at most half of it.
   */
  async #smaller({ cost, maxCost = 1000 }: MaxCostError, wasRefused: boolean, cursor: string | null): Promise<number> {
    if (this.#sizeVariable === undefined) this.#takeSize();
    const { estimate } = await this.#call.documents.parse(this.#source, {
      operationName: this.#call.options?.operationName,
    });
    const points = (size: number): number => estimate(this.#variables(cursor, size));
    const factor = Math.max(1, (cost ?? 0) / points(this.#size));
    let [fits, tooMuch] = [1, wasRefused ? Math.ceil((this.#size + 1) / 2) : this.#size];
    while (tooMuch - fits > 1) {
      const middle = (fits + tooMuch) >> 1;
      if (points(middle) * factor <= maxCost) fits = middle;
      else tooMuch = middle;
    }
    return fits;
  }

  /** Finds the variable for the page size, or adds one if the size is a number or shared with other fields. */
  #takeSize(): void {
    const { text, connection, sizeName } = this.#parts;
    const value = connection.argumentNode(sizeName)?.value;
    const uses = usesOf([text.operation.selectionSet, ...text.fragments.values()]).variables;
    if (value?.kind === 'Variable' && uses.get(value.name.value) === 1) {
      this.#sizeVariable = value.name.value;
      return;
    }
    this.#sizeVariable = ownNames.size;
    const fields = new Set(connection.field.nodes.map(({ node }) => node));
    const withSize = (field: FieldNode): FieldNode => withVariable(field, sizeName, ownNames.size);
    const replaced = (set: SelectionSetNode): SelectionSetNode => replaceFields(set, fields, withSize);
    const fragments = [...text.fragments].map(
      ([name, fragment]) => [name, { ...fragment, selectionSet: replaced(fragment.selectionSet) }] as const,
    );
    this.#source = printOperation(
      {
        ...text.operation,
        variableDefinitions: [...(text.operation.variableDefinitions ?? []), definitionOf(ownNames.size, 'Int')],
        selectionSet: replaced(text.operation.selectionSet),
      },
      new Map(fragments),
    );
  }
}

/** Names of variables added to documents. */
const ownNames = { size: 'shopwrightSize', id: 'shopwrightId', after: 'shopwrightAfter' } as const;

/** One step from a node to a connection within it. */
interface Step {
  readonly key: string;
  /** Set if the step is itself a connection: the path continues with its nodes. */
  readonly shape: ConnectionShape | undefined;
}

interface NestedParts {
  readonly text: OperationText;
  readonly scope: SelectionScope;
  readonly given: Readonly<Record<string, unknown>>;
}

/** A connection within the nodes of another one. Its rest is read by the id of the object that contains it. */
class NestedConnection {
  readonly #way: readonly Step[];
  readonly #shape: ConnectionShape;
  readonly #idKey: string;
  readonly #parts: NestedParts;

  constructor(path: string, outer: ConnectionShape, parts: NestedParts) {
    const steps: Step[] = [];
    let holder = outer.node;
    let last: ConnectionShape | undefined;
    let inside = outer.node;
    for (const key of path.split('.')) {
      holder = inside;
      const field = [...fieldsIn(inside)].find((one) => one.key === key);
      if (!field) {
        const keys = [...fieldsIn(inside)].filter((one) => setsBelow(one).length > 0).map((one) => one.key);
        throw invalid(
          'nested',
          `names "${path}", but the document selects no ${key} there. Did you mean ${nearestName(key, keys)}?`,
        );
      }
      const below = selectedFields(setsBelow(field), parts.scope);
      last = isConnection(below) ? new ConnectionShape(path, field, below, parts.scope) : undefined;
      steps.push({ key, shape: last });
      inside = last?.node ?? below;
    }
    if (!last) throw invalid('nested', `names "${path}", which is not a connection.`);
    last.checkPageInfo(false);
    const id = fieldOf(holder, 'id');
    if (!id) throw invalid('document', `selects no id beside ${path}, which is needed to read its rest. Add id there.`);
    this.#way = steps.slice(0, -1);
    this.#shape = last;
    this.#idKey = id.key;
    this.#parts = parts;
  }

  /** Reads the missing nodes of the connection for all of these parents, and adds them. */
  async complete(nodes: readonly unknown[], call: PaginationCall): Promise<void> {
    let holders = nodes.filter(isRecord);
    for (const { key, shape } of this.#way) {
      holders = holders.flatMap((holder) => {
        const value = holder[key];
        if (shape) return isRecord(value) ? shape.read(value, false).nodes.filter(isRecord) : [];
        return [value].flat().filter(isRecord);
      });
    }
    for (const holder of holders) {
      const found = holder[this.#shape.field.key];
      if (!isRecord(found)) continue;
      const { hasMore, cursor } = this.#shape.read(found, false);
      if (hasMore !== false) await this.#readRest(found, holder[this.#idKey], { cursor, hasMore }, call);
    }
  }

  async #readRest(
    found: Record<string, unknown>,
    id: unknown,
    { hasMore, cursor }: { readonly hasMore: unknown; readonly cursor: unknown },
    call: PaginationCall,
  ): Promise<void> {
    const type = /^gid:\/\/shopify\/(\w+)\//.exec(String(id))?.[1];
    const { path, field } = this.#shape;
    if (hasMore !== true || cursorIn(cursor) === undefined) throw pageInfoMissing(hasMore, { path, shop: call.shop });
    if (type === undefined)
      throw invalid('nested', `names "${path}", whose objects have no Shopify id for reading the rest.`);
    const rest: PaginationCall = {
      ...call,
      isRest: true,
      document: this.#documentFor(type),
      variables: { ...this.#parts.given, [ownNames.id]: id },
      options: {
        ...ofEachCall(call.options),
        at: `node.${field.key}`,
        after: cursorIn(cursor) ?? null,
      },
    };
    for await (const { connection } of pagesOf(rest, { cursor: undefined })) this.#shape.append(found, connection);
  }

  readonly #documents = new Map<string, string>();

  /** The query for the rest of the connection, by the type of its parent. */
  #documentFor(type: string): string {
    const known = this.#documents.get(type);
    if (known !== undefined) return known;
    const { operation, fragments } = this.#parts.text;
    const selections = this.#shape.field.nodes.map(({ node }) => withVariable(node, 'after', ownNames.after));
    const onType = {
      kind: 'InlineFragment',
      typeCondition: named(type),
      selectionSet: { kind: 'SelectionSet', selections },
    };
    const byId = {
      kind: 'Field',
      name: nameNode('node'),
      arguments: [{ kind: 'Argument', name: nameNode('id'), value: variableNode(ownNames.id) }],
      selectionSet: { kind: 'SelectionSet', selections: [onType] },
    };
    const used = usesOf([selections, ...reachable(selections, fragments).values()]).variables;
    const source = printOperation(
      {
        ...operation,
        ...(operation.name && {
          name: node<NonNullable<typeof operation.name>>(nameNode(`${operation.name.value}Rest`)),
        }),
        variableDefinitions: [
          definitionOf(ownNames.id, 'ID'),
          definitionOf(ownNames.after, 'String'),
          ...(operation.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value)),
        ],
        selectionSet: node<SelectionSetNode>({ kind: 'SelectionSet', selections: [byId] }),
      },
      fragments,
    );
    this.#documents.set(type, source);
    return source;
  }
}

function ofEachCall(options: PaginateOptions = {}): PaginateOptions {
  const { at: _at, after: _after, before: _before, nested: _nested, operationName: _name, ...ofCall } = options;
  return ofCall;
}
