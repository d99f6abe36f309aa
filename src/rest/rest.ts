import { requestHeaders } from '../admin/request-headers.ts';
import { readRestAnswer } from '../admin/rest/answer.ts';
import type { RestClient, RestOptions, RestResult } from '../admin/rest/types.ts';
import { ValidationError } from '../errors/errors.ts';
import { callLimits, type DefaultLimits } from '../http/request-options.ts';
import { stringifyExactJson } from '../internal/exact-json.ts';
import { parsePageLinks } from '../internal/link-header.ts';
import { run } from '../request/run.ts';
import type { Call, CallEnvironment } from '../request/types.ts';

interface RestClientSettings extends DefaultLimits {
  readonly environment: CallEnvironment;
  readonly apiVersion: string;
  /** Requests per second that Shopify gives back. Default: as the size of the bucket tells. */
  readonly requestsPerSecond: number | undefined;
}

type Method = Call<unknown>['method'];

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

    const call: Call<unknown> = {
      ...limits,
      operation,
      // A PUT says what the thing shall be, and what is deleted cannot be deleted twice. A POST makes a new thing.
      safety: options.retry?.safety ?? (method === 'POST' ? 'never' : 'safe'),
      method,
      path: `/admin/api/${apiVersion}/${resource}${queryText(options.query)}`,
      headers: {
        accept: 'application/json',
        ...(text !== undefined && { 'content-type': 'application/json' }),
        ...requestHeaders(options.headers),
      },
      ...(text !== undefined && { body: () => text }),
      cost: () => 1,
      interpret: (response) =>
        readRestAnswer(response, {
          shop: environment.shop,
          operation,
          requestsPerSecond,
          nowMs: environment.clock.now(),
        }),
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
  throw new ValidationError('The REST call', [{ field: 'path', message }]);
}

function queryText(query: RestOptions['query'] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]))}`;
}
