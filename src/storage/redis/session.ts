import { randomUUID } from 'node:crypto';
import type { RedisErrors } from './errors.ts';
import type { RedisStoresOptions } from './options.ts';
import { type RedisScript, readScript, tooLate } from './script.ts';

/** What goes into a script. */
export type RedisArguments = readonly (string | number)[];

/** The stores' way to Redis. */
export interface RedisSession {
  /** The full name of a key, with a tag that puts all keys of the same owner into one slot of a cluster. */
  name(kind: string, owner: string): string;
  /** What a script that changes nothing returns: a text, a list of them, or `null`. */
  read(script: RedisScript, keys: readonly string[], args: RedisArguments): Promise<unknown>;
  /**
   * What a script that changes something of one owner returns. Done once at most, and never after it failed:
   * whoever reads the state after an error sees for good whether it was.
   */
  write(owner: string, script: RedisScript, keys: readonly string[], args: RedisArguments): Promise<string>;
}

const nothing = readScript('return false');

/** Makes the session on a client. A script that the server does not know (any more) is sent to it in full. */
export function createRedisSession(
  { redis, keyPrefix, commandTimeoutMs, clock }: Required<RedisStoresOptions>,
  errors: RedisErrors,
): RedisSession {
  /** The server's time less that of the monotonic clock here, a little less than it really is. */
  let aheadMs: number | undefined;

  const inTime = (command: Promise<unknown>, isWrite: boolean): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const giveUp = (): void => reject(errors.outOfTime(commandTimeoutMs, isWrite));
      const cancel = clock.setTimer(giveUp, commandTimeoutMs);
      command.then(resolve, reject).finally(cancel);
    });

  const send = async (
    { sha, source }: RedisScript,
    keys: readonly string[],
    args: RedisArguments,
  ): Promise<unknown> => {
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('NOSCRIPT'))) throw error;
      return await redis.eval(source, keys.length, ...keys, ...args);
    }
  };

  const call = async (
    script: RedisScript,
    keys: readonly string[],
    args: RedisArguments,
    isWrite: boolean,
  ): Promise<unknown> => {
    if (redis.status === 'end') throw errors.clientClosed();
    try {
      const answer = await inTime(send(script, keys, args), isWrite);
      const [time, result] = Array.isArray(answer) ? (answer as unknown[]) : [];
      // A client with `stringNumbers` gives a text.
      const nowMs = Number(time);
      if (!Number.isFinite(nowMs)) throw errors.badAnswer();
      aheadMs = nowMs - clock.monotonic();
      return result ?? null;
    } catch (error) {
      throw errors.command(error, isWrite);
    }
  };

  const name: RedisSession['name'] = (kind, owner) => `${keyPrefix}${kind}{:${owner}}`;

  return {
    name,
    read: (script, keys, args) => call(script, keys, args, false),
    async write(owner, script, keys, args) {
      // Only the first write of a session has to ask for the time: every answer tells it.
      if (aheadMs === undefined) await call(nothing, [], [], false);
      const allKeys = [...keys, `${name('c', owner)}${randomUUID()}`];
      for (let attempt = 0; attempt < 2; attempt++) {
        const untilMs = (aheadMs ?? 0) + clock.monotonic() + commandTimeoutMs;
        // A command cannot come back after it is too late for it, so the mark need not stay longer.
        const answer = await call(script, allKeys, [...args, Math.floor(untilMs), 2 * commandTimeoutMs], true);
        if (typeof answer !== 'string') throw errors.badAnswer();
        // The clock of another node, or of the next master, is ahead: its own time is known now.
        if (answer !== tooLate) return answer;
      }
      throw errors.tooLate();
    },
  };
}
