import type { Clock } from '../../../internal/clock.ts';
import { type Bucket, createBucket } from '../cost/bucket.ts';
import type { FakePlan, FakeShopOptions } from '../model.ts';

/**
 * Requests that a bucket holds, and that leak out of it per second.
 * https://shopify.dev/docs/api/admin-rest/usage/rate-limits
 */
const plans: Readonly<Record<FakePlan, { readonly size: number; readonly leakRate: number }>> = {
  standard: { size: 40, leakRate: 2 },
  advanced: { size: 40, leakRate: 4 },
  plus: { size: 400, leakRate: 20 },
};

/** The REST bucket of one app on a shop with these options. */
export function restBucketFor({ plan = 'standard', restBucket }: FakeShopOptions, clock: Clock): Bucket {
  const { size, leakRate } = { ...plans[plan], ...restBucket };
  return createBucket({ clock, maximumAvailable: size, restoreRate: leakRate });
}

/** `X-Shopify-Shop-Api-Call-Limit`, such as `32/40`: whole requests that are in the bucket. */
export function callLimit(bucket: Bucket): string {
  const { maximumAvailable, currentlyAvailable } = bucket.status();
  return `${Math.ceil(maximumAvailable - currentlyAvailable)}/${maximumAvailable}`;
}
