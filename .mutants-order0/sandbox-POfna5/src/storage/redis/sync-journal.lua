-- A shop's journal (KEYS[1] is what all names begin with): `:entries` holds each entry by id, as format NUL local id
-- NUL run id NUL and the rest of it as JSON; `:ids`, `:local:ID` and `:run:ID` hold ids in their order, `:at` by time;
-- `:head` is the last id. Whatever the format, what the indexes need stays in front, so that any release can prune.

local base = KEYS[1]
local entries, ids, at, head = base .. ':entries', base .. ':ids', base .. ':at', base .. ':head'

-- Behind the tag no name has a brace, so it is never that of another shop, whatever is in shop and id.
local function within(id) return (string.gsub(id, '}', '\0')) end
local function byLocalId(localId) return base .. ':local:' .. within(localId) end
local function byRunId(runId) return base .. ':run:' .. within(runId) end

-- The local id and the run id of an entry; nil where it is damaged.
local function parse(value)
  return string.match(value or '', '^%d+%z([^%z]*)%z([^%z]*)%z')
end

-- ARGV: a JSON list with the value and the time of each entry. Returns the id of the first. A journal without a head
-- begins with the time in microseconds, so one that was erased, or lost by Redis, goes on behind its old ids.
local function append()
  local first = (tonumber(redis.call('GET', head) or '') or nowUs) + 1
  local id, list = first, cjson.decode(ARGV[1])
  for index = 1, #list, 2 do
    local value, name = list[index], string.format('%.0f', id)
    local localId, runId = parse(value)
    redis.call('HSET', entries, name, value)
    redis.call('ZADD', ids, name, name)
    redis.call('ZADD', at, list[index + 1], name)
    redis.call('ZADD', byLocalId(localId), name, name)
    if runId ~= '' then redis.call('ZADD', byRunId(runId), name, name) end
    id = id + 1
  end
  redis.call('SET', head, string.format('%.0f', id - 1))
  return string.format('%.0f', first)
end

-- ARGV: local id or '', run id or '', id after which or '', '1' for newest first, limit. Returns id, value, …
local function list()
  local localId, runId, after, newestFirst, limit = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1', tonumber(ARGV[5])
  local source = localId ~= '' and byLocalId(localId) or runId ~= '' and byRunId(runId) or ids
  local command, far, near = 'ZRANGEBYSCORE', '+inf', '-inf'
  if newestFirst then command, far, near = 'ZREVRANGEBYSCORE', '-inf', '+inf' end
  if after ~= '' then near = '(' .. after end
  local found = {}
  while #found < limit * 2 do
    local page = redis.call(command, source, near, far, 'LIMIT', 0, limit)
    if #page == 0 then break end
    near = '(' .. page[#page]
    for _, id in ipairs(page) do
      local value = redis.call('HGET', entries, id) or ''
      local _, run = parse(value)
      if (runId == '' or run == runId or not run) and #found < limit * 2 then
        found[#found + 1] = id
        found[#found + 1] = value
      end
    end
  end
  return found
end

local function remove(id)
  local localId, runId = parse(redis.call('HGET', entries, id))
  redis.call('ZREM', ids, id)
  redis.call('ZREM', at, id)
  -- A damaged entry can be deleted all the same.
  if localId then redis.call('ZREM', byLocalId(localId), id) end
  if localId and runId ~= '' then redis.call('ZREM', byRunId(runId), id) end
  redis.call('HDEL', entries, id)
end

-- ARGV: the time before which in the form of ZRANGEBYSCORE, how many at most. Returns how many there were.
local function prune()
  local old = redis.call('ZRANGEBYSCORE', at, '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
  for _, id in ipairs(old) do remove(id) end
  return tostring(#old)
end
