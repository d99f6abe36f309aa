import type { KeyEngine, WriteOutcome } from '../key-engine.ts';
import library from './keys.lua';
import { type RedisArguments, type RedisScript, type RedisSession, readScript, writeScript } from './session.ts';

const scripts = {
  get: readScript(library, 'get'),
  set: writeScript(library, 'set'),
  compareAndSet: writeScript(library, 'compareAndSet'),
  delete: writeScript(library, 'delete'),
  takeLock: writeScript(library, 'takeLock'),
  renewLock: writeScript(library, 'renewLock'),
  releaseLock: writeScript(library, 'releaseLock'),
};

/** Keys and locks in Redis. A key's value, its lock and the marks of its calls are in one slot of a cluster. */
export function createRedisKeys(session: RedisSession): KeyEngine {
  const valueName = (key: string): string => session.name('k', key);
  const lockName = (key: string): string => session.name('l', key);

  const change = async (key: string, script: RedisScript, args: RedisArguments): Promise<WriteOutcome> => {
    const reply = await session.write(key, script, [valueName(key), lockName(key)], args);
    if (!isWriteOutcome(reply)) throw session.errors.invalidReply();
    return reply;
  };

  return {
    async get(key) {
      const value = await session.read(scripts.get, [valueName(key)], []);
      return typeof value === 'string' ? value : undefined;
    },
    set: (key, value, { ttlMs, fence }) => change(key, scripts.set, [orEmpty(fence), value, orEmpty(ttlMs)]),
    compareAndSet: (key, expected, value, { ttlMs, fence }) =>
      change(key, scripts.compareAndSet, [
        ...[orEmpty(fence), isGiven(expected), orEmpty(expected)],
        ...[isGiven(value), orEmpty(value), orEmpty(ttlMs)],
      ]),
    delete: (key, fence) => change(key, scripts.delete, [orEmpty(fence)]),
    async *scan(prefix) {
      const start = valueName(prefix).slice(0, -1);
      for await (const page of session.scan(start, '}')) yield page.map((rest) => prefix + rest);
    },
    now: () => session.now(),
    locks: {
      async take(key, leaseMs) {
        const token = await session.write(key, scripts.takeLock, [lockName(key)], [leaseMs]);
        return token === '' ? undefined : Number(token);
      },
      renew: async (key, token, leaseMs) =>
        (await session.write(key, scripts.renewLock, [lockName(key)], [token, leaseMs])) === 'done',
      release: async (key, token) =>
        (await session.write(key, scripts.releaseLock, [lockName(key)], [token])) === 'done',
    },
  };
}

const writeOutcomes: readonly string[] = ['done', 'unchanged', 'lost'] satisfies WriteOutcome[];

function isWriteOutcome(reply: string): reply is WriteOutcome {
  return writeOutcomes.includes(reply);
}

function orEmpty(value: string | number | undefined): string | number {
  return value ?? '';
}

function isGiven(value: string | undefined): 0 | 1 {
  return value === undefined ? 0 : 1;
}
