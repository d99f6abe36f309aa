import { randomUUID } from 'node:crypto';
import { type ConnectionOptions, Queue, type Worker } from 'bullmq';
import { QueueError } from '../../errors/errors.ts';
import { systemClock } from '../../internal/clock.ts';
import { sleep } from '../../internal/sleep.ts';
import type { JobHandler, JobQueue } from '../../ports/job-queue.ts';
import { lastWordsMs } from '../attempt.ts';
import { deadJobPage } from '../dead-job-page.ts';
import { describeFailure } from '../failure.ts';
import { prepareJob } from '../job.ts';
import { createReporter } from '../reporter.ts';
import { openRedis, watchTrouble } from './connection.ts';
import { discardDeadLetter } from './discard.ts';
import { createErrorLog } from './error-log.ts';
import { createSharedKeys } from './keys.ts';
import { bullmqQueueSettings } from './options.ts';
import { readStats } from './read-stats.ts';
import type { BullmqQueueOptions, StoredJob } from './settings.ts';
import { forgetStalls } from './stalls.ts';
import { deadJobOf, optionsOf, storedJob } from './stored-job.ts';
import { createRedisWaits } from './within.ts';
import { startWorker } from './worker.ts';

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
    if (closed) throw new QueueError(`The queue ${name} is closed; make a new one.`, false);
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
    const reason = new QueueError(`The queue ${name} closes.`, true);
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
    async requeue(id) {
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
    async discard(id) {
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
