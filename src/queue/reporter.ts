import type { Clock } from '../internal/clock.ts';
import type { DeadJob, QueueStats } from '../ports/job-queue.ts';
import type { Logger, TelemetryEvent, TelemetryListener } from '../ports/logger.ts';
import { createEmit } from '../telemetry/emit.ts';
import { safeLogger } from '../telemetry/telemetry.ts';
import { ProcessingTimes } from './processing-times.ts';

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
  'put-off': ['info', 'a job was put off'],
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
