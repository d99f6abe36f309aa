import type { BeforeRequestHook, Hooks, KyInstance } from 'ky';
import { ConfigError, InvalidResponseError, isControlFlow, isShopwrightError } from '../errors/errors.ts';
import { lateModule } from '../internal/late-module.ts';
import { unknownNames } from '../internal/names.ts';
import type { Transport, TransportRequest, TransportResponse } from '../ports/transport.ts';

/** Options of `kyTransport`. */
export interface KyTransportOptions {
  /** Replaces the global `fetch`, which is otherwise looked up for each request, so that mocks installed later work. */
  readonly fetch?: typeof fetch;
  /**
   * A ky instance of your own, whose hooks, headers, `fetch` and `prefix` (or `baseUrl`) apply to each attempt. With a
   * prefix, the path of the request is appended to it, and the header `x-shopify-shop-domain` names the shop. Its
   * retries and timeouts do not apply, since the client has its own, and neither do errors that a `beforeError` hook
   * creates for a status: the hook runs, but the client throws its own error. The `signal` of the request that hooks
   * see is not aborted: an aborted call ends without waiting for hooks, and nothing is sent after it.
   */
  readonly ky?: KyInstance;
}

/** Loaded at the first request: ky, and the `Request` it looks at when loaded, cost more than all of the client. */
const loadKy = lateModule(() => import('ky'));

/** Most processes never need it, and a list of what can go wrong is long. */
const loadNetworkError = lateModule(() => import('./network-error.ts'));

/** What the client does itself: retries, time limits, and errors for statuses. */
const clientsOwn = { retry: 0, timeout: false } as const;

/**
 * Creates the default transport: ky over `fetch`, with ky's own retries, timeouts and status errors turned off.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) if an option is invalid.
 *
 * @example
 * const logged = ky.create({ hooks: { afterResponse: [({ request, response }) => log(request.url, response.status)] } });
 * const shop = createShopifyClient({ shop: 'acme', accessToken, transport: kyTransport({ ky: logged }) });
 */
export function kyTransport(options: KyTransportOptions = {}): Transport {
  const problems = [...unknownNames(options, { fetch: true, ky: true }, 'kyTransport.')];
  if (options.ky !== undefined && typeof options.ky?.extend !== 'function')
    problems.push({ field: 'kyTransport.ky', message: 'is not a ky instance. Pass ky, or the result of ky.create.' });
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  if (options.ky) return hostTransport(options.ky, options.fetch);

  let http: KyInstance | undefined;
  return {
    name: 'ky',
    async send(request: TransportRequest): Promise<TransportResponse> {
      // Outside the exchange, which treats every failure as the network's.
      http ??= (await loadKy()).default.create({ ...clientsOwn, throwHttpErrors: false });
      const short = http;
      return exchange(request.signal, async (stop) => {
        const { url } = request;
        // Of all it is given ky makes a `Request`, and fetch another one of that: headers copied five times,
        // the body as a stream, the signal tied to two more. It costs a third of a bare fetch, so fetch gets
        // them from here, and ky nothing but the address.
        const send = () => (options.fetch ?? globalThis.fetch)(url, initOf(request, stop));
        return received(await short(url, { fetch: send }), request.maxResponseBytes);
      });
    },
  };
}

const fetchSettings = {
  // A redirect of a POST would be followed as a GET: hand it to the caller as the status it is.
  redirect: 'manual',
  // Frameworks patch fetch, and would serve a mutation from their cache: it would never be sent.
  cache: 'no-store',
} as const;

function initOf({ method, headers, body }: TransportRequest, signal: AbortSignal) {
  return {
    method,
    headers,
    signal,
    ...fetchSettings,
    ...(body !== undefined && { body }),
  } as const;
}

/** ky documents `undefined` for removing hooks, but its types do not accept it. */
const withoutBeforeRequest = { beforeRequest: undefined } as unknown as Hooks;

/** ky's long way, over an instance whose hooks want to see its `Request`. */
function hostTransport(given: KyInstance, replacement: typeof fetch | undefined): Transport {
  let hostFetch = replacement;
  let hasPrefix = false;
  let hooksOfHost: readonly BeforeRequestHook[] = [];
  /** The bodies of requests as ky creates them. A request that a hook returns instead is not in it. */
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
        ...clientsOwn,
        // Only where the host has changed the default: for each option ky copies all others, in every call.
        ...(host.totalTimeout && { totalTimeout: false }),
        ...(host.throwHttpErrors !== undefined && { throwHttpErrors: true }),
        hooks: withoutBeforeRequest,
      };
    })
    .extend({ hooks: { beforeRequest: [noteBody, ...hooksOfHost] } });

  return {
    name: 'ky',
    send: (request) =>
      exchange(request.signal, async (stop) => {
        const { method, body } = request;
        const place = hasPrefix ? behindPrefix(request) : request;
        let seen: Response | undefined;
        const send = async (input: Parameters<typeof fetch>[0], more?: RequestInit): Promise<Response> => {
          // Hooks may have taken longer than the call.
          stop.throwIfAborted();
          const body = typeof input === 'object' ? bodies.get(input) : undefined;
          seen = await (hostFetch ?? globalThis.fetch)(input, {
            ...more,
            ...fetchSettings,
            // A `Request` follows its signal by way of several others, and lets go of an abort when one was collected.
            signal: stop,
            // From a `Request` alone, fetch would pipe the body through two streams.
            ...(body !== undefined && { body }),
          });
          return seen;
        };
        try {
          const response = await instance(place.url, {
            method,
            headers: place.headers,
            // No signal: ky would join it with one of its own, for a tenth of the CPU. `send` has it.
            fetch: send,
            ...(body !== undefined && { body }),
          });
          return await received(response, request.maxResponseBytes);
        } catch (error) {
          // A status is no failure of the exchange. Whatever hooks have made of it, the client says what it means.
          const refusal = refusalOf(error, seen);
          if (!refusal || stop.aborted || isControlFlow(error)) throw error;
          return refusal;
        }
      }),
  };
}

/** A prefix replaces the shop's address, so that a header must tell the shop. */
function behindPrefix({ url, headers }: TransportRequest): Pick<TransportRequest, 'url' | 'headers'> {
  const { host, pathname, search } = new URL(url);
  return { url: pathname + search, headers: { 'x-shopify-shop-domain': host, ...headers } };
}

/** The response that ky, or a hook of the host, has made an error of. ky has read its body. */
function refusalOf(error: unknown, seen: Response | undefined): TransportResponse | undefined {
  const response = error instanceof Error && 'response' in error ? (error.response as Response) : seen;
  if (!response || response.ok || isShopwrightError(error)) return undefined;
  const data = error instanceof Error && 'data' in error ? error.data : undefined;
  const body = typeof data === 'string' ? data : data === undefined ? '' : JSON.stringify(data);
  return { status: response.status, headers: response.headers, body };
}

/** Reads a body to its end, or to its limit: then the rest is not received. */
export async function received(response: Response, limit = Number.POSITIVE_INFINITY): Promise<TransportResponse> {
  const { status, headers, body } = response;
  const length = headers.get('content-length');
  // As long as it says, unless it was compressed. Some implementations of fetch have no stream to look into.
  const isKnown = length !== null && headers.get('content-encoding') === null;
  if (isKnown && Number(length) > limit) {
    void body?.cancel().catch(() => undefined);
    throw responseTooLarge(limit);
  }
  if (isKnown || typeof body?.getReader !== 'function') return { status, headers, body: await response.text() };

  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { status, headers, body: text + decoder.decode() };
    bytes += value.byteLength;
    if (bytes > limit) {
      void reader.cancel().catch(() => undefined);
      throw responseTooLarge(limit);
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Creates the error for a response that is too large. Sending again would return the same. */
export function responseTooLarge(limit: number): InvalidResponseError {
  return new InvalidResponseError(
    `The response has more than ${limit} bytes (maxResponseBytes). Raise the limit, or request fewer fields or smaller pages.`,
    { isRetryable: false },
  );
}

/**
 * Runs one exchange so that it ends as the interface promises, whatever the HTTP client below does.
 *
 * An abort ends it at once with the signal's reason: undici itself keeps a request waiting that has no connection yet.
 * Anything else thrown becomes a `NetworkError`, except for a framework's control flow. No listener stays on the
 * signal: `fetch` itself leaves one there until garbage collection, and a shop's worker may use one signal for days.
 *
 * @param run Makes the exchange; the signal it gets is its own.
 */
export function exchange<T>(signal: AbortSignal, run: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  return exchangeUntil(signal, stop, () => run(stop.signal));
}

/** The same, over a client that is stopped by something else than a signal. */
export function exchangeUntil<T>(
  signal: AbortSignal,
  stop: { abort(reason: unknown): void },
  run: () => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      reject(signal.reason);
      stop.abort(signal.reason);
    };
    const letGo = (): void => signal.removeEventListener('abort', onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
    run().then(
      (value) => {
        letGo();
        resolve(value);
      },
      (error: unknown) => {
        letGo();
        if (isControlFlow(error) || isShopwrightError(error)) reject(error);
        else loadNetworkError().then(({ networkError }) => reject(networkError(error)), reject);
      },
    );
  });
}
