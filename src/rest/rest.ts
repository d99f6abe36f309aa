import {
  InvalidResponseError,
  ShopifyUserError,
  type ShopwrightError,
  type UserErrorEntry,
  ValidationError,
} from '../errors/errors.ts';
import { type CallEnvironment, type Decoded, type EncodedRequest, type Protocol, run } from '../http/call.ts';
import { callLimits, type DefaultLimits, type RequestOptions, requestHeaders } from '../http/request-options.ts';
import { errorOfStatus } from '../http/status.ts';
import { isRecord, parseExactJson, parseJson, stringifyExactJson } from '../internal/json.ts';
import { redactText } from '../internal/redact.ts';
import type { ThrottleStatus } from '../ports/rate-limiter.ts';
import type { TransportResponse } from '../ports/transport.ts';

interface RestClientSettings extends DefaultLimits {
  readonly environment: CallEnvironment;
  readonly apiVersion: string;
  /** Requests per second that Shopify gives back. Default: by the size of the bucket. */
  readonly requestsPerSecond: number | undefined;
}

type Method = EncodedRequest['method'];

/** The REST client of one shop. */
export function createRestClient(settings: RestClientSettings): RestClient {
  const { environment, apiVersion, requestsPerSecond } = settings;

  async function send(
    method: Method,
    path: string,
    body: unknown,
    options: RestOptions = {},
  ): Promise<RestResult<never>> {
    options.signal?.throwIfAborted();
    const resource = checkedPath(path);
    const operation = `${method} ${resource}`;
    const limits = callLimits(options, settings);
    const text = body === undefined ? undefined : stringifyExactJson(body);

    const request: EncodedRequest = {
      method,
      path: `/admin/api/${apiVersion}/${resource}${queryText(options.query)}`,
      headers: {
        accept: 'application/json',
        ...(text !== undefined && { 'content-type': 'application/json' }),
        ...requestHeaders(options.headers),
      },
      ...(text !== undefined && { body: text }),
    };
    const protocol: Protocol<unknown> = {
      encode: () => request,
      cost: () => 1,
      decode: (response, { unresolved }) =>
        decodeResponse(response, {
          method,
          unresolved,
          shop: environment.shop,
          operation,
          requestsPerSecond,
          nowMs: environment.clock.now(),
        }),
    };
    const call = {
      ...limits,
      operation,
      protocol,
      // A PUT says what the thing shall be, and what is deleted cannot be deleted twice. A POST makes a new thing.
      idempotency: options.retry?.idempotency ?? (method === 'POST' ? 'unsafe' : 'idempotent'),
    };
    const { value, cost: _none, ...result } = await run(call, environment);
    return { ...result, data: value as never, pages: parsePageLinks(result.response.headers.get('link')) };
  }

  return {
    get: (path, options) => send('GET', path, undefined, options),
    post: (path, body, options) => send('POST', path, body, options),
    put: (path, body, options) => send('PUT', path, body, options),
    delete: (path, options) => send('DELETE', path, undefined, options),
    async *pages(path, options = {}) {
      let query = options.query;
      for (;;) {
        const page = await send('GET', path, undefined, { ...options, ...(query && { query }) });
        yield page;
        if (page.pages.next === undefined) return;
        // Shopify takes a cursor beside limit and fields only: https://shopify.dev/docs/api/usage/pagination-rest
        query = { limit: options.query?.['limit'], fields: options.query?.['fields'], page_info: page.pages.next };
      }
    },
  };
}

/** A path below the version, such as `products/123.json`, and nothing that leads elsewhere. */
function checkedPath(path: string): string {
  const resource = path.replace(/^\//, '');
  if (/^[a-z0-9_]+(\/[a-z0-9_-]+)*\.json$/i.test(resource)) return resource;
  const message =
    'must be relative to the API version and end in .json, such as products/123.json. Give parameters as query.';
  throw new ValidationError('The REST call is invalid', { issues: [{ field: 'path', message }] });
}

function queryText(query: RestOptions['query'] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]))}`;
}

interface DecodeOptions {
  readonly method: Method;
  /** An earlier send of this call may have been carried out. */
  readonly unresolved: boolean;
  readonly shop: string;
  readonly operation: string;
  /** Requests per second that come back. Default: by the size of the bucket. */
  readonly requestsPerSecond: number | undefined;
  readonly nowMs: number;
}

/** Gone, in conflict, refused as invalid: all of that can be the work of an earlier send. */
const conflicts: ReadonlySet<number> = new Set([404, 409, 422]);

/** Reads one REST response into its body or one typed error. */
function decodeResponse(response: TransportResponse, options: DecodeOptions): Decoded<unknown> {
  const { shop, operation, method, unresolved } = options;
  const { status } = response;
  const requestId = response.headers.get('x-request-id') ?? undefined;
  // What the earlier send wrote may be what the next one runs into.
  const isInDoubt = unresolved && method !== 'GET' && conflicts.has(status);
  const context = {
    shop,
    operation,
    status,
    ...(requestId !== undefined && { requestId }),
    ...(isInDoubt && { mayHaveExecuted: true }),
  };
  const throttleStatus = readCallLimit(
    response.headers.get('x-shopify-shop-api-call-limit'),
    options.requestsPerSecond,
  );
  const feedback = {
    ...(throttleStatus && { throttleStatus }),
    ...(status === 429 ? { throttled: true } : { actualCost: 1 }),
  };
  const fail = (error: ShopwrightError): Decoded<unknown> => ({ ok: false, error, feedback, cost: null });

  // What the earlier send has deleted is not found by the next one: that is what was asked for.
  if (status === 404 && method === 'DELETE' && unresolved) return { ok: true, value: null, feedback, cost: null };
  if (status === 422) return fail(refusedInput(response.body, operation, context));
  if (status < 200 || status > 299) return fail(errorOfStatus(response, context, options.nowMs));
  if (response.body.trim() === '') return { ok: true, value: null, feedback, cost: null };
  try {
    return { ok: true, value: parseExactJson(response.body), feedback, cost: null };
  } catch {
    return fail(new InvalidResponseError(`${shop} answered ${operation} with a body that is no JSON.`, context));
  }
}

/**
 * The bucket of REST calls, such as `32/40`. How fast it empties goes by the plan, which its size shows
 * only in part: 400 is Plus (20 a second), 40 is any other (2, or 4 for Advanced; the lower is taken).
 * https://shopify.dev/docs/api/admin-rest/usage/rate-limits
 */
function readCallLimit(header: string | null, requestsPerSecond: number | undefined): ThrottleStatus | undefined {
  const [, used, size] = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(header ?? '') ?? [];
  if (used === undefined || size === undefined) return undefined;
  const maximumAvailable = Number(size);
  return {
    maximumAvailable,
    currentlyAvailable: Math.max(0, maximumAvailable - Number(used)),
    restoreRate: requestsPerSecond ?? (maximumAvailable >= 400 ? 20 : 2),
  };
}

/** `{"errors": {"title": ["can't be blank"]}}`, or a text. */
function refusedInput(
  body: string,
  operation: string,
  context: { readonly shop: string; readonly status: number },
): ShopifyUserError {
  const parsed = parseJson(body);
  const errors = isRecord(parsed) ? parsed['errors'] : undefined;
  const userErrors: UserErrorEntry[] = isRecord(errors)
    ? Object.entries(errors).flatMap(([field, messages]) =>
        (Array.isArray(messages) ? messages : [messages]).map((message) => ({
          field: [field],
          message: redactText(String(message)),
        })),
      )
    : [{ message: typeof errors === 'string' ? redactText(errors) : 'Unprocessable Entity' }];
  const said = userErrors.map(({ field, message }) => `${field?.join('.') ?? 'input'}: ${message}`).join('; ');
  return new ShopifyUserError(`${operation} was refused: ${said}`, { userErrors, ...context });
}

/** Options of one REST call. */
export interface RestOptions extends Omit<RequestOptions, 'userErrors' | 'cost' | 'operationName' | 'idempotencyKey'> {
  /** Query parameters. A list is joined with commas; `undefined` leaves a parameter out. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly (string | number)[] | undefined>>;
}

/** What a REST call brought, and how it went. */
export interface RestResult<TData> {
  /** The body. Whole numbers beyond 2^53 are `bigint`; `null` where there was no body. */
  readonly data: TData;
  /** `page_info` of the pages beside this one, where the response names them. */
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
 * are sent again after a lost response, and a DELETE that then meets 404 has succeeded; a POST is not, and throws
 * `OutcomeUnknownError`. The rate of calls
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

/**
 * Reads the pages that a `Link` header points to: `<https://…?page_info=abc&limit=50>; rel="next"`.
 *
 * @returns The value of `page_info` for the next and the previous page, where there is one.
 */
function parsePageLinks(header: string | null): { readonly next?: string; readonly previous?: string } {
  const pages: { next?: string; previous?: string } = {};
  for (const [, address = '', relation] of (header ?? '').matchAll(/<([^>]*)>\s*;[^,]*?rel="?(next|previous)"?/g)) {
    const pageInfo = URL.canParse(address) ? new URL(address).searchParams.get('page_info') : null;
    if (pageInfo !== null && (relation === 'next' || relation === 'previous')) pages[relation] = pageInfo;
  }
  return pages;
}
