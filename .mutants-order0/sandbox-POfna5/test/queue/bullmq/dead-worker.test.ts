// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { TelemetryEvent } from 'shopwright';
import type { JobContext } from 'shopwright/queue';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { afterEach, expect, it } from 'vitest';
import { redisOrSkip } from '../../services.ts';
import { recordingLogger } from '../../webhooks/recording-logger.ts';

const { url, describe } = await redisOrSkip(5);
const lockDurationMs = 150;

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A queue with one job, which a worker has taken that gives no sign any more. */
async function startWithLostJob(maxStalledCount: number) {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  cleanUp.push(() => connection.disconnect());
  const prefix = `{${randomUUID()}}`;
  const logger = recordingLogger();
  const events: TelemetryEvent[] = [];
  const telemetry = (event: TelemetryEvent): unknown => events.push(event);
  const queue = bullmqQueue({ connection, prefix, lockDurationMs, maxStalledCount, logger, telemetry });
  cleanUp.push(() => queue.close({ graceMs: 0 }));
  const { id } = await queue.enqueue({ type: 'work', payload: 1, key: 'k', retryDelaysMs: [] });
  const silent = new Worker(queue.name, null, { connection, prefix, lockDuration: lockDurationMs, autorun: false });
  cleanUp.push(() => silent.close(true));
  const loseAgain = async (): Promise<void> => {
    const taken = await silent.getNextJob('silent');
    expect(taken?.id).toBe(id);
  };
  await loseAgain();
  return { queue, id, logger, events, connection, prefix, loseAgain };
}

describe('a job whose worker died', () => {
  it('comes back with all its attempts, and is done', async () => {
    const { queue, id, logger } = await startWithLostJob(1);
    const seen: JobContext[] = [];
    queue.process('work', async (context) => void seen.push(context));
    await queue.drain();
    expect(seen.map(({ job, attempt }) => [job.id, attempt])).toEqual([[id, 1]]);
    expect((await queue.stats()).dead).toBe(0);
    expect(logger.lines.map(({ message }) => message)).toContain(
      'a job has lost its worker; it comes again, with the same attempt',
    );
  });

  it('is a dead letter, and told of, when that has happened too often', async () => {
    const { queue, id, events } = await startWithLostJob(0);
    const seen: unknown[] = [];
    queue.process('work', async ({ job }) => void seen.push(job));
    await queue.drain();
    expect(seen).toEqual([]);
    expect(await queue.deadJobs()).toMatchObject([
      { id, error: { code: 'UNKNOWN', message: expect.stringContaining('stalled') } },
    ]);
    expect(events).toMatchObject([{ type: 'job', jobType: 'work', outcome: 'dead', errorCode: 'UNKNOWN' }]);
  });

  it('may lose as many workers again once it was a dead letter and is queued again', async () => {
    const { queue, id, connection, prefix, loseAgain } = await startWithLostJob(0);
    queue.process('work', async () => undefined);
    await queue.drain();
    await queue.close();
    const patient = bullmqQueue({ connection, prefix, lockDurationMs, maxStalledCount: 1 });
    cleanUp.push(() => patient.close({ graceMs: 0 }));
    expect(await patient.retry(id)).toBe(true);
    await loseAgain();
    const seen: unknown[] = [];
    patient.process('work', async ({ job }) => void seen.push(job.id));
    await patient.drain();
    expect([seen, await patient.deadJobs()]).toEqual([[id], []]);
  });

  it('has its signal aborted in a process that has lost the lock but lives', async () => {
    const connection = new Redis(url);
    cleanUp.push(() => connection.disconnect());
    const prefix = `{${randomUUID()}}`;
    const queue = bullmqQueue({ connection, prefix, lockDurationMs: 400 });
    cleanUp.push(() => queue.close({ graceMs: 0 }));
    const reasons: unknown[] = [];
    queue.process('work', async ({ job, signal }) => {
      if (reasons.length > 0) return;
      await connection.set(`${prefix}:${queue.name}:${job.id}:lock`, 'somebody-else');
      await once(signal, 'abort');
      reasons.push(signal.reason.code);
      await connection.del(`${prefix}:${queue.name}:${job.id}:lock`);
      signal.throwIfAborted();
    });
    await queue.enqueue({ type: 'work', payload: 1 });
    await queue.drain();
    expect(reasons).toEqual(['LOCK_LOST']);
    expect((await queue.stats()).dead).toBe(0);
  });
});
