import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Expression, type Kysely, sql } from 'kysely';
import { StorageError } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import { endOfPrefix } from '../code-points.ts';
import type { KeyEngine, WriteOutcome } from '../keys/engine.ts';
import { createSqlLocks } from './lock-engine.ts';
import type { SqlSession } from './session.ts';
import { createSweeper } from './sweeper.ts';
import type { SqlDatabase } from './tables.ts';

/** The end of a key that does not expire. */
const never = Number.MAX_SAFE_INTEGER;

const keysPerPage = 1_000;

/** What is written into a key. */
interface NewValue {
  readonly value: string;
  readonly ttlMs: number | undefined;
}

/**
 * Keys as rows. A write is one statement, which a database decides as one step at any level of isolation; one
 * that depends on a lock is a transaction, which holds the lock's row until it ends.
 */
export function createSqlKeys(session: SqlSession, clock: Clock): KeyEngine {
  const { tables, run, nowMs } = session;
  const table = tables.keyValues;
  const locks = createSqlLocks(session);
  const sweeper = createSweeper(session, locks, clock);

  const end = (ttlMs: number | undefined): Expression<number> =>
    ttlMs === undefined ? sql<number>`${never}` : sql<number>`${nowMs()} + ${ttlMs}`;

  const live = (db: Kysely<SqlDatabase>, key: string) =>
    db.selectFrom(table).select('value').where('name', '=', key).where('expires_at', '>', nowMs());

  /** Inserts, or replaces what is there: all of it, or only what has expired. */
  const upsert = async (
    db: Kysely<SqlDatabase>,
    key: string,
    { value, ttlMs }: NewValue,
    onlyExpired: boolean,
  ): Promise<boolean> => {
    const row = await db
      .insertInto(table)
      .values({ name: key, value, expires_at: end(ttlMs) })
      .onConflict((conflict) => {
        const update = conflict
          .column('name')
          .doUpdateSet((row) => ({ value: row.ref('excluded.value'), expires_at: end(ttlMs) }));
        return onlyExpired ? update.where(`${table}.expires_at`, '<=', nowMs()) : update;
      })
      .returning('name')
      .executeTakeFirst();
    return row !== undefined;
  };

  const replace = async (
    db: Kysely<SqlDatabase>,
    key: string,
    expected: string,
    { value, ttlMs }: NewValue,
  ): Promise<boolean> => {
    const update = db.updateTable(table).set({ value, expires_at: end(ttlMs) });
    const same = update.where('name', '=', key).where('value', '=', expected).where('expires_at', '>', nowMs());
    return (await same.executeTakeFirst()).numUpdatedRows > 0n;
  };

  const remove = async (db: Kysely<SqlDatabase>, key: string, expected?: string): Promise<boolean> => {
    const deletion = db.deleteFrom(table).where('name', '=', key).where('expires_at', '>', nowMs());
    const same = expected === undefined ? deletion : deletion.where('value', '=', expected);
    return (await same.executeTakeFirst()).numDeletedRows > 0n;
  };

  const write = async (
    key: string,
    fence: number | undefined,
    work: (db: Kysely<SqlDatabase>) => Promise<boolean>,
  ): Promise<WriteOutcome> => {
    const outcome = await run(async (db): Promise<WriteOutcome> => {
      if (fence === undefined) return (await work(db)) ? 'done' : 'unchanged';
      return db.transaction().execute(async (transaction): Promise<WriteOutcome> => {
        if (!(await locks.holdsStill(transaction, key, fence))) return 'lost';
        return (await work(transaction)) ? 'done' : 'unchanged';
      });
    });
    sweeper.nudge();
    return outcome;
  };

  return {
    async get(key) {
      const row = await run((db) => live(db, key).executeTakeFirst());
      const value = row?.value;
      if (value === undefined || typeof value === 'string') return value;
      throw new StorageError(
        `The value of ${JSON.stringify(key)} is damaged: it is no text. Delete it with keyValue.delete(key).`,
        false,
      );
    },
    set: (key, value, { ttlMs, fence }) => write(key, fence, (db) => upsert(db, key, { value, ttlMs }, false)),
    compareAndSet: (key, expected, value, { ttlMs, fence }) =>
      write(key, fence, async (db) => {
        if (value !== undefined) {
          if (expected === undefined) return upsert(db, key, { value, ttlMs }, true);
          return replace(db, key, expected, { value, ttlMs });
        }
        if (expected !== undefined) return remove(db, key, expected);
        return (await live(db, key).executeTakeFirst()) === undefined;
      }),
    delete: (key, fence) => write(key, fence, (db) => remove(db, key)),
    async *scan(prefix) {
      const before = endOfPrefix(prefix);
      let after: string | undefined;
      for (;;) {
        const rows = await run((db) => {
          let query = db.selectFrom(table).select('name').where('expires_at', '>', nowMs());
          query = after === undefined ? query.where('name', '>=', prefix) : query.where('name', '>', after);
          if (before !== undefined) query = query.where('name', '<', before);
          return query.orderBy('name').limit(keysPerPage).execute();
        });
        const page = rows.map(({ name }) => String(name));
        after = page.at(-1);
        if (after === undefined) return;
        yield page;
        // SQLite answers without ever leaving this turn of the event loop: others must get theirs.
        await nextTurn();
      }
    },
    locks,
  };
}
