import fc from 'fast-check';
import { ConfigError, type TelemetryEvent } from 'shopwright';
import { defer, inProcessQueue, type JobContext } from 'shopwright/queue';
import { type BullmqQueueOptions, bullmqQueue } from 'shopwright/queue/bullmq';
import { createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { CircuitOpenError } from '../../src/errors/errors.ts';
import { openRedis } from '../../src/queue/bullmq/bullmq-queue.ts';
import { readFailure } from '../../src/queue/bullmq/stored-job.ts';
import { recordingLogger } from '../webhooks/recording-logger.ts';

const problemsOf = (make: () => unknown): unknown => {
  try {
    make();
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.issues.map(({ field }) => field) : error;
  }
};

describe('what does not fit', () => {
  it('is told of inProcessQueue with all its fields at once', () => {
    const options = { name: '', concurrency: 0, retryDelaysMs: [-1], timeoutMs: 0, maxDeadJobs: 1.5 };
    expect(problemsOf(() => inProcessQueue(options))).toEqual(Object.keys(options).map((field) => `queue.${field}`));
  });

  it('is told of bullmqQueue with all its fields at once, before it connects', () => {
    const options = {
      ...{ connection: {}, name: 'a:b', prefix: '', concurrency: 1.5, retryDelaysMs: [Number.NaN], timeoutMs: -1 },
      ...{ lockDurationMs: 1, maxStalledCount: -1, maxDeadJobs: 0, commandTimeoutMs: 0 },
    } as unknown as BullmqQueueOptions;
    expect(problemsOf(() => bullmqQueue(options))).toEqual(Object.keys(options).map((field) => `queue.${field}`));
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('is told of a job deferred by %d ms', (delayMs) => {
    expect(problemsOf(() => defer(delayMs))).toEqual(['delayMs']);
  });
});

describe('a page of dead letters and a closing that do not fit', () => {
  it.each([[-1], [Number.NaN], ['5'], [5n], [new Date()], [null]])('are refused: %o', async (value) => {
    const queue = inProcessQueue();
    for (const name of ['limit', 'offset'])
      await expect(queue.deadJobs({ [name]: value } as object)).rejects.toThrow(`${name}: must be a whole number`);
    await expect(queue.close({ graceMs: value } as object)).rejects.toThrow('graceMs: must be a number');
    expect(await queue.deadJobs({ limit: Number.POSITIVE_INFINITY, offset: 0 })).toEqual([]);
    await queue.close();
  });
});

describe('the queue in this process', () => {
  it('starts delayed jobs in the order in which they are due, whatever the order they came in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 }), async (delays) => {
        const clock = createManualClock();
        const queue = inProcessQueue({ clock, concurrency: 1 });
        const order: unknown[] = [];
        queue.process('work', async ({ job }) => void order.push(job.payload));
        for (const delayMs of delays) await queue.enqueue({ type: 'work', payload: delayMs, delayMs });
        await clock.run(queue.drain());
        expect(order).toEqual([...delays].sort((a, b) => a - b));
      }),
      { numRuns: 20 },
    );
  });

  it('does a backlog of thousands in order', async () => {
    const clock = createManualClock();
    const queue = inProcessQueue({ clock, concurrency: 1 });
    const numbers = Array.from({ length: 5_000 }, (_, number) => number);
    for (const number of numbers) await queue.enqueue({ type: 'work', payload: number });
    const order: unknown[] = [];
    queue.process('work', async ({ job }) => void order.push(job.payload));
    await clock.run(queue.drain());
    expect(order).toEqual(numbers);
  });

  it('keeps no more dead letters than it may, and says which it dropped', async () => {
    const clock = createManualClock();
    const logger = recordingLogger();
    const queue = inProcessQueue({ clock, logger, maxDeadJobs: 2, retryDelaysMs: [] });
    queue.process('work', async () => {
      throw new Error('no');
    });
    const ids: string[] = [];
    for (const payload of [1, 2, 3]) {
      ids.push((await queue.enqueue({ type: 'work', payload })).id);
      await clock.run(queue.drain());
    }
    expect((await queue.deadJobs()).map(({ payload }) => payload)).toEqual([3, 2]);
    expect(logger.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields)).toEqual([{ id: ids[0] }]);
  });

  it('gives the place of a handler that does not listen to its signal to the next job', async () => {
    const clock = createManualClock();
    const events: TelemetryEvent[] = [];
    const queue = inProcessQueue({
      clock,
      concurrency: 1,
      retryDelaysMs: [],
      telemetry: (event) => events.push(event),
    });
    const seen: JobContext[] = [];
    queue.process('work', (context) => {
      seen.push(context);
      return seen.length === 1 ? new Promise(() => undefined) : Promise.resolve();
    });
    await queue.enqueue({ type: 'work', payload: 'deaf', timeoutMs: 1_000 });
    await queue.enqueue({ type: 'work', payload: 'next' });
    await clock.run(queue.drain());
    expect(seen.map(({ job }) => job.payload)).toEqual(['deaf', 'next']);
    expect(clock.monotonic()).toBe(6_000);
    expect(events).toMatchObject([
      { outcome: 'dead', errorCode: 'TIMEOUT' },
      { outcome: 'done', errorCode: null },
    ]);
  });

  it('tells once in a minute of a type without a handler, however many jobs it has', async () => {
    const clock = createManualClock();
    const logger = recordingLogger();
    const queue = inProcessQueue({ clock, logger });
    queue.process('other', async () => undefined);
    for (const payload of [1, 2, 3]) await queue.enqueue({ type: 'unheard-of', payload });
    await clock.advance(50_000);
    expect(logger.lines.length).toBe(1);
    await clock.advance(20_000);
    expect(logger.lines.length).toBe(2);
    expect((await queue.stats()).delayed).toBe(3);
    await queue.close();
  });

  it('puts a job off for a while where a breaker says no time', async () => {
    const clock = createManualClock();
    const queue = inProcessQueue({ clock, retryDelaysMs: [] });
    let calls = 0;
    queue.process('work', async () => {
      calls += 1;
      if (calls === 1) throw new CircuitOpenError('open', { retryAfterMs: Number.NaN });
    });
    await queue.enqueue({ type: 'work', payload: 1 });
    await clock.run(queue.drain());
    expect([calls, clock.monotonic()]).toEqual([2, 30_000]);
  });
});

describe('the connection of a BullMQ queue', () => {
  const own = { on: () => undefined, eval: async () => undefined, hdel: async () => 0, disconnect: () => undefined };
  const connect = (host: object): unknown[] => {
    let overrides: unknown[] = [];
    const duplicate = (...given: unknown[]) => {
      overrides = given;
      return own;
    };
    expect(openRedis({ options: {}, ...host, duplicate })).toBe(own);
    return overrides;
  };

  it('waits for Redis as long as it takes, has no prefix, and never stops looking for it', () => {
    const [settings] = connect({}) as [{ retryStrategy: (times: number) => number }];
    expect(settings).toMatchObject({ maxRetriesPerRequest: null, keyPrefix: '', commandTimeout: undefined });
    expect([1, 5, 1_000].map(settings.retryStrategy)).toEqual([100, 500, 2_000]);
  });

  it('keeps the settings of the nodes of a Cluster', () => {
    const options = { redisOptions: { password: 'secret', maxRetriesPerRequest: 20 } };
    expect(connect({ isCluster: true, options })).toMatchObject([
      [],
      { redisOptions: { password: 'secret', maxRetriesPerRequest: null } },
    ]);
  });
});

describe('the reason of a dead letter on BullMQ', () => {
  it.each([
    ['TIMEOUT: too long', { code: 'TIMEOUT', message: 'too long' }],
    ['UNKNOWN: a\nb: c', { code: 'UNKNOWN', message: 'a\nb: c' }],
    ['job stalled more than allowable limit', { code: 'UNKNOWN', message: 'job stalled more than allowable limit' }],
    [undefined, { code: 'UNKNOWN', message: '' }],
  ])('is read from %j', (reason, error) => {
    expect(readFailure(reason)).toEqual(error);
  });
});
