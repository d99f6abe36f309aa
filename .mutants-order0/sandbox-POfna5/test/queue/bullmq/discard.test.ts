// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { afterEach, expect, it } from 'vitest';
import { redisOrSkip } from '../../services.ts';

const { url, describe } = await redisOrSkip(6);

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

describe('remove on BullMQ', () => {
  it('leaves no key of the job in Redis', async () => {
    const connection = new Redis(url);
    cleanUp.push(() => connection.disconnect());
    const prefix = `{${randomUUID()}}`;
    const queue = bullmqQueue({ connection, prefix });
    cleanUp.push(() => queue.close({ graceMs: 0 }));
    queue.process('work', async () => {
      throw new Error('no');
    });
    const { id } = await queue.enqueue({ type: 'work', payload: 'Jane', key: 'k', retryDelaysMs: [] });
    await queue.drain();
    const keysOfJob = async (): Promise<readonly string[]> =>
      (await connection.keys(`${prefix}*`)).filter((key) => key.includes(id));
    expect(await keysOfJob()).not.toEqual([]);
    expect(await queue.remove(id)).toBe(true);
    expect(await keysOfJob()).toEqual([]);
  });
});
