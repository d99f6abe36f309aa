import type { BucketScope, Permit } from '../../ports/rate-limiter.ts';
import { msInLine, reserve } from '../bucket.ts';
import { createHeadroom } from '../headroom.ts';
import { createLocalService } from '../local-service.ts';
import { tooBig, waitTooLong } from '../refusals.ts';
import type { ShopBucket } from '../shop-bucket.ts';
import { createWaitingRoom } from '../wait-queue.ts';
import { createLedger } from './ledger.ts';
import { createNewcomers } from './newcomers.ts';
import { Mirror } from './replica.ts';
import { createDialogue } from './session.ts';
import type { RedisProcess } from './teller.ts';

/**
 * The bucket of one app on one shop in Redis, with those who wait for it in this process. While Redis is
 * gone, the bucket is the safe share of this process.
 */
export function createRedisBucket(scope: BucketScope, process: RedisProcess): ShopBucket {
  const { shop } = scope;
  const { settings } = process;
  const { clock, agingMs } = settings;
  const mirror = new Mirror(settings);
  const { bucket } = mirror;
  const headroom = createHeadroom(settings);
  let usedAtMs = clock.monotonic();

  const room = createWaitingRoom({
    ...{ shop, clock, agingMs },
    onNewFirst: () => (mirror.isAlone ? service.serve(mirror.refill()) : dialogue.callSoon()),
  });
  const { line } = room;

  const ledger = createLedger((ended) => {
    usedAtMs = mirror.refill();
    mirror.end(ended);
    dialogue.ended(ended);
  });
  const { held } = ledger;

  /** Gives a permit from the share of this process. */
  const giveAlone = (cost: number, sinceMs: number, nowMs: number): Permit => {
    const { points, spentBefore } = reserve(bucket, bucket.confirmed ? cost : Math.min(cost, bucket.maximumAvailable));
    return ledger.give({ points, waitedMs: nowMs - sinceMs, spentBefore, era: mirror.era });
  };

  const service = createLocalService({
    ...{ shop, clock, bucket, headroom, room },
    largest: () => mirror.largest,
    give: giveAlone,
  });

  const newcomers = createNewcomers(shop, mirror, room);
  const dialogue = createDialogue({ scope, process, mirror, room, ledger, newcomers, service });

  return {
    acquire(request) {
      const { cost, signal, maxWaitMs } = request;
      if (signal?.aborted) return Promise.reject(signal.reason);
      const nowMs = mirror.refill();
      usedAtMs = nowMs;
      const isBackground = request.priority === 'background';
      if (!isBackground) headroom.sawInteractive(nowMs);
      const isKnown = bucket.confirmed && mirror.isFresh && (mirror.isAlone || line.size > 0);
      if (isKnown && cost > mirror.largest) return Promise.reject(tooBig(shop, cost, mirror.largest));
      if (mirror.isAlone) {
        dialogue.callSoon();
        if (line.size === 0 && service.waitOf({ cost, isBackground, sinceMs: nowMs }, nowMs) === 0) {
          return Promise.resolve(giveAlone(cost, nowMs, nowMs));
        }
      }
      if (maxWaitMs !== undefined && isKnown) {
        const inLineMs = (): number =>
          msInLine(bucket, mirror.pointsAhead + line.pointsAhead(room.rankOf(request, nowMs)), cost);
        const waitMs = room.waitInLine(inLineMs, maxWaitMs);
        if (waitMs > maxWaitMs) return Promise.reject(waitTooLong(shop, maxWaitMs, waitMs));
      }
      const { waiter, permit } = room.enter(request, nowMs);
      if (maxWaitMs !== undefined && !isKnown) newcomers.add(waiter, maxWaitMs);
      return permit;
    },
    status() {
      mirror.refill();
      const { maximumAvailable, restoreRate, reserved, inFlight, confirmed } = bucket;
      const available = Math.max(0, bucket.level);
      const waiting = { waiting: line.size, waitingPoints: line.points };
      return { maximumAvailable, available, restoreRate, reserved, inFlight, ...waiting, confirmed };
    },
    isIdle(forMs) {
      const isBusy = held.count > 0 || line.size > 0 || dialogue.isBusy;
      return !isBusy && clock.monotonic() - usedAtMs >= forMs;
    },
    close(reason) {
      service.stop();
      room.rejectAll(reason);
      dialogue.close();
    },
  };
}
