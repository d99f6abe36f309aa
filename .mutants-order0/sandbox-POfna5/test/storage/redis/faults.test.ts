// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { Redis, type RedisOptions } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { isShopwrightError, type StorageError, type Stores } from 'shopwright';
import { redisStores } from 'shopwright/storage/redis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { record, shop } from '../../../src/testing/conformance/sync-record-store/harness.ts';
import { freePort, startRedis } from '../../redis-server.ts';
import { redisOrSkip, redisServerOrSkip } from '../../services.ts';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts';

const database = 4;
const { url, describe } = await redisOrSkip(database);
const describeWithServer = redisServerOrSkip();

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const versions = [
  ['ioredis 6', Redis],
  ['ioredis 5', Redis5 as unknown as typeof Redis],
] as const;

/** A client that keeps quiet about what the tests do to its server. */
function client(Version: typeof Redis, port: number, options: RedisOptions = {}): Redis {
  // Its types want to know more of the options than these tests care for.
  const Client = Version as unknown as new (options: RedisOptions) => Redis;
  const redis = new Client({ port, host: '127.0.0.1', db: database, ...options });
  redis.on('error', () => undefined);
  ends.push(() => redis.disconnect());
  return redis;
}

const keyPrefix = `test:${randomUUID()}:`;
function storesOn(redis: Redis, commandTimeoutMs = 2_000): Stores {
  const stores = redisStores({ redis, keyPrefix, commandTimeoutMs });
  ends.push(() => stores.close());
  return stores;
}

async function failure(promise: Promise<unknown>): Promise<StorageError> {
  const error = await promise.then(
    (value) => new Error(`It did not fail, and gave ${JSON.stringify(value)}.`),
    (reason: unknown) => reason,
  );
  if (isShopwrightError(error, 'STORAGE_FAILED')) return error;
  throw error;
}

/** Has the server know all scripts, so that the response which is cut off is that of the write itself. */
async function teachScripts({ keyValue, records, journal }: Stores): Promise<void> {
  await keyValue.compareAndSet('k0', undefined, 'a');
  await (await keyValue.lock('k0'))?.release();
  await keyValue.delete('k0');
  await records.put(record('p0'));
  await records.delete(shop, 'p0');
  await journal.append([entry]);
  await journal.erase(shop);
}

const entry = { shop, localId: 'p1', gid: null, runId: null, action: 'create', at: 1, sent: null, before: null };

describe('a connection that breaks', () => {
  let direct: Redis;
  let proxy: FaultyProxy;
  beforeEach(async () => {
    direct = client(Redis, Number(new URL(url).port || 6379));
    proxy = await startFaultyProxy(new URL(url));
    ends.push(() => proxy.close());
    ends.push(async () => {
      const keys = await direct.keys(`${keyPrefix}*`);
      if (keys.length > 0) await direct.unlink(keys);
    });
  });

  it.each(versions)(
    'after a write was done and before it was answered leaves it done once, with its own answer (%s)',
    async (_, Version) => {
      await teachScripts(storesOn(direct));
      const { keyValue, records, journal } = storesOn(client(Version, proxy.port));
      await keyValue.set('k0', 'a');
      const cut = async <T>(call: () => Promise<T>): Promise<T> => {
        proxy.set('cut at the next answer');
        return call();
      };
      expect(await cut(() => keyValue.setIfAbsent('k1', 'a'))).toBe(true);
      expect(await cut(() => keyValue.compareAndSet('k1', 'a', 'b'))).toBe(true);
      expect(await cut(() => keyValue.compareAndSet('k1', 'x', 'y'))).toBe(false);
      expect(await cut(() => keyValue.delete('k1'))).toBe(true);
      const lock = await cut(() => keyValue.lock('k1'));
      expect(lock?.token).toBeGreaterThan(0);
      expect(await cut(() => lock?.release() ?? Promise.resolve(false))).toBe(true);
      await cut(() => records.put(record('p1')));
      expect((await records.counts(shop)).synced).toBe(1);
      expect(await cut(() => records.delete(shop, 'p1'))).toBe(true);
      expect(await cut(() => journal.append([entry, entry]))).toHaveLength(2);
      expect(await journal.list(shop)).toHaveLength(2);
      expect(await journal.erase(shop)).toBe(2);
    },
  );

  it.each(versions)('before a read was answered costs no more than time (%s)', async (_, Version) => {
    const { keyValue } = storesOn(client(Version, proxy.port));
    await keyValue.set('k1', 'a');
    proxy.set('cut at the next answer');
    expect(await keyValue.get('k1')).toBe('a');
  });

  it.each(versions)(
    'where the client sends nothing again fails, and says that a write may have been done (%s)',
    async (_, Version) => {
      const options = { autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 };
      const stores = storesOn(client(Version, proxy.port, options));
      const { keyValue } = stores;
      await teachScripts(stores);
      await keyValue.set('k1', 'a');
      proxy.set('cut at the next answer');
      const error = await failure(keyValue.compareAndSet('k1', 'a', 'b'));
      expect(error).toMatchObject({ isRetryable: false, mayHaveExecuted: true });
      expect(String(error)).toContain('Read the state');
      await expect.poll(() => keyValue.get('k1').catch(() => undefined)).toBe('b');
      proxy.set('cut at the next answer');
      expect(await failure(keyValue.get('k1'))).toMatchObject({ isRetryable: true, mayHaveExecuted: false });
    },
  );

  it.each(versions)(
    'for longer than the time-out fails each call, and what was given up is not done later (%s)',
    async (_, Version) => {
      const redis = client(Version, proxy.port, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
      const { keyValue } = storesOn(redis, 300);
      await keyValue.set('k1', 'before');
      proxy.set('closed');
      expect(await failure(keyValue.set('k1', 'given up'))).toMatchObject({
        isRetryable: false,
        mayHaveExecuted: true,
      });
      expect(await failure(keyValue.get('k1'))).toMatchObject({ isRetryable: true });
      proxy.set('open');
      // The client sends what it has queued in order, so this response comes after that of the write.
      await expect.poll(() => redis.ping().catch(() => undefined)).toBe('PONG');
      expect(await keyValue.get('k1')).toBe('before');
      await keyValue.set('k1', 'after');
      expect(await keyValue.get('k1')).toBe('after');
    },
  );

  it('without a response fails after the time-out, and a write that was done is seen', async () => {
    const { keyValue } = storesOn(client(Redis, proxy.port), 300);
    await keyValue.set('k1', 'before');
    proxy.set('answers held back');
    expect(await failure(keyValue.set('k1', 'after'))).toMatchObject({ isRetryable: false, mayHaveExecuted: true });
    expect(String(await failure(keyValue.get('k1')))).toContain('300 ms');
    expect((await failure(keyValue.scan('')[Symbol.asyncIterator]().next())).isRetryable).toBe(true);
    const { keyValue: other } = storesOn(direct);
    expect(await other.get('k1')).toBe('after');
  });

  it('ends the lock of a holder who cannot renew it, before anybody else can have it', async () => {
    // Shorter than the lease, and long enough to connect on a busy machine.
    const holder = storesOn(client(Redis, proxy.port, { maxRetriesPerRequest: 0 }), 400).keyValue;
    const other = storesOn(direct).keyValue;
    const lock = await holder.lock('k1', { leaseMs: 500 });
    const lost = new Promise((resolve) => lock?.signal.addEventListener('abort', resolve));
    proxy.set('closed');
    const next = other.lock('k1', { waitMs: 20_000 });
    const order: string[] = [];
    void lost.then(() => order.push('told'));
    void next.then(() => order.push('taken'));
    await Promise.all([lost, next]);
    expect(order).toEqual(['told', 'taken']);
    expect((await next)?.token).toBeGreaterThan(lock?.token ?? Number.POSITIVE_INFINITY);
    expect(await lock?.release()).toBe(false);
    expect(await (await next)?.release()).toBe(true);
  });

  it('for good is told at once where the client was closed', async () => {
    const redis = client(Redis, proxy.port);
    const { keyValue } = storesOn(redis);
    await keyValue.set('k1', 'a');
    redis.disconnect();
    await expect.poll(() => redis.status).toBe('end');
    const error = await failure(keyValue.set('k1', 'b'));
    expect(error).toMatchObject({ isRetryable: false, mayHaveExecuted: false });
    expect(String(error)).toContain('client was closed');
  });
});

describeWithServer('a server of our own', () => {
  it.each(versions)(
    'that is killed and comes back empty is used again, and lock tokens go on rising (%s)',
    async (_, Version) => {
      const port = await freePort();
      let server = await startRedis(port);
      ends.push(() => server.kill());
      const { keyValue } = storesOn(client(Version, port, { db: 0, maxRetriesPerRequest: 0, retryStrategy: () => 50 }));
      await keyValue.set('k1', 'a');
      const first = await keyValue.lock('k1');
      await server.kill();
      expect(await failure(keyValue.get('k1'))).toMatchObject({ isRetryable: true });
      server = await startRedis(port);
      await expect.poll(() => keyValue.get('k1').catch(() => 'gone'), { timeout: 10_000 }).toBe(undefined);
      await expect(keyValue.set('k1', 'stale', { fence: first?.token ?? 0 })).rejects.toMatchObject({
        code: 'LOCK_LOST',
      });
      const second = await keyValue.lock('k1');
      expect(second?.token).toBeGreaterThan(first?.token ?? Number.POSITIVE_INFINITY);
      expect(await first?.release()).toBe(false);
      expect(await keyValue.lock('k1')).toBe(undefined);
      await second?.release();
    },
  );

  it('that is full, wants a password, is a replica or has a key of somebody else says so, with the fix', async () => {
    const port = await freePort();
    const server = await startRedis(port);
    ends.push(() => server.kill());
    const admin = client(Redis, port, { db: 0 });
    const stores = storesOn(client(Redis, port, { db: 0 }));
    const { keyValue } = stores;
    await keyValue.set('k1', 'a');

    await admin.config('SET', 'maxmemory', '1');
    expect(await failure(keyValue.set('k2', 'b'))).toMatchObject({ isRetryable: true, mayHaveExecuted: false });
    expect(String(await failure(stores.records.put(record('p1'))))).toContain('maxmemory');
    expect(await keyValue.get('k1')).toBe('a');
    await admin.config('SET', 'maxmemory', '0');
    expect(await keyValue.get('k2')).toBe(undefined);

    await admin.lpush(`${keyPrefix}k{:k3}`, 'not a text');
    const wrongType = await failure(keyValue.get('k3'));
    expect(wrongType.isRetryable).toBe(false);
    expect(String(wrongType)).toContain('another prefix');

    await admin.replicaof('127.0.0.1', String(await freePort()));
    expect(await failure(keyValue.set('k2', 'b'))).toMatchObject({ isRetryable: true, mayHaveExecuted: false });
    await admin.replicaof('NO', 'ONE');

    await admin.config('SET', 'requirepass', 'secret');
    const outsider = storesOn(client(Redis, port, { db: 0 })).keyValue;
    const refused = await failure(outsider.get('k1'));
    expect(refused.isRetryable).toBe(false);
    expect(String(refused)).toContain('password');
    expect(String(refused)).not.toContain('secret');
  });

  it('whose scripts were flushed is given them again', async () => {
    const port = await freePort();
    const server = await startRedis(port);
    ends.push(() => server.kill());
    const redis = client(Redis, port, { db: 0 });
    const { keyValue } = storesOn(redis);
    await keyValue.set('k1', 'a');
    await redis.script('FLUSH');
    expect(await keyValue.compareAndSet('k1', 'a', 'b')).toBe(true);
    expect(await keyValue.get('k1')).toBe('b');
  });

  it('may be used by a client that gives numbers as texts', async () => {
    const port = await freePort();
    const server = await startRedis(port);
    ends.push(() => server.kill());
    const { keyValue } = storesOn(client(Redis, port, { db: 0, stringNumbers: true }));
    await keyValue.set('k1', 'a');
    expect(await keyValue.get('k1')).toBe('a');
  });

  it('does not lose its place where the client puts a prefix of its own before keys', async () => {
    const port = await freePort();
    const server = await startRedis(port);
    ends.push(() => server.kill());
    const { keyValue } = storesOn(client(Redis, port, { db: 0, keyPrefix: 'host*:' }));
    const { keyValue: plain } = storesOn(client(Redis, port, { db: 0 }));
    await keyValue.set('k1', 'a');
    await keyValue.set('k2', 'a');
    const found: string[] = [];
    for await (const key of keyValue.scan('k')) found.push(key);
    expect(found.sort()).toEqual(['k1', 'k2']);
    expect(await plain.get('k1')).toBe(undefined);
  });
});
