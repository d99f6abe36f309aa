import type { Clock } from '../../internal/clock.ts';
import type { DeadJob } from '../../ports/job-queue.ts';
import type { AttemptResult } from '../attempt.ts';
import { describeFailure } from '../failure.ts';
import type { JobOutcome, QueueReporter } from '../reporter.ts';
import type { Backlog } from './backlog.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { HeldJob } from './types.ts';

/** Where a job can go after an attempt. */
interface Places {
  readonly backlog: Backlog;
  readonly dead: DeadLetters;
  readonly clock: Clock;
  readonly reporter: QueueReporter;
}

/** Puts a job where its attempt's result says, and tells what that means for it. */
export function settle(
  held: HeldJob,
  result: AttemptResult,
  places: Places,
): { readonly outcome: JobOutcome; readonly error: DeadJob['error'] | null } {
  const { backlog, dead, clock, reporter } = places;
  if (result.kind === 'done') return { outcome: 'done', error: null };
  if (result.kind !== 'failed') {
    backlog.add(held, result.kind === 'put-off' ? result.delayMs : 0);
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
