// @ts-nocheck
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
  /** Requests per second that Shopify gives back. Default: by the size of the bucket. */
  readonly requestsPerSecond: number | undefined;
}

type Method = EncodedRequest['method'];

/** A REST client, as far as its code is loaded with the first call. */
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
      // A PUT says what the thing shall be, and what is deleted cannot be deleted twice. A POST makes a new thing.
      idempotency: options.retry?.idempotency ?? (method === 'POST' ? 'unsafe' : 'idempotent'),
    };
    const { value, cost: _none, ...result } = await run(call, environment);
    if (value instanceof SeeOther) return await readResult(value, { method, operation, limits, text, options }, result);
    return { ...result, data: value as never, pages: parsePageLinks(result.response.headers.get('link')) };
  }

  /** Gets what Shopify has put elsewhere: by then the POST has been carried out. */
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
          const message = `The pages of ${path} go round in a circle: the last one names a page as the next that was read before.`;
          throw new InvalidResponseError(message, {
            shop: environment.shop,
            operation: `GET ${path}`,
            isRetryable: false,
            mayHaveExecuted: false,
          });
        }
        read.add(next);
        // Shopify takes a cursor beside limit and fields only: https://shopify.dev/docs/api/usage/pagination-rest
        query = new URLSearchParams();
        for (const name of ['limit', 'fields']) for (const value of given.getAll(name)) query.append(name, value);
        query.append('page_info', next);
      }
    },
  };
}

/** One request whose parts were checked. */
interface CheckedRequest {
  readonly method: Method;
  readonly operation: string;
  readonly limits: ReturnType<typeof callLimits>;
  readonly text: string | undefined;
  readonly options: RestOptions;
}

/** In place of a value: what a POST has brought stands at another path of the same shop. */
class SeeOther {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

function refuse(field: string, message: string): never {
  throw new ValidationError('The REST call is invalid', { issues: [{ field, message }] });
}

/** A path below the version, such as `products/123.json`, and nothing that leads elsewhere. */
function checkedPath(path: string): string {
  const resource = typeof path === 'string' ? path.replace(/^\//, '') : '';
  if (/^(?!admin\/)[a-z0-9_]+(\/[a-z0-9_-]+)*\.json$/i.test(resource)) return resource;
  return refuse(
    'path',
    'must be relative to the API version and end in .json, such as products/123.json. Give parameters as query.',
  );
}

/** The query as it is sent. A list under a name with brackets, as Rails reads lists, is repeated; others are joined. */
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
      problems.push({ field: `query.${name}`, message: 'must be text, a number, a boolean, or a list of these.' });
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
  const context = {
    shop,
    operation,
    status,
    ...(requestId !== undefined && { requestId }),
    // What the earlier send wrote may be what the next one runs into. Of a first send all three mean a refusal.
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

  // What the earlier send has deleted is not found by the next one: that is what was asked for.
  if (status === 404 && method === 'DELETE' && unresolved) return { ok: true, value: null, feedback, cost: null };
  if (status === 303 && method !== 'GET') {
    // It was carried out, and its result stands elsewhere.
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
    return fail(new InvalidResponseError(`${shop} answered ${operation} with a body that is no JSON.`, context));
  }
}

/** Path and query of an address in the Admin API of the same shop. The token goes nowhere else. */
function pathOf(location: string | null, { origin, shop }: DecodeOptions): string | undefined {
  if (location === null || !URL.canParse(location, origin)) return undefined;
  const url = new URL(location, origin);
  const isHere = url.origin === origin || url.origin === `https://${shop}`;
  return isHere && url.pathname.startsWith('/admin/api/') ? url.pathname + url.search : undefined;
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
export interface RestOptions
  extends Omit<RequestOptions, 'userErrors' | 'errors' | 'cost' | 'operationName' | 'idempotencyKey'> {
  /**
   * Query parameters. A list is joined with commas, or repeated where the name ends in brackets (`address_ids[]`);
   * `undefined` leaves a parameter out.
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
 * `OutcomeUnknownError`. A POST whose result stands elsewhere (303) brings what is there. The rate of calls follows
 * `X-Shopify-Shop-Api-Call-Limit`, apart from the points of GraphQL.
 *
 * @example
 * for await (const { data } of shop.rest.pages('products.json', { query: { limit: 250 } })) { … }
 *
 * @throws ValidationError for a path, a query or a body that is none, before anything is sent.
 * @throws ShopifyUserError for status 422, and the other errors as `graphql()` does.
 */
export interface RestClient {
  get<TData = unknown>(path: string, options?: RestOptions): Promise<RestResult<TData>>;
  post<TData = unknown>(path: string, body: unknown, options?: RestOptions): Promise<RestResult<TData>>;
  put<TData = unknown>(path: string, body: unknown, options?: RestOptions): Promise<RestResult<TData>>;
  delete<TData = unknown>(path: string, options?: RestOptions): Promise<RestResult<TData>>;
  /**
   * The page at `path` and all that follow it by their `Link` headers.
   *
   * @throws InvalidResponseError where a page names one as the next that was read before.
   */
  pages<TData = unknown>(path: string, options?: RestOptions): AsyncGenerator<RestResult<TData>, void, undefined>;
}

/**
 * Reads the pages that a `Link` header points to: `<https://…?page_info=abc&limit=50>; rel="next"`.
 *
 * @returns The value of `page_info` for the next and the previous page, where there is one.
 */
function parsePageLinks(header: string | null): { readonly next?: string; readonly previous?: string } {
  const pages: { next?: string; previous?: string } = {};
  for (const [, address = '', parameters = ''] of (header ?? '').matchAll(linkPattern)) {
    const relations = relationsOf(parameters);
    // An address may be relative; of its host nothing is used.
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
