import { type ConnectionOptions, Worker } from 'bullmq';
import { LockLostError } from '../../errors/errors.ts';
import { describeFailure } from '../failure.ts';
import { JobFailure } from './job-failure.ts';
import type { BullmqQueueSettings } from './options.ts';
import { processJob, type WorkPlace } from './process-job.ts';
import type { OwnRedis, StoredJob } from './settings.ts';
import { idOf } from './stored-job.ts';

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
    for (const id of ids) running.get(id)?.abort(new LockLostError(`job ${id}`));
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
