// @ts-nocheck
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStores } from 'shopwright';
import { createTokenStore } from 'shopwright/auth';
import { createFakeShopify, createManualClock, type FakeShopify, type FakeShopifyOptions } from 'shopwright/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { runShopwright } from '../../src/cli/run-shopwright.ts';

/** What the tests of one file write. */
export let folder = '';

/** Where the module of a test finds the app that the test has made. */
export const place = globalThis as { doctorApp?: object };
let files = 0;
const fakes: FakeShopify[] = [];
export const now = Date.UTC(2026, 10, 30, 12);
export const day = 86_400_000;
export const shop = 'demo.myshopify.com';
export const secret = 'shpss_fake';
export const url = 'https://app.example/webhooks';

/** Gives each test of a file a clean environment. To be called by each file: they may share this module. */
export function isolateDoctor(): void {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shopwright-doctor-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('SHOPIFY_')) vi.stubEnv(name, undefined);
    vi.stubEnv('SHOPIFY_STORE_URL', shop);
    vi.stubEnv('SHOPIFY_ACCESS_TOKEN', 'shpat_fake');
    vi.stubEnv('SHOPIFY_API_KEY', 'fake-client-id');
    vi.stubEnv('SHOPIFY_API_SECRET', secret);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all(fakes.splice(0).map((fake) => fake.close()));
  });
}

/** Tells of the app what the fake does not simulate. */
export const categoryOf = (publicCategory: string): FakeShopifyOptions => ({
  resolvers: { AppInstallation: { app: () => ({ publicCategory }) } },
});

/** A healthy set-up: a fake, an app on it with a token store, and its subscription. */
export async function setUp(options: FakeShopifyOptions = categoryOf('PUBLIC'), clockMs = now) {
  const clock = createManualClock({ now: clockMs });
  const fake = createFakeShopify({ ...options, clock });
  fakes.push(fake);
  const store = memoryStores({ clock }).keyValue;
  const tokens = createTokenStore({
    store,
    keys: [{ id: 'one', secret: 'Zx81Kqm3pL0vRt7yWc2nBf5hJd9sGa4eUi6oXkQzTlM=' }],
  });
  const save = (changes: object = {}, domain = shop) =>
    tokens.replace({ shop: domain }, undefined, {
      ...{ accessToken: 'shpat_fake', accessTokenExpiresAt: clockMs + 3_600_000, scopes: [] },
      ...{ refreshToken: 'shprt_secret', refreshTokenExpiresAt: clockMs + 80 * day },
      ...changes,
    });
  const app = { clientId: 'fake-client-id', clientSecret: secret, tokens, store, fetch: fake.fetch, clock };
  files += 1;
  const file = join(folder, `app-${files}.mjs`);
  writeFileSync(file, `export const app = globalThis.doctorApp;\n`);
  place.doctorApp = app;
  const subscribe = async (topic: string, uri = url) => {
    const response = await fake.fetch(`https://${shop}/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' },
      body: JSON.stringify({
        query: `mutation { webhookSubscriptionCreate(topic: ${topic}, webhookSubscription: { uri: "${uri}" }) { userErrors { message } } }`,
      }),
    });
    expect((await response.json()).data.webhookSubscriptionCreate.userErrors).toEqual([]);
  };
  const run = (...args: string[]) => doctor('--app', file, ...args);
  return { fake, app, clock, tokens, save, subscribe, run, file };
}

export async function doctor(...args: string[]) {
  const out: string[] = [];
  const errors: string[] = [];
  const code = await runShopwright(['doctor', '--json', ...args], {
    out: (line) => void out.push(line),
    error: (line) => void errors.push(line),
    stop: new AbortController().signal,
  });
  expect(errors).toEqual([]);
  const text = out.join('\n');
  expect(text).not.toMatch(/shp[a-z]+_/);
  const report = JSON.parse(text) as {
    findings: { id: string; severity: string; message: string; fix: string; link: string }[];
    passed: string[];
    skipped: { id: string; reason: string }[];
  };
  return { code, ...report, ids: report.findings.map(({ id }) => id) };
}

/** Takes the token from the token store, as an app with OAuth does. */
export const fromStore = (): void => void vi.stubEnv('SHOPIFY_ACCESS_TOKEN', undefined);
