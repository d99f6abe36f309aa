import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { checkedPage, checkedRecord, isStorableText, isSyncStatus } from '../record-rules.ts';
import type { SyncRecord, SyncRecordStore } from '../types.ts';
import { damagedRecord, fromRow, toRow } from './rows.ts';
import type { SqlDatabase, TableNames } from './tables.ts';

/** A migrated database, behind whatever its dialect needs around each piece of work. */
export interface SqlSession {
  readonly tables: TableNames;
  /**
   * Runs one piece of work: opens, migrates, retries while the database is busy (so the work must be safe to
   * run again when it failed) and turns the driver's errors into `StorageError`.
   */
  run<T>(work: (db: Kysely<SqlDatabase>) => Promise<T>): Promise<T>;
}

/** Rows in one INSERT: 2,200 values, and more rows bring no more speed. */
const rowsPerInsert = 200;

/** One of each key, the last one given: an upsert must not meet a row twice. */
function lastOfEach(records: readonly SyncRecord[]): SyncRecord[] {
  return [...new Map(records.map((record) => [JSON.stringify([record.shop, record.localId]), record])).values()];
}

/** The sync records as queries that SQLite and Postgres both understand. */
export function createSqlSyncRecords({ tables, run }: SqlSession): SyncRecordStore {
  const table = tables.syncRecords;

  const upsert = async (db: Kysely<SqlDatabase>, records: readonly SyncRecord[]): Promise<void> => {
    await db
      .insertInto(table)
      .values(records.map(toRow))
      .onConflict((conflict) =>
        conflict.columns(['shop', 'local_id']).doUpdateSet((row) => ({
          gid: row.ref('excluded.gid'),
          status: row.ref('excluded.status'),
          hash: row.ref('excluded.hash'),
          parts: row.ref('excluded.parts'),
          last_error: row.ref('excluded.last_error'),
          attempts: row.ref('excluded.attempts'),
          last_synced_at: row.ref('excluded.last_synced_at'),
          last_attempt_at: row.ref('excluded.last_attempt_at'),
          shopify_updated_at: row.ref('excluded.shopify_updated_at'),
        })),
      )
      .execute();
  };

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
      const checked = checkedRecord(record);
      await run((db) => upsert(db, [checked]));
    },

    async putMany(records) {
      const checked = lastOfEach(records.map(checkedRecord));
      await run((db) =>
        db.transaction().execute(async (transaction) => {
          for (let start = 0; start < checked.length; start += rowsPerInsert) {
            // SQLite answers without ever leaving this turn of the event loop: others must get theirs.
            if (start > 0) await nextTurn();
            await upsert(transaction, checked.slice(start, start + rowsPerInsert));
          }
        }),
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

    async counts(shop) {
      const groups = await run(async (db) => {
        if (!isStorableText(shop)) return [];
        return db
          .selectFrom(table)
          .select(({ fn }) => ['status', fn.countAll().as('records'), fn.min('local_id').as('first')])
          .where('shop', '=', shop)
          .groupBy('status')
          .execute();
      });
      const counts = { pending: 0, syncing: 0, synced: 0, failed: 0, deleted_in_shopify: 0 };
      for (const { status, records, first } of groups) {
        if (!isSyncStatus(status)) throw damagedRecord(shop, first, 'status');
        counts[status] = Number(records);
      }
      return counts;
    },

    async delete(shop, localId) {
      return run(async (db) => {
        if (![shop, localId].every(isStorableText)) return false;
        const query = db.deleteFrom(table).where('shop', '=', shop).where('local_id', '=', localId);
        const { numDeletedRows } = await query.executeTakeFirst();
        return numDeletedRows > 0n;
      });
    },
  };
}
