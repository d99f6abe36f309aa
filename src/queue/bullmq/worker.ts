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
    // BullMQ accepts any ioredis at run time, but its types only accept one version.
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
    reporter.logger?.warn({ queue: name, id }, 'a job lost its worker; it will run again, with the same attempt');
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

/** The wait after this number of attempts. */
function nextDelayMs(attemptsMade: number, _type?: string, _error?: Error, job?: { readonly data: StoredJob }): number {
  return job?.data?.retryDelaysMs?.[attemptsMade - 1] ?? 0;
}

/** Milliseconds until a job checks again whether the one with its key is still running. */
const busyPauseMs = 250;

const clock = systemClock;

/** What a worker shares with its queue. */
interface WorkerContext {
  readonly queue: string;
  readonly handlers: JobHandlers;
  /** Stops each running job. */
  readonly running: Map<string, AbortController>;
  /** Aborted when the queue closes and the grace period is over. */
  readonly stopping: AbortSignal;
  readonly keys: DedupeKeys;
  readonly reporter: QueueReporter;
}

/**
 * Runs one of BullMQ's jobs. Returns when it is done; throws `JobFailure` if the attempt failed, and BullMQ's
 * `DelayedError` if the job was moved, which does not count as an attempt.
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
    // Regardless of its options: a retry would find the same data.
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
  // A waiting worker can get one more job when it closes, often the one it has just returned.
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

/** Moves a job and tells BullMQ to leave it there. */
async function moved(worker: WorkerContext, bull: BullJob, move: () => Promise<void>): Promise<never> {
  await orStall(worker, bull, move);
  throw new DelayedError();
}

/** If Redis fails, the job loses its lock and runs again like that of a dead worker, without losing an attempt. */
async function orStall<T>({ queue, reporter }: WorkerContext, bull: BullJob, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fields = { queue, id: bull.id, jobType: bull.name, error: describeFailure(error) };
    reporter.logger?.warn(fields, 'Redis failed a command for a job; the job will run again when its lock expires');
    throw new DelayedError();
  }
}

/** Only known for a job that starts for the first time. */
function waitedMs({ attemptsStarted, processedOn, timestamp, opts }: BullJob): number | null {
  if (attemptsStarted > 1 || processedOn === undefined) return null;
  return Math.max(0, processedOn - timestamp - (opts.delay ?? 0));
}

/**
 * A job starts. If another one with its key is running, as its lock shows, the job must wait. Otherwise it marks the
 * key as running, and later jobs with the key are not merged into it, all in one step. So a job that was queued before
 * this step is covered by the handler that starts after it, and one queued later runs separately.
 */
const startScript = `
local other = redis.call('GET', KEYS[1])
if other and other ~= ARGV[1] and redis.call('EXISTS', ARGV[2] .. other .. ':lock') == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

/** A job waits again: if no other job holds its key, later ones are merged into it. Does nothing if it already runs. */
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

/** Dedupe keys. BullMQ's own ones last from `add` to the end of the job, which is too long. */
export class DedupeKeys {
  readonly #redis: OwnRedis;
  readonly #toKey: (suffix: string) => string;

  /** @param toKey Returns the name of one of the queue's keys in Redis, as BullMQ names it. */
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

/** Logs the connection's errors, each message once per half minute: without Redis it repeats ten times per second. */
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
