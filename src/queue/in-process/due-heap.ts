import type { HeldJob } from './types.ts';

/** Delayed jobs, the one that is due first on top: a binary heap. */
export class DueHeap {
  readonly #jobs: HeldJob[] = [];

  get size(): number {
    return this.#jobs.length;
  }

  get first(): HeldJob | undefined {
    return this.#jobs[0];
  }

  push(job: HeldJob): void {
    const jobs = this.#jobs;
    let at = jobs.push(job) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = jobs[above];
      if (!parent || parent.dueMs <= job.dueMs) break;
      jobs[at] = parent;
      at = above;
    }
    jobs[at] = job;
  }

  pop(): HeldJob | undefined {
    const jobs = this.#jobs;
    const first = jobs[0];
    const last = jobs.pop();
    if (last && jobs.length > 0) this.#sink(last);
    return first;
  }

  /** Puts a job on top and lets it down to its place. */
  #sink(job: HeldJob): void {
    const jobs = this.#jobs;
    let at = 0;
    for (;;) {
      const [left, right] = [jobs[2 * at + 1], jobs[2 * at + 2]];
      if (!left) break;
      const isRight = right !== undefined && right.dueMs < left.dueMs;
      const child = isRight ? right : left;
      if (child.dueMs >= job.dueMs) break;
      jobs[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    jobs[at] = job;
  }
}
