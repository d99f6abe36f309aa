import { InvalidResponseError, isControlFlow, isShopwrightError } from '../errors/errors.ts';
import { lateModule } from '../internal/late-module.ts';
import type { TransportResponse } from '../ports/transport.ts';

/** Most processes never need it, and a list of what can go wrong is long. */
const loadNetworkError = lateModule(() => import('./network-error.ts'));

/** What every request over `fetch` sets. */
export const fetchSettings = {
  // A redirect of a POST would be followed as a GET: hand it to the caller as the status it is.
  redirect: 'manual',
  // Frameworks patch fetch, and would serve a mutation from their cache: it would never be sent.
  cache: 'no-store',
} as const;

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
