import { isRecord, parseJson } from '../../internal/json.ts';
import type { AgeCount, SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import { checkedPage, checkedPatternLimit, isStorableText } from '../adapter-kit.ts';
import { countsOf, ErrorPatternCounter, epochDay, orderedAges } from '../record-counts.ts';
import {
  checkedRecord,
  damagedRecord,
  fromFailedRow,
  fromRecordRow,
  isSyncStatus,
  type RecordRow,
  recordFormat,
  recordFormatProblem,
  type StoredRecord,
  toRecordRow,
} from '../record-kit.ts';
import type { UncheckedRow } from '../row-reader.ts';
import {
  indexedValue,
  partsOfValue,
  type RedisArguments,
  type RedisScript,
  type RedisSession,
  readScript,
  writeScript,
} from './session.ts';
import library from './sync-records.lua';

const scripts = {
  get: readScript(library, 'get'),
  getByGid: readScript(library, 'getByGid'),
  list: readScript(library, 'list'),
  listFailed: readScript(library, 'listFailed'),
  readCounts: readScript(library, 'readCounts'),
  put: writeScript(library, 'put'),
  delete: writeScript(library, 'delete'),
  erase: writeScript(library, 'erase'),
};

/** Records in one step of an erasure, and in one page of errors: Redis serves nobody else meanwhile. */
const recordsPerStep = 200;

/** The sync records in Redis. Each change and its counts are one script, so nobody sees one without the other. */
export function createRedisSyncRecords(session: RedisSession): SyncRecordStore {
  const rows = async (
    shop: string,
    script: RedisScript,
    args: RedisArguments,
  ): Promise<readonly UncheckedRow<RecordRow>[]> => {
    const found = await session.readList(script, [session.name('r', shop)], args);
    return found.flatMap((value: unknown, index) =>
      index % 2 === 0 ? [] : [rowOfValue(shop, found[index - 1], String(value))],
    );
  };
  const records = async (shop: string, script: RedisScript, args: RedisArguments): Promise<readonly SyncRecord[]> =>
    (await rows(shop, script, args)).map((row) => fromRecordRow(shop, row));

  const ageCounts = async (shop: string): Promise<readonly AgeCount[]> => {
    if (!isStorableText(shop)) return [];
    const found = await session.readList(scripts.readCounts, [session.name('r', shop)], []);
    const ages: AgeCount[] = [];
    for (let index = 0; index < found.length; index += 2) {
      const [status = '', day = ''] = String(found[index]).split(':');
      if (!isSyncStatus(status)) {
        // Of a newer release, most likely: then this tells so.
        const [first] = await records(shop, scripts.list, [`:${status}`, '-', 1]);
        throw damagedRecord(shop, first?.localId, 'status');
      }
      ages.push({ status, day: day === '' ? null : Number(day), count: Number(found[index + 1]) });
    }
    return ages;
  };

  const putMany = async (given: readonly SyncRecord[]): Promise<void> => {
    const ofShop = Map.groupBy(given.map(checkedRecord), ({ shop }) => shop);
    for (const [shop, ofOne] of ofShop) {
      // One argument: a client cannot pass on a hundred thousand of them.
      const lastOfEach = new Map(ofOne.map((record) => [record.localId, record]));
      const list = JSON.stringify([...lastOfEach.values()].flatMap((record) => [record.localId, toValue(record)]));
      const reply = await session.write(shop, scripts.put, [session.name('r', shop)], [list, recordFormat]);
      const [outcome, format, localId] = reply.split('\0');
      if (outcome === 'newer') throw recordFormatProblem(shop, localId, format) ?? session.errors.invalidReply();
    }
  };

  return {
    async get(shop, localId) {
      if (![shop, localId].every(isStorableText)) return undefined;
      return (await records(shop, scripts.get, [localId]))[0];
    },
    async getByGid(shop, gid) {
      if (gid === '' || ![shop, gid].every(isStorableText)) return undefined;
      return (await records(shop, scripts.getByGid, [gid]))[0];
    },
    put: (record) => putMany([record]),
    putMany,
    async list(shop, options = {}) {
      const { status, after, limit } = checkedPage(options);
      if (!isStorableText(shop)) return [];
      const least = after === undefined ? '-' : `(${after}`;
      return records(shop, scripts.list, [status === undefined ? '' : `:${status}`, least, limit]);
    },
    counts: async (shop) => countsOf(await ageCounts(shop)),
    ageCounts: async (shop) => orderedAges(await ageCounts(shop)),
    async errorPatterns(shop, options = {}) {
      const limit = checkedPatternLimit(options);
      const counter = new ErrorPatternCounter();
      if (!isStorableText(shop)) return [];
      for (let least = '-'; ; ) {
        const page = await rows(shop, scripts.listFailed, [least, recordsPerStep]);
        for (const row of page) {
          const failed = fromFailedRow(shop, row);
          counter.add(failed);
          least = `(${failed.localId}`;
        }
        if (page.length < recordsPerStep) return counter.top(limit);
      }
    },
    async delete(shop, localId) {
      if (![shop, localId].every(isStorableText)) return false;
      return (await session.write(shop, scripts.delete, [session.name('r', shop)], [localId])) === '1';
    },
    async erase(shop) {
      if (!isStorableText(shop)) return 0;
      for (let erased = 0; ; ) {
        const step = Number(await session.write(shop, scripts.erase, [session.name('r', shop)], [recordsPerStep]));
        if (step === 0) return erased;
        erased += step;
      }
    },
  };
}

/** The record as Redis keeps it. */
function toValue(record: StoredRecord): string {
  const { format, ...row } = toRecordRow(record);
  const day = epochDay(record.lastSyncedAt);
  return indexedValue([format, record.gid ?? '', record.status, day ?? '', record.lastError ? 1 : 0], row);
}

/** @throws StorageError where the value is damaged or of a newer format. */
function rowOfValue(shop: string, localId: unknown, value: string): UncheckedRow<RecordRow> {
  const { format, json } = partsOfValue(value);
  const row = parseJson(json);
  if (format !== undefined) {
    const problem = recordFormatProblem(shop, localId, format);
    if (problem) throw problem;
    if (isRecord(row)) return { ...(row as unknown as UncheckedRow<RecordRow>), format };
  }
  throw damagedRecord(shop, localId, 'all');
}
