import { Redis } from 'ioredis';
import type { StorageError } from 'shopwright';
import { redisStores } from 'shopwright/storage/redis';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { record, shop } from '../../../src/testing/conformance/sync-record-store/harness.ts';
import { freePort, startRedis } from '../../redis-server.ts';
import { redisOrSkip, redisServerOrSkip } from '../../services.ts';
import { clients, createRedisBench, type RedisBench } from './redis-bench.ts';

const { url, describe } = await redisOrSkip(2);

const failure = (promise: Promise<unknown>): Promise<StorageError> =>
  promise.then(
    () => Promise.reject(new Error('It did not fail.')),
    (error: StorageError) => error,
  );

describe('what others did to the keys', () => {
  const redis = clients['ioredis 6'](url);
  afterAll(() => redis.quit());
  let bench: RedisBench;
  beforeEach(async () => {
    bench = await createRedisBench(redis);
  });
  afterEach(() => bench.close());

  it.each([
    ['no value of ours', () => 'what is this'],
    ['no JSON', (value: string) => value.replace(/\{.*/s, '{')],
    ['another status', (value: string) => value.replace('"synced"', '"lost"')],
  ])(
    'to a record (%s) is reported with shop, local id and fix, and it can be replaced or deleted',
    async (_, damage) => {
      const { records } = bench.stores;
      await records.putMany([record('p1'), record('p2')]);
      const all = `${bench.keyPrefix}r{:${shop}}:all`;
      const ruin = async (): Promise<unknown> => redis.hset(all, 'p2', damage((await redis.hget(all, 'p2')) ?? ''));
      await ruin();
      const skipped: unknown[] = [];
      const listing = redisStores({
        redis,
        keyPrefix: bench.keyPrefix,
        onSkippedRecord: (error) => skipped.push(error),
      });
      expect(await listing.records.list(shop)).toEqual([record('p1')]);
      await listing.close();
      const told = skipped.map((error) => () => Promise.reject(error));
      expect(told).toHaveLength(1);
      for (const call of [() => records.get(shop, 'p2'), ...told]) {
        const error = await failure(call());
        expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: false, shop });
        expect(String(error)).toContain('"p2"');
        expect(String(error)).toContain('records.delete');
      }
      await records.put(record('p2', { hash: 'new' }));
      expect((await records.list(shop)).map(({ hash }) => hash)).toEqual([record('p1').hash, 'new']);
      await ruin();
      expect(await records.delete(shop, 'p2')).toBe(true);
      expect(await records.list(shop)).toEqual([record('p1')]);
      await ruin();
      expect(await records.erase(shop)).toBeGreaterThanOrEqual(1);
    },
  );

  it('to a record leaves no wrong count, page or gid behind once it is replaced, deleted or erased', async () => {
    const { records } = bench.stores;
    const all = `${bench.keyPrefix}r{:${shop}}:all`;
    const ruin = (): Promise<unknown> => redis.hset(all, 'p2', 'what is this');
    const day = 86_400_000;
    const [gid, other] = ['gid://shopify/Product/2', 'gid://shopify/Product/3'];
    const synced = record('p2', { status: 'synced', lastSyncedAt: 9 * day, gid });
    const pages = async (): Promise<unknown> => ({
      synced: (await records.list(shop, { status: 'synced' })).map(({ localId }) => localId),
      counts: await records.counts(shop),
      ages: (await records.ageCounts(shop)).filter(({ status }) => status === 'synced'),
    });
    const noCounts = { pending: 0, syncing: 0, synced: 0, failed: 0, 'deleted-in-shopify': 0 };
    const first = record('p1', { status: 'synced', lastSyncedAt: 8 * day, gid: 'gid://shopify/Product/1' });
    const alone = {
      synced: ['p1'],
      counts: { ...noCounts, synced: 1 },
      ages: [{ status: 'synced', day: 8, count: 1 }],
    };

    await records.putMany([first, synced]);
    await ruin();
    await records.put({ ...synced, status: 'failed', gid: other });
    expect(await pages()).toEqual({ ...alone, counts: { ...noCounts, synced: 1, failed: 1 } });
    expect(await records.getByGid(shop, gid)).toBeUndefined();
    expect((await records.getByGid(shop, other))?.localId).toBe('p2');

    await records.put(synced);
    await ruin();
    await records.delete(shop, 'p2');
    expect(await pages()).toEqual(alone);

    await records.put(synced);
    await ruin();
    expect(await records.erase(shop)).toBe(2);
    expect(await pages()).toEqual({ synced: [], counts: noCounts, ages: [] });
    const left = await redis.keys(`${bench.keyPrefix}r*`);
    expect(left).toEqual([]);
  });

  it('to an index, which names records that are gone, ends no list early, is told and can be erased', async () => {
    const all = `${bench.keyPrefix}r{:${shop}}:all`;
    const ids = Array.from({ length: 450 }, (_, index) => `p${1_000 + index}`);
    await bench.stores.records.putMany(ids.map((localId) => record(localId)));
    const gone = ids.slice(1, -2);
    await redis.hdel(all, ...gone);
    const skipped: StorageError[] = [];
    const { records } = redisStores({
      redis,
      keyPrefix: bench.keyPrefix,
      onSkippedRecord: (error) => skipped.push(error),
    });
    const listed = async (after?: string): Promise<readonly string[]> =>
      (await records.list(shop, { limit: 2, ...(after !== undefined && { after }) })).map(({ localId }) => localId);
    expect(await listed()).toEqual([ids[0], ids.at(-2)]);
    expect(await listed(ids.at(-2))).toEqual([ids.at(-1)]);
    expect(skipped).toHaveLength(gone.length);
    expect(await records.get(shop, gone[0] ?? '')).toBeUndefined();
    expect(await records.erase(shop)).toBe(ids.length);
    expect(await redis.keys(`${bench.keyPrefix}r*`)).toEqual([]);
  });

  it('to a journal entry is told with its id, and it can be pruned', async () => {
    const skipped: unknown[] = [];
    const onSkippedRecord = (error: unknown): unknown => skipped.push(error);
    const listing = redisStores({ redis, keyPrefix: bench.keyPrefix, onSkippedRecord });
    const { journal } = listing;
    const draft = { shop, localId: 'p1', gid: null, runId: 'r1', action: 'create', at: 1, sent: null, before: null };
    const [id = '', next = ''] = await journal.append([draft, draft]);
    const entries = `${bench.keyPrefix}j{:${shop}}:entries`;
    for (const damaged of ['what is this', 'p1\0r1\0{']) {
      await redis.hset(entries, id, damaged);
      expect((await journal.list(shop, { limit: 1 })).map((entry) => entry.id)).toEqual([next]);
      expect(String(skipped.at(-1))).toContain(id);
      expect((await journal.list(shop, { after: id })).map((entry) => entry.id)).toEqual([next]);
    }
    await redis.hdel(entries, id);
    expect(await journal.prune(shop, 2)).toBe(2);
    expect(await journal.list(shop)).toEqual([]);
    await listing.close();
  });
});

it('options of redisStores that do not fit are refused at once, by name', () => {
  const make = (options: object) => () =>
    redisStores({
      redis: { evalsha: () => undefined, eval: () => undefined, scan: () => undefined },
      ...options,
    } as never);
  expect(make({ redis: {} })).toThrow('redis');
  expect(make({ keyPrefix: 'a{b}' })).toThrow('keyPrefix');
  expect(make({ keyPrefix: 'x'.repeat(65) })).toThrow('keyPrefix');
  expect(make({ commandTimeoutMs: 0 })).toThrow('commandTimeoutMs');
});

redisServerOrSkip()('a server that evicts', () => {
  /** The warnings of stores on a server of their own, after some commands. */
  async function warnings(settings: readonly string[], login = {}, rights: readonly string[] = []): Promise<string[]> {
    const port = await freePort();
    const server = await startRedis(port, settings);
    const admin = new Redis(port);
    if (rights.length > 0) await admin.acl('SETUSER', 'limited', 'on', '>fits', '~*', '&*', '+@all', ...rights);
    const client = new Redis({ port, ...login });
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      const stores = redisStores({ redis: client, keyPrefix: 'evicts:' });
      for (let call = 0; call < 3; call += 1) await stores.keyValue.set('key', 'value');
      await stores.close();
      await client.ping();
      return warn.mock.calls.map(([text]) => String(text));
    } finally {
      warn.mockRestore();
      for (const one of [admin, client]) one.disconnect();
      await server.kill();
    }
  }

  it.each(['allkeys-lru', 'volatile-ttl'])('is warned of, once, with the setting that is right: %s', async (policy) => {
    const told = await warnings(['--maxmemory-policy', policy]);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(policy);
    expect(told[0]).toContain('"evicts:"');
    expect(told[0]).toContain('Set maxmemory-policy noeviction');
  });

  it('is no matter where it evicts nothing, or may not be asked', async () => {
    expect(await warnings([])).toEqual([]);
    const login = { username: 'limited', password: 'fits', enableReadyCheck: false };
    expect(await warnings(['--maxmemory-policy', 'allkeys-lru'], login, ['-info'])).toEqual([]);
  });

  it('names the command that its user may not call', async () => {
    const login = { username: 'limited', password: 'fits', enableReadyCheck: false };
    await expect(warnings([], login, ['-eval', '-evalsha'])).rejects.toMatchObject({
      isRetryable: false,
      message: expect.stringContaining('does not allow this user to run EVALSHA'),
    });
  });
});
