import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createTokenStore } from 'shopwright/auth';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createFakeShopify } from 'shopwright/testing';
import { afterAll, expect, it } from 'vitest';
import { sourceProgram } from '../source-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-migration-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const count = 2_000;
const kills = 5;
const secret = randomBytes(32).toString('base64');
const path = join(folder, 'stores.db');

/** Runs the migration, and kills it once it has reported that many shops. */
async function migrate(origin: string, { killAfter = Number.POSITIVE_INFINITY, mode = 'run' } = {}) {
  const program = sourceProgram(new URL('programs/migrate.ts', import.meta.url), [origin, path, secret, mode]);
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'pipe'] });
  let problems = '';
  child.stderr.on('data', (text: Buffer) => {
    problems += text.toString();
  });
  let told = 0;
  let report: { counts: Record<string, number>; dead: [string, string][] } | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('done ')) report = JSON.parse(line.slice(5));
    else if (line.startsWith('migrated ')) told += 1;
    if (told === killAfter) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { report, signal: child.signalCode, problems };
}

it('2,000 shops, 5 kills, 10 % lost responses, 4 % dead: none in doubt, one exchange each', {
  timeout: 600_000,
}, async () => {
  const shops = Array.from({ length: count }, (_, index) => `shop-${index}.myshopify.com`);
  const fake = createFakeShopify({
    apps: [{ clientId: 'crm', clientSecret: 'shpss_crm', id: 'default' }],
    shops: shops.map((domain) => ({ domain, tokens: { [`shpat_${domain}`]: 'default' } })),
    faults: { rate: 0.1, kinds: ['reset-after'] },
    recordVariables: false,
  });
  const { origin } = await fake.listen();
  const sent = (): number => fake.calls.filter(({ operation }) => operation === 'POST oauth/access_token').length;
  const uninstalled = shops.slice(0, 60);
  const revoked = shops.slice(60, 80);
  for (const shop of uninstalled) fake.setShopState(shop, 'uninstalled');
  for (const shop of revoked) fake.revokeTokens(shop);
  {
    await using stores = sqliteStores({ path });
    const tokens = createTokenStore({ store: stores.keyValue, keys: [{ id: 'one', secret }] });
    const none = { accessTokenExpiresAt: null, refreshToken: null, refreshTokenExpiresAt: null, scopes: [] };
    for (const shop of shops) await tokens.replace({ shop }, undefined, { ...none, accessToken: `shpat_${shop}` });
  }

  const dry = await migrate(origin, { mode: 'dry' });
  expect(dry.report?.counts, dry.problems).toMatchObject({ 'to-migrate': count });
  expect(sent()).toBe(0);

  for (let kill = 0; kill < kills; kill += 1) {
    const { signal, problems } = await migrate(origin, { killAfter: 250 });
    expect(signal, problems).toBe('SIGKILL');
  }
  const last = await migrate(origin);
  expect(last.report?.counts, last.problems).toMatchObject({ dead: 80, unfinished: 0, 'to-migrate': 0 });
  const reasons = Object.groupBy(last.report?.dead ?? [], ([, reason]) => reason);
  expect(reasons['not-installed']?.map(([shop]) => shop).sort()).toEqual([...uninstalled].sort());
  expect(reasons['revoked']?.map(([shop]) => shop).sort()).toEqual([...revoked].sort());

  const before = sent();
  const second = await migrate(origin);
  expect(second.report?.counts).toMatchObject({ migrated: 0, untouched: count - 80, dead: 80, unfinished: 0 });
  expect(sent()).toBe(before);

  // One chain of tokens for each shop, and its last token is stored.
  await using stores = sqliteStores({ path });
  const tokens = createTokenStore({ store: stores.keyValue, keys: [{ id: 'one', secret }] });
  let exchanges = 0;
  for (const shop of shops.slice(80)) {
    const chain = fake.store.all(shop, 'RefreshToken').map(({ id }) => id.split('/').at(-1));
    exchanges += chain.length;
    expect(fake.store.all(shop, 'AccessToken')).toHaveLength(1);
    expect(chain).toEqual([(await tokens.get({ shop }))?.tokens.refreshToken]);
  }
  expect(exchanges).toBe(count - 80);
  // One repeat for each lost response and for each exchange interrupted by a kill.
  expect(before).toBeLessThanOrEqual(count * 1.25 + kills * 8);
  await fake.close();
});
