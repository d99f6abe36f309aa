// @ts-nocheck
import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { memoryStores, type StorageError, type Stores } from 'shopwright';
import { createTokenStore } from 'shopwright/auth';
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { record, shop } from '../../src/testing/conformance/sync-record-store/harness.ts';
import { tokens } from '../../src/testing/conformance/token-store.ts';
import { postgresOrSkip, redisOrSkip } from '../services.ts';
import { testSchema } from './postgres/test-schema.ts';
import { clients, createRedisBench, type RedisBench } from './redis/redis-bench.ts';
import { sqliteFile } from './sqlite-file.ts';

/** What a newer release has stored is there for it to come back to, whatever an older process is asked to do. */

const failed = { lastError: { code: 'USER_ERROR', message: 'Title is too long' } };
const draft = { shop, localId: 'p1', gid: null, runId: 'r1', action: 'create', at: 1, sent: { a: 1 }, before: null };

const failure = (promise: Promise<unknown>): Promise<StorageError> =>
  promise.then(
    () => Promise.reject(new Error('It did not fail.')),
    (error: StorageError) => error,
  );

/** Stores, and a way to what they have stored. */
interface Subject {
  readonly stores: () => Stores;
  /** Gives what is stored of the record or entry a newer format; it may also have a status of its own. */
  newerRecord(localId: string, status?: string): Promise<unknown>;
  newerEntry(id: string): Promise<unknown>;
  /** All that is stored of a record. */
  storedRecord(localId: string): Promise<unknown>;
}

function itLeavesNewerFormatsAlone(subject: Subject): void {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** What the stores have said of records that they left out. */
  function warnings(): readonly string[] {
    const said: string[] = [];
    vi.spyOn(process, 'emitWarning').mockImplementation((warning) => said.push(String(warning)));
    return said;
  }

  it('a newer record is told of by each read of it and by no count passed over', async () => {
    const said = warnings();
    const { records } = subject.stores();
    await records.putMany([record('p1'), record('p2', failed), record('p3')]);
    const before = await records.counts(shop);
    await subject.newerRecord('p2');
    for (const read of [() => records.get(shop, 'p2'), () => records.getByGid(shop, 'gid://shopify/Product/p2')]) {
      const error = await failure(read());
      expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: false, mayHaveExecuted: false, shop });
      expect(error.message).toContain('"p2"');
      expect(error.message).toContain('in format 2');
      expect(error.message).toContain('Update this process');
    }
    expect(await records.counts(shop)).toEqual(before);
    expect(said).toEqual([]);
    for (const options of [{}, { status: 'synced' as const }, { limit: 2 }]) {
      expect(await records.list(shop, options)).toEqual([record('p1'), record('p3')]);
    }
    expect(await records.list(shop, { after: 'p1', limit: 1 })).toEqual([record('p3')]);
    expect(await records.getMany?.(shop, ['p2', 'p3'])).toEqual([record('p3')]);
    // Those of p1 and p3.
    expect(await records.errorPatterns(shop)).toMatchObject([{ code: 'USER_ERROR', count: 2 }]);
    expect(said).toEqual([
      expect.stringMatching(/^Left out of lists and counts: .*"p2".*in format 2.*Update this process/),
    ]);
    expect(await records.get(shop, 'p3')).toEqual(record('p3'));
    expect((await records.list(shop, { after: 'p2' })).map(({ localId }) => localId)).toEqual(['p3']);
  });

  it('a newer record is never overwritten, and nothing is written of a batch that has it', async () => {
    const { records } = subject.stores();
    await records.putMany([record('p1'), record('p2')]);
    await subject.newerRecord('p2');
    const stored = await subject.storedRecord('p2');
    for (const write of [
      () => records.put(record('p2', { hash: 'new' })),
      () => records.putMany([record('p1', { hash: 'new' }), record('p2', { hash: 'new' }), record('p3')]),
    ]) {
      const error = await failure(write());
      expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: false, mayHaveExecuted: false, shop });
      expect(error.message).toContain('"p2"');
      expect(error.message).toContain('in format 2');
    }
    expect(await subject.storedRecord('p2')).toEqual(stored);
    expect(await records.get(shop, 'p1')).toEqual(record('p1'));
    expect(await records.get(shop, 'p3')).toBe(undefined);
    await records.put(record('p1', { hash: 'new' }));
    expect((await records.get(shop, 'p1'))?.hash).toBe('new');
  });

  it('a newer record with a status of its own is told of as newer, not as damaged, and stops no counts', async () => {
    const said = warnings();
    const { records } = subject.stores();
    await records.putMany([record('p1'), record('p2')]);
    await subject.newerRecord('p2', 'archived');
    for (let times = 0; times < 2; times++) {
      expect(await records.counts(shop)).toMatchObject({ synced: 1, failed: 0 });
      expect((await records.ageCounts(shop)).map(({ status, count }) => [status, count])).toEqual([['synced', 1]]);
      expect(await records.list(shop)).toEqual([record('p1')]);
    }
    expect(said).toEqual([expect.stringMatching(/"p2".*in format 2/)]);
  });

  it('a newer record goes only where it is deleted or its shop erased', async () => {
    const { records } = subject.stores();
    await records.putMany([record('p1'), record('p2'), record('p3')]);
    await subject.newerRecord('p2');
    await subject.newerRecord('p3');
    expect(await records.delete(shop, 'p2')).toBe(true);
    expect((await records.counts(shop)).synced).toBe(2);
    expect(await records.erase(shop)).toBe(2);
    expect((await records.counts(shop)).synced).toBe(0);
    await records.put(record('p2'));
    expect(await records.list(shop)).toEqual([record('p2')]);
  });

  it('a newer journal entry is reported with its id, read past and pruned', async () => {
    const { journal } = subject.stores();
    const [, newer = '', last = ''] = await journal.append([draft, draft, { ...draft, at: 5 }]);
    await subject.newerEntry(newer);
    const warnings = vi.spyOn(process, 'emitWarning').mockReturnValue();
    onTestFinished(() => warnings.mockRestore());
    for (const options of [{}, { runId: 'r1' }, { localId: 'p1' }, { order: 'newest' as const }]) {
      const ids = (await journal.list(shop, options)).map(({ id }) => id);
      expect(ids).not.toContain(newer);
      expect(ids).toHaveLength(2);
    }
    const [warning, ...more] = warnings.mock.calls.map(([text]) => String(text));
    expect(more).toEqual([]);
    for (const part of [newer, 'in format 2', 'Update this process']) expect(warning).toContain(part);
    expect((await journal.list(shop, { after: newer })).map(({ id }) => id)).toEqual([last]);
    expect(await journal.append([draft])).toHaveLength(1);
    expect(await journal.prune(shop, 5)).toBe(3);
    expect((await journal.list(shop, { localId: 'p1' })).map(({ id }) => id)).toEqual([last]);
  });
}

describe('formats in SQLite', () => {
  const file = sqliteFile();
  let stores: Stores;
  let database: DatabaseSync;
  beforeEach(async () => {
    const opened = file.stores();
    await opened.migrate();
    stores = opened;
    database = file.raw();
  });

  itLeavesNewerFormatsAlone({
    stores: () => stores,
    async newerRecord(localId, status = 'synced') {
      const update = database.prepare('update shopwright_sync_records set format = 2, status = ? where local_id = ?');
      update.run(status, localId);
    },
    async newerEntry(id) {
      database.prepare('update shopwright_sync_journal set format = 2 where id = ?').run(Number(id));
    },
    storedRecord: async (localId) =>
      database.prepare('select * from shopwright_sync_records where local_id = ?').get(localId),
  });

  it.each(["'two'", '0'])(
    'a format that is none (%s) is reported as damage, and the record can be deleted',
    async (format) => {
      const { records, journal } = stores;
      await records.put(record('p1'));
      await journal.append([draft]);
      database.exec(
        `update shopwright_sync_records set format = ${format}; update shopwright_sync_journal set format = ${format}`,
      );
      expect((await failure(records.get(shop, 'p1'))).message).toContain('damaged in column format');
      const warnings = vi.spyOn(process, 'emitWarning').mockReturnValue();
      onTestFinished(() => warnings.mockRestore());
      expect(await journal.list(shop)).toEqual([]);
      expect(String(warnings.mock.calls[0]?.[0])).toContain('damaged in column format');
      expect(await records.delete(shop, 'p1')).toBe(true);
    },
  );
});

const postgres = await postgresOrSkip();
postgres.describe('formats in Postgres', () => {
  const schema = testSchema(postgres.url, 'formats');
  let stores: Stores;
  beforeEach(async () => {
    await schema.drop();
    const opened = schema.stores();
    await opened.migrate();
    stores = opened;
  });

  itLeavesNewerFormatsAlone({
    stores: () => stores,
    newerRecord: (localId, status = 'synced') =>
      schema.admin.query('update formats.shopwright_sync_records set format = 2, status = $1 where local_id = $2', [
        status,
        localId,
      ]),
    newerEntry: (id) =>
      schema.admin.query('update formats.shopwright_sync_journal set format = 2 where id = $1', [Number(id)]),
    storedRecord: async (localId) =>
      (await schema.admin.query('select * from formats.shopwright_sync_records where local_id = $1', [localId])).rows,
  });
});

const redisService = await redisOrSkip(2);
redisService.describe('formats in Redis', () => {
  const redis = clients['ioredis 6'](redisService.url);
  let bench: RedisBench;
  beforeEach(async () => {
    bench = await createRedisBench(redis);
  });
  afterEach(() => bench.close());
  afterAll(() => redis.quit());

  const base = (kind: string): string => `${bench.keyPrefix}${kind}{:${shop}}`;
  const newer = async (key: string, field: string): Promise<string> => {
    const stored = (await redis.hget(key, field)) ?? '';
    // No release can read on in what it does not know: not even that it is JSON.
    return stored.replace(/^1\0/, '2\0').replace(/\{.*/s, 'in another form');
  };

  itLeavesNewerFormatsAlone({
    stores: () => bench.stores,
    async newerRecord(localId, status = 'synced') {
      const all = `${base('r')}:all`;
      const [format = '', gid = '', before = '', day = '', ...rest] = (await newer(all, localId)).split('\0');
      await redis.hset(all, localId, [format, gid, status, day, ...rest].join('\0'));
      if (status === before) return;
      await redis.zrem(`${base('r')}:ids:${before}`, localId);
      await redis.zadd(`${base('r')}:ids:${status}`, 0, localId);
      await redis.hincrby(`${base('r')}:counts`, `${before}:${day}`, -1);
      await redis.hincrby(`${base('r')}:counts`, `${status}:${day}`, 1);
    },
    async newerEntry(id) {
      const entries = `${base('j')}:entries`;
      await redis.hset(entries, id, await newer(entries, id));
    },
    storedRecord: (localId) => redis.hget(`${base('r')}:all`, localId),
  });
});

describe('the format of tokens', () => {
  it('that is newer is reported, not overwritten and not rotated, and the tokens can be deleted', async () => {
    const { keyValue: store } = memoryStores();
    const secret = randomBytes(32);
    const vault = createTokenStore({ store, keys: [{ id: 'k', secret }] });
    const version = await vault.replace({ shop }, undefined, tokens(1));
    const key = `tokens/@${shop}/default`;
    const newer = ((await store.get(key)) ?? '').replace('v1:', 'v2:');
    await store.set(key, newer);
    for (const call of [() => vault.get({ shop }), () => vault.replace({ shop }, version, tokens(2))]) {
      const error = await failure(call());
      expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: false, shop });
      expect(error.message).toContain('in format 2');
      expect(error.message).toContain('Update this process');
    }
    expect(await vault.replace({ shop }, undefined, tokens(2))).toBe(undefined);
    const rotating = createTokenStore({
      store,
      keys: [
        { id: 'next', secret: randomBytes(32) },
        { id: 'k', secret },
      ],
    });
    expect(await rotating.rotate()).toEqual({ rotated: 0, current: 0, unreadable: 1 });
    expect(await store.get(key)).toBe(newer);
    expect(await vault.delete({ shop })).toBe(true);
  });
});
