import { randomUUID } from 'node:crypto';
import { QueueError } from '../../errors/errors.ts';
import type { JobHandler, JobQueue } from '../../ports/job-queue.ts';
import { runAttempt } from '../attempt.ts';
import { deriveIdempotencyKey } from '../idempotency-key.ts';
import { createIdleWatch } from '../idle-watch.ts';
import { prepareJob } from '../job.ts';
import { createReporter, unknownTypePauseMs } from '../reporter.ts';
import { Backlog } from './backlog.ts';
import { DeadLetters } from './dead-letters.ts';
import { inProcessQueueSettings } from './options.ts';
import { settle } from './settle.ts';
import { createTurns } from './turns.ts';
import type { HeldJob, InProcessQueueOptions } from './types.ts';

/**
 * A queue in the memory of this process, which needs nothing installed. What has not run when the process ends is
 * gone: queue it again on start from where it is kept, as `createProductQueue` does from the sync records.
 *
 * A payload is kept as JSON, so what JSON leaves out (`undefined`, functions) is gone, and a `Date` is text.
 * A handler that does not stop within 5 seconds of its signal's abort is left to itself: its attempt counts as
 * failed, and its place goes to the next job.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) when an option does not fit.
 *
 * @example
 * const queue = inProcessQueue({ concurrency: 4 });
 * queue.process('greet', async ({ job, signal, idempotencyKey }) => greet(job.payload, { signal, idempotencyKey }));
 * await queue.enqueue({ type: 'greet', payload: { name: 'Ada' }, key: 'ada', priority: 'interactive' });
 */
export function inProcessQueue(options: InProcessQueueOptions = {}): JobQueue {
  const settings = inProcessQueueSettings(options);
  const { name, clock } = settings;
  const reporter = createReporter(name, clock, options);
  const handlers = new Map<string, JobHandler>();
  const dead = new DeadLetters(settings.maxDeadJobs);
  const stop = new AbortController();
  let active = 0;
  let closed: Promise<void> | undefined;
  /** Without a handler this process only queues. */
  const isWorking = (): boolean => closed === undefined && handlers.size > 0;

  const backlog = new Backlog(clock, () => turns.want());
  const idle = createIdleWatch(() => active + backlog.waiting + backlog.delayed === 0);
  const rest = createIdleWatch(() => active === 0);
  const turns = createTurns(settings.concurrency, clock, {
    waiting: () => (isWorking() ? backlog.ready : 0),
    async doNext() {
      const held = isWorking() ? backlog.next() : undefined;
      if (held) await run(held);
      return held !== undefined;
    },
  });

  const run = async (held: HeldJob): Promise<void> => {
    const { id, type } = held.job;
    const handler = handlers.get(type);
    if (!handler) {
      reporter.unknownType(type);
      backlog.add(held, unknownTypePauseMs);
      backlog.end(held);
      return;
    }
    const startMs = clock.monotonic();
    const attempt = held.failures + 1;
    const job = { ...held.job, payload: JSON.parse(held.payload) as unknown };
    const waitedMs = startMs - held.dueMs;
    const { timeoutMs } = held;
    active += 1;
    const context = {
      ...{ job, attempt },
      get idempotencyKey() {
        return held.idempotencyKey ?? deriveIdempotencyKey(name, id);
      },
    };
    const result = await runAttempt({ handler, context, timeoutMs, stop: stop.signal, clock });
    active -= 1;
    const durationMs = clock.monotonic() - startMs;
    reporter.ended({
      id,
      type,
      attempt,
      durationMs,
      waitedMs,
      ...settle(held, result, { backlog, dead, clock, reporter }),
    });
    backlog.end(held);
    idle.check();
    rest.check();
  };

  const mustBeOpen = (): void => {
    if (closed) throw new QueueError(`The queue ${name} is closed; make a new one.`, false);
  };

  const end = async (graceMs: number): Promise<void> => {
    backlog.close();
    const reason = new QueueError(`The queue ${name} closes.`, true);
    idle.end(reason);
    const cancel = clock.setTimer(() => stop.abort(reason), graceMs);
    await rest.wait();
    cancel();
  };

  return {
    name,
    isInMemory: true,
    async enqueue(draft) {
      mustBeOpen();
      const { type, key, priority, payload, delayMs, ...terms } = prepareJob(draft, settings);
      const holder = key === null ? undefined : backlog.holder(type, key);
      if (holder) return { id: holder.job.id, isNew: false };
      const job = { id: randomUUID(), type, key, priority, enqueuedAt: clock.now() };
      backlog.add({ job, payload, ...terms, failures: 0, dueMs: 0 }, delayMs);
      return { id: job.id, isNew: true };
    },
    process(type, handler) {
      mustBeOpen();
      handlers.set(type, handler);
      turns.want();
    },
    async stats() {
      const { waiting, delayed, oldestWaitingMs } = backlog;
      return { waiting, delayed, active, dead: dead.size, oldestWaitingMs, processingMs: reporter.processingMs() };
    },
    deadJobs: async (which = {}) => dead.list(which),
    async requeue(id) {
      mustBeOpen();
      const held = dead.take(id);
      if (!held) return false;
      held.failures = 0;
      backlog.add(held, 0);
      return true;
    },
    async discard(id) {
      mustBeOpen();
      return dead.take(id) !== undefined;
    },
    async drain({ signal } = {}) {
      mustBeOpen();
      await idle.wait(signal);
    },
    close({ graceMs = 10_000 } = {}) {
      closed ??= end(graceMs);
      return closed;
    },
  };
}
