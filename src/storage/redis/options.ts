import { ConfigError, type Problem } from '../../errors/errors.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';

/** One node of Redis that can be searched for keys. */
export interface RedisNode {
  scan(
    cursor: string,
    patternToken: 'MATCH',
    pattern: string,
    countToken: 'COUNT',
    count: number,
  ): Promise<[cursor: string, keys: string[]]>;
}

/** The part of an ioredis client that the stores need; `Redis` and `Cluster` of ioredis 5 and 6 fit. */
export interface RedisClient extends RedisNode {
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  /** `end` once the client was closed for good. */
  readonly status?: string;
  readonly options?: { readonly keyPrefix?: string | undefined };
  /** A cluster's nodes. */
  nodes?(role: 'master'): RedisNode[];
}

/** Where and how Redis keeps the stores. Only `redis` is needed. */
export interface RedisStoresOptions {
  /** An ioredis client, of one Redis (5 or newer) or a Cluster. It stays yours: the stores never close it. */
  readonly redis: RedisClient;
  /** What the names of all keys begin with, at most 64 characters. Default `shopwright:`. */
  readonly keyPrefix?: string;
  /** Milliseconds to wait for the answer to one command, whatever the client's own limits. Default 5,000, at most 600,000. */
  readonly commandTimeoutMs?: number;
  /** Clock that waits and renewals run on. Leases and times to live are on Redis's own. Default the machine's. */
  readonly clock?: Clock;
}

/**
 * The options with their defaults.
 *
 * @throws ConfigError naming each option that does not fit.
 */
export function checkedOptions(options: RedisStoresOptions): Required<RedisStoresOptions> {
  const { redis, keyPrefix = 'shopwright:', commandTimeoutMs = 5_000, clock = systemClock } = options;
  const problems: Problem[] = [];
  if (typeof redis?.evalsha !== 'function' || typeof redis.scan !== 'function') {
    problems.push({ field: 'redis', message: 'give an ioredis client: `new Redis(url)`' });
  }
  // A brace would put the tag of the cluster elsewhere, and a store's keys into several slots.
  if (typeof keyPrefix !== 'string' || keyPrefix.length > 64 || /[{}\0]/.test(keyPrefix)) {
    problems.push({ field: 'keyPrefix', message: 'use at most 64 characters, without `{` and `}`' });
  }
  if (!(Number.isInteger(commandTimeoutMs) && commandTimeoutMs >= 1 && commandTimeoutMs <= 600_000)) {
    problems.push({ field: 'commandTimeoutMs', message: 'use a whole number of milliseconds from 1 to 600,000' });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { redis, keyPrefix, commandTimeoutMs, clock };
}
