// Starts some bulk queries at once, and prints the number of rows of each.
import { createShopifyClient } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';

const [origin = '', path = '', name = '', count = ''] = process.argv.slice(2);
const stores = sqliteStores({ path });
const { bulk } = createShopifyClient({
  shop: 'demo',
  accessToken: 'shpat_fake',
  origin,
  bulk: { store: stores.keyValue },
});
const rows = await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    const run = await bulk.query<{ id: string }>(
      `{ products(query: "title:Product* OR title:${name}${index}") { edges { node { id } } } }`,
    );
    let found = 0;
    for await (const _ of run) found += 1;
    return found;
  }),
);
process.stdout.write(JSON.stringify(rows));
await stores.close();
