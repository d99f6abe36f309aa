import type { Clock } from './clock.ts';

/** One signal for the end of an attempt, with its clean-up. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Settles as the promise does, or rejects with the signal's reason as soon as it aborts. One at a time. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Stops the timer and takes the listener off the outer signal. */
  release(): void;
}

/**
 * A signal that follows `outer` and also aborts after `timeoutMs` with the reason that `onTimeout` makes.
 * Unlike `AbortSignal.any` with `AbortSignal.timeout`, it leaves nothing behind on a long-lived outer signal.
 */
export function linkSignal(
  clock: Clock,
  outer: AbortSignal | undefined,
  timeoutMs: number,
  onTimeout: () => unknown,
): LinkedSignal {
  const controller = new AbortController();
  const { signal } = controller;
  // A listener on the own signal would say the same, at the price of a tenth of a call.
  let endWait: ((reason: unknown) => void) | undefined;
  const abort = (reason: unknown): void => {
    if (signal.aborted) return;
    controller.abort(reason);
    endWait?.(signal.reason);
  };
  const follow = (): void => abort(outer?.reason);
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  const cancel = clock.setTimer(() => abort(onTimeout()), timeoutMs);
  return {
    signal,
    until: (promise) =>
      new Promise((resolve, reject) => {
        endWait = reject;
        if (signal.aborted) reject(signal.reason);
        promise.then(resolve, reject);
      }),
    release() {
      cancel();
      outer?.removeEventListener('abort', follow);
    },
  };
}
