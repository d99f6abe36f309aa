import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { memoryStores, type Stores } from 'shopwright';
import { postgresStores } from 'shopwright/storage/postgres';
import { redisStores } from 'shopwright/storage/redis';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createInventory, createProductSync, createSyncWebhooks, readStock, type StockLevel } from 'shopwright/sync';
import type { ManualClock } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { afterAll, describe, expect, it } from 'vitest';
import { postgresOrSkip, redisOrSkip } from '../../services.ts';
import { deliveryOf } from '../../webhooks/delivery-request.ts';
import { secret } from '../../webhooks/signed-delivery.ts';
import { domain, fakeSync, tee } from '../fake-shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-stock-'));
const redisServer = await redisOrSkip(10);
const postgres = await postgresOrSkip();
const cleanUp: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const step of cleanUp) await step();
  rmSync(folder, { recursive: true, force: true });
});

interface Level {
  readonly item: { readonly id: string; readonly tracked: boolean };
  readonly updatedAt: string;
  readonly quantities: readonly { readonly quantity: number }[];
}

/** A shop with stock of some items at a location, and a table with all of it. */
async function setup(stores: Stores = memoryStores(), appId?: string) {
  const made = fakeSync({ fake: { shops: [{ plan: 'plus' }] } });
  const { clock, client, fake } = made;
  const sync = createProductSync({ client, stores, clock });
  const variants = Array.from({ length: 300 }, (_, at) => ({
    ...{ sku: `S${at}`, price: '1', options: { No: `${at}` }, inventoryItem: { tracked: true } },
  }));
  await clock.run(made.sync.push(tee('tee-1', { images: [], variants })));
  const inventory = createInventory({ client, clock });
  interface Locations {
    readonly locations: { readonly nodes: readonly { readonly id: string }[] };
  }
  const { data } = await clock.run(client.graphql<Locations>('{ locations(first: 1) { nodes { id } } }'));
  const locationId = data.locations.nodes[0]?.id ?? '';
  const set = (skus: readonly string[], quantity: number) =>
    clock.run(inventory.set(skus.map((sku) => ({ sku, locationId, quantity }))));
  await set(
    variants.map(({ sku }) => sku),
    5,
  );
  const handler = createWebhookHandler({
    secrets: secret,
    on: createSyncWebhooks({ sync, stores, clock }),
    ...(appId !== undefined && { appId }),
  });
  const levels = async (): Promise<readonly Level[]> => {
    interface Page {
      readonly location: {
        readonly inventoryLevels: {
          readonly nodes: readonly Level[];
          readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
        };
      };
    }
    const found: Level[] = [];
    for (let after: string | null = null, isLast = false; !isLast; ) {
      const page: { data: Page } = await clock.run(
        client.graphql<Page>(
          `query ($id: ID!, $after: String) { location(id: $id) { inventoryLevels(first: 100, after: $after) { nodes { item { id tracked } updatedAt quantities(names: ["available"]) { quantity } } pageInfo { hasNextPage endCursor } } } }`,
          { id: locationId, after },
        ),
      );
      const { nodes, pageInfo } = page.data.location.inventoryLevels;
      found.push(...nodes);
      after = pageInfo.endCursor;
      isLast = !pageInfo.hasNextPage;
    }
    return found;
  };
  const number = (gid: string): number => Number(gid.split('/').at(-1));
  const tell = async (level: Level, at = locationId): Promise<void> => {
    await handler(
      deliveryOf({
        ...{ topic: 'inventory_levels/update', shop: domain },
        payload: {
          ...{ inventory_item_id: number(level.item.id), location_id: number(at), updated_at: level.updatedAt },
          available: level.quantities[0]?.quantity ?? null,
        },
      }),
    );
  };
  for (const level of await levels()) await tell(level);
  await clock.advance(120_000);
  const table = (itemId: string) =>
    readStock(stores.keyValue, {
      ...{ shop: domain, inventoryItemId: String(number(itemId)), locationId: String(number(locationId)) },
      ...(appId !== undefined && { appId }),
    });
  return { ...made, fake, sync, stores, set, levels, tell, table, locationId, number };
}

/** The result of work that also waits for a real database: the clock advances a little with each turn. */
async function ended<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  work.then(end, end);
  while (!isOver) {
    await nextTurn();
    await clock.advance(1);
  }
  return work;
}

const testTable = (name: string, storesOf: () => Stores): void =>
  it(`in ${name} shows which stock webhooks were missed, and is repaired`, async () => {
    const stores = storesOf();
    const { clock, sync, set, table, levels } = await setup(stores);
    expect((await ended(clock, sync.reconcile({ stock: true }))).stock).toEqual({
      ...{ checked: 300, missed: 0, gone: 0, added: 0, findings: [] },
    });
    const missed = ['S3', 'S77', 'S150', 'S299'];
    await set(missed, 9);
    await clock.advance(120_000);
    const told: [StockLevel | undefined, StockLevel][] = [];
    const report = await ended(clock, sync.reconcile({ stock: { onMissed: (now, known) => told.push([now, known]) } }));
    expect(report.stock).toMatchObject({ checked: 300, missed: 4, gone: 0, added: 0 });
    expect(report.stock?.findings).toMatchObject(
      missed.map(() => ({ kind: 'missed', known: { available: 5 }, now: { available: 9 } })),
    );
    expect(told).toHaveLength(4);
    const changed = (await levels()).filter(({ quantities }) => quantities[0]?.quantity === 9);
    for (const { item } of changed) expect((await table(item.id))?.available).toBe(5);

    await ended(clock, sync.reconcile({ stock: true, onDrift: 'theirs' }));
    for (const { item } of changed) expect((await table(item.id))?.available).toBe(9);
    expect((await ended(clock, sync.reconcile({ stock: true }))).stock).toMatchObject({ checked: 300, missed: 0 });
    await stores.close();
  });

describe('the stock table', () => {
  testTable('memory', () => memoryStores());
  testTable('SQLite', () => sqliteStores({ path: join(folder, `${Math.random()}.db`) }));
});

redisServer.describe('the stock table of several machines', () => {
  testTable('Redis', () => {
    const redis = new Redis(redisServer.url);
    const keyPrefix = `stock-${randomUUID()}:`;
    cleanUp.push(async () => {
      const keys = await redis.keys(`${keyPrefix}*`);
      if (keys.length > 0) await redis.del(keys);
      redis.disconnect();
    });
    return redisStores({ redis, keyPrefix });
  });
});

postgres.describe('the stock table of several machines', () => {
  testTable('Postgres', () => {
    const pool = new pg.Pool({ connectionString: postgres.url });
    const schema = `stock_${randomUUID().slice(0, 8)}`;
    cleanUp.push(async () => {
      await pool.query(`drop schema if exists ${schema} cascade`);
      await pool.end();
    });
    return postgresStores({ pool, schema });
  });
});

describe('a comparison of the stock table', () => {
  it('leaves alone what was changed in the last minute, or what a webhook has reported meanwhile', async () => {
    const { clock, sync, set, levels, tell } = await setup();
    await set(['S1'], 8);
    expect((await clock.run(sync.reconcile({ stock: true }))).stock).toMatchObject({ missed: 0 });
    const late = (await levels()).find(({ quantities }) => quantities[0]?.quantity === 8);
    await clock.advance(120_000);
    if (late) await tell({ ...late, updatedAt: new Date(clock.now()).toISOString(), quantities: [{ quantity: 3 }] });
    expect((await clock.run(sync.reconcile({ stock: true }))).stock).toMatchObject({ missed: 0 });
  });

  it('finds items that the shop no longer stocks, and a location that is gone', async () => {
    const { clock, sync, stores, levels, tell, table } = await setup();
    const [first] = await levels();
    if (!first) throw new Error('no level');
    await tell({ ...first, item: { id: 'gid://shopify/InventoryItem/999', tracked: true } });
    await tell(first, 'gid://shopify/Location/888');
    const { stock } = await clock.run(sync.reconcile({ stock: true, onDrift: 'theirs' }));
    expect(stock).toMatchObject({ checked: 302, missed: 0, gone: 2 });
    expect(stock?.findings.map(({ known, now }) => [known.inventoryItemId === '999', known.locationId, now])).toEqual([
      [true, expect.any(String), undefined],
      [false, '888', undefined],
    ]);
    expect(await table('gid://shopify/InventoryItem/999')).toBeUndefined();
    for await (const key of stores.keyValue.scan('webhooks:')) expect(key).not.toMatch(/:888$/);
    expect((await clock.run(sync.reconcile({ stock: true }))).stock).toMatchObject({ checked: 300, gone: 0 });
  });

  it('fills a table that no webhook has filled yet, and finds nothing wrong with it', async () => {
    const { clock, client, levels, number } = await setup();
    const stores = memoryStores();
    const sync = createProductSync({ client, stores, clock });
    expect((await clock.run(sync.reconcile({ stock: true }))).stock).toMatchObject({ checked: 0, missed: 0, added: 0 });
    expect((await clock.run(sync.reconcile({ stock: true, onDrift: 'ours' }))).stock).toMatchObject({ added: 300 });
    const [level] = await levels();
    const inventoryItemId = String(number(level?.item.id ?? ''));
    const keys = [];
    for await (const key of stores.keyValue.scan(`webhooks:${domain}:stock:`)) keys.push(key);
    expect(keys.filter((key) => key.includes(`:${inventoryItemId}:`))).toHaveLength(1);
  });

  it('uses the table of the app whose handler fills it', async () => {
    const { clock, sync, set } = await setup(memoryStores(), 'second');
    await set(['S1'], 8);
    await clock.advance(120_000);
    expect((await clock.run(sync.reconcile({ stock: true }))).stock).toMatchObject({ checked: 0, missed: 0 });
    expect((await clock.run(sync.reconcile({ stock: { appId: 'second' } }))).stock).toMatchObject({
      checked: 300,
      missed: 1,
    });
  });

  it('is made only if requested, and refuses unknown options', async () => {
    const { sync, clock, fake } = fakeSync();
    expect(await clock.run(sync.reconcile())).not.toHaveProperty('stock');
    const calls = fake.calls.length;
    await expect(sync.reconcile({ stock: { appid: 'x' } as object })).rejects.toMatchObject({
      issues: [{ field: 'appid' }],
    });
    expect(fake.calls.length).toBe(calls);
  });
});
