import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Insertable, Kysely, Selectable } from 'kysely';
import { StorageError } from '../../errors/errors.ts';
import { isRecord } from '../../internal/json.ts';
import type { AgeCount, ErrorPattern, SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import { checkedPage, checkedPatternLimit, isStorableText, shownId } from '../adapter-kit.ts';
import {
  checkedRecord,
  countsOf,
  createPatternTally,
  type FailedRecord,
  isFailure,
  isParts,
  isSyncStatus,
  orderedAges,
  type StoredRecord,
} from '../record-kit.ts';
import {
  columnReader,
  eraseInTurns,
  inChunks,
  json,
  rowsPerDelete,
  type SqlSession,
  text,
  wholeNumber,
} from './rows.ts';
import type { SqlDatabase, SyncRecordTable, TableNames } from './schema.ts';

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

/** Inserts the rows, or replaces those of the same shop and local id; no two of them may be the same. */
async function upsertRecords(
  db: Kysely<SqlDatabase>,
  { syncRecords }: TableNames,
  rows: readonly Insertable<SyncRecordTable>[],
): Promise<void> {
  await db
    .insertInto(syncRecords)
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['shop', 'local_id']).doUpdateSet((row) => ({
        gid: row.ref('excluded.gid'),
        status: row.ref('excluded.status'),
        hash: row.ref('excluded.hash'),
        parts: row.ref('excluded.parts'),
        last_error: row.ref('excluded.last_error'),
        attempts: row.ref('excluded.attempts'),
        last_sync_data: row.ref('excluded.last_sync_data'),
        last_synced_at: row.ref('excluded.last_synced_at'),
        last_attempt_at: row.ref('excluded.last_attempt_at'),
        shopify_updated_at: row.ref('excluded.shopify_updated_at'),
      })),
    )
    .execute();
}

/** The record as a row. */
export function toRow(record: StoredRecord): Insertable<SyncRecordTable> {
  return {
    shop: record.shop,
    local_id: record.localId,
    gid: record.gid,
    status: record.status,
    hash: record.hash,
    parts: record.parts && JSON.stringify(record.parts),
    last_error: record.lastError && JSON.stringify(record.lastError),
    attempts: record.attempts,
    last_sync_data: record.lastSyncData,
    last_synced_at: record.lastSyncedAt,
    last_attempt_at: record.lastAttemptAt,
    shopify_updated_at: record.shopifyUpdatedAt,
  };
}

/** A row that no version of this package wrote. */
export function damagedRecord(shop: string, localId: unknown, column: string): StorageError {
  return new StorageError(
    `The sync record of ${shownId(localId)} on ${shop} is damaged in column ${column}. Delete it with ` +
      'records.delete(shop, localId); the next sync finds the product in Shopify again and writes a new record.',
    { shop },
  );
}

/**
 * The row as a record of that shop.
 *
 * @throws StorageError naming shop, local id and column where a value does not parse.
 */
export function fromRow(shop: string, row: Selectable<SyncRecordTable>): SyncRecord {
  const { read, readOrNull } = columnReader(row, (column) => damagedRecord(shop, row.local_id, column));
  return {
    shop,
    localId: read('local_id', text),
    gid: readOrNull('gid', text),
    status: read('status', (value) => (isSyncStatus(value) ? value : undefined)),
    hash: readOrNull('hash', text),
    parts: readOrNull('parts', json(isParts)),
    lastError: readOrNull('last_error', json(isFailure)),
    attempts: read('attempts', wholeNumber),
    lastSyncData: readOrNull('last_sync_data', json(isRecord)),
    lastSyncedAt: readOrNull('last_synced_at', wholeNumber),
    lastAttemptAt: readOrNull('last_attempt_at', wholeNumber),
    shopifyUpdatedAt: readOrNull('shopify_updated_at', text),
  };
}

/**
 * The row of a record with a last error as far as it is about that error.
 *
 * @throws StorageError as `fromRow` does.
 */
export function readFailure(
  shop: string,
  row: Pick<Selectable<SyncRecordTable>, 'local_id' | 'last_error' | 'last_attempt_at'>,
): FailedRecord {
  const { read, readOrNull } = columnReader(row, (column) => damagedRecord(shop, row.local_id, column));
  return {
    localId: read('local_id', text),
    lastError: read('last_error', json(isFailure)),
    lastAttemptAt: readOrNull('last_attempt_at', wholeNumber),
  };
}

/** Names a record of a status that there is not. */
async function unknownStatus(
  db: Kysely<SqlDatabase>,
  { syncRecords }: TableNames,
  shop: string,
  status: unknown,
): Promise<StorageError> {
  const query = db.selectFrom(syncRecords).select('local_id').where('shop', '=', shop).where('status', '=', status);
  const first = await query.orderBy('local_id').limit(1).executeTakeFirst();
  return damagedRecord(shop, first?.local_id, 'status');
}

/** Nobody but the triggers writes the counts; what does not fit comes from somebody else. */
function damagedCounts({ syncCounts }: TableNames, shop: string): StorageError {
  return new StorageError(
    `The table ${syncCounts} holds counts of ${shop} that cannot be: something else wrote to it, or wrote records ` +
      'while triggers were off. Fill it anew as docs/storage.md tells.',
    { shop },
  );
}

/**
 * A shop's records by status and day of the last success, as the database keeps them, in no particular order.
 *
 * @throws StorageError where a record has a status that there is not, or the counts are damaged.
 */
async function readAgeCounts(db: Kysely<SqlDatabase>, tables: TableNames, shop: string): Promise<readonly AgeCount[]> {
  const rows = await db
    .selectFrom(tables.syncCounts)
    .select(['status', 'day', ({ fn }) => fn.sum('records').as('records')])
    .where('shop', '=', shop)
    .groupBy(['status', 'day'])
    .having(({ fn }) => fn.sum('records'), '<>', 0)
    .execute();
  const ages: AgeCount[] = [];
  for (const { status, day, records } of rows) {
    if (!isSyncStatus(status)) throw await unknownStatus(db, tables, shop, status);
    const count = wholeNumber(records);
    if (count === undefined) throw damagedCounts(tables, shop);
    ages.push({ status, day: Number(day) === -1 ? null : Number(day), count });
  }
  return ages;
}

/** Records read at once: few enough that even errors of megabytes fit into memory. */
const pageSize = 200;

/** Counts the errors of a shop's records by pattern, page by page. */
async function readErrorPatterns(
  db: Kysely<SqlDatabase>,
  { syncRecords }: TableNames,
  shop: string,
  limit: number,
): Promise<readonly ErrorPattern[]> {
  const tally = createPatternTally();
  let after = '';
  for (;;) {
    const rows = await db
      .selectFrom(syncRecords)
      .select(['local_id', 'last_error', 'last_attempt_at'])
      .where('shop', '=', shop)
      .where('last_error', 'is not', null)
      .where('local_id', '>', after)
      .orderBy('local_id')
      .limit(pageSize)
      .execute();
    for (const row of rows) {
      const failed = readFailure(shop, row);
      tally.add(failed);
      after = failed.localId;
    }
    if (rows.length < pageSize) return tally.top(limit);
    await nextTurn();
  }
}
