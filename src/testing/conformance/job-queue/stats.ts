import { longMs, type QueueCase } from './harness.ts';

/** What the queue says of itself. */
export const statsCases: readonly QueueCase[] = [
  {
    name: 'has nothing to tell of at the start',
    async check({ queue }, expect) {
      const counts = { waiting: 0, delayed: 0, active: 0, dead: 0 };
      expect(await queue.stats()).toEqual({ ...counts, oldestWaitingMs: null, processingMs: null });
    },
  },
  {
    name: 'counts jobs that wait, are delayed, and run',
    async check({ add, watch, until, gate, queue }, expect) {
      const door = gate();
      const seen = watch(() => door.passed);
      for (const number of [1, 2, 3, 4, 5]) await add(number);
      await add(6, { delayMs: longMs });
      await until(() => seen.length === 2);
      const { waiting, delayed, active, dead } = await queue.stats();
      expect({ waiting, delayed, active, dead }).toEqual({ waiting: 3, delayed: 1, active: 2, dead: 0 });
    },
  },
  {
    name: 'says since when the oldest waiting job has been due, of either priority',
    async check({ add, advance, queue }, expect) {
      await add(1, { delayMs: longMs });
      expect((await queue.stats()).oldestWaitingMs).toBe(null);
      await add(2);
      await advance(60);
      await add(3, { priority: 'interactive' });
      const { oldestWaitingMs } = await queue.stats();
      // A queue whose clock counts whole milliseconds may have lost one.
      expect(oldestWaitingMs !== null && oldestWaitingMs >= 59).toBe(true);
    },
  },
  {
    name: 'says how long attempts took',
    async check({ add, watch, advance, empty, queue }, expect) {
      watch(() => advance(1));
      for (const number of [1, 2, 3]) await add(number);
      await empty();
      const { processingMs } = await queue.stats();
      const { median, p95, max } = processingMs ?? { median: -1, p95: -1, max: -1 };
      expect(median > 0 && median <= p95 && p95 <= max).toBe(true);
    },
  },
];
