// @ts-nocheck
import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SqlDatabase, tableNames } from '../../src/storage/sql/schema.ts';
import type { SqlSession } from '../../src/storage/sql/session.ts';
import { createSqlSyncJournal } from '../../src/storage/sql/sync-journal.ts';
import { createSqlSyncRecords } from '../../src/storage/sql/sync-records.ts';
import { adaptDatabase, migrateSqlite, toStorageError } from '../../src/storage/sqlite.ts';
import { draft, drafts, idsOf } from '../../src/testing/conformance/sync-journal-harness.ts';
import { localIds, record, shop } from '../../src/testing/conformance/sync-record-store/harness.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { failure } from './failure.ts';

describe('a batch that the disk has no room for ends with the error that says so, and nothing of it is written', () => {
  let database: DatabaseSync;
  let session: SqlSession;
  let db: Kysely<SqlDatabase>;

  beforeEach(async () => {
    database = new DatabaseSync(':memory:');
    db = new Kysely<SqlDatabase>({ dialect: new SqliteDialect({ database: adaptDatabase(database) }) });
    const tables = tableNames('t_');
    await migrateSqlite(db, tables);
    session = {
      tables,
      clock: createManualClock(),
      hasRowLocks: false,
      nowMs: () => sql<number>`0`,
      run: async (work) => {
        try {
          return await work(db);
        } catch (error) {
          throw toStorageError(error, 'sync.sqlite');
        }
      },
    };
  });
  afterEach(() => db.destroy());

  /** A disk with room for so many pages of 4 kB. */
  const room = (pages: number): void => database.exec(`pragma max_page_count = ${pages}`);
  const isFull = { isRetryable: false, message: expect.stringContaining('Free some space') };

  it('in the records, which go on when there is room', async () => {
    const records = createSqlSyncRecords(session);
    await records.put(record('before'));
    room(40);
    const batch = localIds(2_000).map((localId) => record(localId));
    expect(await failure(records.putMany(batch))).toMatchObject(isFull);
    expect(await records.list(shop)).toEqual([record('before')]);

    room(100_000);
    await records.putMany(batch);
    expect((await records.counts(shop)).synced).toBe(2_001);
  });

  it('in the journal, which goes on when there is room', async () => {
    const journal = createSqlSyncJournal(session);
    await journal.append([draft('before')]);
    room(60);
    expect(await failure(journal.append(drafts(2_000)))).toMatchObject(isFull);
    expect(await idsOf(journal)).toEqual(['before']);

    room(100_000);
    await journal.append(drafts(2_000));
    expect(await idsOf(journal, { limit: 3 })).toEqual(['before', 'p0000', 'p0001']);
  });
});
