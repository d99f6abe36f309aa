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

/**
 * Runs a task once for all who ask for its result, and anew only after it failed. A caller's abort ends
 * that caller's wait, and neither the task nor the wait of others.
 */
export function sharedTask<T>(task: () => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  let running: Promise<T> | undefined;
  return (signal) => {
    running ??= task().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return signal ? untilAborted(running, signal) : running;
  };
}

/** Settles as the promise does, or rejects with the signal's reason as soon as it aborts. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/**
 * Resolves after `delayMs`. An abort ends the wait at once and rejects with the signal's reason.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.setTimer(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
