import type { RateLimiter } from '../../ports/rate-limiter.ts';
import { createBuckets } from '../buckets.ts';
import type { ShopBucket } from '../shop-bucket.ts';
import { createBottleneckBucket } from './bottleneck-bucket.ts';
import { bottleneckLimiterSettings } from './options.ts';
import type { BottleneckLimiterOptions, HostBottleneck } from './settings.ts';

/**
 * The limiter for hosts that coordinate their calls with Bottleneck already: calls stand in the host's own
 * queue, beside the host's own jobs, with their cost as weight. Where there is no such host,
 * `tokenBucketLimiter` and `redisLimiter` do all of this better. What Bottleneck (2.19) cannot do:
 *
 * - Its priorities are strict. A background call never overtakes interactive ones, however long it waits,
 *   and no part of the bucket is kept free for interactive calls.
 * - A queued call cannot be dropped. An aborted one is rejected at once, but keeps its place: those behind
 *   it wait until the points for it are there, and get them then.
 * - Each call takes about 5 ms, and one Bottleneck lets about 400 calls a second through.
 * - Weights are whole numbers: a cost is rounded up.
 * - A weight cannot be changed: a call that turns out dearer while it waits goes to the end of its queue.
 * - It counts `maxConcurrent` in weight, so here in points: leave it unset, or far above any cost.
 * - A `Group` forgets a limiter `timeout` after its last new job, also where jobs still wait there. Give it a
 *   `timeout` far longer than the longest wait.
 *
 * The reservoir is this limiter's: it sets it, refills it, and follows Shopify's numbers. Never call
 * `updateSettings` or `incrementReservoir` on it. It is refilled while somebody waits, until `close`.
 * For a clustered Bottleneck choose `refill: 'host'`, give it `reservoirIncreaseAmount`,
 * `reservoirIncreaseInterval` and `reservoirIncreaseMaximum` of the shop's plan, and connect it with
 * `bottleneckRedisConnection`. It shares points between processes without fairness, by the clocks of their
 * machines.
 *
 * `acquire` rejects with a `NetworkError` that says so where Bottleneck drops a call: by `stop()`,
 * `highWater`, or for want of Redis. After `close` it rejects with a `DOMException` named `AbortError`.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) when an option does not fit; from `acquire` where the
 *   Bottleneck has no reservoir.
 *
 * @example
 * import Bottleneck from 'bottleneck';
 * const group = new Bottleneck.Group({ reservoir: 0, timeout: 3_600_000 });
 * const limiter = bottleneckLimiter({ limiterFor: ({ shop, app }) => group.key(`${app} ${shop}`) });
 */
export function bottleneckLimiter(options: BottleneckLimiterOptions): RateLimiter {
  const settings = bottleneckLimiterSettings(options);
  const { clock, idleMs, limiterFor } = settings;
  // A Bottleneck cannot be rid of listeners, so a bucket that was forgotten is found again by it.
  const buckets = new WeakMap<HostBottleneck, ShopBucket>();
  return createBuckets({
    clock,
    idleMs,
    create(scope) {
      const bottleneck = limiterFor(scope);
      const bucket = buckets.get(bottleneck) ?? createBottleneckBucket(scope.shop, bottleneck, settings);
      buckets.set(bottleneck, bucket);
      return bucket;
    },
  });
}
