import { TimeoutError } from '../errors/connection.ts';
import { linkSignal } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import type { JobContext, JobHandler } from '../ports/job-queue.ts';
import { putOffDelay } from './put-off.ts';

/** How an attempt ended. `given-back`: it was stopped from outside, which is not the job's fault. */
export type AttemptResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'put-off'; readonly delayMs: number }
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
    return new TimeoutError('TIMEOUT', `The job ${context.job.type} was not done within ${timeoutMs} ms.`, limits);
  });
  const judge = (error: unknown): AttemptResult => {
    if (stop.aborted) return { kind: 'given-back' };
    const delayMs = putOffDelay(error);
    if (delayMs !== undefined) return { kind: 'put-off', delayMs };
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
