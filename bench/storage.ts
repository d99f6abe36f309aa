// What the SQLite store costs: upserts in batches compared with plain node:sqlite, and counts over a million records.
// Prints a table of medians; nothing is asserted, since machines differ. `npm run bench:storage` in the root.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SyncRecord } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';

const shop = 'acme.myshopify.com';
const rounds = 5;
const upserts = 10_000;
const batch = 1_000;
const million = 1_000_000;
const counted = 300;
const table = 'shopwright_sync_records';

const record = (index: number, status: SyncRecord['status']): SyncRecord => ({
  shop,
  localId: `product-${index}`,
  version: 1,
  gid: `gid://shopify/Product/${index}`,
  status,
  hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  parts: { images: 'a1', publications: 'b2' },
  lastError: null,
  attempts: 0,
  lastSyncData: null,
  lastSyncedAt: 1_793_000_000_000 + index,
  lastAttemptAt: 1_793_000_000_000 + index,
  shopifyUpdatedAt: '2026-11-02T09:15:00Z',
});
const records = (status: SyncRecord['status']) => Array.from({ length: upserts }, (_, index) => record(index, status));

/** Upserts per second, by the clock and by CPU time: other programs on the machine only lower the first. */
async function rates(work: () => unknown): Promise<readonly [clock: number, cpu: number]> {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const clockMs = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return [(upserts / clockMs) * 1_000, (upserts / (user + system)) * 1_000_000];
}

function quantile(figures: readonly number[], share: number): number {
  const sorted = [...figures].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The same rows with one prepared statement in one transaction: without checks, counts and turns for others. */
function plainUpsert(database: DatabaseSync): (all: readonly SyncRecord[]) => void {
  const columns = database
    .prepare(`select name from pragma_table_info('${table}')`)
    .all()
    .map(({ name }) => name);
  const updates = columns.map((name) => `${name} = excluded.${name}`).join(', ');
  const statement = database.prepare(
    `insert into ${table} (shop, local_id, gid, status, hash, parts, last_error, attempts, last_sync_data, last_synced_at,
       last_attempt_at, shopify_updated_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (shop, local_id) do update set ${updates}`,
  );
  return (all) => {
    database.exec('begin');
    for (const one of all) {
      const { parts, lastSyncedAt, lastAttemptAt } = one;
      const row = [one.shop, one.localId, one.gid, one.status, one.hash, JSON.stringify(parts), null, one.attempts];
      statement.run(...row, null, lastSyncedAt, lastAttemptAt, one.shopifyUpdatedAt);
    }
    database.exec('commit');
  };
}

const folder = mkdtempSync(join(tmpdir(), 'shopwright-bench-'));
try {
  const found: Record<string, number[]> = {};
  const note = (name: string, figures: readonly number[]): void => {
    for (const [index, figure] of figures.entries()) {
      const key = `${name} ${index}`;
      found[key] = [...(found[key] ?? []), figure];
    }
  };
  const measure = async (who: string, put: (all: readonly SyncRecord[]) => unknown): Promise<void> => {
    for (const [name, status] of [
      ['new', 'pending'],
      ['known', 'synced'],
    ] as const) {
      const all = records(status);
      note(`${who} ${name}`, await rates(() => put(all)));
    }
  };
  for (let round = 0; round < rounds; round++) {
    const path = join(folder, `round-${round}.sqlite`);
    const stores = sqliteStores({ path });
    await stores.records.counts(shop);
    const putAll = async (all: readonly SyncRecord[]): Promise<void> => {
      for (let start = 0; start < all.length; start += batch) {
        await stores.records.putMany(all.slice(start, start + batch));
      }
    };
    await measure('shopwright', putAll);
    await stores.close();

    // The peer has the same table and indexes in its own file, without counts.
    const own = join(folder, `plain-${round}.sqlite`);
    const made = sqliteStores({ path: own });
    await made.records.counts(shop);
    await made.close();
    const plain = new DatabaseSync(own);
    for (const { name } of plain.prepare(`select name from sqlite_master where type = 'trigger'`).all()) {
      plain.exec(`drop trigger "${name}"`);
    }
    plain.exec('pragma synchronous = normal');
    const upsert = plainUpsert(plain);
    await measure('plain', upsert);
    plain.close();
  }

  console.log(`\n## SQLite: ${upserts} upserts in batches of ${batch}, median of ${rounds} rounds\n`);
  console.log('| rows | shopwright | plain node:sqlite | ratio |\n| --- | --- | --- | --- |');
  for (const name of ['new', 'known']) {
    for (const [index, unit] of ['s', 's of CPU'].entries()) {
      const [ours = 0, theirs = 1] = ['shopwright', 'plain'].map((who) =>
        quantile(found[`${who} ${name} ${index}`] ?? [], 0.5),
      );
      const shown = [ours, theirs].map((figure) => `${Math.round(figure)}/${unit}`).join(' | ');
      console.log(`| ${name} | ${shown} | ${(ours / theirs).toFixed(2)} |`);
    }
  }

  const path = join(folder, 'million.sqlite');
  const stores = sqliteStores({ path });
  await stores.records.counts(shop);
  console.error(`… creating ${million} records`);
  const filling = new DatabaseSync(path);
  filling.exec(`with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${million})
    insert into ${table} (shop, local_id, gid, status, attempts, last_synced_at)
    select '${shop}', 'product-' || n, 'gid://shopify/Product/' || n,
      case n % 5 when 0 then 'failed' when 1 then 'pending' else 'synced' end, 0, 1700000000000 + (n % 400) * 86400000
    from numbers`);
  const group = filling.prepare(`select status, count(*) from ${table} where shop = ? group by status`);

  const times: Record<string, number[]> = { counts: [], ageCounts: [], plain: [] };
  const time = async (name: string, work: () => unknown): Promise<void> => {
    const start = performance.now();
    await work();
    times[name]?.push(performance.now() - start);
  };
  for (let index = 0; index < counted; index++) {
    // A change in between, so that no result is cached.
    await stores.records.put(record(index + 1, index % 2 === 0 ? 'syncing' : 'synced'));
    await time('counts', () => stores.records.counts(shop));
    await time('ageCounts', () => stores.records.ageCounts(shop));
    if (index < 10) await time('plain', () => group.all(shop));
  }
  console.log(`\n## Counts over ${million} records, in milliseconds\n`);
  console.log('| | p50 | p95 |\n| --- | --- | --- |');
  const names = { counts: 'counts()', ageCounts: 'ageCounts()', plain: 'plain: count(*) group by status' };
  for (const [key, name] of Object.entries(names)) {
    const [half, most] = [0.5, 0.95].map((share) => quantile(times[key] ?? [], share).toFixed(2));
    console.log(`| ${name} | ${half} | ${most} |`);
  }
  filling.close();
  await stores.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
