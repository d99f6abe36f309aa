// Reads orders of a fake Shopify into SQLite, and fulfils them: `npm run example:feed`. With SHOPIFY_SHOP and
// SHOPIFY_ACCESS_TOKEN it reads those of your development store, and sends nothing.
import { createShopifyClient } from 'shopwright';
import { createFeed } from 'shopwright/feed';
import { createFakeShopify } from 'shopwright/testing';
import { fulfil } from './fulfil.ts';
import { type Order, OrdersTable, orderFields } from './orders-table.ts';

const { SHOPIFY_SHOP, SHOPIFY_ACCESS_TOKEN, ORDERS_DB = ':memory:' } = process.env;
const now = Date.now();
const orders = Array.from({ length: 5 }, (_, index) => ({
  lineItems: [{ title: 'Mug', price: `${4 + index}.50` }],
  createdAt: new Date(now - (10 - index) * 60_000).toISOString(),
}));
const isReal = SHOPIFY_SHOP !== undefined && SHOPIFY_ACCESS_TOKEN !== undefined;
const fake = createFakeShopify({ shops: [{ orders }] });
const client = isReal
  ? createShopifyClient({ shop: SHOPIFY_SHOP, accessToken: SHOPIFY_ACCESS_TOKEN })
  : createShopifyClient({ shop: 'demo.myshopify.com', accessToken: 'shpat_fake', fetch: fake.fetch });
const table = new OrdersTable(ORDERS_DB);
const feed = createFeed<Order>({ client, resource: 'orders', fields: orderFields });

let caughtUp = 0;
for await (const page of feed.pages({ after: table.cursor() ?? null, everyMs: 4_000 })) {
  table.commit(page);
  console.log(`${page.changes.length} changes, up to ${page.position}`);
  if (!page.isCaughtUp) continue;
  caughtUp += 1;
  const [first] = table.rows();
  if (isReal || caughtUp === 2 || !first) break;
  await fulfil(client, first.id, 'TRACK-1');
  console.log(`sent ${first.name}`);
}
for (const { name, status, total } of table.rows()) console.log(`${name} ${status} ${total}`);
table.close();
await fake.close();
