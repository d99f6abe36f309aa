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
