// @ts-nocheck
import type { Priority } from './rate-limiter.ts';

/** What is to be done. */
export interface NewJob {
  /** Names the handler, such as `push-product`. */
  readonly type: string;
  /** Plain JSON; a handler gets a copy. */
  readonly payload: unknown;
  /**
   * Dedupe key: while a job of this type with this key waits or is delayed, another is not added. One that runs
   * already does not count, since it may have read the state before the change that the new job is for; the new
   * job then waits for its end, so that two jobs of one type and key never run side by side. A job that waits for
   * its next attempt, or was deferred, counts again.
   */
  readonly key?: string;
  /** Milliseconds before it may run. Default 0. */
  readonly delayMs?: number;
  /**
   * `interactive` jobs go before `background` ones, always: while there is one that waits, no background job starts,
   * however old it is. Default `background`.
   */
  readonly priority?: Priority;
  /** Milliseconds to wait before each further attempt; its length is the number of retries. Default: the queue's. */
  readonly retryDelaysMs?: readonly number[];
  /** Milliseconds for one attempt, after which the handler's signal is aborted. Default: the queue's. */
  readonly timeoutMs?: number;
  /** Default: a UUID derived from the queue's name and the job's id. At most 255 characters. */
  readonly idempotencyKey?: string;
}

/** A job, as handlers get it and dashboards show it. */
export interface Job {
  readonly id: string;
  readonly type: string;
  readonly payload: unknown;
  readonly key: string | null;
  readonly priority: Priority;
  /** Milliseconds since the epoch. */
  readonly enqueuedAt: number;
}

/**
 * The trace in which a job was queued, as the headers of W3C Trace Context write it: https://www.w3.org/TR/trace-context/
 * It travels in the job's envelope, beside the payload.
 */
export interface TraceCarrier {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** What a handler is called with. */
export interface JobContext {
  readonly job: Job;
  /** The trace in which it was queued, where `shopwright/otel` was in use; else `null` or left out. */
  readonly trace?: TraceCarrier | null;
  /** 1 for the first. A job that was deferred or that comes back from a dead worker has the same number again. */
  readonly attempt: number;
  /** Aborted when the attempt's time is up, its lock is lost, or the queue closes and does not wait longer. */
  readonly signal: AbortSignal;
  /** The same in every attempt of this job, and after `retry`: for mutations that take an idempotency key. */
  readonly idempotencyKey: string;
}

/**
 * Does one job. It can run more than once, so it must be safe to repeat. Throwing makes the job wait for its
 * next attempt, or a dead letter after the last. Throwing what `defer(delayMs)` makes, or a `CircuitOpenError`,
 * defers it without losing an attempt.
 */
export type JobHandler = (context: JobContext) => Promise<unknown>;

/** What `enqueue` resolves with. */
export interface EnqueuedJob {
  readonly id: string;
  /** `false` where a job with the same dedupe key was waiting already; `id` is that one's. */
  readonly isNew: boolean;
}

/** A job whose last attempt failed. */
export interface DeadJob extends Job {
  readonly attempts: number;
  /** Code (of a `ShopwrightError`, else `UNKNOWN`) and message, without secrets. */
  readonly error: { readonly code: string; readonly message: string };
  /** Milliseconds since the epoch. */
  readonly failedAt: number;
}

/** Figures of a queue. */
export interface QueueStats {
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly dead: number;
  /** Milliseconds for which the oldest waiting job has been due; `null` where none waits. */
  readonly oldestWaitingMs: number | null;
  /** Of the last 1,000 attempts that this process finished, in milliseconds; `null` before the first. */
  readonly processingMs: { readonly median: number; readonly p95: number; readonly max: number } | null;
}

/** Which page of the dead letters. */
export interface DeadJobOptions {
  /** Default 100, at most 1,000; the newest come first. */
  readonly limit?: number;
  /** Dead letters to skip. Default 0. */
  readonly offset?: number;
}

/**
 * Jobs that are done at least once.
 *
 * @throws QueueError when the queue cannot be reached or is closed, or a job is invalid.
 */
export interface JobQueue {
  /** Such as `shopify-sync`. */
  readonly name: string;
  /** Whether its jobs and dead letters are gone with this process. Default `false`. */
  readonly isInMemory?: boolean;
  /** Resolves once the job is as safe as the adapter makes it. */
  enqueue(job: NewJob): Promise<EnqueuedJob>;
  /**
   * Does jobs of that type from now on. Every process that works on a queue must register all its types: a job
   * of a type without a handler is deferred and reported to the logger, never dropped. The handler runs in the
   * `AsyncLocalStorage` context of this call, whoever queues the job.
   *
   * @throws ConfigError (code `CONFIG_INVALID`) when the type has a handler on this queue already.
   */
  process(type: string, handler: JobHandler): void;
  stats(): Promise<QueueStats>;
  deadJobs(options?: DeadJobOptions): Promise<readonly DeadJob[]>;
  /**
   * Makes a dead letter a job again, with all its attempts and the same idempotency key. `false`: it is no dead
   * letter, or none any more. After an error that `isRetryable` the next call tells.
   */
  retry(id: string): Promise<boolean>;
  /** Removes a dead letter, with its payload. `false`: it is no dead letter, or none any more. */
  remove(id: string): Promise<boolean>;
  /** Resolves once nothing waits, is delayed or runs. */
  drain(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Takes no more jobs, waits for those that run in this process (`graceMs`, default 10,000), then aborts their
   * signals and gives them back without the loss of an attempt.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
