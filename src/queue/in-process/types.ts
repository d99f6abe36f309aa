import type { Clock } from '../../internal/clock.ts';
import type { Job } from '../../ports/job-queue.ts';
import type { Logger, TelemetryListener } from '../../ports/logger.ts';

/** Options of `inProcessQueue`. All can be left out. */
export interface InProcessQueueOptions {
  /** Default `shopify-sync`. */
  readonly name?: string;
  /** Jobs that run at once. Default 8. */
  readonly concurrency?: number;
  /** Milliseconds before each further attempt of a job that says nothing else. Default 30, 60 and 120 seconds. */
  readonly retryDelaysMs?: readonly number[];
  /** Milliseconds for one attempt of a job that says nothing else. Default 300,000. */
  readonly timeoutMs?: number;
  /** Dead letters that are kept; the oldest goes when there is one more. Default 10,000. */
  readonly maxDeadJobs?: number;
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
  /** Hears of failed attempts, dead letters and jobs of unknown types. */
  readonly logger?: Logger;
  /** Hears of each attempt. */
  readonly telemetry?: TelemetryListener;
}

/** A job in the memory of the process, with what becomes of it. */
export interface HeldJob {
  readonly job: Omit<Job, 'payload'>;
  /** JSON text. */
  readonly payload: string;
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
  readonly idempotencyKey: string | null;
  /** Attempts that failed. */
  failures: number;
  /** When it may run, on the monotonic clock. */
  dueMs: number;
}
