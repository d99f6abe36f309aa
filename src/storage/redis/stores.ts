import { ConfigError, type Issue } from '../../errors/errors.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import { unknownNames } from '../../internal/names.ts';
import type { Stores } from '../../ports/stores.ts';
import { createGate } from '../adapter-kit.ts';
import { createKeyValueStore, createLocks } from '../key-value-store.ts';
import { type SkippedRecordListener, SkippedRecords } from '../skipped-records.ts';
import { createRedisKeys } from './keys.ts';
import { type RedisClient, RedisSession } from './session.ts';
import { createRedisSyncJournal } from './sync-journal.ts';
import { createRedisSyncRecords } from './sync-records.ts';

/** Options of `redisStores`. Only `redis` is required. */
export interface RedisStoresOptions {
  /** An ioredis client, for one Redis (5 or newer) or a Cluster. The stores never close it. */
  readonly redis: RedisClient;
  /** Prefix of all keys, at most 64 characters. Default `shopwright:`. */
  readonly keyPrefix?: string;
  /**
   * Milliseconds to wait for a command's reply, regardless of the client's own limits. Default 5,000, at most 600,000.
   */
  readonly commandTimeoutMs?: number;
  /**
   * Called once for each record that is damaged or from a newer release: `list`, `counts` and similar calls skip it,
   * `get` fails. Default: a process warning (`process.emitWarning`).
   */
  readonly onSkippedRecord?: SkippedRecordListener;
  /** Clock for waits and renewals; leases and times-to-live use Redis's own. Default: the system clock. */
  readonly clock?: Clock;
}

/**
 * Creates stores in Redis 5 or newer, one server or a Cluster, for any number of processes. Each change is one Lua
 * script on the keys of one shop or one key, which all have the same tag and so the same slot.
 *
 * Durability depends on Redis's own settings: with `appendonly yes` and `appendfsync everysec` a crash can lose the
 * last second, and a failover what the replica had not received. Disable eviction (`maxmemory-policy noeviction`):
 * otherwise a process warning is emitted once, if the user may call INFO.
 *
 * A write is done at most once, even if the client sends it again after a broken connection, and never after its error.
 * `putMany` and `append` write all or nothing per shop; of several shops, only some may be written.
 *
 * @throws ConfigError for invalid options. The stores throw `StorageError`, with `isRetryable` if the same call can
 * succeed later, and `mayHaveExecuted` if a write was not acknowledged.
 *
 * @example
 * const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
 * const stores = redisStores({ redis });
 * await stores.keyValue.set('greeting', 'hello', { ttlMs: 60_000 });
 * await stores.close(); // the client stays open
 */
export function redisStores(options: RedisStoresOptions): Stores {
  const { redis, keyPrefix, commandTimeoutMs, clock } = checkedOptions(options);
  const gate = createGate();
  const session = new RedisSession({ redis, keyPrefix, commandTimeoutMs, clock, gate });
  const keys = createRedisKeys(session);
  const locks = createLocks(keys.locks, clock);

  const skipped = new SkippedRecords(options.onSkippedRecord);
  return {
    records: createRedisSyncRecords(session, skipped),
    journal: createRedisSyncJournal(session, skipped),
    keyValue: createKeyValueStore(keys, locks),
    close() {
      locks.close();
      return gate.close();
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

const optionNames: Record<keyof RedisStoresOptions, true> = {
  redis: true,
  keyPrefix: true,
  commandTimeoutMs: true,
  onSkippedRecord: true,
  clock: true,
};

/**
 * The options with their defaults.
 *
 * @throws ConfigError naming each invalid option.
 */
function checkedOptions(options: RedisStoresOptions): Required<Omit<RedisStoresOptions, 'onSkippedRecord'>> {
  const { redis, keyPrefix = 'shopwright:', commandTimeoutMs = 5_000, clock = systemClock } = options;
  const issues: Issue[] = [...unknownNames(options, optionNames)];
  if (typeof redis?.evalsha !== 'function' || typeof redis.scan !== 'function') {
    issues.push({ field: 'redis', message: 'must be an ioredis client: `new Redis(url)`' });
  }
  // A brace would change the cluster tag and spread a store's keys over several slots.
  if (typeof keyPrefix !== 'string' || keyPrefix.length > 64 || /[{}\0]/.test(keyPrefix)) {
    issues.push({ field: 'keyPrefix', message: 'use at most 64 characters, without `{` and `}`' });
  }
  if (!(Number.isInteger(commandTimeoutMs) && commandTimeoutMs >= 1 && commandTimeoutMs <= 600_000)) {
    issues.push({ field: 'commandTimeoutMs', message: 'use a whole number of milliseconds from 1 to 600,000' });
  }
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  return { redis, keyPrefix, commandTimeoutMs, clock };
}
