import type { KeyEngine, WriteOutcome } from '../key-engine.ts';
import {
  type RedisArguments,
  type RedisErrors,
  type RedisScan,
  type RedisScript,
  type RedisSession,
  readScript,
  writeScript,
} from './session.ts';

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

/** Answers of the writes, as `WriteOutcome` has them. KEYS: value, lock. ARGV: fence (or ''), … */
const fenced = `
local fence = ARGV[1]
if fence ~= '' then
  local lock = redis.call('HMGET', KEYS[2], 'token', 'until')
  if lock[1] ~= fence or tonumber(lock[2]) <= nowMs then return 'lost' end
end
local function put(value, ttlMs)
  if ttlMs == '' then redis.call('SET', KEYS[1], value) else redis.call('SET', KEYS[1], value, 'PX', ttlMs) end
end
`;

const getScript = readScript(`return redis.call('GET', KEYS[1])`);

/** ARGV: fence, value, ttl. */
const setScript = writeScript(`${fenced}
put(ARGV[2], ARGV[3])
return 'done'`);

/** ARGV: fence, '1' where a value is expected, that value, '1' where there is a new one, that value, ttl. */
const compareScript = writeScript(`${fenced}
local current = redis.call('GET', KEYS[1])
if current ~= (ARGV[2] == '1' and ARGV[3]) then return 'unchanged' end
if ARGV[4] == '1' then put(ARGV[5], ARGV[6]) else redis.call('DEL', KEYS[1]) end
return 'done'`);

/** ARGV: fence. */
const deleteScript = writeScript(`${fenced}
return redis.call('DEL', KEYS[1]) == 1 and 'done' or 'unchanged'`);

/** Milliseconds for which a free lock is remembered, so that a clock set back gives no token twice. */
const memoryOfTokensMs = 3_600_000;

/** Whether the lock (KEYS[1]) is held with the token ARGV[1]. */
const held = `
local lock = redis.call('HMGET', KEYS[1], 'token', 'until')
local isHeld = lock[1] == ARGV[1] and tonumber(lock[2]) > nowMs
`;

/**
 * ARGV: lease. The token is the time in microseconds, or one more than the last one where the clock was set
 * back: so it rises also where Redis has lost all it knew. Answers '' where the lock is not free.
 */
const takeScript = writeScript(`
local lock = redis.call('HMGET', KEYS[1], 'token', 'until')
if lock[2] and tonumber(lock[2]) > nowMs then return '' end
local token = string.format('%.0f', math.max(nowUs, (tonumber(lock[1] or '') or 0) + 1))
redis.call('HSET', KEYS[1], 'token', token, 'until', string.format('%.0f', nowMs + ARGV[1]))
redis.call('PEXPIRE', KEYS[1], ARGV[1] + ${memoryOfTokensMs})
return token`);

/** ARGV: token, lease. */
const renewScript = writeScript(`${held}
if not isHeld then return 'lost' end
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', nowMs + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[2] + ${memoryOfTokensMs})
return 'done'`);

/** ARGV: token. */
const releaseScript = writeScript(`${held}
if not isHeld then return 'lost' end
redis.call('HSET', KEYS[1], 'until', '0')
return 'done'`);
