import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { QueueError, type TelemetryEvent } from 'shopwright';
import { defer, inProcessQueue, type Job } from 'shopwright/queue';
import { createManualClock } from 'shopwright/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CircuitOpenError, ThrottledError } from '../../src/errors/errors.ts';
import { recordingLogger } from '../webhooks/recording-logger.ts';

describe('the queue in this process', () => {
  it('does a job, tells of it, and is empty then', async () => {
    const clock = createManualClock();
    const events: TelemetryEvent[] = [];
    const queue = inProcessQueue({ clock, telemetry: (event) => events.push(event) });
    const seen: Job[] = [];
    queue.process('greet', async ({ job }) => void seen.push(job));
    const { id, isNew } = await queue.enqueue({ type: 'greet', payload: { name: 'Ada' } });
    await clock.run(queue.drain());
    expect(isNew).toBe(true);
    expect(seen).toMatchObject([{ id, type: 'greet', payload: { name: 'Ada' }, key: null, priority: 'background' }]);
    expect(events).toMatchObject([
      { type: 'job', queue: 'shopify-sync', jobType: 'greet', attempt: 1, outcome: 'done' },
    ]);
    await queue.close();
  });

  it('runs no more jobs at once than it may, and does a backlog in order, interactive ones first', async () => {
    const clock = createManualClock();
    const queue = inProcessQueue({ clock, concurrency: 3 });
    let running = 0;
    let most = 0;
    const order: unknown[] = [];
    for (let index = 0; index < 500; index++) await queue.enqueue({ type: 'count', payload: index });
    await queue.enqueue({ type: 'count', payload: 'first', priority: 'interactive' });
    queue.process('count', async ({ job }) => {
      order.push(job.payload);
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => clock.setTimer(resolve, 10));
      running -= 1;
    });
    await clock.run(queue.drain());
    expect(most).toBe(3);
    expect(order).toEqual(['first', ...Array.from({ length: 500 }, (_, index) => index)]);
  });

  it('takes the timers of one turn for a hundred jobs: Bottleneck sets some for each turn, and no option says otherwise', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => timers.mockRestore());
    const timersFor = async (jobs: number): Promise<number> => {
      const queue = inProcessQueue({ concurrency: 1 });
      const { promise, resolve } = Promise.withResolvers<void>();
      for (let job = 0; job < jobs; job += 1) await queue.enqueue({ type: 'count', payload: job });
      const before = timers.mock.calls.length;
      queue.process('count', async ({ job }) => {
        if (job.payload === jobs - 1) resolve();
      });
      await promise;
      return timers.mock.calls.slice(before).filter(([, ms]) => ms === 0).length;
    };
    const one = await timersFor(1);
    expect(one).toBeGreaterThan(0);
    expect(await timersFor(100)).toBe(one);
  });

  it('starts a job of an idle queue after the turn that queued it, without another timer of Bottleneck', async () => {
    const queue = inProcessQueue();
    const order: string[] = [];
    queue.process('note', async ({ job }) => void order.push(String(job.payload)));
    await queue.enqueue({ type: 'note', payload: 'first' });
    await queue.drain();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => timers.mockRestore());
    await queue.enqueue({ type: 'note', payload: 'second' });
    order.push('queued');
    await queue.drain();
    expect(order).toEqual(['first', 'queued', 'second']);
    expect(timers.mock.calls.filter(([, ms]) => ms === 0)).toEqual([]);
    await queue.close();
  });

  it('retries by its list of delays, and keeps a dead letter without the secret in its message', async () => {
    const clock = createManualClock();
    const logger = recordingLogger();
    const queue = inProcessQueue({ clock, logger, retryDelaysMs: [30_000, 60_000] });
    const startedMs: number[] = [];
    queue.process('fail', async () => {
      startedMs.push(clock.monotonic());
      throw new Error('refused shpat_0123456789abcdef');
    });
    const { id } = await queue.enqueue({ type: 'fail', payload: 1 });
    await clock.run(queue.drain());
    expect(startedMs).toEqual([0, 30_000, 90_000]);
    expect(await queue.deadJobs()).toMatchObject([
      { id, attempts: 3, error: { code: 'UNKNOWN', message: 'refused [redacted]' } },
    ]);
    expect(JSON.stringify(logger.lines)).not.toContain('0123456789abcdef');
  });

  it('puts a job off without losing an attempt, by its handler or by an open breaker', async () => {
    const clock = createManualClock();
    const queue = inProcessQueue({ clock, retryDelaysMs: [] });
    const thrown = [defer(5_000), new CircuitOpenError('open', { retryAfterMs: 300_000 })];
    const attempts: number[] = [];
    queue.process('wait', async ({ attempt }) => {
      attempts.push(attempt);
      const next = thrown.shift();
      if (next) throw next;
    });
    await queue.enqueue({ type: 'wait', payload: null });
    await clock.run(queue.drain());
    expect(attempts).toEqual([1, 1, 1]);
    expect(clock.monotonic()).toBe(305_000);
  });

  it('defers by a wait of a day that Shopify names, and counts a short one as a failed attempt', async () => {
    const clock = createManualClock();
    const queue = inProcessQueue({ clock, retryDelaysMs: [1_000] });
    const waits = [86_400_000, 20_000];
    const attempts: number[] = [];
    queue.process('wait', async ({ attempt }) => {
      attempts.push(attempt);
      const retryAfterMs = waits.shift();
      if (retryAfterMs) throw new ThrottledError('daily limit', { retryAfterMs });
    });
    await queue.enqueue({ type: 'wait', payload: null });
    await clock.run(queue.drain());
    expect(attempts).toEqual([1, 1, 2]);
    expect(clock.monotonic()).toBe(86_401_000);
  });

  it('lets the payloads of finished jobs go', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const usedMb = (): number => {
      collect();
      return process.memoryUsage().heapUsed / 2 ** 20;
    };
    const queue = inProcessQueue({ concurrency: 1 });
    queue.process('big', async () => undefined);
    const one = async (index: number): Promise<void> => {
      await queue.enqueue({ type: 'big', payload: `${index}`.padEnd(200_000, 'é'), delayMs: index % 2 });
      await queue.drain();
    };
    await one(0);
    const startMb = usedMb();
    for (let index = 1; index <= 300; index++) await one(index);
    expect(usedMb() - startMb).toBeLessThan(20);
    await queue.close();
  });

  it('takes nothing more when it is closed', async () => {
    const queue = inProcessQueue();
    await queue.close();
    await expect(queue.enqueue({ type: 'late', payload: 1 })).rejects.toThrow(QueueError);
  });
});
