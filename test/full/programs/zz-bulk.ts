import { createShopifyClient, memoryStores } from 'shopwright';
import { inProcessQueue } from 'shopwright/queue';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductQueue, createProductSync } from 'shopwright/sync';
import { createFakeShopify } from 'shopwright/testing';
import { idsOf, source } from './catalogue.ts';
import { mkdtempSync } from 'node:fs';
const total = Number(process.argv[2] ?? 1000);
const kind = process.argv[3] ?? 'sqlite';
const shop = 'demo.myshopify.com';
const fake = createFakeShopify({ shops: [{ domain: shop, plan: 'plus' }] });
const stores = kind === 'memory' ? memoryStores() : sqliteStores({ path: `${mkdtempSync('/tmp/n/r16/x')}/a.db` });
const client = createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: fake.fetch, isolated: true });
const sync = createProductSync({ client, stores, concurrency: 32 });
const queue = inProcessQueue();
const products = createProductQueue({ sync, queue, stores, shop, source });
const t0 = performance.now();
await products.runs.start(idsOf(total), { id: 'load', bulkFrom: 1 });
let phase = '';
for await (const run of products.runs.watch('load', { everyMs: 50 })) {
  if (run.progress.phase !== phase) { phase = run.progress.phase; console.log(phase, Math.round(performance.now() - t0)); }
}
console.log('end', Math.round(performance.now() - t0), fake.stats());
const ops = fake.store.all(shop, 'BulkOperation');
for (const o of ops) console.log(o.id, o.createdAt, o.completedAt, o.status);
console.log(fake.calls.map((c) => `${c.rootFields[0]} ${c.at ?? ''}`).slice(-20));
await queue.close(); await fake.close(); await stores.close();
