import { isRecord, parseJson } from '../../internal/json.ts';
import type { SyncJournal } from '../../ports/sync-journal.ts';
import { isStorableText } from '../adapter-kit.ts';
import { checkedDraft, checkedJournalPage, checkedMoment, journalId, type StoredDraft } from '../journal-kit.ts';
import type { JournalTable } from '../sql/schema.ts';
import { fromJournalRow, toJournalRow } from '../sql/sync-journal.ts';
import { type RedisErrors, type RedisSession, readScript, writeScript } from './session.ts';

/** Entries in one step of an erasure: Redis serves nobody else meanwhile. */
const entriesPerStep = 200;

type Row = Readonly<Record<keyof JournalTable, unknown>>;

/** The entry as Redis keeps it: what the indexes need in front, then its row as JSON. The id is not known yet. */
const entryOf = (draft: StoredDraft): string =>
  [draft.localId, draft.runId ?? '', JSON.stringify(toJournalRow(0, draft))].join('\0');

/** The sync journal in Redis. Ids are given inside the script that writes, so entries show up in their order. */
export function createRedisSyncJournal({ name, read, write }: RedisSession, errors: RedisErrors): SyncJournal {
  const prune = async (shop: string, until: string): Promise<number> => {
    if (!isStorableText(shop)) return 0;
    for (let pruned = 0; ; ) {
      const step = Number(await write(shop, pruneScript, [name('j', shop)], [until, entriesPerStep]));
      pruned += step;
      if (step < entriesPerStep) return pruned;
    }
  };

  return {
    async append(drafts) {
      const checked = drafts.map(checkedDraft);
      const ids = new Map<StoredDraft, string>();
      for (const [shop, ofShop] of Map.groupBy(checked, (draft) => draft.shop)) {
        const list = JSON.stringify(ofShop.flatMap((draft) => [entryOf(draft), String(draft.at)]));
        const first = Number(await write(shop, appendScript, [name('j', shop)], [list]));
        for (const [index, draft] of ofShop.entries()) ids.set(draft, journalId(first + index));
      }
      return checked.map((draft) => ids.get(draft) ?? '');
    },
    async list(shop, options = {}) {
      const page = checkedJournalPage(shop, options);
      if (!page) return [];
      const { runId, localId, after = '', newestFirst, limit } = page;
      // An entry has both ids or none, and none is empty.
      if (runId === '' || localId === '') return [];
      const args = [localId ?? '', runId ?? '', after, newestFirst ? 1 : 0, limit];
      const found = await read(listEntriesScript, [name('j', shop)], args);
      if (!Array.isArray(found)) throw errors.badAnswer();
      return found.flatMap((text: unknown, index) => {
        if (index % 2 === 0) return [];
        const row = parseJson(String(text));
        return [
          fromJournalRow(shop, { ...(isRecord(row) ? row : {}), id: String(found[index - 1]) } as unknown as Row),
        ];
      });
    },
    prune: async (shop, before) => prune(shop, `(${checkedMoment(before)}`),
    erase: (shop) => prune(shop, '+inf'),
  };
}

/**
 * A shop's journal (KEYS[1] is what all names begin with): `:entries` holds each entry by id, as local id NUL run
 * id NUL and its JSON; `:ids`, `:local:ID` and `:run:ID` hold ids in their order, `:at` by time; `:head` is the last.
 */
const names = `
local base = KEYS[1]
local entries, ids, at, head = base .. ':entries', base .. ':ids', base .. ':at', base .. ':head'
-- Behind the tag no name has a brace, so it is never that of another shop, whatever is in shop and id.
local function within(id) return (string.gsub(id, '}', '\\0')) end
local function byLocalId(localId) return base .. ':local:' .. within(localId) end
local function byRunId(runId) return base .. ':run:' .. within(runId) end
local function parse(value) return string.match(value or '', '^([^%z]*)%z([^%z]*)%z(.*)$') end
local function remove(id)
  local localId, runId = parse(redis.call('HGET', entries, id))
  redis.call('ZREM', ids, id)
  redis.call('ZREM', at, id)
  -- What nobody of this package wrote can be deleted all the same.
  if localId then redis.call('ZREM', byLocalId(localId), id) end
  if localId and runId ~= '' then redis.call('ZREM', byRunId(runId), id) end
  redis.call('HDEL', entries, id)
end
`;

/**
 * ARGV: a JSON list with the value and the time of each entry. Answers the id of the first. A journal without a head begins with
 * the time in microseconds, so one that was erased, or lost by Redis, goes on behind its old ids.
 */
const appendScript = writeScript(`${names}
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
return string.format('%.0f', first)`);

/** ARGV: local id or '', run id or '', id after which or '', '1' for newest first, limit. Answers id, JSON, … */
const listEntriesScript = readScript(`${names}
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
    local _, run, json = parse(redis.call('HGET', entries, id))
    if (runId == '' or run == runId or not run) and #found < limit * 2 then
      found[#found + 1] = id
      found[#found + 1] = json or ''
    end
  end
end
return found`);

/** ARGV: the time before which in the form of ZRANGEBYSCORE, how many at most. Answers how many there were. */
const pruneScript = writeScript(`${names}
local old = redis.call('ZRANGEBYSCORE', at, '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(old) do remove(id) end
return tostring(#old)`);
