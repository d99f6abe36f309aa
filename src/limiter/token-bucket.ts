import { limiterClosed, notACost } from './refusals.ts';
import { createShopBucket, type ShopBucket } from './shop-bucket.ts';
import { type TokenBucketOptions, tokenBucketSettings } from './token-bucket-options.ts';
import type { BucketScope, RateLimiter } from './types.ts';

const keyOf = (scope: BucketScope): string => `${scope.shop}\n${scope.app}`;

/**
 * The limiter within one process: a bucket per app and shop that refills with the clock and follows
 * Shopify's numbers. Where points are there and nobody waits, `acquire` grants at once. Calls that wait
 * are served in order of arrival, interactive ones first; a background call catches up with age. Until
 * the first answer with numbers, one call of a bucket is in flight.
 *
 * After `close`, `acquire` rejects with a `DOMException` named `AbortError`.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) when an option does not fit.
 *
 * @example
 * const limiter = tokenBucketLimiter({ softCeiling: 0.7 });
 * const permit = await limiter.acquire({ shop: 'acme.myshopify.com', app: 'default', cost: 12, priority: 'interactive' });
 * permit.settle({ actualCost: 8 });
 */
export function tokenBucketLimiter(options?: TokenBucketOptions): RateLimiter {
  const settings = tokenBucketSettings(options);
  const { clock, idleMs } = settings;
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
      const { shop, cost } = request;
      if (!Number.isFinite(cost) || cost < 0) return Promise.reject(notACost(shop, cost));
      sweep();
      const key = keyOf(request);
      let bucket = buckets.get(key);
      if (!bucket) {
        bucket = createShopBucket(shop, settings);
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
