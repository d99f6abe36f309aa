// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { afterEach, expect, it } from 'vitest';
import { redisOrSkip } from '../../services.ts';
import { recordingLogger } from '../../webhooks/recording-logger.ts';

const { url, describe } = await redisOrSkip(6);

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

describe('retry on BullMQ', () => {
  it('says that it was done where the job waits again, and only its key could not be noted', async () => {
    const [connection, broken] = [new Redis(url), new Redis(url)];
    cleanUp.push(() => connection.disconnect());
    cleanUp.push(() => broken.disconnect());
    const duplicate = broken.duplicate.bind(broken);
    broken.duplicate = (options) => {
      const own = duplicate(options);
      // The queue's own scripts go by `eval`; those of BullMQ do not.
      own.eval = () => Promise.reject(new Error('Connection is closed.'));
      return own;
    };
    const prefix = `{${randomUUID()}}`;
    const logger = recordingLogger();
    const worker = bullmqQueue({ connection, prefix });
    cleanUp.push(() => worker.close({ graceMs: 0 }));
    const dashboard = bullmqQueue({ connection: broken, prefix, logger });
    cleanUp.push(() => dashboard.close({ graceMs: 0 }));
    const seen: number[] = [];
    worker.process('work', async ({ attempt }) => {
      if (seen.push(attempt) === 1) throw new Error('not yet');
    });
    const { id } = await worker.enqueue({ type: 'work', payload: 1, key: 'k', retryDelaysMs: [] });
    await worker.drain();
    expect(await dashboard.deadJobs()).toMatchObject([{ id }]);

    expect(await dashboard.retry(id)).toBe(true);
    await worker.drain();
    expect(seen).toEqual([1, 1]);
    expect(await dashboard.deadJobs()).toEqual([]);
    expect(logger.lines.map(({ message }) => message)).toContain(
      'a dead letter was queued again, but does not hold its key while it waits',
    );
  });
});
