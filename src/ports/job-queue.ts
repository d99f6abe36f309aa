import type { Priority } from './rate-limiter.ts';

/** A job to add to a queue. */
export interface NewJob {
  /** Name of the handler, such as `push-product`. */
  readonly type: string;
  /** Plain JSON; the handler receives a copy. */
  readonly payload: unknown;
  /**
   * Dedupe key: while a job of this type with this key is waiting or delayed, another is not added. A job that is
   * already running does not count, since it may have read the state before the change that the new job is for; the new
   * job then waits for it to end, so two jobs with the same type and key never run at the same time. A job that waits
   * for its next attempt, or was deferred, counts again.
   */
  readonly key?: string;
  /** Minimum delay before the job runs, in milliseconds. Default 0. */
  readonly delayMs?: number;
  /**
   * `interactive` jobs always go first: while one is waiting, no `background` job starts, however old it is. Default
   * `background`.
   */
  readonly priority?: Priority;
  /** Milliseconds to wait before each retry; the length of the list is the number of retries. Default: the queue's. */
  readonly retryDelaysMs?: readonly number[];
  /** Time limit for one attempt, in milliseconds; then the handler's signal is aborted. Default: the queue's. */
  readonly timeoutMs?: number;
  /** At most 255 characters. Default: a UUID derived from the queue's name and the job's id. */
  readonly idempotencyKey?: string;
}

/** A queued job, as passed to handlers and shown in dashboards. */
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
 * The trace in which a job was queued, in the form of the W3C Trace Context headers:
 * https://www.w3.org/TR/trace-context/ It is stored in the job's envelope, next to the payload.
 */
export interface TraceCarrier {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** The argument of a job handler. */
export interface JobContext {
  readonly job: Job;
  /** The trace in which the job was queued, if `shopwright/otel` was in use; otherwise `null` or omitted. */
  readonly trace?: TraceCarrier | null;
  /** Starts at 1. A job that was deferred, or returned by a dead worker, keeps its number. */
  readonly attempt: number;
  /** Aborted when the attempt times out, its lock is lost, or the queue closes and its grace period is over. */
  readonly signal: AbortSignal;
  /**
   * Stays the same for every attempt of this job and after `retry`: use it for mutations that take an idempotency key.
   */
  readonly idempotencyKey: string;
}

/**
 * Processes one job. It may run more than once, so it must be safe to repeat. If it throws, the job waits for its next
 * attempt, or becomes a dead letter after the last one. Throwing the result of `defer(delayMs)`, or a
 * `CircuitOpenError`, defers the job without using up an attempt.
 */
export type JobHandler = (context: JobContext) => Promise<unknown>;

/** The result of `enqueue`. */
export interface EnqueuedJob {
  readonly id: string;
  /** `false` if a job with the same dedupe key was already waiting; `id` is then that job's. */
  readonly isNew: boolean;
}

/** A job whose last attempt failed. */
export interface DeadJob extends Job {
  readonly attempts: number;
  /** The error's code (`UNKNOWN` unless it is a `ShopwrightError`) and message, without secrets. */
  readonly error: { readonly code: string; readonly message: string };
  /** Milliseconds since the epoch. */
  readonly failedAt: number;
}

/** Statistics of a queue. */
export interface QueueStats {
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly dead: number;
  /** Milliseconds for which the oldest waiting job has been due; `null` if none is waiting. */
  readonly oldestWaitingMs: number | null;
  /** Durations in milliseconds of the last 1,000 attempts that this process finished; `null` before the first. */
  readonly processingMs: { readonly median: number; readonly p95: number; readonly max: number } | null;
}

/** Selects a page of the dead letters. */
export interface DeadJobOptions {
  /** Dead letters per page, newest first. Default 100, at most 1,000. */
  readonly limit?: number;
  /** Number of dead letters to skip. Default 0. */
  readonly offset?: number;
}

/**
 * A queue that runs each job at least once.
 *
 * @throws QueueError if the queue cannot be reached or is closed, or a job is invalid.
 */
export interface JobQueue {
  /** Name of the queue, such as `shopify-sync`. */
  readonly name: string;
  /** Whether its jobs and dead letters are lost when this process ends. Default `false`. */
  readonly isInMemory?: boolean;
  /** Adds a job. Resolves once the adapter has stored it. */
  enqueue(job: NewJob): Promise<EnqueuedJob>;
  /**
   * Starts processing jobs of that type. Every process that works on a queue must register all its types: a job of a
   * type without a handler is deferred and reported to the logger, never dropped. The handler runs in the
   * `AsyncLocalStorage` context of this call, no matter who queues the job.
   *
   * @throws ConfigError (code `CONFIG_INVALID`) if this queue already has a handler for the type.
   */
  process(type: string, handler: JobHandler): void;
  stats(): Promise<QueueStats>;
  deadJobs(options?: DeadJobOptions): Promise<readonly DeadJob[]>;
  /**
   * Turns a dead letter back into a job, with all its attempts and the same idempotency key. Returns `false` if there
   * is no such dead letter. After an error with `isRetryable`, call it again.
   */
  retry(id: string): Promise<boolean>;
  /** Removes a dead letter and its payload. Returns `false` if there is no such dead letter. */
  remove(id: string): Promise<boolean>;
  /** Resolves once no job is waiting, delayed or running. */
  drain(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Stops taking jobs and waits up to `graceMs` milliseconds (default 10,000) for those running in this process, then
   * aborts their signals and returns them to the queue without using up an attempt.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
  /** Calls `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
