// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { afterEach, expect, it, vi } from 'vitest';
import { redisOrSkip } from '../../services.ts';
import { recordingLogger } from '../../webhooks/recording-logger.ts';

const { url, describe } = await redisOrSkip(6);

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A queue, and BullMQ's own view of it, as a newer version would have it. */
function open() {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const prefix = `{${randomUUID()}}`;
  const logger = recordingLogger();
  const queue = bullmqQueue({ connection, prefix, logger });
  const newer = new Queue('shopify-sync', { connection, prefix });
  cleanUp.push(
    () => connection.disconnect(),
    () => newer.close(),
    () => queue.close({ graceMs: 0 }),
  );
  return { queue, newer, logger };
}

describe('a job on BullMQ that a newer version has stored', () => {
  it('is left alone and reported, and others are done', async () => {
    const { queue, newer, logger } = open();
    const data = { format: 2, body: 'in a form of its own' };
    const { id = '' } = await newer.add('work', data);
    const seen: unknown[] = [];
    queue.process('work', async ({ job }) => seen.push(job.payload));
    await queue.enqueue({ type: 'work', payload: 'ours' });
    await vi.waitFor(async () => expect(await queue.stats()).toMatchObject({ waiting: 0, delayed: 1, active: 0 }));
    expect(seen).toEqual(['ours']);
    expect((await newer.getJob(id))?.data).toEqual(data);
    expect((await newer.getJob(id))?.attemptsMade).toBe(0);
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { jobType: 'work', format: 2 } }]);
  });

  it('is listed as a dead letter without its payload, and neither retried nor removed', async () => {
    const { queue, newer, logger } = open();
    queue.process('work', async () => {
      throw new Error('no');
    });
    const { id } = await queue.enqueue({ type: 'work', payload: 'Jane', retryDelaysMs: [] });
    await queue.drain();
    const job = await newer.getJob(id);
    await job?.updateData({ ...job.data, format: 2 });
    expect(await queue.deadJobs()).toMatchObject([
      { id, type: 'work', payload: null, attempts: 1, error: { message: expect.stringContaining('format 2') } },
    ]);
    expect(logger.lines.at(-1)).toMatchObject({ level: 'warn', fields: { format: 2 } });
    const refusal = { code: 'QUEUE_FAILED', isRetryable: false, message: expect.stringContaining('newer version') };
    await expect(queue.retry(id)).rejects.toMatchObject(refusal);
    await expect(queue.remove(id)).rejects.toMatchObject(refusal);
    expect((await queue.stats()).dead).toBe(1);
  });
});
