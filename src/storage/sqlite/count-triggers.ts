import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { SqlDatabase, TableNames } from '../sql/tables.ts';

type Row = 'new' | 'old';

/** Day of the last success of the row that a trigger is about; -1 stands for never. */
const dayOf = (row: Row): RawBuilder<unknown> =>
  sql`coalesce(cast(${sql.ref(`${row}.last_synced_at`)} / 86400000 as integer), -1)`;

/**
 * Makes the table of record counts, counts what is there, and has SQLite itself keep the counts with each
 * change of a record: so they are right whoever writes, an older release of this package included.
 */
export async function countRecords(db: Kysely<SqlDatabase>, tables: TableNames): Promise<void> {
  const [records, counts] = [sql.table(tables.syncRecords), sql.table(tables.syncCounts)];
  const trigger = (event: string): RawBuilder<unknown> => sql.id(`${tables.syncRecords}_${event}`);
  const add = sql`insert into ${counts} (shop, status, day, records) values (new.shop, new.status, ${dayOf('new')}, 1)
    on conflict (shop, status, day) do update set records = records + 1;`;
  const isOld = sql`shop = old.shop and status = old.status and day = ${dayOf('old')}`;
  const remove = sql`update ${counts} set records = records - 1 where ${isOld};
    delete from ${counts} where ${isOld} and records = 0;`;

  await sql`create table ${counts} (
    shop text not null, status text not null, day integer not null, records integer not null,
    primary key (shop, status, day)
  ) without rowid`.execute(db);
  await sql`insert into ${counts} (shop, status, day, records)
    select shop, status, coalesce(cast(last_synced_at / 86400000 as integer), -1), count(*)
    from ${records} group by 1, 2, 3`.execute(db);
  await sql`create trigger ${trigger('come')} after insert on ${records} begin ${add} end`.execute(db);
  await sql`create trigger ${trigger('go')} after delete on ${records} begin ${remove} end`.execute(db);
  await sql`create trigger ${trigger('change')} after update of shop, status, last_synced_at on ${records}
    when (old.shop, old.status, ${dayOf('old')}) is not (new.shop, new.status, ${dayOf('new')})
    begin ${remove} ${add} end`.execute(db);
}
