import type { JobContext, JobQueue } from '../../../ports/job-queue.ts';
import { longMs, type QueueBench, type QueueCase } from './harness.ts';

/** Runs the body with the same queue opened once more. */
async function withAnother({ another, end }: QueueBench, body: (other: JobQueue) => Promise<void>): Promise<void> {
  if (!another) throw new Error('The subject of a shared queue must have `another`.');
  const other = await another();
  try {
    await body(other);
  } finally {
    await end(other.close({ graceMs: 0 }));
  }
}

/** What holds between processes. */
export const sharedCases: readonly QueueCase[] = [
  {
    name: 'lets another process do what this one queues',
    check: (bench, expect) =>
      withAnother(bench, async (other) => {
        const seen: JobContext[] = [];
        other.process('work', async (context) => void seen.push(context));
        const { id } = await bench.add({ n: 1 });
        await bench.empty(other);
        expect(seen.map(({ job }) => [job.id, job.payload])).toEqual([[id, { n: 1 }]]);
      }),
  },
  {
    name: 'folds jobs of several processes into one by their key',
    check: (bench, expect) =>
      withAnother(bench, async (other) => {
        const draft = { type: 'work', payload: 1, key: 'k' };
        const jobs = await Promise.all([bench.queue, other].map((queue) => queue.enqueue(draft)));
        expect(jobs.filter(({ isNew }) => isNew).length).toBe(1);
      }),
  },
  {
    name: 'gives a running job of a closed process to another, with the same attempt and idempotency key',
    check: (bench, expect) =>
      withAnother(bench, async (other) => {
        const first = bench.watch(async ({ signal, attempt }) => {
          if (attempt === 1) throw new Error('again');
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          signal.throwIfAborted();
        });
        await bench.add('x', { retryDelaysMs: [0, longMs] });
        await bench.until(() => first.length === 2);
        await bench.end(bench.queue.close({ graceMs: 0 }));
        const second: JobContext[] = [];
        other.process('work', async (context) => void second.push(context));
        await bench.empty(other);
        expect(second.map(({ attempt }) => attempt)).toEqual([2]);
        expect(second[0]?.idempotencyKey).toBe(first[0]?.idempotencyKey);
      }),
  },
  {
    name: 'never runs two jobs with one key side by side in two processes',
    check: (bench, expect) =>
      withAnother(bench, async (other) => {
        const door = bench.gate();
        let running = 0;
        let most = 0;
        let done = 0;
        const handle = async (): Promise<void> => {
          running += 1;
          most = Math.max(most, running);
          await door.passed;
          running -= 1;
          done += 1;
        };
        bench.queue.process('work', handle);
        other.process('work', handle);
        await bench.add(1, { key: 'k' });
        await bench.until(() => running === 1);
        await other.enqueue({ type: 'work', payload: 2, key: 'k' });
        await bench.advance(60);
        door.open();
        await bench.empty(other);
        expect([most, done]).toEqual([1, 2]);
      }),
  },
];
