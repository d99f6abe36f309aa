// @ts-nocheck
import { randomBytes } from 'node:crypto';
import { memoryStores } from 'shopwright';
import { createTokenStore, type TokenStore } from 'shopwright/auth';
import { type MigratingApp, migrateToExpiringTokens } from 'shopwright/auth/migration';
import { createFakeShopify, createManualClock, type FakeShopify, type ManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';

const credentials = { clientId: 'crm', clientSecret: 'shpss_crm' };
const day = 86_400_000;

interface Installed {
  readonly fake: FakeShopify;
  readonly clock: ManualClock;
  readonly app: MigratingApp;
  readonly tokens: TokenStore;
  readonly shops: readonly string[];
}

/** An app with so many shops, each with a token that never expires. */
async function installed(count: number, changes: Partial<MigratingApp> = {}): Promise<Installed> {
  const clock = createManualClock({ now: 1_795_000_000_000 });
  const shops = Array.from({ length: count }, (_, index) => `shop-${index}.myshopify.com`);
  const fake = createFakeShopify({
    clock,
    apps: [{ ...credentials, id: 'default' }],
    shops: shops.map((domain) => ({ domain, tokens: { [`shpat_${domain}`]: 'default' } })),
  });
  const store = memoryStores({ clock }).keyValue;
  const tokens = createTokenStore({ store, keys: [{ id: 'one', secret: randomBytes(32) }] });
  for (const shop of shops) {
    await tokens.replace({ shop }, undefined, {
      accessToken: `shpat_${shop}`,
      accessTokenExpiresAt: null,
      refreshToken: null,
      refreshTokenExpiresAt: null,
      scopes: ['write_products'],
    });
  }
  return { fake, clock, tokens, shops, app: { ...credentials, tokens, store, fetch: fake.fetch, clock, ...changes } };
}

const sent = (fake: FakeShopify): number =>
  fake.calls.filter(({ operation }) => operation === 'POST oauth/access_token').length;

/** Runs to its end while the clock runs. */
async function running<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const end = work.finally(() => {
    isOver = true;
  });
  end.catch(() => undefined);
  while (!isOver) await clock.advance(1_000);
  return end;
}

describe('a migration', () => {
  it('exchanges each token once, and a second run sends nothing', async () => {
    const { fake, app, tokens, shops } = await installed(5);
    const told: string[] = [];
    const report = await migrateToExpiringTokens(app, { onShop: ({ shop }) => told.push(shop) });
    expect(report.counts).toEqual({ migrated: 5, untouched: 0, 'to-migrate': 0, dead: 0, unfinished: 0 });
    expect([told.sort(), sent(fake)]).toEqual([shops, 5]);
    for (const shop of shops) {
      expect((await tokens.get({ shop }))?.tokens).toMatchObject({
        accessToken: expect.stringMatching(/^shpat_[0-9a-f]{32}$/),
        accessTokenExpiresAt: expect.any(Number),
        refreshToken: expect.stringMatching(/^shprt_/),
      });
    }
    const again = await migrateToExpiringTokens(app);
    expect([again.counts.untouched, sent(fake)]).toEqual([5, 5]);
  });

  it('sends and stores nothing on a dry run', async () => {
    const { fake, app, tokens } = await installed(3);
    const keys = async (): Promise<number> => {
      let count = 0;
      for await (const _key of app.store.scan('')) count += 1;
      return count;
    };
    const before = await keys();
    const report = await migrateToExpiringTokens(app, { dryRun: true });
    expect(report).toMatchObject({ dryRun: true, counts: { 'to-migrate': 3, migrated: 0 } });
    expect([sent(fake), await keys()]).toEqual([0, before]);
    expect((await tokens.get({ shop: 'shop-0.myshopify.com' }))?.tokens.refreshToken).toBeNull();
  });

  it('says which shops are dead and why, and asks nobody for them again until they install anew', async () => {
    const { fake, app, tokens } = await installed(3);
    fake.setShopState('shop-0.myshopify.com', 'uninstalled');
    fake.revokeTokens('shop-1.myshopify.com');
    const report = await migrateToExpiringTokens(app);
    expect(report.shops).toEqual([
      { shop: 'shop-0.myshopify.com', outcome: 'dead', reason: 'not-installed' },
      { shop: 'shop-1.myshopify.com', outcome: 'dead', reason: 'revoked' },
      { shop: 'shop-2.myshopify.com', outcome: 'migrated' },
    ]);
    const before = sent(fake);
    expect((await migrateToExpiringTokens(app)).counts).toMatchObject({ dead: 2, untouched: 1 });
    expect((await migrateToExpiringTokens(app, { dryRun: true })).counts).toMatchObject({ dead: 2, 'to-migrate': 0 });
    expect(sent(fake)).toBe(before);

    const owner = { shop: 'shop-1.myshopify.com' };
    const entry = await tokens.get(owner);
    if (entry) await tokens.replace(owner, entry.version, { ...entry.tokens, accessToken: 'shpat_new' });
    expect((await migrateToExpiringTokens(app, { dryRun: true })).counts).toMatchObject({ dead: 1, 'to-migrate': 1 });
  });

  it('asks again for a response that was lost, and gets the same pair', async () => {
    const { fake, clock, app, tokens } = await installed(1);
    fake.faults.next('reset-after', { operation: 'POST oauth/access_token' });
    const report = await running(clock, migrateToExpiringTokens(app));
    expect([report.counts.migrated, sent(fake)]).toEqual([1, 2]);
    const pair = (await tokens.get({ shop: 'shop-0.myshopify.com' }))?.tokens;
    // The first token of the shop's chain, and no second one.
    expect(fake.store.all('shop-0.myshopify.com', 'RefreshToken')).toHaveLength(1);
    expect(pair?.refreshToken).toMatch(/^shprt_/);
  });

  it('goes on in a later run where Shopify was gone, for 7 days', async () => {
    const { fake, clock, app } = await installed(2);
    const lost = 'POST oauth/access_token';
    for (let time = 0; time < 20; time += 1) fake.faults.next('reset-after', { operation: lost });
    const first = await running(clock, migrateToExpiringTokens(app, { concurrency: 1 }));
    expect(first.counts).toMatchObject({ unfinished: 2 });
    await clock.advance(6 * day);
    const second = await running(clock, migrateToExpiringTokens(app));
    expect(second.counts).toMatchObject({ migrated: 2 });
  });

  it('says so where the response was lost longer ago', async () => {
    const { fake, clock, app } = await installed(1);
    for (let time = 0; time < 10; time += 1) fake.faults.next('reset-after', { operation: 'POST oauth/access_token' });
    await running(clock, migrateToExpiringTokens(app));
    await clock.advance(8 * day);
    expect((await running(clock, migrateToExpiringTokens(app))).shops).toEqual([
      { shop: 'shop-0.myshopify.com', outcome: 'dead', reason: 'recovery-expired' },
    ]);
  });

  it('ends with a wrong secret, and calls no shop dead for it', async () => {
    const { fake, app } = await installed(20, { clientSecret: 'shpss_wrong' });
    await expect(migrateToExpiringTokens(app, { concurrency: 2 })).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      reason: 'app-credentials',
    });
    expect(sent(fake)).toBeLessThanOrEqual(4);
    expect((await migrateToExpiringTokens({ ...app, clientSecret: 'shpss_crm' })).counts.migrated).toBe(20);
  });

  it('ends when it is told to, and goes on later', async () => {
    const { fake, app } = await installed(10);
    const stop = new AbortController();
    const run = migrateToExpiringTokens(app, {
      concurrency: 1,
      signal: stop.signal,
      onShop: () => stop.abort(new Error('enough')),
    });
    await expect(run).rejects.toThrow('enough');
    expect(sent(fake)).toBe(1);
    expect((await migrateToExpiringTokens(app)).counts).toMatchObject({ migrated: 9, untouched: 1 });
  });

  it('leaves alone other apps, online tokens and tokens that expire', async () => {
    const { fake, app, tokens } = await installed(1);
    const permanent = { accessToken: 'shpat_x', accessTokenExpiresAt: null, refreshToken: null };
    const more = { ...permanent, refreshTokenExpiresAt: null, scopes: [] };
    await tokens.replace({ shop: 'a.myshopify.com', appId: 'other' }, undefined, more);
    await tokens.replace({ shop: 'a.myshopify.com', userId: '1' }, undefined, more);
    await tokens.replace({ shop: 'b.myshopify.com' }, undefined, { ...more, accessTokenExpiresAt: 5 });
    const report = await migrateToExpiringTokens(app);
    expect([report.shops, sent(fake)]).toEqual([
      [
        { shop: 'b.myshopify.com', outcome: 'untouched' },
        { shop: 'shop-0.myshopify.com', outcome: 'migrated' },
      ],
      1,
    ]);
  });

  it('refuses options that do not exist', async () => {
    const { app } = await installed(1);
    await expect(migrateToExpiringTokens(app, { dryrun: true } as object)).rejects.toThrow('Did you mean dryRun?');
    await expect(migrateToExpiringTokens({ ...app, store: undefined as never })).rejects.toThrow('store');
    await expect(migrateToExpiringTokens(app, { concurrency: 0 })).rejects.toThrow('concurrency');
  });
});
