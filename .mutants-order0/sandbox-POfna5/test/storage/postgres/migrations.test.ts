// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { newestVersion } from '../../../src/storage/sql/schema.ts';
import { record, shop } from '../../../src/testing/conformance/sync-record-store/harness.ts';
import { postgresOrSkip } from '../../services.ts';
import { failure } from '../failure.ts';
import { runProgram } from '../programs/run.ts';
import { testSchema } from './test-schema.ts';

const { url, describe } = await postgresOrSkip();

describe('the migrations of postgresStores', () => {
  const schema = testSchema(url, 'migrations');
  beforeEach(() => schema.drop());

  const versions = async (): Promise<number[]> => {
    const found = await schema.admin.query('select version from migrations.shopwright_migrations order by version');
    return found.rows.map(({ version }) => version);
  };
  const tables = async (): Promise<string[]> => {
    const query = 'select tablename as name from pg_tables where schemaname = $1 order by name';
    return (await schema.admin.query(query, [schema.name])).rows.map(({ name }) => name);
  };

  it('make the schema and the tables before the first query, and not earlier', async () => {
    const stores = schema.stores();
    expect(await tables()).toEqual([]);
    await stores.records.put(record('p1'));
    expect(await tables()).toContain('shopwright_sync_records');
    expect(Math.max(...(await versions()))).toBe(newestVersion);
  });

  it('do nothing where they have run, and keep the records', async () => {
    await schema.stores().records.put(record('p1'));
    const before = await versions();
    const again = schema.stores();
    await Promise.all([again.migrate(), again.migrate(), schema.stores().migrate()]);
    expect(await versions()).toEqual(before);
    expect(await again.records.get(shop, 'p1')).toEqual(record('p1'));
  });

  it('run once where eight processes migrate at the same time, and none fails or loses a record', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const ends = await Promise.all(names.map((name) => runProgram('migrate-postgres.ts', [url, schema.name, name])));
    for (const { code, errors } of ends) expect(code, errors).toBe(0);
    expect((await schema.stores().records.counts(shop)).synced).toBe(160);
    expect(new Set(await versions()).size).toBe((await versions()).length);
  });

  it('run once where twenty stores with prefixes of their own start at the same time', async () => {
    const made = Array.from({ length: 20 }, (_, index) => schema.stores({ tablePrefix: `p${index % 5}_` }));
    await Promise.all(made.map((stores, index) => stores.records.put(record(`p${index}`))));
    expect((await made[0]?.records.counts(shop))?.synced).toBe(4);
  });

  it('leave a database alone that a newer release has migrated, and work on it', async () => {
    await schema.stores().records.put(record('p1'));
    await schema.admin.query('insert into migrations.shopwright_migrations values (99)');
    await schema.admin.query("alter table migrations.shopwright_sync_records add column price text default '0'");
    const older = schema.stores();
    await older.records.put(record('p2'));
    expect(await older.records.list(shop)).toEqual([record('p1'), record('p2')]);
    expect(await versions()).toContain(99);
  });

  it('that fail leave nothing behind, are told by each call, and run again once the cause is gone', async () => {
    await schema.admin.query('create schema migrations; create table migrations.shopwright_sync_records (other text)');
    const { records } = schema.stores();
    for (const call of [() => records.get(shop, 'p1'), () => records.put(record('p1'))]) {
      const error = await failure(call());
      expect(error).toMatchObject({ isRetryable: false, mayHaveExecuted: false });
      expect(error.message).toContain('tablePrefix');
    }
    expect(await tables()).toEqual(['shopwright_sync_records']);
    await schema.admin.query('drop table migrations.shopwright_sync_records');
    await records.put(record('p1'));
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));
  });

  it('give the longest prefix and a schema with a reserved name tables of their own', async () => {
    const tablePrefix = 'x'.repeat(30);
    await schema.stores({ tablePrefix }).records.put(record('p1'));
    const names = await schema.admin.query(
      "select relname as name from pg_class where relnamespace = 'migrations'::regnamespace and relname like 'xxx%'",
    );
    // Postgres cuts a longer name without a word, and two of them could become one.
    for (const { name } of names.rows) expect(name.length).toBeLessThan(63);

    await schema.admin.query('drop schema if exists "select" cascade');
    await schema.stores({ schema: 'select', tablePrefix: '' }).records.put(record('p2'));
    expect((await schema.admin.query('select local_id from "select".sync_records')).rows).toEqual([{ local_id: 'p2' }]);
    await schema.admin.query('drop schema "select" cascade');
  });

  it('are left to the host with `manual`, also to one that uses another role', async () => {
    const manual = schema.stores({ migrate: 'manual' });
    const error = await failure(manual.records.get(shop, 'p1'));
    expect(error).toMatchObject({ isRetryable: false });
    expect(error.message).toContain('Call migrate()');
    expect(await tables()).toEqual([]);
    await manual.migrate();
    expect(await manual.records.get(shop, 'p1')).toBe(undefined);

    await schema.admin.query('delete from migrations.shopwright_migrations where version = $1', [newestVersion]);
    expect((await failure(schema.stores({ migrate: 'manual' }).records.list(shop))).message).toContain('too old');
  });

  it('do not hold up a host whose statements may take a moment only', async () => {
    const pool = schema.pool({ statement_timeout: 400, max: 2 });
    const blocker = await schema.admin.connect();
    await blocker.query("begin; select pg_advisory_xact_lock(hashtextextended('shopwright migrations', 0))");
    const migrated = schema.stores({ pool }).migrate();
    const waiting = "select 1 from pg_locks where locktype = 'advisory' and not granted";
    await expect.poll(async () => (await schema.admin.query(waiting)).rowCount).toBe(1);
    await schema.admin.query('select pg_sleep(0.5)');
    await blocker.query('rollback');
    blocker.release();
    await migrated;
    expect(await tables()).toContain('shopwright_sync_records');
  });

  it('compare keys by code point and keep large numbers in every column of numbers', async () => {
    const { records } = schema.stores();
    const large = Number.MAX_SAFE_INTEGER;
    const odd = record('p1', { attempts: large, lastSyncedAt: large, lastAttemptAt: large });
    await records.put(odd);
    expect(await records.get(shop, 'p1')).toEqual(odd);
    const keys = await schema.admin.query(
      `select collation_name as collation from information_schema.columns
       where table_schema = 'migrations' and column_name in ('shop', 'local_id', 'gid')`,
    );
    expect(keys.rows.length).toBeGreaterThan(2);
    for (const { collation } of keys.rows) expect(collation).toBe('C');
  });
});

describe('a role that may not do all', () => {
  const schema = testSchema(url, 'rights');
  const role = `shopwright_${randomUUID().slice(0, 8)}`;
  const asRole = () => schema.pool({ options: `-c role=${role}` });

  beforeEach(async () => {
    await schema.drop();
    await schema.admin.query(`drop owned by ${role}; drop role ${role}`).catch(() => undefined);
    await schema.admin.query(`create role ${role}`);
    return async () => {
      await schema.admin.query(`drop owned by ${role}; drop role ${role}`);
    };
  });

  it('is told so when it may not make the schema, and can work in one that is there', async () => {
    const { records } = schema.stores({ pool: asRole() });
    const error = await failure(records.put(record('p1')));
    expect(error).toMatchObject({ isRetryable: false });
    expect(error.message).toContain('permission denied for database');
    expect(error.message).toContain('migrate() with another role');

    await schema.admin.query(`create schema rights; grant usage, create on schema rights to ${role}`);
    await records.put(record('p1'));
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));
  });

  it('works without any right to make things on tables that another role has migrated', async () => {
    await schema.stores().migrate();
    const pool = asRole();
    const closed = await failure(schema.stores({ pool }).records.list(shop));
    expect(closed.message).toContain('permission denied for schema');
    await schema.admin.query(`grant usage on schema rights to ${role}`);
    expect((await failure(schema.stores({ pool }).records.list(shop))).message).toContain(
      'permission denied for table',
    );
    await schema.admin.query(`grant select, insert, update, delete on all tables in schema rights to ${role}`);
    for (const migrate of ['automatic', 'manual'] as const) {
      const { records } = schema.stores({ pool, migrate });
      await records.put(record('p1'));
      expect(await records.delete(shop, 'p1')).toBe(true);
    }
  });
});
