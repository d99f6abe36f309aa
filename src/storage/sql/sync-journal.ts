import type { Kysely } from 'kysely';
import { StorageError } from '../../errors/errors.ts';
import type { SyncJournal } from '../../ports/sync-journal.ts';
import { isStorableText } from '../adapter-kit.ts';
import {
  checkedDraft,
  checkedJournalPage,
  checkedMoment,
  cursorOfPage,
  fromJournalRow,
  journalId,
  type StoredDraft,
  toJournalRow,
} from '../journal-kit.ts';
import { wholeNumber } from '../row-reader.ts';
import { SkippedRecords } from '../skipped-records.ts';
import type { SqlDatabase } from './schema.ts';
import { eraseInTurns, inChunks, rowsPerDelete, type SqlSession } from './session.ts';

/** Rows in one INSERT: 1,800 values. */
const rowsPerInsert = 200;

/** The sync journal as queries that SQLite and Postgres both understand. */
export function createSqlSyncJournal({ tables, run, clock }: SqlSession, skipped = new SkippedRecords()): SyncJournal {
  const table = tables.syncJournal;
  const heads = tables.syncJournalHeads;

  /** Last ids of journals that were erased within the millisecond in which they were given. */
  const lastErased = new Map<string, number>();

  /**
   * Takes one id of a shop for each entry, and returns the first. The shop's head row stays locked until the
   * transaction ends, so entries of two writers become visible in the order of their ids, and a reader cannot miss one.
   * A shop without a head begins with the time in microseconds, so that ids after an erasure are greater than those
   * before.
   */
  const takeIds = async (db: Kysely<SqlDatabase>, shop: string, count: number): Promise<number> => {
    const nowId = Math.floor(clock.now()) * 1_000;
    const erasedId = lastErased.get(shop) ?? 0;
    if (erasedId <= nowId) lastErased.delete(shop);
    const last = `${heads}.last_id` as const;
    const head = await db
      .insertInto(heads)
      .values({ shop, last_id: Math.max(nowId, erasedId) + count })
      .onConflict((conflict) =>
        conflict
          .column('shop')
          .doUpdateSet((row) => ({ last_id: row(last, '+', count) }))
          // SQLite treats a text here as greater than any number, and as zero in a sum.
          .where(last, '>=', 0)
          .where(last, '<=', Number.MAX_SAFE_INTEGER - count),
      )
      .returning('last_id')
      .executeTakeFirst();
    const lastId = wholeNumber(head?.last_id);
    if (lastId === undefined) throw damagedHead(shop, heads);
    return lastId - count + 1;
  };

  return {
    async append(drafts) {
      const checked = drafts.map(checkedDraft);
      const ofShop = Map.groupBy(checked, ({ shop }) => shop);
      return run((db) =>
        db.transaction().execute(async (transaction) => {
          const ids = new Map<StoredDraft, number>();
          // Sorted by shop, so that two writers cannot deadlock.
          for (const shop of [...ofShop.keys()].sort()) {
            const entries = ofShop.get(shop) ?? [];
            const first = await takeIds(transaction, shop, entries.length);
            for (const [index, entry] of entries.entries()) ids.set(entry, first + index);
          }
          const rows = checked.map((draft) => ({ ...toJournalRow(draft), id: ids.get(draft) ?? 0 }));
          await inChunks(rows, rowsPerInsert, (chunk) => transaction.insertInto(table).values(chunk).execute());
          return rows.map(({ id }) => journalId(id));
        }),
      );
    },

    async list(shop, options = {}) {
      const page = checkedJournalPage(shop, options);
      const load = ({ after, limit }: { readonly after?: number; readonly limit: number }) =>
        run(async (db) => {
          if (!page) return [];
          const { runId, localId, newestFirst } = page;
          let query = db.selectFrom(table).selectAll().where('shop', '=', shop);
          if (runId !== undefined) query = query.where('run_id', '=', runId);
          if (localId !== undefined) query = query.where('local_id', '=', localId);
          if (after !== undefined) query = query.where('id', newestFirst ? '<' : '>', after);
          return query
            .orderBy('id', newestFirst ? 'desc' : 'asc')
            .limit(limit)
            .execute();
        });
      return skipped.page(
        cursorOfPage(page),
        load,
        ({ id }) => wholeNumber(id),
        (row) => fromJournalRow(shop, row),
      );
    },

    async prune(shop, before) {
      const moment = checkedMoment(before);
      if (!isStorableText(shop)) return 0;
      return eraseInTurns(run, async (db) => {
        const old = db.selectFrom(table).select('id').where('shop', '=', shop).where('at', '<', moment);
        return erase(db, shop, await old.limit(rowsPerDelete).execute());
      });
    },

    async erase(shop) {
      if (!isStorableText(shop)) return 0;
      return eraseInTurns(run, async (db) => {
        const all = db.selectFrom(table).select('id').where('shop', '=', shop);
        const found = await all.limit(rowsPerDelete).execute();
        if (found.length === 0) {
          const head = await db.deleteFrom(heads).where('shop', '=', shop).returning('last_id').executeTakeFirst();
          const lastId = wholeNumber(head?.last_id) ?? 0;
          if (lastId > Math.floor(clock.now()) * 1_000) lastErased.set(shop, lastId);
        }
        return erase(db, shop, found);
      });
    },
  };

  async function erase(db: Kysely<SqlDatabase>, shop: string, found: readonly { id: unknown }[]) {
    if (found.length === 0) return undefined;
    const ids = found.map(({ id }) => id);
    const query = db.deleteFrom(table).where('shop', '=', shop).where('id', 'in', ids);
    return (await query.executeTakeFirst()).numDeletedRows;
  }
}

/** Creates the error for a head whose last id is invalid. */
function damagedHead(shop: string, table: string): StorageError {
  return new StorageError(
    `The last id of the sync journal of ${shop} is damaged: column last_id of ${table}. Set it to the greatest id ` +
      'of the shop in the journal. Nothing was written.',
    { shop },
  );
}
