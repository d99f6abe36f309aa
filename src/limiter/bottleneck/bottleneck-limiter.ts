import Bottleneck from 'bottleneck';
import type { RateLimiter } from '../../ports/rate-limiter.ts';
import { msInLine } from '../bucket.ts';
import { tooBig, waitTooLong } from '../refusals.ts';
import { createBuckets, type ShopBucket } from '../token-bucket.ts';
import { createWaitingRoom } from '../wait-queue.ts';
import { createAccount } from './account.ts';
import { createHostQueue, startPoints } from './host-queue.ts';
import {
  type BottleneckLimiterOptions,
  type BottleneckLimiterSettings,
  bottleneckLimiterSettings,
  type HostBottleneck,
} from './settings.ts';

/**
 * The limiter for hosts that coordinate their calls with Bottleneck already: calls stand in the host's own
 * queue, beside the host's own jobs, with their cost as weight. Where there is no such host,
 * `tokenBucketLimiter` and `redisLimiter` do all of this better. What Bottleneck (2.19) cannot do:
 *
 * - Its priorities are strict. A background call never overtakes interactive ones, however long it waits,
 *   and no part of the bucket is kept free for interactive calls.
 * - A queued call cannot be dropped. An aborted one is rejected at once, but keeps its place: those behind
 *   it wait until the points for it are there, and get them then.
 * - Each call takes about 5 ms, and one Bottleneck lets about 400 calls a second through.
 * - Weights are whole numbers: a cost is rounded up.
 * - A weight cannot be changed: a call that turns out dearer while it waits goes to the end of its queue.
 * - It counts `maxConcurrent` in weight, so here in points: leave it unset, or far above any cost.
 * - A `Group` forgets a limiter `timeout` after its last new job, also where jobs still wait there. Give it a
 *   `timeout` far longer than the longest wait.
 *
 * The reservoir is this limiter's: it sets it, refills it, and follows Shopify's numbers. Never call
 * `updateSettings` or `incrementReservoir` on it. It is refilled while somebody waits, until `close`.
 * For a clustered Bottleneck choose `refill: 'host'`, give it `reservoirIncreaseAmount`,
 * `reservoirIncreaseInterval` and `reservoirIncreaseMaximum` of the shop's plan, and connect it with
 * `bottleneckRedisConnection`. It shares points between processes without fairness, by the clocks of their
 * machines.
 *
 * `acquire` rejects with a `NetworkError` that says so where Bottleneck drops a call: by `stop()`,
 * `highWater`, or for want of Redis. After `close` it rejects with a `DOMException` named `AbortError`.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) when an option does not fit; from `acquire` where the
 *   Bottleneck has no reservoir.
 *
 * @example
 * import Bottleneck from 'bottleneck';
 * const group = new Bottleneck.Group({ reservoir: 0, timeout: 3_600_000 });
 * const limiter = bottleneckLimiter({ limiterFor: ({ shop, app }) => group.key(`${app} ${shop}`) });
 */
export function bottleneckLimiter(options: BottleneckLimiterOptions): RateLimiter {
  const settings = bottleneckLimiterSettings(options);
  const { clock, idleMs, limiterFor } = settings;
  // A Bottleneck cannot be rid of listeners, so a bucket that was forgotten is found again by it.
  const buckets = new WeakMap<HostBottleneck, ShopBucket>();
  return createBuckets({
    clock,
    idleMs,
    create(scope) {
      const bottleneck = limiterFor(scope);
      const bucket = buckets.get(bottleneck) ?? createBottleneckBucket(scope.shop, bottleneck, settings);
      buckets.set(bottleneck, bucket);
      return bucket;
    },
  });
}

/** Background calls stand behind all interactive ones, as Bottleneck's priorities have it. */
const neverAgesMs = 1e15;

/** Makes the bucket of one app on one shop whose calls a Bottleneck lets through. */
function createBottleneckBucket(
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

/** The part of an ioredis client that Bottleneck needs. */
type IORedisClient = object;

type Reply = (error: Error | null, reply?: unknown) => void;

/** How Bottleneck's connection passes a script's answer on; not in its types. */
interface ScriptConnection {
  __scriptArgs__(name: string, id: string, args: unknown, reply: Reply): unknown;
}

/**
 * A connection for a clustered Bottleneck (2.19) that also works on Redis 7. There the errors of scripts
 * begin with `ERR `, so that a stock Bottleneck does not know its own and never recovers where Redis has
 * lost its keys: by a restart, a flush, or because they expired.
 *
 * @param options.client An ioredis client, version 5 or 6. Set its `commandTimeout`: without, calls hang
 *   while Redis cannot be reached.
 * @param options.Redis The class it is of: Bottleneck would look for it in ways that break in bundles.
 *
 * @example
 * const connection = bottleneckRedisConnection({ client: new Redis(url, { commandTimeout: 1_000 }), Redis });
 * const group = new Bottleneck.Group({ connection, reservoir: 0, reservoirIncreaseAmount: 100, reservoirIncreaseInterval: 1_000, reservoirIncreaseMaximum: 2_000 });
 */
export function bottleneckRedisConnection(options: {
  readonly client: IORedisClient;
  readonly Redis: unknown;
}): Bottleneck.IORedisConnection {
  const connection = new Bottleneck.IORedisConnection(options);
  // The method is there, and the only place where the error can be put right before Bottleneck reads it.
  const scripts = connection as unknown as ScriptConnection;
  const original = scripts.__scriptArgs__.bind(connection);
  scripts.__scriptArgs__ = (name, id, args, reply) =>
    original(name, id, args, (error, answer) => {
      if (error?.message.startsWith('ERR ')) error.message = error.message.slice(4);
      reply(error, answer);
    });
  return connection;
}
