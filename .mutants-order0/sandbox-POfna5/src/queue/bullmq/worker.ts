// @ts-nocheck
import { type Job as BullJob, type ConnectionOptions, DelayedError, UnrecoverableError, Worker } from 'bullmq';
import { lockLost } from '../../errors/errors.ts';
import { gracePeriodMs } from '../../internal/abort.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { JobHandlers } from '../attempt.ts';
import { type QueueReporter, runAttempt, unknownJobPauseMs } from '../attempt.ts';
import { deriveIdempotencyKey, describeFailure } from '../job.ts';
import type { BullmqQueueSettings, OwnRedis } from './settings.ts';
import {
  deduplicationId,
  foreignFailure,
  idOf,
  isForeign,
  isOfNewerVersion,
  JobFailure,
  jobOf,
  type StoredJob,
} from './stored-job.ts';

/** Starts the worker of this process. */
export function startWorker(
  redis: OwnRedis,
  { name, prefix, concurrency, lockDurationMs, maxStalledCount }: BullmqQueueSettings,
  context: WorkerContext,
  onError: (error: Error) => void,
): Worker<StoredJob> {
  const { keys, reporter, running } = context;
  const worker = new Worker<StoredJob>(name, (job, token = '') => processJob(job, token, context), {
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
    if (!job || isOfNewerVersion(job) || isForeign(job)) return;
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
  return job?.data?.retryDelaysMs?.[attemptsMade - 1] ?? 0;
}

/** Milliseconds until a job looks again whether the one with its key still runs. */
const busyPauseMs = 250;

const clock = systemClock;

/** What a worker shares with its queue. */
interface WorkerContext {
  readonly queue: string;
  readonly handlers: JobHandlers;
  /** What stops each running job. */
  readonly running: Map<string, AbortController>;
  /** Aborted when the queue closes and waits no longer. */
  readonly stopping: AbortSignal;
  readonly keys: DedupeKeys;
  readonly reporter: QueueReporter;
}

/**
 * Does one job as BullMQ hands it over. Returns when it is done; throws `JobFailure` when the attempt failed, and
 * BullMQ's `DelayedError` when the job has been moved, which counts no attempt.
 */
async function processJob(bull: BullJob<StoredJob>, token: string, worker: WorkerContext): Promise<void> {
  const { queue, handlers, running, stopping, keys, reporter } = worker;
  const [id, type, attempt] = [idOf(bull), bull.name, bull.attemptsMade + 1];

  const comeBackIn = (delayMs: number): Promise<void> => bull.moveToDelayed(clock.now() + delayMs, token);
  if (isOfNewerVersion(bull)) {
    reporter.newerFormat(type, bull.data.format);
    return moved(worker, bull, () => comeBackIn(unknownJobPauseMs));
  }
  if (isForeign(bull)) {
    reporter.logger?.error({ queue, id, jobType: type }, `a job cannot be read: ${foreignFailure.message}`);
    // Whatever its own options say: it will be no other the next time.
    throw new UnrecoverableError(`${foreignFailure.code}: ${foreignFailure.message}`);
  }
  const { key, timeoutMs, retryDelaysMs } = bull.data;
  const keyed = key === null ? undefined : { id, type, key };
  const mayStart = async (): Promise<boolean> => !keyed || keys.start(keyed, timeoutMs + 2 * gracePeriodMs);

  const handler = handlers.get(type);
  if (!handler) reporter.unknownType(type);
  if (!handler) return moved(worker, bull, () => comeBackIn(unknownJobPauseMs));
  if (!(await orStall(worker, bull, mayStart))) return moved(worker, bull, () => comeBackIn(busyPauseMs));

  const stop = new AbortController();
  running.set(id, stop);
  // A worker that waits for jobs can get one more when it is told to close; often the very one that it has given back.
  if (stopping.aborted) stop.abort(stopping.reason);
  const startMs = clock.monotonic();
  const context = {
    job: jobOf(bull),
    attempt,
    trace: bull.data.trace ?? null,
    idempotencyKey: bull.data.idempotencyKey ?? deriveIdempotencyKey(queue, id),
  };
  const span = reporter.begin(context);
  const result = await runAttempt({ handler, context, timeoutMs, stop: stop.signal, clock, span });
  if (running.get(id) === stop) running.delete(id);
  const ended = { id, type, attempt, durationMs: clock.monotonic() - startMs, waitedMs: waitedMs(bull) };

  if (result.kind === 'failed') {
    const error = describeFailure(result.error);
    reporter.ended({ ...ended, outcome: attempt > retryDelaysMs.length ? 'dead' : 'failed', error }, span);
    throw new JobFailure(error);
  }
  reporter.ended({ ...ended, outcome: result.kind, error: null }, span);
  if (result.kind === 'done') return;
  return moved(worker, bull, async () => {
    if (result.kind === 'deferred') await comeBackIn(result.delayMs);
    else await bull.moveToWait(token);
    if (keyed) await keys.hold(keyed);
  });
}

/** Moves a job, and has BullMQ leave it there. */
async function moved(worker: WorkerContext, bull: BullJob, move: () => Promise<void>): Promise<never> {
  await orStall(worker, bull, move);
  throw new DelayedError();
}

/** Where Redis fails, the job loses its lock, and comes back as that of a dead worker does: no attempt is lost. */
async function orStall<T>({ queue, reporter }: WorkerContext, bull: BullJob, work: () => Promise<T>): Promise<T> {
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

/** A job and its key. */
interface KeyedJob {
  readonly id: string;
  readonly type: string;
  readonly key: string;
}

/** Dedupe keys, where BullMQ's own ones do not go far enough: they last from `add` to the end of the job. */
export class DedupeKeys {
  readonly #redis: OwnRedis;
  readonly #toKey: (suffix: string) => string;

  /** @param toKey Makes the name of one of the queue's keys in Redis, as BullMQ does. */
  constructor(redis: OwnRedis, toKey: (suffix: string) => string) {
    this.#redis = redis;
    this.#toKey = toKey;
  }

  /** Whether the job can start. */
  async start({ id, type, key }: KeyedJob, longestMs: number): Promise<boolean> {
    const toKey = this.#toKey;
    const name = deduplicationId(type, key);
    const keys = [toKey(`running:${name}`), toKey(`de:${name}`)];
    return (await this.#redis.eval(startScript, keys.length, ...keys, id, toKey(''), Math.ceil(longestMs))) === 1;
  }

  /** The job waits again. */
  async hold({ id, type, key }: KeyedJob): Promise<void> {
    const keys = ['delayed', 'prioritized', 'wait', `de:${deduplicationId(type, key)}`].map(this.#toKey);
    await this.#redis.eval(holdScript, keys.length, ...keys, id);
  }
}

/** Milliseconds for which the same message is not logged again. */
const quietMs = 30_000;

const mostKinds = 100;

/** Logs the errors of the connection; each message once in half a minute, since a lost Redis repeats it ten times a second. */
export function createErrorLog(queue: string, clock: Clock, logger: Logger | undefined): (error: unknown) => void {
  const loggedMs = new Map<string, number>();
  return (error) => {
    const failure = describeFailure(error);
    const last = loggedMs.get(failure.message);
    if (last !== undefined && clock.monotonic() - last < quietMs) return;
    if (loggedMs.size >= mostKinds) loggedMs.clear();
    loggedMs.set(failure.message, clock.monotonic());
    logger?.error({ queue, error: failure }, 'the queue has trouble with Redis');
  };
}
