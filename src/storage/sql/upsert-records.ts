import type { Insertable, Kysely } from 'kysely';
import type { SqlDatabase, SyncRecordTable, TableNames } from './tables.ts';

/** Inserts the rows, or replaces those of the same shop and local id; no two of them may be the same. */
export async function upsertRecords(
  db: Kysely<SqlDatabase>,
  { syncRecords }: TableNames,
  rows: readonly Insertable<SyncRecordTable>[],
): Promise<void> {
  await db
    .insertInto(syncRecords)
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['shop', 'local_id']).doUpdateSet((row) => ({
        gid: row.ref('excluded.gid'),
        status: row.ref('excluded.status'),
        hash: row.ref('excluded.hash'),
        parts: row.ref('excluded.parts'),
        last_error: row.ref('excluded.last_error'),
        attempts: row.ref('excluded.attempts'),
        last_sync_data: row.ref('excluded.last_sync_data'),
        last_synced_at: row.ref('excluded.last_synced_at'),
        last_attempt_at: row.ref('excluded.last_attempt_at'),
        shopify_updated_at: row.ref('excluded.shopify_updated_at'),
      })),
    )
    .execute();
}
