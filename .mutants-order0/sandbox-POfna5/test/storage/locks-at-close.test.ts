// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { LockLostError, memoryStores, type Stores } from 'shopwright';
import { postgresStores } from 'shopwright/storage/postgres';
import { redisStores } from 'shopwright/storage/redis';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresOrSkip, redisOrSkip } from '../services.ts';
import { testSchema } from './postgres/test-schema.ts';

const redisService = await redisOrSkip(7);
const postgresService = await postgresOrSkip();

/** @param open Another set of stores on the same data, as another process has. */
function releasesAtClose(open: () => Stores): void {
  it('gives locks back, so that the next process need not wait for the lease', async () => {
    const [old, next] = [open(), open()];
    const lock = await old.keyValue.lock('leader', { leaseMs: 86_400_000 });
    expect(await next.keyValue.lock('leader')).toBe(undefined);
    const told: unknown[] = [];
    lock?.signal.addEventListener('abort', () => told.push(lock.signal.reason));
    await old.close();
    expect(told).toEqual([expect.any(LockLostError)]);
    expect(String((told[0] as LockLostError).cause)).toContain('closed');

    const taken = await next.keyValue.lock('leader');
    expect(taken?.token).toBeGreaterThan(lock?.token ?? 0);
    // What its old holder says to it does no harm.
    expect(await lock?.release()).toBe(false);
    const third = open();
    expect(await third.keyValue.lock('leader')).toBe(undefined);
    await next.close();
    expect((await third.keyValue.lock('leader'))?.token).toBeGreaterThan(taken?.token ?? 0);
    await third.close();
  });

  it('does not take a lock from its next holder', async () => {
    const [old, next] = [open(), open()];
    const lock = await old.keyValue.lock('handed over');
    await lock?.release();
    const taken = await next.keyValue.lock('handed over');
    await old.close();
    expect(taken?.signal.aborted).toBe(false);
    expect(await taken?.release()).toBe(true);
    await next.close();
  });

  it('happens at the end of a block with `await using`', async () => {
    let left: Stores;
    {
      await using stores = open();
      left = stores;
      expect(await stores.keyValue.lock('in a block', { leaseMs: 86_400_000 })).toBeDefined();
    }
    await expect(left.keyValue.get('k')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(left.records.counts('acme.myshopify.com')).rejects.toThrow('closed');
    await using next = open();
    expect(await next.keyValue.lock('in a block')).toBeDefined();
  });
}

describe('closing the stores in memory', () => {
  it('happens at the end of a block with `await using`, also of stores that something is wrapped around', async () => {
    let closed = 0;
    const stores = memoryStores();
    {
      await using wrapped: Stores = {
        ...stores,
        async close() {
          closed += 1;
          await stores.close();
        },
      };
      expect(await wrapped.keyValue.get('k')).toBe(undefined);
    }
    expect(closed).toBe(1);
    await expect(stores.keyValue.get('k')).rejects.toThrow('closed');
  });
});

describe('closing the stores in SQLite', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shopwright-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  releasesAtClose(() => sqliteStores({ path: join(folder, 'sync.sqlite') }));
});

redisService.describe('closing the stores in Redis', () => {
  const redis = new Redis(redisService.url, { lazyConnect: true });
  const keyPrefix = `${randomUUID()}:`;
  afterAll(() => redis.disconnect());
  releasesAtClose(() => redisStores({ redis, keyPrefix }));

  it('is not held up for ever by a Redis that is gone', async () => {
    const client = new Redis(redisService.url);
    const stores = redisStores({ redis: client, keyPrefix });
    await stores.keyValue.lock('leader of nobody');
    client.disconnect();
    await stores.close();
  });
});

postgresService.describe('closing the stores in Postgres', () => {
  const schema = testSchema(postgresService.url, 'locks_at_close');
  beforeAll(() => schema.drop());
  const pool = schema.pool();
  releasesAtClose(() => postgresStores({ pool, schema: schema.name }));
});
