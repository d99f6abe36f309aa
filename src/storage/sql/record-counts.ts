import type { Kysely } from 'kysely';
import { StorageError } from '../../errors/errors.ts';
import type { AgeCount } from '../../ports/sync-record-store.ts';
import { isSyncStatus } from '../record-kit.ts';
import { damagedRecord } from './record-rows.ts';
import { wholeNumber } from './rows.ts';
import type { SqlDatabase, TableNames } from './tables.ts';

/** Names a record of a status that there is not. */
async function unknownStatus(
  db: Kysely<SqlDatabase>,
  { syncRecords }: TableNames,
  shop: string,
  status: unknown,
): Promise<StorageError> {
  const query = db.selectFrom(syncRecords).select('local_id').where('shop', '=', shop).where('status', '=', status);
  const first = await query.orderBy('local_id').limit(1).executeTakeFirst();
  return damagedRecord(shop, first?.local_id, 'status');
}

/** Nobody but the triggers writes the counts; what does not fit comes from somebody else. */
function damagedCounts({ syncCounts }: TableNames, shop: string): StorageError {
  return new StorageError(
    `The table ${syncCounts} holds counts of ${shop} that cannot be: something else wrote to it, or wrote records ` +
      'while triggers were off. Fill it anew as docs/storage.md tells.',
    false,
    { shop },
  );
}

/**
 * A shop's records by status and day of the last success, as the database keeps them, in no particular order.
 *
 * @throws StorageError where a record has a status that there is not, or the counts are damaged.
 */
export async function readAgeCounts(
  db: Kysely<SqlDatabase>,
  tables: TableNames,
  shop: string,
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
    if (!isSyncStatus(status)) throw await unknownStatus(db, tables, shop, status);
    const count = wholeNumber(records);
    if (count === undefined) throw damagedCounts(tables, shop);
    ages.push({ status, day: Number(day) === -1 ? null : Number(day), count });
  }
  return ages;
}
