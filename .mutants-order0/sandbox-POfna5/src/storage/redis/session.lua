-- The frame of every script: it is put before a library of commands, and one of the two functions is called with
-- one of those commands behind it. Each script returns the server's time in milliseconds and what its command returns.

local time = redis.call('TIME')
local nowUs = time[1] * 1000000 + time[2]
local nowMs = math.floor(nowUs / 1000)

-- A command that changes nothing.
local function read(command)
  return { nowMs, command() }
end

-- A command that may change something, and returns text. The last key is the mark of this call; the last arguments
-- are the moment until which it may be done, and the milliseconds for which the mark is kept.
--
-- A client sends a command again where the connection broke before the reply, and sends what it has queued whenever
-- the connection is back. So a call that was done once gives its first reply again, and one whose caller has given
-- up is not done at all.
local function write(command)
  local mark = KEYS[#KEYS]
  local known = redis.call('GET', mark)
  if known then return { nowMs, known } end
  if nowMs > tonumber(ARGV[#ARGV - 1]) then return { nowMs, 'too late' } end
  local reply = command()
  redis.call('SET', mark, reply, 'PX', ARGV[#ARGV])
  return { nowMs, reply }
end
