import type { RateLimiter } from '../ports/rate-limiter.ts';
import { createBuckets } from './buckets.ts';
import { createShopBucket } from './shop-bucket.ts';
import { type TokenBucketOptions, tokenBucketSettings } from './token-bucket-options.ts';

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
  return createBuckets({ clock, idleMs, create: ({ shop }) => createShopBucket(shop, settings) });
}
