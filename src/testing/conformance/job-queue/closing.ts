import { codeOf, longMs, type QueueCase } from './harness.ts';

/** How a queue comes to rest. */
export const closingCases: readonly QueueCase[] = [
  {
    name: 'is drained at once where nothing is in it',
    async check({ queue, end }, expect) {
      expect(await end(queue.drain())).toBe(undefined);
    },
  },
  {
    name: 'is drained when waiting, delayed and running jobs are done',
    async check({ add, watch, queue, end }, expect) {
      const seen = watch();
      for (const delayMs of [0, 0, 60]) await add(delayMs, { delayMs });
      await end(queue.drain());
      expect(seen.length).toBe(3);
    },
  },
  {
    name: 'waits for a retry before it is drained',
    async check({ add, watch, queue, end }, expect) {
      const seen = watch(({ attempt }) => {
        if (attempt === 1) throw new Error('again');
      });
      await add(1);
      await end(queue.drain());
      expect(seen.length).toBe(2);
    },
  },
  {
    name: 'ends the wait for that on an abort, with the reason',
    async check({ add, queue, advance, end }, expect) {
      await add(1, { delayMs: longMs });
      const controller = new AbortController();
      const reason = end(queue.drain({ signal: controller.signal }).catch((error: unknown) => error));
      await advance(10);
      controller.abort('enough');
      expect(await reason).toBe('enough');
      expect(await end(queue.drain({ signal: AbortSignal.abort('before') }).catch((error: unknown) => error))).toBe(
        'before',
      );
    },
  },
  {
    name: 'waits for running jobs when it is closed, and starts no other',
    async check({ add, watch, until, gate, queue, end, advance }, expect) {
      const door = gate();
      const done: unknown[] = [];
      const seen = watch(async ({ job }) => {
        await door.passed;
        done.push(job.payload);
      });
      for (const number of [1, 2, 3]) await add(number);
      await until(() => seen.length === 2);
      const closed = queue.close({ graceMs: longMs });
      await advance(20);
      door.open();
      await end(closed);
      expect([done.length, seen.length]).toEqual([2, 2]);
      expect(seen.some(({ signal }) => signal.aborted)).toBe(false);
    },
  },
  {
    name: 'aborts the signals of running jobs when its patience is at an end',
    async check({ add, watch, until, queue, end }, expect) {
      const seen = watch(async ({ signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        signal.throwIfAborted();
      });
      await add(1);
      await until(() => seen.length === 1);
      await end(queue.close({ graceMs: 20 }));
      expect(seen.map(({ signal }) => signal.reason.code)).toEqual(['QUEUE_FAILED']);
    },
  },
  {
    name: 'refuses everything when it is closed, and can be closed again',
    async check({ add, queue, end }, expect) {
      await end(queue.close());
      expect(await codeOf(add(1))).toBe('QUEUE_FAILED');
      expect(await codeOf(queue.requeue('1'))).toBe('QUEUE_FAILED');
      expect(await codeOf(queue.discard('1'))).toBe('QUEUE_FAILED');
      expect(await codeOf(queue.drain())).toBe('QUEUE_FAILED');
      expect(await end(queue.close())).toBe(undefined);
    },
  },
  {
    name: 'ends the wait of those who drain it when it is closed',
    async check({ add, queue, end }, expect) {
      await add(1, { delayMs: longMs });
      const code = codeOf(queue.drain());
      await end(queue.close());
      expect(await end(code)).toBe('QUEUE_FAILED');
    },
  },
];
