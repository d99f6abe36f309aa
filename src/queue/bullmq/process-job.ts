import { type Job as BullJob, DelayedError } from 'bullmq';
import { systemClock } from '../../internal/clock.ts';
import type { JobHandler } from '../../ports/job-queue.ts';
import { lastWordsMs, runAttempt } from '../attempt.ts';
import { describeFailure } from '../failure.ts';
import { deriveIdempotencyKey } from '../idempotency-key.ts';
import { type QueueReporter, unknownTypePauseMs } from '../reporter.ts';
import { JobFailure } from './job-failure.ts';
import type { SharedKeys } from './keys.ts';
import type { StoredJob } from './settings.ts';
import { idOf, jobOf } from './stored-job.ts';

/** Milliseconds until a job looks again whether the one with its key still runs. */
const busyPauseMs = 250;

const clock = systemClock;

/** What a worker knows. */
export interface WorkPlace {
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
export async function processJob(bull: BullJob<StoredJob>, token: string, place: WorkPlace): Promise<void> {
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
    if (result.kind === 'put-off') await comeBackIn(result.delayMs);
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
