import type { KeyEngine, WriteOutcome } from '../keys/engine.ts';
import type { RedisErrors } from './errors.ts';
import { compareScript, deleteScript, getScript, releaseScript, renewScript, setScript, takeScript } from './keys.ts';
import type { RedisScan } from './scan.ts';
import type { RedisScript } from './script.ts';
import type { RedisArguments, RedisSession } from './session.ts';

const outcomes: readonly string[] = ['done', 'unchanged', 'lost'] satisfies WriteOutcome[];

const optional = (value: string | number | undefined): string | number => value ?? '';

const flag = (value: string | undefined): number => (value === undefined ? 0 : 1);

/** Keys and locks in Redis: a key's value, its lock and the marks of its calls are in one slot of a cluster. */
export function createRedisKeys({ name, read, write }: RedisSession, scan: RedisScan, errors: RedisErrors): KeyEngine {
  const valueName = (key: string): string => name('k', key);
  const lockName = (key: string): string => name('l', key);

  const change = async (key: string, script: RedisScript, args: RedisArguments): Promise<WriteOutcome> => {
    const answer = await write(key, script, [valueName(key), lockName(key)], args);
    if (!outcomes.includes(answer)) throw errors.badAnswer();
    return answer as WriteOutcome;
  };

  return {
    async get(key) {
      const value = await read(getScript, [valueName(key)], []);
      return typeof value === 'string' ? value : undefined;
    },
    set: (key, value, { ttlMs, fence }) => change(key, setScript, [optional(fence), value, optional(ttlMs)]),
    compareAndSet: (key, expected, value, { ttlMs, fence }) =>
      change(key, compareScript, [
        ...[optional(fence), flag(expected), optional(expected)],
        ...[flag(value), optional(value), optional(ttlMs)],
      ]),
    delete: (key, fence) => change(key, deleteScript, [optional(fence)]),
    async *scan(prefix) {
      const start = valueName(prefix).slice(0, -1);
      for await (const page of scan(start, '}')) yield page.map((rest) => prefix + rest);
    },
    locks: {
      async take(key, leaseMs) {
        const token = await write(key, takeScript, [lockName(key)], [leaseMs]);
        return token === '' ? undefined : Number(token);
      },
      renew: async (key, token, leaseMs) =>
        (await write(key, renewScript, [lockName(key)], [token, leaseMs])) === 'done',
      release: async (key, token) => (await write(key, releaseScript, [lockName(key)], [token])) === 'done',
    },
  };
}
