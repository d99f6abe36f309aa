import { untilAborted } from './abort.ts';

/**
 * Runs the tasks of one key one after another, in the order of the calls. Tasks of different keys run at the same time.
 *
 * @example
 * const mutex = new KeyedMutex();
 * await mutex.run(localId, () => pushProduct(draft), signal);
 */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Runs the task after all earlier tasks of its key, whether they succeeded or failed. If the signal aborts, the wait
   * ends with the signal's reason; a task that has started is not stopped.
   */
  run<T>(key: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last.get(key)?.catch(() => undefined) ?? Promise.resolve();
    const run = (signal ? untilAborted(before, signal) : before).then(task);
    // The next task also waits for the tasks before this one, even if this one stopped waiting for them.
    const ended = Promise.allSettled([before, run]);
    this.#last.set(key, ended);
    ended.then(() => {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    });
    return run;
  }
}
