import { bareCause, bareMessage } from '../../errors/bare-cause.ts';
import { QueueError } from '../../errors/local.ts';
import { systemClock } from '../../internal/clock.ts';

/**
 * Waits for Redis, but not for ever.
 *
 * @throws QueueError, which is retryable, when it fails or takes longer.
 */
export function within<T>(limitMs: number, queue: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void =>
      reject(new QueueError(`The queue ${queue} cannot be reached: ${reason}`, true, { cause }));
    const cancel = systemClock.setTimer(
      () => fail(`Redis gave no answer within ${limitMs} ms; it may still do what it was asked`),
      limitMs,
    );
    work.then(resolve, (error: unknown) => fail(bareMessage(error), bareCause(error))).finally(cancel);
  });
}
