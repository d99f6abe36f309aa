import { type Kysely, sql } from 'kysely';
import type { LockEngine } from '../keys/engine.ts';
import { wholeNumber } from './rows.ts';
import type { SqlSession } from './session.ts';
import type { SqlDatabase } from './tables.ts';

/** Milliseconds for which a free lock is remembered, so that a clock set back gives no token twice. */
const memoryOfTokensMs = 3_600_000;

/** The end of a lock that was given back. */
const free = 0;

/** The locks of a database, with what the keys need of them. */
export interface SqlLocks extends LockEngine {
  /**
   * Whether the lock is held with that token. Inside a transaction it stays so until the end of it: the row is
   * written to, so nobody else can take the lock before the transaction's other writes are there.
   */
  holdsStill(transaction: Kysely<SqlDatabase>, key: string, token: number): Promise<boolean>;
  /** Deletes locks that are out of use, so many at most. Whether there may be more. */
  sweep(limit: number): Promise<boolean>;
}

/**
 * Locks as rows. The token is the time at which the lock is taken, or one more than the last one where the clock
 * was set back: so a row need not be kept for ever to give rising tokens.
 */
export function createSqlLocks({ tables, run, nowMs }: SqlSession): SqlLocks {
  const table = tables.locks;
  const leaseEnd = (leaseMs: number) => sql<number>`${nowMs()} + ${leaseMs}`;

  return {
    async take(key, leaseMs) {
      const row = await run((db) =>
        db
          .insertInto(table)
          .values({ name: key, token: nowMs(), expires_at: leaseEnd(leaseMs) })
          .onConflict((conflict) =>
            conflict
              .column('name')
              .doUpdateSet((lock) => ({
                token: lock
                  .case()
                  .when(`${table}.token`, '>=', lock.ref('excluded.token'))
                  .then(sql<number>`${lock.ref(`${table}.token`)} + 1`)
                  .else(lock.ref('excluded.token'))
                  .end(),
                expires_at: leaseEnd(leaseMs),
              }))
              .where(`${table}.expires_at`, '<=', nowMs()),
          )
          .returning('token')
          .executeTakeFirst(),
      );
      return row && wholeNumber(row.token);
    },

    async renew(key, token, leaseMs) {
      return run(async (db) => {
        const update = db.updateTable(table).set({ expires_at: leaseEnd(leaseMs) });
        const held = update.where('name', '=', key).where('token', '=', token).where('expires_at', '>', nowMs());
        return (await held.executeTakeFirst()).numUpdatedRows > 0n;
      });
    },

    async release(key, token) {
      return run(async (db) => {
        const update = db.updateTable(table).set({ expires_at: free });
        const held = update.where('name', '=', key).where('token', '=', token).where('expires_at', '>', nowMs());
        return (await held.executeTakeFirst()).numUpdatedRows > 0n;
      });
    },

    async holdsStill(transaction, key, token) {
      const update = transaction.updateTable(table).set({ expires_at: sql<number>`expires_at` });
      const held = update.where('name', '=', key).where('token', '=', token).where('expires_at', '>', nowMs());
      return (await held.executeTakeFirst()).numUpdatedRows > 0n;
    },

    async sweep(limit) {
      return run(async (db) => {
        // A token is about the time at which it was given; a subquery lets the index find the old ones.
        const longAgo = sql<number>`(select ${nowMs()} - ${memoryOfTokensMs})`;
        const old = db.selectFrom(table).select('name').where('token', '<', longAgo).where('expires_at', '<', longAgo);
        const deletion = db.deleteFrom(table).where('name', 'in', old.limit(limit)).where('expires_at', '<', longAgo);
        return (await deletion.executeTakeFirst()).numDeletedRows === BigInt(limit);
      });
    },
  };
}
