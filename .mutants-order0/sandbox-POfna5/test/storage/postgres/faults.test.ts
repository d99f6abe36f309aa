// @ts-nocheck
import type pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { localIds, record, shop } from '../../../src/testing/conformance/sync-record-store/harness.ts';
import { createManualClock } from '../../../src/testing/manual-clock.ts';
import { postgresOrSkip } from '../../services.ts';
import { failure } from '../failure.ts';
import { createFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { testSchema } from './test-schema.ts';

const { url, describe } = await postgresOrSkip();

const notWritten = { code: 'STORAGE_FAILED', isRetryable: true, mayHaveExecuted: false };
const unknown = { code: 'STORAGE_FAILED', isRetryable: false, mayHaveExecuted: true };
/** The statement, which ends with a NUL on the wire; `begin isolation level read committed` holds the word too. */
const commit = 'commit\0';
const batch = localIds(500).map((localId) => record(localId));

describe('postgresStores on a network with faults', () => {
  const schema = testSchema(url, 'faults');
  let proxy: FaultProxy;
  let pool: pg.Pool;

  beforeEach(async () => {
    proxy = await createFaultProxy(url);
    pool = schema.pool({ connectionString: proxy.url });
    await schema.stores().migrate();
    await schema.empty();
  });
  afterEach(() => proxy.close());

  const count = async (): Promise<number> => (await schema.stores().records.counts(shop)).synced;

  it('says so when the server refuses connections, and works once it is back', async () => {
    await proxy.refuse();
    const { records } = schema.stores({ pool });
    const error = await failure(records.put(record('p1')));
    expect(error).toMatchObject(notWritten);
    expect(error.message).toContain('refuses connections');
    expect(await count()).toBe(0);

    await proxy.accept();
    await records.put(record('p1'));
    expect(await count()).toBe(1);
  });

  it('tells an unknown host', async () => {
    const lost = schema.pool({ connectionString: 'postgres://nobody:secret@no-such-host.invalid/test' });
    const error = await failure(schema.stores({ pool: lost }).records.put(record('p1')));
    expect(error).toMatchObject(notWritten);
    expect(error.message).toContain('cannot be reached');
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });

  it('calls a read that lost its connection retryable, and the next call has a connection that works', async () => {
    const { records } = schema.stores({ pool });
    await records.put(record('p1'));
    const isCut = proxy.cutAfter('select');
    expect(await failure(records.get(shop, 'p1'))).toMatchObject(notWritten);
    await isCut;
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));
  });

  it('does not know whether a single write was done when its response was lost, and does not repeat it', async () => {
    const { records } = schema.stores({ pool });
    await records.list(shop);
    const wasCut = proxy.cutAfter('insert into');
    const error = await failure(records.put(record('p1')));
    await wasCut;
    expect(error).toMatchObject(unknown);
    expect(error.message).toContain('may have been done or not');
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ mayHaveExecuted: true });

    void proxy.cutBefore('insert into');
    expect(await failure(records.put(record('p2')))).toMatchObject(unknown);
    expect(await records.get(shop, 'p2')).toBe(undefined);
  });

  it('knows that nothing was written when the connection went before the commit', async () => {
    const { records } = schema.stores({ pool });
    await records.list(shop);
    for (const cut of [proxy.cutBefore, proxy.cutAfter]) {
      void cut('insert into');
      const error = await failure(records.putMany(batch));
      expect(error).toMatchObject(notWritten);
      expect(error.message).toContain('nothing was written');
      expect(await count()).toBe(0);
    }
    await records.putMany(batch);
    expect(await count()).toBe(500);
  });

  it.each(['cutBefore', 'cutAfter'] as const)(
    'does not know whether a batch was written when the answer to its commit was lost (%s)',
    async (cut) => {
      const { records } = schema.stores({ pool });
      await records.list(shop);
      void proxy[cut](commit);
      expect(await failure(records.putMany(batch))).toMatchObject(unknown);
      expect(await count()).toBe(cut === 'cutAfter' ? 500 : 0);
    },
  );

  it('gives up on a statement that is not answered, and ends its connection', async () => {
    const clock = createManualClock();
    const { records } = schema.stores({ pool, clock, queryTimeoutMs: 7_000 });
    await records.list(shop);
    const isHeld = proxy.stallAt('select');
    const error = failure(records.list(shop));
    await isHeld;
    await clock.advance(7_000);
    expect(await error).toMatchObject(notWritten);
    expect((await error).message).toContain('queryTimeoutMs');
    expect(pool.idleCount).toBe(0);
    expect(await records.list(shop)).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('does not know what became of a write that was not answered in time, in a batch only of its commit', async () => {
    const clock = createManualClock();
    const { records } = schema.stores({ pool, clock });
    await records.list(shop);
    const stalled = async (text: string, call: () => Promise<unknown>) => {
      const isHeld = proxy.stallAt(text);
      const error = failure(call());
      await isHeld;
      await clock.advance(30_000);
      return error;
    };
    expect(await stalled('insert into', () => records.put(record('p1')))).toMatchObject(unknown);
    expect(await stalled('insert into', () => records.putMany(batch))).toMatchObject(notWritten);
    expect(await stalled(commit, () => records.putMany(batch))).toMatchObject(unknown);
  });

  it('waits a bounded time for a pool that is exhausted, and takes no connection away with it', async () => {
    const clock = createManualClock();
    const small = schema.pool({ max: 1 });
    const { records } = schema.stores({ pool: small, clock, connectTimeoutMs: 2_000 });
    await records.put(record('p1'));
    const held = await small.connect();
    const error = failure(records.get(shop, 'p1'));
    await clock.advance(2_000);
    expect(await error).toMatchObject(notWritten);
    expect((await error).message).toContain('all connections of the pool are in use');
    held.release();
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));
    expect([small.totalCount, small.idleCount, small.waitingCount]).toEqual([1, 1, 0]);
  });

  it('says the same where the limit of the pool itself is the shorter one', async () => {
    const small = schema.pool({ max: 1 });
    const held = await small.connect();
    small.options.connectionTimeoutMillis = 1;
    const error = await failure(schema.stores({ pool: small }).records.get(shop, 'p1'));
    expect(error).toMatchObject(notWritten);
    expect(error.message).toContain('all connections of the pool are in use');
    held.release();
  });

  it('waits a bounded time for a server that accepts and says nothing', async () => {
    const clock = createManualClock();
    const { records } = schema.stores({ pool, clock });
    const isHeld = proxy.stallAt('client_encoding');
    const error = failure(records.list(shop));
    await isHeld;
    await clock.advance(10_000);
    expect(await error).toMatchObject(notWritten);
    expect((await error).message).toContain('the server does not answer');
    proxy.cut();
    expect(await records.list(shop)).toEqual([]);
  });

  it('survives sessions that the server ends: idle, in a statement, and in a transaction', async () => {
    const named = schema.pool({ application_name: 'victim' });
    const { records } = schema.stores({ pool: named });
    const terminate = (): Promise<unknown> =>
      schema.admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'");
    await records.put(record('p1'));
    await terminate();
    await expect.poll(() => named.totalCount).toBe(0);
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));

    const table = '"faults"."shopwright_sync_records"';
    const blocker = await schema.admin.connect();
    for (const [write, outcome] of [
      [() => records.put(record('p1', { hash: 'new' })), unknown],
      [() => records.putMany([record('p1', { hash: 'new' })]), notWritten],
    ] as const) {
      await blocker.query(`begin; lock table ${table} in exclusive mode`);
      const error = failure(write());
      const waiting = "select 1 from pg_stat_activity where application_name = 'victim' and wait_event_type = 'Lock'";
      await expect.poll(async () => (await schema.admin.query(waiting)).rows).toHaveLength(1);
      await terminate();
      expect(await error).toMatchObject(outcome);
      await blocker.query('rollback');
    }
    blocker.release();
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));
  });

  it('hears a connection break between two statements of a transaction', async () => {
    const { records } = schema.stores({ pool: schema.pool({ max: 1, application_name: 'between' }) });
    await records.list(shop);
    const terminate = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'between'";
    const write = failure(records.putMany(localIds(20_000).map((localId) => record(localId))));
    await expect
      .poll(async () => (await schema.admin.query(`${terminate} and state like 'idle in transaction%'`)).rowCount, {
        interval: 1,
      })
      .toBeGreaterThan(0);
    expect(await write).toMatchObject(notWritten);
    expect(await count()).toBe(0);
  });

  it('leaves the pool open when it is closed, and says so when the host has ended it', async () => {
    const { records, close } = schema.stores({ pool });
    await records.put(record('p1'));
    await close();
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(pool.idleCount).toBe(pool.totalCount);

    const other = schema.pool();
    const later = schema.stores({ pool: other });
    await later.records.list(shop);
    await other.end();
    const error = await failure(later.records.list(shop));
    expect(error).toMatchObject({ isRetryable: false });
    expect(error.message).toContain('pool has been ended');
  });
});
