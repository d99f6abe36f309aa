// @ts-nocheck
import type { BulkSettings } from '../bulk/query.ts';
import type { Issue } from '../errors/errors.ts';
import type { HostPolicy } from '../http/host-policy.ts';
import { outOfRange } from '../http/request-options.ts';
import type { Clock } from '../internal/clock.ts';
import { isRecord } from '../internal/json.ts';
import { missingMethods, unknownNames } from '../internal/names.ts';
import type { TelemetryListener } from '../ports/events.ts';
import type { Logger } from '../ports/logger.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { Transport } from '../ports/transport.ts';
import type { BreakerPolicy, BreakerStore } from '../resilience/breaker.ts';
import type { RetryPolicy } from '../resilience/retry.ts';
import type { DeadLetterQueue, ErasableStores } from '../webhooks/erasure.ts';

/** Options that one client and a whole app have in common. */
export interface CommonOptions {
  /** Name of the app; buckets belong to an app on a shop. Default `default`. */
  readonly appId?: string;
  /** Default: the version this package is generated for. */
  readonly apiVersion?: string;
  /** A test server in place of `https://{shop}`, such as `http://127.0.0.1:4010`: scheme and host, and a port. */
  readonly origin?: string;
  /**
   * `true` takes an `origin` of plain http that is not on this machine, such as a fake in a container beside it: the
   * access token goes there in clear text. Default `false`.
   */
  readonly allowInsecureOrigin?: boolean;
  /** Replaces the global `fetch`, looked up at each request. */
  readonly fetch?: typeof fetch;
  /** Default: ky over `fetch`. */
  readonly transport?: Transport;
  /** Default: a token bucket in this process, shared by all clients of the same app and shop. */
  readonly limiter?: RateLimiter;
  /**
   * When to stop calling a shop that fails. With a `store`, processes share the news of a failing shop. All clients of an app and
   * shop share the breaker that the first one sets up; `logger` is warned where another asks for something else.
   */
  readonly breaker?: Partial<BreakerPolicy> & { readonly store?: BreakerStore };
  readonly retry?: Partial<RetryPolicy>;
  /**
   * Runs around each call, its waits and retries included: a bulkhead or a timeout of cockatiel, say. What it rejects with
   * passes as it is where nothing was sent. It need not retry; a mutation that may have been carried out is not sent
   * again by it.
   */
  readonly policy?: HostPolicy;
  /**
   * REST calls. `requestsPerSecond`: how many Shopify gives back each second. Default 2, or 20 where the
   * bucket's size says Plus; set 4 for Advanced.
   */
  readonly rest?: { readonly requestsPerSecond?: number | undefined };
  /** Bulk operations: the store that processes share, and how much memory a join may take. */
  readonly bulk?: BulkSettings;
  /** Milliseconds for one attempt. Default 30,000. */
  readonly timeoutMs?: number;
  /** Milliseconds for everything, waits included. None by default. */
  readonly deadlineMs?: number;
  /**
   * Most bytes of a response's body, decompressed. A larger one is an `InvalidResponseError` that is not retried, and
   * of a mutation an `OutcomeUnknownError`. Default 33,554,432 (32 MiB).
   */
  readonly maxResponseBytes?: number;
  readonly logger?: Logger;
  /** Receives an event for each permit, attempt, retry and call. */
  readonly telemetry?: TelemetryListener;
  /** Put in front of the `User-Agent` header. */
  readonly userAgentPrefix?: string;
  /** `true` gives the client a bucket and a breaker of its own. Default `false`. */
  readonly isolated?: boolean;
  /** Time, for tests. */
  readonly clock?: Clock;
}

/** Options of `createShopifyClient`: a shop and, for it, either a token or a token source. */
export type ShopifyClientOptions = CommonOptions & {
  /** `acme`, `acme.myshopify.com` or `https://acme.myshopify.com`. */
  readonly shop: string;
} & (
    | { /** Admin API access token. */ readonly accessToken: string; readonly auth?: undefined }
    | { readonly auth: TokenSource; readonly accessToken?: undefined }
  );

/** Options of `createShopifyApp`. */
export type ShopifyAppOptions = CommonOptions & {
  readonly auth: TokenSource;
  /**
   * What the app keeps, for `forEachShop`, `eraseShop`, `eraseCustomer` and `exportCustomer`: the stores of an adapter, and
   * as `tokens` the token store. Default: none, and these methods refuse to run.
   */
  readonly stores?: ErasableStores;
  /** The queue of the webhook handler, whose dead letters hold whole bodies. Default: none. */
  readonly queue?: DeadLetterQueue;
};

/** How a client retries, where nothing else is said. */
export const defaultRetry: RetryPolicy = {
  maxRetries: 5,
  baseDelayMs: 500,
  maxDelayMs: 30_000,
  maxThrottledMs: 300_000,
};

/** When a client stops calling a shop, where nothing else is said. */
export const defaultBreaker: BreakerPolicy = { failures: 5, operations: 2, openMs: 300_000, trials: 3 };

const commonNames: Record<keyof CommonOptions, true> = {
  appId: true,
  apiVersion: true,
  origin: true,
  allowInsecureOrigin: true,
  fetch: true,
  transport: true,
  limiter: true,
  breaker: true,
  retry: true,
  policy: true,
  rest: true,
  bulk: true,
  timeoutMs: true,
  deadlineMs: true,
  maxResponseBytes: true,
  logger: true,
  telemetry: true,
  userAgentPrefix: true,
  isolated: true,
  clock: true,
};

const breakerNames: Record<keyof NonNullable<CommonOptions['breaker']>, true> = {
  failures: true,
  operations: true,
  openMs: true,
  trials: true,
  store: true,
};

const retryNames: Record<keyof RetryPolicy, true> = {
  maxRetries: true,
  baseDelayMs: true,
  maxDelayMs: true,
  maxThrottledMs: true,
};

/** What is invalid in the options of a client: unknown names, the origin, and numbers out of range. */
export function clientProblems(options: ShopifyClientOptions): readonly Issue[] {
  return [
    ...unknownNames(options, { ...commonNames, shop: true, accessToken: true, auth: true }),
    ...valueProblems(options),
  ];
}

/** What is invalid in the options of an app. */
export function appProblems(options: ShopifyAppOptions): readonly Issue[] {
  return [
    ...unknownNames(options, { ...commonNames, auth: true, stores: true, queue: true }),
    ...valueProblems(options),
  ];
}

/** The methods of what a host can plug in. */
const methods: Readonly<Record<string, readonly string[]>> = {
  limiter: ['acquire', 'status', 'close'],
  transport: ['send'],
  auth: ['get', 'invalidate'],
  logger: ['debug', 'info', 'warn', 'error'],
  clock: ['now', 'monotonic', 'setTimer'],
};

function valueProblems(options: CommonOptions & { readonly auth?: TokenSource | undefined }): readonly Issue[] {
  const given: Readonly<Record<string, unknown>> = { ...options };
  const groups = ['retry', 'breaker', 'rest'].filter((name) => given[name] !== undefined && !isRecord(given[name]));
  const { appId = 'default', userAgentPrefix = '' } = options;
  const problems = [
    ...Object.entries(methods).flatMap(([name, needed]) => missingMethods(name, given[name], needed)),
    ...groups.map((field) => ({ field, message: 'must be an object of options.' })),
    ...['fetch', 'telemetry']
      .filter((name) => given[name] !== undefined && typeof given[name] !== 'function')
      .map((field) => ({ field, message: 'must be a function.' })),
  ];
  if (typeof appId !== 'string' || !appId || appId.length > 100)
    problems.push({ field: 'appId', message: 'must be a text of 1 to 100 characters.' });
  if (!/^[ -~]*$/.test(userAgentPrefix))
    problems.push({ field: 'userAgentPrefix', message: 'must be plain text that a header can hold.' });
  // What is no object has no options that could be looked at.
  if (groups.length > 0) return problems;
  return [
    ...problems,
    ...missingMethods('breaker.store', options.breaker?.store, ['get', 'set', 'delete']),
    ...unknownNames(options.breaker, breakerNames, 'breaker.'),
    ...unknownNames(options.rest, { requestsPerSecond: true }, 'rest.'),
    ...originProblems(options),
    ...policyProblems(options.policy),
    ...rangeProblems(options),
    ...retryProblems(options.retry, {}, 'retry.'),
  ];
}

function policyProblems(policy: unknown): readonly Issue[] {
  if (policy === undefined || (isRecord(policy) && typeof policy['execute'] === 'function')) return [];
  return [{ field: 'policy', message: 'must have a method execute(fn, signal), as the policies of cockatiel do.' }];
}

function originProblems({ origin, allowInsecureOrigin = false }: CommonOptions): readonly Issue[] {
  if (origin === undefined) return [];
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  // A parser forgives white space, missing slashes and odd numbers: it could lead elsewhere than a reader believes.
  const text = String(origin).toLowerCase().replace(/\/$/, '');
  const isExact = url && [url.origin, `${url.origin}:${url.protocol === 'https:' ? 443 : 80}`].includes(text);
  if (!isExact || !/^https?:$/.test(url.protocol)) {
    return [{ field: 'origin', message: 'must be scheme and host only, such as http://127.0.0.1:4010.' }];
  }
  if (url.protocol === 'https:' || allowInsecureOrigin || isLoopback(url.hostname)) return [];
  const message =
    'is plain http on another machine, which would get the access token in clear text. Use https, or set ' +
    'allowInsecureOrigin: true for a test server in a network of your own.';
  return [{ field: 'origin', message }];
}

function isLoopback(hostname: string): boolean {
  return hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname) || /^(.+\.)?localhost$/.test(hostname);
}

function rangeProblems({ breaker = {}, ...options }: CommonOptions): readonly Issue[] {
  const times = {
    timeoutMs: options.timeoutMs,
    deadlineMs: options.deadlineMs,
    maxResponseBytes: options.maxResponseBytes,
    'rest.requestsPerSecond': options.rest?.requestsPerSecond,
  };
  const { store: _store, ...policy } = breaker;
  return [
    ...outOfRange(times, (value) => value > 0, 'must be a number above zero.'),
    ...breakerProblems(policy, 'breaker.'),
  ];
}

/** What is invalid in a breaker's numbers. */
export function breakerProblems({ openMs, ...counts }: Partial<BreakerPolicy>, group = ''): readonly Issue[] {
  return [
    ...outOfRange({ [`${group}openMs`]: openMs }, (value) => value > 0, 'must be a number above zero.'),
    ...outOfRange(
      named(group, counts),
      (value) => value >= 1 && Number.isInteger(value),
      'must be a whole number of at least 1.',
    ),
  ];
}

/**
 * What is invalid in a retry policy: unknown names, and numbers out of range.
 *
 * @param others Options that stand beside it.
 */
export function retryProblems(
  retry: Partial<RetryPolicy> = {},
  others: Readonly<Record<string, true>> = {},
  group = '',
): readonly Issue[] {
  return [
    ...unknownNames(retry, { ...retryNames, ...others }, group),
    ...outOfRange(
      named(group, Object.fromEntries(Object.keys(retryNames).map((name) => [name, retry[name as keyof RetryPolicy]]))),
      (value) => value >= 0,
      'must be a number of zero or more.',
    ),
  ];
}

const named = (group: string, values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}${name}`, value]));
