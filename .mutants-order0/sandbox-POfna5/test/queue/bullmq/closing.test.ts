// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { JobContext } from 'shopwright/queue';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { expect, it, onTestFinished } from 'vitest';
import { redisOrSkip } from '../../services.ts';

const { url, describe } = await redisOrSkip(5);

describe('a queue that is closed without patience', () => {
  it('does not run again the job that it gives back, which another one does', async () => {
    const connection = new Redis(url);
    onTestFinished(() => connection.disconnect());
    // A worker that waits for jobs when it is told to close can get one more: now and then, so many times.
    for (let round = 0; round < 40; round += 1) {
      const prefix = `{${randomUUID()}}`;
      const first = bullmqQueue({ connection, prefix });
      const seen: JobContext[] = [];
      await new Promise<void>((started) => {
        first.process('work', async (context) => {
          seen.push(context);
          const aborted = once(context.signal, 'abort');
          started();
          await aborted;
          context.signal.throwIfAborted();
        });
        void first.enqueue({ type: 'work', payload: 1 });
      });
      await first.close({ graceMs: 0 });
      expect(seen).toHaveLength(1);

      const second = bullmqQueue({ connection, prefix });
      const attempt = await new Promise<number>((resolve) => {
        second.process('work', async (context) => resolve(context.attempt));
      });
      expect(attempt).toBe(1);
      await second.close();
    }
  });
});
