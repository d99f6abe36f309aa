-- Keys and locks. A value stands in a string; a lock in a hash of its token and the moment until which it is held.

-- Milliseconds for which a free lock is remembered, so that a clock that is set back gives no token twice.
local memoryOfTokensMs = 3600000

-- KEYS: value.
local function get()
  return redis.call('GET', KEYS[1])
end

-- Whether a write that depends on a lock may be done. KEYS: value, lock. ARGV: fence or ''.
local function isFenced()
  local fence = ARGV[1]
  if fence == '' then return true end
  local lock = redis.call('HMGET', KEYS[2], 'token', 'until')
  return lock[1] == fence and tonumber(lock[2]) > nowMs
end

local function put(value, ttlMs)
  if ttlMs == '' then redis.call('SET', KEYS[1], value) else redis.call('SET', KEYS[1], value, 'PX', ttlMs) end
end

-- The writes return 'done', 'unchanged' or 'lost'.

-- KEYS: value, lock. ARGV: fence or '', value, ttl or ''.
local function set()
  if not isFenced() then return 'lost' end
  put(ARGV[2], ARGV[3])
  return 'done'
end

-- KEYS: value, lock. ARGV: fence or '', '1' where a value is expected, that value, '1' where there is a new one, that
-- value, ttl or ''.
local function compareAndSet()
  if not isFenced() then return 'lost' end
  local current = redis.call('GET', KEYS[1])
  if current ~= (ARGV[2] == '1' and ARGV[3]) then return 'unchanged' end
  if ARGV[4] == '1' then put(ARGV[5], ARGV[6]) else redis.call('DEL', KEYS[1]) end
  return 'done'
end

-- KEYS: value, lock. ARGV: fence or ''.
local function delete()
  if not isFenced() then return 'lost' end
  return redis.call('DEL', KEYS[1]) == 1 and 'done' or 'unchanged'
end

-- KEYS: lock. ARGV: lease. The token is the time in microseconds, or one more than the last one where the clock was
-- set back: so it rises also where Redis has lost all it knew. Returns '' where the lock is not free.
local function takeLock()
  local lock = redis.call('HMGET', KEYS[1], 'token', 'until')
  if lock[2] and tonumber(lock[2]) > nowMs then return '' end
  local token = string.format('%.0f', math.max(nowUs, (tonumber(lock[1] or '') or 0) + 1))
  redis.call('HSET', KEYS[1], 'token', token, 'until', string.format('%.0f', nowMs + ARGV[1]))
  redis.call('PEXPIRE', KEYS[1], ARGV[1] + memoryOfTokensMs)
  return token
end

-- Whether the lock (KEYS[1]) is held with the token ARGV[1].
local function isHeld()
  local lock = redis.call('HMGET', KEYS[1], 'token', 'until')
  return lock[1] == ARGV[1] and tonumber(lock[2]) > nowMs
end

-- KEYS: lock. ARGV: token, lease.
local function renewLock()
  if not isHeld() then return 'lost' end
  redis.call('HSET', KEYS[1], 'until', string.format('%.0f', nowMs + ARGV[2]))
  redis.call('PEXPIRE', KEYS[1], ARGV[2] + memoryOfTokensMs)
  return 'done'
end

-- KEYS: lock. ARGV: token.
local function releaseLock()
  if not isHeld() then return 'lost' end
  redis.call('HSET', KEYS[1], 'until', '0')
  return 'done'
end
