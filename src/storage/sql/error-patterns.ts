import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { ErrorPattern } from '../../ports/sync-record-store.ts';
import { createPatternTally } from '../pattern-tally.ts';
import { readFailure } from './record-rows.ts';
import type { SqlDatabase, TableNames } from './tables.ts';

/** Records read at once: few enough that even errors of megabytes fit into memory. */
const pageSize = 200;

/** Counts the errors of a shop's records by pattern, page by page. */
export async function readErrorPatterns(
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
