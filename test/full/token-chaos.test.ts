import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Stores } from 'shopwright';
import { createTokenStore, type StoredTokens } from 'shopwright/auth';
import { postgresStores } from 'shopwright/storage/postgres';
import { redisStores } from 'shopwright/storage/redis';
import { createFakeShopify, type FakeShopify } from 'shopwright/testing';
import { afterEach, expect, it } from 'vitest';
import { postgresOrSkip, redisOrSkip } from '../services.ts';

const redisServer = await redisOrSkip(9);
const postgres = await postgresOrSkip();

/** Seconds of chaos. `TOKEN_CHAOS_SECONDS=60 TOKEN_CHAOS_PROCESSES=8` for the whole of it. */
const seconds = Number(process.env['TOKEN_CHAOS_SECONDS'] ?? 15);
const processes = Number(process.env['TOKEN_CHAOS_PROCESSES'] ?? 4);
const tokenSeconds = 2;
const killEveryMs = 3_000;
const clocksApartMs = 90_000;
const lostShare = 0.2;
const points = ['before-send', 'after-send', 'after-answer', 'after-commit'];

const shop = 'demo.myshopify.com';
const tokenPath = '/admin/oauth/access_token';
const app = { clientId: 'crm', clientSecret: 'shpss_crm' };

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** What the server sees of tokens. */
class Watch {
  /** When each refresh that is in flight was received. */
  readonly inFlight = new Set<number>();
  mostInFlight = 0;
  /** Milliseconds for which a refresh had been in flight when another one came: less than `requestTimeoutMs` is a fault. */
  readonly overlaps: number[] = [];
  calls = 0;
  requests = 0;
  lost = 0;
  /** Refresh tokens that were sent. */
  readonly sent = new Set<string>();
  /** What each refresh token was replaced by. */
  readonly successors = new Map<string, string>();
  readonly used = new Set<string>();
  readonly tooLate: string[] = [];

  /** Counts from here on. */
  restart(): void {
    this.calls = 0;
    this.requests = 0;
    this.lost = 0;
    this.used.clear();
  }

  /** Returns what is to be called with the answer. */
  send(refreshToken: string): () => void {
    const now = performance.now();
    this.requests += 1;
    for (const since of this.inFlight) this.overlaps.push(Math.round(now - since));
    this.inFlight.add(now);
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight.size);
    this.sent.add(refreshToken);
    const successor = this.successors.get(refreshToken);
    if (successor !== undefined && this.sent.has(successor)) this.tooLate.push(refreshToken);
    return () => void this.inFlight.delete(now);
  }

  call(accessToken: string): void {
    this.calls += 1;
    this.used.add(accessToken);
  }
}

/** A server before the fake: it counts, and loses responses. */
async function listen(fake: FakeShopify, watch: Watch, random: () => number): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const url = `https://${shop}${request.url}`;
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const isRefresh = request.url === tokenPath;
    const refreshToken = new URLSearchParams(body.toString()).get('refresh_token') ?? '';
    const answered = isRefresh ? watch.send(refreshToken) : () => undefined;
    if (!isRefresh) watch.call(String(request.headers['x-shopify-access-token']));
    const isLost = isRefresh && random() < lostShare;
    const answer = await fake.fetch(url, { method: request.method ?? 'GET', headers, body }).catch(() => undefined);
    // The fake was closed: this was the last of a process that was killed.
    if (!answer) return;
    const text = await answer.text();
    answered();
    if (isRefresh && answer.status === 200) watch.successors.set(refreshToken, JSON.parse(text).refresh_token);
    if (isLost) {
      watch.lost += 1;
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function ask(fake: FakeShopify, parameters: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const response = await fake.fetch(`https://${shop}${tokenPath}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: String(new URLSearchParams({ client_id: app.clientId, client_secret: app.clientSecret, ...parameters })),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** What an install brings. */
async function install(fake: FakeShopify): Promise<StoredTokens> {
  const granted = await ask(fake, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: fake.issueSessionToken(),
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    expiring: '1',
  });
  return {
    accessToken: String(granted['access_token']),
    accessTokenExpiresAt: Date.now() + tokenSeconds * 1_000,
    refreshToken: String(granted['refresh_token']),
    refreshTokenExpiresAt: Date.now() + 7_776_000_000,
    scopes: [],
  };
}

interface Worker {
  readonly child: ChildProcess;
  /** Resolves when its first call has succeeded. */
  readonly ready: Promise<void>;
  output: string;
}

function start(place: string, origin: string, number: number, secret: string): Worker {
  const aheadMs = (number - (processes - 1) / 2) * clocksApartMs;
  const program = join(import.meta.dirname, 'programs/token-worker.ts');
  const child = spawn(
    process.execPath,
    [
      ...(process.features.typescript ? [] : ['--experimental-strip-types', '--no-warnings']),
      ...[program, place, origin, String(aheadMs), secret],
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  // Each round waits for the end of any of them.
  child.setMaxListeners(0);
  const ready = Promise.withResolvers<void>();
  const worker: Worker = { child, ready: ready.promise, output: '' };
  child.stdout?.on('data', (text: Buffer) => {
    worker.output += text.toString();
    if (worker.output.includes('ready')) ready.resolve();
  });
  return worker;
}

/** A random number generator whose numbers are the same each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function survive(stores: Stores, place: string): Promise<void> {
  const fake = createFakeShopify({
    shops: [{ domain: shop, bucket: { maximumAvailable: 40_000, restoreRate: 4_000 }, tokens: {} }],
    apps: [{ ...app, offlineTokenSeconds: tokenSeconds }],
    latencyMs: 40,
    recordVariables: false,
  });
  cleanUp.push(() => fake.close());
  const watch = new Watch();
  const origin = await listen(fake, watch, seeded(14));
  const secret = randomBytes(32).toString('base64');
  const tokens = createTokenStore({ store: stores.keyValue, keys: [{ id: 'test', secret }] });
  await tokens.replace({ shop }, undefined, await install(fake));

  const workers = Array.from({ length: processes }, (_, number) => start(place, origin, number, secret));
  cleanUp.push(() => {
    for (const { child } of workers) child.kill('SIGKILL');
  });
  await Promise.all(workers.map(({ ready }) => ready));
  watch.restart();
  const all = [...workers];
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  for (let round = 0; performance.now() < endsAt - killEveryMs; round++) {
    await pause(killEveryMs);
    const point = points[round % points.length] ?? '';
    for (const { child } of workers) if (child.connected) child.send({ arm: point });
    const victim = await Promise.any([
      ...workers.map(async (worker) => {
        await once(worker.child, 'exit');
        return worker;
      }),
      pause(Math.max(0, endsAt - performance.now())).then(() => undefined),
    ]);
    for (const worker of workers) if (worker !== victim && worker.child.connected) worker.child.send({ arm: '' });
    if (!victim) break;
    const number = workers.indexOf(victim);
    const next = start(place, origin, number, secret);
    workers[number] = next;
    all.push(next);
  }
  await pause(Math.max(0, endsAt - performance.now()));
  const ranSeconds = (performance.now() - startedAt) / 1_000;
  const used = watch.used.size;
  const { calls, requests, lost } = watch;
  // One that is killed in the end may still be starting.
  await Promise.all(workers.map(({ ready }) => ready));
  await Promise.all(
    workers.map(async ({ child }) => {
      if (!child.connected) return;
      child.send({ stop: true });
      await once(child, 'exit');
    }),
  );

  const outputs = all.map(({ output }) => output).join('');
  const died = outputs.match(/^dying/gm)?.length ?? 0;
  const failures = outputs.split('\n').filter((line) => line.startsWith('failed'));
  const told = [...outputs.matchAll(/^calls (\d+) (\d+)$/gm)];
  const least = Math.ceil(ranSeconds / tokenSeconds);
  const longestMs = Math.max(...told.map(([, , ms]) => Number(ms)));
  const { mostInFlight: most, overlaps } = watch;
  const figures = { calls, longestMs, died, least, used, requests, lost, most, overlaps };
  process.stderr.write(`${JSON.stringify(figures)}\n`);

  expect(failures).toEqual([]);
  // All that did not die have told it. Two can die in one round.
  expect(told).toHaveLength(all.length - died);
  expect(calls).toBeGreaterThan(seconds);
  expect(died).toBeGreaterThanOrEqual(Math.floor(seconds / 5) - 1);
  expect({ most, overlaps }).toEqual({ most: 1, overlaps: [] });
  expect(watch.tooLate).toEqual([]);
  expect(used).toBeLessThanOrEqual(1.25 * least);
  expect(requests).toBeLessThanOrEqual(1.25 * (least + lost + died));
  // No orphan: what is stored can be refreshed.
  const refreshToken = (await tokens.get({ shop }))?.tokens.refreshToken ?? '';
  expect(await ask(fake, { grant_type: 'refresh_token', refresh_token: refreshToken })).toHaveProperty('access_token');
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
