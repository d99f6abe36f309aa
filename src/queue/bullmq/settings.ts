import { ConfigError, type Issue } from '../../errors/errors.ts';
import { unknownNames } from '../../internal/names.ts';
import type { TelemetryListener } from '../../ports/events.ts';
import type { Logger } from '../../ports/logger.ts';
import { areDelays, isTimeout } from '../job.ts';

/** The required part of the queue's own ioredis client. */
export interface OwnRedis {
  on(event: 'error' | 'ready', listener: (error: Error) => void): unknown;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  hdel(key: string, field: string): Promise<number>;
  disconnect(): void;
}

/** The required part of the host's ioredis client: `Redis` or `Cluster` of ioredis 5 or 6. */
export interface RedisToCopy {
  readonly isCluster?: boolean;
  readonly options: object;
  duplicate(first?: never, second?: never): OwnRedis;
}

/** Options of `bullmqQueue`. Only `connection` is required. All processes must use the same name and prefix. */
export interface BullmqQueueOptions {
  /**
   * An ioredis client. The queue opens its own connections like it, with the settings that BullMQ needs; yours is not
   * used, changed or closed.
   */
  readonly connection: RedisToCopy;
  /** Name of the queue, without `:`. Default `shopify-sync`. */
  readonly name?: string;
  /** Prefix of all keys. Default `{shopwright}`, whose braces keep them in one slot of a Cluster. */
  readonly prefix?: string;
  /** Number of jobs that run at the same time in this process. Default 8. */
  readonly concurrency?: number;
  /** Default milliseconds before each retry of a job. Default 30, 60 and 120 seconds. */
  readonly retryDelaysMs?: readonly number[];
  /** Default time limit for one attempt of a job, in milliseconds. Default 300,000. */
  readonly timeoutMs?: number;
  /**
   * Milliseconds after which a silent worker loses its jobs; it renews its locks twice as often. A dead worker's jobs
   * run again within twice this time. Default 30,000.
   */
  readonly lockDurationMs?: number;
  /**
   * How many workers a job may lose. After one more it becomes a dead letter, because it may be what kills them.
   * Default 5.
   */
  readonly maxStalledCount?: number;
  /** Number of dead letters to keep; then the oldest is dropped. Default 10,000. */
  readonly maxDeadJobs?: number;
  /** Time limit for `enqueue` and other Redis commands, in milliseconds. Default 5,000. */
  readonly commandTimeoutMs?: number;
  /** Logs failed attempts, dead letters, jobs of unknown types, lost locks, and trouble with Redis. */
  readonly logger?: Logger;
  /** Receives an event for each attempt in this process. */
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
 * @throws ConfigError (code `CONFIG_INVALID`) listing every invalid option.
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
  check('connection', typeof connection?.duplicate === 'function', 'must be an ioredis client: `new Redis(url)`');
  check('name', /^[^:]+$/.test(name), 'must be a non-empty string without `:`');
  check('prefix', typeof prefix === 'string' && prefix.length > 0, 'must be a non-empty string');
  check('concurrency', isCount(concurrency, 1), 'must be a whole number above 0');
  check('retryDelaysMs', areDelays(retryDelaysMs), 'must be a list of at most 100 waits in milliseconds');
  check('timeoutMs', isTimeout(timeoutMs), 'must be milliseconds above 0, at most a year');
  check('lockDurationMs', isCount(lockDurationMs, 100), 'must be whole milliseconds, 100 or more');
  check('maxStalledCount', isCount(maxStalledCount, 0), 'must be a whole number, 0 or more');
  check('maxDeadJobs', isCount(maxDeadJobs, 1), 'must be a whole number above 0');
  check('commandTimeoutMs', isTimeout(commandTimeoutMs), 'must be milliseconds above 0, at most a year');
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  return {
    ...{ connection, name, prefix, concurrency, retryDelaysMs, timeoutMs, maxDeadJobs },
    ...{ lockDurationMs, maxStalledCount, commandTimeoutMs },
  };
}
