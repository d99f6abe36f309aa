import { ConfigError } from '../../errors/errors.ts';
import type { Logger } from '../../ports/logger.ts';
import { readTokenBucketOptions, type TokenBucketOptions, type TokenBucketSettings } from '../token-bucket-options.ts';

/** The part of an ioredis client that the limiter needs; `Redis` and `Cluster` of ioredis 5 and 6 fit. */
export interface RedisScripting {
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
}

/** Options of `redisLimiter`. Only `redis` is needed. All processes must be given the same ones. */
export interface RedisLimiterOptions extends TokenBucketOptions {
  /** An ioredis client. It stays yours: the limiter never closes it. */
  readonly redis: RedisScripting;
  /** What the names of all keys begin with. Default `shopwright:limiter:`. */
  readonly keyPrefix?: string;
  /** Milliseconds after which a command counts as failed, whatever the client's own limits. Default 1,000. */
  readonly commandTimeoutMs?: number;
  /**
   * Milliseconds after the last sign of a process until its permits count as ended, at most an hour. A
   * process with permits out gives a sign three times as often. Default 30,000.
   */
  readonly leaseMs?: number;
  /** Milliseconds between two tries while Redis is gone. Default 1,000. */
  readonly probeMs?: number;
  /**
   * Processes to reckon with at least when Redis is gone: each keeps to its part of the bucket then. More
   * are reckoned with where more were seen. Default 1.
   */
  readonly processes?: number;
  /** Hears when Redis goes and comes back. */
  readonly logger?: Logger;
}

/** `RedisLimiterOptions` with the defaults filled in. */
export interface RedisLimiterSettings extends TokenBucketSettings {
  readonly redis: RedisScripting;
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
  readonly leaseMs: number;
  readonly probeMs: number;
  readonly processes: number;
  readonly logger: Logger | undefined;
}

/**
 * Fills in the defaults.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) with all that does not fit.
 */
export function redisLimiterSettings(options: RedisLimiterOptions): RedisLimiterSettings {
  const { redis, keyPrefix = 'shopwright:limiter:', logger } = options;
  const { commandTimeoutMs = 1_000, leaseMs = 30_000, probeMs = 1_000, processes = 1 } = options;
  const { settings, problems } = readTokenBucketOptions(options);
  const check = (field: keyof RedisLimiterOptions, fits: boolean, message: string): void => {
    if (!fits) problems.push({ field: `limiter.${field}`, message });
  };
  const isTime = (ms: number): boolean => Number.isFinite(ms) && ms > 0;
  const longestLeaseMs = 3_600_000;
  check('redis', typeof redis?.evalsha === 'function', 'give an ioredis client: `new Redis(url)`');
  check('commandTimeoutMs', isTime(commandTimeoutMs), 'give milliseconds, more than 0');
  check('leaseMs', isTime(leaseMs) && leaseMs <= longestLeaseMs, 'give milliseconds, more than 0, at most an hour');
  check('probeMs', isTime(probeMs), 'give milliseconds, more than 0');
  check('processes', Number.isInteger(processes) && processes > 0, 'give a whole number, 1 or more');
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...settings, redis, keyPrefix, commandTimeoutMs, leaseMs, probeMs, processes, logger };
}
