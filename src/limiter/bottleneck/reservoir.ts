import type { Clock } from '../../internal/clock.ts';
import type { ThrottleFeedback, ThrottleStatus } from '../../ports/rate-limiter.ts';
import {
  type BucketState,
  createBucket,
  isPoints,
  type Reservation,
  refill,
  refund,
  reserve,
  settle,
  spentPoints,
} from '../bucket.ts';

/** A job in Bottleneck's events. */
export interface BottleneckJobInfo {
  readonly options: { readonly id: string; readonly weight: number };
}

/** The required part of a Bottleneck 2.19 limiter, from any copy of the package. */
export interface HostBottleneck {
  schedule<T>(
    options: { readonly id: string; readonly weight: number; readonly priority: number },
    task: () => PromiseLike<T>,
  ): Promise<T>;
  queued(): number;
  running(): Promise<number>;
  currentReservoir(): Promise<number | null>;
  incrementReservoir(points: number): Promise<number>;
  on(event: 'queued', listener: (job: BottleneckJobInfo) => void): unknown;
  on(event: 'scheduled', listener: (job: BottleneckJobInfo) => void): unknown;
}

interface AccountSettings {
  readonly clock: Clock;
  readonly refill: 'limiter' | 'host';
  readonly maximumAvailable: number;
  readonly restoreRate: number;
}

/** The points of one bucket, and the Bottleneck reservoir that follows them. */
export class Account {
  readonly bucket: BucketState;
  /** When a call last started or ended, in monotonic milliseconds. */
  usedAtMs: number;
  readonly #clock: Clock;
  readonly #reservoir: Reservoir;
  readonly #heaviest: () => number;
  /** The bucket is smaller now, so jobs may be heavier than it. */
  #hasShrunk = false;

  /** @param heaviest The weight of the heaviest job in the queue. */
  constructor(bottleneck: HostBottleneck, settings: AccountSettings, heaviest: () => number) {
    this.#clock = settings.clock;
    this.#heaviest = heaviest;
    this.usedAtMs = settings.clock.monotonic();
    this.bucket = createBucket(settings, this.usedAtMs);
    this.#reservoir =
      settings.refill === 'host'
        ? createHostReservoir(bottleneck)
        : createOwnReservoir(bottleneck, this.bucket, () => this.#spare());
  }

  /** Milliseconds between two checks while a call waits. */
  get tickMs(): number {
    return this.#reservoir.tickMs;
  }

  /** Counts the refill until now. Returns the present moment in monotonic milliseconds. */
  refill(): number {
    const nowMs = this.#clock.monotonic();
    refill(this.bucket, nowMs);
    return nowMs;
  }

  /** Starts from the points in the reservoir. */
  begin(points: number): void {
    this.refill();
    this.#reservoir.begin(points);
  }

  /** Bottleneck has started a call whose waiter is still waiting. */
  reserve(weight: number): Reservation {
    this.refill();
    const reservation = reserve(this.bucket, weight);
    this.#reservoir.taken(weight);
    return reservation;
  }

  /** Bottleneck has started a call whose waiter has left. */
  skip(weight: number): void {
    this.refill();
    this.#reservoir.taken(weight);
    this.#reservoir.ended(weight, 0);
  }

  /** Bottleneck has started one of the host's own jobs. */
  charge(weight: number): void {
    this.refill();
    this.bucket.level -= weight;
    this.bucket.spent += weight;
    this.#reservoir.taken(weight);
  }

  /**
   * Ends a reservation, by a response or because nothing was sent.
   *
   * @returns Whether the bucket is smaller now.
   */
  end(reservation: Reservation, feedback?: ThrottleFeedback): boolean {
    this.usedAtMs = this.refill();
    const before = this.bucket.maximumAvailable;
    if (feedback) settle(this.bucket, reservation, feedback);
    else refund(this.bucket, reservation);
    const isSmaller = this.bucket.maximumAvailable < before;
    if (isSmaller) this.#hasShrunk = true;
    const spent = feedback ? spentPoints(this.bucket, reservation.points, feedback) : 0;
    this.#reservoir.ended(reservation.points, spent, feedback?.throttleStatus);
    return isSmaller;
  }

  /** A call has joined the queue: updates the reservoir. */
  joined(): void {
    this.refill();
    this.#reservoir.joined();
  }

  /** A call is waiting: updates the reservoir. */
  tick(): void {
    this.refill();
    this.#reservoir.tick();
  }

  /** Points that the heaviest job would need beyond a full bucket: without them it would block the queue forever. */
  #spare(): number {
    if (!this.#hasShrunk) return 0;
    const lack = this.#heaviest() - this.bucket.maximumAvailable;
    this.#hasShrunk = lack > 0;
    return Math.max(0, lack);
  }
}

/** Keeps a Bottleneck's reservoir equal to the bucket after each change of the bucket. */
interface Reservoir {
  /** Milliseconds between two checks while a call waits. */
  readonly tickMs: number;
  /** Starts from the points in the reservoir. */
  begin(points: number): void;
  /** A call has joined the queue. */
  joined(): void;
  /** Bottleneck has taken this number of points. */
  taken(points: number): void;
  /** A call has ended: the points it had taken, and the points it cost. */
  ended(points: number, spent: number, status?: ThrottleStatus): void;
  /** A call is waiting. */
  tick(): void;
}

/**
 * Creates a reservoir that follows the bucket point by point. Bottleneck's own refill drifts, and stops forever after
 * `updateSettings`; `incrementReservoir` has no maximum and accepts only whole points.
 *
 * @param spare Points that the reservoir may hold beyond the bucket's level.
 */
export function createOwnReservoir(bottleneck: HostBottleneck, bucket: BucketState, spare: () => number): Reservoir {
  /** Points in the reservoir after all pending increments; `undefined` before the start. */
  let points: number | undefined;
  const follow = (): void => {
    if (points === undefined) return;
    const target = Math.floor(bucket.level + spare());
    const change = target - points;
    points = target;
    // Bottleneck emits its own event for an error here.
    if (change !== 0) bottleneck.incrementReservoir(change).catch(() => undefined);
  };
  return {
    tickMs: 50,
    begin(there) {
      points = there;
      follow();
    },
    taken(weight) {
      if (points !== undefined) points -= weight;
      follow();
    },
    joined: follow,
    ended: follow,
    tick: follow,
  };
}

/**
 * A reservoir that several processes share and that refills by its own settings. Points that a call did not use are
 * returned. Shopify's numbers are the upper limit; the lower limit is those numbers less what others may have taken
 * since.
 */
export function createHostReservoir(bottleneck: HostBottleneck): Reservoir {
  const settle = async (points: number, spent: number, status: ThrottleStatus | undefined): Promise<void> => {
    let change = Math.trunc(points - spent);
    if (status && Number.isFinite(status.currentlyAvailable)) {
      const [there, running] = await Promise.all([pointsIn(bottleneck), bottleneck.running()]);
      // One odd response must not overdraw a bucket by more than its size.
      const lowest = isPoints(status.maximumAvailable) ? -status.maximumAvailable : 0;
      const highest = Math.floor(Math.max(lowest, status.currentlyAvailable));
      const least = highest - Math.max(0, running - points);
      change = Math.min(highest, Math.max(least, there + change)) - there;
    }
    if (change !== 0) await bottleneck.incrementReservoir(change);
  };
  return {
    // This check makes Redis refill, and makes Bottleneck write its keys again if Redis has lost them.
    tickMs: 500,
    begin: () => undefined,
    joined: () => undefined,
    taken: () => undefined,
    ended(points, spent, status) {
      settle(points, spent, status).catch(() => undefined);
    },
    tick() {
      bottleneck.currentReservoir().catch(() => undefined);
    },
  };
}

async function pointsIn(bottleneck: HostBottleneck): Promise<number> {
  return Number(await bottleneck.currentReservoir());
}
