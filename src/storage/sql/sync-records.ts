import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { StorageError } from '../../errors/errors.ts';
import type { AgeCount, ErrorPattern, SyncRecordStore } from '../../ports/sync-record-store.ts';
import { checkedLocalIds, checkedPage, checkedPatternLimit, isStorableText } from '../adapter-kit.ts';
import { countsOf, ErrorPatternCounter, orderedAges } from '../record-counts.ts';
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
  toRecordRow,
} from '../record-kit.ts';
import { text, wholeNumber } from '../row-reader.ts';
import { SkippedRecords } from '../skipped-records.ts';
import type { SqlDatabase, TableNames } from './schema.ts';
import { eraseInTurns, inChunks, rowsPerDelete, type SqlSession } from './session.ts';

/** Rows in one INSERT: 2,400 values. More rows are not faster. */
const rowsPerInsert = 200;

/** The sync records as queries that SQLite and Postgres both understand. */
export function createSqlSyncRecords(
  { tables, run, hasRowLocks }: SqlSession,
  skipped = new SkippedRecords(),
): SyncRecordStore {
  const table = tables.syncRecords;

  const ageCounts = (shop: string): Promise<readonly AgeCount[]> =>
    run(async (db) => (isStorableText(shop) ? readAgeCounts(db, tables, shop, skipped) : []));

  return {
    async get(shop, localId) {
      const row = await run(async (db) => {
        // A key that cannot be stored must not match another one that looks the same in UTF-8.
        if (![shop, localId].every(isStorableText)) return undefined;
        return db
          .selectFrom(table)
          .selectAll()
          .where('shop', '=', shop)
          .where('local_id', '=', localId)
          .executeTakeFirst();
      });
      return row && fromRecordRow(shop, row);
    },

    async getMany(shop, localIds) {
      const wanted = checkedLocalIds(localIds);
      const rows = await run(async (db) => {
        if (wanted.length === 0 || !isStorableText(shop)) return [];
        return db.selectFrom(table).selectAll().where('shop', '=', shop).where('local_id', 'in', wanted).execute();
      });
      return skipped.readable(rows, (row) => fromRecordRow(shop, row));
    },

    async getByGid(shop, gid) {
      const row = await run(async (db) => {
        if (![shop, gid].every(isStorableText)) return undefined;
        const query = db.selectFrom(table).selectAll().where('shop', '=', shop).where('gid', '=', gid);
        return query.orderBy('local_id').limit(1).executeTakeFirst();
      });
      return row && fromRecordRow(shop, row);
    },

    async put(record) {
      const row = toRecordRow(checkedRecord(record));
      await run((db) => upsertRecords(db, tables, [row]));
    },

    async putIf(record, version) {
      const row = toRecordRow(checkedRecord(record));
      const { shop, local_id, ...columns } = row;
      return run(async (db) => {
        if (version === undefined) {
          const insert = db
            .insertInto(table)
            .values(row)
            .onConflict((conflict) => conflict.doNothing());
          return (await insert.executeTakeFirstOrThrow()).numInsertedOrUpdatedRows === 1n;
        }
        const ofKey = db.updateTable(table).set(columns).where('shop', '=', shop).where('local_id', '=', local_id);
        const update = ofKey.where('version', '=', version).where('format', '<=', recordFormat);
        if ((await update.executeTakeFirstOrThrow()).numUpdatedRows === 1n) return true;
        await refuseNewer(db, tables, [row]);
        return false;
      });
    },

    async putManyIf(writes) {
      const wanted = checkedWrites(writes).map(({ record, version }) => ({ row: toRecordRow(record), version }));
      return run((db) =>
        db.transaction().execute(async (transaction) => {
          const written = new Set<RecordRow>();
          await inChunks(inOrder(wanted), rowsPerInsert, async (chunk) => {
            for (const row of await writeIf(transaction, tables, chunk, hasRowLocks)) written.add(row);
          });
          return wanted.map(({ row }) => written.has(row));
        }),
      );
    },

    async putMany(records) {
      const rows = lastOfEach(records.map((record) => toRecordRow(checkedRecord(record))));
      await run((db) =>
        db
          .transaction()
          .execute((transaction) =>
            inChunks(rows, rowsPerInsert, (chunk) => upsertRecords(transaction, tables, chunk)),
          ),
      );
    },

    async list(shop, options = {}) {
      const { status, ...asked } = checkedPage(options);
      const load = ({ after, limit }: Pick<typeof asked, 'after' | 'limit'>) =>
        run(async (db) => {
          if (!isStorableText(shop)) return [];
          let query = db.selectFrom(table).selectAll().where('shop', '=', shop);
          if (status !== undefined) query = query.where('status', '=', status);
          if (after !== undefined) query = query.where('local_id', '>', after);
          return query.orderBy('local_id').limit(limit).execute();
        });
      const localIdOf = (row: { readonly local_id: unknown }) => text(row.local_id);
      return skipped.page(asked, load, localIdOf, (row) => fromRecordRow(shop, row));
    },

    counts: async (shop) => countsOf(await ageCounts(shop)),

    ageCounts: async (shop) => orderedAges(await ageCounts(shop)),

    async countSyncedSince(shop, sinceMs) {
      const rows = await run(async (db) => {
        if (!isStorableText(shop)) return [];
        const ofShop = db.selectFrom(table).select(['status', ({ fn }) => fn.countAll().as('records')]);
        const query = ofShop.where('shop', '=', shop).where('last_synced_at', '>=', sinceMs);
        return query.groupBy('status').execute();
      });
      return countsOf(
        rows.flatMap(({ status, records }) =>
          isSyncStatus(status) ? [{ status, day: null, count: wholeNumber(records) ?? 0 }] : [],
        ),
      );
    },

    async errorPatterns(shop, options = {}) {
      const limit = checkedPatternLimit(options);
      return run(async (db) => (isStorableText(shop) ? readErrorPatterns(db, tables, { shop, limit, skipped }) : []));
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

/**
 * Returns the last row of each key, since an upsert must not contain a key twice. Sorted by key, so that two concurrent
 * batches lock rows in the same order and cannot deadlock.
 */
function lastOfEach(rows: readonly RecordRow[]): RecordRow[] {
  const byKey = new Map(rows.map((row) => [JSON.stringify([row.shop, row.local_id]), row]));
  return [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
}

/** A row, and the version that must be stored for it to be written. */
interface RowWrite {
  readonly row: RecordRow;
  readonly version: number | undefined;
}

/** Sorted by key: see `lastOfEach`. */
const inOrder = (writes: readonly RowWrite[]): RowWrite[] => {
  const keyed = writes.map((write) => ({ key: JSON.stringify([write.row.shop, write.row.local_id]), write }));
  return keyed.sort((left, right) => (left.key < right.key ? -1 : 1)).map(({ write }) => write);
};

/**
 * Writes the rows whose expected version is stored, in a transaction.
 *
 * @returns The rows that were written.
 * @throws StorageError for a stored record of a newer format.
 */
async function writeIf(
  db: Kysely<SqlDatabase>,
  tables: TableNames,
  writes: readonly RowWrite[],
  hasRowLocks: boolean,
): Promise<readonly RecordRow[]> {
  const written: RecordRow[] = [];
  for (const [shop, ofShop] of Map.groupBy(writes, ({ row }) => row.shop)) {
    const localIds = ofShop.map(({ row }) => row.local_id);
    const stored = await db
      .selectFrom(tables.syncRecords)
      .select(['local_id', 'version', 'format'])
      .where('shop', '=', shop)
      .where('local_id', 'in', localIds)
      .orderBy('local_id')
      .$if(hasRowLocks, (query) => query.forUpdate())
      .execute();
    for (const { local_id, format } of stored) {
      const problem = recordFormatProblem(shop, local_id, format);
      if (problem && (wholeNumber(format) ?? 0) > recordFormat) throw problem;
    }
    const versions = new Map(stored.map(({ local_id, version }) => [local_id, wholeNumber(version)]));
    const fresh = ofShop.filter(({ row, version }) => version === undefined && !versions.has(row.local_id));
    const known = ofShop.filter(({ row, version }) => version !== undefined && versions.get(row.local_id) === version);
    if (known.length > 0) {
      const rows = known.map(({ row }) => row);
      await upsertRecords(db, tables, rows);
      written.push(...rows);
    }
    if (fresh.length === 0) continue;
    const made = await db
      .insertInto(tables.syncRecords)
      .values(fresh.map(({ row }) => row))
      .onConflict((conflict) => conflict.doNothing())
      .returning('local_id')
      .execute();
    const added = new Set(made.map(({ local_id }) => local_id));
    written.push(...fresh.flatMap(({ row }) => (added.has(row.local_id) ? [row] : [])));
  }
  return written;
}

/**
 * Inserts the rows, or replaces those of the same shop and local id. Each key may occur only once.
 *
 * @throws StorageError if one of those has a newer format; it is left unchanged.
 */
async function upsertRecords(db: Kysely<SqlDatabase>, tables: TableNames, rows: readonly RecordRow[]): Promise<void> {
  const { syncRecords } = tables;
  const { numInsertedOrUpdatedRows } = await db
    .insertInto(syncRecords)
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['shop', 'local_id'])
        .doUpdateSet((row) => ({
          format: row.ref('excluded.format'),
          version: row.ref('excluded.version'),
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
        }))
        .where(`${syncRecords}.format`, '<=', recordFormat),
    )
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === BigInt(rows.length)) return;
  await refuseNewer(db, tables, rows);
  throw new StorageError('A record of a newer format was deleted before it could be replaced. Try again.', {
    isRetryable: true,
  });
}

/** @throws StorageError for the first row whose stored record has a newer format. */
async function refuseNewer(
  db: Kysely<SqlDatabase>,
  { syncRecords }: TableNames,
  rows: readonly RecordRow[],
): Promise<void> {
  for (const { shop, local_id } of rows) {
    const query = db.selectFrom(syncRecords).select('format').where('shop', '=', shop).where('local_id', '=', local_id);
    const problem = recordFormatProblem(shop, local_id, (await query.executeTakeFirst())?.format ?? recordFormat);
    if (problem) throw problem;
  }
}

/** Creates the error for a status that this release does not know, naming a record with it. */
async function unknownStatus(
  db: Kysely<SqlDatabase>,
  { syncRecords }: TableNames,
  shop: string,
  status: unknown,
): Promise<StorageError> {
  const query = db.selectFrom(syncRecords).select(['local_id', 'format']).where('shop', '=', shop);
  const first = await query.where('status', '=', status).orderBy('local_id').limit(1).executeTakeFirst();
  const problem = recordFormatProblem(shop, first?.local_id, first?.format ?? recordFormat);
  return problem ?? damagedRecord(shop, first?.local_id, 'status');
}

/** Only the triggers write the counts, so impossible counts were written by something else. */
function damagedCounts({ syncCounts }: TableNames, shop: string): StorageError {
  return new StorageError(
    `The table ${syncCounts} has impossible counts of ${shop}: something else wrote to it, or wrote records ` +
      'while triggers were off. Rebuild it as docs/storage.md describes.',
    { shop },
  );
}

/**
 * Returns the counts of a shop's records by status and day of the last success, in no particular order, without
 * unknown statuses.
 *
 * @throws StorageError if the counts are damaged.
 */
async function readAgeCounts(
  db: Kysely<SqlDatabase>,
  tables: TableNames,
  shop: string,
  skipped: SkippedRecords,
): Promise<readonly AgeCount[]> {
  const rows = await db
    .selectFrom(tables.syncCounts)
    .select(['status', 'day', ({ fn }) => fn.sum('records').as('records')])
    .where('shop', '=', shop)
    .groupBy(['status', 'day'])
    .having(({ fn }) => fn.sum('records'), '<>', 0)
    .execute();
  const ages: AgeCount[] = [];
  for (const { status, day, records } of rows) {
    if (!isSyncStatus(status)) {
      skipped.tell(await unknownStatus(db, tables, shop, status));
      continue;
    }
    const count = wholeNumber(records);
    if (count === undefined) throw damagedCounts(tables, shop);
    ages.push({ status, day: Number(day) === -1 ? null : Number(day), count });
  }
  return ages;
}

/** Records read at once: few enough that even errors of several megabytes fit into memory. */
const pageSize = 200;

/** Counts the errors of a shop's records by pattern, page by page. */
async function readErrorPatterns(
  db: Kysely<SqlDatabase>,
  { syncRecords }: TableNames,
  { shop, limit, skipped }: { readonly shop: string; readonly limit: number; readonly skipped: SkippedRecords },
): Promise<readonly ErrorPattern[]> {
  const counter = new ErrorPatternCounter();
  let after = '';
  for (;;) {
    const rows = await db
      .selectFrom(syncRecords)
      .select(['format', 'local_id', 'last_error', 'last_attempt_at'])
      .where('shop', '=', shop)
      .where('last_error', 'is not', null)
      .where('local_id', '>', after)
      .orderBy('local_id')
      .limit(pageSize)
      .execute();
    for (const failed of skipped.readable(rows, (row) => fromFailedRow(shop, row))) counter.add(failed);
    const last: unknown = rows.at(-1)?.local_id;
    if (rows.length < pageSize || typeof last !== 'string') return counter.top(limit);
    after = last;
    await nextTurn();
  }
}
