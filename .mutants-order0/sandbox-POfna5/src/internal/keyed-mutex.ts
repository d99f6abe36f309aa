// @ts-nocheck
import { untilAborted } from './abort.ts';

/**
 * Runs the tasks of one key one after another, in the order in which they came; tasks of different keys run at
 * the same time.
 *
 * @example
 * const mutex = new KeyedMutex();
 * await mutex.run(localId, () => pushProduct(draft), signal);
 */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Runs the task after all earlier tasks of its key, whether they succeeded or failed. Aborting the signal ends
   * the wait with the signal's reason; a task that has started runs to its own end.
   */
  run<T>(key: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last.get(key)?.catch(() => undefined) ?? Promise.resolve();
    const run = (signal ? untilAborted(before, signal) : before).then(task);
    // The next in line waits for the tasks before this one too, even where this one gave up waiting.
    const ended = Promise.allSettled([before, run]);
    this.#last.set(key, ended);
    ended.then(() => {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    });
    return run;
  }
}
