// @ts-nocheck
import { Redis } from 'ioredis';
import { QueueError } from 'shopwright';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { afterEach, expect, it } from 'vitest';
import { freePort, startRedis } from '../../redis-server.ts';
import { redisServerOrSkip } from '../../services.ts';
import { recordingLogger } from '../../webhooks/recording-logger.ts';

const describe = redisServerOrSkip();

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

describe('a BullMQ queue whose Redis goes', () => {
  async function start() {
    const port = await freePort();
    const server = await startRedis(port);
    const connection = new Redis(port);
    const logger = recordingLogger();
    connection.on('error', () => undefined);
    cleanUp.push(() => connection.disconnect());
    const queue = bullmqQueue({ connection, commandTimeoutMs: 300, lockDurationMs: 500, logger });
    cleanUp.push(() => queue.close({ graceMs: 0 }));
    return { port, server, queue, logger };
  }

  it('refuses jobs with an error that is worth a retry, and goes on by itself when Redis is back', async () => {
    const { port, server, queue, logger } = await start();
    const seen: unknown[] = [];
    let tell = (): void => undefined;
    queue.process('work', async ({ job }) => {
      seen.push(job.payload);
      tell();
    });
    await queue.enqueue({ type: 'work', payload: 'before' });
    await queue.drain();
    await server.kill();
    const error = await queue.enqueue({ type: 'work', payload: 'lost?', key: 'k' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(QueueError);
    expect(error).toMatchObject({ code: 'QUEUE_FAILED', isRetryable: true });
    await expect(queue.stats()).rejects.toThrow(QueueError);
    await expect(queue.deadJobs()).rejects.toThrow(QueueError);
    expect(logger.lines.some(({ message }) => message === 'the queue has trouble with Redis')).toBe(true);

    const again = await startRedis(port);
    cleanUp.push(() => again.kill());
    const done = new Promise<void>((resolve) => {
      tell = () => seen.includes('after') && resolve();
    });
    for (let isQueued = false; !isQueued; ) {
      isQueued = await queue.enqueue({ type: 'work', payload: 'after' }).then(
        () => true,
        () => false,
      );
    }
    await done;
    expect(seen[0]).toBe('before');
  });

  it('is closed all the same', async () => {
    const { server, queue } = await start();
    queue.process('work', async () => undefined);
    await queue.stats();
    await server.kill();
    // What BullMQ waits for does not come; `close` gives up by itself.
    await queue.close({ graceMs: 0 });
    await expect(queue.enqueue({ type: 'work', payload: 1 })).rejects.toThrow('closed');
    for (const question of [queue.stats(), queue.deadJobs()]) {
      await expect(question).rejects.toMatchObject({
        message: expect.stringContaining('is closed'),
        isRetryable: false,
      });
    }
  });
});
