import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createShopifyClient } from 'shopwright';
import { createFeed, type FeedEvent } from 'shopwright/feed';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { type Order, OrdersTable, orderFields } from '../../../examples/order-feed/orders-table.ts';

/**
 * Copies orders into SQLite, and prints how many changes took effect, until it is killed. Its input is webhooks, one
 * per line.
 */
const [origin = '', path = '', pageSize = '100'] = process.argv.slice(2);
const client = createShopifyClient({ shop: 'demo.myshopify.com', accessToken: 'shpat_fake', origin });
const feed = createFeed<Order>({
  ...{ client, resource: 'orders', fields: orderFields, settleMs: 1_000, pageSize: Number(pageSize) },
  store: sqliteStores({ path: `${path}.stores` }).keyValue,
});
createInterface({ input: process.stdin }).on('line', (line) => void feed.notify(JSON.parse(line) as FeedEvent));

const table = new OrdersTable(path);
const tell = (): void => void writeSync(1, `${table.count()}\n`);
tell();
for await (const page of feed.pages({ after: table.cursor() ?? null, everyMs: 5_000 })) {
  table.commit(page);
  tell();
}
