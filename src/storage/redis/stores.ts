import type { Stores } from '../../ports/stores.ts';
import { createGate } from '../adapter-kit.ts';
import { gatedEngine } from '../key-engine.ts';
import { createKeyValueStore, createLocks } from '../key-value-store.ts';
import { createRedisKeys } from './keys.ts';
import {
  checkedOptions,
  createRedisErrors,
  createRedisScan,
  createRedisSession,
  type RedisStoresOptions,
} from './session.ts';
import { createRedisSyncJournal } from './sync-journal.ts';
import { createRedisSyncRecords } from './sync-records.ts';

/**
 * Stores in Redis 5 or newer, one server or a Cluster, for as many processes as you like. Each change is one Lua
 * script on the keys of one shop or one key, which all have the same tag and so the same slot.
 *
 * Redis keeps what its own settings promise: with `appendonly yes` and `appendfsync everysec` a crash can lose
 * the last second, and a failover what the replica had not got. Evict nothing (`maxmemory-policy noeviction`).
 *
 * A write is done once at most, also where the client sends it again after a broken connection, and never after
 * its error. In `putMany` and `append` all or none is written for each shop; of several shops some may be.
 *
 * @throws ConfigError for options that do not fit. The stores throw `StorageError`, with `isRetryable` where the
 * same call can succeed later, and `mayHaveExecuted` where a write was not answered.
 *
 * @example
 * const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
 * const stores = redisStores({ redis });
 * await stores.keyValue.set('greeting', 'hello', { ttlMs: 60_000 });
 * await stores.close(); // the client stays open
 */
export function redisStores(options: RedisStoresOptions): Stores {
  const settings = checkedOptions(options);
  const { keyPrefix, clock } = settings;
  const errors = createRedisErrors(keyPrefix);
  const gate = createGate();
  const direct = createRedisSession(settings, errors);
  const session: typeof direct = {
    name: direct.name,
    read: (...call) => gate.run(() => direct.read(...call)),
    write: (...call) => gate.run(() => direct.write(...call)),
  };
  // The gate stands before the engine here, since a scan does not go by the session.
  const keys = gatedEngine(createRedisKeys(direct, createRedisScan(settings, errors), errors), gate);
  const locks = createLocks(keys.locks, clock);

  return {
    records: createRedisSyncRecords(session, errors),
    journal: createRedisSyncJournal(session, errors),
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
