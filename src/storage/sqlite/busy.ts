import type { Clock } from '../../internal/clock.ts';
import { sleep } from '../../internal/sleep.ts';
import { isBusy } from '../sqlite.ts';

/** SQLite's own steps from try to try; the last one goes on. */
const delaysMs = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100] as const;

const longestDelayMs = 100;

/**
 * Runs the work, and again while the database is locked, for `limitMs` at most. It takes the place of SQLite's
 * `busy_timeout`, which would stop the whole event loop: with it, two stores on one file in one process would
 * wait for each other until the time is up.
 *
 * @throws The last error once the time is up, any other error at once.
 */
export async function whileBusy<T>(work: () => Promise<T>, limitMs: number, clock: Clock): Promise<T> {
  const deadline = clock.monotonic() + limitMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const delayMs = delaysMs[attempt] ?? longestDelayMs;
      if (!isBusy(error) || clock.monotonic() + delayMs > deadline) throw error;
      await sleep(clock, delayMs);
    }
  }
}
