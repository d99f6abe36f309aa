import { syncStatuses } from '../record-kit.ts';
import { readScript, writeScript } from './script.ts';

const statuses = syncStatuses.map((status) => `'${status}'`).join(', ');

/**
 * A shop's records (KEYS[1] is what all names begin with): `:all` holds each record by local id, as
 * gid NUL status NUL day NUL failed NUL and its JSON; `:ids`, `:ids:STATUS` and `:failed` hold local ids in the
 * order of code points, `:gids` holds gid NUL local id in that order, `:counts` a number for each STATUS:DAY.
 */
export const recordNames = `
local base = KEYS[1]
local all, ids, gids = base .. ':all', base .. ':ids', base .. ':gids'
local failed, counts = base .. ':failed', base .. ':counts'
local function parse(value)
  return string.match(value, '^([^%z]*)%z([^%z]*)%z([^%z]*)%z([^%z]*)%z(.*)$')
end
local function count(status, day, change)
  local field = status .. ':' .. day
  if redis.call('HINCRBY', counts, field, change) == 0 then redis.call('HDEL', counts, field) end
end
-- Statuses whose counts are not to be trusted: a damaged record does not say on which day it was counted.
local doubtful = {}
local function forgetDamaged(localId)
  for _, status in ipairs({ ${statuses} }) do
    if redis.call('ZREM', ids .. ':' .. status, localId) == 1 then doubtful[status] = true end
  end
end
local function recount()
  for status in pairs(doubtful) do
    for _, field in ipairs(redis.call('HKEYS', counts)) do
      if string.sub(field, 1, #status + 1) == status .. ':' then redis.call('HDEL', counts, field) end
    end
    local least = '-'
    while least do
      local page = redis.call('ZRANGEBYLEX', ids .. ':' .. status, least, '+', 'LIMIT', 0, 1000)
      for _, localId in ipairs(page) do
        local _, _, day = parse(redis.call('HGET', all, localId) or '')
        count(status, day or '', 1)
      end
      least = page[1] and '(' .. page[#page]
    end
  end
end
local function forget(localId)
  local value = redis.call('HGET', all, localId)
  if not value then return false end
  local gid, status, day = parse(value)
  redis.call('ZREM', failed, localId)
  -- What nobody of this package wrote can be deleted or replaced all the same.
  if not gid then
    forgetDamaged(localId)
    return true
  end
  count(status, day, -1)
  redis.call('ZREM', ids .. ':' .. status, localId)
  if gid ~= '' then redis.call('ZREM', gids, gid .. '\\0' .. localId) end
  return true
end
local function remove(localId)
  if not forget(localId) then return 0 end
  redis.call('ZREM', ids, localId)
  return redis.call('HDEL', all, localId)
end
`;

/** Answers local id, JSON, … */
const rowOf = `
local function rows(localIds)
  local found = {}
  for _, localId in ipairs(localIds) do
    local value = redis.call('HGET', all, localId)
    if value then
      local _, _, _, _, json = parse(value)
      found[#found + 1] = localId
      found[#found + 1] = json or ''
    end
  end
  return found
end
`;

/** ARGV: local id. Answers '1' where there was one. */
export const deleteRecordScript = writeScript(`${recordNames}
local removed = remove(ARGV[1])
recount()
return tostring(removed)`);

/** ARGV: how many at most. Answers how many there were. */
export const eraseRecordsScript = writeScript(`${recordNames}
local erased = 0
for _, localId in ipairs(redis.call('ZRANGEBYLEX', ids, '-', '+', 'LIMIT', 0, ARGV[1])) do
  erased = erased + remove(localId)
end
-- No record is left, so nothing of damaged ones may be either.
if redis.call('EXISTS', ids) == 0 then redis.call('DEL', all, gids, failed, counts) end
return tostring(erased)`);

/** ARGV: local id. */
export const getRecordScript = readScript(`${recordNames}${rowOf}
return rows({ ARGV[1] })`);

/** ARGV: gid. */
export const getByGidScript = readScript(`${recordNames}${rowOf}
local least = '[' .. ARGV[1] .. '\\0'
while true do
  local member = redis.call('ZRANGEBYLEX', gids, least, '(' .. ARGV[1] .. '\\1', 'LIMIT', 0, 1)[1]
  if not member then return {} end
  local localId = string.sub(member, #ARGV[1] + 2)
  local gid = parse(redis.call('HGET', all, localId) or '')
  -- A damaged record that was replaced has left its old gid behind.
  if gid == nil or gid == ARGV[1] then
    local found = rows({ localId })
    if #found > 0 then return found end
  end
  least = '(' .. member
end`);

/** ARGV: '' or ':STATUS', the least local id in the form of ZRANGEBYLEX, limit. */
export const listRecordsScript = readScript(`${recordNames}${rowOf}
return rows(redis.call('ZRANGEBYLEX', ids .. ARGV[1], ARGV[2], '+', 'LIMIT', 0, ARGV[3]))`);

/** ARGV: the least local id in the form of ZRANGEBYLEX, limit. */
export const listFailedScript = readScript(`${recordNames}${rowOf}
return rows(redis.call('ZRANGEBYLEX', failed, ARGV[1], '+', 'LIMIT', 0, ARGV[2]))`);

export const countsScript = readScript(`${recordNames}
return redis.call('HGETALL', counts)`);
