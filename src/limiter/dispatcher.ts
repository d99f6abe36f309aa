import type { Clock } from '../internal/clock.ts';
import type { Permit } from '../ports/rate-limiter.ts';
import { type BucketState, type Headroom, msUntilGrant, refill } from './bucket.ts';
import { tooExpensive, type WaitQueue } from './wait-queue.ts';

interface DispatcherSettings {
  readonly shop: string;
  readonly clock: Clock;
  readonly bucket: BucketState;
  readonly headroom: Headroom;
  readonly queue: WaitQueue;
  /** The most that a call may cost. It is more than the bucket holds if that is a share of the shop's bucket. */
  maxCost(): number;
  /** Reserves the points of a call. The caller has checked that they are available. */
  reserve(cost: number, enteredMs: number, nowMs: number): Permit;
}

/**
 * Milliseconds added to each computed wait, because timers may fire a little early, and Shopify's clock may be a little
 * behind.
 */
const marginMs = 2;

/** Grants the points of a bucket that only this process counts to the waiting calls. */
export class Dispatcher {
  readonly #settings: DispatcherSettings;
  #cancelTimer: (() => void) | undefined;

  constructor(settings: DispatcherSettings) {
    this.#settings = settings;
  }

  /** Grants all calls that can be served, in order, and sets the timer for the next one. */
  drain(nowMs: number): void {
    const { shop, clock, bucket, headroom, queue } = this.#settings;
    this.stop();
    const maxCost = this.#settings.maxCost();
    for (let next = queue.next(); next; next = queue.next()) {
      if (bucket.confirmed && next.cost > maxCost) {
        next.reject(tooExpensive(shop, next.cost, maxCost));
        continue;
      }
      const waitMs = msUntilGrant(bucket, headroom, next, nowMs);
      if (waitMs > 0) {
        if (waitMs < Number.POSITIVE_INFINITY) {
          this.#cancelTimer = clock.setTimer(() => this.#wake(), Math.ceil(waitMs) + marginMs);
        }
        return;
      }
      next.grant(this.#settings.reserve(next.cost, next.enteredMs, nowMs));
    }
  }

  /** Stops the timer. */
  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #wake(): void {
    const { clock, bucket } = this.#settings;
    const nowMs = clock.monotonic();
    refill(bucket, nowMs);
    this.drain(nowMs);
  }
}
