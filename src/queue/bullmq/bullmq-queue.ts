import { randomUUID } from 'node:crypto';
import { type Job as BullJob, type ConnectionOptions, Queue, type Worker } from 'bullmq';
import { QueueError } from '../../errors/errors.ts';
import { sleep } from '../../internal/abort.ts';
import { systemClock } from '../../internal/clock.ts';
import { bareCause, bareMessage } from '../../internal/redact.ts';
import { readRedisRefusal } from '../../internal/redis-refusal.ts';
import type { JobHandler, JobQueue, QueueStats } from '../../ports/job-queue.ts';
import { createReporter, lastWordsMs, type QueueReporter } from '../attempt.ts';
import { deadJobPage, describeFailure, prepareJob } from '../job.ts';
import {
  type BullmqQueueOptions,
  bullmqQueueSettings,
  type OwnRedis,
  type RedisToCopy,
  type StoredJob,
} from './settings.ts';
import {
  createErrorLog,
  createSharedKeys,
  deadJobOf,
  forgetStalls,
  optionsOf,
  startWorker,
  storedJob,
} from './worker.ts';

const drainPollMs = 100;

/** BullMQ's codes for a job that is not there, or is not a dead letter any more. */
const goneCodes: readonly unknown[] = [-1, -3];

/**
 * A queue in Redis, by BullMQ: jobs outlive their process, and any number of processes work on them.
 *
 * - `enqueue` resolves when Redis has the job; how safe it is there is a matter of Redis's own persistence. While
 *   Redis is gone it fails with a `QueueError`; workers wait, and go on by themselves when it is back.
 * - The jobs of a process that died come back within twice `lockDurationMs`, with the same attempt number and
 *   idempotency key. The same befalls a process whose event loop stood still for so long, so a handler must be
 *   safe to repeat. A job that has lost `maxStalledCount` workers is a dead letter.
 * - `waiting`, `delayed`, `active` and `dead` of `stats()` are those of all processes; `processingMs` is of this one.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) when an option does not fit.
 *
 * @example
 * import { Redis } from 'ioredis';
 * const queue = bullmqQueue({ connection: new Redis(process.env.REDIS_URL ?? ''), concurrency: 4 });
 */
export function bullmqQueue(options: BullmqQueueOptions): JobQueue {
  const settings = bullmqQueueSettings(options);
  const { name, prefix, commandTimeoutMs } = settings;
  const reporter = createReporter(name, systemClock, options);
  const onError = createErrorLog(name, systemClock, reporter.logger);
  const redis = openRedis(settings.connection);
  redis.on('error', onError);
  const queue = new Queue<StoredJob>(name, { connection: redis as ConnectionOptions, prefix });
  queue.on('error', onError);
  const toKey = (suffix: string): string => queue.toKey(suffix);
  const keys = createSharedKeys(redis, toKey);
  const handlers = new Map<string, JobHandler>();
  const running = new Map<string, AbortController>();
  const closing = new AbortController();
  const stopping = new AbortController();
  let worker: Worker<StoredJob> | undefined;
  let closed: Promise<void> | undefined;

  const { within } = createRedisWaits(name, watchTrouble(redis));
  const ask = <T>(work: Promise<T>): Promise<T> => within(commandTimeoutMs, work);
  const mustBeOpen = (): void => {
    if (closed) throw new QueueError(`The queue ${name} is closed; make a new one.`);
  };

  /** The job waits again by then, so this is no failure of what was asked. */
  const keyNotHeld =
    (id: string) =>
    (error: unknown): void =>
      reporter.logger?.warn(
        { queue: name, id, error: describeFailure(error) },
        'a dead letter was queued again, but does not hold its key while it waits',
      );

  const end = async (graceMs: number): Promise<void> => {
    const reason = new QueueError(`The queue ${name} closes.`, { isRetryable: true });
    closing.abort(reason);
    const cancel = systemClock.setTimer(() => {
      stopping.abort(reason);
      for (const stop of running.values()) stop.abort(reason);
    }, graceMs);
    try {
      // Without Redis BullMQ waits for ever.
      await within(graceMs + lastWordsMs + commandTimeoutMs, Promise.resolve(worker?.close()));
      await ask(queue.close());
    } catch (error) {
      onError(error);
      // The worker's own connection would look for Redis for ever, and keep the process alive.
      worker?.disconnect().catch(onError);
    } finally {
      cancel();
      redis.disconnect();
    }
  };

  return {
    name,
    async enqueue(draft) {
      mustBeOpen();
      const job = prepareJob(draft, settings);
      const id = randomUUID();
      const bull = await ask(queue.add(job.type, storedJob(job), optionsOf(job, id, settings.maxDeadJobs, keys)));
      return { id: bull.id ?? id, isNew: bull.id === id };
    },
    process(type, handler) {
      mustBeOpen();
      handlers.set(type, handler);
      worker ??= startWorker(
        redis,
        settings,
        { queue: name, handlers, running, stopping: stopping.signal, keys, reporter },
        onError,
      );
    },
    async stats() {
      mustBeOpen();
      return ask(readStats(queue, reporter));
    },
    async deadJobs(which = {}) {
      mustBeOpen();
      const { from, to } = deadJobPage(which);
      if (from === to) return [];
      const jobs = await ask(queue.getFailed(from, to - 1));
      return jobs.map(deadJobOf);
    },
    async retry(id) {
      mustBeOpen();
      const bull = await ask(queue.getJob(id));
      if (bull?.finishedOn === undefined) return false;
      await ask(forgetStalls(redis, toKey(id)));
      try {
        await ask(bull.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true }));
      } catch (error) {
        if (error instanceof QueueError && goneCodes.includes((error.cause as { code?: unknown })?.code)) return false;
        throw error;
      }
      const { key } = bull.data;
      if (key !== null) await ask(keys.hold({ id, type: bull.name, key })).catch(keyNotHeld(id));
      return true;
    },
    async remove(id) {
      mustBeOpen();
      return ask(discardDeadLetter(redis, toKey, id));
    },
    async drain({ signal } = {}) {
      mustBeOpen();
      const either = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
      for (;;) {
        either.throwIfAborted();
        const { waiting, delayed, active } = await ask(readStats(queue, reporter));
        if (waiting + delayed + active === 0) return;
        await sleep(systemClock, drainPollMs, either);
      }
    },
    close({ graceMs = 10_000 } = {}) {
      closed ??= end(graceMs);
      return closed;
    },
  };
}

const longestPauseMs = 2_000;

/** What BullMQ needs, whatever the host has set for its own commands. */
const settings = {
  // A worker waits for Redis as long as it takes; commands that must not wait have a limit of their own here.
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
  enableOfflineQueue: true,
  // A worker must find back by itself, so its connection never gives up.
  retryStrategy: (times: number): number => Math.min(times * 100, longestPauseMs),
  // BullMQ refuses ioredis's prefix, since its scripts make names of keys.
  keyPrefix: '',
};

/** Opens a connection like the host's. */
export function openRedis(host: RedisToCopy): OwnRedis {
  const duplicate = host.duplicate.bind(host) as (...overrides: unknown[]) => OwnRedis;
  if (!host.isCluster) return duplicate(settings);
  const { redisOptions } = host.options as { readonly redisOptions?: object };
  const { retryStrategy, keyPrefix, ...ofNodes } = settings;
  return duplicate([], {
    keyPrefix,
    enableOfflineQueue: true,
    clusterRetryStrategy: retryStrategy,
    redisOptions: { ...redisOptions, ...ofNodes, keyPrefix },
  });
}

/** Remembers the last trouble of a connection until it works again. */
function watchTrouble(redis: OwnRedis): () => unknown {
  let last: unknown;
  redis.on('error', (error) => {
    last = error;
  });
  redis.on('ready', () => {
    last = undefined;
  });
  return () => last;
}

/** Waits for Redis, but not for ever. */
interface RedisWaits {
  /**
   * @throws QueueError when the work fails or takes longer; it is retryable, except where Redis refuses it for a
   * reason that lasts, such as a wrong password.
   */
  within<T>(limitMs: number, work: Promise<T>): Promise<T>;
}

/**
 * @param lastTrouble What the connection has had trouble with and not overcome: BullMQ holds commands back until
 * Redis lets the connection in, so why it does not is known only from there.
 */
function createRedisWaits(queue: string, lastTrouble: () => unknown): RedisWaits {
  const refused = (error: unknown): QueueError | undefined => {
    const refusal = readRedisRefusal(error);
    if (!refusal) return undefined;
    const message = `The Redis of the queue ${queue} ${refusal.message}.`;
    return new QueueError(message, { isRetryable: refusal.passes, cause: bareCause(error) });
  };
  const outOfReach = (reason: string, cause?: Error): QueueError =>
    new QueueError(`The queue ${queue} cannot be reached: ${reason}`, { isRetryable: true, cause });

  return {
    within: (limitMs, work) =>
      new Promise((resolve, reject) => {
        const fail = (error: unknown): void =>
          reject(refused(error) ?? refused(lastTrouble()) ?? outOfReach(bareMessage(error), bareCause(error)));
        const giveUp = (): void => {
          const reason = `Redis gave no answer within ${limitMs} ms; it may still do what it was asked`;
          reject(refused(lastTrouble()) ?? outOfReach(reason));
        };
        const cancel = systemClock.setTimer(giveUp, limitMs);
        work.then(resolve, fail).finally(cancel);
      }),
  };
}

/**
 * Removes a job from the failed ones and then all of its keys, in one step: BullMQ's own `remove` would also take a
 * job that somebody has queued again meanwhile.
 */
const discardScript = `
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('DEL', unpack(KEYS, 2))
return 1`;

/** What BullMQ keeps about a job, behind the job's own key. */
const suffixes = ['', ':logs', ':dependencies', ':processed', ':failed', ':unsuccessful'];

/**
 * Throws a dead letter away.
 *
 * @param toKey Makes the name of one of the queue's keys in Redis, as BullMQ does.
 * @returns `false` where it is none.
 */
async function discardDeadLetter(redis: OwnRedis, toKey: (suffix: string) => string, id: string): Promise<boolean> {
  const keys = [toKey('failed'), ...suffixes.map((suffix) => toKey(`${id}${suffix}`))];
  return (await redis.eval(discardScript, keys.length, ...keys, id)) === 1;
}

/** Asks Redis how the queue stands. */
async function readStats(queue: Queue<StoredJob>, reporter: QueueReporter): Promise<QueueStats> {
  const [counts, interactive, background] = await Promise.all([
    queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active', 'failed'),
    queue.getJobs(['waiting'], 0, 0, true),
    queue.getJobs(['prioritized'], 0, 0, true),
  ]);
  const { waiting = 0, prioritized = 0, delayed = 0, active = 0, failed: dead = 0 } = counts;
  const nowMs = Date.now();
  const ages = [...interactive, ...background].map((job) => Math.max(0, nowMs - dueAt(job)));
  return {
    waiting: waiting + prioritized,
    ...{ delayed, active, dead },
    oldestWaitingMs: ages.length === 0 ? null : Math.max(...ages),
    processingMs: reporter.processingMs(),
  };
}

/** When a waiting job became due. Of one that comes again BullMQ knows only when it started last. */
function dueAt({ timestamp, processedOn, opts, data, attemptsMade }: BullJob<StoredJob>): number {
  if (processedOn === undefined) return timestamp + (opts.delay ?? 0);
  return processedOn + (data.retryDelaysMs[attemptsMade - 1] ?? 0);
}
