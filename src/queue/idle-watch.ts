/** Those who wait until a queue is empty. */
export interface IdleWatch {
  /** Resolves when the queue is empty; rejects on an abort, or on `end`. */
  wait(signal?: AbortSignal): Promise<void>;
  /** Lets them go, if the queue is empty now. */
  check(): void;
  /** Nobody will be let go any more. */
  end(reason: Error): void;
}

/** @param isIdle Whether nothing waits, is delayed or runs. */
export function createIdleWatch(isIdle: () => boolean): IdleWatch {
  const waiters = new Set<{ readonly resolve: () => void; readonly reject: (reason: unknown) => void }>();
  return {
    async wait(signal) {
      signal?.throwIfAborted();
      if (isIdle()) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onAbort = (): void => reject(signal?.reason);
      const waiter = { resolve, reject };
      waiters.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        await promise;
      } finally {
        waiters.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
      }
    },
    check() {
      if (waiters.size > 0 && isIdle()) for (const { resolve } of waiters) resolve();
    },
    end(reason) {
      for (const { reject } of waiters) reject(reason);
    },
  };
}
