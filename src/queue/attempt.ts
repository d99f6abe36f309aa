import { TimeoutError } from '../errors/errors.ts';
import { linkSignal } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import type { TelemetryEvent, TelemetryListener } from '../ports/events.ts';
import type { DeadJob, JobContext, JobHandler, QueueStats } from '../ports/job-queue.ts';
import type { Logger } from '../ports/logger.ts';
import { createEmit, safeLogger } from '../telemetry/telemetry.ts';
import { deferDelay } from './job.ts';

/** How an attempt ended. `given-back`: it was stopped from outside, which is not the job's fault. */
export type AttemptResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'deferred'; readonly delayMs: number }
  | { readonly kind: 'given-back' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** One attempt, and its limits. */
interface AttemptPlan {
  readonly handler: JobHandler;
  readonly context: Omit<JobContext, 'signal'>;
  readonly timeoutMs: number;
  /** Aborted when the job is to be given back. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
}

/** Milliseconds: a handler that does not listen to its signal must not hold its place for ever. */
export const lastWordsMs = 5_000;

/** Calls the handler once. Never rejects, and ends at the latest 5 seconds after its signal was aborted. */
export function runAttempt({ handler, context, timeoutMs, stop, clock }: AttemptPlan): Promise<AttemptResult> {
  const limits = { timeoutMs, mayHaveExecuted: true };
  const link = linkSignal(clock, stop, timeoutMs, () => {
    return new TimeoutError(`The job ${context.job.type} was not done within ${timeoutMs} ms.`, {
      code: 'TIMEOUT',
      ...limits,
    });
  });
  const judge = (error: unknown): AttemptResult => {
    if (stop.aborted) return { kind: 'given-back' };
    const delayMs = deferDelay(error);
    if (delayMs !== undefined) return { kind: 'deferred', delayMs };
    // `fetch` and others reject with an error of their own, which does not say why they were stopped.
    return { kind: 'failed', error: link.signal.aborted ? link.signal.reason : error };
  };
  return new Promise((resolve) => {
    let cancel = (): void => undefined;
    const end = (result: AttemptResult): void => {
      cancel();
      link.signal.removeEventListener('abort', onAbort);
      link.release();
      resolve(result);
    };
    const onAbort = (): void => {
      cancel = clock.setTimer(() => end(judge(link.signal.reason)), lastWordsMs);
    };
    if (link.signal.aborted) {
      end({ kind: 'given-back' });
      return;
    }
    link.signal.addEventListener('abort', onAbort, { once: true });
    // Not a copy: the key may be made when the handler first asks for it.
    call(handler, Object.assign(context, { signal: link.signal })).then(
      () => end({ kind: 'done' }),
      (error: unknown) => end(judge(error)),
    );
  });
}

/** A handler that throws before its first `await` is no different from one that rejects. */
async function call(handler: JobHandler, context: JobContext): Promise<void> {
  await handler(context);
}

/** How an attempt ended, with its consequence for the job. */
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

/** Tells the host what happens in a queue. */
export interface QueueReporter {
  readonly logger: Logger | undefined;
  ended(attempt: EndedAttempt): void;
  /** A job has no handler in this process. */
  unknownType(type: string): void;
  processingMs(): QueueStats['processingMs'];
}

/** Milliseconds for which a job of a type without a handler is put off. */
export const unknownTypePauseMs = 5_000;

/** Thousands of such jobs make one line in this time. */
const unknownTypeQuietMs = 60_000;

const mostRemembered = 1_000;

/** What the log says of an attempt that ended in this way. */
const lines: Partial<Record<JobOutcome, readonly [keyof Logger, string]>> = {
  failed: ['warn', 'an attempt of a job failed; it comes again'],
  dead: ['error', 'the last attempt of a job failed; it is a dead letter now'],
  deferred: ['info', 'a job was put off'],
  'given-back': ['info', 'a job was given back, since the queue closes'],
};

/** Makes what reports to the host's logger and listener, neither of which can break the queue. */
export function createReporter(
  queue: string,
  clock: Clock,
  host: { readonly logger?: Logger | undefined; readonly telemetry?: TelemetryListener | undefined },
): QueueReporter {
  const logger = safeLogger(host.logger);
  const emit = createEmit(host.telemetry, logger);
  const times = new ProcessingTimes();
  const toldMs = new Map<string, number>();

  return {
    logger,
    ended({ id, type, error, ...attempt }) {
      times.add(attempt.durationMs);
      const [level, line] = lines[attempt.outcome] ?? [];
      if (level && line) {
        const { outcome, durationMs } = attempt;
        logger?.[level]({ queue, id, jobType: type, attempt: attempt.attempt, outcome, durationMs, error }, line);
      }
      emit({ type: 'job', queue, jobType: type, ...attempt, errorCode: error?.code ?? null });
    },
    unknownType(type) {
      const last = toldMs.get(type);
      if (last !== undefined && clock.monotonic() - last < unknownTypeQuietMs) return;
      if (toldMs.size >= mostRemembered) toldMs.clear();
      toldMs.set(type, clock.monotonic());
      logger?.error(
        { queue, jobType: type },
        'a job has a type that this process does no jobs of; it is put off: call `process` for it, or stop what queues it',
      );
    },
    processingMs: () => times.summary(),
  };
}

const remembered = 1_000;

/** How long the last attempts took. */
class ProcessingTimes {
  readonly #durationsMs: number[] = [];
  #next = 0;

  add(durationMs: number): void {
    this.#durationsMs[this.#next] = durationMs;
    this.#next = (this.#next + 1) % remembered;
  }

  summary(): QueueStats['processingMs'] {
    const sorted = [...this.#durationsMs].sort((a, b) => a - b);
    const at = (part: number): number => sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
    return sorted.length === 0 ? null : { median: at(0.5), p95: at(0.95), max: at(1) };
  }
}

/** Those who wait until a queue is empty. */
interface IdleWatch {
  /** Resolves when the queue is empty; rejects on an abort, or on `end`. */
  wait(signal?: AbortSignal): Promise<void>;
  /** Lets them go, if the queue is empty now. */
  check(): void;
  /** Nobody will be let go any more. */
  end(reason: Error): void;
}

/** @param isIdle Whether nothing waits, is delayed or runs. */
export function createIdleWatch(isIdle: () => boolean): IdleWatch {
  const waiters = new Set<{ readonly resolve: () => void; readonly reject: (reason: unknown) => void }>();
  return {
    async wait(signal) {
      signal?.throwIfAborted();
      if (isIdle()) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onAbort = (): void => reject(signal?.reason);
      const waiter = { resolve, reject };
      waiters.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        await promise;
      } finally {
        waiters.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
      }
    },
    check() {
      if (waiters.size > 0 && isIdle()) for (const { resolve } of waiters) resolve();
    },
    end(reason) {
      for (const { reject } of waiters) reject(reason);
    },
  };
}
