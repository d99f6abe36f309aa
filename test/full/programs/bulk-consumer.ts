// Reads all products by a bulk query with a key, and writes each one and the position after it in one transaction.
import { DatabaseSync } from 'node:sqlite';
import { createShopifyClient } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';

const [origin = '', path = '', pauseAt = ''] = process.argv.slice(2);
const stores = sqliteStores({ path: `${path}.stores` });
const { bulk } = createShopifyClient({
  shop: 'demo',
  accessToken: 'shpat_fake',
  origin,
  bulk: { store: stores.keyValue },
});
const db = new DatabaseSync(path);
db.exec(
  'create table if not exists seen (id text, at integer); create table if not exists place (one integer primary key, position text)',
);
const kept = db.prepare('select position from place').get()?.['position'];
const query = '{ products { edges { node { id variants { edges { node { id } } } } } } }';
const run =
  typeof kept === 'string'
    ? await bulk.resume<{ id: string }>(kept)
    : await bulk.query<{ id: string }>(query, {}, { key: 'all', groupObjects: true });
process.stdout.write(`started ${run.id}\n`);
const insert = db.prepare('insert into seen values (?, ?)');
const save = db.prepare('insert or replace into place values (1, ?)');
let count = 0;
for await (const { id } of run) {
  db.exec('begin');
  insert.run(id, process.pid);
  save.run(run.position);
  db.exec('commit');
  count += 1;
  if (count === Number(pauseAt)) {
    process.stdout.write('paused\n');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
}
process.stdout.write('done\n');
await stores.close();
