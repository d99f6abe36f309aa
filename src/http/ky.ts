import type { KyInstance } from 'ky';
import { ConfigError } from '../errors/errors.ts';
import { lateModule } from '../internal/late-module.ts';
import { unknownNames } from '../internal/names.ts';
import type { Transport, TransportRequest, TransportResponse } from '../ports/transport.ts';
import { exchange, fetchSettings, received } from './exchange.ts';

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

/** Loaded at the first request: ky, and the `Request` that it inspects when loaded, cost more than the whole client. */
const loadKy = lateModule(() => import('ky'));

/** Few hosts pass an instance. */
const loadHostKy = lateModule(() => import('./host-ky.ts'));

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
  const { ky: host, fetch: replacement } = options;
  if (host) {
    let send: Transport['send'] | undefined;
    return {
      name: 'ky',
      async send(request) {
        send ??= (await loadHostKy()).sendOverHostKy(host, replacement);
        return send(request);
      },
    };
  }

  let http: KyInstance | undefined;
  return {
    name: 'ky',
    async send(request: TransportRequest): Promise<TransportResponse> {
      // Created outside the exchange, which treats every failure as the network's. The client handles retries, time
      // limits and errors itself.
      http ??= (await loadKy()).default.create({ retry: 0, timeout: false, throwHttpErrors: false });
      const short = http;
      return exchange(request.signal, async (stop) => {
        const { url } = request;
        // ky turns its arguments into a `Request`, and fetch makes another one of that: headers are copied five times,
        // the body becomes a stream, and the signal is tied to two more. That costs a third of a bare fetch, so fetch
        // gets them from here, and ky only gets the address.
        const send = () => (replacement ?? globalThis.fetch)(url, initOf(request, stop));
        return received(await short(url, { fetch: send }), request.maxResponseBytes);
      });
    },
  };
}

function initOf({ method, headers, body }: TransportRequest, signal: AbortSignal) {
  return {
    method,
    headers,
    signal,
    ...fetchSettings,
    ...(body !== undefined && { body }),
  } as const;
}
