import type { Clock } from '../internal/clock.ts';
import type { Permit } from '../ports/rate-limiter.ts';
import { type BucketState, msUntil, refill } from './bucket.ts';
import { tooBig } from './refusals.ts';
import type { Waiter, WaitingRoom } from './wait-queue.ts';

/** Serves those who wait for a bucket that this process alone counts. */
export interface LocalService {
  /** Milliseconds until such a call may go as things stand; `Infinity` where a permit must end first. */
  waitOf(call: Pick<Waiter, 'cost' | 'isBackground' | 'sinceMs'>, nowMs: number): number;
  /** Serves whoever can be served, first in line first, and sets the timer for the next. */
  serve(nowMs: number): void;
  /** Stops the timer. */
  stop(): void;
}

/** What the service needs. */
interface LocalServiceSettings {
  readonly shop: string;
  readonly clock: Clock;
  readonly bucket: BucketState;
  readonly headroom: Headroom;
  readonly room: WaitingRoom;
  /** The most that a call may cost: more than the bucket holds, where that is a share of the shop's. */
  largest(): number;
  /** Makes the permit of a call whose points are there. */
  give(cost: number, sinceMs: number, nowMs: number): Permit;
}

/**
 * Milliseconds that a wait is made longer than the sum says: timers cut fractions off and may fire a
 * little early, and Shopify's clock may be a little behind.
 */
const marginMs = 2;

/** Makes the service. All times are monotonic milliseconds. */
export function createLocalService(settings: LocalServiceSettings): LocalService {
  const { shop, clock, bucket, headroom, room, give } = settings;
  let cancelTimer: (() => void) | undefined;

  const waitOf: LocalService['waitOf'] = ({ cost, isBackground, sinceMs }, nowMs) => {
    // Nothing is known of the bucket yet: one call goes ahead and brings the numbers.
    if (!bucket.confirmed && bucket.inFlight > 0) return Number.POSITIVE_INFINITY;
    // A call bigger than a share goes from a full one, and leaves a debt that the refill makes up for.
    const points = Math.min(cost, bucket.maximumAvailable);
    const yieldsForMs = isBackground ? headroom.heldForMs(sinceMs, nowMs) : 0;
    if (yieldsForMs <= 0) return msUntil(bucket, points);
    return Math.min(msUntil(bucket, points + headroom.points(bucket)), Math.max(yieldsForMs, msUntil(bucket, points)));
  };

  const stop = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
  };

  const serve = (nowMs: number): void => {
    stop();
    const largest = settings.largest();
    for (let next = room.next(); next; next = room.next()) {
      if (bucket.confirmed && next.cost > largest) {
        next.reject(tooBig(shop, next.cost, largest));
        continue;
      }
      const waitMs = waitOf(next, nowMs);
      if (waitMs > 0) {
        if (waitMs < Number.POSITIVE_INFINITY) cancelTimer = clock.setTimer(wake, Math.ceil(waitMs) + marginMs);
        return;
      }
      next.grant(give(next.cost, next.sinceMs, nowMs));
    }
  };

  const wake = (): void => {
    const nowMs = clock.monotonic();
    refill(bucket, nowMs);
    serve(nowMs);
  };

  return { waitOf, serve, stop };
}

/** Milliseconds after an interactive call during which background calls leave room for the next one. */
const interactiveWindowMs = 60_000;

/** The points that background calls leave to interactive ones, and for how long. */
interface Headroom {
  sawInteractive(nowMs: number): void;
  /**
   * Milliseconds for which a background call that waits since `sinceMs` still has to leave the room:
   * until the shop has seen no interactive call for a while, or the waiter is aged. 0 or less: not at all.
   */
  heldForMs(sinceMs: number, nowMs: number): number;
  /** Points to leave free in a bucket of that size. */
  points(bucket: { readonly maximumAvailable: number }): number;
}

/** Makes the headroom of one bucket. All times are monotonic milliseconds. */
export function createHeadroom(settings: { readonly softCeiling: number; readonly agingMs: number }): Headroom {
  let interactiveAtMs = Number.NEGATIVE_INFINITY;
  return {
    sawInteractive(nowMs) {
      interactiveAtMs = nowMs;
    },
    heldForMs(sinceMs, nowMs) {
      return Math.min(interactiveAtMs + interactiveWindowMs, sinceMs + settings.agingMs) - nowMs;
    },
    points(bucket) {
      return bucket.maximumAvailable * (1 - settings.softCeiling);
    },
  };
}
