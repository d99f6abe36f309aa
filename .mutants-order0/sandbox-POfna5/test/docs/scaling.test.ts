// @ts-nocheck
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { createShopifyClient } from 'shopwright';
import { redisLimiter } from 'shopwright/limiter/redis';
import { inProcessQueue } from 'shopwright/queue';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { createProductSync } from 'shopwright/sync';
import { createFakeShopify, signWebhook } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { freePort, startRedis, type TestServer } from '../redis-server.ts';
import { postgresOrSkip, redisServerOrSkip } from '../services.ts';
import { testSchema } from '../storage/postgres/test-schema.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/background/scaling.md'), 'utf8');

/** What the page says an operation takes at most. */
function atMost(operation: string): number {
  const row = page.split('\n').find((line) => line.startsWith(`| ${operation} | `));
  const figure = Number(row?.split('|')[3]);
  expect(figure, operation).toBeGreaterThan(0);
  return figure;
}

/** Not more than the page says, and not so much less that the page would mislead. */
function expectAsSaid(operation: string, measured: number): void {
  expect(measured, operation).toBeLessThanOrEqual(atMost(operation));
  expect(measured, operation).toBeGreaterThan(atMost(operation) / 4);
}

const plus = { shops: [{ domain: 'demo.myshopify.com', plan: 'plus' }] } as const;
const document = '{ productsCount { count } }';

redisServerOrSkip()('what an operation takes of Redis', () => {
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

  async function scriptsOf(work: () => Promise<unknown>): Promise<number> {
    await redis.config('RESETSTAT');
    await work();
    const stats = await redis.info('commandstats');
    const calls = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].map(([, count]) => Number(count));
    return calls.reduce((sum, count) => sum + count, 0);
  }

  it('is what the page says, for calls', async () => {
    const limiter = redisLimiter({ redis });
    const { fetch } = createFakeShopify(plus);
    const shop = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch, limiter });
    await shop.graphql(document);
    const inTurn = await scriptsOf(async () => {
      for (let call = 0; call < 100; call += 1) await shop.graphql(document);
    });
    // One for the call, and now and then one that the limiter sends by itself.
    expectAsSaid('call, one after the other', Math.floor(inTurn / 100));
    const together = await scriptsOf(() => Promise.all(Array.from({ length: 100 }, () => shop.graphql(document))));
    expectAsSaid('call, of 100 at once', together / 100);
    limiter.close();
  });

  it('is what the page says, for jobs', async () => {
    const scripts = await scriptsOf(async () => {
      const queue = bullmqQueue({ connection: redis });
      await new Promise<void>((resolve, reject) => {
        let done = 0;
        queue.process('work', async () => {
          done += 1;
          if (done === 100) resolve();
        });
        const enqueue = async (): Promise<void> => {
          for (let job = 0; job < 100; job += 1) await queue.enqueue({ type: 'work', payload: job, key: `${job}` });
        };
        enqueue().catch(reject);
      });
      await queue.close();
    });
    expectAsSaid('BullMQ job, from `enqueue` to its end', scripts / 100);
  });
});

const { url, describe } = await postgresOrSkip();

describe('what an operation takes of Postgres', () => {
  const schema = testSchema(url, 'scaling_page');
  const pool = schema.pool();
  let statements = 0;
  beforeAll(() => schema.drop());
  pool.on('connect', (client: pg.PoolClient) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    Object.assign(client, {
      query: (...args: unknown[]) => {
        statements += 1;
        return query(...args);
      },
    });
  });
  const stores = schema.stores({ pool });
  beforeEach(() => stores.migrate());

  async function statementsOf(work: () => Promise<unknown>): Promise<number> {
    statements = 0;
    await work();
    return statements;
  }
  const rowsOf = async (table: string): Promise<number> =>
    Number((await schema.admin.query(`select count(*) from scaling_page.shopwright_${table}`)).rows[0].count);

  it('is what the page says, for pushes', async () => {
    const client = createShopifyClient({
      shop: 'demo',
      accessToken: 'shpat_fake',
      fetch: createFakeShopify(plus).fetch,
    });
    const sync = createProductSync({ client, stores });
    const drafts = (price: string) =>
      Array.from({ length: 20 }, (_, index) => ({
        ...{ localId: `p${index}`, title: `P${index}` },
        variants: [{ sku: `S${index}`, price }],
      }));
    expectAsSaid('push of a product', (await statementsOf(() => sync.pushMany(drafts('1')))) / 20);
    expectAsSaid('push of a product', (await statementsOf(() => sync.pushMany(drafts('2')))) / 20);
    expectAsSaid('push that finds nothing to do', (await statementsOf(() => sync.pushMany(drafts('2')))) / 20);
    expect([await rowsOf('sync_records'), await rowsOf('sync_journal')]).toEqual([20, 40]);
  });

  it('is what the page says, for deliveries', async () => {
    const handled: (() => void)[] = [];
    const queue = inProcessQueue({ telemetry: ({ type }) => void (type === 'job' && handled.shift()?.()) });
    const handler = createWebhookHandler({
      ...{ secrets: 'shpss_fake', store: stores.keyValue, queue },
      on: { 'products/update': async () => undefined },
    });
    const deliver = async (id: number): Promise<void> => {
      const done = new Promise<void>((resolve) => handled.push(resolve));
      const payload = { id, updated_at: '2026-11-30T00:00:00Z' };
      const { body, headers } = signWebhook({
        secret: 'shpss_fake',
        topic: 'products/update',
        shop: 'demo.myshopify.com',
        payload,
      });
      const response = await handler(new Request('http://127.0.0.1/', { method: 'POST', body, headers }));
      expect(response.status).toBe(200);
      await done;
    };
    await deliver(0);
    const before = [await rowsOf('key_values'), await rowsOf('locks')].map(Number);
    const taken = await statementsOf(async () => {
      for (let id = 1; id <= 10; id += 1) await deliver(id);
    });
    expectAsSaid('delivery with store and queue', taken / 10);
    const after = [await rowsOf('key_values'), await rowsOf('locks')].map(Number);
    expect(after.map((count, index) => (count - (before[index] ?? 0)) / 10)).toEqual([2, 1]);
    await queue.close();
  });
});
