// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { expect, it, onTestFinished, vi } from 'vitest';
import { redisOrSkip } from '../../services.ts';
import { recordingLogger } from '../../webhooks/recording-logger.ts';

const { url, describe } = await redisOrSkip(6);

describe('jobs on BullMQ that are not ours', () => {
  it('are dead letters that say so, and stop nothing', async () => {
    const connection = new Redis(url, { maxRetriesPerRequest: null });
    const prefix = `{${randomUUID()}}`;
    const logger = recordingLogger();
    const queue = bullmqQueue({ connection, prefix, logger });
    const raw = new Queue('shopify-sync', { connection, prefix });
    onTestFinished(async () => {
      await queue.close({ graceMs: 0 });
      await raw.close();
      connection.disconnect();
    });
    const seen: unknown[] = [];
    queue.process('work', async ({ job }) => {
      seen.push(job.payload);
      throw new Error('no');
    });
    for (const data of [null, 'text', { n: 1 }, { format: 1, payload: 1, key: 7, retryDelaysMs: [], timeoutMs: 1 }]) {
      await raw.add('work', data, { attempts: 3 });
    }
    const { id } = await queue.enqueue({ type: 'work', payload: 'ours', retryDelaysMs: [] });
    await vi.waitFor(async () => expect(await queue.stats()).toMatchObject({ waiting: 0, active: 0, dead: 5 }));
    expect(seen).toEqual(['ours']);
    const dead = await queue.deadJobs();
    expect(dead.filter((job) => job.error.message.includes('not queued by shopwright'))).toHaveLength(4);
    expect(dead.find((job) => job.id === id)).toMatchObject({ payload: 'ours', error: { message: 'no' } });
    expect(JSON.stringify(logger.lines)).not.toContain('trouble with Redis');

    const [foreign, other] = dead.filter((job) => job.id !== id);
    await connection.hset(`${prefix}:shopify-sync:${other?.id}`, 'data', 'no json');
    expect(await queue.deadJobs()).toHaveLength(5);
    expect((await queue.deadJobs()).find((job) => job.id === other?.id)).toMatchObject({ payload: null });
    const refusal = { code: 'QUEUE_FAILED', isRetryable: false, message: expect.stringContaining('damaged') };
    await expect(queue.retry(other?.id ?? '')).rejects.toMatchObject(refusal);
    expect(await queue.remove(other?.id ?? '')).toBe(true);
    expect(await queue.retry(foreign?.id ?? '')).toBe(true);
    await vi.waitFor(async () => expect(await queue.deadJobs()).toHaveLength(4));
  });
});
