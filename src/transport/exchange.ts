import { networkError } from '../http/failure.ts';

/**
 * Runs one exchange so that it ends as the port promises, whatever the HTTP client below does.
 *
 * An abort ends it at once with the signal's reason: undici by itself lets a request wait on that has no
 * connection yet. All else that is thrown becomes a `NetworkError`. No listener stays on the signal: `fetch`
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
        reject(networkError(error));
      },
    );
  });
}
