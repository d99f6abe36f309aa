import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { AgeCount } from '../ports/sync-records.ts';
import { isSyncStatus } from '../record-rules.ts';
import { damagedRecord } from './record-rows.ts';
import type { SqlDatabase, TableNames } from './tables.ts';

/** A shop's records by status and day of the last success, in no particular order. */
export async function readAgeCounts(
  db: Kysely<SqlDatabase>,
  { syncRecords }: TableNames,
  shop: string,
): Promise<readonly AgeCount[]> {
  const day = sql<unknown>`cast(last_synced_at / 86400000 as bigint)`;
  const rows = await db
    .selectFrom(syncRecords)
    .select(({ fn }) => ['status', day.as('day'), fn.countAll().as('records'), fn.min('local_id').as('first')])
    .where('shop', '=', shop)
    .groupBy(['status', day])
    .execute();
  return rows.map(({ status, day: found, records, first }) => {
    if (!isSyncStatus(status)) throw damagedRecord(shop, first, 'status');
    return { status, day: found === null ? null : Number(found), count: Number(records) };
  });
}
