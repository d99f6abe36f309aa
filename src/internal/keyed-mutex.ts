import { untilAborted } from './abort.ts';

/** Runs the tasks of one key after one another, and those of different keys side by side. */
export type Turns = <T>(key: string, task: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** An abort of the signal ends the wait for the turn; once begun, a task goes on to its own end. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return (key, task, signal) => {
    const before = last.get(key)?.catch(() => undefined) ?? Promise.resolve();
    const run = (signal ? untilAborted(before, signal) : before).then(task);
    // Whoever comes next waits for the one before us too, also where we gave up waiting.
    const ended = Promise.allSettled([before, run]);
    last.set(key, ended);
    ended.then(() => {
      if (last.get(key) === ended) last.delete(key);
    });
    return run;
  };
}
