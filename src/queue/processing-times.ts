import type { QueueStats } from '../ports/job-queue.ts';

const remembered = 1_000;

/** How long the last attempts took. */
export class ProcessingTimes {
  readonly #durationsMs: number[] = [];
  #next = 0;

  add(durationMs: number): void {
    this.#durationsMs[this.#next] = durationMs;
    this.#next = (this.#next + 1) % remembered;
  }

  summary(): QueueStats['processingMs'] {
    const sorted = [...this.#durationsMs].sort((a, b) => a - b);
    const at = (part: number): number => sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
    return sorted.length === 0 ? null : { median: at(0.5), p95: at(0.95), max: at(1) };
  }
}
