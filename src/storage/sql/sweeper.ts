import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Clock } from '../../internal/clock.ts';
import type { SqlLocks } from './lock-engine.ts';
import type { SqlSession } from './session.ts';

/** Milliseconds from one sweep to the next, over all processes on the database. */
const everyMs = 60_000;
const rowsPerSweep = 500;
/** The lock that lets one process sweep. No key is empty, so it is nobody else's. */
const sweepLock = '';

/** Deletes what has expired. */
export interface Sweeper {
  /** Sweeps in the background if it is time. Called after a write: a store that is not written to does not grow. */
  nudge(): void;
}

/** Makes a sweeper. It has no timer, so it keeps no process alive. */
export function createSweeper({ tables, run, nowMs }: SqlSession, locks: SqlLocks, clock: Clock): Sweeper {
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
    // Not given back: it also keeps the others from sweeping again too soon.
    if ((await locks.take(sweepLock, everyMs)) === undefined) return;
    while (await sweepKeys()) await nextTurn();
    while (await locks.sweep(rowsPerSweep)) await nextTurn();
  };

  return {
    nudge() {
      if (clock.monotonic() < dueAtMs) return;
      dueAtMs = clock.monotonic() + everyMs;
      // What cannot be deleted now counts as absent all the same, and the next sweep finds it.
      sweep().catch(() => undefined);
    },
  };
}
