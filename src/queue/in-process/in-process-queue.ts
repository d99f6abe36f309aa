import { randomUUID } from 'node:crypto';
import Bottleneck from 'bottleneck';
import { ConfigError, type Issue, QueueError } from '../../errors/errors.ts';
import { boundedWait, whenAborted } from '../../internal/abort.ts';
import { type Clock, shortTimers, systemClock } from '../../internal/clock.ts';
import { unknownNames } from '../../internal/names.ts';
import type { TelemetryListener } from '../../ports/events.ts';
import type { DeadJob, JobHandler, JobQueue } from '../../ports/job-queue.ts';
import type { Logger } from '../../ports/logger.ts';
import {
  type AttemptResult,
  JobHandlers,
  type JobOutcome,
  QueueReporter,
  runAttempt,
  unknownJobPauseMs,
} from '../attempt.ts';
import {
  areDelays,
  checkQueueOptions,
  closingGrace,
  deriveIdempotencyKey,
  describeFailure,
  isTimeout,
  prepareJob,
} from '../job.ts';
import { Backlog, DeadLetters, type HeldJob } from './backlog.ts';

/**
 * Creates a queue in the memory of this process, without any dependency. Jobs that have not run when the process ends
 * are lost: queue them again at startup from where they are stored, as `createProductQueue` does from the sync records.
 *
 * A payload is stored as JSON, so a `Date` becomes a string; values that JSON cannot represent are refused. A handler
 * that does not stop within 5 seconds of its signal's abort is abandoned: its attempt counts as failed, and the next
 * job starts.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) if an option is invalid.
 *
 * @example
 * const queue = inProcessQueue({ concurrency: 4 });
 * queue.process('greet', async ({ job, signal, idempotencyKey }) => greet(job.payload, { signal, idempotencyKey }));
 * await queue.enqueue({ type: 'greet', payload: { name: 'Ada' }, key: 'ada', priority: 'interactive' });
 */
export function inProcessQueue(options: InProcessQueueOptions = {}): JobQueue {
  const settings = inProcessQueueSettings(options);
  const { name, clock } = settings;
  const jobs = new JobRunner(settings, new QueueReporter(name, clock, options));
  const { backlog, dead } = jobs;

  const close: JobQueue['close'] = async (closeOptions = {}) => jobs.close(closingGrace(closeOptions));
  return {
    name,
    isInMemory: true,
    async enqueue(draft) {
      jobs.throwIfClosed();
      const { type, key, priority, payload, delayMs, ...limits } = prepareJob(draft, settings);
      const holder = key === null ? undefined : backlog.holder(type, key);
      if (holder) return { id: holder.job.id, isNew: false };
      const job = { id: randomUUID(), type, key, priority, enqueuedAt: clock.now() };
      backlog.add({ job, payload, ...limits, failures: 0, dueMs: 0 }, delayMs);
      return { id: job.id, isNew: true };
    },
    process(type, handler) {
      jobs.throwIfClosed();
      jobs.handle(type, handler);
    },
    async stats() {
      const { waiting, delayed, oldestWaitingMs } = backlog;
      const { active, reporter } = jobs;
      return { waiting, delayed, active, dead: dead.size, oldestWaitingMs, processingMs: reporter.processingMs() };
    },
    deadJobs: async (page = {}) => dead.list(page),
    async retry(id) {
      jobs.throwIfClosed();
      const held = dead.take(id);
      if (!held) return false;
      held.failures = 0;
      backlog.add(held, 0);
      return true;
    },
    async remove(id) {
      jobs.throwIfClosed();
      return dead.take(id) !== undefined;
    },
    async drain(drainOptions = {}) {
      checkQueueOptions('drain', drainOptions, { signal: true });
      jobs.throwIfClosed();
      await jobs.drain(drainOptions.signal);
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

/** Runs the jobs of the backlog and settles each by the result of its attempt. */
class JobRunner {
  readonly backlog: Backlog;
  readonly dead: DeadLetters;
  readonly reporter: QueueReporter;
  /** Jobs that run now. */
  active = 0;
  readonly #name: string;
  readonly #clock: Clock;
  /** For the time limits of attempts. */
  readonly #timers: Clock;
  readonly #handlers: JobHandlers;
  readonly #stop = new AbortController();
  readonly #slots: ConcurrencySlots;
  readonly #empty: IdleWaiters;
  readonly #atRest: IdleWaiters;
  #closed: Promise<void> | undefined;

  constructor({ name, clock, concurrency, maxDeadJobs }: InProcessQueueSettings, reporter: QueueReporter) {
    this.#name = name;
    this.#handlers = new JobHandlers(name);
    this.#clock = clock;
    this.#timers = shortTimers(clock);
    // Otherwise each attempt would add a listener to the signal and remove it again.
    whenAborted(this.#stop.signal, () => undefined);
    this.reporter = reporter;
    this.dead = new DeadLetters(maxDeadJobs);
    this.backlog = new Backlog(clock, () => this.#slots.fill());
    this.#slots = new ConcurrencySlots(concurrency, clock, {
      waiting: () => (this.#isWorking ? this.backlog.ready : 0),
      runNext: () => this.#runNext(),
    });
    this.#empty = new IdleWaiters(() => this.active + this.backlog.waiting + this.backlog.delayed === 0);
    this.#atRest = new IdleWaiters(() => this.active === 0);
  }

  /** @throws QueueError */
  throwIfClosed(): void {
    if (this.#closed) throw new QueueError(`The queue ${this.#name} is closed; create a new one.`);
  }

  /** @throws ConfigError */
  handle(type: string, handler: JobHandler): void {
    this.#handlers.add(type, handler);
    this.#slots.fill();
  }

  /** Resolves once nothing waits, is delayed or runs. */
  drain(signal: AbortSignal | undefined): Promise<void> {
    return this.#empty.wait(signal);
  }

  close(graceMs: number): Promise<void> {
    this.#closed ??= this.#end(graceMs);
    return this.#closed;
  }

  async #end(graceMs: number): Promise<void> {
    this.backlog.close();
    const reason = new QueueError(`The queue ${this.#name} closes.`, { isRetryable: true });
    this.#empty.reject(reason);
    const cancel = this.#clock.setTimer(() => this.#stop.abort(reason), graceMs);
    await this.#atRest.wait();
    cancel();
  }

  /** Without a handler this process only queues. */
  get #isWorking(): boolean {
    return this.#closed === undefined && this.#handlers.size > 0;
  }

  async #runNext(): Promise<boolean> {
    const held = this.#isWorking ? this.backlog.next() : undefined;
    if (held) await this.#run(held);
    return held !== undefined;
  }

  async #run(held: HeldJob): Promise<void> {
    const { id, type } = held.job;
    const clock = this.#clock;
    const handler = this.#handlers.get(type);
    if (!handler) {
      this.reporter.unknownType(type);
      this.backlog.add(held, unknownJobPauseMs);
      this.backlog.end(held);
      return;
    }
    const startMs = clock.monotonic();
    const attempt = held.failures + 1;
    const waitedMs = startMs - held.dueMs;
    const name = this.#name;
    const context = {
      job: { ...held.job, payload: JSON.parse(held.payload) as unknown },
      attempt,
      trace: held.trace,
      get idempotencyKey() {
        return held.idempotencyKey ?? deriveIdempotencyKey(name, id);
      },
    };
    this.active += 1;
    const { timeoutMs } = held;
    const span = this.reporter.begin(context);
    const result = await runAttempt({
      handler,
      context,
      timeoutMs,
      stop: this.#stop.signal,
      clock: this.#timers,
      span,
    });
    this.active -= 1;
    const durationMs = clock.monotonic() - startMs;
    this.reporter.ended({ id, type, attempt, durationMs, waitedMs, ...this.#settle(held, result) }, span);
    this.backlog.end(held);
    this.#empty.check();
    this.#atRest.check();
  }

  /** Settles a job by the result of its attempt, and reports the outcome. */
  #settle(
    held: HeldJob,
    result: AttemptResult,
  ): { readonly outcome: JobOutcome; readonly error: DeadJob['error'] | null } {
    if (result.kind === 'done') return { outcome: 'done', error: null };
    if (result.kind !== 'failed') {
      this.backlog.add(held, result.kind === 'deferred' ? result.delayMs : 0);
      return { outcome: result.kind, error: null };
    }
    const error = describeFailure(result.error);
    const delayMs = held.retryDelaysMs[held.failures];
    held.failures += 1;
    if (delayMs !== undefined) {
      this.backlog.add(held, delayMs);
      return { outcome: 'failed', error };
    }
    const dropped = this.dead.add({ job: held, error, failedAt: this.#clock.now() });
    if (dropped !== undefined) {
      this.reporter.logger?.warn(
        { id: dropped },
        'the oldest dead letter was dropped, since there are `maxDeadJobs` newer ones',
      );
    }
    return { outcome: 'dead', error };
  }
}

/** The callers that wait until a condition holds. */
class IdleWaiters {
  readonly #isIdle: () => boolean;
  readonly #waiters = new Set<{ readonly resolve: () => void; readonly reject: (reason: unknown) => void }>();

  /** @param isIdle Whether the condition holds. */
  constructor(isIdle: () => boolean) {
    this.#isIdle = isIdle;
  }

  /** Resolves when it is idle; rejects on an abort, or on `reject`. */
  async wait(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#isIdle()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { resolve, reject };
    this.#waiters.add(waiter);
    try {
      await boundedWait(promise, { signal });
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  /** Resolves the waits if it is idle now. */
  check(): void {
    if (this.#waiters.size > 0 && this.#isIdle()) for (const { resolve } of this.#waiters) resolve();
  }

  /** Ends all waits: it will never be idle. */
  reject(reason: Error): void {
    for (const { reject } of this.#waiters) reject(reason);
  }
}

/**
 * Jobs that all slots together start in one turn of the event loop: handlers that never wait for I/O would otherwise
 * block it.
 */
const jobsPerTurn = 100;

/** The jobs that the slots run. */
interface SlotWork {
  /** How many jobs wait now. */
  waiting(): number;
  /** Runs the next job. Never rejects; returns `false` if there is none. */
  runNext(): Promise<boolean>;
}

/**
 * Uses Bottleneck as a semaphore for the number of jobs that run at once. Its queue holds slots, not jobs, and at most
 * `concurrency` of them: a long backlog costs nothing there, and the next job is chosen when a slot is free.
 *
 * Bottleneck 2.19 waits for `setTimeout(0)` before each step of its store (`yieldLoop` in LocalDatastore.js): about
 * four steps for each slot, or 5 ms, which no option can disable. So a slot is only requested when all others have a
 * job, and it is kept: without a job it rests.
 */
class ConcurrencySlots {
  readonly #bottleneck: Bottleneck;
  readonly #concurrency: number;
  readonly #clock: Clock;
  readonly #work: SlotWork;
  /** Slots that were requested from Bottleneck and not granted yet. */
  #asked = 0;
  #taken = 0;
  /** Functions that wake the resting slots. */
  readonly #resting: (() => void)[] = [];
  /** Whether resting slots wake in the next turn of the event loop. */
  #isWaking = false;
  #startedInTurn = 0;
  #isAwake = false;

  constructor(concurrency: number, clock: Clock, work: SlotWork) {
    this.#bottleneck = new Bottleneck({ maxConcurrent: concurrency });
    this.#concurrency = concurrency;
    this.#clock = clock;
    this.#work = work;
  }

  /** Gives waiting jobs a slot each while there are any. Call it when there may be one more job. */
  fill(): void {
    const waiting = this.#work.waiting();
    const wanted = Math.min(waiting - this.#resting.length, this.#concurrency - this.#taken);
    for (; this.#asked < wanted; this.#asked++) void this.#bottleneck.schedule(() => this.#use());
    if (waiting > 0 && this.#resting.length > 0) this.#wakeInNextTurn();
    this.#keepAwake();
  }

  async #use(): Promise<never> {
    this.#asked -= 1;
    this.#taken += 1;
    for (;;) {
      while (this.#startedInTurn < jobsPerTurn && (await this.#work.runNext())) this.#startedInTurn += 1;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#resting.push(resolve);
      this.fill();
      await promise;
    }
  }

  /** Not at once: the code that queued the job continues first, for example to send a response. */
  #wakeInNextTurn(): void {
    if (this.#isWaking) return;
    this.#isWaking = true;
    setImmediate(() => {
      this.#isWaking = false;
      this.#startedInTurn = 0;
      for (const wake of this.#resting.splice(0, this.#work.waiting())) wake();
    });
  }

  /**
   * Bottleneck grants slots in real time, not on the queue's clock. A timer on the clock until the job has its slot
   * keeps the clock of a test from running past a job that is due now.
   */
  #keepAwake(): void {
    if (this.#clock === systemClock || this.#isAwake || (this.#asked === 0 && !this.#isWaking)) return;
    this.#isAwake = true;
    this.#clock.setTimer(() => {
      this.#isAwake = false;
      this.#keepAwake();
    }, 0);
  }
}

/** Options of `inProcessQueue`. All are optional. */
export interface InProcessQueueOptions {
  /** Name of the queue. Default `shopify-sync`. */
  readonly name?: string;
  /** Number of jobs that run at the same time. Default 8. */
  readonly concurrency?: number;
  /** Default milliseconds before each retry of a job. Default 30, 60 and 120 seconds. */
  readonly retryDelaysMs?: readonly number[];
  /** Default time limit for one attempt of a job, in milliseconds. Default 300,000. */
  readonly timeoutMs?: number;
  /** Number of dead letters to keep; then the oldest is dropped. Default 10,000. */
  readonly maxDeadJobs?: number;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Logs failed attempts, dead letters and jobs of unknown types. */
  readonly logger?: Logger;
  /** Receives an event for each attempt. */
  readonly telemetry?: TelemetryListener;
}

/** The options with defaults; the logger and the listener stay optional. */
type InProcessQueueSettings = Required<Omit<InProcessQueueOptions, 'logger' | 'telemetry'>>;

const optionNames: Record<keyof InProcessQueueOptions, true> = {
  name: true,
  concurrency: true,
  retryDelaysMs: true,
  timeoutMs: true,
  maxDeadJobs: true,
  clock: true,
  logger: true,
  telemetry: true,
};

/**
 * Fills in the defaults.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) listing every invalid option.
 */
function inProcessQueueSettings(options: InProcessQueueOptions): InProcessQueueSettings {
  const { name = 'shopify-sync', concurrency = 8, clock = systemClock, maxDeadJobs = 10_000 } = options;
  const { retryDelaysMs = [30_000, 60_000, 120_000], timeoutMs = 300_000 } = options;
  const issues: Issue[] = [...unknownNames(options, optionNames, 'queue.')];
  const check = (field: keyof InProcessQueueOptions, isValid: boolean, message: string): void => {
    if (!isValid) issues.push({ field: `queue.${field}`, message });
  };
  check('name', typeof name === 'string' && name.length > 0, 'must be a non-empty string');
  check('concurrency', Number.isInteger(concurrency) && concurrency > 0, 'must be a whole number above 0');
  check('retryDelaysMs', areDelays(retryDelaysMs), 'must be a list of at most 100 waits in milliseconds');
  check('timeoutMs', isTimeout(timeoutMs), 'must be milliseconds above 0, at most a year');
  check('maxDeadJobs', Number.isInteger(maxDeadJobs) && maxDeadJobs >= 0, 'must be a whole number, 0 or more');
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  return { name, concurrency, retryDelaysMs, timeoutMs, maxDeadJobs, clock };
}
