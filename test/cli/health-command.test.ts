import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStores } from 'shopwright';
import type { Stores } from 'shopwright/storage/adapter';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { runShopwright } from '../../src/cli/run-shopwright.ts';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-health-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shop = 'acme.myshopify.com';
const place = globalThis as { testedHealth?: unknown };
let modules = 0;

/** A module that exports that app. */
function moduleOf(app: unknown): string {
  modules += 1;
  place.testedHealth = app;
  const file = join(folder, `app-${modules}.mjs`);
  writeFileSync(file, 'export const app = globalThis.testedHealth;\n');
  return file;
}

async function fill(stores: Stores, { synced, failed }: { readonly synced: number; readonly failed: number }) {
  const now = Date.now();
  const blank = { shop, version: 1, gid: null, hash: null, parts: null, lastSyncData: null, shopifyUpdatedAt: null };
  const ofSynced = {
    ...blank,
    status: 'synced' as const,
    lastError: null,
    attempts: 0,
    lastSyncedAt: now,
    lastAttemptAt: now,
  };
  const lastError = { code: 'USER_ERROR', message: 'Title "Jane Doe" is too long (300)' };
  const ofFailed = {
    ...blank,
    status: 'failed' as const,
    lastError,
    attempts: 2,
    lastSyncedAt: null,
    lastAttemptAt: now,
  };
  await stores.records.putMany([
    ...Array.from({ length: synced }, (_, index) => ({ ...ofSynced, localId: `s${index}` })),
    ...Array.from({ length: failed }, (_, index) => ({ ...ofFailed, localId: `f${index}` })),
  ]);
}

async function health(...args: readonly string[]) {
  const out: string[] = [];
  const errors: string[] = [];
  const terminal = {
    out: (line: string) => void out.push(line),
    error: (line: string) => void errors.push(line),
    stop: new AbortController().signal,
    hasColours: false,
  };
  const code = await runShopwright(['health', ...args], terminal);
  return { code, out: out.join('\n'), errors: errors.join('\n') };
}

describe('shopwright health', () => {
  it('says that a sync is healthy, from its SQLite file', async () => {
    const path = join(folder, 'healthy.db');
    const stores = sqliteStores({ path });
    await fill(stores, { synced: 3, failed: 0 });
    await stores.close();
    expect(await health('--shop', 'acme', '--db', path)).toEqual({
      code: 0,
      out: `${shop}: healthy
3 products: 0 failed, 3 pushed in the last hour, 0 stale; 100 % in order`,
      errors: '',
    });
  });

  it('tells machines why it is critical, what the failures have in common and what to do, without the texts', async () => {
    const stores = memoryStores();
    await fill(stores, { synced: 1, failed: 4 });
    const { code, out } = await health('--shop', 'acme', '--json', '--app', moduleOf({ stores }));
    expect(code).toBe(1);
    const told = JSON.parse(out);
    expect(told).toMatchObject({
      ...{ shop, status: 'critical', total: 5, failed: 4, recent: 1, successRate: 20 },
      ...{
        reasons: [expect.stringContaining('20')],
        recommendations: expect.arrayContaining([expect.stringContaining('common cause')]),
      },
      failures: { failed: 4, patterns: [{ code: 'USER_ERROR', count: 4 }] },
    });
    expect(out).not.toContain('Jane');
    expect(told).not.toHaveProperty('api');
    // The stores are the module's.
    expect(await stores.records.list(shop)).toHaveLength(5);
  });

  it('is degraded by the thresholds and the queue of the module', async () => {
    const stores = memoryStores();
    await fill(stores, { synced: 20, failed: 1 });
    const stats = { waiting: 2, delayed: 0, active: 0, dead: 1, oldestWaitingMs: 5, processingMs: null };
    const app = { stores, health: { thresholds: { degradedFailed: 0 }, queue: { stats: async () => stats } } };
    const { code, out } = await health('--shop', 'acme', '--app', moduleOf(app));
    expect(code).toBe(2);
    expect(out).toContain(`${shop}: degraded`);
    expect(out).toContain('Queue: 2 waiting, 0 active, 1 dead');
    expect(out).toContain('     1  USER_ERROR: ');
    expect(out).not.toContain('Jane');
  });

  it.each([
    [[], '--shop is missing'],
    [['--shop', 'acme', '--db', join(folder, 'absent.db')], 'absent.db, which does not exist'],
    [['--shop', 'acme', '--db', 'a', '--app', 'b'], '--db cannot be combined with --app'],
    [['--shop', 'acme', '--app', join(folder, 'absent.mjs')], 'which could not be loaded'],
    [['--shop', 'acme', '--jsno'], "Unknown option '--jsno'. Did you mean --json? Try:"],
  ])('refuses %o', async (args, message) => {
    expect(await health(...args)).toMatchObject({ code: 1, out: '', errors: expect.stringContaining(message) });
    expect(existsSync(join(folder, 'absent.db'))).toBe(false);
  });

  it('refuses a module without stores', async () => {
    const { code, errors } = await health('--shop', 'acme', '--app', moduleOf({ tokens: {} }));
    expect([code, errors]).toEqual([1, expect.stringContaining('has no `stores`')]);
  });
});
