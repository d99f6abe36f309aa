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

/** Options shared by `createShopifyClient` and `createShopifyApp`. */
export interface CommonOptions {
  /** Name of the app; each app has its own bucket on a shop. Default `default`. */
  readonly appId?: string;
  /** Version of the Admin API. Default: the version this package is generated for. */
  readonly apiVersion?: string;
  /** Scheme, host and port of a test server to use instead of `https://{shop}`, such as `http://127.0.0.1:4010`. */
  readonly origin?: string;
  /**
   * Allows an `origin` of plain http that is not on this machine, such as a fake in another container: the access token
   * is sent there in clear text. Default `false`.
   */
  readonly allowInsecureOrigin?: boolean;
  /** Replaces the global `fetch`, which is otherwise looked up for each request. */
  readonly fetch?: typeof fetch;
  /** Sends the requests. Default: ky over `fetch`. */
  readonly transport?: Transport;
  /** Limits the calls. Default: a token bucket in this process, shared by all clients of the same app and shop. */
  readonly limiter?: RateLimiter;
  /**
   * When to stop calling a failing shop. With a `store`, processes tell each other about a failing shop. All clients of
   * an app and shop share the breaker that the first one sets up; if another asks for different settings, `logger` gets
   * a warning.
   */
  readonly breaker?: Partial<BreakerPolicy> & { readonly store?: BreakerStore };
  readonly retry?: Partial<RetryPolicy>;
  /**
   * Wraps each call, including its waits and retries: for example a bulkhead or a timeout of cockatiel. Its own
   * rejections are passed on unchanged if nothing was sent. It need not retry; it cannot resend a mutation that may
   * have been carried out.
   */
  readonly policy?: HostPolicy;
  /**
   * REST calls. `requestsPerSecond`: how many requests Shopify restores per second. Default 2, or 20 if the bucket's
   * size indicates Plus; set 4 for Advanced.
   */
  readonly rest?: { readonly requestsPerSecond?: number | undefined };
  /** Bulk operations: the store that processes share, and how much memory a join may use. */
  readonly bulk?: BulkSettings;
  /** Time limit for one attempt, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** Time limit for the whole call, including waits, in milliseconds. None by default. */
  readonly deadlineMs?: number;
  /**
   * Maximum size of a response body in bytes, after decompression. A larger one throws an `InvalidResponseError`, which
   * is not retried, or an `OutcomeUnknownError` for a mutation. Default 33,554,432 (32 MiB).
   */
  readonly maxResponseBytes?: number;
  readonly logger?: Logger;
  /** Receives an event for each permit, attempt, retry and call. */
  readonly telemetry?: TelemetryListener;
  /** Added to the front of the `User-Agent` header. */
  readonly userAgentPrefix?: string;
  /** Gives the client its own bucket and breaker, shared with no other client. Default `false`. */
  readonly isolated?: boolean;
  /** Clock, for tests. */
  readonly clock?: Clock;
}

/** Options of `createShopifyClient`: a shop, and either its access token or a token source. */
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
   * The app's stores, used by `forEachShop`, `eraseShop`, `eraseCustomer` and `exportCustomer`: those of an adapter,
   * and the token store as `tokens`. Default: none, and these methods throw.
   */
  readonly stores?: ErasableStores;
  /** The queue of the webhook handler, whose dead letters contain whole bodies. Default: none. */
  readonly queue?: DeadLetterQueue;
};

/** The default retry policy. */
export const defaultRetry: RetryPolicy = {
  maxRetries: 5,
  baseDelayMs: 500,
  maxDelayMs: 30_000,
  maxThrottledMs: 300_000,
};

/** The default breaker policy. */
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

/** Finds what is invalid in the options of a client: unknown names, the origin, and numbers out of range. */
export function clientProblems(options: ShopifyClientOptions): readonly Issue[] {
  return [
    ...unknownNames(options, { ...commonNames, shop: true, accessToken: true, auth: true }),
    ...valueProblems(options),
  ];
}

/** Finds what is invalid in the options of an app. */
export function appProblems(options: ShopifyAppOptions): readonly Issue[] {
  return [
    ...unknownNames(options, { ...commonNames, auth: true, stores: true, queue: true }),
    ...valueProblems(options),
  ];
}

/** The methods required of each plug-in. */
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
    problems.push({ field: 'appId', message: 'must be a string of 1 to 100 characters.' });
  if (!/^[ -~]*$/.test(userAgentPrefix))
    problems.push({ field: 'userAgentPrefix', message: 'must be plain text that a header can hold.' });
  // A group that is not an object has no options to check.
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
  return [{ field: 'policy', message: 'must have a method execute(fn, signal), as cockatiel policies do.' }];
}

function originProblems({ origin, allowInsecureOrigin = false }: CommonOptions): readonly Issue[] {
  if (origin === undefined) return [];
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  // `URL` accepts white space, missing slashes and odd numbers, so the host could differ from what a reader sees.
  const text = String(origin).toLowerCase().replace(/\/$/, '');
  const isExact = url && [url.origin, `${url.origin}:${url.protocol === 'https:' ? 443 : 80}`].includes(text);
  if (!isExact || !/^https?:$/.test(url.protocol)) {
    return [{ field: 'origin', message: 'must be only a scheme and host, such as http://127.0.0.1:4010.' }];
  }
  if (url.protocol === 'https:' || allowInsecureOrigin || isLoopback(url.hostname)) return [];
  const message =
    'is plain http to another machine: the access token would be sent in clear text. Use https, or set ' +
    'allowInsecureOrigin: true for a test server in your own network.';
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
    ...outOfRange(times, (value) => value > 0, 'must be a number above 0.'),
    ...breakerProblems(policy, 'breaker.'),
  ];
}

/** Finds what is invalid in a breaker's numbers. */
export function breakerProblems({ openMs, ...counts }: Partial<BreakerPolicy>, group = ''): readonly Issue[] {
  return [
    ...outOfRange({ [`${group}openMs`]: openMs }, (value) => value > 0, 'must be a number above 0.'),
    ...outOfRange(
      named(group, counts),
      (value) => value >= 1 && Number.isInteger(value),
      'must be a whole number, 1 or more.',
    ),
  ];
}

/**
 * Finds what is invalid in a retry policy: unknown names, and numbers out of range.
 *
 * @param others Other options allowed beside it.
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
      'must be a number, 0 or more.',
    ),
  ];
}

const named = (group: string, values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}${name}`, value]));
