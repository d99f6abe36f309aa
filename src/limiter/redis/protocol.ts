import { ConfigError } from '../../errors/errors.ts';
import type { Logger } from '../../ports/logger.ts';
import type { ThrottleStatus } from '../../ports/rate-limiter.ts';
import { isPoints } from '../bucket.ts';
import { readTokenBucketOptions, type TokenBucketOptions, type TokenBucketSettings } from '../token-bucket.ts';
import type { Waiter } from '../wait-queue.ts';

/** A permit that ended, as Redis is told. */
export interface EndedPermit {
  readonly points: number;
  readonly spent: number;
  /** `spent` of the bucket when the permit was given, and the life of the bucket that this was in. */
  readonly spentBefore: number;
  readonly era: number;
  readonly status: ThrottleStatus | undefined;
}

/** What a process tells Redis of itself and of one bucket. */
export interface Telling {
  /** Number of the call, in order of all calls of the process. */
  readonly sequence: number;
  /** The process needs the bucket no longer. */
  readonly leaves: boolean;
  /** Points and count of the permits that are out, without those that ended. */
  readonly held: { readonly points: number; readonly count: number };
  /** Points that all ended permits spent, ever, and how much of it Redis has confirmed to know. */
  readonly spent: number;
  readonly told: number;
  /** The most that the bucket is short of by what Redis does not know of. */
  readonly owedAtMost: number;
  readonly waitingPoints: number;
  readonly ended: readonly EndedPermit[];
  /** Those who want a permit, in the order in which they are served. */
  readonly candidates: readonly Waiter[];
  readonly nowMs: number;
}

/** What Redis answers: the bucket after all that was told and granted. Points may be fractions. */
export interface Hearing {
  /** Names this life of the bucket: it begins anew where Redis lost it. */
  readonly era: number;
  /** How many of the candidates, from the first on, have their permits. */
  readonly granted: number;
  /** Milliseconds until the first of the others should ask again. */
  readonly waitMs: number;
  readonly level: number;
  readonly maximumAvailable: number;
  readonly restoreRate: number;
  readonly reserved: number;
  readonly inFlight: number;
  readonly spent: number;
  readonly confirmed: boolean;
  /** Processes with a lease. */
  readonly processes: number;
  /** Points that others wait for who stand before the first of the candidates without a permit. */
  readonly pointsAhead: number;
}

/** Milliseconds between two questions of a process that waits: permits of others may end early. */
const pollMs = 250;

/** The same, while one call finds out the size of the bucket. */
const trialPollMs = 25;

/** Milliseconds after which a place in line is lost without a sign: somebody who died must not hold up others. */
const ticketMs = 1_500;

/** The longest time for which Redis keeps an idle bucket: it takes no endless one. */
const longestTtlMs = 30 * 24 * 3_600_000;

/** Writes the arguments of the script for all calls of a process. */
export function createWriter(
  process: string,
  settings: Omit<RedisLimiterSettings, 'redis' | 'logger'>,
): (telling: Telling) => (string | number)[] {
  const { leaseMs, idleMs, maximumAvailable, restoreRate, agingMs, softCeiling } = settings;
  const ttlMs = Math.ceil(Math.min(Math.max(idleMs, leaseMs), longestTtlMs));
  const times = [leaseMs, ttlMs, pollMs, trialPollMs, ticketMs];
  const fixed = [...times, maximumAvailable, restoreRate, agingMs, 1 - softCeiling];
  return (telling) => {
    const { sequence, leaves, held, spent, told, owedAtMost, waitingPoints, ended, candidates, nowMs } = telling;
    const own = [leaves ? 1 : 0, held.points, held.count, spent, told, owedAtMost, waitingPoints, ended.length];
    const parameters: (string | number)[] = [process, sequence, ...fixed, ...own];
    for (const { points, spent: charged, spentBefore, era, status } of ended) {
      const numbers = [status?.maximumAvailable, status?.restoreRate].map((one) => (isPoints(one) ? one : ''));
      const current = Number.isFinite(status?.currentlyAvailable) ? (status?.currentlyAvailable ?? '') : '';
      parameters.push(points, charged, spentBefore, era, ...numbers, current);
    }
    for (const { isBackground, sinceMs, cost } of candidates) {
      parameters.push(isBackground ? 1 : 0, nowMs - sinceMs, cost);
    }
    return parameters;
  };
}

/**
 * Reads the answer of the script.
 *
 * @throws Error where it is no such answer.
 */
export function readHearing(answer: string): Hearing {
  const numbers = answer.split(' ').map(Number);
  if (numbers.length !== 12 || !numbers.every(Number.isFinite)) {
    throw new Error('Redis did not answer with the numbers of a bucket.');
  }
  const [era = 0, granted = 0, waitMs = 0, level = 0, maximumAvailable = 0, restoreRate = 0] = numbers;
  const [reserved = 0, inFlight = 0, spent = 0, confirmed = 0, processes = 0, pointsAhead = 0] = numbers.slice(6);
  return {
    ...{ era, granted, waitMs, level, maximumAvailable, restoreRate, reserved, inFlight, spent },
    ...{ confirmed: confirmed === 1, processes, pointsAhead },
  };
}

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
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  return { ...settings, redis, keyPrefix, commandTimeoutMs, leaseMs, probeMs, processes, logger };
}
