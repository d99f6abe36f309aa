// @ts-nocheck
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
  /** Points that come back per second. */
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
  /** Points spent by all permits that have ended, ever. */
  spent: number;
  /** Whether Shopify's own numbers are known. */
  confirmed: boolean;
  /** Whether a call ended without Shopify's numbers: the others no longer wait for one that brings them. */
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

/** A bucket taken to be full, because nothing is known of it yet. */
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

/** Adds what came back since the last call, to the fraction. `nowMs` is monotonic milliseconds. */
export function refill(bucket: BucketState, nowMs: number): void {
  const elapsedMs = nowMs - bucket.refilledAtMs;
  if (elapsedMs <= 0) return;
  bucket.refilledAtMs = nowMs;
  bucket.level += (elapsedMs * bucket.restoreRate) / 1_000;
  capLevel(bucket);
}

/** Points to reserve for a call. A size that is not confirmed is a guess: it shrinks a big call instead of refusing it. */
export function pointsToReserve(
  { confirmed, maximumAvailable }: Pick<BucketState, 'confirmed' | 'maximumAvailable'>,
  cost: number,
): number {
  return confirmed ? cost : Math.min(cost, maximumAvailable);
}

/** Takes points for one permit. The caller has made sure that they are there. */
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

/** Points that a call was charged which had reserved so many: at most what the shop's bucket holds on top of that. */
export function spentPoints(
  { maximumAvailable, shares }: BucketState,
  reserved: number,
  { throttled, actualCost, throttleStatus }: ThrottleFeedback,
): number {
  if (throttled) return 0;
  if (!isPoints(actualCost)) return reserved;
  const told = throttleStatus && isSize(throttleStatus.maximumAvailable) ? throttleStatus.maximumAvailable : 0;
  return Math.min(actualCost, reserved + Math.max(maximumAvailable, told) * shares);
}

/** Ends a permit whose request was never sent: its points come back. */
export function refund(bucket: BucketState, reservation: Reservation): void {
  release(bucket, reservation);
  bucket.level += reservation.points;
  bucket.isBlind = !bucket.confirmed;
  capLevel(bucket);
}

/**
 * Pulls the level to Shopify's numbers. They were taken while other permits were out, and whether
 * Shopify had charged those by then is unknown. If it had charged all of them, `currentlyAvailable` is
 * free; if none, less all that they reserved, and less what those spent that have ended since this
 * permit was given (`spentByOthers`). Between the two the level is left alone. That lower end is sound
 * whatever the order in which responses come in, so an old response never makes the level too high.
 */
export function correct(bucket: BucketState, status: ThrottleStatus, spentByOthers: number): void {
  const size = status.maximumAvailable;
  if (isSize(size * bucket.shares) && isPoints(status.restoreRate)) {
    // Calls that do not fit would be refused from now on, and bring no better number: a second response must say so.
    bucket.confirmed = size >= bucket.maximumAvailable || size * bucket.shares >= smallestShop;
    bucket.maximumAvailable = size;
    if (status.restoreRate * bucket.shares >= slowestRate) bucket.restoreRate = status.restoreRate;
  }
  if (!Number.isFinite(status.currentlyAvailable)) return;
  const upper = Math.min(status.currentlyAvailable, bucket.maximumAvailable);
  const lower = upper - bucket.reserved - spentByOthers;
  bucket.level = Math.max(lowestLevel(bucket), Math.min(upper, Math.max(lower, bucket.level)));
}

/** Points per second that any shop has: a slower one is not believed. The slowest known one has 50. */
const slowestRate = 1;

/** The smallest bucket that any shop is known to have for GraphQL. */
const smallestShop = 1_000;

/** The smallest bucket that is believed. In a smaller one no call would fit, and no response would ever correct it. */
const smallestSize = 1;

function isSize(points: number): boolean {
  return isPoints(points) && points >= smallestSize;
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

/** Milliseconds until a call is granted that waits behind so many points, if all of them are spent. */
export function msInLine(bucket: BucketState, pointsAhead: number, points: number): number {
  return ((pointsAhead + points - bucket.level) * 1_000) / bucket.restoreRate;
}

/** What background calls leave to interactive ones, and when. */
export interface Headroom {
  /** Part of the bucket that background calls may use while the shop is in interactive use. */
  readonly softCeiling: number;
  /** Milliseconds after which a background call need not leave anything any more. */
  readonly agingMs: number;
  /** When the last interactive call came, in monotonic milliseconds. */
  interactiveAtMs: number;
}

/** Milliseconds after an interactive call during which background calls leave room for the next one. */
const interactiveWindowMs = 60_000;

/** Milliseconds until a call can be granted as things stand; `Infinity` where a permit must end first. */
export function msUntilGrant(
  bucket: BucketState,
  headroom: Headroom,
  call: { readonly cost: number; readonly isBackground: boolean; readonly sinceMs: number },
  nowMs: number,
): number {
  // Nothing is known of the bucket yet: one call goes ahead and brings the numbers. Where it brought none, a shop that
  // hangs or tells no cost must not have its calls one after the other: they keep to the assumed size.
  if (!bucket.confirmed && !bucket.isBlind && bucket.inFlight > 0) return Number.POSITIVE_INFINITY;
  // A call bigger than a share of the bucket goes when it is full, and leaves a debt that the refill makes up for.
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
  // Rounding errors must not stay behind: with them, a call as big as the bucket would never fit.
  bucket.reserved = bucket.inFlight === 0 ? 0 : Math.max(0, bucket.reserved - reservation.points);
}

/** What is out will be charged sooner or later, so it cannot be free as well. */
function capLevel(bucket: BucketState): void {
  bucket.level = Math.max(lowestLevel(bucket), Math.min(bucket.level, bucket.maximumAvailable - bucket.reserved));
}

/** A shop's bucket is overdrawn by no more than it holds. */
function lowestLevel({ maximumAvailable, shares }: BucketState): number {
  return -maximumAvailable * shares;
}

/** Whether it is a number of points at all: what a server sends may be anything. */
export function isPoints(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value >= 0;
}

/** Since when a call that asks now has been asking for a permit, in monotonic milliseconds. */
export function sinceOf({ ageMs }: Pick<AcquireRequest, 'ageMs'>, nowMs: number): number {
  return isPoints(ageMs) ? nowMs - ageMs : nowMs;
}
