// @ts-nocheck
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

/** A job as Bottleneck's events tell of it. */
export interface BottleneckJobInfo {
  readonly options: { readonly id: string; readonly weight: number };
}

/** The part of a Bottleneck 2.19 limiter that is needed; any copy of the package fits. */
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

/** The points of one bucket, and the reservoir of its Bottleneck, which follows them. */
export class Account {
  readonly bucket: BucketState;
  /** Monotonic milliseconds of the last call or end of a call. */
  usedAtMs: number;
  readonly #clock: Clock;
  readonly #reservoir: Reservoir;
  readonly #heaviest: () => number;
  /** Jobs may be heavier than the bucket, because it has become smaller. */
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

  /** Milliseconds between two looks while a call waits. */
  get tickMs(): number {
    return this.#reservoir.tickMs;
  }

  /** Counts the refill until now, which it returns: monotonic milliseconds. */
  refill(): number {
    const nowMs = this.#clock.monotonic();
    refill(this.bucket, nowMs);
    return nowMs;
  }

  /** Takes over what the reservoir holds at the start. */
  begin(points: number): void {
    this.refill();
    this.#reservoir.begin(points);
  }

  /** Bottleneck let a call through that is still wanted. */
  reserve(weight: number): Reservation {
    this.refill();
    const reservation = reserve(this.bucket, weight);
    this.#reservoir.taken(weight);
    return reservation;
  }

  /** Bottleneck let a call through that has been given up. */
  skip(weight: number): void {
    this.refill();
    this.#reservoir.taken(weight);
    this.#reservoir.ended(weight, 0);
  }

  /** Bottleneck let a job of the host's own through. */
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

  /** Brings the reservoir up to now: a call has joined the queue. */
  joined(): void {
    this.refill();
    this.#reservoir.joined();
  }

  /** The same: a call waits. */
  tick(): void {
    this.refill();
    this.#reservoir.tick();
  }

  /** What the heaviest job lacks to get through at all: it would hold up everybody behind it for ever. */
  #spare(): number {
    if (!this.#hasShrunk) return 0;
    const lack = this.#heaviest() - this.bucket.maximumAvailable;
    this.#hasShrunk = lack > 0;
    return Math.max(0, lack);
  }
}

/** Keeps the reservoir of a Bottleneck at what the bucket allows, after each change of the bucket. */
interface Reservoir {
  /** Milliseconds between two looks while a call waits. */
  readonly tickMs: number;
  /** Takes over what is there at the start. */
  begin(points: number): void;
  /** Somebody has joined the queue. */
  joined(): void;
  /** Bottleneck took so many points out. */
  taken(points: number): void;
  /** A call that had taken so many points has cost so many. */
  ended(points: number, spent: number, status?: ThrottleStatus): void;
  /** Somebody waits. */
  tick(): void;
}

/**
 * A reservoir that follows the bucket point by point. Bottleneck's own refill drifts, and stops for ever
 * after `updateSettings`; `incrementReservoir` knows no maximum and takes whole points only.
 *
 * @param spare Points that may be there beyond the level of the bucket.
 */
export function createOwnReservoir(bottleneck: HostBottleneck, bucket: BucketState, spare: () => number): Reservoir {
  /** What the reservoir holds once all increments are done; `undefined` before the start. */
  let points: number | undefined;
  const follow = (): void => {
    if (points === undefined) return;
    const target = Math.floor(bucket.level + spare());
    const change = target - points;
    points = target;
    // Bottleneck emits an event of its own for what goes wrong here.
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
 * A reservoir that several processes share and that refills by its own settings. What a call did not cost
 * goes back, and Shopify's numbers bound the result: not above what it has, not below that less what
 * others may have taken in the meantime.
 */
export function createHostReservoir(bottleneck: HostBottleneck): Reservoir {
  const settle = async (points: number, spent: number, status: ThrottleStatus | undefined): Promise<void> => {
    let change = Math.trunc(points - spent);
    if (status && Number.isFinite(status.currentlyAvailable)) {
      const [there, running] = await Promise.all([pointsIn(bottleneck), bottleneck.running()]);
      // Whatever a response says, a bucket is overdrawn by no more than it holds.
      const lowest = isPoints(status.maximumAvailable) ? -status.maximumAvailable : 0;
      const highest = Math.floor(Math.max(lowest, status.currentlyAvailable));
      const least = highest - Math.max(0, running - points);
      change = Math.min(highest, Math.max(least, there + change)) - there;
    }
    if (change !== 0) await bottleneck.incrementReservoir(change);
  };
  return {
    // A look makes Redis refill, and makes Bottleneck write its keys again where Redis has lost them.
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
