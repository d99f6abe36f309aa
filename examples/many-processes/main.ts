// A web process queues a run, and two workers push it: `npm run example:many`. Uses Redis and Postgres at REDIS_URL and
// POSTGRES_URL, by default on this machine, and leaves nothing in them; Shopify is a fake.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createFakeShopify } from 'shopwright/testing';
import type { Place } from './service.ts';

const redisUrl = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379/0';
const postgresUrl = process.env['POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test';
const name = `example_${process.pid}`;
const ids = Array.from({ length: 100 }, (_, at) => `product-${at}`);

const pool = new pg.Pool({ connectionString: postgresUrl, connectionTimeoutMillis: 2_000 });
const redis = new Redis(redisUrl, { lazyConnect: true, retryStrategy: null, connectTimeout: 2_000 });
redis.on('error', () => undefined);
const missing = [
  ...(await pool.query(`create schema ${name}`).then(none, () => [`Postgres at ${shown(postgresUrl)}`])),
  ...(await redis.connect().then(none, () => [`Redis at ${shown(redisUrl)}`])),
];
if (missing.length > 0) {
  console.error(`This example needs ${missing.join(' and ')}, which did not respond. Start it, or set its address.`);
  process.exitCode = 1;
} else {
  const processes: ChildProcess[] = [];
  try {
    await show(processes);
  } finally {
    for (const child of processes) child.kill('SIGKILL');
    for (const key of await redis.keys(`*${name}*`)) await redis.del(key);
  }
}
await pool.query(`drop schema if exists ${name} cascade`).catch(() => undefined);
await pool.end();
redis.disconnect();

async function show(processes: ChildProcess[]): Promise<void> {
  await using fake = createFakeShopify({ shops: [{ plan: 'plus' }], latencyMs: 20 });
  const { origin } = await fake.listen();
  const shop = 'demo.myshopify.com';
  const place: Place = { shop, accessToken: 'shpat_fake', origin, redisUrl, postgresUrl, name };
  const start = (program: string): ChildProcess => {
    const child = fork(join(import.meta.dirname, program), {
      env: { ...process.env, SERVICE_PLACE: JSON.stringify(place) },
    });
    processes.push(child);
    return child;
  };
  const web = start('web.ts');
  const [{ port }] = (await once(web, 'message')) as [{ readonly port: number }];
  const workers = [start('worker.ts'), start('worker.ts')];
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  console.log(`A web process on port ${port} and ${workers.length} workers have started.`);

  const run = `http://127.0.0.1:${port}/runs/autumn`;
  const ask = () => fetch(run, { method: 'POST', body: JSON.stringify(ids) });
  // Somebody clicks twice: it is one run.
  console.log(`POST /runs/autumn: ${(await Promise.all([ask(), ask()])).map(({ status }) => status).join(', ')}`);
  interface Progress {
    readonly state: string;
    readonly done: number;
    readonly failed: number;
    readonly total: number;
  }
  let progress: Progress;
  do {
    await sleep(200);
    progress = (await (await fetch(run)).json()) as Progress;
    console.log(`${progress.state}: ${progress.done + progress.failed} of ${progress.total}`);
  } while (progress.state === 'running');

  const told = workers.map((worker) => once(worker, 'message') as Promise<[{ readonly mutations: number }]>);
  for (const child of processes) child.kill('SIGTERM');
  const sent = (await Promise.all(told)).map(([{ mutations }]) => mutations);
  await Promise.all(processes.map((child) => child.exitCode ?? once(child, 'exit')));
  const pushed = fake.executed('productSet');
  const held = fake.products().length;
  console.log(`Mutations by worker: ${sent.join(' and ')}. ${pushed} pushes made ${held} products of ${ids.length}.`);
  if (progress.state !== 'finished' || held !== ids.length || pushed !== ids.length) process.exitCode = 1;
}

function none(): string[] {
  return [];
}

/** Without its password. */
function shown(url: string): string {
  return new URL(url).host;
}
