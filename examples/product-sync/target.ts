import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from 'shopwright/config';
import { createFakeShopify, type FakeShopify } from 'shopwright/testing';
import type { Arguments } from './arguments.ts';

/** The target shop. */
export interface Target {
  readonly kind: 'embedded' | 'fake' | 'live';
  readonly shop: string;
  readonly accessToken: string;
  readonly apiVersion: string | undefined;
  readonly origin: string | undefined;
  /** Folder of the sync records. */
  readonly folder: string;
  readonly fake: FakeShopify | undefined;
  close(): Promise<void>;
}

/** The shop of both fakes; `npm run fake` accepts the same token. */
export const demoShop = { domain: 'demo.myshopify.com', token: 'shpat_fake' };

/** Determines the target shop, starts the fake if needed, and prints clearly which shop it is. */
export async function openTarget(options: Arguments): Promise<Target> {
  if (options.live) return liveTarget(options);
  const folder = folderOf(options, options.origin === undefined ? 'embedded' : new URL(options.origin).host);
  const common = { shop: demoShop.domain, accessToken: demoShop.token, apiVersion: undefined, folder };
  if (options.origin !== undefined) {
    console.log(`=== FAKE SHOPIFY at ${options.origin}: no real shop is touched ===\n`);
    return { ...common, kind: 'fake', origin: options.origin, fake: undefined, close: () => Promise.resolve() };
  }
  const fake = createFakeShopify({
    shops: [{ domain: demoShop.domain, tokens: { [demoShop.token]: 'demo' }, plan: options.plan }],
    faults: { rate: options.faults },
    seed: 7,
    latencyMs: 30,
    persistFile: join(folder, 'shop.jsonl'),
  });
  const server = await fake.listen();
  console.log(`=== FAKE SHOPIFY inside this process (${server.origin}): no real shop is touched ===\n`);
  return { ...common, kind: 'embedded', origin: server.origin, fake, close: () => server.close() };
}

function liveTarget(options: Arguments): Target {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig();
  if (config.accessToken === undefined) {
    console.error('--live needs SHOPIFY_STORE_URL and SHOPIFY_ACCESS_TOKEN. Copy .env.example and fill it in.');
    process.exit(2);
  }
  for (const warning of config.warnings) console.warn(`Warning: ${warning.message}`);
  const line = '!'.repeat(72);
  console.log(
    `${line}\n!!!  LIVE: this talks to the REAL shop ${config.shop}${options.dryRun ? ' (dry run: it changes nothing)' : ''}\n${line}\n`,
  );
  return {
    kind: 'live',
    shop: config.shop,
    accessToken: config.accessToken,
    apiVersion: config.apiVersion,
    origin: undefined,
    folder: folderOf(options, config.shop),
    fake: undefined,
    close: () => Promise.resolve(),
  };
}

function folderOf(options: Arguments, name: string): string {
  const folder = join(options.data, name.replace(/[^a-z0-9.-]/gi, '_'));
  if (options.fresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}
