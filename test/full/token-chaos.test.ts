import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Stores } from 'shopwright';
import { createTokenStore } from 'shopwright/auth';
import { postgresStores } from 'shopwright/storage/postgres';
import { redisStores } from 'shopwright/storage/redis';
import { afterEach, expect, it } from 'vitest';
import { postgresOrSkip, redisOrSkip } from '../services.ts';
import { tokenChaos } from './programs/token-chaos.ts';

const redisServer = await redisOrSkip(9);
const postgres = await postgresOrSkip();

/** Seconds of chaos. `TOKEN_CHAOS_SECONDS=60 TOKEN_CHAOS_PROCESSES=8` for the full test. */
const seconds = Number(process.env['TOKEN_CHAOS_SECONDS'] ?? 15);
const processes = Number(process.env['TOKEN_CHAOS_PROCESSES'] ?? 4);
const shop = 'demo.myshopify.com';

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function survive(stores: Stores, place: string): Promise<void> {
  const secret = randomBytes(32).toString('base64');
  const vault = createTokenStore({ store: stores.keyValue, keys: [{ id: 'test', secret }] });
  const report = await tokenChaos({
    program: join(import.meta.dirname, 'programs/token-worker.ts'),
    place,
    secret,
    seconds,
    processes,
    clocksApartMs: 90_000,
    keep: (tokens) => vault.replace({ shop }, undefined, tokens),
    kept: async () => (await vault.get({ shop }))?.tokens.refreshToken ?? '',
  });
  const { failures, told, started, died, calls, most, overlaps, used, least, requests, lost, tooLate, isAlive } =
    report;
  process.stderr.write(`${JSON.stringify(report)}\n`);

  expect(failures).toEqual([]);
  // All processes that did not die have reported. Two can die in one round.
  expect(told).toBe(started - died);
  expect(calls).toBeGreaterThan(seconds);
  expect(died).toBeGreaterThanOrEqual(Math.floor(seconds / 5) - 1);
  expect({ most, overlaps }).toEqual({ most: 1, overlaps: [] });
  expect(tooLate).toBe(0);
  expect(used).toBeLessThanOrEqual(1.25 * least);
  expect(requests).toBeLessThanOrEqual(1.25 * (least + lost + died));
  // No orphan: the stored token can be refreshed.
  expect(isAlive).toBe(true);
}

/** A busy machine takes long to start them all. */
const longestMs = (seconds + 600) * 1_000;

postgres.describe('tokens of one shop on Postgres, with processes that are killed and responses that are lost,', () => {
  it(
    'are always good, and renewed by one process at a time',
    async () => {
      const schema = `tokens_${randomUUID().slice(0, 8)}`;
      const pool = new pg.Pool({ connectionString: postgres.url });
      const stores = postgresStores({ pool, schema });
      cleanUp.push(async () => {
        await stores.close();
        await pool.query(`drop schema if exists ${schema} cascade`);
        await pool.end();
      });
      await survive(stores, `${postgres.url}#${schema}`);
    },
    longestMs,
  );
});

redisServer.describe('tokens of one shop on Redis, with processes that are killed and responses that are lost,', () => {
  it(
    'are always good, and renewed by one process at a time',
    async () => {
      const keyPrefix = `tokens-${randomUUID().slice(0, 8)}:`;
      const redis = new Redis(redisServer.url);
      const stores = redisStores({ redis, keyPrefix });
      cleanUp.push(async () => {
        await stores.close();
        const keys = await redis.keys(`${keyPrefix}*`);
        if (keys.length > 0) await redis.del(...keys);
        redis.disconnect();
      });
      await survive(stores, `${redisServer.url}#${keyPrefix}`);
    },
    longestMs,
  );
});
