import { randomUUID } from 'node:crypto';
import Bottleneck from 'bottleneck';
import { ConfigError, type Issue, QueueError } from '../../errors/errors.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import type { TelemetryListener } from '../../ports/events.ts';
import type { DeadJob, JobHandler, JobQueue } from '../../ports/job-queue.ts';
import type { Logger } from '../../ports/logger.ts';
import {
  type AttemptResult,
  createIdleWatch,
  createReporter,
  type JobOutcome,
  type QueueReporter,
  runAttempt,
  unknownTypePauseMs,
} from '../attempt.ts';
import { areDelays, deriveIdempotencyKey, describeFailure, isTimeout, prepareJob } from '../job.ts';
import { Backlog, DeadLetters, type HeldJob } from './backlog.ts';

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
    if (closed) throw new QueueError(`The queue ${name} is closed; make a new one.`);
  };

  const end = async (graceMs: number): Promise<void> => {
    backlog.close();
    const reason = new QueueError(`The queue ${name} closes.`, { isRetryable: true });
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
    async retry(id) {
      mustBeOpen();
      const held = dead.take(id);
      if (!held) return false;
      held.failures = 0;
      backlog.add(held, 0);
      return true;
    },
    async remove(id) {
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

/** Where a job can go after an attempt. */
interface Places {
  readonly backlog: Backlog;
  readonly dead: DeadLetters;
  readonly clock: Clock;
  readonly reporter: QueueReporter;
}

/** Puts a job where its attempt's result says, and tells what that means for it. */
function settle(
  held: HeldJob,
  result: AttemptResult,
  places: Places,
): { readonly outcome: JobOutcome; readonly error: DeadJob['error'] | null } {
  const { backlog, dead, clock, reporter } = places;
  if (result.kind === 'done') return { outcome: 'done', error: null };
  if (result.kind !== 'failed') {
    backlog.add(held, result.kind === 'deferred' ? result.delayMs : 0);
    return { outcome: result.kind, error: null };
  }
  const error = describeFailure(result.error);
  const delayMs = held.retryDelaysMs[held.failures];
  held.failures += 1;
  if (delayMs !== undefined) {
    backlog.add(held, delayMs);
    return { outcome: 'failed', error };
  }
  const dropped = dead.add({ job: held, error, failedAt: clock.now() });
  if (dropped !== undefined) {
    reporter.logger?.warn(
      { id: dropped },
      'the oldest dead letter was dropped, since there are `maxDeadJobs` newer ones',
    );
  }
  return { outcome: 'dead', error };
}

/** The options with defaults; the logger and the listener stay optional. */
type InProcessQueueSettings = Required<Omit<InProcessQueueOptions, 'logger' | 'telemetry'>>;

/**
 * Fills in the defaults.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) with all that does not fit.
 */
function inProcessQueueSettings(options: InProcessQueueOptions): InProcessQueueSettings {
  const { name = 'shopify-sync', concurrency = 8, clock = systemClock, maxDeadJobs = 10_000 } = options;
  const { retryDelaysMs = [30_000, 60_000, 120_000], timeoutMs = 300_000 } = options;
  const problems: Issue[] = [];
  const check = (field: keyof InProcessQueueOptions, fits: boolean, message: string): void => {
    if (!fits) problems.push({ field: `queue.${field}`, message });
  };
  check('name', typeof name === 'string' && name.length > 0, 'give a text that is not empty');
  check('concurrency', Number.isInteger(concurrency) && concurrency > 0, 'give a whole number, more than 0');
  check('retryDelaysMs', areDelays(retryDelaysMs), 'give a list of at most 100 waits in milliseconds');
  check('timeoutMs', isTimeout(timeoutMs), 'give milliseconds, more than 0, at most a year');
  check('maxDeadJobs', Number.isInteger(maxDeadJobs) && maxDeadJobs >= 0, 'give a whole number, 0 or more');
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  return { name, concurrency, retryDelaysMs, timeoutMs, maxDeadJobs, clock };
}

/**
 * Jobs that one turn does before it gives its place back. Bottleneck waits for a few of the machine's timers in
 * each turn (about 5 ms), so that one job a turn would be 400 jobs a second at most. And a turn must end:
 * handlers that never wait for anything outside would keep the event loop from everybody else.
 */
const jobsPerTurn = 100;

/** What lets jobs run. */
interface Turns {
  /** There is one more job, or there may be. */
  want(): void;
}

/** The work that turns are for. */
interface Work {
  /** How many jobs wait now. */
  waiting(): number;
  /** Does the next job, and never rejects; `false` when there is none. */
  doNext(): Promise<boolean>;
}

/**
 * Has Bottleneck decide how many jobs run at once. It holds no job, only turns, at most `concurrency` of them in
 * its queue: so a long backlog costs it nothing, and who runs next is chosen when a place is free.
 */
function createTurns(concurrency: number, clock: Clock, { waiting, doNext }: Work): Turns {
  const bottleneck = new Bottleneck({ maxConcurrent: concurrency });
  let asked = 0;
  let running = 0;
  let isAwake = false;

  /**
   * Bottleneck waits on the machine's timers, whatever the clock. So that a clock which a test drives does not
   * run past a turn that is due now, a timer stands on it until the turn has come.
   */
  const keepAwake = (): void => {
    if (clock === systemClock || isAwake || asked === 0 || running >= concurrency) return;
    isAwake = true;
    clock.setTimer(() => {
      isAwake = false;
      keepAwake();
    }, 0);
  };

  const turn = async (): Promise<void> => {
    asked -= 1;
    running += 1;
    for (let job = 0; job < jobsPerTurn && (await doNext()); job++);
    running -= 1;
    want();
  };

  const want = (): void => {
    for (const wanted = Math.min(waiting(), concurrency); asked < wanted; asked++) void bottleneck.schedule(turn);
    keepAwake();
  };

  return { want };
}

/** Options of `inProcessQueue`. All can be left out. */
export interface InProcessQueueOptions {
  /** Default `shopify-sync`. */
  readonly name?: string;
  /** Jobs that run at once. Default 8. */
  readonly concurrency?: number;
  /** Milliseconds before each further attempt of a job that says nothing else. Default 30, 60 and 120 seconds. */
  readonly retryDelaysMs?: readonly number[];
  /** Milliseconds for one attempt of a job that says nothing else. Default 300,000. */
  readonly timeoutMs?: number;
  /** Dead letters that are kept; the oldest goes when there is one more. Default 10,000. */
  readonly maxDeadJobs?: number;
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
  /** Hears of failed attempts, dead letters and jobs of unknown types. */
  readonly logger?: Logger;
  /** Hears of each attempt. */
  readonly telemetry?: TelemetryListener;
}
