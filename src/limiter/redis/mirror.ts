import type { Clock } from '../../internal/clock.ts';
import { type BucketState, createBucket, refill, settle } from '../bucket.ts';
import type { EndedPermit, Hearing } from './message.ts';
import type { RedisLimiterSettings } from './options.ts';

/**
 * What one process knows of a bucket in Redis. While Redis is gone it is the safe share of the process: a
 * bucket of its own that is smaller and refills slower by the number of processes.
 */
export interface Mirror {
  readonly bucket: BucketState;
  readonly isAlone: boolean;
  /** The most that a call may cost: the size of the shop's bucket, also while only a share of it is here. */
  readonly largest: number;
  /** Names the life of the bucket: see `Hearing.era`. */
  readonly era: number;
  /** Points that others in other processes wait for. */
  readonly pointsAhead: number;
  /** Whether it was heard of Redis within the last second. */
  readonly isFresh: boolean;
  /** Counts the refill until now, which it returns: monotonic milliseconds. */
  refill(): number;
  /** Takes over what Redis says, and on top of that what ended while it said so. */
  hear(hearing: Hearing, endedSince: readonly EndedPermit[]): void;
  /** Redis is gone: keeps the share of this process, less what its permits hold. */
  goAlone(held: { readonly points: number; readonly count: number }): void;
  /** Counts the end of a permit. */
  end(ended: EndedPermit): void;
  /** Points that the share is short of by what was spent from it: that is what Redis cannot know of. */
  owed(): number;
}

/** Milliseconds for which an answer counts as news. */
const freshMs = 1_000;

/** Makes the mirror of a bucket of which nothing is known. */
export function createMirror(
  settings: Pick<RedisLimiterSettings, 'maximumAvailable' | 'restoreRate' | 'processes'> & { readonly clock: Clock },
): Mirror {
  const { clock } = settings;
  const bucket = createBucket(settings, clock.monotonic());
  let shares = 1;
  let isAlone = false;
  let era = 0;
  let outages = 0;
  let heardAtMs = Number.NEGATIVE_INFINITY;
  let heard: Pick<Hearing, 'processes' | 'pointsAhead'> = { processes: 1, pointsAhead: 0 };

  const end: Mirror['end'] = ({ points, spent, spentBefore, era: givenIn, status }) => {
    const share = status && {
      maximumAvailable: status.maximumAvailable / shares,
      currentlyAvailable: status.currentlyAvailable / shares,
      restoreRate: status.restoreRate / shares,
    };
    const reservation = { points, spentBefore: givenIn === era ? spentBefore : 0 };
    settle(bucket, reservation, { actualCost: spent, ...(share && { throttleStatus: share }) });
  };

  return {
    bucket,
    get isAlone() {
      return isAlone;
    },
    get largest() {
      // Without the last digits, in which parts put together differ from the whole.
      return Math.round(bucket.maximumAvailable * shares * 1e6) / 1e6;
    },
    get era() {
      return era;
    },
    get pointsAhead() {
      return isAlone ? 0 : heard.pointsAhead;
    },
    get isFresh() {
      return isAlone || clock.monotonic() - heardAtMs <= freshMs;
    },
    refill() {
      const nowMs = clock.monotonic();
      refill(bucket, nowMs);
      return nowMs;
    },
    hear(hearing, endedSince) {
      const { level, maximumAvailable, restoreRate, reserved, inFlight, spent, confirmed } = hearing;
      heardAtMs = clock.monotonic();
      const refilled = { refilledAtMs: heardAtMs };
      Object.assign(bucket, {
        level,
        maximumAvailable,
        restoreRate,
        reserved,
        inFlight,
        spent,
        confirmed,
        ...refilled,
      });
      isAlone = false;
      shares = 1;
      era = hearing.era;
      heard = hearing;
      for (const ended of endedSince) end(ended);
    },
    goAlone(held) {
      refill(bucket, clock.monotonic());
      isAlone = true;
      shares = Math.max(heard.processes, settings.processes);
      outages += 1;
      era = -outages;
      bucket.maximumAvailable /= shares;
      bucket.restoreRate /= shares;
      bucket.reserved = held.points;
      bucket.inFlight = held.count;
      bucket.spent = 0;
      bucket.level = Math.min(bucket.level / shares, bucket.maximumAvailable - bucket.reserved);
    },
    end,
    owed() {
      return isAlone ? Math.max(0, bucket.maximumAvailable - bucket.reserved - bucket.level) : 0;
    },
  };
}
