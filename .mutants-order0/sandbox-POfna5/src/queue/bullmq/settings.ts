// @ts-nocheck
import { ConfigError, type Issue } from '../../errors/errors.ts';
import { unknownNames } from '../../internal/names.ts';
import type { TelemetryListener } from '../../ports/events.ts';
import type { Logger } from '../../ports/logger.ts';
import { areDelays, isTimeout } from '../job.ts';

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

/** The options with defaults; the logger and the listener stay optional. */
export type BullmqQueueSettings = Required<Omit<BullmqQueueOptions, 'logger' | 'telemetry'>>;

const optionNames: Record<keyof BullmqQueueOptions, true> = {
  connection: true,
  name: true,
  prefix: true,
  concurrency: true,
  retryDelaysMs: true,
  timeoutMs: true,
  lockDurationMs: true,
  maxStalledCount: true,
  maxDeadJobs: true,
  commandTimeoutMs: true,
  logger: true,
  telemetry: true,
};

/**
 * Fills in the defaults.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) with all that is invalid.
 */
export function bullmqQueueSettings(options: BullmqQueueOptions): BullmqQueueSettings {
  const { connection, name = 'shopify-sync', prefix = '{shopwright}', concurrency = 8 } = options;
  const { retryDelaysMs = [30_000, 60_000, 120_000], timeoutMs = 300_000, maxDeadJobs = 10_000 } = options;
  const { lockDurationMs = 30_000, maxStalledCount = 5, commandTimeoutMs = 5_000 } = options;
  const issues: Issue[] = [...unknownNames(options, optionNames, 'queue.')];
  const check = (field: keyof BullmqQueueOptions, isValid: boolean, message: string): void => {
    if (!isValid) issues.push({ field: `queue.${field}`, message });
  };
  const isCount = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;
  check('connection', typeof connection?.duplicate === 'function', 'give an ioredis client: `new Redis(url)`');
  check('name', /^[^:]+$/.test(name), 'give a text without `:` that is not empty');
  check('prefix', typeof prefix === 'string' && prefix.length > 0, 'give a text that is not empty');
  check('concurrency', isCount(concurrency, 1), 'give a whole number, more than 0');
  check('retryDelaysMs', areDelays(retryDelaysMs), 'give a list of at most 100 waits in milliseconds');
  check('timeoutMs', isTimeout(timeoutMs), 'give milliseconds, more than 0, at most a year');
  check('lockDurationMs', isCount(lockDurationMs, 100), 'give whole milliseconds, 100 or more');
  check('maxStalledCount', isCount(maxStalledCount, 0), 'give a whole number, 0 or more');
  check('maxDeadJobs', isCount(maxDeadJobs, 1), 'give a whole number, more than 0');
  check('commandTimeoutMs', isTimeout(commandTimeoutMs), 'give milliseconds, more than 0, at most a year');
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  return {
    ...{ connection, name, prefix, concurrency, retryDelaysMs, timeoutMs, maxDeadJobs },
    ...{ lockDurationMs, maxStalledCount, commandTimeoutMs },
  };
}
