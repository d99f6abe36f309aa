import { createHash } from 'node:crypto';
import type { Job as BullJob, JobsOptions } from 'bullmq';
import type { DeadJob, Job } from '../../ports/job-queue.ts';
import { isNewerFormat } from '../defer.ts';
import { dedupeName, type QueuedJob } from '../job.ts';

/** Format of `StoredJob`. Raise it with every change that an older version would misread. */
const storedJobFormat = 1;

/** What BullMQ keeps of a job, as it shows in dashboards. A dead letter is the same job among BullMQ's failed ones. */
export interface StoredJob extends Pick<QueuedJob, 'key' | 'retryDelaysMs' | 'timeoutMs' | 'idempotencyKey'> {
  readonly format: number;
  readonly payload: unknown;
}

/** Whether a newer version of this package has stored the job. It is left alone. */
export function isOfNewerVersion({ data }: BullJob): boolean {
  return isNewerFormat(data, storedJobFormat);
}

/** BullMQ's priorities: jobs without one come first. */
const backgroundPriority = 1;

/** A job as BullMQ is to keep it. */
export function storedJob(job: QueuedJob): StoredJob {
  const { key, retryDelaysMs, timeoutMs, idempotencyKey } = job;
  return { format: storedJobFormat, payload: JSON.parse(job.payload), key, retryDelaysMs, timeoutMs, idempotencyKey };
}

/** BullMQ's options for a job. */
export function optionsOf(job: QueuedJob, id: string, maxDeadJobs: number): JobsOptions {
  return {
    jobId: id,
    delay: job.delayMs,
    attempts: job.retryDelaysMs.length + 1,
    backoff: { type: 'custom' },
    removeOnComplete: true,
    removeOnFail: { count: maxDeadJobs },
    stackTraceLimit: 0,
    ...(job.priority === 'background' && { priority: backgroundPriority }),
    ...(job.key !== null && { deduplication: { id: deduplicationId(job.type, job.key) } }),
  };
}

/** BullMQ's job as handlers see it. */
export function jobOf(bull: BullJob<StoredJob>): Job {
  const { payload, key } = bull.data;
  const priority = bull.opts.priority === backgroundPriority ? 'background' : 'interactive';
  return { id: idOf(bull), type: bull.name, payload, key, priority, enqueuedAt: bull.timestamp };
}

/** BullMQ's failed job as a dead letter. Of one that a newer version has stored, only what BullMQ itself knows is told. */
export function deadJobOf(bull: BullJob<StoredJob>): DeadJob {
  const [attempts, failedAt] = [bull.attemptsMade, bull.finishedOn ?? bull.timestamp];
  if (!isOfNewerVersion(bull)) return { ...jobOf(bull), attempts, error: readFailure(bull.failedReason), failedAt };
  const { format } = bull.data;
  const message = `stored in format ${format} by a newer version of shopwright, which this version does not read`;
  const error = { code: 'UNKNOWN', message };
  return { ...jobOf(bull), payload: null, key: null, attempts, error, failedAt };
}

/** BullMQ's types leave the id open, which a job in a queue always has. */
export const idOf = (bull: BullJob): string => bull.id ?? '';

/** BullMQ's deduplication id for a type and key. */
export function deduplicationId(type: string, key: string): string {
  return createHash('sha256').update(dedupeName(type, key)).digest('base64url');
}

/** What BullMQ is given of a failed attempt: it keeps the message, and would keep a stack with whatever is in it. */
export class JobFailure extends Error {
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
