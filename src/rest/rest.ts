import {
  InvalidResponseError,
  type Issue,
  isShopwrightError,
  OutcomeUnknownError,
  ShopifyUserError,
  type ShopwrightError,
  type UserErrorEntry,
  ValidationError,
} from '../errors/errors.ts';
import { type CallEnvironment, type Decoded, type EncodedRequest, type Protocol, run } from '../http/call.ts';
import {
  callLimits,
  type DefaultLimits,
  type OptionNames,
  type RequestOptions,
  refuseUnknown,
  requestHeaders,
} from '../http/request-options.ts';
import { errorOfStatus } from '../http/status.ts';
import { isRecord, parseExactJson, parseJson } from '../internal/json.ts';
import { redactText } from '../internal/redact.ts';
import type { ThrottleStatus } from '../ports/rate-limiter.ts';
import type { TransportResponse } from '../ports/transport.ts';

export interface RestClientSettings extends DefaultLimits {
  readonly environment: CallEnvironment;
  readonly apiVersion: string;
  /** Requests per second that Shopify restores. Default: by the size of the bucket. */
  readonly requestsPerSecond: number | undefined;
}

type Method = EncodedRequest['method'];

/** The parts of a REST client that are loaded with the first call. */
interface RestSender extends Pick<RestClient, 'pages'> {
  /** @param text The body, written as JSON. */
  send(method: Method, path: string, text: string | undefined, options?: RestOptions): Promise<RestResult<never>>;
}

/** Sends the REST calls of one shop. */
export function createRestSender(settings: RestClientSettings): RestSender {
  const { environment, apiVersion, requestsPerSecond } = settings;

  async function send(
    method: Method,
    path: string,
    text: string | undefined,
    options: RestOptions = {},
  ): Promise<RestResult<never>> {
    refuseUnknown(options, optionNames, settings);
    options.signal?.throwIfAborted();
    const resource = checkedPath(path);
    const operation = `${method} ${resource}`;
    const limits = callLimits(options, settings);
    const query = readQuery(options.query);
    return sendTo(`/admin/api/${apiVersion}/${resource}${query.size > 0 ? `?${query}` : ''}`, {
      method,
      operation,
      limits,
      text,
      options,
    });
  }

  async function sendTo(
    path: string,
    { method, operation, limits, text, options }: CheckedRequest,
  ): Promise<RestResult<never>> {
    const request: EncodedRequest = {
      method,
      path,
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
          origin: environment.origin,
          shop: environment.shop,
          operation,
          requestsPerSecond,
          nowMs: environment.clock.now(),
        }),
    };
    const call = {
      ...limits,
      operation,
      kind: 'rest' as const,
      protocol,
      // A PUT sets a state, and a resource can be deleted only once. A POST creates a new one each time.
      idempotency: options.retry?.idempotency ?? (method === 'POST' ? 'unsafe' : 'idempotent'),
    };
    const { value, cost: _none, ...result } = await run(call, environment);
    if (value instanceof SeeOther) return await readResult(value, { method, operation, limits, text, options }, result);
    return { ...result, data: value as never, pages: parsePageLinks(result.response.headers.get('link')) };
  }

  /** Fetches a result that Shopify has put at another path: the POST itself has been carried out. */
  async function readResult(
    { path }: SeeOther,
    { operation, limits, options }: CheckedRequest,
    posted: Pick<RestResult<never>, 'attempts' | 'waitedMs' | 'requestId'>,
  ): Promise<RestResult<never>> {
    const sentAt = environment.clock.now();
    try {
      const read = await sendTo(path, { method: 'GET', operation, limits, text: undefined, options });
      return { ...read, attempts: posted.attempts + read.attempts, waitedMs: posted.waitedMs + read.waitedMs };
    } catch (cause) {
      if (!isShopwrightError(cause)) throw cause;
      const message = `${operation} was carried out, but its result at ${path.split('?')[0]} could not be read (${cause.code}). Read it from there.`;
      const { requestId } = posted;
      throw new OutcomeUnknownError(message, {
        sentAt,
        idempotencyKey: undefined,
        shop: environment.shop,
        operation,
        cause,
        ...(requestId !== undefined && { requestId }),
      });
    }
  }

  return {
    send,
    async *pages(path, options = {}) {
      const given = readQuery(options.query);
      const read = new Set([given.get('page_info')]);
      let query = given;
      for (;;) {
        const page = await send('GET', path, undefined, { ...options, query });
        yield page;
        const { next } = page.pages;
        if (next === undefined) return;
        if (read.has(next)) {
          const message = `The pages of ${path} repeat: the last one names a page that was already read as the next.`;
          throw new InvalidResponseError(message, {
            shop: environment.shop,
            operation: `GET ${path}`,
            isRetryable: false,
            mayHaveExecuted: false,
          });
        }
        read.add(next);
        // Beside a cursor, Shopify accepts only limit and fields: https://shopify.dev/docs/api/usage/pagination-rest
        query = new URLSearchParams();
        for (const name of ['limit', 'fields']) for (const value of given.getAll(name)) query.append(name, value);
        query.append('page_info', next);
      }
    },
  };
}

/** One request whose parts have been checked. */
interface CheckedRequest {
  readonly method: Method;
  readonly operation: string;
  readonly limits: ReturnType<typeof callLimits>;
  readonly text: string | undefined;
  readonly options: RestOptions;
}

/** Returned instead of a value: the result of a POST is at another path of the same shop. */
class SeeOther {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

function refuse(field: string, message: string): never {
  throw new ValidationError('The REST call is invalid', { issues: [{ field, message }] });
}

/** Returns a path below the version, such as `products/123.json`. Refuses any that could lead elsewhere. */
function checkedPath(path: string): string {
  const resource = typeof path === 'string' ? path.replace(/^\//, '') : '';
  if (/^(?!admin\/)[a-z0-9_]+(\/[a-z0-9_-]+)*\.json$/i.test(resource)) return resource;
  return refuse(
    'path',
    'must be relative to the API version and end in .json, such as products/123.json. Pass parameters as query.',
  );
}

/**
 * Returns the query to send. A list under a name with brackets, as Rails expects it, is repeated; others are joined.
 */
function readQuery(query: RestOptions['query'] = {}): URLSearchParams {
  if (query instanceof URLSearchParams) return new URLSearchParams(query);
  if (!isRecord(query) || Symbol.iterator in query) {
    return refuse('query', 'must be an object, such as { limit: 250 }, or URLSearchParams.');
  }
  const pairs: [string, string][] = [];
  const problems: Issue[] = [];
  for (const [name, value] of Object.entries(query)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
    if (!values.every(isText)) {
      problems.push({ field: `query.${name}`, message: 'must be a string, number, boolean, or a list of these.' });
    } else if (Array.isArray(value) && !name.endsWith('[]')) pairs.push([name, values.join(',')]);
    else for (const one of values) pairs.push([name, String(one)]);
  }
  if (problems.length > 0) throw new ValidationError('The REST call is invalid', { issues: problems });
  return new URLSearchParams(pairs);
}

function isText(value: unknown): boolean {
  return ['string', 'boolean', 'bigint'].includes(typeof value) || Number.isFinite(value);
}

interface DecodeOptions {
  readonly method: Method;
  /** Scheme and host that the request went to. */
  readonly origin: string;
  /** Whether an earlier send of this call may have been carried out. */
  readonly unresolved: boolean;
  readonly shop: string;
  readonly operation: string;
  /** Requests restored per second. Default: by the size of the bucket. */
  readonly requestsPerSecond: number | undefined;
  readonly nowMs: number;
}

/** Not found, in conflict, refused as invalid: an earlier send can be the cause of each. */
const conflicts: ReadonlySet<number> = new Set([404, 409, 422]);

/** Reads one REST response into its body or a typed error. */
function decodeResponse(response: TransportResponse, options: DecodeOptions): Decoded<unknown> {
  const { shop, operation, method, unresolved } = options;
  const { status } = response;
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const context = {
    shop,
    operation,
    status,
    ...(requestId !== undefined && { requestId }),
    // The earlier send may have caused this response. For a first send, all three statuses are refusals.
    ...(conflicts.has(status) && { mayHaveExecuted: unresolved && method !== 'GET' }),
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

  // The earlier send deleted it, so this one does not find it: the call has succeeded.
  if (status === 404 && method === 'DELETE' && unresolved) return { ok: true, value: null, feedback, cost: null };
  if (status === 303 && method !== 'GET') {
    // It was carried out, and its result is at another path.
    const path = method === 'POST' ? pathOf(response.headers.get('location'), options) : undefined;
    if (path !== undefined) return { ok: true, value: new SeeOther(path), feedback, cost: null };
    return fail(errorOfStatus(response, context, options.nowMs));
  }
  if (status === 422) return fail(refusedInput(response.body, operation, context));
  if (status < 200 || status > 299) return fail(errorOfStatus(response, context, options.nowMs));
  if (response.body.trim() === '') return { ok: true, value: null, feedback, cost: null };
  try {
    return { ok: true, value: parseExactJson(response.body), feedback, cost: null };
  } catch {
    return fail(new InvalidResponseError(`${shop} responded to ${operation} with a body that is not JSON.`, context));
  }
}

/** Path and query of an address in the Admin API of the same shop: the token is sent to no other host. */
function pathOf(location: string | null, { origin, shop }: DecodeOptions): string | undefined {
  if (location === null || !URL.canParse(location, origin)) return undefined;
  const url = new URL(location, origin);
  const isHere = url.origin === origin || url.origin === `https://${shop}`;
  return isHere && url.pathname.startsWith('/admin/api/') ? url.pathname + url.search : undefined;
}

/**
 * Reads the bucket of REST calls, such as `32/40`. The restore rate depends on the plan, which the bucket's size shows
 * only in part: 400 is Plus (20 a second), 40 is any other plan (2, or 4 for Advanced; the lower one is used).
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

/** Reads `{"errors": {"title": ["can't be blank"]}}`, or a text. */
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
export interface RestOptions
  extends Omit<RequestOptions, 'userErrors' | 'errors' | 'cost' | 'operationName' | 'idempotencyKey'> {
  /**
   * Query parameters. A list is joined with commas, or repeated if the name ends in brackets (`address_ids[]`);
   * parameters that are `undefined` are omitted.
   */
  readonly query?:
    | Readonly<Record<string, string | number | bigint | boolean | readonly (string | number | bigint)[] | undefined>>
    | URLSearchParams;
}

const optionNames: OptionNames<RestOptions> = {
  signal: true,
  priority: true,
  timeoutMs: true,
  deadlineMs: true,
  retry: true,
  headers: true,
  query: true,
};

/** Result of a REST call. */
export interface RestResult<TData> {
  /** The parsed body. Whole numbers beyond 2^53 are `bigint`; `null` if there was no body. */
  readonly data: TData;
  /** `page_info` of the next and previous page, if the response names them. */
  readonly pages: { readonly next?: string; readonly previous?: string };
  readonly requestId: string | undefined;
  /** Number of requests sent. */
  readonly attempts: number;
  /** Milliseconds spent waiting for room in the bucket and between attempts. */
  readonly waitedMs: number;
  readonly response: { readonly status: number; readonly headers: { get(name: string): string | null } };
}

/**
 * The REST part of a client, for what GraphQL does not support yet: Shopify has called REST legacy since 2024-10.
 *
 * Paths are relative to the version, such as `products.json` or `products/123.json`. GET, PUT and DELETE are retried
 * after a lost response, and a DELETE that then gets 404 has succeeded; a POST is not retried, and throws
 * `OutcomeUnknownError`. For a POST that redirects to its result (303), the result is fetched from there. The rate of
 * calls follows `X-Shopify-Shop-Api-Call-Limit`, separately from GraphQL's points.
 *
 * @example
 * for await (const { data } of shop.rest.pages('products.json', { query: { limit: 250 } })) { … }
 *
 * @throws ValidationError for an invalid path, query or body, before anything is sent.
 * @throws ShopifyUserError for status 422, and the other errors as `graphql()` does.
 */
export interface RestClient {
  get<TData = unknown>(path: string, options?: RestOptions): Promise<RestResult<TData>>;
  post<TData = unknown>(path: string, body: unknown, options?: RestOptions): Promise<RestResult<TData>>;
  put<TData = unknown>(path: string, body: unknown, options?: RestOptions): Promise<RestResult<TData>>;
  delete<TData = unknown>(path: string, options?: RestOptions): Promise<RestResult<TData>>;
  /**
   * Reads the page at `path` and all following ones by their `Link` headers.
   *
   * @throws InvalidResponseError if a page names one that was already read as the next.
   */
  pages<TData = unknown>(path: string, options?: RestOptions): AsyncGenerator<RestResult<TData>, void, undefined>;
}

/**
 * Reads the pages that a `Link` header points to: `<https://…?page_info=abc&limit=50>; rel="next"`.
 *
 * @returns The `page_info` of the next and the previous page, if the header names them.
 */
function parsePageLinks(header: string | null): { readonly next?: string; readonly previous?: string } {
  const pages: { next?: string; previous?: string } = {};
  for (const [, address = '', parameters = ''] of (header ?? '').matchAll(linkPattern)) {
    const relations = relationsOf(parameters);
    // An address may be relative; its host is not used.
    const pageInfo = URL.canParse(address, anyHost) ? new URL(address, anyHost).searchParams.get('page_info') : null;
    if (pageInfo === null) continue;
    if (relations.includes('next')) pages.next ??= pageInfo;
    if (relations.includes('previous') || relations.includes('prev')) pages.previous ??= pageInfo;
  }
  return pages;
}

const anyHost = 'https://shop.invalid';

/** A parameter of a link, such as `; rel="next"`; a quoted value may hold commas and semicolons. */
const parameter = /\s*;\s*([^\s;,="']+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s;,"']*))?/;

const linkPattern = new RegExp(`<([^>]*)>((?:${parameter.source.replace(/\((?!\?)/g, '(?:')})*)`, 'g');

/** The relations of a link, of which there can be several: https://www.rfc-editor.org/rfc/rfc8288#section-3.3 */
function relationsOf(parameters: string): readonly string[] {
  for (const [, name = '', value = ''] of parameters.matchAll(new RegExp(parameter, 'g'))) {
    if (name.toLowerCase() === 'rel')
      return value
        .replace(/^["']|["']$/g, '')
        .toLowerCase()
        .split(/\s+/);
  }
  return [];
}
