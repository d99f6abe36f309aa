import type { DeadJob, DeadJobOptions } from '../../ports/job-queue.ts';
import { deadJobPage } from '../dead-job-page.ts';
import type { HeldJob } from './types.ts';

interface DeadLetter {
  readonly job: HeldJob;
  readonly error: DeadJob['error'];
  readonly failedAt: number;
}

/** Jobs whose last attempt failed; the oldest go when there are too many. */
export class DeadLetters {
  readonly #letters = new Map<string, DeadLetter>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#letters.size;
  }

  /** @returns The id of a dead letter that had to go for it. */
  add(letter: DeadLetter): string | undefined {
    this.#letters.set(letter.job.job.id, letter);
    if (this.#letters.size <= this.#most) return undefined;
    const [oldest] = this.#letters.keys();
    if (oldest !== undefined) this.#letters.delete(oldest);
    return oldest;
  }

  list(which: DeadJobOptions): readonly DeadJob[] {
    const { from, to } = deadJobPage(which);
    const newestFirst = [...this.#letters.values()].reverse();
    return newestFirst.slice(from, to).map(({ job, error, failedAt }) => ({
      ...job.job,
      payload: JSON.parse(job.payload),
      attempts: job.failures,
      error,
      failedAt,
    }));
  }

  take(id: string): HeldJob | undefined {
    const letter = this.#letters.get(id);
    this.#letters.delete(id);
    return letter?.job;
  }
}
