import { ConfigError } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type {
  AcquireRequest,
  BucketScope,
  LimiterStatus,
  Permit,
  RateLimiter,
  SharedCosts,
} from '../../ports/rate-limiter.ts';
import { type Headroom, msUntilGrant, sinceOf } from '../bucket.ts';
import { Dispatcher } from '../dispatcher.ts';
import {
  bucketKey,
  limiterPerShop,
  limiterStatus,
  readTokenBucketOptions,
  type ShopBucket,
  type TokenBucketOptions,
  type TokenBucketSettings,
} from '../token-bucket.ts';
import { tooExpensive, WaitQueue } from '../wait-queue.ts';
import { RedisConnection, type RedisScripting } from './connection.ts';
import { LearnedCosts } from './learned-costs.ts';
import { LocalReplica } from './replica.ts';
import { RedisSession } from './session.ts';

/**
 * Creates a limiter for several processes that call the same shops: one bucket per app and shop in Redis, counted on
 * Redis's own clock, with the arithmetic of `tokenBucketLimiter`. Calls of all processes are served in order of
 * arrival, interactive ones first; background calls gain priority with age.
 *
 * A dead process loses its place in the queue after 1.5 s and its permits after `leaseMs`. While Redis is unreachable,
 * each process uses its share of the bucket and loses no call; it tries Redis again every `probeMs`, and then
 * reports what was spent. A bucket that Redis has lost starts over, with one call in flight until it returns Shopify's
 * numbers, or ends without. The keys of idle shops expire after `idleMs`. A bucket written by a newer version of this
 * package, in a format that this one cannot read, is left alone; this version then works as without Redis.
 *
 * `status` is the last state known to this process: `reserved` and `inFlight` count the permits of all processes,
 * `waiting` the calls waiting in this one; while Redis is down, all numbers are those of the share.
 *
 * Requires Redis 5 or newer, or a server that runs its scripts; in a cluster, it uses one slot per bucket.
 *
 * After `close`, `acquire` rejects with a `DOMException` named `AbortError`.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) if an option is invalid.
 *
 * @example
 * import { Redis } from 'ioredis';
 * const limiter = redisLimiter({ redis: new Redis('redis://127.0.0.1:6379') });
 */
export function redisLimiter(options: RedisLimiterOptions): RateLimiter {
  const settings = redisLimiterSettings(options);
  const connection = new RedisConnection(settings);
  const buckets = new Map<string, RedisBucket>();
  const limiter = limiterPerShop(settings, (scope) => new RedisBucket(scope, settings, connection), buckets);
  const costs: SharedCosts = {
    get: (scope, operation) => buckets.get(bucketKey(scope))?.costs.get(operation) ?? [],
    add: (scope, operation, sample) => buckets.get(bucketKey(scope))?.costs.add(operation, sample),
  };
  return { ...limiter, costs };
}

/** Options of `redisLimiter`. Only `redis` is required. All processes must use the same options. */
export interface RedisLimiterOptions extends TokenBucketOptions {
  /** An ioredis client. The limiter never closes it. */
  readonly redis: RedisScripting;
  /** Prefix of all keys. Default `shopwright:limiter:`. */
  readonly keyPrefix?: string;
  /** Milliseconds after which a command counts as failed, regardless of the client's own limits. Default 1,000. */
  readonly commandTimeoutMs?: number;
  /**
   * Milliseconds after a process's last call to Redis until its permits count as ended, at most an hour. A process with
   * permits in use calls three times as often. Default 30,000.
   */
  readonly leaseMs?: number;
  /** Milliseconds between two probes while Redis is down. Default 1,000. */
  readonly probeMs?: number;
  /**
   * Minimum number of processes to assume when Redis is down: each then uses its share of the bucket. If Redis knew of
   * more, that number is used. Default 1.
   */
  readonly processes?: number;
  /** Logs when Redis goes down and comes back, and buckets in a newer format. */
  readonly logger?: Logger;
}

/**
 * The bucket of one app on one shop in Redis, with the calls of this process that wait for it. While Redis is down, the
 * bucket is the safe share of this process.
 */
class RedisBucket implements ShopBucket {
  readonly costs = new LearnedCosts();
  readonly #shop: string;
  readonly #clock: Clock;
  readonly #headroom: Headroom;
  readonly #replica: LocalReplica;
  readonly #queue: WaitQueue;
  readonly #dispatcher: Dispatcher;
  readonly #session: RedisSession;
  #usedAtMs: number;

  constructor(scope: BucketScope, settings: RedisLimiterSettings, connection: RedisConnection) {
    const { shop } = scope;
    const { clock, softCeiling, agingMs } = settings;
    this.#shop = shop;
    this.#clock = clock;
    this.#usedAtMs = clock.monotonic();
    this.#headroom = { softCeiling, agingMs, interactiveAtMs: Number.NEGATIVE_INFINITY };
    const replica = new LocalReplica(settings, (ended) => {
      this.#usedAtMs = clock.monotonic();
      this.#session.ended(ended);
    });
    const queue = new WaitQueue({
      ...{ shop, clock, agingMs },
      onNewFirst: () => {
        if (replica.isDegraded) this.#dispatcher.drain(replica.refill());
        else this.#session.callSoon();
      },
    });
    const dispatcher = new Dispatcher({
      ...{ shop, clock, queue, bucket: replica.bucket, headroom: this.#headroom },
      maxCost: () => replica.maxCost,
      reserve: (cost, enteredMs, nowMs) => replica.reserve(cost, enteredMs, nowMs),
    });
    this.#replica = replica;
    this.#queue = queue;
    this.#dispatcher = dispatcher;
    this.#session = new RedisSession({ scope, connection, replica, queue, dispatcher, costs: this.costs });
  }

  acquire(request: AcquireRequest): Promise<Permit> {
    const { cost, signal, maxWaitMs } = request;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const replica = this.#replica;
    const { bucket, maxCost, isDegraded } = replica;
    const nowMs = replica.refill();
    this.#usedAtMs = nowMs;
    const isBackground = request.priority === 'background';
    if (!isBackground) this.#headroom.interactiveAtMs = nowMs;
    // Without a waiting call, the last reply of Redis may be out of date.
    const isKnown = bucket.confirmed && replica.isFresh && (isDegraded || this.#queue.size > 0);
    if (isKnown && cost > maxCost) return Promise.reject(tooExpensive(this.#shop, cost, maxCost));
    if (isDegraded) {
      this.#session.callSoon();
      const isFree =
        this.#queue.size === 0 &&
        msUntilGrant(bucket, this.#headroom, { cost, isBackground, sinceMs: sinceOf(request, nowMs) }, nowMs) === 0;
      if (isFree) return Promise.resolve(replica.reserve(cost, nowMs, nowMs));
    }
    const refusal = isKnown ? this.#queue.refusal(request, nowMs, bucket, replica.pointsAhead) : undefined;
    if (refusal) return Promise.reject(refusal);
    const { waiter, permit } = this.#queue.enter(request, nowMs);
    if (maxWaitMs !== undefined && !isKnown) this.#session.checkLater(waiter, maxWaitMs);
    return permit;
  }

  status(): LimiterStatus {
    this.#replica.refill();
    return limiterStatus(this.#replica.bucket, this.#queue);
  }

  isIdle(forMs: number): boolean {
    const isBusy = this.#replica.held.count > 0 || this.#queue.size > 0 || this.#session.isBusy;
    return !isBusy && this.#clock.monotonic() - this.#usedAtMs >= forMs;
  }

  close(reason: unknown): void {
    this.#dispatcher.stop();
    this.#queue.rejectAll(reason);
    this.#session.close();
  }
}

/** `RedisLimiterOptions` with the defaults filled in. */
interface RedisLimiterSettings extends TokenBucketSettings {
  readonly redis: RedisScripting;
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
  readonly leaseMs: number;
  readonly probeMs: number;
  readonly processes: number;
  readonly logger: Logger | undefined;
}

const optionNames: Record<keyof RedisLimiterOptions, true> = {
  clock: true,
  maximumAvailable: true,
  restoreRate: true,
  softCeiling: true,
  agingMs: true,
  idleMs: true,
  redis: true,
  keyPrefix: true,
  commandTimeoutMs: true,
  leaseMs: true,
  probeMs: true,
  processes: true,
  logger: true,
};

/**
 * Fills in the defaults.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) listing every invalid option.
 */
function redisLimiterSettings(options: RedisLimiterOptions): RedisLimiterSettings {
  const { redis, keyPrefix = 'shopwright:limiter:', logger } = options;
  const { commandTimeoutMs = 1_000, leaseMs = 30_000, probeMs = 1_000, processes = 1 } = options;
  const { settings, problems } = readTokenBucketOptions(options, optionNames);
  const check = (field: keyof RedisLimiterOptions, isValid: boolean, message: string): void => {
    if (!isValid) problems.push({ field: `limiter.${field}`, message });
  };
  const isTime = (ms: number): boolean => Number.isFinite(ms) && ms > 0;
  const longestLeaseMs = 3_600_000;
  check('redis', typeof redis?.evalsha === 'function', 'must be an ioredis client: `new Redis(url)`');
  check('commandTimeoutMs', isTime(commandTimeoutMs), 'must be milliseconds above 0');
  check('leaseMs', isTime(leaseMs) && leaseMs <= longestLeaseMs, 'must be milliseconds above 0, at most an hour');
  check('probeMs', isTime(probeMs), 'must be milliseconds above 0');
  check('processes', Number.isInteger(processes) && processes > 0, 'must be a whole number, 1 or more');
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  return { ...settings, redis, keyPrefix, commandTimeoutMs, leaseMs, probeMs, processes, logger };
}
