import { QueueError } from '../../errors/errors.ts';
import { systemClock } from '../../internal/clock.ts';
import { bareCause, bareMessage } from '../../internal/redact.ts';
import { readRedisRefusal } from '../../internal/redis-refusal.ts';

/** Waits for Redis, but not for ever. */
interface RedisWaits {
  /**
   * @throws QueueError when the work fails or takes longer; it is retryable, except where Redis refuses it for a
   * reason that lasts, such as a wrong password.
   */
  within<T>(limitMs: number, work: Promise<T>): Promise<T>;
}

/**
 * @param lastTrouble What the connection has had trouble with and not overcome: BullMQ holds commands back until
 * Redis lets the connection in, so why it does not is known only from there.
 */
export function createRedisWaits(queue: string, lastTrouble: () => unknown): RedisWaits {
  const refused = (error: unknown): QueueError | undefined => {
    const refusal = readRedisRefusal(error);
    if (!refusal) return undefined;
    const message = `The Redis of the queue ${queue} ${refusal.message}.`;
    return new QueueError(message, refusal.passes, { cause: bareCause(error) });
  };
  const outOfReach = (reason: string, cause?: Error): QueueError =>
    new QueueError(`The queue ${queue} cannot be reached: ${reason}`, true, { cause });

  return {
    within: (limitMs, work) =>
      new Promise((resolve, reject) => {
        const fail = (error: unknown): void =>
          reject(refused(error) ?? refused(lastTrouble()) ?? outOfReach(bareMessage(error), bareCause(error)));
        const giveUp = (): void => {
          const reason = `Redis gave no answer within ${limitMs} ms; it may still do what it was asked`;
          reject(refused(lastTrouble()) ?? outOfReach(reason));
        };
        const cancel = systemClock.setTimer(giveUp, limitMs);
        work.then(resolve, fail).finally(cancel);
      }),
  };
}
