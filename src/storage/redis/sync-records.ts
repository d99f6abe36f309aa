import { createHash } from 'node:crypto';
import { isRecord, parseJson } from '../../internal/json.ts';
import type { AgeCount, SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import { checkedLocalIds, checkedPage, checkedPatternLimit, isStorableText } from '../adapter-kit.ts';
import { countsOf, ErrorPatternCounter, epochDay, orderedAges } from '../record-counts.ts';
import {
  checkedRecord,
  checkedWrites,
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
import type { SkippedRecords } from '../skipped-records.ts';
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
  getMany: readScript(library, 'getMany'),
  getByGid: readScript(library, 'getByGid'),
  list: readScript(library, 'list'),
  listFailed: readScript(library, 'listFailed'),
  readCounts: readScript(library, 'readCounts'),
  put: writeScript(library, 'put'),
  putIf: writeScript(library, 'putIf'),
  putManyIf: writeScript(library, 'putManyIf'),
  delete: writeScript(library, 'delete'),
  erase: writeScript(library, 'erase'),
};

/** Records in one step of an erasure, or one page of errors. Redis serves no other client meanwhile. */
const recordsPerStep = 200;

/** The sync records in Redis. One script makes each change and updates its counts, so they are always consistent. */
export function createRedisSyncRecords(session: RedisSession, skipped: SkippedRecords): SyncRecordStore {
  const values = async (shop: string, script: RedisScript, args: RedisArguments): Promise<readonly RedisValue[]> => {
    const found = await session.readList(script, [session.name('r', shop)], args);
    return found.flatMap((value: unknown, index) =>
      index % 2 === 0 ? [] : [{ shop, localId: String(found[index - 1]), value: String(value) }],
    );
  };

  const ageCounts = async (shop: string): Promise<readonly AgeCount[]> => {
    if (!isStorableText(shop)) return [];
    const found = await session.readList(scripts.readCounts, [session.name('r', shop)], []);
    const ages: AgeCount[] = [];
    for (let index = 0; index < found.length; index += 2) {
      const [status = '', day = ''] = String(found[index]).split(':');
      if (!isSyncStatus(status)) {
        // Probably from a newer release; then reading one of them reports that.
        const found = await values(shop, scripts.list, [`:${status}`, '-', 1]);
        if (skipped.readable(found, recordOf).length === found.length) {
          skipped.tell(damagedRecord(shop, found[0]?.localId, 'status'));
        }
        continue;
      }
      ages.push({ status, day: day === '' ? null : Number(day), count: Number(found[index + 1]) });
    }
    return ages;
  };

  const putMany = async (given: readonly SyncRecord[]): Promise<void> => {
    const ofShop = Map.groupBy(given.map(checkedRecord), ({ shop }) => shop);
    for (const [shop, ofOne] of ofShop) {
      // One JSON argument: a client cannot pass a hundred thousand arguments.
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
      return (await values(shop, scripts.get, [localId])).map(recordOf)[0];
    },
    async getMany(shop, localIds) {
      const wanted = checkedLocalIds(localIds);
      if (wanted.length === 0 || !isStorableText(shop)) return [];
      return skipped.readable(await values(shop, scripts.getMany, wanted), recordOf);
    },
    async getByGid(shop, gid) {
      if (gid === '' || ![shop, gid].every(isStorableText)) return undefined;
      return (await values(shop, scripts.getByGid, [gid])).map(recordOf)[0];
    },
    put: (record) => putMany([record]),
    async putIf(record, version) {
      const { shop, localId, ...checked } = checkedRecord(record);
      const [stored] = await values(shop, scripts.get, [localId]);
      if ((stored && recordOf(stored).version) !== version) return false;
      const fingerprint = fingerprintOf(stored);
      const list = JSON.stringify([localId, toValue({ shop, localId, ...checked })]);
      const args = [list, recordFormat, fingerprint];
      return (await session.write(shop, scripts.putIf, [session.name('r', shop)], args)) === 'done';
    },
    async putManyIf(writes) {
      const wanted = checkedWrites(writes);
      const written = new Set<StoredRecord>();
      for (const [shop, ofShop] of Map.groupBy(wanted, ({ record }) => record.shop)) {
        const localIds = ofShop.map(({ record }) => record.localId);
        const found = await values(shop, scripts.getMany, localIds);
        const stored = new Map(found.map((value) => [value.localId, value]));
        const fitting = ofShop.filter(({ record: { localId }, version }) => {
          const value = stored.get(localId);
          return (value && recordOf(value).version) === version;
        });
        if (fitting.length === 0) continue;
        const list = JSON.stringify(fitting.flatMap(({ record }) => [record.localId, toValue(record)]));
        const fingerprints = JSON.stringify(fitting.map(({ record }) => fingerprintOf(stored.get(record.localId))));
        const keys = [session.name('r', shop)];
        const reply = await session.write(shop, scripts.putManyIf, keys, [list, recordFormat, fingerprints]);
        const [outcome, ...changed] = reply.split('\0');
        if (outcome !== 'done') throw session.errors.invalidReply();
        const others = new Set(changed);
        for (const { record } of fitting) if (!others.has(record.localId)) written.add(record);
      }
      return wanted.map(({ record }) => written.has(record));
    },
    putMany,
    async list(shop, options = {}) {
      const { status, ...asked } = checkedPage(options);
      if (!isStorableText(shop)) return [];
      const load = ({ after, limit }: Pick<typeof asked, 'after' | 'limit'>) =>
        values(shop, scripts.list, [
          status === undefined ? '' : `:${status}`,
          after === undefined ? '-' : `(${after}`,
          limit,
        ]);
      return skipped.page(asked, load, ({ localId }) => localId, recordOf);
    },
    counts: async (shop) => countsOf(await ageCounts(shop)),
    ageCounts: async (shop) => orderedAges(await ageCounts(shop)),
    async errorPatterns(shop, options = {}) {
      const limit = checkedPatternLimit(options);
      const counter = new ErrorPatternCounter();
      if (!isStorableText(shop)) return [];
      for (let least = '-'; ; ) {
        const page = await values(shop, scripts.listFailed, [least, recordsPerStep]);
        const readFailed = (value: RedisValue) => fromFailedRow(shop, rowOfValue(value));
        for (const failed of skipped.readable(page, readFailed)) counter.add(failed);
        if (page.length < recordsPerStep) return counter.top(limit);
        least = `(${page.at(-1)?.localId}`;
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

/** Identifies a stored value for a script, so that it need not parse the JSON: '' if nothing is stored. */
const fingerprintOf = (stored: RedisValue | undefined): string =>
  stored === undefined ? '' : createHash('sha1').update(stored.value).digest('hex');

/** Returns a record as stored in Redis. */
function toValue(record: StoredRecord): string {
  const { format, ...row } = toRecordRow(record);
  const day = epochDay(record.lastSyncedAt);
  return indexedValue([format, record.gid ?? '', record.status, day ?? '', record.lastError ? 1 : 0], row);
}

/** A record's value in Redis. */
interface RedisValue {
  readonly shop: string;
  readonly localId: string;
  readonly value: string;
}

/** @throws StorageError where the value is damaged or of a newer format. */
const recordOf = (value: RedisValue): SyncRecord => fromRecordRow(value.shop, rowOfValue(value));

/** @throws StorageError where the value is damaged or of a newer format. */
function rowOfValue({ shop, localId, value }: RedisValue): UncheckedRow<RecordRow> {
  const { format, json } = partsOfValue(value);
  const row = parseJson(json);
  if (format !== undefined) {
    const problem = recordFormatProblem(shop, localId, format);
    if (problem) throw problem;
    if (isRecord(row)) return { ...(row as unknown as UncheckedRow<RecordRow>), format };
  }
  throw damagedRecord(shop, localId, 'all');
}
