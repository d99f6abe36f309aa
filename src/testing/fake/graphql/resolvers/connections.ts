import { isRecord, parseJson } from '../../../../internal/json.ts';
import { badRequest } from '../errors.ts';
import { parseGid } from '../gid.ts';

/** Paging arguments of a connection. */
export interface ConnectionArgs {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
  readonly reverse?: boolean | null;
}

/** An item of a connection: anything with an id of its own. */
interface Identified {
  readonly id: string;
}

/** The response of a connection field. */
export interface Connection<T> {
  readonly nodes: readonly T[];
  readonly edges: readonly { readonly node: T; readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** The largest page of nearly every connection. */
const usualMaximum = 250;

/** A page size that no request can ask for, and that no maximum refuses: everything. */
export const wholeList = Number.POSITIVE_INFINITY;

const encoded = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64');

/** As Shopify writes it: by number. What has more than a number in its id is named by all of it. */
const lastId = (id: string): number | string => (/\/\d+$/.test(id) ? numberOf(id) : id);

const cursorOf = ({ id }: Identified): string => {
  const last = lastId(id);
  return encoded({ last_id: last, last_value: String(last) });
};

const numberOf = (id: string): number => Number(parseGid(id)?.key);

/**
 * One page of a list. A cursor holds on to an item by its id; where that is gone, paging goes on with the
 * next higher id, so that a caller may delete each page before it asks for the next.
 *
 * @throws GraphQLError for page sizes and cursors that Shopify refuses.
 */
export function connection<T extends Identified>(
  items: readonly T[],
  args: ConnectionArgs,
  maximum: number = usualMaximum,
): Connection<T> {
  const reverse = args.reverse ?? false;
  return pageOf(reverse ? items.toReversed() : items, args, maximum, {
    cursorOf,
    after: (ordered, cursor) => positionAfter(ordered, cursor, reverse),
    before: (ordered, cursor) => positionBefore(ordered, cursor, reverse),
  });
}

/** By what a list is sorted; things with the same value stand in order of their ids. */
export type SortValue<T> = (item: T) => string | number;

/**
 * One page of a list in an order of its own. As at Shopify a cursor holds the value too, so that paging goes on at the
 * right place when what it stands for has moved or is gone.
 *
 * @throws GraphQLError for page sizes and cursors that Shopify refuses.
 */
export function sortedConnection<T extends Identified>(
  items: readonly T[],
  args: ConnectionArgs,
  sortBy: SortValue<T>,
  maximum: number = usualMaximum,
): Connection<T> {
  const sign = args.reverse ? -1 : 1;
  const placed = new Map(items.map((item) => [item.id, { value: sortBy(item), number: numberOf(item.id) }]));
  const placeOf = (item: T): Place => placed.get(item.id) ?? { value: sortBy(item), number: numberOf(item.id) };
  const beyond = (ordered: readonly T[], fits: (difference: number) => boolean, cursor: string): number => {
    const place = placeIn(cursor);
    const position = ordered.findIndex((item) => fits(sign * comparePlaces(placeOf(item), place)));
    return position >= 0 ? position : ordered.length;
  };
  const ordered = items.toSorted((a, b) => sign * comparePlaces(placeOf(a), placeOf(b)));
  return pageOf(ordered, args, maximum, {
    cursorOf: (item) => encoded({ last_id: lastId(item.id), last_value: placeOf(item).value }),
    after: (list, cursor) => beyond(list, (difference) => difference > 0, cursor),
    before: (list, cursor) => beyond(list, (difference) => difference >= 0, cursor),
  });
}

/** The position of an item in a sorted list. */
interface Place {
  readonly value: string | number;
  readonly number: number;
}

function comparePlaces(a: Place, b: Place): number {
  if (a.value === b.value) return a.number - b.number;
  return a.value < b.value ? -1 : 1;
}

function placeIn(cursor: string): Place {
  const parsed = decoded(cursor);
  const value = parsed.last_value;
  if (typeof value !== 'string' && typeof value !== 'number') throw badRequest(wrongCursor);
  return { value, number: numberIn(parsed) };
}

function numberIn({ last_id: id }: Readonly<Record<string, unknown>>): number {
  if (typeof id === 'number') return id;
  if (typeof id !== 'string') throw badRequest(wrongCursor);
  return numberOf(id);
}

/** @throws GraphQLError if it is not a cursor. Recorded 2025-10 for metafield definitions. */
function decoded(cursor: string): Readonly<Record<string, unknown>> {
  const parsed = parseJson(Buffer.from(cursor, 'base64').toString());
  if (!isRecord(parsed)) throw badRequest('Malformed cursor');
  return parsed;
}

const wrongCursor = 'Invalid cursor for current pagination sort.';

/** How the cursors of a list are made and read. */
interface Cursors<T> {
  readonly cursorOf: (item: T) => string;
  /** Where the page after a cursor begins, and where the one before it ends. */
  readonly after: (ordered: readonly T[], cursor: string) => number;
  readonly before: (ordered: readonly T[], cursor: string) => number;
}

function pageOf<T extends Identified>(
  ordered: readonly T[],
  args: ConnectionArgs,
  maximum: number,
  cursors: Cursors<T>,
): Connection<T> {
  checkPageSize(args, maximum);
  const from = args.after ? cursors.after(ordered, args.after) : 0;
  const until = args.before ? cursors.before(ordered, args.before) : ordered.length;
  const start = args.last == null ? from : Math.max(from, until - args.last);
  const end = args.first == null ? until : Math.min(until, from + args.first);
  const nodes = ordered.slice(start, end);
  const [head, tail] = [nodes[0], nodes.at(-1)];

  return {
    nodes,
    get edges() {
      return nodes.map((node) => ({ node, cursor: cursors.cursorOf(node) }));
    },
    pageInfo: {
      hasNextPage: end < ordered.length,
      hasPreviousPage: start > 0,
      startCursor: head ? cursors.cursorOf(head) : null,
      endCursor: tail ? cursors.cursorOf(tail) : null,
    },
  };
}

function checkPageSize({ first, last }: ConnectionArgs, maximum: number): void {
  if (first == null && last == null) throw badRequest('you must provide one of first or last');
  if (first != null && last != null) throw badRequest('providing both first and last is not supported');
  const [name, size] = first == null ? ['last', last ?? 0] : ['first', first];
  // As recorded, a page of nothing is empty.
  if (size < 0) throw badRequest(`${name} must be greater than 0`);
  if (size > maximum && size !== wholeList) throw badRequest(`${name} cannot exceed ${maximum}`);
}

function positionAfter(ordered: readonly Identified[], cursor: string, reverse: boolean): number {
  const last = idIn(cursor);
  const position = positionOf(ordered, last, reverse);
  return position >= 0 ? position + 1 : positionBeyond(ordered, last.number, reverse);
}

function positionBefore(ordered: readonly Identified[], cursor: string, reverse: boolean): number {
  const last = idIn(cursor);
  const position = positionOf(ordered, last, reverse);
  return position >= 0 ? position : positionBeyond(ordered, last.number, reverse);
}

/** The position that a cursor names. */
interface LastItem {
  readonly number: number;
  /** Where its number is not all of its id. */
  readonly id: string | undefined;
}

/** The index of an item, or -1. Most lists are in order of their ids, so that later pages are as fast as the first. */
function positionOf(ordered: readonly Identified[], { number, id }: LastItem, reverse: boolean): number {
  const isIt = (item: Identified | undefined): boolean =>
    item !== undefined && (id === undefined ? numberOf(item.id) === number : item.id === id);
  let [from, until] = [0, ordered.length];
  while (from < until) {
    const middle = (from + until) >> 1;
    const there = numberOf(ordered[middle]?.id ?? '');
    if (reverse ? there > number : there < number) from = middle + 1;
    else until = middle;
  }
  return isIt(ordered[from]) ? from : ordered.findIndex(isIt);
}

/** Where the items begin that come after an item that is gone. */
function positionBeyond(ordered: readonly Identified[], gone: number, reverse: boolean): number {
  const position = ordered.findIndex((item) => (reverse ? numberOf(item.id) < gone : numberOf(item.id) > gone));
  return position >= 0 ? position : ordered.length;
}

function idIn(cursor: string): LastItem {
  const parsed = decoded(cursor);
  const id = parsed.last_id;
  return { number: numberIn(parsed), id: typeof id === 'string' ? id : undefined };
}

/** A `Count`: exact up to the limit, and then "at least" the limit. `null`: without a limit. */
export function countUpTo(
  count: number,
  limit: number | null = null,
): { readonly count: number; readonly precision: string } {
  return limit !== null && count > limit ? { count: limit, precision: 'AT_LEAST' } : { count, precision: 'EXACT' };
}
