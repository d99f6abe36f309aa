import { createHash } from 'node:crypto';

/** A Lua script with the name that Redis knows it by. */
export interface RedisScript {
  readonly source: string;
  readonly sha: string;
}

const script = (source: string): RedisScript => ({
  source,
  sha: createHash('sha1').update(source).digest('hex'),
});

const clock = `
local time = redis.call('TIME')
local nowUs = time[1] * 1000000 + time[2]
local nowMs = math.floor(nowUs / 1000)
`;

/** A script that changes nothing. It answers with the server's time (ms) and what the body returns. */
export function readScript(body: string): RedisScript {
  return script(`${clock}
local function work()
${body}
end
return { nowMs, work() }`);
}

/** What a write answers where it came too late to be done. No body returns it. */
export const tooLate = 'too late';

/**
 * A script that may change something; its body returns a text. The last key is the mark of this call, and the
 * last arguments are the moment until which it may be done, and the milliseconds for which the mark is kept.
 *
 * A client sends a command again where the connection broke before the answer, and sends what it has queued
 * whenever the connection is back. So a call that was done once gives its first answer again, and one whose
 * caller has given up is not done at all.
 */
export function writeScript(body: string): RedisScript {
  return script(`${clock}
local mark = KEYS[#KEYS]
local known = redis.call('GET', mark)
if known then return { nowMs, known } end
if nowMs > tonumber(ARGV[#ARGV - 1]) then return { nowMs, '${tooLate}' } end
local function work()
${body}
end
local answer = work()
redis.call('SET', mark, answer, 'PX', ARGV[#ARGV])
return { nowMs, answer }`);
}
