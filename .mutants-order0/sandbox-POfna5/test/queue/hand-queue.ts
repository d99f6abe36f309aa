// @ts-nocheck
import type { EnqueuedJob, JobHandler, JobQueue, NewJob } from 'shopwright/queue';

/** A queue in the memory of one process, whose jobs are done one by one when the test says so. */
export interface HandQueue extends JobQueue {
  /** Those that wait. */
  readonly jobs: NewJob[];
  /** Does the next job whose key no job runs for; `false` where there is none. Rejects as the handler does. */
  run(attempt?: number): Promise<boolean>;
}

const unused = (): never => {
  throw new Error('not needed here');
};

/**
 * Makes a queue with the promises of a `JobQueue` on keys: folded while one waits, never two at a time.
 *
 * @param folds `false`: it gives a job twice that was queued twice, as a queue may that lost its mind. Default `true`.
 */
export function handQueue({ folds = true } = {}): HandQueue {
  const jobs: NewJob[] = [];
  const running = new Set<string>();
  const handlers = new Map<string, JobHandler>();
  return {
    name: 'by-hand',
    jobs,
    async enqueue(job): Promise<EnqueuedJob> {
      const isNew = !folds || job.key === undefined || !jobs.some(({ key }) => key === job.key);
      if (isNew) jobs.push(JSON.parse(JSON.stringify(job)));
      return { id: job.key ?? '', isNew };
    },
    process(type, handler) {
      handlers.set(type, handler);
    },
    async run(attempt = 1) {
      const at = jobs.findIndex(({ key }) => key === undefined || !running.has(key));
      const [draft] = at < 0 ? [] : jobs.splice(at, 1);
      if (!draft) return false;
      const { type, key, payload } = draft;
      if (key !== undefined) running.add(key);
      try {
        const job = { id: key ?? '', type, payload, key: key ?? null, priority: 'background', enqueuedAt: 0 } as const;
        await handlers.get(type)?.({
          job,
          attempt,
          signal: new AbortController().signal,
          idempotencyKey: key ?? 'job',
        });
      } finally {
        if (key !== undefined) running.delete(key);
      }
      return true;
    },
    stats: unused,
    deadJobs: unused,
    retry: unused,
    remove: unused,
    drain: unused,
    close: unused,
    [Symbol.asyncDispose]: unused,
  };
}
