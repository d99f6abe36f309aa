import type { BeforeRequestHook, Hooks, KyInstance } from 'ky';
import { isControlFlow, isShopwrightError } from '../errors/errors.ts';
import type { Transport, TransportRequest, TransportResponse } from '../ports/transport.ts';
import { exchange, fetchSettings, received } from './exchange.ts';

/** ky documents `undefined` for removing hooks, but its types do not accept it. */
const withoutBeforeRequest = { beforeRequest: undefined } as unknown as Hooks;

/** Creates the `send` of a transport over a host's own instance of ky, whose hooks want to see a `Request`. */
export function sendOverHostKy(given: KyInstance, replacement: typeof fetch | undefined): Transport['send'] {
  let hostFetch = replacement;
  let hasPrefix = false;
  let hooksOfHost: readonly BeforeRequestHook[] = [];
  /** The bodies of requests as ky creates them. Requests that a hook returns instead are not included. */
  const bodies = new WeakMap<object, string>();
  const noteBody: BeforeRequestHook = ({ request, options }) => {
    if (typeof options?.body === 'string') bodies.set(request, options.body);
  };
  const instance = given
    .extend((host) => {
      hostFetch ??= host.fetch;
      hasPrefix = Boolean(host.prefix) || Boolean(host.baseUrl);
      hooksOfHost = host.hooks?.beforeRequest ?? [];
      return {
        // The client retries and times out itself.
        retry: 0,
        timeout: false,
        // Set only if the host changed the default: for each option, ky copies all others in every call.
        ...(host.totalTimeout && { totalTimeout: false }),
        ...(host.throwHttpErrors !== undefined && { throwHttpErrors: true }),
        hooks: withoutBeforeRequest,
      };
    })
    .extend({ hooks: { beforeRequest: [noteBody, ...hooksOfHost] } });

  return (request) =>
    exchange(request.signal, async (stop) => {
      const { method, body } = request;
      const place = hasPrefix ? behindPrefix(request) : request;
      let seen: Response | undefined;
      const send = async (input: Parameters<typeof fetch>[0], more?: RequestInit): Promise<Response> => {
        // The hooks may have run longer than the call.
        stop.throwIfAborted();
        const text = typeof input === 'object' ? bodies.get(input) : undefined;
        seen = await (hostFetch ?? globalThis.fetch)(input, {
          ...more,
          ...fetchSettings,
          // A `Request` follows its signal through several others, and misses an abort if one of them was collected.
          signal: stop,
          // Without the text, fetch would pipe the body of the `Request` through two streams.
          ...(text !== undefined && { body: text }),
        });
        return seen;
      };
      try {
        const response = await instance(place.url, {
          method,
          headers: place.headers,
          // No signal here: ky would combine it with its own, at a tenth of the CPU time. `send` sets it.
          fetch: send,
          ...(body !== undefined && { body }),
        });
        return await received(response, request.maxResponseBytes);
      } catch (error) {
        // A status is not a failed exchange. Whatever hooks turned it into, the client interprets it.
        const refusal = refusalOf(error, seen);
        if (!refusal || stop.aborted || isControlFlow(error)) throw error;
        return refusal;
      }
    });
}

/** A prefix replaces the shop's address, so a header names the shop. */
function behindPrefix({ url, headers }: TransportRequest): Pick<TransportRequest, 'url' | 'headers'> {
  const { host, pathname, search } = new URL(url);
  return { url: pathname + search, headers: { 'x-shopify-shop-domain': host, ...headers } };
}

/** Returns the response that ky, or a hook of the host, turned into an error. ky has already read its body. */
function refusalOf(error: unknown, seen: Response | undefined): TransportResponse | undefined {
  const response = error instanceof Error && 'response' in error ? (error.response as Response) : seen;
  if (!response || response.ok || isShopwrightError(error)) return undefined;
  const data = error instanceof Error && 'data' in error ? error.data : undefined;
  const body = typeof data === 'string' ? data : data === undefined ? '' : JSON.stringify(data);
  return { status: response.status, headers: response.headers, body };
}
