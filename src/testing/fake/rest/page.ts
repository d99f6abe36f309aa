import { withFields } from './fields.ts';
import type { Listing } from './listing.ts';
import { writePageInfo } from './page-info.ts';
import { ok, type RestReply } from './replies.ts';
import type { Json, RestRequest } from './types.ts';

/** The number at the end of a gid, exactly. */
export const numberOf = (gid: string): string => gid.slice(gid.lastIndexOf('/') + 1);

const compare = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : Number(a > b));

/** Whether an entry comes after `since_id`, where that is given. */
export const sinceId = (number: string, { since_id: since }: Listing['filters']): boolean =>
  since === undefined || compare(number, since.replace(/^0+(?=\d)/, '')) > 0;

/** How a list is answered. */
export interface PageOptions<Entry> {
  /** Name of the list in the body, such as `products`. */
  readonly name: string;
  /** Number of an entry, by which the list is sorted. */
  readonly number: (entry: Entry) => string;
  readonly view: (entry: Entry) => Json;
}

/**
 * One page of a list that is filtered, by number, with links to the pages beside it.
 * https://shopify.dev/docs/api/usage/pagination-rest
 */
export function pageReply<Entry>(
  entries: readonly Entry[],
  { limit, pageInfo, filters }: Listing,
  { query, address }: RestRequest,
  { name, number, view }: PageOptions<Entry>,
): RestReply {
  const sorted = entries
    .filter((entry) => sinceId(number(entry), filters))
    .toSorted((a, b) => compare(number(a), number(b)));
  const rank = (entry: Entry): number => (pageInfo ? compare(number(entry), pageInfo.id) : 1);
  const before = sorted.filter((entry) => rank(entry) < 0);
  const after = sorted.filter((entry) => rank(entry) > 0);
  const isBack = pageInfo?.direction === 'previous';
  const page = isBack ? before.slice(-limit) : after.slice(0, limit);
  const [first] = page;
  const last = page.at(-1);
  const fields = query.get('fields');

  const link = (direction: 'next' | 'previous', entry: Entry): string => {
    const to = new URLSearchParams({ limit: String(limit), ...(fields !== null && { fields }) });
    to.set('page_info', writePageInfo({ direction, id: number(entry), filters }));
    return `<${address}?${to}>; rel="${direction}"`;
  };
  const links = [
    ...(first !== undefined && first !== sorted[0] ? [link('previous', first)] : []),
    ...(last !== undefined && last !== sorted.at(-1) ? [link('next', last)] : []),
  ];
  const body = { [name]: page.map((entry) => withFields(view(entry), fields)) };
  return ok(body, links.length > 0 ? { link: links.join(', ') } : {});
}
