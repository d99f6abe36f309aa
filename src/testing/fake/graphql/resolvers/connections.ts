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

const cursorOf = (item: Identified): string => Buffer.from(JSON.stringify({ last_id: item.id })).toString('base64');

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
  checkPageSize(args, maximum);
  const reverse = args.reverse ?? false;
  const ordered = reverse ? items.toReversed() : items;

  const from = args.after ? positionAfter(ordered, args.after, reverse) : 0;
  const until = args.before ? positionBefore(ordered, args.before, reverse) : ordered.length;
  const start = args.last == null ? from : Math.max(from, until - args.last);
  const end = args.first == null ? until : Math.min(until, from + args.first);
  const nodes = ordered.slice(start, end);
  const [head, tail] = [nodes[0], nodes.at(-1)];

  return {
    nodes,
    get edges() {
      return nodes.map((node) => ({ node, cursor: cursorOf(node) }));
    },
    pageInfo: {
      hasNextPage: end < ordered.length,
      hasPreviousPage: start > 0,
      startCursor: head ? cursorOf(head) : null,
      endCursor: tail ? cursorOf(tail) : null,
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
  const id = idIn(cursor);
  const position = positionOf(ordered, id, reverse);
  return position >= 0 ? position + 1 : positionBeyond(ordered, id, reverse);
}

function positionBefore(ordered: readonly Identified[], cursor: string, reverse: boolean): number {
  const id = idIn(cursor);
  const position = positionOf(ordered, id, reverse);
  return position >= 0 ? position : positionBeyond(ordered, id, reverse);
}

/** Where an item stands; -1 for nowhere. Most lists are in order of their ids: there a later page takes no longer. */
function positionOf(ordered: readonly Identified[], id: string, reverse: boolean): number {
  const wanted = numberOf(id);
  let [from, until] = [0, ordered.length];
  while (from < until) {
    const middle = (from + until) >> 1;
    const number = numberOf(ordered[middle]?.id ?? '');
    if (reverse ? number > wanted : number < wanted) from = middle + 1;
    else until = middle;
  }
  return ordered[from]?.id === id ? from : ordered.findIndex((item) => item.id === id);
}

/** Where the items begin that come after an item that is gone. */
function positionBeyond(ordered: readonly Identified[], id: string, reverse: boolean): number {
  const gone = numberOf(id);
  const position = ordered.findIndex((item) => (reverse ? numberOf(item.id) < gone : numberOf(item.id) > gone));
  return position >= 0 ? position : ordered.length;
}

function idIn(cursor: string): string {
  const match = /^\{"last_id":"(gid:[^"]+)"\}$/.exec(Buffer.from(cursor, 'base64').toString());
  if (match?.[1] === undefined) throw badRequest('Invalid cursor for current pagination sort.');
  return match[1];
}

/** A `Count`: exact up to the limit, then at least that many. `null` is no limit. */
export function countUpTo(
  count: number,
  limit: number | null = null,
): { readonly count: number; readonly precision: string } {
  return limit !== null && count > limit ? { count: limit, precision: 'AT_LEAST' } : { count, precision: 'EXACT' };
}
