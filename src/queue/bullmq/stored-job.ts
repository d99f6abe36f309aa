import type { Job as BullJob, JobsOptions } from 'bullmq';
import type { DeadJob, Job } from '../../ports/job-queue.ts';
import type { QueuedJob } from '../job.ts';
import { readFailure } from './job-failure.ts';
import type { SharedKeys } from './keys.ts';
import type { StoredJob } from './settings.ts';

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
export function jobOf(bull: BullJob<StoredJob>): Job {
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
export const idOf = (bull: BullJob): string => bull.id ?? '';
