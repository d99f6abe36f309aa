import type { Clock } from '../internal/clock.ts';
import type { BucketScope, RateLimiter } from '../ports/rate-limiter.ts';
import { limiterClosed, notACost } from './refusals.ts';
import type { ShopBucket } from './shop-bucket.ts';

/** What a set of buckets needs. */
interface BucketsSettings {
  readonly clock: Clock;
  /** Milliseconds without a call after which a bucket is forgotten. */
  readonly idleMs: number;
  /** Makes the bucket of one app on one shop, on its first call. */
  create(scope: BucketScope): ShopBucket;
}

const keyOf = (scope: BucketScope): string => `${scope.shop}\n${scope.app}`;

/** A limiter that keeps one bucket per app and shop, and forgets the idle ones. */
export function createBuckets(settings: BucketsSettings): RateLimiter {
  const { clock, idleMs, create } = settings;
  const buckets = new Map<string, ShopBucket>();
  let sweptAtMs = clock.monotonic();
  let isClosed = false;

  // No timer of its own: a process that does nothing else shall be able to end.
  const sweep = (): void => {
    const nowMs = clock.monotonic();
    if (nowMs - sweptAtMs < idleMs) return;
    sweptAtMs = nowMs;
    for (const [key, bucket] of buckets) if (bucket.isIdle(idleMs)) buckets.delete(key);
  };

  return {
    acquire(request) {
      if (isClosed) return Promise.reject(limiterClosed());
      const { shop, app, cost } = request;
      if (!Number.isFinite(cost) || cost < 0) return Promise.reject(notACost(shop, cost));
      sweep();
      const key = keyOf(request);
      let bucket = buckets.get(key);
      if (!bucket) {
        bucket = create({ shop, app });
        buckets.set(key, bucket);
      }
      return bucket.acquire(request);
    },
    status(scope) {
      sweep();
      return buckets.get(keyOf(scope))?.status();
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      const reason = limiterClosed();
      for (const bucket of buckets.values()) bucket.close(reason);
    },
  };
}
