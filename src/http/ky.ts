import type { KyInstance } from 'ky';
import { isControlFlow } from '../errors/errors.ts';
import { lateModule } from '../internal/late-module.ts';
import type { Transport, TransportRequest, TransportResponse } from '../ports/transport.ts';

interface KyTransportOptions {
  /** Replaces the global `fetch`, which is otherwise looked up at each request, so that mocks installed later work. */
  readonly fetch?: typeof fetch;
}

/** Loaded at the first request: ky, and the `Request` it looks at when loaded, cost more than all of the client. */
const loadKy = lateModule(() => import('ky'));

/** Most processes never need it, and a list of what can go wrong is long. */
const loadNetworkError = lateModule(() => import('./network-error.ts'));

/** The default transport: ky over `fetch`, with ky's own retries, time-outs and status errors switched off. */
export function kyTransport(options: KyTransportOptions = {}): Transport {
  let http: KyInstance | undefined;

  return {
    name: 'ky',
    async send({ method, url, headers, body, signal }: TransportRequest): Promise<TransportResponse> {
      // Outside of the exchange, to which all that fails is the network's fault.
      http ??= (await loadKy()).default.create({ retry: 0, timeout: false, throwHttpErrors: false });
      const request = http;
      return exchange(signal, async (stop) => {
        const response = await request(url, {
          // Of all it is given ky makes a `Request`, and fetch another one of that: headers copied five times,
          // the body as a stream, the signal tied to two more. It costs a third of a bare fetch, so fetch gets
          // them from here, and ky nothing but the address.
          fetch: () =>
            (options.fetch ?? globalThis.fetch)(url, {
              method,
              headers,
              signal: stop,
              // A redirect of a POST would be followed as a GET: hand it to the caller as the status it is.
              redirect: 'manual',
              // Frameworks patch fetch, and would serve a mutation from their cache: it would never be sent.
              cache: 'no-store',
              ...(body !== undefined && { body }),
            }),
        });
        return { status: response.status, headers: response.headers, body: await response.text() };
      });
    },
  };
}

/**
 * Runs one exchange so that it ends as the port promises, whatever the HTTP client below does.
 *
 * An abort ends it at once with the signal's reason: undici by itself lets a request wait on that has no
 * connection yet. All else that is thrown becomes a `NetworkError`, but for a framework's control flow. No listener stays on the signal: `fetch`
 * by itself leaves one there until the garbage collector comes, and a shop's worker may use one signal for days.
 *
 * @param run Makes the exchange; the signal it gets is its own.
 */
export function exchange<T>(signal: AbortSignal, run: (stop: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = new AbortController();
    const onAbort = (): void => {
      reject(signal.reason);
      stop.abort(signal.reason);
    };
    const letGo = (): void => signal.removeEventListener('abort', onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
    run(stop.signal).then(
      (value) => {
        letGo();
        resolve(value);
      },
      (error: unknown) => {
        letGo();
        if (isControlFlow(error)) reject(error);
        else loadNetworkError().then(({ networkError }) => reject(networkError(error)), reject);
      },
    );
  });
}
