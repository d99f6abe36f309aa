import { msInLine } from '../bucket.ts';
import { tooBig, waitTooLong } from '../refusals.ts';
import type { ShopBucket } from '../shop-bucket.ts';
import { createWaitingRoom } from '../wait-queue.ts';
import { createAccount } from './account.ts';
import { createHostQueue } from './host-queue.ts';
import type { BottleneckLimiterSettings, HostBottleneck } from './settings.ts';
import { startPoints } from './start.ts';

/** Background calls stand behind all interactive ones, as Bottleneck's priorities have it. */
const neverAgesMs = 1e15;

/** Makes the bucket of one app on one shop whose calls a Bottleneck lets through. */
export function createBottleneckBucket(
  shop: string,
  bottleneck: HostBottleneck,
  settings: BottleneckLimiterSettings,
): ShopBucket {
  const { clock, priorities } = settings;
  let phase: 'new' | 'starting' | 'trial' | 'ready' | 'closed' = 'new';

  const room = createWaitingRoom({ shop, clock, agingMs: neverAgesMs, onNewFirst: () => admit() });
  const { line } = room;
  const account = createAccount(bottleneck, settings, () => queue.heaviest());
  const { bucket } = account;
  const queue = createHostQueue({
    ...{ shop, bottleneck, account, room, clock, priorities },
    isReady: () => phase === 'ready',
    onFree: () => admit(),
  });

  const start = async (): Promise<void> => {
    phase = 'starting';
    try {
      const points = await startPoints(shop, bottleneck, settings);
      if (phase !== 'starting') return;
      phase = 'trial';
      account.begin(points);
      admit();
      queue.watch.start();
    } catch (error) {
      if (phase !== 'starting') return;
      phase = 'new';
      room.rejectAll(error);
    }
  };

  /** Puts into Bottleneck's queue who may stand there and does not yet. */
  const admit = (): void => {
    if (phase === 'new') void start();
    // Nothing is known of the bucket yet: one call goes ahead and brings the numbers.
    if (phase !== 'trial' || queue.size > 0) return;
    if (bucket.confirmed) {
      phase = 'ready';
      for (const waiter of line.front(line.size)) queue.submit(waiter);
    } else if (line.first && bucket.inFlight === 0) {
      queue.submit(line.first);
    }
  };

  return {
    acquire(request) {
      const { cost, signal, maxWaitMs } = request;
      if (signal?.aborted) return Promise.reject(signal.reason);
      const nowMs = account.refill();
      account.usedAtMs = nowMs;
      const { maximumAvailable, confirmed } = bucket;
      if (confirmed && cost > maximumAvailable) return Promise.reject(tooBig(shop, cost, maximumAvailable));
      if (maxWaitMs !== undefined && confirmed) {
        const waitMs = msInLine(bucket, line.pointsAhead(room.rankOf(request, nowMs)), Math.ceil(cost));
        if (waitMs > maxWaitMs) return Promise.reject(waitTooLong(shop, maxWaitMs, waitMs));
      }
      const { waiter, permit } = room.enter(request, nowMs);
      if (phase === 'ready') queue.submit(waiter);
      else admit();
      return permit;
    },
    status() {
      account.refill();
      const { maximumAvailable, restoreRate, reserved, inFlight, confirmed } = bucket;
      const available = Math.max(0, bucket.level);
      const waiting = { waiting: line.size, waitingPoints: line.points };
      return { maximumAvailable, available, restoreRate, reserved, inFlight, ...waiting, confirmed };
    },
    isIdle(forMs) {
      const isBusy = bucket.inFlight > 0 || queue.size > 0 || line.size > 0;
      return !isBusy && clock.monotonic() - account.usedAtMs >= forMs;
    },
    close(reason) {
      phase = 'closed';
      queue.watch.close();
      room.rejectAll(reason);
    },
  };
}
