import type { RequestOptions } from '../types.ts';

/** Options of one REST call. */
export interface RestOptions extends Omit<RequestOptions, 'userErrors' | 'cost' | 'operationName' | 'idempotencyKey'> {
  /** Query parameters. A list is joined with commas; `undefined` leaves a parameter out. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly (string | number)[] | undefined>>;
}

/** What a REST call brought, and how it went. */
export interface RestResult<TData> {
  /** The body. Whole numbers beyond 2^53 are `bigint`; `null` where there was no body. */
  readonly data: TData;
  /** `page_info` of the pages beside this one, where the answer names them. */
  readonly pages: { readonly next?: string; readonly previous?: string };
  readonly requestId: string | undefined;
  /** Requests sent. */
  readonly attempts: number;
  /** Milliseconds spent waiting for room in the bucket and between attempts. */
  readonly waitedMs: number;
  readonly response: { readonly status: number; readonly headers: { get(name: string): string | null } };
}

/**
 * The REST half of a client, for what GraphQL does not have yet: Shopify calls it legacy since 2024-10.
 *
 * Paths are relative to the version, such as `products.json` or `products/123.json`. GET, PUT and DELETE
 * are sent again after a lost answer; a POST is not, and throws `OutcomeUnknownError`. The rate of calls
 * follows `X-Shopify-Shop-Api-Call-Limit`, apart from the points of GraphQL.
 *
 * @example
 * for await (const { data } of shop.rest.pages('products.json', { query: { limit: 250 } })) { … }
 *
 * @throws ValidationError for a path that is none, before anything is sent.
 * @throws ShopifyUserError for status 422, and the other errors as `graphql()` does.
 */
export interface RestClient {
  get<TData = unknown>(path: string, options?: RestOptions): Promise<RestResult<TData>>;
  post<TData = unknown>(path: string, body: unknown, options?: RestOptions): Promise<RestResult<TData>>;
  put<TData = unknown>(path: string, body: unknown, options?: RestOptions): Promise<RestResult<TData>>;
  delete<TData = unknown>(path: string, options?: RestOptions): Promise<RestResult<TData>>;
  /** The page at `path` and all that follow it by their `Link` headers. */
  pages<TData = unknown>(path: string, options?: RestOptions): AsyncGenerator<RestResult<TData>, void, undefined>;
}
