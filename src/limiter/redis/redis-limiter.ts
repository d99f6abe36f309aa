import { randomBytes } from 'node:crypto';
import type { RateLimiter } from '../../ports/rate-limiter.ts';
import { createBuckets } from '../buckets.ts';
import { createRedisLink } from './link.ts';
import { type RedisLimiterOptions, redisLimiterSettings } from './options.ts';
import { createWriter } from './protocol.ts';
import { createRedisBucket } from './redis-bucket.ts';

/**
 * The limiter for several processes that call the same shops: one bucket per app and shop in Redis, counted
 * on Redis's own clock, with the arithmetic of `tokenBucketLimiter`. Calls are served in order of arrival
 * over all processes, interactive ones first; a background call catches up with age.
 *
 * A process that dies loses its place in line after 1.5 s and its permits after `leaseMs`. Where Redis does
 * not answer, each process keeps to its part of the bucket and loses no call; it tries Redis again every
 * `probeMs`, and tells it then what was spent. A bucket that Redis has lost begins anew, with one call in
 * flight until Shopify has told its numbers. The keys of idle shops expire after `idleMs`.
 *
 * `status` says what this process last heard: `reserved` and `inFlight` count the permits of all processes,
 * `waiting` those who wait in this one; while Redis is gone, all numbers are those of the share.
 *
 * It needs Redis 5 or newer, or a server that runs its scripts; of a cluster it uses one slot per bucket.
 *
 * After `close`, `acquire` rejects with a `DOMException` named `AbortError`.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) when an option does not fit.
 *
 * @example
 * import { Redis } from 'ioredis';
 * const limiter = redisLimiter({ redis: new Redis('redis://127.0.0.1:6379') });
 */
export function redisLimiter(options: RedisLimiterOptions): RateLimiter {
  const settings = redisLimiterSettings(options);
  const { clock, idleMs } = settings;
  const id = randomBytes(6).toString('base64url');
  let calls = 0;
  const process = {
    settings,
    link: createRedisLink(settings),
    nextSequence: () => ++calls,
    write: createWriter(id, settings),
  };
  return createBuckets({ clock, idleMs, create: (scope) => createRedisBucket(scope, process) });
}
