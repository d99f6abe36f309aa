import { AsyncLocalStorage } from 'node:async_hooks';
import { ConfigError, TimeoutError } from '../errors/errors.ts';
import { gracePeriodMs, linkSignal } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import type { TelemetryEvent, TelemetryListener } from '../ports/events.ts';
import type { DeadJob, JobContext, JobHandler, QueueStats } from '../ports/job-queue.ts';
import type { Logger } from '../ports/logger.ts';
import { safeLogger, Telemetry, type TracedSpan, tracing } from '../telemetry/telemetry.ts';
import { deferDelay } from './defer.ts';

/** The result of an attempt. `given-back`: it was stopped because the queue closes. */
export type AttemptResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'deferred'; readonly delayMs: number }
  | { readonly kind: 'given-back' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** One attempt, and its limits. */
interface AttemptPlan {
  readonly handler: PlacedHandler;
  readonly context: Omit<JobContext, 'signal'>;
  readonly timeoutMs: number;
  /** Aborted when the job must be returned to the queue. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
  /** The span in which the handler runs. */
  readonly span: TracedSpan | undefined;
}

/** Calls the handler once. Never rejects, and ends at most 5 seconds after its signal was aborted. */
export async function runAttempt({
  handler,
  context,
  timeoutMs,
  stop,
  clock,
  span,
}: AttemptPlan): Promise<AttemptResult> {
  const limits = { timeoutMs, mayHaveExecuted: true };
  const link = linkSignal(clock, stop, timeoutMs, () => {
    return new TimeoutError(`The job ${context.job.type} did not finish within ${timeoutMs} ms.`, {
      code: 'TIMEOUT',
      ...limits,
    });
  });
  try {
    if (link.isAborted) return { kind: 'given-back' };
    // Not a copy, because the key and the signal are only created when the handler first reads them.
    const whole: JobContext = Object.defineProperty(context as JobContext, 'signal', {
      enumerable: true,
      get: () => link.signal,
    });
    await link.until(call(handler, whole, span), gracePeriodMs);
    return { kind: 'done' };
  } catch (error) {
    if (stop.aborted) return { kind: 'given-back' };
    const delayMs = deferDelay(error);
    if (delayMs !== undefined) return { kind: 'deferred', delayMs };
    // `fetch` and others reject with their own error, which does not contain the reason.
    return { kind: 'failed', error: link.isAborted ? link.reason : error };
  } finally {
    link.release();
  }
}

/** `async`, so that a handler that throws before its first `await` rejects too. */
async function call(handler: PlacedHandler, context: JobContext, span: TracedSpan | undefined): Promise<void> {
  await handler(context, span);
}

/** What an attempt means for its job. */
export type JobOutcome = Extract<TelemetryEvent, { type: 'job' }>['outcome'];

/** An attempt that has ended. */
interface EndedAttempt {
  readonly id: string;
  readonly type: string;
  readonly attempt: number;
  readonly outcome: JobOutcome;
  readonly error: DeadJob['error'] | null;
  readonly durationMs: number;
  readonly waitedMs: number | null;
}

/**
 * Milliseconds for which a job is deferred that this process cannot run, such as one without a handler for its type.
 */
export const unknownJobPauseMs = 5_000;

/** Milliseconds for which the same kind of job is not logged again. */
const unknownJobQuietMs = 60_000;

const mostQuietLines = 1_000;

/** The log lines for attempts, by their outcome. */
const lines: Partial<Record<JobOutcome, readonly [keyof Logger, string]>> = {
  failed: ['warn', 'an attempt of a job failed; it will be retried'],
  dead: ['error', 'the last attempt of a job failed; it is now a dead letter'],
  deferred: ['info', 'a job was deferred'],
  'given-back': ['info', 'a job was returned, since the queue is closing'],
};

/** Reports to the host's logger and listener. Their errors cannot break the queue. */
export class QueueReporter {
  readonly logger: Logger | undefined;
  readonly #queue: string;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #times = new ProcessingTimes();
  /** When a line about unknown jobs was last logged. */
  readonly #loggedMs = new Map<string, number>();

  constructor(
    queue: string,
    clock: Clock,
    host: { readonly logger?: Logger | undefined; readonly telemetry?: TelemetryListener | undefined },
  ) {
    this.#queue = queue;
    this.#clock = clock;
    this.logger = safeLogger(host.logger);
    this.#telemetry = new Telemetry(host.telemetry, this.logger);
  }

  /** Begins the span of an attempt, if there is a tracer. */
  begin({ job: { id, type }, attempt, trace = null }: Omit<JobContext, 'signal'>): TracedSpan | undefined {
    return tracing.tracer?.begin({ type: 'job', queue: this.#queue, jobId: id, jobType: type, attempt, trace });
  }

  ended({ id, type, error, ...attempt }: EndedAttempt, span?: TracedSpan): void {
    this.#times.add(attempt.durationMs);
    const queue = this.#queue;
    const [level, line] = lines[attempt.outcome] ?? [];
    if (level && line) {
      const { outcome, durationMs } = attempt;
      this.logger?.[level]({ queue, id, jobType: type, attempt: attempt.attempt, outcome, durationMs, error }, line);
    }
    if (!span && !this.#telemetry.hears('job')) return;
    const event = { type: 'job', queue, jobId: id, jobType: type, ...attempt, errorCode: error?.code ?? null } as const;
    span?.end(event);
    this.#telemetry.emit(event);
  }

  /** A job has no handler in this process. */
  unknownType(type: string): void {
    if (this.#isQuiet(`type ${type}`)) return;
    this.logger?.error(
      { queue: this.#queue, jobType: type },
      'a job has a type without a handler in this process; it is deferred: call `process` for it, or stop queueing it',
    );
  }

  /** A job was stored by a newer version of this package. */
  newerFormat(type: string, format: unknown): void {
    if (this.#isQuiet(`format ${type}`)) return;
    this.logger?.warn(
      { queue: this.#queue, jobType: type, format },
      'a job was queued by a newer version of shopwright; it is left to a process that runs that version',
    );
  }

  processingMs(): QueueStats['processingMs'] {
    return this.#times.summary();
  }

  #isQuiet(line: string): boolean {
    const last = this.#loggedMs.get(line);
    if (last !== undefined && this.#clock.monotonic() - last < unknownJobQuietMs) return true;
    if (this.#loggedMs.size >= mostQuietLines) this.#loggedMs.clear();
    this.#loggedMs.set(line, this.#clock.monotonic());
    return false;
  }
}

const mostMeasured = 1_000;

/** How long the last attempts took. */
class ProcessingTimes {
  readonly #durationsMs: number[] = [];
  #next = 0;

  add(durationMs: number): void {
    this.#durationsMs[this.#next] = durationMs;
    this.#next = (this.#next + 1) % mostMeasured;
  }

  summary(): QueueStats['processingMs'] {
    const sorted = [...this.#durationsMs].sort((a, b) => a - b);
    const at = (part: number): number => sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
    return sorted.length === 0 ? null : { median: at(0.5), p95: at(0.95), max: at(1) };
  }
}

/** A handler bound to the context in which it was registered and to the span of its attempt. */
export type PlacedHandler = (context: JobContext, span: TracedSpan | undefined) => Promise<unknown>;

/** The handlers of one queue in this process: one for each type. */
export class JobHandlers {
  readonly #queue: string;
  readonly #byType = new Map<string, PlacedHandler>();

  /** @param queue Name of the queue. */
  constructor(queue: string) {
    this.#queue = queue;
  }

  get size(): number {
    return this.#byType.size;
  }

  get(type: string): PlacedHandler | undefined {
    return this.#byType.get(type);
  }

  /**
   * Registers a handler. Jobs are started by whatever wakes the queue, such as another tenant's request: without the
   * snapshot they would run with its logger, trace and transaction.
   *
   * @throws ConfigError if the type has a handler: replacing it would silently give its jobs to another one.
   */
  add(type: string, handler: JobHandler): void {
    if (this.#byType.has(type)) {
      const message = `the queue ${this.#queue} already has a handler for jobs of the type "${type}". Use another type for one of them: webhook handlers and product queues derive theirs from \`name\` and \`appId\``;
      throw new ConfigError('Invalid configuration', { issues: [{ field: 'type', message }] });
    }
    const inOwnContext = AsyncLocalStorage.snapshot();
    this.#byType.set(type, (context, span) =>
      span ? inOwnContext(() => span.run(() => handler(context))) : inOwnContext(handler, context),
    );
  }
}
