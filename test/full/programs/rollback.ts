import { createShopifyClient } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductSync } from 'shopwright/sync';

/** Rolls a run back and tells of each product, until the end or a kill. */
const [origin, path = '', runId = ''] = process.argv.slice(2);
const client = createShopifyClient({ shop: 'demo.myshopify.com', accessToken: 'shpat_fake', origin: origin ?? '' });
await using stores = sqliteStores({ path });
const sync = createProductSync({ client, stores });
const onProgress = (result: object): void => void process.stdout.write(`${JSON.stringify(result)}\n`);
const report = await sync.rollback({ runId }, { onProgress });
process.stdout.write(`done ${JSON.stringify(report)}\n`);
