import { outOfRange } from './admin/call-limits.ts';
import { createGraphqlClient } from './admin/graphql.ts';
import { createRestClient } from './admin/rest/client.ts';
import type { RestClient } from './admin/rest/types.ts';
import type { GraphqlClient } from './admin/types.ts';
import { staticToken, tokenProblems } from './auth/static-token.ts';
import type { CommonOptions, ShopifyAppOptions, ShopifyClientOptions } from './client-options.ts';
import { resolveApiVersion } from './config/api-version.ts';
import { parseShopDomain } from './config/shop-domain.ts';
import { isShopwrightError } from './errors/guards.ts';
import { ConfigError, type Problem } from './errors/local.ts';
import { type Clock, systemClock } from './internal/clock.ts';
import { tokenBucketLimiter } from './limiter/token-bucket.ts';
import type { LimiterStatus } from './limiter/types.ts';
import type { CallEnvironment } from './request/types.ts';
import { createShopBreaker } from './resilience/circuit-breaker.ts';
import { createRetryBudget } from './resilience/retry-budget.ts';
import { type SharedBreaker, shareBreaker } from './resilience/shared-breaker.ts';
import type { BreakerPolicy, BreakerState, RetryPolicy } from './resilience/types.ts';
import { createRuntime, processRuntime, type ShopGuards, shared } from './runtime.ts';
import { createApiWatch } from './telemetry/api-watch.ts';
import { createEmit, type Emit } from './telemetry/emit.ts';
import { safeLogger } from './telemetry/safe-logger.ts';
import type { Logger } from './telemetry/types.ts';
import { kyTransport } from './transport/ky.ts';

/** A client of one shop. Cheap to make: clients of the same app and shop share bucket and breaker. */
export interface ShopifyClient extends GraphqlClient {
  readonly rest: RestClient;
  /** Domain, such as `acme.myshopify.com`. */
  readonly shop: string;
  readonly apiVersion: string;
  /** The bucket as the limiter sees it, and the breaker. `limiter` is `undefined` before the first call. */
  status(): { readonly limiter: LimiterStatus | undefined; readonly breaker: BreakerState };
}

/** An app installed on many shops. */
export interface ShopifyApp {
  /** @throws ConfigError where the text is no shop's domain. */
  shop(domain: string): ShopifyClient;
}

const defaultRetry: RetryPolicy = { maxRetries: 5, baseDelayMs: 500, maxDelayMs: 30_000 };
const defaultBreaker: BreakerPolicy = { failures: 5, operations: 2, openMs: 300_000, trials: 3 };

/**
 * Makes a client of one shop.
 *
 * @example
 * const shop = createShopifyClient({ shop: 'acme.myshopify.com', accessToken: 'shpat_…' });
 * const { data } = await shop.graphql('query { shop { name } }');
 *
 * @throws ConfigError with all that does not fit, before anything is sent.
 */
export function createShopifyClient(options: ShopifyClientOptions): ShopifyClient {
  const clock = options.clock ?? systemClock;
  const domain = parseShopDomain(options.shop);
  const version = resolveApiVersion(options.apiVersion, clock.now());
  const problems: Problem[] = [...originProblems(options.origin), ...rangeProblems(options)];
  if (!domain.ok) problems.push({ field: 'shop', message: domain.message });
  if (!version.ok) problems.push({ field: 'apiVersion', message: version.message });
  if (options.auth === undefined) problems.push(...tokenProblems(options.accessToken));
  if (problems.length > 0 || !domain.ok || !version.ok) throw new ConfigError(problems);

  const shop = domain.domain;
  const apiVersion = version.version;
  const logger = safeLogger(options.logger);
  if (version.warning !== undefined) logger?.warn({ shop, apiVersion }, version.warning);
  const app = options.appId ?? 'default';
  const origin = options.origin?.replace(/\/$/, '') ?? `https://${shop}`;
  const emit = createEmit(options.telemetry, logger);
  const runtime = options.isolated ? createRuntime() : processRuntime();
  const limiter =
    options.limiter ??
    shared(runtime.limiters, options.origin === undefined ? '' : origin, () => tokenBucketLimiter({ clock }));
  const guards = shared(runtime.guards, `${origin} ${shop} ${app}`, () =>
    createGuards(options, `${origin} ${shop} ${app}`, shop, clock, emit, logger),
  );

  const environment: CallEnvironment = {
    ...guards,
    shop,
    app,
    origin,
    clock,
    limiter,
    emit,
    random: Math.random,
    headers: {
      'user-agent': `${options.userAgentPrefix ? `${options.userAgentPrefix} ` : ''}shopwright`,
      // A test server cannot tell the shop from its own host name.
      ...(options.origin !== undefined && { 'x-shopify-shop-domain': shop }),
    },
    tokens: options.auth ?? staticToken(options.accessToken ?? ''),
    transport: options.transport ?? kyTransport(options.fetch ? { fetch: options.fetch } : {}),
    watch: createApiWatch(shop, apiVersion, runtime.told, emit, logger),
  };

  const calls = {
    apiVersion,
    timeoutMs: options.timeoutMs ?? 30_000,
    deadlineMs: options.deadlineMs,
    retry: { ...defaultRetry, ...options.retry },
  };
  const { costs, documents } = runtime;
  const { graphql } = createGraphqlClient({ ...calls, environment, costs, documents });

  // REST calls have a bucket of their own: https://shopify.dev/docs/api/admin-rest/usage/rate-limits
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
  return {
    shop,
    apiVersion,
    graphql,
    rest,
    status: () => ({ limiter: limiter.status({ shop, app }), breaker: guards.breaker.state() }),
  };
}

function createGuards(
  options: CommonOptions,
  key: string,
  shop: string,
  clock: Clock,
  emit: Emit,
  logger: Logger | undefined,
): ShopGuards {
  const { store, ...given } = options.breaker ?? {};
  const policy = { ...defaultBreaker, ...given };
  const budget = createRetryBudget();
  let tell: SharedBreaker['tell'] | undefined;
  const local = createShopBreaker(shop, policy, clock, (state) => {
    emit({ type: 'breaker', shop, state });
    tell?.(state);
  });
  if (!store) return { breaker: local, budget };
  const onError = (error: unknown): void =>
    logger?.warn(
      { shop, error: isShopwrightError(error) ? error.code : 'UNKNOWN' },
      'the store of the circuit breaker failed',
    );
  const shared = shareBreaker(local, store, `shopwright:breaker:${key}`, policy.openMs, clock, onError);
  tell = shared.tell;
  return { breaker: shared.breaker, budget };
}

/** Makes an app that hands out a client for each of its shops. */
export function createShopifyApp(options: ShopifyAppOptions): ShopifyApp {
  return { shop: (domain) => createShopifyClient({ ...options, shop: domain }) };
}

function originProblems(origin: string | undefined): readonly Problem[] {
  if (origin === undefined) return [];
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  const fits = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !/[?#@]/.test(origin);
  return fits ? [] : [{ field: 'origin', message: 'must be scheme and host only, such as http://127.0.0.1:4010.' }];
}

function rangeProblems({ breaker = {}, retry = {}, ...options }: CommonOptions): readonly Problem[] {
  const { openMs, store: _store, ...counts } = breaker;
  const named = (group: string, values: object): Record<string, unknown> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}.${name}`, value]));
  const times = {
    timeoutMs: options.timeoutMs,
    deadlineMs: options.deadlineMs,
    'rest.requestsPerSecond': options.rest?.requestsPerSecond,
    'breaker.openMs': openMs,
  };
  return [
    ...outOfRange(times, (value) => value > 0, 'must be a number above zero.'),
    ...outOfRange(
      named('breaker', counts),
      (value) => value >= 1 && Number.isInteger(value),
      'must be a whole number of at least 1.',
    ),
    ...outOfRange(named('retry', retry), (value) => value >= 0, 'must be a number of zero or more.'),
  ];
}
