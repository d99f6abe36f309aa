import Bottleneck from 'bottleneck';
import { ConfigError, TimeoutError } from '../../errors/errors.ts';
import { setTimeLimit } from '../../internal/abort.ts';
import type { Clock } from '../../internal/clock.ts';
import { unknownNames } from '../../internal/names.ts';
import type { AcquireRequest, BucketScope, LimiterStatus, Permit, RateLimiter } from '../../ports/rate-limiter.ts';
import { msInLine } from '../bucket.ts';
import { isNumber, limiterPerShop, limiterStatus, readTokenBucketOptions, type ShopBucket } from '../token-bucket.ts';
import { tooExpensive, WaitQueue, waitTooLong } from '../wait-queue.ts';
import { HostQueue } from './host-queue.ts';
import { Account, type HostBottleneck } from './reservoir.ts';

/**
 * Creates a limiter for hosts that already coordinate their calls with Bottleneck: calls wait in the host's own queue,
 * along with the host's own jobs, with their cost as weight. If you do not use Bottleneck already, `tokenBucketLimiter`
 * and `redisLimiter` are better. Limitations of Bottleneck (2.19):
 *
 * - Its priorities are strict. A background call never overtakes interactive ones, however long it waits,
 *   and no part of the bucket is kept free for interactive calls.
 * - A call that asks again (`AcquireRequest.ageMs`) goes ahead of its class by one priority, rather than to its exact
 *   place. Leave room below each of `priorities`, as the default does.
 * - A queued call cannot be dropped. An aborted one is rejected at once, but keeps its place: those behind it wait
 *   until its points are available, and get them then.
 * - Each call takes about 5 ms, and one Bottleneck admits about 400 calls per second: it waits for a `setTimeout(0)`
 *   before each step of its store, which no option can disable.
 * - Weights are whole numbers: a cost is rounded up.
 * - A weight cannot be changed: a call whose cost increases while it waits goes to the end of its queue.
 * - It counts `maxConcurrent` in weight, so here in points: leave it unset, or far above any cost.
 * - A `Group` drops a limiter `timeout` after its last new job, even if jobs are still waiting there. Set a `timeout`
 *   far longer than the longest wait.
 *
 * This limiter owns the reservoir: it sets and refills it by Shopify's numbers. Never call `updateSettings` or
 * `incrementReservoir` yourself. It is refilled while a call waits, until `close`. For a clustered Bottleneck choose
 * `refill: 'host'`, give it `reservoirIncreaseAmount`, `reservoirIncreaseInterval` and `reservoirIncreaseMaximum` of
 * the shop's plan, and connect it with `bottleneckRedisConnection`. It shares points between processes without
 * fairness, by the clocks of their machines.
 *
 * `acquire` rejects with a `NetworkError` if Bottleneck drops a call: because of `stop()`, `highWater`, or a missing
 * Redis. After `close` it rejects with a `DOMException` named `AbortError`.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) if an option is invalid; from `acquire` if the Bottleneck has no
 * reservoir.
 *
 * @example
 * import Bottleneck from 'bottleneck';
 * const group = new Bottleneck.Group({ reservoir: 0, timeout: 3_600_000 });
 * const limiter = bottleneckLimiter({ limiterFor: ({ shop, app }) => group.key(`${app} ${shop}`) });
 */
export function bottleneckLimiter(options: BottleneckLimiterOptions): RateLimiter {
  const settings = bottleneckLimiterSettings(options);
  // Bottleneck has no way to remove listeners, so a dropped bucket is reused when its Bottleneck comes again.
  const buckets = new WeakMap<HostBottleneck, BottleneckBucket>();
  return limiterPerShop(settings, (scope) => {
    const bottleneck = settings.limiterFor(scope);
    const bucket = buckets.get(bottleneck) ?? new BottleneckBucket(scope.shop, bottleneck, settings);
    buckets.set(bottleneck, bucket);
    return bucket;
  });
}

/** Options of `bottleneckLimiter`. Only `limiterFor` is required. */
export interface BottleneckLimiterOptions {
  /**
   * The host's Bottleneck, or a function that returns the one of an app on a shop, such as `({ shop }) =>
   * group.key(shop)`. It must have a `reservoir`.
   */
  readonly limiterFor: HostBottleneck | ((scope: BucketScope) => HostBottleneck);
  /**
   * Who refills the reservoir. `limiter` (default): this limiter, exactly by Shopify's numbers; for a Bottleneck within
   * one process, without refill settings of its own. `host`: Bottleneck's own settings, as a clustered one requires;
   * this limiter returns what calls did not cost, and follows Shopify.
   */
  readonly refill?: 'limiter' | 'host';
  /** Bottleneck priorities, 0 (first) to 9. Default 5 and 7. */
  readonly priorities?: { readonly interactive: number; readonly background: number };
  /** Assumed size of a bucket in points, until Shopify's numbers are known. Default 1,000, the smallest seen. */
  readonly maximumAvailable?: number;
  /** Assumed points restored per second, until Shopify's numbers are known. Default 50, the smallest seen. */
  readonly restoreRate?: number;
  /** Milliseconds without a call after which a bucket is dropped. Default 600,000. */
  readonly idleMs?: number;
  /** Time limit for a clustered Bottleneck to connect, in milliseconds. Default 10,000. */
  readonly startTimeoutMs?: number;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

/** Background calls rank behind all interactive ones, because Bottleneck's priorities are strict. */
const neverAgesMs = 1e15;

/** The bucket of one app on one shop whose calls a Bottleneck lets through. */
class BottleneckBucket implements ShopBucket {
  readonly #shop: string;
  readonly #bottleneck: HostBottleneck;
  readonly #settings: BottleneckLimiterSettings;
  readonly #account: Account;
  readonly #queue: WaitQueue;
  readonly #hostQueue: HostQueue;
  #phase: 'new' | 'starting' | 'trial' | 'ready' | 'closed' = 'new';

  constructor(shop: string, bottleneck: HostBottleneck, settings: BottleneckLimiterSettings) {
    const { clock, priorities } = settings;
    this.#shop = shop;
    this.#bottleneck = bottleneck;
    this.#settings = settings;
    this.#account = new Account(bottleneck, settings, () => this.#hostQueue.heaviest());
    this.#queue = new WaitQueue({ shop, clock, agingMs: neverAgesMs, onNewFirst: () => this.#admit() });
    this.#hostQueue = new HostQueue({
      ...{ shop, clock, priorities, bottleneck, account: this.#account, queue: this.#queue },
      isReady: () => this.#phase === 'ready',
      onFree: () => this.#admit(),
    });
  }

  acquire(request: AcquireRequest): Promise<Permit> {
    const { cost, signal, maxWaitMs } = request;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const nowMs = this.#account.refill();
    this.#account.usedAtMs = nowMs;
    const { bucket } = this.#account;
    const { maximumAvailable, confirmed } = bucket;
    if (confirmed && cost > maximumAvailable) return Promise.reject(tooExpensive(this.#shop, cost, maximumAvailable));
    if (maxWaitMs !== undefined && confirmed) {
      const waitMs = msInLine(bucket, this.#queue.pointsAhead(request, nowMs), Math.ceil(cost));
      if (waitMs > maxWaitMs) return Promise.reject(waitTooLong(this.#shop, maxWaitMs, waitMs));
    }
    const { waiter, permit } = this.#queue.enter(request, nowMs);
    if (this.#phase === 'ready') this.#hostQueue.submit(waiter);
    else this.#admit();
    return permit;
  }

  status(): LimiterStatus {
    this.#account.refill();
    return limiterStatus(this.#account.bucket, this.#queue);
  }

  isIdle(forMs: number): boolean {
    const isBusy = this.#account.bucket.inFlight > 0 || this.#hostQueue.size > 0 || this.#queue.size > 0;
    return !isBusy && this.#settings.clock.monotonic() - this.#account.usedAtMs >= forMs;
  }

  close(reason: unknown): void {
    this.#phase = 'closed';
    this.#hostQueue.close();
    this.#queue.rejectAll(reason);
  }

  /** Adds the waiting calls to Bottleneck's queue that may be there and are not yet. */
  #admit(): void {
    const { bucket } = this.#account;
    if (this.#phase === 'new') void this.#start();
    // Nothing is known about the bucket yet: one call goes ahead, and the others wait for its response.
    if (this.#phase !== 'trial' || this.#hostQueue.size > 0) return;
    if (bucket.confirmed || bucket.isBlind) {
      this.#phase = 'ready';
      for (const waiter of this.#queue.all()) this.#hostQueue.submit(waiter);
    } else if (this.#queue.first && bucket.inFlight === 0) {
      this.#hostQueue.submit(this.#queue.first);
    }
  }

  async #start(): Promise<void> {
    this.#phase = 'starting';
    // It may be closed while Bottleneck connects.
    const isOver = (): boolean => this.#phase !== 'starting';
    try {
      const points = await startPoints(this.#shop, this.#bottleneck, this.#settings);
      if (isOver()) return;
      this.#phase = 'trial';
      this.#account.begin(points);
      this.#admit();
      this.#hostQueue.watch();
    } catch (error) {
      if (isOver()) return;
      this.#phase = 'new';
      this.#queue.rejectAll(error);
    }
  }
}

/**
 * Returns the points in the reservoir at the start. The time limit is needed because a clustered Bottleneck waits for
 * Redis forever.
 *
 * @throws TimeoutError (code `TIMEOUT`) if that takes longer than `startTimeoutMs`.
 * @throws ConfigError (code `CONFIG_INVALID`) if the Bottleneck has no reservoir.
 */
function startPoints(
  shop: string,
  bottleneck: HostBottleneck,
  { clock, startTimeoutMs }: BottleneckLimiterSettings,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const cancel = setTimeLimit(
      clock,
      () => {
        const limits = { timeoutMs: startTimeoutMs, mayHaveExecuted: false };
        reject(
          new TimeoutError(`Bottleneck was not ready within ${startTimeoutMs} ms.`, {
            code: 'TIMEOUT',
            ...limits,
            shop,
          }),
        );
      },
      startTimeoutMs,
    );
    const take = (points: number | null): void => {
      if (points !== null) resolve(points);
      const message = 'the Bottleneck must have a reservoir, such as `new Bottleneck({ reservoir: 0 })`';
      reject(new ConfigError('Invalid configuration', { issues: [{ field: 'limiter.limiterFor', message }], shop }));
    };
    bottleneck.currentReservoir().then(take, reject).finally(cancel);
  });
}

/** `BottleneckLimiterOptions` with the defaults filled in. */
interface BottleneckLimiterSettings extends Readonly<Required<BottleneckLimiterOptions>> {
  limiterFor(scope: BucketScope): HostBottleneck;
}

const optionNames: Record<keyof BottleneckLimiterOptions, true> = {
  limiterFor: true,
  refill: true,
  priorities: true,
  maximumAvailable: true,
  restoreRate: true,
  idleMs: true,
  startTimeoutMs: true,
  clock: true,
};

/**
 * Fills in the defaults.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) listing every invalid option.
 */
function bottleneckLimiterSettings(options: BottleneckLimiterOptions): BottleneckLimiterSettings {
  const { limiterFor, refill = 'limiter', startTimeoutMs = 10_000 } = options;
  const { priorities = { interactive: 5, background: 7 } } = options;
  const { settings, problems } = readTokenBucketOptions(options, optionNames);
  const { clock, maximumAvailable, restoreRate, idleMs } = settings;
  const check = (field: keyof BottleneckLimiterOptions, isValid: boolean, message: string): void => {
    if (!isValid) problems.push({ field: `limiter.${field}`, message });
  };
  const isPriority = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 9;
  check(
    'limiterFor',
    typeof limiterFor === 'function' || typeof limiterFor?.schedule === 'function',
    'must be a Bottleneck, or a function that returns one',
  );
  check('refill', refill === 'limiter' || refill === 'host', 'must be `limiter` or `host`');
  check(
    'priorities',
    isPriority(priorities?.interactive) && isPriority(priorities?.background),
    'must be whole numbers from 0 to 9',
  );
  check('startTimeoutMs', isNumber(startTimeoutMs) && startTimeoutMs > 0, 'must be milliseconds above 0');
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  return {
    ...{ clock, maximumAvailable, restoreRate, idleMs, refill, startTimeoutMs, priorities },
    limiterFor: typeof limiterFor === 'function' ? limiterFor : () => limiterFor,
  };
}

/**
 * Creates a connection for a clustered Bottleneck (2.19) that also works on Redis 7. There, script errors begin with
 * `ERR `, so that a stock Bottleneck does not recognize its own and never recovers if Redis has lost its keys: by a
 * restart, a flush, or expiry.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 *
 * @param options.client An ioredis client, version 5 or 6. Set its `commandTimeout`: without it, calls hang while Redis
 * is unreachable.
 * @param options.Redis The client's class, which Bottleneck would otherwise look up in ways that break in bundles.
 *
 * @example
 * const connection = bottleneckRedisConnection({ client: new Redis(url, { commandTimeout: 1_000 }), Redis });
 * const group = new Bottleneck.Group({ connection, reservoir: 0, reservoirIncreaseAmount: 100, reservoirIncreaseInterval: 1_000, reservoirIncreaseMaximum: 2_000 });
 */
export function bottleneckRedisConnection(options: {
  readonly client: IORedisClient;
  readonly Redis: unknown;
}): Bottleneck.IORedisConnection {
  const problems = unknownNames(options, { client: true, Redis: true });
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  const connection = new Bottleneck.IORedisConnection(options);
  // Only here can the error be changed before Bottleneck reads it.
  const scripts = connection as unknown as ScriptConnection;
  const original = scripts.__scriptArgs__.bind(connection);
  scripts.__scriptArgs__ = (name, id, args, reply) =>
    original(name, id, args, (error, result) => {
      if (error?.message.startsWith('ERR ')) error.message = error.message.slice(4);
      reply(error, result);
    });
  return connection;
}

/** The part of an ioredis client that Bottleneck needs. */
type IORedisClient = object;

type Reply = (error: Error | null, reply?: unknown) => void;

/** The callback for a script's reply in Bottleneck's connection, which is not in its types. */
interface ScriptConnection {
  __scriptArgs__(name: string, id: string, args: unknown, reply: Reply): unknown;
}
