import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { QueueStats } from 'shopwright/queue';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { git, npm, root, run } from '../../.ci/tools/programs.ts';
import { postgresOrSkip, redisOrSkip } from '../services.ts';
import { sourceProgram } from '../source-program.ts';
import type { ShopLog, ShopRequest } from './programs/two-versions-shop.ts';

// Two processes of a release and two of these sources on one Postgres, Redis and queue, as during the rollout of a new
// release. One process of each version is killed.

/**
 * The release: the commit that wrote `test/golden/0.1.0`; once a release is on npm, its tag. In a shallow clone without
 * that commit, the packed package of these sources replaces it, and the test reports that.
 */
const release = '52122f3cf071f4b8c379690d86c0c23ea6d12f29';

const durationMs = Number(process.env['TWO_VERSIONS_MS'] ?? 60_000);
const productCount = 60;
const mostWaiting = 40;
const schema = `versions_${randomUUID().slice(0, 8)}`;

const redisServer = await redisOrSkip(12);
const postgres = await postgresOrSkip();

const project = mkdtempSync(join(tmpdir(), 'shopwright-release-'));
const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterAll(async () => {
  for (const step of cleanUp.reverse()) await step();
  rmSync(project, { recursive: true, force: true });
});

/** Packs the release, built with the packages of this checkout. */
function packRelease(): void {
  const sources = join(project, 'sources');
  mkdirSync(sources);
  try {
    git(['cat-file', '-e', `${release}^{commit}`]);
  } catch {
    process.stderr.write(`\n!! ${release} is not in this clone: both versions are these sources.\n`);
    npm(['pack', '--ignore-scripts', '--pack-destination', project]);
    return;
  }
  const archive = join(project, 'sources.tar');
  git(['archive', '--output', archive, release]);
  run('tar', ['-xf', archive, '-C', sources]);
  symlinkSync(join(root, 'node_modules'), join(sources, 'node_modules'), 'junction');
  npm(['run', '--silent', 'build:js'], { cwd: sources });
  npm(['pack', '--ignore-scripts', '--pack-destination', project], { cwd: sources });
}

/** A project with the packed release, like a user's. */
function installRelease(): void {
  packRelease();
  const tarball = readdirSync(project).find((file) => file.endsWith('.tgz')) ?? 'missing';
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly devDependencies: Record<string, string>;
  };
  const peers = ['bullmq', 'ioredis', 'pg'].map((name) => `${name}@${devDependencies[name]}`);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'service', private: true, type: 'module' }));
  npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=peer', `./${tarball}`, ...peers], {
    cwd: project,
  });
  cpSync(join(import.meta.dirname, 'programs/two-versions-service.ts'), join(project, 'service.ts'));
}

const programs = {
  release: join(project, 'service.ts'),
  head: join(import.meta.dirname, 'programs/two-versions-service.ts'),
};
type Version = keyof typeof programs;

interface Service {
  readonly version: Version;
  readonly child: ChildProcess;
  readonly port: number;
}

async function startService(version: Version, origin: string): Promise<Service> {
  const program = sourceProgram(programs[version], [origin, redisServer.url, postgres.url, schema]);
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanUp.push(() => child.kill('SIGKILL'));
  const [port] = await once(createInterface(child.stdout), 'line');
  return { version, child, port: Number(port) };
}

/** The shop's process, which takes one request after the other. */
async function startShop() {
  const child = fork(join(import.meta.dirname, 'programs/two-versions-shop.ts'));
  cleanUp.push(() => child.kill('SIGKILL'));
  const [origin] = (await once(child, 'message')) as [string];
  const ask = async <Response>(request: ShopRequest): Promise<Response> => {
    const answered = once(child, 'message');
    child.send(request);
    return (await answered)[0] as Response;
  };
  return { origin, ask };
}

redisServer.describe('with Redis', () => {
  postgres.describe('and Postgres', () => {
    beforeAll(installRelease, 300_000);

    it(
      'two processes of a release and two of these sources lose nothing, do nothing twice and damage nothing',
      () => workTogether(),
      durationMs + 240_000,
    );
  });
});

async function workTogether(): Promise<void> {
  const redis = new Redis(redisServer.url);
  const pool = new pg.Pool({ connectionString: postgres.url });
  cleanUp.push(async () => {
    await pool.query(`drop schema if exists ${schema} cascade`);
    await pool.end();
    const keys = await redis.keys(`*${schema}*`);
    if (keys.length > 0) await redis.del(...keys);
    redis.disconnect();
  });
  await pool.query(`create schema ${schema}`);
  await pool.query(`create table ${schema}.handled (webhook_id text, body bytea, process integer)`);

  const shop = await startShop();
  const killed = new Set<number | undefined>();
  // The release starts first; the others find its tables.
  const services: Service[] = [];
  for (const version of ['release', 'release', 'head', 'head'] as const)
    services.push(await startService(version, shop.origin));
  const tellPorts = () => shop.ask({ ask: 'services', ports: services.map(({ port }) => port) });
  await tellPorts();

  let turn = 0;
  async function askService<Response>(path: string): Promise<Response> {
    for (;;) {
      turn += 1;
      const port = services[turn % services.length]?.port;
      const response = await fetch(`http://127.0.0.1:${port}/${path}`).catch(() => undefined);
      if (response?.ok) return (await response.json()) as Response;
      await setTimeout(50);
    }
  }
  /** Kills one process of that version, and starts another in its place. */
  async function replace(version: Version): Promise<void> {
    const index = services.findIndex((service) => service.version === version);
    const victim = services[index];
    killed.add(victim?.child.pid);
    victim?.child.kill('SIGKILL');
    services[index] = await startService(version, shop.origin);
    await tellPorts();
  }

  let [changes, orders] = [0, 0];
  const started = performance.now();
  const kills: Version[] = ['release', 'head'];
  for (const elapsed = () => performance.now() - started; elapsed() < durationMs; ) {
    if (kills.length > 0 && elapsed() > (durationMs * (3 - kills.length)) / 3) await replace(kills.shift() ?? 'head');
    const from = orders;
    await shop.ask({ ask: 'orders', ids: Array.from({ length: 5 }, (_, index) => from + index) });
    orders += 5;
    const changed = Array.from({ length: 10 }, (_, index) => `p${(changes + index) % productCount}`);
    await Promise.all(changed.map((localId) => askService(`changes/${localId}`)));
    changes += changed.length;
    // Changes come while the services work: all at once, most would be merged into a few pushes.
    while ((await askService<QueueStats>('stats')).waiting > mostWaiting) await setTimeout(20);
  }

  const isIdle = ({ waiting, delayed, active }: QueueStats): boolean => waiting + delayed + active === 0;
  // First everything on its way is received, then everything received is processed.
  await shop.ask<ShopLog>({ ask: 'log' });
  while (!isIdle(await askService<QueueStats>('stats'))) await setTimeout(200);
  const log = await shop.ask<ShopLog>({ ask: 'log' });

  // Nothing lost: the last version of each product, and each order once in the stock.
  const versions = Object.entries(await redis.hgetall(`${schema}:versions`));
  const titles = versions.map(([localId, version]) => `${localId} version ${version}`).sort();
  expect([...log.titles].sort()).toEqual(titles);
  expect(log.stock).toBe(orders);
  const deliveries = log.deliveries.filter(({ isCopy }) => !isCopy);
  expect(deliveries).toHaveLength(orders);
  expect(log.deliveries.filter(({ state }) => state !== 'delivered')).toEqual([]);

  // Nothing twice: neither a product, nor a version of it, nor an order.
  expect(new Set(log.written).size).toBe(log.written.length);
  expect(new Set(log.adjusted).size).toBe(log.adjusted.length);
  expect(log.adjusted).toHaveLength(orders);
  const handled = await pool.query<{ webhook_id: string; body: Buffer; process: number }>(
    `select * from ${schema}.handled`,
  );
  const byKilled = handled.rows.filter(({ process }) => killed.has(process));
  const others = handled.rows.filter(({ process }) => !killed.has(process));
  expect(new Set(others.map((row) => row.webhook_id)).size).toBe(others.length);
  expect(new Set(handled.rows.map((row) => row.webhook_id)).size).toBe(orders);
  expect(byKilled.length).toBeGreaterThan(0);

  // Nothing damaged: bodies are those that were sent, and both versions read all data of both, as in the shop.
  const sent = new Map(deliveries.map(({ webhookId, body }) => [webhookId, body]));
  for (const { webhook_id, body } of handled.rows) expect(body.toString()).toBe(sent.get(webhook_id));
  const reads = await Promise.all(
    services.map(async ({ port }) => (await fetch(`http://127.0.0.1:${port}/all`)).json() as Promise<unknown>),
  );
  expect(reads[0]).toMatchObject({
    counts: { synced: versions.length, pending: 0, syncing: 0, failed: 0 },
    plan: { counts: { unchanged: versions.length }, products: [] },
    deadJobs: [],
  });
  for (const read of reads) expect(read).toEqual(reads[0]);
  const workers = new Map<Version, number>();
  for (const { process } of others) {
    const version = services.find(({ child }) => child.pid === process)?.version ?? 'head';
    workers.set(version, (workers.get(version) ?? 0) + 1);
  }
  expect([...workers.keys()].sort()).toEqual(['head', 'release']);
  process.stdout.write(
    `${changes} changes, ${log.written.length} writes, ${orders} orders in ${log.deliveries.length} deliveries, ` +
      `${workers.get('release')} handled by the release, ${log.throttled} throttled\n`,
  );
}
