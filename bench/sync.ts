// What a plan of unchanged drafts costs: a stream of products with records in SQLite, compared with validate +
// stringify + sha256 and reading the same records in batches, each measurement in a separate process. Prints CPU per
// draft, the ratio, and the plan's peak memory: by default, and with a limit that makes V8 collect garbage. With memory
// to spare, V8 lets garbage grow over the first 100,000 drafts. `npm run bench:sync` in the root; sizes as arguments,
// 10,000 and 100,000 by default.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShopifyClient, type SyncRecord } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductSync } from 'shopwright/sync';
import { createFakeShopify } from 'shopwright/testing';
import { validateProduct } from 'shopwright/validation';

const shop = 'demo.myshopify.com';

const product = (index: number) => ({
  localId: `p-${String(index).padStart(7, '0')}`,
  title: `Product ${index}`,
  descriptionHtml: `<p>${'Soft and warm. '.repeat(20)}</p>`,
  vendor: 'Us',
  tags: ['one', 'two', `t-${index % 7}`],
  variants: ['S', 'M', 'L'].map((Size) => ({ sku: `${index}-${Size}`, price: '10.00', options: { Size } })),
});

function* products(count: number) {
  for (let index = 0; index < count; index += 1) yield product(index);
}

const open = (path: string) => {
  const fake = createFakeShopify();
  const client = createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: fake.fetch });
  const stores = sqliteStores({ path });
  return { stores, sync: createProductSync({ client, stores }) };
};

/** Pushes one product, and gives its record to all of them, each with the hash of its own draft, as a push would. */
async function prepare(path: string, count: number): Promise<void> {
  const { stores, sync } = open(path);
  await sync.push(product(0));
  const first = await stores.records.get(shop, product(0).localId);
  if (!first) throw new Error('The first product has no record.');
  const { hashOfText, saidText } = await import('../src/sync/plan/product-facts.ts');
  const batch: SyncRecord[] = [];
  for (const draft of products(count)) {
    const checked = validateProduct(draft);
    if (!checked.ok) throw new Error(`${draft.localId} is invalid.`);
    const hash = hashOfText(saidText(checked.draft, []));
    batch.push({ ...first, localId: draft.localId, gid: `gid://shopify/Product/${draft.localId}`, hash });
    if (batch.length === 1_000) await stores.records.putMany(batch.splice(0));
  }
  await stores.records.putMany(batch);
  await stores.close();
}

async function plan(path: string, count: number): Promise<void> {
  const { stores, sync } = open(path);
  const { counts } = await sync.plan(products(count));
  if (counts.unchanged !== count) throw new Error(`Only ${counts.unchanged} of ${count} drafts are unchanged.`);
  await stores.close();
}

async function bare(path: string, count: number): Promise<void> {
  const { stores } = open(path);
  let after: string | undefined;
  let pending: ReadonlyMap<string, SyncRecord> = new Map();
  for (const draft of products(count)) {
    const checked = validateProduct(draft);
    createHash('sha256').update(JSON.stringify(checked)).digest('base64url');
    if (pending.has(draft.localId)) continue;
    const page = await stores.records.list(shop, { limit: 1_000, ...(after !== undefined && { after }) });
    pending = new Map(page.map((record) => [record.localId, record]));
    after = page.at(-1)?.localId;
  }
  await stores.close();
}

/** A heap twice as large as a plan needs. */
const smallHeap = ['--max-semi-space-size=8', '--max-old-space-size=64'];

const works = { prepare, plan, bare };
const [work, path = '', size = ''] = process.argv.slice(2);
if (work !== undefined && work in works) {
  const before = process.cpuUsage();
  await works[work as keyof typeof works](path, Number(size));
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(
    JSON.stringify({ cpuMs: (user + system) / 1_000, peakMb: process.resourceUsage().maxRSS / 1_024 }),
  );
} else {
  const sizes = process.argv.slice(2).map(Number);
  const folder = mkdtempSync(join(tmpdir(), 'shopwright-bench-'));
  try {
    console.log('drafts     plan µs   bare µs   ratio   peak MB   in a heap of 64 MB');
    for (const count of sizes.length > 0 ? sizes : [10_000, 100_000]) {
      const file = join(folder, `${count}.db`);
      const measure = (name: keyof typeof works, flags: readonly string[] = []) =>
        JSON.parse(
          execFileSync(
            process.execPath,
            [...process.execArgv, ...flags, import.meta.filename, name, file, String(count)],
            {
              encoding: 'utf8',
              stdio: ['ignore', 'pipe', 'inherit'],
            },
          ),
        ) as { readonly cpuMs: number; readonly peakMb: number };
      measure('prepare');
      const [planned, least, small] = [measure('plan'), measure('bare'), measure('plan', smallHeap)];
      const us = ({ cpuMs }: { readonly cpuMs: number }): string => ((cpuMs * 1_000) / count).toFixed(1).padStart(7);
      const ratio = (planned.cpuMs / least.cpuMs).toFixed(2).padStart(7);
      const [peak, bounded] = [planned, small].map(({ peakMb }) => peakMb.toFixed(0).padStart(9));
      console.log(`${String(count).padEnd(9)} ${us(planned)}   ${us(least)} ${ratio} ${peak} ${bounded}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
