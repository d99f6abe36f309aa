import type { AcquireRequest, LimiterStatus, Permit } from '../ports/rate-limiter.ts';
import { createBucket, msInLine, refill, refund, reserve, settle } from './bucket.ts';
import { createHeadroom } from './headroom.ts';
import { createLocalService } from './local-service.ts';
import { tooBig, waitTooLong } from './refusals.ts';
import type { TokenBucketSettings } from './token-bucket-options.ts';
import { createWaitingRoom } from './wait-queue.ts';

/** The bucket of one app on one shop, with those who wait for it. */
export interface ShopBucket {
  acquire(request: AcquireRequest): Promise<Permit>;
  status(): LimiterStatus;
  /** Whether nobody has used it for that long, nobody waits and no permit is out. */
  isIdle(forMs: number): boolean;
  close(reason: unknown): void;
}

/** Makes the bucket of one app on one shop. */
export function createShopBucket(shop: string, settings: TokenBucketSettings): ShopBucket {
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
