import type { EnqueuedJob, JobDraft, JobHandler, JobQueue } from 'shopwright/queue';

/** A queue in the memory of one process, whose jobs are done one by one when the test says so. */
export interface HandQueue extends JobQueue {
  /** Does the next job whose key no job runs for; `false` where there is none. Rejects as the handler does. */
  run(): Promise<boolean>;
}

const unused = (): never => {
  throw new Error('not needed here');
};

/** Makes a queue with the promises of a `JobQueue` on keys: folded while one waits, never two at a time. */
export function handQueue(): HandQueue {
  const waiting: JobDraft[] = [];
  const running = new Set<string | undefined>();
  let handle: JobHandler = async () => undefined;
  return {
    name: 'by-hand',
    async enqueue(job): Promise<EnqueuedJob> {
      const isNew = !waiting.some(({ key }) => key === job.key);
      if (isNew) waiting.push(job);
      return { id: job.key ?? '', isNew };
    },
    process(_type, handler) {
      handle = handler;
    },
    async run() {
      const at = waiting.findIndex(({ key }) => !running.has(key));
      const [draft] = at < 0 ? [] : waiting.splice(at, 1);
      if (!draft) return false;
      const { type, key = '', payload } = draft;
      running.add(key);
      try {
        const job = { id: key, type, payload, key, priority: 'background', enqueuedAt: 0 } as const;
        await handle({ job, attempt: 1, signal: new AbortController().signal, idempotencyKey: key });
      } finally {
        running.delete(key);
      }
      return true;
    },
    stats: unused,
    deadJobs: unused,
    requeue: unused,
    discard: unused,
    drain: unused,
    close: unused,
  };
}
