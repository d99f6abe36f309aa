import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { postgresStores } from 'shopwright/storage/postgres';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePort, startRedis, startSilentServer } from '../redis-server.ts';
import { postgresOrSkip, redisServerOrSkip } from '../services.ts';
import { testSchema } from '../storage/postgres/test-schema.ts';
import { categoryOf, doctor, folder, fromStore, isolateDoctor, now, setUp, shop, url } from './doctor-harness.ts';

isolateDoctor();

const describeWithRedis = redisServerOrSkip();
const postgres = await postgresOrSkip();

const custom = categoryOf('CUSTOM');
const breakerKey = `shopwright:breaker:https://${shop} ${shop} default`;

/** A Redis of the test's own. `appendonly` makes it keep what it has. */
async function ownRedis(...settings: string[]) {
  const dir = join(folder, randomUUID());
  mkdirSync(dir);
  const server = await startRedis(await freePort(), ['--dir', dir, ...settings]);
  onTestFinished(() => server.kill());
  const redis = new Redis(server.port, '127.0.0.1');
  onTestFinished(() => redis.disconnect());
  return { redis, address: `redis://127.0.0.1:${server.port}/0`, port: server.port };
}

const kept = ['--appendonly', 'yes'] as const;

const sqliteFile = (): string => join(folder, `${randomUUID()}.db`);

async function migrated(path = sqliteFile()) {
  const stores = sqliteStores({ path });
  await stores.migrate();
  onTestFinished(() => stores.close());
  return { path, stores };
}

describeWithRedis('a Redis', () => {
  it('finds nothing in a healthy set-up, and skips nothing of it', async () => {
    const { address } = await ownRedis(...kept);
    const { path } = await migrated();
    const { save, subscribe, run } = await setUp();
    fromStore();
    await save();
    await subscribe('PRODUCTS_UPDATE');
    const { code, findings, skipped, passed } = await run(
      ...['--scopes', 'read_products', '--bulk', '--webhook-url', url, '--topics', 'products/update'],
      ...['--redis', address, '--sqlite', path],
    );
    expect({ code, findings, skipped }).toEqual({ code: 0, findings: [], skipped: [] });
    expect(passed).toHaveLength(25);
  });

  it('redis-without-persistence', async () => {
    const { address } = await ownRedis();
    const { run } = await setUp(custom);
    expect(await run('--redis', address)).toMatchObject({ code: 2, ids: ['redis-without-persistence'] });
  });

  it('redis-without-eval, and not a word of the password', async () => {
    const { redis, address } = await ownRedis(...kept);
    await redis.call('ACL', 'SETUSER', 'app', 'on', '>topsecret1', '~*', '&*', '+@all', '-@scripting');
    const { run } = await setUp(custom);
    const result = await run('--redis', address.replace('://', '://app:topsecret1@'));
    expect(result).toMatchObject({ code: 1, ids: ['redis-without-eval'] });
    expect(result.skipped).toContainEqual({
      id: 'queue-without-worker',
      reason: expect.stringContaining('see redis-without-eval'),
    });
    const wrong = await run('--redis', address.replace('://', '://app:topsecret2@'));
    expect(wrong.ids).toEqual(['redis-unreachable']);
    expect(JSON.stringify([result, wrong])).not.toContain('topsecret');
  });

  it('a Redis that may not tell its settings is skipped', async () => {
    const { redis, address } = await ownRedis();
    await redis.call('ACL', 'SETUSER', 'app', 'on', '>pw', '~*', '&*', '+@all', '-config');
    const { run } = await setUp(custom);
    const { ids, skipped } = await run('--redis', address.replace('://', '://app:pw@'));
    expect(ids).toEqual([]);
    expect(skipped).toContainEqual({ id: 'redis-without-persistence', reason: expect.stringContaining('CONFIG') });
  });

  it('queue-without-worker, until there is one', async () => {
    const { redis, address } = await ownRedis(...kept);
    const { run } = await setUp(custom);
    const queue = bullmqQueue({ connection: redis });
    onTestFinished(() => queue.close());
    expect((await run('--redis', address)).ids).toEqual([]);
    await queue.enqueue({ type: 'push', payload: {}, delayMs: 3_600_000 });
    const { code, findings } = await run('--redis', address);
    expect([code, findings]).toMatchObject([
      1,
      [
        {
          id: 'queue-without-worker',
          message: expect.stringContaining('The queue shopify-sync has no worker: 1 jobs are waiting'),
        },
      ],
    ]);
    queue.process('push', async () => undefined);
    await vi.waitFor(async () => expect((await run('--redis', address)).ids).toEqual([]));
  });

  it('breaker-stuck, in Redis and in the store of the app, and not where the shop fails too', async () => {
    const { address, redis } = await ownRedis(...kept);
    const { run, app, fake } = await setUp(custom);
    const until = JSON.stringify({ until: now + 60_000 });
    await app.store.set(breakerKey, until, { ttlMs: 60_000 });
    const { code, findings } = await run();
    expect([code, findings]).toMatchObject([
      2,
      [{ id: 'breaker-stuck', message: expect.stringContaining('until 2026-11-30T12:01:00') }],
    ]);
    fake.setShopState(shop, 'frozen');
    const { ids, skipped } = await run();
    expect(ids).toEqual(['shop-unavailable']);
    expect(skipped).toContainEqual({ id: 'breaker-stuck', reason: expect.stringContaining('did not respond') });

    const other = await setUp(custom);
    const { redisStores } = await import('shopwright/storage/redis');
    const stores = redisStores({ redis });
    onTestFinished(() => stores.close());
    await stores.keyValue.set(breakerKey, until, { ttlMs: 60_000 });
    expect((await other.run('--redis', address)).ids).toEqual(['breaker-stuck']);
  });

  it('redis-unreachable: nobody there, and somebody who says nothing', async () => {
    const { run } = await setUp(custom);
    const nobody = await run('--redis', `redis://127.0.0.1:${await freePort()}`);
    expect(nobody).toMatchObject({ code: 1, ids: ['redis-unreachable'] });
    const silent = await startSilentServer();
    onTestFinished(() => silent.kill());
    const { ids } = await run('--redis', `redis://127.0.0.1:${silent.port}`);
    expect(ids).toEqual(['redis-unreachable']);
  });
});

postgres.describe('a Postgres', () => {
  const schema = testSchema(postgres.url, 'doctor_command');

  it('store-migration-pending, until it has run, and breaker-stuck', async () => {
    const { run } = await setUp(custom);
    const options = ['--postgres', postgres.url, '--schema', schema.name];
    expect(await run(...options)).toMatchObject({ code: 2, ids: ['store-migration-pending'] });
    const { rows } = await schema.admin.query('select 1 from pg_namespace where nspname = $1', [schema.name]);
    expect(rows).toEqual([]);
    const stores = schema.stores();
    await stores.migrate();
    expect(await run(...options)).toMatchObject({ code: 0, ids: [] });
    await stores.keyValue.set(breakerKey, JSON.stringify({ until: now + 60_000 }), { ttlMs: 60_000 });
    expect((await run(...options)).ids).toEqual(['breaker-stuck']);
    await schema.admin.query(`delete from "${schema.name}".shopwright_migrations`);
    expect((await run(...options)).ids).toEqual(['store-migration-pending']);
  });

  it('store-unreachable, and not a word of the password', async () => {
    const { run } = await setUp(custom);
    const result = await run('--postgres', `postgres://app:topsecret@127.0.0.1:${await freePort()}/shop`);
    expect(result).toMatchObject({ code: 1, ids: ['store-unreachable'] });
    expect(JSON.stringify(result)).not.toContain('topsecret');
  });

  it('leaves no connection open', async () => {
    await schema.drop();
    const stores = postgresStores({ pool: schema.admin, schema: schema.name });
    await stores.migrate();
    const name = `doctor_${randomUUID().slice(0, 8)}`;
    const address = new URL(postgres.url);
    address.searchParams.set('application_name', name);
    const { run } = await setUp(custom);
    expect((await run('--postgres', address.href, '--schema', schema.name)).ids).toEqual([]);
    await vi.waitFor(async () => {
      const { rows } = await schema.admin.query('select 1 from pg_stat_activity where application_name = $1', [name]);
      expect(rows).toEqual([]);
    });
  });
});

it('store-migration-pending of a SQLite file that exists, which it does not change', async () => {
  const { run } = await setUp(custom);
  const path = sqliteFile();
  expect((await run('--sqlite', path)).findings).toMatchObject([
    { id: 'store-unreachable', message: expect.stringContaining('does not exist') },
  ]);
  new DatabaseSync(path).close();
  writeFileSync(path, '');
  expect(await run('--sqlite', path)).toMatchObject({ code: 2, ids: ['store-migration-pending'] });
  const database = new DatabaseSync(path);
  expect(database.prepare('select name from sqlite_master').all()).toEqual([]);
  database.close();
  const { stores } = await migrated(path);
  expect(await run('--sqlite', path)).toMatchObject({ code: 0, ids: [] });
  await stores.keyValue.set(breakerKey, JSON.stringify({ until: now + 60_000 }));
  expect((await run('--sqlite', path)).ids).toEqual(['breaker-stuck']);
  const text = sqliteFile();
  writeFileSync(text, 'this is no database, whatever its name says'.repeat(100));
  expect((await run('--sqlite', text)).ids).toEqual(['store-unreachable']);
});

it('looks at the services also where there is no shop', async () => {
  vi.stubEnv('SHOPIFY_STORE_URL', undefined);
  const { path } = await migrated();
  const { code, passed, skipped } = await doctor('--sqlite', path);
  expect([code, passed]).toEqual([0, ['configuration-invalid', 'store-unreachable', 'store-migration-pending']]);
  expect(skipped).toContainEqual({ id: 'breaker-stuck', reason: expect.stringContaining('the shop is missing') });
});
