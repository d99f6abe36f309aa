// Pushes a catalogue into a shop every night, with the sync state in SQLite: `npm run example:nightly` shows four
// nights on a fake Shopify. With SHOPIFY_SHOP, SHOPIFY_ACCESS_TOKEN and CATALOGUE it is the program for cron:
//
//   15 2 * * *  cd /srv/shop && node examples/nightly-sync/main.ts >> nightly.log || mail -s "nightly sync: $?" ops < nightly.log
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShopifyClient } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductSync } from 'shopwright/sync';
import { createFakeShopify } from 'shopwright/testing';
import { type ExitCode, nightly } from './nightly.ts';

const { SHOPIFY_SHOP, SHOPIFY_ACCESS_TOKEN, CATALOGUE, SYNC_DB = 'sync.db' } = process.env;
/** How many products a night may archive, and how many variants it may delete. */
const maxDeletes = { products: 2, variants: 20 };
const log = console.log;

async function realNight(shop: string, accessToken: string, file: string): Promise<ExitCode> {
  await using stores = sqliteStores({ path: SYNC_DB });
  const sync = createProductSync({ client: createShopifyClient({ shop, accessToken }), stores });
  return nightly({ sync, file, maxDeletes, log });
}

async function fourNights(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nightly-'));
  await using fake = createFakeShopify();
  const client = createShopifyClient({ shop: 'demo.myshopify.com', accessToken: 'shpat_fake', fetch: fake.fetch });
  const head = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price';
  const tees = Array.from({ length: 6 }, (_, at) => `tee-${at},Tee ${at},Size,M,TEE-${at}-M,${19 + at}.00`);
  const nights = {
    'the whole catalogue': tees,
    'another price, and a product less': [...tees.slice(0, 4), 'tee-4,Tee 4,Size,M,TEE-4-M,17.00'],
    'a price in words': [...tees.slice(0, 4), 'tee-4,Tee 4,Size,M,TEE-4-M,on request'],
    'a file that broke off': tees.slice(0, 1),
  };
  try {
    for (const [night, rows] of Object.entries(nights)) {
      const file = join(folder, 'catalogue.csv');
      writeFileSync(file, [head, ...rows].join('\n'));
      // Each night is a separate process: only the SQLite file is left of the last one.
      await using stores = sqliteStores({ path: join(folder, 'sync.db') });
      log(`\n== ${night}`);
      log(`exit code ${await nightly({ sync: createProductSync({ client, stores }), file, maxDeletes, log })}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

if (SHOPIFY_SHOP && SHOPIFY_ACCESS_TOKEN && CATALOGUE)
  process.exitCode = await realNight(SHOPIFY_SHOP, SHOPIFY_ACCESS_TOKEN, CATALOGUE);
else await fourNights();
