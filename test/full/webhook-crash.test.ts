import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { redisOrSkip } from '../services.ts';

const redis = await redisOrSkip(8);
const root = resolve(import.meta.dirname, '../..');
const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A recently free port: the server after the crash must use the same port as before. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** Starts the server and waits until it listens. `lines` grows as it prints. */
async function startServer(folder: string, port: number, point: string, redisUrl: string) {
  const program = 'test/full/programs/webhook-server.ts';
  const child = spawn(process.execPath, [program, folder, String(port), point, redisUrl], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
  await vi.waitFor(() => expect(lines).toContain('listening'), { timeout: 30_000 });
  return { child, lines };
}

/** Delivers one order to a server that dies at the point, starts it again, and lets Shopify try again. */
async function crashAt(point: string, redisUrl = 'memory') {
  const folder = mkdtempSync(join(tmpdir(), 'shopwright-webhooks-'));
  folders.push(folder);
  const port = await freePort();
  const clock = createManualClock();
  const fake = createFakeShopify({
    clock,
    webhooks: { subscriptions: [{ topics: ['orders/create'], uri: `http://127.0.0.1:${port}/` }] },
  });
  try {
    const first = await startServer(folder, port, point, redisUrl);
    fake.emit('orders/create', { id: 1 });
    await fake.webhooks.settled();
    if (first.child.signalCode === null) await once(first.child, 'exit');
    expect(first.child.signalCode).toBe('SIGKILL');
    const statusBefore = fake.deliveries[0]?.attempts[0]?.status;

    const second = await startServer(folder, port, 'none', redisUrl);
    // Past the first retry.
    await clock.advance(60_000);
    await fake.webhooks.settled();
    await vi.waitFor(() => expect(second.lines).toContain('event handled'), { timeout: 60_000 });
    await vi.waitFor(() => expect(fake.deliveries[0]?.state).toBe('delivered'));
    // Anything that would be done a second time is done now.
    const ended = once(second.child, 'close');
    second.child.kill('SIGTERM');
    await ended;
    const effects = readdirSync(folder).filter((name) => name.startsWith('effect-'));
    const calls = [...first.lines, ...second.lines].filter((line) => line === 'effect' || line === 'asked for again');
    return { statusBefore, lines: second.lines, calls, effects, webhookId: fake.deliveries[0]?.webhookId };
  } finally {
    await fake.close();
  }
}

/**
 * Between the effect and its record, the outcome is unknown: the handler is called again, with the same idempotency
 * key.
 */
const callsAt = (point: string): string[] =>
  point === 'after the effect' ? ['effect', 'asked for again'] : ['effect'];

describe('a process with a store in SQLite and the queue in its memory, killed', () => {
  it.each(['between claim and enqueue', 'between enqueue and answer'])(
    '%s, has each effect once after the retry',
    async (point) => {
      const { statusBefore, effects, calls, webhookId } = await crashAt(point);
      expect(statusBefore).toBe(0);
      expect(calls).toEqual(['effect']);
      expect(effects).toEqual([`effect-${webhookId}`]);
    },
  );

  it.each(['before the effect', 'after the effect'])(
    'during processing, %s, has each effect once after the next start, though Shopify got its 200',
    async (point) => {
      const { effects, calls, webhookId, lines } = await crashAt(point);
      expect(calls).toEqual(callsAt(point));
      expect(effects).toEqual([`effect-${webhookId}`]);
      expect(lines).toContain('event handled');
    },
  );
});

redis.describe('a process with a store in SQLite and a queue on Redis, killed', () => {
  it.each(['between claim and enqueue', 'between enqueue and answer', 'before the effect', 'after the effect'])(
    '%s, has each effect once',
    async (point) => {
      const { effects, calls, webhookId } = await crashAt(point, redis.url);
      expect(calls).toEqual(callsAt(point));
      expect(effects).toEqual([`effect-${webhookId}`]);
    },
  );
});
