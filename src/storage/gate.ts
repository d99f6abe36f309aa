import { storeClosed } from './closed.ts';

/** Lets work through until it is closed, and knows what still runs. */
export interface Gate {
  /** @throws StorageError once the gate is closed. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Refuses new work at once, waits for what runs, then releases. Later calls give the same promise. */
  close(release?: () => Promise<void>): Promise<void>;
}

/** Makes the gate that stands before all work of one set of stores. */
export function createGate(): Gate {
  let running = 0;
  const idle = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;

  const end = (): void => {
    running -= 1;
    if (closing && running === 0) idle.resolve();
  };

  return {
    // All work of a store comes through here, so it does not wait for a promise of the gate's own besides.
    run(work) {
      if (closing) return Promise.reject(storeClosed());
      running += 1;
      const done = started(work);
      done.then(end, end);
      return done;
    },
    close(release) {
      if (closing) return closing;
      if (running === 0) idle.resolve();
      closing = idle.promise.then(() => release?.());
      return closing;
    },
  };
}

/** Work that throws before its first `await` is no different from work that rejects. */
function started<T>(work: () => Promise<T>): Promise<T> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}
