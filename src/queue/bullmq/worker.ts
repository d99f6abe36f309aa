import { createHash } from 'node:crypto';
import { type Job as BullJob, type ConnectionOptions, DelayedError, type JobsOptions, Worker } from 'bullmq';
import { lockLost } from '../../errors/errors.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import type { DeadJob, Job, JobHandler } from '../../ports/job-queue.ts';
import type { Logger } from '../../ports/logger.ts';
import { lastWordsMs, type QueueReporter, runAttempt, unknownTypePauseMs } from '../attempt.ts';
import { dedupeName, deriveIdempotencyKey, describeFailure, type QueuedJob } from '../job.ts';
import type { BullmqQueueSettings, OwnRedis, StoredJob } from './settings.ts';

/** Starts what does the jobs of this process. */
export function startWorker(
  redis: OwnRedis,
  { name, prefix, concurrency, lockDurationMs, maxStalledCount }: BullmqQueueSettings,
  place: WorkPlace,
  onError: (error: Error) => void,
): Worker<StoredJob> {
  const { keys, reporter, running } = place;
  const worker = new Worker<StoredJob>(name, (job, token = '') => processJob(job, token, place), {
    // BullMQ knows ioredis by its shape, and its types by those of one version.
    connection: redis as ConnectionOptions,
    ...{ prefix, concurrency, maxStalledCount },
    lockDuration: lockDurationMs,
    stalledInterval: lockDurationMs,
    settings: { backoffStrategy: nextDelayMs },
  });
  worker.on('error', onError);
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) running.get(id)?.abort(lockLost(`job ${id}`));
  });
  worker.on('stalled', (id) => {
    reporter.logger?.warn({ queue: name, id }, 'a job has lost its worker; it comes again, with the same attempt');
  });
  worker.on('failed', (job, error) => {
    if (!job) return;
    const [id, type, { key }] = [idOf(job), job.name, job.data];
    const isDead = job.finishedOn !== undefined;
    if (!isDead && key !== null) keys.hold({ id, type, key }).catch(onError);
    if (!isDead || error instanceof JobFailure) return;
    const failure = describeFailure(error);
    const attempt = { id, type, attempt: job.attemptsMade, durationMs: 0, waitedMs: null };
    reporter.ended({ ...attempt, outcome: 'dead', error: failure });
  });
  return worker;
}

/** The wait before the attempt that follows so many. */
function nextDelayMs(attemptsMade: number, _type?: string, _error?: Error, job?: { readonly data: StoredJob }): number {
  return job?.data.retryDelaysMs[attemptsMade - 1] ?? 0;
}

/** Milliseconds until a job looks again whether the one with its key still runs. */
const busyPauseMs = 250;

const clock = systemClock;

/** What a worker knows. */
interface WorkPlace {
  readonly queue: string;
  readonly handlers: ReadonlyMap<string, JobHandler>;
  /** What stops each running job. */
  readonly running: Map<string, AbortController>;
  /** Aborted when the queue closes and does not wait longer. */
  readonly stopping: AbortSignal;
  readonly keys: SharedKeys;
  readonly reporter: QueueReporter;
}

/**
 * Does one job as BullMQ hands it over. Returns when it is done; throws `JobFailure` when the attempt failed, and
 * BullMQ's `DelayedError` when the job has been moved, which counts no attempt.
 */
async function processJob(bull: BullJob<StoredJob>, token: string, place: WorkPlace): Promise<void> {
  const { queue, handlers, running, stopping, keys, reporter } = place;
  const { key, timeoutMs, retryDelaysMs } = bull.data;
  const [id, type, attempt] = [idOf(bull), bull.name, bull.attemptsMade + 1];
  const keyed = key === null ? undefined : { id, type, key };

  const comeBackIn = (delayMs: number): Promise<void> => bull.moveToDelayed(clock.now() + delayMs, token);
  const mayStart = async (): Promise<boolean> => !keyed || keys.start(keyed, timeoutMs + 2 * lastWordsMs);

  const handler = handlers.get(type);
  if (!handler) reporter.unknownType(type);
  if (!handler) return moved(place, bull, () => comeBackIn(unknownTypePauseMs));
  if (!(await orStall(place, bull, mayStart))) return moved(place, bull, () => comeBackIn(busyPauseMs));

  const stop = new AbortController();
  running.set(id, stop);
  // A worker that waits for jobs can get one more when it is told to close; often the very one that it has given back.
  if (stopping.aborted) stop.abort(stopping.reason);
  const startMs = clock.monotonic();
  const context = {
    job: jobOf(bull),
    attempt,
    idempotencyKey: bull.data.idempotencyKey ?? deriveIdempotencyKey(queue, id),
  };
  const result = await runAttempt({ handler, context, timeoutMs, stop: stop.signal, clock });
  if (running.get(id) === stop) running.delete(id);
  const ended = { id, type, attempt, durationMs: clock.monotonic() - startMs, waitedMs: waitedMs(bull) };

  if (result.kind === 'failed') {
    const error = describeFailure(result.error);
    reporter.ended({ ...ended, outcome: attempt > retryDelaysMs.length ? 'dead' : 'failed', error });
    throw new JobFailure(error);
  }
  reporter.ended({ ...ended, outcome: result.kind, error: null });
  if (result.kind === 'done') return;
  return moved(place, bull, async () => {
    if (result.kind === 'deferred') await comeBackIn(result.delayMs);
    else await bull.moveToWait(token);
    if (keyed) await keys.hold(keyed);
  });
}

/** Moves a job, and has BullMQ leave it there. */
async function moved(place: WorkPlace, bull: BullJob, move: () => Promise<void>): Promise<never> {
  await orStall(place, bull, move);
  throw new DelayedError();
}

/** Where Redis fails, the job loses its lock, and comes back as that of a dead worker does: no attempt is lost. */
async function orStall<T>({ queue, reporter }: WorkPlace, bull: BullJob, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fields = { queue, id: bull.id, jobType: bull.name, error: describeFailure(error) };
    reporter.logger?.warn(fields, 'Redis did not do what a job needs; the job comes back when its lock has run out');
    throw new DelayedError();
  }
}

/** Known for a job that starts for the first time only. */
function waitedMs({ attemptsStarted, processedOn, timestamp, opts }: BullJob): number | null {
  if (attemptsStarted > 1 || processedOn === undefined) return null;
  return Math.max(0, processedOn - timestamp - (opts.delay ?? 0));
}

/** What BullMQ is given of a failed attempt: it keeps the message, and would keep a stack with whatever is in it. */
class JobFailure extends Error {
  override readonly name = 'JobFailure';

  constructor({ code, message }: DeadJob['error']) {
    super(`${code}: ${message}`);
  }
}

/** Reads the error of a failed attempt back; BullMQ's own reasons have no code. */
export function readFailure(reason: string | undefined): DeadJob['error'] {
  const [, code = 'UNKNOWN', message = reason ?? ''] = /^([A-Z_]+): ([\s\S]*)$/.exec(reason ?? '') ?? [];
  return { code, message };
}

/** BullMQ's priorities: jobs without one come first. */
const backgroundPriority = 1;

/** A job as BullMQ is to keep it. */
export function storedJob(job: QueuedJob): StoredJob {
  const { key, retryDelaysMs, timeoutMs, idempotencyKey } = job;
  return { payload: JSON.parse(job.payload), key, retryDelaysMs, timeoutMs, idempotencyKey };
}

/** How BullMQ is to treat a job. */
export function optionsOf(job: QueuedJob, id: string, maxDeadJobs: number, keys: SharedKeys): JobsOptions {
  return {
    jobId: id,
    delay: job.delayMs,
    attempts: job.retryDelaysMs.length + 1,
    backoff: { type: 'custom' },
    removeOnComplete: true,
    removeOnFail: { count: maxDeadJobs },
    stackTraceLimit: 0,
    ...(job.priority === 'background' && { priority: backgroundPriority }),
    ...(job.key !== null && { deduplication: { id: keys.deduplicationId(job.type, job.key) } }),
  };
}

/** BullMQ's job as handlers see it. */
function jobOf(bull: BullJob<StoredJob>): Job {
  const { payload, key } = bull.data;
  const priority = bull.opts.priority === backgroundPriority ? 'background' : 'interactive';
  return { id: idOf(bull), type: bull.name, payload, key, priority, enqueuedAt: bull.timestamp };
}

/** BullMQ's failed job as a dead letter. */
export function deadJobOf(bull: BullJob<StoredJob>): DeadJob {
  const failedAt = bull.finishedOn ?? bull.timestamp;
  return { ...jobOf(bull), attempts: bull.attemptsMade, error: readFailure(bull.failedReason), failedAt };
}

/** BullMQ's types leave the id open, which a job in a queue always has. */
const idOf = (bull: BullJob): string => bull.id ?? '';

/** BullMQ's field for how often a job has lost its worker. */
const stalledCount = 'stc';

/**
 * Lets a job lose as many workers again as a new one. BullMQ counts them for as long as the job lives, also where it
 * was a dead letter in between.
 *
 * @param key Name of the job's key in Redis.
 */
export async function forgetStalls(redis: OwnRedis, key: string): Promise<void> {
  await redis.hdel(key, stalledCount);
}

/**
 * A job starts. Where another one with its key runs, which its lock shows, it must wait; else it marks the key as
 * its own, and further jobs with the key are not folded into it any more, all in one step. So a job queued before
 * this step is covered by the handler that starts after it, and one queued after it is a job of its own.
 */
const startScript = `
local other = redis.call('GET', KEYS[1])
if other and other ~= ARGV[1] and redis.call('EXISTS', ARGV[2] .. other .. ':lock') == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

/** A job waits again: where no other job has its key, further ones are folded into it. Not if it runs by now. */
const holdScript = `
if redis.call('ZSCORE', KEYS[1], ARGV[1]) or redis.call('ZSCORE', KEYS[2], ARGV[1]) or redis.call('LPOS', KEYS[3], ARGV[1]) then
  redis.call('SET', KEYS[4], ARGV[1], 'NX')
end
return 1`;

/** Dedupe keys, where BullMQ's own ones do not go far enough: they last from `add` to the end of the job. */
interface SharedKeys {
  /** BullMQ's deduplication id for a type and key. */
  deduplicationId(type: string, key: string): string;
  /** Whether the job can start. */
  start(job: KeyedJob, longestMs: number): Promise<boolean>;
  /** The job waits again. */
  hold(job: KeyedJob): Promise<void>;
}

/** A job and its key. */
interface KeyedJob {
  readonly id: string;
  readonly type: string;
  readonly key: string;
}

/** @param toKey Makes the name of one of the queue's keys in Redis, as BullMQ does. */
export function createSharedKeys(redis: OwnRedis, toKey: (suffix: string) => string): SharedKeys {
  const idOf = (type: string, key: string): string =>
    createHash('sha256').update(dedupeName(type, key)).digest('base64url');
  return {
    deduplicationId: idOf,
    async start({ id, type, key }, longestMs) {
      const name = idOf(type, key);
      const keys = [toKey(`running:${name}`), toKey(`de:${name}`)];
      return (await redis.eval(startScript, keys.length, ...keys, id, toKey(''), Math.ceil(longestMs))) === 1;
    },
    async hold({ id, type, key }) {
      const keys = ['delayed', 'prioritized', 'wait', `de:${idOf(type, key)}`].map(toKey);
      await redis.eval(holdScript, keys.length, ...keys, id);
    },
  };
}

const quietMs = 30_000;

const mostKinds = 100;

/** Logs what the connection says; each thing once in half a minute, since a lost Redis says it ten times a second. */
export function createErrorLog(queue: string, clock: Clock, logger: Logger | undefined): (error: unknown) => void {
  const toldMs = new Map<string, number>();
  return (error) => {
    const failure = describeFailure(error);
    const last = toldMs.get(failure.message);
    if (last !== undefined && clock.monotonic() - last < quietMs) return;
    if (toldMs.size >= mostKinds) toldMs.clear();
    toldMs.set(failure.message, clock.monotonic());
    logger?.error({ queue, error: failure }, 'the queue has trouble with Redis');
  };
}
