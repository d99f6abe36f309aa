import type { ThrottleFeedback, ThrottleStatus } from '../ports/rate-limiter.ts';

/**
 * One bucket of points, as numbers only: no timer, no promise, no clock. Call `refill` with the present
 * moment before any other function. Points may be fractions.
 */
export interface BucketState {
  /** Size of the bucket in points. */
  maximumAvailable: number;
  /** Points that come back per second. */
  restoreRate: number;
  /**
   * Points free to be reserved: what Shopify has, less what it will still charge for permits that are
   * out. Never more than `maximumAvailable - reserved`. Below zero after Shopify charged more than was
   * reserved; then nothing is granted until the refill has made up for it.
   */
  level: number;
  /** Points of the permits that are out. */
  reserved: number;
  /** Permits that are out. */
  inFlight: number;
  /** Points spent by all permits that have ended, ever. */
  spent: number;
  /** Whether Shopify has told its numbers. */
  confirmed: boolean;
  /** Monotonic milliseconds up to which the refill is counted. */
  refilledAtMs: number;
}

/** The points of one permit, until they are settled or refunded. */
export interface Reservation {
  readonly points: number;
  /** `spent` of the bucket when the permit was given: shows what others spent while it was out. */
  readonly spentBefore: number;
}

/** A bucket taken to be full, because nothing is known of it yet. */
export function createBucket(
  assumed: { readonly maximumAvailable: number; readonly restoreRate: number },
  nowMs: number,
): BucketState {
  return {
    maximumAvailable: assumed.maximumAvailable,
    restoreRate: assumed.restoreRate,
    level: assumed.maximumAvailable,
    reserved: 0,
    inFlight: 0,
    spent: 0,
    confirmed: false,
    refilledAtMs: nowMs,
  };
}

/** Adds what came back since the last call, to the fraction. `nowMs` is monotonic milliseconds. */
export function refill(bucket: BucketState, nowMs: number): void {
  const elapsedMs = nowMs - bucket.refilledAtMs;
  if (elapsedMs <= 0) return;
  bucket.refilledAtMs = nowMs;
  bucket.level += (elapsedMs * bucket.restoreRate) / 1_000;
  hold(bucket);
}

/** Takes points for one permit. The caller has made sure that they are there. */
export function reserve(bucket: BucketState, points: number): Reservation {
  bucket.level -= points;
  bucket.reserved += points;
  bucket.inFlight += 1;
  return { points, spentBefore: bucket.spent };
}

/** Ends a permit whose request was sent. Without numbers the reserved points count as spent. */
export function settle(bucket: BucketState, reservation: Reservation, answer: ThrottleFeedback): void {
  release(bucket, reservation);
  const spent = answer.throttled ? 0 : isPoints(answer.actualCost) ? answer.actualCost : reservation.points;
  const spentByOthers = bucket.spent - reservation.spentBefore;
  bucket.spent += spent;
  bucket.level += reservation.points - spent;
  if (answer.throttleStatus) correct(bucket, answer.throttleStatus, spentByOthers);
  hold(bucket);
}

/** Ends a permit whose request was never sent: its points come back. */
export function refund(bucket: BucketState, reservation: Reservation): void {
  release(bucket, reservation);
  bucket.level += reservation.points;
  hold(bucket);
}

/**
 * Pulls the level to Shopify's numbers. They were taken while other permits were out, and whether
 * Shopify had charged those by then is unknown. If it had charged all of them, `currentlyAvailable` is
 * free; if none, less all that they reserved, and less what those spent that have ended since this
 * permit was given (`spentByOthers`). Between the two the level is left alone. That lower end is sound
 * whatever the order in which answers come in, so an old answer never makes the level too high.
 */
export function correct(bucket: BucketState, status: ThrottleStatus, spentByOthers: number): void {
  if (isPoints(status.maximumAvailable) && status.maximumAvailable > 0 && isPoints(status.restoreRate)) {
    bucket.maximumAvailable = status.maximumAvailable;
    if (status.restoreRate > 0) bucket.restoreRate = status.restoreRate;
    bucket.confirmed = true;
  }
  if (!Number.isFinite(status.currentlyAvailable)) return;
  const upper = Math.min(status.currentlyAvailable, bucket.maximumAvailable);
  const lower = upper - bucket.reserved - spentByOthers;
  bucket.level = Math.min(upper, Math.max(lower, bucket.level));
}

/**
 * Milliseconds of refill until `points` are free, 0 where they are, `Infinity` where no refill brings
 * them: then a permit that is out must end first.
 */
export function msUntil(bucket: BucketState, points: number): number {
  if (points <= bucket.level) return 0;
  if (points > bucket.maximumAvailable - bucket.reserved) return Number.POSITIVE_INFINITY;
  return ((points - bucket.level) * 1_000) / bucket.restoreRate;
}

/** Milliseconds until a call goes that stands in line behind so many points, if all of them are spent. */
export function msInLine(bucket: BucketState, pointsAhead: number, points: number): number {
  return ((pointsAhead + points - bucket.level) * 1_000) / bucket.restoreRate;
}

function release(bucket: BucketState, reservation: Reservation): void {
  bucket.inFlight -= 1;
  // The dust of binary fractions must not stay behind: with it, a call as big as the bucket never fits.
  bucket.reserved = bucket.inFlight === 0 ? 0 : Math.max(0, bucket.reserved - reservation.points);
}

/** What is out will be charged sooner or later, so it cannot be free as well. */
function hold(bucket: BucketState): void {
  bucket.level = Math.min(bucket.level, bucket.maximumAvailable - bucket.reserved);
}

/** Whether it is a number of points at all: what a server sends need not be. */
export function isPoints(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value >= 0;
}
