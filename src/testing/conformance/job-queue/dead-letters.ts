import { NetworkError } from '../../../errors/connection.ts';
import type { JobContext } from '../../../ports/job-queue.ts';
import type { QueueBench, QueueCase } from './harness.ts';

const once = { retryDelaysMs: [] };

/** Makes a dead letter, then lets the handler succeed. */
async function deadUntilNow({
  add,
  watch,
  empty,
}: QueueBench): Promise<{ readonly id: string; readonly seen: readonly JobContext[] }> {
  let isBroken = true;
  const seen = watch(() => {
    if (isBroken) throw new Error('no');
  });
  const { id } = await add(1, once);
  await empty();
  isBroken = false;
  return { id, seen };
}

/** What becomes of jobs whose last attempt failed. */
export const deadLetterCases: readonly QueueCase[] = [
  {
    name: 'keeps a job whose last attempt failed, with its error',
    async check({ add, watch, empty, queue }, expect) {
      watch(() => {
        throw new NetworkError('The connection broke.', true);
      });
      const { id } = await add({ product: 7 }, { ...once, key: 'k' });
      await empty();
      const [letter] = await queue.deadJobs();
      const { enqueuedAt, failedAt, ...rest } = letter ?? { enqueuedAt: 1, failedAt: 0 };
      const error = { code: 'NETWORK_ERROR', message: 'The connection broke.' };
      const job = { id, type: 'work', payload: { product: 7 }, key: 'k', priority: 'background' };
      expect(rest).toEqual({ ...job, attempts: 1, error });
      expect(failedAt >= enqueuedAt).toBe(true);
    },
  },
  {
    name: 'keeps no token of a failed job, in its error or in the log',
    async check({ add, watch, empty, queue, lines }, expect) {
      watch(() => {
        throw new Error('refused: shpat_c0ffee00c0ffee00');
      });
      await add(1, once);
      await empty();
      expect((await queue.deadJobs()).map(({ error }) => error)).toEqual([
        { code: 'UNKNOWN', message: 'refused: [redacted]' },
      ]);
      expect(lines.some((line) => line.includes('c0ffee'))).toBe(false);
    },
  },
  {
    name: 'lists the newest dead letters first, page by page',
    async check({ add, watch, empty, queue, advance }, expect) {
      watch(() => {
        throw new Error('no');
      });
      for (const number of [1, 2, 3]) {
        await add(number, once);
        await empty();
        await advance(5);
      }
      const page = async (limit: number, offset: number): Promise<readonly unknown[]> =>
        (await queue.deadJobs({ limit, offset })).map(({ payload }) => payload);
      expect([await page(2, 0), await page(2, 2), await page(2, 4)]).toEqual([[3, 2], [1], []]);
      expect([await page(0, 0), await page(-1, 0), await page(1, -5)]).toEqual([[], [], [3]]);
      expect((await queue.stats()).dead).toBe(3);
    },
  },
  {
    name: 'makes a dead letter a job again, with all its attempts and the same idempotency key',
    async check({ add, watch, empty, queue }, expect) {
      const seen = watch(() => {
        throw new Error('no');
      });
      const { id } = await add('x', { retryDelaysMs: [10], key: 'k', priority: 'interactive' });
      await empty();
      expect(await queue.requeue(id)).toBe(true);
      await empty();
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2]);
      expect(new Set(seen.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
      expect((await queue.deadJobs()).map((letter) => [letter.id, letter.attempts])).toEqual([[id, 2]]);
    },
  },
  {
    name: 'forgets a dead letter that was queued again and done',
    async check({ add, watch, empty, queue }, expect) {
      let isBroken = true;
      watch(() => {
        if (isBroken) throw new Error('no');
      });
      const { id } = await add(1, once);
      await empty();
      isBroken = false;
      expect(await queue.requeue(id)).toBe(true);
      await empty();
      expect([await queue.deadJobs(), await queue.requeue(id)]).toEqual([[], false]);
    },
  },
  {
    name: 'queues nothing again that is no dead letter',
    async check({ add, queue }, expect) {
      const { id } = await add(1);
      expect([await queue.requeue(id), await queue.requeue('nobody')]).toEqual([false, false]);
      expect((await queue.stats()).waiting).toBe(1);
    },
  },
  {
    name: 'throws a dead letter away, and no other',
    async check({ add, watch, empty, queue }, expect) {
      const seen = watch(() => {
        throw new Error('no');
      });
      const ids: string[] = [];
      for (const number of [1, 2, 3]) ids.push((await add(number, { ...once, key: `k${number}` })).id);
      await empty();
      const [first = '', second = '', third = ''] = ids;
      expect(await queue.discard(second)).toBe(true);
      expect((await queue.deadJobs()).map(({ id }) => id).sort()).toEqual([first, third].sort());
      expect((await queue.stats()).dead).toBe(2);
      expect([await queue.discard(second), await queue.requeue(second)]).toEqual([false, false]);
      // Its key is free.
      expect((await add(4, { ...once, key: 'k2' })).isNew).toBe(true);
      await empty();
      expect(seen.length).toBe(4);
    },
  },
  {
    name: 'throws nothing away that is no dead letter',
    async check({ add, watch, empty, queue }, expect) {
      const { id } = await add(1);
      expect([await queue.discard(id), await queue.discard('nobody'), await queue.discard('')]).toEqual([
        false,
        false,
        false,
      ]);
      const seen = watch();
      await empty();
      expect(seen.length).toBe(1);
    },
  },
  {
    name: 'either throws a dead letter away or queues it again where both are asked for',
    async check(bench, expect) {
      const { queue, empty } = bench;
      const { id, seen } = await deadUntilNow(bench);
      const [isGone, isAgain] = await Promise.all([queue.discard(id), queue.requeue(id)]);
      await empty();
      expect([isGone, isAgain].sort()).toEqual([false, true]);
      expect(seen.length).toBe(isAgain ? 2 : 1);
      expect(await queue.deadJobs()).toEqual([]);
    },
  },
  {
    name: 'queues a dead letter again once where two ask for it',
    async check(bench, expect) {
      const { queue, empty } = bench;
      const { id, seen } = await deadUntilNow(bench);
      const answers = await Promise.all([queue.requeue(id), queue.requeue(id)]);
      await empty();
      expect(answers.sort()).toEqual([false, true]);
      expect(seen.length).toBe(2);
    },
  },
];
