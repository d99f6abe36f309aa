import { bareMessage } from '../../internal/redact.ts';
import { readRedisRefusal } from '../../internal/redis-refusal.ts';
import { redisStores } from '../../storage/redis/stores.ts';
import { breakerOutcome, type SharedBreaker } from './breaker-check.ts';
import { type Check, type FindingId, type Outcomes, skipAll } from './findings.ts';
import { hostPackage } from './host-package.ts';
import { describeError } from './run-checks.ts';

/** The Redis to check, and its uses. */
export interface RedisSettings {
  readonly url: string;
  /** Name of the queue. */
  readonly queue: string;
  readonly queuePrefix: string;
  /** `undefined` without a shop. */
  readonly breaker: SharedBreaker | undefined;
}

/** The part of an ioredis client that is needed here. */
interface Redis {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  connect(): Promise<void>;
  info(section: string): Promise<string>;
  call(command: string, ...args: string[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number): Promise<unknown>;
  disconnect(): void;
}

/** The part of such a client that redisStores uses. */
type StoresRedis = Parameters<typeof redisStores>[0]['redis'];

/** Fails at once instead of waiting for a server to come back. */
const clientOptions = {
  ...{ lazyConnect: true, connectTimeout: 2_000, commandTimeout: 2_000, maxRetriesPerRequest: 0 },
  retryStrategy: () => null,
};

/** Ids that need a Redis. */
export const redisIds = [
  ...(['redis-unreachable', 'redis-without-persistence', 'redis-without-eval', 'queue-without-worker'] as const),
] satisfies FindingId[];

/** Checks a Redis, and the queue and the breaker stored in it. */
export function redisCheck(settings: RedisSettings): Check {
  const ids: readonly FindingId[] = [...redisIds, ...(settings.breaker ? (['breaker-stuck'] as const) : [])];
  return {
    ids,
    async run(signal): Promise<Outcomes> {
      const ioredis = hostPackage('ioredis');
      if (!ioredis) return skipAll(ids, 'the package ioredis is not installed here');
      const { Redis } = ioredis as { readonly Redis: new (url: string, options: object) => Redis };
      const redis = new Redis(settings.url, clientOptions);
      let lastError: unknown;
      redis.on('error', (error) => {
        lastError = error;
      });
      const end = (): void => redis.disconnect();
      signal.addEventListener('abort', end, { once: true });
      try {
        await redis.connect().catch((error: unknown) => {
          throw lastError ?? error;
        });
        return await inspect(redis, settings, ids);
      } catch (error) {
        const reason = readRedisRefusal(error)?.message ?? describeError(error);
        const found = `Redis at ${new URL(settings.url).host} cannot be used: ${reason}.`;
        return { ...skipAll(ids, 'Redis cannot be used: see redis-unreachable'), 'redis-unreachable': { found } };
      } finally {
        signal.removeEventListener('abort', end);
        end();
      }
    },
  };
}

async function inspect(redis: Redis, settings: RedisSettings, ids: readonly FindingId[]): Promise<Outcomes> {
  // A wrong password shows only at the first command.
  await redis.call('PING');
  const hasEval = await mayRunScripts(redis);
  const { breaker } = settings;
  const each = await Promise.all([
    orSkipped('redis-without-persistence', () => persistence(redis, settings)),
    ...(hasEval ? [orSkipped('queue-without-worker', () => queueWork(redis, settings))] : []),
    ...(hasEval && breaker ? [orSkipped('breaker-stuck', () => storedBreaker(redis, breaker))] : []),
  ]);
  const found = `Redis at ${new URL(settings.url).host} does not let this user run scripts (EVAL), which limiter, stores and queue need.`;
  const others = ids.filter((id) => id === 'queue-without-worker' || id === 'breaker-stuck');
  const without = {
    ...skipAll(others, 'Redis runs no scripts: see redis-without-eval'),
    'redis-without-eval': { found },
  };
  return Object.assign({}, ...each, hasEval ? {} : without);
}

async function orSkipped(id: FindingId, check: () => Promise<Outcomes>): Promise<Outcomes> {
  try {
    return await check();
  } catch (error) {
    return { [id]: { skipped: `Redis ${readRedisRefusal(error)?.message ?? `failed with ${describeError(error)}`}` } };
  }
}

async function mayRunScripts(redis: Redis): Promise<boolean> {
  try {
    await redis.eval('return 1', 0);
    return true;
  } catch (error) {
    // A refusal by the server is about the command; any other error is about the connection.
    if (readRedisRefusal(error) && /NOPERM|unknown command|no permissions/i.test(bareMessage(error))) return false;
    throw error;
  }
}

async function persistence(redis: Redis, { url }: RedisSettings): Promise<Outcomes> {
  if (/^aof_enabled:1/m.test(await redis.info('persistence'))) return {};
  const [, save] = (await redis.call('CONFIG', 'GET', 'save')) as readonly string[];
  if (save) return {};
  const found = `Redis at ${new URL(url).host} stores nothing on disk (appendonly no, save ""): its jobs and records are lost when it stops.`;
  return { 'redis-without-persistence': { found } };
}

async function queueWork(redis: Redis, { queue, queuePrefix }: RedisSettings): Promise<Outcomes> {
  if (!hostPackage('bullmq'))
    return { 'queue-without-worker': { skipped: 'the package bullmq is not installed here' } };
  const { readQueueWork } = await import('../../queue/bullmq/bullmq-queue.ts');
  const { jobs, workers } = await readQueueWork(redis, queue, queuePrefix);
  if (jobs === 0 || workers > 0) return {};
  return {
    'queue-without-worker': {
      found: `The queue ${queue} has no worker: ${jobs} jobs are waiting.`,
    },
  };
}

async function storedBreaker(redis: Redis, breaker: SharedBreaker): Promise<Outcomes> {
  const stores = redisStores({ redis: redis as unknown as StoresRedis });
  try {
    return await breakerOutcome(stores.keyValue, breaker);
  } finally {
    await stores.close();
  }
}
