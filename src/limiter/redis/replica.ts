import type { Clock } from '../../internal/clock.ts';
import type { Permit, ThrottleFeedback } from '../../ports/rate-limiter.ts';
import { type BucketState, createBucket, isPoints, refill, settle } from '../bucket.ts';
import type { EndedPermit, Hearing, RedisLimiterSettings } from './protocol.ts';

/** Milliseconds for which an answer counts as news. */
const freshMs = 1_000;

type MirrorSettings = Pick<RedisLimiterSettings, 'clock' | 'maximumAvailable' | 'restoreRate' | 'processes'>;

/**
 * What one process knows of a bucket in Redis. While Redis is gone it is the safe share of the process: a
 * bucket of its own that is smaller and refills slower by the number of processes.
 */
export class Mirror {
  readonly bucket: BucketState;
  /** Whether Redis is gone. */
  isAlone = false;
  /** Names the life of the bucket: see `Hearing.era`. */
  era = 0;
  /** Points that others in other processes wait for. */
  pointsAhead = 0;
  readonly #clock: Clock;
  readonly #fewestProcesses: number;
  /** Processes that Redis knew of when it was last heard of. */
  #processes = 1;
  /** How many such buckets make up the shop's: 1 unless the process is alone. */
  #shares = 1;
  #outages = 0;
  #heardAtMs = Number.NEGATIVE_INFINITY;

  /** Makes the mirror of a bucket of which nothing is known. */
  constructor(settings: MirrorSettings) {
    this.#clock = settings.clock;
    this.#fewestProcesses = settings.processes;
    this.bucket = createBucket(settings, settings.clock.monotonic());
  }

  /** The most that a call may cost: the size of the shop's bucket, also while only a share of it is here. */
  get largest(): number {
    // Without the last digits, in which parts put together differ from the whole.
    return Math.round(this.bucket.maximumAvailable * this.#shares * 1e6) / 1e6;
  }

  /** Whether Redis was heard of within the last second, or is not to be asked. */
  get isFresh(): boolean {
    return this.isAlone || this.#clock.monotonic() - this.#heardAtMs <= freshMs;
  }

  /** Counts the refill until now, which it returns: monotonic milliseconds. */
  refill(): number {
    const nowMs = this.#clock.monotonic();
    refill(this.bucket, nowMs);
    return nowMs;
  }

  /** Takes over what Redis says, and on top of that what ended while it said so. */
  hear(hearing: Hearing, endedSince: readonly EndedPermit[]): void {
    const { level, maximumAvailable, restoreRate, reserved, inFlight, spent, confirmed } = hearing;
    this.#heardAtMs = this.#clock.monotonic();
    const refilled = { refilledAtMs: this.#heardAtMs };
    Object.assign(
      this.bucket,
      { level, maximumAvailable, restoreRate, reserved, inFlight, spent, confirmed },
      refilled,
    );
    this.isAlone = false;
    this.era = hearing.era;
    this.pointsAhead = hearing.pointsAhead;
    this.#shares = 1;
    this.#processes = hearing.processes;
    for (const ended of endedSince) this.end(ended);
  }

  /** Redis is gone: keeps the share of this process, less what its permits hold. */
  goAlone(held: { readonly points: number; readonly count: number }): void {
    const { bucket } = this;
    this.refill();
    this.#outages += 1;
    this.#shares = Math.max(this.#processes, this.#fewestProcesses);
    this.isAlone = true;
    this.era = -this.#outages;
    this.pointsAhead = 0;
    bucket.maximumAvailable /= this.#shares;
    bucket.restoreRate /= this.#shares;
    bucket.reserved = held.points;
    bucket.inFlight = held.count;
    bucket.spent = 0;
    bucket.level = Math.min(bucket.level / this.#shares, bucket.maximumAvailable - bucket.reserved);
  }

  /** Counts the end of a permit. */
  end({ points, spent, spentBefore, era, status }: EndedPermit): void {
    const shares = this.#shares;
    const share = status && {
      maximumAvailable: status.maximumAvailable / shares,
      currentlyAvailable: status.currentlyAvailable / shares,
      restoreRate: status.restoreRate / shares,
    };
    const reservation = { points, spentBefore: era === this.era ? spentBefore : 0 };
    settle(this.bucket, reservation, { actualCost: spent, ...(share && { throttleStatus: share }) });
  }

  /** Points that the share is short of by what was spent from it: that is what Redis cannot know of. */
  owed(): number {
    const { maximumAvailable, reserved, level } = this.bucket;
    return this.isAlone ? Math.max(0, maximumAvailable - reserved - level) : 0;
  }
}

/** The terms on which a permit is given. */
interface PermitTerms {
  readonly points: number;
  readonly waitedMs: number;
  /** `spent` of the bucket at that moment, and the life of the bucket that this was in. */
  readonly spentBefore: number;
  readonly era: number;
}

/** The permits of one process for one bucket. */
export interface Ledger {
  /** Points and count of the permits that are out. */
  readonly held: { readonly points: number; readonly count: number };
  /** Points that all ended permits spent, ever. */
  readonly spent: number;
  give(terms: PermitTerms): Permit;
}

/** Makes an empty ledger. `onEnd` hears of each permit once, when it is no longer out. */
export function createLedger(onEnd: (ended: EndedPermit) => void): Ledger {
  const held = { points: 0, count: 0 };
  const ledger = {
    held,
    spent: 0,
    give({ points, waitedMs, spentBefore, era }: PermitTerms): Permit {
      held.points += points;
      held.count += 1;
      let isOut = true;
      const end = (charged: number, answer?: ThrottleFeedback): void => {
        if (!isOut) return;
        isOut = false;
        held.count -= 1;
        // The dust of binary fractions must not stay behind.
        held.points = held.count === 0 ? 0 : Math.max(0, held.points - points);
        ledger.spent += charged;
        onEnd({ points, spent: charged, spentBefore, era, status: answer?.throttleStatus });
      };
      return {
        cost: points,
        waitedMs,
        settle(answer) {
          const { throttled, actualCost } = answer;
          end(throttled ? 0 : isPoints(actualCost) ? actualCost : points, answer);
        },
        refund: () => end(0),
      };
    },
  };
  return ledger;
}
