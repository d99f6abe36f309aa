import type { ArgumentNode, FieldNode, SelectionNode, SelectionSetNode } from 'graphql';
import { parse, print } from 'graphql/language';
import { isShopwrightError } from '../errors/errors.ts';
import { connectionPages, type PageRead, pagesById, searchAbove } from '../graphql/pagination.ts';
import { isRecord } from '../internal/json.ts';
import { type BulkConnection, readBulkQuery, sortsById } from './document.ts';
import type { BulkShop } from './operation.ts';
import type { Line } from './result-file.ts';

/** Page sizes by level of the connection. Halved if a page would cost too much. */
const firstSizes = [50, 20, 10];

/** Page size of a connection without nested ones. */
const flatSize = 250;

/**
 * Reads a bulk query by pages instead, and yields the lines of a grouped file: each node follows its parent.
 *
 * @param text A query as returned by `bulkQuery`.
 */
export async function* readByPages(
  shop: BulkShop,
  text: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Line[]> {
  const [operation] = parse(text, { noLocation: true }).definitions;
  if (operation?.kind !== 'OperationDefinition') return;
  for (const connection of readBulkQuery(text)) {
    const set = only(operation.selectionSet, connection.path, 0, true);
    const reader = new PageReader(shop, signal, connection.connections.length > 0 ? firstSizes : [flatSize, 1, 1]);
    yield* reader.roots(set, connection);
  }
}

class PageReader {
  readonly #shop: BulkShop;
  readonly #signal: AbortSignal | undefined;
  /** Page sizes by level. */
  readonly #sizes: number[];

  constructor(shop: BulkShop, signal: AbortSignal | undefined, sizes: readonly number[]) {
    this.#shop = shop;
    this.#signal = signal;
    this.#sizes = [...sizes];
  }

  async *roots(set: SelectionSetNode, connection: BulkConnection): AsyncGenerator<Line[]> {
    const nodes = nodesOf(set, connection.path);
    const search = searchById(set, connection, this.#shop.apiVersion);
    const document = (above?: number): string => pageQuery(print(search?.(above) ?? set));
    for await (const page of this.#pages(document, {}, connection, search !== undefined)) {
      const lines: Line[] = [];
      for (const node of page) await this.#addLines(lines, node, connection, nodes, undefined, 0);
      yield lines;
    }
  }

  /** The pages of one connection. */
  async *#pages(
    document: (above?: number) => string,
    variables: object,
    { path }: BulkConnection,
    isById: boolean,
    from: string | null = null,
  ): AsyncGenerator<readonly Line[]> {
    const read = async (after: string | null, signal: AbortSignal, above?: number): Promise<PageRead<Line>> => {
      const data = await this.#ask(document(above), { ...variables, after }, signal);
      const found = 'node' in variables ? data['node'] : data;
      // An object that does not exist, or was deleted meanwhile, has no more nodes.
      if (valueAt(found, path.slice(0, -1)) === null) return { nodes: [], hasMore: false, cursor: null };
      const { nodes, pageInfo } = pageOf(valueAt(found, path));
      return { nodes, hasMore: pageInfo?.['hasNextPage'], cursor: pageInfo?.['endCursor'] };
    };
    const reading = { path: path.join('.'), shop: this.#shop.shop, from, signal: this.#signal };
    const pages = isById ? pagesById(read, reading) : connectionPages((after, signal) => read(after, signal), reading);
    for await (const { nodes } of pages) yield nodes;
  }

  /** Sends the query with the current page sizes, and with smaller ones if it would cost too much. */
  async #ask(document: string, variables: object, signal: AbortSignal): Promise<Line> {
    for (;;) {
      const used = levels.filter((level) => document.includes(`$first${level}:`));
      const sizes = Object.fromEntries(used.map((level) => [`first${level}`, this.#sizes[level]]));
      try {
        const options = { priority: 'background' as const, signal };
        const { data } = await this.#shop.graphql<Line>(document, { ...sizes, ...variables }, options);
        return data;
      } catch (error) {
        const largest = this.#sizes.indexOf(Math.max(...this.#sizes));
        const size = this.#sizes[largest] ?? 1;
        if (!isShopwrightError(error, 'MAX_COST_EXCEEDED') || size === 1) throw error;
        this.#sizes[largest] = Math.floor(size / 2);
      }
    }
  }

  async #addLines(
    lines: Line[],
    node: Line,
    connection: BulkConnection,
    nodes: readonly SelectionSetNode[],
    parentId: unknown,
    level: number,
  ): Promise<void> {
    const line = parentId === undefined ? node : { ...node, __parentId: parentId };
    lines.push(line);
    for (const inner of connection.connections) {
      const first = pageOf(take(line, inner.path));
      const below = nodes.flatMap((set) => nodesOf(set, inner.path));
      for (const child of first.nodes) await this.#addLines(lines, child, inner, below, node['id'], level + 1);
      const cursor = first.pageInfo?.['endCursor'];
      if (first.pageInfo?.['hasNextPage'] !== true || typeof cursor !== 'string') continue;
      const type = /^gid:\/\/shopify\/(\w+)\//.exec(String(node['id']))?.[1] ?? 'Product';
      const sets = nodes.map((set) => `... on ${type} ${print(only(set, inner.path, level + 1, true))}`);
      const document = pageQuery(`{ node(id: $node) { ${sets.join(' ')} } }`, '$node: ID!, ');
      for await (const page of this.#pages(() => document, { node: node['id'] }, inner, false, cursor))
        for (const child of page) await this.#addLines(lines, child, inner, below, node['id'], level + 1);
    }
  }
}

const levels = [0, 1, 2];

/**
 * Sorts the outermost connection by id, and searches for ids above the last one: Shopify stops paging after 25,000
 * nodes. `undefined` if it cannot be searched, or has another order.
 */
function searchById(
  set: SelectionSetNode,
  { path, keys }: BulkConnection,
  apiVersion: string,
): ((above: number | undefined) => SelectionSetNode) | undefined {
  const [field, ...more] = set.selections;
  if (field?.kind !== 'Field' || more.length > 0 || path.length > 1 || !keys.has('id')) return undefined;
  const given = (name: string) => field.arguments?.find((argument) => argument.name.value === name)?.value;
  const [query, sortKey] = [given('query'), given('sortKey')];
  const isOther = sortKey && (sortKey.kind !== 'EnumValue' || sortKey.value !== 'ID');
  if (isOther || given('reverse') || !sortsById(field.name.value, apiVersion)) return undefined;
  const own = query?.kind === 'StringValue' ? query.value : '';
  const argument = (name: string, value: object): object => ({
    ...{ kind: 'Argument', name: { kind: 'Name', value: name }, value },
  });
  return (above) => {
    const search = searchAbove(own, above) ?? '';
    const rest = (field.arguments ?? []).filter(({ name }) => name.value !== 'query' && name.value !== 'sortKey');
    const added = [
      argument('sortKey', { kind: 'EnumValue', value: 'ID' }),
      ...(search === '' ? [] : [argument('query', { kind: 'StringValue', value: search })]),
    ];
    return { ...set, selections: [{ ...field, arguments: [...rest, ...(added as typeof rest)] }] };
  };
}

/** Declares only the size variables that the query uses: Shopify refuses unused ones. */
function pageQuery(selection: string, more = ''): string {
  const sizes = levels.filter((level) => selection.includes(`$first${level}`)).map((level) => `$first${level}: Int!, `);
  return `query BulkByPages(${more}${sizes.join('')}$after: String) ${selection}`;
}

/** A value below some keys. */
function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const key of path) value = isRecord(value) ? value[key] : undefined;
  return value;
}

/** Takes a value out of the object that holds it. */
function take(object: Line, path: readonly string[]): unknown {
  const holder = valueAt(object, path.slice(0, -1));
  const key = path.at(-1) ?? '';
  if (!isRecord(holder)) return undefined;
  const value = holder[key];
  delete holder[key];
  return value;
}

interface Page {
  readonly nodes: readonly Line[];
  readonly pageInfo: Line | undefined;
}

function pageOf(connection: unknown): { nodes: Line[]; pageInfo: Page['pageInfo'] } {
  if (!isRecord(connection)) return { nodes: [], pageInfo: undefined };
  const edges = Array.isArray(connection['edges']) ? connection['edges'] : [];
  const nodes = edges.flatMap((edge: unknown) => (isRecord(edge) && isRecord(edge['node']) ? [edge['node']] : []));
  const { pageInfo } = connection;
  return { nodes, pageInfo: isRecord(pageInfo) ? pageInfo : undefined };
}

const keyOf = (field: FieldNode): string => (field.alias ?? field.name).value;

/** The selections of the nodes of a connection. */
function nodesOf(set: SelectionSetNode, path: readonly string[]): SelectionSetNode[] {
  return [...path, 'edges', 'node'].reduce((sets, key) => sets.flatMap((one) => below(one, key)), [set]);
}

function below(set: SelectionSetNode, key: string): SelectionSetNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === 'InlineFragment') return below(selection.selectionSet, key);
    return selection.kind === 'Field' && keyOf(selection) === key && selection.selectionSet
      ? [selection.selectionSet]
      : [];
  });
}

/** Reduces a selection to one connection, with paging. */
function only(set: SelectionSetNode, path: readonly string[], level: number, isPaged: boolean): SelectionSetNode {
  const [key, ...rest] = path;
  const selections = set.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === 'InlineFragment') {
      const inner = only(selection.selectionSet, path, level, isPaged);
      return inner.selections.length > 0 ? [{ ...selection, selectionSet: inner }] : [];
    }
    if (selection.kind !== 'Field' || keyOf(selection) !== key || !selection.selectionSet) return [];
    if (rest.length > 0) return [{ ...selection, selectionSet: only(selection.selectionSet, rest, level, isPaged) }];
    return [pagedField(selection, level, isPaged)];
  });
  return { ...set, selections };
}

/** `false` for what paging adds: a continued connection has it already. */
const isKept = (node: ArgumentNode | SelectionNode): boolean =>
  !('name' in node && /^(first|after|pageInfo)$/.test(node.name.value));

/** Adds a page size and `pageInfo` to a connection and to those nested in it. */
function pagedField(field: FieldNode, level: number, isContinued: boolean): FieldNode {
  const argument = (name: string, variable: string): object => ({
    kind: 'Argument',
    name: { kind: 'Name', value: name },
    value: { kind: 'Variable', name: { kind: 'Name', value: variable } },
  });
  const sized = [argument('first', `first${level}`), ...(isContinued ? [argument('after', 'after')] : [])];
  const [pageInfo] = parseSelections('{ pageInfo { hasNextPage endCursor } }').selections;
  const { selectionSet } = field;
  const inner = selectionSet && pagedSet(selectionSet, level + 1);
  return {
    ...field,
    arguments: [...(field.arguments ?? []).filter(isKept), ...(sized as NonNullable<FieldNode['arguments']>)],
    ...(inner && {
      selectionSet: { ...inner, selections: [...inner.selections.filter(isKept), ...(pageInfo ? [pageInfo] : [])] },
    }),
  };
}

function pagedSet(set: SelectionSetNode, level: number): SelectionSetNode {
  const selections = set.selections.map((selection): SelectionNode => {
    if (selection.kind === 'FragmentSpread' || !selection.selectionSet) return selection;
    const isConnection = selection.kind === 'Field' && below(selection.selectionSet, 'edges').length > 0;
    if (isConnection) return pagedField(selection, level, false);
    return { ...selection, selectionSet: pagedSet(selection.selectionSet, level) } as SelectionNode;
  });
  return { ...set, selections };
}

function parseSelections(text: string): SelectionSetNode {
  const [operation] = parse(text, { noLocation: true }).definitions;
  if (operation?.kind !== 'OperationDefinition') throw new TypeError(`${text} is not a selection.`);
  return operation.selectionSet;
}
