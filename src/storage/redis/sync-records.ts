import { isRecord, parseJson } from '../../internal/json.ts';
import type { AgeCount, SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import { checkedPage, checkedPatternLimit, isStorableText } from '../adapter-kit.ts';
import {
  checkedRecord,
  countsOf,
  createPatternTally,
  dayOf,
  isSyncStatus,
  orderedAges,
  type StoredRecord,
  syncStatuses,
} from '../record-kit.ts';
import type { SyncRecordTable } from '../sql/schema.ts';
import { damagedRecord, fromRow, readFailure, toRow } from '../sql/sync-records.ts';
import {
  type RedisArguments,
  type RedisErrors,
  type RedisScript,
  type RedisSession,
  readScript,
  writeScript,
} from './session.ts';

/** Records in one step of an erasure, and in one page of errors: Redis serves nobody else meanwhile. */
const recordsPerStep = 200;

type Row = Readonly<Record<keyof SyncRecordTable, unknown>>;

/** The record as Redis keeps it: what the indexes need in front, then the record's row as JSON. */
function entryOf(record: StoredRecord): string {
  const day = dayOf(record.lastSyncedAt);
  const index = [record.gid ?? '', record.status, day ?? '', record.lastError ? 1 : 0];
  return [...index, JSON.stringify(toRow(record))].join('\0');
}

/** The sync records in Redis. Each change and its counts are one script, so nobody sees one without the other. */
export function createRedisSyncRecords({ name, read, write }: RedisSession, errors: RedisErrors): SyncRecordStore {
  const rows = async (shop: string, script: RedisScript, args: RedisArguments): Promise<readonly Row[]> => {
    const found = await read(script, [name('r', shop)], args);
    if (!Array.isArray(found)) throw errors.badAnswer();
    return found.flatMap((text: unknown, index) => {
      if (index % 2 === 0) return [];
      const row = parseJson(String(text));
      if (!isRecord(row)) throw damagedRecord(shop, found[index - 1], 'all');
      return [row as Row];
    });
  };
  const records = async (shop: string, script: RedisScript, args: RedisArguments): Promise<readonly SyncRecord[]> =>
    (await rows(shop, script, args)).map((row) => fromRow(shop, row));

  const ageCounts = async (shop: string): Promise<readonly AgeCount[]> => {
    if (!isStorableText(shop)) return [];
    const found = await read(countsScript, [name('r', shop)], []);
    if (!Array.isArray(found)) throw errors.badAnswer();
    return found.flatMap((field: unknown, index): AgeCount[] => {
      if (index % 2 === 1) return [];
      const [status, day = ''] = String(field).split(':');
      if (!isSyncStatus(status)) throw damagedRecord(shop, '?', 'status');
      return [{ status, day: day === '' ? null : Number(day), count: Number(found[index + 1]) }];
    });
  };

  const putMany = async (given: readonly SyncRecord[]): Promise<void> => {
    const ofShop = Map.groupBy(given.map(checkedRecord), ({ shop }) => shop);
    for (const [shop, ofOne] of ofShop) {
      // One argument: a client cannot pass on a hundred thousand of them.
      const lastOfEach = new Map(ofOne.map((record) => [record.localId, record]));
      const list = JSON.stringify([...lastOfEach.values()].flatMap((record) => [record.localId, entryOf(record)]));
      await write(shop, putRecordsScript, [name('r', shop)], [list]);
    }
  };

  return {
    async get(shop, localId) {
      if (![shop, localId].every(isStorableText)) return undefined;
      return (await records(shop, getRecordScript, [localId]))[0];
    },
    async getByGid(shop, gid) {
      if (gid === '' || ![shop, gid].every(isStorableText)) return undefined;
      return (await records(shop, getByGidScript, [gid]))[0];
    },
    put: (record) => putMany([record]),
    putMany,
    async list(shop, options = {}) {
      const { status, after, limit } = checkedPage(options);
      if (!isStorableText(shop)) return [];
      const least = after === undefined ? '-' : `(${after}`;
      return records(shop, listRecordsScript, [status === undefined ? '' : `:${status}`, least, limit]);
    },
    counts: async (shop) => countsOf(await ageCounts(shop)),
    ageCounts: async (shop) => orderedAges(await ageCounts(shop)),
    async errorPatterns(shop, options = {}) {
      const limit = checkedPatternLimit(options);
      const tally = createPatternTally();
      if (!isStorableText(shop)) return [];
      for (let least = '-'; ; ) {
        const page = await rows(shop, listFailedScript, [least, recordsPerStep]);
        for (const row of page) {
          const failed = readFailure(shop, row);
          tally.add(failed);
          least = `(${failed.localId}`;
        }
        if (page.length < recordsPerStep) return tally.top(limit);
      }
    },
    async delete(shop, localId) {
      if (![shop, localId].every(isStorableText)) return false;
      return (await write(shop, deleteRecordScript, [name('r', shop)], [localId])) === '1';
    },
    async erase(shop) {
      if (!isStorableText(shop)) return 0;
      for (let erased = 0; ; ) {
        const step = Number(await write(shop, eraseRecordsScript, [name('r', shop)], [recordsPerStep]));
        if (step === 0) return erased;
        erased += step;
      }
    },
  };
}

const statuses = syncStatuses.map((status) => `'${status}'`).join(', ');

/**
 * A shop's records (KEYS[1] is what all names begin with): `:all` holds each record by local id, as
 * gid NUL status NUL day NUL failed NUL and its JSON; `:ids`, `:ids:STATUS` and `:failed` hold local ids in the
 * order of code points, `:gids` holds gid NUL local id in that order, `:counts` a number for each STATUS:DAY.
 */
const recordNames = `
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
const deleteRecordScript = writeScript(`${recordNames}
local removed = remove(ARGV[1])
recount()
return tostring(removed)`);

/** ARGV: how many at most. Answers how many there were. */
const eraseRecordsScript = writeScript(`${recordNames}
local erased = 0
for _, localId in ipairs(redis.call('ZRANGEBYLEX', ids, '-', '+', 'LIMIT', 0, ARGV[1])) do
  erased = erased + remove(localId)
end
-- No record is left, so nothing of damaged ones may be either.
if redis.call('EXISTS', ids) == 0 then redis.call('DEL', all, gids, failed, counts) end
return tostring(erased)`);

/** ARGV: local id. */
const getRecordScript = readScript(`${recordNames}${rowOf}
return rows({ ARGV[1] })`);

/** ARGV: gid. */
const getByGidScript = readScript(`${recordNames}${rowOf}
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
const listRecordsScript = readScript(`${recordNames}${rowOf}
return rows(redis.call('ZRANGEBYLEX', ids .. ARGV[1], ARGV[2], '+', 'LIMIT', 0, ARGV[3]))`);

/** ARGV: the least local id in the form of ZRANGEBYLEX, limit. */
const listFailedScript = readScript(`${recordNames}${rowOf}
return rows(redis.call('ZRANGEBYLEX', failed, ARGV[1], '+', 'LIMIT', 0, ARGV[2]))`);

const countsScript = readScript(`${recordNames}
return redis.call('HGETALL', counts)`);

/**
 * ARGV: a JSON list with the local id, each one once, and the value of each record. Redis serves nobody else
 * meanwhile, so each command is about many records: with commands for each one it would take twice as long.
 */
const putRecordsScript = writeScript(`${recordNames}
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
