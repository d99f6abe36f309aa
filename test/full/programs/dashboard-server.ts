// A service with 100,000 records on SQLite, 10,000 jobs and a dashboard, on the built package.
//
// node dashboard-server.ts <SQLite file>
//
// Prints its address. A line on its input triggers an action: `event` makes one call to the fake, `streams` prints the
// number of open responses, `cpu` the milliseconds of CPU used.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { createShopifyClient } from 'shopwright';
import { createDashboardHandler, dashboardListener } from 'shopwright/dashboard';
import { inProcessQueue } from 'shopwright/queue';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductSync } from 'shopwright/sync';
import { createFakeShopify } from 'shopwright/testing';

const [path = ':memory:'] = process.argv.slice(2);
const shop = 'demo.myshopify.com';
const fake = createFakeShopify();
const queue = inProcessQueue({ concurrency: 1, retryDelaysMs: [] });
const client = createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: fake.fetch });
const stores = sqliteStores({ path });
const sync = createProductSync({ client, stores, health: { queue } });
const dashboard = createDashboardHandler({
  sync,
  queue,
  title: 'test',
  source: (localId) => ({ localId, title: `Pushed ${localId}`, variants: [{ sku: `S-${localId}`, price: '1.00' }] }),
  authorize: () => 'act',
});

queue.process('never-ends', () => new Promise(() => undefined));
queue.process('fails', () => Promise.reject(new Error('Ada Lovelace, ada@example.com, is not at home')));
await queue.enqueue({ type: 'fails', payload: {} });
await queue.drain();
for (let job = 0; job < 10_000; job += 1) await queue.enqueue({ type: 'never-ends', payload: { job } });

const listener = dashboardListener(dashboard);
let open = 0;
const server = createServer((request, response) => {
  open += 1;
  response.once('close', () => {
    open -= 1;
  });
  listener(request, response);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/ops/shopify`);
});

createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'event') void client.graphql('query DashboardEvent { shop { name } }');
  if (line === 'cpu') console.log(`cpu ${(process.cpuUsage().user + process.cpuUsage().system) / 1_000}`);
  if (line === 'streams') console.log(`open ${open}`);
});
