// @ts-nocheck
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStores } from 'shopwright';
import { createTokenStore } from 'shopwright/auth';
import type { MigratingApp } from 'shopwright/auth/migration';
import { createFakeShopify, type FakeShopify } from 'shopwright/testing';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { runShopwright } from '../../src/cli/run-shopwright.ts';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-tokens-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Where the module of a test finds the app that the test has made. */
const place = globalThis as { testedApp?: MigratingApp };
let file = '';
let files = 0;
const other = join(folder, 'other.mjs');
writeFileSync(other, 'export const tokens = 1;\n');

const names = ['a.myshopify.com', 'b.myshopify.com', 'c.myshopify.com'];
let fake: FakeShopify;

beforeEach(async () => {
  // A module is loaded once, and each test has an app of its own.
  files += 1;
  file = join(folder, `app-${files}.mjs`);
  writeFileSync(file, 'export const app = globalThis.testedApp;\n');
  fake = createFakeShopify({
    apps: [{ clientId: 'crm', clientSecret: 'shpss_crm', id: 'default' }],
    shops: names.map((domain) => ({ domain, tokens: { [`shpat_${domain}`]: 'default' } })),
  });
  const store = memoryStores().keyValue;
  const secret = 'Zx81Kqm3pL0vRt7yWc2nBf5hJd9sGa4eUi6oXkQzTlM=';
  const tokens = createTokenStore({ store, keys: [{ id: 'one', secret }] });
  for (const shop of names) {
    const none = { refreshToken: null, refreshTokenExpiresAt: null, accessTokenExpiresAt: null, scopes: [] };
    await tokens.replace({ shop }, undefined, { ...none, accessToken: `shpat_${shop}` });
  }
  place.testedApp = { clientId: 'crm', clientSecret: 'shpss_crm', tokens, store, fetch: fake.fetch };
});

async function run(args: readonly string[], ask?: (question: string) => Promise<boolean>) {
  const out: string[] = [];
  const errors: string[] = [];
  const code = await runShopwright(['tokens', ...args], {
    out: (line) => void out.push(line),
    error: (line) => void errors.push(line),
    stop: new AbortController().signal,
    ...(ask && { ask }),
  });
  return { code, out: out.join('\n'), errors: errors.join('\n') };
}

it('says which shops have a token that never expires, and sends nothing', async () => {
  const { code, out, errors } = await run(['report', '--app', file]);
  expect([code, errors, fake.calls.length]).toEqual([2, '', 0]);
  expect(out).toContain('3  to migrate: their tokens never expire');
  expect(out).toContain('a.myshopify.com  to migrate');
});

it('migrates after a yes, and then has nothing left to do', async () => {
  fake.setShopState('b.myshopify.com', 'uninstalled');
  const asked: string[] = [];
  const no = await run(['migrate', '--app', file], async (question) => {
    asked.push(question);
    return false;
  });
  expect([no.code, fake.calls.length]).toEqual([1, 0]);
  expect(asked).toEqual(['Exchange the tokens of 3 shops? There is no way back.']);
  expect(no.errors).toContain('Nothing was sent');

  const yes = await run(['migrate', '--app', file, '--yes']);
  expect(yes).toMatchObject({ code: 2, errors: '' });
  expect(yes.out).toContain('2  migrated');
  expect(yes.out).toContain('b.myshopify.com  dead: not-installed');
  const sent = fake.calls.length;
  const again = await run(['migrate', '--app', file]);
  expect([again.code, fake.calls.length]).toEqual([2, sent]);
  expect(again.out).toContain('2  untouched: their tokens expire');
});

it.each([
  [['report'], '--app is missing'],
  [['report', '--app', '/no/such/file.mjs'], 'could not be loaded'],
  [['report', '--app', other], 'exports no `app`'],
  [['revoke', '--app', other], 'needs one of report and migrate'],
  [['report', '--app', other, '--fast'], "Unknown option '--fast'"],
])('refuses %j', async (args, message) => {
  const { code, errors } = await run(args);
  expect(code).toBe(1);
  expect(errors).toContain(message);
});

it('refuses a concurrency that is no number', async () => {
  expect((await run(['report', '--app', file, '--concurrency', 'x'])).errors).toContain('concurrency');
});

it('has a help', async () => {
  const { code, out } = await run(['--help']);
  expect([code, out]).toEqual([0, expect.stringContaining('Usage: shopwright tokens report')]);
});
