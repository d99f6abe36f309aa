import { createBucket, msUntil, refill, refund, reserve, settle } from './bucket.ts';
import { createHeadroom } from './headroom.ts';
import { tooBig, waitedTooLong, waitTooLong } from './refusals.ts';
import type { TokenBucketSettings } from './token-bucket-options.ts';
import type { AcquireRequest, LimiterStatus, Permit } from './types.ts';
import { createWaitingLine, type InLine } from './waiting-line.ts';

interface Waiter extends InLine {
  readonly isBackground: boolean;
  readonly sinceMs: number;
  grant(permit: Permit): void;
  reject(reason: unknown): void;
  /** Takes the listener and the timer of this waiter away. */
  letGo(): void;
}

/** The bucket of one app on one shop, with those who wait for it. */
export interface ShopBucket {
  acquire(request: AcquireRequest): Promise<Permit>;
  status(): LimiterStatus;
  /** Whether nobody has used it for that long, nobody waits and no permit is out. */
  isIdle(forMs: number): boolean;
  close(reason: unknown): void;
}

/**
 * Milliseconds that a wait is made longer than the sum says: timers cut fractions off and may fire a
 * little early, and Shopify's clock may be a little behind.
 */
const marginMs = 2;

/** Makes the bucket of one app on one shop. */
export function createShopBucket(shop: string, settings: TokenBucketSettings): ShopBucket {
  const { clock } = settings;
  const bucket = createBucket(settings, clock.monotonic());
  const line = createWaitingLine<Waiter>();
  const headroom = createHeadroom(settings);
  let usedAtMs = clock.monotonic();
  let arrivals = 0;
  let cancelTimer: (() => void) | undefined;

  const refillNow = (): number => {
    const nowMs = clock.monotonic();
    refill(bucket, nowMs);
    return nowMs;
  };

  /** What to reserve: an unconfirmed size is a guess, so it shrinks a big call instead of refusing it. */
  const pointsOf = (cost: number): number => (bucket.confirmed ? cost : Math.min(cost, bucket.maximumAvailable));

  const isTooBig = (cost: number): boolean => bucket.confirmed && cost > bucket.maximumAvailable;

  /** Milliseconds until this call may go as things stand; `Infinity` where a permit must end first. */
  const waitOf = (cost: number, isBackground: boolean, sinceMs: number, nowMs: number): number => {
    // Nothing is known of the bucket yet: one call goes ahead and brings the numbers.
    if (!bucket.confirmed && bucket.inFlight > 0) return Number.POSITIVE_INFINITY;
    const points = pointsOf(cost);
    const yieldsForMs = isBackground ? headroom.heldForMs(sinceMs, nowMs) : 0;
    if (yieldsForMs <= 0) return msUntil(bucket, points);
    return Math.min(msUntil(bucket, points + headroom.points(bucket)), Math.max(yieldsForMs, msUntil(bucket, points)));
  };

  const give = (cost: number, sinceMs: number, nowMs: number): Permit => {
    const reservation = reserve(bucket, pointsOf(cost));
    let isOut = true;
    const end = (finish: () => void): void => {
      if (!isOut) return;
      isOut = false;
      usedAtMs = refillNow();
      finish();
      serve(usedAtMs);
    };
    return {
      cost: reservation.points,
      waitedMs: nowMs - sinceMs,
      settle: (answer) => end(() => settle(bucket, reservation, answer)),
      refund: () => end(() => refund(bucket, reservation)),
    };
  };

  const remove = (waiter: Waiter): void => {
    line.remove(waiter);
    waiter.letGo();
  };

  /** Serves whoever can be served, first in line first, and sets the timer for the next. */
  const serve = (nowMs: number): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    for (let next = line.first; next; next = line.first) {
      if (isTooBig(next.cost)) {
        remove(next);
        next.reject(tooBig(shop, next.cost, bucket.maximumAvailable));
        continue;
      }
      const waitMs = waitOf(next.cost, next.isBackground, next.sinceMs, nowMs);
      if (waitMs > 0) {
        if (waitMs < Number.POSITIVE_INFINITY) {
          cancelTimer = clock.setTimer(() => serve(refillNow()), Math.ceil(waitMs) + marginMs);
        }
        return;
      }
      remove(next);
      next.grant(give(next.cost, next.sinceMs, nowMs));
    }
  };

  const stand = (request: AcquireRequest, rank: number, nowMs: number): Promise<Permit> =>
    new Promise((resolve, reject) => {
      const { cost, priority, signal, maxWaitMs } = request;
      const leave = (reason: unknown): void => {
        const wasFirst = line.first === waiter;
        remove(waiter);
        reject(reason);
        if (wasFirst) serve(refillNow());
      };
      const onAbort = (): void => leave(signal?.reason);
      const cancelDeadline =
        maxWaitMs !== undefined && Number.isFinite(maxWaitMs)
          ? clock.setTimer(() => leave(waitedTooLong(shop, maxWaitMs)), maxWaitMs)
          : undefined;
      signal?.addEventListener('abort', onAbort, { once: true });
      const waiter: Waiter = {
        rank,
        cost,
        sequence: arrivals++,
        position: -1,
        isBackground: priority === 'background',
        sinceMs: nowMs,
        grant: resolve,
        reject,
        letGo() {
          cancelDeadline?.();
          signal?.removeEventListener('abort', onAbort);
        },
      };
      line.add(waiter);
      if (line.first === waiter) serve(nowMs);
    });

  return {
    acquire(request) {
      const { cost, signal, maxWaitMs } = request;
      if (signal?.aborted) return Promise.reject(signal.reason);
      const nowMs = refillNow();
      usedAtMs = nowMs;
      const isBackground = request.priority === 'background';
      if (!isBackground) headroom.sawInteractive(nowMs);
      if (isTooBig(cost)) return Promise.reject(tooBig(shop, cost, bucket.maximumAvailable));
      if (line.size === 0 && waitOf(cost, isBackground, nowMs, nowMs) === 0) {
        return Promise.resolve(give(cost, nowMs, nowMs));
      }
      // A background call ranks as if it had come later: whatever ranks before it came within that time.
      const rank = nowMs + (isBackground ? settings.agingMs : 0);
      if (maxWaitMs !== undefined && bucket.confirmed) {
        const waitMs = ((line.pointsAhead(rank) + cost - bucket.level) * 1_000) / bucket.restoreRate;
        if (waitMs > maxWaitMs) return Promise.reject(waitTooLong(shop, maxWaitMs, waitMs));
      }
      return stand(request, rank, nowMs);
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
      cancelTimer?.();
      cancelTimer = undefined;
      for (let next = line.first; next; next = line.first) {
        remove(next);
        next.reject(reason);
      }
    },
  };
}
