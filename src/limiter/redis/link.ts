import { createHash } from 'node:crypto';
import { TimeoutError } from '../../errors/connection.ts';
import type { RedisLimiterSettings } from './options.ts';
import { bucketScript } from './script.ts';

/** What the buckets of one limiter know together about Redis. */
export interface RedisLink {
  /** Whether the last call was answered. Taken to be so until one fails. */
  readonly isUp: boolean;
  /** Whether a call makes sense now: Redis is there, or it is time to see whether it has come back. */
  mayCall(): boolean;
  /**
   * Runs the script on one key and reads its answer. Settles after `commandTimeoutMs` at the latest, also
   * where the client would wait for ever; `onLate` hears of an answer that comes after that.
   *
   * @throws What the client or `read` throws, or a TimeoutError.
   */
  call<T>(
    key: string,
    parameters: readonly (string | number)[],
    read: (answer: string) => T,
    onLate: () => void,
  ): Promise<T>;
}

type LinkSettings = Pick<RedisLimiterSettings, 'redis' | 'clock' | 'commandTimeoutMs' | 'probeMs' | 'logger'>;

/**
 * How much rarer the tries are while a client still keeps commands that were given up: it may queue what
 * it is given until a server comes, and would be given more and more.
 */
const patience = 30;

/** Makes the link. A script that Redis does not know (any more) is sent to it in full. */
export function createRedisLink(settings: LinkSettings): RedisLink {
  const { redis, clock, commandTimeoutMs, probeMs, logger } = settings;
  const sha = createHash('sha1').update(bucketScript).digest('hex');
  let isUp = true;
  let isProbing = false;
  let probeAtMs = 0;
  let givenUp = 0;

  const run = async (key: string, parameters: readonly (string | number)[]): Promise<unknown> => {
    try {
      return await redis.evalsha(sha, 1, key, ...parameters);
    } catch (error) {
      if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
      return await redis.eval(bucketScript, 1, key, ...parameters);
    }
  };

  const giveUp = (command: Promise<unknown>, onLate: () => void): TimeoutError => {
    givenUp += 1;
    // Once the client has an outcome for it, there is something at the other end again.
    const settle = (): void => {
      givenUp -= 1;
      if (givenUp === 0) probeAtMs = Math.min(probeAtMs, clock.monotonic());
    };
    command.finally(settle).then(onLate, () => undefined);
    const limits = { timeoutMs: commandTimeoutMs, mayHaveExecuted: true };
    return new TimeoutError('TIMEOUT', `Redis did not answer within ${commandTimeoutMs} ms.`, limits);
  };

  const inTime = (command: Promise<unknown>, onLate: () => void): Promise<unknown> =>
    new Promise((resolve, reject) => {
      // A process that was held up finds its timers due before it reads what has long been answered: it
      // looks once more before it gives up.
      let cancel = clock.setTimer(() => {
        cancel = clock.setTimer(() => reject(giveUp(command, onLate)), 0);
      }, commandTimeoutMs);
      command.then(resolve, reject).finally(() => cancel());
    });

  const failed = (error: unknown): void => {
    probeAtMs = clock.monotonic() + probeMs * (givenUp > 0 ? patience : 1);
    if (!isUp) return;
    isUp = false;
    logger?.warn({ error: messageOf(error) }, 'Redis is gone: the limiter keeps to its share of each bucket');
  };

  const succeeded = (): void => {
    if (isUp) return;
    isUp = true;
    logger?.info({}, 'Redis is back: the limiter shares its buckets again');
  };

  return {
    get isUp() {
      return isUp;
    },
    mayCall: () => isUp || (!isProbing && clock.monotonic() >= probeAtMs),
    async call(key, parameters, read, onLate) {
      const isProbe = !isUp;
      isProbing ||= isProbe;
      try {
        const answer = read(String(await inTime(run(key, parameters), onLate)));
        succeeded();
        return answer;
      } catch (error) {
        failed(error);
        throw error;
      } finally {
        if (isProbe) isProbing = false;
      }
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
