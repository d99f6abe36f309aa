// @ts-nocheck
export type {
  DeadJob,
  DeadJobOptions,
  EnqueuedJob,
  Job,
  JobContext,
  JobHandler,
  JobQueue,
  NewJob,
  QueueStats,
} from '../ports/job-queue.ts';
export { type Deferral, defer } from '../queue/defer.ts';
export type { InProcessQueueOptions } from '../queue/in-process/in-process-queue.ts';
export { inProcessQueue } from '../queue/in-process/in-process-queue.ts';
