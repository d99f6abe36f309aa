import { ConfigError, type Issue, ValidationError } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { unknownNames } from '../internal/names.ts';
import type { AcquireRequest, BucketScope, LimiterStatus, Permit, RateLimiter } from '../ports/rate-limiter.ts';
import {
  type BucketState,
  createBucket,
  type Headroom,
  msUntilGrant,
  pointsToReserve,
  refill,
  refund,
  reserve,
  settle,
  sinceOf,
} from './bucket.ts';
import { Dispatcher } from './dispatcher.ts';
import { tooExpensive, WaitQueue } from './wait-queue.ts';

/**
 * Creates the limiter for one process: a bucket per app and shop that refills with the clock and follows Shopify's
 * numbers. If points are available and no call is waiting, `acquire` grants at once. Waiting calls are served in order
 * of arrival, interactive ones first; background calls gain priority with age. The first call is sent alone, since its
 * response contains Shopify's numbers. If it does not, the assumed numbers apply.
 *
 * After `close`, `acquire` rejects with a `DOMException` named `AbortError`.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) if an option is invalid.
 *
 * @example
 * const limiter = tokenBucketLimiter({ softCeiling: 0.7 });
 * const permit = await limiter.acquire({ shop: 'acme.myshopify.com', app: 'default', cost: 12, priority: 'interactive' });
 * permit.settle({ actualCost: 8 });
 */
export function tokenBucketLimiter(options?: TokenBucketOptions): RateLimiter {
  const { settings, problems } = readTokenBucketOptions(options);
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  return limiterPerShop(settings, ({ shop }) => new TokenBucket(shop, settings));
}

/** Options of `tokenBucketLimiter`. All are optional. */
export interface TokenBucketOptions {
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Assumed size of a bucket in points, until Shopify's numbers are known. Default 1,000, the smallest seen. */
  readonly maximumAvailable?: number;
  /** Assumed points restored per second, until Shopify's numbers are known. Default 50, the smallest seen. */
  readonly restoreRate?: number;
  /**
   * Fraction of the bucket that background calls may use while the shop is in interactive use (a call within the last
   * 60 s). Above 0, at most 1. Default 0.8.
   */
  readonly softCeiling?: number;
  /**
   * Milliseconds after which a waiting background call ranks equal to a new interactive one, so that neither class
   * starves. Default 30,000.
   */
  readonly agingMs?: number;
  /**
   * Milliseconds without a call after which a bucket is dropped, unless a call is waiting or a permit is in use.
   * Default 600,000.
   */
  readonly idleMs?: number;
}

/** The bucket of one app on one shop, with the calls that wait for it. */
class TokenBucket implements ShopBucket {
  readonly #shop: string;
  readonly #clock: Clock;
  readonly #bucket: BucketState;
  readonly #headroom: Headroom;
  readonly #queue: WaitQueue;
  readonly #dispatcher: Dispatcher;
  #usedAtMs: number;

  constructor(shop: string, settings: TokenBucketSettings) {
    const { clock, softCeiling, agingMs } = settings;
    this.#shop = shop;
    this.#clock = clock;
    this.#usedAtMs = clock.monotonic();
    this.#bucket = createBucket(settings, this.#usedAtMs);
    this.#headroom = { softCeiling, agingMs, interactiveAtMs: Number.NEGATIVE_INFINITY };
    this.#queue = new WaitQueue({ shop, clock, agingMs, onNewFirst: () => this.#dispatcher.drain(this.#refill()) });
    this.#dispatcher = new Dispatcher({
      ...{ shop, clock, bucket: this.#bucket, headroom: this.#headroom, queue: this.#queue },
      maxCost: () => this.#bucket.maximumAvailable,
      reserve: (cost, enteredMs, nowMs) => this.#reserve(cost, enteredMs, nowMs),
    });
  }

  acquire(request: AcquireRequest): Promise<Permit> {
    const { cost, signal } = request;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const nowMs = this.#refill();
    this.#usedAtMs = nowMs;
    const isBackground = request.priority === 'background';
    if (!isBackground) this.#headroom.interactiveAtMs = nowMs;
    const { maximumAvailable, confirmed } = this.#bucket;
    if (confirmed && cost > maximumAvailable) return Promise.reject(tooExpensive(this.#shop, cost, maximumAvailable));
    const isFree =
      this.#queue.size === 0 &&
      msUntilGrant(this.#bucket, this.#headroom, { cost, isBackground, sinceMs: sinceOf(request, nowMs) }, nowMs) === 0;
    if (isFree) return Promise.resolve(this.#reserve(cost, nowMs, nowMs));
    const refusal = confirmed ? this.#queue.refusal(request, nowMs, this.#bucket) : undefined;
    if (refusal) return Promise.reject(refusal);
    return this.#queue.enter(request, nowMs).permit;
  }

  status(): LimiterStatus {
    this.#refill();
    return limiterStatus(this.#bucket, this.#queue);
  }

  isIdle(forMs: number): boolean {
    const isBusy = this.#bucket.inFlight > 0 || this.#queue.size > 0;
    return !isBusy && this.#clock.monotonic() - this.#usedAtMs >= forMs;
  }

  close(reason: unknown): void {
    this.#dispatcher.stop();
    this.#queue.rejectAll(reason);
  }

  #reserve(cost: number, enteredMs: number, nowMs: number): Permit {
    const bucket = this.#bucket;
    const reservation = reserve(bucket, pointsToReserve(bucket, cost));
    let isOut = true;
    const end = (finish: () => void): void => {
      if (!isOut) return;
      isOut = false;
      this.#usedAtMs = this.#refill();
      finish();
      if (this.#queue.size > 0) this.#dispatcher.drain(this.#usedAtMs);
    };
    return {
      cost: reservation.points,
      waitedMs: nowMs - enteredMs,
      settle: (feedback) => end(() => settle(bucket, reservation, feedback)),
      refund: () => end(() => refund(bucket, reservation)),
    };
  }

  /** Counts the refill until now. Returns the present moment in monotonic milliseconds. */
  #refill(): number {
    const nowMs = this.#clock.monotonic();
    refill(this.#bucket, nowMs);
    return nowMs;
  }
}

/** The bucket of one app on one shop, counted here or in Redis, with the calls of this process that wait for it. */
export interface ShopBucket {
  acquire(request: AcquireRequest): Promise<Permit>;
  status(): LimiterStatus;
  /** Whether it was unused for this long, no call waits and no permit is out. */
  isIdle(forMs: number): boolean;
  close(reason: unknown): void;
}

/**
 * A limiter with one bucket per app and shop. It drops buckets that were idle for `idleMs`.
 *
 * @param create Creates the bucket of one app on one shop, on its first call.
 * @param buckets Holds the buckets by `bucketKey`.
 */
export function limiterPerShop<Bucket extends ShopBucket>(
  { clock, idleMs }: { readonly clock: Clock; readonly idleMs: number },
  create: (scope: BucketScope) => Bucket,
  buckets = new Map<string, Bucket>(),
): RateLimiter {
  let sweptAtMs = clock.monotonic();
  let isClosed = false;

  // A timer would keep the process alive.
  const forgetIdle = (): void => {
    const nowMs = clock.monotonic();
    if (nowMs - sweptAtMs < idleMs) return;
    sweptAtMs = nowMs;
    for (const [key, bucket] of buckets) if (bucket.isIdle(idleMs)) buckets.delete(key);
  };

  return {
    acquire(request) {
      if (isClosed) return Promise.reject(limiterClosed());
      const { shop, app, cost } = request;
      if (!Number.isFinite(cost) || cost < 0) return Promise.reject(invalidCost(shop, cost));
      forgetIdle();
      const key = bucketKey(request);
      let bucket = buckets.get(key);
      if (!bucket) {
        bucket = create({ shop, app });
        buckets.set(key, bucket);
      }
      return bucket.acquire(request);
    },
    status(scope) {
      forgetIdle();
      return buckets.get(bucketKey(scope))?.status();
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      const reason = limiterClosed();
      for (const bucket of buckets.values()) bucket.close(reason);
    },
  };
}

/** Names a bucket within a limiter. */
export function bucketKey(scope: BucketScope): string {
  return `${scope.shop}\n${scope.app}`;
}

/** A bucket and its queue as `RateLimiter.status` shows them. */
export function limiterStatus(bucket: BucketState, queue: WaitQueue): LimiterStatus {
  const { maximumAvailable, level, restoreRate, reserved, inFlight, confirmed } = bucket;
  const waiting = { waiting: queue.size, waitingPoints: queue.points };
  return { maximumAvailable, available: Math.max(0, level), restoreRate, reserved, inFlight, ...waiting, confirmed };
}

function invalidCost(shop: string, cost: number): ValidationError {
  return new ValidationError('The call is invalid', {
    issues: [{ field: 'cost', message: `${cost} is not a number of points; use 0 or more` }],
    shop,
  });
}

/** The error of an abort: nothing was sent, and a retry makes no sense. */
function limiterClosed(): DOMException {
  return new DOMException('The limiter was closed.', 'AbortError');
}

/** A string, a bigint or a `Date` compares like a number, but breaks the arithmetic later. */
export const isNumber = (value: unknown): value is number => typeof value === 'number';

/** `TokenBucketOptions` with the defaults filled in. */
export type TokenBucketSettings = Readonly<Required<TokenBucketOptions>>;

/**
 * Fills in the defaults and lists the invalid options.
 *
 * @param names The names of the limiter's options, if they differ from these.
 */
export function readTokenBucketOptions(
  options: TokenBucketOptions = {},
  names?: Readonly<Record<string, true>>,
): {
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
  const problems: Issue[] = [...unknownNames(options, names ?? settings, 'limiter.')];
  const check = (field: keyof TokenBucketSettings, isValid: boolean, message: string): void => {
    if (!isValid) problems.push({ field: `limiter.${field}`, message });
  };
  const { maximumAvailable, restoreRate, softCeiling, agingMs, idleMs } = settings;
  check('maximumAvailable', Number.isFinite(maximumAvailable) && maximumAvailable > 0, 'must be points above 0');
  check('restoreRate', Number.isFinite(restoreRate) && restoreRate > 0, 'must be points per second above 0');
  check(
    'softCeiling',
    isNumber(softCeiling) && softCeiling > 0 && softCeiling <= 1,
    'must be a fraction of the bucket, above 0 and at most 1',
  );
  check('agingMs', Number.isFinite(agingMs) && agingMs >= 0, 'must be milliseconds, 0 or more');
  check('idleMs', isNumber(idleMs) && idleMs > 0, 'must be milliseconds above 0');
  return { settings, problems };
}
