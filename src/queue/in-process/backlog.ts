import type { Clock } from '../../internal/clock.ts';
import { DueHeap } from './due-heap.ts';
import { JobLine } from './job-line.ts';
import { KeyBook } from './key-book.ts';
import type { HeldJob } from './types.ts';

/** All jobs that do not run: two lines of those that are due, and those that will be. */
export class Backlog {
  readonly #lines = { interactive: new JobLine(), background: new JobLine() };
  readonly #later = new DueHeap();
  readonly #keys = new KeyBook();
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #cancelTimer: (() => void) | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;

  /** @param onDue Called after jobs have become due. */
  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Jobs in the lines. */
  get ready(): number {
    return this.#lines.interactive.size + this.#lines.background.size;
  }

  /** Jobs that are due, in the lines or behind one with the same key. */
  get waiting(): number {
    return this.ready + this.#keys.parked;
  }

  get delayed(): number {
    return this.#later.size;
  }

  /** Milliseconds for which the first job of the lines has been due. */
  get oldestWaitingMs(): number | null {
    const due = [this.#lines.interactive.first, this.#lines.background.first].flatMap((job) => job?.dueMs ?? []);
    return due.length === 0 ? null : this.#clock.monotonic() - Math.min(...due);
  }

  /** The waiting job with that dedupe key. */
  holder(type: string, key: string): HeldJob | undefined {
    return this.#keys.holder(type, key);
  }

  /** Takes a job in. */
  add(job: HeldJob, delayMs: number): void {
    this.#keys.hold(job);
    job.dueMs = this.#clock.monotonic() + delayMs;
    if (delayMs > 0) {
      this.#later.push(job);
      this.#watch();
    } else {
      this.#lines[job.job.priority].push(job);
      this.#onDue();
    }
  }

  /** Takes out the next job that may run; one whose key is taken by a running job stands aside until `end`. */
  next(): HeldJob | undefined {
    for (;;) {
      const job = this.#lines.interactive.shift() ?? this.#lines.background.shift();
      if (!job || this.#keys.start(job)) return job;
    }
  }

  /** The job that `next` gave has ended. */
  end(job: HeldJob): void {
    const behind = this.#keys.end(job);
    for (const next of behind) this.#lines[next.job.priority].push(next);
    if (behind.length > 0) this.#onDue();
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
