import { AsyncLocalStorage } from 'node:async_hooks';
import type { JobHandler, JobQueue } from 'shopwright/queue';
import { inProcessQueue } from 'shopwright/queue';
import { createManualClock, describeJobQueue } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';

type Flaw = (queue: JobQueue) => Partial<JobQueue>;

/** Runs the suite on a queue in this process with a flaw, and gives the names of its cases that fail. */
async function failedCases(flaw: Flaw): Promise<string[]> {
  const cases: { name: string; body: () => Promise<void> }[] = [];
  describeJobQueue(
    'a queue',
    (terms) => {
      const clock = createManualClock();
      const queue = inProcessQueue({ ...terms, clock });
      return { queue: { ...queue, ...flaw(queue) }, advance: (ms) => clock.advance(ms) };
    },
    { describe: (_name, body) => body(), it: (name, body) => cases.push({ name, body }), expect },
  );
  const failed: string[] = [];
  for (const { name, body } of cases) await body().catch(() => failed.push(name));
  return failed;
}

/** A queue that does something around each handler. */
const around =
  (wrap: (handler: JobHandler) => JobHandler): Flaw =>
  (queue) => ({ process: (type, handler) => queue.process(type, wrap(handler)) });

const flaws: readonly (readonly [what: string, caught: string, flaw: Flaw])[] = [
  [
    'waits from the end of the list to its beginning',
    'waits before each attempt for the time in the list',
    (queue) => ({
      enqueue: ({ retryDelaysMs, ...draft }) =>
        queue.enqueue({ ...draft, ...(retryDelaysMs && { retryDelaysMs: [...retryDelaysMs].reverse() }) }),
    }),
  ],
  [
    'takes undefined for no failure',
    'counts a handler that throws synchronously, or throws something else than an error, as failed',
    around((handler) => async (context) => {
      try {
        return await handler(context);
      } catch (error) {
        if (error !== undefined) throw error;
        return undefined;
      }
    }),
  ],
  [
    'runs a job as whoever queued one last',
    'runs each job in the async context of its process call, not of its enqueue call',
    (queue) => {
      let last = AsyncLocalStorage.snapshot();
      return {
        enqueue(draft) {
          last = AsyncLocalStorage.snapshot();
          return queue.enqueue(draft);
        },
        process: (type, handler) => queue.process(type, (context) => last(handler, context)),
      };
    },
  ],
  [
    'keeps to the first handler of a type without a word',
    'refuses a second handler of a type, and leaves the jobs to the first',
    (queue) => {
      const types = new Set<string>();
      return {
        process(type, handler) {
          if (!types.has(type)) queue.process(type, handler);
          types.add(type);
        },
      };
    },
  ],
  [
    'has an idempotency key for each attempt',
    'gives all attempts of a job one idempotency key, a UUID',
    around((handler) => (context) => handler({ ...context, idempotencyKey: `key-${context.attempt}` })),
  ],
  [
    'is drained while a job is delayed',
    'is drained when waiting, delayed and running jobs are done',
    () => ({ drain: async () => undefined }),
  ],
  [
    'keeps what it was told to throw away',
    'removes one dead letter and keeps the others',
    () => ({ remove: async () => true }),
  ],
  [
    'stays open after `await using`',
    'is closed at the end of an `await using` block',
    () => ({ [Symbol.asyncDispose]: async () => undefined }),
  ],
  [
    'never measures',
    'reports how long attempts took',
    (queue) => ({
      async stats() {
        const stats = await queue.stats();
        return { ...stats, processingMs: stats.processingMs && { median: 0, p95: 0, max: 0 } };
      },
    }),
  ],
];

describe('describeJobQueue', () => {
  it('passes a queue that keeps the contract', async () => {
    expect(await failedCases(() => ({}))).toEqual([]);
  });

  it.each(flaws)('catches a queue that %s', async (_what, caught, flaw) => {
    expect(await failedCases(flaw)).toContain(caught);
  });
});
