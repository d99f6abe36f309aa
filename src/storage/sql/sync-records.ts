import type { AgeCount, SyncRecordStore } from '../../ports/sync-record-store.ts';
import { isStorableText } from '../adapter-kit.ts';
import { checkedPage, checkedPatternLimit } from '../page-rules.ts';
import { countsOf, orderedAges } from '../record-counter.ts';
import { checkedRecord, type StoredRecord } from '../record-kit.ts';
import { eraseInTurns, rowsPerDelete } from './erase-in-turns.ts';
import { readErrorPatterns } from './error-patterns.ts';
import { inChunks } from './in-chunks.ts';
import { readAgeCounts } from './record-counts.ts';
import { fromRow, toRow } from './record-rows.ts';
import type { SqlSession } from './session.ts';
import { upsertRecords } from './upsert-records.ts';

/** Rows in one INSERT: 2,400 values, and more rows bring no more speed. */
const rowsPerInsert = 200;

/**
 * One of each key, the last one given: an upsert must not meet a row twice. In the order of the keys, so that of
 * two batches at once the second waits at the first row which both have, and none waits for the other in a ring.
 */
function lastOfEach(records: readonly StoredRecord[]): StoredRecord[] {
  const byKey = new Map(records.map((record) => [JSON.stringify([record.shop, record.localId]), record]));
  return [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, record]) => record);
}

/** The sync records as queries that SQLite and Postgres both understand. */
export function createSqlSyncRecords({ tables, run }: SqlSession): SyncRecordStore {
  const table = tables.syncRecords;

  const ageCounts = (shop: string): Promise<readonly AgeCount[]> =>
    run(async (db) => (isStorableText(shop) ? readAgeCounts(db, tables, shop) : []));

  return {
    async get(shop, localId) {
      const row = await run(async (db) => {
        // A key that no store takes must not find another one which looks the same in UTF-8.
        if (![shop, localId].every(isStorableText)) return undefined;
        return db
          .selectFrom(table)
          .selectAll()
          .where('shop', '=', shop)
          .where('local_id', '=', localId)
          .executeTakeFirst();
      });
      return row && fromRow(shop, row);
    },

    async getByGid(shop, gid) {
      const row = await run(async (db) => {
        if (![shop, gid].every(isStorableText)) return undefined;
        const query = db.selectFrom(table).selectAll().where('shop', '=', shop).where('gid', '=', gid);
        return query.orderBy('local_id').limit(1).executeTakeFirst();
      });
      return row && fromRow(shop, row);
    },

    async put(record) {
      const row = toRow(checkedRecord(record));
      await run((db) => upsertRecords(db, tables, [row]));
    },

    async putMany(records) {
      const rows = lastOfEach(records.map(checkedRecord)).map(toRow);
      await run((db) =>
        db
          .transaction()
          .execute((transaction) =>
            inChunks(rows, rowsPerInsert, (chunk) => upsertRecords(transaction, tables, chunk)),
          ),
      );
    },

    async list(shop, options = {}) {
      const { status, after, limit } = checkedPage(options);
      const rows = await run(async (db) => {
        if (!isStorableText(shop)) return [];
        let query = db.selectFrom(table).selectAll().where('shop', '=', shop);
        if (status !== undefined) query = query.where('status', '=', status);
        if (after !== undefined) query = query.where('local_id', '>', after);
        return query.orderBy('local_id').limit(limit).execute();
      });
      return rows.map((row) => fromRow(shop, row));
    },

    counts: async (shop) => countsOf(await ageCounts(shop)),

    ageCounts: async (shop) => orderedAges(await ageCounts(shop)),

    async errorPatterns(shop, options = {}) {
      const limit = checkedPatternLimit(options);
      return run(async (db) => (isStorableText(shop) ? readErrorPatterns(db, tables, shop, limit) : []));
    },

    async delete(shop, localId) {
      return run(async (db) => {
        if (![shop, localId].every(isStorableText)) return false;
        const query = db.deleteFrom(table).where('shop', '=', shop).where('local_id', '=', localId);
        const { numDeletedRows } = await query.executeTakeFirst();
        return numDeletedRows > 0n;
      });
    },

    async erase(shop) {
      if (!isStorableText(shop)) return 0;
      return eraseInTurns(run, async (db) => {
        const ofShop = db.selectFrom(table).select('local_id').where('shop', '=', shop);
        const found = await ofShop.limit(rowsPerDelete).execute();
        if (found.length === 0) return undefined;
        const localIds = found.map(({ local_id }) => local_id);
        const query = db.deleteFrom(table).where('shop', '=', shop).where('local_id', 'in', localIds);
        return (await query.executeTakeFirst()).numDeletedRows;
      });
    },
  };
}
