// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import type { Stores } from 'shopwright';
import { type RedisClient, type RedisStoresOptions, redisStores } from 'shopwright/storage/redis';
import { createClockWithServer } from '../stallable-clock.ts';

/** The ioredis versions that the stores work with. */
export const clients = {
  'ioredis 6': (url: string): Redis => new Redis(url),
  // The commands that tests use are the same; the types of the versions differ elsewhere.
  'ioredis 5': (url: string): Redis => new Redis5(url) as unknown as Redis,
} as const;
export type ClientName = keyof typeof clients;

/** Stores on a real Redis, with a time that a test drives. */
export interface RedisBench {
  readonly redis: Redis;
  readonly stores: Stores;
  /** Opens the same stores once more, as another process would. */
  open(): Stores;
  readonly keyPrefix: string;
  advance(ms: number): Promise<void>;
  stall(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Redis's clock cannot be set, but the ends of keys and leases can be brought nearer. */
const shiftScript = `
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local left = redis.call('PTTL', key)
  if redis.call('TYPE', key).ok == 'hash' and redis.call('HEXISTS', key, 'until') == 1 then
    local untilMs = tonumber(redis.call('HGET', key, 'until'))
    if untilMs > 0 then redis.call('HSET', key, 'until', string.format('%.0f', untilMs - ARGV[2])) end
  elseif left >= 0 and left <= tonumber(ARGV[2]) then
    redis.call('DEL', key)
  elseif left >= 0 then
    redis.call('PEXPIRE', key, left - ARGV[2])
  end
end`;

/** Makes a bench with keys of its own, which are gone when it closes. */
export async function createRedisBench(redis: Redis, options: Partial<RedisStoresOptions> = {}): Promise<RedisBench> {
  const keyPrefix = `test:${randomUUID()}:`;
  let pending = 0;
  const counted = async <T>(command: () => Promise<T>): Promise<T> => {
    pending += 1;
    try {
      return await command();
    } finally {
      pending -= 1;
    }
  };
  const client: RedisClient = {
    evalsha: (...call) => counted(() => redis.evalsha(...call)),
    eval: (...call) => counted(() => redis.eval(...call)),
    scan: (...call) => counted(() => redis.scan(...call)),
    options: redis.options,
  };
  const idle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3; quiet = pending === 0 ? quiet + 1 : 0) await nextTurn();
  };
  const shift = (ms: number): Promise<unknown> => redis.eval(shiftScript, 0, `${keyPrefix}*`, ms);
  const { clock, advance, stall } = createClockWithServer({ shift, idle });
  const open = (): Stores => redisStores({ redis: client, keyPrefix, clock, ...options });
  const stores = open();

  return {
    redis,
    stores,
    open,
    keyPrefix,
    advance,
    stall,
    async close() {
      await stores.close();
      const keys = await redis.keys(`${keyPrefix}*`);
      if (keys.length > 0) await redis.unlink(keys);
    },
  };
}
