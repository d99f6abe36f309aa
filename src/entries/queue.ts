export type {
  DeadJob,
  DeadJobOptions,
  EnqueuedJob,
  Job,
  JobContext,
  JobDraft,
  JobHandler,
  JobQueue,
  QueueStats,
} from '../ports/job-queue.ts';
export type { InProcessQueueOptions } from '../queue/in-process/in-process-queue.ts';
export { inProcessQueue } from '../queue/in-process/in-process-queue.ts';

export { type PutOff, putOff } from '../queue/job.ts';
