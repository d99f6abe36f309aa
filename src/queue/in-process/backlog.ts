import type { Clock } from '../../internal/clock.ts';
import { dedupeName } from '../queued-job.ts';
import { DueHeap } from './due-heap.ts';
import { JobLine } from './job-line.ts';
import type { HeldJob } from './types.ts';

/** All jobs that do not run: two lines of those that are due, and those that will be. */
export class Backlog {
  readonly #lines = { interactive: new JobLine(), background: new JobLine() };
  readonly #later = new DueHeap();
  /** Who holds a dedupe key. */
  readonly #holders = new Map<string, HeldJob>();
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #cancelTimer: (() => void) | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;

  /** @param onDue Called after jobs have become due. */
  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get waiting(): number {
    return this.#lines.interactive.size + this.#lines.background.size;
  }

  get delayed(): number {
    return this.#later.size;
  }

  /** Milliseconds for which the oldest waiting job has been due. */
  get oldestWaitingMs(): number | null {
    const due = [this.#lines.interactive.first, this.#lines.background.first].flatMap((job) => job?.dueMs ?? []);
    return due.length === 0 ? null : this.#clock.monotonic() - Math.min(...due);
  }

  /** The job that holds a dedupe key. */
  holder(type: string, key: string): HeldJob | undefined {
    return this.#holders.get(dedupeName(type, key));
  }

  /** Takes a job in. It holds its dedupe key from now on, unless another job has got it meanwhile. */
  add(job: HeldJob, delayMs: number): void {
    const { type, key } = job.job;
    if (key !== null && !this.holder(type, key)) this.#holders.set(dedupeName(type, key), job);
    job.dueMs = this.#clock.monotonic() + delayMs;
    if (delayMs > 0) {
      this.#later.push(job);
      this.#watch();
    } else {
      this.#lines[job.job.priority].push(job);
      this.#onDue();
    }
  }

  /** Takes the next job out; another with its key can come in now. */
  next(): HeldJob | undefined {
    const job = this.#lines.interactive.shift() ?? this.#lines.background.shift();
    if (!job) return undefined;
    const { type, key } = job.job;
    if (key !== null && this.holder(type, key) === job) this.#holders.delete(dedupeName(type, key));
    return job;
  }

  /** No delayed job becomes due any more. */
  close(): void {
    this.#cancelTimer?.();
    this.#timerDueMs = Number.NEGATIVE_INFINITY;
  }

  /** One timer is enough: that of the job which is due first. */
  #watch(): void {
    const first = this.#later.first;
    if (!first || first.dueMs >= this.#timerDueMs) return;
    this.#cancelTimer?.();
    this.#timerDueMs = first.dueMs;
    this.#cancelTimer = this.#clock.setTimer(() => {
      this.#timerDueMs = Number.POSITIVE_INFINITY;
      this.#admit();
      this.#watch();
    }, first.dueMs - this.#clock.monotonic());
  }

  #admit(): void {
    const nowMs = this.#clock.monotonic();
    for (let job = this.#later.first; job && job.dueMs <= nowMs; job = this.#later.first) {
      this.#later.pop();
      this.#lines[job.job.priority].push(job);
    }
    this.#onDue();
  }
}
