import { randomBytes } from 'node:crypto';
import { createShopifyApp, createShopifyClient, isShopwrightError, kyTransport, memoryStores } from 'shopwright';
import {
  clientCredentials,
  createTokenStore,
  offlineToken,
  sessionTokens,
  tokenExchange,
  verifyAppProxy,
  verifyOAuthQuery,
  verifySessionToken,
} from 'shopwright/auth';
import { migrateToExpiringTokens } from 'shopwright/auth/migration';
import { createOAuth, scopes } from 'shopwright/auth/oauth';
import { shopifyCodegen } from 'shopwright/codegen';
import { loadConfig } from 'shopwright/config';
import { createDashboardHandler } from 'shopwright/dashboard';
import { verifyShopifyAppProxy, verifyShopifySession, verifyShopifyWebhook } from 'shopwright/express';
import { createFeed } from 'shopwright/feed';
import { explainCost, tokenBucketLimiter } from 'shopwright/limiter';
import { bottleneckLimiter, bottleneckRedisConnection } from 'shopwright/limiter/bottleneck';
import { redisLimiter } from 'shopwright/limiter/redis';
import { instrumentShopwright } from 'shopwright/otel';
import { inProcessQueue } from 'shopwright/queue';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { shopifyBreaker, shopifyRetry } from 'shopwright/resilience';
import { postgresStores } from 'shopwright/storage/postgres';
import { redisStores } from 'shopwright/storage/redis';
import { sqliteStores } from 'shopwright/storage/sqlite';
import {
  createFiles,
  createInventory,
  createMetafields,
  createProductQueue,
  createProductSync,
  createShopInfo,
  createSyncWebhooks,
  createTaxonomy,
  groupVariants,
  parseRows,
  readCsv,
  syncSubscriptions,
  writeCsv,
} from 'shopwright/sync';
import { recordTrace } from 'shopwright/telemetry';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { undiciTransport } from 'shopwright/transport/undici';
import { validateProduct, validateProducts } from 'shopwright/validation';
import { createWebhookHandler } from 'shopwright/webhooks';
import { complianceHandlers, uninstalledHandler } from 'shopwright/webhooks/compliance';
import { describe, expect, test } from 'vitest';

/** Called as from JavaScript, without a compiler to check names. */
type Loose = (options: object) => unknown;

/** An option that does not exist. */
const odd = { oddOption: 1 };

const withOdd =
  (make: unknown, ...before: readonly unknown[]): Loose =>
  (options) =>
    (make as (...given: readonly unknown[]) => unknown)(...before, options);

const fake = createFakeShopify();
const shop = createShopifyClient({ shop: 'acme', accessToken: 'test', fetch: fake.fetch });
const auth = { get: async () => 'test', invalidate: async () => false };
const stores = memoryStores();
const tokens = createTokenStore({
  store: stores.keyValue,
  keys: [{ id: 'a', secret: randomBytes(32).toString('base64') }],
} as never);
const app = createShopifyApp({ auth, stores: { ...stores, tokens } });
const sync = createProductSync({ client: shop, stores });
const queue = inProcessQueue();
const products = createProductQueue({ queue, stores, shop: 'acme', sync, source: async () => undefined });
const feed = createFeed({ client: shop, resource: 'orders', store: stores.keyValue, handle: async () => {} });
const inventory = createInventory({ client: shop });
const metafields = createMetafields({ client: shop });
const taxonomy = createTaxonomy({ client: shop });
const info = createShopInfo({ client: shop });
const files = createFiles({ client: shop, stores });
const oauth = createOAuth({
  clientId: 'id',
  secrets: 's',
  scopes: ['read_products'],
  redirectUrl: 'https://app.example.com/callback',
  tokens,
});
const draft = { localId: 'tee', title: 'Tee', variants: [] };
const query = '{ shop { id } }';

const first = async (rows: AsyncIterable<unknown>): Promise<unknown> => {
  for await (const row of rows) return row;
  return undefined;
};

const table: readonly (readonly [string, Loose])[] = [
  ['createShopifyClient', (o) => createShopifyClient({ shop: 'acme', accessToken: 'test', ...o })],
  ['createShopifyApp', (o) => createShopifyApp({ auth, ...o })],
  ['app.forEachShop', (o) => app.forEachShop(async () => {}, o)],
  ['client.graphql', (o) => shop.graphql(query, {}, o)],
  [
    'client.paginate',
    (o) =>
      first(
        shop.paginate(
          'query P($first: Int, $after: String) { products(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }',
          {},
          o,
        ),
      ),
  ],
  ['rest.get', (o) => shop.rest.get('shop.json', o)],
  ['rest.post', (o) => shop.rest.post('products.json', {}, o)],
  ['rest.put', (o) => shop.rest.put('products/1.json', {}, o)],
  ['rest.delete', (o) => shop.rest.delete('products/1.json', o)],
  ['rest.pages', (o) => first(shop.rest.pages('products.json', o))],
  ['bulk.query', (o) => shop.bulk.query('{ products { edges { node { id } } } }', {}, o)],
  [
    'bulk.mutate',
    (o) => shop.bulk.mutate('mutation M($id: ID!) { productDelete(input: { id: $id }) { deletedProductId } }', [], o),
  ],
  ['bulk.resume', (o) => shop.bulk.resume('gid://shopify/BulkOperation/1', o)],
  ['kyTransport', withOdd(kyTransport)],
  ['undiciTransport', withOdd(undiciTransport)],
  ['memoryStores', withOdd(memoryStores)],
  ['sqliteStores', (o) => sqliteStores({ path: ':memory:', ...o })],
  ['postgresStores', withOdd(postgresStores)],
  ['redisStores', withOdd(redisStores)],
  ['keyValue.set', (o) => stores.keyValue.set('k', 'v', o)],
  ['keyValue.setIfAbsent', (o) => stores.keyValue.setIfAbsent('k', 'v', o)],
  ['keyValue.compareAndSet', (o) => stores.keyValue.compareAndSet('k', 'v', 'v', o)],
  ['keyValue.delete', (o) => stores.keyValue.delete('k', o)],
  ['keyValue.lock', (o) => stores.keyValue.lock('k', o)],
  ['records.list', (o) => stores.records.list('acme.myshopify.com', o)],
  ['records.errorPatterns', (o) => stores.records.errorPatterns('acme.myshopify.com', o)],
  ['journal.list', (o) => stores.journal.list('acme.myshopify.com', o)],
  ['tokenBucketLimiter', withOdd(tokenBucketLimiter)],
  ['redisLimiter', withOdd(redisLimiter)],
  ['bottleneckLimiter', withOdd(bottleneckLimiter)],
  ['bottleneckRedisConnection', withOdd(bottleneckRedisConnection)],
  ['explainCost', (o) => explainCost(query, {}, o)],
  ['shopifyRetry', withOdd(shopifyRetry)],
  ['shopifyBreaker', (o) => shopifyBreaker({ shop: 'acme', ...o })],
  ['loadConfig', (o) => loadConfig({}, o)],
  ['clientCredentials', (o) => clientCredentials({ clientId: 'id', clientSecret: 's', ...o })],
  ['offlineToken', (o) => offlineToken({ clientId: 'id', clientSecret: 's', tokens, ...o } as never)],
  ['tokenExchange', (o) => tokenExchange({ clientId: 'id', clientSecret: 's', tokens, ...o } as never)],
  ['sessionTokens', withOdd(sessionTokens)],
  ['createTokenStore', withOdd(createTokenStore)],
  ['verifyOAuthQuery', (o) => verifyOAuthQuery({ query: '', secrets: 's', ...o } as never)],
  ['verifyAppProxy', (o) => verifyAppProxy({ query: '', secrets: 's', ...o } as never)],
  ['verifySessionToken', (o) => verifySessionToken({ token: '', clientId: 'i', secrets: 's', ...o } as never)],
  ['createOAuth', withOdd(createOAuth)],
  [
    'oauth.beginAuth',
    (o) => oauth.beginAuth({ method: 'GET', url: '/?shop=acme.myshopify.com', headers: new Headers() } as never, o),
  ],
  ['scopes.check', (o) => scopes.check(shop, ['read_products'], o)],
  ['migrateToExpiringTokens', withOdd(migrateToExpiringTokens, { clientId: 'id', clientSecret: 's', tokens })],
  ['shopifyCodegen', withOdd(shopifyCodegen)],
  ['createDashboardHandler', withOdd(createDashboardHandler)],
  ['verifyShopifyWebhook', (o) => verifyShopifyWebhook({ secrets: 's', ...o })],
  ['verifyShopifySession', (o) => verifyShopifySession({ clientId: 'id', secrets: 's', ...o })],
  ['verifyShopifyAppProxy', (o) => verifyShopifyAppProxy({ secrets: 's', ...o })],
  ['createFeed', (o) => createFeed({ client: shop, resource: 'orders', ...o })],
  ['feed.read', (o) => feed.read(o)],
  ['feed.run', (o) => feed.run(o)],
  ['feed.follow', (o) => first(feed.follow(o))],
  ['feed.pages', (o) => first(feed.pages(o))],
  ['feed.findDeleted', (o) => feed.findDeleted([], o)],
  ['instrumentShopwright', withOdd(instrumentShopwright)],
  ['recordTrace', withOdd(recordTrace)],
  ['inProcessQueue', withOdd(inProcessQueue)],
  ['bullmqQueue', withOdd(bullmqQueue)],
  ['queue.enqueue', (o) => queue.enqueue({ type: 't', payload: {}, ...o })],
  ['queue.deadJobs', (o) => queue.deadJobs(o)],
  ['queue.drain', (o) => queue.drain(o)],
  ['queue.close', (o) => inProcessQueue().close(o)],
  ['createProductSync', (o) => createProductSync({ client: shop, stores, ...o })],
  ['sync.push', (o) => sync.push(draft, o)],
  ['sync.pushMany', (o) => sync.pushMany([], o)],
  ['sync.createInBulk', (o) => sync.createInBulk([], o)],
  ['sync.retryFailed', (o) => sync.retryFailed([] as never, o)],
  ['sync.plan', (o) => sync.plan([], o)],
  ['sync.apply', (o) => sync.apply({ products: [] } as never, o)],
  ['sync.delete', (o) => sync.delete([], o)],
  ['sync.archive', (o) => sync.archive([], o)],
  ['sync.rollback', (o) => sync.rollback({ runId: 'r' }, o)],
  ['sync.reconcile', (o) => sync.reconcile(o)],
  ['sync.import', (o) => sync.import('gid://shopify/Product/1', o)],
  ['sync.importAll', (o) => first(sync.importAll(o))],
  ['sync.applyWebhook', (o) => sync.applyWebhook({ topic: 'products/update', payload: {} } as never, o)],
  ['sync.health', (o) => sync.health(o)],
  ['sync.watchHealth', withOdd(sync.watchHealth)],
  ['createSyncWebhooks', (o) => createSyncWebhooks({ sync, stores, ...o } as never)],
  ['createProductQueue', (o) => createProductQueue({ queue: inProcessQueue(), stores, shop: 'acme', ...o })],
  ['products.enqueue', (o) => products.enqueue('tee', o)],
  ['products.enqueue, many', (o) => products.enqueue(['tee'], o)],
  ['products.resume', (o) => products.resume(o)],
  ['runs.start', (o) => products.runs.start([], o)],
  ['runs.list', (o) => products.runs.list(o)],
  ['runs.watch', (o) => first(products.runs.watch('r', o))],
  ['runs.retryFailed', (o) => products.runs.retryFailed({ filter: () => true }, o)],
  ['createFiles', (o) => createFiles({ client: shop, stores, ...o })],
  ['files.ensure', (o) => files.ensure([], o)],
  ['createInventory', (o) => createInventory({ client: shop, ...o })],
  ['inventory.set', (o) => inventory.set([], o)],
  ['inventory.adjust', (o) => inventory.adjust([], o)],
  ['createMetafields', (o) => createMetafields({ client: shop, ...o })],
  ['metafields.set', (o) => metafields.set([], o)],
  ['createTaxonomy', (o) => createTaxonomy({ client: shop, ...o })],
  ['taxonomy.search', (o) => taxonomy.search('coffee', o)],
  ['taxonomy.get', (o) => taxonomy.get('aa-1', o)],
  ['taxonomy.resolve', (o) => taxonomy.resolve('A > B', o)],
  ['createShopInfo', (o) => createShopInfo({ client: shop, ...o })],
  ['info.shop', (o) => info.shop(o)],
  ['info.locations', (o) => info.locations(o)],
  ['info.publications', (o) => info.publications(o)],
  ['readCsv', (o) => readCsv('', { localId: 'handle', ...o } as never)],
  ['writeCsv', (o) => first(writeCsv([], o))],
  ['parseRows', (o) => parseRows('[]', { name: 'feed', ...o })],
  ['groupVariants', (o) => groupVariants([], { groupBy: 'id', ...o } as never)],
  ['syncSubscriptions', (o) => syncSubscriptions({ client: shop, desired: [], ...o })],
  ['validateProduct', (o) => validateProduct({}, o)],
  ['validateProducts', (o) => validateProducts([], o)],
  ['createWebhookHandler', (o) => createWebhookHandler({ secrets: 's', on: {}, ...o })],
  ['complianceHandlers', withOdd(complianceHandlers)],
  ['uninstalledHandler', withOdd(uninstalledHandler)],
  ['createFakeShopify', withOdd(createFakeShopify)],
  ['createManualClock', withOdd(createManualClock)],
  ['fake.listen', (o) => createFakeShopify().listen(o)],
  ['fake.emit', (o) => fake.emit('products/update', {}, o)],
  ['fake.rotateWebhookSecret', (o) => fake.rotateWebhookSecret('n', o)],
  ['fake.issueSessionToken', (o) => fake.issueSessionToken(o)],
  ['fake.faults.next', (o) => fake.faults.next('status-500', o)],
  ['fake.hooks.before', (o) => fake.hooks.before('x', () => {}, o)],
  ['fake.hooks.between', (o) => fake.hooks.between('x', 'y', () => {}, o)],
];

/** The rejection of the option: an error, or the refusal of a verifier, which never throws. */
async function refusalOf(call: Loose): Promise<unknown> {
  try {
    const result: unknown = await call(odd);
    return Object(result).ok === false || Object(result).outcome === 'stopped' ? Object(result) : result;
  } catch (error) {
    return isShopwrightError(error, 'CONFIG_INVALID', 'VALIDATION_FAILED', 'QUEUE_FAILED', 'STORAGE_FAILED')
      ? error
      : new Error('another', { cause: error });
  }
}

describe('an unknown option is refused by its name', () => {
  test.each(table)('%s', async (_name, call) => {
    expect(String(Object(await refusalOf(call)).message)).toMatch(/\boddOption\W+ ?is not an option/);
  });
});
