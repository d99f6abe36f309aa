import { InvalidResponseError, isControlFlow, isShopwrightError } from '../errors/errors.ts';
import { lateModule } from '../internal/late-module.ts';
import type { TransportResponse } from '../ports/transport.ts';

/** Loaded on demand: most processes never need it, and its lists are long. */
const loadNetworkError = lateModule(() => import('./network-error.ts'));

/** Settings of every request over `fetch`. */
export const fetchSettings = {
  // A redirected POST would be followed as a GET: return the redirect's status instead.
  redirect: 'manual',
  // Frameworks patch fetch, and could serve a mutation from their cache without sending it.
  cache: 'no-store',
} as const;

/** Reads a body to its end, or stops receiving it at the limit. */
export async function received(response: Response, limit = Number.POSITIVE_INFINITY): Promise<TransportResponse> {
  const { status, headers, body } = response;
  const length = headers.get('content-length');
  // Unless it was compressed, the body has the length stated. Some implementations of fetch have no stream to read.
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
 * Runs one exchange so that it ends as `Transport` promises, whatever the HTTP client below does.
 *
 * An abort ends it at once with the signal's reason: undici itself does not end a request that still waits for a
 * connection. Any other error becomes a `NetworkError`, except for a framework's control flow. No listener stays on the
 * signal: `fetch` itself leaves one there until garbage collection, and a shop's worker may use one signal for days.
 *
 * @param run Makes the exchange, with its own signal.
 */
export function exchange<T>(signal: AbortSignal, run: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  return exchangeUntil(signal, stop, () => run(stop.signal));
}

/** Like `exchange`, for a client that is stopped by a function instead of a signal. */
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
