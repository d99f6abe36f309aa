// @ts-nocheck
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';
import { createShopifyApp, createShopifyClient, type KeyValueStore, memoryStores } from 'shopwright';
import { createTokenStore, offlineToken, sessionTokens } from 'shopwright/auth';
import { migrateToExpiringTokens } from 'shopwright/auth/migration';
import { createFeed } from 'shopwright/feed';
import { redisLimiter } from 'shopwright/limiter/redis';
import { inProcessQueue } from 'shopwright/queue';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { redisStores } from 'shopwright/storage/redis';
import { sqliteStores } from 'shopwright/storage/sqlite';
import {
  createFiles,
  createInventory,
  createProductQueue,
  createProductSync,
  createShopInfo,
  createSyncWebhooks,
  createTaxonomy,
  syncSubscriptions,
} from 'shopwright/sync';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { complianceHandlers } from 'shopwright/webhooks/compliance';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { record } from '../../src/testing/conformance/sync-record-store/harness.ts';
import { freePort, startRedis, type TestServer } from '../redis-server.ts';
import { postgresOrSkip, redisServerOrSkip } from '../services.ts';
import { testSchema } from '../storage/postgres/test-schema.ts';
import { productRow } from '../testing/bulk/harness.ts';
import { deliveryOf } from '../webhooks/delivery-request.ts';
import { secret } from '../webhooks/signed-delivery.ts';

const shop = 'demo.myshopify.com';

interface Written {
  readonly key: string;
  readonly ttlMs: number | undefined;
}

/** A store that remembers each key that was ever written or locked in it. */
function recording(store: KeyValueStore) {
  const [keys, locks] = [new Map<string, number | undefined>(), new Set<string>()];
  const written = (key: string, ttlMs: number | undefined): void => void keys.set(key, ttlMs);
  const recorder: KeyValueStore = {
    ...{ get: store.get.bind(store), delete: store.delete.bind(store), scan: store.scan.bind(store) },
    set: (key, value, options) => {
      written(key, options?.ttlMs);
      return store.set(key, value, options);
    },
    setIfAbsent: (key, value, options) => {
      written(key, options?.ttlMs);
      return store.setIfAbsent(key, value, options);
    },
    compareAndSet: (key, expected, value, options) => {
      if (value !== undefined) written(key, options?.ttlMs);
      return store.compareAndSet(key, expected, value, options);
    },
    lock: (key, options) => {
      locks.add(key);
      return store.lock(key, options);
    },
  };
  const all = (): readonly Written[] => [...keys].map(([key, ttlMs]) => ({ key, ttlMs }));
  return { recorder, all, locks };
}

/** Uses every part of the package that keeps something, on one store. */
async function useAll() {
  const clock = createManualClock({ now: Date.UTC(2026, 10, 30) });
  /** In small steps, since modules and files are read in real time. */
  async function running<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const end = work.finally(() => {
      isOver = true;
    });
    end.catch(() => undefined);
    while (!isOver) await clock.advance(100);
    return end;
  }
  const bucket = { maximumAvailable: 1e9, restoreRate: 1e9 };
  const credentials = { clientId: 'crm', clientSecret: 'shpss_crm' };
  const fake = createFakeShopify({
    ...{ clock, apps: [{ ...credentials, id: 'default' }] },
    shops: [{ domain: shop, bucket, tokens: { shpat_fake: 'default' }, orders: [{ lineItems: [{ title: 'Mug' }] }] }],
  });
  const memory = memoryStores({ clock });
  const { recorder: store, all, locks } = recording(memory.keyValue);
  const stores = { ...memory, keyValue: store };
  const common = { shop, accessToken: 'shpat_fake', fetch: fake.fetch, clock };
  const client = createShopifyClient({ ...common, bulk: { store } });
  const queue = inProcessQueue({ clock });

  // Products: a push, a queue of products, images, stock, categories.
  const sync = createProductSync({ client, stores, clock });
  const tee = { localId: 'tee', title: 'Tee', variants: [{ sku: 'TEE', price: '1' }] };
  await running(sync.pushMany([tee]));
  const products = [{}, { name: 'second' }].map((more) =>
    createProductQueue({ queue: inProcessQueue({ clock }), stores, shop, ...more }),
  );
  for (const one of products) await running(one.enqueue('tee'));
  const working = inProcessQueue({ clock });
  const source = async () => tee;
  const many = createProductQueue({
    ...{ sync, queue: working, stores, shop, source },
    name: 'runs',
    appId: 'default',
  });
  await running(many.runs.start(['tee'], { id: 'autumn' }));
  await running(working.drain());
  const files = createFiles({ client, stores, clock, fetch: fake.fetch });
  await running(files.ensure([{ source: 'https://cdn.example.com/tee.jpg' }]));
  const inventory = createInventory({ client, stores, clock });
  const locationId = fake.store.all(shop, 'Location')[0]?.id as string;
  await running(inventory.adjust([{ id: 'count-1', sku: 'TEE', locationId, delta: 1 }]));
  await running(createTaxonomy({ client, clock, stores }).search('shoes'));
  await running(createShopInfo({ client, clock, stores }).locations());

  // Webhooks: a delivery, privacy, stock, subscriptions, a feed.
  const feed = createFeed({ client, resource: 'orders', store, queue, handle: () => undefined, clock });
  await running(feed.run());
  const handler = createWebhookHandler({
    ...{ secrets: secret, store, queue, clock },
    on: {
      ...createSyncWebhooks({ sync, stores, onInventory: () => undefined }),
      ...feed.on,
      ...complianceHandlers({
        ...{ store, stores, queue, clock, onDataRequest: () => 'later' as const },
        ...{ onCustomerRedact: () => undefined, onShopRedact: () => undefined },
      }),
    },
  });
  const deliver = async (topic: string, payload: object): Promise<void> => {
    const response = await handler(deliveryOf({ topic, payload, shop, webhookId: `id-${topic}`, clock }));
    expect(response.status).toBe(200);
    await running(queue.drain());
  };
  await deliver('inventory_levels/update', { inventory_item_id: 7, location_id: 1, available: 3, updated_at: null });
  await clock.advance(600_000); // then the inbox is looked through again
  await deliver('orders/delete', { id: 1001 });
  await running(
    syncSubscriptions({ client, store, desired: [{ topic: 'products/update', uri: 'https://a.example/' }] }),
  );

  // Bulk operations that go on after a crash.
  const document = '{ products { edges { node { id } } } }';
  await running(client.bulk.query(document, {}, { key: 'nightly' }));
  const mutation = `mutation ($input: ProductSetInput!, $identifier: ProductSetIdentifiers) {
    productSet(input: $input, identifier: $identifier) { product { id } userErrors { message } } }`;
  const run = await running(client.bulk.mutate(mutation, [productRow(1)], { key: 'import' }));
  await running(
    (async () => {
      for await (const row of run) expect(row.status).toBe('done');
    })(),
  );

  // An outage, of which the other processes hear.
  const hearing = createShopifyClient({
    ...{ ...common, isolated: true, breaker: { store, failures: 1, operations: 1 }, retry: { maxRetries: 0 } },
  });
  fake.faults.next('status-503');
  await expect(running(hearing.graphql('{ shop { id } }'))).rejects.toThrow();

  // Tokens: stored, exchanged, read over all shops, and those of Shopify's own sessions.
  const tokens = createTokenStore({ store, keys: [{ id: 'one', secret: randomBytes(32) }] });
  const permanent = {
    accessToken: 'shpat_fake',
    accessTokenExpiresAt: null,
    refreshToken: null,
    refreshTokenExpiresAt: null,
  };
  await tokens.replace({ shop }, undefined, { ...permanent, scopes: [] });
  await running(migrateToExpiringTokens({ ...credentials, tokens, store, fetch: fake.fetch, clock }));
  const auth = offlineToken({ ...credentials, tokens });
  const app = createShopifyApp({ auth, stores: { ...stores, tokens }, queue, fetch: fake.fetch, clock });
  await running(app.forEachShop(async () => undefined, { resume: 'prices' }));
  const storage = { loadSession: async () => undefined, storeSession: async () => true };
  const sessions = sessionTokens({ storage, locks: store });
  await (await sessions.lock?.({ shop }))?.release();

  // The end: the shop is erased, of which a note stays.
  await deliver('customers/data_request', {
    ...{ shop_id: 1, shop_domain: shop, orders_requested: [1] },
    ...{ customer: { id: 7, email: 'jane@example.com' }, data_request: { id: 9 } },
  });
  await running(app.eraseShop(shop));
  const left: string[] = [];
  for await (const key of memory.keyValue.scan('')) left.push(key);
  return { written: all(), locks: [...locks], left };
}

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/data.md'), 'utf8');

/** The rows of the tables of a section, cell by cell. */
const rowsOf = (heading: string): readonly (readonly string[])[] =>
  (page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

/** Texts between backticks, as patterns in which words in capitals stand for anything. */
const patternsOf = (cell = ''): readonly RegExp[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => {
    const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    const open = escaped.replaceAll('PART', '.+').replaceAll(/[A-Z]{2,}/g, '[^:]*?(?:://[^:]+)?');
    return new RegExp(`^${open}$`);
  });

const unit = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;

/** `48 hours` in milliseconds, and `undefined` for what is kept until something happens. */
function durationOf(kept = ''): number | undefined {
  const [, count, name] = /^(\d+) (seconds|minutes|hours|days)\b/.exec(kept) ?? [];
  return count === undefined ? undefined : Number(count) * unit[name as keyof typeof unit];
}

/** What is not said of something that was written, and what is said of nothing that was written. */
function compared(names: readonly string[], patterns: readonly RegExp[]) {
  const undocumented = names.filter((name) => !patterns.some((pattern) => pattern.test(name)));
  const unseen = patterns.filter((pattern) => !names.some((name) => pattern.test(name))).map(String);
  return { undocumented, unseen };
}
const nothing = { undocumented: [], unseen: [] };

describe('docs/data.md', () => {
  const keys = rowsOf('Keys');

  it('names each key and each lock of a key-value store, how long it is kept, and what goes with the shop', async () => {
    const { written, locks, left } = await useAll();
    const isLock = ([name = '']: readonly string[]): boolean => /^`(?:bulk:|session-tokens|.*PHASE)/.test(name);
    const [ofLocks, ofKeys] = [keys.filter(isLock), keys.filter((row) => !isLock(row))];
    expect(
      compared(
        written.map(({ key }) => key),
        ofKeys.flatMap(([name]) => patternsOf(name)),
      ),
    ).toEqual(nothing);
    const { undocumented } = compared(
      locks,
      keys.flatMap(([name]) => patternsOf(name)),
    );
    expect(undocumented).toEqual([]);
    expect(
      compared(
        locks,
        ofLocks.flatMap(([name]) => patternsOf(name)),
      ).unseen,
    ).toEqual([]);
    // Of several rows that fit, the longest says it.
    const rowOf = (key: string) =>
      ofKeys
        .filter(([name]) => patternsOf(name)[0]?.test(key))
        .toSorted(([one = ''], [other = '']) => other.length - one.length)[0];
    for (const row of ofKeys) {
      const [name, , kept, isGone] = row;
      const of = written.filter(({ key }) => rowOf(key) === row);
      expect(
        of.map(({ ttlMs }) => ttlMs),
        name,
      ).toEqual(of.map(() => durationOf(kept)));
      const stays = left.some((key) => rowOf(key) === row);
      if (isGone === 'yes') expect(stays, `${name} is gone with the shop`).toBe(false);
    }
  });

  it('names each file that writes keys, so that a new one is not forgotten', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const writes = /(?:store|keyValue|locks|notes|one)\)?[?!]?\.(?:set|setIfAbsent|compareAndSet|lock)\(/i;
    const found = sources
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => /\.ts$/.test(file) && !/^(?:testing|cli)\//.test(file))
      .filter((file) => writes.test(readFileSync(join(root, 'src', file), 'utf8').replaceAll(/^\s*\*.*$/gm, '')));
    expect(found.sort()).toEqual([
      ...['auth/each-shop.ts', 'auth/migrate-tokens.ts', 'auth/sealed-tokens.ts', 'auth/session-storage.ts'],
      ...['bulk/mutate.ts', 'bulk/operation.ts', 'bulk/query.ts', 'feed/change-jobs.ts', 'feed/feed.ts'],
      ...['resilience/breaker.ts', 'subscriptions/sync-subscriptions.ts'],
      ...['sync/files/known-files.ts', 'sync/inventory/inventory.ts', 'sync/inventory/stock-table.ts'],
      ...['sync/rollback/journal-retention.ts', 'sync/runs/push-marks.ts', 'sync/runs/stored-run.ts'],
      ...['sync/shop/kept.ts'],
      ...['webhooks/compliance.ts', 'webhooks/erasure.ts', 'webhooks/ingest/store.ts'],
    ]);
  });

  it('names each table of SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shopwright-data-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'shop.db');
    const stores = sqliteStores({ path });
    await stores.keyValue.set('key', 'value');
    await stores.close();
    const database = new DatabaseSync(path);
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
    database.close();
    const names = tables.map(({ name }) => String(name).replace(/^shopwright_/, ''));
    expect(
      compared(
        names,
        rowsOf('Tables').flatMap(([name]) => patternsOf(name)),
      ),
    ).toEqual(nothing);
  });
});

const postgres = await postgresOrSkip();
postgres.describe('docs/data.md, on Postgres', () => {
  const schema = testSchema(postgres.url, 'data_page');
  beforeAll(() => schema.drop());

  it('names each table', async () => {
    await schema.stores().keyValue.set('key', 'value');
    const { rows } = await schema.admin.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'data_page'",
    );
    const names = rows.map(({ name }) => name.replace(/^shopwright_/, ''));
    expect(
      compared(
        names,
        rowsOf('Tables').flatMap(([name]) => patternsOf(name)),
      ),
    ).toEqual(nothing);
  });
});

redisServerOrSkip()('docs/data.md, on Redis', () => {
  let server: TestServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis(await freePort());
    redis = new Redis({ port: server.port, maxRetriesPerRequest: null });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.kill();
  });

  it('names each key of stores and limiter', async () => {
    const stores = redisStores({ redis });
    await stores.keyValue.set('some', 'value');
    const lock = await stores.keyValue.lock('some');
    await stores.records.put(record('p1', { status: 'failed' }));
    await stores.journal.append([
      { ...{ shop, localId: 'p1', gid: null, runId: 'run-1', action: 'create', at: 1 }, sent: {}, before: null },
    ]);
    const limiter = redisLimiter({ redis });
    const { fetch } = createFakeShopify({ costSkew: 0.4 });
    const client = createShopifyClient({ shop, accessToken: 'shpat_fake', fetch, limiter });
    const document = 'query Titles { products(first: 50) { nodes { title variants(first: 10) { nodes { sku } } } } }';
    for (let call = 0; call < 3; call += 1) await client.graphql(document);
    const names = await redis.keys('*');
    expect(
      compared(
        names,
        rowsOf('Redis').flatMap(([name]) => patternsOf(name)),
      ),
    ).toEqual(nothing);
    await lock?.release();
    limiter.close();
    await stores.close();
  });

  it('names each key of a queue on BullMQ', async () => {
    await redis.flushall();
    const names = new Set<string>();
    const look = async (): Promise<void> => {
      for (const name of await redis.keys('*')) names.add(name);
    };
    const queue = bullmqQueue({ connection: redis, retryDelaysMs: [] });
    await queue.enqueue({ type: 'work', payload: 1, key: 'one', delayMs: 20 });
    await queue.enqueue({ type: 'work', payload: 2, priority: 'interactive' });
    await look();
    await new Promise<void>((resolve) => {
      let runs = 0;
      queue.process('work', async () => {
        await look();
        runs += 1;
        if (runs === 2) resolve();
        throw new Error('no');
      });
    });
    await queue.close();
    await look();
    const start = '{shopwright}:shopify-sync:';
    const own = [...names].map((name) => name.slice(start.length));
    expect([...names].filter((name) => !name.startsWith(start))).toEqual([]);
    expect(
      compared(
        own,
        rowsOf('BullMQ').flatMap(([name]) => patternsOf(name)),
      ).undocumented,
    ).toEqual([]);
    expect(own).toContain('failed');
    expect(own.some((name) => name.startsWith('running:')) && own.some((name) => name.startsWith('de:'))).toBe(true);
  });
});
