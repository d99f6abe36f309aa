import type { ThrottleStatus } from '../../ports/rate-limiter.ts';
import type { BucketState } from '../bucket.ts';
import type { HostBottleneck } from './settings.ts';

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
