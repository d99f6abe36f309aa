import { isRecord, parseJson } from '../../internal/json.ts';
import type { AgeCount, SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import { isStorableText } from '../adapter-kit.ts';
import { checkedPage, checkedPatternLimit } from '../page-rules.ts';
import { createPatternTally } from '../pattern-tally.ts';
import { countsOf, dayOf, orderedAges } from '../record-counter.ts';
import { checkedRecord, isSyncStatus, type StoredRecord } from '../record-kit.ts';
import { damagedRecord, fromRow, readFailure, toRow } from '../sql/record-rows.ts';
import type { SyncRecordTable } from '../sql/tables.ts';
import type { RedisErrors } from './errors.ts';
import { putRecordsScript } from './put-records-script.ts';
import {
  countsScript,
  deleteRecordScript,
  eraseRecordsScript,
  getByGidScript,
  getRecordScript,
  listFailedScript,
  listRecordsScript,
} from './record-scripts.ts';
import type { RedisScript } from './script.ts';
import type { RedisArguments, RedisSession } from './session.ts';

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
