import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { SqlDatabase, TableNames } from '../sql/tables.ts';

/** Day of the last success; -1 stands for never. */
const day = sql`coalesce(last_synced_at / 86400000, -1)`;

/** Of so many statements that change records, one sums up the counts of its shop. */
const compactionShare = 1 / 32;

/**
 * The function that the triggers call, once for each statement.
 *
 * A change adds rows to the counts and touches none that is there, so writers never wait for each other, whatever
 * their order. Now and then one of them replaces the rows that are about the same by their sum. Only one at a time
 * does so for a shop, and nobody waits for it: who does not get the lock leaves it to a later one. A deletion always
 * tries, so that nothing remains of a shop that is erased.
 */
function countingFunction(schema: string, tables: TableNames): RawBuilder<unknown> {
  const counts = sql.id(schema, tables.syncCounts);
  const lockName = sql.lit(`shopwright ${schema}.${tables.syncCounts} `);
  return sql`create function ${sql.id(schema, `${tables.syncRecords}_count`)}() returns trigger language plpgsql as $$
declare
  of_shop text;
begin
  if tg_op = 'TRUNCATE' then
    delete from ${counts};
    return null;
  elsif tg_op = 'INSERT' then
    insert into ${counts} (shop, status, day, records)
      select shop, status, ${day}, count(*) from new_records group by 1, 2, 3;
    select shop into of_shop from new_records limit 1;
  elsif tg_op = 'DELETE' then
    insert into ${counts} (shop, status, day, records)
      select shop, status, ${day}, -count(*) from old_records group by 1, 2, 3;
    select shop into of_shop from old_records limit 1;
  else
    insert into ${counts} (shop, status, day, records)
      select shop, status, day, sum(change) from (
        select shop, status, ${day} as day, 1 as change from new_records
        union all select shop, status, ${day}, -1 from old_records
      ) changes group by 1, 2, 3 having sum(change) <> 0;
    select shop into of_shop from new_records limit 1;
  end if;
  if of_shop is not null and (tg_op = 'DELETE' or random() < ${sql.lit(compactionShare)})
    and pg_try_advisory_xact_lock(hashtextextended(${lockName} || of_shop, 0))
  then
    with several as (
      select status, day from ${counts} where shop = of_shop group by 1, 2 having count(*) > 1
    ), taken as (
      delete from ${counts} kept using several
      where kept.shop = of_shop and kept.status = several.status and kept.day = several.day
      returning kept.status, kept.day, kept.records
    )
    insert into ${counts} (shop, status, day, records)
      select of_shop, status, day, sum(records) from taken group by 2, 3 having sum(records) <> 0;
  end if;
  return null;
end
$$`;
}

/**
 * Makes the table of record counts, has Postgres itself keep the counts with each change of a record, and counts
 * what is there: so they are right whoever writes, an older release of this package included.
 */
export async function countRecords(db: Kysely<SqlDatabase>, schema: string, tables: TableNames): Promise<void> {
  const [records, counts] = [sql.id(schema, tables.syncRecords), sql.id(schema, tables.syncCounts)];
  const count = sql.id(schema, `${tables.syncRecords}_count`);
  const after = (name: string, event: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`create trigger ${sql.id(`${tables.syncRecords}_${name}`)} after ${event}
      for each statement execute function ${count}()`;

  await sql`create table ${counts} (
    shop text collate "C" not null, status text not null, day bigint not null, records bigint not null
  )`.execute(db);
  await sql`create index ${sql.id(`${tables.syncCounts}_by_shop`)} on ${counts} (shop, status, day)`.execute(db);
  await countingFunction(schema, tables).execute(db);
  await after('come', sql`insert on ${records} referencing new table as new_records`).execute(db);
  await after('go', sql`delete on ${records} referencing old table as old_records`).execute(db);
  const both = sql`referencing old table as old_records new table as new_records`;
  await after('change', sql`update on ${records} ${both}`).execute(db);
  await after('clear', sql`truncate on ${records}`).execute(db);
  // Only now: the triggers keep writers out, and whoever wrote before is seen by this statement.
  await sql`insert into ${counts} (shop, status, day, records)
    select shop, status, ${day}, count(*) from ${records} group by 1, 2, 3`.execute(db);
}
