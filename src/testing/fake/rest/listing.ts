import { type PageInfo, readPageInfo } from './page-info.ts';
import { badParameter, notSimulated, type RestReply } from './replies.ts';

/** What a list can be asked for besides `limit`, `fields` and `page_info`. */
export interface ListParameters {
  /** Filters that are simulated. */
  readonly filters: readonly string[];
  /** Filters that Shopify has and the fake has not. */
  readonly notSimulated?: readonly string[];
}

/** A list as it was asked for. */
export interface Listing {
  readonly limit: number;
  readonly pageInfo: PageInfo | undefined;
  /** Those of the first page, on every page. */
  readonly filters: Readonly<Record<string, string>>;
}

/** https://shopify.dev/docs/api/usage/pagination-rest */
const defaultLimit = 50;
const maxLimit = 250;
const seeDocs = 'See https://shopify.dev/api/usage/pagination-rest for more information.';

/** Reads the parameters of a list, or says why it is refused. A limit beyond 250 counts as 250. */
export function readListing(
  query: URLSearchParams,
  known: ListParameters,
): { readonly ok: true; readonly listing: Listing } | { readonly ok: false; readonly reply: RestReply } {
  const refuse = (reply: RestReply) => ({ ok: false, reply }) as const;
  if (query.has('page')) return refuse(badParameter('page', `page cannot be passed. ${seeDocs}`));
  const limit = Number(query.get('limit') ?? defaultLimit);
  if (!Number.isInteger(limit) || limit < 1)
    return refuse(badParameter('limit', 'expected Integer to be greater than 0'));
  const foreign = known.notSimulated?.find((name) => query.has(name));
  if (foreign) return refuse(notSimulated(`the parameter \`${foreign}\` is not simulated by the fake`));

  const asked = known.filters.flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const text = query.get('page_info');
  if (text === null) {
    const filters = Object.fromEntries(asked);
    return { ok: true, listing: { limit: Math.min(limit, maxLimit), pageInfo: undefined, filters } };
  }
  const [beside] = asked;
  if (beside) {
    return refuse(badParameter(beside[0], `${beside[0]} cannot be passed when page_info is present. ${seeDocs}`));
  }
  const pageInfo = readPageInfo(text);
  if (!pageInfo) return refuse(badParameter('page_info', 'Invalid value.'));
  return { ok: true, listing: { limit: Math.min(limit, maxLimit), pageInfo, filters: pageInfo.filters } };
}
