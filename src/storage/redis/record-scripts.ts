import { readScript, writeScript } from './script.ts';

/**
 * A shop's records (KEYS[1] is what all names begin with): `:all` holds each record by local id, as
 * gid NUL status NUL day NUL failed NUL and its JSON; `:ids`, `:ids:STATUS` and `:failed` hold local ids in the
 * order of code points, `:gids` holds gid NUL local id in that order, `:counts` a number for each STATUS:DAY.
 */
const names = `
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
local function forget(localId)
  local value = redis.call('HGET', all, localId)
  if not value then return false end
  local gid, status, day = parse(value)
  redis.call('ZREM', failed, localId)
  -- What nobody of this package wrote is in no index, and can be deleted or replaced all the same.
  if not gid then return true end
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

/** ARGV: for each record its local id and its value. */
export const putRecordsScript = writeScript(`${names}
for at = 1, #ARGV - 2, 2 do
  local localId, value = ARGV[at], ARGV[at + 1]
  local gid, status, day, isFailed = parse(value)
  forget(localId)
  redis.call('HSET', all, localId, value)
  redis.call('ZADD', ids, 0, localId)
  redis.call('ZADD', ids .. ':' .. status, 0, localId)
  if isFailed == '1' then redis.call('ZADD', failed, 0, localId) end
  if gid ~= '' then redis.call('ZADD', gids, 0, gid .. '\\0' .. localId) end
  count(status, day, 1)
end
return 'done'`);

/** ARGV: local id. Answers '1' where there was one. */
export const deleteRecordScript = writeScript(`${names}
return tostring(remove(ARGV[1]))`);

/** ARGV: how many at most. Answers how many there were. */
export const eraseRecordsScript = writeScript(`${names}
local erased = 0
for _, localId in ipairs(redis.call('ZRANGEBYLEX', ids, '-', '+', 'LIMIT', 0, ARGV[1])) do
  erased = erased + remove(localId)
end
return tostring(erased)`);

/** ARGV: local id. */
export const getRecordScript = readScript(`${names}${rowOf}
return rows({ ARGV[1] })`);

/** ARGV: gid. */
export const getByGidScript = readScript(`${names}${rowOf}
local member = redis.call('ZRANGEBYLEX', gids, '[' .. ARGV[1] .. '\\0', '(' .. ARGV[1] .. '\\1', 'LIMIT', 0, 1)[1]
return rows({ member and string.sub(member, #ARGV[1] + 2) })`);

/** ARGV: '' or ':STATUS', the least local id in the form of ZRANGEBYLEX, limit. */
export const listRecordsScript = readScript(`${names}${rowOf}
return rows(redis.call('ZRANGEBYLEX', ids .. ARGV[1], ARGV[2], '+', 'LIMIT', 0, ARGV[3]))`);

/** ARGV: the least local id in the form of ZRANGEBYLEX, limit. */
export const listFailedScript = readScript(`${names}${rowOf}
return rows(redis.call('ZRANGEBYLEX', failed, ARGV[1], '+', 'LIMIT', 0, ARGV[2]))`);

export const countsScript = readScript(`${names}
return redis.call('HGETALL', counts)`);
