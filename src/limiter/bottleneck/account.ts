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
} from '../bucket.ts';
import type { BottleneckLimiterSettings, HostBottleneck } from './settings.ts';

/** The points of one bucket, and the reservoir of its Bottleneck, which follows them. */
export interface Account {
  readonly bucket: BucketState;
  /** Monotonic milliseconds of the last call or end of a call. */
  usedAtMs: number;
  /** Milliseconds between two looks while somebody waits. */
  readonly tickMs: number;
  /** Counts the refill until now, which it returns: monotonic milliseconds. */
  refill(): number;
  /** Takes over what the reservoir holds at the start. */
  begin(points: number): void;
  /** Bottleneck let a call through that is still wanted. */
  reserve(weight: number): Reservation;
  /** Bottleneck let a call through that has been given up. */
  skip(weight: number): void;
  /** Bottleneck let a job of the host's own through. */
  charge(weight: number): void;
  /** Ends a reservation by an answer, or because nothing was sent. `true` where the bucket is smaller now. */
  end(reservation: Reservation, answer?: ThrottleFeedback): boolean;
  /** Brings the reservoir up to now: somebody has joined the queue. */
  joined(): void;
  /** The same: somebody waits. */
  tick(): void;
}

/**
 * Makes the account of a bucket of which nothing is known.
 *
 * @param heaviest The weight of the heaviest job in the queue.
 */
export function createAccount(
  bottleneck: HostBottleneck,
  settings: BottleneckLimiterSettings,
  heaviest: () => number,
): Account {
  const { clock } = settings;
  const bucket = createBucket(settings, clock.monotonic());
  /** Jobs may be heavier than the bucket, because it has become smaller. */
  let hasShrunk = false;

  /** What the heaviest job lacks to get through at all: it would hold up everybody behind it for ever. */
  const spare = (): number => {
    if (!hasShrunk) return 0;
    const lack = heaviest() - bucket.maximumAvailable;
    hasShrunk = lack > 0;
    return Math.max(0, lack);
  };
  const reservoir =
    settings.refill === 'host' ? createHostReservoir(bottleneck) : createOwnReservoir(bottleneck, bucket, spare);

  const refillNow = (): number => {
    const nowMs = clock.monotonic();
    refill(bucket, nowMs);
    return nowMs;
  };

  const account: Account = {
    bucket,
    usedAtMs: clock.monotonic(),
    tickMs: reservoir.tickMs,
    refill: refillNow,
    begin(points) {
      refillNow();
      reservoir.begin(points);
    },
    reserve(weight) {
      refillNow();
      const reservation = reserve(bucket, weight);
      reservoir.taken(weight);
      return reservation;
    },
    skip(weight) {
      refillNow();
      reservoir.taken(weight);
      reservoir.ended(weight, 0);
    },
    charge(weight) {
      refillNow();
      bucket.level -= weight;
      bucket.spent += weight;
      reservoir.taken(weight);
    },
    end(reservation, answer) {
      account.usedAtMs = refillNow();
      const before = bucket.maximumAvailable;
      if (answer) settle(bucket, reservation, answer);
      else refund(bucket, reservation);
      const isSmaller = bucket.maximumAvailable < before;
      if (isSmaller) hasShrunk = true;
      reservoir.ended(reservation.points, spentBy(reservation, answer), answer?.throttleStatus);
      return isSmaller;
    },
    joined() {
      refillNow();
      reservoir.joined();
    },
    tick() {
      refillNow();
      reservoir.tick();
    },
  };
  return account;
}

function spentBy({ points }: Reservation, answer: ThrottleFeedback | undefined): number {
  if (!answer || answer.throttled) return 0;
  return isPoints(answer.actualCost) ? answer.actualCost : points;
}

/** Keeps the reservoir of a Bottleneck at what the bucket allows, after each change of the bucket. */
interface Reservoir {
  /** Milliseconds between two looks while somebody waits. */
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
  /** What the reservoir holds once all that was ordered is done; `undefined` before the start. */
  let points: number | undefined;
  const follow = (): void => {
    if (points === undefined) return;
    const target = Math.floor(bucket.level + spare());
    const change = target - points;
    points = target;
    // What goes wrong here Bottleneck tells as an event of its own.
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
      const highest = Math.floor(status.currentlyAvailable);
      const lowest = highest - Math.max(0, running - points);
      change = Math.min(highest, Math.max(lowest, there + change)) - there;
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

const pointsIn = async (bottleneck: HostBottleneck): Promise<number> => Number(await bottleneck.currentReservoir());
