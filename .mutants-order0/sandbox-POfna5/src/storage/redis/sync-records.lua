-- A shop's records (KEYS[1] is what all names begin with): `:all` holds each record by local id, as format NUL gid NUL
-- status NUL day NUL failed NUL and the rest of it as JSON; `:ids`, `:ids:STATUS` and `:failed` hold local ids in the
-- order of code points, `:gids` holds gid NUL local id in that order, `:counts` a number for each STATUS:DAY.
-- Whatever the format, what the indexes need stays in front, so that any release can count and delete.

local base = KEYS[1]
local all, ids, gids = base .. ':all', base .. ':ids', base .. ':gids'
local failed, counts = base .. ':failed', base .. ':counts'

-- Format, gid, status, day and failed of a record; nil where it is damaged. The JSON behind them is not copied.
local function parse(value)
  return string.match(value, '^(%d+)%z([^%z]*)%z([^%z]*)%z([^%z]*)%z([^%z]*)%z')
end

-- Returns local id, value, … With `missing`, '' where an index names a record that is not there: who reads on by pages
-- ends at a short one, and would take it for the last.
local function rows(localIds, missing)
  local found = {}
  for _, localId in ipairs(localIds) do
    local value = redis.call('HGET', all, localId) or missing
    if value then
      found[#found + 1] = localId
      found[#found + 1] = value
    end
  end
  return found
end

-- ARGV: local id.
local function get()
  return rows({ ARGV[1] })
end

-- ARGV: local ids.
local function getMany()
  return rows(ARGV)
end

-- ARGV: gid.
local function getByGid()
  local least = '[' .. ARGV[1] .. '\0'
  while true do
    local member = redis.call('ZRANGEBYLEX', gids, least, '(' .. ARGV[1] .. '\1', 'LIMIT', 0, 1)[1]
    if not member then return {} end
    local localId = string.sub(member, #ARGV[1] + 2)
    local _, gid = parse(redis.call('HGET', all, localId) or '')
    -- A damaged record that was replaced has left its old gid behind.
    if gid == nil or gid == ARGV[1] then
      local found = rows({ localId })
      if #found > 0 then return found end
    end
    least = '(' .. member
  end
end

-- ARGV: '' or ':STATUS', the least local id in the form of ZRANGEBYLEX, limit.
local function list()
  return rows(redis.call('ZRANGEBYLEX', ids .. ARGV[1], ARGV[2], '+', 'LIMIT', 0, ARGV[3]), '')
end

-- ARGV: the least local id in the form of ZRANGEBYLEX, limit.
local function listFailed()
  return rows(redis.call('ZRANGEBYLEX', failed, ARGV[1], '+', 'LIMIT', 0, ARGV[2]), '')
end

-- Returns STATUS:DAY, number, …
local function readCounts()
  return redis.call('HGETALL', counts)
end

local function count(status, day, change)
  local field = status .. ':' .. day
  if redis.call('HINCRBY', counts, field, change) == 0 then redis.call('HDEL', counts, field) end
end

-- Statuses whose counts are not to be trusted: a damaged record does not say on which day it was counted.
local doubtful = {}

-- Takes a damaged record out of the lists of all statuses that are counted: it is in one of them.
local function forgetDamaged(localId)
  for _, field in ipairs(redis.call('HKEYS', counts)) do
    local status = string.match(field, '^[^:]*')
    if redis.call('ZREM', ids .. ':' .. status, localId) == 1 then doubtful[status] = true end
  end
end

-- Counts the doubtful statuses again.
local function recount()
  for status in pairs(doubtful) do
    for _, field in ipairs(redis.call('HKEYS', counts)) do
      if string.sub(field, 1, #status + 1) == status .. ':' then redis.call('HDEL', counts, field) end
    end
    local least = '-'
    while least do
      local page = redis.call('ZRANGEBYLEX', ids .. ':' .. status, least, '+', 'LIMIT', 0, 1000)
      for _, localId in ipairs(page) do
        local _, _, _, day = parse(redis.call('HGET', all, localId) or '')
        count(status, day or '', 1)
      end
      least = page[1] and '(' .. page[#page]
    end
  end
end

-- Deletes one record, a damaged one too. Returns how many there were.
local function remove(localId)
  local value = redis.call('HGET', all, localId)
  if not value then
    if redis.call('ZREM', ids, localId) == 1 then forgetDamaged(localId) end
    redis.call('ZREM', failed, localId)
    return 0
  end
  local _, gid, status, day = parse(value)
  redis.call('ZREM', failed, localId)
  if gid then
    count(status, day, -1)
    redis.call('ZREM', ids .. ':' .. status, localId)
    if gid ~= '' then redis.call('ZREM', gids, gid .. '\0' .. localId) end
  else
    forgetDamaged(localId)
  end
  redis.call('ZREM', ids, localId)
  return redis.call('HDEL', all, localId)
end

-- ARGV: local id. Returns '1' where there was one.
local function delete()
  local removed = remove(ARGV[1])
  recount()
  return tostring(removed)
end

-- ARGV: how many at most. Returns how many there were.
local function erase()
  local erased = 0
  for _, localId in ipairs(redis.call('ZRANGEBYLEX', ids, '-', '+', 'LIMIT', 0, ARGV[1])) do
    remove(localId)
    erased = erased + 1
  end
  -- No record is left, so nothing of damaged ones may be either.
  if redis.call('EXISTS', ids) == 0 then redis.call('DEL', all, gids, failed, counts) end
  return tostring(erased)
end

-- ARGV: a JSON list with the local id, each one once, and the value of each record; the newest format that the caller
-- knows. Writes all of them, or none where one of them would replace a record of a newer format: then it returns
-- 'newer' NUL that one's format NUL its local id.
--
-- Redis serves nobody else meanwhile, so each command is about many records: with commands for each one it would
-- take twice as long.
local function putAll(records)
  local newestFormat = tonumber(ARGV[2])
  local recordsPerStep = 500

  -- What is there of each record: nil where there is none, {} where it is damaged.
  local before = {}
  for at = 1, #records, recordsPerStep * 2 do
    local localIds = {}
    for index = at, math.min(#records, at + recordsPerStep * 2 - 1), 2 do localIds[#localIds + 1] = records[index] end
    for index, value in ipairs(redis.call('HMGET', all, unpack(localIds))) do
      if value then
        local format, gid, status, day = parse(value)
        if format and tonumber(format) > newestFormat then return 'newer\0' .. format .. '\0' .. localIds[index] end
        before[localIds[index]] = { gid = gid, status = status, day = day }
      end
    end
  end

  local changes = {}
  local function change(status, day, by)
    local field = status .. ':' .. day
    changes[field] = (changes[field] or 0) + by
  end
  local function membersOf(lists, key)
    if not lists[key] then lists[key] = {} end
    return lists[key]
  end
  local function remove(removed, key, member)
    local members = membersOf(removed, key)
    members[#members + 1] = member
  end
  local function add(added, key, member)
    local members = membersOf(added, key)
    members[#members + 1] = 0
    members[#members + 1] = member
  end

  for at = 1, #records, recordsPerStep * 2 do
    local step = { unpack(records, at, math.min(#records, at + recordsPerStep * 2 - 1)) }
    local removed, added = {}, {}
    for index = 1, #step, 2 do
      local localId = step[index]
      local _, gid, status, day, isFailed = parse(step[index + 1])
      local old = before[localId]
      if old and old.gid then
        change(old.status, old.day, -1)
        if old.status ~= status then remove(removed, ids .. ':' .. old.status, localId) end
        if old.gid ~= '' and old.gid ~= gid then remove(removed, gids, old.gid .. '\0' .. localId) end
      elseif old then
        forgetDamaged(localId)
      end
      change(status, day, 1)
      add(added, ids, localId)
      add(added, ids .. ':' .. status, localId)
      if isFailed == '1' then add(added, failed, localId) else remove(removed, failed, localId) end
      if gid ~= '' then add(added, gids, gid .. '\0' .. localId) end
    end
    for key, members in pairs(removed) do redis.call('ZREM', key, unpack(members)) end
    for key, members in pairs(added) do redis.call('ZADD', key, unpack(members)) end
    redis.call('HSET', all, unpack(step))
  end
  for field, by in pairs(changes) do
    if by ~= 0 and redis.call('HINCRBY', counts, field, by) == 0 then redis.call('HDEL', counts, field) end
  end
  recount()
  return 'done'
end

local function put()
  return putAll(cjson.decode(ARGV[1]))
end

-- ARGV: as for put, with one record; the SHA-1 of what is stored of it, '' for nothing. Returns 'changed' where something
-- else is stored.
local function putIf()
  local value = redis.call('HGET', all, cjson.decode(ARGV[1])[1])
  if (value and redis.sha1hex(value) or '') ~= ARGV[3] then return 'changed' end
  return put()
end

-- ARGV: as for put; a JSON list with the SHA-1 of what is stored of each, '' for nothing. Returns 'done', and behind a NUL
-- each the local ids of which something else is stored: those are not written.
local function putManyIf()
  local records, fingerprints = cjson.decode(ARGV[1]), cjson.decode(ARGV[3])
  local fitting, reply = {}, { 'done' }
  for index, fingerprint in ipairs(fingerprints) do
    local localId = records[index * 2 - 1]
    local value = redis.call('HGET', all, localId)
    if (value and redis.sha1hex(value) or '') == fingerprint then
      fitting[#fitting + 1] = localId
      fitting[#fitting + 1] = records[index * 2]
    else
      reply[#reply + 1] = localId
    end
  end
  local outcome = putAll(fitting)
  if outcome ~= 'done' then return outcome end
  return table.concat(reply, '\0')
end
