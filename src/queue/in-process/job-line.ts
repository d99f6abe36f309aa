import type { HeldJob } from './types.ts';

/** Places in front that are empty before the line moves up. */
const movesUpAt = 1_024;

/** Jobs that are due, first come, first served; each step takes the same time, however long the line is. */
export class JobLine {
  #jobs: HeldJob[] = [];
  #front = 0;

  get size(): number {
    return this.#jobs.length - this.#front;
  }

  get first(): HeldJob | undefined {
    return this.#jobs[this.#front];
  }

  push(job: HeldJob): void {
    this.#jobs.push(job);
  }

  shift(): HeldJob | undefined {
    const job = this.first;
    if (!job) return undefined;
    this.#front += 1;
    if (this.#front >= movesUpAt && this.#front * 2 >= this.#jobs.length) {
      this.#jobs = this.#jobs.slice(this.#front);
      this.#front = 0;
    }
    return job;
  }
}
