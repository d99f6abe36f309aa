/** Makes a query and a mutation on the shop at the given origin, and prints the number of requests of each. */
import { createShopifyClient, kyTransport } from 'shopwright';
import { undiciTransport } from 'shopwright/transport/undici';

const [origin = '', transport = ''] = process.argv.slice(2);
const shop = createShopifyClient({
  ...{ shop: 'acme', accessToken: 'shpat_frozen', origin, timeoutMs: 400, retry: { baseDelayMs: 1 } },
  transport: transport === 'undici' ? undiciTransport() : kyTransport(),
});
// Late loading and the first connection take their own time.
await shop.graphql('query Warm { shop { name } }', {}, { timeoutMs: 20_000 });
const attempts: unknown[] = [];
for (const call of [
  'query Frozen { shop { name } }',
  'mutation Frozen { productCreate(product: {}) { product { id } } }',
])
  attempts.push(await shop.graphql(call).then((result) => result.attempts, String));
console.log(JSON.stringify(attempts));
process.exit();
