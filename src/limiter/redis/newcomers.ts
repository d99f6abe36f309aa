import { msInLine } from '../bucket.ts';
import { tooBig, waitTooLong } from '../refusals.ts';
import type { Waiter, WaitingRoom } from '../waiting-room.ts';
import type { Mirror } from './mirror.ts';

/** Those who came before Redis had told whether they wait in vain. */
export interface Newcomers {
  /** Has a waiter judged as soon as that is possible. */
  add(waiter: Waiter, maxWaitMs: number): void;
  /** Nobody is judged: their own time limits end the waits that are in vain. */
  forget(): void;
  /** Rejects those who wait in vain, by what Redis has just said. */
  judge(): void;
}

/** Makes the list. */
export function createNewcomers(shop: string, mirror: Mirror, { line }: WaitingRoom): Newcomers {
  const { bucket } = mirror;
  let unjudged: { readonly waiter: Waiter; readonly maxWaitMs: number }[] = [];
  return {
    add: (waiter, maxWaitMs) => void unjudged.push({ waiter, maxWaitMs }),
    forget() {
      unjudged = [];
    },
    judge() {
      const { maximumAvailable, confirmed } = bucket;
      const judged = unjudged;
      unjudged = [];
      if (!confirmed) return;
      for (let next = line.first; next && next.cost > maximumAvailable; next = line.first) {
        next.reject(tooBig(shop, next.cost, maximumAvailable));
      }
      for (const { waiter, maxWaitMs } of judged) {
        const { rank, sequence, position, cost } = waiter;
        const waitMs = msInLine(bucket, mirror.pointsAhead + line.pointsAhead(rank, sequence), cost);
        if (position >= 0 && waitMs > maxWaitMs) waiter.reject(waitTooLong(shop, maxWaitMs, waitMs));
      }
    },
  };
}
