import { ConfigError, type Issue } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import type { AcquireRequest, BucketScope, LimiterStatus, Permit, RateLimiter } from '../ports/rate-limiter.ts';
import { createBucket, msInLine, refill, refund, reserve, settle } from './bucket.ts';
import { createHeadroom, createLocalService } from './local-service.ts';
import { limiterClosed, notACost, tooBig, waitTooLong } from './refusals.ts';
import { createWaitingRoom } from './wait-queue.ts';

/** Options of `tokenBucketLimiter`. All may be left out. */
export interface TokenBucketOptions {
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
  /** Points a bucket is taken to hold until Shopify tells. Default 1,000, the smallest seen. */
  readonly maximumAvailable?: number;
  /** Points per second a bucket is taken to regain until Shopify tells. Default 50, the smallest seen. */
  readonly restoreRate?: number;
  /**
   * Part of the bucket that background calls may use while the shop is in interactive use (a call within
   * the last 60 s). Above 0, at most 1. Default 0.8.
   */
  readonly softCeiling?: number;
  /**
   * Milliseconds after which a waiting background call stands equal to an interactive one that has just
   * come, so that neither class starves. Default 30,000.
   */
  readonly agingMs?: number;
  /**
   * Milliseconds without a call after which a bucket is forgotten. Never one with a waiter or a permit
   * out. Default 600,000.
   */
  readonly idleMs?: number;
}

/** `TokenBucketOptions` with the defaults filled in. */
export type TokenBucketSettings = Readonly<Required<TokenBucketOptions>>;

/**
 * Fills in the defaults.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) with all that does not fit.
 */
function tokenBucketSettings(options?: TokenBucketOptions): TokenBucketSettings {
  const { settings, problems } = readTokenBucketOptions(options);
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  return settings;
}

/** Fills in the defaults, and tells what does not fit: for limiters that have more options than these. */
export function readTokenBucketOptions(options: TokenBucketOptions = {}): {
  readonly settings: TokenBucketSettings;
  readonly problems: Issue[];
} {
  const settings: TokenBucketSettings = {
    clock: options.clock ?? systemClock,
    maximumAvailable: options.maximumAvailable ?? 1_000,
    restoreRate: options.restoreRate ?? 50,
    softCeiling: options.softCeiling ?? 0.8,
    agingMs: options.agingMs ?? 30_000,
    idleMs: options.idleMs ?? 600_000,
  };
  const problems: Issue[] = [];
  const check = (field: keyof TokenBucketSettings, fits: boolean, message: string): void => {
    if (!fits) problems.push({ field: `limiter.${field}`, message });
  };
  const { maximumAvailable, restoreRate, softCeiling, agingMs, idleMs } = settings;
  check('maximumAvailable', Number.isFinite(maximumAvailable) && maximumAvailable > 0, 'give points, more than 0');
  check('restoreRate', Number.isFinite(restoreRate) && restoreRate > 0, 'give points per second, more than 0');
  check('softCeiling', softCeiling > 0 && softCeiling <= 1, 'give a part of the bucket, above 0 and at most 1');
  check('agingMs', Number.isFinite(agingMs) && agingMs >= 0, 'give milliseconds, 0 or more');
  check('idleMs', idleMs > 0, 'give milliseconds, more than 0');
  return { settings, problems };
}

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

/** The bucket of one app on one shop, with those who wait for it. */
export interface ShopBucket {
  acquire(request: AcquireRequest): Promise<Permit>;
  status(): LimiterStatus;
  /** Whether nobody has used it for that long, nobody waits and no permit is out. */
  isIdle(forMs: number): boolean;
  close(reason: unknown): void;
}

/** Makes the bucket of one app on one shop. */
function createShopBucket(shop: string, settings: TokenBucketSettings): ShopBucket {
  const { clock, agingMs } = settings;
  const bucket = createBucket(settings, clock.monotonic());
  const headroom = createHeadroom(settings);
  let usedAtMs = clock.monotonic();

  const refillNow = (): number => {
    const nowMs = clock.monotonic();
    refill(bucket, nowMs);
    return nowMs;
  };

  const give = (cost: number, sinceMs: number, nowMs: number): Permit => {
    // An unconfirmed size is a guess, so it shrinks a big call instead of refusing it.
    const reservation = reserve(bucket, bucket.confirmed ? cost : Math.min(cost, bucket.maximumAvailable));
    let isOut = true;
    const end = (finish: () => void): void => {
      if (!isOut) return;
      isOut = false;
      usedAtMs = refillNow();
      finish();
      service.serve(usedAtMs);
    };
    return {
      cost: reservation.points,
      waitedMs: nowMs - sinceMs,
      settle: (answer) => end(() => settle(bucket, reservation, answer)),
      refund: () => end(() => refund(bucket, reservation)),
    };
  };

  const room = createWaitingRoom({ shop, clock, agingMs, onNewFirst: () => service.serve(refillNow()) });
  const largest = (): number => bucket.maximumAvailable;
  const service = createLocalService({ shop, clock, bucket, headroom, room, largest, give });
  const { line } = room;

  return {
    acquire(request) {
      const { cost, signal, maxWaitMs } = request;
      if (signal?.aborted) return Promise.reject(signal.reason);
      const nowMs = refillNow();
      usedAtMs = nowMs;
      const isBackground = request.priority === 'background';
      if (!isBackground) headroom.sawInteractive(nowMs);
      const { maximumAvailable, confirmed } = bucket;
      if (confirmed && cost > maximumAvailable) return Promise.reject(tooBig(shop, cost, maximumAvailable));
      if (line.size === 0 && service.waitOf({ cost, isBackground, sinceMs: nowMs }, nowMs) === 0) {
        return Promise.resolve(give(cost, nowMs, nowMs));
      }
      if (maxWaitMs !== undefined && confirmed) {
        const inLineMs = (): number => msInLine(bucket, line.pointsAhead(room.rankOf(request, nowMs)), cost);
        const waitMs = room.waitInLine(inLineMs, maxWaitMs);
        if (waitMs > maxWaitMs) return Promise.reject(waitTooLong(shop, maxWaitMs, waitMs));
      }
      return room.enter(request, nowMs).permit;
    },
    status() {
      refillNow();
      const { maximumAvailable, restoreRate, reserved, inFlight, confirmed } = bucket;
      const available = Math.max(0, bucket.level);
      const waiting = { waiting: line.size, waitingPoints: line.points };
      return { maximumAvailable, available, restoreRate, reserved, inFlight, ...waiting, confirmed };
    },
    isIdle(forMs) {
      return bucket.inFlight === 0 && line.size === 0 && clock.monotonic() - usedAtMs >= forMs;
    },
    close(reason) {
      service.stop();
      room.rejectAll(reason);
    },
  };
}
