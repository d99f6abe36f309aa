import { generatedApiVersion } from '../../config/generated/api-versions.ts';
import { ConfigError } from '../../errors/errors.ts';
import { systemClock } from '../../internal/clock.ts';
import { unknownNames, unknownValue } from '../../internal/names.ts';
import { createBackground } from './background.ts';
import { bulkOptionProblems } from './bulk/operation.ts';
import { createBulk } from './bulk/runner.ts';
import { createCallLog } from './call-log.ts';
import { skewedCharge } from './cost/operation.ts';
import type { FakeShopify, FakeShopifyOptions } from './fake-shopify-options.ts';
import { createFaultPlan } from './faults/faults.ts';
import { isoNow, type ShopInfo } from './graphql/context.ts';
import { createGraphqlEngine } from './graphql/engine.ts';
import { resumeDeferred } from './graphql/resolvers/deferred.ts';
import { seedOrders } from './graphql/resolvers/orders/seed-orders.ts';
import { createHooks } from './hooks/hooks.ts';
import type { FakeCore } from './http/api.ts';
import { createCore } from './http/core.ts';
import { fakeFetch } from './http/fetch.ts';
import { createGraphqlApi } from './http/graphql-api.ts';
import { type FakeServer, listen } from './http/listen.ts';
import { mswHandlers, warnOfUndici } from './http/msw.ts';
import { oauthRoutes } from './oauth/routes.ts';
import { createApps } from './oauth/session-token.ts';
import { shopControls } from './oauth/shop-controls.ts';
import { createTokenBook } from './oauth/tokens.ts';
import { createRestApi } from './rest/rest-api.ts';
import { fakeSchemas } from './schema.ts';
import { createShops, shopInfo } from './shops.ts';
import { createFakeStore, seedShop } from './store/fake-store.ts';
import { openPersistence } from './store/persistence.ts';
import { deliverNow } from './webhooks/deliver-now.ts';
import { createWebhookEmitter } from './webhooks/emitter.ts';
import { checkWebhookOptions } from './webhooks/options.ts';

const defaultPublications = ['Online Store', 'Point of Sale'];

/**
 * Makes a fake Shopify. It validates against the real Admin schema, charges points from a bucket per app and shop,
 * stores products and orders in memory, and injects faults when a test asks for them.
 *
 * @throws ConfigError if options are invalid.
 * @throws StorageError if `persistFile` cannot be read or written.
 *
 * @example
 * const clock = createManualClock();
 * const fake = createFakeShopify({ clock });
 * fake.faults.next('status-503', { operation: 'productSet' });
 */
export function createFakeShopify(options: FakeShopifyOptions = {}): FakeShopify {
  const schemas = fakeSchemas(options.schemas);
  checkOptions(options, schemas.versions);
  checkWebhookOptions(options.webhooks ?? {});
  const { clock = systemClock, seed = 1, latencyMs = 0, costSkew = 0, apiVersion = generatedApiVersion } = options;
  const shops = createShops(options.shops ?? [{}], clock);
  const apps = createApps(options.apps);
  const faultPlan = createFaultPlan(options.faults ?? {}, seed);
  const log = createCallLog(options.recordVariables ?? true);

  const persistence = options.persistFile === undefined ? undefined : openPersistence(options.persistFile);
  const store = createFakeStore({ onChange: (changes) => persistence?.append(changes) });
  if (persistence) store.restore(persistence.load());
  for (const { domain, options: seed } of shops.all) {
    seedShop(store, domain, seed.publications ?? defaultPublications, seed.locations);
    seedOrders(store, domain, seed, isoNow(clock));
  }

  const backgroundErrors: unknown[] = [];
  const background = createBackground(clock, (error) => backgroundErrors.push(error));
  const infoOf = (domain: string): ShopInfo => shopInfo(shops.get(domain));
  const engine = createGraphqlEngine({
    schemas,
    store,
    clock,
    background,
    shopInfo: infoOf,
    ...(options.resolvers && { resolvers: options.resolvers }),
  });
  const bulk = createBulk({
    engine,
    store,
    clock,
    background,
    seed,
    onExecution: log.addExecution,
    options: options.bulk ?? {},
  });
  const hooks = createHooks((error) => backgroundErrors.push(error));
  const tokens = createTokenBook({ store, clock });
  const closing = new AbortController();
  const answer = createCore({
    clock,
    closing: closing.signal,
    apps,
    shops,
    tokens,
    versions: schemas.versions,
    apis: {
      graphql: createGraphqlApi({ engine: bulk.engine, bulkTypes: bulk.enabled, charge: skewedCharge(costSkew, seed) }),
      rest: createRestApi({ store, clock, background, shopInfo: infoOf }),
    },
    routes: [...oauthRoutes({ apps, shops, store, clock }), ...bulk.routes],
    faultPlan,
    hooks,
    log,
    seed,
    latencyMs,
  });
  const core: FakeCore = async (request) => {
    closing.signal.throwIfAborted();
    return answer(request);
  };
  const webhooks = createWebhookEmitter({
    options: options.webhooks ?? {},
    apps: apps.all,
    background,
    shops,
    store,
    clock,
    seed,
    apiVersion,
    keepBodies: options.recordVariables ?? true,
    onError: (error) => backgroundErrors.push(error),
  });
  const domains = shops.all.map((shop) => shop.domain);
  const resume = (): void => {
    bulk.resume(domains);
    resumeDeferred(domains, { engine, store, clock, background });
  };
  resume();
  const servers = new Set<FakeServer>();
  let stopWatch: (() => void) | undefined;
  const close = async (): Promise<void> => {
    closing.abort(new Error('The fake is closed. Create a new one.'));
    background.close();
    stopWatch?.();
    await bulk.close();
    await webhooks.close();
    await Promise.all([...servers].map((server) => server.close()));
    persistence?.close();
    if (backgroundErrors.length > 0) throw new AggregateError(backgroundErrors, 'background work of the fake failed');
  };

  return {
    fetch: fakeFetch(core),
    get handlers() {
      stopWatch ??= warnOfUndici(domains);
      return mswHandlers(core, domains);
    },
    async listen(where) {
      closing.signal.throwIfAborted();
      const server = await listen(core, where);
      servers.add(server);
      return server;
    },
    faults: { next: faultPlan.next, clear: faultPlan.clear },
    hooks: hooks.script,
    bulk: bulk.script,
    calls: log.calls,
    executions: log.executions,
    executed: log.executed,
    stats: (shop) => log.stats(shop === undefined ? shops.all : [shops.get(shop)]),
    store,
    products: (shop) => store.all(shops.get(shop).domain, 'Product'),
    snapshot: () => store.snapshot(),
    restore(snapshot) {
      // The file is a log, which must be emptied before the snapshot is written.
      const gone = store.snapshot().flatMap((change) => {
        return change.op === 'put'
          ? [{ op: 'delete', shop: change.shop, kind: change.kind, id: change.entity.id } as const]
          : [];
      });
      persistence?.append([...gone, ...snapshot]);
      store.restore(snapshot);
      webhooks.reload();
      resume();
    },
    deliverWebhook: deliverNow({ shops, store, clock, apiVersion }),
    ...webhooks.api,
    ...shopControls({ apps, shops, tokens, store, clock, background }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const optionNames: Record<keyof FakeShopifyOptions, true> = {
  shops: true,
  apps: true,
  clock: true,
  seed: true,
  faults: true,
  latencyMs: true,
  costSkew: true,
  persistFile: true,
  apiVersion: true,
  schemas: true,
  recordVariables: true,
  webhooks: true,
  bulk: true,
  resolvers: true,
};

function checkOptions(options: FakeShopifyOptions, versions: readonly string[]): void {
  const { latencyMs = 0, costSkew = 0, bulk = {} } = options;
  const problems = [
    ...unknownNames(options, optionNames),
    ...unknownValue('apiVersion', options.apiVersion, versions.toReversed()),
    ...(latencyMs >= 0 ? [] : [{ field: 'latencyMs', message: `is ${latencyMs}. Give milliseconds, 0 or more.` }]),
    ...(costSkew >= 0 && costSkew < 1
      ? []
      : [{ field: 'costSkew', message: `is ${costSkew}. Give a share from 0 to below 1.` }]),
    ...bulkOptionProblems(bulk),
  ];
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
}
