import type { Logger, TelemetryListener } from '../../ports/logger.ts';

/** The part of an ioredis client of the queue's own that is needed here. */
export interface OwnRedis {
  on(event: 'error' | 'ready', listener: (error: Error) => void): unknown;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  hdel(key: string, field: string): Promise<number>;
  disconnect(): void;
}

/** The part of the host's ioredis client that is needed; `Redis` and `Cluster` of ioredis 5 and 6 fit. */
export interface RedisToCopy {
  readonly isCluster?: boolean;
  readonly options: object;
  duplicate(first?: never, second?: never): OwnRedis;
}

/** Options of `bullmqQueue`. Only `connection` is needed. All processes must be given the same name and prefix. */
export interface BullmqQueueOptions {
  /**
   * An ioredis client. The queue opens connections of its own like it, with the settings that BullMQ needs; yours
   * is not used, changed or closed.
   */
  readonly connection: RedisToCopy;
  /** Without `:`. Default `shopify-sync`. */
  readonly name?: string;
  /** What the names of all keys begin with. Default `{shopwright}`, whose braces keep them together in a Cluster. */
  readonly prefix?: string;
  /** Jobs that run at once in this process. Default 8. */
  readonly concurrency?: number;
  /** Milliseconds before each further attempt of a job that says nothing else. Default 30, 60 and 120 seconds. */
  readonly retryDelaysMs?: readonly number[];
  /** Milliseconds for one attempt of a job that says nothing else. Default 300,000. */
  readonly timeoutMs?: number;
  /**
   * Milliseconds after which a worker that gives no sign has lost its jobs; it gives a sign twice as often. A dead
   * worker's jobs come back within twice this time. Default 30,000.
   */
  readonly lockDurationMs?: number;
  /** How often a job may lose its worker before it is a dead letter: it may be what kills them. Default 5. */
  readonly maxStalledCount?: number;
  /** Dead letters that are kept; the oldest goes when there is one more. Default 10,000. */
  readonly maxDeadJobs?: number;
  /** Milliseconds after which `enqueue` and whatever else asks Redis fails when there is no answer. Default 5,000. */
  readonly commandTimeoutMs?: number;
  /** Hears of failed attempts, dead letters, jobs of unknown types, lost locks, and of Redis. */
  readonly logger?: Logger;
  /** Hears of each attempt in this process. */
  readonly telemetry?: TelemetryListener;
}

/** What BullMQ keeps of a job, as it shows in dashboards. */
export interface StoredJob {
  readonly payload: unknown;
  readonly key: string | null;
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
  readonly idempotencyKey: string | null;
}
