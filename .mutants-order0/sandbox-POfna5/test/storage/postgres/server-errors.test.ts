// @ts-nocheck
import { readFile } from 'node:fs/promises';
import type { StorageError } from 'shopwright';
import { beforeEach, expect, it } from 'vitest';
import { localIds, record, shop } from '../../../src/testing/conformance/sync-record-store/harness.ts';
import { postgresOrSkip } from '../../services.ts';
import { failure } from '../failure.ts';
import { testSchema } from './test-schema.ts';

const { url, describe } = await postgresOrSkip();

describe('postgresStores, when the server says no,', () => {
  const schema = testSchema(url, 'server_errors');
  const table = 'server_errors.shopwright_sync_records';

  beforeEach(async () => {
    await schema.drop();
    await schema.stores().migrate();
  });

  /** Makes the server raise that error at the first so many inserts; a sequence counts also what is undone. */
  const raise = (errorCode: string, times: number, when = 'after insert'): Promise<unknown> =>
    schema.admin.query(`
      create sequence server_errors.raised;
      create function server_errors.raise() returns trigger language plpgsql as $$ begin
        if nextval('server_errors.raised') <= ${times} then raise 'as asked' using errcode = '${errorCode}'; end if;
        return new;
      end $$;
      create ${when.includes('deferred') ? 'constraint' : ''} trigger raise ${when.replace(' deferred', '')} on ${table}
        ${when.includes('deferred') ? 'deferrable initially deferred' : ''}
        for each row execute function server_errors.raise();`);

  it.each([
    ['deadlock', '40P01', 'after insert'],
    ['serialization failure', '40001', 'after insert'],
    ['serialization failure at the commit', '40001', 'after insert deferred'],
  ])('runs all of the work again after a %s', async (_name, code, when) => {
    await raise(code, 3, when);
    const { records } = schema.stores();
    await records.putMany([record('p1'), record('p2')]);
    await records.put(record('p3'));
    expect(await records.list(shop)).toEqual([record('p1'), record('p2'), record('p3')]);
  });

  it('gives up after eight tries with an error that allows another one', async () => {
    await raise('40P01', 1_000);
    const { records } = schema.stores();
    expect(await failure(records.put(record('p1')))).toMatchObject({ isRetryable: true, mayHaveExecuted: false });
    const raised = await schema.admin.query('select last_value::int as times from server_errors.raised');
    expect(raised.rows).toEqual([{ times: 8 }]);
    expect(await records.list(shop)).toEqual([]);
  });

  it('writes nothing of a batch when the disk is full, tells so once, and goes on when there is room', async () => {
    await raise('53100', 1);
    const { records } = schema.stores();
    const error = await failure(records.putMany(localIds(300).map((localId) => record(localId))));
    expect(error).toMatchObject({ isRetryable: false, mayHaveExecuted: false });
    expect(error.message).toContain('disk is full');
    expect(await records.list(shop)).toEqual([]);
    await records.put(record('p1'));
    expect(await records.list(shop)).toHaveLength(1);
  });

  it.each([
    ['statement_timeout', { statement_timeout: 200 }],
    ['lock_timeout', { lock_timeout: 200 }],
  ])('names the %s of the host that ended a statement, and writes nothing', async (name, config) => {
    const { records } = schema.stores({ pool: schema.pool(config) });
    await records.put(record('p1'));
    const blocker = await schema.admin.connect();
    await blocker.query(`begin; lock table ${table} in exclusive mode`);
    for (const write of [() => records.put(record('p2')), () => records.putMany([record('p3')])]) {
      const error = await failure(write());
      expect(error).toMatchObject({ isRetryable: true, mayHaveExecuted: false });
      expect(error.message).toContain(name);
    }
    await blocker.query('rollback');
    blocker.release();
    expect(await records.list(shop)).toEqual([record('p1')]);
  });

  it('tells that the transaction is read-only, and reads on', async () => {
    const { records } = schema.stores({ pool: schema.pool({ options: '-c default_transaction_read_only=on' }) });
    for (const write of [
      () => records.put(record('p1')),
      () => records.putMany([record('p1')]),
      () => records.delete(shop, 'p1'),
    ]) {
      const error = await failure(write());
      expect(error).toMatchObject({ isRetryable: false, mayHaveExecuted: false });
      expect(error.message).toContain('read-only');
    }
    expect(await records.list(shop)).toEqual([]);
  });

  it('works in the same way whatever isolation the host has for a default', async () => {
    const pool = schema.pool({ options: '-c default_transaction_isolation=serializable' });
    const writers = [schema.stores({ pool }), schema.stores({ pool })];
    const ids = localIds(40);
    await Promise.all(writers.map(({ records }) => records.putMany(ids.map((localId) => record(localId)))));
    expect((await schema.stores().records.counts(shop)).synced).toBe(40);
  });

  it('tells that there are too many connections, a wrong password and a database that is not there', async () => {
    const role = 'shopwright_crowd';
    await schema.admin.query(`drop role if exists ${role}`);
    await schema.admin.query(`create role ${role} login connection limit 0 password 'right'`);
    const { host, pathname } = new URL(url);
    for (const [address, text, isRetryable] of [
      [`postgres://${role}:right@${host}${pathname}`, 'too many', true],
      [url.replace(pathname, '/no_such_database'), 'no database', false],
    ] as const) {
      const pool = schema.pool({ connectionString: address });
      const error = await failure(schema.stores({ pool }).records.list(shop));
      expect(error).toMatchObject({ isRetryable, mayHaveExecuted: false });
      expect(error.message).toContain(text);
      expect(JSON.stringify(error)).not.toContain('right');
    }
    await schema.admin.query(`drop role ${role}`);
  });

  it('refuses a database that cannot hold every text', async () => {
    const database = 'shopwright_latin1';
    await schema.admin.query(`drop database if exists ${database}`);
    await schema.admin.query(
      `create database ${database} encoding 'LATIN1' template template0 lc_collate 'C' lc_ctype 'C'`,
    );
    const pool = schema.pool({ connectionString: url.replace(new URL(url).pathname, `/${database}`) });
    const error = await failure(schema.stores({ pool }).records.put(record('p1')));
    expect(error).toMatchObject({ isRetryable: false });
    expect(error.message).toContain("Use one made with encoding 'UTF8'");
    expect((await pool.query("select 1 from pg_namespace where nspname = 'server_errors'")).rows).toEqual([]);
    await pool.end();
    await schema.admin.query(`drop database ${database}`);
  });

  it.each([
    ['status', "'lost'"],
    ['last_error', '\'{"code":\''],
    ['parts', "'[1]'"],
    ['attempts', '-3'],
    ['last_synced_at', '9223372036854775807'],
  ])('names a record that is damaged in column %s, and can replace and delete it', async (column, value) => {
    const skipped: StorageError[] = [];
    const { records } = schema.stores({ onSkippedRecord: (error) => skipped.push(error) });
    await records.putMany([record('p1'), record('p2')]);
    await schema.admin.query(`update ${table} set ${column} = ${value} where local_id = 'p2'`);
    expect(await records.list(shop)).toEqual([record('p1')]);
    expect(skipped).toHaveLength(1);
    for (const error of [await failure(records.get(shop, 'p2')), skipped[0] as StorageError]) {
      expect(error).toMatchObject({ isRetryable: false, shop });
      for (const text of ['"p2"', column, 'records.delete']) expect(error.message).toContain(text);
    }
    await records.put(record('p2'));
    expect(await records.list(shop)).toEqual([record('p1'), record('p2')]);
    expect(await records.delete(shop, 'p2')).toBe(true);
  });

  it('names counts that cannot be, and they are right again after what docs/storage.md says', async () => {
    const { records } = schema.stores();
    await records.putMany([record('p1'), record('p2', { status: 'failed', lastSyncedAt: null })]);
    const right = [await records.counts(shop), await records.ageCounts(shop)];
    await schema.admin.query('update server_errors.shopwright_sync_counts set records = -1');
    const error = await failure(records.counts(shop));
    expect(error).toMatchObject({ isRetryable: false });
    expect(error.message).toMatch(/shopwright_sync_counts.*docs\/storage\.md/);

    const guide = await readFile('docs/storage.md', 'utf8');
    const recipe = /```sql\n(begin;[^`]*)```/.exec(guide)?.[1] ?? 'no recipe';
    await schema.pool({ options: '-c search_path=server_errors' }).query(recipe);
    expect([await records.counts(shop), await records.ageCounts(shop)]).toEqual(right);
  });

  it('says which tables are gone when somebody dropped them', async () => {
    const { records } = schema.stores();
    await records.put(record('p1'));
    await schema.drop();
    const error = await failure(records.get(shop, 'p1'));
    expect(error).toMatchObject({ isRetryable: false });
    expect(error.message).toContain('misses a table');
  });

  it('reads numbers in whatever form the host has taught its driver', async () => {
    const { default: pg } = await import('pg');
    const types = {
      getTypeParser: (oid: number, format?: 'text') => (oid === 20 ? BigInt : pg.types.getTypeParser(oid, format)),
    };
    const { records } = schema.stores({ pool: schema.pool({ types: types as never }) });
    await records.put(record('p1'));
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));
    expect((await records.counts(shop)).synced).toBe(1);
  });
});
