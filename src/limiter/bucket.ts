import type { AcquireRequest, ThrottleFeedback, ThrottleStatus } from '../ports/rate-limiter.ts';

/**
 * One bucket of points, as numbers only: no timer, no promise, no clock. Call `refill` with the present
 * moment before any other function. Points may be fractions.
 */
export interface BucketState {
  /** Size of the bucket in points. */
  maximumAvailable: number;
  /** How many such buckets make up the shop's: 1, unless this is the share of one process. */
  shares: number;
  /** Points restored per second. */
  restoreRate: number;
  /**
   * Points free to be reserved: what Shopify has, less what it will still charge for permits that are
   * out. Never more than `maximumAvailable - reserved`. Below zero after Shopify charged more than was
   * reserved; then nothing is granted until the refill has made up for it. Never below zero by more than the shop's
   * bucket holds: one response with odd numbers must not stall a shop.
   */
  level: number;
  /** Points of the permits that are out. */
  reserved: number;
  /** Permits that are out. */
  inFlight: number;
  /** Points spent by all permits that have ended. */
  spent: number;
  /** Whether Shopify's own numbers are known. */
  confirmed: boolean;
  /** Whether a call ended without Shopify's numbers: the other calls then stop waiting for them. */
  isBlind: boolean;
  /** Monotonic milliseconds up to which the refill is counted. */
  refilledAtMs: number;
}

/** The points of one permit, until they are settled or refunded. */
export interface Reservation {
  readonly points: number;
  /** `spent` of the bucket when the permit was given: shows what others spent while it was out. */
  readonly spentBefore: number;
}

/** A bucket that is assumed to be full, because nothing is known about it yet. */
export function createBucket(
  assumed: { readonly maximumAvailable: number; readonly restoreRate: number },
  nowMs: number,
): BucketState {
  return {
    maximumAvailable: assumed.maximumAvailable,
    shares: 1,
    restoreRate: assumed.restoreRate,
    level: assumed.maximumAvailable,
    reserved: 0,
    inFlight: 0,
    spent: 0,
    confirmed: false,
    isBlind: false,
    refilledAtMs: nowMs,
  };
}

/** Adds the points restored since the last call, fractions included. `nowMs` is monotonic milliseconds. */
export function refill(bucket: BucketState, nowMs: number): void {
  const elapsedMs = nowMs - bucket.refilledAtMs;
  if (elapsedMs <= 0) return;
  bucket.refilledAtMs = nowMs;
  bucket.level += (elapsedMs * bucket.restoreRate) / 1_000;
  capLevel(bucket);
}

/** Points to reserve for a call. While the bucket's size is a guess, a larger call reserves that size. */
export function pointsToReserve(
  { confirmed, maximumAvailable }: Pick<BucketState, 'confirmed' | 'maximumAvailable'>,
  cost: number,
): number {
  return confirmed ? cost : Math.min(cost, maximumAvailable);
}

/** Takes points for one permit. The caller has checked that they are available. */
export function reserve(bucket: BucketState, points: number): Reservation {
  bucket.level -= points;
  bucket.reserved += points;
  bucket.inFlight += 1;
  return { points, spentBefore: bucket.spent };
}

/** Ends a permit whose request was sent. Without numbers the reserved points count as spent. */
export function settle(bucket: BucketState, reservation: Reservation, feedback: ThrottleFeedback): void {
  release(bucket, reservation);
  const spent = spentPoints(bucket, reservation.points, feedback);
  const spentByOthers = bucket.spent - reservation.spentBefore;
  bucket.spent += spent;
  bucket.level += reservation.points - spent;
  if (feedback.throttleStatus) correct(bucket, feedback.throttleStatus, spentByOthers);
  bucket.isBlind = !bucket.confirmed;
  capLevel(bucket);
}

/** Returns the points charged to a call with that reservation: at most the shop's bucket size above it. */
export function spentPoints(
  { maximumAvailable, shares }: BucketState,
  reserved: number,
  { throttled, actualCost, throttleStatus }: ThrottleFeedback,
): number {
  if (throttled) return 0;
  if (!isPoints(actualCost)) return reserved;
  const reported = throttleStatus && isSize(throttleStatus.maximumAvailable) ? throttleStatus.maximumAvailable : 0;
  return Math.min(actualCost, reserved + Math.max(maximumAvailable, reported) * shares);
}

/** Ends a permit whose request was never sent: its points are returned. */
export function refund(bucket: BucketState, reservation: Reservation): void {
  release(bucket, reservation);
  bucket.level += reservation.points;
  bucket.isBlind = !bucket.confirmed;
  capLevel(bucket);
}

/**
 * Corrects the level by Shopify's numbers. They were taken while other permits were out, and it is unknown whether
 * Shopify had charged those. If it had charged all of them, `currentlyAvailable` is free. If it had charged none, their
 * reserved points must be subtracted, and the points of those that ended since this permit was given
 * (`spentByOthers`). A level between the two stays as it is. The lower limit holds for responses in any order, so an
 * old response never makes the level too high.
 */
export function correct(bucket: BucketState, status: ThrottleStatus, spentByOthers: number): void {
  const size = status.maximumAvailable;
  if (isSize(size * bucket.shares) && isPoints(status.restoreRate)) {
    // Larger calls would be refused from now on and could not correct the number, so a second response must confirm it.
    bucket.confirmed = size >= bucket.maximumAvailable || size * bucket.shares >= smallestShop;
    bucket.maximumAvailable = size;
    if (status.restoreRate * bucket.shares >= slowestRate) bucket.restoreRate = status.restoreRate;
  }
  if (!Number.isFinite(status.currentlyAvailable)) return;
  const upper = Math.min(status.currentlyAvailable, bucket.maximumAvailable);
  const lower = upper - bucket.reserved - spentByOthers;
  bucket.level = Math.max(lowestLevel(bucket), Math.min(upper, Math.max(lower, bucket.level)));
}

/** The lowest rate in points per second that is believed. The lowest known one is 50. */
const slowestRate = 1;

/** The smallest GraphQL bucket known of any shop. */
const smallestShop = 1_000;

/** The smallest size that is believed. In a smaller bucket no call would fit, and no response could correct it. */
const smallestSize = 1;

function isSize(points: number): boolean {
  return isPoints(points) && points >= smallestSize;
}

/**
 * Returns the milliseconds of refill until `points` are free; 0 if they are, `Infinity` if no refill suffices: then a
 * permit in use must end first.
 */
export function msUntil(bucket: BucketState, points: number): number {
  if (points <= bucket.level) return 0;
  if (points > bucket.maximumAvailable - bucket.reserved) return Number.POSITIVE_INFINITY;
  return ((points - bucket.level) * 1_000) / bucket.restoreRate;
}

/** Returns the milliseconds until a call behind this number of waiting points is granted, if all of them are spent. */
export function msInLine(bucket: BucketState, pointsAhead: number, points: number): number {
  return ((pointsAhead + points - bucket.level) * 1_000) / bucket.restoreRate;
}

/** How much background calls leave for interactive ones, and when. */
export interface Headroom {
  /** Part of the bucket that background calls may use while the shop is in interactive use. */
  readonly softCeiling: number;
  /** Milliseconds of waiting after which a background call may use the whole bucket. */
  readonly agingMs: number;
  /** When the last interactive call came, in monotonic milliseconds. */
  interactiveAtMs: number;
}

/** Milliseconds after an interactive call during which background calls leave room for the next one. */
const interactiveWindowMs = 60_000;

/** Returns the milliseconds until a call can be granted; `Infinity` if a permit must end first. */
export function msUntilGrant(
  bucket: BucketState,
  headroom: Headroom,
  call: { readonly cost: number; readonly isBackground: boolean; readonly sinceMs: number },
  nowMs: number,
): number {
  // Nothing is known about the bucket yet: one call goes ahead and returns the numbers. If it returned none, the
  // assumed size applies: calls to a shop that hangs, or reports no cost, must not run one after the other.
  if (!bucket.confirmed && !bucket.isBlind && bucket.inFlight > 0) return Number.POSITIVE_INFINITY;
  // A call larger than this process's share is granted when the share is full; the refill pays off the debt.
  const points = Math.min(call.cost, bucket.maximumAvailable);
  const pointsInMs = msUntil(bucket, points);
  if (!call.isBackground) return pointsInMs;
  const yieldsForMs = Math.min(headroom.interactiveAtMs + interactiveWindowMs, call.sinceMs + headroom.agingMs) - nowMs;
  if (yieldsForMs <= 0) return pointsInMs;
  const left = bucket.maximumAvailable * (1 - headroom.softCeiling);
  return Math.min(msUntil(bucket, points + left), Math.max(yieldsForMs, pointsInMs));
}

function release(bucket: BucketState, reservation: Reservation): void {
  bucket.inFlight -= 1;
  // Removes rounding errors, with which a call as large as the bucket would never fit.
  bucket.reserved = bucket.inFlight === 0 ? 0 : Math.max(0, bucket.reserved - reservation.points);
}

/** Reserved points will be charged, so they are not free. */
function capLevel(bucket: BucketState): void {
  bucket.level = Math.max(lowestLevel(bucket), Math.min(bucket.level, bucket.maximumAvailable - bucket.reserved));
}

/** Limits the debt of a shop's bucket to its size. */
function lowestLevel({ maximumAvailable, shares }: BucketState): number {
  return -maximumAvailable * shares;
}

/** Whether a value from a response is a number of points. */
export function isPoints(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value >= 0;
}

/** When a call that asks now first asked for a permit, in monotonic milliseconds. */
export function sinceOf({ ageMs }: Pick<AcquireRequest, 'ageMs'>, nowMs: number): number {
  return isPoints(ageMs) ? nowMs - ageMs : nowMs;
}
