import { randomBytes } from 'node:crypto';
import type { BucketScope, Permit, RateLimiter } from '../../ports/rate-limiter.ts';
import { msInLine, reserve } from '../bucket.ts';
import { createHeadroom, createLocalService } from '../local-service.ts';
import { tooBig, waitTooLong } from '../refusals.ts';
import { createBuckets, type ShopBucket } from '../token-bucket.ts';
import { createWaitingRoom } from '../wait-queue.ts';
import { createWriter, type RedisLimiterOptions, redisLimiterSettings } from './protocol.ts';
import { createLedger, Mirror } from './replica.ts';
import { createDialogue, createNewcomers, createRedisLink, type RedisProcess } from './session.ts';

/**
 * The limiter for several processes that call the same shops: one bucket per app and shop in Redis, counted
 * on Redis's own clock, with the arithmetic of `tokenBucketLimiter`. Calls are served in order of arrival
 * over all processes, interactive ones first; a background call catches up with age.
 *
 * A process that dies loses its place in line after 1.5 s and its permits after `leaseMs`. Where Redis does
 * not answer, each process keeps to its part of the bucket and loses no call; it tries Redis again every
 * `probeMs`, and tells it then what was spent. A bucket that Redis has lost begins anew, with one call in
 * flight until Shopify has told its numbers. The keys of idle shops expire after `idleMs`.
 *
 * `status` says what this process last heard: `reserved` and `inFlight` count the permits of all processes,
 * `waiting` those who wait in this one; while Redis is gone, all numbers are those of the share.
 *
 * It needs Redis 5 or newer, or a server that runs its scripts; of a cluster it uses one slot per bucket.
 *
 * After `close`, `acquire` rejects with a `DOMException` named `AbortError`.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) when an option does not fit.
 *
 * @example
 * import { Redis } from 'ioredis';
 * const limiter = redisLimiter({ redis: new Redis('redis://127.0.0.1:6379') });
 */
export function redisLimiter(options: RedisLimiterOptions): RateLimiter {
  const settings = redisLimiterSettings(options);
  const { clock, idleMs } = settings;
  const id = randomBytes(6).toString('base64url');
  let calls = 0;
  const process = {
    settings,
    link: createRedisLink(settings),
    nextSequence: () => ++calls,
    write: createWriter(id, settings),
  };
  return createBuckets({ clock, idleMs, create: (scope) => createRedisBucket(scope, process) });
}

/**
 * The bucket of one app on one shop in Redis, with those who wait for it in this process. While Redis is
 * gone, the bucket is the safe share of this process.
 */
function createRedisBucket(scope: BucketScope, process: RedisProcess): ShopBucket {
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
