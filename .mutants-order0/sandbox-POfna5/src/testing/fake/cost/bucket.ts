// @ts-nocheck
import type { Clock } from '../../../internal/clock.ts';
import type { ThrottleStatus } from '../../../ports/rate-limiter.ts';
import type { FakePlan, FakeShopOptions } from '../model.ts';

/** What a bucket has seen since the first call. */
interface BucketUsage {
  /** Points taken and not given back. */
  readonly used: number;
  /** Points that could have been used until now: those there at the first call, and what came back since. */
  readonly possible: number;
  /** Points that did not come back since then, because the bucket was full. */
  readonly lost: number;
}

/** A leaky bucket: it refills without steps, and never holds more than its maximum. */
export interface Bucket {
  /** Takes the points if they are all there; else takes none and answers `false`. */
  take(points: number): boolean;
  /** Gives back what was taken and not used. */
  refund(points: number): void;
  status(): ThrottleStatus;
  usage(): BucketUsage;
}

/** Options of `createBucket`. */
interface BucketOptions {
  readonly clock: Clock;
  /** Points the bucket holds. */
  readonly maximumAvailable: number;
  /** Points that come back per second. */
  readonly restoreRate: number;
  /** Points at the start. Default: full. */
  readonly currentlyAvailable?: number | undefined;
}

/**
 * Bucket numbers of the plans. The rates are documented, the sizes only observed:
 * https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits
 */
const plans: Readonly<Record<FakePlan, { readonly maximumAvailable: number; readonly restoreRate: number }>> = {
  standard: { maximumAvailable: 2_000, restoreRate: 100 },
  advanced: { maximumAvailable: 4_000, restoreRate: 200 },
  plus: { maximumAvailable: 20_000, restoreRate: 1_000 },
};

/** The bucket of one app on a shop with these options. */
export function bucketFor(shop: FakeShopOptions, clock: Clock): Bucket {
  return createBucket({ clock, ...plans[shop.plan ?? 'standard'], ...shop.bucket });
}

/** Makes a bucket that refills on the clock. */
export function createBucket(options: BucketOptions): Bucket {
  const { clock, maximumAvailable, restoreRate } = options;
  let available = Math.min(options.currentlyAvailable ?? maximumAvailable, maximumAvailable);
  let refilledAt = clock.monotonic();
  let isUsed = false;
  let used = 0;
  let lost = 0;

  const pour = (points: number): void => {
    const overflow = Math.max(0, available + points - maximumAvailable);
    available += points - overflow;
    if (isUsed) lost += overflow;
  };
  const refill = (): void => {
    const now = clock.monotonic();
    pour((restoreRate * (now - refilledAt)) / 1_000);
    refilledAt = now;
  };

  return {
    take(points) {
      refill();
      isUsed = true;
      // Costs are decimal: the dust of binary fractions must not refuse a call.
      if (points > available + 1e-9) return false;
      available = Math.max(0, available - points);
      used += points;
      return true;
    },
    refund(points) {
      refill();
      pour(points);
      used -= points;
    },
    status() {
      refill();
      return { maximumAvailable, currentlyAvailable: available, restoreRate };
    },
    usage() {
      refill();
      return { used, possible: isUsed ? used + available : 0, lost };
    },
  };
}

/**
 * Requests that a bucket holds, and that leak out of it per second.
 * https://shopify.dev/docs/api/admin-rest/usage/rate-limits
 */
const restPlans: Readonly<Record<FakePlan, { readonly size: number; readonly leakRate: number }>> = {
  standard: { size: 40, leakRate: 2 },
  advanced: { size: 40, leakRate: 4 },
  plus: { size: 400, leakRate: 20 },
};

/** The REST bucket of one app on a shop with these options. */
export function restBucketFor({ plan = 'standard', restBucket }: FakeShopOptions, clock: Clock): Bucket {
  const { size, leakRate } = { ...restPlans[plan], ...restBucket };
  return createBucket({ clock, maximumAvailable: size, restoreRate: leakRate });
}

/** `X-Shopify-Shop-Api-Call-Limit`, such as `32/40`: whole requests that are in the bucket. */
export function callLimit(bucket: Bucket): string {
  const { maximumAvailable, currentlyAvailable } = bucket.status();
  return `${Math.ceil(maximumAvailable - currentlyAvailable)}/${maximumAvailable}`;
}
