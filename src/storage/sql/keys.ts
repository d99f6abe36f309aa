import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Expression, type Kysely, sql } from 'kysely';
import { StorageError } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import { endOfPrefix } from '../adapter-kit.ts';
import type { KeyEngine, LockEngine, WriteOutcome } from '../key-engine.ts';
import { wholeNumber } from '../row-reader.ts';
import type { SqlDatabase } from './schema.ts';
import { inChunks, type SqlSession } from './session.ts';

/** Expiry of a key that does not expire. */
const never = Number.MAX_SAFE_INTEGER;

const keysPerPage = 1_000;

const rowsPerInsert = 500;

/** A value to write. */
interface NewValue {
  readonly value: string;
  readonly ttlMs: number | undefined;
}

/**
 * Keys as rows. A write is one statement, which is atomic at any isolation level. A write that depends on a lock is a
 * transaction, which holds the lock's row until it ends.
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

  /** Inserts a value, or replaces an existing one: any, or only an expired one. */
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
        `The value of ${JSON.stringify(key)} is damaged: it is not text. Delete it with keyValue.delete(key).`,
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
    async addMany(entries) {
      const rows = [...entries].map(([name, value]) => ({ name, value, expires_at: end(undefined) }));
      const added: string[] = [];
      await inChunks(rows, rowsPerInsert, async (chunk) => {
        const done = await run((db) =>
          db
            .insertInto(table)
            .values(chunk)
            .onConflict((conflict) =>
              conflict
                .column('name')
                .doUpdateSet((row) => ({ value: row.ref('excluded.value'), expires_at: end(undefined) }))
                .where(`${table}.expires_at`, '<=', nowMs()),
            )
            .returning('name')
            .execute(),
        );
        added.push(...done.map(({ name }) => String(name)));
      });
      sweeper.nudge();
      return added;
    },
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
        // SQLite responds synchronously, so this yields to the event loop.
        await nextTurn();
      }
    },
    now: () =>
      run(async (db) => {
        const row = await db.selectNoFrom(sql<number>`${nowMs()}`.as('now')).executeTakeFirstOrThrow();
        return Number(row.now);
      }),
    locks,
  };
}

/** Milliseconds for which a free lock is kept, so that no token is issued twice if the clock is set back. */
const memoryOfTokensMs = 3_600_000;

/** Expiry of a released lock. */
const free = 0;

/** The locks of a database, with the functions that the keys need. */
interface SqlLocks extends LockEngine {
  /**
   * Whether the lock is held with that token. It stays held until the transaction ends: this updates the row, so nobody
   * else can take the lock before the transaction's other writes are committed.
   */
  holdsStill(transaction: Kysely<SqlDatabase>, key: string, token: number): Promise<boolean>;
  /** Deletes unused locks, at most `limit`. Returns whether there may be more. */
  sweep(limit: number): Promise<boolean>;
}

/**
 * Locks as rows. The token is the time at which the lock is taken, or the last token plus one if the clock was set
 * back. So tokens increase without keeping rows forever.
 */
function createSqlLocks({ tables, run, nowMs }: SqlSession): SqlLocks {
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
        // A token is about the time at which it was issued; a subquery lets the index find the old ones.
        const longAgo = sql<number>`(select ${nowMs()} - ${memoryOfTokensMs})`;
        const old = db.selectFrom(table).select('name').where('token', '<', longAgo).where('expires_at', '<', longAgo);
        const deletion = db.deleteFrom(table).where('name', 'in', old.limit(limit)).where('expires_at', '<', longAgo);
        return (await deletion.executeTakeFirst()).numDeletedRows === BigInt(limit);
      });
    },
  };
}

/** Milliseconds from one sweep to the next, over all processes on the database. */
const everyMs = 60_000;

const rowsPerSweep = 500;

/** The lock that lets one process sweep. Keys are never empty, so it cannot collide with one. */
const sweepLock = '';

/** Deletes expired keys and locks. */
interface Sweeper {
  /** Sweeps in the background if it is time. Called after a write: a store that is not written to does not grow. */
  nudge(): void;
}

/** Creates a sweeper. It has no timer, so it does not keep the process alive. */
function createSweeper({ tables, run, nowMs }: SqlSession, locks: SqlLocks, clock: Clock): Sweeper {
  const table = tables.keyValues;
  let dueAtMs = clock.monotonic();

  const sweepKeys = (): Promise<boolean> =>
    run(async (db) => {
      const now = sql<number>`(select ${nowMs()})`;
      const expired = db.selectFrom(table).select('name').where('expires_at', '<=', now).limit(rowsPerSweep);
      const deletion = db.deleteFrom(table).where('name', 'in', expired).where('expires_at', '<=', now);
      return (await deletion.executeTakeFirst()).numDeletedRows === BigInt(rowsPerSweep);
    });

  const sweep = async (): Promise<void> => {
    // Not released: the lease also keeps other processes from sweeping again too soon.
    if ((await locks.take(sweepLock, everyMs)) === undefined) return;
    while (await sweepKeys()) await nextTurn();
    while (await locks.sweep(rowsPerSweep)) await nextTurn();
  };

  return {
    nudge() {
      if (clock.monotonic() < dueAtMs) return;
      dueAtMs = clock.monotonic() + everyMs;
      // Expired rows count as absent anyway, and the next sweep deletes them.
      sweep().catch(() => undefined);
    },
  };
}
