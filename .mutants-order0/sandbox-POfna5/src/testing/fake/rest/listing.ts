// @ts-nocheck
import { isRecord, parseJson } from '../../../internal/json.ts';
import type { ProductEntity } from '../store/entities.ts';
import { badParameter, type Json, notSimulated, ok, type RestReply, type RestRequest, withFields } from './replies.ts';

/** What a list can be asked for besides `limit`, `fields` and `page_info`. */
interface ListParameters {
  /** Filters that are simulated. */
  readonly filters: readonly string[];
  /** Filters that Shopify has and the fake has not. */
  readonly notSimulated?: readonly string[];
}

/** A list as it was asked for. */
interface Listing {
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

/** The number at the end of a gid, exactly. */
export const numberOf = (gid: string): string => gid.slice(gid.lastIndexOf('/') + 1);

const compare = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : Number(a > b));

/** Whether an entry comes after `since_id`, where that is given. */
export const sinceId = (number: string, { since_id: since }: Listing['filters']): boolean =>
  since === undefined || compare(number, since.replace(/^0+(?=\d)/, '')) > 0;

/** How a list is answered. */
interface PageOptions<Entry> {
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

/** Where a page begins or ends, and what the first page was filtered by. */
interface PageInfo {
  readonly direction: 'next' | 'previous';
  /** Number of the entry that the page comes after, or before. */
  readonly id: string;
  readonly filters: Readonly<Record<string, string>>;
}

/** Writes `page_info`, which callers take as it is. */
function writePageInfo(info: PageInfo): string {
  return Buffer.from(JSON.stringify(info)).toString('base64url');
}

/** Reads `page_info`; `undefined` for what was not written by this. */
function readPageInfo(text: string): PageInfo | undefined {
  const info = parseJson(Buffer.from(text, 'base64url').toString());
  if (!isRecord(info) || typeof info.id !== 'string' || !/^\d+$/.test(info.id)) return undefined;
  const { direction, id, filters } = info;
  if ((direction !== 'next' && direction !== 'previous') || !isRecord(filters)) return undefined;
  const texts = Object.entries(filters).map(([name, value]) => [name, String(value)]);
  return { direction, id, filters: Object.fromEntries(texts) };
}

type Test = (product: ProductEntity, value: string) => boolean;

const oneOf = (value: string, wanted: string): boolean => wanted.split(',').some((entry) => entry.trim() === value);

const tests: Readonly<Record<string, Test>> = {
  ids: ({ id }, value) => oneOf(numberOf(id), value),
  title: ({ title }, value) => title === value,
  handle: ({ handle }, value) => oneOf(handle, value),
  vendor: ({ vendor }, value) => vendor === value,
  product_type: ({ productType }, value) => productType === value,
  status: ({ status }, value) => oneOf(status.toLowerCase(), value),
  collection_id: ({ collectionIds }, value) => collectionIds.includes(`gid://shopify/Collection/${value}`),
  created_at_min: ({ createdAt }, value) => Date.parse(createdAt) >= Date.parse(value),
  created_at_max: ({ createdAt }, value) => Date.parse(createdAt) <= Date.parse(value),
  updated_at_min: ({ updatedAt }, value) => Date.parse(updatedAt) >= Date.parse(value),
  updated_at_max: ({ updatedAt }, value) => Date.parse(updatedAt) <= Date.parse(value),
};

/**
 * What `products.json` can be asked for.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/product
 */
export const productParameters: ListParameters = {
  filters: [...Object.keys(tests), 'since_id'],
  notSimulated: ['order', 'presentment_currencies', 'published_at_max', 'published_at_min', 'published_status'],
};

/** The products that pass all filters, but for `since_id`, which belongs to the order. */
export function filteredProducts(
  products: readonly ProductEntity[],
  filters: Readonly<Record<string, string>>,
): readonly ProductEntity[] {
  const wanted = Object.entries(filters).flatMap(([name, value]) => {
    const test = tests[name];
    return test ? [(product: ProductEntity) => test(product, value)] : [];
  });
  return products.filter((product) => wanted.every((test) => test(product)));
}
