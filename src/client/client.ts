import type { ForEachShopOptions, ForEachShopReport } from '../auth/each-shop.ts';
import { staticToken, tokenProblems } from '../auth/static-token.ts';
import type { Bulk } from '../bulk/bulk.ts';
import { resolveApiVersion } from '../config/api-version.ts';
import { parseShopDomain } from '../config/shop-domain.ts';
import { ConfigError, type Issue, isShopwrightError } from '../errors/errors.ts';
import { createGraphqlClient, type GraphqlClient } from '../graphql/graphql.ts';
import type { PaginateArguments, PaginatingClient, Pagination } from '../graphql/paginate.ts';
import type { CallEnvironment } from '../http/call.ts';
import { kyTransport } from '../http/ky.ts';
import { withDefaults } from '../http/request-options.ts';
import { type ApiVersions, createApiWatch } from '../http/version-watch.ts';
import { systemClock } from '../internal/clock.ts';
import { lateModule } from '../internal/late-module.ts';
import { tokenBucketLimiter } from '../limiter/token-bucket.ts';
import type { BreakerState, TelemetryEvent } from '../ports/events.ts';
import type { LimiterStatus } from '../ports/rate-limiter.ts';
import { createRestClient } from '../rest/client.ts';
import type { RestClient } from '../rest/rest.ts';
import { safeLogger, Telemetry } from '../telemetry/telemetry.ts';
import type { CustomerData, CustomerErasureReport, CustomerPerson, ErasureReport } from '../webhooks/erasure.ts';
import {
  appProblems,
  clientProblems,
  defaultBreaker,
  defaultRetry,
  type ShopifyAppOptions,
  type ShopifyClientOptions,
} from './options.ts';
import { createRuntime, processRuntime, shared, shopStateFor } from './shop-state.ts';

/** A client of one shop. Cheap to create: clients of the same app and shop share a bucket and a breaker. */
export interface ShopifyClient extends GraphqlClient, PaginatingClient {
  readonly rest: RestClient;
  /** Bulk operations: all of a shop's products or orders in one call. Loaded on first use. */
  readonly bulk: Bulk;
  /** Domain of the shop, such as `acme.myshopify.com`. */
  readonly shop: string;
  readonly apiVersion: string;
  /**
   * Returns the state of the bucket as the limiter sees it, of the breaker and of the API version. `limiter` is
   * `undefined` before the first call.
   */
  status(): {
    readonly limiter: LimiterStatus | undefined;
    readonly breaker: BreakerState;
    readonly versions: ApiVersions;
  };
}

const loadBulk = lateModule(() => import('../bulk/bulk.ts'));

/** An app that is installed on many shops. */
export interface ShopifyApp {
  /** Returns the client of one shop. @throws ConfigError if `domain` is not a shop's domain. */
  shop(domain: string): ShopifyClient;
  /**
   * Runs a function for each shop that has an offline token in `stores.tokens`, several at a time. With `resume`, the
   * name of a run, a process continues where an earlier one was killed.
   *
   * @throws ConfigError without `stores.tokens`, or if an option is invalid. @throws StorageError @throws the signal's
   * reason.
   *
   * @example
   * const { failed } = await app.forEachShop((shop) => setPrices(shop), { concurrency: 8, resume: 'prices-2026-12' });
   */
  forEachShop(
    work: (shop: ShopifyClient) => Promise<unknown>,
    options?: ForEachShopOptions,
  ): Promise<ForEachShopReport>;
  /**
   * Erases everything that `stores` and `queue` hold about a shop for this app, and reports what was erased. The
   * erasure is remembered: a job that was queued before and fails later leaves no dead letter. Safe to repeat.
   *
   * @throws ConfigError without `stores.keyValue`. @throws AggregateError with the errors of the stores.
   */
  eraseShop(shop: string): Promise<ErasureReport>;
  /** Erases what is stored about one customer: deliveries that are waiting or dead letters. @throws as `eraseShop`. */
  eraseCustomer(shop: string, person: CustomerPerson): Promise<CustomerErasureReport>;
  /** Returns what `eraseCustomer` would erase. @throws as `eraseShop`. */
  exportCustomer(shop: string, person: CustomerPerson): Promise<readonly CustomerData[]>;
}

/** Loaded with the first page: most processes read no pages. */
const loadPaginate = lateModule(() => import('../graphql/paginate.ts'));

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/**
 * Creates a client for one shop.
 *
 * @example
 * const shop = createShopifyClient({ shop: 'acme.myshopify.com', accessToken: 'shpat_…' });
 * const { data } = await shop.graphql('query { shop { name } }');
 *
 * @throws ConfigError listing every invalid option, before anything is sent.
 */
export function createShopifyClient(options: ShopifyClientOptions): ShopifyClient {
  const problems: Issue[] = [...clientProblems(options)];
  // If the options are refused, their clock may not be one.
  const clock = (problems.length === 0 && options.clock) || systemClock;
  const domain = parseShopDomain(options.shop);
  const version = resolveApiVersion(options.apiVersion, clock.now());
  if (!domain.ok) problems.push({ field: 'shop', message: domain.message });
  if (!version.ok) problems.push({ field: 'apiVersion', message: version.message });
  if (options.auth === undefined) problems.push(...tokenProblems(options.accessToken));
  if (problems.length > 0 || !domain.ok || !version.ok)
    throw new ConfigError('Invalid configuration', { issues: problems });

  const shop = domain.domain;
  const apiVersion = version.version;
  const logger = safeLogger(options.logger);
  const app = options.appId ?? 'default';
  const origin = options.origin === undefined ? `https://${shop}` : new URL(options.origin).origin;
  const telemetry = new Telemetry(options.telemetry, logger);
  const runtime = options.isolated ? createRuntime() : processRuntime(options.fetch);
  const { noticed } = runtime;
  if (version.warning !== undefined && !noticed.has(version.warning)) {
    noticed.add(version.warning);
    logger?.warn({ shop, apiVersion }, version.warning);
  }
  const limiter =
    options.limiter ??
    shared(runtime.limiters, options.origin === undefined ? '' : origin, () => tokenBucketLimiter({ clock }));
  const client = { origin, shop, app, clock, logger };
  const { breaker, budget, seen } = shopStateFor(client, runtime.shops, options.breaker ?? {}, defaultBreaker);

  const transport = options.transport ?? kyTransport(options.fetch ? { fetch: options.fetch } : {});
  const tokens = options.auth ?? staticToken(options.accessToken ?? '');
  const testOrigin = options.origin === undefined ? undefined : origin;

  const emit = (event: TelemetryEvent): void => telemetry.emit(event);
  const watch = createApiWatch({ shop, asked: apiVersion, noticed, seen, clock, telemetry, logger });

  const environment: CallEnvironment = {
    breaker,
    breakerListener: {
      changed: (state) => telemetry.emit({ type: 'breaker', shop, state }),
      storeFailed: (error) =>
        logger?.warn(
          { shop, error: isShopwrightError(error) ? error.code : 'UNKNOWN' },
          'the store of the circuit breaker failed',
        ),
    },
    budget,
    shop,
    app,
    origin,
    clock,
    limiter,
    telemetry,
    random: Math.random,
    headers: {
      'user-agent': `${options.userAgentPrefix ? `${options.userAgentPrefix} ` : ''}shopwright`,
      // A test server cannot see the shop in its own host name.
      ...(options.origin !== undefined && { 'x-shopify-shop-domain': shop }),
    },
    tokens: tokens.connect?.({ origin: testOrigin, transport, clock, logger, emit, kept: runtime.tokens }) ?? tokens,
    maxResponseBytes: options.maxResponseBytes ?? 32 * 1024 * 1024,
    transport,
    watch,
    policy: options.policy,
  };

  const calls = {
    apiVersion,
    timeoutMs: options.timeoutMs ?? 30_000,
    deadlineMs: options.deadlineMs,
    retry: withDefaults(defaultRetry, options.retry),
  };
  const { costs, documents } = runtime;
  const { graphql } = createGraphqlClient({ ...calls, environment, costs, documents });

  // REST calls have a separate bucket: https://shopify.dev/docs/api/admin-rest/usage/rate-limits
  const restLimiter =
    options.limiter ??
    shared(runtime.restLimiters, options.origin === undefined ? '' : origin, () =>
      tokenBucketLimiter({ clock, maximumAvailable: 40, restoreRate: 2 }),
    );
  const rest = createRestClient({
    ...calls,
    environment: { ...environment, limiter: restLimiter, app: `${app}:rest` },
    requestsPerSecond: options.rest?.requestsPerSecond,
  });
  const bulkShop = { graphql, shop, app, origin, apiVersion, clock, fetch: options.fetch, logger };
  const late = (name: keyof Bulk) =>
    (async (...given: never[]) =>
      ((await loadBulk()).createBulk(bulkShop, options.bulk)[name] as (...given: never[]) => unknown)(
        ...given,
      )) as never;
  return {
    shop,
    apiVersion,
    graphql,
    paginate: ((...given: PaginateArguments) => {
      const read = async function* (each: 'readPages' | 'readNodes') {
        yield* (await loadPaginate())[each](pages, graphql, documents, shop, given);
      };
      const pages: Mutable<Pagination<unknown>> = {
        cursor: undefined,
        pages: () => read('readPages') as ReturnType<Pagination<unknown>['pages']>,
        [Symbol.asyncIterator]: () => read('readNodes'),
      };
      return pages;
    }) as PaginatingClient['paginate'],
    rest,
    bulk: { query: late('query'), mutate: late('mutate'), resume: late('resume'), notify: late('notify') },
    status: () => ({
      limiter: limiter.status({ shop, app }),
      breaker: breaker.state(),
      versions: watch.versions(),
    }),
  };
}

/**
 * Creates an app, which provides a client for each of its shops.
 *
 * @throws ConfigError listing every invalid option, immediately rather than with the first shop.
 *
 * @example
 * ```ts
 * const app = createShopifyApp({ auth: clientCredentials({ clientId, clientSecret }) });
 * const { data } = await app.shop('acme.myshopify.com').graphql('{ shop { name } }');
 * ```
 */
export function createShopifyApp(options: ShopifyAppOptions): ShopifyApp {
  const problems: Issue[] = [...appProblems(options)];
  const version = resolveApiVersion(
    options.apiVersion,
    ((problems.length === 0 && options.clock) || systemClock).now(),
  );
  if (!version.ok) problems.push({ field: 'apiVersion', message: version.message });
  if (options.auth === undefined)
    problems.push({ field: 'auth', message: 'is missing: pass a token source, with get and invalidate.' });
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  const { stores: _stores, queue: _queue, ...common } = options;
  const shop = (domain: string): ShopifyClient => createShopifyClient({ ...common, shop: domain });
  const shops = lateModule(async () => (await import('./app-shops.ts')).createAppShops(options, shop));
  return {
    shop,
    forEachShop: async (...given) => (await shops()).forEachShop(...given),
    eraseShop: async (...given) => (await shops()).eraseShop(...given),
    eraseCustomer: async (...given) => (await shops()).eraseCustomer(...given),
    exportCustomer: async (...given) => (await shops()).exportCustomer(...given),
  };
}
