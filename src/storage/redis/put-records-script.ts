import { recordNames } from './record-scripts.ts';
import { writeScript } from './script.ts';

/**
 * ARGV: a JSON list with the local id, each one once, and the value of each record. Redis serves nobody else
 * meanwhile, so each command is about many records: with commands for each one it would take twice as long.
 */
export const putRecordsScript = writeScript(`${recordNames}
local list = cjson.decode(ARGV[1])
local recordsPerStep = 500
local changes = {}
local function change(status, day, by)
  local field = status .. ':' .. day
  changes[field] = (changes[field] or 0) + by
end
-- What the indexes need; the JSON behind it would be copied for nothing.
local function indexed(value)
  return string.match(value, '^([^%z]*)%z([^%z]*)%z([^%z]*)%z([^%z]*)%z')
end
local function listed(lists, key)
  if not lists[key] then lists[key] = {} end
  return lists[key]
end
local function remove(removed, key, member)
  local members = listed(removed, key)
  members[#members + 1] = member
end
local function add(added, key, member)
  local members = listed(added, key)
  members[#members + 1] = 0
  members[#members + 1] = member
end
local function put(step)
  local removed, added, localIds = {}, {}, {}
  for at = 1, #step, 2 do localIds[#localIds + 1] = step[at] end
  for index, old in ipairs(redis.call('HMGET', all, unpack(localIds))) do
    local localId = localIds[index]
    local gid, status, day, isFailed = indexed(step[index * 2])
    local oldGid, oldStatus, oldDay = indexed(old or '')
    if oldGid then
      change(oldStatus, oldDay, -1)
      if oldStatus ~= status then remove(removed, ids .. ':' .. oldStatus, localId) end
      if oldGid ~= '' and oldGid ~= gid then remove(removed, gids, oldGid .. '\\0' .. localId) end
    elseif old then
      -- What nobody of this package wrote can be replaced all the same.
      forgetDamaged(localId)
    end
    change(status, day, 1)
    add(added, ids, localId)
    add(added, ids .. ':' .. status, localId)
    if isFailed == '1' then add(added, failed, localId) else remove(removed, failed, localId) end
    if gid ~= '' then add(added, gids, gid .. '\\0' .. localId) end
  end
  for key, members in pairs(removed) do redis.call('ZREM', key, unpack(members)) end
  for key, members in pairs(added) do redis.call('ZADD', key, unpack(members)) end
  redis.call('HSET', all, unpack(step))
end
for at = 1, #list, recordsPerStep * 2 do
  put({ unpack(list, at, math.min(#list, at + recordsPerStep * 2 - 1)) })
end
for field, by in pairs(changes) do
  if by ~= 0 and redis.call('HINCRBY', counts, field, by) == 0 then redis.call('HDEL', counts, field) end
end
recount()
return 'done'`);
