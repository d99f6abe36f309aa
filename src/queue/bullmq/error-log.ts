import type { Clock } from '../../internal/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import { describeFailure } from '../failure.ts';

const quietMs = 30_000;

const mostKinds = 100;

/** Logs what the connection says; each thing once in half a minute, since a lost Redis says it ten times a second. */
export function createErrorLog(queue: string, clock: Clock, logger: Logger | undefined): (error: unknown) => void {
  const toldMs = new Map<string, number>();
  return (error) => {
    const failure = describeFailure(error);
    const last = toldMs.get(failure.message);
    if (last !== undefined && clock.monotonic() - last < quietMs) return;
    if (toldMs.size >= mostKinds) toldMs.clear();
    toldMs.set(failure.message, clock.monotonic());
    logger?.error({ queue, error: failure }, 'the queue has trouble with Redis');
  };
}
