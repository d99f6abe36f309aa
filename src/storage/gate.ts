import { StorageError } from '../errors/local.ts';

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

  return {
    async run(work) {
      if (closing) {
        throw new StorageError('The store is closed: close() was called on it. Make new stores to go on.', false);
      }
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
        if (closing && running === 0) idle.resolve();
      }
    },
    close(release) {
      if (closing) return closing;
      if (running === 0) idle.resolve();
      closing = idle.promise.then(() => release?.());
      return closing;
    },
  };
}
