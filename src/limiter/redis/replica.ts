import type { Clock } from '../../internal/clock.ts';
import type { Permit, ThrottleFeedback } from '../../ports/rate-limiter.ts';
import {
  type BucketState,
  createBucket,
  pointsToReserve,
  type Reservation,
  refill,
  reserve,
  settle,
  spentPoints,
} from '../bucket.ts';
import type { EndedPermit, ScriptReply } from './protocol.ts';

interface LocalReplicaSettings {
  readonly clock: Clock;
  readonly maximumAvailable: number;
  readonly restoreRate: number;
  readonly processes: number;
}

/** Milliseconds for which a reply counts as recent. */
const freshMs = 1_000;

/**
 * What one process knows of a bucket in Redis, and the permits it has given. While Redis is down, `bucket` is the safe
 * share of this process: its size and refill are divided by the number of processes.
 */
export class LocalReplica {
  readonly bucket: BucketState;
  /** Points and count of the permits that are out. */
  readonly held = { points: 0, count: 0 };
  readonly #clock: Clock;
  readonly #fewestProcesses: number;
  readonly #onEnd: (ended: EndedPermit) => void;
  #isDegraded = false;
  /** Points spent by all permits that have ended. */
  #spent = 0;
  /** Names the life of the bucket: see `ScriptReply.epoch`. */
  #epoch = 0;
  #pointsAhead = 0;
  /** Processes that Redis knew of when it last replied. */
  #processes = 1;
  #outages = 0;
  #repliedAtMs = Number.NEGATIVE_INFINITY;

  /** @param onEnd Called once for each permit, after it has ended and the bucket has counted it. */
  constructor(settings: LocalReplicaSettings, onEnd: (ended: EndedPermit) => void) {
    this.#clock = settings.clock;
    this.#fewestProcesses = settings.processes;
    this.#onEnd = onEnd;
    this.bucket = createBucket(settings, settings.clock.monotonic());
  }

  /** Whether Redis is down, so that the bucket is a share. */
  get isDegraded(): boolean {
    return this.#isDegraded;
  }

  /** Whether Redis has replied within the last second, or must not be asked. */
  get isFresh(): boolean {
    return this.#isDegraded || this.#clock.monotonic() - this.#repliedAtMs <= freshMs;
  }

  /** The most that a call may cost: the size of the shop's bucket, even while this process has only a share. */
  get maxCost(): number {
    // Without the last digits, in which the sum of the shares differs from the whole.
    return Math.round(this.bucket.maximumAvailable * this.bucket.shares * 1e6) / 1e6;
  }

  get spent(): number {
    return this.#spent;
  }

  /** Points that calls in other processes wait for. */
  get pointsAhead(): number {
    return this.#pointsAhead;
  }

  /** Points missing in the share because they were spent from it, which Redis does not know. */
  get owed(): number {
    const { maximumAvailable, reserved, level } = this.bucket;
    return this.#isDegraded ? Math.max(0, maximumAvailable - reserved - level) : 0;
  }

  /** Counts the refill until now. Returns the present moment in monotonic milliseconds. */
  refill(): number {
    const nowMs = this.#clock.monotonic();
    refill(this.bucket, nowMs);
    return nowMs;
  }

  /** Applies a reply of Redis, and then the permits that ended in the meantime. */
  apply(reply: ScriptReply, endedSince: readonly EndedPermit[]): void {
    const { level, maximumAvailable, restoreRate, reserved, inFlight, spent, confirmed } = reply;
    this.#repliedAtMs = this.#clock.monotonic();
    const numbers = { level, maximumAvailable, restoreRate, reserved, inFlight, spent, confirmed, shares: 1 };
    Object.assign(this.bucket, numbers, { refilledAtMs: this.#repliedAtMs });
    this.#isDegraded = false;
    this.#epoch = reply.epoch;
    this.#pointsAhead = reply.pointsAhead;
    this.#processes = reply.processes;
    for (const ended of endedSince) this.#settle(ended);
  }

  /** Redis is down: continues with the share of this process, less the points of its permits. */
  degrade(): void {
    const { bucket, held } = this;
    this.refill();
    this.#outages += 1;
    bucket.shares = Math.max(this.#processes, this.#fewestProcesses);
    this.#isDegraded = true;
    this.#epoch = -this.#outages;
    this.#pointsAhead = 0;
    bucket.maximumAvailable /= bucket.shares;
    bucket.restoreRate /= bucket.shares;
    bucket.reserved = held.points;
    bucket.inFlight = held.count;
    bucket.spent = 0;
    bucket.level = Math.min(bucket.level / bucket.shares, bucket.maximumAvailable - bucket.reserved);
  }

  /** Gives a permit from the share of this process. */
  reserve(cost: number, enteredMs: number, nowMs: number): Permit {
    return this.#permit(reserve(this.bucket, pointsToReserve(this.bucket, cost)), this.#epoch, nowMs - enteredMs);
  }

  /** Gives a permit for points that Redis has reserved in its reply. */
  accept(reply: ScriptReply, cost: number, enteredMs: number): Permit {
    const reservation = { points: pointsToReserve(reply, cost), spentBefore: reply.spent };
    return this.#permit(reservation, reply.epoch, this.#clock.monotonic() - enteredMs);
  }

  #permit({ points, spentBefore }: Reservation, epoch: number, waitedMs: number): Permit {
    const { held } = this;
    held.points += points;
    held.count += 1;
    let isOut = true;
    const end = (spent: number, feedback?: ThrottleFeedback): void => {
      if (!isOut) return;
      isOut = false;
      held.count -= 1;
      // Removes rounding errors.
      held.points = held.count === 0 ? 0 : Math.max(0, held.points - points);
      this.#spent += spent;
      const ended = { points, spent, spentBefore, epoch, status: feedback?.throttleStatus };
      this.refill();
      this.#settle(ended);
      this.#onEnd(ended);
    };
    return {
      cost: points,
      waitedMs,
      settle: (feedback) => end(this.#spentPoints(points, feedback), feedback),
      refund: () => end(0),
    };
  }

  /** The points charged for a permit. Shopify's numbers are for the whole shop; the bucket may be a share of it. */
  #spentPoints(points: number, feedback: ThrottleFeedback): number {
    return spentPoints({ ...this.bucket, maximumAvailable: this.maxCost, shares: 1 }, points, feedback);
  }

  /** Counts the end of a permit in the bucket. */
  #settle({ points, spent, spentBefore, epoch, status }: EndedPermit): void {
    const { shares } = this.bucket;
    const share = status && {
      maximumAvailable: status.maximumAvailable / shares,
      currentlyAvailable: status.currentlyAvailable / shares,
      restoreRate: status.restoreRate / shares,
    };
    const reservation = { points, spentBefore: epoch === this.#epoch ? spentBefore : 0 };
    settle(this.bucket, reservation, { actualCost: spent, ...(share && { throttleStatus: share }) });
  }
}
