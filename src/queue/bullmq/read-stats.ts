import type { Job as BullJob, Queue } from 'bullmq';
import type { QueueStats } from '../../ports/job-queue.ts';
import type { QueueReporter } from '../reporter.ts';
import type { StoredJob } from './settings.ts';

/** Asks Redis how the queue stands. */
export async function readStats(queue: Queue<StoredJob>, reporter: QueueReporter): Promise<QueueStats> {
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

/** When a waiting job became due. Of one that comes again BullMQ knows only when it started last. */
function dueAt({ timestamp, processedOn, opts, data, attemptsMade }: BullJob<StoredJob>): number {
  if (processedOn === undefined) return timestamp + (opts.delay ?? 0);
  return processedOn + (data.retryDelaysMs[attemptsMade - 1] ?? 0);
}
