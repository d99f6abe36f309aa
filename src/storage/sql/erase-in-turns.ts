import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { SqlSession } from './session.ts';
import type { SqlDatabase } from './tables.ts';

/** Rows deleted at once: others get their turn in between, and no lock is held for long. */
export const rowsPerDelete = 500;

/**
 * Deletes some rows after the others until there are none, and says how many there were.
 *
 * @param eraseSome Deletes at most `rowsPerDelete`; `undefined` where it finds none.
 */
export async function eraseInTurns(
  run: SqlSession['run'],
  eraseSome: (db: Kysely<SqlDatabase>) => Promise<bigint | undefined>,
): Promise<number> {
  // Outside of the work, which begins anew after a wait for the database: what is deleted stays counted.
  let erased = 0;
  await run(async (db) => {
    for (let count = await eraseSome(db); count !== undefined; count = await eraseSome(db)) {
      erased += Number(count);
      await nextTurn();
    }
  });
  return erased;
}
