import { randomUUID } from 'node:crypto';
import { type Job as BullJob, type ConnectionOptions, Queue, type Worker } from 'bullmq';
import { QueueError } from '../../errors/errors.ts';
import { boundedWait, gracePeriodMs, sleep } from '../../internal/abort.ts';
import { systemClock } from '../../internal/clock.ts';
import { bareCause, bareMessage } from '../../internal/redact.ts';
import { readRedisRefusal } from '../../internal/redis-refusal.ts';
import type { JobQueue, QueueStats } from '../../ports/job-queue.ts';
import { JobHandlers, QueueReporter } from '../attempt.ts';
import { checkQueueOptions, closingGrace, deadJobPage, describeFailure, prepareJob } from '../job.ts';
import { type BullmqQueueOptions, bullmqQueueSettings, type OwnRedis, type RedisToCopy } from './settings.ts';
import {
  damagedDeadJob,
  deadJobOf,
  isForeign,
  isOfNewerVersion,
  optionsOf,
  type StoredJob,
  storedJob,
} from './stored-job.ts';
import { createErrorLog, DedupeKeys, startWorker } from './worker.ts';

const drainPollMs = 100;

/** BullMQ's codes for a job that does not exist, or is not a dead letter. */
const goneCodes: readonly unknown[] = [-1, -3];

/**
 * Creates a queue in Redis, using BullMQ: jobs survive their process, and any number of processes can work on them.
 *
 * - `enqueue` resolves when Redis has the job; its durability depends on Redis's own persistence. While Redis is down,
 *   it fails with a `QueueError`; workers wait, and continue when it is back.
 * - The jobs of a dead process run again within twice `lockDurationMs`, with the same attempt number and idempotency
 *   key. So do those of a process whose event loop was blocked for that long: a handler must be safe to repeat. A job
 *   that has lost more than `maxStalledCount` workers becomes a dead letter.
 * - `waiting`, `delayed`, `active` and `dead` in `stats()` cover all processes; `processingMs` only this one.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) if an option is invalid.
 *
 * @example
 * import { Redis } from 'ioredis';
 * const queue = bullmqQueue({ connection: new Redis(process.env.REDIS_URL ?? ''), concurrency: 4 });
 */
export function bullmqQueue(options: BullmqQueueOptions): JobQueue {
  const settings = bullmqQueueSettings(options);
  const { name, prefix, commandTimeoutMs } = settings;
  const reporter = new QueueReporter(name, systemClock, options);
  const onError = createErrorLog(name, systemClock, reporter.logger);
  const redis = openRedis(settings.connection);
  redis.on('error', onError);
  const queue = new Queue<StoredJob>(name, { connection: redis as ConnectionOptions, prefix });
  queue.on('error', onError);
  const toKey = (suffix: string): string => queue.toKey(suffix);
  const keys = new DedupeKeys(redis, toKey);
  const handlers = new JobHandlers(name);
  const running = new Map<string, AbortController>();
  const closing = new AbortController();
  const stopping = new AbortController();
  let worker: Worker<StoredJob> | undefined;
  let closed: Promise<void> | undefined;

  const lastError = watchErrors(redis);
  const within = <T>(limitMs: number, work: Promise<T>): Promise<T> => waitForRedis(name, lastError, limitMs, work);
  const ask = <T>(work: Promise<T>): Promise<T> => within(commandTimeoutMs, work);
  const throwIfClosed = (): void => {
    if (closed) throw new QueueError(`The queue ${name} is closed; create a new one.`);
  };

  const end = async (graceMs: number): Promise<void> => {
    const reason = new QueueError(`The queue ${name} closes.`, { isRetryable: true });
    closing.abort(reason);
    const cancel = systemClock.setTimer(() => {
      stopping.abort(reason);
      for (const stop of running.values()) stop.abort(reason);
    }, graceMs);
    try {
      // Without Redis, BullMQ waits forever.
      await within(graceMs + gracePeriodMs + commandTimeoutMs, Promise.resolve(worker?.close()));
      await ask(queue.close());
    } catch (error) {
      onError(error);
      // The worker's own connection would try to reach Redis forever, and keep the process alive.
      worker?.disconnect().catch(onError);
    } finally {
      cancel();
      redis.disconnect();
    }
  };
  const close: JobQueue['close'] = async (closeOptions = {}) => {
    const graceMs = closingGrace(closeOptions);
    closed ??= end(graceMs);
    return closed;
  };

  return {
    name,
    async enqueue(draft) {
      throwIfClosed();
      const job = prepareJob(draft, settings);
      const id = randomUUID();
      const bull = await ask(queue.add(job.type, storedJob(job), optionsOf(job, id, settings.maxDeadJobs)));
      return { id: bull.id ?? id, isNew: bull.id === id };
    },
    process(type, handler) {
      throwIfClosed();
      handlers.add(type, handler);
      worker ??= startWorker(
        redis,
        settings,
        { queue: name, handlers, running, stopping: stopping.signal, keys, reporter },
        onError,
      );
    },
    async stats() {
      throwIfClosed();
      return ask(readStats(queue, reporter));
    },
    async deadJobs(page = {}) {
      throwIfClosed();
      const { from, to } = deadJobPage(page);
      if (from === to) return [];
      const jobs = await ask(readDeadLetters(queue, from, to - 1));
      return jobs.map((job) => {
        if (typeof job === 'string') return damagedDeadJob(job);
        if (isOfNewerVersion(job)) reporter.newerFormat(job.name, job.data.format);
        return deadJobOf(job);
      });
    },
    async retry(id) {
      throwIfClosed();
      const bull = await ask(readJob(queue, id));
      if (typeof bull === 'string') {
        throw new QueueError(`The dead letter ${id} is damaged in Redis, and cannot be queued again; remove it.`);
      }
      if (bull?.finishedOn === undefined) return false;
      throwIfNewer(bull);
      await ask(forgetStalls(redis, toKey(id)));
      try {
        await ask(bull.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true }));
      } catch (error) {
        if (error instanceof QueueError && goneCodes.includes((error.cause as { code?: unknown })?.code)) return false;
        throw error;
      }
      const key = isForeign(bull) ? null : bull.data.key;
      if (key !== null) {
        await ask(keys.hold({ id, type: bull.name, key })).catch((error: unknown) =>
          // The job is already waiting again, so the retry itself has not failed.
          reporter.logger?.warn(
            { queue: name, id, error: describeFailure(error) },
            'a dead letter was queued again, but without its dedupe key while it waits',
          ),
        );
      }
      return true;
    },
    async remove(id) {
      throwIfClosed();
      const bull = await ask(readJob(queue, id));
      if (typeof bull === 'object') throwIfNewer(bull);
      return ask(removeDeadLetter(redis, toKey, id));
    },
    async drain(drainOptions = {}) {
      checkQueueOptions('drain', drainOptions, { signal: true });
      throwIfClosed();
      const { signal } = drainOptions;
      const either = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
      for (;;) {
        either.throwIfAborted();
        const { waiting, delayed, active } = await ask(readStats(queue, reporter));
        if (waiting + delayed + active === 0) return;
        await sleep(systemClock, drainPollMs, either);
      }
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

/** Milliseconds between two attempts to connect. */
const longestPauseMs = 2_000;

/** The settings that BullMQ needs, instead of those of the host's client. */
const ownSettings = {
  // A worker waits for Redis without limit. Commands that must not wait have their own time limit here.
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
  enableOfflineQueue: true,
  // A worker must reconnect by itself, so its connection never stops trying.
  retryStrategy: (times: number): number => Math.min(times * 100, longestPauseMs),
  // BullMQ refuses ioredis's prefix, because its scripts create key names.
  keyPrefix: '',
};

/** Opens a connection with the host's address and credentials. */
export function openRedis(host: RedisToCopy): OwnRedis {
  const duplicate = host.duplicate.bind(host) as (...overrides: unknown[]) => OwnRedis;
  if (!host.isCluster) return duplicate(ownSettings);
  const { redisOptions } = host.options as { readonly redisOptions?: object };
  const { retryStrategy, keyPrefix, ...ofNodes } = ownSettings;
  return duplicate([], {
    keyPrefix,
    enableOfflineQueue: true,
    clusterRetryStrategy: retryStrategy,
    redisOptions: { ...redisOptions, ...ofNodes, keyPrefix },
  });
}

/** Remembers the last error of a connection until it works again. */
function watchErrors(redis: OwnRedis): () => unknown {
  let last: unknown;
  redis.on('error', (error) => {
    last = error;
  });
  redis.on('ready', () => {
    last = undefined;
  });
  return () => last;
}

/** Distinguishes the end of a wait from other rejections. */
const timeIsUp = Symbol('time is up');

/**
 * Waits for Redis, with a limit.
 *
 * @param lastError Returns the present error of the connection: BullMQ holds commands back until the connection is
 * ready, so only the connection knows the reason.
 * @throws QueueError if the work fails or takes too long; it is retryable, unless Redis refuses it for a permanent
 * reason, such as a wrong password.
 */
async function waitForRedis<T>(
  queue: string,
  lastError: () => unknown,
  timeoutMs: number,
  work: Promise<T>,
): Promise<T> {
  try {
    return await boundedWait(work, { clock: systemClock, timeoutMs, onTimeout: () => timeIsUp });
  } catch (error) {
    const refused = refusal(queue, error) ?? refusal(queue, lastError());
    if (refused) throw refused;
    const isTimeout = error === timeIsUp;
    const reason = isTimeout
      ? `Redis did not respond within ${timeoutMs} ms; it may still execute the command`
      : bareMessage(error);
    const cause = isTimeout ? undefined : bareCause(error);
    throw new QueueError(`The queue ${queue} cannot be reached: ${reason}`, { isRetryable: true, cause });
  }
}

function refusal(queue: string, error: unknown): QueueError | undefined {
  const refused = readRedisRefusal(error);
  if (!refused) return undefined;
  return new QueueError(`The Redis of the queue ${queue} ${refused.message}.`, {
    isRetryable: refused.passes,
    cause: bareCause(error),
  });
}

/** A job stored by a newer version must not be changed. @throws QueueError */
function throwIfNewer(bull: BullJob<StoredJob>): void {
  if (!isOfNewerVersion(bull)) return;
  const { format } = bull.data;
  const message = `The dead letter ${bull.id} was stored in format ${format} by a newer version of shopwright; use that version.`;
  throw new QueueError(message);
}

/** BullMQ's field for how often a job has lost its worker. */
const stalledCount = 'stc';

/**
 * Resets the number of workers that a job has lost. BullMQ counts them over the job's whole life, even if it was a dead
 * letter in between.
 *
 * @param key Name of the job's key in Redis.
 */
async function forgetStalls(redis: OwnRedis, key: string): Promise<void> {
  await redis.hdel(key, stalledCount);
}

/**
 * Removes a job from the failed ones and then all of its keys, in one step. BullMQ's own `remove` would also remove a
 * job that was queued again meanwhile.
 */
const removeScript = `
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('DEL', unpack(KEYS, 2))
return 1`;

/** The suffixes of BullMQ's keys for a job. */
const suffixes = ['', ':logs', ':dependencies', ':processed', ':failed', ':unsuccessful'];

/**
 * Removes a dead letter.
 *
 * @param toKey Returns the name of one of the queue's keys in Redis, as BullMQ names it.
 * @returns `false` if it is not a dead letter.
 */
async function removeDeadLetter(redis: OwnRedis, toKey: (suffix: string) => string, id: string): Promise<boolean> {
  const keys = [toKey('failed'), ...suffixes.map((suffix) => toKey(`${id}${suffix}`))];
  return (await redis.eval(removeScript, keys.length, ...keys, id)) === 1;
}

/** Returns a job, or only its id if its text in Redis is damaged. */
async function readJob(queue: Queue<StoredJob>, id: string): Promise<BullJob<StoredJob> | string | undefined> {
  try {
    return await queue.getJob(id);
  } catch (error) {
    if (error instanceof SyntaxError) return id;
    throw error;
  }
}

/** Returns dead letters, the newest first, without those removed meanwhile. */
async function readDeadLetters(
  queue: Queue<StoredJob>,
  from: number,
  last: number,
): Promise<readonly (BullJob<StoredJob> | string)[]> {
  const ids = await queue.getRanges(['failed'], from, last);
  const jobs = await Promise.all(ids.map((id) => readJob(queue, id)));
  return jobs.filter((job) => job !== undefined && job !== null);
}

/** Reads the figures of the queue from Redis. */
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

/** When a waiting job became due. For a job that was tried before, BullMQ only knows when it last started. */
function dueAt({ timestamp, processedOn, opts, data, attemptsMade }: BullJob<StoredJob>): number {
  if (processedOn === undefined) return timestamp + (opts.delay ?? 0);
  return processedOn + (data?.retryDelaysMs?.[attemptsMade - 1] ?? 0);
}

/** The workers and waiting jobs of a queue. */
export interface QueueWork {
  /** Waiting jobs, including delayed ones. */
  readonly jobs: number;
  /** Connected workers of all processes. */
  readonly workers: number;
}

/**
 * Reads how many jobs and workers a queue has. Writes nothing.
 *
 * @param redis A client of ioredis. It stays open.
 */
export async function readQueueWork(redis: object, name: string, prefix: string): Promise<QueueWork> {
  // BullMQ accepts any ioredis at run time, but its types only accept one version.
  const connection = redis as ConnectionOptions;
  const queue = new Queue(name, { connection, prefix, skipMetasUpdate: true, skipVersionCheck: true });
  const failed = new Promise<never>((_resolve, reject) => queue.on('error', reject));
  try {
    const read = Promise.all([queue.getJobCounts('waiting', 'prioritized', 'delayed'), queue.getWorkersCount()]);
    const [counts, workers] = await Promise.race([read, failed]);
    return { jobs: Object.values(counts).reduce((sum, count) => sum + count, 0), workers };
  } finally {
    await queue.close();
  }
}
