import type { Clock } from '../../internal/clock.ts';
import { SortedQueue } from '../../internal/sorted-queue.ts';
import type { DeadJob, DeadJobOptions, Job } from '../../ports/job-queue.ts';
import { deadJobPage, dedupeName, type QueuedJob } from '../job.ts';

/** All jobs that are not running: those that are due, in two lines, and those that will be. */
export class Backlog {
  readonly #lines = { interactive: new JobLine(), background: new JobLine() };
  readonly #later = new SortedQueue<HeldJob>((one, other) => one.dueMs < other.dueMs);
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

  /** How long the first job of the lines has been due, in milliseconds. */
  get oldestWaitingMs(): number | null {
    const due = [this.#lines.interactive.first, this.#lines.background.first].flatMap((job) => job?.dueMs ?? []);
    return due.length === 0 ? null : this.#clock.monotonic() - Math.min(...due);
  }

  /** The waiting job with that dedupe key. */
  holder(type: string, key: string): HeldJob | undefined {
    return this.#keys.holder(type, key);
  }

  /** Adds a job. */
  add(job: HeldJob, delayMs: number): void {
    this.#keys.hold(job);
    job.dueMs = this.#clock.monotonic() + delayMs;
    if (delayMs > 0) {
      this.#later.add(job);
      this.#watch();
    } else {
      this.#lines[job.job.priority].push(job);
      this.#onDue();
    }
  }

  /**
   * Removes and returns the next job that may run. A job whose key belongs to a running job waits aside until `end`.
   */
  next(): HeldJob | undefined {
    for (;;) {
      const job = this.#lines.interactive.shift() ?? this.#lines.background.shift();
      if (!job || this.#keys.start(job)) return job;
    }
  }

  /** The job that `next` returned has ended. */
  end(job: HeldJob): void {
    const behind = this.#keys.end(job);
    for (const next of behind) this.#lines[next.job.priority].push(next);
    if (behind.length > 0) this.#onDue();
  }

  /** From now on, no delayed job becomes due. */
  close(): void {
    this.#cancelTimer?.();
    this.#timerDueMs = Number.NEGATIVE_INFINITY;
  }

  /** One timer is enough: for the job that is due first. */
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
      this.#later.removeFirst();
      this.#lines[job.job.priority].push(job);
    }
    this.#onDue();
  }
}

/** Number of empty places at the front after which the line moves up. */
const movesUpAt = 1_024;

/** Jobs that are due, first come, first served. Each step takes the same time in a line of any length. */
class JobLine {
  #jobs: (HeldJob | undefined)[] = [];
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
    // The place is removed later, but the payload must not stay in memory.
    this.#jobs[this.#front] = undefined;
    this.#front += 1;
    if (this.#front >= movesUpAt && this.#front * 2 >= this.#jobs.length) {
      this.#jobs = this.#jobs.slice(this.#front);
      this.#front = 0;
    }
    return job;
  }
}

/** The waiting and the running jobs of each dedupe key. */
class KeyBook {
  /** The waiting job of each key, into which later ones are merged. */
  readonly #holders = new Map<string, HeldJob>();
  /** The keys of running jobs, with the due jobs that wait for their end. */
  readonly #running = new Map<string, HeldJob[]>();
  #parked = 0;

  /** Jobs that wait for the end of one with the same key. */
  get parked(): number {
    return this.#parked;
  }

  holder(type: string, key: string): HeldJob | undefined {
    return this.#holders.get(dedupeName(type, key));
  }

  /** The job waits again and holds its key, unless another one took it meanwhile. */
  hold(job: HeldJob): void {
    const name = nameOf(job);
    if (name !== undefined && !this.#holders.has(name)) this.#holders.set(name, job);
  }

  /** Whether the job can start now. If not, it is kept until `end` returns it. */
  start(job: HeldJob): boolean {
    const name = nameOf(job);
    if (name === undefined) return true;
    const behind = this.#running.get(name);
    if (behind) {
      behind.push(job);
      this.#parked += 1;
      return false;
    }
    this.#running.set(name, []);
    if (this.#holders.get(name) === job) this.#holders.delete(name);
    return true;
  }

  /** The job has ended. @returns The jobs that waited for its end. */
  end(job: HeldJob): readonly HeldJob[] {
    const name = nameOf(job);
    if (name === undefined) return [];
    const behind = this.#running.get(name) ?? [];
    this.#running.delete(name);
    this.#parked -= behind.length;
    return behind;
  }
}

const nameOf = ({ job: { type, key } }: HeldJob): string | undefined =>
  key === null ? undefined : dedupeName(type, key);

interface DeadLetter {
  readonly job: HeldJob;
  readonly error: DeadJob['error'];
  readonly failedAt: number;
}

/** Jobs whose last attempt failed. The oldest are dropped when there are too many. */
export class DeadLetters {
  readonly #letters = new Map<string, DeadLetter>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#letters.size;
  }

  /** @returns The id of a dead letter that was dropped for it. */
  add(letter: DeadLetter): string | undefined {
    this.#letters.set(letter.job.job.id, letter);
    if (this.#letters.size <= this.#most) return undefined;
    const [oldest] = this.#letters.keys();
    if (oldest !== undefined) this.#letters.delete(oldest);
    return oldest;
  }

  list(page: DeadJobOptions): readonly DeadJob[] {
    const { from, to } = deadJobPage(page);
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

/** A job in the memory of the process, with its state. */
export interface HeldJob
  extends Pick<QueuedJob, 'payload' | 'retryDelaysMs' | 'timeoutMs' | 'idempotencyKey' | 'trace'> {
  readonly job: Omit<Job, 'payload'>;
  /** Attempts that failed. */
  failures: number;
  /** When it may run, on the monotonic clock. */
  dueMs: number;
}
