import type { Clock } from '../../internal/clock.ts';
import { sleep } from '../../internal/sleep.ts';
import { wasConflict } from './errors.ts';

/** Milliseconds before each further try, of which half is chance, so that two do not meet again and again. */
const delaysMs = [5, 10, 20, 40, 80, 160, 320] as const;

/**
 * Runs the work, and again where a deadlock or a serialization failure made the server undo all of it. The
 * work must be one transaction or one statement.
 *
 * @throws The last error after eight tries, any other error at once.
 */
export async function whileConflicting<T>(work: () => Promise<T>, clock: Clock): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const delayMs = delaysMs[attempt];
      if (delayMs === undefined || !wasConflict(error)) throw error;
      await sleep(clock, delayMs * (0.5 + Math.random() / 2));
    }
  }
}
