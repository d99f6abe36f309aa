import { writeSync } from 'node:fs';
import { createTokenStore } from 'shopwright/auth';
import { migrateToExpiringTokens } from 'shopwright/auth/migration';
import { sqliteStores } from 'shopwright/storage/sqlite';

/** Migrates the tokens of all shops and reports each, until the end or a kill. */
const [origin = '', path = '', secret = '', mode = ''] = process.argv.slice(2);
await using stores = sqliteStores({ path });
const tokens = createTokenStore({ store: stores.keyValue, keys: [{ id: 'one', secret }] });
const app = { clientId: 'crm', clientSecret: 'shpss_crm', requestTimeoutMs: 2_000, tokens, store: stores.keyValue };
const { counts, shops } = await migrateToExpiringTokens(
  { ...app, origin },
  { concurrency: 8, dryRun: mode === 'dry', onShop: ({ shop, outcome }) => void writeSync(1, `${outcome} ${shop}\n`) },
);
const dead = shops.flatMap((one) => (one.outcome === 'dead' ? [[one.shop, one.reason]] : []));
writeSync(1, `done ${JSON.stringify({ counts, dead })}\n`);
