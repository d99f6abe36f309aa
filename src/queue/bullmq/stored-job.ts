import { createHash } from 'node:crypto';
import type { Job as BullJob, JobsOptions } from 'bullmq';
import { isNewerFormat, isRecord } from '../../internal/json.ts';
import type { DeadJob, Job, TraceCarrier } from '../../ports/job-queue.ts';
import { areDelays, dedupeName, isTimeout, type QueuedJob } from '../job.ts';

/** Format of `StoredJob`. Raise it with every change that an older version would misread. */
const storedJobFormat = 1;

/** A job as stored by BullMQ and shown in its dashboards. A dead letter is the same job among BullMQ's failed ones. */
export interface StoredJob extends Pick<QueuedJob, 'key' | 'retryDelaysMs' | 'timeoutMs' | 'idempotencyKey'> {
  readonly format: number;
  readonly payload: unknown;
  /** The trace in which it was queued; omitted if there is none, or by versions without traces. */
  readonly trace?: TraceCarrier;
}

/** Whether a newer version of this package has stored the job, which is then left alone. */
export function isOfNewerVersion({ data }: BullJob): boolean {
  return isNewerFormat(data, storedJobFormat);
}

/** Whether a job was not stored by this package, or is damaged: other programs can write into the same queue. */
export function isForeign({ data }: BullJob): boolean {
  const stored: unknown = data;
  if (!isRecord(stored) || typeof stored['format'] !== 'number' || !Object.hasOwn(stored, 'payload')) return true;
  const { key, retryDelaysMs, timeoutMs } = stored;
  return !(key === null || typeof key === 'string') || !areDelays(retryDelaysMs) || !isTimeout(timeoutMs);
}

/** The error for a foreign job. */
export const foreignFailure: DeadJob['error'] = {
  code: 'QUEUE_FAILED',
  message: 'it was not queued by shopwright, or is damaged: nothing was done',
};

/** BullMQ's priorities: jobs without one come first. */
const backgroundPriority = 1;

/** The job to store in BullMQ. */
export function storedJob(job: QueuedJob): StoredJob {
  const { key, retryDelaysMs, timeoutMs, idempotencyKey, trace } = job;
  const stored = { payload: JSON.parse(job.payload), key, retryDelaysMs, timeoutMs, idempotencyKey };
  return { format: storedJobFormat, ...stored, ...(trace && { trace }) };
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
  return { id: idOf(bull), type: bull.name, payload, key, priority: priorityOf(bull), enqueuedAt: bull.timestamp };
}

/**
 * Converts BullMQ's failed job to a dead letter. One stored by a newer version only has what BullMQ itself knows.
 */
export function deadJobOf(bull: BullJob<StoredJob>): DeadJob {
  const [attempts, failedAt] = [bull.attemptsMade, bull.finishedOn ?? bull.timestamp];
  const error = readFailure(bull.failedReason);
  if (!isOfNewerVersion(bull)) {
    if (isForeign(bull)) return { ...unknownJob(bull), attempts, error, failedAt };
    return { ...jobOf(bull), attempts, error, failedAt };
  }
  const { format } = bull.data;
  const message = `stored in format ${format} by a newer version of shopwright, which this version does not read`;
  return { ...unknownJob(bull), attempts, error: { code: 'UNKNOWN', message }, failedAt };
}

/** A dead letter whose id is the only readable part. */
export function damagedDeadJob(id: string): DeadJob {
  const job = { id, type: 'unknown', payload: null, key: null, priority: 'background', enqueuedAt: 0 } as const;
  return { ...job, attempts: 0, error: foreignFailure, failedAt: 0 };
}

/** What BullMQ itself knows about a job whose data this version cannot read. */
function unknownJob(bull: BullJob): Job {
  const { name: type, timestamp: enqueuedAt } = bull;
  return { id: idOf(bull), type, payload: null, key: null, priority: priorityOf(bull), enqueuedAt };
}

const priorityOf = ({ opts }: BullJob): Job['priority'] =>
  opts.priority === backgroundPriority ? 'background' : 'interactive';

/** In BullMQ's types the id is optional, but a job in a queue always has one. */
export const idOf = (bull: BullJob): string => bull.id ?? '';

/** BullMQ's deduplication id for a type and key. */
export function deduplicationId(type: string, key: string): string {
  return createHash('sha256').update(dedupeName(type, key)).digest('base64url');
}

/** The error passed to BullMQ for a failed attempt. It has no stack, because BullMQ would store it. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';

  constructor({ code, message }: DeadJob['error']) {
    super(`${code}: ${message}`);
  }
}

/** Reads the stored error of a failed attempt. BullMQ's own reasons have no code. */
export function readFailure(reason: string | undefined): DeadJob['error'] {
  const [, code = 'UNKNOWN', message = reason ?? ''] = /^([A-Z_]+): ([\s\S]*)$/.exec(reason ?? '') ?? [];
  return { code, message };
}
