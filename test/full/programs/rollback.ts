import { writeSync } from 'node:fs';
import { createShopifyClient } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductSync } from 'shopwright/sync';

/** Rolls a run back and reports each product, until the end or a kill. */
const [origin, path = '', runId = ''] = process.argv.slice(2);
const client = createShopifyClient({ shop: 'demo.myshopify.com', accessToken: 'shpat_fake', origin: origin ?? '' });
await using stores = sqliteStores({ path });
const sync = createProductSync({ client, stores });
const onProgress = (result: object): void => void writeSync(1, `${JSON.stringify(result)}\n`);
const report = await sync.rollback({ runId }, { onProgress });
writeSync(1, `done ${JSON.stringify(report)}\n`);
