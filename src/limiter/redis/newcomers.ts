import { msInLine } from '../bucket.ts';
import { tooBig, waitTooLong } from '../refusals.ts';
import type { Waiter, WaitingRoom } from '../wait-queue.ts';
import type { Mirror } from './replica.ts';

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
export function createNewcomers(shop: string, mirror: Mirror, room: WaitingRoom): Newcomers {
  const { line } = room;
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
      for (let next = room.next(); next && next.cost > maximumAvailable; next = room.next()) {
        next.reject(tooBig(shop, next.cost, maximumAvailable));
      }
      const inLineMs = ({ rank, sequence, cost }: Waiter): number =>
        msInLine(bucket, mirror.pointsAhead + line.pointsAhead(rank, sequence), cost);
      if (judged.some(({ waiter, maxWaitMs }) => inLineMs(waiter) > maxWaitMs)) room.repriceAll();
      for (const { waiter, maxWaitMs } of judged) {
        const waitMs = inLineMs(waiter);
        if (waiter.position >= 0 && waitMs > maxWaitMs) waiter.reject(waitTooLong(shop, maxWaitMs, waitMs));
      }
    },
  };
}
