import { ConfigError } from '../../errors/local.ts';
import { systemClock } from '../../internal/clock.ts';
import { createBackground } from './background.ts';
import { createCallLog } from './call-log.ts';
import { skewedCharge } from './cost/skew.ts';
import type { FakeShopify, FakeShopifyOptions } from './fake-shopify-types.ts';
import { fakeWebhooks } from './fake-webhooks.ts';
import { createFaultPlan } from './faults/plan.ts';
import { createGraphqlEngine } from './graphql/engine.ts';
import { loadAdminSchema } from './graphql/schema.ts';
import { createCore } from './http/core.ts';
import { fakeFetch } from './http/fetch.ts';
import { type FakeServer, listen } from './http/listen.ts';
import { mswHandlers } from './http/msw.ts';
import { createShops, shopInfo } from './shops.ts';
import { createFakeStore } from './store/fake-store.ts';
import { openPersistence } from './store/persistence.ts';
import { seedShop } from './store/seed.ts';

const defaultPublications = ['Online Store', 'Point of Sale'];

/**
 * Makes a fake Shopify. It validates against the real Admin schema, charges points from a bucket per app
 * and shop, keeps products, and has faults when a test wants them.
 *
 * @throws ConfigError for options that do not fit.
 * @throws StorageError when `persistFile` cannot be read or written.
 *
 * @example
 * const clock = createManualClock();
 * const fake = createFakeShopify({ clock });
 * fake.faults.next('status-503', { operation: 'productSet' });
 */
export function createFakeShopify(options: FakeShopifyOptions = {}): FakeShopify {
  checkOptions(options);
  const { clock = systemClock, seed = 1, latencyMs = 0, costSkew = 0, apiVersion = '2026-10' } = options;
  const shops = createShops(options.shops ?? [{}], clock);
  const faultPlan = createFaultPlan(options.faults ?? {}, seed);
  const log = createCallLog(options.recordVariables ?? true);

  const persistence = options.persistFile === undefined ? undefined : openPersistence(options.persistFile);
  const store = createFakeStore({ onChange: (changes) => persistence?.append(changes) });
  if (persistence) store.restore(persistence.load());
  for (const shop of shops.all) seedShop(store, shop.domain, shop.options.publications ?? defaultPublications);

  const backgroundErrors: unknown[] = [];
  const background = createBackground(clock, (error) => backgroundErrors.push(error));
  const engine = createGraphqlEngine({
    schema: loadAdminSchema(),
    store,
    clock,
    background,
    shopInfo: (domain) => shopInfo(shops.get(domain)),
    ...(options.resolvers && { resolvers: options.resolvers }),
  });
  const charge = skewedCharge(costSkew, seed);
  const core = createCore({ clock, shops, engine, faultPlan, log, seed, latencyMs, charge });
  const servers = new Set<FakeServer>();

  return {
    fetch: fakeFetch(core),
    get handlers() {
      return mswHandlers(
        core,
        shops.all.map((shop) => shop.domain),
      );
    },
    async listen(where) {
      const server = await listen(core, where);
      servers.add(server);
      return server;
    },
    faults: { next: faultPlan.next, clear: faultPlan.clear },
    calls: log.calls,
    executed: log.executed,
    stats: (shop) => log.stats(shop === undefined ? shops.all : [shops.get(shop)]),
    store,
    products: (shop) => store.all(shops.get(shop).domain, 'Product'),
    snapshot: () => store.snapshot(),
    restore(snapshot) {
      // The file is a log: what is there now must go before the snapshot comes.
      const gone = store.snapshot().flatMap((change) => {
        return change.op === 'put'
          ? [{ op: 'delete', shop: change.shop, kind: change.kind, id: change.entity.id } as const]
          : [];
      });
      persistence?.append([...gone, ...snapshot]);
      store.restore(snapshot);
    },
    deliverWebhook: fakeWebhooks({ shops, store, clock, apiVersion }),
    async close() {
      background.close();
      await Promise.all([...servers].map((server) => server.close()));
      persistence?.close();
      if (backgroundErrors.length > 0)
        throw new AggregateError(backgroundErrors, 'work in the background of the fake failed');
    },
  };
}

function checkOptions({ latencyMs = 0, costSkew = 0 }: FakeShopifyOptions): void {
  const problems = [
    ...(latencyMs >= 0 ? [] : [{ field: 'latencyMs', message: `is ${latencyMs}. Give milliseconds, 0 or more.` }]),
    ...(costSkew >= 0 && costSkew < 1
      ? []
      : [{ field: 'costSkew', message: `is ${costSkew}. Give a share from 0 to below 1.` }]),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}
