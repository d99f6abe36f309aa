import type { ArgumentNode, FieldNode, SelectionNode, SelectionSetNode } from 'graphql';
import { parse, print } from 'graphql/language';
import { InvalidResponseError, isShopwrightError } from '../errors/errors.ts';
import { isRecord } from '../internal/json.ts';
import { type BulkConnection, readBulkQuery } from './document.ts';
import type { BulkShop } from './operation.ts';
import type { Line } from './result-file.ts';

/** Nodes of a page, by the level of their connection: halved where a page would cost too much. */
const firstSizes = [50, 20, 10];

/** Of a connection without others below it. */
const flatSize = 250;

/**
 * Reads what a bulk query would read by pages, and gives it as the lines of a grouped file: each node follows its parent.
 *
 * @param text A query as `bulkQuery` writes it.
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
  /** By level. */
  readonly #sizes: number[];

  constructor(shop: BulkShop, signal: AbortSignal | undefined, sizes: readonly number[]) {
    this.#shop = shop;
    this.#signal = signal;
    this.#sizes = [...sizes];
  }

  async *roots(set: SelectionSetNode, connection: BulkConnection): AsyncGenerator<Line[]> {
    const document = pageQuery(print(set));
    const nodes = nodesOf(set, connection.path);
    for await (const page of this.#pages(document, {}, connection)) {
      const lines: Line[] = [];
      for (const node of page) await this.#addLines(lines, node, connection, nodes, undefined, 0);
      yield lines;
    }
  }

  /** The pages of one connection. */
  async *#pages(
    document: string,
    variables: object,
    { path }: BulkConnection,
    from: string | null = null,
  ): AsyncGenerator<Line[]> {
    let after = from;
    const seen = new Set([after]);
    for (;;) {
      const data = await this.#ask(document, { ...variables, after });
      const found = valueAt('node' in variables ? data['node'] : data, path);
      const { nodes, pageInfo } = pageOf(found);
      yield nodes;
      if (pageInfo?.['hasNextPage'] !== true) return;
      after = typeof pageInfo['endCursor'] === 'string' ? pageInfo['endCursor'] : null;
      if (seen.has(after)) {
        throw new InvalidResponseError(
          `The pages of ${path.join('.')} go round in a circle: the next page is one that was read before.`,
          { shop: this.#shop.shop, isRetryable: false, mayHaveExecuted: false },
        );
      }
      seen.add(after);
    }
  }

  /** Asks with the sizes of now, and with smaller ones where that would cost too much. */
  async #ask(document: string, variables: object): Promise<Line> {
    for (;;) {
      const used = levels.filter((level) => document.includes(`$first${level}:`));
      const sizes = Object.fromEntries(used.map((level) => [`first${level}`, this.#sizes[level]]));
      try {
        const options = { priority: 'background' as const, ...(this.#signal && { signal: this.#signal }) };
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
      for await (const page of this.#pages(document, { node: node['id'] }, inner, cursor))
        for (const child of page) await this.#addLines(lines, child, inner, below, node['id'], level + 1);
    }
  }
}

const levels = [0, 1, 2];

/** A query with the sizes that it uses: Shopify refuses others. */
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

/** A selection of one connection only, in pages. */
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

/** What stands for paging already, where a connection is continued that was a part of a page before. */
const isKept = (node: ArgumentNode | SelectionNode): boolean =>
  !('name' in node && /^(first|after|pageInfo)$/.test(node.name.value));

/** A connection with a size, its page information, and the same for those in it. */
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
  if (operation?.kind !== 'OperationDefinition') throw new TypeError(`${text} is no selection.`);
  return operation.selectionSet;
}
